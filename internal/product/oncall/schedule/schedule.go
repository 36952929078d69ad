// Package schedule keeps who has the watch by plan: schedules with rotations in a time zone, and overrides of them. Its layers are the rotations as
// planned, the overrides, forwarding, and what comes of all three.
//
// It promises that what the timeline shows for a minute is who is told in that minute: both are the same computation.
package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/rotation"
)

// Schedule is a plan of who is on call. Everybody whom one of its rotations names at a time is.
type Schedule struct {
	ID, Name, Description string
	Zone                  string // IANA name
	Enabled               bool
	TeamID                string
	Rotations             []*Rotation
	Overrides             []*Override
}

// Rotation is one rotation of a schedule.
type Rotation struct {
	ID, ScheduleID, Name string
	Order                int
	Body
}

// Body is the part of a rotation that is kept as JSON.
type Body struct {
	Type         string                `json:"type"`
	Length       int                   `json:"length"`
	Start        time.Time             `json:"startDate"`
	End          time.Time             `json:"endDate,omitzero"`
	Participants []alert.Responder     `json:"participants"` // of type user, team, escalation or none
	Restriction  *rotation.Restriction `json:"timeRestriction,omitempty"`
}

// Override puts a person in the place of whoever would be on call, for a time, in some rotations or, when it names none, in all. It covers its whole
// time, also where nobody would have been on call: who drags it over a gap means to close the gap. The newest of several counts.
type Override struct {
	ScheduleID, Alias string
	PersonID          string
	From, To          time.Time
	Rotations         []string // IDs
	Created           time.Time
}

// Bounds of a schedule.
const (
	maxRotations    = 50
	maxParticipants = 200
	maxOverrides    = 2000
)

// Location gives the schedule's zone.
func (s *Schedule) Location() *time.Location {
	z, err := time.LoadLocation(s.Zone)
	if err != nil {
		return time.UTC
	}
	return z
}

// Plan gives the rotation without its people.
func (r *Rotation) Plan() rotation.Rotation {
	return rotation.Rotation{Type: r.Type, Length: r.Length, Start: r.Start, End: r.End, Participants: len(r.Participants), Restriction: r.Restriction}
}

var (
	qAll = storage.Register("oncall/schedule.all", `SELECT id, name, description, zone, enabled, team_id FROM schedule`)
	qPut = storage.Register("oncall/schedule.put", `INSERT INTO schedule (id, name, description, zone, enabled, team_id) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description, zone = excluded.zone, enabled = excluded.enabled, team_id = excluded.team_id`)
	qDrop        = storage.Register("oncall/schedule.delete", `DELETE FROM schedule WHERE id = $1`)
	qRotations   = storage.Register("oncall/rotation.all", `SELECT id, schedule_id, name, ord, body FROM rotation`)
	qRotationPut = storage.Register("oncall/rotation.put", `INSERT INTO rotation (id, schedule_id, name, ord, body) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, ord = excluded.ord, body = excluded.body`)
	qRotationDrop = storage.Register("oncall/rotation.delete", `DELETE FROM rotation WHERE id = $1`)
	qRotationsOff = storage.Register("oncall/rotation.delete_all", `DELETE FROM rotation WHERE schedule_id = $1`)
	qOverrides    = storage.Register("oncall/override.all", `SELECT schedule_id, alias, person_id, from_us, to_us, rotations, created_us FROM schedule_override`)
	qOverridePut  = storage.Register("oncall/override.put", `INSERT INTO schedule_override (schedule_id, alias, person_id, from_us, to_us, rotations, created_us) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (schedule_id, alias) DO UPDATE SET person_id = excluded.person_id, from_us = excluded.from_us, to_us = excluded.to_us, rotations = excluded.rotations`)
	qOverrideDrop = storage.Register("oncall/override.delete", `DELETE FROM schedule_override WHERE schedule_id = $1 AND alias = $2`)
	qOverridesOff = storage.Register("oncall/override.delete_all", `DELETE FROM schedule_override WHERE schedule_id = $1`)
)

