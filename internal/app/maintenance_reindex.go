package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/volume"
)

// reindexer is a product that derives what its search finds from its records.
type reindexer interface {
	SearchState(ctx context.Context, v *volume.Volume) (entries, stale int64, err error)
	Reindex(ctx context.Context, v *volume.Volume) error
}

func (n *Node) reindexers() map[string]reindexer {
	return map[string]reindexer{"tracker": n.products.tracker, "wiki": n.products.wiki}
}

// reindexSite derives what search finds in a site from its records again.
type reindexSite struct{ n *Node }

// Kind implements maintenance.Action.
func (reindexSite) Kind() string { return "re-index" }

// Target implements maintenance.Action.
func (reindexSite) Target() maintenance.TargetKind { return maintenance.SiteTarget }

// Check implements maintenance.Action.
func (a reindexSite) Check(params map[string]string) error {
	if _, ok := a.n.reindexers()[params["product"]]; len(params) > 1 || len(params) == 1 && !ok {
		return fault.Bad("action.params: this action takes product, one of tracker and wiki, or nothing for both.")
	}
	return nil
}

// Describe implements maintenance.Action.
func (a reindexSite) Describe(params map[string]string) string {
	return "derive what search finds, and what pages link to, from the records again in " + strings.Join(a.products(params), " and ")
}

// Promise implements maintenance.Action.
func (reindexSite) Promise(map[string]string) maintenance.Promise {
	return maintenance.Promise{Requires: "the site is active", Checked: "no entry of the index differs from its record, and the site answers",
		Inverse: "the index is derived once more; what people wrote is never touched, so that there is nothing else to take back"}
}

// TakesSiteOut implements maintenance.Action.
func (reindexSite) TakesSiteOut() bool { return false }

// TakesNothing implements maintenance.Gentle.
func (reindexSite) TakesNothing() bool { return true }

func (a reindexSite) products(params map[string]string) []string {
	if p := params["product"]; p != "" {
		return []string{p}
	}
	return []string{"tracker", "wiki"}
}

// each calls fn for every product asked for that a site has.
func (a reindexSite) each(ctx context.Context, site string, params map[string]string, fn func(ctx context.Context, name string, p reindexer, v *volume.Volume) error) error {
	s, err := a.n.activeSite(site)
	if err != nil {
		return err
	}
	ctx = a.n.siteContext(ctx, s)
	for _, name := range a.products(params) {
		if !slices.Contains(a.n.Fleet.Products(s.ID), name) {
			continue
		}
		if err := fn(ctx, name, a.n.reindexers()[name], a.n.Pool.Volume(volume.Ref{Kind: kindOf(name), Owner: s.ID.String()})); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// The states of an index.
const (
	indexStale = "differs from the records"
	indexWhole = "as the records say"
)

// Before implements maintenance.Action.
func (a reindexSite) Before(ctx context.Context, c maintenance.Candidate, params map[string]string) (maintenance.Snapshot, error) {
	out := maintenance.Snapshot{State: map[string]string{}, Counts: map[string]int64{}}
	err := a.each(ctx, c.ID, params, func(ctx context.Context, name string, p reindexer, v *volume.Volume) error {
		entries, stale, err := p.SearchState(ctx, v)
		state := indexWhole
		if stale > 0 {
			state = indexStale
		}
		out.State["index of "+name] = state
		out.Counts["records in the index of "+name], out.Counts["entries that differ in "+name] = entries, stale
		return err
	})
	return out, err
}

// After implements maintenance.Action.
func (reindexSite) After(before maintenance.Snapshot, _ map[string]string) maintenance.Snapshot {
	after := maintenance.Snapshot{State: map[string]string{}, Counts: before.Counts}
	for name := range before.State {
		after.State[name] = indexWhole
	}
	return after
}

// Apply implements maintenance.Action.
func (a reindexSite) Apply(ctx context.Context, t maintenance.Target, params map[string]string) error {
	return a.each(ctx, t.ID, params, func(ctx context.Context, _ string, p reindexer, v *volume.Volume) error { return p.Reindex(ctx, v) })
}

// Undo implements maintenance.Action.
func (a reindexSite) Undo(ctx context.Context, t maintenance.Target, params map[string]string) error {
	return a.Apply(ctx, t, params)
}

// activeSite gives a site by its identifier; fault.KindConflict when it is not in use, so that work on it could not be checked by asking it.
func (n *Node) activeSite(id string) (*fleet.Site, error) {
	parsed, err := ids.Parse[ids.Site](id)
	if err != nil {
		return nil, err
	}
	s, err := n.Fleet.Site(parsed)
	if err == nil && s.State != fleet.Active {
		err = fault.Conflict("it is %s", s.State)
	}
	return s, err
}
