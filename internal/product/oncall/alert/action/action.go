// Package action does to alerts what people and programs ask for: the change of the alert and what the engine makes of it, in one transaction. Everything
// that changes alerts goes through here, whether it came by the API, an integration, a heartbeat or the interface.
package action

import (
	"context"
	"time"

	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/engine"
)

// Raise makes an alert and starts its paging, or counts one more occurrence of the open one. fresh tells which.
func Raise(ctx context.Context, tx *volume.Tx, n alert.New) (id, alias string, fresh bool, err error) {
	if err := n.Check(); err != nil {
		return "", "", false, err
	}
	id, alias, fresh, err = alert.Create(ctx, tx, n)
	if err == nil && fresh && !n.Silent {
		err = engine.Raised(ctx, tx, id)
	}
	return id, alias, fresh, err
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
