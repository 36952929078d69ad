package vault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"holdfast.dev/internal/platform/journal"
)

// brokenFrame names a frame whose commits are not what was sealed.
type brokenFrame struct{ segment, ref string }

// damage is what is known of a segment whose list of frames cannot be read.
type damage struct {
	err   error
	after time.Time // what it holds was stored after this: when the segment before it was
}

// Broken is told of a frame that could not be followed, which is found out by reading its commits. It looks at the segments of the frames on the way to it, and tells whether
// one of them is damaged or gone: from then on what it held counts as lost. An error is given where that cannot be told, such as when the store is away.
func (v *Vault) Broken(ctx context.Context, f Frame, way []Frame) (found bool, err error) {
	for _, w := range way {
		if w.From > f.From {
			break
		}
		_, _, err := readSegment(ctx, v.store, v.ring, w.Segment)
		if err == nil {
			continue
		}
		if !spoiled(err) {
			return found, err
		}
		if w.Segment != f.Segment && v.consistent(ctx, w) {
			continue // the damage is in what it holds of others
		}
		v.mu.Lock()
		if mark := (brokenFrame{w.Segment, w.Ref}); v.broken[mark].IsZero() {
			v.broken[mark], found = v.since(ctx, w), true
		}
		v.mu.Unlock()
	}
	return found, nil
}

// since gives when the first commit of a broken frame was made. Where its commits are whole, the damage is in the list, and they know better.
func (v *Vault) since(ctx context.Context, f Frame) time.Time {
	if entries, err := v.proven(ctx, f); err == nil {
		return entries[0].Commit.At
	}
	if stored := storedAt(f.Segment); f.FromAt.After(stored) {
		return stored
	}
	return f.FromAt
}

// spoiled tells that an object is not what was stored, or not there.
func spoiled(err error) bool {
	return errors.Is(err, ErrDamaged) || errors.Is(err, ErrMissing) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// consistent tells whether the commits of a frame are those that its chain was made of.
func (v *Vault) consistent(ctx context.Context, f Frame) bool {
	_, err := v.proven(ctx, f)
	return err == nil
}

// proven gives the commits of a frame, having followed the chain over them.
func (v *Vault) proven(ctx context.Context, f Frame) ([]Entry, error) {
	entries, err := readFrame(ctx, v.store, f)
	if err != nil {
		return nil, err
	}
	chain, err := journal.ParseHash(f.Before)
	if err != nil {
		return nil, err
	}
	next := f.From
	for _, e := range entries {
		if e.Commit.Seq != next {
			break
		}
		chain = journal.Link(chain, e.Commit, e.Changes)
		next++
	}
	if next != f.To+1 || chain.String() != f.Chain {
		return nil, fmt.Errorf("vault object %s: commits %d to %d of %s are not what was sealed (the chain breaks): %w", f.Segment, f.From, f.To, f.Ref, ErrDamaged)
	}
	return entries, nil
}

// heal looks again at segments that were found broken; the caller holds the lock.
func (v *Vault) heal(ctx context.Context) error {
	whole := map[string]bool{}
	for mark := range v.broken {
		if done, seen := whole[mark.segment]; seen {
			if done {
				delete(v.broken, mark)
			}
			continue
		}
		_, foot, err := readSegment(ctx, v.store, v.ring, mark.segment)
		if err != nil && !spoiled(err) {
			return err
		}
		if whole[mark.segment] = err == nil; err != nil {
			continue
		}
		delete(v.broken, mark)
		for ref, frames := range v.frames { // its list may have been read when it was damaged
			v.frames[ref] = slices.DeleteFunc(frames, func(f Frame) bool { return f.Segment == mark.segment })
		}
		for _, f := range foot.Frames {
			v.frames[f.Ref] = append(v.frames[f.Ref], f)
		}
	}
	return nil
}

// Knew says that a live database of a volume has commits up to one, and that no others were made. Where segments are damaged that nobody can read, this tells
// whether something is lost with them.
func (v *Vault) Knew(ref string, head int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.heads[ref] = head
}

// Doubtful tells whether there are segments of which nobody knows what they hold.
func (v *Vault) Doubtful() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.damaged) > 0
}
