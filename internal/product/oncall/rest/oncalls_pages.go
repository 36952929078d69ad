package rest

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/channel"
	"holdfast.dev/internal/product/oncall/escalation"
	"holdfast.dev/internal/product/oncall/notification"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/rotation"
	"holdfast.dev/internal/product/oncall/routing"
	"holdfast.dev/internal/product/oncall/schedule"
)

func (h *handler) watchPages() []operation {
	return []operation{
		{method: "GET", path: "/who", run: whoIsOnCall},
		{method: "GET", path: "/schedules/{identifier}/view", run: viewSchedule},
		{method: "GET", path: "/teams/{identifier}/view", run: viewTeam},
		{method: "POST", path: "/teams/{identifier}/test", run: testRouting},
		{method: "GET", path: "/deliveries", run: listDeliveries},
		{method: "GET", path: "/alerts/{identifier}/deliveries", run: alertDeliveries},
	}
}

type wireWatch struct {
	Schedule wireScheduleMeta  `json:"schedule"`
	Now      []wireParticipant `json:"now"`
	Until    *stamp            `json:"until,omitempty"`
	Next     []wireParticipant `json:"next"`
	NextAt   *stamp            `json:"nextAt,omitempty"`
}

type wireCard struct {
	Team    *wireMeta   `json:"team"` // null: schedules that no team owns
	Watches []wireWatch `json:"watches"`
}

// whoIsOnCall gives a card per team: who has the watch in each of its schedules, until when, and who is next.
func whoIsOnCall(c *call) error {
	at, err := c.moment("date")
	if err != nil {
		return err
	}
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		out := []wireCard{}
		for _, t := range roster.Sorted(r.Teams, teamName) {
			out = append(out, wireCard{&wireMeta{t.ID, t.Name}, watches(r, t.ID, at)})
		}
		if rest := watches(r, "", at); len(rest) > 0 {
			out = append(out, wireCard{nil, rest})
		}
		return c.data(out)
	})
}

func watches(r *roster.Roster, teamID string, at time.Time) []wireWatch {
	out := []wireWatch{}
	for _, s := range r.SchedulesOf(teamID) {
		next, exact, from := s.Next(at, r.Forwards())
		if len(exact) > 0 {
			next = exact
		}
		out = append(out, wireWatch{scheduleMeta(s), participants(r, s.At(at, r.Forwards()), at), when(s.Until(at, r.Forwards())), participants(r, next, from), when(from)})
	}
	return out
}

// span reads the window of a view.
func (c *call) span() (from, to time.Time, err error) {
	if from, err = c.moment("from"); err != nil {
		return from, to, err
	}
	to = from.AddDate(0, 0, 14)
	if c.query("to") != "" {
		if to, err = c.moment("to"); err != nil {
			return from, to, err
		}
	}
	if !to.After(from) || to.Sub(from) > 400*24*time.Hour {
		return from, to, fault.Invalid("to", "to must be after from, by at most 400 days.")
	}
	return from, to, nil
}

type wireGap struct {
	From stamp `json:"from"`
	To   stamp `json:"to"`
}

type wireScheduleView struct {
	Schedule    wireSchedule   `json:"schedule"`
	Timeline    wireTimeline   `json:"timeline"`
	Gaps        []wireGap      `json:"gaps"` // nobody is on call
	Overrides   []wireOverride `json:"overrides"`
	CalendarURL string         `json:"calendarUrl,omitempty"`
	MayEdit     bool           `json:"mayEdit"`
}

// viewSchedule gives everything that the page of a schedule shows of a window, to the minute.
func viewSchedule(c *call) error {
	from, to, err := c.span()
	if err != nil {
		return err
	}
	return c.look(func(tx *volume.Tx, r *roster.Roster) error {
		s := r.Schedule(c.r.PathValue("identifier"))
		if s == nil {
			return fault.NotFound("There is no such schedule.")
		}
		set, err := channel.LoadSettings(c.r.Context(), tx)
		if err != nil {
			return err
		}
		out := wireScheduleView{Schedule: toSchedule(r, s, true), Timeline: c.timeline(r, s, from, to, []string{"base", "override", "forwarding"}), Gaps: []wireGap{}, Overrides: []wireOverride{},
			MayEdit: c.permitRight(r, s.TeamID, "edit-schedules") == nil}
		for _, g := range s.Timeline(from, to, r.Forwards()).Gaps(from, to) {
			out.Gaps = append(out.Gaps, wireGap{stamp(g.From), stamp(g.To)})
		}
		for _, o := range s.Overrides {
			if o.From.Before(to) && from.Before(o.To) {
				out.Overrides = append(out.Overrides, toOverride(r, s, o))
			}
		}
		if p := r.Account(c.who.Account.String()); p != nil {
			out.CalendarURL = c.calendarURL(set, s.ID, p)
		}
		return c.data(out)
	})
}

