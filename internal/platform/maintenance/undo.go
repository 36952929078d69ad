package maintenance

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"holdfast.dev/internal/platform/volume"
)

// takeBack undoes, newest first, everything that a plan touched. What cannot be taken back is marked and told.
func (e *Engine) takeBack(ctx context.Context, p *Plan, report Report) error {
	now, err := e.Get(ctx, p.ID)
	if err != nil {
		return err
	}
	action := e.actions[p.Body.Action]
	var left []Progress
	for _, t := range slices.Backward(now.Targets) {
		if t.State == Touched || t.State == Applied || t.State == Stuck {
			left = append(left, t)
		}
	}
	if all, ok := action.(Together); ok && len(left) > 0 {
		if e.takeBackTogether(ctx, p, all, left) == nil {
			report(len(left), len(left), fmt.Sprintf("taken back together: %d targets", len(left)))
			return nil
		}
	}
	var stuck []error
	for i, t := range left {
		target := p.Body.Targets[t.Position]
		state, why := Reverted, ""
		if err := action.Undo(ctx, target, p.Body.Params); err != nil {
			state, why = Stuck, err.Error()
			stuck = append(stuck, fmt.Errorf("%s (%s) could not be taken back: %w", target.Name, target.ID, err))
		}
		err := e.control.Write(ctx, func(tx *volume.Tx) error {
			if err := e.mark(ctx, tx, p.ID, t.Position, state, why); err != nil || state != Reverted || t.State == Touched {
				return err // of what was only touched nobody was told
			}
			return e.tell(ctx, tx, p, aboutUndone, []Target{target})
		})
		if err != nil {
			return err
		}
		report(i+1, len(left), "taken back: "+target.Name)
	}
	return errors.Join(stuck...)
}

// takeBackTogether undoes all that is left in one commit, or nothing: then each is taken back by itself, so that one target that is stuck holds nobody.
func (e *Engine) takeBackTogether(ctx context.Context, p *Plan, action Together, left []Progress) error {
	targets := make([]Target, 0, len(left))
	for _, t := range left {
		targets = append(targets, p.Body.Targets[t.Position])
	}
	return action.UndoAll(ctx, targets, p.Body.Params, func(tx *volume.Tx) error {
		for _, t := range left {
			if err := e.mark(ctx, tx, p.ID, t.Position, Reverted, ""); err != nil {
				return err
			}
		}
		return e.tell(ctx, tx, p, aboutUndone, targets)
	})
}
