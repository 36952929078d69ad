//go:build !sqlite_mattn

package sqlite

import (
	"fmt"
	_ "unsafe" // go:linkname

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// pageCaches is where SQLite keeps how the page caches of its connections are kept.
//
//go:linkname pageCaches modernc.org/sqlite/lib._pcache1_g
var pageCaches lib.TPCacheGlobal

// The driver's SQLite is built with SQLITE_ENABLE_MEMORY_MANAGEMENT, which makes the page caches of all connections of the process one group with one lock: every page that
// any connection reads, keeps or drops takes it. A process with hundreds of volumes stood in line there (half of all waiting in a restore of 883 sites), behind threads of low
// priority that held it. SQLite can keep a cache for each connection, and does so when it is built without that option; nothing but this flag, read when a cache is made, decides, and nothing
// else can set it. There is no other use of the option: nobody calls sqlite3_release_memory.
func init() {
	tls := libc.NewTLS()
	defer tls.Close()
	if code := lib.Xsqlite3_initialize(tls); code != lib.SQLITE_OK {
		panic(fmt.Sprintf("sqlite does not start: code %d", code)) // nothing works without it
	}
	pageCaches.FseparateCache = 1
}
