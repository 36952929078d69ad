// Package notice tells subscribers what happened: it keeps what is to be told as it was decided, spreads it over jobs, hands mails and webhooks over and
// remembers how each fared. It promises that a notice whose commit was acknowledged reaches everybody who was active then, at least once, that who was
// reached is not told again by a retry, and that nobody unconfirmed is ever told.
package notice

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/shortid"
)

// Kind is what a notice is about.
type Kind string

// The kinds.
const (
	Incident   Kind = "incident"   // an update of an incident or maintenance
	Reminder   Kind = "reminder"   // maintenance starts in an hour
	Postmortem Kind = "postmortem" // a postmortem was published
	Component  Kind = "component"  // a component changed by itself; webhooks only
)

// Content is what is told, as it was when it was decided.
type Content struct {
	Subject      string          `json:"subject"`
	Text         string          `json:"text"`         // of the mail, without what comes after it
	HTML         string          `json:"html"`         // the same
	IncidentPath string          `json:"path"`         // below the page; empty for components
	ComponentIDs []string        `json:"componentIds"` // whose followers are told; empty: only those who follow everything
	Hook         json.RawMessage `json:"hook"`         // fields of the webhook's body beside meta and page
	Indicator    string          `json:"indicator"`    // of the page
	Description  string          `json:"description"`
}

// Notice is one thing that subscribers are told.
type Notice struct {
	ID, PageID, IncidentID string
	Kind                   Kind
	Content                Content
	Recipients             int64 // found so far
	Created                time.Time
}

// The kinds of job of this package.
const (
	SpreadKind  = "status.spread"  // finds who is told
	MailKind    = "status.mail"    // hands a batch of mails over
	HookKind    = "status.hook"    // calls one webhook
	ConfirmKind = "status.confirm" // asks one subscriber to confirm
)

const columns = `id, page_id, incident_id, kind, content, recipients, created_us`

var (
	qInsert = storage.Register("status/notice.insert", `INSERT INTO notice (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qByID   = storage.Register("status/notice.by-id", `SELECT `+columns+` FROM notice WHERE id = $1`)
	qList   = storage.Register("status/notice.list", `SELECT `+columns+` FROM notice WHERE page_id = $1 AND (created_us < $2 OR (created_us = $2 AND id < $3))
		ORDER BY page_id DESC, created_us DESC, id DESC LIMIT $4`)
	qCount = storage.Register("status/notice.count", `UPDATE notice SET recipients = recipients + $2 WHERE id = $1`)
	qFares = storage.Register("status/delivery.counts", `SELECT state, count(*) FROM delivery WHERE notice_id = $1 GROUP BY state`)
	qFared = storage.Register("status/delivery.put", `INSERT INTO delivery (notice_id, subscriber_id, state, detail, at_us) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (notice_id, subscriber_id) DO UPDATE SET state = excluded.state, detail = excluded.detail, at_us = excluded.at_us`)
	qDone = storage.Register("status/delivery.state", `SELECT state FROM delivery WHERE notice_id = $1 AND subscriber_id = $2`)
)

func scan(r *storage.Rows) (*Notice, error) {
	var n Notice
	var content string
	var created int64
	if err := r.Scan(&n.ID, &n.PageID, &n.IncidentID, &n.Kind, &content, &n.Recipients, &created); err != nil {
		return nil, err
	}
	n.Created = clock.FromMicros(created)
	return &n, json.Unmarshal([]byte(content), &n.Content)
}

// Send keeps a notice and has it spread, in the transaction of what it is about.
func Send(ctx context.Context, tx *volume.Tx, n *Notice) error {
	n.ID, n.Created = shortid.New(), tx.Now()
	content, err := json.Marshal(n.Content)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qInsert, n.ID, n.PageID, n.IncidentID, n.Kind, string(content), 0, clock.Micros(n.Created)); err != nil {
		return err
	}
	if err := planPurge(ctx, tx); err != nil {
		return err
	}
	return putSpread(ctx, tx, spread{Notice: n.ID})
}

// Get gives a notice.
func Get(ctx context.Context, tx *volume.Tx, id string) (*Notice, error) {
	n, err := storage.One(ctx, tx.Tx, qByID, scan, id)
	if errors.Is(err, storage.ErrNoRows) {
		return nil, fault.NotFound("There is no such notice.")
	}
	return n, err
}

// List lists the notices of a page before an instant and identifier, newest first.
func List(ctx context.Context, tx *volume.Tx, pageID string, before time.Time, beforeID string, limit int) ([]*Notice, error) {
	return storage.All(ctx, tx.Tx, qList, scan, pageID, clock.Micros(before), beforeID, limit)
}

// The states of a delivery.
const (
	Sent    = "sent"
	Refused = "refused" // will never be taken
	Failed  = "failed"  // is tried again, or was given up
)

// Fares counts how a notice fared, by state.
func Fares(ctx context.Context, tx *volume.Tx, id string) (map[string]int, error) {
	out := map[string]int{}
	_, err := storage.All(ctx, tx.Tx, qFares, func(r *storage.Rows) (none struct{}, err error) {
		var s string
		var n int
		if err := r.Scan(&s, &n); err != nil {
			return none, err
		}
		out[s] = n
		return none, nil
	}, id)
	return out, err
}

func fared(ctx context.Context, tx *volume.Tx, notice, subscriber, state, detail string) error {
	if len(detail) > 500 {
		detail = detail[:500]
	}
	_, err := tx.Exec(ctx, qFared, notice, subscriber, state, detail, clock.Micros(tx.Now()))
	return err
}

// done tells whether a subscriber needs no further try.
func done(ctx context.Context, tx *volume.Tx, notice, subscriber string) (bool, error) {
	var state string
	err := tx.Get(ctx, qDone, []any{notice, subscriber}, &state)
	if errors.Is(err, storage.ErrNoRows) {
		return false, nil
	}
	return state != Failed, err
}

// load reads a notice with its page.
func load(ctx context.Context, tx *volume.Tx, id string) (*Notice, *page.Page, error) {
	n, err := Get(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	p, err := page.Get(ctx, tx, n.PageID)
	return n, p, err
}

func put(ctx context.Context, tx *volume.Tx, kind, key string, payload any) error {
	b, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	return jobs.Put(ctx, tx, jobs.Job{Kind: kind, Key: key, Payload: b})
}
