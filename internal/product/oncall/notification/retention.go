package notification

import (
	"context"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

var (
	qForget        = storage.Register("oncall/delivery.of_alert_delete", `DELETE FROM delivery WHERE alert_id = $1`)
	qOldDeliveries = storage.Register("oncall/delivery.purge", `DELETE FROM delivery WHERE message_id IN (SELECT id FROM message WHERE created_us < $1 AND state <> 'queued' ORDER BY created_us, id LIMIT $2)`)
	qOldMessages   = storage.Register("oncall/message.purge", `DELETE FROM message WHERE id IN (SELECT id FROM message WHERE created_us < $1 AND state <> 'queued' ORDER BY created_us, id LIMIT $2)`)
)

// Forget removes what messages said of an alert that is deleted.
func Forget(ctx context.Context, tx *volume.Tx, alertID string) error {
	_, err := tx.Exec(ctx, qForget, alertID)
	return err
}

// Purge removes the oldest messages of before an instant with their deliveries, limit at most, and gives how many. What still waits stays.
func Purge(ctx context.Context, tx *volume.Tx, before time.Time, limit int) (int64, error) {
	if _, err := tx.Exec(ctx, qOldDeliveries, clock.Micros(before), limit); err != nil {
		return 0, err
	}
	return tx.Exec(ctx, qOldMessages, clock.Micros(before), limit)
}
