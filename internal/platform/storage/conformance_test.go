package storage_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

var ctx = context.Background()

const schema = `
CREATE TABLE parent (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);
CREATE TABLE child (
  id BIGINT PRIMARY KEY,
  parent_id BIGINT NOT NULL REFERENCES parent (id),
  note TEXT
);
`

// open gives a migrated database under a name.
func open(t *testing.T, e storage.Engine, name string) storage.DB {
	t.Helper()
	if err := e.Create(ctx, name); err != nil {
		t.Fatal(err)
	}
	db, err := e.Open(ctx, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	err = db.Write(ctx, func(tx *storage.Tx) error {
		_, err := storage.Migrate(ctx, tx, []storage.Migration{storage.Inline("test", schema, nil)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func exec(text string, args ...any) func(*storage.Tx) error {
	return func(tx *storage.Tx) error {
		_, err := tx.ExecText(ctx, text, args...)
		return err
	}
}

func count(t *testing.T, db storage.DB, table string) (n int) {
	t.Helper()
	err := db.Read(ctx, func(tx *storage.Tx) error { return tx.GetText(ctx, "SELECT count(*) FROM "+table, nil, &n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestConformance is what both engines promise to everything above them.
func TestConformance(t *testing.T) {
	for name, test := range map[string]func(*testing.T, storage.Engine){
		"databases come and go by name":             lifeOfADatabase,
		"an error undoes a write":                   errorsUndo,
		"a savepoint undoes its part alone":         savepoints,
		"errors are the same on both":               commonErrors,
		"a read sees one instant":                   oneInstant,
		"writers run one at a time":                 oneWriter,
		"text is kept and compared byte by byte":    textIsBytes,
		"migrations run once and are remembered":    migrations,
		"columns and keys are those of the schema":  describe,
		"databases do not see each other":           apart,
		"a write inside a read is refused":          readsDoNotWrite,
		"foreign keys can wait, and are held again": foreignKeysWait,
		"many rows are loaded at once":              manyRows,
		"many statements run in order":              manyStatements,
		"indexes can wait, and are there again":     indexesWait,
	} {
		t.Run(name, func(t *testing.T) { storagetest.Engines(t, test) })
	}
}

func lifeOfADatabase(t *testing.T, e storage.Engine) {
	if _, err := e.Open(ctx, "sites/none/work.g1"); !errors.Is(err, storage.ErrMissing) {
		t.Errorf("opening what is not there: %v", err)
	}
	db := open(t, e, "sites/one/work.g1")
	if err := e.Create(ctx, "sites/one/work.g1"); !errors.Is(err, storage.ErrExists) {
		t.Errorf("creating it again: %v", err)
	}
	if ok, err := e.Exists(ctx, "sites/one/work.g1"); !ok || err != nil {
		t.Errorf("exists: %v %v", ok, err)
	}
	if names, err := e.List(ctx); err != nil || !slices.Contains(names, "sites/one/work.g1") {
		t.Errorf("list: %v %v", names, err)
	}
	if n, err := e.Size(ctx, "sites/one/work.g1"); err != nil || n < 1000 {
		t.Errorf("size: %d %v", n, err)
	}
	db.Close()
	if err := e.Remove(ctx, "sites/one/work.g1"); err != nil {
		t.Fatal(err)
	}
	if ok, err := e.Exists(ctx, "sites/one/work.g1"); ok || err != nil {
		t.Errorf("exists after removal: %v %v", ok, err)
	}
	for _, bad := range []string{"../evil", "/etc/passwd", "Sites/X", "a//b", "", "a b", `a";DROP SCHEMA x`} {
		if err := e.Create(ctx, bad); err == nil {
			t.Errorf("the name %q was taken", bad)
		}
	}
}

func errorsUndo(t *testing.T, e storage.Engine) {
	db := open(t, e, "sites/one/work.g1")
	wanted := errors.New("no")
	err := db.Write(ctx, func(tx *storage.Tx) error {
		if err := exec(`INSERT INTO parent (id, name) VALUES (1, 'a')`)(tx); err != nil {
			return err
		}
		return wanted
	})
	if !errors.Is(err, wanted) || count(t, db, "parent") != 0 {
		t.Errorf("%v, %d rows", err, count(t, db, "parent"))
	}
}

func savepoints(t *testing.T, e storage.Engine) {
	db := open(t, e, "sites/one/work.g1")
	err := db.Write(ctx, func(tx *storage.Tx) error {
		if err := exec(`INSERT INTO parent (id, name) VALUES (1, 'a')`)(tx); err != nil {
			return err
		}
		err := tx.Savepoint(ctx, func() error {
			if err := exec(`INSERT INTO parent (id, name) VALUES (2, 'b')`)(tx); err != nil {
				return err
			}
			return exec(`INSERT INTO parent (id, name) VALUES (3, 'a')`)(tx)
		})
		if !errors.Is(err, storage.ErrUnique) {
			t.Errorf("inside: %v", err)
		}
		return exec(`INSERT INTO parent (id, name) VALUES (4, 'd')`)(tx)
	})
	if err != nil || count(t, db, "parent") != 2 {
		t.Errorf("%v, %d rows", err, count(t, db, "parent"))
	}
}

func commonErrors(t *testing.T, e storage.Engine) {
	db := open(t, e, "sites/one/work.g1")
	if err := db.Write(ctx, exec(`INSERT INTO parent (id, name) VALUES (1, 'a')`)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		args []any
		want error
	}{
		{`INSERT INTO parent (id, name) VALUES (1, 'b')`, nil, storage.ErrUnique},
		{`INSERT INTO parent (id, name) VALUES (2, NULL)`, nil, storage.ErrNotNull},
		{`INSERT INTO child (id, parent_id) VALUES (1, 99)`, nil, storage.ErrForeignKey},
		{`INSERT INTO parent (id, name) VALUES (3, $1)`, []any{"a\x00b"}, storage.ErrText},
		{`INSERT INTO parent (id, name) VALUES (3, $1)`, []any{"\xff\xfe"}, storage.ErrText},
	} {
		if err := db.Write(ctx, exec(c.text, c.args...)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.text, err, c.want)
		}
	}
	err := db.Read(ctx, func(tx *storage.Tx) error {
		var n int
		return tx.GetText(ctx, `SELECT id FROM parent WHERE id = 77`, nil, &n)
	})
	if !errors.Is(err, storage.ErrNoRows) {
		t.Errorf("no rows: %v", err)
	}
}

func oneInstant(t *testing.T, e storage.Engine) {
	db := open(t, e, "sites/one/work.g1")
	err := db.Read(ctx, func(tx *storage.Tx) error {
		var before, after int
		if err := tx.GetText(ctx, `SELECT count(*) FROM parent`, nil, &before); err != nil {
			return err
		}
		if err := db.Write(ctx, exec(`INSERT INTO parent (id, name) VALUES (1, 'a')`)); err != nil {
			return err
		}
		if err := tx.GetText(ctx, `SELECT count(*) FROM parent`, nil, &after); err != nil {
			return err
		}
		if before != after {
			t.Errorf("a read saw %d rows, then %d", before, after)
		}
		return nil
	})
	if err != nil || count(t, db, "parent") != 1 {
		t.Errorf("%v", err)
	}
}

func oneWriter(t *testing.T, e storage.Engine) {
	db := open(t, e, "sites/one/work.g1")
	if err := db.Write(ctx, exec(`INSERT INTO parent (id, name) VALUES (1, '0')`)); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				err := db.Write(ctx, func(tx *storage.Tx) error {
					var n int
					if err := tx.GetText(ctx, `SELECT CAST(name AS BIGINT) FROM parent WHERE id = 1`, nil, &n); err != nil {
						return err
					}
					return exec(`UPDATE parent SET name = $1 WHERE id = 1`, fmt.Sprint(n+1))(tx)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	var n string
	if err := db.Read(ctx, func(tx *storage.Tx) error { return tx.GetText(ctx, `SELECT name FROM parent`, nil, &n) }); err != nil || n != "80" {
		t.Errorf("after 80 increments: %s %v", n, err)
	}
}

func textIsBytes(t *testing.T, e storage.Engine) {
	db := open(t, e, "sites/one/work.g1")
	names := []string{"Ä", "a", "Z", "z", "é", "日本", "🙂", "A b", "a'b\"c\\"}
	for i, name := range names {
		if err := db.Write(ctx, exec(`INSERT INTO parent (id, name) VALUES ($1, $2)`, i, name)); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	err := db.Read(ctx, func(tx *storage.Tx) (err error) {
		got, err = storage.AllText(ctx, tx, `SELECT name FROM parent ORDER BY name`, func(r *storage.Rows) (s string, err error) { return s, r.Scan(&s) })
		return err
	})
	slices.Sort(names)
	if err != nil || !slices.Equal(got, names) {
		t.Errorf("%q %v, want %q", got, err, names)
	}
}

func migrations(t *testing.T, e storage.Engine) {
	db := open(t, e, "sites/one/work.g1")
	err := db.Write(ctx, func(tx *storage.Tx) error {
		changed, err := storage.Migrate(ctx, tx, []storage.Migration{storage.Inline("test", schema, nil)})
		if changed {
			t.Error("a migration ran twice")
		}
		versions, verr := storage.SchemaVersions(ctx, tx)
		if versions["test"] != 1 {
			t.Errorf("versions: %v", versions)
		}
		return errors.Join(err, verr)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(ctx, func(tx *storage.Tx) error {
		_, err := storage.Migrate(ctx, tx, []storage.Migration{storage.Inline("good", "CREATE TABLE good (id BIGINT PRIMARY KEY);\n", nil),
			storage.Inline("bad", "CREATE TABLE bad (id BIGINT PRIMARY KEY);\nINSERT INTO nowhere (id) VALUES (1);\nCREATE TABLE worse (id BIGINT PRIMARY KEY);\n", nil)})
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "migration bad 0001_inline") || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("a migration that fails: %v", err)
	}
}

func describe(t *testing.T, e storage.Engine) {
	db := open(t, e, "sites/one/work.g1")
	err := db.Read(ctx, func(tx *storage.Tx) error {
		c, err := storage.Describe(ctx, tx, "child")
		if err != nil {
			return err
		}
		if !slices.Equal(c.Names, []string{"id", "parent_id", "note"}) || !slices.Equal(c.Types, []string{"BIGINT", "BIGINT", "TEXT"}) || !slices.Equal(c.Key, []string{"id"}) {
			t.Errorf("%+v", c)
		}
		if _, err := storage.Describe(ctx, tx, "nothing"); !errors.Is(err, storage.ErrMissing) {
			t.Errorf("a table that is not there: %v", err)
		}
		all, err := storage.DescribeTables(ctx, tx, []string{"parent", "child"})
		if err != nil || len(all) != 2 || all[0].Table != "parent" || !slices.Equal(all[1].Names, c.Names) || !slices.Equal(all[1].Types, c.Types) || !slices.Equal(all[1].Key, c.Key) {
			t.Errorf("%+v %v", all, err)
		}
		if _, err := storage.DescribeTables(ctx, tx, []string{"parent", "nothing"}); !errors.Is(err, storage.ErrMissing) {
			t.Errorf("tables of which one is not there: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func apart(t *testing.T, e storage.Engine) {
	one, two := open(t, e, "sites/one/work.g1"), open(t, e, "sites/two/work.g1")
	if err := one.Write(ctx, exec(`INSERT INTO parent (id, name) VALUES (1, 'mine')`)); err != nil {
		t.Fatal(err)
	}
	if n := count(t, two, "parent"); n != 0 {
		t.Errorf("the neighbour sees %d rows", n)
	}
}

func readsDoNotWrite(t *testing.T, e storage.Engine) {
	db := open(t, e, "sites/one/work.g1")
	if err := db.Read(ctx, exec(`INSERT INTO parent (id, name) VALUES (1, 'a')`)); err == nil || count(t, db, "parent") != 0 {
		t.Errorf("a read wrote: %v", err)
	}
}

func foreignKeysWait(t *testing.T, e storage.Engine) {
	db := open(t, e, "sites/one/work.g1")
	err := db.Write(ctx, func(tx *storage.Tx) error {
		return storage.WithoutForeignKeys(ctx, tx, func() error {
			if err := exec(`INSERT INTO child (id, parent_id) VALUES (1, 5)`)(tx); err != nil {
				return err
			}
			return exec(`INSERT INTO parent (id, name) VALUES (5, 'late')`)(tx)
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(ctx, exec(`INSERT INTO child (id, parent_id) VALUES (2, 6)`)); !errors.Is(err, storage.ErrForeignKey) {
		t.Errorf("afterwards: %v", err)
	}
}

func manyRows(t *testing.T, e storage.Engine) {
	db := open(t, e, "sites/one/work.g1")
	columns := []string{"id", "parent_id", "note"}
	const many = 1234
	load := func(rows storage.RowSource) (n int64, err error) {
		err = db.Write(ctx, func(tx *storage.Tx) error {
			return tx.Savepoint(ctx, func() error {
				if _, err := tx.ExecText(ctx, `INSERT INTO parent (id, name) VALUES (1, 'a') ON CONFLICT DO NOTHING`); err != nil {
					return err
				}
				n, err = tx.Load(ctx, "child", columns, rows)
				return err
			})
		})
		return n, err
	}
	row, i := make([]any, 3), int64(0) // the same slice again and again
	n, err := load(func() ([]any, error) {
		if i++; i > many {
			return nil, nil
		}
		row[0], row[1], row[2] = i, int64(1), "tëxt\t\\N\n"+fmt.Sprint(i)
		if i%3 == 0 {
			row[2] = nil
		}
		return row, nil
	})
	if err != nil || n != many || many != count(t, db, "child") {
		t.Fatalf("%d rows loaded, %d there: %v", n, count(t, db, "child"), err)
	}
	var note *string
	var without int
	err = db.Read(ctx, func(tx *storage.Tx) error {
		return errors.Join(tx.GetText(ctx, `SELECT note FROM child WHERE id = 1234`, nil, &note), tx.GetText(ctx, `SELECT count(*) FROM child WHERE note IS NULL`, nil, &without))
	})
	if err != nil || note == nil || *note != "tëxt\t\\N\n1234" || without != many/3 {
		t.Errorf("%v, %d without a note: %v", note, without, err)
	}
	given := func(rows ...[]any) storage.RowSource { return storage.Given(rows) }
	wanted := errors.New("no")
	for name, c := range map[string]struct {
		rows storage.RowSource
		want error
	}{
		"a key that is there": {given([]any{int64(5000), int64(1), "x"}, []any{int64(1), int64(1), "y"}), storage.ErrUnique},
		"nobody's child":      {given([]any{int64(5000), int64(7), "x"}), storage.ErrForeignKey},
		"a missing value":     {given([]any{int64(5000), nil, "x"}), storage.ErrNotNull},
		"text with NUL":       {given([]any{int64(5000), int64(1), "x\x00"}), storage.ErrText},
		"a source that fails": {func() ([]any, error) { return nil, wanted }, wanted},
		"nothing":             {given(), nil},
	} {
		_, err := load(c.rows)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if n := count(t, db, "child"); n != many {
		t.Errorf("%d rows after loads that failed", n)
	}
}

func manyStatements(t *testing.T, e storage.Engine) {
	db := open(t, e, "sites/one/work.g1")
	err := db.Write(ctx, func(tx *storage.Tx) error {
		done, err := tx.Script(ctx, []string{`CREATE TABLE late (id BIGINT PRIMARY KEY) -- a comment ends it`, `INSERT INTO late (id) VALUES (1)`, `INSERT INTO late (id) SELECT id + 1 FROM late`})
		if done != 3 {
			t.Errorf("%d statements done", done)
		}
		return err
	})
	if err != nil || count(t, db, "late") != 2 {
		t.Fatalf("%d rows: %v", count(t, db, "late"), err)
	}
	err = db.Write(ctx, func(tx *storage.Tx) error {
		done, err := tx.Script(ctx, []string{`INSERT INTO late (id) VALUES (8)`, `INSERT INTO late (id) VALUES (1)`, `INSERT INTO late (id) VALUES (9)`})
		if done != 1 {
			t.Errorf("the failure is said to be of statement %d", done)
		}
		return err
	})
	if !errors.Is(err, storage.ErrUnique) || count(t, db, "late") != 2 {
		t.Errorf("%d rows after a script that failed: %v", count(t, db, "late"), err)
	}
}

func indexesWait(t *testing.T, e storage.Engine) {
	db := open(t, e, "sites/one/work.g1")
	err := db.Write(ctx, func(tx *storage.Tx) error {
		if _, err := tx.ExecText(ctx, `CREATE INDEX child_by_note ON child (note, id)`); err != nil {
			return err
		}
		err := storage.WithoutIndexes(ctx, tx, []string{"child", "parent"}, func() error {
			return errors.Join(exec(`INSERT INTO parent (id, name) VALUES (1, 'a')`)(tx), exec(`INSERT INTO child (id, parent_id, note) VALUES (1, 1, 'x')`)(tx))
		})
		if err != nil {
			return err
		}
		return exec(`DROP INDEX child_by_note`)(tx) // it is there again
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(ctx, exec(`INSERT INTO parent (id, name) VALUES (2, 'a')`)); !errors.Is(err, storage.ErrUnique) {
		t.Errorf("names are not kept apart: %v", err)
	}
}

// A database of PostgreSQL is made by what is first written to it: nobody sees it empty, of a write that fails nothing is left, and what is there is not touched.
func TestFresh(t *testing.T) {
	e := storagetest.Postgres(t)
	const name = "sites/one/work.g1"
	there := func() bool {
		t.Helper()
		ok, err := e.Exists(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	db, err := e.Fresh(name)
	if err != nil || there() {
		t.Fatalf("%v, there: %v", err, there())
	}
	wanted := errors.New("no")
	err = db.Write(ctx, func(tx *storage.Tx) error {
		if there() {
			t.Error("others see it before it is whole")
		}
		return wanted
	})
	if !errors.Is(err, wanted) || there() {
		t.Errorf("%v, there: %v", err, there())
	}
	if err := db.Write(ctx, exec(`CREATE TABLE one (id BIGINT PRIMARY KEY)`)); err != nil || !there() {
		t.Fatalf("%v, there: %v", err, there())
	}
	if err := db.Write(ctx, exec(`INSERT INTO one (id) VALUES (1)`)); err != nil || count(t, db, "one") != 1 {
		t.Errorf("the second write: %v", err)
	}
	again, err := e.Fresh(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Write(ctx, exec(`DROP TABLE one`)); !errors.Is(err, storage.ErrExists) || count(t, db, "one") != 1 {
		t.Errorf("over what is there: %v", err)
	}
	if _, err := e.Fresh("../evil"); err == nil {
		t.Error("a name that is none was taken")
	}
}