// All gives every schedule with rotations and overrides, in no order.
func All(ctx context.Context, tx *volume.Tx) ([]*Schedule, error) {
	all, err := storage.All(ctx, tx.Tx, qAll, func(r *storage.Rows) (*Schedule, error) {
		s := &Schedule{}
		var enabled int64
		err := r.Scan(&s.ID, &s.Name, &s.Description, &s.Zone, &enabled, &s.TeamID)
		s.Enabled = enabled == 1
		return s, err
	})
	if err != nil {
		return nil, err
	}
	by := map[string]*Schedule{}
	for _, s := range all {
		by[s.ID] = s
	}
	if err := addRotations(ctx, tx, by); err != nil {
		return nil, err
	}
	return all, addOverrides(ctx, tx, by)
}

func addRotations(ctx context.Context, tx *volume.Tx, by map[string]*Schedule) error {
	rotations, err := storage.All(ctx, tx.Tx, qRotations, func(r *storage.Rows) (*Rotation, error) {
		x := &Rotation{}
		var body string
		if err := r.Scan(&x.ID, &x.ScheduleID, &x.Name, &x.Order, &body); err != nil {
			return nil, err
		}
		return x, json.Unmarshal([]byte(body), &x.Body)
	})
	if err != nil {
		return err
	}
	for _, r := range rotations {
		if s := by[r.ScheduleID]; s != nil {
			s.Rotations = append(s.Rotations, r)
		}
	}
	for _, s := range by {
		slices.SortFunc(s.Rotations, func(a, b *Rotation) int {
			if a.Order != b.Order {
				return a.Order - b.Order
			}
			return strings.Compare(a.ID, b.ID)
		})
	}
	return nil
}

func addOverrides(ctx context.Context, tx *volume.Tx, by map[string]*Schedule) error {
	overrides, err := storage.All(ctx, tx.Tx, qOverrides, func(r *storage.Rows) (*Override, error) {
		o := &Override{}
		var from, to, created int64
		var rotations string
		if err := r.Scan(&o.ScheduleID, &o.Alias, &o.PersonID, &from, &to, &rotations, &created); err != nil {
			return nil, err
		}
		o.From, o.To, o.Created = clock.FromMicros(from), clock.FromMicros(to), clock.FromMicros(created)
		return o, json.Unmarshal([]byte(rotations), &o.Rotations)
	})
	if err != nil {
		return err
	}
	for _, o := range overrides {
		if s := by[o.ScheduleID]; s != nil {
			s.Overrides = append(s.Overrides, o)
		}
	}
	for _, s := range by {
		slices.SortFunc(s.Overrides, func(a, b *Override) int {
			if c := a.Created.Compare(b.Created); c != 0 {
				return c
			}
			return strings.Compare(a.Alias, b.Alias)
		})
	}
	return nil
}

// Save makes or changes a schedule, not its rotations.
func Save(ctx context.Context, tx *volume.Tx, s *Schedule) error {
	s.Name = strings.TrimSpace(s.Name)
	switch {
	case s.Name == "" || len(s.Name) > 200:
		return fault.Invalid("name", "name must be given, with at most 200 characters.")
	case len(s.Description) > 10_000:
		return fault.Invalid("description", "description can have at most 10000 characters.")
	}
	if s.Zone == "" {
		s.Zone = "UTC"
	}
	if _, err := time.LoadLocation(s.Zone); err != nil || s.Zone == "Local" {
		return fault.Invalid("timezone", "%.60q is no time zone; write an IANA name, as Europe/London.", s.Zone)
	}
	if s.ID == "" {
		s.ID = uuid.NewString()
	}
	enabled := 0
	if s.Enabled {
		enabled = 1
	}
	_, err := tx.Exec(ctx, qPut, s.ID, s.Name, s.Description, s.Zone, enabled, s.TeamID)
	if errors.Is(err, storage.ErrUnique) {
		return fault.Conflict("Schedule with name [%s] already exists.", s.Name)
	}
	return err
}

