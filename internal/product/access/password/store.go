package password

import (
	"context"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

var (
	qSet = storage.Register("access/password.set", `INSERT INTO password (account, hash, changed_us) VALUES ($1, $2, $3)
		ON CONFLICT (account) DO UPDATE SET hash = excluded.hash, changed_us = excluded.changed_us`)
	qGet = storage.Register("access/password.get", `SELECT hash FROM password WHERE account = $1`)
)

// Store keeps the hash of an account's password.
func Store(ctx context.Context, tx *volume.Tx, who ids.Account, hash string) error {
	_, err := tx.Exec(ctx, qSet, who, hash, clock.Micros(tx.Now()))
	return err
}

// Stored gives the hash of an account's password, storage.ErrNoRows when it has none.
func Stored(ctx context.Context, tx *volume.Tx, who ids.Account) (hash string, err error) {
	err = tx.Get(ctx, qGet, []any{who}, &hash)
	return hash, err
}
