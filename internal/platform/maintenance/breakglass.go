package maintenance

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// BreakglassRecord is what is signed when an operator lifts the caps and the second approval for one plan.
type BreakglassRecord struct {
	Plan     ids.Plan  `json:"plan"`
	Hash     string    `json:"hash"`
	Operator string    `json:"operator"`
	Reason   string    `json:"reason"`
	At       time.Time `json:"at"`
	Targets  int       `json:"targets"`
}

var qBreakglass = storage.Register("maintenance/breakglass.insert", `INSERT INTO maintenance_breakglass (plan_id, operator, reason, record, signature, at_us) VALUES ($1, $2, $3, $4, $5, $6)`)

// Breakglass lifts the caps and the second approval for one plan, and nothing else: kinds, waves, checks and undo stay. The record is signed and
// the owners are told before the plan can be applied; when nobody can be told, it does not happen.
func (e *Engine) Breakglass(ctx context.Context, id ids.Plan, reason string) (*Plan, error) {
	who := identity.From(ctx)
	if who.Kind != identity.Operator {
		return nil, fault.Forbidden("Only an operator can break the glass.")
	}
	if len(strings.TrimSpace(reason)) < 10 {
		return nil, fault.Invalid("reason", "Say in a sentence why this cannot wait for a second operator: it is signed and read.")
	}
	p, err := e.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if p.State != Planned && p.State != Approved {
		return nil, fault.Conflict("The plan is %s.", p.State)
	}
	rec := BreakglassRecord{Plan: id, Hash: p.Hash, Operator: who.Actor(), Reason: reason, At: e.clock.Now().UTC(), Targets: len(p.Body.Targets)}
	text, err := json.Marshal(rec)
	if err != nil {
		return nil, err
	}
	if err := e.tellOwners(ctx, "Breakglass: "+p.Body.Name, string(text)); err != nil {
		return nil, fault.Wrap(err, fault.KindUnavailable, "The owners cannot be told, so the glass stays whole: %s", err)
	}
	return e.change(ctx, id, func(tx *volume.Tx, p *Plan) error {
		_, err := tx.Exec(ctx, qBreakglass, id, who.Actor(), reason, string(text), hex.EncodeToString(e.sign([]byte(hash(text)))), clock.Micros(tx.Now()))
		if errors.Is(err, storage.ErrUnique) {
			return fault.Wrap(err, fault.KindConflict, "The glass of this plan is broken already.")
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qPlanGlas, id, clock.Micros(tx.Now())); err != nil {
			return err
		}
		if p.State == Planned {
			if err := move(ctx, tx, id, Planned, Approved, ""); err != nil {
				return err
			}
		}
		return note(ctx, tx, id, "breakglass: "+reason)
	})
}
