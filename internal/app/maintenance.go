package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/addon"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/operator"
	"holdfast.dev/internal/platform/volume"
)

// newMaintenance wires the maintenance engine to this node's fleet.
func (n *Node) newMaintenance() *maintenance.Engine {
	return maintenance.New(maintenance.Config{Control: n.control(), World: inventory{n}, Clock: n.Clock, Log: n.Log, Sign: func(d []byte) []byte { return n.Signer.Sign(d) },
		TellOwners: n.tellOwners, Actions: []maintenance.Action{deactivateAddon{n}, suspendSite{n}, switchOffProduct{n}, migrateSite{n}, reindexSite{n}, rotateKeys{n}, changeSetting{n}, customSteps{n}}})
}

// inventory is the fleet as plans see it.
type inventory struct{ n *Node }

// Candidates implements maintenance.World: every site, or every add-on, with who is behind it.
func (w inventory) Candidates(ctx context.Context, kind maintenance.TargetKind) (out []maintenance.Candidate, err error) {
	sites, err := w.n.Fleet.Sites(ctx)
	if err != nil {
		return nil, err
	}
	bySite := map[ids.Site]maintenance.Candidate{}
	for _, s := range sites {
		c, err := w.site(ctx, s)
		if err != nil {
			return nil, err
		}
		bySite[s.ID] = c
		if kind == maintenance.SiteTarget {
			out = append(out, c)
		}
	}
	if kind == maintenance.SiteTarget {
		return out, nil
	}
	err = w.n.control().Read(ctx, func(tx *volume.Tx) error {
		return addon.All(ctx, tx, func(a addon.Addon) error {
			c, ok := bySite[a.Site]
			if !ok {
				return fmt.Errorf("the add-on %s is of the site %s, which nobody knows", a.ID, a.Site)
			}
			c.ID, c.Name, c.State, c.AddonKey = a.ID.String(), a.Name+" of "+c.Name, a.State, a.Key
			out = append(out, c)
			return nil
		})
	})
	return out, err
}

func (w inventory) site(ctx context.Context, s *fleet.Site) (maintenance.Candidate, error) {
	org, err := w.n.Fleet.Org(s.Org)
	if err != nil {
		return maintenance.Candidate{}, err
	}
	members, err := w.n.products.access.Members(ctx, s.Org, s.ID)
	if err != nil {
		return maintenance.Candidate{}, fmt.Errorf("the people of %s: %w", s.Slug, err)
	}
	return maintenance.Candidate{ID: s.ID.String(), Name: s.Name, State: string(s.State), Site: s.ID.String(), SiteSlug: s.Slug, SiteState: string(s.State),
		Customer: org.Name, CustomerID: org.ID.String(), ActiveUsers: len(members), Cell: "local", Products: w.n.Fleet.Products(s.ID)}, nil
}

// Probe implements maintenance.World: the site is in use, and every volume of it can be read.
func (w inventory) Probe(ctx context.Context, site string) error {
	id, err := ids.Parse[ids.Site](site)
	if err != nil {
		return err
	}
	s, err := w.n.Fleet.Site(id)
	if err != nil {
		return err
	}
	if s.State != fleet.Active {
		return fmt.Errorf("%s is %s", s.Slug, s.State)
	}
	for _, ref := range w.n.Fleet.VolumesOf(site) {
		err := w.n.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
			_, err := journal.ReadHead(ctx, tx.Tx)
			return err
		})
		if err != nil {
			return fmt.Errorf("%s of %s: %w", ref.Kind, s.Slug, err)
		}
	}
	return nil
}

// noParams refuses parameters of an action that has none.
func noParams(params map[string]string) error {
	if len(params) > 0 {
		return fault.Bad("action.params: this action takes none.")
	}
	return nil
}

// deactivateAddon takes an add-on of a site out of use. What it stores stays.
type deactivateAddon struct{ n *Node }

// Kind implements maintenance.Action.
func (deactivateAddon) Kind() string { return "deactivate-addon" }

// Target implements maintenance.Action.
func (deactivateAddon) Target() maintenance.TargetKind { return maintenance.AddonTarget }

// Check implements maintenance.Action.
func (deactivateAddon) Check(params map[string]string) error { return noParams(params) }

// Describe implements maintenance.Action.
func (deactivateAddon) Describe(map[string]string) string {
	return "deactivate an add-on; its data stays, its site goes on"
}

// Promise implements maintenance.Action.
func (deactivateAddon) Promise(map[string]string) maintenance.Promise {
	return maintenance.Promise{Requires: "the add-on is there", Checked: "the add-on is deactivated, and every product of its site answers", Inverse: "the add-on is activated again, with all that it stored"}
}

