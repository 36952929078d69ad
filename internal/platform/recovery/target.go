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
		frames, err := r.vault.Known(ref.String())
		if err != nil {
			return nil, err
		}
		if seq != 0 && (len(frames) == 0 || seq < 1 || seq > frames[len(frames)-1].To) {
			return nil, noCommit(ref, seq, frames)
		}
		if err := r.within(ref, seq); err != nil {
			return nil, err
		}
		out[ref] = seq
	}
	return out, nil
}

// within refuses a commit, 0 being the newest, that is older than what the vault reaches back to.
func (r *Recovery) within(ref volume.Ref, seq int64) error {
	first, why, err := r.vault.Reach(ref.String())
	if err != nil || why == "" || seq == 0 || seq >= first {
		return err
	}
	return fault.Bad("Volume %s cannot go back to commit %d, only to %d and later: %s.", ref, seq, first, why)
}

// oldest gives the first commit that the vault reaches back to, where that is not the very first one and lies at or before an instant; 0 where everything is there.
func (r *Recovery) oldest(ctx context.Context, ref volume.Ref, at time.Time) (int64, error) {
	first, why, err := r.vault.Reach(ref.String())
	if err != nil || why == "" {
		return 0, err
	}
	m, err := r.vault.Describe(ctx, ref.String(), first)
	if err != nil {
		return 0, err
	}
	if m.At.After(at) {
		return 0, fault.Bad("Volume %s cannot go back to %s, only to %s and later: %s.", ref, at.UTC().Format(time.RFC3339), m.At.UTC().Format(time.RFC3339), why)
	}
	return first, nil
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
	frames, err := r.vault.Known(ref.String())
	if err != nil {
		return 0, err
	}
	for _, f := range slices.Backward(frames) {
		entries, err := r.vault.Read(ctx, f)
		if err != nil {
			return 0, err
		}
		for _, e := range entries {
			if e.Commit.Kind == journal.KindRestore && e.Commit.Request == op.String() {
				return e.Commit.Seq - 1, nil
			}
		}
	}
	return 0, nil
}

// commitTime gives the instant of a commit that the vault holds.
func (r *Recovery) commitTime(ctx context.Context, ref volume.Ref, seq int64) (time.Time, error) {
	frames, err := r.vault.Known(ref.String())
	if err != nil {
		return time.Time{}, err
	}
	for _, f := range frames {
		if seq < f.From || seq > f.To {
			continue
		}
		entries, err := r.vault.Read(ctx, f)
		if err != nil {
			return time.Time{}, err
		}
		for _, e := range entries {
			if e.Commit.Seq == seq {
				return e.Commit.At, nil
			}
		}
	}
	return time.Time{}, noCommit(ref, seq, frames)
}

func noCommit(ref volume.Ref, seq int64, frames []vault.Frame) error {
	head := int64(0)
	if len(frames) > 0 {
		head = frames[len(frames)-1].To
	}
	return fault.Bad("Volume %s has commits 1 to %d; %d is not one of them.", ref, head, seq)
}

// CommitAt gives the last commit of a volume at or before an instant, by what the vault holds.
func (r *Recovery) CommitAt(ctx context.Context, ref volume.Ref, at time.Time) (int64, error) {
	if err := r.vault.Refresh(ctx); err != nil {
		return 0, err
	}
	return r.commitAt(ctx, ref, at)
}

func (r *Recovery) commitAt(ctx context.Context, ref volume.Ref, at time.Time) (int64, error) {
	frames, err := r.vault.Known(ref.String())
	if err != nil {
		return 0, err
	}
	seq, err := r.oldest(ctx, ref, at)
	if err != nil {
		return 0, err
	}
	for _, f := range frames {
		if f.FromAt.After(at) {
			break
		}
		if !f.ToAt.After(at) {
			seq = f.To
			continue
		}
		entries, err := r.vault.Read(ctx, f)
		if err != nil {
			return 0, err
		}
		for _, e := range entries {
			if !e.Commit.At.After(at) {
				seq = e.Commit.Seq
			}
		}
	}
	if seq == 0 {
		return 0, fault.Wrap(errYounger, fault.KindInvalid, "Volume %s did not exist at %s.", ref, at.UTC().Format(time.RFC3339))
	}
	return seq, nil
}
