package importer

import (
	"runtime/debug"
	"sync"
)

// An import makes garbage fast beside a small live heap; collecting it less often spares a seventh of the work. importGC is the growth of the heap, in
// percent, between two collections while imports run.
const importGC = 300

var gc struct {
	sync.Mutex
	imports int
	before  int
}

// relaxGC lets the heap grow more until the returned function is called.
func relaxGC() (restore func()) {
	gc.Lock()
	defer gc.Unlock()
	if gc.imports++; gc.imports == 1 {
		gc.before = debug.SetGCPercent(importGC)
	}
	return func() {
		gc.Lock()
		defer gc.Unlock()
		if gc.imports--; gc.imports == 0 {
			debug.SetGCPercent(gc.before)
		}
	}
}
