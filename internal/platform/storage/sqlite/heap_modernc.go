//go:build !sqlite_mattn

package sqlite

import (
	"runtime"
	"sync"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/memory"
)

// heap is an allocator and who may use it now.
type heap struct {
	sync.Mutex
	memory.Allocator
	_ [64]byte // each lock on a line of the processor's cache of its own
}

// heaps are where SQLite's memory comes from: several, so that connections at work at the same time do not wait for one another at each of the thousands of allocations that
// opening a database takes. Each connection allocates from one, by the number of its thread structure; what it gave is freed where it came from, whoever frees it. Each keeps some
// memory that is not in use: two for each processor, sixteen at most.
var heaps = make([]heap, min(16, 2*runtime.GOMAXPROCS(0)))

// heapHead is before every piece of memory: the number of its heap. SQLite wants pieces that begin at multiples of 8.
const heapHead = 8

// headOf gives the head of a piece that is at p. The memory is none of Go's collector.
func headOf(p uintptr) *uint64 { return *(**uint64)(unsafe.Pointer(&p)) }

func heapMalloc(tls *libc.TLS, n int32) uintptr {
	i := uint(tls.ID) % uint(len(heaps))
	h := &heaps[i]
	h.Lock()
	p, err := h.UintptrMalloc(int(n) + heapHead)
	h.Unlock()
	if err != nil {
		return 0 // SQLite answers SQLITE_NOMEM
	}
	*headOf(p) = uint64(i)
	return p + heapHead
}

func heapFree(_ *libc.TLS, p uintptr) {
	if p == 0 {
		return
	}
	p -= heapHead
	h := &heaps[*headOf(p)]
	h.Lock()
	err := h.UintptrFree(p)
	h.Unlock()
	if err != nil {
		panic(err) // the system does not take back what it gave
	}
}

func heapRealloc(_ *libc.TLS, p uintptr, n int32) uintptr {
	p -= heapHead
	h := &heaps[*headOf(p)]
	h.Lock()
	p, err := h.UintptrRealloc(p, int(n)+heapHead) // the head moves along
	h.Unlock()
	if err != nil {
		return 0
	}
	return p + heapHead
}

func heapSize(_ *libc.TLS, p uintptr) int32 {
	if p == 0 {
		return 0
	}
	return int32(memory.UintptrUsableSize(p-heapHead) - heapHead) // of a piece that is in use it does not change
}

func heapRoundup(_ *libc.TLS, n int32) int32 { return (n + 7) &^ 7 }

func heapInit(*libc.TLS, uintptr) int32 { return 0 }

func heapShutdown(*libc.TLS, uintptr) {}
