package app

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/volume"
)

func deleteServerScenario() *scenario {
	return &scenario{
		name: "delete-server-for-database",
		happened: "24 May 2023, Azure DevOps in Brazil: a clean-up job that was to delete old databases called the deletion of their server instead; 17 production databases " +
			"were gone, and came back after ten hours.",
		does: "gives what contains a thing where the thing is meant: organizations, cells and the whole fleet for sites, sites for add-ons, folders for databases; in plans, in every " +
			"operation of the platform API, on the command line and in the call that removes a database that was superseded",
		holds:    "every one of them is refused, no database is gone, every site answers",
		postgres: "nothing is different",
		sites:    4,
		run: func(ctx context.Context, d *drill) error {
			return inTurn(ctx, d.create, d.fillLittle, d.parentsInPlans, d.parentsInAPI, d.parentsInCommands, d.parentsInStorage, d.unharmed)
		},
	}
}

// fillLittle writes to every product of every site, without the bulk.
func (d *drill) fillLittle(ctx context.Context) error {
	d.o.Size = 1
	return d.fill(ctx)
}

// parentsInPlans asks plans for what is above their kind of target.
func (d *drill) parentsInPlans(ctx context.Context) error {
	org, site := d.sites[0].Org.String(), d.sites[0].ID.String()
	sources := map[string]string{
		"an organization for a site": "action: {kind: suspend-site}\ntargets: {kind: site, ids: [" + org + "]}",
		"an organization as a kind":  "action: {kind: suspend-site}\ntargets: {kind: org, ids: [" + org + "]}",
		"a cell as a kind":           "action: {kind: suspend-site}\ntargets: {kind: cell, ids: [local]}",
		"the fleet as a kind":        "action: {kind: suspend-site}\ntargets: {kind: fleet, where: {state: active}}",
		"a site for an add-on":       "action: {kind: deactivate-addon}\ntargets: {kind: addon, ids: [" + site + "]}",
		"a site's action on add-ons": "action: {kind: suspend-site}\ntargets: {kind: addon, where: {addon: " + drillAddon + "}}",
		"add-ons' action on sites":   "action: {kind: deactivate-addon}\ntargets: {kind: site, where: {state: active}}",
		"a deletion":                 "action: {kind: delete-site}\ntargets: {kind: site, where: {state: active}}",
		"a deletion of a server":     "action: {kind: delete-server}\ntargets: {kind: site, where: {state: active}}",
		"a volume's name for a site": "action: {kind: suspend-site}\ntargets: {kind: site, ids: [" + d.n.siteVolumes(site)[0].String() + "]}",
		"a wildcard for a site":      "action: {kind: suspend-site}\ntargets: {kind: site, where: {slug: '*'}}",
	}
	taken := ""
	for what, source := range sources {
		p, _, err := d.plan(ctx, "parents", "name: Clean up\nreason: old ones\n"+source+"\n")
		if err != nil {
			return err
		}
		d.res.Refused++
		if p != nil {
			taken += what + " "
		}
	}
	d.must(taken == "", "No plan takes what contains its target", "%d plans, taken: %q", len(sources), taken)
	return nil
}

// parentsInAPI gives every operation of the platform API that takes an identifier those of every other kind.
func (d *drill) parentsInAPI(context.Context) error {
	now := d.n.Clock.Now()
	kinds := map[string]string{"site": d.sites[0].ID.String(), "org": d.sites[0].Org.String(), "plan": ids.New[ids.Plan](now).String(), "app": ids.New[ids.App](now).String(),
		"op": ids.New[ids.Operation](now).String(), "user": d.sites[0].customer.who, "slug": d.sites[0].Slug, "all": "*", "nothing": "%20"}
	server, ok := d.handler.(*Server)
	if !ok {
		return fmt.Errorf("no server runs")
	}
	client := demoClient{d, "Bearer " + d.tokens[drillAuthor], ""}
	tried, taken := 0, ""
	for _, op := range server.operations() {
		for _, name := range wildcards(op.path) {
			for kind, id := range kinds {
				if kind == pathKinds[name].prefix || op.method == http.MethodGet && kind == "nothing" {
					continue
				}
				path := strings.ReplaceAll(op.path, "{"+name+"}", id)
				for _, other := range wildcards(path) {
					path = strings.ReplaceAll(path, "{"+other+"}", kinds[pathKinds[other].prefix])
				}
				tried++
				if client.call(op.method, consolePath+path, map[string]any{}, nil) == nil {
					taken += op.method + " " + path + " "
				}
			}
		}
	}
	d.res.Refused += tried
	d.must(tried > 50 && taken == "", "No operation of the platform API takes another kind of identifier", "%d tried, taken: %q", tried, taken)
	return nil
}

