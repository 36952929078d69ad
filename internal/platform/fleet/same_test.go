package fleet

import (
	"context"
	"fmt"
	"testing"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
)

// populated makes a control database with sites of three volumes each, and two handles on it: the fleet's and a watcher's.
func populated(t testing.TB, e storage.Engine, sites int) (own, watcher *Fleet, all []ids.Site) {
	t.Helper()
	ctx := context.Background()
	place := volume.Place{Engine: e, Generation: 1}
	pool := func() *volume.Pool {
		p := volume.NewPool(volume.Config{Kinds: []volume.Kind{Kind()}, Clock: clock.System, Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }})
		t.Cleanup(p.Close)
		return p
	}
	mine := pool()
	if err := mine.Create(ctx, ControlRef, place); err != nil {
		t.Fatal(err)
	}
	own, watcher = New(mine.Volume(ControlRef), e, clock.System), New(pool().Volume(ControlRef), e, clock.System)
	if err := own.Load(ctx); err != nil {
		t.Fatal(err)
	}
	org, err := own.CreateOrg(ctx, "Acme")
	if err != nil {
		t.Fatal(err)
	}
	err = own.write(ctx, func(tx *volume.Tx) error {
		for i := range sites {
			id := ids.New[ids.Site](tx.Now())
			all = append(all, id)
			if _, err := tx.Exec(ctx, qAddSite, id, org.ID, fmt.Sprintf("site-%05d", i), "Site", string(Active), clock.Micros(tx.Now())); err != nil {
				return err
			}
			err := place3(ctx, tx, id)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return own, watcher, all
}

func place3(ctx context.Context, tx *volume.Tx, id ids.Site) error {
	generations := map[volume.Ref]int64{}
	for _, kind := range []string{"work", "oncall", "status"} {
		generations[volume.Ref{Kind: kind, Owner: id.String()}] = 1
	}
	return place(ctx, tx, generations)
}

// TestR11WhateverChangesASiteIsSeen changes rows by the fleet's own calls and by statements that make no commit.
func TestR11WhateverChangesASiteIsSeen(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		ctx := t.Context()
		own, watcher, sites := populated(t, e, 20)
		look := func(what string, want bool) {
			t.Helper()
			if got, err := watcher.LoadIfDifferent(ctx); err != nil || got != want {
				t.Errorf("%s: read anew %t, %v", what, got, err)
			}
		}
		look("the first look", true)
		look("nothing happened", false)
		if err := own.SetState(ctx, sites[3], Suspended, "test"); err != nil {
			t.Fatal(err)
		}
		look("a site is suspended", true)
		look("nothing happened since", false)
		for what, statement := range map[string]string{
			"a state is set":         `UPDATE site SET state = 'tombstoned' WHERE id = $1`,
			"a site is renamed":      `UPDATE site SET slug = 'x' WHERE id = $1`,
			"a placement is changed": `UPDATE placement SET generation = 9 WHERE owner = $1 AND kind = 'work'`,
			"a placement is gone":    `DELETE FROM placement WHERE owner = $1 AND kind = 'work'`,
		} {
			err := own.control.Direct(ctx, func(tx *storage.Tx) error {
				n, err := tx.ExecText(ctx, statement, sites[5].String())
				if err == nil && n == 0 && what != "a placement is changed" {
					t.Errorf("%s: nothing was changed", what)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if what != "a placement is changed" {
				look(what, true)
			} else if _, err := watcher.LoadIfDifferent(ctx); err != nil { // its placement may be gone already
				t.Fatal(err)
			}
			look("nothing happened since", false)
		}
		err := own.control.Direct(ctx, func(tx *storage.Tx) error {
			_, err := tx.ExecText(ctx, `DELETE FROM site WHERE id = $1`, sites[7].String())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		look("a site is gone", true)
		if len(watcher.All()) != 19 {
			t.Errorf("the watcher knows of %d sites", len(watcher.All()))
		}
	})
}

// BenchmarkLook is what a watcher reads of 10,000 sites: everything anew, and whether it is as it was.
func BenchmarkLook(b *testing.B) {
	for name, engine := range map[string]func() storage.Engine{"sqlite": func() storage.Engine { return storagetest.SQLite(b) }, "postgres": func() storage.Engine { return storagetest.Postgres(b) }} {
		b.Run(name, func(b *testing.B) {
			_, watcher, _ := populated(b, engine(), 10_000)
			b.Run("anew", func(b *testing.B) {
				for b.Loop() {
					if err := watcher.Load(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("compared", func(b *testing.B) {
				if _, err := watcher.LoadIfDifferent(b.Context()); err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					if _, err := watcher.LoadIfDifferent(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
