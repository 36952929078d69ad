package app

import (
	"context"
	"slices"
	"sync"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/recovery"
)

// RestoreFleet restores many sites as one operation; see recovery.RestoreFleet. A site whose restore is under way already is refused for all.
func (n *Node) RestoreFleet(ctx context.Context, sites []ids.Site, target recovery.Target, reason string, report func(recovery.FleetProgress)) (recovery.FleetResult, error) {
	release, err := n.claim(sites)
	if err != nil {
		return recovery.FleetResult{}, err
	}
	defer release()
	ctx, report, end := n.fleets.watch(ctx, report)
	defer end()
	back := n.newHomecoming(ctx)
	res, err := n.Recovery.RestoreFleet(ctx, sites, target, reason, n.fleetReport(ctx, back, report))
	back.wait()
	return res, err
}

// ContinueFleet goes on with a restore of many sites that a crash interrupted.
func (n *Node) ContinueFleet(ctx context.Context, op fleet.Operation, report func(recovery.FleetProgress)) (recovery.FleetResult, error) {
	sites, err := recovery.SitesOf(op)
	if err != nil {
		return recovery.FleetResult{}, err
	}
	release, err := n.claim(sites)
	if err != nil {
		return recovery.FleetResult{}, err
	}
	defer release()
	ctx, report, end := n.fleets.watch(ctx, report)
	defer end()
	back := n.newHomecoming(ctx)
	res, err := n.Recovery.Continue(ctx, op, n.fleetReport(ctx, back, report))
	back.wait()
	return res, err
}

// claim keeps other restores away from sites until release.
func (n *Node) claim(sites []ids.Site) (release func(), err error) {
	for i, id := range sites {
		if err := n.beginRestore(id); err != nil {
			for _, claimed := range sites[:i] {
				n.restores.end(claimed)
			}
			return nil, err
		}
	}
	return func() {
		for _, id := range sites {
			n.restores.end(id)
		}
	}, nil
}

func (n *Node) fleetReport(ctx context.Context, back *homecoming, report func(recovery.FleetProgress)) func(recovery.FleetProgress) {
	return func(p recovery.FleetProgress) {
		n.restores.progress(p.Site, p.Step)
		switch p.Step.Step {
		case "shipping": // nobody may write any more: other processes must know before anything is read
			n.awaitFollowers(ctx)
		case "done":
			back.welcome(p.Site)
		}
		if report != nil {
			report(p)
		}
	}
}

// homecoming does what follows for every site that is back, while others are still being restored: it tells browsers to read everything anew and writes
// the static status pages.
type homecoming struct {
	n     *Node
	ctx   context.Context
	slots chan struct{}
	all   sync.WaitGroup

	mu   sync.Mutex
	seen map[ids.Site]bool
}

func (n *Node) newHomecoming(ctx context.Context) *homecoming {
	return &homecoming{n: n, ctx: context.WithoutCancel(ctx), slots: make(chan struct{}, 2), seen: map[ids.Site]bool{}}
}

// welcome does not wait.
func (h *homecoming) welcome(id ids.Site) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.seen[id] {
		return
	}
	h.seen[id] = true
	h.all.Go(func() {
		h.slots <- struct{}{}
		defer func() { <-h.slots }()
		for _, ref := range h.n.siteVolumes(id.String()) {
			h.n.commits.reset(ref)
		}
		s, err := h.n.Fleet.Site(id)
		if err == nil {
			err = h.n.republish(h.ctx, s)
		}
		if err != nil {
			h.n.Log.Error("static status pages could not be written anew after a restore", "site", id.String(), "error", err)
		}
	})
}

func (h *homecoming) wait() { h.all.Wait() }

// MissingSites gives the sites of this node that lack a database, and those of which only the read-only face is there: what they lacked was made of the vault to be
// read, and nobody can write until it is restored.
func (n *Node) MissingSites(ctx context.Context) ([]ids.Site, error) {
	sites, err := n.Recovery.MissingSites(ctx)
	if err != nil {
		return nil, err
	}
	sites = slices.DeleteFunc(sites, func(id ids.Site) bool {
		_, err := n.Fleet.Site(id)
		return err != nil // purged: nobody may bring it back
	})
	for _, s := range n.Fleet.All() {
		if s.State == fleet.ReadOnly && !slices.Contains(sites, s.ID) {
			sites = append(sites, s.ID)
		}
	}
	if len(sites) == 0 {
		return nil, fault.NotFound("No site lacks a database, and none is read-only since it lost one.")
	}
	return sites, nil
}

// continueRestores goes on, in a process that serves, with the restores of many sites that a crash interrupted.
func (n *Node) continueRestores(ctx context.Context) {
	if !n.takes(0) {
		return
	}
	ctx = identity.AsSystem(ctx, "recovery")
	left, err := n.Recovery.Unfinished(ctx)
	if err != nil {
		n.Log.Error("interrupted restores cannot be read", "error", err)
		return
	}
	for _, op := range left {
		n.Log.Warn("going on with a restore of many sites that was interrupted", "operation", op.ID.String())
		res, err := n.ContinueFleet(ctx, op, nil)
		if err != nil || res.Failed > 0 {
			n.Log.Error("an interrupted restore of many sites did not bring all back", "operation", op.ID.String(), "restored", res.Restored, "failed", res.Failed, "error", err)
		}
	}
}
