package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/storage"
)

// Absence is never an instruction: nothing read, nothing given, something understood in part.

func zeroRecordsScenario() *scenario {
	return &scenario{
		name:     "zero-records",
		happened: "16 April 2016, 123-reg: a script that cleaned up read zero records of what was in use and deleted live servers; six days later 39 % were back.",
		does: "plans with lists, filters and scripts that give nothing, over an inventory that cannot be read whole; then lets the table of sites itself read as empty while everything " +
			"that looks after sites runs",
		holds:    "every plan is refused, the watcher takes an empty inventory for a disaster, no database is gone, the sites come back",
		postgres: "nothing is different",
		sites:    3,
		run: func(ctx context.Context, d *drill) error {
			return inTurn(ctx, d.create, d.fillLittle, d.serve, d.zeroInPlans, d.zeroInTheInventory, d.unharmed)
		},
	}
}

// zeroInPlans asks for nothing in every way.
func (d *drill) zeroInPlans(ctx context.Context) error {
	sources := map[string]string{
		"an empty list":                         "action: {kind: suspend-site}\ntargets: {kind: site, ids: []}",
		"a list that is not there":              "action: {kind: suspend-site}\ntargets: {kind: site, ids: }",
		"no targets":                            "action: {kind: suspend-site}",
		"a filter that selects none":            "action: {kind: suspend-site}\ntargets: {kind: site, where: {slug: nowhere}}",
		"an empty filter":                       "action: {kind: suspend-site}\ntargets: {kind: site, where: {}}",
		"a script that selects none":            "action: {kind: suspend-site}\ntargets: {kind: site}\nscript: |\n  def select(t):\n    return False",
		"a script that subtracts an empty list": "action: {kind: suspend-site}\ntargets: {kind: site}\nscript: |\n  used = []\n  def select(t):\n    return t.site not in used and len(used) > 0",
		"a script without an answer":            "action: {kind: suspend-site}\ntargets: {kind: site}\nscript: |\n  def select(t):\n    pass",
	}
	return d.refuseAll(ctx, "Nothing selected is never everything", sources)
}

// refuseAll has every plan refused.
func (d *drill) refuseAll(ctx context.Context, name string, sources map[string]string) error {
	taken := ""
	for what, source := range sources {
		p, _, err := d.plan(ctx, "absent", "name: Clean up\nreason: what is not in use\n"+source+"\n")
		if err != nil {
			return err
		}
		d.res.Refused++
		if p != nil {
			taken += what + "; "
		}
	}
	stored, err := d.plansStored(ctx)
	d.must(taken == "" && stored == 0, name, "%d plans tried, taken: %q, %d stored", len(sources), taken, stored)
	return err
}

// zeroInTheInventory makes the table of sites read as empty to everybody, by SQL, and lets everything run that looks after sites.
func (d *drill) zeroInTheInventory(ctx context.Context) error {
	before := len(d.n.Fleet.Volumes())
	swap := func(from, to string) error {
		return d.n.control().Direct(ctx, func(tx *storage.Tx) error {
			_, err := tx.ExecText(ctx, "UPDATE site SET state = '"+to+"' WHERE state = '"+from+"'")
			return err
		})
	}
	// What a site's row says when it was purged is what every reader passes over: the inventory has zero records.
	if err := swap(string(fleet.Active), "purged"); err != nil {
		return err
	}
	if err := d.n.Fleet.Load(ctx); err != nil {
		return err
	}
	seen, err := d.n.Fleet.Sites(ctx)
	if err != nil {
		return err
	}
	d.must(len(seen) == 0, "The inventory reads zero records", "%d sites", len(seen))
	if err := d.refuseAll(ctx, "Plans over an empty inventory are refused", map[string]string{"sites": "action: {kind: suspend-site}\ntargets: {kind: site, where: {state: active}}",
		"add-ons": "action: {kind: deactivate-addon}\ntargets: {kind: addon, where: {addon: " + drillAddon + "}}"}); err != nil {
		return err
	}
	start := d.clock.real()
	frozen := ""
	d.within(ctx, 2*time.Minute, func() bool { frozen, _ = d.n.Maintenance.Frozen(ctx); return frozen != "" })
	d.res.DetectedSeconds = d.clock.real().Sub(start).Seconds()
	d.must(frozen != "", "The watcher takes an empty inventory for a disaster", "%.160s", frozen)
	if _, err := d.n.TellTombstoned(ctx); err != nil {
		return err
	}
	if err := errors.Join(d.n.CareForIncidents(ctx), d.n.Jobs.RunDue(ctx)); err != nil {
		return err
	}
	if err := swap("purged", string(fleet.Active)); err != nil {
		return err
	}
	if err := d.n.Fleet.Load(ctx); err != nil {
		return err
	}
	there, err := d.n.present(ctx)
	d.must(len(d.n.Fleet.Volumes()) == before && len(there) >= before, "No database was touched", "%d volumes, %d databases", before, len(there))
	return err
}

