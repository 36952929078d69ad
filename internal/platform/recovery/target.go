package recovery

import (
	"context"
	"errors"
	"slices"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
)

// Resolve turns a target into a commit of each volume of a site, without those that are younger. It ships what the vault lacks first, so that the
// newest commits can be named.
func (r *Recovery) Resolve(ctx context.Context, site ids.Site, t Target) (map[volume.Ref]int64, error) {
	refs := r.fleet.VolumesOf(site.String())
	if r.shipper != nil {
		for _, ref := range refs {
			r.shipper.Mark(ref)
		}
		if err := r.shipper.Flush(ctx); err != nil {
			return nil, err
		}
	}
	if err := r.vault.Refresh(ctx); err != nil {
		return nil, err
	}
	out := map[volume.Ref]int64{}
	for _, ref := range refs {
		seq, err := r.resolve(ctx, ref, t)
		if errors.Is(err, errYounger) && ref.Kind != "work" {
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := r.reachable(ctx, ref, seq); err != nil {
			return nil, err
		}
		out[ref] = seq
	}
	return out, nil
}

// reachable refuses a commit, 0 being the newest, that the vault cannot bring back.
func (r *Recovery) reachable(ctx context.Context, ref volume.Ref, seq int64) error {
	kept, err := r.vault.Kept(ctx, ref.String())
	if err != nil {
		return err
	}
	if seq == 0 {
		if lost := kept.Lost(); lost != nil {
			return refused(ref, lost)
		}
		return nil
	}
	if seq < 1 || seq > kept.Head() {
		return noCommit(ref, seq, kept.Head())
	}
	_, err = runOf(kept, ref, seq)
	return err
}

// begins gives when the first state of a stretch was, where that is not the very first of the volume: the zero time is before everything.
func (r *Recovery) begins(ctx context.Context, ref volume.Ref, s vault.Stretch) (time.Time, error) {
	switch {
	case s.Joined && len(s.Frames) > 0:
		return s.Frames[0].FromAt, nil
	case s.Why == "":
		return time.Time{}, nil
	}
	m, err := r.vault.Describe(ctx, ref.String(), s.First)
	return m.At, err
}

// errYounger says that a volume was made after the instant that a site goes back to.
var errYounger = errors.New("the volume is younger than the target")

// resolve turns a target into a commit of one volume of a site. A commit names a state of the work volume; the others go to its instant. What
// was switched on later stays as it is: errYounger.
func (r *Recovery) resolve(ctx context.Context, ref volume.Ref, t Target) (int64, error) {
	switch {
	case !t.Undo.IsZero():
		return r.beforeRestore(ctx, ref, t.Undo)
	case t.Commit > 0 && ref.Kind == "work":
		return t.Commit, nil
	case t.Commit > 0:
		at, err := r.commitTime(ctx, volume.Ref{Kind: "work", Owner: ref.Owner}, t.Commit)
		if err != nil {
			return 0, err
		}
		t.At = at
	case t.At.IsZero():
		return 0, nil
	}
	return r.commitAt(ctx, ref, t.At)
}

// beforeRestore gives the commit of a volume before the one that a restore made, 0 (the newest) where the restore changed nothing.
func (r *Recovery) beforeRestore(ctx context.Context, ref volume.Ref, op ids.Operation) (int64, error) {
	seq := int64(0)
	err := r.followed(ctx, ref, func(kept vault.Kept) error {
		frames := allFrames(kept)
		for _, f := range slices.Backward(frames) {
			entries, err := r.vault.Read(ctx, f)
			if err != nil {
				return &brokenError{f, frames, err}
			}
			for _, e := range entries {
				if e.Commit.Kind == journal.KindRestore && e.Commit.Request == op.String() {
					seq = e.Commit.Seq - 1
					return nil
				}
			}
		}
		return nil
	})
	return seq, err
}

// allFrames gives the frames of all that is kept of a volume.
func allFrames(kept vault.Kept) (frames []vault.Frame) {
	for _, s := range kept.Stretches {
		frames = append(frames, s.Frames...)
	}
	return frames
}

// commitTime gives the instant of a commit that the vault holds.
func (r *Recovery) commitTime(ctx context.Context, ref volume.Ref, seq int64) (at time.Time, err error) {
	err = r.followed(ctx, ref, func(kept vault.Kept) error {
		if _, err := runOf(kept, ref, seq); err != nil {
			return err
		}
		frames := allFrames(kept)
		for _, f := range frames {
			if seq < f.From || seq > f.To {
				continue
			}
			entries, err := r.read(ctx, f, frames)
			if err != nil {
				return err
			}
			for _, e := range entries {
				if e.Commit.Seq == seq {
					at = e.Commit.At
					return nil
				}
			}
		}
		if m, err := r.vault.Describe(ctx, ref.String(), seq); err == nil { // its commit was swept, or is lost
			at = m.At
			return nil
		}
		return noCommit(ref, seq, kept.Head())
	})
	return at, err
}

func noCommit(ref volume.Ref, seq, head int64) error {
	return fault.Bad("Volume %s has commits 1 to %d; %d is not one of them.", ref, head, seq)
}

// CommitAt gives the last commit of a volume at or before an instant, by what the vault holds.
func (r *Recovery) CommitAt(ctx context.Context, ref volume.Ref, at time.Time) (int64, error) {
	if err := r.vault.Refresh(ctx); err != nil {
		return 0, err
	}
	return r.commitAt(ctx, ref, at)
}

func (r *Recovery) commitAt(ctx context.Context, ref volume.Ref, at time.Time) (seq int64, err error) {
	err = r.followed(ctx, ref, func(kept vault.Kept) (err error) {
		seq, err = r.commitIn(ctx, ref, kept, at)
		return err
	})
	if err == nil && seq == 0 {
		return 0, fault.Wrap(errYounger, fault.KindInvalid, "Volume %s did not exist at %s.", ref, at.UTC().Format(time.RFC3339))
	}
	return seq, err
}

// commitIn finds the last commit at or before an instant in what is kept of a volume; 0 where it is younger. An instant of which nothing is known is refused.
func (r *Recovery) commitIn(ctx context.Context, ref volume.Ref, kept vault.Kept, at time.Time) (seq int64, err error) {
	frames := allFrames(kept)
	for i, s := range kept.Stretches {
		from, err := r.begins(ctx, ref, s)
		if err != nil {
			return 0, err
		}
		if from.After(at) {
			if i == 0 {
				return 0, fault.Bad("Volume %s cannot go back to %s, only to %s and later: %s.", ref, at.UTC().Format(time.RFC3339), from.UTC().Format(time.RFC3339), s.Why)
			}
			break
		}
		if seq = s.First; s.Why == "" {
			seq = 0
		}
		found, err := r.lastAt(ctx, s.Frames, frames, at)
		if err != nil {
			return 0, err
		}
		seq = max(seq, found)
	}
	for i, s := range kept.Stretches { // is it in between?
		if s.Lost == nil || seq > s.Last || at.Before(s.Lost.Earliest) || seq < s.Last {
			continue
		}
		if i+1 < len(kept.Stretches) || !at.Before(s.Lost.Earliest) {
			return 0, refused(ref, s.Lost)
		}
	}
	return seq, nil
}

// lastAt gives the last commit of some frames at or before an instant, 0 for none. The lists of frames are not signed by themselves, so the commits have to agree with them
// where it is decided.
func (r *Recovery) lastAt(ctx context.Context, frames, way []vault.Frame, at time.Time) (seq int64, err error) {
	next := slices.IndexFunc(frames, func(f vault.Frame) bool { return f.FromAt.After(at) })
	if next < 0 {
		next = len(frames)
	}
	if next < len(frames) {
		if _, err := r.read(ctx, frames[next], way); err != nil {
			return 0, err
		}
	}
	if next == 0 {
		return 0, nil
	}
	entries, err := r.read(ctx, frames[next-1], way)
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		if !e.Commit.At.After(at) {
			seq = e.Commit.Seq
		}
	}
	return seq, nil
}
