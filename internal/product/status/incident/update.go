package incident

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/shortid"
)

const updColumns = `id, incident_id, page_id, status, body, affected, deliver, display_us, created_us, updated_us`

var (
	qUpdByIncident = storage.Register("status/incident_update.by-incident", `SELECT `+updColumns+` FROM incident_update WHERE incident_id = $1
		ORDER BY incident_id DESC, display_us DESC, created_us DESC, id DESC LIMIT 2000`)
	qUpdByID   = storage.Register("status/incident_update.by-id", `SELECT `+updColumns+` FROM incident_update WHERE id = $1 AND incident_id = $2`)
	qUpdInsert = storage.Register("status/incident_update.insert", `INSERT INTO incident_update (`+updColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)
	qUpdUpdate = storage.Register("status/incident_update.update", `UPDATE incident_update SET body = $2, deliver = $3, display_us = $4, updated_us = $5 WHERE id = $1`)
	qUpdDelete = storage.Register("status/incident_update.delete-all", `DELETE FROM incident_update WHERE incident_id = $1`)
)

func scanUpdate(r *storage.Rows) (*Update, error) {
	var u Update
	var affected string
	var deliver, display, created, updated int64
	if err := r.Scan(&u.ID, &u.IncidentID, &u.PageID, &u.Status, &u.Body, &affected, &deliver, &display, &created, &updated); err != nil {
		return nil, err
	}
	u.Deliver, u.Display, u.Created, u.Updated = deliver == 1, clock.FromMicros(display), clock.FromMicros(created), clock.FromMicros(updated)
	return &u, json.Unmarshal([]byte(affected), &u.Affected)
}

// Updates lists the updates of an incident, newest first.
func Updates(ctx context.Context, tx *volume.Tx, incident string) ([]*Update, error) {
	return storage.All(ctx, tx.Tx, qUpdByIncident, scanUpdate, incident)
}

// MaxBody bounds a message, in characters; the vendor's limit.
const MaxBody = 25_000

// CheckBody refuses messages that are too long.
func CheckBody(body string) error {
	if len([]rune(body)) > MaxBody {
		return fault.Invalid("body", "Body is too long (maximum is %d characters)", MaxBody)
	}
	return nil
}

// Begin stores a new incident; its first update follows with Say.
func Begin(ctx context.Context, tx *volume.Tx, i *Incident) (err error) {
	if i.Name, err = page.CheckName("name", i.Name); err != nil {
		return err
	}
	if err := i.check(); err != nil {
		return err
	}
	i.ID, i.Created, i.Updated = shortid.New(), tx.Now(), tx.Now()
	if i.Impact == "" {
		i.Impact = None
	}
	return insert(ctx, tx, i)
}

func (i *Incident) check() error {
	if i.ImpactOverride != "" && !i.ImpactOverride.Valid() {
		return fault.Invalid("impact_override", "Impact override is not included in the list")
	}
	if i.Scheduled {
		switch {
		case i.ScheduledFor.IsZero():
			return fault.Invalid("scheduled_for", "Scheduled for can't be blank")
		case i.ScheduledUntil.IsZero():
			return fault.Invalid("scheduled_until", "Scheduled until can't be blank")
		case !i.ScheduledUntil.After(i.ScheduledFor):
			return fault.Invalid("scheduled_until", "Scheduled until must be after scheduled for")
		case i.ScheduledUntil.Sub(i.ScheduledFor) > 366*24*time.Hour:
			return fault.Invalid("scheduled_until", "A maintenance takes a year at most")
		}
	}
	if len(i.Metadata) > 16<<10 {
		return fault.Invalid("metadata", "Metadata is too long (maximum is 16 KiB)")
	}
	return nil
}

// Amend checks and writes back what was changed of an incident itself.
func Amend(ctx context.Context, tx *volume.Tx, i *Incident) (err error) {
	if i.Name, err = page.CheckName("name", i.Name); err != nil {
		return err
	}
	if err := i.check(); err != nil {
		return err
	}
	if i.Scheduled {
		i.Started = i.ScheduledFor
	}
	return Save(ctx, tx, i)
}

