package maintenance

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Caps are how many targets may be touched at most, whoever asks.
type Caps struct {
	Run      int64 `json:"run"`      // by one plan
	Hour     int64 `json:"hour"`     // by all plans within an hour
	Cell     int64 `json:"cell"`     // in one cell within an hour
	Operator int64 `json:"operator"` // by one operator within an hour
}

// DefaultCaps hold until an owner sets others.
var DefaultCaps = Caps{Run: 200, Hour: 400, Cell: 200, Operator: 200}

var (
	qPermit     = storage.Register("maintenance/permit.insert", `INSERT INTO maintenance_permit (id, plan_id, target, operator, cell, at_us) VALUES ($1, $2, $3, $4, $5, $6)`)
	qUsed       = storage.Register("maintenance/permit.used", `SELECT count(*), count(CASE WHEN operator = $2 THEN 1 END), count(CASE WHEN cell = $3 THEN 1 END) FROM maintenance_permit WHERE at_us > $1`)
	qUsedByPlan = storage.Register("maintenance/permit.by_plan", `SELECT count(*) FROM maintenance_permit WHERE plan_id = $1`)
	qSetting    = storage.Register("maintenance/setting.get", `SELECT value FROM maintenance_setting WHERE name = $1`)
	qSet        = storage.Register("maintenance/setting.set", `INSERT INTO maintenance_setting (name, value, actor, at_us) VALUES ($1, $2, $3, $4)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value, actor = excluded.actor, at_us = excluded.at_us`)
)

const (
	settingCaps   = "caps"
	settingFreeze = "freeze"
)

// setting reads a setting; empty when it was never set.
func setting(ctx context.Context, tx *volume.Tx, name string) (string, error) {
	var v string
	err := tx.Get(ctx, qSetting, []any{name}, &v)
	if errors.Is(err, storage.ErrNoRows) {
		return "", nil
	}
	return v, err
}

func set(ctx context.Context, tx *volume.Tx, name, value string) error {
	_, err := tx.Exec(ctx, qSet, name, value, identity.From(ctx).Actor(), clock.Micros(tx.Now()))
	return err
}

// ReadCaps gives the caps that hold.
func ReadCaps(ctx context.Context, tx *volume.Tx) (Caps, error) {
	text, err := setting(ctx, tx, settingCaps)
	if err != nil || text == "" {
		return DefaultCaps, err
	}
	var c Caps
	return c, json.Unmarshal([]byte(text), &c)
}

// SetCaps changes the caps.
func (e *Engine) SetCaps(ctx context.Context, c Caps) error {
	if c.Run < 1 || c.Hour < 1 || c.Cell < 1 || c.Operator < 1 {
		return fault.Bad("Every cap is at least 1: a cap of none is a freeze.")
	}
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return e.control.Write(ctx, func(tx *volume.Tx) error { return set(ctx, tx, settingCaps, string(b)) })
}

// permit counts a target against every cap and enters it, in the transaction of the caller. The control database has one writer, so that a
// thousand attempts at once are a thousand counts one after the other.
func permit(ctx context.Context, tx *volume.Tx, p *Plan, t Target) error {
	if why, err := setting(ctx, tx, settingFreeze); err != nil || why != "" {
		return errors.Join(err, frozen(why))
	}
	operator := identity.From(ctx).Actor()
	if !p.Breakglass {
		if err := underCaps(ctx, tx, p.ID, operator, t.Cell); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, qPermit, ids.New[ids.Operation](tx.Now()).String(), p.ID, t.ID, operator, t.Cell, clock.Micros(tx.Now()))
	return err
}

func underCaps(ctx context.Context, tx *volume.Tx, plan ids.Plan, operator, cell string) error {
	caps, err := ReadCaps(ctx, tx)
	if err != nil {
		return err
	}
	var byPlan, all, byOperator, inCell int64
	if err := tx.Get(ctx, qUsedByPlan, []any{plan}, &byPlan); err != nil {
		return err
	}
	if err := tx.Get(ctx, qUsed, []any{clock.Micros(tx.Now().Add(-time.Hour)), operator, cell}, &all, &byOperator, &inCell); err != nil {
		return err
	}
	for _, c := range []struct {
		used, cap int64
		what      string
	}{{byPlan, caps.Run, "of one run"}, {all, caps.Hour, "of an hour"}, {inCell, caps.Cell, "of an hour in the cell " + cell}, {byOperator, caps.Operator, "of an hour by " + operator}} {
		if c.used >= c.cap {
			return fault.New(fault.KindRateLimited, "The cap of %d targets %s is reached.", c.cap, c.what)
		}
	}
	return nil
}

func frozen(why string) error {
	if why == "" {
		return nil
	}
	return fault.Unavailable("All maintenance is frozen: %s", why)
}

// Freeze stops every run before its next target, at once and until Thaw. It needs no approval: stopping is always allowed.
func (e *Engine) Freeze(ctx context.Context, why string) error {
	if why == "" {
		return fault.Invalid("reason", "Say why maintenance is frozen.")
	}
	return e.control.Write(ctx, func(tx *volume.Tx) error { return set(ctx, tx, settingFreeze, why) })
}

// Thaw lets runs go on.
func (e *Engine) Thaw(ctx context.Context) error {
	return e.control.Write(ctx, func(tx *volume.Tx) error { return set(ctx, tx, settingFreeze, "") })
}

// Frozen gives the reason of the freeze, empty when there is none.
func (e *Engine) Frozen(ctx context.Context) (why string, err error) {
	err = e.control.Read(ctx, func(tx *volume.Tx) error {
		why, err = setting(ctx, tx, settingFreeze)
		return err
	})
	return why, err
}
