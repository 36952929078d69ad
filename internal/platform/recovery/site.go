package recovery

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/volume"
)

// RestoreSite brings a site to a target: ships what is alive, builds all its volumes beside, proves them, switches them together. People
// may read on until the switch and cannot write meanwhile. On an error the site is as it was before.
func (r *Recovery) RestoreSite(ctx context.Context, id ids.Site, target Target, reason string, report func(Progress)) (Result, error) {
	defer r.hold()()
	if report == nil {
		report = func(Progress) {}
	}
	r.count(id, 1)
	defer r.count(id, -1)
	begun, err := r.begin(ctx, []ids.Site{id}, target, reason)
	if err != nil {
		return Result{Site: id}, err
	}
	s := begun[0]
	s.report = func(p Progress) {
		p.Operation = s.Operation
		report(p)
	}
	ctx = context.WithoutCancel(ctx)
	s.report(Progress{Step: "shipping", Total: len(s.refs), Unit: "volumes"})
	if err := r.save(ctx, begun); err != nil {
		return s.res, r.fail(ctx, s, err)
	}
	if err := r.restore(ctx, s); err != nil {
		return s.res, r.fail(ctx, s, err)
	}
	return s.res, nil
}

// restoring is a site on its way.
type restoring struct {
	fleet.Restore
	target Target
	reason string
	refs   []volume.Ref
	res    Result
	report func(Progress)
}

// begin enters restores of sites and closes the sites for writes.
func (r *Recovery) begin(ctx context.Context, sites []ids.Site, target Target, reason string) ([]*restoring, error) {
	now := r.clock.Now()
	begun, err := r.fleet.BeginRestores(ctx, sites, reason, describe(target))
	if err != nil {
		if len(begun) > 0 {
			err = errors.Join(err, r.fleet.FailRestores(context.WithoutCancel(ctx), begun, err.Error()))
		}
		return nil, err
	}
	out := make([]*restoring, len(begun))
	for i, b := range begun {
		refs := r.fleet.VolumesOf(b.Site.String())
		if len(target.Kinds) > 0 {
			refs = slices.DeleteFunc(refs, func(ref volume.Ref) bool { return !slices.Contains(target.Kinds, ref.Kind) })
		}
		out[i] = &restoring{Restore: b, target: target, reason: reason, refs: refs, report: func(Progress) {},
			res: Result{Operation: b.Operation, Site: b.Site, Started: now}}
	}
	return out, nil
}

// save ships what sites that are closed for writes have and the vault lacks, and reads what the vault has now, once for all of them.
func (r *Recovery) save(ctx context.Context, sites []*restoring) error {
	var refs []volume.Ref
	for _, s := range sites {
		refs = append(refs, s.refs...)
	}
	why := r.saveLive(ctx, refs)
	for _, s := range sites {
		s.res.Unshipped = why[s.Site.String()]
	}
	if err := r.vault.Refresh(ctx); err != nil || !r.vault.Doubtful() {
		return err
	}
	for _, s := range sites {
		if s.Before == fleet.ReadOnly {
			continue // what is there may be a face, which was made of what the vault has
		}
		for _, ref := range s.refs {
			r.heard(ctx, ref)
		}
	}
	return nil
}

// heard tells the vault how far a live volume has come, so that a segment that cannot be read casts no doubt on it. One that is gone has nothing to say.
func (r *Recovery) heard(ctx context.Context, ref volume.Ref) {
	if gone, err := r.Gone(ctx, ref); err != nil || gone {
		return
	}
	err := r.pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
		h, err := journal.ReadHead(ctx, tx.Tx)
		if err == nil {
			r.vault.Knew(ref.String(), h.Seq)
		}
		return err
	})
	if err != nil {
		r.log.Warn("a live volume cannot say how far it has come", "volume", ref.String(), "error", err)
	}
}

// fail opens a site again whose restore failed. On a disk that is full that may have to wait, see Reopen.
func (r *Recovery) fail(ctx context.Context, s *restoring, err error) error {
	opened := r.fleet.FailRestores(ctx, []fleet.Restore{s.Restore}, err.Error())
	if opened != nil {
		r.mu.Lock()
		r.closed = append(r.closed, closedSite{s.Restore, err.Error()})
		r.mu.Unlock()
	}
	return errors.Join(err, opened)
}

// closedSite is a site that is as it was before its restore failed, and that could not be opened again.
type closedSite struct {
	fleet.Restore
	why string
}

// Reopen opens the sites whose failed restore could not even be written down, such as on a full disk. It is called now and then; where there are none
// it does nothing. A crash before that is Resume's business.
func (r *Recovery) Reopen(ctx context.Context) error {
	r.mu.Lock()
	closed := r.closed
	r.closed = nil
	r.mu.Unlock()
	var errs []error
	for _, c := range closed {
		if s, err := r.fleet.Site(c.Site); err != nil || s.State != fleet.Restoring || r.busy(c.Site) {
			continue // another restore has taken care of it
		}
		if err := r.fleet.FailRestores(ctx, []fleet.Restore{c.Restore}, c.why); err != nil {
			errs = append(errs, err)
			r.mu.Lock()
			r.closed = append(r.closed, c)
			r.mu.Unlock()
		}
	}
	return errors.Join(errs...)
}

