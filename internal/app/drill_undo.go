package app

import (
	"context"
	"errors"
	"fmt"

	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

func undoScenario() *scenario {
	return &scenario{
		name: "undo-depends-on-victim",
		happened: "6 February 2025, Cloudflare: a whole storage service was disabled where one address was meant; the tool that could have enabled it again depended on that " +
			"service, and for 59 minutes nobody could.",
		does: "suspends every site by a plan, then takes away what the undo could lean on: the sites' databases, the people and tokens of every customer, the server, the API and the " +
			"pages; undoes the plan from the command line, and rebuilds",
		holds: "the undo works with nothing of the victims there; everything comes back with the same tokens",
		sites: 4,
		run: func(ctx context.Context, d *drill) error {
			return inTurn(ctx, d.create, d.fill, d.undoWithoutVictims, d.proveAll)
		},
	}
}

func (d *drill) undoWithoutVictims(ctx context.Context) error {
	end := d.writing(ctx)
	d.writeFor(d.o.Writing)
	end()
	p, said, err := d.plan(ctx, "all", "name: Suspend all of them\nreason: an address was meant\naction: {kind: suspend-site}\ntargets:\n  kind: site\n  ids: "+d.siteList()+"\n")
	if err != nil || p == nil {
		return fmt.Errorf("the plan was refused: %s %w", said, err)
	}
	for _, c := range [][]string{{"maintenance", "approve", p.ID.String()}} {
		if code, _, said := d.command(ctx, drillApprover, c...); code != ExitOK {
			return fmt.Errorf("%v: exit %d: %s", c, code, said)
		}
	}
	done, err := d.n.Maintenance.Apply(d.as(ctx, drillAuthor), p.ID, p.Hash, nil)
	if err != nil {
		return err
	}
	n, _ := d.answering()
	d.must(done.State == maintenance.Done && n == 0, "No site answers any more", "%d of %d answer", n, len(d.sites))
	if err := d.n.Shipper.Flush(ctx); err != nil {
		return err
	}
	gone, err := d.takeVictims(ctx)
	if err != nil {
		return err
	}
	d.must(gone > 0, "The databases of the victims, their people and tokens are gone, and no server runs", "%d databases", gone)
	start := d.clock.real()
	code, _, said := d.command(ctx, drillApprover, "maintenance", "undo", p.ID.String())
	d.res.UndoneSeconds = d.clock.real().Sub(start).Seconds()
	d.must(code == ExitOK, "The undo works without anything of theirs", "exit %d in %.2f s %s", code, d.res.UndoneSeconds, said)
	code, _, said = d.command(ctx, drillApprover, "rebuild", "--from", d.vault())
	d.must(code == ExitOK, "What is gone is rebuilt", "exit %d %s", code, said)
	if err := d.start(ctx); err != nil {
		return err
	}
	n, why := d.answering()
	d.must(n == len(d.sites) && d.states()[fleet.Active] == len(d.sites), "Every site answers, with the same addresses and tokens", "%d of %d %s", n, len(d.sites), why)
	return nil
}

// takeVictims stops the server and removes every database of the customers and of their sites.
func (d *drill) takeVictims(ctx context.Context) (gone int, err error) {
	var names []string
	for _, s := range d.sites {
		for _, ref := range d.n.siteVolumes(s.ID.String()) {
			names = append(names, ref.Name(d.n.Fleet.Generation(ref)))
		}
	}
	for _, c := range d.customers {
		ref := volume.Ref{Kind: "access", Owner: c.org.ID.String()}
		names = append(names, ref.Name(d.n.Fleet.Generation(ref)))
	}
	d.down()
	d.destroyed = d.clock.real()
	return len(names), d.prompt(ctx, func(e storage.Engine) (err error) {
		for _, name := range names {
			err = errors.Join(err, e.Remove(ctx, name))
		}
		return err
	})
}
