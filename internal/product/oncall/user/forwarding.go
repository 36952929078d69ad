package user

import (
	"context"
	"time"

	"github.com/google/uuid"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Forwarding sends what is for one person to another for a time.
type Forwarding struct {
	ID, Alias string
	From, To  string // persons
	Start     time.Time
	End       time.Time
}

var (
	qForwardings   = storage.Register("oncall/forwarding.all", `SELECT id, alias, from_person, to_person, from_us, to_us FROM forwarding_rule`)
	qForwardingPut = storage.Register("oncall/forwarding.put", `INSERT INTO forwarding_rule (id, alias, from_person, to_person, from_us, to_us) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET from_person = excluded.from_person, to_person = excluded.to_person, from_us = excluded.from_us, to_us = excluded.to_us`)
	qForwardingDrop = storage.Register("oncall/forwarding.delete", `DELETE FROM forwarding_rule WHERE id = $1`)
)

// Forwardings gives all forwarding rules, in no order.
func Forwardings(ctx context.Context, tx *volume.Tx) ([]*Forwarding, error) {
	return storage.All(ctx, tx.Tx, qForwardings, func(r *storage.Rows) (*Forwarding, error) {
		f := &Forwarding{}
		var from, to int64
		err := r.Scan(&f.ID, &f.Alias, &f.From, &f.To, &from, &to)
		f.Start, f.End = clock.FromMicros(from), clock.FromMicros(to)
		return f, err
	})
}

// SaveForwarding makes or changes a forwarding rule.
func SaveForwarding(ctx context.Context, tx *volume.Tx, f *Forwarding) error {
	switch {
	case f.From == f.To:
		return fault.Invalid("toUser", "Nobody can forward to themselves.")
	case !f.End.After(f.Start):
		return fault.Invalid("endDate", "endDate must be after startDate.")
	}
	if f.ID == "" {
		f.ID = uuid.NewString()
	}
	if f.Alias == "" {
		f.Alias = f.ID
	}
	_, err := tx.Exec(ctx, qForwardingPut, f.ID, f.Alias, f.From, f.To, clock.Micros(f.Start), clock.Micros(f.End))
	return err
}

// DeleteForwarding forgets a forwarding rule.
func DeleteForwarding(ctx context.Context, tx *volume.Tx, id string) error {
	_, err := tx.Exec(ctx, qForwardingDrop, id)
	return err
}
