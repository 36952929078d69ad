package recovery

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// RebuildAll makes everything that is gone anew from the vault alone: the control database first, since it says what there is, then every
// volume of every organization and site, several at a time. What is there is left as it is.
func (r *Recovery) RebuildAll(ctx context.Context, workers int, report func(Progress)) ([]Built, error) {
	if report == nil {
		report = func(Progress) {}
	}
	var built []Built
	ok, err := r.fleet.Engine().Exists(ctx, fleet.ControlRef.Name(1))
	if err != nil {
		return nil, err
	}
	if !ok {
		report(Progress{Step: "building", Total: 1, Unit: "control database"})
		b, err := r.Rebuild(ctx, fleet.ControlRef)
		if err != nil {
			return nil, fmt.Errorf("rebuild the control database: %w", err)
		}
		built = append(built, b)
	}
	if err := r.fleet.Load(ctx); err != nil {
		return nil, err
	}
	gone, err := r.Missing(ctx)
	if err != nil {
		return nil, err
	}
	made, err := r.rebuildMany(ctx, gone, workers, report)
	return append(built, made...), err
}

func (r *Recovery) rebuildMany(ctx context.Context, refs []volume.Ref, workers int, report func(Progress)) ([]Built, error) {
	if err := r.vault.Refresh(ctx); err != nil {
		return nil, err
	}
	built := make([]Built, len(refs))
	var done atomic.Int64
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for i, ref := range refs {
		g.Go(func() (err error) {
			if built[i], err = r.rebuild(gctx, ref); err != nil {
				return fmt.Errorf("rebuild %s: %w", ref, err)
			}
			report(Progress{Step: "building", Done: int(done.Add(1)), Total: len(refs), Unit: "volumes"})
			return nil
		})
	}
	return built, g.Wait()
}

// Missing lists the volumes whose database is gone, or all that it held.
func (r *Recovery) Missing(ctx context.Context) ([]volume.Ref, error) {
	names, err := r.fleet.Engine().List(ctx)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, n := range names {
		there[n] = true
	}
	var gone []volume.Ref
	var placed []string
	byName := map[string]volume.Ref{}
	for _, ref := range r.fleet.Volumes() {
		place, err := r.fleet.Locate(ctx, ref)
		if err != nil {
			return nil, err
		}
		name := ref.Name(place.Generation)
		if !there[name] {
			gone = append(gone, ref)
			continue
		}
		placed, byName[name] = append(placed, name), ref
	}
	hollow, err := r.hollowAmong(ctx, placed)
	if err != nil {
		return nil, err
	}
	for name := range hollow {
		if ref, ok := byName[name]; ok {
			gone = append(gone, ref)
		}
	}
	slices.SortFunc(gone, func(a, b volume.Ref) int { return strings.Compare(a.String(), b.String()) })
	return gone, nil
}

// Rebuild makes a volume that is gone anew, in its newest state, where it was. The volume must not be there; what is left of a database whose tables were dropped is removed.
func (r *Recovery) Rebuild(ctx context.Context, ref volume.Ref) (Built, error) {
	if err := r.vault.Refresh(ctx); err != nil {
		return Built{}, err
	}
	return r.rebuild(ctx, ref)
}

func (r *Recovery) rebuild(ctx context.Context, ref volume.Ref) (Built, error) {
	place, err := r.fleet.Locate(ctx, ref)
	if err != nil {
		return Built{}, err
	}
	if err := r.pool.Evict(ctx, ref); err != nil {
		return Built{}, err
	}
	gone, err := r.Gone(ctx, ref)
	if err != nil {
		return Built{}, err
	}
	if !gone {
		return Built{}, fmt.Errorf("volume %s: %w", ref, storage.ErrExists)
	}
	var b Built
	err = r.quiet.run(func() (err error) {
		b, err = r.build(ctx, ref, 0, place.Generation, journal.Commit{})
		return err
	})
	if err != nil {
		return b, err
	}
	return b, r.attend(ctx, b)
}

// attend sees to what a volume that was brought back has to do with the time to come.
func (r *Recovery) attend(ctx context.Context, b Built) error {
	switch b.Later {
	case Overdue:
		return r.settle(ctx, b)
	case Waiting:
		return r.wake(ctx, b)
	}
	return nil
}
