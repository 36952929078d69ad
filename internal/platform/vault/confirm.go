package vault

import (
	"context"
	"sync"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
)

// confirmed is up to which commit the store has each volume, for those who wait for that.
type confirmed struct {
	mu    sync.Mutex
	upTo  map[volume.Ref]int64
	moved chan struct{} // closed when upTo changes
}

// patience is how long a writer waits for the store.
const patience = 30 * time.Second

// Wait returns once the store has a volume's commits up to one. The shipper must be Synchronous and running. A store that does not confirm in time is
// fault.KindUnavailable: the commit is made, and only this machine has it so far.
func (s *Shipper) Wait(ctx context.Context, ref volume.Ref, seq int64) error {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	s.Mark(ref)
	for {
		s.stored.mu.Lock()
		if s.stored.upTo[ref] >= seq {
			s.stored.mu.Unlock()
			return nil
		}
		if s.stored.moved == nil {
			s.stored.moved = make(chan struct{})
		}
		moved := s.stored.moved
		s.stored.mu.Unlock()
		select {
		case <-moved:
		case <-ctx.Done():
			return fault.Wrap(ctx.Err(), fault.KindUnavailable, "The change is made, but the vault has not confirmed it yet: it is not safe against the loss of this machine's disk.")
		}
	}
}

// confirm notes what a segment that is stored holds.
func (s *Shipper) confirm(ships []shipment) {
	if !s.Synchronous {
		return
	}
	s.stored.mu.Lock()
	defer s.stored.mu.Unlock()
	if s.stored.upTo == nil {
		s.stored.upTo = map[volume.Ref]int64{}
	}
	for _, sh := range ships {
		s.stored.upTo[sh.ref] = max(s.stored.upTo[sh.ref], sh.head.SealedSeq)
	}
	if s.stored.moved != nil {
		close(s.stored.moved)
		s.stored.moved = nil
	}
}
