package fleet

import (
	"context"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

var (
	qWakes   = storage.Register("fleet/wake.all", `SELECT kind, owner, due_us FROM wake`)
	qSetWake = storage.Register("fleet/wake.set", `INSERT INTO wake (kind, owner, due_us) VALUES ($1, $2, $3)
		ON CONFLICT (kind, owner) DO UPDATE SET due_us = excluded.due_us`)
	qNoWake = storage.Register("fleet/wake.delete", `DELETE FROM wake WHERE kind = $1 AND owner = $2`)
)

// Wakes gives, for every volume that has jobs, an instant at which it must be looked at.
func (f *Fleet) Wakes(ctx context.Context) (map[volume.Ref]time.Time, error) {
	wakes := map[volume.Ref]time.Time{}
	err := f.control.Read(ctx, func(tx *volume.Tx) error {
		rows, err := tx.Query(ctx, qWakes)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var ref volume.Ref
			var due int64
			if err := rows.Scan(&ref.Kind, &ref.Owner, &due); err != nil {
				return err
			}
			wakes[ref] = clock.FromMicros(due)
		}
		return rows.Err()
	})
	return wakes, err
}

// SetWake makes it durable that a volume must be looked at again at an instant; the zero instant is never.
func (f *Fleet) SetWake(ctx context.Context, ref volume.Ref, at time.Time) error {
	ctx = volume.Local(identity.AsSystem(ctx, "jobs")) // it is promised inside of the transaction that makes the jobs
	return f.control.Write(ctx, func(tx *volume.Tx) error {
		if at.IsZero() {
			_, err := tx.Exec(ctx, qNoWake, ref.Kind, ref.Owner)
			return err
		}
		_, err := tx.Exec(ctx, qSetWake, ref.Kind, ref.Owner, clock.Micros(at))
		return err
	})
}
