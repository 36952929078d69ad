package lifecycle

import (
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
)

// ready gives facts that lack nothing, as they are after the countdown.
func ready(c clock.Clock) Facts {
	now := c.Now()
	site := fleet.Site{ID: ids.New[ids.Site](now), Slug: "acme", State: fleet.Tombstoned, StateSince: now.Add(-Countdown)}
	f := Facts{Site: site, Now: now, Request: Request{ID: ids.New[ids.Purge](now), Site: site.ID, Tombstone: site.StateSince, Kind: EndOfContract, Reason: "the contract ended", Requester: "operator:ann", State: Open,
		Approvals: []Approval{{Approver: "operator:bob", Site: site.ID, At: now}, {Approver: "operator:cleo", Site: site.ID, At: now}}}}
	for _, s := range Stages {
		at := site.StateSince.Add(s.Due)
		f.Notices = append(f.Notices, Notice{Site: site.ID, Tombstone: site.StateSince, Stage: s.Name, Contact: ids.New[ids.Contact](now), Sent: &at})
	}
	return f
}

func TestR4EachMissingConditionAloneRefusesAPurge(t *testing.T) {
	c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
	if missing := Missing(ready(c)); len(missing) > 0 {
		t.Fatalf("nothing is missing, yet: %v", missing)
	}
	legal := ready(c)
	legal.Request.Kind = LegalErasure
	if missing := Missing(legal); len(missing) > 0 {
		t.Fatalf("a legal erasure walks the same path: %v", missing)
	}
	other := ids.New[ids.Site](c.Now())
	for name, spoil := range map[string]func(*Facts){
		"the request was withdrawn":  func(f *Facts) { f.Request.State = Withdrawn },
		"the request was run before": func(f *Facts) { f.Request.State = Done },
		"no kind":                    func(f *Facts) { f.Request.Kind = "" },
		"a blank reason":             func(f *Facts) { f.Request.Reason = " \t" },
		"the site is only suspended": func(f *Facts) { f.Site.State = fleet.Suspended },
		"the site is in use":         func(f *Facts) { f.Site.State = fleet.Active },
		"a second too early": func(f *Facts) {
			f.Now = f.Now.Add(-time.Second)
			for i := range f.Notices[1:] { // in time all the same
				early := f.Notices[i+1].Sent.Add(-time.Hour)
				f.Notices[i+1].Sent = &early
			}
		},
		"tombstoned again after the request": func(f *Facts) { f.Request.Tombstone = f.Request.Tombstone.Add(-time.Hour) },
		"nobody was told at the tombstone":   func(f *Facts) { f.Notices = f.Notices[1:] },
		"nobody was told seven days before":  func(f *Facts) { f.Notices = append(f.Notices[:1:1], f.Notices[2]) },
		"nobody was told the day before":     func(f *Facts) { f.Notices = f.Notices[:2] },
		"one contact was not told": func(f *Facts) {
			f.Notices = append(f.Notices, Notice{Stage: Stages[1].Name, Contact: ids.New[ids.Contact](f.Now), Error: "550 no such user"})
		},
		"the last notice was late":            func(f *Facts) { late := f.Now.Add(-23 * time.Hour); f.Notices[2].Sent = &late },
		"the notice of a week ahead was late": func(f *Facts) { late := f.Now.Add(-6 * 24 * time.Hour); f.Notices[1].Sent = &late },
		"nobody approved":                     func(f *Facts) { f.Request.Approvals = nil },
		"one approved":                        func(f *Facts) { f.Request.Approvals = f.Request.Approvals[:1] },
		"one approved twice":                  func(f *Facts) { f.Request.Approvals[1] = f.Request.Approvals[0] },
		"the requester approved":              func(f *Facts) { f.Request.Approvals[1].Approver = f.Request.Requester },
		"an approval is for another tenant":   func(f *Facts) { f.Request.Approvals[1].Site = other },
	} {
		t.Run(name, func(t *testing.T) {
			f := ready(c)
			spoil(&f)
			if missing := Missing(f); len(missing) != 1 {
				t.Fatalf("not exactly one condition is missing: %q", missing)
			}
		})
	}
	f := ready(c)
	f.Site.ID = other
	if missing := Missing(f); len(missing) == 0 {
		t.Fatal("the request is for another tenant")
	}
}

func TestALateNoticeMovesThePurge(t *testing.T) {
	c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
	f := ready(c)
	if end := NotBefore(f.Site.StateSince, f.Notices); !end.Equal(c.Now()) {
		t.Fatal(end)
	}
	late := c.Now().Add(-time.Hour)
	f.Notices[1].Sent = &late
	if end := NotBefore(f.Site.StateSince, f.Notices); !end.Equal(late.Add(7 * 24 * time.Hour)) {
		t.Fatal(end)
	}
}
