package incidentnotice

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/base32"
	"errors"
	"io/fs"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
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
	return storage.Migrations("incidentnotice", files)
}

// Tables of the control database that are this package's.
var Tables = []storage.Table{{Name: "loss_incident"}, {Name: "loss_site"}, {Name: "loss_update"}, {Name: "loss_mail"}}

// Incident is the loss of sites of one customer.
type Incident struct {
	ID      ids.Operation `json:"id"`
	Org     ids.Org       `json:"org"`
	Token   string        `json:"token"`
	Opened  time.Time     `json:"opened"`
	Closed  *time.Time    `json:"closed,omitempty"`
	Sites   []Site        `json:"sites"`
	Updates []Update      `json:"updates"`
}

// Site is an affected site.
type Site struct {
	ID    ids.Site   `json:"id"`
	Found time.Time  `json:"found"`
	Back  *time.Time `json:"back,omitempty"`
}

// Update is what was said at one moment.
type Update struct {
	ID     ids.Operation `json:"id"`
	Author string        `json:"author"`
	Text   string        `json:"text"`
	At     time.Time     `json:"at"`
}

const columns = `id, org_id, token, opened_us, closed_us`

var (
	qInsert  = storage.Register("incidentnotice/insert", `INSERT INTO loss_incident (id, org_id, token, opened_us, closed_us) VALUES ($1, $2, $3, $4, NULL)`)
	qOpenOf  = storage.Register("incidentnotice/open_of", `SELECT `+columns+` FROM loss_incident WHERE org_id = $1 AND closed_us IS NULL ORDER BY org_id, opened_us, id`)
	qOpen    = storage.Register("incidentnotice/open", `SELECT `+columns+` FROM loss_incident WHERE closed_us IS NULL ORDER BY opened_us, id`)
	qList    = storage.Register("incidentnotice/list", `SELECT `+columns+` FROM loss_incident ORDER BY opened_us DESC, id DESC LIMIT $1`)
	qByToken = storage.Register("incidentnotice/by_token", `SELECT `+columns+` FROM loss_incident WHERE token = $1`)
	qClose   = storage.Register("incidentnotice/close", `UPDATE loss_incident SET closed_us = $2 WHERE id = $1 AND closed_us IS NULL`)
	qAddSite = storage.Register("incidentnotice/site.insert", `INSERT INTO loss_site (incident_id, site_id, found_us, back_us) VALUES ($1, $2, $3, NULL) ON CONFLICT (incident_id, site_id) DO UPDATE SET back_us = NULL`)
	qSites   = storage.Register("incidentnotice/site.list", `SELECT site_id, found_us, back_us FROM loss_site WHERE incident_id = $1 ORDER BY incident_id, site_id`)
	qBack    = storage.Register("incidentnotice/site.back", `UPDATE loss_site SET back_us = $3 WHERE incident_id = $1 AND site_id = $2`)
	qSay     = storage.Register("incidentnotice/update.insert", `INSERT INTO loss_update (id, incident_id, author, text, at_us) VALUES ($1, $2, $3, $4, $5)`)
	qUpdates = storage.Register("incidentnotice/update.list", `SELECT id, author, text, at_us FROM loss_update WHERE incident_id = $1 ORDER BY incident_id, at_us, id`)
)

// Open enters the loss of a site into its customer's open incident, or opens one; fresh tells that the site was not known to be lost.
func Open(ctx context.Context, tx *volume.Tx, org ids.Org, site ids.Site) (i Incident, fresh bool, err error) {
	found, err := storage.All(ctx, tx.Tx, qOpenOf, scan, org)
	if err != nil {
		return i, false, err
	}
	if len(found) > 0 {
		if i, err = fill(ctx, tx, found[0]); err != nil {
			return i, false, err
		}
		for _, s := range i.Sites {
			if s.ID == site && s.Back == nil {
				return i, false, nil
			}
		}
	} else {
		i = Incident{ID: ids.New[ids.Operation](tx.Now()), Org: org, Token: newToken(), Opened: tx.Now()}
		if _, err := tx.Exec(ctx, qInsert, i.ID, org, i.Token, clock.Micros(tx.Now())); err != nil {
			return i, false, err
		}
	}
	if _, err := tx.Exec(ctx, qAddSite, i.ID, site, clock.Micros(tx.Now())); err != nil {
		return i, false, err
	}
	i, err = fill(ctx, tx, i)
	return i, true, err
}

