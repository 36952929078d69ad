package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/volume"
)

func silentDrillScenario() *scenario {
	return &scenario{
		name: "silent-drill",
		happened: "GitLab, after 2017: the automatic restore test that was to make sure that it never happens again stopped reporting itself; it was noticed only because something " +
			"outside waited for it.",
		does: "proves the backup of everything, with a pulse to somebody outside; then lets the test die without a word, lets it run and prove nothing, and spoils a backup under it",
		holds: "the pulse stops and the owners are told each time what is not proven and since when; a spoiled backup is found by its test, by name; all is well again once it is proven " +
			"again",
		sites: 3,
		run: func(ctx context.Context, d *drill) error {
			return inTurn(ctx, d.create, d.fill, d.provenOnce, d.testDies, d.testProvesNothing, d.backupSpoils, func(ctx context.Context) error {
				if err := d.byFiles(ctx); err != nil {
					return err
				}
				return d.restore(ctx, recovery.Target{})
			}, d.proveAll)
		},
	}
}

// provenOnce restores every backup into scratch, and sets the address that hears a pulse while all is well.
func (d *drill) provenOnce(ctx context.Context) (err error) {
	if d.hooks, err = openDrillHooks(); err != nil {
		return err
	}
	code, _, said := d.command(ctx, drillOwnerName, "restore-test", "set", "--heartbeat", d.hooks.url)
	if code != ExitOK {
		return fmt.Errorf("restore-test set: exit %d: %s", code, said)
	}
	if err := d.n.tester.Look(ctx); err != nil { // enrols everything
		return err
	}
	code, _, said = d.command(ctx, drillOwnerName, "restore-test", "run")
	d.must(code == ExitOK, "The backup of everything is proven", "exit %d %s", code, said)
	wrong, err := d.n.newDeadMan().Check(ctx)
	d.must(err == nil && len(wrong) == 0 && d.hooks.count("restore test") == 1, "All is well, and somebody outside hears so", "%d pulses, %d alarms %v", d.hooks.count("restore test"), len(wrong), err)
	return nil
}

// alarmed looks as the dead man's switch does and gives what it said; letters are those that the owners got by it.
func (d *drill) alarmed(ctx context.Context, what string) (wrong []string, letters, pulses int, err error) {
	before, heard := d.mail.count(drillOwner, what), d.hooks.count("restore test")
	wrong, err = d.n.newDeadMan().Check(ctx)
	return wrong, d.mail.count(drillOwner, what) - before, d.hooks.count("restore test") - heard, err
}

// testDies lets more than a day pass in which the test does not even look.
func (d *drill) testDies(ctx context.Context) error {
	d.clock.pass(27 * time.Hour)
	const what = "has not run since"
	wrong, letters, pulses, err := d.alarmed(ctx, what)
	d.must(err == nil && len(wrong) == 1 && letters == 1 && pulses == 0, "A test that died without a word is told of, and the pulse stops", "%d letters, %d pulses: %v %v", letters, pulses, wrong, err)
	if err := d.n.tester.Look(ctx); err != nil {
		return err
	}
	wrong, _, pulses, err = d.alarmed(ctx, what)
	d.must(err == nil && len(wrong) == 0 && pulses == 1, "When it lives again the pulse is back", "%d pulses %v %v", pulses, wrong, err)
	return nil
}

// testProvesNothing lets the test leave its sign of life while it restores nothing, for longer than a backup may go unproven: it takes every backup for busy.
func (d *drill) testProvesNothing(ctx context.Context) error {
	busy := d.sites[0].ID
	if err := d.n.restores.begin(busy); err != nil { // something real is being restored, for ever: tests wait for it
		return err
	}
	defer d.n.restores.end(busy)
	for range 9 {
		d.clock.pass(24 * time.Hour)
		if err := d.n.tester.Look(ctx); err != nil {
			return err
		}
	}
	wrong, letters, pulses, err := d.alarmed(ctx, "no proven restore for too long")
	d.must(err == nil && len(wrong) >= len(d.sites) && letters > 0 && pulses == 0, "A test that runs and proves nothing is told of", "%d backups in %d letters, %d pulses %v", len(wrong), letters, pulses, err)
	return nil
}

// backupSpoils flips a byte of a backup: its next test finds it.
func (d *drill) backupSpoils(ctx context.Context) error {
	victim := d.sites[1]
	ref := volume.Ref{Kind: "work", Owner: victim.ID.String()}
	snapshots, err := filepath.Glob(filepath.Join(d.vault(), "snapshots", ref.String(), "*.db.zst"))
	if err != nil || len(snapshots) == 0 {
		return errors.Join(err, errors.New("there is no snapshot to spoil"))
	}
	heal, err := flipByte(slices.Max(snapshots), 2)
	if err != nil {
		return err
	}
	code, _, said := d.command(ctx, drillOwnerName, "restore-test", "run")
	d.must(code != ExitOK, "The next test finds the spoiled backup", "exit %d %.200s", code, said)
	d.clock.pass(25 * time.Hour) // of one backup the owners hear once a day
	wrong, letters, _, err := d.alarmed(ctx, victim.Slug)
	d.must(err == nil && len(wrong) == 1 && letters == 1, "The owners are told which and why", "%d letters: %.250s %v", letters, fmt.Sprint(wrong), err)
	if err := heal(); err != nil {
		return err
	}
	code, _, said = d.command(ctx, drillOwnerName, "restore-test", "run", "--site", victim.Slug)
	wrong, _, pulses, err := d.alarmed(ctx, victim.Slug)
	d.must(code == ExitOK && err == nil && len(wrong) == 0 && pulses == 1, "Proven again, all is well", "exit %d %s, %d pulses, %v %v", code, said, pulses, wrong, err)
	return d.hooks.server.Close()
}
