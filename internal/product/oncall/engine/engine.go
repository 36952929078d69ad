// Package engine makes sure that somebody is told: it walks escalations and personal notification rules at their minute, as jobs of the volume
// written in the transaction of the state that causes them.
//
// It promises that a step runs at its time or as soon as a process runs again, that it runs once, that an acknowledgement stops what waits for
// one, and that every message has a row in the delivery log that says how it went. It decides nothing about alerts: package alert does, and calls
// Raised and Changed in the transaction of its own change.
//
// An alert's paging has a run number. Timers carry it; whatever ends or restarts the paging takes the next number, so that timers of before find
// themselves outdated and do nothing, whenever they fire.
package engine

import (
	"context"
	"errors"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/notification"
	"holdfast.dev/internal/product/oncall/roster"
)

// What happened to an alert, as Changed is told.
const (
	Acknowledged   = "acknowledged"
	Unacknowledged = "unacknowledged"
	Closed         = "closed"
	Snoozed        = "snoozed"
	Escalated      = "escalated"
	Assigned       = "assigned"
	Noted          = "noted"
	ResponderAdded = "responderAdded"
	Reopened       = "reopened"
)

var (
	qRun     = storage.Register("oncall/paging.run", `SELECT run, active FROM paging WHERE alert_id = $1`)
	qRestart = storage.Register("oncall/paging.restart", `INSERT INTO paging (alert_id, run, active, started_us) VALUES ($1, 1, $2, $3)
		ON CONFLICT (alert_id) DO UPDATE SET run = paging.run + 1, active = excluded.active, started_us = excluded.started_us`)
	qForget = storage.Register("oncall/paging.delete", `DELETE FROM paging WHERE alert_id = $1`)
)

// Forget removes what is known of an alert's paging, when the alert goes. Timers of it find nothing and do nothing.
func Forget(ctx context.Context, tx *volume.Tx, alertID string) error {
	if _, err := tx.Exec(ctx, qForget, alertID); err != nil {
		return err
	}
	if err := dropHolds(ctx, tx, alertID); err != nil {
		return err
	}
	return notification.Forget(ctx, tx, alertID)
}

// pager tells people about one alert within one transaction.
type pager struct {
	ctx   context.Context
	tx    *volume.Tx
	r     *roster.Roster
	alert *alert.Alert
	run   int64
	told  map[string]bool // persons told in this transaction, by what of
}

func open(ctx context.Context, tx *volume.Tx, alertID string) (*pager, error) {
	a, err := alert.Get(ctx, tx, alertID)
	if err != nil {
		return nil, err
	}
	r, err := roster.Load(ctx, tx)
	if err != nil {
		return nil, err
	}
	p := &pager{ctx: ctx, tx: tx, r: r, alert: a, told: map[string]bool{}}
	var active int64
	if err := tx.Get(ctx, qRun, []any{alertID}, &p.run, &active); err != nil && !errors.Is(err, storage.ErrNoRows) {
		return nil, err
	}
	return p, nil
}

// newRun makes all timers of the alert's paging outdated.
func (p *pager) newRun(active bool) error {
	on := 0
	if active {
		on = 1
	}
	p.run++
	_, err := p.tx.Exec(p.ctx, qRestart, p.alert.ID, on, clock.Micros(p.tx.Now()))
	return err
}

// Raised starts the paging for an alert that has just been made, in the transaction that made it.
func Raised(ctx context.Context, tx *volume.Tx, alertID string) error {
	p, err := open(ctx, tx, alertID)
	if err != nil {
		return err
	}
	return p.start()
}

// start pages everybody whom the alert is routed to, from the beginning.
func (p *pager) start() error {
	if err := p.newRun(true); err != nil {
		return err
	}
	return p.governed("", p.pageResponders)
}

