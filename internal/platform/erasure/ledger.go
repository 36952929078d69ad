package erasure

import (
	"context"
	"embed"
	"encoding/json"
	"io/fs"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations are the steps of the schema, which belongs to the control database.
func Migrations() []storage.Migration {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return storage.Migrations("erasure", files)
}

// Tables of the control database that are this package's.
var Tables = []storage.Table{{Name: "erasure"}, {Name: "erasure_place"}}

// Record is an entry of the ledger.
type Record struct {
	ID      ids.Operation `json:"id"`
	Org     ids.Org       `json:"org"`
	Account ids.Account   `json:"account"`
	Hashes  Hashes        `json:"-"`
	Reason  string        `json:"reason"`
	Actor   string        `json:"actor"`
	At      time.Time     `json:"at"`
}

var (
	qInsert  = storage.Register("erasure/insert", `INSERT INTO erasure (id, org_id, account_id, hashes, reason, actor, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qByOrg   = storage.Register("erasure/by_org", `SELECT id, org_id, account_id, hashes, reason, actor, at_us FROM erasure WHERE org_id = $1 ORDER BY org_id, at_us, id`)
	qAny     = storage.Register("erasure/any", `SELECT count(*) FROM (SELECT 1 FROM erasure LIMIT 1) AS one`)
	qChanged = storage.Register("erasure/place.add", `INSERT INTO erasure_place (erasure_org, volume, place, changed, last_us) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (erasure_org, volume, place) DO UPDATE SET changed = erasure_place.changed + excluded.changed, last_us = excluded.last_us`)
)

// Enter adds an erasure to the ledger, before anything is erased.
func Enter(ctx context.Context, tx *volume.Tx, r Record) (ids.Operation, error) {
	hashes, err := json.Marshal(r.Hashes)
	if err != nil {
		return r.ID, err
	}
	r.ID = ids.New[ids.Operation](tx.Now())
	_, err = tx.Exec(ctx, qInsert, r.ID, r.Org, r.Account, string(hashes), r.Reason, identity.From(ctx).Actor(), clock.Micros(tx.Now()))
	return r.ID, err
}

// Of lists the erasures of an organization, in the order of their time.
func Of(ctx context.Context, tx *volume.Tx, org ids.Org) ([]Record, error) {
	return storage.All(ctx, tx.Tx, qByOrg, func(r *storage.Rows) (e Record, err error) {
		var hashes string
		var at int64
		if err := r.Scan(&e.ID, &e.Org, &e.Account, &hashes, &e.Reason, &e.Actor, &at); err != nil {
			return e, err
		}
		e.At = clock.FromMicros(at)
		return e, json.Unmarshal([]byte(hashes), &e.Hashes)
	}, org)
}

// Any tells whether anybody was ever erased here.
func Any(ctx context.Context, tx *volume.Tx) (bool, error) {
	n, err := storage.One(ctx, tx.Tx, qAny, func(r *storage.Rows) (n int64, err error) { return n, r.Scan(&n) })
	return n > 0, err
}

// Note adds what was changed in a volume to the ledger.
func Note(ctx context.Context, tx *volume.Tx, org ids.Org, ref volume.Ref, changed map[string]int64) error {
	for place, n := range changed {
		if _, err := tx.Exec(ctx, qChanged, org, ref.String(), place, n, clock.Micros(tx.Now())); err != nil {
			return err
		}
	}
	return nil
}

var (
	qContacts = storage.Register("erasure/contact.by_org", `SELECT id, email, name FROM contact WHERE org_id = $1 ORDER BY org_id, id`)
	qDelete   = storage.Register("erasure/contact.delete", `DELETE FROM contact WHERE id = $1`)
)

// sent are the tables of the control database that say to whom something was sent.
var sent = []string{"lifecycle_notice", "loss_mail", "assurance_contact"}

// Contacts removes erased people from those who are called when their organization is in trouble.
func Contacts(ctx context.Context, tx *volume.Tx, s *Set) (removed int64, err error) {
	type contact struct{ id, email, name string }
	all, err := storage.All(ctx, tx.Tx, qContacts, func(r *storage.Rows) (c contact, err error) {
		return c, r.Scan(&c.id, &c.email, &c.name)
	}, s.org)
	if err != nil {
		return 0, err
	}
	for _, c := range all {
		if s.Clean(c.email, nil) == c.email {
			continue
		}
		if _, err := tx.Exec(ctx, qDelete, c.id); err != nil {
			return removed, err
		}
		removed++
	}
	changed := map[string]int64{}
	for _, table := range sent {
		if err := sweep(ctx, tx, table, s, changed); err != nil {
			return removed, err
		}
	}
	return removed, nil
}
