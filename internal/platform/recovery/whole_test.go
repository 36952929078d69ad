package recovery_test

import (
	"errors"
	"testing"

	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
)

// What was found whole is asked no more than it takes to see that its schema is the same; once its tables are dropped, by whoever it was, it is hollow at once.
func TestWholeSeesThatTablesAreGone(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		ctx := t.Context()
		if err := e.Create(ctx, "sites/one/work.g1"); err != nil {
			t.Fatal(err)
		}
		run := func(statement string) {
			t.Helper()
			db, err := e.Open(ctx, "sites/one/work.g1")
			if err != nil {
				t.Fatal(err)
			}
			err = db.Write(ctx, func(tx *storage.Tx) error {
				_, err := tx.ExecText(ctx, statement)
				return err
			})
			if err := errors.Join(err, db.Close()); err != nil {
				t.Fatal(err)
			}
		}
		var w recovery.Whole
		hollow := func(want bool) {
			t.Helper()
			for range 2 { // the second time from memory
				got, err := w.Hollow(ctx, e, "sites/one/work.g1")
				if err != nil || got != want {
					t.Fatalf("hollow: %t, %v", got, err)
				}
			}
		}
		hollow(true)
		run(`CREATE TABLE journal_head (id BIGINT PRIMARY KEY)`)
		hollow(false)
		run(`CREATE TABLE thing (id BIGINT PRIMARY KEY)`)
		hollow(false)
		run(`INSERT INTO thing (id) VALUES (1)`)
		hollow(false)
		run(`DROP TABLE journal_head`)
		hollow(true)
		if err := e.Remove(ctx, "sites/one/work.g1"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Hollow(ctx, e, "sites/one/work.g1"); !errors.Is(err, storage.ErrMissing) {
			t.Errorf("a database that is gone: %v", err)
		}
	})
}