func newToken() string {
	raw := make([]byte, 25)
	if _, err := rand.Read(raw); err != nil {
		panic(err) // crypto/rand does not fail on supported systems
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(raw))
}

// Say adds an update to an incident.
func Say(ctx context.Context, tx *volume.Tx, incident ids.Operation, text string) (ids.Operation, error) {
	id := ids.New[ids.Operation](tx.Now())
	if strings.TrimSpace(text) == "" || len(text) > 10000 {
		return id, fault.Invalid("text", "An update has 1 to 10,000 bytes of text.")
	}
	_, err := tx.Exec(ctx, qSay, id, incident, identity.From(ctx).Actor(), text, clock.Micros(tx.Now()))
	return id, err
}

// Back notes that a site is whole again.
func Back(ctx context.Context, tx *volume.Tx, incident ids.Operation, site ids.Site) error {
	_, err := tx.Exec(ctx, qBack, incident, site, clock.Micros(tx.Now()))
	return err
}

// Close ends an incident.
func Close(ctx context.Context, tx *volume.Tx, incident ids.Operation) error {
	_, err := tx.Exec(ctx, qClose, incident, clock.Micros(tx.Now()))
	return err
}

// OpenOnes lists the open incidents of all customers, the oldest first.
func OpenOnes(ctx context.Context, tx *volume.Tx) ([]Incident, error) {
	return many(ctx, tx, qOpen)
}

// Newest lists incidents, newest first.
func Newest(ctx context.Context, tx *volume.Tx, limit int) ([]Incident, error) {
	return many(ctx, tx, qList, limit)
}

func many(ctx context.Context, tx *volume.Tx, q *storage.Query, args ...any) ([]Incident, error) {
	all, err := storage.All(ctx, tx.Tx, q, scan, args...)
	for n := range all {
		if err == nil {
			all[n], err = fill(ctx, tx, all[n])
		}
	}
	return all, err
}

// ByToken gives the incident of a link.
func ByToken(ctx context.Context, tx *volume.Tx, token string) (Incident, error) {
	i, err := storage.One(ctx, tx.Tx, qByToken, scan, token)
	if errors.Is(err, storage.ErrNoRows) {
		return i, fault.NotFound("There is no such page.")
	}
	if err != nil {
		return i, err
	}
	return fill(ctx, tx, i)
}

func scan(r *storage.Rows) (i Incident, err error) {
	var opened int64
	var closed *int64
	err = r.Scan(&i.ID, &i.Org, &i.Token, &opened, &closed)
	i.Opened, i.Closed = clock.FromMicros(opened), instant(closed)
	return i, err
}

func fill(ctx context.Context, tx *volume.Tx, i Incident) (Incident, error) {
	var err error
	i.Sites, err = storage.All(ctx, tx.Tx, qSites, func(r *storage.Rows) (s Site, err error) {
		var found int64
		var back *int64
		err = r.Scan(&s.ID, &found, &back)
		s.Found, s.Back = clock.FromMicros(found), instant(back)
		return s, err
	}, i.ID)
	if err != nil {
		return i, err
	}
	i.Updates, err = storage.All(ctx, tx.Tx, qUpdates, func(r *storage.Rows) (u Update, err error) {
		var at int64
		err = r.Scan(&u.ID, &u.Author, &u.Text, &at)
		u.At = clock.FromMicros(at)
		return u, err
	}, i.ID)
	return i, err
}

func instant(us *int64) *time.Time {
	if us == nil {
		return nil
	}
	t := clock.FromMicros(*us)
	return &t
}
