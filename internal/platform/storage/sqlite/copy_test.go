package sqlite

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"holdfast.dev/internal/platform/storage"
)

// TestACopyIsMadeBesideAllReaders: once as many readers were at work as there may be, their connections stay open; a copy must not wait for one of them.
func TestACopyIsMadeBesideAllReaders(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "volume.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err = db.Write(ctx, func(tx *storage.Tx) error {
		_, err := tx.ExecText(ctx, `CREATE TABLE thing (id BIGINT PRIMARY KEY)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var together, done sync.WaitGroup
	together.Add(maxReaders)
	for range maxReaders {
		done.Go(func() {
			err := db.Read(ctx, func(*storage.Tx) error { together.Done(); together.Wait(); return nil })
			if err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	copied := make(chan error, 1)
	go func() { copied <- db.CopyTo(ctx, filepath.Join(dir, "copy.db")) }()
	select {
	case err := <-copied:
		if err != nil {
			t.Fatal(err)
		}
	case <-ctx.Done():
		t.Fatal("the copy waits for readers that are done")
	}
}
