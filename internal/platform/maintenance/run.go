package maintenance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/volume"
)

// run is a plan being applied by this process.
type run struct {
	mu    sync.Mutex
	pause bool
	abort string // why
}

// Report is called as a run goes on.
type Report func(done, total int, text string)

// Apply runs an approved plan: wave after wave, each checked before the next. hash is that of the plan which the operator means. It ends with the plan
// in state Done; or Halted or Aborted with everything taken back, and then the cause as the error; or Paused.
func (e *Engine) Apply(ctx context.Context, id ids.Plan, planHash string, report Report) (*Plan, error) {
	if identity.From(ctx).Kind != identity.Operator {
		return nil, fault.Forbidden("Plans are applied by operators.")
	}
	p, err := e.change(ctx, id, func(tx *volume.Tx, p *Plan) error {
		if !sameHash(p.Hash, planHash) {
			return fault.Conflict("The hash is not that of the plan: what was approved is another thing than what you mean.")
		}
		if why, err := setting(ctx, tx, settingFreeze); err != nil || why != "" {
			return errors.Join(err, frozen(why))
		}
		switch p.State {
		case Paused:
		case Approved:
			if !p.Breakglass {
				if err := useApproval(ctx, tx, p); err != nil {
					return err
				}
			}
		default:
			return fault.Conflict("The plan is %s; an approved one can be applied.", p.State)
		}
		if err := move(ctx, tx, id, p.State, Applying, ""); err != nil {
			return err
		}
		return note(ctx, tx, id, "applying")
	})
	if err != nil {
		return nil, err
	}
	r := &run{}
	e.mu.Lock()
	e.running[id] = r
	e.mu.Unlock()
	defer func() {
		e.mu.Lock()
		delete(e.running, id)
		e.mu.Unlock()
	}()
	if report == nil {
		report = func(int, int, string) {}
	}
	return e.waves(context.WithoutCancel(ctx), p, r, report)
}

// errPaused ends the waves of a run that goes on later.
var errPaused = errors.New("paused")

// waves applies what is left of a plan.
func (e *Engine) waves(ctx context.Context, p *Plan, r *run, report Report) (*Plan, error) {
	var cause error
	last := p.Targets[len(p.Targets)-1].Wave
	for wave := 1; wave <= last && cause == nil; wave++ {
		cause = e.wave(ctx, p, wave, r, report)
	}
	switch {
	case errors.Is(cause, errPaused):
		return e.end(ctx, p.ID, Paused, "")
	case cause != nil:
		state := Halted
		if r.aborted() != "" {
			state = Aborted
		}
		stuck := e.takeBack(ctx, p, report)
		done, err := e.end(ctx, p.ID, state, cause.Error())
		return done, errors.Join(cause, stuck, err)
	}
	return e.end(ctx, p.ID, Done, "")
}

// wave applies one wave and checks it.
func (e *Engine) wave(ctx context.Context, p *Plan, wave int, r *run, report Report) error {
	action := e.actions[p.Body.Action]
	if action == nil {
		return fault.Conflict("There is no action %q any more.", p.Body.Action)
	}
	var touched []Target
	for _, t := range p.Targets {
		if t.Wave != wave || t.State != Waiting {
			continue
		}
		if err := r.stop(); err != nil {
			return err
		}
		target := p.Body.Targets[t.Position]
		if err := e.touch(ctx, p, t.Position, target, action); err != nil {
			return fmt.Errorf("%s (%s): %w", target.Name, target.ID, err)
		}
		touched = append(touched, target)
		report(t.Position+1, len(p.Targets), target.Name)
	}
	for _, t := range touched {
		if err := e.verify(ctx, p, t, action); err != nil {
			return fmt.Errorf("wave %d: %s (%s) is not as the plan said: %w", wave, t.Name, t.ID, err)
		}
	}
	if len(touched) == 0 {
		return nil
	}
	return e.control.Write(ctx, func(tx *volume.Tx) error {
		for _, t := range p.Targets {
			if t.Wave == wave && t.State == Waiting {
				if err := e.mark(ctx, tx, p.ID, t.Position, Applied, ""); err != nil {
					return err
				}
			}
		}
		if err := e.tell(ctx, tx, p, aboutDone, touched); err != nil {
			return err
		}
		return note(ctx, tx, p.ID, fmt.Sprintf("wave %d done and checked: %d targets", wave, len(touched)))
	})
}

