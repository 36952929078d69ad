package alert

import (
	"context"
	"fmt"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// New is what an alert is raised from. Check it before Create.
type New struct {
	Message, Alias, Description string
	Entity, Source, Priority    string
	Tags, Actions               []string
	Details                     map[string]string
	Responders, VisibleTo       []Responder // resolved: with IDs
	Unknown                     []Responder // named, but nobody's name
	Integration                 Integration
	By                          By
	Silent                      bool   // nobody is to be told
	Payload                     string // what was received, for people to look at; empty when nothing was
}

// nextTiny is the next short number: none is given twice, not even when the newest alert was deleted.
const nextTiny = `(SELECT coalesce(max(n), 0) + 1 FROM (SELECT max(tiny) AS n FROM alert UNION ALL SELECT max(highest) AS n FROM alert_number) numbers)`

var (
	qInsert = storage.Register("oncall/alert.insert", `INSERT INTO alert (`+columns+`) VALUES ($1, `+nextTiny+`, $2, $3, $4, $5, $6, $7, 'open', 0, 0, 0, 1, '', '', $8, $9, $10,
		$11, $12, $13, $14, $15, $16, $16, $16, 0, '', 0, '')`)
	qFirstLog = storage.Register("oncall/alert_log.first", `INSERT INTO alert_log (alert_id, n, at_us, kind, owner, text) VALUES ($1, 1, $2, 'system', $3, $4)`)
	qPayload  = storage.Register("oncall/alert_payload.insert", `INSERT INTO alert_payload (alert_id, body) VALUES ($1, $2)`)
	qBody     = storage.Register("oncall/alert_payload.by_alert", `SELECT body FROM alert_payload WHERE alert_id = $1`)
	qRecur    = storage.Register("oncall/alert.recur", `UPDATE alert SET count = count + 1, last_occurred_us = $2, updated_us = $2 WHERE id = $1`)
	qOccurred = storage.Register("oncall/alert.occurred", `UPDATE alert SET last_occurred_us = $2 WHERE id = $1`)
)

// Create raises an alert, or counts one more occurrence of the open alert of its alias: then fresh is false and nobody is to be told again. The
// alert's TinyID is not known in what it gives; who needs it reads the alert.
func Create(ctx context.Context, tx *volume.Tx, n New) (id, alias string, fresh bool, err error) {
	if n.Alias != "" {
		a, err := Open(ctx, tx, n.Alias)
		if err != nil {
			return "", "", false, err
		}
		if a != nil {
			return a.ID, a.Alias, false, recur(ctx, tx, a, n)
		}
	}
	id = NewID(tx.Now())
	if n.Alias == "" {
		n.Alias = id
	}
	now := clock.Micros(tx.Now())
	if _, err := tx.Exec(ctx, qInsert, id, n.Alias, n.Message, n.Description, n.Entity, n.Source, n.Priority, list(n.Tags), list(n.Actions), dictionary(n.Details),
		list(n.Responders), list(n.VisibleTo), n.Integration.ID, n.Integration.Name, n.Integration.Type, now); err != nil {
		return "", "", false, err
	}
	if _, err := tx.Exec(ctx, qFirstLog, id, now, n.By.Name(), createdVia(n.Integration)); err != nil {
		return "", "", false, err
	}
	if n.Payload != "" {
		if _, err := tx.Exec(ctx, qPayload, id, n.Payload); err != nil {
			return "", "", false, err
		}
	}
	if n.Silent {
		if err := Log(ctx, tx, id, LogSystem, "System", "Nobody is told: the integration suppresses notifications"); err != nil {
			return "", "", false, err
		}
	}
	for _, r := range n.Unknown {
		if err := Log(ctx, tx, id, LogSystem, "System", fmt.Sprintf("There is no %s %q to route the alert to", r.Type, clip(r.ID+r.Name, 100))); err != nil {
			return "", "", false, err
		}
	}
	if n.By.Note != "" {
		if err := addNote(ctx, tx, id, n.By.Name(), n.By.Note); err != nil {
			return "", "", false, err
		}
	}
	return id, n.Alias, true, nil
}

func createdVia(i Integration) string {
	if i.Name == "" {
		return "Alert created via web"
	}
	return fmt.Sprintf("Alert created via %s[%s]", i.Type, i.Name)
}

// recur counts an occurrence. Counter and log stop at MaxCount, so that an alert that comes every second does not fill the log; the alert still takes
// what comes.
func recur(ctx context.Context, tx *volume.Tx, a *Alert, n New) error {
	now := clock.Micros(tx.Now())
	if a.Count >= MaxCount {
		_, err := tx.Exec(ctx, qOccurred, a.ID, now)
		return err
	}
	if _, err := tx.Exec(ctx, qRecur, a.ID, now); err != nil {
		return err
	}
	return Log(ctx, tx, a.ID, LogSystem, n.By.Name(), fmt.Sprintf("Alert count increased to %d: %s", a.Count+1, clip(n.Message, MaxMessage)))
}

// Payload gives what was received when an alert was raised, empty when nothing was kept.
func Payload(ctx context.Context, tx *volume.Tx, id string) (string, error) {
	bodies, err := storage.All(ctx, tx.Tx, qBody, func(r *storage.Rows) (s string, err error) { return s, r.Scan(&s) }, id)
	if err != nil || len(bodies) == 0 {
		return "", err
	}
	return bodies[0], nil
}
