package component_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast.dev/internal/product/status/component"
)

// TestUptimeAgreesWithCountingSeconds compares the interval arithmetic with asking each second for its state, over days of zones that jump.
func TestUptimeAgreesWithCountingSeconds(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Skip(err)
		}
		now := time.Date(2026, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"), rapid.IntRange(0, 23).Draw(t, "hour"), 17, 11, 0, time.UTC)
		var states []component.State
		at := now.Add(-time.Duration(rapid.IntRange(1, 96).Draw(t, "first")) * time.Hour).Truncate(time.Minute)
		for at.Before(now) {
			states = append(states, component.State{From: at, Status: rapid.SampledFrom(component.Statuses).Draw(t, "status")})
			at = at.Add(time.Duration(rapid.IntRange(1, 40_000).Draw(t, "seconds")) * time.Second)
		}
		observed := now.Add(-time.Duration(rapid.IntRange(0, 100).Draw(t, "observed")) * time.Hour).Truncate(time.Second)
		var want component.Time
		from := now.Add(-72 * time.Hour)
		for s := from; s.Before(now); s = s.Add(time.Second) {
			if s.Before(observed) {
				continue
			}
			status := component.Operational
			for _, st := range states {
				if !st.From.After(s) {
					status = st.Status
				}
			}
			want.Observed++
			switch status {
			case component.Major:
				want.Major++
			case component.Partial:
				want.Partial++
			case component.Degraded:
				want.Degraded++
			case component.Maintenance:
				want.Maintenance++
			case component.Operational:
			}
		}
		if got := component.Between(states, observed, from, now); got != want {
			t.Fatalf("between: %+v, by the second %+v", got, want)
		}
		var sum component.Time
		days := component.Days(states, observed, now, 6, zone)
		for _, d := range days {
			sum = sum.Plus(d.Time)
		}
		if whole := component.Between(states, observed, days[0].Date, now); sum != whole {
			t.Fatalf("days add up to %+v, not %+v", sum, whole)
		}
	})
}

func TestAPercentNeverReadsHundredWhenSomethingWasDown(t *testing.T) {
	for _, c := range []struct {
		time    component.Time
		partial int64
		want    int64
	}{
		{component.Time{Observed: 90 * 86400}, 30, 10_000},
		{component.Time{Observed: 90 * 86400, Major: 1}, 30, 9_999},
		{component.Time{Observed: 86400, Major: 86400}, 30, 0},
		{component.Time{Observed: 1000, Partial: 1000}, 30, 7_000},
		{component.Time{Observed: 1000, Partial: 1000}, 0, 10_000},
		{component.Time{Observed: 1000, Degraded: 500, Maintenance: 500}, 30, 10_000},
	} {
		if got, ok := c.time.Uptime(c.partial); !ok || got != c.want {
			t.Errorf("%+v at %d %%: %d, not %d", c.time, c.partial, got, c.want)
		}
	}
}
