package jobs

import "sync"

// tally counts goroutines. Other than those of a sync.WaitGroup, new ones may begin while somebody waits: a runner runs, and somebody has everything run that is due.
type tally struct {
	mu   sync.Mutex
	n    int
	none chan struct{} // closed when none is left, where somebody waits for that
}

// Go runs fn in a goroutine of its own.
func (t *tally) Go(fn func()) {
	t.mu.Lock()
	t.n++
	t.mu.Unlock()
	go func() {
		defer t.done()
		fn()
	}()
}

func (t *tally) done() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n--; t.n == 0 && t.none != nil {
		close(t.none)
		t.none = nil
	}
}

// Wait returns at an instant at which none is left.
func (t *tally) Wait() {
	t.mu.Lock()
	if t.n == 0 {
		t.mu.Unlock()
		return
	}
	if t.none == nil {
		t.none = make(chan struct{})
	}
	none := t.none
	t.mu.Unlock()
	<-none
}
