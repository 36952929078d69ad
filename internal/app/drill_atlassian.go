package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/recovery"
)

func atlassianScenario() *scenario {
	return &scenario{
		name: "atlassian-2022",
		happened: "5 April 2022: a script that was to remove an old add-on was given the identifiers of sites; the call took both, and 883 sites of 775 customers were " +
			"gone in 23 minutes, for up to 14 days.",
		does: "plans the add-on's end with identifiers of sites; suspends those sites under a breakglass; removes their files; drops their tables by SQL; all of it while clients write",
		holds: "the mistake is refused before a target is read; the bypassed one stops after the first wave and is taken back; a suspension of all is undone; what is destroyed is " +
			"noticed, freezes maintenance, and comes back whole",
		sites:   883,
		clients: 8,
		run:     atlassian,
	}
}

func atlassian(ctx context.Context, d *drill) error {
	return inTurn(ctx, d.create, d.contacts, d.fill, d.meetNeighbours, d.theMistake, d.serve, func(ctx context.Context) error {
		d.near.begin(ctx) // before clients write: they do not either while sites are restored
		end := d.writing(ctx)
		defer end()
		d.writeFor(d.o.Writing)
		if err := inTurn(ctx, d.theGuardBypassed, d.allSuspended); err != nil {
			return err
		}
		if err := d.lastShipmentUnlessFiles(ctx); err != nil {
			return err
		}
		err := d.gone(ctx, "rm -rf", d.byFiles)
		end()
		return err
	}, d.comeBack, d.copyForScale, func(ctx context.Context) error {
		files := d.res // the figures of the drill are those of the files
		end := d.writing(ctx)
		defer end()
		d.writeFor(d.o.Writing)
		if err := d.lastShipment(ctx); err != nil {
			return err
		}
		err := d.gone(ctx, "SQL", d.byTables)
		end()
		if err != nil {
			return err
		}
		err = d.comeBack(ctx)
		d.res.RestoreSeconds, d.res.CopySeconds, d.res.Ratio, d.res.DetectedSeconds = files.RestoreSeconds, files.CopySeconds, files.Ratio, files.DetectedSeconds
		return err
	}, d.calmDown, d.aims)
}

// contacts enters whom to call, outside of every tenant.
func (d *drill) contacts(ctx context.Context) error {
	for i, c := range d.customers {
		if err := d.n.Fleet.AddContact(ctx, c.org.ID, ids.Site{}, "Contact", contactOf(i), "admin"); err != nil {
			return err
		}
	}
	return nil
}

func contactOf(i int) string { return fmt.Sprintf("contact@customer-%04d.example", i+1) }

// theMistake is the call of 2022: an add-on is to be deactivated, and the list is of sites.
func (d *drill) theMistake(ctx context.Context) error {
	for _, s := range d.sites { // nothing of a tenant is open, so that opening one would show
		for _, ref := range d.n.siteVolumes(s.ID.String()) {
			if err := d.n.Pool.Evict(ctx, ref); err != nil {
				return err
			}
		}
	}
	opened := d.n.Pool.Open()
	p, said, err := d.plan(ctx, "insight", "name: Deactivate the legacy add-on Insight\nreason: it is part of the product now\naction: {kind: deactivate-addon}\ntargets:\n  kind: addon\n  ids: "+d.siteList()+"\n")
	if err != nil {
		return err
	}
	stored, err := d.plansStored(ctx)
	if err != nil {
		return err
	}
	d.res.Refused++
	d.must(p == nil && stored == 0, "Identifiers of sites for an add-on are refused", "%.160s", said)
	d.must(d.n.Pool.Open() <= opened, "Nothing of any target was read for that", "%d databases open before, %d after", opened, d.n.Pool.Open())
	n, why := d.answering()
	d.must(n == len(d.sites), "Every site answers", "%d of %d %s", n, len(d.sites), why)
	return nil
}

// theGuardBypassed is the same list in a plan that says what it does, by somebody who believes that the sites go on; the second approval and the caps are
// lifted by a breakglass.
func (d *drill) theGuardBypassed(ctx context.Context) error {
	p, said, err := d.plan(ctx, "insight-sites", "name: Deactivate Insight\nreason: it is part of the product now\naction: {kind: suspend-site}\nexpect: {site_answers: true}\ntargets:\n  kind: site\n  ids: "+d.siteList()+"\n")
	if err != nil || p == nil {
		return fmt.Errorf("the plan over sites was refused: %s %w", said, err)
	}
	code, _, said := d.command(ctx, drillAuthor, "maintenance", "breakglass", p.ID.String(), "--reason", "the add-on has to go today, nobody is there to approve")
	d.must(code == ExitOK && d.mail.count(drillOwner, "Breakglass") > 0, "A breakglass tells the owners before anything happens", "exit %d %s", code, said)
	most := 0
	start := d.clock.real()
	got, err := d.n.Maintenance.Apply(d.as(ctx, drillAuthor), p.ID, p.Hash, func(done, total int, _ string) {
		most = max(most, len(d.sites)-d.states()[fleet.Active])
		d.report(Progress{Step: "applying the wrong plan", Done: int64(done), Total: int64(total), Unit: "targets"})
	})
	took := d.clock.real().Sub(start)
	if got == nil {
		return err
	}
	d.res.StoppedAfter, d.res.Suspended = touchedOf(got), most
	d.must(err != nil && got.State == maintenance.Halted && most <= 1, "The run stops by itself after its first wave", "%s after %d of %d targets in %.2f s, at most %d suspended: %.160s",
		got.State, d.res.StoppedAfter, len(d.sites), took.Seconds(), most, fmt.Sprint(err))
	n, why := d.answering()
	d.must(n == len(d.sites), "What it touched was taken back", "%d of %d sites answer %s", n, len(d.sites), why)
	return nil
}

