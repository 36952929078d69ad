package rotation

import (
	"fmt"
	"time"
)

// The types of a rotation: the unit of its length.
const (
	Hourly  = "hourly"
	Daily   = "daily"
	Weekly  = "weekly"
	Monthly = "monthly"
)

// Rotation hands the watch from one participant to the next, round and round.
type Rotation struct {
	Type         string
	Length       int       // of a shift, in hours, days, weeks or months
	Start        time.Time // the first handoff; its wall clock in the zone sets those of all others. Seconds are cut off
	End          time.Time // zero: never
	Participants int
	Restriction  *Restriction
}

// Shift is a time during which one participant, counted from 0, has the watch.
type Shift struct {
	Interval
	Participant int
}

// maxLength bounds the length of shifts, in any unit.
const maxLength = 1000

// Check tells what is wrong with a rotation, nil when nothing is.
func (r Rotation) Check() error {
	switch r.Type {
	case Hourly, Daily, Weekly, Monthly:
	default:
		return fmt.Errorf("type of a rotation must be %s, %s, %s or %s", Hourly, Daily, Weekly, Monthly)
	}
	if r.Length < 1 || r.Length > maxLength {
		return fmt.Errorf("length of a rotation must be from 1 to %d", maxLength)
	}
	if r.Start.IsZero() || r.Start.Year() < 1990 || r.Start.Year() > 2200 {
		return fmt.Errorf("startDate of a rotation must be given, between 1990 and 2200")
	}
	if !r.End.IsZero() && !r.End.After(r.Start) {
		return fmt.Errorf("endDate of a rotation must be after its startDate")
	}
	return r.Restriction.Check()
}

// handoff gives the instant at which shift number k begins.
func (r Rotation) handoff(k int, zone *time.Location) time.Time {
	start := r.Start.UTC().Truncate(time.Minute)
	if k <= 0 {
		return start
	}
	return reach(r.reading(k, wall(start, zone)), start, zone)
}

// reading gives what the wall clock shows when shift number k begins, first being its reading at the start.
func (r Rotation) reading(k int, first time.Time) time.Time {
	n := k * r.Length
	switch r.Type {
	case Hourly:
		return first.Add(time.Duration(n) * time.Hour)
	case Weekly:
		return first.AddDate(0, 0, 7*n)
	case Monthly:
		return addMonths(first, n)
	}
	return first.AddDate(0, 0, n)
}

// addMonths keeps to the end of short months: a month after January 31 is February's last day.
func addMonths(t time.Time, n int) time.Time {
	firstOfMonth := time.Date(t.Year(), t.Month()+time.Month(n), 1, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	lastDay := firstOfMonth.AddDate(0, 1, -1).Day()
	return firstOfMonth.AddDate(0, 0, min(t.Day(), lastDay)-1)
}

// number gives the number of the shift that runs at an instant not before the start.
func (r Rotation) number(t time.Time, zone *time.Location) int {
	elapsed := wall(t, zone).Sub(wall(r.Start.UTC().Truncate(time.Minute), zone))
	unit := map[string]time.Duration{Hourly: time.Hour, Daily: 24 * time.Hour, Weekly: 168 * time.Hour, Monthly: 31 * 24 * time.Hour}[r.Type]
	k := max(0, int(elapsed/(unit*time.Duration(r.Length)))-1) // a guess that is never too high by more than the clock jumped back
	for k > 0 && r.handoff(k, zone).After(t) {
		k--
	}
	for !r.handoff(k+1, zone).After(t) {
		k++
	}
	return k
}

// maxShifts bounds the answer for one window; the window of hourly shifts that holds so many is more than eleven years.
const maxShifts = 100_000

// Shifts gives who has the watch between two instants, in order, cut at both. Neighbouring shifts of one participant stay apart: there is a
// handoff between them, be it to the same person. There are none without participants.
func (r Rotation) Shifts(zone *time.Location, from, to time.Time) []Shift {
	start := r.Start.UTC().Truncate(time.Minute)
	from = later(from.UTC(), start)
	if to = to.UTC(); !r.End.IsZero() {
		to = earlier(to, r.End.UTC().Truncate(time.Minute))
	}
	if r.Participants <= 0 || r.Length <= 0 || !from.Before(to) {
		return nil
	}
	var out []Shift
	for k, at := r.number(from, zone), from; at.Before(to) && len(out) < maxShifts; k++ {
		end := earlier(r.handoff(k+1, zone), to)
		if !at.Before(end) {
			continue // the whole shift was in a gap of the clock
		}
		for _, in := range r.Restriction.within(Interval{at, end}, zone) {
			out = append(out, Shift{in, k % r.Participants})
		}
		at = end
	}
	return out
}

// At gives who has the watch at an instant; ok is false when nobody has.
func (r Rotation) At(zone *time.Location, t time.Time) (participant int, ok bool) {
	t = t.UTC()
	start := r.Start.UTC().Truncate(time.Minute)
	if r.Participants <= 0 || r.Length <= 0 || t.Before(start) || !r.End.IsZero() && !t.Before(r.End.UTC().Truncate(time.Minute)) || !r.Restriction.Contains(t, zone) {
		return 0, false
	}
	return r.number(t, zone) % r.Participants, true
}

// Gaps gives the parts of a window that none of the intervals covers.
func Gaps(covered []Interval, from, to time.Time) []Interval {
	var out []Interval
	for _, x := range Merge(append([]Interval{}, covered...)) {
		if from.Before(earlier(x.From, to)) {
			out = append(out, Interval{from, earlier(x.From, to)})
		}
		from = later(from, x.To)
	}
	if from.Before(to) {
		out = append(out, Interval{from, to})
	}
	return out
}
