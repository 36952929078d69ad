package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/notification"
	"holdfast.dev/internal/product/oncall/user"
)

// tell walks a person's rule for an action. Who has no rule for new or assigned alerts is told by mail at once: nobody may stay untold for want of
// settings. For other actions no rule means that they do not want to know.
func (p *pager) tell(person *user.Person, action, why string) error {
	key := person.ID + " " + action
	if p.told[key] {
		return nil
	}
	p.told[key] = true
	paging := action == notification.CreateAlert || action == notification.AssignedAlert
	rule := p.ruleFor(person, action)
	if rule == nil && !paging {
		return nil
	}
	if reason := person.Held(p.tx.Now(), p.alert.Priority); reason != "" {
		return p.hold(person, action, why, reason)
	}
	if rule == nil {
		return p.tellByDefault(person, action, why)
	}
	return p.walk(person, rule, action, why)
}

// ruleFor gives the first rule of a person that fits, nil when none does.
func (p *pager) ruleFor(person *user.Person, action string) *notification.Rule {
	for _, r := range p.r.Rules[person.ID] {
		if r.ActionType == action && r.Enabled && len(r.Steps) > 0 && r.Criteria.Matches(p.alert) && r.Restriction.Contains(p.tx.Now(), person.Location()) {
			return r
		}
	}
	return nil
}

// tellByDefault uses the first contact that works, mail before others, else writes down that there is none.
func (p *pager) tellByDefault(person *user.Person, action, why string) error {
	var best *user.Contact
	for _, c := range p.r.ContactsOf[person.ID] {
		if ok, _ := c.Usable(); ok && (best == nil || best.Method != user.Email && c.Method == user.Email) {
			best = c
		}
	}
	if best == nil {
		return p.hold(person, action, why, "there is no verified and enabled contact")
	}
	return p.send(person, best, action, why)
}

// walk sends the steps that are due at once and sets timers for the others.
func (p *pager) walk(person *user.Person, rule *notification.Rule, action, why string) error {
	key := fmt.Sprintf("%s/%d", person.ID, p.tx.Now().UnixMicro())
	for _, s := range rule.Steps {
		if !s.Enabled {
			continue
		}
		if s.SendAfter == 0 {
			if err := p.sendStep(person, s, action, why); err != nil {
				return err
			}
			continue
		}
		t := timer{Person: person.ID, Action: action, Rule: rule.ID, Step: s.ID, Why: why, Began: p.tx.Now()}
		if err := p.later(KindNotify, key+"/"+s.ID, t, p.tx.Now().Add(time.Duration(s.SendAfter)*time.Second)); err != nil {
			return err
		}
	}
	if r := rule.Repeat; r != nil && r.Enabled && action == notification.CreateAlert {
		t := timer{Person: person.ID, Action: action, Rule: rule.ID, Why: why, Began: p.tx.Now()}
		return p.later(KindLoop, key+"/"+rule.ID, t, p.tx.Now().Add(time.Duration(r.LoopAfter)*time.Minute))
	}
	return nil
}

func (p *pager) sendStep(person *user.Person, s notification.Step, action, why string) error {
	for _, c := range p.r.ContactsOf[person.ID] {
		if c.Method != s.Method || c.Address != s.To {
			continue
		}
		if ok, reason := c.Usable(); !ok {
			return p.holdAt(person, c.Method, c.Address, action, why, reason)
		}
		return p.send(person, c, action, why)
	}
	return p.holdAt(person, s.Method, s.To, action, why, "the contact is gone")
}

// send puts a message into the outbox, in this transaction.
func (p *pager) send(person *user.Person, c *user.Contact, action, why string) error {
	m, fresh, err := notification.Queue(p.ctx, p.tx,
		notification.Message{ContactID: c.ID, PersonID: person.ID, Method: c.Method, Address: c.Address, Kind: notification.KindAlert},
		notification.Delivery{AlertID: p.alert.ID, Action: action, Why: why})
	if err != nil || !fresh {
		return err
	}
	return putSend(p.ctx, p.tx, m, outgoing{})
}

