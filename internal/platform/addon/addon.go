// Package addon keeps the add-ons of sites: which are installed where and whether they are active, in the control database, and what they store,
// in the site's work volume. An add-on is deactivated and activated, never removed here: in April 2022 the removal of a legacy add-on was
// given the identifiers of whole sites. An app_… identifier is all that any call of this package takes.
package addon

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"regexp"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

//go:embed migrations
var migrationFiles embed.FS

func migrations(product, folder string) []storage.Migration {
	files, err := fs.Sub(migrationFiles, folder)
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return storage.Migrations(product, files)
}

// Migrations are the steps of the schema in the control database.
func Migrations() []storage.Migration { return migrations("addon", "migrations/control") }

// Tables of the control database that are this package's.
var Tables = []storage.Table{{Name: "addon"}}

// SiteMigrations are the steps of the schema in a site's work volume.
func SiteMigrations() []storage.Migration { return migrations("addondata", "migrations/site") }

// SiteTables of a site's work volume that are this package's.
var SiteTables = []storage.Table{{Name: "addon_object", Item: "addon.object", ItemID: "addon_id"}}

// The states of an add-on.
const (
	Active      = "active"
	Deactivated = "deactivated"
)

// Addon is an add-on of a site.
type Addon struct {
	ID      ids.App   `json:"id"`
	Site    ids.Site  `json:"site"`
	Key     string    `json:"key"` // of the product, such as "insight-assets"
	Name    string    `json:"name"`
	State   string    `json:"state"`
	Since   time.Time `json:"state_since"`
	Created time.Time `json:"created"`
}

const columns = `id, site_id, key, name, state, state_us, created_us`

var (
	qInsert = storage.Register("addon/insert", `INSERT INTO addon (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $6)`)
	qGet    = storage.Register("addon/by_id", `SELECT `+columns+` FROM addon WHERE id = $1`)
	qBySite = storage.Register("addon/by_site", `SELECT `+columns+` FROM addon WHERE site_id = $1 ORDER BY site_id, key`)
	qAll    = storage.Register("addon/after", `SELECT `+columns+` FROM addon WHERE id > $1 ORDER BY id LIMIT $2`)
	qState  = storage.Register("addon/state", `UPDATE addon SET state = $3, state_us = $4 WHERE id = $1 AND state = $2`)
	qPut    = storage.Register("addondata/put", `INSERT INTO addon_object (addon_id, object_key, value, updated_us) VALUES ($1, $2, $3, $4)
		ON CONFLICT (addon_id, object_key) DO UPDATE SET value = excluded.value, updated_us = excluded.updated_us`)
	qCount = storage.Register("addondata/count", `SELECT count(*) FROM addon_object WHERE addon_id = $1`)
)

var validKey = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,79}$`)

// Install puts an add-on on a site, active. A site has each at most once.
func Install(ctx context.Context, tx *volume.Tx, site ids.Site, key, name string) (Addon, error) {
	if !validKey.MatchString(key) {
		return Addon{}, fault.Invalid("key", "The key of an add-on has 1 to 80 lower-case letters, digits, dots and hyphens; %.80q has not.", key)
	}
	if name == "" {
		name = key
	}
	a := Addon{ID: ids.New[ids.App](tx.Now()), Site: site, Key: key, Name: name, State: Active, Since: tx.Now(), Created: tx.Now()}
	_, err := tx.Exec(ctx, qInsert, a.ID, a.Site, a.Key, a.Name, a.State, clock.Micros(a.Created))
	if errors.Is(err, storage.ErrUnique) {
		return Addon{}, fault.Wrap(err, fault.KindConflict, "The site has the add-on %q already.", key)
	}
	return a, err
}

// Get gives an add-on; fault.KindNotFound when there is none.
func Get(ctx context.Context, tx *volume.Tx, id ids.App) (Addon, error) {
	a, err := storage.One(ctx, tx.Tx, qGet, scan, id)
	if errors.Is(err, storage.ErrNoRows) {
		return a, fault.NotFound("There is no add-on %s.", id)
	}
	return a, err
}

// OfSite lists the add-ons of a site, by key.
func OfSite(ctx context.Context, tx *volume.Tx, site ids.Site) ([]Addon, error) {
	return storage.All(ctx, tx.Tx, qBySite, scan, site)
}

// page is how many add-ons one statement of All reads.
const page = 1000

// All gives every add-on of the fleet to visit, by identifier.
func All(ctx context.Context, tx *volume.Tx, visit func(Addon) error) error {
	after := ""
	for {
		part, err := storage.All(ctx, tx.Tx, qAll, scan, after, page)
		if err != nil {
			return err
		}
		for _, a := range part {
			if err := visit(a); err != nil {
				return err
			}
			after = a.ID.String()
		}
		if len(part) < page {
			return nil
		}
	}
}

// SetState moves an add-on from one state to another; fault.KindConflict when it is not in the first.
func SetState(ctx context.Context, tx *volume.Tx, id ids.App, from, to string) error {
	n, err := tx.Exec(ctx, qState, id, from, to, clock.Micros(tx.Now()))
	if err == nil && n == 0 {
		return fault.Conflict("The add-on %s is not %s.", id, from)
	}
	return err
}

// Put stores an object of an add-on in its site's work volume.
func Put(ctx context.Context, tx *volume.Tx, id ids.App, key, value string) error {
	_, err := tx.Exec(ctx, qPut, id, key, value, clock.Micros(tx.Now()))
	return err
}

// Count counts the objects of an add-on in its site's work volume.
func Count(ctx context.Context, tx *volume.Tx, id ids.App) (n int64, err error) {
	return n, tx.Get(ctx, qCount, []any{id}, &n)
}

func scan(r *storage.Rows) (a Addon, err error) {
	var since, created int64
	err = r.Scan(&a.ID, &a.Site, &a.Key, &a.Name, &a.State, &since, &created)
	a.Since, a.Created = clock.FromMicros(since), clock.FromMicros(created)
	return a, err
}