func blankParameterScenario() *scenario {
	return &scenario{
		name: "blank-parameter",
		happened: "May 2024, UniSuper at Google Cloud: a blank parameter in a tool became a term of one year; a year later everything of a customer was deleted in two regions, " +
			"without a word, because the customer had not asked for it.",
		does:     "leaves every parameter blank that could end a site, in plans and commands, then lets more than a year pass with everything running that looks after sites",
		holds:    "a blank is refused, no site has a term, nothing ends by itself; a site that was tombstoned tells its contacts, is never purged by holdfast and comes back",
		postgres: "nothing is different",
		sites:    3,
		run: func(ctx context.Context, d *drill) error {
			return inTurn(ctx, d.create, d.contacts, d.fillLittle, d.blanks, d.aYearPasses, d.unharmed)
		},
	}
}

func (d *drill) blanks(ctx context.Context) error {
	slug := d.sites[0].Slug
	err := d.refuseAll(ctx, "A blank parameter of a plan is refused", map[string]string{
		"a blank value":          "action: {kind: suspend-site}\ntargets: {kind: site, where: {slug: ''}}",
		"no value":               "action: {kind: suspend-site}\ntargets: {kind: site, where: {slug: }}",
		"a blank parameter":      "action: {kind: switch-off-product, params: {product: ''}}\ntargets: {kind: site, where: {slug: " + slug + "}}",
		"a parameter without":    "action: {kind: switch-off-product, params: {product: }}\ntargets: {kind: site, where: {slug: " + slug + "}}",
		"a missing parameter":    "action: {kind: switch-off-product}\ntargets: {kind: site, where: {slug: " + slug + "}}",
		"a blank action":         "action: {kind: ''}\ntargets: {kind: site, where: {slug: " + slug + "}}",
		"a blank kind":           "action: {kind: suspend-site}\ntargets: {kind: '', where: {slug: " + slug + "}}",
		"a term":                 "action: {kind: suspend-site, params: {term: ''}}\ntargets: {kind: site, where: {slug: " + slug + "}}",
		"a term of one year":     "action: {kind: suspend-site, params: {term: 1y}}\ntargets: {kind: site, where: {slug: " + slug + "}}",
		"spaces for a parameter": "action: {kind: switch-off-product, params: {product: '  '}}\ntargets: {kind: site, where: {slug: " + slug + "}}",
	})
	if err != nil {
		return err
	}
	taken := ""
	commands := [][]string{{"site", "tombstone", slug, "--reason", ""}, {"site", "tombstone", slug}, {"purge", "request", slug, "--reason", ""}, {"site", "suspend", ""}, {"site", "suspend", " "},
		{"maintenance", "freeze", "--reason", ""}, {"erase", "person", "", "--org", "", "--reason", ""}, {"site", "switch-off", slug, ""}}
	for _, c := range commands {
		if code, _, _ := d.command(ctx, drillAuthor, c...); code == ExitOK {
			taken += strings.Join(c, " ") + "; "
		}
	}
	d.res.Refused += len(commands)
	d.must(taken == "", "A blank parameter of a command is refused", "%d tried, taken: %q", len(commands), taken)
	return nil
}

// aYearPasses suspends and tombstones one site on purpose, and lets 400 days pass a day at a time for everything that looks after sites.
func (d *drill) aYearPasses(ctx context.Context) error {
	doomed := d.sites[len(d.sites)-1]
	for _, c := range [][]string{{"site", "suspend", doomed.Slug}, {"site", "tombstone", doomed.Slug, "--reason", "the drill says so"}} {
		if code, _, said := d.command(ctx, drillOwnerName, c...); code != ExitOK {
			return fmt.Errorf("%s: exit %d: %s", strings.Join(c, " "), code, said)
		}
	}
	for day := range 400 {
		d.clock.pass(24 * time.Hour)
		if _, err := d.n.TellTombstoned(ctx); err != nil {
			return err
		}
		if day%20 == 0 {
			if err := errors.Join(d.n.CareForIncidents(ctx), d.n.Jobs.RunDue(ctx)); err != nil {
				return err
			}
			d.report(Progress{Step: "a year passes", Done: int64(day), Total: 400, Unit: "days"})
		}
	}
	states := d.states()
	d.must(states[fleet.Active] == len(d.sites)-1 && states[fleet.Tombstoned] == 1, "Nothing ended by itself in 400 days", "%d active, %d tombstoned of %d", states[fleet.Active], states[fleet.Tombstoned], len(d.sites))
	told := d.mail.count("", doomed.Slug)
	d.must(told >= 3, "The contacts of the one that somebody ended were told three times before", "%d letters", told)
	code, _, said := d.command(ctx, drillOwnerName, "site", "resume", doomed.Slug)
	d.must(code == ExitOK, "It comes back a year later", "exit %d %s", code, said)
	return nil
}