// TakesSiteOut implements maintenance.Action.
func (deactivateAddon) TakesSiteOut() bool { return false }

// Before implements maintenance.Action.
func (d deactivateAddon) Before(ctx context.Context, c maintenance.Candidate, _ map[string]string) (s maintenance.Snapshot, err error) {
	id, err := ids.Parse[ids.App](c.ID)
	if err != nil {
		return s, err
	}
	var a addon.Addon
	err = d.n.control().Read(ctx, func(tx *volume.Tx) error {
		a, err = addon.Get(ctx, tx, id)
		return err
	})
	if err != nil {
		return s, err
	}
	var objects int64
	err = d.n.Pool.Volume(volume.Ref{Kind: "work", Owner: a.Site.String()}).Read(ctx, func(tx *volume.Tx) error {
		objects, err = addon.Count(ctx, tx, id)
		return err
	})
	return maintenance.Snapshot{State: map[string]string{"addon": a.State}, Counts: map[string]int64{"objects of the add-on": objects}}, err
}

// After implements maintenance.Action.
func (deactivateAddon) After(before maintenance.Snapshot, _ map[string]string) maintenance.Snapshot {
	return maintenance.Snapshot{State: map[string]string{"addon": addon.Deactivated}, Counts: before.Counts}
}

// Apply implements maintenance.Action.
func (d deactivateAddon) Apply(ctx context.Context, t maintenance.Target, _ map[string]string) error {
	return d.set(ctx, t, addon.Active, addon.Deactivated)
}

// Undo implements maintenance.Action.
func (d deactivateAddon) Undo(ctx context.Context, t maintenance.Target, _ map[string]string) error {
	if t.Before.State["addon"] != addon.Active {
		return nil
	}
	err := d.set(ctx, t, addon.Deactivated, addon.Active)
	if fault.Is(err, fault.KindConflict) { // it never happened, or was taken back before
		return nil
	}
	return err
}

func (d deactivateAddon) set(ctx context.Context, t maintenance.Target, from, to string) error {
	id, err := ids.Parse[ids.App](t.ID)
	if err != nil {
		return err
	}
	return d.n.control().Write(ctx, func(tx *volume.Tx) error { return addon.SetState(ctx, tx, id, from, to) })
}

// suspendSite takes a site out of use. Nothing of it is lost.
type suspendSite struct{ n *Node }

// Kind implements maintenance.Action.
func (suspendSite) Kind() string { return "suspend-site" }

// Target implements maintenance.Action.
func (suspendSite) Target() maintenance.TargetKind { return maintenance.SiteTarget }

// Check implements maintenance.Action.
func (suspendSite) Check(params map[string]string) error { return noParams(params) }

// Describe implements maintenance.Action.
func (suspendSite) Describe(map[string]string) string {
	return "suspend a whole site with all its products: nobody of the customer can use any of them"
}

// Promise implements maintenance.Action.
func (suspendSite) Promise(map[string]string) maintenance.Promise {
	return maintenance.Promise{Requires: "the site is active", Checked: "the site answers nobody, and has the products that it had",
		Inverse: "all sites of the run are resumed in one commit, with the same identifiers, addresses and tokens: nothing was moved"}
}

// TakesSiteOut implements maintenance.Action.
func (suspendSite) TakesSiteOut() bool { return true }

// Before implements maintenance.Action.
func (a suspendSite) Before(ctx context.Context, c maintenance.Candidate, _ map[string]string) (maintenance.Snapshot, error) {
	id, err := ids.Parse[ids.Site](c.ID)
	if err != nil {
		return maintenance.Snapshot{}, err
	}
	s, err := a.n.Fleet.Site(id)
	if err != nil {
		return maintenance.Snapshot{}, err
	}
	if s.State != fleet.Active && s.State != fleet.Suspended {
		return maintenance.Snapshot{}, fault.Conflict("it is %s: a site that is suspended from that could not be brought back to it", s.State)
	}
	return maintenance.Snapshot{State: map[string]string{"site": string(s.State), "products": strings.Join(a.n.Fleet.Products(id), " ")}, Counts: map[string]int64{"people": int64(c.ActiveUsers)}}, nil
}

// After implements maintenance.Action.
func (suspendSite) After(before maintenance.Snapshot, _ map[string]string) maintenance.Snapshot {
	return maintenance.Snapshot{State: map[string]string{"site": string(fleet.Suspended), "products": before.State["products"]}, Counts: before.Counts}
}

// Apply implements maintenance.Action.
func (a suspendSite) Apply(ctx context.Context, t maintenance.Target, _ map[string]string) error {
	return a.set(ctx, t, fleet.Suspended)
}

