package component

import (
	"context"
	"errors"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// State is a status from an instant on, until the next state.
type State struct {
	From   time.Time
	Status Status
}

var (
	qRecord = storage.Register("status/component_state.record", `INSERT INTO component_state (component_id, from_us, status) VALUES ($1, $2, $3)
		ON CONFLICT (component_id, from_us) DO UPDATE SET status = excluded.status`)
	qStates = storage.Register("status/component_state.since", `SELECT from_us, status FROM component_state WHERE component_id = $1
		AND from_us >= coalesce((SELECT max(s.from_us) FROM component_state s WHERE s.component_id = $1 AND s.from_us <= $2), 0) ORDER BY component_id, from_us`)
	qAt    = storage.Register("status/component_state.at", `SELECT from_us, status FROM component_state WHERE component_id = $1 AND from_us <= $2 ORDER BY component_id DESC, from_us DESC LIMIT 1`)
	qClear = storage.Register("status/component_state.clear", `DELETE FROM component_state WHERE component_id = $1 AND from_us >= $2 AND from_us <= $3`)
)

func scanState(r *storage.Rows) (State, error) {
	var s State
	var from int64
	err := r.Scan(&from, &s.Status)
	s.From = clock.FromMicros(from)
	return s, err
}

func record(ctx context.Context, tx *volume.Tx, id string, from time.Time, s Status) error {
	_, err := tx.Exec(ctx, qRecord, id, clock.Micros(from), s)
	return err
}

// States gives the states of a component from an instant on, beginning with the one that it had then.
func States(ctx context.Context, tx *volume.Tx, id string, since time.Time) ([]State, error) {
	return storage.All(ctx, tx.Tx, qStates, scanState, id, clock.Micros(since))
}

// Backfill writes into the history that a component had a status between two instants of the past. What it had after that stays.
func Backfill(ctx context.Context, tx *volume.Tx, id string, from, to time.Time, s Status) error {
	after := Operational
	if !to.After(from) {
		return nil
	}
	at, err := storage.One(ctx, tx.Tx, qAt, scanState, id, clock.Micros(to))
	if err == nil {
		after = at.Status
	} else if !errors.Is(err, storage.ErrNoRows) {
		return err
	}
	if _, err := tx.Exec(ctx, qClear, id, clock.Micros(from), clock.Micros(to)); err != nil {
		return err
	}
	if err := record(ctx, tx, id, from, s); err != nil {
		return err
	}
	return record(ctx, tx, id, to, after)
}

// Time is how long a component was in which state, in whole seconds. Observed is all of it.
type Time struct {
	Observed, Maintenance, Degraded, Partial, Major int64
}

func (t *Time) add(s Status, seconds int64) {
	t.Observed += seconds
	switch s {
	case Maintenance:
		t.Maintenance += seconds
	case Degraded:
		t.Degraded += seconds
	case Partial:
		t.Partial += seconds
	case Major:
		t.Major += seconds
	case Operational:
	}
}

// Plus adds two times up.
func (t Time) Plus(o Time) Time {
	return Time{t.Observed + o.Observed, t.Maintenance + o.Maintenance, t.Degraded + o.Degraded, t.Partial + o.Partial, t.Major + o.Major}
}

// Uptime is 100 × (1 − (major + weight × partial) ÷ observed), in hundredths of a percent, rounded down so that a bad day never reads 100;
// ok is false where nothing was observed. partialPercent is the weight of a partial outage.
func (t Time) Uptime(partialPercent int64) (hundredths int64, ok bool) {
	if t.Observed == 0 {
		return 0, false
	}
	down := t.Major*100 + t.Partial*partialPercent // hundredths of seconds
	return 10_000 - (down*100+t.Observed-1)/t.Observed, true
}

// Worst is the worst status that the time has; maintenance counts as good beside anything bad.
func (t Time) Worst() Status {
	switch {
	case t.Major > 0:
		return Major
	case t.Partial > 0:
		return Partial
	case t.Degraded > 0:
		return Degraded
	case t.Maintenance > 0:
		return Maintenance
	}
	return Operational
}

// Between measures the states, which begin at or before from, over an interval. Before observedFrom nothing counts.
func Between(states []State, observedFrom, from, to time.Time) Time {
	var t Time
	if from.Before(observedFrom) {
		from = observedFrom
	}
	for i, s := range states {
		lo, hi := s.From, to
		if i+1 < len(states) && states[i+1].From.Before(hi) {
			hi = states[i+1].From
		}
		if i == 0 && from.Before(lo) { // before its history begins a component was operational
			if end := minTime(lo, to); end.After(from) {
				t.add(Operational, seconds(from, end))
			}
		}
		if lo.Before(from) {
			lo = from
		}
		if hi.After(lo) {
			t.add(s.Status, seconds(lo, hi))
		}
	}
	if len(states) == 0 && to.After(from) {
		t.add(Operational, seconds(from, to))
	}
	return t
}

// seconds counts the whole seconds of the clock between two instants, so that parts of an interval add up to the whole.
func seconds(from, to time.Time) int64 { return to.Unix() - from.Unix() }

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Day is one day of a component's bar.
type Day struct {
	Date time.Time // its midnight in the page's zone
	Time Time
}

// ObservedFrom is when the component's uptime starts to be counted.
func (c *Component) ObservedFrom(zone *time.Location) time.Time {
	if d, err := time.ParseInLocation(time.DateOnly, c.StartDate, zone); err == nil {
		return d
	}
	y, m, d := c.Created.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// Days measures the n days of a zone that end with the one of now, oldest first. The last one counts up to now.
func Days(states []State, observedFrom, now time.Time, n int, zone *time.Location) []Day {
	y, m, d := now.In(zone).Date()
	days := make([]Day, n)
	for i := range days {
		start := time.Date(y, m, d-n+1+i, 0, 0, 0, 0, zone)
		end := minTime(time.Date(y, m, d-n+2+i, 0, 0, 0, 0, zone), now)
		days[i] = Day{start, Between(states, observedFrom, start, end)}
	}
	return days
}
