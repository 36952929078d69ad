package volume

import (
	"context"
	"time"
)

func (p *Pool) beginWrite(ref Ref) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writers[ref]++
}

func (p *Pool) endWrite(ref Ref) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.writers[ref]--; p.writers[ref] == 0 {
		delete(p.writers, ref)
	}
}

// Quiesce waits until no write to a volume is under way. The caller has closed it for writes before (Config.Writable or Config.Locate refuse them): then
// every write that was let in is done afterwards, and whoever looks at the volume sees all that was ever acknowledged.
func (p *Pool) Quiesce(ctx context.Context, ref Ref) error {
	for {
		p.mu.Lock()
		writers := p.writers[ref]
		p.mu.Unlock()
		if writers == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}
