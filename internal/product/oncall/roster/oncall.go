package roster

import (
	"cmp"
	"slices"
	"time"

	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/escalation"
	"holdfast.dev/internal/product/oncall/rotation"
	"holdfast.dev/internal/product/oncall/schedule"
	"holdfast.dev/internal/product/oncall/team"
	"holdfast.dev/internal/product/oncall/user"
)

// maxDepth bounds how far recipients lead to recipients: a schedule to an escalation to a schedule …
const maxDepth = 6

// Reach turns a recipient into the people it means at an instant: a person, the members of a team, who is on call in a schedule, whom an
// escalation tells first. Forwarding is applied. Nobody is named twice.
func (r *Roster) Reach(x alert.Responder, at time.Time) []*user.Person {
	var out []*user.Person
	r.add(&out, x, at, 0)
	return out
}

func (r *Roster) add(out *[]*user.Person, x alert.Responder, at time.Time, depth int) {
	if depth > maxDepth {
		return
	}
	switch x.Type {
	case "user":
		if p := r.Forwarded(r.Person(orName(x)), at); p != nil && !slices.Contains(*out, p) {
			*out = append(*out, p)
		}
	case "all":
		for _, p := range Sorted(r.People, func(p *user.Person) string { return p.ID }) {
			if p.Active && !slices.Contains(*out, p) {
				*out = append(*out, p)
			}
		}
	case "team":
		if t := r.Team(orName(x)); t != nil {
			for _, m := range t.Members {
				r.add(out, alert.Responder{Type: "user", ID: m.PersonID}, at, depth+1)
			}
		}
	case "schedule":
		if s := r.Schedule(orName(x)); s != nil && s.Enabled {
			for _, y := range s.At(at, r.forwards) {
				r.add(out, y, at, depth+1)
			}
		}
	case "escalation":
		if e := r.Escalation(orName(x)); e != nil && len(e.Rules) > 0 {
			for _, rule := range e.Rules {
				if rule.Delay == e.Rules[0].Delay {
					r.add(out, rule.Recipient, at, depth+1)
				}
			}
		}
	}
}

func orName(x alert.Responder) string { return cmp.Or(x.ID, x.Name) }

// Forwarded gives who takes what is for a person at an instant: the person, or where they forward to, along a chain that ends.
func (r *Roster) Forwarded(p *user.Person, at time.Time) *user.Person {
	for range maxDepth {
		if p == nil {
			return nil
		}
		next := p
		for _, f := range r.Forwardings {
			if f.From == p.ID && !at.Before(f.Start) && at.Before(f.End) && r.People[f.To] != nil {
				next = r.People[f.To]
				break
			}
		}
		if next == p {
			return p
		}
		p = next
	}
	return p
}

// Step gives the people whom a rule of an escalation tells at an instant. pick chooses one of n, for the notify type random.
func (r *Roster) Step(rule escalation.Rule, at time.Time, pick func(n int) int) []*user.Person {
	x := rule.Recipient
	switch x.Type {
	case "schedule":
		return r.ofSchedule(rule, at)
	case "team":
		if t := r.Team(orName(x)); t != nil {
			return r.ofTeam(t, rule.NotifyType, at, pick)
		}
		return nil
	}
	return r.Reach(x, at)
}

func (r *Roster) ofSchedule(rule escalation.Rule, at time.Time) []*user.Person {
	s := r.Schedule(orName(rule.Recipient))
	if s == nil || !s.Enabled {
		return nil
	}
	var who []alert.Responder
	switch rule.NotifyType {
	case "next":
		who, _, _ = s.Next(at, r.forwards)
	case "previous":
		who = s.Previous(at, r.forwards)
	case "all":
		for _, rot := range s.Rotations {
			who = append(who, rot.Participants...)
		}
	default:
		who = s.At(at, r.forwards)
	}
	var out []*user.Person
	for _, x := range who {
		r.add(&out, x, at, 1)
	}
	return out
}

func (r *Roster) ofTeam(t *team.Team, notifyType string, at time.Time, pick func(n int) int) []*user.Person {
	if notifyType == "default" || notifyType == "next" || notifyType == "previous" {
		if out := r.teamWatch(t, notifyType, at); len(out) > 0 {
			return out
		}
	}
	var out []*user.Person
	for _, m := range t.Members {
		if notifyType == "admins" && m.Role != team.Admin || notifyType == "users" && m.Role != team.Member {
			continue
		}
		r.add(&out, alert.Responder{Type: "user", ID: m.PersonID}, at, 1)
	}
	if notifyType == "random" && len(out) > 0 {
		return []*user.Person{out[pick(len(out))]}
	}
	return out
}

// teamWatch gives who is on call in the schedules that a team owns.
func (r *Roster) teamWatch(t *team.Team, notifyType string, at time.Time) []*user.Person {
	var out []*user.Person
	for _, s := range r.SchedulesOf(t.ID) {
		for _, p := range r.ofSchedule(escalation.Rule{NotifyType: notifyType, Recipient: alert.Responder{Type: "schedule", ID: s.ID}}, at) {
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// SchedulesOf gives the schedules that a team owns, by name.
func (r *Roster) SchedulesOf(teamID string) []*schedule.Schedule {
	var out []*schedule.Schedule
	for _, s := range r.Schedules {
		if s.TeamID == teamID && s.Enabled {
			out = append(out, s)
		}
	}
	sortBy(out, func(s *schedule.Schedule) string { return s.Name })
	return out
}

// Sorted gives the values of a map by name.
func Sorted[T any](all map[string]*T, name func(*T) string) []*T {
	out := make([]*T, 0, len(all))
	for _, x := range all {
		out = append(out, x)
	}
	sortBy(out, name)
	return out
}

func sortBy[T any](xs []*T, key func(*T) string) {
	slices.SortFunc(xs, func(a, b *T) int { return cmp.Compare(key(a), key(b)) })
}

// Shift is a time during which a person is on call in a schedule.
type Shift struct {
	rotation.Interval
	Schedule *schedule.Schedule
	Rotation *schedule.Rotation // nil for an override of a schedule without rotations
}

// Shifts gives when a person is on call in a window, by start.
func (r *Roster) Shifts(p *user.Person, from, to time.Time) []Shift {
	var out []Shift
	for _, s := range r.Schedules {
		if !s.Enabled {
			continue
		}
		for _, l := range s.Timeline(from, to, r.forwards).Final {
			var mine []rotation.Interval
			for _, period := range l.Periods {
				if slices.Contains(r.Reach(period.Recipient, period.Interval.From), p) {
					mine = append(mine, period.Interval)
				}
			}
			for _, in := range rotation.Merge(mine) {
				out = append(out, Shift{in, s, l.Rotation})
			}
		}
	}
	slices.SortFunc(out, func(a, b Shift) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Schedule.ID, b.Schedule.ID))
	})
	return out
}

// IsParticipant tells whether a rotation's turn ever comes to a person.
func (r *Roster) IsParticipant(x *schedule.Rotation, p *user.Person) bool {
	return slices.ContainsFunc(x.Participants, func(y alert.Responder) bool {
		if y.Type != "team" {
			return y.Type == "user" && y.ID == p.ID
		}
		t := r.Teams[y.ID]
		if t == nil {
			return false
		}
		member, _ := t.Has(p.ID)
		return member
	})
}
