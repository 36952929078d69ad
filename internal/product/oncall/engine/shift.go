package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/notification"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/user"
)

// KindShift is the one timer of a site that tells people of shifts that start and end.
const KindShift = "oncall.shift"

// planned is how far ahead notices are looked for; when there is none, the timer looks again then.
const planned = 8 * 24 * time.Hour

// watched is the payload of the timer: notices after Since were not sent yet.
type watched struct {
	Since time.Time `json:"since"`
}

// notice is something that a person wants to be told about a shift of theirs.
type notice struct {
	at     time.Time
	person *user.Person
	rule   *notification.Rule
	text   string
}

// notices gives those after an instant, up to and with another, in no order.
func notices(r *roster.Roster, after, to time.Time) []notice {
	var out []notice
	for id, rules := range r.Rules {
		p := r.People[id]
		if p == nil || !p.Active {
			continue
		}
		for _, rule := range rules {
			start := rule.ActionType == notification.ScheduleStart
			if rule.Enabled && len(rule.Steps) > 0 && (start || rule.ActionType == notification.ScheduleEnd) {
				out = append(out, noticesOf(r, p, rule, start, after, to)...)
			}
		}
	}
	return out
}

func noticesOf(r *roster.Roster, p *user.Person, rule *notification.Rule, start bool, after, to time.Time) []notice {
	times := rule.Times
	if len(times) == 0 {
		times = []string{"just-before"}
	}
	var out []notice
	for _, shift := range r.Shifts(p, after.Add(-time.Minute), to.Add(25*time.Hour)) {
		named := slices.ContainsFunc(rule.Schedules, func(x alert.Responder) bool { return x.ID == shift.Schedule.ID })
		if len(rule.Schedules) > 0 && !named {
			continue
		}
		edge, what := shift.From, "starts"
		if !start {
			edge, what = shift.To, "ends"
		}
		for _, t := range times {
			at := edge.Add(-notification.Leads[t])
			// what is cut at the window's edges is no start or end of a shift
			if at.After(after) && !at.After(to) && !edge.Equal(after.Add(-time.Minute)) && !edge.Equal(to.Add(25*time.Hour)) {
				out = append(out, notice{at, p, rule, fmt.Sprintf("Your on-call shift in %s %s at %s", shift.Schedule.Name, what, edge.In(p.Location()).Format("Mon 2 Jan 15:04 MST"))})
			}
		}
	}
	return out
}

// PlanShifts sets the timer for the next notice about a shift, in a transaction that changed people, rules or schedules. Sites where nobody wants any
// have none.
func PlanShifts(ctx context.Context, tx *volume.Tx) error {
	r, err := roster.Fresh(ctx, tx)
	if err != nil {
		return err
	}
	return plan(ctx, tx, r)
}

func plan(ctx context.Context, tx *volume.Tx, r *roster.Roster) error {
	wanted := false
	for _, rules := range r.Rules {
		wanted = wanted || slices.ContainsFunc(rules, func(x *notification.Rule) bool {
			return x.Enabled && (x.ActionType == notification.ScheduleStart || x.ActionType == notification.ScheduleEnd)
		})
	}
	if !wanted {
		return jobs.Drop(ctx, tx, KindShift, "shifts")
	}
	due := tx.Now().Add(planned)
	for _, n := range notices(r, tx.Now(), due) {
		if n.at.Before(due) {
			due = n.at
		}
	}
	b, err := json.Marshal(watched{tx.Now()})
	if err != nil {
		return err
	}
	return jobs.Put(ctx, tx, jobs.Job{Kind: KindShift, Key: "shifts", Payload: b, Due: due})
}

// runShift sends the notices whose time has come, and sets the timer for the next.
func runShift(ctx context.Context, tx *volume.Tx, j *jobs.Job) error {
	var w watched
	if err := json.Unmarshal(j.Payload, &w); err != nil {
		return fmt.Errorf("%w: %w", err, jobs.ErrGiveUp)
	}
	r, err := roster.Load(ctx, tx)
	if err != nil {
		return err
	}
	since := w.Since
	if late := tx.Now().Add(-time.Hour); since.Before(late) { // older ones are of no use any more
		since = late
	}
	for _, n := range notices(r, since, tx.Now()) {
		if err := tellShift(ctx, tx, r, n); err != nil {
			return err
		}
	}
	return plan(ctx, tx, r)
}

func tellShift(ctx context.Context, tx *volume.Tx, r *roster.Roster, n notice) error {
	for _, s := range n.rule.Steps {
		for _, c := range r.ContactsOf[n.person.ID] {
			ok, _ := c.Usable()
			if !ok || !s.Enabled || c.Method != s.Method || c.Address != s.To {
				continue
			}
			m := &notification.Message{ContactID: c.ID, PersonID: c.PersonID, Method: c.Method, Address: c.Address, Kind: notification.KindShift, State: notification.Queued, Due: tx.Now()}
			if err := notification.Write(ctx, tx, m); err != nil {
				return err
			}
			if err := putSend(ctx, tx, m, outgoing{Text: n.text}); err != nil {
				return err
			}
		}
	}
	return nil
}
