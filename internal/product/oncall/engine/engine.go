// Package engine makes sure that somebody is told: it walks escalations and personal notification rules at their minute, as jobs of the volume
// written in the transaction of the state that causes them.
//
// It promises that a step runs at its time or as soon as a process runs again, that it runs once, that an acknowledgement stops what waits for
// one, and that every message has a row in the delivery log that says how it went. It decides nothing about alerts: package alert does, and calls
// Raised and Changed in the transaction of its own change.
package engine

import (
	"context"

	"holdfast.dev/internal/platform/volume"
)

// What happened to an alert, as Changed is told.
const (
	Acknowledged   = "acknowledged"
	Unacknowledged = "unacknowledged"
	Closed         = "closed"
	Snoozed        = "snoozed"
	SnoozeEnded    = "snoozeEnded"
	Escalated      = "escalated"
	Assigned       = "assigned"
	Noted          = "noted"
	ResponderAdded = "responderAdded"
	Reopened       = "reopened"
)

// Raised starts the paging for an alert that has just been made, in the transaction that made it.
func Raised(ctx context.Context, tx *volume.Tx, alertID string) error { return nil }

// Changed follows a change of an alert's state, in the transaction of the change; what is one of the constants above. Others are of no concern
// to the engine.
func Changed(ctx context.Context, tx *volume.Tx, alertID, what string) error { return nil }