func halfFilterScenario() *scenario {
	return &scenario{
		name:     "half-parsed-filter",
		happened: "ServiceNow tells its users: a part of a query that is invalid is dropped, and the deletion runs on what is left.",
		does:     "cuts, misspells, doubles and garbles the filter and the script of a plan in hundreds of ways",
		holds:    "what is not understood whole is refused; what is taken selects exactly what it says; nothing is affected",
		postgres: "nothing is different",
		sites:    4,
		run: func(ctx context.Context, d *drill) error {
			return inTurn(ctx, d.create, d.fillLittle, d.halfFilters, d.unharmed)
		},
	}
}

const wholeFilter = `name: Deactivate the legacy add-on
reason: it is part of the product now
action: {kind: deactivate-addon}
expect: {targets: 1}
targets: {kind: addon, where: {addon: insight-assets, site: drill-0001, state: active}}
`

// halfFilters garbles a filter of three conditions. A plan that is taken selects the one add-on that all three select: a condition that was lost would have
// selected more.
func (d *drill) halfFilters(ctx context.Context) error {
	rng := rand.New(rand.NewPCG(d.o.Seed, 0x68616c66))
	where := strings.Index(wholeFilter, "{addon:")
	var sources []string
	for cut := where; cut < len(wholeFilter)-1; cut++ { // half written
		sources = append(sources, wholeFilter[:cut])
	}
	for range 300 {
		b := []byte(wholeFilter)
		at := where + rng.IntN(len(b)-where-1)
		switch rng.IntN(4) {
		case 0:
			b[at] = byte(32 + rng.IntN(95))
		case 1:
			b = append(b[:at], b[at+1:]...)
		case 2:
			b = append(b[:at], append([]byte{byte(32 + rng.IntN(95))}, b[at:]...)...)
		case 3:
			to := at + rng.IntN(len(b)-at)
			b = append(b[:at], b[to:]...)
		}
		sources = append(sources, string(b))
	}
	for _, filter := range []string{"{addon: insight-assets, site: drill-0001, sate: active}", "{addon: insight-assets, site: drill-0001, state: activ}", "{addon: insight-assets, site: drill-0001, state: [active]}",
		"{addon: insight-assets, site: drill-0001, state: {is: active}}", "{addon: insight-assets, site: , state: active}", "{addon: insight-assets, site: drill-*, state: active}",
		"'addon = insight-assets AND site ='", "[addon: insight-assets]", "{addon: insight-assets, addon: insight-assets}", "{addon: insight-assets, site: drill-0001, state: active, 1: 2}"} {
		sources = append(sources, "name: n\nreason: r\naction: {kind: deactivate-addon}\nexpect: {targets: 1..1000}\ntargets: {kind: addon, where: "+filter+"}\n")
	}
	wider := ""
	taken := 0
	for i, source := range sources {
		p, err := d.n.Maintenance.Plan(d.as(ctx, drillAuthor), []byte(source))
		if err != nil {
			d.res.Refused++
			continue
		}
		taken++
		if len(p.Body.Targets) != 1 && wider == "" && strings.Contains(source, "site:") && strings.Contains(source, "state:") {
			wider = fmt.Sprintf("%d targets of %q", len(p.Body.Targets), source)
		}
		if len(p.Body.Targets) > 1 {
			wider = fmt.Sprintf("%d targets of %q", len(p.Body.Targets), source)
		}
		if i%50 == 0 {
			d.report(Progress{Step: "garbling", Done: int64(i), Total: int64(len(sources)), Unit: "plans"})
		}
	}
	d.must(wider == "" && d.res.Refused > len(sources)/2, "A filter that is understood in part is not understood", "%d plans, %d refused, %d mean the same; wider: %q", len(sources), d.res.Refused, taken, wider)
	applied, err := d.count(ctx, "SELECT count(*) FROM maintenance_permit")
	if err != nil {
		return err
	}
	changed, err := d.count(ctx, "SELECT count(*) FROM addon WHERE state <> 'active'")
	d.must(applied == 0 && changed == 0, "Nothing was affected", "%d targets touched, %d add-ons changed", applied, changed)
	return err
}

