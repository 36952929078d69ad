package fleet

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// A restore of a thousand sites makes thousands of commits here. Memory follows each by reading what it changed and nothing else: reading the whole
// fleet after every one would take longer than the restores.

var (
	qSiteOne      = storage.Register("fleet/site.one", `SELECT id, org_id, slug, name, state, state_us, state_reason, created_us FROM site WHERE id = $1 AND state <> 'purged'`)
	qPlacementOne = storage.Register("fleet/placement.one", `SELECT generation FROM placement WHERE kind = $1 AND owner = $2`)
)

// writeSites is write for a change of known sites and placements alone.
func (f *Fleet) writeSites(ctx context.Context, sites []ids.Site, refs []volume.Ref, fn func(*volume.Tx) error) error {
	if err := f.control.Write(ctx, fn); err != nil {
		return err
	}
	return f.reload(ctx, sites, refs)
}

// reload reads sites and placements anew into a copy of what is known. It reads after the commit and under the same lock as Load, so that what
// it stores is never older than what it replaces, in whatever order those who wrote arrive here.
func (f *Fleet) reload(ctx context.Context, sites []ids.Site, refs []volume.Ref) error {
	f.loading.Lock()
	defer f.loading.Unlock()
	s := *f.current.Load()
	if len(sites) > 0 {
		s.sites, s.bySlug = maps.Clone(s.sites), maps.Clone(s.bySlug)
	}
	if len(refs) > 0 {
		s.generation = maps.Clone(s.generation)
	}
	err := f.control.Read(ctx, func(tx *volume.Tx) error {
		for _, id := range sites {
			if err := s.readSite(ctx, tx, id); err != nil {
				return err
			}
		}
		for _, ref := range refs {
			var g int64
			if err := tx.Get(ctx, qPlacementOne, []any{ref.Kind, ref.Owner}, &g); err != nil {
				return err
			}
			s.generation[ref] = g
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("follow the fleet: %w", err)
	}
	s.owned = nil
	if old := f.current.Load(); len(old.generation) == len(s.generation) {
		s.owned = old.owned
	}
	f.current.Store(s.indexed())
	return nil
}

func (s *state) readSite(ctx context.Context, tx *volume.Tx, id ids.Site) error {
	if old := s.sites[id]; old != nil {
		delete(s.sites, id)
		delete(s.bySlug, old.Slug)
	}
	found, err := storage.All(ctx, tx.Tx, qSiteOne, scanSite, id)
	for _, site := range found {
		s.sites[site.ID], s.bySlug[site.Slug] = site, site
	}
	return err
}

// indexed makes the index of volumes by owner where it is missing.
func (s *state) indexed() *state {
	if s.owned == nil {
		s.owned = map[string][]volume.Ref{}
		for ref := range s.generation {
			s.owned[ref.Owner] = append(s.owned[ref.Owner], ref)
		}
		for _, refs := range s.owned {
			slices.SortFunc(refs, func(a, b volume.Ref) int { return strings.Compare(a.Kind, b.Kind) })
		}
	}
	return s
}

// Restore is one site's part of a restore that begins.
type Restore struct {
	Site      ids.Site
	Before    State // the state that the site had
	Operation ids.Operation
}

// beginBatch is how many sites begin in one commit.
const beginBatch = 200

// BeginRestores enters a restore of each site into the ledger and marks the sites as being restored, in one commit for many. A site that cannot
// be restored now refuses for all. What began before an error is given with it.
func (f *Fleet) BeginRestores(ctx context.Context, sites []ids.Site, reason, detail string) (begun []Restore, err error) {
	var all []*Site
	for _, id := range sites {
		s, err := f.Site(id)
		if err != nil {
			return nil, err
		}
		if s.State != Restoring && !slices.Contains(allowed[s.State], Restoring) {
			return nil, fault.Conflict("Site %s is %s and cannot be restored.", s.Slug, s.State)
		}
		all = append(all, s)
	}
	for batch := range slices.Chunk(all, beginBatch) {
		var ops []Restore
		err := f.writeSites(ctx, idsOf(batch), nil, func(tx *volume.Tx) error {
			ops = ops[:0]
			for _, s := range batch {
				op, err := begin(ctx, tx, "restore", s.ID.String(), reason, "running", detail)
				if err != nil {
					return err
				}
				if s.State != Restoring {
					if err := f.setState(ctx, tx, s, Restoring, reason); err != nil {
						return err
					}
				}
				ops = append(ops, Restore{Site: s.ID, Before: s.State, Operation: op})
			}
			return nil
		})
		if err != nil {
			return begun, err
		}
		begun = append(begun, ops...)
	}
	return begun, nil
}

// FailRestores opens sites whose restore failed again, each in the state that it had, and enters why.
func (f *Fleet) FailRestores(ctx context.Context, failed []Restore, why string) error {
	var errs []error
	for batch := range slices.Chunk(failed, beginBatch) {
		var of []ids.Site
		for _, r := range batch {
			of = append(of, r.Site)
		}
		errs = append(errs, f.writeSites(ctx, of, nil, func(tx *volume.Tx) error {
			for _, r := range batch {
				if _, err := tx.Exec(ctx, qSetState, r.Site, string(Settled(r.Before)), clock.Micros(tx.Now()), "restore failed"); err != nil {
					return err
				}
				if _, err := begin(ctx, tx, "site "+string(Settled(r.Before)), r.Site.String(), "restore failed", "done", ""); err != nil {
					return err
				}
				if err := finish(ctx, tx, r.Operation, "failed", why); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	return errors.Join(errs...)
}

// Settled is the state that a site returns to after a restore: one that was interrupted while restoring becomes active.
func Settled(s State) State {
	if s == Restoring {
		return Active
	}
	return s
}

func idsOf(sites []*Site) []ids.Site {
	out := make([]ids.Site, len(sites))
	for i, s := range sites {
		out[i] = s.ID
	}
	return out
}