// touchedOf counts the targets that a run did anything to.
func touchedOf(p *maintenance.Plan) (n int) {
	for _, t := range p.Targets {
		if t.State != maintenance.Waiting {
			n++
		}
	}
	return n
}

// allSuspended has somebody suspend every site on purpose, all guards lifted, and takes it back: nothing moved, so nothing has to be moved back.
func (d *drill) allSuspended(ctx context.Context) error {
	p, said, err := d.plan(ctx, "all", "name: Suspend all of them\nreason: somebody means it\naction: {kind: suspend-site}\ntargets:\n  kind: site\n  ids: "+d.siteList()+"\n")
	if err != nil || p == nil {
		return fmt.Errorf("the plan to suspend was refused: %s %w", said, err)
	}
	if code, _, said := d.command(ctx, drillAuthor, "maintenance", "breakglass", p.ID.String(), "--reason", "all of them, now, whatever the caps are"); code != ExitOK {
		return fmt.Errorf("breakglass: exit %d: %s", code, said)
	}
	done, err := d.n.Maintenance.Apply(d.as(ctx, drillAuthor), p.ID, p.Hash, func(done, total int, _ string) {
		d.report(Progress{Step: "suspending", Done: int64(done), Total: int64(total), Unit: "sites"})
	})
	if err != nil {
		return err
	}
	d.must(done.State == maintenance.Done && d.states()[fleet.Suspended] == len(d.sites), "A plan that means it suspends them all", "%d sites", d.states()[fleet.Suspended])
	start := d.clock.real()
	code, _, said := d.command(ctx, drillApprover, "maintenance", "undo", p.ID.String())
	d.res.UndoneSeconds = d.clock.real().Sub(start).Seconds()
	n, why := d.answering()
	d.must(code == ExitOK && n == len(d.sites), "Undo opens every site again", "%d of %d answer, same identifiers, addresses and tokens, %.2f s %s %s", n, len(d.sites), d.res.UndoneSeconds, said, why)
	return nil
}

// gone destroys something while clients write and waits until the watcher has frozen all maintenance.
func (d *drill) gone(ctx context.Context, by string, destroy func(context.Context) error) error {
	d.near.phase(duringDisaster)
	if err := destroy(ctx); err != nil {
		return err
	}
	d.destroyed = d.clock.real()
	why := ""
	frozen := d.within(ctx, 2*time.Minute, func() bool {
		why, _ = d.n.Maintenance.Frozen(ctx)
		return why != ""
	})
	d.res.DetectedSeconds = d.clock.real().Sub(d.destroyed).Seconds()
	d.must(frozen, "The watcher notices "+by+" and freezes all maintenance", "%.1f s after the last site was gone: %.160s", d.res.DetectedSeconds, why)
	told := d.within(ctx, time.Minute, func() bool { return d.mail.count(drillOwner, "tenants need you") > 0 })
	d.must(told, "The owners are told", "%d letters", d.mail.count(drillOwner, "tenants need you"))
	p, said, err := d.plan(ctx, "while-frozen", "name: Go on\nreason: whatever happens\naction: {kind: suspend-site}\ntargets:\n  kind: site\n  ids: ["+d.sites[0].ID.String()+"]\n")
	if err != nil || p == nil { // its people or its database are gone: refused even earlier
		d.res.Refused++
		d.must(strings.TrimSpace(said) != "" || err != nil, "No destructive run goes on meanwhile", "%.160s %v", said, err)
		return nil
	}
	code, _, said := d.command(ctx, drillAuthor, "maintenance", "breakglass", p.ID.String(), "--reason", "not even a breakglass lifts a freeze")
	if code == ExitOK {
		code, _, said = d.command(ctx, drillAuthor, "maintenance", "apply", p.ID.String(), "--hash", p.Hash)
	}
	d.res.Refused++
	d.must(code == ExitRefused && strings.Contains(said, "frozen"), "No destructive run goes on meanwhile", "exit %d: %.160s", code, said)
	return nil
}

// comeBack restores everything, proves it and lets maintenance go on.
func (d *drill) comeBack(ctx context.Context) error {
	if err := d.restore(ctx, recovery.Target{}); err != nil {
		return err
	}
	if err := d.proveAll(ctx); err != nil {
		return err
	}
	n, why := d.answering()
	d.must(n == len(d.sites) && d.states()[fleet.Active] == len(d.sites), "Every site answers, with the same addresses and tokens", "%d of %d answer, %d are active %s", n, len(d.sites), d.states()[fleet.Active], why)
	code, _, said := d.command(ctx, drillOwnerName, "maintenance", "thaw")
	d.must(code == ExitOK, "Maintenance can go on", "%s", said)
	return nil
}

// aims enters the figures that are promised for 883 sites on the reference machine.
func (d *drill) aims(context.Context) error {
	d.aim("seconds until a suspension of all was undone", d.res.UndoneSeconds, 5)
	d.aim("seconds until maintenance was frozen", d.res.DetectedSeconds, 60)
	d.aim("seconds to restore and prove everything", d.res.RestoreSeconds, 60)
	d.aim("restore against copying the same bytes with fsync", d.res.Ratio, 4)
	return nil
}
