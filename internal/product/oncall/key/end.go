package key

import (
	"context"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

var (
	qEndAll  = storage.Register("oncall/integration_key_end.all", `INSERT INTO integration_key_end (key_id, ends_us) SELECT id, CAST($1 AS BIGINT) FROM integration_key WHERE NOT EXISTS (SELECT 1 FROM integration_key_end e WHERE e.key_id = integration_key.id)`)
	qKeep    = storage.Register("oncall/integration_key_end.keep", `DELETE FROM integration_key_end WHERE ends_us = $1`)
	qEndDrop = storage.Register("oncall/integration_key_end.drop", `DELETE FROM integration_key_end WHERE key_id = $1`)
	qEnds    = storage.Register("oncall/integration_key_end.count", `SELECT count(*), count(e.key_id), count(CASE WHEN e.ends_us = $1 THEN 1 END) FROM integration_key k LEFT JOIN integration_key_end e ON e.key_id = k.id`)
)

// EndAll lets every key of the site that has no end, end at an instant; until then it opens what it opens.
func EndAll(ctx context.Context, tx *volume.Tx, at time.Time) error {
	_, err := tx.Exec(ctx, qEndAll, clock.Micros(at))
	return err
}

// KeepAll takes back EndAll with the same instant.
func KeepAll(ctx context.Context, tx *volume.Tx, at time.Time) error {
	_, err := tx.Exec(ctx, qKeep, clock.Micros(at))
	return err
}

// Ends counts the keys without an end, and those that end at an instant.
func Ends(ctx context.Context, tx *volume.Tx, at time.Time) (open, ending int64, err error) {
	var all, ended int64
	err = tx.Get(ctx, qEnds, []any{clock.Micros(at)}, &all, &ended, &ending)
	return all - ended, ending, err
}
