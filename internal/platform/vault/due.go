package vault

import (
	"context"
	"slices"
	"sync"
	"time"

	"holdfast.dev/internal/platform/volume"
)

// queue holds the volumes whose snapshots are due: those that cannot be restored without one first.
type queue struct {
	mu   sync.Mutex
	must []volume.Ref
	size []volume.Ref             // due for the size of what was sealed alone
	at   map[volume.Ref]time.Time // since when a volume must have one
	rest map[volume.Ref]time.Time // until when a volume takes none for its size alone
	wake chan struct{}
}

func newQueue() queue {
	return queue{at: map[volume.Ref]time.Time{}, rest: map[volume.Ref]time.Time{}, wake: make(chan struct{}, 1)}
}

// add says that a snapshot is due.
func (q *queue) add(ref volume.Ref, must bool, now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case must:
		if _, waits := q.at[ref]; !waits {
			q.at[ref] = now
			q.must = append(q.must, ref)
		}
	case now.After(q.rest[ref]) && !slices.Contains(q.size, ref):
		q.size = append(q.size, ref)
	}
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// next takes the volume whose turn it is out of the queue. oldest still counts one that must have a snapshot, until done is called.
func (q *queue) next() (ref volume.Ref, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	from := &q.must
	if len(*from) == 0 {
		from = &q.size
	}
	if len(*from) == 0 {
		return ref, false
	}
	ref = (*from)[0]
	if *from = (*from)[1:]; len(*from) == 0 {
		*from = nil
	}
	return ref, true
}

// done says that the snapshot of a volume, begun at start, was taken or failed. Volumes that need no rest take no memory.
func (q *queue) done(ref volume.Ref, start, now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.at, ref)
	for other, until := range q.rest {
		if now.After(until) {
			delete(q.rest, other)
		}
	}
	q.rest[ref] = now.Add(snapshotShare * now.Sub(start))
}

// oldest gives since when a volume waits without which it cannot be restored, the zero time when none does.
func (q *queue) oldest() (at time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, t := range q.at {
		if at.IsZero() || t.Before(at) {
			at = t
		}
	}
	return at
}

// takeSnapshots takes the snapshots that are due until ctx ends.
func (s *Shipper) takeSnapshots(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return // what is left is taken with the last shipment
		case <-s.due.wake:
		}
		for ctx.Err() == nil && s.snapshotNext(context.WithoutCancel(ctx)) {
		}
	}
}

// snapshotNext takes the snapshot whose turn it is; false when none is due. One that fails is due again when more of its volume is shipped.
func (s *Shipper) snapshotNext(ctx context.Context) bool {
	s.snap.Lock()
	defer s.snap.Unlock()
	ref, ok := s.due.next()
	if !ok {
		return false
	}
	start := s.clock.Now()
	if err := s.snapshot(ctx, ref); err != nil {
		s.log.Error("snapshot failed", "volume", ref.String(), "error", err)
	}
	s.due.done(ref, start, s.clock.Now())
	return true
}
