package journal_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
)

// TestStripAndEquip: a stripped database gets the very triggers back that Install made, and they work.
func TestStripAndEquip(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "a.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, _, _ := buildScanned(t, path, []string{"one", "two"}, []int64{1})
	var s journal.FileScan
	step := func(fn func(tx *storage.Tx) error) {
		t.Helper()
		if err := db.Write(ctx, fn); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		var err error
		if db, err = sqlite.OpenFile(path); err != nil {
			t.Fatal(err)
		}
	}
	triggers := func() (out []string) {
		t.Helper()
		err := db.Read(ctx, func(tx *storage.Tx) (err error) {
			out, err = storage.AllText(ctx, tx, `SELECT name || ' ' || tbl_name || ' ' || rootpage || ' ' || sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name`, func(r *storage.Rows) (s string, err error) {
				err = r.Scan(&s)
				return s, err
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	stripped := func() (is bool) {
		t.Helper()
		if err := db.Read(ctx, func(tx *storage.Tx) (err error) { is, err = journal.Stripped(ctx, tx); return err }); err != nil {
			t.Fatal(err)
		}
		return is
	}
	step(func(tx *storage.Tx) error { return journal.Install(ctx, tx, scanned) })
	installed := triggers()
	if len(installed) != 15 || stripped() {
		t.Fatalf("%d triggers were installed", len(installed))
	}
	step(func(tx *storage.Tx) error { return journal.Strip(ctx, tx) })
	if left := triggers(); len(left) != 0 || !stripped() {
		t.Fatalf("%q are left", left)
	}
	step(func(tx *storage.Tx) error { return s.Equip(ctx, tx, scanned) })
	if back := triggers(); !slices.Equal(back, installed) || stripped() {
		t.Fatalf("%q came back, %q were there", back, installed)
	}
	step(func(tx *storage.Tx) error {
		_, err := tx.ExecText(ctx, `UPDATE numbered SET n = 5 WHERE id = 1`)
		return err
	})
	defer db.Close()
	err := db.Read(context.Background(), func(tx *storage.Tx) error {
		changes, err := journal.Changes(ctx, tx, 1, 100)
		if err != nil || len(changes) != 1 || changes[0].Table != "numbered" || *changes[0].After != `["one",1,5]` {
			t.Errorf("%+v, %v", changes, err)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
