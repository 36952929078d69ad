//go:build slow

package recovery

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/recovery"
)

// R17 in small: many destroyed sites come back as one operation, every row proven, progress told by site and in total; one whose vault object is
// damaged fails alone, named exactly, with nothing half restored.
func TestR17ManySitesComeBackTogether(t *testing.T) {
	w := newWorld(t)
	const count = 6
	var sites []*fleet.Site
	before := map[ids.Site]map[string]string{}
	for i := range count {
		s := w.site(fmt.Sprint("site-", i), 20)
		sites = append(sites, s)
		before[s.ID] = w.digests(s)
	}
	spoiled := sites[3]
	objects, err := filepath.Glob(filepath.Join(w.dir, "vault", "snapshots", "work@"+spoiled.ID.String(), "*.zst"))
	must(t, err)
	if len(objects) == 0 {
		t.Fatal("the site has no snapshot")
	}
	object := objects[len(objects)-1]
	intact, err := os.ReadFile(object)
	must(t, err)
	must(t, os.Chmod(object, 0o600))
	broken := append([]byte(nil), intact...)
	broken[len(broken)/2] ^= 1
	must(t, os.WriteFile(object, broken, 0o600))
	for _, s := range sites {
		w.destroy(s)
	}
	missing, err := w.node.MissingSites(w.ctx)
	must(t, err)
	if len(missing) != count {
		t.Fatalf("%d sites are missing", len(missing))
	}
	last := recovery.FleetProgress{}
	steps := map[ids.Site]bool{}
	res, err := w.node.RestoreFleet(w.ctx, missing, recovery.Target{}, "test", func(p recovery.FleetProgress) { last = p; steps[p.Site] = true })
	must(t, err)
	if res.Restored != count-1 || res.Failed != 1 || last.Done != count-1 || last.Failed != 1 || last.Total != count || len(steps) != count || res.Rows == 0 {
		t.Fatalf("%d restored, %d failed, progress %+v", res.Restored, res.Failed, last)
	}
	for _, o := range res.Sites {
		if failed := o.Error != ""; failed != (o.Site == spoiled.ID) {
			t.Errorf("%s: %q", o.Site, o.Error)
		} else if failed && !strings.Contains(o.Error, filepath.Base(object)) {
			t.Errorf("the damaged object is not named: %s", o.Error)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(w.dir, "sites", spoiled.ID.String(), "*.db")); len(left) > 0 {
		t.Errorf("half restored: %v", left)
	}
	must(t, os.WriteFile(object, intact, 0o600))
	res, err = w.node.RestoreFleet(w.ctx, []ids.Site{spoiled.ID}, recovery.Target{}, "test", nil)
	must(t, err)
	if res.Restored != 1 {
		t.Fatalf("%+v", res)
	}
	for _, s := range sites {
		if now, _ := w.node.Fleet.Site(s.ID); now.State != fleet.Active {
			t.Errorf("%s is %s", s.Slug, now.State)
		}
		if got := w.digests(s); !maps.Equal(got, before[s.ID]) {
			t.Errorf("%s: %v, before %v", s.Slug, got, before[s.ID])
		}
	}
}

// R17: a restore of many sites whose process died goes on where it was.
func TestR17AnInterruptedFleetRestoreGoesOn(t *testing.T) {
	dir := t.TempDir()
	w := openWorld(t, dir, clock.System)
	var sites []ids.Site
	before := map[ids.Site]map[string]string{}
	for i := range 3 {
		s := w.site(fmt.Sprint("site-", i), 5)
		sites = append(sites, s.ID)
		before[s.ID] = w.digests(s)
	}
	one, _ := w.node.Fleet.Site(sites[0])
	// What a process that died leaves: the operation runs, one site is back, one is being restored, one was not begun.
	order := fmt.Sprintf(`{"sites":["%s","%s","%s"]}`, sites[0], sites[1], sites[2])
	op, err := w.node.Fleet.Begin(w.ctx, recovery.FleetKind, recovery.FleetTarget, "test", order)
	must(t, err)
	for _, id := range sites {
		s, _ := w.node.Fleet.Site(id)
		w.destroy(s)
	}
	_, err = w.node.RestoreSite(w.ctx, one, recovery.Target{}, "test", nil)
	must(t, err)
	_, err = w.node.Fleet.BeginRestores(w.ctx, sites[1:2], "test", "to the newest state in the vault")
	must(t, err)
	w.node.Close()

	w = openWorld(t, dir, clock.System)
	left, err := w.node.Recovery.Unfinished(w.ctx)
	must(t, err)
	if len(left) != 1 || left[0].ID != op {
		t.Fatalf("unfinished: %+v", left)
	}
	res, err := w.node.ContinueFleet(w.ctx, left[0], nil)
	must(t, err)
	if res.Restored != 3 || len(res.Sites) != 2 {
		t.Fatalf("%d are back, %d by this run", res.Restored, len(res.Sites))
	}
	for _, id := range sites {
		s, _ := w.node.Fleet.Site(id)
		if got := w.digests(s); !maps.Equal(got, before[id]) || s.State != fleet.Active {
			t.Errorf("%s is %s: %v, before %v", s.Slug, s.State, got, before[id])
		}
	}
	if left, err := w.node.Recovery.Unfinished(w.ctx); err != nil || len(left) > 0 {
		t.Errorf("still unfinished: %v %v", left, err)
	}
}
