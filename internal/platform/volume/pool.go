package volume

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
)

// DefaultHot is how many volumes a pool keeps open. An open volume costs one to three megabytes for each of its connections, nearly all of it the
// schema as the engine keeps it; a closed one opens again in some milliseconds (docs/adr/0012).
const DefaultHot = 192

// mostKept bounds what is kept open for Config.Keep's sake, as a multiple of the capacity: with a store that takes nothing for hours, memory ends before the disk does.
const mostKept = 4

// Config is what a pool needs.
type Config struct {
	Kinds []Kind
	// Locate tells where a volume lives. It refuses volumes that nobody may open now (site suspended, being restored).
	Locate func(ctx context.Context, ref Ref) (Place, error)
	// Writable refuses writes to volumes that nobody may change now. Optional.
	Writable func(ref Ref) error
	// Committed is called after every durable batch, outside of locks. It must not block.
	Committed func(ref Ref, commits []journal.Commit)
	// Shipped returns once a commit is safe elsewhere too; a Write returns after it, and its error is the Write's, although the commit is made. Optional.
	Shipped func(ctx context.Context, ref Ref, seq int64) error
	// Keep tells which volumes are to stay open although nobody uses them: those with commits that are nowhere else yet. Should the file be removed, the open database has
	// them still. Optional; called under the pool's lock.
	Keep func(ref Ref) bool
	// Wake makes it durable, before a commit, that the volume must be looked at again at an instant. Optional.
	Wake  func(ref Ref, at time.Time) error
	Clock clock.Clock
	Hot   int
}

// Pool opens volumes on demand and keeps the hottest open.
type Pool struct {
	kinds     map[string]Kind
	locate    func(context.Context, Ref) (Place, error)
	writable  func(Ref) error
	committed func(Ref, []journal.Commit)
	shipped   func(context.Context, Ref, int64) error
	keep      func(Ref) bool
	wake      func(Ref, time.Time) error
	clock     clock.Clock
	capacity  int

	mu     sync.Mutex
	byRef  map[Ref]*hot
	recent *list.List // of *hot, most recently used first

	templates map[string]*template // by kind; guarded by mu
	writers   map[Ref]int          // calls of Write that are under way; guarded by mu
}

// NewPool makes a pool.
func NewPool(c Config) *Pool {
	p := &Pool{kinds: map[string]Kind{}, locate: c.Locate, writable: c.Writable, committed: c.Committed, shipped: c.Shipped, keep: c.Keep, wake: c.Wake, clock: c.Clock, capacity: c.Hot, byRef: map[Ref]*hot{}, recent: list.New(), templates: map[string]*template{}, writers: map[Ref]int{}}
	for _, k := range c.Kinds {
		p.kinds[k.Name] = k
	}
	if p.clock == nil {
		p.clock = clock.System
	}
	if p.capacity <= 0 {
		p.capacity = DefaultHot
	}
	if p.writable == nil {
		p.writable = func(Ref) error { return nil }
	}
	if p.keep == nil {
		p.keep = func(Ref) bool { return false }
	}
	if p.wake == nil {
		p.wake = func(Ref, time.Time) error { return nil }
	}
	if p.committed == nil {
		p.committed = func(Ref, []journal.Commit) {}
	}
	return p
}

// Volume gives a handle; nothing is opened.
func (p *Pool) Volume(ref Ref) *Volume { return &Volume{pool: p, ref: ref} }

// Kind gives a kind by name.
func (p *Pool) Kind(name string) (Kind, bool) {
	k, ok := p.kinds[name]
	return k, ok
}

// open opens a volume and brings its schema up to date.
func (p *Pool) open(ctx context.Context, ref Ref, place Place) (*hot, error) {
	kind, ok := p.kinds[ref.Kind]
	if !ok {
		return nil, fmt.Errorf("volume %s: no kind %q", ref, ref.Kind)
	}
	db, err := place.Engine.Open(ctx, ref.Name(place.Generation))
	if err != nil {
		return nil, fmt.Errorf("open volume %s: %w", ref, err)
	}
	h := &hot{pool: p, ref: ref, kind: kind, place: place, db: db, memo: map[any]*memo{}}
	if err := h.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open volume %s: %w", ref, err), db.Close())
	}
	return h, nil
}

// acquire gives the open volume and holds it open until release.
func (p *Pool) acquire(ctx context.Context, ref Ref) (*hot, error) {
	place, err := p.locate(ctx, ref)
	if err != nil {
		return nil, err
	}
	for {
		p.mu.Lock()
		h := p.byRef[ref]
		if h == nil {
			h = &hot{ref: ref, ready: make(chan struct{}), users: 1}
			p.byRef[ref] = h
			p.mu.Unlock()
			return p.fill(ctx, h, place)
		}
		h.users++
		p.mu.Unlock()
		select {
		case <-h.ready:
		case <-ctx.Done():
			p.release(h)
			return nil, ctx.Err()
		}
		if h.opened == nil {
			p.release(h)
			return nil, h.failed
		}
		if h.opened.place != place { // switched to another generation since it was opened
			p.drop(h)
			p.release(h)
			continue
		}
		p.touch(h)
		return h.opened, nil
	}
}

