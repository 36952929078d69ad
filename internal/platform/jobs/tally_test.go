package jobs

import (
	"sync"
	"sync/atomic"
	"testing"
)

// Some begin work while others wait for all of it to end.
func TestTallyIsWaitedForWhileOthersBegin(t *testing.T) {
	var at tally
	var begun, ended atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 500 {
				begun.Add(1)
				at.Go(func() { ended.Add(1) })
			}
		})
		all.Go(func() {
			for range 500 {
				at.Wait()
			}
		})
	}
	all.Wait()
	at.Wait()
	if begun.Load() != ended.Load() || begun.Load() != 4000 {
		t.Errorf("%d began, %d ended", begun.Load(), ended.Load())
	}
}
