package app

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/watch"
)

// The read-only face of a site whose work volume is lost (R22): the same URLs show the newest state that the vault has, clearly marked, until somebody
// restores or resumes the site. On-call and the status page, which have volumes of their own, go on as they are.

// faces knows which sites get a face now, and the instants that faces show.
type faces struct {
	mu      sync.Mutex
	making  map[ids.Site]bool
	closed  map[volume.Ref]bool // being built: nobody opens half of a volume
	holding map[ids.Site]bool   // whose restores are kept away at this moment
	slots   chan struct{}       // how many are made at the same time
	instant map[ids.Site]faceInstant
}

type faceInstant struct{ since, shown time.Time }

// facesAbreast is how many faces are made at the same time. When a thousand sites are lost, the others wait, and a restore that begins meanwhile takes them first.
const facesAbreast = 2

// faceRetry is how long a face that could not be made waits.
const faceRetry = 15 * time.Second

// found is called by the watcher for every new finding.
func (n *Node) found(ctx context.Context, f watch.Finding) {
	id, err := ids.Parse[ids.Site](f.Site)
	if err != nil {
		return // of no site
	}
	n.lost(ctx, id, f)
	if _, kinds, ok := strings.Cut(f.What, ": "); !ok || !slices.Contains(strings.Split(kinds, ", "), "work") {
		return
	}
	n.faces.mu.Lock()
	defer n.faces.mu.Unlock()
	if n.faces.making[id] {
		return
	}
	if n.faces.making == nil {
		n.faces.making, n.faces.holding, n.faces.slots = map[ids.Site]bool{}, map[ids.Site]bool{}, make(chan struct{}, facesAbreast)
	}
	n.faces.making[id] = true
	n.running.Go(func() {
		n.keepTrying(ctx, id)
		n.faces.mu.Lock()
		defer n.faces.mu.Unlock()
		delete(n.faces.making, id)
	})
}

func (n *Node) keepTrying(ctx context.Context, id ids.Site) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case n.faces.slots <- struct{}{}:
		}
		err := n.makeFace(identity.AsSystem(ctx, "face"), id)
		<-n.faces.slots
		if err == nil {
			return
		}
		n.Log.Error("the read-only face could not be made", "site", id.String(), "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(faceRetry):
		}
	}
}

// makeFace builds the volumes that a site lacks from the vault, in their newest state, and leaves the site read-only. A site that is being restored, or
// that nobody may use, is left as it is.
func (n *Node) makeFace(ctx context.Context, id ids.Site) error {
	s, err := n.Fleet.Site(id)
	if err != nil {
		return err
	}
	if s.State != fleet.Active && s.State != fleet.ReadOnly {
		return nil
	}
	if err := n.restores.begin(id); err != nil {
		return nil //nolint:nilerr // a restore does more than this
	}
	defer n.restores.end(id)
	n.faces.hold(id, true)
	defer n.faces.hold(id, false)
	gone, err := n.goneOf(ctx, id)
	if err != nil || len(gone) == 0 { // it was restored while it waited
		return err
	}
	if err := n.Fleet.SetState(ctx, id, fleet.ReadOnly, "its work volume is lost; the newest state in the vault is shown"); err != nil {
		return err
	}
	for _, ref := range gone {
		if err := n.rebuildClosed(ctx, ref); err != nil && !errors.Is(err, storage.ErrExists) {
			return err
		}
		n.commits.reset(ref)
	}
	return nil
}

// goneOf lists the volumes of a site whose databases are gone, or all that they held.
func (n *Node) goneOf(ctx context.Context, id ids.Site) (gone []volume.Ref, err error) {
	for _, ref := range n.siteVolumes(id.String()) {
		lost, err := n.Recovery.Gone(ctx, ref)
		if err != nil {
			return nil, err
		}
		if lost {
			gone = append(gone, ref)
		}
	}
	return gone, nil
}

func (f *faces) hold(id ids.Site, on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.holding == nil {
		f.holding = map[ids.Site]bool{}
	}
	if on {
		f.holding[id] = true
	} else {
		delete(f.holding, id)
	}
}

func (f *faces) holds(id ids.Site) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.holding[id]
}

// lastSteps is for how long a restore is waited for that the ledger calls done and that has its static pages to write yet.
const lastSteps = 3 * time.Second

