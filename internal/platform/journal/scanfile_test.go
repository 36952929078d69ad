package journal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
	"holdfast.dev/internal/platform/storage/sqlitefile"
)

var scanned = []storage.Table{{Name: "plain"}, {Name: "numbered"}, {Name: "clustered"}, {Name: "grown"}, {Name: "empty"}, {Name: "other", Exempt: "not journaled"}}

var scannedSchema = []string{
	`CREATE TABLE plain (id TEXT NOT NULL PRIMARY KEY, n INTEGER, body TEXT) STRICT`,
	`CREATE INDEX plain_n ON plain (n)`,
	`CREATE TABLE numbered (note TEXT, id INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT`,
	`CREATE TABLE clustered (note TEXT, a TEXT NOT NULL, n INTEGER, b INTEGER NOT NULL, PRIMARY KEY (b, a)) STRICT, WITHOUT ROWID`,
	`CREATE TABLE grown (id INTEGER PRIMARY KEY) STRICT`,
	`CREATE TABLE empty (id INTEGER PRIMARY KEY) STRICT`,
	`CREATE TABLE other (x BLOB)`,
}

// buildScanned makes a file with rows of every shape and gives what SQL says about it.
func buildScanned(t interface {
	Fatal(...any)
	Helper()
}, path string, texts []string, numbers []int64) (*sqlite.DB, journal.Digest, int64) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := context.Background()
	must(os.WriteFile(path, nil, 0o600))
	db, err := sqlite.OpenBuild(path)
	must(err)
	must(db.Write(ctx, func(tx *storage.Tx) error {
		put := func(text string, args ...any) {
			_, err := tx.ExecText(ctx, text, args...)
			must(err)
		}
		for _, s := range scannedSchema {
			put(s)
		}
		put(`INSERT INTO grown (id) VALUES (1), (2)`)
		put(`ALTER TABLE grown ADD COLUMN word TEXT NOT NULL DEFAULT 'it''s "new"'`)
		put(`ALTER TABLE grown ADD COLUMN n INTEGER NOT NULL DEFAULT -7`)
		put(`ALTER TABLE grown ADD COLUMN hollow TEXT`)
		put(`INSERT INTO grown (id, word, n) VALUES (3, 'there', 0)`)
		put(`INSERT INTO other (x) VALUES (x'00ff')`)
		for i, s := range texts {
			n := numbers[i%len(numbers)]
			var maybe any = n
			if i%5 == 0 {
				maybe = nil
			}
			put(`INSERT INTO plain VALUES ($1, $2, $3)`, fmt.Sprint("k", i, s), maybe, s)
			put(`INSERT INTO numbered (note, n) VALUES ($1, $2)`, s, n)
			put(`INSERT OR IGNORE INTO clustered VALUES ($1, $2, $3, $4)`, s, s+s, maybe, n)
		}
		put(`DELETE FROM numbered WHERE id % 3 = 0`)
		return nil
	}))
	var d journal.Digest
	var rows int64
	must(db.Read(ctx, func(tx *storage.Tx) error {
		d, rows, err = journal.Scan(ctx, tx, scanned)
		return err
	}))
	return db, d, rows
}

func describing(db *sqlite.DB) func(func(*storage.Tx) error) error {
	return func(fn func(*storage.Tx) error) error { return db.Read(context.Background(), fn) }
}

// TestFileScanAgreesWithSQL: what is read from the file is what the database gives, for rows of every shape.
func TestFileScanAgreesWithSQL(t *testing.T) {
	var s journal.FileScan
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "scan")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		text := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("a\"\\'\x01\x1f\n\t\b\f\r\x7fü€𝄞/")), 0, 40, -1),
			rapid.Custom(func(t *rapid.T) string { return strings.Repeat("long ", rapid.IntRange(700, 4000).Draw(t, "words")) }))
		texts := rapid.SliceOfN(text, 0, 60).Draw(t, "texts")
		numbers := rapid.SliceOfN(rapid.Int64(), 1, 20).Draw(t, "numbers")
		for i := range texts {
			texts[i] = strings.ToValidUTF8(strings.ReplaceAll(texts[i], "\x00", ""), "?")
		}
		db, want, rows := buildScanned(t, filepath.Join(dir, "a.db"), texts, numbers)
		defer db.Close()
		got, n, err := s.Scan(context.Background(), db.Path(), scanned, describing(db))
		if err != nil || got != want || n != rows {
			t.Fatalf("from the file %s of %d rows (%v), by SQL %s of %d", got, n, err, want, rows)
		}
	})
}

// TestFileScanManyRows has trees of several levels.
func TestFileScanManyRows(t *testing.T) {
	texts := make([]string, 20_000)
	for i := range texts {
		texts[i] = fmt.Sprint("row ", i*7919%20_000)
	}
	db, want, rows := buildScanned(t, filepath.Join(t.TempDir(), "a.db"), texts, []int64{1, -1, 127, -128, 40_000, 1 << 40, -1 << 62, 0})
	defer db.Close()
	var s journal.FileScan
	got, n, err := s.Scan(t.Context(), db.Path(), scanned, describing(db))
	if err != nil || got != want || n != rows || rows < 40_000 {
		t.Fatalf("from the file %s of %d rows (%v), by SQL %s of %d", got, n, err, want, rows)
	}
}

// FuzzFileScan: a damaged file gives an error or another digest, never a panic or a loop, and the same digest only where no row is touched.
func FuzzFileScan(f *testing.F) {
	path := filepath.Join(f.TempDir(), "a.db")
	texts := make([]string, 400)
	for i := range texts {
		texts[i] = strings.Repeat("x", i*i%9000)
	}
	db, _, _ := buildScanned(f, path, texts, []int64{1, 300, -5})
	var s journal.FileScan
	if _, _, err := s.Scan(context.Background(), path, scanned, describing(db)); err != nil {
		f.Fatal(err)
	}
	if err := db.Close(); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint32(0), []byte{0})
	f.Add(uint32(100), []byte{5, 0, 0})
	f.Add(uint32(4096*3), []byte{0xff, 0xff, 0xff, 0xff, 0xff})
	f.Add(uint32(4096*5+8), []byte{0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, at uint32, put []byte) {
		b := append([]byte{}, whole...)
		copy(b[int(at)%len(b):], put)
		name := filepath.Join(t.TempDir(), "b.db")
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := s.Scan(context.Background(), name, scanned, func(func(*storage.Tx) error) error { return errors.New("another schema") })
		if err != nil && errors.Is(err, sqlitefile.ErrCorrupt) && string(b) == string(whole) {
			t.Fatal("a whole file is called damaged")
		}
	})
}
