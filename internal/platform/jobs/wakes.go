package jobs

import (
	"container/heap"
	"context"
	"sync"
	"time"

	"holdfast.dev/internal/platform/volume"
)

// Ledger keeps, durably and outside of the volumes, when each must be looked at. A zero instant is never.
type Ledger interface {
	Wakes(ctx context.Context) (map[volume.Ref]time.Time, error)
	SetWake(ctx context.Context, ref volume.Ref, at time.Time) error
}

// wake is what is known of one volume's earliest job.
type wake struct {
	ref     volume.Ref
	at      time.Time // when to look; zero: never. Changed by wakes.set alone
	place   int       // in wakes.order; -1 while it is not there: nothing is to be done, or it is being looked at
	held    time.Time // what at was when the volume turned out to be another process's
	durable time.Time // what the ledger says; zero: nothing
	armed   time.Time // earliest instant asked for by transactions that may not have committed yet; zero: none
	looking bool
}

// wakes is the book of volumes that have jobs. Its lock is held while the ledger is written, which is rare: only when a volume's bound
// moves forward in time, or when it has had no job for a while.
type wakes struct {
	mu     sync.Mutex
	ledger Ledger
	by     map[volume.Ref]*wake
	order  byTime // those to look at, so that what is due is found without asking all
	signal chan struct{}
}

// byTime is a heap, the earliest first.
type byTime []*wake

func (b byTime) Len() int           { return len(b) }
func (b byTime) Less(i, j int) bool { return b[i].at.Before(b[j].at) }
func (b byTime) Swap(i, j int) {
	b[i], b[j] = b[j], b[i]
	b[i].place, b[j].place = i, j
}

func (b *byTime) Push(x any) {
	e := x.(*wake)
	e.place = len(*b)
	*b = append(*b, e)
}

func (b *byTime) Pop() any {
	last := len(*b) - 1
	e := (*b)[last]
	e.place, (*b)[last] = -1, nil
	*b = (*b)[:last]
	return e
}

// set says when to look at a volume; the caller holds the lock.
func (w *wakes) set(e *wake, at time.Time) {
	e.at = at
	wanted, there := !at.IsZero() && !e.looking, e.place >= 0
	switch {
	case wanted && there:
		heap.Fix(&w.order, e.place)
	case wanted:
		heap.Push(&w.order, e)
	case there:
		heap.Remove(&w.order, e.place)
	}
}

func (w *wakes) load(ctx context.Context) error {
	known, err := w.ledger.Wakes(ctx)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for ref, at := range known {
		e := w.entry(ref)
		e.durable = at
		w.set(e, sooner(e.at, at))
	}
	w.ring()
	return nil
}

func (w *wakes) entry(ref volume.Ref) *wake {
	e := w.by[ref]
	if e == nil {
		e = &wake{ref: ref, place: -1}
		w.by[ref] = e
	}
	return e
}

func (w *wakes) ring() {
	select {
	case w.signal <- struct{}{}:
	default:
	}
}

// ask is called inside the transaction that puts a job, before it commits.
func (w *wakes) ask(ref volume.Ref, at time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.entry(ref)
	e.armed = sooner(e.armed, at)
	return w.promise(e, at)
}

// anew forgets what was known of a volume, and has it looked at at an instant. A look that is under way ends with what it saw, and adds to that.
func (w *wakes) anew(ref volume.Ref, at time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.entry(ref)
	if err := w.promise(e, at); err != nil {
		return err
	}
	e.armed, e.held = time.Time{}, time.Time{}
	w.set(e, at)
	w.ring()
	return nil
}

// promise makes durable that a volume is looked at at an instant or before; the caller holds the lock.
func (w *wakes) promise(e *wake, at time.Time) error {
	if !e.durable.IsZero() && !at.Before(e.durable) {
		return nil
	}
	if err := w.ledger.SetWake(context.Background(), e.ref, at); err != nil {
		return err
	}
	e.durable = at
	return nil
}

// committed is called after every commit of a volume.
func (w *wakes) committed(ref volume.Ref) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e := w.by[ref]; e != nil && !e.armed.IsZero() {
		w.set(e, sooner(e.at, e.armed))
		e.armed = time.Time{}
		w.ring()
	}
}

// flush takes what transactions asked for as committed. A writer goes on before it is told to others that its commit is there; who runs jobs under a
// test's clock must not miss them in between.
func (w *wakes) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.by {
		w.set(e, sooner(sooner(e.at, e.armed), e.held))
		e.armed, e.held = time.Time{}, time.Time{}
	}
}

// elsewhere is how long a volume that is not this process's is left alone: it may become ours.
const elsewhere = time.Second

// due gives the volumes of this process to look at now, marked as being looked at, and the instant of the next one.
func (w *wakes) due(now time.Time, mine func(volume.Ref) bool) (refs []volume.Ref, next time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.order) > 0 {
		e := w.order[0]
		switch {
		case e.at.After(now):
			return refs, e.at
		case !mine(e.ref):
			e.held = sooner(e.held, e.at)
			w.set(e, now.Add(elsewhere))
		default:
			e.looking, e.held = true, time.Time{}
			w.set(e, time.Time{})
			refs = append(refs, e.ref)
		}
	}
	return refs, next
}

// backlog counts the volumes that are being looked at, or should be.
func (w *wakes) backlog(now time.Time) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.by {
		if e.looking || !e.at.IsZero() && !e.at.After(now) {
			n++
		}
	}
	return n
}

// looked is called when a look is over: next is the volume's earliest job now.
func (w *wakes) looked(ref volume.Ref, next time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.entry(ref)
	e.looking = false
	w.set(e, sooner(e.at, next))
	w.ring()
}

// again has a volume looked at again at an instant, whether it is being looked at or not.
func (w *wakes) again(ref volume.Ref, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.entry(ref)
	w.set(e, sooner(e.at, at))
	w.ring()
}

// settle lets go of the ledger's rows of volumes that have no jobs any more, and moves bounds that are long past, so that the next start
// opens no volume for nothing.
func (w *wakes) settle(ctx context.Context, now time.Time, mine func(volume.Ref) bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ref, e := range w.by {
		if !mine(ref) {
			continue
		}
		stale := !e.durable.IsZero() && e.durable.Before(now.Add(-time.Minute)) && (e.at.IsZero() || e.at.After(now))
		if !stale || e.looking || !e.armed.IsZero() {
			continue
		}
		if err := w.ledger.SetWake(ctx, ref, e.at); err != nil {
			return err
		}
		if e.durable = e.at; e.at.IsZero() {
			delete(w.by, ref)
		}
	}
	return nil
}

func sooner(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
