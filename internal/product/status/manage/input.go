// Package manage holds the use cases of a status page: what happens when somebody, or a timer, opens an incident, speaks, schedules maintenance or turns
// a component. Each is one transaction: the incident, the components with their history, what subscribers are told, the timers, the static copy and
// the line in the activity commit together or not at all.
package manage

import (
	"encoding/json"
	"time"

	"holdfast.dev/internal/product/status/component"
	"holdfast.dev/internal/product/status/incident"
)

// Input is what a caller wants of an incident; nil is "as it is".
type Input struct {
	Name           *string
	Status         *incident.Status
	ImpactOverride *incident.Impact // empty: computed again
	ScheduledFor   *time.Time
	ScheduledUntil *time.Time
	RemindPrior    *bool
	AutoStart      *bool
	AutoComplete   *bool
	ToMaintenance  *bool
	ToOperational  *bool
	NotifyStart    *bool
	NotifyEnd      *bool
	Metadata       json.RawMessage
	Deliver        *bool // nil: yes
	Backfilled     bool
	BackfillDate   *time.Time
	Body           *string
	Components     map[string]component.Status // new statuses
	ComponentIDs   *[]string                   // exactly the components concerned
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// apply sets what the caller named of the incident itself.
func (in *Input) apply(i *incident.Incident) {
	set(&i.Name, in.Name)
	set(&i.ImpactOverride, in.ImpactOverride)
	set(&i.ScheduledFor, in.ScheduledFor)
	set(&i.ScheduledUntil, in.ScheduledUntil)
	f := &i.Flags
	for _, x := range []struct{ to, from *bool }{{&f.RemindPrior, in.RemindPrior}, {&f.AutoStart, in.AutoStart}, {&f.AutoComplete, in.AutoComplete}, {&f.ToMaintenance, in.ToMaintenance},
		{&f.ToOperational, in.ToOperational}, {&f.NotifyStart, in.NotifyStart}, {&f.NotifyEnd, in.NotifyEnd}} {
		set(x.to, x.from)
	}
	if len(in.Metadata) > 0 {
		i.Metadata = in.Metadata
	}
}

// defaultBody is what an update says that changes the status without words.
func defaultBody(s incident.Status) string {
	switch s {
	case incident.Resolved:
		return "This incident has been resolved."
	case incident.InProgress:
		return "Scheduled maintenance is currently in progress. We will provide updates as necessary."
	case incident.Verifying:
		return "Verification is currently underway for the maintenance items."
	case incident.Completed:
		return "The scheduled maintenance has been completed."
	case incident.Monitoring:
		return "A fix has been implemented and we are monitoring the results."
	case incident.Identified:
		return "The issue has been identified and a fix is being implemented."
	case incident.Investigating:
		return "We are currently investigating this issue."
	case incident.Scheduled, incident.Postmortem:
	}
	return ""
}