// touch permits one target and acts on it. The permit is durable before anything happens, so that after a crash it is known what may have.
func (e *Engine) touch(ctx context.Context, p *Plan, position int, t Target, action Action) error {
	if err := checkID(p.Body.TargetKind, t.ID); err != nil {
		return err
	}
	now, err := action.Before(ctx, t.Candidate, p.Body.Params)
	if err != nil {
		return err
	}
	if !sameState(now, t.Before) {
		return fault.Conflict("it is %v, the plan was made when it was %v; plan anew", now.State, t.Before.State)
	}
	err = e.control.Write(ctx, func(tx *volume.Tx) error {
		if err := permit(ctx, tx, p, t); err != nil {
			return err
		}
		return e.mark(ctx, tx, p.ID, position, Touched, "")
	})
	if err != nil {
		return err
	}
	return action.Apply(ctx, t, p.Body.Params)
}

// verify compares a target with what the plan said, and asks its site.
func (e *Engine) verify(ctx context.Context, p *Plan, t Target, action Action) error {
	now, err := action.Before(ctx, t.Candidate, p.Body.Params)
	if err != nil {
		return err
	}
	if !sameState(now, t.After) {
		return fmt.Errorf("it is %v and should be %v", now.State, t.After.State)
	}
	err = e.world.Probe(ctx, t.Site)
	switch {
	case p.Body.SiteAnswers && err != nil:
		return fmt.Errorf("the site does not answer: %w", err)
	case !p.Body.SiteAnswers && err == nil:
		return errors.New("the site still answers")
	}
	return nil
}

// Undo takes back a plan that was done, was interrupted or is paused. Taking back needs no approval and no cap.
func (e *Engine) Undo(ctx context.Context, id ids.Plan, report Report) (*Plan, error) {
	if identity.From(ctx).Kind != identity.Operator {
		return nil, fault.Forbidden("Plans are taken back by operators.")
	}
	p, err := e.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	busy := e.running[id] != nil
	e.mu.Unlock()
	if busy {
		return nil, fault.Conflict("The plan is being applied: abort it, which takes it back.")
	}
	if !slices.Contains([]string{Done, Paused, Applying, Halted, Aborted, Undone}, p.State) {
		return nil, fault.Conflict("The plan is %s: there is nothing to take back.", p.State)
	}
	if report == nil {
		report = func(int, int, string) {}
	}
	ctx = context.WithoutCancel(ctx)
	if err := e.takeBack(ctx, p, report); err != nil {
		return nil, err
	}
	return e.end(ctx, id, Undone, "")
}

// Pause stops a run before its next target; Apply goes on with it.
func (e *Engine) Pause(ctx context.Context, id ids.Plan) error {
	return e.signal(id, func(r *run) { r.pause = true })
}

// Abort stops a run before its next target and takes back what it did.
func (e *Engine) Abort(ctx context.Context, id ids.Plan, why string) error {
	if why == "" {
		why = "aborted by " + identity.From(ctx).Actor()
	}
	return e.signal(id, func(r *run) { r.abort = why })
}

func (e *Engine) signal(id ids.Plan, fn func(*run)) error {
	e.mu.Lock()
	r := e.running[id]
	e.mu.Unlock()
	if r == nil {
		return fault.Conflict("The plan is not being applied.")
	}
	r.mu.Lock()
	fn(r)
	r.mu.Unlock()
	return nil
}

// stop tells whether a run has to end before its next target.
func (r *run) stop() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.abort != "":
		return errors.New(r.abort)
	case r.pause:
		return errPaused
	}
	return nil
}

func (r *run) aborted() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.abort
}

// end brings a plan to its last state.
func (e *Engine) end(ctx context.Context, id ids.Plan, state, why string) (*Plan, error) {
	return e.change(ctx, id, func(tx *volume.Tx, p *Plan) error {
		if err := move(ctx, tx, id, p.State, state, why); err != nil {
			return err
		}
		text := state
		if why != "" {
			text += ": " + why
		}
		return note(ctx, tx, id, text)
	})
}

func (e *Engine) mark(ctx context.Context, tx *volume.Tx, id ids.Plan, position int, state, why string) error {
	_, err := tx.Exec(ctx, qTargetMove, id, position, state, why, clock.Micros(tx.Now()))
	return err
}
