package recovery

import (
	"context"
	"fmt"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"holdfast.dev/internal/platform/fleet"
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
	built := make([]Built, len(refs))
	var done atomic.Int64
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for i, ref := range refs {
		g.Go(func() (err error) {
			if built[i], err = r.Rebuild(gctx, ref); err != nil {
				return fmt.Errorf("rebuild %s: %w", ref, err)
			}
			report(Progress{Step: "building", Done: int(done.Add(1)), Total: len(refs), Unit: "volumes"})
			return nil
		})
	}
	return built, g.Wait()
}
