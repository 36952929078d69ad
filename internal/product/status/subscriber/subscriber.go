// Package subscriber keeps who wants to hear of a page, of some of its components, or of one incident. It promises that nobody is active who did not
// confirm or whom an administrator did not vouch for, that an address stands once, and that those who bounce are left in peace and forgotten
// in the end.
package subscriber

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/webhook"
	"holdfast.dev/internal/product/status/shortid"
)

// Mode is how somebody is told.
type Mode string

// The modes.
const (
	Email   Mode = "email"
	Webhook Mode = "webhook"
)

// State is whether somebody is told.
type State string

// The states.
const (
	Unconfirmed State = "unconfirmed"
	Active      State = "active"
	Quarantined State = "quarantined"
)

// How long unconfirmed and quarantined subscribers are kept, and how many notices in a row a webhook may lose.
const (
	KeepUnconfirmed = 7 * 24 * time.Hour
	KeepQuarantined = 30 * 24 * time.Hour
	MaxFailures     = 3
)

// PurgeKind is the kind of the job that forgets subscribers whose time has come.
const PurgeKind = "status.purge"

// Subscriber is one address that wants to hear.
type Subscriber struct {
	ID, PageID   string
	IncidentID   string // empty: of the page
	Mode         Mode
	Address      string
	State        State
	Everything   bool // false: of the components of Components only
	Failures     int64
	FailedSince  time.Time
	LastError    string
	Asked        time.Time // when they were last sent a confirmation
	Quarantined  time.Time
	Purge        time.Time
	Created      time.Time
	ComponentIDs []string // filled by Components
}

const columns = `id, page_id, incident_id, mode, address, state, everything, failures, failed_since_us, last_error, asked_us, quarantined_us, purge_us, created_us`

var (
	qByID      = storage.Register("status/subscriber.by-id", `SELECT `+columns+` FROM subscriber WHERE id = $1 AND page_id = $2`)
	qByAddress = storage.Register("status/subscriber.by-address", `SELECT `+columns+` FROM subscriber WHERE page_id = $1 AND incident_id = $2 AND mode = $3 AND address = $4`)
	qInsert    = storage.Register("status/subscriber.insert", `INSERT INTO subscriber (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`)
	qUpdate    = storage.Register("status/subscriber.update", `UPDATE subscriber SET state = $2, everything = $3, failures = $4, failed_since_us = $5, last_error = $6, asked_us = $7,
		quarantined_us = $8, purge_us = $9 WHERE id = $1`)
	qDelete   = storage.Register("status/subscriber.delete", `DELETE FROM subscriber WHERE id = $1`)
	qUnfollow = storage.Register("status/subscriber_component.forget", `DELETE FROM subscriber_component WHERE subscriber_id = $1`)
	qFollow   = storage.Register("status/subscriber_component.follow", `INSERT INTO subscriber_component (component_id, subscriber_id) VALUES ($1, $2) ON CONFLICT (component_id, subscriber_id) DO NOTHING`)
	qFollows  = storage.Register("status/subscriber_component.of", `SELECT component_id FROM subscriber_component WHERE subscriber_id = $1 ORDER BY subscriber_id, component_id`)
	qPast     = storage.Register("status/subscriber.past", `SELECT id FROM subscriber WHERE purge_us > 0 AND purge_us <= $1 ORDER BY purge_us, id LIMIT 500`)
	qNext     = storage.Register("status/subscriber.next-purge", `SELECT min(purge_us) FROM subscriber WHERE purge_us > 0`)
)

func scan(r *storage.Rows) (*Subscriber, error) {
	var s Subscriber
	var everything, failed, asked, quarantined, purge, created int64
	err := r.Scan(&s.ID, &s.PageID, &s.IncidentID, &s.Mode, &s.Address, &s.State, &everything, &s.Failures, &failed, &s.LastError, &asked, &quarantined, &purge, &created)
	s.Everything = everything == 1
	s.FailedSince, s.Asked, s.Quarantined, s.Purge, s.Created = at(failed), at(asked), at(quarantined), at(purge), at(created)
	return &s, err
}

