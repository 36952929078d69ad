package app

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// hollowOut drops every table of a volume with a connection of its own, as somebody at a database prompt would, and may leave one that is none of ours.
func (w *town) hollowOut(ref volume.Ref, leave bool) {
	w.t.Helper()
	name := ref.Name(w.node.Fleet.Generation(ref))
	e, err := openEngine(w.t.Context(), w.node.Options)
	if err != nil {
		w.t.Fatal(err)
	}
	defer e.Close()
	if err := dropTables(w.t.Context(), e, name); err != nil {
		w.t.Fatal(err)
	}
	if !leave {
		return
	}
	db, err := e.Open(w.t.Context(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	err = db.Write(w.t.Context(), func(tx *storage.Tx) error {
		_, err := tx.ExecText(w.t.Context(), "CREATE TABLE leftover (id BIGINT PRIMARY KEY)")
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// R22, R11: tables that were dropped are as lost as files that were removed. The site gets its read-only face, is among those that lack a database, and comes back.
func TestR22ASiteWhoseTablesWereDroppedIsLost(t *testing.T) {
	onBoth(t, func(t *testing.T, w *town) {
		ctx := t.Context()
		sail(t, w)
		if err := w.node.Shipper.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		refs := w.node.Fleet.VolumesOf(w.acme.ID.String())
		want := digests(t, w.node, refs)
		watcher, stop, err := w.node.newWatcher(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		if err := watcher.Check(ctx); err != nil || len(watcher.Open()) > 0 {
			t.Fatal(watcher.Open(), err)
		}
		if _, err := w.node.MissingSites(ctx); err == nil {
			t.Fatal("a site is said to be missing before anything was done")
		}
		drop := func(leave bool) {
			t.Helper()
			for _, ref := range refs {
				if err := w.node.Pool.Evict(ctx, ref); err != nil {
					t.Fatal(err)
				}
				w.hollowOut(ref, leave)
			}
			if code, body := w.call(w.http.Client(), "GET", "/s/acme/rest/api/2/issue/SEA-1", "", bearer(w.token["acme"])...); code == 200 || code == 404 {
				t.Fatalf("a volume without its tables was made anew: %d %s", code, body)
			}
			sites, err := w.node.MissingSites(ctx)
			if err != nil || len(sites) != 1 || sites[0] != w.acme.ID {
				t.Fatalf("the sites that lack a database are %v, %v", sites, err)
			}
		}
		same := func(what string) {
			t.Helper()
			if got := digests(t, w.node, refs); !maps.Equal(got, want) {
				t.Fatalf("%s: digests are %v, they were %v", what, got, want)
			}
		}
		drop(false)
		if err := watcher.Check(ctx); err != nil || len(watcher.Open()) != 1 {
			t.Fatal(watcher.Open(), err)
		}
		deadline := time.Now().Add(time.Minute)
		for { // the face is made beside
			gone, err := w.node.goneOf(ctx, w.acme.ID)
			s, serr := w.node.Fleet.Site(w.acme.ID)
			w.node.faces.mu.Lock()
			making := len(w.node.faces.making)
			w.node.faces.mu.Unlock()
			if err == nil && serr == nil && len(gone) == 0 && s.State == fleet.ReadOnly && making == 0 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("there is no face: %v are gone, %v, %v", gone, s.State, err)
			}
			time.Sleep(20 * time.Millisecond)
		}
		same("the face")
		if _, body := w.call(w.http.Client(), "GET", "/s/acme/rest/api/2/issue/SEA-1", "", bearer(w.token["acme"])...); !strings.Contains(body, `"SEA-1"`) {
			t.Fatalf("the face says %s", body)
		}
		if code, _ := w.call(w.http.Client(), "POST", "/s/acme/rest/api/2/issue", `{"fields":{"project":{"key":"SEA"},"issuetype":{"name":"Task"},"summary":"Sail on"}}`, bearer(w.token["acme"])...); code < 400 {
			t.Error("the face can be written to")
		}
		if code, out, said := w.command("site", "restore", "--all-missing"); code != ExitOK || !strings.Contains(out, "1 sites restored") {
			t.Fatalf("a site that has only its face is missing: exit %d: %s %s", code, out, said)
		}
		if s, err := w.node.Fleet.Site(w.acme.ID); err != nil || s.State != fleet.Active {
			t.Fatal(s, err)
		}
		same("restored after the face")
		drop(true) // and this time nobody looks before it is restored
		if code, out, said := w.command("site", "restore", "--all-missing"); code != ExitOK || !strings.Contains(out, "1 sites restored") {
			t.Fatalf("exit %d: %s %s", code, out, said)
		}
		same("restored with all that is missing")
		if s, err := w.node.Fleet.Site(w.acme.ID); err != nil || !slices.Contains([]fleet.State{fleet.Active, fleet.ReadOnly}, s.State) {
			t.Error(s, err)
		}
	})
}
