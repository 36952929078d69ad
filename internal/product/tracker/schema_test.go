package tracker_test

import (
	"context"
	"testing"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

// TestEveryTableIsListed compares the tables of a real volume with the list that decides what is journaled.
func TestEveryTableIsListed(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		ctx := context.Background()
		kind := volume.Kind{Name: "work", Migrations: tracker.Migrations(), Tables: tracker.Tables()}
		place := volume.Place{Engine: e, Generation: 1}
		p := volume.NewPool(volume.Config{Kinds: []volume.Kind{kind}, Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }})
		t.Cleanup(p.Close)
		ref := volume.Ref{Kind: "work", Owner: "site_test"}
		if err := p.Create(ctx, ref, place); err != nil {
			t.Fatal(err)
		}
		listed := map[string]bool{}
		for _, tb := range kind.AllTables() {
			listed[tb.Name] = true
		}
		err := p.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
			names, err := storage.TableNames(ctx, tx.Tx)
			for _, name := range names {
				if !listed[name] {
					t.Errorf("table %s is in the database and in no list", name)
				}
			}
			if err != nil {
				return err
			}
			_, _, err = journal.Scan(ctx, tx.Tx, kind.Tables)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
