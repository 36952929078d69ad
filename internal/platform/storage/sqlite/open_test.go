package sqlite

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"holdfast.dev/internal/platform/storage"
)

// opened gives a database with one table, and the file.
func opened(t *testing.T) (db *DB, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "volume.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db, path
}

func exec(t *testing.T, db *DB, text string) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.ExecText(t.Context(), text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func count(out *int) func(*storage.Tx) error {
	return func(tx *storage.Tx) error {
		return tx.GetText(context.Background(), `SELECT count(*) FROM thing`, nil, out)
	}
}

// The connection that read first becomes the one that writes, so that what only opens, reads and writes reads the schema once; it writes as durably as any other.
func TestTheFirstReaderBecomesTheWriter(t *testing.T) {
	db, _ := opened(t)
	if err := db.Read(t.Context(), func(*storage.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	exec(t, db, `CREATE TABLE thing (id BIGINT PRIMARY KEY)`)
	exec(t, db, `INSERT INTO thing VALUES (1)`)
	if open := db.pool.Stats().OpenConnections; open != 1 {
		t.Fatalf("%d connections", open)
	}
	err := db.Write(t.Context(), func(tx *storage.Tx) error {
		for pragma, want := range map[string]string{"query_only": "0", "synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "recursive_triggers": "1"} {
			var got string
			if err := tx.GetText(t.Context(), "PRAGMA "+pragma, nil, &got); err != nil {
				return err
			}
			if got != want {
				t.Errorf("%s is %s", pragma, got)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	if err := db.Read(t.Context(), count(&n)); err != nil || n != 1 {
		t.Fatalf("%d rows, %v", n, err)
	}
	err = db.Read(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.ExecText(t.Context(), `INSERT INTO thing VALUES (2)`)
		return err
	})
	if err == nil {
		t.Error("a reader wrote")
	}
}

// What was committed can be read after the file was removed, as long as a connection is open: also while that one is writing, and where none reads.
func TestARemovedFileIsReadOn(t *testing.T) {
	db, path := opened(t)
	exec(t, db, `CREATE TABLE thing (id BIGINT PRIMARY KEY)`)
	exec(t, db, `INSERT INTO thing VALUES (1)`)
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	if err := db.Read(t.Context(), count(&n)); err == nil {
		t.Fatal("a new connection found a removed file")
	}
	if err := db.ReadOpen(t.Context(), count(&n)); err != nil || n != 1 {
		t.Fatalf("%d rows, %v", n, err)
	}
	writing, read := make(chan struct{}), make(chan error, 1)
	go func() {
		<-writing
		read <- db.ReadOpen(context.Background(), count(&n))
	}()
	err := db.Write(t.Context(), func(tx *storage.Tx) error {
		close(writing)
		_, err := tx.ExecText(t.Context(), `INSERT INTO thing VALUES (2)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-read; err != nil || n < 1 {
		t.Fatalf("%d rows, %v", n, err)
	}
}

// A database that was built is one with a write-ahead log when it is opened, although its builder never made one.
func TestABuildHasAWriteAheadLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "volume.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	build, err := OpenBuild(path)
	if err != nil {
		t.Fatal(err)
	}
	exec(t, build, `CREATE TABLE thing (id BIGINT PRIMARY KEY)`)
	exec(t, build, `INSERT INTO thing VALUES (1)`)
	if err := build.FinishBuild(); err != nil {
		t.Fatal(err)
	}
	db, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	mode, n := "", 0
	err = db.Read(t.Context(), func(tx *storage.Tx) error {
		if err := tx.GetText(t.Context(), `PRAGMA journal_mode`, nil, &mode); err != nil {
			return err
		}
		return count(&n)(tx)
	})
	if err != nil || mode != "wal" || n != 1 {
		t.Fatalf("journal mode %q, %d rows, %v", mode, n, err)
	}
	exec(t, db, `INSERT INTO thing VALUES (2)`)
	err = db.Read(t.Context(), func(tx *storage.Tx) error {
		return tx.GetText(t.Context(), `PRAGMA integrity_check`, nil, &mode)
	})
	if err != nil || mode != "ok" {
		t.Fatalf("%s, %v", mode, err)
	}
}