func at(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return clock.FromMicros(us)
}

func us(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return clock.Micros(t)
}

// CheckAddress gives an address in the form it is kept in, or tells what is wrong. Header injection ends here.
func CheckAddress(m Mode, address string) (string, error) {
	address = strings.TrimSpace(address)
	if m == Webhook {
		err := webhook.CheckURL(address)
		if errors.Is(err, webhook.ErrForbiddenAddress) {
			return "", fault.Invalid("endpoint", "Endpoint is inside of the operator's network, which is not called")
		}
		if err != nil || strings.ContainsAny(address, "\r\n\t ") {
			return "", fault.Invalid("endpoint", "Endpoint is no address that can be called: write https://HOST/PATH")
		}
		return address, nil
	}
	local, host, ok := strings.Cut(address, "@")
	if err := notify.CheckAddress(address); err != nil || !ok || !strings.Contains(host, ".") || strings.ContainsAny(address, "\x00\"\\") {
		return "", fault.Invalid("email", "Email is not a valid mail address")
	}
	return local + "@" + strings.ToLower(host), nil
}

// Get gives a subscriber of a page, with components.
func Get(ctx context.Context, tx *volume.Tx, pageID, id string) (*Subscriber, error) {
	s, err := storage.One(ctx, tx.Tx, qByID, scan, id, pageID)
	return known(ctx, tx, s, err)
}

// Find gives the subscriber of an address.
func Find(ctx context.Context, tx *volume.Tx, pageID, incidentID string, m Mode, address string) (*Subscriber, error) {
	s, err := storage.One(ctx, tx.Tx, qByAddress, scan, pageID, incidentID, m, address)
	return known(ctx, tx, s, err)
}

func known(ctx context.Context, tx *volume.Tx, s *Subscriber, err error) (*Subscriber, error) {
	if errors.Is(err, storage.ErrNoRows) {
		return nil, fault.NotFound("There is no such subscriber.")
	}
	if err != nil {
		return nil, err
	}
	s.ComponentIDs, err = follows(ctx, tx, s.ID)
	return s, err
}

func follows(ctx context.Context, tx *volume.Tx, id string) ([]string, error) {
	return storage.All(ctx, tx.Tx, qFollows, func(r *storage.Rows) (id string, err error) { return id, r.Scan(&id) }, id)
}

// Add enters a new subscriber; its address must have been checked and be new. It is active when an administrator vouches for it.
func Add(ctx context.Context, tx *volume.Tx, s *Subscriber) error {
	s.ID, s.Created, s.Everything = shortid.New(), tx.Now(), len(s.ComponentIDs) == 0
	if s.State == Unconfirmed {
		s.Asked, s.Purge = tx.Now(), tx.Now().Add(KeepUnconfirmed)
	}
	_, err := tx.Exec(ctx, qInsert, s.ID, s.PageID, s.IncidentID, s.Mode, s.Address, s.State, bit(s.Everything), s.Failures, us(s.FailedSince), s.LastError, us(s.Asked),
		us(s.Quarantined), us(s.Purge), us(s.Created))
	if err != nil {
		return err
	}
	for _, id := range s.ComponentIDs {
		if _, err := tx.Exec(ctx, qFollow, id, s.ID); err != nil {
			return err
		}
	}
	return planPurge(ctx, tx, s.Purge)
}

// Save writes a subscriber back, without its components.
func Save(ctx context.Context, tx *volume.Tx, s *Subscriber) error {
	_, err := tx.Exec(ctx, qUpdate, s.ID, s.State, bit(s.Everything), s.Failures, us(s.FailedSince), s.LastError, us(s.Asked), us(s.Quarantined), us(s.Purge))
	if err != nil {
		return err
	}
	return planPurge(ctx, tx, s.Purge)
}

