package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/escalation"
	"holdfast.dev/internal/product/oncall/notification"
	"holdfast.dev/internal/product/oncall/routing"
	"holdfast.dev/internal/product/oncall/team"
	"holdfast.dev/internal/product/oncall/user"
)

// The kinds of the engine's jobs.
const (
	KindStep     = "oncall.step"     // a rule of an escalation
	KindRepeat   = "oncall.repeat"   // the end of a round of an escalation
	KindNotify   = "oncall.notify"   // a later step of a person's rule
	KindLoop     = "oncall.loop"     // a person's rule begins again
	KindUnsnooze = "oncall.unsnooze" // the end of a snooze
	KindSend     = "oncall.send"     // a message
)

// timer is the payload of every job of the engine but those that send.
type timer struct {
	Alert      string    `json:"alert"`
	Run        int64     `json:"run,omitempty"`
	Escalation string    `json:"escalation,omitempty"`
	Round      int       `json:"round,omitempty"`
	Index      int       `json:"index,omitempty"`
	Began      time.Time `json:"began,omitzero"` // of the telling: an acknowledgement counts when it came later
	Person     string    `json:"person,omitempty"`
	Action     string    `json:"action,omitempty"`
	Rule       string    `json:"rule,omitempty"`
	Step       string    `json:"step,omitempty"`
	Why        string    `json:"why,omitempty"`
	Team       string    `json:"team,omitempty"` // of a policy's timer: who is told then, empty for everybody
	Policy     string    `json:"policy,omitempty"`
}

func payload(t timer) []byte {
	b, err := json.Marshal(t)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return b
}

// later puts a timer of this run.
func (p *pager) later(kind, key string, t timer, due time.Time) error {
	t.Alert, t.Run = p.alert.ID, p.run
	return jobs.Put(p.ctx, p.tx, jobs.Job{Kind: kind, Key: fmt.Sprintf("%s/%d/%s", t.Alert, t.Run, key), Payload: payload(t), Due: due})
}

// page pages a responder: people and who is on call at once, a team by its routing rules, an escalation step by step.
func (p *pager) page(x alert.Responder) error {
	switch x.Type {
	case "none":
		return p.note("Nobody is told: routed to no one")
	case "team":
		return p.pageTeam(x)
	case "escalation":
		e := p.r.Escalation(cmp.Or(x.ID, x.Name))
		if e == nil {
			return p.note("Nobody is told: there is no escalation " + cmp.Or(x.Name, x.ID))
		}
		return p.beginRound(e, 0, p.tx.Now())
	}
	return p.tellAll(p.r.Reach(x, p.tx.Now()), "on call: "+describe(x))
}

func describe(x alert.Responder) string { return x.Type + " " + cmp.Or(x.Name, x.ID) }

func (p *pager) pageTeam(x alert.Responder) error {
	t := p.r.Team(cmp.Or(x.ID, x.Name))
	if t == nil {
		return p.note("Nobody is told: there is no team " + cmp.Or(x.Name, x.ID))
	}
	return p.governed(t.ID, func() error { return p.routeTeam(t, x) })
}

// routeTeam tells whom a team's first rule that fits names.
func (p *pager) routeTeam(t *team.Team, x alert.Responder) error {
	rule, _ := routing.Route(p.r.Routing[t.ID], p.alert, p.tx.Now())
	if rule == nil {
		if err := p.note("Team " + t.Name + " has no routing rule for the alert: all its members are told"); err != nil {
			return err
		}
		return p.tellAll(p.r.Reach(x, p.tx.Now()), "member of "+t.Name)
	}
	to := p.r.Named(rule.Notify)
	if err := p.note(fmt.Sprintf("Team %s routes the alert to %s by %s", t.Name, describe(to), ruleName(rule))); err != nil {
		return err
	}
	return p.page(to)
}

func ruleName(r *routing.Rule) string {
	if r.Default {
		return "its default rule"
	}
	return fmt.Sprintf("its rule %q", cmp.Or(r.Name, fmt.Sprintf("#%d", r.Order+1)))
}

// tellAll tells people of the alert; that there is nobody is written down, since it is what people ask about afterwards.
func (p *pager) tellAll(people []*user.Person, why string) error {
	if len(people) == 0 {
		return p.note("Nobody is told: there is nobody " + why)
	}
	for _, person := range people {
		if err := p.tell(person, notification.CreateAlert, why); err != nil {
			return err
		}
	}
	return nil
}

