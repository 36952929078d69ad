package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/addon"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/operator"
	"holdfast.dev/internal/platform/volume"
)

// as names an operator who acts.
func as(name string) context.Context {
	return identity.With(context.Background(), identity.Principal{Kind: identity.Operator, Name: name})
}

// street is a town with a row of small sites, each with an add-on that holds something.
type street struct {
	*town
	sites  []*fleet.Site
	addons []addon.Addon
}

func newStreet(t *testing.T, sites int) *street {
	s := &street{town: newTown(t)}
	ctx := identity.AsSystem(context.Background(), "test")
	for i := range sites {
		site, err := s.node.CreateSite(ctx, s.acme.Org, fmt.Sprintf("shop-%d", i), fmt.Sprintf("Shop %d", i), "tracker")
		if err != nil {
			t.Fatal(err)
		}
		var a addon.Addon
		err = s.node.control().Write(ctx, func(tx *volume.Tx) error {
			a, err = addon.Install(ctx, tx, site.ID, "insight-assets", "Insight")
			return err
		})
		if err == nil {
			err = s.node.Pool.Volume(volume.Ref{Kind: "work", Owner: site.ID.String()}).Write(ctx, func(tx *volume.Tx) error {
				return addon.Put(ctx, tx, a.ID, "asset-1", `{"name":"forklift"}`)
			})
		}
		if err != nil {
			t.Fatal(err)
		}
		s.sites, s.addons = append(s.sites, site), append(s.addons, a)
	}
	return s
}

