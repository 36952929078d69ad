package recovery

import (
	"fmt"
	"runtime"
	"sync"
)

// throttle admits builds: a few at a time over all restores of the process, on threads that give way to those who serve people. Without it two builds
// on two processors would make every request wait for a time slice.
type throttle struct {
	slots chan struct{}

	mu      sync.Mutex
	holders int
	usual   int // GOMAXPROCS without restores
}

func newThrottle(builders int) *throttle {
	if builders <= 0 {
		builders = runtime.GOMAXPROCS(0)
	}
	return &throttle{slots: make(chan struct{}, builders)}
}

// hold makes room for the builders beside those who serve until release: Go would let as many threads run as there are processors, and one that
// builds would keep one that serves from running at all, however the system ranks them.
func (t *throttle) hold() (release func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.holders++; t.holders == 1 && yields {
		t.usual = runtime.GOMAXPROCS(0)
		runtime.GOMAXPROCS(t.usual + cap(t.slots))
	}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.holders--; t.holders == 0 && yields {
			runtime.GOMAXPROCS(t.usual)
		}
	}
}

// run runs fn when there is a slot, on a thread of low priority.
func (t *throttle) run(fn func() error) error {
	t.slots <- struct{}{}
	defer func() { <-t.slots }()
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine, and its priority with it
		giveWay()
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Errorf("panic in a restore: %v", p)
			}
		}()
		done <- fn()
	}()
	return <-done
}