// Say adds an update to an incident and moves it to the update's status. The incident is written back by the caller.
func Say(ctx context.Context, tx *volume.Tx, i *Incident, u *Update) error {
	if err := CheckBody(u.Body); err != nil {
		return err
	}
	if len(i.Updates) >= 1000 {
		return fault.Conflict("An incident has 1,000 updates at most.")
	}
	u.ID, u.IncidentID, u.PageID, u.Created, u.Updated = shortid.New(), i.ID, i.PageID, tx.Now(), tx.Now()
	if u.Display.IsZero() {
		u.Display = tx.Now()
	}
	affected, err := json.Marshal(u.Affected)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, qUpdInsert, u.ID, u.IncidentID, u.PageID, u.Status, u.Body, string(affected), bit(u.Deliver), clock.Micros(u.Display), clock.Micros(u.Created), clock.Micros(u.Updated))
	if err != nil {
		return err
	}
	i.Updates = append([]*Update{u}, i.Updates...)
	i.sort()
	if u.Status != Postmortem {
		i.Status = u.Status
	}
	i.Retime()
	return nil
}

func (i *Incident) sort() {
	slices.SortStableFunc(i.Updates, func(a, b *Update) int { return b.Display.Compare(a.Display) })
}

// Edit changes message and time of an update of an incident; the caller saves the incident, whose times follow.
func Edit(ctx context.Context, tx *volume.Tx, i *Incident, id string, change func(*Update)) (*Update, error) {
	k := slices.IndexFunc(i.Updates, func(u *Update) bool { return u.ID == id })
	if k < 0 {
		return nil, fault.NotFound("There is no such incident update.")
	}
	u := i.Updates[k]
	change(u)
	if err := CheckBody(u.Body); err != nil {
		return nil, err
	}
	if u.Display.After(tx.Now().Add(24*time.Hour)) || u.Display.Year() < 1990 {
		return nil, fault.Invalid("display_at", "Display at must be an instant of the past")
	}
	u.Updated = tx.Now()
	if _, err := tx.Exec(ctx, qUpdUpdate, u.ID, u.Body, bit(u.Deliver), clock.Micros(u.Display), clock.Micros(u.Updated)); err != nil {
		return nil, err
	}
	i.sort()
	i.Retime()
	return u, nil
}

// Retime computes the times of an incident from its updates: it started with the first, was monitored since the first that says so after the
// last time it was worse, and ended with the last that ends it.
func (i *Incident) Retime() {
	i.MonitoringAt, i.ResolvedAt = time.Time{}, time.Time{}
	first := time.Time{}
	for k := len(i.Updates) - 1; k >= 0; k-- { // oldest first
		u := i.Updates[k]
		if first.IsZero() {
			first = u.Display
		}
		switch u.Status {
		case Investigating, Identified, Scheduled, InProgress, Verifying:
			i.MonitoringAt, i.ResolvedAt = time.Time{}, time.Time{}
		case Monitoring:
			if i.ResolvedAt = (time.Time{}); i.MonitoringAt.IsZero() {
				i.MonitoringAt = u.Display
			}
		case Resolved, Completed:
			if i.ResolvedAt.IsZero() {
				i.ResolvedAt = u.Display
			}
		case Postmortem:
		}
	}
	if i.Scheduled {
		i.Started = i.ScheduledFor
	} else if !first.IsZero() {
		i.Started = first
	}
	if !i.Status.Over() {
		i.ResolvedAt = time.Time{}
	}
}

// FindUpdate gives one update of an incident.
func FindUpdate(ctx context.Context, tx *volume.Tx, incident, id string) (*Update, error) {
	u, err := storage.One(ctx, tx.Tx, qUpdByID, scanUpdate, id, incident)
	if errors.Is(err, storage.ErrNoRows) {
		return nil, fault.NotFound("There is no such incident update.")
	}
	return u, err
}

func inOrder(rows []concerned) []string {
	slices.SortStableFunc(rows, func(a, b concerned) int { return int(a.position - b.position) })
	out := make([]string, len(rows))
	for k, c := range rows {
		out[k] = c.id
	}
	return out
}