// beginRestore keeps other restores of a site away. A face that is being made is no reason to refuse, nor are the last steps of a restore before: whoever
// restores waits for them.
func (n *Node) beginRestore(id ids.Site) error {
	for waited := time.Duration(0); ; waited += 20 * time.Millisecond {
		err := n.restores.begin(id)
		if err == nil {
			return nil
		}
		if s, ferr := n.Fleet.Site(id); !n.faces.holds(id) && (ferr != nil || s.State == fleet.Restoring || waited >= lastSteps) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// builderKey marks the context of whoever builds a volume that is closed to everybody else.
type builderKey struct{}

// rebuildClosed builds a volume where it was, while nobody can open it.
func (n *Node) rebuildClosed(ctx context.Context, ref volume.Ref) error {
	n.faces.close(ref, true)
	defer n.faces.close(ref, false)
	ctx = context.WithValue(ctx, builderKey{}, ref)
	if err := n.Pool.Quiesce(ctx, ref); err != nil {
		return err
	}
	if err := n.shipOpen(ctx, ref); err != nil {
		return err
	}
	_, err := n.Recovery.Rebuild(ctx, ref)
	if err == nil {
		n.filled(ref)
	}
	return err
}

// filled forgets that the database of a volume was found to be there and empty: it was brought back. The watcher would say so with its next look.
func (n *Node) filled(ref volume.Ref) {
	name := ref.Name(n.Fleet.Generation(ref))
	for {
		found := n.hollow.Load()
		if found == nil || !(*found)[name] {
			return
		}
		left := maps.Clone(*found)
		delete(left, name)
		if n.hollow.CompareAndSwap(found, &left) {
			return
		}
	}
}

func (f *faces) close(ref volume.Ref, closed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed == nil {
		f.closed = map[volume.Ref]bool{}
	}
	if closed {
		f.closed[ref] = true
	} else {
		delete(f.closed, ref)
	}
}

// locate tells where a volume lives; it is the pool's Locate.
func (n *Node) locate(ctx context.Context, ref volume.Ref) (volume.Place, error) {
	n.faces.mu.Lock()
	closed := n.faces.closed[ref]
	n.faces.mu.Unlock()
	if closed && ctx.Value(builderKey{}) != ref {
		return volume.Place{}, fault.Unavailable("This is being rebuilt from the vault. Try again in a moment.")
	}
	place, err := n.Fleet.Locate(ctx, ref)
	if hollow := n.hollow.Load(); err == nil && hollow != nil && (*hollow)[ref.Name(place.Generation)] && ctx.Value(builderKey{}) != ref {
		return volume.Place{}, fault.Wrap(storage.ErrMissing, fault.KindUnavailable, "The tables of this volume are gone. It is brought back from the vault, not made anew.")
	}
	return place, err
}

// shipTries is how often a volume is shipped before its face is built; the wait in between is shipPause.
const (
	shipTries = 100
	shipPause = 20 * time.Millisecond
)

// shipOpen saves what the open handle of a removed file still has, and gives an error until the vault has it all. Once is not always enough: the shipment that
// runs all the time may have taken the volume up just when it was closed to everybody else, and left it out.
func (n *Node) shipOpen(ctx context.Context, ref volume.Ref) error {
	v := n.Pool.Volume(ref)
	if err := v.Adopt(ctx); err != nil { // it is not open: there is nothing to save, but perhaps something on its way
		return n.Shipper.Ship(ctx)
	}
	for range shipTries {
		n.Shipper.Mark(ref)
		if err := n.Shipper.Ship(ctx); err != nil {
			return err
		}
		var head journal.Head
		err := v.Read(ctx, func(tx *volume.Tx) (err error) {
			head, err = journal.ReadHead(ctx, tx.Tx)
			return err
		})
		if err != nil || head.Seq == head.SealedSeq {
			return err
		}
		time.Sleep(shipPause)
	}
	return errors.New("the last commits of a lost volume could not be shipped")
}

// FaceOf gives the instant of what a read-only site shows: of its newest commit before it became read-only.
func (n *Node) FaceOf(ctx context.Context, s *fleet.Site) time.Time {
	n.faces.mu.Lock()
	known, ok := n.faces.instant[s.ID]
	n.faces.mu.Unlock()
	if ok && known.since.Equal(s.StateSince) {
		return known.shown
	}
	ref := volume.Ref{Kind: "work", Owner: s.ID.String()}
	seq, err := n.Recovery.CommitAt(ctx, ref, s.StateSince)
	if err != nil {
		return s.StateSince
	}
	shown := s.StateSince
	err = n.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
		c, err := journal.Get(ctx, tx.Tx, seq)
		shown = c.At
		return err
	})
	if err != nil { // it is still being built
		return s.StateSince
	}
	n.faces.mu.Lock()
	defer n.faces.mu.Unlock()
	if n.faces.instant == nil {
		n.faces.instant = map[ids.Site]faceInstant{}
	}
	n.faces.instant[s.ID] = faceInstant{s.StateSince, shown}
	return shown
}

// markReadOnly says in every answer of a read-only site of which instant it is.
func (s *Server) markReadOnly(w http.ResponseWriter, r *http.Request, site *fleet.Site) {
	if site.State == fleet.ReadOnly {
		w.Header().Set("X-Holdfast-Read-Only", s.node.FaceOf(r.Context(), site).UTC().Format(time.RFC3339Nano))
	}
}
