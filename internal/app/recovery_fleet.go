package app

import (
	"context"
	"slices"

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
	res, err := n.Recovery.RestoreFleet(ctx, sites, target, reason, n.fleetReport(ctx, report))
	return res, n.afterFleet(ctx, res, err)
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
	res, err := n.Recovery.Continue(ctx, op, n.fleetReport(ctx, report))
	return res, n.afterFleet(ctx, res, err)
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

func (n *Node) fleetReport(ctx context.Context, report func(recovery.FleetProgress)) func(recovery.FleetProgress) {
	return func(p recovery.FleetProgress) {
		n.restores.progress(p.Site, p.Step)
		if p.Step.Step == "shipping" { // nobody may write any more: other processes must know before anything is read
			n.awaitFollowers(ctx)
		}
		if report != nil {
			report(p)
		}
	}
}

// afterFleet tells browsers to read everything anew and writes the static status pages of what came back.
func (n *Node) afterFleet(ctx context.Context, res recovery.FleetResult, err error) error {
	for _, o := range res.Sites {
		for _, b := range o.Result.Volumes {
			n.commits.reset(b.Ref)
		}
		if s, ferr := n.Fleet.Site(o.Site); o.Error == "" && ferr == nil {
			if rerr := n.republish(ctx, s); rerr != nil {
				n.Log.Error("static status pages could not be written anew after a restore", "site", s.ID.String(), "error", rerr)
			}
		}
	}
	return err
}

// MissingSites gives the sites of this node that lack a database.
func (n *Node) MissingSites(ctx context.Context) ([]ids.Site, error) {
	sites, err := n.Recovery.MissingSites(ctx)
	if err != nil {
		return nil, err
	}
	sites = slices.DeleteFunc(sites, func(id ids.Site) bool {
		_, err := n.Fleet.Site(id)
		return err != nil // purged: nobody may bring it back
	})
	if len(sites) == 0 {
		return nil, fault.NotFound("No site lacks a database.")
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
