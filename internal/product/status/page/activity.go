package page

import (
	"context"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/shortid"
)

// Activity is one thing that somebody did on a page.
type Activity struct {
	ID    string `json:"id"`
	Actor string `json:"actor"` // as commits name it: an account identifier, "key:NAME", "system:NAME"
	Name  string `json:"name"`  // for people
	// Verb is such as incident.create, incident.update, component.status, subscriber.import, page.design.
	Verb    string    `json:"verb"`
	Subject string    `json:"subject"`
	At      time.Time `json:"at"`
}

var (
	qActInsert = storage.Register("status/activity.insert", `INSERT INTO activity (id, page_id, actor, verb, subject, at_us) VALUES ($1, $2, $3, $4, $5, $6)`)
	qActList   = storage.Register("status/activity.list", `SELECT id, actor, verb, subject, at_us FROM activity
		WHERE page_id = $1 AND (at_us < $2 OR (at_us = $2 AND id < $3)) ORDER BY page_id DESC, at_us DESC, id DESC LIMIT $4`)
)

// Note remembers what the caller just did. The subject is a name for people.
func Note(ctx context.Context, tx *volume.Tx, pageID, verb, subject string) error {
	who := identity.From(ctx)
	actor := who.Actor()
	if who.Name != "" && who.SignedIn() {
		actor += " " + who.Name
	}
	if r := []rune(subject); len(r) > 255 {
		subject = string(r[:254]) + "…"
	}
	_, err := tx.Exec(ctx, qActInsert, shortid.New(), pageID, actor, verb, subject, clock.Micros(tx.Now()))
	return err
}

// Activities lists what was done on a page before an instant and identifier, newest first.
func Activities(ctx context.Context, tx *volume.Tx, pageID string, before time.Time, beforeID string, limit int) ([]Activity, error) {
	return storage.All(ctx, tx.Tx, qActList, func(r *storage.Rows) (Activity, error) {
		var a Activity
		var at int64
		err := r.Scan(&a.ID, &a.Actor, &a.Verb, &a.Subject, &at)
		a.At = clock.FromMicros(at)
		a.Actor, a.Name = splitActor(a.Actor)
		return a, err
	}, pageID, clock.Micros(before), beforeID, limit)
}

// splitActor takes the name apart that Note put behind an account's identifier.
func splitActor(s string) (actor, name string) {
	if actor, name, ok := strings.Cut(s, " "); ok && strings.HasPrefix(s, "user_") {
		return actor, name
	}
	if _, name, ok := strings.Cut(s, ":"); ok {
		return s, name
	}
	return s, s
}
