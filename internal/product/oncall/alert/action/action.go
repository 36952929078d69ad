// Package action does to alerts what people and programs ask for: the change of the alert and what the engine makes of it, in one transaction. Everything
// that changes alerts goes through here, whether it came by the API, an integration, a heartbeat or the interface.
package action

import (
	"context"
	"time"

	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/engine"
	"holdfast.dev/internal/product/oncall/policy"
)

// Raise makes an alert and starts its paging, or counts one more occurrence of the open one. fresh tells which.
func Raise(ctx context.Context, tx *volume.Tx, n alert.New) (id, alias string, fresh bool, err error) {
	if err := n.Check(); err != nil {
		return "", "", false, err
	}
	log, err := policy.Apply(ctx, tx, &n)
	if err != nil {
		return "", "", false, err
	}
	id, alias, fresh, err = alert.Create(ctx, tx, n)
	if err != nil {
		return id, alias, fresh, err
	}
	if !fresh {
		return id, alias, fresh, engine.Recurred(ctx, tx, id)
	}
	for _, text := range log {
		if err := alert.Log(ctx, tx, id, alert.LogSystem, "System", text); err != nil {
			return id, alias, fresh, err
		}
	}
	if n.Silent {
		return id, alias, fresh, nil
	}
	return id, alias, fresh, engine.Raised(ctx, tx, id)
}

// follow tells the engine of a change that happened.
func follow(ctx context.Context, tx *volume.Tx, a *alert.Alert, what string, happened bool, err error) error {
	if err != nil || !happened {
		return err
	}
	return engine.Changed(ctx, tx, a.ID, what)
}

// Acknowledge acknowledges an alert.
func Acknowledge(ctx context.Context, tx *volume.Tx, a *alert.Alert, by alert.By) error {
	ok, err := alert.Acknowledge(ctx, tx, a, by)
	return follow(ctx, tx, a, engine.Acknowledged, ok, err)
}

// Unacknowledge takes an acknowledgement back.
func Unacknowledge(ctx context.Context, tx *volume.Tx, a *alert.Alert, by alert.By) error {
	ok, err := alert.Unacknowledge(ctx, tx, a, by)
	return follow(ctx, tx, a, engine.Unacknowledged, ok, err)
}

// Close closes an alert.
func Close(ctx context.Context, tx *volume.Tx, a *alert.Alert, by alert.By) error {
	ok, err := alert.Close(ctx, tx, a, by)
	return follow(ctx, tx, a, engine.Closed, ok, err)
}

// Snooze keeps quiet until an instant.
func Snooze(ctx context.Context, tx *volume.Tx, a *alert.Alert, until time.Time, by alert.By) error {
	return follow(ctx, tx, a, engine.Snoozed, true, alert.Snooze(ctx, tx, a, until, by))
}

// Escalate sends an alert to an escalation.
func Escalate(ctx context.Context, tx *volume.Tx, a *alert.Alert, to alert.Responder, by alert.By) error {
	if err := alert.Escalated(ctx, tx, a, to, by); err != nil {
		return err
	}
	return engine.Page(ctx, tx, a.ID, to) // it may have been a responder already
}

// Assign gives an alert an owner.
func Assign(ctx context.Context, tx *volume.Tx, a *alert.Alert, owner alert.Responder, by alert.By) error {
	return follow(ctx, tx, a, engine.Assigned, true, alert.Assign(ctx, tx, a, owner, by))
}

// AddResponder routes an alert to somebody more.
func AddResponder(ctx context.Context, tx *volume.Tx, a *alert.Alert, r alert.Responder, by alert.By) error {
	ok, err := alert.AddResponder(ctx, tx, a, r, by)
	return follow(ctx, tx, a, engine.ResponderAdded, ok, err)
}

// AddNote adds a note.
func AddNote(ctx context.Context, tx *volume.Tx, a *alert.Alert, by alert.By) error {
	return follow(ctx, tx, a, engine.Noted, true, alert.AddNote(ctx, tx, a, by))
}

// Execute carries out an action of an alert: the log says so, and what the site has for it is called.
func Execute(ctx context.Context, tx *volume.Tx, a *alert.Alert, name string, by alert.By) error {
	if err := alert.Execute(ctx, tx, a, name, by); err != nil {
		return err
	}
	return engine.Act(ctx, tx, a, name, by)
}

// Delete removes an alert with all that is known of its paging, after ending it for those who were told. Messages that were sent stay in the
// delivery log, without what they said of the alert: they count for the limits of their contacts, and are how it was told.
func Delete(ctx context.Context, tx *volume.Tx, a *alert.Alert) error {
	if a.Open { // so that nothing waits for it any more
		if err := engine.Changed(ctx, tx, a.ID, engine.Closed); err != nil {
			return err
		}
	}
	if err := engine.Forget(ctx, tx, a.ID); err != nil {
		return err
	}
	return alert.Delete(ctx, tx, a)
}