func changedScriptScenario() *scenario {
	return &scenario{
		name:     "script-changed-during-run",
		happened: "December 2021, Kyoto University: a clean-up script was replaced while it ran, a variable was undefined from there on, and 34 million files of 77 TB were deleted.",
		does:     "changes the plan's file and its script after the approval and in the middle of the run, and changes the stored plan by SQL",
		holds:    "what runs is, byte for byte, what was approved; a plan that was changed in the database is refused; nothing else is touched",
		postgres: "nothing is different",
		sites:    12,
		run: func(ctx context.Context, d *drill) error {
			return inTurn(ctx, d.create, d.fillLittle, d.changedFile, d.changedPlan, d.unharmed)
		},
	}
}

const oneThird = `name: Deactivate the add-on of some
reason: these have moved
action: {kind: deactivate-addon}
expect: {targets: 1..1000}
targets: {kind: addon}
script: |
  def select(t):
    return t.addon == "insight-assets" and t.site < "drill-%04d"
`

// changedFile overwrites the script with one that selects everything, after the approval and again during the run.
func (d *drill) changedFile(ctx context.Context) error {
	want := max(2, len(d.sites)/3)
	p, said, err := d.plan(ctx, "script", fmt.Sprintf(oneThird, want+1))
	if err != nil || p == nil {
		return fmt.Errorf("the plan was refused: %s %w", said, err)
	}
	overwrite := func(text string) error {
		_, err := d.planFile("script", text)
		return err
	}
	if code, _, said := d.command(ctx, drillApprover, "maintenance", "approve", p.ID.String()); code != ExitOK {
		return fmt.Errorf("approve: exit %d: %s", code, said)
	}
	if err := overwrite(strings.ReplaceAll(fmt.Sprintf(oneThird, 9999), "return t.addon", "return True or t.addon")); err != nil {
		return err
	}
	var failed error
	got, err := d.n.Maintenance.Apply(d.as(ctx, drillAuthor), p.ID, p.Hash, func(done, _ int, _ string) {
		if done == 1 {
			failed = overwrite("script: |\n  def select(t):\n    return t.undefined\n")
		}
	})
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	off, err := d.count(ctx, "SELECT count(*) FROM addon WHERE state = 'deactivated'")
	d.must(got.State == maintenance.Done && off == int64(want), "What ran is what was approved, whatever became of the file", "%d add-ons are off, %d were approved", off, want)
	if err != nil {
		return err
	}
	code, _, said := d.command(ctx, drillApprover, "maintenance", "undo", p.ID.String())
	d.must(code == ExitOK, "It is taken back", "exit %d %s", code, said)
	return nil
}

// changedPlan alters an approved plan where it is stored.
func (d *drill) changedPlan(ctx context.Context) error {
	p, said, err := d.plan(ctx, "stored", fmt.Sprintf(oneThird, 2))
	if err != nil || p == nil {
		return fmt.Errorf("the plan was refused: %s %w", said, err)
	}
	if code, _, said := d.command(ctx, drillApprover, "maintenance", "approve", p.ID.String()); code != ExitOK {
		return fmt.Errorf("approve: exit %d: %s", code, said)
	}
	if len(p.Body.Targets) != 1 {
		return fmt.Errorf("%d targets", len(p.Body.Targets))
	}
	other := ""
	err = d.n.control().Direct(ctx, func(tx *storage.Tx) error {
		if err := tx.GetText(ctx, "SELECT id FROM addon WHERE id <> $1", []any{p.Body.Targets[0].ID}, &other); err != nil {
			return err
		}
		for _, text := range []string{"UPDATE maintenance_plan SET body = replace(body, $1, $2) WHERE id = $3", "UPDATE maintenance_target SET target = replace(target, $1, $2) WHERE plan_id = $3"} {
			if _, err := tx.ExecText(ctx, text, p.Body.Targets[0].ID, other, p.ID.String()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	code, _, said := d.command(ctx, drillAuthor, "maintenance", "apply", p.ID.String(), "--hash", p.Hash)
	d.res.Refused++
	off, err := d.count(ctx, "SELECT count(*) FROM addon WHERE state = 'deactivated'")
	d.must(code != ExitOK && off == 0, "A plan that was changed where it is stored is refused", "exit %d, %d add-ons off: %.160s", code, off, said)
	return err
}
