package incident

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/component"
)

// Flags say what a scheduled maintenance does by itself.
type Flags struct {
	RemindPrior   bool `json:"remindPrior,omitempty"`   // tell subscribers an hour before
	AutoStart     bool `json:"autoStart,omitempty"`     // in progress at its start
	AutoComplete  bool `json:"autoComplete,omitempty"`  // completed at its end
	ToMaintenance bool `json:"toMaintenance,omitempty"` // components under maintenance when it is in progress
	ToOperational bool `json:"toOperational,omitempty"` // components operational when it is completed
	NotifyStart   bool `json:"notifyStart,omitempty"`   // tell subscribers of the automatic start
	NotifyEnd     bool `json:"notifyEnd,omitempty"`     // and of the automatic end
}

// Incident is an incident or a scheduled maintenance. Zero times are none.
type Incident struct {
	ID, PageID             string
	Scheduled              bool // a maintenance
	Name                   string
	Status                 Status
	Impact, ImpactOverride Impact // the override is empty where the impact is computed
	Backfilled             bool
	Started                time.Time
	MonitoringAt           time.Time
	ResolvedAt             time.Time
	ScheduledFor           time.Time
	ScheduledUntil         time.Time
	Flags                  Flags
	Reminded               time.Time
	Metadata               json.RawMessage
	Post                   Post
	Created, Updated       time.Time

	Components []string  // identifiers of the components concerned, in order
	Updates    []*Update // newest first; filled by Fill
}

// Post is the postmortem of an incident.
type Post struct {
	Draft          string
	DraftUpdated   time.Time
	Body           string // as it was published last
	BodyUpdated    time.Time
	Published      time.Time // zero: not
	NotifiedPeople bool
}

// Affected is a component's change in an update.
type Affected struct {
	Code string           `json:"code"`
	Name string           `json:"name"`
	Old  component.Status `json:"old_status"`
	New  component.Status `json:"new_status"`
}

// Update is one message of an incident.
type Update struct {
	ID, IncidentID, PageID string
	Status                 Status
	Body                   string
	Affected               []Affected
	Deliver                bool
	Display                time.Time // when it was said, as people read it
	Created, Updated       time.Time
}

const columns = `id, page_id, scheduled, name, status, impact, impact_override, backfilled, started_us, monitoring_us, resolved_us, scheduled_for_us, scheduled_until_us,
	flags, reminded_us, metadata, pm_draft, pm_draft_us, pm_body, pm_body_us, pm_published_us, pm_notified, created_us, updated_us`

var (
	qByID   = storage.Register("status/incident.by-id", `SELECT `+columns+` FROM incident WHERE id = $1 AND page_id = $2`)
	qNewest = storage.Register("status/incident.newest", `SELECT `+columns+` FROM incident WHERE page_id = $1 AND (started_us < $2 OR (started_us = $2 AND id < $3))
		ORDER BY page_id DESC, started_us DESC, id DESC LIMIT $4`)
	qOpen = storage.Register("status/incident.open", `SELECT `+columns+` FROM incident WHERE page_id = $1 AND open = 1 ORDER BY page_id DESC, open DESC, started_us DESC, id DESC LIMIT 1000`)
	qKind = storage.Register("status/incident.of-kind", `SELECT `+columns+` FROM incident WHERE page_id = $1 AND scheduled = $2
		ORDER BY page_id DESC, scheduled DESC, started_us DESC, id DESC LIMIT $3 OFFSET $4`)
	qInsert = storage.Register("status/incident.insert", `INSERT INTO incident (`+columns+`, open) VALUES
		($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)`)
	qUpdate = storage.Register("status/incident.update", `UPDATE incident SET name = $2, status = $3, impact = $4, impact_override = $5, started_us = $6, monitoring_us = $7,
		resolved_us = $8, scheduled_for_us = $9, scheduled_until_us = $10, flags = $11, reminded_us = $12, metadata = $13, pm_draft = $14, pm_draft_us = $15, pm_body = $16,
		pm_body_us = $17, pm_published_us = $18, pm_notified = $19, updated_us = $20, open = $21 WHERE id = $1`)
	qDelete    = storage.Register("status/incident.delete", `DELETE FROM incident WHERE id = $1`)
	qAttach    = storage.Register("status/incident_component.attach", `INSERT INTO incident_component (incident_id, component_id, position) VALUES ($1, $2, $3) ON CONFLICT (incident_id, component_id) DO NOTHING`)
	qDetach    = storage.Register("status/incident_component.detach", `DELETE FROM incident_component WHERE incident_id = $1`)
	qConcerned = storage.Register("status/incident_component.of", `SELECT component_id, position FROM incident_component WHERE incident_id = $1 ORDER BY incident_id, component_id`)
	qOf        = storage.Register("status/incident_component.incidents", `SELECT incident_id FROM incident_component WHERE component_id = $1 ORDER BY component_id, incident_id LIMIT 5000`)
)

func scan(r *storage.Rows) (*Incident, error) {
	var i Incident
	var flags, metadata string
	var scheduled, backfilled, notified int64
	var us [11]int64
	err := r.Scan(&i.ID, &i.PageID, &scheduled, &i.Name, &i.Status, &i.Impact, &i.ImpactOverride, &backfilled, &us[0], &us[1], &us[2], &us[3], &us[4], &flags, &us[5],
		&metadata, &i.Post.Draft, &us[6], &i.Post.Body, &us[7], &us[8], &notified, &us[9], &us[10])
	if err != nil {
		return nil, err
	}
	for n, t := range []*time.Time{&i.Started, &i.MonitoringAt, &i.ResolvedAt, &i.ScheduledFor, &i.ScheduledUntil, &i.Reminded, &i.Post.DraftUpdated, &i.Post.BodyUpdated, &i.Post.Published, &i.Created, &i.Updated} {
		*t = at(us[n])
	}
	i.Scheduled, i.Backfilled, i.Post.NotifiedPeople, i.Metadata = scheduled == 1, backfilled == 1, notified == 1, json.RawMessage(metadata)
	return &i, json.Unmarshal([]byte(flags), &i.Flags)
}

