// Package maintenance keeps times in which integrations and policies are switched on or off, whatever they are set to. Nothing has to happen when such a
// time begins or ends: whoever asks whether something is on asks for an instant.
package maintenance

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// What a rule can be about.
const (
	Integration = "integration"
	Policy      = "policy"
)

// The states of a maintenance.
const (
	Planned   = "planned"
	Active    = "active"
	Past      = "past"
	Cancelled = "cancelled"
)

// lengths are the times that are named by their length; "indefinitely" has no end, "schedule" says both.
var lengths = map[string]time.Duration{"for-5-minutes": 5 * time.Minute, "for-30-minutes": 30 * time.Minute, "for-1-hour": time.Hour}

// Maintenance is one time with what is switched in it.
type Maintenance struct {
	ID, Description string
	Type            string    // for-5-minutes, for-30-minutes, for-1-hour, indefinitely, schedule
	Start, End      time.Time // End is zero when it is open
	Cancelled       time.Time // zero when not
	Created         time.Time
	Rules           []Rule
}

// Rule switches one thing. Its JSON form is the API's, in which it is kept.
type Rule struct {
	State  string `json:"state"` // enabled, disabled
	Entity Entity `json:"entity"`
}

// Entity names an integration or a policy.
type Entity struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// Status tells how it stands at an instant.
func (m *Maintenance) Status(at time.Time) string {
	switch {
	case !m.Cancelled.IsZero():
		return Cancelled
	case at.Before(m.Start):
		return Planned
	case !m.End.IsZero() && !at.Before(m.End):
		return Past
	}
	return Active
}

// MaxMaintenances bounds how many a site keeps; the oldest that are over make room.
const MaxMaintenances = 1000

const columns = `id, description, type, start_us, end_us, cancelled_us, rules, created_us`

var (
	qAll = storage.Register("oncall/maintenance.all", `SELECT `+columns+` FROM maintenance ORDER BY start_us, id`)
	qPut = storage.Register("oncall/maintenance.put", `INSERT INTO maintenance (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET description = excluded.description, type = excluded.type, start_us = excluded.start_us, end_us = excluded.end_us, cancelled_us = excluded.cancelled_us, rules = excluded.rules`)
	qDrop = storage.Register("oncall/maintenance.delete", `DELETE FROM maintenance WHERE id = $1`)
)

func scan(r *storage.Rows) (*Maintenance, error) {
	m := &Maintenance{}
	var start, end, cancelled, created int64
	var rules string
	if err := r.Scan(&m.ID, &m.Description, &m.Type, &start, &end, &cancelled, &rules, &created); err != nil {
		return nil, err
	}
	m.Start, m.End, m.Cancelled, m.Created = clock.FromMicros(start), instant(end), instant(cancelled), clock.FromMicros(created)
	return m, json.Unmarshal([]byte(rules), &m.Rules)
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

type memoKey struct{}

func remembered(ctx context.Context, tx *volume.Tx) ([]*Maintenance, error) {
	return volume.Memo(ctx, tx, memoKey{}, []string{"maintenance"}, func() ([]*Maintenance, error) { return All(ctx, tx) })
}

// All gives every maintenance by start, as the transaction sees them.
func All(ctx context.Context, tx *volume.Tx) ([]*Maintenance, error) {
	return storage.All(ctx, tx.Tx, qAll, scan)
}

// Get gives one by ID.
func Get(ctx context.Context, tx *volume.Tx, id string) (*Maintenance, error) {
	all, err := All(ctx, tx)
	for _, m := range all {
		if m.ID == id {
			return m, err
		}
	}
	if err != nil {
		return nil, err
	}
	return nil, fault.NotFound("No maintenance exists with id [%.60s]", id)
}

// Now is what is switched at one instant. Of several that are active the one that began last counts.
type Now struct{ states map[Entity]bool }

// At gives what is switched at the instant of the transaction.
func At(ctx context.Context, tx *volume.Tx) (*Now, error) {
	all, err := remembered(ctx, tx)
	n := &Now{}
	for _, m := range all {
		if m.Status(tx.Now()) != Active {
			continue
		}
		if n.states == nil {
			n.states = map[Entity]bool{}
		}
		for _, r := range m.Rules {
			n.states[r.Entity] = r.State == "enabled"
		}
	}
	return n, err
}

// On tells whether something is on that is set to be so or not.
func (n *Now) On(typ, id string, set bool) bool {
	if on, switched := n.states[Entity{id, typ}]; switched {
		return on
	}
	return set
}

// Save makes or changes a maintenance; known tells whether an entity exists. A time that is named by its length begins now.
func Save(ctx context.Context, tx *volume.Tx, m *Maintenance, known func(Entity) bool) error {
	if err := m.settle(tx.Now()); err != nil {
		return err
	}
	if len(m.Description) > 10_000 {
		return fault.Invalid("description", "description can have at most 10000 characters.")
	}
	if len(m.Rules) == 0 || len(m.Rules) > 500 {
		return fault.Invalid("rules", "A maintenance needs from 1 to 500 rules.")
	}
	for i := range m.Rules {
		r := &m.Rules[i]
		if r.State == "" {
			r.State = "disabled"
		}
		switch {
		case r.State != "enabled" && r.State != "disabled":
			return fault.Invalid("rules", "state should be one of [ enabled, disabled ].")
		case r.Entity.Type != Integration && r.Entity.Type != Policy:
			return fault.Invalid("rules", "type of an entity should be one of [ integration, policy ].")
		case r.Entity.Type == Integration && r.State == "enabled":
			return fault.Invalid("rules", "Integrations can only be disabled by a maintenance.")
		case !known(r.Entity):
			return fault.Invalid("rules", "No %s exists with id [%.60s]", r.Entity.Type, r.Entity.ID)
		}
	}
	if m.ID == "" {
		m.ID, m.Created = uuid.NewString(), tx.Now()
		if err := makeRoom(ctx, tx); err != nil {
			return err
		}
	}
	return put(ctx, tx, m)
}

func put(ctx context.Context, tx *volume.Tx, m *Maintenance) error {
	rules, err := json.Marshal(m.Rules)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, qPut, m.ID, m.Description, m.Type, clock.Micros(m.Start), micros(m.End), micros(m.Cancelled), string(rules), clock.Micros(m.Created))
	return err
}

