package fleet

import (
	"context"
	"fmt"
	"testing"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

// TestR12ResumingEverySiteOf2022IsOneCommit counts what costs time, commits, so that it holds on any machine.
func TestR12ResumingEverySiteOf2022IsOneCommit(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		ctx := context.Background()
		commits := 0
		place := volume.Place{Engine: e, Generation: 1}
		pool := volume.NewPool(volume.Config{Kinds: []volume.Kind{Kind()}, Clock: clock.System, Committed: func(_ volume.Ref, c []journal.Commit) { commits += len(c) },
			Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }})
		defer pool.Close()
		if err := pool.Create(ctx, ControlRef, place); err != nil {
			t.Fatal(err)
		}
		control := pool.Volume(ControlRef)
		f := New(control, e, clock.System)
		if err := f.Load(ctx); err != nil {
			t.Fatal(err)
		}
		org, err := f.CreateOrg(ctx, "Acme")
		if err != nil {
			t.Fatal(err)
		}
		var sites []ids.Site
		err = f.write(ctx, func(tx *volume.Tx) error {
			for i := range 883 {
				id := ids.New[ids.Site](tx.Now())
				sites = append(sites, id)
				if _, err := tx.Exec(ctx, qAddSite, id, org.ID, fmt.Sprintf("site-%03d", i), "Site", string(Active), clock.Micros(tx.Now())); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, to := range []State{Suspended, Active} {
			before := commits
			if err := f.SetStates(ctx, sites, to, "test"); err != nil {
				t.Fatal(err)
			}
			if commits != before+1 {
				t.Fatalf("%d commits to make 883 sites %s, not one", commits-before, to)
			}
			for _, s := range f.All() {
				if s.State != to {
					t.Fatalf("%s is %s", s.Slug, s.State)
				}
			}
		}

		// All of them or none: one that cannot be moved stops the others.
		before := commits
		if err := f.SetStates(ctx, sites[:1], Suspended, "test"); err != nil {
			t.Fatal(err)
		}
		if err := f.SetStates(ctx, sites, Tombstoned, "test"); !fault.Is(err, fault.KindConflict) {
			t.Fatalf("an active site was tombstoned: %v", err)
		}
		if err := f.SetStates(ctx, sites[:1], Tombstoned, " "); !fault.Is(err, fault.KindInvalid) {
			t.Fatalf("a tombstone without a reason: %v", err)
		}
		if commits != before+1 {
			t.Fatal("a refused move was a commit")
		}
	})
}
