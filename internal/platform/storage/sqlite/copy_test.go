package sqlite

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"holdfast.dev/internal/platform/storage"
)

// TestACopyIsMadeBesideAllReaders: once as many readers were at work as there may be, their connections stay open; a copy must not wait for one of them.
func TestACopyIsMadeBesideAllReaders(t *testing.T) {
	db, _ := opened(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	exec(t, db, `CREATE TABLE thing (id BIGINT PRIMARY KEY)`)
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
	go func() { copied <- db.CopyTo(ctx, filepath.Join(t.TempDir(), "copy.db")) }()
	select {
	case err := <-copied:
		if err != nil {
			t.Fatal(err)
		}
	case <-ctx.Done():
		t.Fatal("the copy waits for readers that are done")
	}
}
