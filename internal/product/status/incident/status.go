// Package incident keeps incidents and scheduled maintenance with their updates, templates and postmortems, and the rules of their states. It promises
// that an incident's state, its times and its impact always follow from its updates, and that what subscribers were told stays readable. What
// follows from a change elsewhere (components, notices, timers) is the manage package's matter.
package incident

import (
	"slices"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/product/status/component"
)

// Status is how far an incident is.
type Status string

// The statuses of incidents, and those of scheduled maintenance.
const (
	Investigating Status = "investigating"
	Identified    Status = "identified"
	Monitoring    Status = "monitoring"
	Resolved      Status = "resolved"

	Scheduled  Status = "scheduled"
	InProgress Status = "in_progress"
	Verifying  Status = "verifying"
	Completed  Status = "completed"

	// Postmortem is the status of an update alone: the one that publishes a postmortem.
	Postmortem Status = "postmortem"
)

// Realtime lists the statuses of incidents, Planned those of maintenance.
var (
	Realtime = []Status{Investigating, Identified, Monitoring, Resolved}
	Planned  = []Status{Scheduled, InProgress, Verifying, Completed}
)

// Label is the status for people.
func (s Status) Label() string {
	switch s {
	case Investigating:
		return "Investigating"
	case Identified:
		return "Identified"
	case Monitoring:
		return "Monitoring"
	case Resolved:
		return "Resolved"
	case Scheduled:
		return "Scheduled"
	case InProgress:
		return "In progress"
	case Verifying:
		return "Verifying"
	case Completed:
		return "Completed"
	case Postmortem:
		return "Postmortem"
	}
	return string(s)
}

// Over tells whether nothing more is to come.
func (s Status) Over() bool { return s == Resolved || s == Completed }

// Move tells whether an incident may go from a status to another one. An incident goes anywhere, since a resolved one may come back; maintenance goes
// forward only, except that verifying may find more work, and what is completed stays so.
func Move(scheduled bool, from, to Status) error {
	if !scheduled {
		if !slices.Contains(Realtime, to) {
			return fault.Invalid("status", "Status must be one of investigating, identified, monitoring or resolved for a realtime incident")
		}
		return nil
	}
	lo, hi := slices.Index(Planned, from), slices.Index(Planned, to)
	switch {
	case hi < 0:
		return fault.Invalid("status", "Status must be one of scheduled, in_progress, verifying or completed for a scheduled incident")
	case from == Completed && to != Completed:
		return fault.Invalid("status", "Status can't change: the maintenance is completed; schedule another one")
	case hi >= lo || (from == Verifying && to == InProgress):
		return nil
	}
	return fault.Invalid("status", "Status can't go back from %s to %s", from, to)
}

// Impact is how bad an incident, or the page as a whole, is.
type Impact string

// The impacts, from none to the worst.
const (
	None        Impact = "none"
	Maintenance Impact = "maintenance"
	Minor       Impact = "minor"
	Major       Impact = "major"
	Critical    Impact = "critical"
)

var impacts = []Impact{None, Maintenance, Minor, Major, Critical}

// Valid tells whether it is an impact.
func (i Impact) Valid() bool { return slices.Contains(impacts, i) }

// Worse gives the worse of two impacts.
func (i Impact) Worse(o Impact) Impact {
	if slices.Index(impacts, o) > slices.Index(impacts, i) {
		return o
	}
	return i
}

// Overall computes the impact of components in these statuses, with the sentence that the page says. The vendor's rules: everything down is critical;
// something down, or everything down in part, is major; anything less is minor.
func Overall(statuses []component.Status) (Impact, string) {
	count := map[component.Status]int{}
	for _, s := range statuses {
		count[s]++
	}
	all := len(statuses)
	switch {
	case all == 0 || count[component.Operational] == all:
		return None, "All Systems Operational"
	case count[component.Major] == all:
		return Critical, "Major Service Outage"
	case count[component.Major] > 0 || count[component.Partial] == all:
		return Major, "Partial System Outage"
	case count[component.Partial] > 0:
		return Minor, "Minor Service Outage"
	case count[component.Degraded] == all:
		return Minor, "Degraded System Service"
	case count[component.Degraded] > 0:
		return Minor, "Partially Degraded Service"
	}
	return Maintenance, "Service Under Maintenance"
}

// Sentence is what the page says when incidents are worse than the components show.
func (i Impact) Sentence() string {
	switch i {
	case Critical:
		return "Major Service Outage"
	case Major:
		return "Partial System Outage"
	case Minor:
		return "Minor Service Outage"
	case Maintenance:
		return "Service Under Maintenance"
	case None:
	}
	return "All Systems Operational"
}

// EffectiveImpact is the impact that people see: the one that somebody set, else the computed one.
func (i *Incident) EffectiveImpact() Impact {
	if i.ImpactOverride != "" {
		return i.ImpactOverride
	}
	return i.Impact
}
