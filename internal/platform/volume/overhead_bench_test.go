package volume_test

import (
	"context"
	"testing"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
)

// BenchmarkJournalOverhead compares a single durable insert without a journal, as plain SQLite does it, with the same insert as a commit.
func BenchmarkJournalOverhead(b *testing.B) {
	ctx := context.Background()
	b.Run("plain", func(b *testing.B) {
		e := storagetest.SQLite(b)
		if err := e.Create(ctx, ref.Name(1)); err != nil {
			b.Fatal(err)
		}
		db, err := e.Open(ctx, ref.Name(1))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { db.Close() })
		if err := db.Write(ctx, func(tx *storage.Tx) error { _, err := storage.Migrate(ctx, tx, kind.Migrations); return err }); err != nil {
			b.Fatal(err)
		}
		id := 0
		for b.Loop() {
			id++
			err := db.Write(ctx, func(tx *storage.Tx) error {
				_, err := tx.ExecText(ctx, `INSERT INTO thing (id, name, size) VALUES ($1, $2, $3)`, id, "thing", 5)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("journaled", func(b *testing.B) {
		_, v := open(b, storagetest.SQLite(b), clock.System)
		id := 0
		for b.Loop() {
			id++
			if err := v.Write(ctx, insert(id, "thing")); err != nil {
				b.Fatal(err)
			}
		}
	})
}
