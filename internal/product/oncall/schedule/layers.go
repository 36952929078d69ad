package schedule

import (
	"slices"
	"time"

	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/rotation"
)

// The types of a period.
const (
	Default    = "default"
	Overridden = "override"
	Forwarded  = "forwarding"
)

// Period is a time during which a recipient has the watch in one rotation.
type Period struct {
	rotation.Interval
	Type      string
	Recipient alert.Responder
	Forwarder string // person who forwards, for Forwarded
}

// Line is the periods of one rotation, in order and not overlapping. Rotation is nil for overrides of a schedule that has no rotation.
type Line struct {
	Rotation *Rotation
	Periods  []Period
}

// Forward is who takes the place of a person, for a time.
type Forward struct {
	rotation.Interval
	From, To string
}

// Timeline is a window of a schedule in its layers.
type Timeline struct {
	Base, Override, Forwarding, Final []Line
}

// Timeline computes a window. It costs the shifts and overrides that lie in it.
func (s *Schedule) Timeline(from, to time.Time, forwards []Forward) Timeline {
	var t Timeline
	window := rotation.Interval{From: from.UTC(), To: to.UTC()}
	for _, r := range s.lines() {
		base := s.planned(r, window)
		over := s.overriding(r, window)
		final := lay(base, over)
		forwarded := forwarding(final, forwards)
		t.Base = append(t.Base, Line{r, base})
		t.Override = append(t.Override, Line{r, over})
		t.Forwarding = append(t.Forwarding, Line{r, forwarded})
		t.Final = append(t.Final, Line{r, lay(final, forwarded)})
	}
	return t
}

// lines gives the rotations, or one nil when there is none, so that overrides have a place.
func (s *Schedule) lines() []*Rotation {
	if len(s.Rotations) == 0 && len(s.Overrides) > 0 {
		return []*Rotation{nil}
	}
	return s.Rotations
}

func (s *Schedule) planned(r *Rotation, window rotation.Interval) []Period {
	if r == nil {
		return nil
	}
	var out []Period
	for _, shift := range r.Plan().Shifts(s.Location(), window.From, window.To) {
		if p := r.Participants[shift.Participant]; p.Type != "none" {
			out = append(out, Period{Interval: shift.Interval, Type: Default, Recipient: p})
		}
	}
	return out
}

// overriding gives the overrides that touch a rotation, the newest on top.
func (s *Schedule) overriding(r *Rotation, window rotation.Interval) []Period {
	var out []Period
	for _, o := range s.Overrides {
		if len(o.Rotations) > 0 && (r == nil || !slices.Contains(o.Rotations, r.ID)) {
			continue
		}
		in, ok := cut(rotation.Interval{From: o.From, To: o.To}, window)
		if ok {
			out = lay(out, []Period{{Interval: in, Type: Overridden, Recipient: alert.Responder{Type: "user", ID: o.PersonID}}})
		}
	}
	return out
}

func cut(x, window rotation.Interval) (rotation.Interval, bool) {
	if x.From.Before(window.From) {
		x.From = window.From
	}
	if x.To.After(window.To) {
		x.To = window.To
	}
	return x, x.From.Before(x.To)
}

// lay puts periods over others: where both are, those on top are seen. Both are in order, so is what comes of them.
func lay(below, top []Period) []Period {
	if len(top) == 0 {
		return below
	}
	out := slices.Clone(top)
	var covered []rotation.Interval
	for _, p := range top {
		covered = append(covered, p.Interval)
	}
	for _, p := range below {
		for _, seen := range rotation.Gaps(near(covered, p.Interval), p.From, p.To) {
			q := p
			q.Interval = seen
			out = append(out, q)
		}
	}
	slices.SortFunc(out, func(a, b Period) int { return a.Interval.From.Compare(b.Interval.From) })
	return out
}

// near gives the intervals that touch one.
func near(all []rotation.Interval, in rotation.Interval) []rotation.Interval {
	var out []rotation.Interval
	for _, x := range all {
		if x.From.Before(in.To) && in.From.Before(x.To) {
			out = append(out, x)
		}
	}
	return out
}

// maxForwards bounds how far a watch travels when people forward to people who forward.
const maxForwards = 5

// forwarding gives the parts of periods that somebody else takes, with who that is in the end.
func forwarding(periods []Period, forwards []Forward) []Period {
	var out []Period
	for _, p := range periods {
		if p.Recipient.Type == "user" {
			out = append(out, follow(p, forwards, maxForwards)...)
		}
	}
	slices.SortFunc(out, func(a, b Period) int { return a.Interval.From.Compare(b.Interval.From) })
	return out
}