// busy tells whether a restore of a site runs in this process.
func (r *Recovery) busy(id ids.Site) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sites[id] > 0
}

func (r *Recovery) count(id ids.Site, by int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sites == nil {
		r.sites = map[ids.Site]int{}
	}
	if r.sites[id] += by; r.sites[id] <= 0 {
		delete(r.sites, id)
	}
}

// restore builds the volumes of a site that was begun and saved, and switches to them.
func (r *Recovery) restore(ctx context.Context, s *restoring) error {
	generations, err := r.buildAll(ctx, s)
	if err != nil {
		return err
	}
	if err := r.durable(ctx, s.res.Volumes); err != nil { // not while it was built: a builder that waits for the disk builds nothing
		return errors.Join(err, r.discard(ctx, s.res.Volumes))
	}
	s.report(Progress{Step: "switching", Done: len(s.refs), Total: len(s.refs), Unit: "volumes"})
	did := outcome(s.target, s.res.Volumes)
	if err := r.fleet.Switch(ctx, generations, s.Operation, did); err != nil {
		return errors.Join(err, r.discard(ctx, s.res.Volumes))
	}
	for _, b := range s.res.Volumes {
		if err := r.retire(ctx, b.Ref); err != nil {
			return err
		}
		if err := r.attend(ctx, b); err != nil { // while nobody can change the site yet
			return err
		}
		if r.shipper != nil && b.Target < b.Head {
			r.shipper.Mark(b.Ref)
		}
		r.dropSuperseded(ctx, b.Ref, b.Generation-1)
	}
	if err := r.fleet.Settle(ctx, s.Site, fleet.Settled(s.Before), s.Operation, "done", did); err != nil {
		return err
	}
	s.res.Finished = r.clock.Now()
	s.report(Progress{Step: "done", Done: len(s.refs), Total: len(s.refs), Unit: "volumes"})
	return nil
}

// buildAll builds the volumes of a site at the same time, as far as there are builders. On an error none of them is left.
func (r *Recovery) buildAll(ctx context.Context, s *restoring) (map[volume.Ref]int64, error) {
	var mu sync.Mutex
	s.report(Progress{Step: "building", Total: len(s.refs), Unit: "volumes"})
	built := make([]*Built, len(s.refs))
	done := 0
	g, gctx := errgroup.WithContext(ctx)
	for i, ref := range s.refs {
		g.Go(func() error {
			return r.quiet.run(func() error {
				if err := gctx.Err(); err != nil { // another volume of the site failed
					return err
				}
				b, err := r.buildOne(ctx, s, ref)
				if err != nil {
					return err
				}
				mu.Lock()
				defer mu.Unlock()
				built[i] = b
				done++
				s.report(Progress{Step: "building", Done: done, Total: len(s.refs), Unit: "volumes"})
				return nil
			})
		})
	}
	err := g.Wait()
	generations := map[volume.Ref]int64{}
	for _, b := range built {
		if b != nil {
			generations[b.Ref] = b.Generation
			s.res.Volumes = append(s.res.Volumes, *b)
		}
	}
	if err != nil {
		err = errors.Join(err, r.discard(ctx, s.res.Volumes))
		s.res.Volumes = nil
	}
	return generations, err
}

// discard removes what was built and is not used.
func (r *Recovery) discard(ctx context.Context, volumes []Built) error {
	var errs []error
	for _, b := range volumes {
		errs = append(errs, r.fleet.Engine().Remove(ctx, b.Ref.Name(b.Generation)))
	}
	return errors.Join(errs...)
}

// buildOne builds a volume of a site at its target; nil when it is younger than the target and stays as it is.
func (r *Recovery) buildOne(ctx context.Context, s *restoring, ref volume.Ref) (*Built, error) {
	seq, err := r.resolve(ctx, ref, s.target)
	if errors.Is(err, errYounger) && ref.Kind != "work" {
		gone, err := r.Gone(ctx, ref)
		if err != nil || !gone {
			return nil, err
		}
		seq = 0 // it is gone: what it had last is nearer to what it was than nothing
	} else if err != nil {
		return nil, err
	}
	if seq == 0 {
		if err := r.reachable(ctx, ref, 0); err != nil {
			return nil, err
		}
	}
	who := identity.From(ctx)
	b, err := r.buildOn(ctx, r.fleet.Engine(), ref, seq, r.fleet.Generation(ref)+1, &journal.Commit{At: r.clock.Now().Truncate(time.Microsecond), Actor: who.Actor(), Source: "recovery",
		Request: s.Operation.String(), Reason: s.reason})
	return &b, err
}
