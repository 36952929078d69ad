package app

import (
	"context"

	"holdfast.dev/internal/platform/recovery"
)

func wipeScenario() *scenario {
	return &scenario{
		name:     "wipe",
		happened: "The measure of a restore: everything of every site goes at once, whoever did it.",
		does:     "removes the databases of all sites while clients write, restores them as one operation, and copies the same bytes for comparison",
		holds:    "every site is back, every row is what was recorded, nothing acknowledged is lost",
		sites:    20,
		clients:  8,
		size:     5_000_000,
		run:      wipe,
	}
}

func wipe(ctx context.Context, d *drill) error {
	return inTurn(ctx, d.create, d.fill, d.meetNeighbours, func(ctx context.Context) error {
		d.near.begin(ctx)
		end := d.writing(ctx)
		defer end()
		d.writeFor(d.o.Writing)
		d.near.phase(duringDisaster)
		if err := d.lastShipmentUnlessFiles(ctx); err != nil {
			return err
		}
		err := d.byFiles(ctx)
		d.destroyed = d.clock.real()
		end()
		return err
	}, func(ctx context.Context) error { return d.restore(ctx, recovery.Target{}) }, d.proveAll, d.calmDown, d.copyForScale)
}

// calmDown ends the neighbours' work, before what only measures.
func (d *drill) calmDown(context.Context) error {
	d.near.end()
	return nil
}

// inTurn does one thing after the other until one fails.
func inTurn(ctx context.Context, steps ...func(context.Context) error) error {
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}
