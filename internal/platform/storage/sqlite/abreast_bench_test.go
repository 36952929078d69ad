package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"holdfast.dev/internal/platform/storage"
)

// manyTables makes databases like a site's: 60 tables, each with the three triggers of a journal.
func manyTables(b *testing.B, databases int) (paths []string) {
	b.Helper()
	dir := b.TempDir()
	first := filepath.Join(dir, "0.db")
	if err := os.WriteFile(first, nil, 0o600); err != nil {
		b.Fatal(err)
	}
	db, err := OpenBuild(first)
	if err != nil {
		b.Fatal(err)
	}
	columns := make([]string, 12)
	for i := range columns {
		columns[i] = fmt.Sprintf(`"column_%d"`, i)
	}
	list := func(prefix string) string { return prefix + strings.Join(columns, ", "+prefix) }
	err = db.Write(b.Context(), func(tx *storage.Tx) error {
		texts := []string{`CREATE TABLE change (tbl TEXT, op TEXT, before TEXT, after TEXT)`}
		for i := range 60 {
			texts = append(texts, fmt.Sprintf(`CREATE TABLE t%d (id BIGINT PRIMARY KEY, %s)`, i, strings.Join(columns, " TEXT, ")))
			for op, images := range map[string]string{"insert": "NULL, json_array(" + list("NEW.") + ")", "update": "json_array(" + list("OLD.") + "), json_array(" + list("NEW.") + ")", "delete": "json_array(" + list("OLD.") + "), NULL"} {
				texts = append(texts, fmt.Sprintf(`CREATE TRIGGER t%d_%s AFTER %s ON t%d BEGIN INSERT INTO change VALUES ('t%d', '%s', %s); END`, i, op, op, i, i, op, images))
			}
		}
		texts = append(texts, `INSERT INTO t0 (id) WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n WHERE x < 2000) SELECT x FROM n`)
		for _, text := range texts {
			if _, err := tx.ExecText(b.Context(), text); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := db.CloseBuild(); err != nil {
		b.Fatal(err)
	}
	content, err := os.ReadFile(first)
	if err != nil {
		b.Fatal(err)
	}
	for i := range databases {
		path := filepath.Join(dir, fmt.Sprintf("%d.db", i))
		if err := os.WriteFile(path, content, 0o600); err != nil {
			b.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// BenchmarkOpenAbreast opens, reads and closes databases of many tables, several at a time: go test -bench Abreast -cpu 1,2,4.
func BenchmarkOpenAbreast(b *testing.B) {
	paths := manyTables(b, 64)
	var next atomic.Int64
	b.SetParallelism(4)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			db, err := OpenFile(paths[int(next.Add(1))%len(paths)])
			if err == nil {
				n := 0
				err = db.Read(b.Context(), func(tx *storage.Tx) error { return tx.GetText(b.Context(), `SELECT count(*) FROM change`, nil, &n) })
				db.Close()
			}
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkReadAbreast reads a hundred rows by key from databases that are open, each reader from its own.
func BenchmarkReadAbreast(b *testing.B) {
	paths := manyTables(b, 16)
	var next atomic.Int64
	b.SetParallelism(4)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		db, err := OpenFile(paths[int(next.Add(1))%len(paths)])
		if err != nil {
			b.Error(err)
			return
		}
		defer db.Close()
		for pb.Next() {
			err := db.Read(b.Context(), func(tx *storage.Tx) error {
				for id := range 100 {
					var got int
					if err := tx.GetText(b.Context(), `SELECT id FROM t0 WHERE id = $1`, []any{id*17%2000 + 1}, &got); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
}
