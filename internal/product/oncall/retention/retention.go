// Package retention is how long a site keeps the delivery log: what was sent to whom, when and with what outcome. What is older goes by the product's
// sweep, every hour and in small commits, so that paging never waits for it.
package retention

import (
	"context"
	"errors"
	"strconv"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/notification"
)

// Days is how long messages and deliveries are kept where nobody said otherwise, and the bounds of what can be said.
const (
	Days    = 90
	MinDays = 7
	MaxDays = 3650
)

const setting = "retention.days"

var (
	qGet = storage.Register("oncall/retention.get", `SELECT value FROM oncall_setting WHERE name = $1`)
	qSet = storage.Register("oncall/retention.set", `INSERT INTO oncall_setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`)
)

// Get gives for how many days the site keeps messages and deliveries.
func Get(ctx context.Context, tx *volume.Tx) (int, error) {
	var value string
	err := tx.Get(ctx, qGet, []any{setting}, &value)
	if errors.Is(err, storage.ErrNoRows) {
		return Days, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(value)
}

// Set changes it; the next sweep follows it.
func Set(ctx context.Context, tx *volume.Tx, days int) error {
	if days < MinDays || days > MaxDays {
		return fault.Invalid("days", "days must be from %d to %d.", MinDays, MaxDays)
	}
	_, err := tx.Exec(ctx, qSet, setting, strconv.Itoa(days))
	return err
}

// Sweep removes what is too old, limit messages at most, and gives how many went.
func Sweep(ctx context.Context, tx *volume.Tx, limit int) (int64, error) {
	days, err := Get(ctx, tx)
	if err != nil {
		return 0, err
	}
	return notification.Purge(ctx, tx, tx.Now().AddDate(0, 0, -days), limit)
}
