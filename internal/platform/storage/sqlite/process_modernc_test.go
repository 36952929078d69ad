//go:build !sqlite_mattn

package sqlite

import (
	"sync"
	"testing"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"

	"holdfast.dev/internal/platform/storage"
)

// SQLite gives memory back from the one group of page caches, where there is one: from caches that connections have for themselves it cannot take any.
func TestEachConnectionHasItsPageCache(t *testing.T) {
	db, _ := opened(t)
	exec(t, db, `CREATE TABLE thing (id BIGINT PRIMARY KEY, text TEXT)`)
	exec(t, db, `INSERT INTO thing SELECT value, hex(randomblob(500)) FROM json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]')`)
	n := 0
	if err := db.Read(t.Context(), count(&n)); err != nil || n != 16 {
		t.Fatalf("%d rows, %v", n, err)
	}
	tls := libc.NewTLS()
	defer tls.Close()
	if freed := lib.Xsqlite3_release_memory(tls, 1<<20); freed != 0 {
		t.Fatalf("%d bytes came back from a group of page caches", freed)
	}
}

// Connections allocate from different heaps and free what others gave: what one wrote, all read.
func TestHeapsServeManyConnections(t *testing.T) {
	var all sync.WaitGroup
	for range 3 * len(heaps) / 2 {
		db, _ := opened(t)
		all.Go(func() {
			for _, text := range []string{`CREATE TABLE thing (id BIGINT PRIMARY KEY, text TEXT)`, `INSERT INTO thing SELECT value, hex(zeroblob(value * 3000)) FROM json_each('[1,2,3,4,5,6,7,8]')`} {
				err := db.Write(t.Context(), func(tx *storage.Tx) error {
					_, err := tx.ExecText(t.Context(), text)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
			var length int
			err := db.Read(t.Context(), func(tx *storage.Tx) error {
				return tx.GetText(t.Context(), `SELECT length(group_concat(text, '')) FROM thing`, nil, &length)
			})
			if err != nil || length != 36*6000 {
				t.Errorf("%d bytes, %v", length, err)
			}
		})
	}
	all.Wait()
}

// A piece that grows or shrinks keeps what it holds, and says its size.
func TestAPieceOfAHeapKeepsWhatItHolds(t *testing.T) {
	tls := libc.NewTLS()
	defer tls.Close()
	p := heapMalloc(tls, 24)
	*headOf(p), *headOf(p + 16) = 0x0102030405060708, 42
	for _, n := range []int32{24, 5000, 100_000, 3_000_000, 64, 24} {
		if p = heapRealloc(tls, p, n); p == 0 || heapSize(tls, p) < n || p%8 != 0 {
			t.Fatalf("%d bytes at %x: %d", n, p, heapSize(tls, p))
		}
		if *headOf(p) != 0x0102030405060708 || *headOf(p + 16) != 42 {
			t.Fatalf("%d bytes: what was written is gone", n)
		}
	}
	heapFree(tls, p)
	heapFree(tls, 0)
}