func follow(p Period, forwards []Forward, depth int) []Period {
	var taken []Period
	for _, f := range forwards {
		if in, ok := cut(f.Interval, p.Interval); ok && f.From == p.Recipient.ID && depth > 0 {
			q := Period{Interval: in, Type: Forwarded, Recipient: alert.Responder{Type: "user", ID: f.To}, Forwarder: p.Recipient.ID}
			taken = lay(taken, lay([]Period{q}, follow(q, forwards, depth-1)))
		}
	}
	return taken
}

// Gaps gives the parts of a window in which nobody is on call.
func (t Timeline) Gaps(from, to time.Time) []rotation.Interval {
	var covered []rotation.Interval
	for _, l := range t.Final {
		for _, p := range l.Periods {
			covered = append(covered, p.Interval)
		}
	}
	return rotation.Gaps(covered, from.UTC(), to.UTC())
}

// At gives who has the watch at an instant, each once; rotations whose watch nobody has add nothing.
func (s *Schedule) At(t time.Time, forwards []Forward) []alert.Responder {
	var out []alert.Responder
	for _, l := range s.Timeline(t.Truncate(time.Microsecond), t.Truncate(time.Microsecond).Add(time.Microsecond), forwards).Final {
		for _, p := range l.Periods {
			if !slices.Contains(out, p.Recipient) {
				out = append(out, p.Recipient)
			}
		}
	}
	return out
}

// horizon bounds how far ahead the next handoff is looked for, in growing steps.
var horizon = []time.Duration{26 * time.Hour, 8 * 24 * time.Hour, 62 * 24 * time.Hour, 400 * 24 * time.Hour}

// Next gives who has the watch after the present holders and from when: per rotation the first period whose recipient differs from who has it at an
// instant. exact is of the first such change in the whole schedule.
func (s *Schedule) Next(t time.Time, forwards []Forward) (next, exact []alert.Responder, at time.Time) {
	return s.beside(t, func(l Line) (Period, bool) {
		return firstOther(l.Periods, t)
	}, forwards)
}

func (s *Schedule) beside(t time.Time, pick func(Line) (Period, bool), forwards []Forward) (all, exact []alert.Responder, at time.Time) {
	for _, ahead := range horizon {
		all, exact, at = nil, nil, time.Time{}
		lines := s.Timeline(t, t.Add(ahead), forwards).Final
		found := 0
		for _, l := range lines {
			p, ok := pick(l)
			if !ok {
				continue
			}
			found++
			if !slices.Contains(all, p.Recipient) {
				all = append(all, p.Recipient)
			}
			switch {
			case at.IsZero() || p.Interval.From.Before(at):
				at, exact = p.Interval.From, []alert.Responder{p.Recipient}
			case p.Interval.From.Equal(at) && !slices.Contains(exact, p.Recipient):
				exact = append(exact, p.Recipient)
			}
		}
		if found == len(lines) {
			break
		}
	}
	return all, exact, at
}

func firstOther(periods []Period, t time.Time) (Period, bool) {
	var now *alert.Responder
	for i, p := range periods {
		if !p.Interval.From.After(t) {
			now = &periods[i].Recipient
			continue
		}
		if now == nil || p.Recipient != *now {
			return p, true
		}
	}
	return Period{}, false
}

// Previous gives who had the watch before the present holders: per rotation the last period before an instant whose recipient differs from theirs.
func (s *Schedule) Previous(t time.Time, forwards []Forward) []alert.Responder {
	for _, back := range horizon {
		var out []alert.Responder
		found := 0
		lines := s.Timeline(t.Add(-back), t.Add(time.Microsecond), forwards).Final
		for _, l := range lines {
			n := len(l.Periods)
			if n == 0 {
				continue
			}
			last := l.Periods[n-1]
			holds := last.To.After(t)
			for i := n - 1; i >= 0; i-- {
				if p := l.Periods[i].Recipient; !holds || p != last.Recipient {
					if !slices.Contains(out, p) {
						out = append(out, p)
					}
					found++
					break
				}
			}
		}
		if found == len(lines) || back == horizon[len(horizon)-1] {
			return out
		}
	}
	return nil
}

// Until gives when an instant's holders change: the end of what the final layer shows at it, zero when that is beyond the horizon.
func (s *Schedule) Until(t time.Time, forwards []Forward) time.Time {
	now := s.At(t, forwards)
	for _, ahead := range horizon {
		bounds := []time.Time{}
		for _, l := range s.Timeline(t, t.Add(ahead), forwards).Final {
			for _, p := range l.Periods {
				bounds = append(bounds, p.Interval.From, p.Interval.To)
			}
		}
		slices.SortFunc(bounds, time.Time.Compare)
		for _, b := range bounds {
			if b.After(t) && b.Before(t.Add(ahead)) && !slices.Equal(s.At(b, forwards), now) {
				return b
			}
		}
	}
	return time.Time{}
}
