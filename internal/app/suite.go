package app

import (
	"context"
	"net/http"
	"slices"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/addon"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall"
	"holdfast.dev/internal/product/status"
	"holdfast.dev/internal/product/tracker"
	"holdfast.dev/internal/product/wiki"
)

// member is a product of the suite that a site can switch on, as the composition root needs it.
type member struct {
	name   string // as in URLs, flags and the control database
	kind   string // of the volume it lives in
	routes []httpkit.Route
	jobs   map[string]jobs.Handler
	setUp  func(context.Context, *volume.Volume) error
}

// SiteProducts names the products that a site can switch on; a new site has all of them.
var SiteProducts = []string{"tracker", "wiki", "oncall", "status"}

// siteKinds are the kinds of volume that belong to sites, with what lives in each. Jobs are in all of them: what must happen later is
// written in the transaction that causes it.
func siteKinds() []volume.Kind {
	return []volume.Kind{
		{Name: "work", Migrations: slices.Concat(tracker.Migrations(), jobs.Migrations(), addon.SiteMigrations(), wiki.Migrations()),
			Tables: slices.Concat(tracker.Tables(), jobs.Tables, addon.SiteTables, wiki.Tables())},
		withJobs("oncall", oncall.Migrations(), oncall.Tables()),
		withJobs("status", status.Migrations(), status.Tables()),
	}
}

func withJobs(name string, steps []storage.Migration, tables []storage.Table) volume.Kind {
	return volume.Kind{Name: name, Migrations: slices.Concat(jobs.Migrations(), steps), Tables: slices.Concat(jobs.Tables, tables)}
}

// kindOf gives the kind of volume that a product lives in.
func kindOf(product string) string {
	if product == "oncall" || product == "status" {
		return product
	}
	return "work"
}

func (p *products) members() []member {
	return []member{
		{"tracker", "work", p.tracker.Routes(), nil, p.tracker.SetUp},
		{"wiki", "work", p.wiki.Routes(), p.wiki.Jobs(), p.wiki.SetUp},
		{"oncall", "oncall", p.oncall.Routes(), p.oncall.Jobs(), p.oncall.SetUp},
		{"status", "status", p.status.Routes(), p.status.Jobs(), p.status.SetUp},
	}
}

// whenOn makes routes of a product answer only where the site has it switched on; before anybody is asked who they are, since a key of a product
// that is off cannot be proven. A request for no site goes through: the handler has no volume to work on and says so.
func (n *Node) whenOn(product string, routes []httpkit.Route) []httpkit.Route {
	out := slices.Clone(routes)
	for i := range out {
		auth := out[i].Auth
		if auth == nil {
			auth = n.products.access
		}
		out[i].Auth = switched{n, product, auth}
	}
	return out
}

// switched proves callers of a product where it is on.
type switched struct {
	node    *Node
	product string
	auth    httpkit.Authenticator
}

// Authenticate implements httpkit.Authenticator.
func (s switched) Authenticate(r *http.Request) (httpkit.Caller, error) {
	if site := httpkit.SiteFrom(r.Context()); site != nil && !s.node.Fleet.HasProduct(site.ID, s.product) {
		return httpkit.Caller{}, fault.NotFound("This site has not switched on the product %s.", s.product)
	}
	return s.auth.Authenticate(r)
}

// SwitchOn turns products of a site on: makes the volumes that are missing and lets each product fill its part the first time.
func (n *Node) SwitchOn(ctx context.Context, s *fleet.Site, names ...string) error {
	for _, name := range names {
		if !slices.Contains(SiteProducts, name) {
			return fault.Invalid("products", "There is no product %q; there are %v.", name, SiteProducts)
		}
	}
	asker := ctx // whom the ledger names
	ctx = n.siteContext(identity.AsSystem(ctx, "set-up"), s)
	for _, m := range n.products.members() {
		ref := volume.Ref{Kind: m.kind, Owner: s.ID.String()}
		made := n.Fleet.Generation(ref) != 0
		if !slices.Contains(names, m.name) || made && n.Fleet.HasProduct(s.ID, m.name) {
			continue
		}
		if !made {
			if err := n.createVolumes(ctx, ref.Owner, ref.Kind); err != nil {
				return err
			}
		}
		if err := m.setUp(ctx, n.Pool.Volume(ref)); err != nil {
			return err
		}
	}
	if err := n.Fleet.SetProducts(asker, s.ID, names, true); err != nil {
		return err
	}
	return n.syncPeople(ctx, s)
}

// SwitchOff hides products of a site. Their volumes stay as they are.
func (n *Node) SwitchOff(ctx context.Context, s *fleet.Site, names ...string) error {
	for _, name := range names {
		if !slices.Contains(SiteProducts, name) {
			return fault.Invalid("products", "There is no product %q; there are %v.", name, SiteProducts)
		}
	}
	return n.Fleet.SetProducts(ctx, s.ID, names, false)
}
