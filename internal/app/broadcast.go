package app

import (
	"sync"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/volume"
)

// broadcast hands commits to those who listen to a volume, such as open browsers. A listener that is too slow is told that it missed some.
type broadcast struct {
	mu        sync.Mutex
	listeners map[volume.Ref]map[*listener]bool
}

// volumeCommit is a commit of a volume.
type volumeCommit struct {
	ref    volume.Ref
	commit journal.Commit
}

// listener receives the commits of some volumes.
type listener struct {
	commits chan volumeCommit
	missed  chan struct{} // closed when commits were dropped
	once    sync.Once
}

func newBroadcast() *broadcast { return &broadcast{listeners: map[volume.Ref]map[*listener]bool{}} }

// listen starts to receive; the returned function ends it.
func (b *broadcast) listen(refs ...volume.Ref) (*listener, func()) {
	l := &listener{commits: make(chan volumeCommit, 256), missed: make(chan struct{})}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, ref := range refs {
		if b.listeners[ref] == nil {
			b.listeners[ref] = map[*listener]bool{}
		}
		b.listeners[ref][l] = true
	}
	return l, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, ref := range refs {
			delete(b.listeners[ref], l)
			if len(b.listeners[ref]) == 0 {
				delete(b.listeners, ref)
			}
		}
	}
}

// send never blocks.
func (b *broadcast) send(ref volume.Ref, commits []journal.Commit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for l := range b.listeners[ref] {
		for _, c := range commits {
			select {
			case l.commits <- volumeCommit{ref, c}:
			default:
				l.once.Do(func() { close(l.missed) })
			}
		}
	}
}

// reset tells all who listen to a volume that its state is another one, as after a restore.
func (b *broadcast) reset(ref volume.Ref) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for l := range b.listeners[ref] {
		l.once.Do(func() { close(l.missed) })
	}
}

// count gives how many listen to a volume.
func (b *broadcast) count(ref volume.Ref) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.listeners[ref])
}