// outgoing is the payload of a job that sends. Code is what a verification carries, Text what a notice about a shift says.
type outgoing struct {
	Message string `json:"message"`
	Code    string `json:"code,omitempty"`
	Text    string `json:"text,omitempty"`
}

func putSend(ctx context.Context, tx *volume.Tx, m *notification.Message, o outgoing) error {
	o.Message = m.ID
	b, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return jobs.Put(ctx, tx, jobs.Job{Kind: KindSend, Key: m.ID, Payload: b, Due: m.Due})
}

func (p *pager) hold(person *user.Person, action, why, reason string) error {
	return p.holdAt(person, "", "", action, why, reason)
}

func (p *pager) holdAt(person *user.Person, method, address, action, why, reason string) error {
	err := notification.Hold(p.ctx, p.tx,
		notification.Message{PersonID: person.ID, Method: method, Address: address, Kind: notification.KindAlert, Reason: reason},
		notification.Delivery{AlertID: p.alert.ID, Action: action, Why: why})
	if err != nil {
		return err
	}
	return p.note(fmt.Sprintf("Held %s to %s: %s", cmp.Or(method, "message"), person.Name, reason))
}

// wanted tells whether paging that began at an instant is still of use: the alert is open, and nobody acknowledged it since. Who is told although it was
// acknowledged already, by a rule that asks for that, is told to the end.
func wanted(a *alert.Alert, began, now time.Time) bool {
	return a.Open && !a.Snoozed(now) && (!a.Acknowledged || a.AckedAt.Before(began))
}

// stillWanted tells whether a later message of a person's rule is of use.
func (p *pager) stillWanted(t timer) bool {
	if t.Action != notification.CreateAlert {
		return p.alert.Open
	}
	return wanted(p.alert, t.Began, p.tx.Now())
}

func runNotify(ctx context.Context, tx *volume.Tx, j *jobs.Job) error {
	p, t, err := reopenTimer(ctx, tx, j)
	if p == nil || err != nil || !p.stillWanted(t) {
		return err
	}
	person := p.r.People[t.Person]
	if person == nil {
		return nil
	}
	for _, r := range p.r.Rules[person.ID] {
		for _, s := range r.Steps {
			if r.ID != t.Rule || s.ID != t.Step || !s.Enabled || !r.Enabled {
				continue
			}
			if reason := person.Held(tx.Now(), p.alert.Priority); reason != "" {
				return p.holdAt(person, s.Method, s.To, t.Action, t.Why, reason)
			}
			return p.sendStep(person, s, t.Action, t.Why)
		}
	}
	return nil // the step was taken out of the rule meanwhile
}

// maxLoops bounds how often a rule begins again by itself.
const maxLoops = 20

func runLoop(ctx context.Context, tx *volume.Tx, j *jobs.Job) error {
	p, t, err := reopenTimer(ctx, tx, j)
	if p == nil || err != nil || !p.stillWanted(t) {
		return err
	}
	person := p.r.People[t.Person]
	if person == nil {
		return nil
	}
	for _, r := range p.r.Rules[person.ID] {
		if r.ID == t.Rule && r.Enabled && t.Round < maxLoops {
			return p.loop(person, r, t)
		}
	}
	return nil
}

func (p *pager) loop(person *user.Person, r *notification.Rule, t timer) error {
	if reason := person.Held(p.tx.Now(), p.alert.Priority); reason != "" {
		return p.hold(person, t.Action, t.Why, reason)
	}
	once := *r
	once.Repeat = nil
	if err := p.walk(person, &once, t.Action, t.Why); err != nil || r.Repeat == nil || !r.Repeat.Enabled {
		return err
	}
	t.Round++
	key := fmt.Sprintf("%s/%d/%s", person.ID, p.tx.Now().UnixMicro(), r.ID)
	return p.later(KindLoop, key, t, p.tx.Now().Add(time.Duration(r.Repeat.LoopAfter)*time.Minute))
}
