// Package sequence gives out the tracker's numbers: identifiers of every noun from one counter, issue numbers from one a project.
package sequence

import (
	"context"
	"strconv"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// ID is the counter of identifiers.
const ID = "id"

// Issue names the counter of a project's issue numbers.
func Issue(project int64) string { return "issue:" + strconv.FormatInt(project, 10) }

var (
	qNext = storage.Register("tracker/sequence.next", `INSERT INTO tracker_sequence (name, next) VALUES ($1, CAST($2 AS BIGINT) + CAST($3 AS BIGINT))
		ON CONFLICT (name) DO UPDATE SET next = tracker_sequence.next + CAST($3 AS BIGINT) RETURNING next - CAST($3 AS BIGINT)`)
	qRaise = storage.Register("tracker/sequence.raise", `INSERT INTO tracker_sequence (name, next) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET next = excluded.next WHERE tracker_sequence.next < excluded.next`)
)

// Next takes n consecutive numbers and gives the first. Identifiers start at 10000, issue numbers at 1.
func Next(ctx context.Context, tx *volume.Tx, name string, n int64) (first int64, err error) {
	start := int64(1)
	if name == ID {
		start = 10000
	}
	err = tx.Get(ctx, qNext, []any{name, start, n}, &first)
	return first, err
}

// Raise makes the next number at least atLeast, for importers that keep numbers.
func Raise(ctx context.Context, tx *volume.Tx, name string, atLeast int64) error {
	_, err := tx.Exec(ctx, qRaise, name, atLeast)
	return err
}