// pageResponders pages everybody whom the alert names, else who answers for what names nobody.
func (p *pager) pageResponders() error {
	if len(p.alert.Responders) == 0 {
		return p.pageDefault()
	}
	for _, x := range p.alert.Responders {
		if err := p.page(x); err != nil {
			return err
		}
	}
	return nil
}

// pageDefault is for alerts that name nobody: the team that answers for everything answers for them too, unless they were only made visible to somebody.
func (p *pager) pageDefault() error {
	t := p.r.DefaultTeam()
	if t == nil || len(p.alert.VisibleTo) > 0 {
		return p.note("Nobody is told: the alert has no responders")
	}
	x := alert.Responder{Type: "team", ID: t.ID, Name: t.Name}
	if err := alert.SetResponders(p.ctx, p.tx, p.alert, []alert.Responder{x}); err != nil {
		return err
	}
	return p.page(x)
}

// Changed follows a change of an alert's state, in the transaction of the change; what is one of the constants above. Others are of no concern
// to the engine. Escalated means the escalation and ResponderAdded the responder that stands last in the alert; where that is not who is meant,
// call Page.
func Changed(ctx context.Context, tx *volume.Tx, alertID, what string) error {
	p, err := open(ctx, tx, alertID)
	if err != nil {
		return err
	}
	switch what {
	case Acknowledged:
		return p.tellInvolved(notification.AcknowledgedAlert)
	case Closed:
		if err := p.newRun(false); err != nil {
			return err
		}
		if err := dropHolds(ctx, tx, alertID); err != nil {
			return err
		}
		return p.tellInvolved(notification.ClosedAlert)
	case Unacknowledged, Reopened:
		return p.start()
	case Snoozed:
		return p.snooze()
	case Escalated, ResponderAdded:
		return p.pageLast(what == Escalated)
	case Assigned:
		return p.tellOwner()
	case Noted:
		return p.tellInvolved(notification.AddNote)
	}
	return nil
}

// Page pages one responder more for an open alert, in the transaction that decided it: an escalation it is escalated to, a responder added.
func Page(ctx context.Context, tx *volume.Tx, alertID string, x alert.Responder) error {
	p, err := open(ctx, tx, alertID)
	if err != nil {
		return err
	}
	return p.page(x)
}

func (p *pager) pageLast(escalation bool) error {
	for i := len(p.alert.Responders) - 1; i >= 0; i-- {
		if x := p.alert.Responders[i]; !escalation || x.Type == "escalation" {
			return p.page(x)
		}
	}
	return nil
}

// snooze stops the paging until the alert's snooze ends.
func (p *pager) snooze() error {
	if err := p.newRun(false); err != nil {
		return err
	}
	return jobs.Put(p.ctx, p.tx, jobs.Job{Kind: KindUnsnooze, Key: p.alert.ID, Payload: payload(timer{Alert: p.alert.ID}), Due: p.alert.SnoozedUntil})
}

// tellOwner tells who an alert was assigned to.
func (p *pager) tellOwner() error {
	owner := p.r.Person(orElse(p.alert.OwnerID, p.alert.Owner))
	if owner == nil {
		return nil
	}
	return p.tell(p.r.Forwarded(owner, p.tx.Now()), notification.AssignedAlert, "assigned")
}

func orElse(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// tellInvolved tells those who were told of the alert what has become of it, where their rules ask for that.
func (p *pager) tellInvolved(action string) error {
	messages, err := notification.OfAlert(p.ctx, p.tx, p.alert.ID)
	if err != nil {
		return err
	}
	by := p.alert.OwnerID
	for _, m := range messages {
		person := p.r.People[m.PersonID]
		if person == nil || person.ID == by || person.AccountID != "" && person.AccountID == by {
			continue
		}
		if err := p.tell(person, action, "was told of the alert"); err != nil {
			return err
		}
	}
	return nil
}

func (p *pager) note(text string) error {
	return alert.Log(p.ctx, p.tx, p.alert.ID, alert.LogNotification, "System", text)
}
