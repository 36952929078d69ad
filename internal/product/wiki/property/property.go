// Package property keeps JSON values that programs store with contents and spaces, under keys of their own, each with a version.
package property

import (
	"context"
	"encoding/json"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/viewer"
)

// MaxValue bounds a value, in bytes.
const MaxValue = 32 << 10

// Property is a value of a content or space.
type Property struct {
	ID, OwnerID      int64
	Key              string
	Value            json.RawMessage
	Version          int64
	Author           string
	Created, Updated time.Time
}

const columns = `id, owner_id, key, value, version, coalesce(author, ''), created_us, updated_us`

var (
	qByKey  = storage.Register("wiki/property.by_key", `SELECT `+columns+` FROM wiki_property WHERE owner_id = $1 AND key = $2`)
	qList   = storage.Register("wiki/property.list", `SELECT `+columns+` FROM wiki_property WHERE owner_id = $1 AND key > $2 ORDER BY owner_id, key LIMIT $3`)
	qGet    = storage.Register("wiki/property.get", `SELECT `+columns+` FROM wiki_property WHERE id = $1`)
	qInsert = storage.Register("wiki/property.insert", `INSERT INTO wiki_property (id, owner_id, key, value, version, author, created_us, updated_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qSave   = storage.Register("wiki/property.save", `UPDATE wiki_property SET key = $2, value = $3, version = $4, author = $5, updated_us = $6 WHERE id = $1`)
	qDrop   = storage.Register("wiki/property.drop", `DELETE FROM wiki_property WHERE id = $1`)
)

func scan(r *storage.Rows) (*Property, error) {
	p := &Property{}
	var value string
	var created, updated int64
	err := r.Scan(&p.ID, &p.OwnerID, &p.Key, &value, &p.Version, &p.Author, &created, &updated)
	p.Value, p.Created, p.Updated = json.RawMessage(value), clock.FromMicros(created), clock.FromMicros(updated)
	return p, err
}

func one(ctx context.Context, tx *volume.Tx, q *storage.Query, args ...any) (*Property, error) {
	found, err := storage.All(ctx, tx.Tx, q, scan, args...)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// Find gives a property by key, nil when there is none.
func Find(ctx context.Context, tx *volume.Tx, owner int64, key string) (*Property, error) {
	return one(ctx, tx, qByKey, owner, key)
}

// Get gives a property of an owner by identifier; fault.KindNotFound when there is none.
func Get(ctx context.Context, tx *volume.Tx, owner, id int64) (*Property, error) {
	p, err := one(ctx, tx, qGet, id)
	if err == nil && (p == nil || p.OwnerID != owner) {
		return nil, fault.NotFound("There is no property %d of the content %d.", id, owner)
	}
	return p, err
}

// List gives a page of properties by key, after a key.
func List(ctx context.Context, tx *volume.Tx, owner int64, after string, limit int) ([]*Property, error) {
	return storage.All(ctx, tx.Tx, qList, scan, owner, after, limit)
}

func check(key string, value json.RawMessage) error {
	if key == "" || len(key) > 255 {
		return fault.Invalid("key", "The key of a property has 1 to 255 bytes.")
	}
	if len(value) == 0 || len(value) > MaxValue || !json.Valid(value) {
		return fault.Invalid("value", "The value of a property is JSON of at most %d bytes.", MaxValue)
	}
	return nil
}

// Create adds a property; fault.KindConflict when the key is there.
func Create(ctx context.Context, tx *volume.Tx, actor string, owner int64, key string, value json.RawMessage) (*Property, error) {
	if err := check(key, value); err != nil {
		return nil, err
	}
	if have, err := Find(ctx, tx, owner, key); err != nil {
		return nil, err
	} else if have != nil {
		return nil, fault.Conflict("A property with the key %s exists already.", key)
	}
	id, err := content.NextID(ctx, tx, 1)
	if err != nil {
		return nil, err
	}
	p := &Property{ID: id, OwnerID: owner, Key: key, Value: value, Version: 1, Author: actor, Created: tx.Now(), Updated: tx.Now()}
	_, err = tx.Exec(ctx, qInsert, p.ID, owner, key, string(value), 1, content.OrNull(actor), clock.Micros(p.Created), clock.Micros(p.Updated))
	return p, err
}

// Set changes a property. version is the number it will have, 0 for whatever comes next.
func Set(ctx context.Context, tx *volume.Tx, actor string, p *Property, key string, value json.RawMessage, version int64) error {
	if err := check(key, value); err != nil {
		return err
	}
	if version != 0 && version != p.Version+1 {
		return fault.Conflict("The version of the property is %d: the next one is %d, not %d.", p.Version, p.Version+1, version)
	}
	p.Key, p.Value, p.Version, p.Author, p.Updated = key, value, p.Version+1, actor, tx.Now()
	_, err := tx.Exec(ctx, qSave, p.ID, p.Key, string(value), p.Version, content.OrNull(actor), clock.Micros(p.Updated))
	return err
}

// Put creates or changes a property by key, whatever its version.
func Put(ctx context.Context, tx *volume.Tx, actor string, owner int64, key string, value json.RawMessage) (*Property, error) {
	p, err := Find(ctx, tx, owner, key)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return Create(ctx, tx, actor, owner, key, value)
	}
	return p, Set(ctx, tx, actor, p, key, value, 0)
}

// Delete removes a property.
func Delete(ctx context.Context, tx *volume.Tx, p *Property) error {
	_, err := tx.Exec(ctx, qDrop, p.ID)
	return err
}

// Values gives the value of one key for each of some owners that have it.
func Values(ctx context.Context, tx *volume.Tx, key string, owners []int64) (map[int64]string, error) {
	out := map[int64]string{}
	if len(owners) == 0 {
		return out, nil
	}
	rows, err := tx.QueryText(ctx, "SELECT owner_id, value FROM wiki_property WHERE key = $1 AND owner_id IN ("+viewer.Numbers(owners)+")", key)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var value string
		if err := rows.Scan(&id, &value); err != nil {
			return nil, err
		}
		out[id] = value
	}
	return out, rows.Err()
}