// fill opens the volume that slot stands for and lets those who wait for it go on.
func (p *Pool) fill(ctx context.Context, slot *hot, place Place) (*hot, error) {
	h, err := p.open(context.WithoutCancel(ctx), slot.ref, place)
	if err != nil {
		slot.failed = err
		p.drop(slot)
		close(slot.ready)
		p.release(slot)
		return nil, err
	}
	h.slot = slot
	slot.opened = h
	close(slot.ready)
	p.touch(slot)
	return h, nil
}

// touch marks a volume as used now. One that was just opened closes the coldest ones over the capacity.
func (p *Pool) touch(slot *hot) {
	p.mu.Lock()
	if p.byRef[slot.ref] != slot {
		p.mu.Unlock()
		return
	}
	slot.used = p.clock.Now()
	if slot.element != nil {
		p.recent.MoveToFront(slot.element)
		p.mu.Unlock()
		return
	}
	slot.element = p.recent.PushFront(slot)
	cold := p.overCapacity()
	p.mu.Unlock()
	for _, s := range cold {
		s.close()
	}
}

// overCapacity takes the coldest volumes over the capacity out of the books; the caller holds the lock. What is kept counts only towards the bound of all: else a pool full of it would
// close every other volume as soon as nobody uses it.
func (p *Pool) overCapacity() (cold []*hot) {
	kept := 0
	for e := p.recent.Back(); e != nil && p.recent.Len()-kept > p.capacity; {
		prev := e.Prev()
		switch s := e.Value.(*hot); {
		case s.users > 0:
		case p.recent.Len() <= p.capacity*mostKept && p.keep(s.ref):
			kept++
		default:
			cold = append(cold, s)
			p.forget(s)
		}
		e = prev
	}
	return cold
}

// CloseIdle closes the volumes that nobody has used since an instant: a site that sleeps costs nothing but disk.
func (p *Pool) CloseIdle(since time.Time) int {
	p.mu.Lock()
	var cold []*hot
	for e := p.recent.Back(); e != nil; {
		prev := e.Prev()
		s := e.Value.(*hot)
		if !s.used.Before(since) {
			break // the others were used later
		}
		if s.users == 0 && !p.keep(s.ref) {
			cold = append(cold, s)
			p.forget(s)
		}
		e = prev
	}
	p.mu.Unlock()
	for _, s := range cold {
		s.close()
	}
	return len(cold)
}

// forget takes a slot out of the books; the caller holds the lock.
func (p *Pool) forget(slot *hot) {
	if p.byRef[slot.ref] == slot {
		delete(p.byRef, slot.ref)
	}
	if slot.element != nil {
		p.recent.Remove(slot.element)
		slot.element = nil
	}
	slot.dropped = true
}

// drop makes later users open the volume anew; the present ones finish on what they have.
func (p *Pool) drop(slot *hot) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget(slot)
}

// release ends one use; the last user of a dropped volume closes it.
func (p *Pool) release(h *hot) {
	slot := h
	if h.slot != nil {
		slot = h.slot
	}
	p.mu.Lock()
	slot.users--
	last := slot.dropped && slot.users == 0
	p.mu.Unlock()
	if last {
		slot.close()
	}
}

// Evict closes a volume as soon as its present users are done and waits for that, for example before its files are copied.
func (p *Pool) Evict(ctx context.Context, ref Ref) error {
	closing, err := p.Retire(ctx, ref)
	if closing != nil {
		closing()
	}
	return err
}

// Retire waits until the present users of a volume are done; who comes later opens it anew. What is left to do is to close it, which takes the
// engine a while for a large schema: closing does it, nil where the volume is not open.
func (p *Pool) Retire(ctx context.Context, ref Ref) (closing func(), err error) {
	p.mu.Lock()
	slot := p.byRef[ref]
	if slot == nil {
		p.mu.Unlock()
		return nil, nil
	}
	p.forget(slot)
	slot.users++
	gone := make(chan struct{})
	slot.gone = gone
	p.mu.Unlock()
	p.release(slot)
	select {
	case <-gone:
		return slot.closeDatabase, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close closes every volume that nobody uses and the others when their users are done.
func (p *Pool) Close() {
	p.mu.Lock()
	var idle []*hot
	for _, s := range p.byRef {
		p.forget(s)
		if s.users == 0 {
			idle = append(idle, s)
		}
	}
	p.mu.Unlock()
	for _, s := range idle {
		s.close()
	}
}

// Open counts the volumes that are open.
func (p *Pool) Open() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.recent.Len()
}

// Adopt makes a commit of what was changed past Holdfast since the last commit, if anything was.
func (v *Volume) Adopt(ctx context.Context) error {
	h, err := v.pool.acquire(ctx, v.ref)
	if err != nil {
		return err
	}
	defer v.pool.release(h)
	return h.write(ctx, journal.KindWrite, func(*Tx) error { return nil })
}

// Direct runs fn in a transaction of the database itself, without a commit: the journal's own upkeep (sealing, pruning).
func (v *Volume) Direct(ctx context.Context, fn func(*storage.Tx) error) error {
	h, err := v.pool.acquire(ctx, v.ref)
	if err != nil {
		return err
	}
	defer v.pool.release(h)
	return h.db.Write(ctx, fn)
}