// beginRound starts or restarts an escalation: rules without delay run at once, the others and the end of the round get timers. began is when the first
// round did.
func (p *pager) beginRound(e *escalation.Escalation, round int, began time.Time) error {
	now := p.tx.Now()
	for i, rule := range e.Rules {
		due := now.Add(time.Duration(rule.Delay) * time.Minute)
		if !due.After(now) {
			if err := p.step(e, i, began); err != nil {
				return err
			}
			continue
		}
		if err := p.later(KindStep, fmt.Sprintf("%s/%d/%d", e.ID, round, i), timer{Escalation: e.ID, Round: round, Index: i, Began: began}, due); err != nil {
			return err
		}
	}
	repeat := e.Repeat
	if repeat == nil || repeat.Count == 0 && !repeat.CloseAlertAfterAll {
		return nil
	}
	end := now.Add(e.Last() + time.Duration(max(repeat.WaitInterval, 1))*time.Minute)
	return p.later(KindRepeat, fmt.Sprintf("%s/%d", e.ID, round), timer{Escalation: e.ID, Round: round, Began: began}, end)
}

// step tells whom a rule names, when its condition holds. Who escalates an alert that is acknowledged already means that the next ones shall know: only
// an acknowledgement since the escalation began keeps it quiet.
func (p *pager) step(e *escalation.Escalation, i int, began time.Time) error {
	rule := e.Rules[i]
	if !p.alert.Open || rule.Condition == escalation.IfNotAcked && p.alert.Acknowledged && !p.alert.AckedAt.Before(began) {
		return nil
	}
	people := p.r.Step(rule, p.tx.Now(), rand.IntN)
	return p.tellAll(people, fmt.Sprintf("for step %d of escalation %s (%s)", i+1, e.Name, describe(p.r.Named(rule.Recipient))))
}

// reopenTimer opens the pager of a job; nil when the job is outdated or its alert is gone.
func reopenTimer(ctx context.Context, tx *volume.Tx, j *jobs.Job) (*pager, timer, error) {
	var t timer
	if err := json.Unmarshal(j.Payload, &t); err != nil {
		return nil, t, fmt.Errorf("%w: %w", err, jobs.ErrGiveUp)
	}
	p, err := open(ctx, tx, t.Alert)
	if errors.Is(err, alert.ErrMissing) {
		return nil, t, nil
	}
	if err != nil || p.run != t.Run || !p.alert.Open {
		return nil, t, err
	}
	return p, t, nil
}

func runStep(ctx context.Context, tx *volume.Tx, j *jobs.Job) error {
	p, t, err := reopenTimer(ctx, tx, j)
	if p == nil || err != nil {
		return err
	}
	e := p.r.Escalations[t.Escalation]
	if e == nil {
		return p.note("The escalation that was to tell the next one is gone")
	}
	if t.Index >= len(e.Rules) {
		return nil // it has fewer rules by now
	}
	return p.step(e, t.Index, t.Began)
}

// runRepeat ends a round: the next one begins, or nothing is left to do but perhaps to close the alert.
func runRepeat(ctx context.Context, tx *volume.Tx, j *jobs.Job) error {
	p, t, err := reopenTimer(ctx, tx, j)
	if p == nil || err != nil {
		return err
	}
	e := p.r.Escalations[t.Escalation]
	if e == nil || e.Repeat == nil {
		return nil
	}
	by := alert.By{Source: "Escalation " + e.Name}
	if t.Round >= e.Repeat.Count {
		if !e.Repeat.CloseAlertAfterAll {
			return nil
		}
		if _, err := alert.Close(ctx, tx, p.alert, by); err != nil {
			return err
		}
		return Changed(ctx, tx, p.alert.ID, Closed)
	}
	if p.alert.Acknowledged && e.Repeat.ResetRecipientStates {
		if _, err := alert.Unacknowledge(ctx, tx, p.alert, by); err != nil {
			return err
		}
	}
	if err := p.note(fmt.Sprintf("Escalation %s begins again (%d of %d)", e.Name, t.Round+1, e.Repeat.Count)); err != nil {
		return err
	}
	return p.beginRound(e, t.Round+1, t.Began)
}

// runUnsnooze starts the paging again when a snooze is over, unless somebody did something meanwhile.
func runUnsnooze(ctx context.Context, tx *volume.Tx, j *jobs.Job) error {
	var t timer
	if err := json.Unmarshal(j.Payload, &t); err != nil {
		return fmt.Errorf("%w: %w", err, jobs.ErrGiveUp)
	}
	p, err := open(ctx, tx, t.Alert)
	if errors.Is(err, alert.ErrMissing) {
		return nil
	}
	if err != nil || !p.alert.Open || p.alert.Acknowledged || p.alert.SnoozedUntil.IsZero() || p.alert.Snoozed(tx.Now()) {
		return err
	}
	if err := p.note("The snooze has ended"); err != nil {
		return err
	}
	return p.start()
}
