package rest

import (
	"net/http"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/rotation"
	"holdfast.dev/internal/product/oncall/schedule"
)

func (h *handler) onCallOperations() []operation {
	const path = "/v2/schedules/{identifier}"
	return []operation{
		{method: "GET", path: "/v2/schedules/on-calls", right: mayRead, run: listOnCalls},
		{method: "GET", path: "/v2/schedules/on-calls/{identifier}", right: mayRead, run: userCalendar},
		{method: "GET", path: path + "/on-calls", right: mayRead, run: getOnCalls},
		{method: "GET", path: path + "/next-on-calls", right: mayRead, run: getNextOnCalls},
		{method: "GET", path: path + "/timeline", right: mayRead, run: getTimeline},
	}
}

type wireParticipant struct {
	ID             string            `json:"id,omitempty"`
	Name           string            `json:"name,omitempty"`
	Type           string            `json:"type"`
	ForwardedFrom  *wireParticipant  `json:"forwardedFrom,omitempty"`
	EscalationTime *int              `json:"escalationTime,omitempty"`
	NotifyType     string            `json:"notifyType,omitempty"`
	Participants   []wireParticipant `json:"onCallParticipants,omitempty"`
}

type wireOnCall struct {
	Parent       wireScheduleMeta   `json:"_parent"`
	Participants *[]wireParticipant `json:"onCallParticipants,omitempty"`
	Recipients   *[]string          `json:"onCallRecipients,omitempty"`
}

// participant shows who is on call; a team or an escalation with whom it means.
func participant(r *roster.Roster, x alert.Responder, at time.Time) wireParticipant {
	n := r.Named(x)
	out := wireParticipant{ID: n.ID, Name: n.Name, Type: n.Type}
	switch x.Type {
	case "team":
		for _, p := range r.Reach(x, at) {
			out.Participants = append(out.Participants, wireParticipant{ID: p.ID, Name: p.Username, Type: "user"})
		}
	case "escalation":
		if e := r.Escalations[x.ID]; e != nil {
			for _, rule := range e.Rules {
				to := r.Named(rule.Recipient)
				delay := rule.Delay
				out.Participants = append(out.Participants, wireParticipant{ID: to.ID, Name: to.Name, Type: to.Type, EscalationTime: &delay, NotifyType: rule.NotifyType})
			}
		}
	}
	return out
}

// flat gives the usernames of the people that recipients mean.
func flat(r *roster.Roster, xs []alert.Responder, at time.Time) []string {
	out := []string{}
	seen := map[string]bool{}
	for _, x := range xs {
		for _, p := range r.Reach(x, at) {
			if !seen[p.ID] {
				seen[p.ID] = true
				out = append(out, p.Username)
			}
		}
	}
	return out
}

func participants(r *roster.Roster, xs []alert.Responder, at time.Time) []wireParticipant {
	out := []wireParticipant{}
	for _, x := range xs {
		out = append(out, participant(r, x, at))
	}
	return out
}

func (c *call) onCall(r *roster.Roster, s *schedule.Schedule, at time.Time) wireOnCall {
	out := wireOnCall{Parent: scheduleMeta(s)}
	now := []alert.Responder{}
	if s.Enabled {
		now = s.At(at, r.Forwards())
	}
	if c.query("flat") == "true" {
		names := flat(r, now, at)
		out.Recipients = &names
		return out
	}
	ps := participants(r, now, at)
	out.Participants = &ps
	return out
}

func listOnCalls(c *call) error {
	at, err := c.moment("date")
	if err != nil {
		return err
	}
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		out := []wireOnCall{}
		for _, s := range roster.Sorted(r.Schedules, scheduleName) {
			out = append(out, c.onCall(r, s, at))
		}
		return listed(c, out)
	})
}

func getOnCalls(c *call) error {
	at, err := c.moment("date")
	if err != nil {
		return err
	}
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		s, err := c.schedule(r, "scheduleIdentifierType")
		if err != nil {
			return err
		}
		return c.data(c.onCall(r, s, at))
	})
}

func getNextOnCalls(c *call) error {
	at, err := c.moment("date")
	if err != nil {
		return err
	}
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		s, err := c.schedule(r, "scheduleIdentifierType")
		if err != nil {
			return err
		}
		next, exact, when := s.Next(at, r.Forwards())
		out := map[string]any{"_parent": scheduleMeta(s)}
		// the published names are the other way round than those of on-calls
		if c.query("flat") == "true" {
			out["nextOnCallParticipants"], out["exactNextOnCallParticipants"] = flat(r, next, when), flat(r, exact, when)
		} else {
			out["nextOnCallRecipients"], out["exactNextOnCallRecipients"] = participants(r, next, when), participants(r, exact, when)
		}
		return c.data(out)
	})
}

