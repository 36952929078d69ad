package app

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
)

// R14: every step of every product, over a row in each table that was there before it: the state before comes back as it was, and the one after too.
func TestR14EveryStepOfEveryProductOverRows(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		ctx := context.Background()
		for _, kind := range Kinds() {
			for product, newest := range storage.Newest(kind.Migrations) {
				if newest < 2 {
					continue
				}
				// One upgrade over all steps of the product, and one over the last alone.
				for _, from := range slices.Compact([]int{1, newest - 1}) {
					schema := storage.Newest(kind.Migrations)
					schema[product] = from
					t.Run(kind.Name+" from "+versionsText(schema), func(t *testing.T) {
						was, err := kind.At(ctx, schema)
						if err != nil {
							t.Fatal(err)
						}
						overRows(t, e, was, kind)
					})
				}
			}
		}
	})
}

func overRows(t *testing.T, e storage.Engine, was, kind volume.Kind) {
	ctx := context.Background()
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	store, err := vault.OpenFolder(filepath.Join(dir, "vault"))
	try(err)
	signer, err := vault.LoadSigner(ctx, filepath.Join(dir, "key"), store)
	try(err)
	ref, place := volume.Ref{Kind: kind.Name, Owner: "site_steps"}, volume.Place{Engine: e, Generation: 1}
	try(e.Remove(ctx, ref.Name(1)))
	open := func(k volume.Kind) *volume.Pool {
		p := volume.NewPool(volume.Config{Kinds: []volume.Kind{k}, Clock: clock.System,
			Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }})
		t.Cleanup(p.Close)
		return p
	}
	state := func(p *volume.Pool, k volume.Kind) (digest string, rows, seq int64) {
		try(p.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
			d, n, err := journal.Scan(ctx, tx.Tx, k.Tables)
			if err != nil {
				return err
			}
			h, err := journal.ReadHead(ctx, tx.Tx)
			digest, rows, seq = d.String(), n, h.Seq
			return err
		}))
		return digest, rows, seq
	}
	pool := open(was)
	try(pool.Create(ctx, ref, place))
	try(pool.Volume(ref).Write(ctx, func(tx *volume.Tx) error {
		return storage.WithoutForeignKeys(ctx, tx.Tx, func() error { return aRowInEachTable(ctx, t, tx.Tx, was) })
	}))
	before, rows, seq := state(pool, was)
	if rows == 0 {
		t.Fatal("no table took a row")
	}
	pool.Close()

	pool = open(kind)
	after, _, migrated := state(pool, kind)
	if migrated != seq+1 {
		t.Fatalf("commit %d after %d", migrated, seq)
	}
	v := vault.New(store)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	shipper := vault.NewShipper(vault.ShipperConfig{Vault: v, Pool: pool, Signer: signer, Node: "test", Tmp: t.TempDir(), Clock: clock.System, Log: log})
	try(shipper.Snapshot(ctx, ref)) // proves the rows against the journal
	back := recovery.New(recovery.Config{Vault: v, Shipper: shipper, Pool: pool, Clock: clock.System, Tmp: t.TempDir(), Log: log})
	for at, want := range map[int64]string{seq: before, migrated: after} {
		p, err := back.Past(ctx, ref, at)
		if err != nil {
			t.Fatalf("commit %d: %v", at, err)
		}
		if p.Digest != want {
			t.Errorf("commit %d came back with digest %s, it had %s", at, p.Digest, want)
		}
		if at == seq { // it was migrated again, by other hands: with the same result
			try(p.Volume.Read(ctx, func(tx *volume.Tx) error {
				d, _, err := journal.Scan(ctx, tx.Tx, kind.Tables)
				if err == nil && d.String() != after {
					t.Errorf("migrated again it has digest %s, the volume %s", d, after)
				}
				return err
			}))
		}
		try(p.Close())
	}
	try(e.Remove(ctx, ref.Name(1)))
}

// aRowInEachTable puts a row of ones into every journaled table: so each points to one that is there. Tables with rules of their own may refuse it.
func aRowInEachTable(ctx context.Context, t *testing.T, tx *storage.Tx, kind volume.Kind) error {
	for _, table := range kind.Tables {
		if table.Exempt != "" {
			continue
		}
		cols, err := storage.Describe(ctx, tx, table.Name)
		if err != nil {
			return err
		}
		row := make([]any, len(cols.Names))
		for i, typ := range cols.Types {
			if row[i] = any(int64(1)); typ == "TEXT" {
				row[i] = "1"
			}
		}
		err = tx.Savepoint(ctx, func() error {
			_, err := tx.ExecText(ctx, storage.Insertion(table.Name, cols.Names, 1), row...)
			return err
		})
		if err != nil {
			t.Logf("no row in %s: %v", table.Name, err)
		}
	}
	return nil
}
