// Package heartbeat watches what has to report: a program that pings under a name every so often. When a ping is late an alert is raised, and closed by the
// next ping.
//
// It promises that a late ping is noticed at its time or as soon as a process runs again, since the timer is a job of the volume that every ping moves. Watching
// starts with the first ping, so that a heartbeat can be made before what sends it.
package heartbeat

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/alert/action"
)

// Heartbeat is one program that has to report.
type Heartbeat struct {
	ID, Name, Description string
	Interval              int
	Unit                  string // minutes, hours or days
	Enabled, Expired      bool
	TeamID                string
	AlertMessage          string // "NAME is expired" when empty
	AlertTags             []string
	AlertPriority         string
	LastPing              time.Time // zero before the first
	Created               time.Time
}

// JobKind is the timer of a heartbeat, by its ID.
const JobKind = "oncall.heartbeat"

// Units there are.
var Units = map[string]time.Duration{"minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour}

const columns = `id, name, description, interval_count, interval_unit, enabled, expired, team_id, alert_message, alert_tags, alert_priority, last_ping_us, created_us`

var (
	qList   = storage.Register("oncall/heartbeat.list", `SELECT `+columns+` FROM heartbeat ORDER BY name LIMIT 2000`)
	qByName = storage.Register("oncall/heartbeat.by_name", `SELECT `+columns+` FROM heartbeat WHERE name = $1`)
	qByID   = storage.Register("oncall/heartbeat.by_id", `SELECT `+columns+` FROM heartbeat WHERE id = $1`)
	qInsert = storage.Register("oncall/heartbeat.insert", `INSERT INTO heartbeat (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, 0, $11)`)
	qUpdate = storage.Register("oncall/heartbeat.update", `UPDATE heartbeat SET description = $2, interval_count = $3, interval_unit = $4, enabled = $5, expired = $6, team_id = $7, alert_message = $8, alert_tags = $9,
		alert_priority = $10, last_ping_us = $11 WHERE id = $1`)
	qDelete = storage.Register("oncall/heartbeat.delete", `DELETE FROM heartbeat WHERE id = $1`)
)

// maxHeartbeats bounds those of a site.
const maxHeartbeats = 2000

// List gives all heartbeats by name.
func List(ctx context.Context, tx *volume.Tx) ([]*Heartbeat, error) {
	return storage.All(ctx, tx.Tx, qList, scan)
}

// Get gives a heartbeat by name.
func Get(ctx context.Context, tx *volume.Tx, name string) (*Heartbeat, error) {
	h, err := storage.One(ctx, tx.Tx, qByName, scan, name)
	if errors.Is(err, storage.ErrNoRows) {
		return nil, fault.NotFound("Heartbeat with name [%.200s] does not exist", name)
	}
	return h, err
}

func scan(r *storage.Rows) (*Heartbeat, error) {
	h := &Heartbeat{}
	var enabled, expired, ping, created int64
	var tags string
	if err := r.Scan(&h.ID, &h.Name, &h.Description, &h.Interval, &h.Unit, &enabled, &expired, &h.TeamID, &h.AlertMessage, &tags, &h.AlertPriority, &ping, &created); err != nil {
		return nil, err
	}
	h.Enabled, h.Expired, h.Created = enabled == 1, expired == 1, clock.FromMicros(created)
	if ping != 0 {
		h.LastPing = clock.FromMicros(ping)
	}
	return h, json.Unmarshal([]byte(tags), &h.AlertTags)
}

func (h *Heartbeat) check() error {
	if h.AlertPriority == "" {
		h.AlertPriority = "P3"
	}
	if h.AlertTags == nil {
		h.AlertTags = []string{}
	}
	unit, known := Units[h.Unit]
	switch {
	case strings.TrimSpace(h.Name) == "":
		return fault.Invalid("name", "Name can not be empty.")
	case utf8.RuneCountInString(h.Name) > 200:
		return fault.Invalid("name", "Name can not be longer than 200 characters.")
	case utf8.RuneCountInString(h.Description) > 10_000:
		return fault.Invalid("description", "Description can not be longer than 10000 characters.")
	case !known:
		return fault.Invalid("intervalUnit", "Interval unit should be one of [ minutes, hours, days ].")
	case h.Interval < 1 || time.Duration(h.Interval) > 3650*24*time.Hour/unit:
		return fault.Invalid("interval", "Interval should be at least 1 and at most ten years.")
	case utf8.RuneCountInString(h.AlertMessage) > alert.MaxMessage:
		return fault.Invalid("alertMessage", "Alert message can not be longer than %d characters.", alert.MaxMessage)
	case len(h.AlertTags) > alert.MaxTags || slices.ContainsFunc(h.AlertTags, func(t string) bool { return utf8.RuneCountInString(t) > alert.MaxTag }):
		return fault.Invalid("alertTags", "There can be at most %d tags of %d characters.", alert.MaxTags, alert.MaxTag)
	case !slices.Contains(alert.Priorities, h.AlertPriority):
		return fault.Invalid("alertPriority", "Priority should be one of [ P1, P2, P3, P4, P5 ].")
	}
	return nil
}

func (h *Heartbeat) every() time.Duration { return time.Duration(h.Interval) * Units[h.Unit] }

// Create adds a heartbeat.
func Create(ctx context.Context, tx *volume.Tx, h *Heartbeat) error {
	if err := h.check(); err != nil {
		return err
	}
	all, err := List(ctx, tx)
	if err != nil {
		return err
	}
	if len(all) >= maxHeartbeats {
		return fault.Bad("A site has at most %d heartbeats.", maxHeartbeats)
	}
	if slices.ContainsFunc(all, func(other *Heartbeat) bool { return other.Name == h.Name }) {
		return fault.Conflict("Heartbeat with name [%s] already exists", h.Name)
	}
	h.ID, h.Created = alert.NewID(tx.Now()), tx.Now()
	_, err = tx.Exec(ctx, qInsert, h.ID, h.Name, h.Description, h.Interval, h.Unit, truth(h.Enabled), h.TeamID, h.AlertMessage, encode(h.AlertTags), h.AlertPriority, clock.Micros(h.Created))
	return err
}

// Save writes a heartbeat back and sets its timer: a late ping under a shorter interval expires at once.
func Save(ctx context.Context, tx *volume.Tx, h *Heartbeat) error {
	if err := h.check(); err != nil {
		return err
	}
	if err := update(ctx, tx, h); err != nil {
		return err
	}
	return h.arm(ctx, tx)
}

func update(ctx context.Context, tx *volume.Tx, h *Heartbeat) error {
	ping := int64(0)
	if !h.LastPing.IsZero() {
		ping = clock.Micros(h.LastPing)
	}
	_, err := tx.Exec(ctx, qUpdate, h.ID, h.Description, h.Interval, h.Unit, truth(h.Enabled), truth(h.Expired), h.TeamID, h.AlertMessage, encode(h.AlertTags), h.AlertPriority, ping)
	return err
}

// arm sets the timer, or takes it away from what is not watched.
func (h *Heartbeat) arm(ctx context.Context, tx *volume.Tx) error {
	if !h.Enabled || h.LastPing.IsZero() || h.Expired {
		return jobs.Drop(ctx, tx, JobKind, h.ID)
	}
	return jobs.Put(ctx, tx, jobs.Job{Kind: JobKind, Key: h.ID, Due: h.LastPing.Add(h.every())})
}

// SetEnabled switches watching on, from now, or off.
func SetEnabled(ctx context.Context, tx *volume.Tx, h *Heartbeat, on bool) error {
	if on && !h.Enabled && !h.LastPing.IsZero() {
		h.LastPing = tx.Now()
	}
	h.Enabled = on
	if !on {
		h.Expired = false
	}
	return Save(ctx, tx, h)
}

// Ping is the report of a program; the first starts the watch, one after expiry closes the alert. A name that nobody made is no error, as in Opsgenie: whoever
// pings need not know.
func Ping(ctx context.Context, tx *volume.Tx, name string) error {
	h, err := Get(ctx, tx, name)
	if fault.Is(err, fault.KindNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	late := h.Expired
	h.LastPing, h.Expired = tx.Now(), false
	if err := update(ctx, tx, h); err != nil {
		return err
	}
	if err := h.arm(ctx, tx); err != nil || !late {
		return err
	}
	a, err := alert.Open(ctx, tx, h.alias())
	if err != nil || a == nil {
		return err
	}
	return action.Close(ctx, tx, a, alert.By{User: "System", Source: "heartbeat", Note: "The heartbeat was received again."})
}

func (h *Heartbeat) alias() string { return "heartbeat:" + h.Name }

// Delete removes a heartbeat. An alert of it stays open for people to close.
func Delete(ctx context.Context, tx *volume.Tx, h *Heartbeat) error {
	if err := jobs.Drop(ctx, tx, JobKind, h.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qDelete, h.ID)
	return err
}

// Expire is the handler of JobKind: it raises the alert of a heartbeat that is late.
func Expire(ctx context.Context, tx *volume.Tx, j *jobs.Job) error {
	h, err := storage.One(ctx, tx.Tx, qByID, scan, j.Key)
	if errors.Is(err, storage.ErrNoRows) {
		return nil
	}
	if err != nil || !h.Enabled || h.Expired || h.LastPing.IsZero() {
		return err
	}
	if due := h.LastPing.Add(h.every()); due.After(tx.Now()) {
		return jobs.Put(ctx, tx, jobs.Job{Kind: JobKind, Key: h.ID, Due: due})
	}
	h.Expired = true
	if err := update(ctx, tx, h); err != nil {
		return err
	}
	n := alert.New{Message: h.AlertMessage, Alias: h.alias(), Source: "Heartbeat", Entity: h.Name, Priority: h.AlertPriority, Tags: h.AlertTags, By: alert.By{User: "System"},
		Description: "No heartbeat was received since " + h.LastPing.Format(time.RFC3339) + ". " + h.Description, Integration: alert.Integration{ID: h.ID, Name: h.Name, Type: "Heartbeat"}}
	if n.Message == "" {
		n.Message = h.Name
		if utf8.RuneCountInString(n.Message) > alert.MaxMessage-11 {
			n.Message = string([]rune(n.Message)[:alert.MaxMessage-11])
		}
		n.Message += " is expired"
	}
	if runes := []rune(n.Alias); len(runes) > alert.MaxAlias {
		n.Alias = string(runes[:alert.MaxAlias])
	}
	if h.TeamID != "" {
		n.Responders = []alert.Responder{{Type: "team", ID: h.TeamID}}
		if err := action.Route(ctx, tx, &n, nil); err != nil {
			return err
		}
	}
	_, _, _, err = action.Raise(ctx, tx, n)
	return err
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func encode(v []string) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts always encode
	}
	return string(b)
}
