package rotation

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The types of a restriction.
const (
	TimeOfDay           = "time-of-day"
	WeekdayAndTimeOfDay = "weekday-and-time-of-day"
)

// Clock is a window of the day, by the wall clock. An end at or before the start is on the next day.
type Clock struct {
	StartHour int `json:"startHour"`
	StartMin  int `json:"startMin"`
	EndHour   int `json:"endHour"`
	EndMin    int `json:"endMin"`
}

// Week is a window of the week, by the wall clock. An end at or before the start is in the next week.
type Week struct {
	StartDay  string `json:"startDay"`
	StartHour int    `json:"startHour"`
	StartMin  int    `json:"startMin"`
	EndDay    string `json:"endDay"`
	EndHour   int    `json:"endHour"`
	EndMin    int    `json:"endMin"`
}

// Restriction limits something to windows of the wall clock. Its JSON form is the one in which it is kept, and Opsgenie's.
type Restriction struct {
	Type         string `json:"type"`
	Restriction  *Clock `json:"restriction,omitempty"`
	Restrictions []Week `json:"restrictions,omitempty"`
}

const (
	day  = 24 * 60
	week = 7 * day
)

// maxWindows bounds the windows of one restriction.
const maxWindows = 50

var days = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// Check tells what is wrong with a restriction, nil when nothing is. It drops what the type has no use for: clients send both forms.
func (r *Restriction) Check() error {
	if r == nil {
		return nil
	}
	switch r.Type {
	case TimeOfDay:
		r.Restrictions = nil
		if r.Restriction == nil {
			return fmt.Errorf("timeRestriction of type %s needs restriction", r.Type)
		}
		c := r.Restriction
		return checkClock(c.StartHour, c.StartMin, c.EndHour, c.EndMin)
	case WeekdayAndTimeOfDay:
		r.Restriction = nil
		if len(r.Restrictions) == 0 || len(r.Restrictions) > maxWindows {
			return fmt.Errorf("timeRestriction of type %s needs from 1 to %d restrictions", r.Type, maxWindows)
		}
		for _, w := range r.Restrictions {
			if dayOf(w.StartDay) < 0 || dayOf(w.EndDay) < 0 {
				return fmt.Errorf("a restriction's startDay and endDay must be days of the week, monday to sunday")
			}
			if err := checkClock(w.StartHour, w.StartMin, w.EndHour, w.EndMin); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("timeRestriction's type must be %s or %s", TimeOfDay, WeekdayAndTimeOfDay)
}

func checkClock(startHour, startMin, endHour, endMin int) error {
	for _, h := range []int{startHour, endHour} {
		if h < 0 || h > 23 {
			return fmt.Errorf("hours of a restriction must be from 0 to 23")
		}
	}
	for _, m := range []int{startMin, endMin} {
		if m < 0 || m > 59 {
			return fmt.Errorf("minutes of a restriction must be from 0 to 59")
		}
	}
	return nil
}

func dayOf(name string) int { return slices.Index(days, strings.ToLower(name)) }

// span is a window in minutes since Sunday 00:00; its end may lie beyond the week.
type span struct{ start, end int }

// spans gives the windows in order of start, one week of them.
func (r *Restriction) spans() []span {
	if r == nil {
		return []span{{0, week}}
	}
	var out []span
	if r.Type == TimeOfDay && r.Restriction != nil {
		c := r.Restriction
		start, end := c.StartHour*60+c.StartMin, c.EndHour*60+c.EndMin
		if end <= start {
			end += day
		}
		for d := range 7 {
			out = append(out, span{d*day + start, d*day + end})
		}
	}
	for _, w := range r.Restrictions {
		start := dayOf(w.StartDay)*day + w.StartHour*60 + w.StartMin
		end := dayOf(w.EndDay)*day + w.EndHour*60 + w.EndMin
		if end <= start {
			end += week
		}
		out = append(out, span{start, end})
	}
	slices.SortFunc(out, func(a, b span) int { return a.start - b.start })
	return out
}

// Contains tells whether the zone's clock is within the restriction at an instant. No restriction contains everything.
func (r *Restriction) Contains(t time.Time, zone *time.Location) bool {
	if r == nil {
		return true
	}
	w := wall(t, zone)
	m := int(w.Weekday())*day + w.Hour()*60 + w.Minute()
	return slices.ContainsFunc(r.spans(), func(s span) bool {
		return s.start <= m && m < s.end || s.start <= m+week && m+week < s.end
	})
}

// Interval is a half-open time: From belongs to it, To does not.
type Interval struct{ From, To time.Time }

// within gives the parts of an interval during which the restriction holds, in order and merged.
func (r *Restriction) within(in Interval, zone *time.Location) []Interval {
	if r == nil {
		return []Interval{in}
	}
	spans := r.spans()
	var out []Interval
	for at := in.From; at.Before(in.To); {
		s := stretchAt(at, zone)
		end := in.To
		if !s.to.IsZero() && s.to.Before(end) {
			end = s.to
		}
		out = s.windows(out, spans, at, end)
		at = end
	}
	return Merge(out)
}

// windows appends the windows between two instants of one stretch.
func (s stretch) windows(out []Interval, spans []span, from, to time.Time) []Interval {
	first, last := from.Add(s.offset), to.Add(s.offset)
	sunday := first.Truncate(24*time.Hour).AddDate(0, 0, -int(first.Weekday())-7) // a window of last week may reach into this one
	for ; sunday.Before(last); sunday = sunday.AddDate(0, 0, 7) {
		for _, p := range spans {
			a, b := sunday.Add(time.Duration(p.start)*time.Minute), sunday.Add(time.Duration(p.end)*time.Minute)
			if a, b = later(a, first), earlier(b, last); a.Before(b) {
				out = append(out, Interval{a.Add(-s.offset), b.Add(-s.offset)})
			}
		}
	}
	return out
}

// Merge orders intervals and joins those that touch or overlap.
func Merge(in []Interval) []Interval {
	slices.SortFunc(in, func(a, b Interval) int { return a.From.Compare(b.From) })
	var out []Interval
	for _, x := range in {
		if n := len(out); n > 0 && !x.From.After(out[n-1].To) {
			out[n-1].To = later(out[n-1].To, x.To)
			continue
		}
		out = append(out, x)
	}
	return out
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
