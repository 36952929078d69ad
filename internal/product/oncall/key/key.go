// Package key proves programs: each integration has keys, kept as hashes, that may do what the integration may. It promises that a key that was revoked, or
// whose integration is disabled, opens nothing from the next request on.
package key

import (
	"context"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/apikey"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/integration"
)

// Kind is the first part of every key of this product.
const Kind = "oncall"

// Key is what is known of a key once its secret has been shown.
type Key struct {
	ID            string
	IntegrationID string
	Name          string
	Hint          string // the last characters of the secret, by which people tell keys apart
	Created       time.Time
}

var (
	qInsert = storage.Register("oncall/integration_key.insert", `INSERT INTO integration_key (id, integration_id, name, hash, hint, created_us) VALUES ($1, $2, $3, $4, $5, $6)`)
	qList   = storage.Register("oncall/integration_key.list", `SELECT id, integration_id, name, hint, created_us FROM integration_key WHERE integration_id = $1 ORDER BY integration_id, id`)
	qRevoke = storage.Register("oncall/integration_key.revoke", `DELETE FROM integration_key WHERE integration_id = $1 AND id = $2`)
	qHashes = storage.Register("oncall/integration_key.hashes", `SELECT hash, integration_id, coalesce(ends_us, 0) FROM integration_key LEFT JOIN integration_key_end ON key_id = id`)
)

// maxKeys bounds the keys of an integration.
const maxKeys = 20

// Create makes a key of an integration and gives its secret, which is not kept.
func Create(ctx context.Context, tx *volume.Tx, site ids.Site, integrationID, name string) (string, error) {
	have, err := List(ctx, tx, integrationID)
	if err != nil {
		return "", err
	}
	if len(have) >= maxKeys {
		return "", fault.Bad("An integration has at most %d keys: revoke one first.", maxKeys)
	}
	if len(name) > 250 {
		return "", fault.Invalid("name", "Name can not be longer than 250 characters.")
	}
	secret := apikey.New(Kind, site)
	_, err = tx.Exec(ctx, qInsert, alert.NewID(tx.Now()), integrationID, name, apikey.Hash(secret), secret[len(secret)-4:], clock.Micros(tx.Now()))
	return secret, err
}

// List gives the keys of an integration, oldest first.
func List(ctx context.Context, tx *volume.Tx, integrationID string) ([]*Key, error) {
	return storage.All(ctx, tx.Tx, qList, func(r *storage.Rows) (*Key, error) {
		k := &Key{}
		var created int64
		err := r.Scan(&k.ID, &k.IntegrationID, &k.Name, &k.Hint, &created)
		k.Created = clock.FromMicros(created)
		return k, err
	}, integrationID)
}

// Revoke takes a key away.
func Revoke(ctx context.Context, tx *volume.Tx, integrationID, id string) error {
	if _, err := tx.Exec(ctx, qEndDrop, id); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, qRevoke, integrationID, id)
	if err == nil && n == 0 {
		err = fault.NotFound("There is no such key.")
	}
	return err
}

type memoKey struct{}

// opening is what a key opens, and until when: 0 for no end.
type opening struct {
	integration string
	endsUs      int64
}

// Integration gives the enabled integration that a secret is a key of; unauthenticated when there is none. Keys are remembered until one changes.
func Integration(ctx context.Context, tx *volume.Tx, secret string) (*integration.Integration, error) {
	byHash, err := volume.Memo(ctx, tx, memoKey{}, []string{"integration_key", "integration_key_end"}, func() (map[string]opening, error) {
		out := map[string]opening{}
		_, err := storage.All(ctx, tx.Tx, qHashes, func(r *storage.Rows) (struct{}, error) {
			var hash string
			var o opening
			err := r.Scan(&hash, &o.integration, &o.endsUs)
			out[hash] = o
			return struct{}{}, err
		})
		return out, err
	})
	if err != nil {
		return nil, err
	}
	all, err := integration.All(ctx, tx)
	if err != nil {
		return nil, err
	}
	o := byHash[apikey.Hash(secret)]
	i := all[o.integration]
	if i == nil || !i.Enabled || o.endsUs != 0 && o.endsUs <= clock.Micros(tx.Now()) {
		return nil, fault.Unauthenticated("Could not authenticate")
	}
	return i, nil
}
