package maintenance

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Config is what the engine needs.
type Config struct {
	Control *volume.Volume
	World   World
	Actions []Action
	Clock   clock.Clock
	Log     *slog.Logger
	// Sign signs the digest of a breakglass record with the node's key.
	Sign func(digest []byte) []byte
	// TellOwners reaches the owners of the installation; an error when nobody was reached.
	TellOwners func(ctx context.Context, subject, text string) error
}

// Engine plans, approves and runs.
type Engine struct {
	control    *volume.Volume
	world      World
	actions    map[string]Action
	clock      clock.Clock
	log        *slog.Logger
	sign       func([]byte) []byte
	tellOwners func(context.Context, string, string) error

	mu      sync.Mutex
	running map[ids.Plan]*run
}

// New makes an engine.
func New(c Config) *Engine {
	e := &Engine{control: c.Control, world: c.World, actions: map[string]Action{}, clock: c.Clock, log: c.Log, sign: c.Sign, tellOwners: c.TellOwners, running: map[ids.Plan]*run{}}
	for _, a := range c.Actions {
		e.actions[a.Kind()] = a
	}
	return e
}

// Plan reads, resolves and stores a plan. Nothing is touched. source is YAML; see Spec.
func (e *Engine) Plan(ctx context.Context, source []byte) (*Plan, error) {
	who := identity.From(ctx)
	if who.Kind != identity.Operator {
		return nil, fault.Forbidden("Plans are made by operators.")
	}
	spec, err := ParseSpec(source)
	if err != nil {
		return nil, err
	}
	body, err := e.resolve(ctx, spec, who.Actor())
	if err != nil {
		return nil, err
	}
	var id ids.Plan
	err = e.control.Write(ctx, func(tx *volume.Tx) (err error) {
		id, err = insert(ctx, tx, spec, string(source), body)
		return err
	})
	if err != nil {
		return nil, err
	}
	return e.Get(ctx, id)
}

// Get gives a plan with its targets, approvals and history.
func (e *Engine) Get(ctx context.Context, id ids.Plan) (p *Plan, err error) {
	err = e.control.Read(ctx, func(tx *volume.Tx) error {
		p, err = whole(ctx, tx, id)
		return err
	})
	return p, err
}

// List gives plans, newest first, those before an instant and identifier (zero values: from the newest), without their targets.
func (e *Engine) List(ctx context.Context, before time.Time, beforeID ids.Plan, limit int) (out []*Plan, err error) {
	us := clock.Micros(before)
	if before.IsZero() {
		us = 1 << 62
	}
	err = e.control.Read(ctx, func(tx *volume.Tx) error {
		out, err = storage.All(ctx, tx.Tx, qPlanList, scanPlan, us, beforeID.String(), limit)
		return err
	})
	return out, err
}

// change does something to a plan in one commit and gives the plan as it is then.
func (e *Engine) change(ctx context.Context, id ids.Plan, fn func(*volume.Tx, *Plan) error) (*Plan, error) {
	err := e.control.Write(ctx, func(tx *volume.Tx) error {
		p, err := get(ctx, tx, id)
		if err != nil {
			return err
		}
		return fn(tx, p)
	})
	if err != nil {
		return nil, err
	}
	return e.Get(ctx, id)
}