// at and us keep "no time" as 0 in the database.
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

func bit(v bool) int64 {
	if v {
		return 1
	}
	return 0
}

// Get gives an incident of a page, with its updates.
func Get(ctx context.Context, tx *volume.Tx, pageID, id string) (*Incident, error) {
	i, err := storage.One(ctx, tx.Tx, qByID, scan, id, pageID)
	if errors.Is(err, storage.ErrNoRows) {
		return nil, fault.NotFound("There is no such incident.")
	}
	if err != nil {
		return nil, err
	}
	return i, Fill(ctx, tx, i)
}

// Newest lists incidents and maintenance of a page that started before an instant and identifier, newest first, without their updates.
func Newest(ctx context.Context, tx *volume.Tx, pageID string, before time.Time, beforeID string, limit int) ([]*Incident, error) {
	return storage.All(ctx, tx.Tx, qNewest, scan, pageID, clock.Micros(before), beforeID, limit)
}

// Open lists what is not over, newest first, without updates: incidents that are not resolved, maintenance that is not completed.
func Open(ctx context.Context, tx *volume.Tx, pageID string) ([]*Incident, error) {
	return storage.All(ctx, tx.Tx, qOpen, scan, pageID)
}

// OfKind lists the maintenance, or the incidents, of a page, newest first, without updates.
func OfKind(ctx context.Context, tx *volume.Tx, pageID string, scheduled bool, limit, offset int) ([]*Incident, error) {
	return storage.All(ctx, tx.Tx, qKind, scan, pageID, bit(scheduled), limit, offset)
}

// Of lists the identifiers of the incidents that a component was part of.
func Of(ctx context.Context, tx *volume.Tx, componentID string) ([]string, error) {
	return storage.All(ctx, tx.Tx, qOf, func(r *storage.Rows) (id string, err error) { return id, r.Scan(&id) }, componentID)
}

// Fill reads updates and components of incidents.
func Fill(ctx context.Context, tx *volume.Tx, list ...*Incident) error {
	for _, i := range list {
		updates, err := Updates(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		i.Updates = updates
		rows, err := storage.All(ctx, tx.Tx, qConcerned, func(r *storage.Rows) (c concerned, err error) { return c, r.Scan(&c.id, &c.position) }, i.ID)
		if err != nil {
			return err
		}
		i.Components = inOrder(rows)
	}
	return nil
}

type concerned struct {
	id       string
	position int64
}

func insert(ctx context.Context, tx *volume.Tx, i *Incident) error {
	flags, err := json.Marshal(i.Flags)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, qInsert, i.ID, i.PageID, bit(i.Scheduled), i.Name, i.Status, i.Impact, i.ImpactOverride, bit(i.Backfilled), us(i.Started), us(i.MonitoringAt),
		us(i.ResolvedAt), us(i.ScheduledFor), us(i.ScheduledUntil), string(flags), us(i.Reminded), string(i.Metadata), i.Post.Draft, us(i.Post.DraftUpdated), i.Post.Body,
		us(i.Post.BodyUpdated), us(i.Post.Published), bit(i.Post.NotifiedPeople), us(i.Created), us(i.Updated), bit(!i.Status.Over()))
	return err
}

// Save writes an incident back, without its updates.
func Save(ctx context.Context, tx *volume.Tx, i *Incident) error {
	i.Updated = tx.Now()
	flags, err := json.Marshal(i.Flags)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, qUpdate, i.ID, i.Name, i.Status, i.Impact, i.ImpactOverride, us(i.Started), us(i.MonitoringAt), us(i.ResolvedAt), us(i.ScheduledFor),
		us(i.ScheduledUntil), string(flags), us(i.Reminded), string(i.Metadata), i.Post.Draft, us(i.Post.DraftUpdated), i.Post.Body, us(i.Post.BodyUpdated), us(i.Post.Published),
		bit(i.Post.NotifiedPeople), us(i.Updated), bit(!i.Status.Over()))
	return err
}

// Attach makes components part of an incident; those that are already stay.
func Attach(ctx context.Context, tx *volume.Tx, i *Incident, ids []string) error {
	for _, id := range ids {
		if _, err := tx.Exec(ctx, qAttach, i.ID, id, len(i.Components)); err != nil {
			return err
		}
		i.Components = append(i.Components, id)
	}
	return nil
}

// Replace makes exactly these components part of an incident.
func Replace(ctx context.Context, tx *volume.Tx, i *Incident, ids []string) error {
	if _, err := tx.Exec(ctx, qDetach, i.ID); err != nil {
		return err
	}
	i.Components = nil
	return Attach(ctx, tx, i, ids)
}

// Delete removes an incident with its updates.
func Delete(ctx context.Context, tx *volume.Tx, id string) error {
	for _, q := range []*storage.Query{qUpdDelete, qDetach, qDelete} {
		if _, err := tx.Exec(ctx, q, id); err != nil {
			return err
		}
	}
	return nil
}
