package storage_test

import (
	"context"
	"fmt"
	"testing"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
)

var qGatherTest = storage.Register("test/gathered.insert", `INSERT INTO gathered (id, name, note) VALUES ($1, lower($2), $3) ON CONFLICT DO NOTHING`)

// TestGather: rows given to Insert are all there after the Gather, in any number, and none of them when fn fails.
func TestGather(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		ctx := context.Background()
		if err := e.Create(ctx, "gather"); err != nil {
			t.Fatal(err)
		}
		db, err := e.Open(ctx, "gather")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		err = db.Write(ctx, func(tx *storage.Tx) error {
			_, err := tx.ExecText(ctx, `CREATE TABLE gathered (id BIGINT PRIMARY KEY, name TEXT NOT NULL, note TEXT)`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		want := int64(0)
		for _, n := range []int{0, 1, 3, 64, 65, 300} {
			err := db.Write(ctx, func(tx *storage.Tx) error {
				return tx.Gather(ctx, func() error {
					for i := range n {
						if err := tx.Insert(ctx, qGatherTest, want+int64(i), fmt.Sprintf("NAME $%d (", i), nil); err != nil {
							return err
						}
					}
					return nil
				})
			})
			if err != nil {
				t.Fatal(err)
			}
			want += int64(n)
		}
		err = db.Write(ctx, func(tx *storage.Tx) error {
			return tx.Gather(ctx, func() error {
				if err := tx.Insert(ctx, qGatherTest, int64(9999), "x", nil); err != nil {
					return err
				}
				return fmt.Errorf("no")
			})
		})
		if err == nil {
			t.Error("the error of fn is lost")
		}
		err = db.Read(ctx, func(tx *storage.Tx) error {
			var n, sum int64
			if err := tx.GetText(ctx, `SELECT count(*), sum(id) FROM gathered WHERE name LIKE 'name $%' AND note IS NULL`, nil, &n, &sum); err != nil {
				return err
			}
			if n != want || sum != want*(want-1)/2 {
				t.Errorf("%d rows with sum %d, wanted %d", n, sum, want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
