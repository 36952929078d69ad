package takeout

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
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
	return storage.Migrations("takeout", files)
}

// Tables of the control database that are this package's.
var Tables = []storage.Table{{Name: "takeout"}}

// Export is a site's continuous export.
type Export struct {
	Site    ids.Site   `json:"site"`
	To      string     `json:"to"` // a folder, or the address of a bucket
	Secret  string     `json:"-"`  // credentials of the bucket, sealed
	Set     time.Time  `json:"set"`
	Written *time.Time `json:"written,omitempty"` // when the state in the folder was taken
	State   string     `json:"state"`             // which commits it has, by volume
	Error   string     `json:"error,omitempty"`   // of the newest attempt; empty when it went well
}

var (
	qSet   = storage.Register("takeout/set", `INSERT INTO takeout (site_id, folder, set_us, written_us, state, error, secret) VALUES ($1, $2, $3, NULL, '', '', $4) ON CONFLICT (site_id) DO UPDATE SET folder = excluded.folder, secret = excluded.secret, set_us = excluded.set_us, written_us = NULL, state = '', error = ''`)
	qAll   = storage.Register("takeout/all", `SELECT site_id, folder, set_us, written_us, state, error, secret FROM takeout ORDER BY site_id`)
	qOne   = storage.Register("takeout/get", `SELECT site_id, folder, set_us, written_us, state, error, secret FROM takeout WHERE site_id = $1`)
	qOff   = storage.Register("takeout/delete", `DELETE FROM takeout WHERE site_id = $1`)
	qWrote = storage.Register("takeout/written", `UPDATE takeout SET written_us = $2, state = $3, error = '' WHERE site_id = $1`)
	qError = storage.Register("takeout/failed", `UPDATE takeout SET error = $2 WHERE site_id = $1 AND error <> $2`)
)

// Set begins the export of a site to a folder or bucket, or moves it to another one. secret holds the credentials of a bucket, sealed.
func Set(ctx context.Context, tx *volume.Tx, site ids.Site, to, secret string) error {
	_, err := tx.Exec(ctx, qSet, site, to, clock.Micros(tx.Now()), secret)
	return err
}

// Off ends the export of a site. What is in the folder is the customer's and stays.
func Off(ctx context.Context, tx *volume.Tx, site ids.Site) error {
	n, err := tx.Exec(ctx, qOff, site)
	if err == nil && n == 0 {
		return fault.NotFound("The site is not exported.")
	}
	return err
}

func scan(r *storage.Rows) (e Export, err error) {
	var set int64
	var written *int64
	err = r.Scan(&e.Site, &e.To, &set, &written, &e.State, &e.Error, &e.Secret)
	e.Set = clock.FromMicros(set)
	if written != nil {
		t := clock.FromMicros(*written)
		e.Written = &t
	}
	return e, err
}

// Get gives the export of a site.
func Get(ctx context.Context, tx *volume.Tx, site ids.Site) (Export, error) {
	e, err := storage.One(ctx, tx.Tx, qOne, scan, site)
	if errors.Is(err, storage.ErrNoRows) {
		return e, fault.NotFound("The site is not exported.")
	}
	return e, err
}

// All lists the exports, by site.
func All(ctx context.Context, tx *volume.Tx) ([]Export, error) {
	return storage.All(ctx, tx.Tx, qAll, scan)
}

// Wrote notes the outcome of an attempt: which state was taken when, or why it failed.
func Wrote(ctx context.Context, tx *volume.Tx, site ids.Site, at time.Time, state string, failed error) error {
	if failed != nil {
		_, err := tx.Exec(ctx, qError, site, failed.Error())
		return err
	}
	_, err := tx.Exec(ctx, qWrote, site, clock.Micros(at), state)
	return err
}