func (s *street) active() (sites, addons int) {
	s.t.Helper()
	for _, site := range s.sites {
		if now, err := s.node.Fleet.Site(site.ID); err != nil {
			s.t.Fatal(err)
		} else if now.State == fleet.Active {
			sites++
		}
	}
	err := s.node.control().Read(s.t.Context(), func(tx *volume.Tx) error {
		return addon.All(s.t.Context(), tx, func(a addon.Addon) error {
			if a.State == addon.Active {
				addons++
			}
			return nil
		})
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return sites, addons
}

const removeInsight = `
name: Deactivate the legacy add-on Insight
reason: it is part of the product now
action: {kind: deactivate-addon}
expect: {targets: 1..100}
targets: {kind: addon, where: {addon: insight-assets, state: active}}
`

func (s *street) plan(source string) *maintenance.Plan {
	s.t.Helper()
	p, err := s.node.Maintenance.Plan(as("ann"), []byte(source))
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *street) approve(p *maintenance.Plan) {
	s.t.Helper()
	if _, err := s.node.Maintenance.Approve(as("bob"), p.ID); err != nil {
		s.t.Fatal(err)
	}
}

func TestAPlanIsAppliedInWavesAndTakenBack(t *testing.T) {
	s := newStreet(t, 12)
	p := s.plan(removeInsight)
	if r := p.Body.Radius; r.Targets != 12 || r.Customers != 1 || r.Objects != 12 || p.Targets[0].Wave != 1 || p.Targets[1].Wave != 2 || p.Targets[11].Wave != 3 {
		t.Fatalf("%+v %+v", r, p.Targets)
	}
	s.approve(p)
	done, err := s.node.Maintenance.Apply(as("ann"), p.ID, p.Hash, nil)
	if err != nil || done.State != maintenance.Done {
		t.Fatalf("%v %v", done, err)
	}
	if sites, addons := s.active(); sites != 12 || addons != 0 {
		t.Fatalf("%d sites, %d add-ons are active", sites, addons)
	}
	var told []int
	if p, err = s.node.Maintenance.Undo(as("bob"), p.ID, func(done, total int, _ string) {
		if told = append(told, done); total != 12 {
			t.Errorf("%d of %d", done, total)
		}
	}); err != nil || p.State != maintenance.Undone {
		t.Fatal(p, err)
	}
	if _, addons := s.active(); addons != 12 || !slices.IsSorted(told) || told[len(told)-1] != 12 {
		t.Fatalf("%d add-ons are active after the undo, which told %v", addons, told)
	}
}

// TestR1OneIdentifierOneKind is the mistake of 2022: the identifiers of sites where those of add-ons are meant.
func TestR1OneIdentifierOneKind(t *testing.T) {
	s := newStreet(t, 2)
	for kind, wrong := range map[string][]string{
		"addon": {s.sites[0].ID.String(), s.acme.Org.String(), ids.New[ids.Plan](s.clock.Now()).String(), s.addons[0].ID.String() + "x", "insight-assets"},
		"site":  {s.addons[0].ID.String(), s.acme.Org.String(), s.sites[0].Slug, strings.ToUpper(s.sites[0].ID.String())},
	} {
		action := map[string]string{"addon": "deactivate-addon", "site": "suspend-site"}[kind]
		for _, id := range wrong {
			_, err := s.node.Maintenance.Plan(as("ann"), []byte("name: n\nreason: r\naction: {kind: "+action+"}\ntargets: {kind: "+kind+", ids: ["+id+"]}\n"))
			if !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%s took %s: %v", action, id, err)
			}
		}
	}
	_, err := s.node.Maintenance.Plan(as("ann"), []byte("name: n\nreason: r\naction: {kind: deactivate-addon}\ntargets: {kind: site, ids: ["+s.sites[0].ID.String()+"]}\n"))
	if err == nil {
		t.Error("an action took a kind of target that is not its own")
	}
}

func TestR5AbsenceIsNeverAnInstruction(t *testing.T) {
	s := newStreet(t, 2)
	for name, source := range map[string]string{
		"nothing":              "",
		"only a comment":       "# later",
		"no targets":           "name: n\nreason: r\naction: {kind: suspend-site}\n",
		"empty list":           "name: n\nreason: r\naction: {kind: suspend-site}\ntargets: {kind: site, ids: []}\n",
		"empty filter":         "name: n\nreason: r\naction: {kind: suspend-site}\nexpect: {targets: 1}\ntargets: {kind: site, where: {}}\n",
		"blank value":          "name: n\nreason: r\naction: {kind: suspend-site}\nexpect: {targets: 1}\ntargets: {kind: site, where: {slug: ''}}\n",
		"null value":           "name: n\nreason: r\naction: {kind: suspend-site}\nexpect: {targets: 1}\ntargets: {kind: site, where: {slug: }}\n",
		"unknown filter field": "name: n\nreason: r\naction: {kind: suspend-site}\nexpect: {targets: 1}\ntargets: {kind: site, where: {slug: shop-0, sate: active}}\n",
		"unknown state":        "name: n\nreason: r\naction: {kind: suspend-site}\nexpect: {targets: 1}\ntargets: {kind: site, where: {state: activ}}\n",
		"wildcard":             "name: n\nreason: r\naction: {kind: suspend-site}\nexpect: {targets: 1}\ntargets: {kind: site, where: {slug: '*'}}\n",
		"unknown key":          "name: n\nreason: r\naction: {kind: suspend-site}\ntarget: {kind: site}\n",
		"selects none":         "name: n\nreason: r\naction: {kind: suspend-site}\nexpect: {targets: 1}\ntargets: {kind: site, where: {slug: nowhere}}\n",
		"unknown identifier":   "name: n\nreason: r\naction: {kind: suspend-site}\ntargets: {kind: site, ids: [" + s.sites[0].ID.String() + ", " + ids.New[ids.Site](s.clock.Now()).String() + "]}\n",
		"named twice":          "name: n\nreason: r\naction: {kind: suspend-site}\ntargets: {kind: site, ids: [" + s.sites[0].ID.String() + ", " + s.sites[0].ID.String() + "]}\n",
		"list and filter":      "name: n\nreason: r\naction: {kind: suspend-site}\ntargets: {kind: site, ids: [" + s.sites[0].ID.String() + "], where: {slug: shop-0}}\n",
		"blank parameter":      "name: n\nreason: r\naction: {kind: switch-off-product, params: {product: ''}}\ntargets: {kind: site, where: {slug: shop-0}}\n",
		"missing parameter":    "name: n\nreason: r\naction: {kind: switch-off-product}\ntargets: {kind: site, where: {slug: shop-0}}\n",
		"no reason":            "name: n\naction: {kind: suspend-site}\nexpect: {targets: 1}\ntargets: {kind: site, where: {slug: shop-0}}\n",
		"two plans":            "name: n\nreason: r\naction: {kind: suspend-site}\nexpect: {targets: 1}\ntargets: {kind: site, where: {slug: shop-0}}\n---\nname: m\n",
		"big first wave":       "name: n\nreason: r\nwaves: [50]\naction: {kind: suspend-site}\nexpect: {targets: 1}\ntargets: {kind: site, where: {slug: shop-0}}\n",
		"script says nothing":  "name: n\nreason: r\naction: {kind: suspend-site}\ntargets: {kind: site}\nscript: |\n  def select(t):\n    pass\n",
		"script is not one":    "name: n\nreason: r\naction: {kind: suspend-site}\ntargets: {kind: site}\nscript: 'x = 1'\n",
		"script misspells":     "name: n\nreason: r\naction: {kind: suspend-site}\ntargets: {kind: site}\nscript: |\n  def select(t):\n    return t.stat == 'active'\n",
		"script loops":         "name: n\nreason: r\naction: {kind: suspend-site}\ntargets: {kind: site}\nscript: |\n  def select(t):\n    for i in range(1000000000):\n      pass\n    return True\n",
		"script allocates":     "name: n\nreason: r\naction: {kind: suspend-site}\ntargets: {kind: site}\nscript: |\n  def select(t):\n    x = 'xxxxxxxxxxxxxxxx'\n    for i in range(100):\n      x = x + x\n    return True\n",
	} {
		if _, err := s.node.Maintenance.Plan(as("ann"), []byte(source)); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if plans, err := s.node.Maintenance.List(t.Context(), time.Time{}, ids.Plan{}, 10); err != nil || len(plans) != 0 {
		t.Fatalf("%d plans were stored, %v", len(plans), err)
	}
}

func TestR7PlanApproveApplyTheSameBytes(t *testing.T) {
	s := newStreet(t, 3)
	m := s.node.Maintenance
	p := s.plan(removeInsight)
	if _, err := m.Approve(as("ann"), p.ID); !fault.Is(err, fault.KindForbidden) {
		t.Fatalf("the author approved: %v", err)
	}
	if _, err := m.Apply(as("ann"), p.ID, p.Hash, nil); !fault.Is(err, fault.KindConflict) {
		t.Fatalf("applied without approval: %v", err)
	}
	s.approve(p)
	if _, err := m.Apply(as("ann"), p.ID, strings.Repeat("0", 64), nil); !fault.Is(err, fault.KindConflict) {
		t.Fatalf("applied with another hash: %v", err)
	}
	// One target changes after the approval.
	err := s.node.control().Write(t.Context(), func(tx *volume.Tx) error {
		return addon.SetState(t.Context(), tx, s.addons[2].ID, addon.Active, addon.Deactivated)
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Apply(as("ann"), p.ID, p.Hash, nil)
	if err == nil || got.State != maintenance.Halted || !strings.Contains(err.Error(), "plan anew") {
		t.Fatalf("%+v %v", got, err)
	}
	if _, addons := s.active(); addons != 2 {
		t.Fatalf("%d add-ons are active; the two that were should be again", addons)
	}
	if _, err := m.Apply(as("ann"), p.ID, p.Hash, nil); !fault.Is(err, fault.KindConflict) {
		t.Fatalf("the approval was used twice: %v", err)
	}
	late := s.plan("name: n\nreason: r\naction: {kind: suspend-site}\nexpect: {targets: 1}\ntargets: {kind: site, where: {slug: shop-0}}\n")
	s.approve(late)
	s.clock.Advance(25 * time.Hour)
	if _, err := m.Apply(as("ann"), late.ID, late.Hash, nil); !fault.Is(err, fault.KindConflict) {
		t.Fatalf("an approval that is over was taken: %v", err)
	}
}

// TestR8CanaryOfThisList has the list of 2022 in the guise of a plan that is allowed: whole sites, by somebody who thinks that they go on.
func TestR8CanaryOfThisList(t *testing.T) {
	s := newStreet(t, 15)
	p := s.plan("name: Deactivate Insight\nreason: it is part of the product now\naction: {kind: suspend-site}\nexpect: {site_answers: true, targets: 1..100}\ntargets: {kind: site, where: {state: active, customer: acme}}\n")
	s.approve(p)
	most := 0
	got, err := s.node.Maintenance.Apply(as("ann"), p.ID, p.Hash, func(int, int, string) {
		if sites, _ := s.active(); len(s.sites)-sites > most {
			most = len(s.sites) - sites
		}
	})
	if err == nil || got.State != maintenance.Halted || most > 1 {
		t.Fatalf("%v %v; %d sites were suspended at once", got.State, err, most)
	}
	if sites, _ := s.active(); sites != 15 {
		t.Fatalf("%d of 15 sites are active after the halt", sites)
	}
}

func TestR9OnlyAnOwnerRaisesACap(t *testing.T) {
	s := newStreet(t, 1)
	ctx := identity.AsSystem(t.Context(), "test")
	err := s.node.control().Write(ctx, func(tx *volume.Tx) error {
		_, err := operator.Create(ctx, tx, "olga", "", true)
		if err == nil {
			_, err = operator.Create(ctx, tx, "bruno", "", false)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	lower, higher := maintenance.DefaultCaps, maintenance.DefaultCaps
	lower.Hour, higher.Hour = 3, 4
	if err := s.node.setCaps(as("bruno"), lower); err != nil {
		t.Errorf("a cap is lowered by anybody: %v", err)
	}
	if err := s.node.setCaps(as("bruno"), higher); fault.KindOf(err) != fault.KindForbidden {
		t.Errorf("a cap is raised by somebody who is no owner: %v", err)
	}
	if err := s.node.setCaps(as("olga"), higher); err != nil {
		t.Error(err)
	}
}

func TestR9CapsInTheServer(t *testing.T) {
	s := newStreet(t, 30)
	m := s.node.Maintenance
	if err := m.SetCaps(as("ann"), maintenance.Caps{Run: 10, Hour: 17, Cell: 100, Operator: 100}); err != nil {
		t.Fatal(err)
	}
	var plans []*maintenance.Plan
	for i := range s.sites {
		p := s.plan(fmt.Sprintf("name: n\nreason: r\naction: {kind: suspend-site}\nexpect: {targets: 1}\ntargets: {kind: site, where: {slug: shop-%d}}\n", i))
		s.approve(p)
		plans = append(plans, p)
	}
	var wg sync.WaitGroup
	for _, p := range plans { // all at once
		wg.Go(func() { _, _ = m.Apply(as("ann"), p.ID, p.Hash, nil) })
	}
	wg.Wait()
	if sites, _ := s.active(); sites != 13 {
		t.Fatalf("%d sites were suspended under a cap of 17", 30-sites)
	}
	s.clock.Advance(2 * time.Hour)
	p := s.plan(removeInsightEverywhere(s))
	s.approve(p)
	if got, err := m.Apply(as("ann"), p.ID, p.Hash, nil); !fault.Is(err, fault.KindRateLimited) || got.State != maintenance.Halted {
		t.Fatalf("%v %v", got.State, err)
	}
	if _, addons := s.active(); addons != 30 {
		t.Fatalf("%d of 30 add-ons are active after the cap of a run halted it", addons)
	}
}

// removeInsightEverywhere names the add-ons of the sites that answer.
func removeInsightEverywhere(s *street) string {
	var list []string
	for i, site := range s.sites {
		if now, err := s.node.Fleet.Site(site.ID); err == nil && now.State == fleet.Active {
			list = append(list, s.addons[i].ID.String())
		}
	}
	return "name: n\nreason: r\naction: {kind: deactivate-addon}\ntargets: {kind: addon, ids: [" + strings.Join(list, ", ") + "]}\n"
}

func TestOnePlanIsAppliedOnce(t *testing.T) {
	s := newStreet(t, 5)
	p := s.plan(removeInsight)
	s.approve(p)
	var wg sync.WaitGroup
	errs := make(chan error, 8)
	for i := range 8 {
		wg.Go(func() {
			_, err := s.node.Maintenance.Apply(as(fmt.Sprintf("op%d", i)), p.ID, p.Hash, nil)
			errs <- err
		})
	}
	wg.Wait()
	close(errs)
	done := 0
	for err := range errs {
		if err == nil {
			done++
		} else if !fault.Is(err, fault.KindConflict) {
			t.Error(err)
		}
	}
	if done != 1 {
		t.Fatalf("%d of 8 operators applied the plan", done)
	}
}

func TestAFreezeStopsEveryRun(t *testing.T) {
	s := newStreet(t, 12)
	p := s.plan(removeInsight)
	s.approve(p)
	got, err := s.node.Maintenance.Apply(as("ann"), p.ID, p.Hash, func(done, _ int, _ string) {
		if done == 5 {
			if err := s.node.Maintenance.Freeze(as("watcher"), "a tenant vanished"); err != nil {
				t.Error(err)
			}
		}
	})
	if err == nil || got.State != maintenance.Halted {
		t.Fatalf("%v %v", got.State, err)
	}
	if _, addons := s.active(); addons != 12 {
		t.Fatalf("%d add-ons are active", addons)
	}
	if _, err := s.node.Maintenance.Breakglass(as("ann"), p.ID, "a long enough reason"); err == nil {
		t.Error("the glass was broken though nobody could be told")
	}
}

func TestAPausedRunGoesOn(t *testing.T) {
	s := newStreet(t, 12)
	p := s.plan(removeInsight)
	s.approve(p)
	m := s.node.Maintenance
	got, err := m.Apply(as("ann"), p.ID, p.Hash, func(done, _ int, _ string) {
		if done == 1 {
			if err := m.Pause(as("bob"), p.ID); err != nil {
				t.Error(err)
			}
		}
	})
	if err != nil || got.State != maintenance.Paused {
		t.Fatalf("%v %v", got, err)
	}
	if _, addons := s.active(); addons != 11 {
		t.Fatalf("%d add-ons are active", addons)
	}
	if got, err = m.Apply(as("ann"), p.ID, p.Hash, nil); err != nil || got.State != maintenance.Done {
		t.Fatalf("%v %v", got, err)
	}
	if _, addons := s.active(); addons != 0 {
		t.Fatalf("%d add-ons are active", addons)
	}
}
