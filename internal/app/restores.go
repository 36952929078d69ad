package app

import (
	"context"
	"sync"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/volume"
)

// restores knows the restores that run in this process and how far they are.
type restores struct {
	mu      sync.Mutex
	running map[ids.Site]recovery.Progress
}

func (r *restores) begin(site ids.Site) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, busy := r.running[site]; busy {
		return fault.Conflict("A restore of this site is under way already.")
	}
	if r.running == nil {
		r.running = map[ids.Site]recovery.Progress{}
	}
	r.running[site] = recovery.Progress{}
	return nil
}

func (r *restores) progress(site ids.Site, p recovery.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running[site] = p
}

func (r *restores) end(site ids.Site) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.running, site)
}

func (r *restores) of(site ids.Site) (recovery.Progress, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, ok := r.running[site]
	return p, ok
}

// RestoreSite restores a site, one restore at a time, and tells the browsers that look at it to read everything anew.
func (n *Node) RestoreSite(ctx context.Context, s *fleet.Site, target recovery.Target, reason string, report func(recovery.Progress)) (recovery.Result, error) {
	if err := n.restores.begin(s.ID); err != nil {
		return recovery.Result{}, err
	}
	defer n.restores.end(s.ID)
	defer n.commits.reset(volume.Ref{Kind: "work", Owner: s.ID.String()})
	return n.Recovery.RestoreSite(ctx, s.ID, target, reason, func(p recovery.Progress) {
		n.restores.progress(s.ID, p)
		if report != nil {
			report(p)
		}
	})
}

// StartRestore begins a restore that goes on when the request that asked for it has ended, and gives its entry in the ledger.
func (n *Node) StartRestore(ctx context.Context, s *fleet.Site, target recovery.Target, reason string) (ids.Operation, error) {
	began := make(chan ids.Operation, 1)
	failed := make(chan error, 1)
	ctx = identity.With(context.WithoutCancel(ctx), identity.From(ctx))
	n.running.Go(func() {
		var once sync.Once
		_, err := n.RestoreSite(ctx, s, target, reason, func(p recovery.Progress) { once.Do(func() { began <- p.Operation }) })
		if err != nil {
			n.Log.Error("restore failed", "site", s.ID.String(), "error", err)
		}
		failed <- err
	})
	select {
	case op := <-began:
		return op, nil
	case err := <-failed:
		select {
		case op := <-began:
			return op, nil
		default:
			return ids.Operation{}, err
		}
	}
}