// Delete forgets a schedule with rotations and overrides.
func Delete(ctx context.Context, tx *volume.Tx, id string) error {
	for _, q := range []*storage.Query{qRotationsOff, qOverridesOff, qDrop} {
		if _, err := tx.Exec(ctx, q, id); err != nil {
			return err
		}
	}
	return nil
}

// SaveRotation makes or changes a rotation of a schedule. Participants are known by ID already.
func SaveRotation(ctx context.Context, tx *volume.Tx, s *Schedule, r *Rotation) error {
	if r.Length == 0 {
		r.Length = 1
	}
	if err := r.Plan().Check(); err != nil {
		return fault.Invalid("rotation", "%s.", err)
	}
	switch {
	case len(r.Name) > 200:
		return fault.Invalid("name", "name can have at most 200 characters.")
	case len(r.Participants) > maxParticipants:
		return fault.Invalid("participants", "A rotation can have at most %d participants.", maxParticipants)
	case r.ID == "" && len(s.Rotations) >= maxRotations:
		return fault.Bad("A schedule can have at most %d rotations.", maxRotations)
	}
	for _, p := range r.Participants {
		if !slices.Contains([]string{"user", "team", "escalation", "none"}, p.Type) || p.ID == "" && p.Type != "none" {
			return fault.Invalid("participants", "participants must be of type user, team, escalation or none, with an id or name.")
		}
	}
	if r.ID == "" {
		r.ID, r.ScheduleID, r.Order = uuid.NewString(), s.ID, len(s.Rotations)
		if n := len(s.Rotations); n > 0 {
			r.Order = s.Rotations[n-1].Order + 1
		}
		s.Rotations = append(s.Rotations, r)
	}
	if r.Name == "" {
		r.Name = "Rotation " + string(rune('A'+r.Order%26))
	}
	body, err := json.Marshal(r.Body)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, qRotationPut, r.ID, r.ScheduleID, r.Name, r.Order, string(body))
	return err
}

// DeleteRotation forgets a rotation.
func DeleteRotation(ctx context.Context, tx *volume.Tx, id string) error {
	_, err := tx.Exec(ctx, qRotationDrop, id)
	return err
}

// DeleteRotations forgets all rotations of a schedule.
func DeleteRotations(ctx context.Context, tx *volume.Tx, s *Schedule) error {
	s.Rotations = nil
	_, err := tx.Exec(ctx, qRotationsOff, s.ID)
	return err
}

// SaveOverride makes or changes an override of a schedule.
func SaveOverride(ctx context.Context, tx *volume.Tx, s *Schedule, o *Override) error {
	switch {
	case !o.To.After(o.From):
		return fault.Invalid("endDate", "endDate must be after startDate.")
	case o.From.Year() < 1990 || o.To.Year() > 2200:
		return fault.Invalid("startDate", "startDate and endDate must be between 1990 and 2200.")
	case len(o.Alias) > 512:
		return fault.Invalid("alias", "alias can have at most 512 characters.")
	case len(s.Overrides) >= maxOverrides:
		return fault.Bad("A schedule can have at most %d overrides; delete those of the past.", maxOverrides)
	}
	for _, id := range o.Rotations {
		if !slices.ContainsFunc(s.Rotations, func(r *Rotation) bool { return r.ID == id }) {
			return fault.Invalid("rotations", "The schedule has no rotation %.100q.", id)
		}
	}
	o.ScheduleID = s.ID
	if o.Alias == "" {
		o.Alias = uuid.NewString()
	}
	if o.Created.IsZero() {
		o.Created = tx.Now()
	}
	rotations := "[]"
	if len(o.Rotations) > 0 {
		b, err := json.Marshal(o.Rotations)
		if err != nil {
			return err
		}
		rotations = string(b)
	}
	_, err := tx.Exec(ctx, qOverridePut, o.ScheduleID, o.Alias, o.PersonID, clock.Micros(o.From), clock.Micros(o.To), rotations, clock.Micros(o.Created))
	return err
}

// DeleteOverride forgets an override.
func DeleteOverride(ctx context.Context, tx *volume.Tx, scheduleID, alias string) error {
	_, err := tx.Exec(ctx, qOverrideDrop, scheduleID, alias)
	return err
}
