package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// TestR11AnIndependentWatcherFreezesMaintenance removes what a stray script would, past everything that Holdfast has, and looks once.
func TestR11AnIndependentWatcherFreezesMaintenance(t *testing.T) {
	w := newTown(t)
	watcher, stop, err := w.node.newWatcher(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	check := func(findings int) {
		t.Helper()
		if err := watcher.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		if open := watcher.Open(); len(open) != findings {
			t.Fatalf("%d findings, not %d: %v", len(open), findings, open)
		}
	}
	check(0)
	if why, err := w.node.Maintenance.Frozen(t.Context()); err != nil || why != "" {
		t.Fatal(why, err)
	}

	ref := volume.Ref{Kind: "oncall", Owner: w.acme.ID.String()}
	file := filepath.Join(w.node.Options.Data, ref.Name(1)+".db")
	if err := os.Rename(file, file+".away"); err != nil {
		t.Fatal(err)
	}
	check(1)
	why, err := w.node.Maintenance.Frozen(t.Context())
	if err != nil || !strings.Contains(why, "oncall") || !strings.Contains(why, "acme") {
		t.Fatalf("frozen: %q, %v", why, err)
	}
	if err := os.Rename(file+".away", file); err != nil {
		t.Fatal(err)
	}
	check(0)

	// A row that is gone from the control database is found by the watcher's own ledger.
	err = w.node.control().Direct(t.Context(), func(tx *storage.Tx) error {
		for _, statement := range []string{`DELETE FROM site_product WHERE site_id = $1`, `DELETE FROM contact WHERE site_id = $1`, `DELETE FROM site WHERE id = $1`} {
			if _, err := tx.ExecText(t.Context(), statement, w.other.ID.String()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	check(1)
	again, stopAgain, err := w.node.newWatcher(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stopAgain()
	if err := again.Check(t.Context()); err != nil || len(again.Open()) != 1 {
		t.Fatalf("a watcher that was started anew forgot: %v %v", again.Open(), err)
	}
}

// A site that is lost, brought back and lost again between two looks is lost anew: maintenance that was let go on meanwhile is frozen once more (R11).
func TestALossAfterARestoreIsNews(t *testing.T) {
	w := newTown(t)
	watcher, stop, err := w.node.newWatcher(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	ctx := identity.AsSystem(t.Context(), "test")
	for round := range 2 {
		ref := volume.Ref{Kind: "oncall", Owner: w.acme.ID.String()}
		if err := w.node.Shipper.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		if err := w.node.Pool.Evict(ctx, ref); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(w.node.Options.Data, ref.Name(w.node.Fleet.Generation(ref))+".db")); err != nil {
			t.Fatal(err)
		}
		if err := watcher.Check(ctx); err != nil {
			t.Fatal(err)
		}
		if why, err := w.node.Maintenance.Frozen(ctx); err != nil || why == "" {
			t.Fatalf("loss %d is not noticed: %q %v", round+1, why, err)
		}
		if _, err := w.node.RestoreFleet(ctx, []ids.Site{w.acme.ID}, recovery.Target{}, "test", func(recovery.FleetProgress) {}); err != nil {
			t.Fatal(err)
		}
		if err := w.node.Maintenance.Thaw(ctx); err != nil {
			t.Fatal(err)
		}
	}
}
