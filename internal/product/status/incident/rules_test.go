package incident_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast.dev/internal/product/status/component"
	"holdfast.dev/internal/product/status/incident"
)

// TestMovesKeepTheirPromises walks through states at random: maintenance never goes back except from verifying, what is completed stays so, the
// two kinds never mix, and the times of an incident always fit its updates.
func TestMovesKeepTheirPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scheduled := rapid.Bool().Draw(t, "scheduled")
		i := &incident.Incident{Scheduled: scheduled, Status: incident.Investigating}
		if scheduled {
			i.Status = incident.Scheduled
		}
		at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		i.ScheduledFor = at.Add(time.Hour)
		rank := map[incident.Status]int{incident.Scheduled: 0, incident.InProgress: 1, incident.Verifying: 2, incident.Completed: 3}
		all := append(append([]incident.Status{incident.Postmortem, "nonsense", ""}, incident.Realtime...), incident.Planned...)
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			to := rapid.SampledFrom(all).Draw(t, "to")
			from := i.Status
			if err := incident.Move(scheduled, from, to); err != nil {
				if !scheduled && contains(incident.Realtime, to) || scheduled && contains(incident.Planned, to) && rank[to] >= rank[from] {
					t.Fatalf("%s → %s is refused: %v", from, to, err)
				}
				continue
			}
			if scheduled != contains(incident.Planned, to) {
				t.Fatalf("%s → %s mixes the kinds", from, to)
			}
			if scheduled && (from == incident.Completed && to != from || rank[to] < rank[from] && from != incident.Verifying) {
				t.Fatalf("maintenance went back from %s to %s", from, to)
			}
			at = at.Add(time.Duration(rapid.IntRange(1, 600).Draw(t, "minutes")) * time.Minute)
			i.Updates = append([]*incident.Update{{Status: to, Display: at}}, i.Updates...)
			i.Status = to
			i.Retime()
			over := to == incident.Resolved || to == incident.Completed
			if over == i.ResolvedAt.IsZero() || i.ResolvedAt.After(at) {
				t.Fatalf("in %s it was over at %s", to, i.ResolvedAt)
			}
			if !scheduled && !i.Started.Equal(i.Updates[len(i.Updates)-1].Display) || scheduled && !i.Started.Equal(i.ScheduledFor) {
				t.Fatalf("it started at %s", i.Started)
			}
			if to == incident.Investigating && !i.MonitoringAt.IsZero() {
				t.Fatal("it is investigated and monitored at once")
			}
		}
	})
}

func contains(list []incident.Status, s incident.Status) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// TestImpactOnlyGrowsWithTheDamage turns one component after the other worse: the overall impact never gets better.
func TestImpactOnlyGrowsWithTheDamage(t *testing.T) {
	order := map[incident.Impact]int{incident.None: 0, incident.Maintenance: 1, incident.Minor: 2, incident.Major: 3, incident.Critical: 4}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "components")
		states := make([]component.Status, n)
		for k := range states {
			states[k] = component.Operational
		}
		last, _ := incident.Overall(states)
		if last != incident.None {
			t.Fatal("all operational is not none")
		}
		for range 20 {
			k := rapid.IntRange(0, n-1).Draw(t, "which")
			if r := states[k].Rank(); r < len(component.Statuses)-1 {
				states[k] = component.Statuses[r+1]
			}
			now, sentence := incident.Overall(states)
			if order[now] < order[last] || sentence == "" {
				t.Fatalf("%v: %s after %s", states, now, last)
			}
			last = now
		}
	})
}
