//go:build !sqlite_mattn

package sqlite

import (
	"fmt"
	"unsafe" // and go:linkname

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// What SQLite keeps for the whole process is set before its first connection. A process has hundreds of databases open here and works on many at once, which the driver's defaults do not
// expect: each of these was a lock that all of them stood in line for, behind threads of low priority that held it.

// pageCaches is where SQLite keeps how the page caches of its connections are kept.
//
//go:linkname pageCaches modernc.org/sqlite/lib._pcache1_g
var pageCaches lib.TPCacheGlobal

func init() {
	tls := libc.NewTLS()
	defer tls.Close()
	start("memory", configureMemory(tls))
	start("sqlite", lib.Xsqlite3_initialize(tls))
	// The driver's SQLite is built with SQLITE_ENABLE_MEMORY_MANAGEMENT, which makes the page caches of all connections one group: every page that any of them reads, keeps or drops takes its
	// lock (half of all waiting in a restore of 883 sites). Built without that option SQLite keeps a cache for each connection; it decides by this flag, read when a cache is made, that
	// nothing else can set. There is no other use of the option: nobody calls sqlite3_release_memory.
	pageCaches.FseparateCache = 1
}

func start(what string, code int32) {
	if code != lib.SQLITE_OK {
		panic(fmt.Sprintf("%s does not start: code %d", what, code)) // nothing works without it
	}
}

// configureMemory gives SQLite several heaps instead of the one of its C library.
func configureMemory(tls *libc.TLS) int32 {
	methods := lib.Tsqlite3_mem_methods{ // copied by SQLite
		FxMalloc: pointer(heapMalloc), FxFree: pointer(heapFree), FxRealloc: pointer(heapRealloc), FxSize: pointer(heapSize),
		FxRoundup: pointer(heapRoundup), FxInit: pointer(heapInit), FxShutdown: pointer(heapShutdown),
	}
	list := tls.Alloc(int(unsafe.Sizeof(uintptr(0))))
	defer tls.Free(int(unsafe.Sizeof(uintptr(0))))
	return lib.Xsqlite3_config(tls, lib.SQLITE_CONFIG_MALLOC, libc.VaList(list, uintptr(unsafe.Pointer(&methods))))
}

// pointer gives a declared function as C knows it: https://golang.org/s/go11func. It must be no closure.
func pointer[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&struct{ f F }{f})) }
