package vault

import (
	"time"

	"holdfast.dev/internal/platform/volume"
)

// What waits to be shipped. A volume stays in these books until the store has its commits or its database is gone: one that cannot be read at the moment, such as
// while others rebuild it, is tried again.

// retry is a volume that could not be read.
type retry struct {
	since time.Time // of the first try
	at    time.Time // of the next
	pause time.Duration
}

// The pauses between tries double from the first to the longest.
const (
	firstRetry   = time.Second
	longestRetry = time.Minute
)

// ring wakes whoever ships.
func (s *Shipper) ring() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// take gives the volumes to ship now: those that are dirty, and those whose next try has come, or all of these. None means that what was waiting is stored.
func (s *Shipper) take(all bool) []volume.Ref {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	for ref, r := range s.failed {
		if all || !now.Before(r.at) {
			s.dirty[ref] = true
		}
	}
	refs := make([]volume.Ref, 0, len(s.dirty))
	for ref := range s.dirty {
		if !s.noting[ref] {
			refs = append(refs, ref)
			s.taken[ref] = true
			delete(s.dirty, ref)
		}
	}
	if len(s.dirty) == 0 && len(refs) == 0 {
		s.since = time.Time{}
	}
	return refs
}

// putBack says that volumes were not shipped.
func (s *Shipper) putBack(refs []volume.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ref := range refs {
		s.dirty[ref] = true
	}
}

// untake says that a shipment that began at start is over: what is dirty now came in meanwhile, or waits on where it failed.
func (s *Shipper) untake(start time.Time, failed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.taken)
	if failed {
		return
	}
	if s.since = (time.Time{}); len(s.dirty) > 0 {
		s.since = start
	}
}

// setNoting says that a volume is being told what is stored.
func (s *Shipper) setNoting(ref volume.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noting[ref] = true
}

// noted says that it was told; more that there is more of it to ship.
func (s *Shipper) noted(ref volume.Ref, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.noting, ref)
	if s.dirty[ref] = s.dirty[ref] || more; s.dirty[ref] {
		s.ring()
	} else {
		delete(s.dirty, ref)
	}
}

// leave says that a shipment did not wait until a volume was told.
func (s *Shipper) leave(ref volume.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behind[ref] = true
}

// settled tells whether nothing is to be shipped of the volumes that the last shipment did not wait for.
func (s *Shipper) settled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := true
	for ref := range s.behind {
		all = all && !s.dirty[ref]
	}
	clear(s.behind)
	return all
}

// again notes that a volume could not be read, and gives the pause until the next try.
func (s *Shipper) again(ref volume.Ref) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	r := s.failed[ref]
	if r == nil {
		r = &retry{since: now, pause: firstRetry / 2}
		s.failed[ref] = r
	}
	r.pause = min(2*r.pause, longestRetry)
	r.at = now.Add(r.pause)
	return r.pause
}

// read notes that a volume could be read, or has nothing that could be.
func (s *Shipper) read(ref volume.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.failed, ref)
}

// nextTry gives a channel that fires when a volume that could not be read is to be tried again, and never when there is none.
func (s *Shipper) nextTry() (at <-chan time.Time, stop func() bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var first time.Time
	for _, r := range s.failed {
		if first.IsZero() || r.at.Before(first) {
			first = r.at
		}
	}
	if first.IsZero() {
		return nil, func() bool { return true }
	}
	timer := time.NewTimer(max(first.Sub(s.clock.Now()), 0))
	return timer.C, timer.Stop
}

// Unshipped tells whether a volume has, or may have, commits that the store lacks.
func (s *Shipper) Unshipped(ref volume.Ref) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dirty[ref] || s.taken[ref] || s.noting[ref] || s.failed[ref] != nil
}

// Waiting gives for how long something has been waiting to be stored, commits or the first snapshot of a volume; 0 when the store has everything. Usually it is
// below a second: what waits for minutes is at risk.
func (s *Shipper) Waiting() time.Duration {
	s.mu.Lock()
	since := s.since
	for _, r := range s.failed {
		since = earlier(since, r.since)
	}
	s.mu.Unlock()
	if since = earlier(since, s.due.oldest()); since.IsZero() {
		return 0
	}
	return s.clock.Now().Sub(since)
}

// earlier gives the earlier of two instants, of which the zero one is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