// Confirm makes a subscriber active.
func Confirm(ctx context.Context, tx *volume.Tx, s *Subscriber) error {
	s.State, s.Purge, s.Quarantined, s.Failures, s.FailedSince, s.LastError = Active, time.Time{}, time.Time{}, 0, time.Time{}, ""
	return Save(ctx, tx, s)
}

// Choose makes a subscriber hear of these components only; of everything when there are none.
func Choose(ctx context.Context, tx *volume.Tx, s *Subscriber, ids []string) error {
	if _, err := tx.Exec(ctx, qUnfollow, s.ID); err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := tx.Exec(ctx, qFollow, id, s.ID); err != nil {
			return err
		}
	}
	s.Everything, s.ComponentIDs = len(ids) == 0, ids
	return Save(ctx, tx, s)
}

// Remove forgets a subscriber.
func Remove(ctx context.Context, tx *volume.Tx, id string) error {
	if _, err := tx.Exec(ctx, qUnfollow, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qDelete, id)
	return err
}

// Took notes that a message reached a subscriber.
func Took(ctx context.Context, tx *volume.Tx, s *Subscriber) error {
	if s.Failures == 0 {
		return nil
	}
	s.Failures, s.FailedSince, s.LastError = 0, time.Time{}, ""
	return Save(ctx, tx, s)
}

// Lost notes that a message did not reach a subscriber and never will. An address that refuses for good, or a webhook that lost too many in a
// row, is quarantined: nothing is sent to it any more, and it is forgotten after KeepQuarantined. Mail that our own server did not take says nothing about
// the address.
func Lost(ctx context.Context, tx *volume.Tx, s *Subscriber, permanent bool, why string) error {
	if s.Failures++; s.FailedSince.IsZero() {
		s.FailedSince = tx.Now()
	}
	s.LastError = why
	if s.State == Active && (permanent || s.Mode == Webhook && s.Failures >= MaxFailures) {
		s.State, s.Quarantined, s.Purge = Quarantined, tx.Now(), tx.Now().Add(KeepQuarantined)
	}
	return Save(ctx, tx, s)
}

// planPurge makes sure that the job that forgets runs at an instant.
func planPurge(ctx context.Context, tx *volume.Tx, due time.Time) error {
	if due.IsZero() {
		return nil
	}
	j, err := jobs.Named(ctx, tx, PurgeKind, "all")
	if err == nil && j.State == jobs.StateDue && !j.Due.After(due) {
		return nil
	}
	if err != nil && !errors.Is(err, storage.ErrNoRows) {
		return err
	}
	return jobs.Put(ctx, tx, jobs.Job{Kind: PurgeKind, Key: "all", Due: due})
}

// Purge forgets the subscribers whose time has come; it is the job of PurgeKind.
func Purge(ctx context.Context, tx *volume.Tx, _ *jobs.Job) error {
	past, err := storage.All(ctx, tx.Tx, qPast, func(r *storage.Rows) (id string, err error) { return id, r.Scan(&id) }, clock.Micros(tx.Now()))
	if err != nil {
		return err
	}
	for _, id := range past {
		if err := Remove(ctx, tx, id); err != nil {
			return err
		}
	}
	var next *int64
	if err := tx.Get(ctx, qNext, nil, &next); err != nil || next == nil {
		return err
	}
	due := clock.FromMicros(*next)
	if !due.After(tx.Now()) {
		due = tx.Now().Add(time.Second) // more than one batch is due
	}
	return jobs.Put(ctx, tx, jobs.Job{Kind: PurgeKind, Key: "all", Due: due})
}

// CheckComponents refuses identifiers that are not of the page.
func CheckComponents(ids []string, of []string) error {
	if len(ids) > 1000 {
		return fault.Invalid("component_ids", "There are too many components.")
	}
	for _, id := range ids {
		if !slices.Contains(of, id) {
			return fault.Invalid("component_ids", "There is no component %.20q on this page.", id)
		}
	}
	return nil
}

func bit(v bool) int64 {
	if v {
		return 1
	}
	return 0
}
