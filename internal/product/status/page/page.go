// Package page keeps status pages with their settings and design, the keys that programs manage them with, and who did what. It promises that
// nothing of a page reaches a browser as markup or style that was not checked here. How a page looks is the public package's matter.
package page

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/shortid"
)

// Page is one status page.
type Page struct {
	ID       string
	Position int64
	Name     string
	Domain   string // own host name, lower case; empty for none
	Origin   string // where the site lives, such as https://acme.example.com; empty while nobody knows
	Secret   []byte // signs links and webhooks
	// OldSecret signed them before, and counts until OldUntil; nil from then on. See Rotate.
	OldSecret []byte
	OldUntil  time.Time
	Settings  Settings
	Created   time.Time
	Updated   time.Time // the newest change of anything that the page shows
}

// Settings is everything of a page that nothing is found by.
type Settings struct {
	Headline    string `json:"headline,omitempty"`
	Description string `json:"description,omitempty"` // the about text, Markdown
	URL         string `json:"url,omitempty"`         // where the company lives; public links use it when set
	SupportURL  string `json:"supportUrl,omitempty"`
	TimeZone    string `json:"timeZone,omitempty"` // IANA name, UTC when empty
	HideSearch  bool   `json:"hiddenFromSearch,omitempty"`
	// Private shows the page to members of the site alone; it has no static copy then.
	Private       bool   `json:"viewersMustBeTeamMembers,omitempty"`
	NoSubscribers bool   `json:"noPageSubscribers,omitempty"`
	NoIncidents   bool   `json:"noIncidentSubscribers,omitempty"`
	NoEmail       bool   `json:"noEmailSubscribers,omitempty"`
	NoWebhooks    bool   `json:"noWebhookSubscribers,omitempty"`
	NoFeeds       bool   `json:"noFeeds,omitempty"`
	FromEmail     string `json:"notificationsFromEmail,omitempty"`
	EmailFooter   string `json:"notificationsEmailFooter,omitempty"`
	// PartialPercent is how much of a partial outage counts as down; nil for DefaultPartialPercent.
	PartialPercent *int `json:"partialPercent,omitempty"`
	HideUptime     bool `json:"hideUptime,omitempty"`
	// KeepNotices is for how many days notices and deliveries are kept; 0 for DefaultNoticeDays.
	KeepNotices int    `json:"keepNoticesDays,omitempty"`
	Design      Design `json:"design"`
	// Theme are the vendor's colour fields by name, kept so that clients read back what they wrote.
	Theme map[string]string `json:"theme,omitempty"`
}

// DefaultPartialPercent is the weight of a partial outage in uptime where a page does not say.
const DefaultPartialPercent = 30

// How long notices and deliveries are kept where a page does not say, and what it can say, in days.
const (
	DefaultNoticeDays = 90
	MinNoticeDays     = 7
	MaxNoticeDays     = 3650
)

// NoticeDays gives for how many days notices and deliveries of the page are kept.
func (s Settings) NoticeDays() int {
	if s.KeepNotices == 0 {
		return DefaultNoticeDays
	}
	return s.KeepNotices
}

// PartialWeight gives how much of a partial outage counts as down, in percent.
func (s Settings) PartialWeight() int64 {
	if s.PartialPercent == nil {
		return DefaultPartialPercent
	}
	return int64(*s.PartialPercent)
}

// Location gives the page's time zone.
func (p *Page) Location() *time.Location {
	if z, err := time.LoadLocation(p.Settings.TimeZone); err == nil {
		return z
	}
	return time.UTC
}

// PublicURL gives the absolute address of the page, without trailing slash: its own domain, or its place on the site. It is relative ("/status/p/…")
// while nobody knows where the site lives.
func (p *Page) PublicURL() string {
	if p.Domain != "" {
		return "https://" + p.Domain
	}
	if p.Position == 0 {
		return p.Origin + "/status"
	}
	return p.Origin + "/status/p/" + p.ID
}

const (
	columns = `id, position, name, domain, origin, secret, settings, created_us, updated_us`
	read    = columns + `, coalesce(old_secret, ''), coalesce(until_us, 0) FROM page LEFT JOIN page_old_secret ON page_id = id`
)

