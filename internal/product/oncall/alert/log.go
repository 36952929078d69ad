package alert

import (
	"context"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// The kinds of log entry.
const (
	LogSystem       = "system"         // what happened to the alert
	LogRecipient    = "alertRecipient" // what a person did or saw
	LogNotification = "notification"   // a message sent, held or failed, and why
)

// Entry is a line of an alert's log or one of its notes. N rises within the alert.
type Entry struct {
	N     int64
	At    time.Time
	Kind  string // empty for notes
	Owner string
	Text  string
}

var (
	qLog = storage.Register("oncall/alert_log.insert", `INSERT INTO alert_log (alert_id, n, at_us, kind, owner, text)
		VALUES ($1, (SELECT coalesce(max(n), 0) + 1 FROM alert_log WHERE alert_id = $1), $2, $3, $4, $5)`)
	qLogUp    = storage.Register("oncall/alert_log.up", `SELECT n, at_us, kind, owner, text FROM alert_log WHERE alert_id = $1 AND n > $2 ORDER BY alert_id, n LIMIT $3`)
	qLogDown  = storage.Register("oncall/alert_log.down", `SELECT n, at_us, kind, owner, text FROM alert_log WHERE alert_id = $1 AND n < $2 ORDER BY alert_id DESC, n DESC LIMIT $3`)
	qNote     = storage.Register("oncall/alert_note.insert", `INSERT INTO alert_note (alert_id, n, at_us, owner, note) VALUES ($1, (SELECT coalesce(max(n), 0) + 1 FROM alert_note WHERE alert_id = $1), $2, $3, $4)`)
	qNoteUp   = storage.Register("oncall/alert_note.up", `SELECT n, at_us, '', owner, note FROM alert_note WHERE alert_id = $1 AND n > $2 ORDER BY alert_id, n LIMIT $3`)
	qNoteDown = storage.Register("oncall/alert_note.down", `SELECT n, at_us, '', owner, note FROM alert_note WHERE alert_id = $1 AND n < $2 ORDER BY alert_id DESC, n DESC LIMIT $3`)
)

// Log adds a line to an alert's log: kind is one of the Log… constants, owner who did it ("System" for Holdfast), text a sentence.
func Log(ctx context.Context, tx *volume.Tx, alertID, kind, owner, text string) error {
	_, err := tx.Exec(ctx, qLog, alertID, clock.Micros(tx.Now()), kind, owner, clip(text, MaxNote))
	return err
}

func addNote(ctx context.Context, tx *volume.Tx, alertID, owner, note string) error {
	_, err := tx.Exec(ctx, qNote, alertID, clock.Micros(tx.Now()), owner, clip(note, MaxNote))
	return err
}

// Page is which part of a log or of the notes to give.
type Page struct {
	After      int64 // entries beyond this N in the direction of reading; 0 starts at the beginning
	Descending bool  // newest first
	Limit      int
}

// Logs gives a page of an alert's log.
func Logs(ctx context.Context, tx *volume.Tx, alertID string, p Page) ([]Entry, error) {
	return entries(ctx, tx, qLogUp, qLogDown, alertID, p)
}

// Notes gives a page of an alert's notes.
func Notes(ctx context.Context, tx *volume.Tx, alertID string, p Page) ([]Entry, error) {
	return entries(ctx, tx, qNoteUp, qNoteDown, alertID, p)
}

func entries(ctx context.Context, tx *volume.Tx, up, down *storage.Query, alertID string, p Page) ([]Entry, error) {
	if p.Limit < 1 {
		return nil, fault.Bad("A page has at least one entry.")
	}
	q := up
	if p.Descending {
		q = down
		if p.After == 0 {
			p.After = 1 << 62
		}
	}
	return storage.All(ctx, tx.Tx, q, func(r *storage.Rows) (e Entry, err error) {
		var at int64
		err = r.Scan(&e.N, &at, &e.Kind, &e.Owner, &e.Text)
		e.At = clock.FromMicros(at)
		return e, err
	}, alertID, p.After, p.Limit)
}
