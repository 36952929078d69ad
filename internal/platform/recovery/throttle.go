package recovery

import (
	"fmt"
	"runtime"
	"sync"
)

// throttle admits builds: a few at a time over all restores of the process, on threads that give way to those who serve people. Without it two builds
// on two processors would make every request wait for a time slice.
type throttle struct {
	builders int
	start    sync.Once
	work     chan func()

	mu      sync.Mutex
	holders int
	usual   int // GOMAXPROCS without restores
}

func newThrottle(builders int) *throttle {
	if builders <= 0 {
		builders = runtime.GOMAXPROCS(0)
	}
	return &throttle{builders: builders, work: make(chan func())}
}

// hold makes room for the builders beside those who serve until release: Go would let as many threads run as there are processors, and one that
// builds would keep one that serves from running at all, however the system ranks them.
func (t *throttle) hold() (release func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.holders++; t.holders == 1 && yields {
		t.usual = runtime.GOMAXPROCS(0)
		runtime.GOMAXPROCS(t.usual + t.builders)
	}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.holders--; t.holders == 0 && yields {
			runtime.GOMAXPROCS(t.usual)
		}
	}
}

// run runs fn when a builder is free, on its thread.
func (t *throttle) run(fn func() error) error {
	t.start.Do(func() {
		for range t.builders {
			go t.builder()
		}
	})
	done := make(chan error, 1)
	t.work <- func() {
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Errorf("panic in a restore: %v", p)
			}
		}()
		done <- fn()
	}
	return <-done
}

// builder keeps a thread of low priority for as long as the process lives: a thread that ended would take along what the system ties to it, such as
// programs that were started from it and end with it.
func (t *throttle) builder() {
	runtime.LockOSThread()
	giveWay()
	for fn := range t.work {
		fn()
	}
}