// Undo implements maintenance.Action.
func (a suspendSite) Undo(ctx context.Context, t maintenance.Target, _ map[string]string) error {
	return a.set(ctx, t, fleet.State(t.Before.State["site"]))
}

// UndoAll implements maintenance.Together: a thousand sites come back with one fsync.
func (a suspendSite) UndoAll(ctx context.Context, targets []maintenance.Target, _ map[string]string, also func(*volume.Tx) error) error {
	var sites []ids.Site
	for _, t := range targets {
		if t.Before.State["site"] != string(fleet.Active) {
			continue // it was suspended before the run, and stays so
		}
		id, err := ids.Parse[ids.Site](t.ID)
		if err != nil {
			return err
		}
		sites = append(sites, id)
	}
	return a.n.Fleet.SetStatesAnd(ctx, sites, fleet.Active, "maintenance", also)
}

func (a suspendSite) set(ctx context.Context, t maintenance.Target, to fleet.State) error {
	id, err := ids.Parse[ids.Site](t.ID)
	if err != nil {
		return err
	}
	return a.n.Fleet.SetState(ctx, id, to, "maintenance")
}

// switchOffProduct switches one product of a site off. Its volume stays.
type switchOffProduct struct{ n *Node }

// Kind implements maintenance.Action.
func (switchOffProduct) Kind() string { return "switch-off-product" }

// Target implements maintenance.Action.
func (switchOffProduct) Target() maintenance.TargetKind { return maintenance.SiteTarget }

// Check implements maintenance.Action.
func (switchOffProduct) Check(params map[string]string) error {
	if len(params) != 1 || !slices.Contains(SiteProducts, params["product"]) {
		return fault.Bad("action.params: this action takes product, one of %s.", strings.Join(SiteProducts, ", "))
	}
	return nil
}

// Describe implements maintenance.Action.
func (switchOffProduct) Describe(params map[string]string) string {
	return "switch the product " + params["product"] + " of a site off; its data stays"
}

// Promise implements maintenance.Action.
func (switchOffProduct) Promise(map[string]string) maintenance.Promise {
	return maintenance.Promise{Requires: "nothing", Checked: "the product is off, and the site answers", Inverse: "the product is switched on again; its volume stayed where it was"}
}

// TakesSiteOut implements maintenance.Action.
func (switchOffProduct) TakesSiteOut() bool { return false }

// Before implements maintenance.Action.
func (a switchOffProduct) Before(_ context.Context, c maintenance.Candidate, params map[string]string) (maintenance.Snapshot, error) {
	id, err := ids.Parse[ids.Site](c.ID)
	if err != nil {
		return maintenance.Snapshot{}, err
	}
	on := "off"
	if a.n.Fleet.HasProduct(id, params["product"]) {
		on = "on"
	}
	return maintenance.Snapshot{State: map[string]string{params["product"]: on}, Counts: map[string]int64{"people": int64(c.ActiveUsers)}}, nil
}

// After implements maintenance.Action.
func (switchOffProduct) After(before maintenance.Snapshot, params map[string]string) maintenance.Snapshot {
	return maintenance.Snapshot{State: map[string]string{params["product"]: "off"}, Counts: before.Counts}
}

// Apply implements maintenance.Action.
func (a switchOffProduct) Apply(ctx context.Context, t maintenance.Target, params map[string]string) error {
	return a.set(ctx, t, params["product"], false)
}

// Undo implements maintenance.Action.
func (a switchOffProduct) Undo(ctx context.Context, t maintenance.Target, params map[string]string) error {
	if t.Before.State[params["product"]] != "on" {
		return nil
	}
	return a.set(ctx, t, params["product"], true)
}

func (a switchOffProduct) set(ctx context.Context, t maintenance.Target, product string, on bool) error {
	id, err := ids.Parse[ids.Site](t.ID)
	if err != nil {
		return err
	}
	return a.n.Fleet.SetProducts(ctx, id, []string{product}, on)
}

// errNobodyTold says that no owner of the installation could be reached.
var errNobodyTold = errors.New("no owner with an address could be reached by mail")

// tellOwners mails the owners of the installation.
func (n *Node) tellOwners(ctx context.Context, subject, text string) error {
	if n.Mailer == nil {
		return notify.ErrNoMail
	}
	var all []operator.Operator
	err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
		all, err = operator.All(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	told, failed := 0, []error{}
	for _, o := range all {
		if !o.Owner || !o.Active || o.Email == "" {
			continue
		}
		if err := n.Mailer.Send(ctx, notify.Mail{To: o.Email, Subject: subject, Text: text}); err != nil {
			failed = append(failed, err)
			continue
		}
		told++
	}
	if told == 0 {
		return errors.Join(append(failed, errNobodyTold)...)
	}
	return nil
}