type wireTeamView struct {
	Team        wireTeam          `json:"team"`
	Roles       []wireRole        `json:"roles"`
	Routing     []wireRoutingRule `json:"routingRules"`
	Escalations []wireEscalation  `json:"escalations"`
	Schedules   []wireSchedule    `json:"schedules"`
	Watches     []wireWatch       `json:"watches"`
	Warnings    []string          `json:"warnings"` // where an alert would reach nobody
	MayEdit     bool              `json:"mayEdit"`
}

// warned is how far ahead gaps are warned of.
const warned = 28 * 24 * time.Hour

func viewTeam(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		t := r.Team(c.r.PathValue("identifier"))
		if t == nil {
			return fault.NotFound("There is no such team.")
		}
		now := c.Clock.Now()
		out := wireTeamView{Team: toTeam(r, t, true), Roles: []wireRole{}, Routing: []wireRoutingRule{}, Escalations: []wireEscalation{}, Schedules: []wireSchedule{}, Watches: watches(r, t.ID, now),
			Warnings: []string{}, MayEdit: c.permitTeam(r, t.ID) == nil}
		for _, x := range t.Roles {
			out.Roles = append(out.Roles, toRole(x))
		}
		for _, x := range r.Routing[t.ID] {
			out.Routing = append(out.Routing, toRoutingRule(r, x))
		}
		for _, e := range roster.Sorted(r.Escalations, escalationName) {
			if e.TeamID == t.ID {
				out.Escalations = append(out.Escalations, toEscalation(r, e))
			}
		}
		for _, s := range roster.Sorted(r.Schedules, scheduleName) {
			if s.TeamID != t.ID {
				continue
			}
			out.Schedules = append(out.Schedules, toSchedule(r, s, true))
			out.Warnings = append(append(out.Warnings, gapWarnings(r, s, now)...), goneWarnings(r, s)...)
		}
		return c.data(out)
	})
}

func gapWarnings(r *roster.Roster, s *schedule.Schedule, now time.Time) []string {
	gaps := s.Timeline(now, now.Add(warned), r.Forwards()).Gaps(now, now.Add(warned))
	if !s.Enabled {
		return []string{"Schedule " + s.Name + " is disabled."}
	}
	if len(gaps) == 0 {
		return nil
	}
	return []string{"Nobody is on call in " + s.Name + " from " + gaps[0].From.In(s.Location()).Format("Mon 2 Jan 15:04 MST") + " to " + gaps[0].To.In(s.Location()).Format("Mon 2 Jan 15:04 MST") + more(gaps) + "."}
}

// goneWarnings names people who have left and whose turn still comes.
func goneWarnings(r *roster.Roster, s *schedule.Schedule) []string {
	var out []string
	for _, x := range s.Rotations {
		for _, p := range x.Participants {
			if who := r.People[p.ID]; p.Type == "user" && (who == nil || !who.Active) {
				out = append(out, "A participant of "+s.Name+", "+x.Name+", has left: "+r.Named(p).Name+".")
			}
		}
	}
	return out
}

func more(gaps []rotation.Interval) string {
	if len(gaps) > 1 {
		return ", and at other times in the next four weeks"
	}
	return ""
}

type sampleBody struct {
	At          string            `json:"at"`
	Message     string            `json:"message"`
	Alias       string            `json:"alias"`
	Description string            `json:"description"`
	Source      string            `json:"source"`
	Entity      string            `json:"entity"`
	Priority    string            `json:"priority"`
	Tags        []string          `json:"tags"`
	Details     map[string]string `json:"details"`
}

type wireTest struct {
	Rule   *wireRoutingRule `json:"rule"`
	Why    []string         `json:"why"`
	Notify *wireResponder   `json:"notify"`
	Steps  []wireTestStep   `json:"steps"`
}

type wireTestStep struct {
	After  int      `json:"afterMinutes"`
	Text   string   `json:"text"`
	People []string `json:"people"`
}

// testRouting tells what would happen to a sample alert: which rule takes it, why the others do not, and who would be told when. It sends nothing.
func testRouting(c *call) error {
	b, err := body[sampleBody](c, false)
	if err != nil {
		return err
	}
	at := c.Clock.Now()
	if b.At != "" {
		if at, err = readTime("at", b.At); err != nil {
			return err
		}
	}
	a := &alert.Alert{Message: b.Message, Alias: b.Alias, Description: b.Description, Source: b.Source, Entity: b.Entity, Priority: cmp.Or(b.Priority, "P3"), Tags: b.Tags, Details: b.Details, Open: true}
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		t := r.Team(c.r.PathValue("identifier"))
		if t == nil {
			return fault.NotFound("There is no such team.")
		}
		out := wireTest{Steps: []wireTestStep{}}
		rule, why := routing.Route(r.Routing[t.ID], a, at)
		out.Why = orEmpty(why)
		if rule == nil {
			out.Steps = append(out.Steps, wireTestStep{0, "No rule fits: all members are told", names(r, alert.Responder{Type: "team", ID: t.ID}, at)})
			return c.data(out)
		}
		w, to := toRoutingRule(r, rule), recipient(r, rule.Notify)
		out.Rule, out.Notify = &w, &to
		switch e := r.Escalations[rule.Notify.ID]; {
		case rule.Notify.Type == "none":
		case e != nil:
			for _, x := range e.Rules {
				out.Steps = append(out.Steps, testStep(r, x, at))
			}
		default:
			out.Steps = append(out.Steps, wireTestStep{0, "Who is on call", names(r, rule.Notify, at)})
		}
		return c.data(out)
	})
}

