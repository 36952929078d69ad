package recovery

import (
	"context"
	"errors"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/volume"
)

// Preview is what a restore to a commit would change in the present state.
type Preview struct {
	Target journal.Commit // the commit whose state would come back
	Head   int64
	Rows   []RowDiff // Now is the present row, Then the one that would come back
}

// Preview compares the present state of a volume with that at a commit. It ships what the vault lacks first.
func (r *Recovery) Preview(ctx context.Context, ref volume.Ref, target int64) (p Preview, err error) {
	if r.shipper != nil {
		r.shipper.Mark(ref)
		if err := r.shipper.Flush(ctx); err != nil {
			return p, err
		}
	}
	frames, err := r.vault.History(ctx, ref.String())
	if err != nil {
		return p, err
	}
	if len(frames) == 0 || target < 1 || target > frames[len(frames)-1].To {
		return p, fault.NotFound("The vault has no commit %d of volume %s.", target, ref)
	}
	if err := r.reachable(ctx, ref, target); err != nil {
		return p, err
	}
	p.Head = frames[len(frames)-1].To
	then, changed, err := r.pastOf(ctx, ref, target)
	if err != nil {
		return p, err
	}
	n := newNet()
	err = r.pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
		for _, f := range frames {
			if f.To < target || changed && f.From > target {
				continue
			}
			entries, err := r.vault.Read(ctx, f)
			if err != nil {
				return err
			}
			for _, e := range entries {
				if e.Commit.Seq == target {
					p.Target = e.Commit
				}
				if e.Commit.Seq > target && !changed {
					if err := n.add(ctx, tx.Tx, e.Changes); err != nil {
						return err
					}
				}
			}
		}
		if !changed {
			p.Rows = n.diffs()
			return nil
		}
		p.Rows, err = r.compareWith(ctx, ref, then, tx.Tx)
		return err
	})
	if then != nil {
		err = errors.Join(err, then.Close())
	}
	return p, err
}
