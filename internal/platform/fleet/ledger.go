package fleet

import (
	"context"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

var qLedgerAll = storage.Register("fleet/operation.all", `SELECT id, kind, target, actor, reason, state, detail, started_us, finished_us
	FROM operation WHERE (started_us, id) < ($1, $2) ORDER BY started_us DESC, id DESC LIMIT $3`)

// WholeLedger lists the operations on every target, newest first, those before an instant and identifier (zero values: from the newest).
func (f *Fleet) WholeLedger(ctx context.Context, before time.Time, beforeID ids.Operation, limit int) (out []Operation, err error) {
	us := clock.Micros(before)
	if before.IsZero() {
		us = 1 << 62
	}
	err = f.control.Read(ctx, func(tx *volume.Tx) error {
		out, err = storage.All(ctx, tx.Tx, qLedgerAll, scanOperation, us, beforeID.String(), limit)
		return err
	})
	return out, err
}

func scanOperation(r *storage.Rows) (o Operation, err error) {
	var started int64
	var finished *int64
	err = r.Scan(&o.ID, &o.Kind, &o.Target, &o.Actor, &o.Reason, &o.State, &o.Detail, &started, &finished)
	o.Started = clock.FromMicros(started)
	if finished != nil {
		t := clock.FromMicros(*finished)
		o.Finished = &t
	}
	return o, err
}
