package lossreport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Handed are roots as they were handed to a customer.
type Handed struct {
	ID        ids.Operation `json:"id"`
	Site      ids.Site      `json:"site"`
	At        time.Time     `json:"at"`
	By        string        `json:"by"`
	Via       string        `json:"via" doc:"schedule, asked or page"`
	Commits   string        `json:"commits"` // the newest of each volume, to tell whether anything happened since
	Roots     Roots         `json:"roots"`
	Delivered []Delivery    `json:"delivered"`
}

// Delivery is one way in which roots were, or are to be, handed over.
type Delivery struct {
	Roots    ids.Operation `json:"-"`
	Receiver string        `json:"receiver"` // a contact_…, so that no mail address outlives its contact, or an address to call
	Attempts int64         `json:"attempts"`
	Sent     *time.Time    `json:"sent"`
	Error    string        `json:"error,omitempty"`
}

// Schedule is when the roots of a site are handed over next, and where to besides its contacts.
type Schedule struct {
	Site   ids.Site  `json:"site"`
	Due    time.Time `json:"due"`
	URL    string    `json:"url"`
	Secret string    `json:"-"`
}

var (
	qHand      = storage.Register("lossreport/roots.insert", `INSERT INTO loss_roots (id, site_id, at_us, actor, via, commits, roots) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qHanded    = storage.Register("lossreport/roots.by_site", `SELECT id, site_id, at_us, actor, via, commits, roots FROM loss_roots WHERE site_id = $1 ORDER BY at_us DESC, id DESC LIMIT $2`)
	qHandedOne = storage.Register("lossreport/roots.get", `SELECT id, site_id, at_us, actor, via, commits, roots FROM loss_roots WHERE id = $1`)
	qDeliver   = storage.Register("lossreport/delivery.insert", `INSERT INTO loss_roots_delivery (roots_id, receiver, attempts, due_us, sent_us, error) VALUES ($1, $2, 0, $3, NULL, '') ON CONFLICT (roots_id, receiver) DO NOTHING`)
	qDelivered = storage.Register("lossreport/delivery.by_roots", `SELECT roots_id, receiver, attempts, sent_us, error FROM loss_roots_delivery WHERE roots_id = $1 ORDER BY roots_id, receiver`)
	qDueNow    = storage.Register("lossreport/delivery.due", `SELECT roots_id, receiver, attempts, sent_us, error FROM loss_roots_delivery WHERE sent_us IS NULL AND due_us <= $1 LIMIT $2`)
	qTried     = storage.Register("lossreport/delivery.tried", `UPDATE loss_roots_delivery SET attempts = $3, due_us = $4, sent_us = $5, error = $6 WHERE roots_id = $1 AND receiver = $2`)
	qDropDeliv = storage.Register("lossreport/delivery.delete", `DELETE FROM loss_roots_delivery WHERE roots_id = $1 AND receiver = $2`)
	qSchedule  = storage.Register("lossreport/schedule.get", `SELECT site_id, due_us, url, secret FROM loss_roots_schedule WHERE site_id = $1`)
	qScheduled = storage.Register("lossreport/schedule.due", `SELECT site_id, due_us, url, secret FROM loss_roots_schedule WHERE due_us <= $1 ORDER BY due_us, site_id LIMIT $2`)
	qAllSched  = storage.Register("lossreport/schedule.all", `SELECT site_id, due_us, url, secret FROM loss_roots_schedule ORDER BY site_id`)
	qSetSched  = storage.Register("lossreport/schedule.put", `INSERT INTO loss_roots_schedule (site_id, due_us, url, secret) VALUES ($1, $2, $3, $4) ON CONFLICT (site_id) DO UPDATE SET due_us = excluded.due_us, url = excluded.url, secret = excluded.secret`)
	qDropSched = storage.Register("lossreport/schedule.delete", `DELETE FROM loss_roots_schedule WHERE site_id = $1`)
)

// CommitsOf writes down how far roots reach.
func CommitsOf(r Roots) string {
	var parts []string
	for kind, root := range r.Volumes {
		parts = append(parts, fmt.Sprintf("%s %d", kind, root.Seq))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// Hand enters roots that are being handed over, and to whom: contacts by their identifiers, and addresses to call.
func Hand(ctx context.Context, tx *volume.Tx, r Roots, via string, receivers []string) (Handed, error) {
	h := Handed{ID: ids.New[ids.Operation](tx.Now()), Site: r.Site, At: r.At, By: identity.From(ctx).Actor(), Via: via, Commits: CommitsOf(r), Roots: r, Delivered: []Delivery{}}
	b, err := json.Marshal(r)
	if err != nil {
		return h, err
	}
	if _, err := tx.Exec(ctx, qHand, h.ID, h.Site, clock.Micros(h.At), h.By, via, h.Commits, string(b)); err != nil {
		return h, err
	}
	for _, to := range receivers {
		if _, err := tx.Exec(ctx, qDeliver, h.ID, to, clock.Micros(tx.Now())); err != nil {
			return h, err
		}
	}
	return fillHanded(ctx, tx, h)
}

// HandedTo lists the roots that were handed to the customer of a site, newest first.
func HandedTo(ctx context.Context, tx *volume.Tx, site ids.Site, limit int) ([]Handed, error) {
	all, err := storage.All(ctx, tx.Tx, qHanded, scanHanded, site, limit)
	for i := range all {
		if err == nil {
			all[i], err = fillHanded(ctx, tx, all[i])
		}
	}
	return all, err
}

// HandedBy gives roots that were handed over, by their identifier; ok is false when there are none.
func HandedBy(ctx context.Context, tx *volume.Tx, id ids.Operation) (h Handed, ok bool, err error) {
	h, err = storage.One(ctx, tx.Tx, qHandedOne, scanHanded, id)
	if errors.Is(err, storage.ErrNoRows) {
		return h, false, nil
	}
	return h, err == nil, err
}

func scanHanded(r *storage.Rows) (h Handed, err error) {
	var at int64
	var text string
	if err := r.Scan(&h.ID, &h.Site, &at, &h.By, &h.Via, &h.Commits, &text); err != nil {
		return h, err
	}
	h.At, h.Delivered = clock.FromMicros(at), []Delivery{}
	return h, json.Unmarshal([]byte(text), &h.Roots)
}

func fillHanded(ctx context.Context, tx *volume.Tx, h Handed) (Handed, error) {
	found, err := storage.All(ctx, tx.Tx, qDelivered, scanDelivery, h.ID)
	h.Delivered = append([]Delivery{}, found...)
	return h, err
}

func scanDelivery(r *storage.Rows) (d Delivery, err error) {
	var sent *int64
	err = r.Scan(&d.Roots, &d.Receiver, &d.Attempts, &sent, &d.Error)
	d.Sent = instant(sent)
	return d, err
}

// DueDeliveries gives what is to be handed over by now.
func DueDeliveries(ctx context.Context, tx *volume.Tx, now time.Time, limit int) ([]Delivery, error) {
	return storage.All(ctx, tx.Tx, qDueNow, scanDelivery, clock.Micros(now), limit)
}

// Tried notes the outcome of an attempt; one that failed is tried again after a minute, two, four … up to six hours, for as long as the roots matter.
func Tried(ctx context.Context, tx *volume.Tx, d Delivery, failed error) error {
	now := tx.Now()
	if failed == nil {
		_, err := tx.Exec(ctx, qTried, d.Roots, d.Receiver, d.Attempts+1, clock.Micros(now), clock.Micros(now), "")
		return err
	}
	wait := min(time.Minute<<min(d.Attempts, 9), 6*time.Hour)
	_, err := tx.Exec(ctx, qTried, d.Roots, d.Receiver, d.Attempts+1, clock.Micros(now.Add(wait)), nil, failed.Error())
	return err
}

// DropDelivery forgets what is for a contact who is no more.
func DropDelivery(ctx context.Context, tx *volume.Tx, d Delivery) error {
	_, err := tx.Exec(ctx, qDropDeliv, d.Roots, d.Receiver)
	return err
}

// ScheduleOf gives when a site's roots are handed over next; ok is false before it was planned.
func ScheduleOf(ctx context.Context, tx *volume.Tx, site ids.Site) (s Schedule, ok bool, err error) {
	s, err = storage.One(ctx, tx.Tx, qSchedule, scanSchedule, site)
	if errors.Is(err, storage.ErrNoRows) {
		return Schedule{Site: site}, false, nil
	}
	return s, err == nil, err
}

// Scheduled gives the sites whose roots are to be handed over by now.
func Scheduled(ctx context.Context, tx *volume.Tx, now time.Time, limit int) ([]Schedule, error) {
	return storage.All(ctx, tx.Tx, qScheduled, scanSchedule, clock.Micros(now), limit)
}

// Schedules lists all of them, by site.
func Schedules(ctx context.Context, tx *volume.Tx) ([]Schedule, error) {
	return storage.All(ctx, tx.Tx, qAllSched, scanSchedule)
}

// SetSchedule plans the next time.
func SetSchedule(ctx context.Context, tx *volume.Tx, s Schedule) error {
	_, err := tx.Exec(ctx, qSetSched, s.Site, clock.Micros(s.Due), s.URL, s.Secret)
	return err
}

// DropSchedule forgets a site that is no more.
func DropSchedule(ctx context.Context, tx *volume.Tx, site ids.Site) error {
	_, err := tx.Exec(ctx, qDropSched, site)
	return err
}

func scanSchedule(r *storage.Rows) (s Schedule, err error) {
	var due int64
	err = r.Scan(&s.Site, &due, &s.URL, &s.Secret)
	s.Due = clock.FromMicros(due)
	return s, err
}