var (
	qAll    = storage.Register("status/page.all", `SELECT `+read+` ORDER BY position, id LIMIT 200`)
	qByID   = storage.Register("status/page.by-id", `SELECT `+read+` WHERE id = $1`)
	qInsert = storage.Register("status/page.insert", `INSERT INTO page (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	qUpdate = storage.Register("status/page.update", `UPDATE page SET name = $2, domain = $3, origin = $4, settings = $5, updated_us = $6 WHERE id = $1`)
	qTouch  = storage.Register("status/page.touch", `UPDATE page SET updated_us = $2, origin = $3 WHERE id = $1`)
)

func scan(r *storage.Rows) (*Page, error) {
	var p Page
	var secret, settings, old string
	var created, updated, until int64
	if err := r.Scan(&p.ID, &p.Position, &p.Name, &p.Domain, &p.Origin, &secret, &settings, &created, &updated, &old, &until); err != nil {
		return nil, err
	}
	p.Created, p.Updated = clock.FromMicros(created), clock.FromMicros(updated)
	if old != "" {
		var err error
		if p.OldSecret, err = hex.DecodeString(old); err != nil {
			return nil, err
		}
		p.OldUntil = clock.FromMicros(until)
	}
	var err error
	if p.Secret, err = hex.DecodeString(secret); err != nil {
		return nil, err
	}
	return &p, json.Unmarshal([]byte(settings), &p.Settings)
}

// All lists the pages of the site in order; the first is the one at /status/.
func All(ctx context.Context, tx *volume.Tx) ([]*Page, error) {
	all, err := storage.All(ctx, tx.Tx, qAll, scan)
	for _, p := range all {
		p.forget(tx.Now())
	}
	return all, err
}

// First gives the site's first page.
func First(ctx context.Context, tx *volume.Tx) (*Page, error) {
	all, err := All(ctx, tx)
	if err == nil && len(all) == 0 {
		err = fault.NotFound("This site has no status page.")
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Get gives a page by its identifier.
func Get(ctx context.Context, tx *volume.Tx, id string) (*Page, error) {
	p, err := storage.One(ctx, tx.Tx, qByID, scan, id)
	if errors.Is(err, storage.ErrNoRows) {
		return nil, fault.NotFound("There is no such page.")
	}
	if err == nil {
		p.forget(tx.Now())
	}
	return p, err
}

// MaxPages bounds the pages of a site.
const MaxPages = 100

// Create makes a page at the end of the site's list.
func Create(ctx context.Context, tx *volume.Tx, name string) (*Page, error) {
	name, err := CheckName("name", name)
	if err != nil {
		return nil, err
	}
	all, err := All(ctx, tx)
	if err != nil {
		return nil, err
	}
	p := &Page{ID: shortid.New(), Name: name, Origin: httpkit.BaseURL(ctx), Secret: make([]byte, 32), Created: tx.Now(), Updated: tx.Now()}
	_, _ = rand.Read(p.Secret) // never fails on supported systems
	if len(all) >= MaxPages {
		return nil, fault.Conflict("A site has %d status pages at most.", MaxPages)
	}
	if len(all) > 0 {
		p.Position = all[len(all)-1].Position + 1
	}
	settings, err := json.Marshal(p.Settings)
	if err != nil {
		return nil, err
	}
	if err := publish(ctx, tx, p.ID); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, qInsert, p.ID, p.Position, p.Name, p.Domain, p.Origin, hex.EncodeToString(p.Secret), string(settings), clock.Micros(p.Created), clock.Micros(p.Updated))
	return p, err
}

// Save writes a page back and marks it as changed now.
func Save(ctx context.Context, tx *volume.Tx, p *Page) error {
	settings, err := json.Marshal(p.Settings)
	if err != nil {
		return err
	}
	p.Updated = tx.Now()
	p.Origin = learnOrigin(ctx, p.Origin)
	if _, err = tx.Exec(ctx, qUpdate, p.ID, p.Name, p.Domain, p.Origin, string(settings), clock.Micros(p.Updated)); err != nil {
		return err
	}
	return publish(ctx, tx, p.ID)
}

// Touch marks a page as changed now: something that it shows did.
func Touch(ctx context.Context, tx *volume.Tx, p *Page) error {
	p.Updated = tx.Now()
	p.Origin = learnOrigin(ctx, p.Origin)
	if _, err := tx.Exec(ctx, qTouch, p.ID, clock.Micros(p.Updated), p.Origin); err != nil {
		return err
	}
	return publish(ctx, tx, p.ID)
}

// PublishKind is the kind of the job that writes a page's static copy; its key is the page. However many changes come, one run publishes all
// that are there when it starts.
const PublishKind = "status.publish"

func publish(ctx context.Context, tx *volume.Tx, id string) error {
	return jobs.Put(ctx, tx, jobs.Job{Kind: PublishKind, Key: id})
}

// Republish makes the static copy be written again, although nothing of the page itself changed: after a restore, or when a metric got points.
func Republish(ctx context.Context, tx *volume.Tx, id string) error { return publish(ctx, tx, id) }

// learnOrigin remembers where the site lives from the first writer who proved who they are, so that jobs can write links.
func learnOrigin(ctx context.Context, known string) string {
	if now := httpkit.BaseURL(ctx); now != "" && (known == "" || known[0] == '/') {
		return now
	}
	return known
}

// CheckName gives a name without space around it, or tells what is wrong: the vendor's limit is 255 characters.
func CheckName(field, name string) (string, error) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", fault.Invalid(field, "%s can't be blank", title(field))
	case len([]rune(name)) > 255:
		return "", fault.Invalid(field, "%s is too long (maximum is 255 characters)", title(field))
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "", fault.Invalid(field, "%s has control characters or line breaks in it", title(field))
	}
	return name, nil
}

func title(field string) string {
	if field == "" {
		return ""
	}
	return strings.ToUpper(field[:1]) + strings.ReplaceAll(field[1:], "_", " ")
}
