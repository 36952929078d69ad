//go:build slow

package recovery

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// R16, R20: a copy beside the live site has every row of then, says what it is, sends nothing, and can be removed; the live site and what the vault has
// of it are not touched.
func TestR16ACopyBesideTheLiveSite(t *testing.T) {
	w := newWorld(t)
	s := w.site("acme", 5)
	w.oncall(s, 1)
	must(t, w.work(s).Write(w.ctx, func(tx *volume.Tx) error {
		return jobs.Put(w.ctx, tx, jobs.Job{Kind: "test.send", Key: "later", Due: tx.Now().Add(time.Hour), Payload: []byte("{}")})
	}))
	then := w.digests(s)
	at := w.node.Clock.Now()
	time.Sleep(2 * time.Millisecond)
	w.sql(s, `UPDATE issue SET summary = 'spoiled'`)
	must(t, w.node.Shipper.Flush(w.ctx))
	live := w.digests(s)
	objects := func() (n int) {
		for _, kind := range []string{"work", "oncall", "status"} {
			found, _ := filepath.Glob(filepath.Join(w.dir, "vault", "snapshots", kind+"@"+s.ID.String(), "*"))
			n += len(found)
		}
		return n
	}
	before := objects()

	made, err := w.node.Beside(w.ctx, s, recovery.Target{At: at}, "test", func(recovery.Progress) {})
	must(t, err)
	if !strings.HasPrefix(made.Slug, "acme-sandbox-") || made.ID == s.ID || !strings.Contains(made.Name, "sandbox") {
		t.Errorf("the sandbox is %+v", made)
	}
	if got := w.digests(made); !maps.Equal(got, then) {
		t.Errorf("the sandbox is not the site as it was: %v, was %v", got, then)
	}
	if got := w.digests(s); !maps.Equal(got, live) || objects() != before {
		t.Error("the live site was touched")
	}
	if only := w.node.Fleet.OnlySite(); only == nil || only.ID != s.ID {
		t.Error("a sandbox changes the addresses of a lone site")
	}
	must(t, w.work(made).Read(w.ctx, func(tx *volume.Tx) error {
		held, err := jobs.InState(w.ctx, tx, jobs.StateHeld, time.Time{}, 100)
		if err != nil {
			return err
		}
		waiting, err := storage.AllText(w.ctx, tx.Tx, `SELECT state FROM job WHERE state <> 'held'`, func(r *storage.Rows) (x string, err error) { return x, r.Scan(&x) })
		if len(held) == 0 || len(waiting) > 0 {
			t.Errorf("%d jobs are held, these are not: %v", len(held), waiting)
		}
		return err
	}))
	if _, err := w.node.Beside(w.ctx, made, recovery.Target{}, "test", func(recovery.Progress) {}); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("a sandbox of a sandbox: %v", err)
	}
	if err := w.node.RemoveSandbox(w.ctx, s, "test"); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("the live site as a sandbox to remove: %v", err)
	}
	must(t, w.node.RemoveSandbox(w.ctx, made, "test"))
	if _, err := w.node.FindSite(made.Slug); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("the removed sandbox: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(w.dir, "sites", made.ID.String(), "*.db")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if got := w.digests(s); !maps.Equal(got, live) || objects() != before {
		t.Error("the live site was touched by the removal")
	}
	if _, err := os.Stat(filepath.Join(w.dir, "sites", s.ID.String())); err != nil {
		t.Error(err)
	}
}
