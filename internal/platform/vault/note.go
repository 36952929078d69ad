package vault

import (
	"context"
	"sync/atomic"
	"time"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
)

// leaveAfter is how long a shipment waits until a volume is told what is stored. One that somebody else has locked, at a prompt for instance, is told when it is free
// again: the commits of all the others must not wait for it.
const leaveAfter = 500 * time.Millisecond

// noteAll tells volumes that the store has a segment of theirs. Those that have more to ship are dirty again afterwards; it gives whether there are any.
func (s *Shipper) noteAll(ctx context.Context, ships []shipment) bool {
	var more atomic.Bool
	beside(len(ships), func(i int) {
		sh, done := ships[i], make(chan struct{})
		s.setNoting(sh.ref)
		s.left.Add(1)
		go func() {
			defer s.left.Done()
			defer close(done)
			s.noted(sh.ref, s.noteOne(ctx, sh))
		}()
		leave := time.NewTimer(leaveAfter)
		defer leave.Stop()
		select {
		case <-done:
			if sh.more {
				more.Store(true)
			}
		case <-leave.C:
			s.leave(sh.ref)
		}
	})
	return more.Load()
}

// noteOne tells one volume, and whether it has more to ship.
func (s *Shipper) noteOne(ctx context.Context, sh shipment) (more bool) {
	if err := s.note(ctx, sh); err != nil {
		s.log.Error("sealed commits could not be noted; they will be stored again", "volume", sh.ref.String(), "error", err)
		return false
	}
	if !sh.more && (sh.must || sh.due) {
		s.due.add(sh.ref, sh.must, s.clock.Now())
	}
	return sh.more
}

// noteTime bounds how long noting waits for a volume whose writer waits for the shipper in turn. What was not noted is stored again, which does no harm.
const noteTime = 5 * time.Second

// note writes into a volume up to where the store has it.
func (s *Shipper) note(ctx context.Context, sh shipment) error {
	if s.Synchronous {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, noteTime)
		defer stop()
	}
	return s.pool.Volume(sh.ref).Direct(ctx, func(tx *storage.Tx) error {
		now, err := journal.ReadHead(ctx, tx)
		if err != nil {
			return err
		}
		if now.Seq < sh.head.SealedSeq { // it was built anew meanwhile, from what the vault had before this shipment
			return nil
		}
		h := sh.head
		if now.SnapshotSeq != sh.base.SnapshotSeq { // one was taken since the commits were read
			h.SnapshotSeq, h.SnapshotBytes, h.Bytes = now.SnapshotSeq, now.SnapshotBytes, h.Bytes-sh.base.Bytes
		}
		return journal.Seal(ctx, tx, h)
	})
}
