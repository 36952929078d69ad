//go:build slow

package recovery

import (
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/app"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/volume"
)

// text reads one value of a site's work volume.
func (w *world) text(s *fleet.Site, query string, args ...any) (out string) {
	w.t.Helper()
	must(w.t, w.work(s).Read(w.ctx, func(tx *volume.Tx) error { return tx.GetText(w.ctx, query, args, &out) }))
	return out
}

func (w *world) sql(s *fleet.Site, texts ...string) {
	w.t.Helper()
	must(w.t, w.work(s).Write(w.ctx, func(tx *volume.Tx) error {
		for _, text := range texts {
			if _, err := tx.ExecText(w.ctx, text); err != nil {
				return err
			}
		}
		return nil
	}))
}

// R16: one record, one project and one product go back in the live site, the rest stays, and each can be undone.
func TestR16PartsComeBackInTheLiveSite(t *testing.T) {
	w := newWorld(t)
	s := w.site("acme", 5)
	at := w.node.Clock.Now()
	time.Sleep(2 * time.Millisecond)
	before := w.digests(s)
	w.sql(s, `UPDATE issue SET summary = 'spoiled' WHERE number IN (1, 2)`, `DELETE FROM issue_text WHERE issue_id = (SELECT id FROM issue WHERE number = 1)`)
	w.issues(s, "written since", 1)
	spoiled := w.digests(s)

	o, err := w.node.RestorePart(w.ctx, s, "", "issue:APP-1", recovery.Target{At: at}, "test")
	must(t, err)
	if got := w.text(s, `SELECT summary FROM issue WHERE number = 1`); got != "issue 0 0" || o.Result.Commit == 0 {
		t.Fatalf("the issue is %q after %+v", got, o)
	}
	if w.text(s, `SELECT count(*) FROM issue_text WHERE issue_id = (SELECT id FROM issue WHERE number = 1)`) != "1" {
		t.Error("the issue's text is not back")
	}
	if w.text(s, `SELECT summary FROM issue WHERE number = 2`) != "spoiled" || w.text(s, `SELECT count(*) FROM issue`) != "6" {
		t.Error("the rest was touched")
	}
	_, err = w.node.UndoPart(w.ctx, s)
	must(t, err)
	if got := w.digests(s); got["work"] != spoiled["work"] {
		t.Error("the undo is not the state before")
	}

	if _, err = w.node.RestorePart(w.ctx, s, "", "project:APP", recovery.Target{At: at}, "test"); err != nil {
		t.Fatal(err)
	}
	if w.text(s, `SELECT summary FROM issue WHERE number = 2`) == "spoiled" || w.text(s, `SELECT count(*) FROM issue`) != "5" {
		t.Error("the project is not back")
	}
	_, err = w.node.UndoPart(w.ctx, s)
	must(t, err)
	if _, err = w.node.RestorePart(w.ctx, s, "tracker", "", recovery.Target{At: at}, "test"); err != nil {
		t.Fatal(err)
	}
	if got := w.digests(s); got["work"] != before["work"] {
		t.Error("the product is not as it was")
	}
}

// A deleted issue is found by the key that people remember.
func TestR16ARemovedRecordComesBack(t *testing.T) {
	w := newWorld(t)
	s := w.site("acme", 3)
	at := w.node.Clock.Now()
	time.Sleep(2 * time.Millisecond)
	before := w.digests(s)
	id := w.text(s, `SELECT id FROM issue WHERE number = 2`)
	w.sql(s, `DELETE FROM issue_text WHERE issue_id = `+id, `DELETE FROM issue_change WHERE issue_id = `+id, `DELETE FROM issue_key WHERE issue_id = `+id,
		`DELETE FROM issue_watcher WHERE issue_id = `+id, `DELETE FROM issue WHERE id = `+id)
	_, err := w.node.RestorePart(w.ctx, s, "", "issue:APP-2", recovery.Target{At: at}, "test")
	must(t, err)
	if got := w.digests(s); got["work"] != before["work"] {
		t.Error("the issue is not back as it was")
	}
	for record, kind := range map[string]fault.Kind{"issue:APP-99": fault.KindNotFound, "issue:": fault.KindInvalid, "person:x": fault.KindInvalid, "page:APP": fault.KindInvalid} {
		if _, err := w.node.RestorePart(w.ctx, s, "", record, recovery.Target{At: at}, "test"); err == nil || fault.KindOf(err) == fault.KindInternal {
			t.Errorf("%s: %v, want %v", record, err, kind)
		}
	}
}

// R16: two instants compared by the vault alone, with the site gone.
func TestR16TwoInstantsAreCompared(t *testing.T) {
	w := newWorld(t)
	s := w.site("acme", 3)
	from := w.node.Clock.Now()
	time.Sleep(2 * time.Millisecond)
	w.sql(s, `UPDATE issue SET summary = 'changed' WHERE number = 1`)
	w.issues(s, "added", 2)
	time.Sleep(2 * time.Millisecond)
	to := w.node.Clock.Now()
	must(t, w.node.Shipper.Flush(w.ctx))
	check := func() {
		t.Helper()
		d, err := w.node.DiffSite(w.ctx, s, from, to, app.DiffOptions{Type: "issue", Limit: 2})
		must(t, err)
		issues := *d.ByType[0]
		for _, c := range d.ByType {
			if c.Type == "issue" {
				issues = *c
			}
		}
		if issues.Added != 2 || issues.Changed != 1 || issues.Removed != 0 || len(d.Items) != 2 || !d.More || d.Total != 3 {
			t.Fatalf("%+v", d)
		}
		all, err := w.node.DiffSite(w.ctx, s, from, to, app.DiffOptions{Limit: 100})
		must(t, err)
		found := false
		for _, i := range all.Items {
			for _, f := range i.Fields {
				found = found || i.Op == "changed" && strings.Contains(strings.ToLower(f.Field), "summary") && f.To == "changed"
			}
		}
		if !found {
			t.Errorf("the changed summary is not told: %+v", all.Items)
		}
	}
	check()
	p, err := w.node.PlanRestore(w.ctx, s, recovery.Target{At: from}, app.DiffOptions{Limit: 10})
	must(t, err)
	if p.Removed < 2 || p.Changed != 1 || p.LostCommits < 2 || p.Seconds <= 0 {
		t.Errorf("the plan says %+v", p)
	}
	w.destroy(s)
	check()
	if _, err := w.node.DiffSite(w.ctx, s, to, from, app.DiffOptions{}); fault.KindOf(err) != fault.KindInvalid {
		t.Errorf("instants in the wrong order: %v", err)
	}
}