func (m *Maintenance) settle(now time.Time) error {
	length, named := lengths[m.Type]
	switch {
	case named:
		m.Start, m.End = now, now.Add(length)
	case m.Type == "indefinitely":
		m.Start, m.End = now, time.Time{}
	case m.Type != "schedule":
		return fault.Invalid("time.type", "type should be one of [ for-5-minutes, for-30-minutes, for-1-hour, indefinitely, schedule ].")
	case m.Start.IsZero() || m.End.IsZero():
		return fault.Invalid("time", "startDate and endDate are needed for schedule.")
	case !m.End.After(m.Start):
		return fault.Invalid("time.endDate", "endDate should be after startDate.")
	case !m.End.After(now):
		return fault.Invalid("time.endDate", "endDate should be in the future.")
	}
	return nil
}

func makeRoom(ctx context.Context, tx *volume.Tx) error {
	all, err := All(ctx, tx)
	if err != nil || len(all) < MaxMaintenances {
		return err
	}
	over := slices.IndexFunc(all, func(m *Maintenance) bool { s := m.Status(tx.Now()); return s == Past || s == Cancelled })
	if over < 0 {
		return fault.Bad("A site can have at most %d maintenances that are not over.", MaxMaintenances)
	}
	return Delete(ctx, tx, all[over].ID)
}

// MoveEnd lets a maintenance that is planned or active end at another time; it has a start and an end from then on.
func MoveEnd(ctx context.Context, tx *volume.Tx, m *Maintenance, end time.Time) error {
	switch s := m.Status(tx.Now()); {
	case s == Past || s == Cancelled:
		return fault.Bad("A maintenance that is %s cannot be changed.", s)
	case !end.After(m.Start) || !end.After(tx.Now()):
		return fault.Invalid("endDate", "endDate should be after the start, and in the future.")
	}
	m.Type, m.End = "schedule", end.UTC()
	return put(ctx, tx, m)
}

// Cancel ends a maintenance that is planned or active.
func Cancel(ctx context.Context, tx *volume.Tx, m *Maintenance) error {
	if s := m.Status(tx.Now()); s == Past || s == Cancelled {
		return fault.Bad("A maintenance that is %s cannot be cancelled.", s)
	}
	m.Cancelled = tx.Now()
	return put(ctx, tx, m)
}

// Delete forgets a maintenance; one that is active ends with it.
func Delete(ctx context.Context, tx *volume.Tx, id string) error {
	_, err := tx.Exec(ctx, qDrop, id)
	return err
}
