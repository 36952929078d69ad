package alert

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Alert is one alert as it is now.
type Alert struct {
	ID                     string // a UUID that sorts by time
	Tiny                   int64  // the short number that people say
	Alias                  string // what makes alerts one; the ID where the client gave none
	Message, Description   string
	Entity, Source         string
	Priority               string // P1 … P5
	Open                   bool
	Acknowledged, Seen     bool
	SnoozedUntil           time.Time // zero when it never was
	Count                  int       // occurrences, up to MaxCount
	Owner, OwnerID         string    // username and account of who took it
	Tags, Actions          []string
	Details                map[string]string
	Responders, VisibleTo  []Responder
	Integration            Integration
	Created, Updated       time.Time
	LastOccurred           time.Time
	AckedAt, ClosedAt      time.Time // zero when not
	AcknowledgedBy, Closer string
}

// Responder is somebody or something an alert is routed to. Type is user, team, escalation or schedule (also all, none). Name is the user's username or
// the name of the other things, kept as it was when the alert was routed.
type Responder struct {
	Type string `json:"type"`
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// Integration is where an alert came from, as it was then.
type Integration struct{ ID, Name, Type string }

// By is who acts on an alert, in the words of the request. User is a display name or username, Account an account of the site when one is known.
type By struct {
	User, Account string
	Source, Note  string
}

// Name is how the log calls who acts.
func (b By) Name() string {
	switch {
	case b.User != "":
		return b.User
	case b.Source != "":
		return b.Source
	}
	return "System"
}

// Snoozed tells whether nobody is to be told at an instant.
func (a *Alert) Snoozed(now time.Time) bool { return a.Open && a.SnoozedUntil.After(now) }

// Status is open or closed.
func (a *Alert) Status() string {
	if a.Open {
		return "open"
	}
	return "closed"
}

const columns = `id, tiny, alias, message, description, entity, source, priority, status, acknowledged, seen, snoozed_until_us, count, owner, owner_id, tags, actions, details,
	responders, visible_to, integration_id, integration_name, integration_type, created_us, updated_us, last_occurred_us, acked_us, acked_by, closed_us, closed_by`

var (
	qByID   = storage.Register("oncall/alert.by_id", `SELECT `+columns+` FROM alert WHERE id = $1`)
	qByTiny = storage.Register("oncall/alert.by_tiny", `SELECT `+columns+` FROM alert WHERE tiny = $1`)
	qOpen   = storage.Register("oncall/alert.open_by_alias", `SELECT `+columns+` FROM alert WHERE alias = $1 AND status = 'open'`)
	qNewest = storage.Register("oncall/alert.newest_by_alias", `SELECT `+columns+` FROM alert WHERE alias = $1 ORDER BY alias DESC, created_us DESC LIMIT 1`)
	qUpdate = storage.Register("oncall/alert.update", `UPDATE alert SET message = $2, description = $3, priority = $4, status = $5, acknowledged = $6, seen = $7, snoozed_until_us = $8, count = $9,
		owner = $10, owner_id = $11, tags = $12, details = $13, responders = $14, updated_us = $15, last_occurred_us = $16, acked_us = $17, acked_by = $18, closed_us = $19, closed_by = $20 WHERE id = $1`)
)

// ErrMissing is the cause of every refusal of an alert that is not there.
var ErrMissing = errors.New("no such alert")

func missing() error {
	return fault.Wrap(ErrMissing, fault.KindNotFound, "Alert does not exist")
}

// Get gives an alert by its ID; ErrMissing (a not-found fault) when there is none.
func Get(ctx context.Context, tx *volume.Tx, id string) (*Alert, error) {
	return one(storage.One(ctx, tx.Tx, qByID, scan, id))
}

func one(a *Alert, err error) (*Alert, error) {
	if errors.Is(err, storage.ErrNoRows) {
		return nil, missing()
	}
	return a, err
}

// The ways to name an alert.
const (
	ByID    = "id"
	ByTiny  = "tiny"
	ByAlias = "alias"
)

// Find gives an alert by identifier of a type. An alias, compared exactly, means the open alert, else the newest closed one.
func Find(ctx context.Context, tx *volume.Tx, identifier, identifierType string) (*Alert, error) {
	switch identifierType {
	case ByTiny:
		n, err := strconv.ParseInt(identifier, 10, 64)
		if err != nil {
			return nil, missing()
		}
		return one(storage.One(ctx, tx.Tx, qByTiny, scan, n))
	case ByAlias:
		a, err := Open(ctx, tx, identifier)
		if a != nil || err != nil {
			return a, err
		}
		return one(storage.One(ctx, tx.Tx, qNewest, scan, identifier))
	}
	return Get(ctx, tx, identifier)
}

// Open gives the open alert of an alias, nil when there is none.
func Open(ctx context.Context, tx *volume.Tx, alias string) (*Alert, error) {
	a, err := storage.One(ctx, tx.Tx, qOpen, scan, alias)
	if errors.Is(err, storage.ErrNoRows) {
		return nil, nil
	}
	return a, err
}

// Scan reads a row of Columns.
func scan(r *storage.Rows) (*Alert, error) {
	a := &Alert{}
	var status, tags, actions, details, responders, visible string
	var snoozed, created, updated, occurred, acked, closed int64
	var ack, seen int64
	if err := r.Scan(&a.ID, &a.Tiny, &a.Alias, &a.Message, &a.Description, &a.Entity, &a.Source, &a.Priority, &status, &ack, &seen, &snoozed, &a.Count, &a.Owner, &a.OwnerID, &tags, &actions, &details,
		&responders, &visible, &a.Integration.ID, &a.Integration.Name, &a.Integration.Type, &created, &updated, &occurred, &acked, &a.AcknowledgedBy, &closed, &a.Closer); err != nil {
		return nil, err
	}
	a.Open, a.Acknowledged, a.Seen = status == "open", ack == 1, seen == 1
	a.SnoozedUntil, a.Created, a.Updated, a.LastOccurred, a.AckedAt, a.ClosedAt = instant(snoozed), instant(created), instant(updated), instant(occurred), instant(acked), instant(closed)
	for text, into := range map[string]any{tags: &a.Tags, actions: &a.Actions, details: &a.Details, responders: &a.Responders, visible: &a.VisibleTo} {
		if text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(text), into); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return clock.FromMicros(us)
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return clock.Micros(t)
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// list writes a list or map as JSON, nothing for an empty one.
func list[T any](v []T) string {
	if len(v) == 0 {
		return ""
	}
	return encode(v)
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings always encode
	}
	return string(b)
}

func dictionary(m map[string]string) string {
	if len(m) == 0 {
		return ""
	}
	return encode(m)
}

// save writes back what verbs change.
func save(ctx context.Context, tx *volume.Tx, a *Alert) error {
	a.Updated = tx.Now()
	_, err := tx.Exec(ctx, qUpdate, a.ID, a.Message, a.Description, a.Priority, a.Status(), truth(a.Acknowledged), truth(a.Seen), micros(a.SnoozedUntil), a.Count,
		a.Owner, a.OwnerID, list(a.Tags), dictionary(a.Details), list(a.Responders), micros(a.Updated), micros(a.LastOccurred), micros(a.AckedAt), a.AcknowledgedBy, micros(a.ClosedAt), a.Closer)
	return err
}
