package app

import (
	"context"
	"slices"
	"sync"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
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
	if err := n.beginRestore(s.ID); err != nil {
		return recovery.Result{}, err
	}
	defer n.restores.end(s.ID)
	defer func() {
		for _, ref := range n.Fleet.VolumesOf(s.ID.String()) {
			n.commits.reset(ref)
		}
	}()
	res, err := n.Recovery.RestoreSite(ctx, s.ID, target, reason, func(p recovery.Progress) {
		n.restores.progress(s.ID, p)
		if p.Step == "shipping" { // nobody may write any more: other processes must know before anything is read
			n.awaitFollowers(ctx)
		}
		if report != nil {
			report(p)
		}
	})
	if err != nil {
		return res, err
	}
	return res, n.republish(ctx, s)
}

// republish has the static copies of a site's status pages written anew: what they show was undone.
func (n *Node) republish(ctx context.Context, s *fleet.Site) error {
	if now, err := n.Fleet.Site(s.ID); err != nil || now.State != fleet.Active || !n.Fleet.HasProduct(s.ID, "status") {
		return err
	}
	return n.products.status.Republish(n.siteContext(identity.AsSystem(ctx, "recovery"), s), n.Pool.Volume(volume.Ref{Kind: "status", Owner: s.ID.String()}))
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

// stillDue is how old a job may be that goes on after its volume was rebuilt in its newest state.
const stillDue = 10 * time.Minute

// graceOf tells how old a job may be that goes on in a volume that was brought back.
func graceOf(b recovery.Built) time.Duration {
	if b.Target < b.Head {
		return 0
	}
	return stillDue
}

// restored holds what a volume that was brought back would send of its past, and looks at what is due from now on.
func (n *Node) restored(ctx context.Context, b recovery.Built) error {
	if err := n.eraseAgain(ctx, b.Ref); err != nil {
		return err
	}
	if k, _ := n.Pool.Kind(b.Ref.Kind); !slices.ContainsFunc(k.Tables, func(t storage.Table) bool { return t.Name == jobs.Tables[0].Name }) {
		return nil
	}
	return n.hold(ctx, n.Pool.Volume(b.Ref), graceOf(b))
}

// holdPast holds the jobs of a volume that are overdue by more than grace, and makes sure that the others are looked at.
func (n *Node) holdPast(ctx context.Context, v *volume.Volume, grace time.Duration) error {
	any := false
	err := v.Read(ctx, func(tx *volume.Tx) (err error) {
		any, err = jobs.Any(ctx, tx)
		return err
	})
	if err != nil || !any {
		return err
	}
	return n.hold(ctx, v, grace)
}

// hold is holdPast for a volume that is known to have jobs.
func (n *Node) hold(ctx context.Context, v *volume.Volume, grace time.Duration) error {
	err := v.Settle(identity.AsSystem(ctx, "recovery"), func(tx *volume.Tx) error {
		if err := jobs.HoldPast(ctx, tx, grace); err != nil {
			return err
		}
		return tx.WakeAt(tx.Now())
	})
	n.Jobs.Look(v.Ref())
	return err
}

// LastRestore gives the newest restore of a site that changed something, for its undo.
func (n *Node) LastRestore(ctx context.Context, s *fleet.Site) (ids.Operation, error) {
	ledger, err := n.Fleet.Ledger(ctx, s.ID.String(), time.Time{}, ids.Operation{}, 500)
	if err != nil {
		return ids.Operation{}, err
	}
	for _, op := range ledger {
		if op.Kind == "restore" && op.State == "done" && recovery.Changed(op.Detail) {
			return op.ID, nil
		}
	}
	return ids.Operation{}, fault.NotFound("site %s was never restored to an earlier state", s.Slug)
}
