package page

import (
	"context"
	"errors"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/apikey"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/shortid"
)

// Key is a manage key, without its secret.
type Key struct {
	ID, Name, CreatedBy string
	Created             time.Time
}

// KeyKind starts every manage key.
const KeyKind = "status"

var (
	qKeyInsert = storage.Register("status/manage_key.insert", `INSERT INTO manage_key (id, hash, name, created_by, created_us) VALUES ($1, $2, $3, $4, $5)`)
	qKeyByHash = storage.Register("status/manage_key.by-hash", `SELECT id, name, created_by, created_us FROM manage_key WHERE hash = $1
		AND NOT EXISTS (SELECT 1 FROM manage_key_end e WHERE e.key_id = manage_key.id AND e.ends_us <= $2)`)
	qKeyAll    = storage.Register("status/manage_key.all", `SELECT id, name, created_by, created_us FROM manage_key ORDER BY created_us, id LIMIT 500`)
	qKeyDelete = storage.Register("status/manage_key.delete", `DELETE FROM manage_key WHERE id = $1`)
)

// CreateKey makes a manage key of a site and gives its secret, which is not kept.
func CreateKey(ctx context.Context, tx *volume.Tx, site ids.Site, name string) (*Key, string, error) {
	if name == "" {
		name = "manage"
	}
	name, err := CheckName("name", name)
	if err != nil {
		return nil, "", err
	}
	secret := apikey.New(KeyKind, site)
	k := &Key{ID: shortid.New(), Name: name, CreatedBy: identity.From(ctx).Actor(), Created: tx.Now()}
	_, err = tx.Exec(ctx, qKeyInsert, k.ID, apikey.Hash(secret), k.Name, k.CreatedBy, clock.Micros(k.Created))
	return k, secret, err
}

// FindKey proves a key.
func FindKey(ctx context.Context, tx *volume.Tx, secret string) (*Key, error) {
	k, err := storage.One(ctx, tx.Tx, qKeyByHash, scanKey, apikey.Hash(secret), clock.Micros(tx.Now()))
	if errors.Is(err, storage.ErrNoRows) {
		return nil, fault.Unauthenticated("Could not authenticate")
	}
	return k, err
}

// Keys lists the manage keys of the site, oldest first.
func Keys(ctx context.Context, tx *volume.Tx) ([]*Key, error) {
	return storage.All(ctx, tx.Tx, qKeyAll, scanKey)
}

// DeleteKey makes a key worthless.
func DeleteKey(ctx context.Context, tx *volume.Tx, id string) error {
	if _, err := tx.Exec(ctx, qKeyEndDrop, id); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, qKeyDelete, id)
	if err == nil && n == 0 {
		return fault.NotFound("There is no such key.")
	}
	return err
}

func scanKey(r *storage.Rows) (*Key, error) {
	var k Key
	var created int64
	err := r.Scan(&k.ID, &k.Name, &k.CreatedBy, &created)
	k.Created = clock.FromMicros(created)
	return &k, err
}
