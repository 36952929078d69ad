package lifecycle

import (
	"context"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Countdown is how long a tombstone stands at least before a purge.
const Countdown = 30 * 24 * time.Hour

// Stage is one of the notices that precede a purge.
type Stage struct {
	Name string
	// Due is when it is sent, after the tombstone.
	Due time.Duration
	// Ahead is how long before a purge it must have been handed over: a notice that was late moves the purge.
	Ahead time.Duration
}

// Stages in the order in which they are sent.
var Stages = []Stage{
	{"tombstone", 0, 0},
	{"7 days", Countdown - 7*24*time.Hour, 7 * 24 * time.Hour},
	{"1 day", Countdown - 24*time.Hour, 24 * time.Hour},
}

// Notice is one message to one contact, as the record has it.
type Notice struct {
	Site      ids.Site    `json:"site"`
	Tombstone time.Time   `json:"tombstone"`
	Stage     string      `json:"stage"`
	Contact   ids.Contact `json:"contact"`
	Email     string      `json:"email"`
	Attempts  int64       `json:"attempts"`
	Tried     time.Time   `json:"tried"`
	Sent      *time.Time  `json:"sent,omitempty"`
	Error     string      `json:"error,omitempty"`
}

var (
	qNotices = storage.Register("lifecycle/notice.by_site", `SELECT site_id, tombstone_us, stage, contact_id, email, attempts, tried_us, sent_us, error
		FROM lifecycle_notice WHERE site_id = $1 AND tombstone_us = $2`)
	qNote = storage.Register("lifecycle/notice.set", `INSERT INTO lifecycle_notice (site_id, tombstone_us, stage, contact_id, email, attempts, tried_us, sent_us, error)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (site_id, tombstone_us, stage, contact_id)
		DO UPDATE SET email = excluded.email, attempts = excluded.attempts, tried_us = excluded.tried_us, sent_us = excluded.sent_us, error = excluded.error`)
)

// Notices gives what was sent, or tried, for a tombstone.
func Notices(ctx context.Context, tx *volume.Tx, site ids.Site, tombstone time.Time) ([]Notice, error) {
	return storage.All(ctx, tx.Tx, qNotices, func(r *storage.Rows) (n Notice, err error) {
		var stone, tried int64
		var sent *int64
		err = r.Scan(&n.Site, &stone, &n.Stage, &n.Contact, &n.Email, &n.Attempts, &tried, &sent, &n.Error)
		n.Tombstone, n.Tried = clock.FromMicros(stone), clock.FromMicros(tried)
		if sent != nil {
			t := clock.FromMicros(*sent)
			n.Sent = &t
		}
		return n, err
	}, site, clock.Micros(tombstone))
}

func record(ctx context.Context, tx *volume.Tx, n Notice) error {
	var sent any
	if n.Sent != nil {
		sent = clock.Micros(*n.Sent)
	}
	_, err := tx.Exec(ctx, qNote, n.Site, clock.Micros(n.Tombstone), n.Stage, n.Contact, n.Email, n.Attempts, clock.Micros(n.Tried), sent, n.Error)
	return err
}

// told gives when the last contact was told at a stage; ok is false while nobody was, or while somebody who was to be told was not.
func told(notices []Notice, stage string) (at time.Time, ok bool) {
	for _, n := range notices {
		switch {
		case n.Stage != stage:
			continue
		case n.Sent == nil:
			return at, false
		case n.Sent.After(at):
			at = *n.Sent
		}
		ok = true
	}
	return at, ok
}

// NotBefore is the earliest instant of a purge: the countdown's end, or later where notices were late. Notices that are still to come are taken to be
// in time.
func NotBefore(tombstone time.Time, notices []Notice) time.Time {
	end := tombstone.Add(Countdown)
	for _, s := range Stages {
		if at, ok := told(notices, s.Name); ok && at.Add(s.Ahead).After(end) {
			end = at.Add(s.Ahead)
		}
	}
	return end
}

// retryAfter is how long a notice that was not taken waits.
func retryAfter(attempts int64) time.Duration {
	d := time.Minute
	for range min(attempts, 6) {
		d *= 2
	}
	return min(d, time.Hour)
}

// due lists the notices to send now, with what the record has of them. A contact who was added later gets the newest notice only.
func due(site *fleet.Site, contacts []fleet.Contact, sent []Notice, now time.Time) (out []Notice) {
	known := map[string]Notice{}
	for _, n := range sent {
		known[n.Stage+n.Contact.String()] = n
	}
	for _, c := range contacts {
		for i, s := range Stages {
			at := site.StateSince.Add(s.Due)
			if now.Before(at) {
				break
			}
			last := i+1 == len(Stages) || now.Before(site.StateSince.Add(Stages[i+1].Due))
			if c.Created.After(at) && !last {
				continue
			}
			n, tried := known[s.Name+c.ID.String()]
			if tried && (n.Sent != nil || now.Before(n.Tried.Add(retryAfter(n.Attempts)))) {
				continue
			}
			n.Site, n.Tombstone, n.Stage, n.Contact, n.Email = site.ID, site.StateSince, s.Name, c.ID, c.Email
			out = append(out, n)
		}
	}
	return out
}