func testStep(r *roster.Roster, x escalation.Rule, at time.Time) wireTestStep {
	to := r.Named(x.Recipient)
	step := wireTestStep{x.Delay, strings.ReplaceAll(x.Condition, "-", " ") + ": " + x.NotifyType + " of " + to.Type + " " + to.Name, []string{}}
	for _, p := range r.Step(x, at.Add(time.Duration(x.Delay)*time.Minute), func(int) int { return 0 }) {
		step.People = append(step.People, p.Name)
	}
	return step
}

func names(r *roster.Roster, x alert.Responder, at time.Time) []string {
	out := []string{}
	for _, p := range r.Reach(x, at) {
		out = append(out, p.Name)
	}
	return out
}

type wireDelivery struct {
	ID       string       `json:"id"`
	Kind     string       `json:"kind"`
	User     wireUserMeta `json:"user"`
	Name     string       `json:"name"`
	Method   string       `json:"method"`
	To       string       `json:"to"`
	State    string       `json:"state"`
	Reason   string       `json:"reason,omitempty"`
	Provider string       `json:"providerStatus,omitempty"`
	Tries    int          `json:"tries"`
	Created  stamp        `json:"createdAt"`
	Due      stamp        `json:"dueAt"`
	Done     *stamp       `json:"doneAt,omitempty"`
	Alerts   []string     `json:"alerts,omitempty"`
	Action   string       `json:"action,omitempty"`
	Why      string       `json:"why,omitempty"`
}

func toDelivery(r *roster.Roster, m *notification.Message) wireDelivery {
	out := wireDelivery{ID: m.ID, Kind: m.Kind, User: wireUserMeta{ID: m.PersonID}, Method: m.Method, To: m.Address, State: m.State, Reason: m.Reason, Provider: m.Provider, Tries: m.Tries,
		Created: stamp(m.Created), Due: stamp(m.Due), Done: when(m.Done)}
	if p := r.People[m.PersonID]; p != nil {
		out.User, out.Name = meta(p), p.Name
	}
	for i, d := range m.Deliveries {
		out.Alerts = append(out.Alerts, d.AlertID)
		if i == 0 {
			out.Action, out.Why = d.Action, d.Why
		}
	}
	return out
}

// shownAlerts bounds how many alerts of a bundle the log names.
const shownAlerts = 25

// listDeliveries gives a page of the delivery log, the newest first. next is the value of before for the page after it.
func listDeliveries(c *call) error {
	if !c.who.Admin {
		return fault.Forbidden("You need to be an administrator of this site to see everybody's messages.")
	}
	limit, err := c.number("limit", 50, 1, 100)
	if err != nil {
		return err
	}
	before, beforeID := c.Clock.Now().Add(time.Hour), ""
	if s := c.query("before"); s != "" {
		at, id, _ := strings.Cut(s, "_")
		if before, err = readTime("before", at); err != nil {
			return err
		}
		beforeID = id
	}
	return c.look(func(tx *volume.Tx, r *roster.Roster) error {
		ms, err := notification.Newest(c.r.Context(), tx, before, beforeID, limit)
		if err != nil {
			return err
		}
		out, next := []wireDelivery{}, ""
		for _, m := range ms {
			if m, err = notification.Get(c.r.Context(), tx, m.ID, shownAlerts); err != nil {
				return err
			}
			out = append(out, toDelivery(r, m))
			next = m.Created.Format(time.RFC3339Nano) + "_" + m.ID
		}
		if len(ms) < limit {
			next = ""
		}
		return httpkit.JSON(c.w, http.StatusOK, map[string]any{"data": out, "next": next})
	})
}

// alertDeliveries gives what was sent about one alert, or held, or failed, by person and method.
func alertDeliveries(c *call) error {
	return c.look(func(tx *volume.Tx, r *roster.Roster) error {
		a, err := alert.Find(c.r.Context(), tx, c.r.PathValue("identifier"), alert.ByID)
		if err != nil {
			return err
		}
		ms, err := notification.OfAlert(c.r.Context(), tx, a.ID)
		if err != nil {
			return err
		}
		out := []wireDelivery{}
		for _, m := range ms {
			if m, err = notification.Get(c.r.Context(), tx, m.ID, shownAlerts); err != nil {
				return err
			}
			i := slices.IndexFunc(m.Deliveries, func(d notification.Delivery) bool { return d.AlertID == a.ID })
			w := toDelivery(r, m)
			if i >= 0 {
				w.Action, w.Why = m.Deliveries[i].Action, m.Deliveries[i].Why
			}
			out = append(out, w)
		}
		return c.data(out)
	})
}