func (d *drill) parentsInCommands(ctx context.Context) error {
	org, site := d.sites[0].Org.String(), d.sites[0].ID.String()
	taken := ""
	commands := [][]string{{"site", "suspend", org}, {"site", "suspend", "*"}, {"site", "suspend", ""}, {"site", "tombstone", org, "--reason", "clean up"},
		{"site", "destroy-for-drill", d.sites[0].Slug, "--site-id", org}, {"site", "destroy-for-drill", d.sites[0].Slug, "--site-id", d.sites[1].ID.String()},
		{"site", "destroy-for-drill", d.sites[0].Slug}, {"site", "remove-sandbox", d.sites[0].Slug}, {"purge", "request", org, "--reason", "clean up"},
		{"purge", "request", d.sites[0].Slug, "--reason", "clean up"}, {"site", "delete", site}, {"org", "delete", org}, {"vault", "prune"}}
	for _, c := range commands {
		if code, _, _ := d.command(ctx, drillAuthor, c...); code == ExitOK {
			taken += strings.Join(c, " ") + "; "
		}
	}
	d.res.Refused += len(commands)
	d.must(taken == "", "No command takes what contains its target", "%d tried, taken: %q", len(commands), taken)
	return nil
}

// parentsInStorage gives the call that removes a superseded database the names of what is above: a site's folder, the folder of all sites, nothing at all.
func (d *drill) parentsInStorage(ctx context.Context) error {
	ref := d.n.siteVolumes(d.sites[0].ID.String())[0]
	name := ref.Name(d.n.Fleet.Generation(ref))
	parent := name[:strings.LastIndexByte(name, '/')]
	names := []string{"", ".", "..", "/", "*", "%", "sites", "sites/", parent, parent + "/", parent + "/..", parent + "/*", name + "/..", "sites/../sites", "hf", "public"}
	for _, n := range names {
		if err := d.n.Engine.Remove(ctx, n); err != nil {
			d.res.Refused++
		}
	}
	there, err := d.n.present(ctx)
	if err != nil {
		return err
	}
	gone := 0
	for _, s := range d.sites {
		for _, ref := range d.n.siteVolumes(s.ID.String()) {
			if !there[ref.Name(d.n.Fleet.Generation(ref))] {
				gone++
			}
		}
	}
	control := there[fleet.ControlRef.Name(1)]
	d.must(gone == 0 && control, "Removing a database by the name of what contains it removes nothing", "%d names tried, %d databases gone", len(names), gone)
	return nil
}

// unharmed shows that nothing has happened to any site.
func (d *drill) unharmed(ctx context.Context) error {
	n, why := d.answering()
	active := d.states()[fleet.Active]
	d.must(n == len(d.sites) && active == len(d.sites), "Every site is active and answers", "%d of %d answer, %d are active %s", n, len(d.sites), active, why)
	return d.proveAll(ctx)
}

// count counts something in the control database, past everything that Holdfast has between.
func (d *drill) count(ctx context.Context, query string) (n int64, err error) {
	err = d.n.control().Read(ctx, func(tx *volume.Tx) error { return tx.GetText(ctx, query, nil, &n) })
	return n, err
}