type wirePeriod struct {
	StartDate stamp             `json:"startDate"`
	EndDate   stamp             `json:"endDate"`
	Type      string            `json:"type"`
	FromUser  *wireParticipant  `json:"fromUser,omitempty"`
	Recipient wireParticipant   `json:"recipient"`
	Flattened []wireParticipant `json:"flattenedRecipients,omitempty"`
}

type wireLine struct {
	ID      string       `json:"id,omitempty"`
	Name    string       `json:"name"`
	Order   float64      `json:"order"`
	Periods []wirePeriod `json:"periods"`
}

type wireLayer struct {
	Rotations []wireLine `json:"rotations"`
}

type wireTimeline struct {
	Parent     wireScheduleMeta `json:"_parent"`
	StartDate  stamp            `json:"startDate"`
	EndDate    stamp            `json:"endDate"`
	Final      wireLayer        `json:"finalTimeline"`
	Base       *wireLayer       `json:"baseTimeline,omitempty"`
	Override   *wireLayer       `json:"overrideTimeline,omitempty"`
	Forwarding *wireLayer       `json:"forwardingTimeline,omitempty"`
}

func toLayer(r *roster.Roster, lines []schedule.Line) wireLayer {
	out := wireLayer{Rotations: []wireLine{}}
	for i, l := range lines {
		line := wireLine{Name: "Overrides", Order: float64(i + 1), Periods: []wirePeriod{}}
		if l.Rotation != nil {
			line.ID, line.Name = l.Rotation.ID, l.Rotation.Name
		}
		for _, p := range l.Periods {
			w := wirePeriod{StartDate: stamp(p.Interval.From), EndDate: stamp(p.Interval.To), Type: p.Type, Recipient: participant(r, p.Recipient, p.Interval.From)}
			if p.Forwarder != "" {
				from := participant(r, alert.Responder{Type: "user", ID: p.Forwarder}, p.Interval.From)
				w.FromUser = &from
			}
			if p.Recipient.Type != "user" {
				for _, u := range r.Reach(p.Recipient, p.Interval.From) {
					w.Flattened = append(w.Flattened, wireParticipant{ID: u.ID, Name: u.Username, Type: "user"})
				}
			}
			line.Periods = append(line.Periods, w)
		}
		out.Rotations = append(out.Rotations, line)
	}
	return out
}

// window reads the window of a timeline: from the start of the day (in the schedule's zone) of date, for interval units.
func (c *call) window(s *schedule.Schedule) (from, to time.Time, err error) {
	at, err := c.moment("date")
	if err != nil {
		return at, at, err
	}
	n, err := c.number("interval", 1, 1, 100)
	if err != nil {
		return at, at, err
	}
	unit, err := c.oneOf("intervalUnit", "weeks", "days", "months")
	if err != nil {
		return at, at, err
	}
	local := at.In(s.Location())
	first := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 0, n)
	switch unit {
	case "weeks":
		last = first.AddDate(0, 0, 7*n)
	case "months":
		last = first.AddDate(0, n, 0)
	}
	if last.Sub(first) > 400*24*time.Hour {
		return at, at, fault.Invalid("interval", "A timeline can span at most 400 days.")
	}
	return rotation.Instant(first, s.Location()), rotation.Instant(last, s.Location()), nil
}

func getTimeline(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		s, err := c.schedule(r, "identifierType")
		if err != nil {
			return err
		}
		from, to, err := c.window(s)
		if err != nil {
			return err
		}
		return c.send(http.StatusOK, answer{Data: c.timeline(r, s, from, to, strings.Split(c.query("expand"), ",")), Expandable: []string{"base", "forwarding", "override"}})
	})
}

func (c *call) timeline(r *roster.Roster, s *schedule.Schedule, from, to time.Time, expand []string) wireTimeline {
	t := s.Timeline(from, to, r.Forwards())
	out := wireTimeline{Parent: scheduleMeta(s), StartDate: stamp(from), EndDate: stamp(to), Final: toLayer(r, t.Final)}
	for _, e := range expand {
		switch strings.TrimSpace(e) {
		case "base":
			l := toLayer(r, t.Base)
			out.Base = &l
		case "override":
			l := toLayer(r, t.Override)
			out.Override = &l
		case "forwarding":
			l := toLayer(r, t.Forwarding)
			out.Forwarding = &l
		}
	}
	return out
}
