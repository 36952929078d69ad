package app

import (
	"context"
	"slices"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/addon"
	"holdfast.dev/internal/platform/assurance"
	"holdfast.dev/internal/platform/erasure"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/incidentnotice"
	"holdfast.dev/internal/platform/lifecycle"
	"holdfast.dev/internal/platform/lossreport"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/operator"
	"holdfast.dev/internal/platform/takeout"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access"
	"holdfast.dev/internal/product/oncall"
	"holdfast.dev/internal/product/status"
	"holdfast.dev/internal/product/tracker"
	"holdfast.dev/internal/product/tracker/needs"
	"holdfast.dev/internal/product/wiki"
)

// products are the products of the suite, wired to this node.
type products struct {
	access  *access.Product
	tracker *tracker.Product
	wiki    *wiki.Product
	oncall  *oncall.Product
	status  *status.Product
}

func newProducts(n *Node, _ vault.Store) products {
	var p products
	p.access = access.New(access.Deps{
		Clock: n.Clock,
		Volume: func(org ids.Org) *volume.Volume {
			return n.Pool.Volume(volume.Ref{Kind: "access", Owner: org.String()})
		},
	})
	p.tracker = tracker.New(tracker.Deps{
		Clock:     n.Clock,
		Volume:    n.workVolume,
		Directory: func(ctx context.Context) needs.Directory { return people{p.access, httpkit.SiteFrom(ctx).Org} },
		Blobs:     func(ctx context.Context) needs.Blobs { return n.Blobs(httpkit.SiteFrom(ctx).ID.String()) },
	})
	p.wiki = newWiki(n, p.access)
	p.oncall = newOncall(n, p.access)
	p.status = newStatus(n, p.access)
	return p
}

// Kinds are all kinds of volume that there are.
func Kinds() []volume.Kind {
	return append([]volume.Kind{controlKind(), access.Kind()}, siteKinds()...)
}

// controlKind is the control database: the fleet, those who run it, and what they plan.
func controlKind() volume.Kind {
	k := fleet.Kind()
	k.Migrations = slices.Concat(k.Migrations, operator.Migrations(), addon.Migrations(), maintenance.Migrations(), lifecycle.Migrations(), erasure.Migrations(), takeout.Migrations(), incidentnotice.Migrations(), assurance.Migrations(), lossreport.Migrations())
	k.Tables = slices.Concat(k.Tables, operator.Tables, addon.Tables, maintenance.Tables, lifecycle.Tables, erasure.Tables, takeout.Tables, incidentnotice.Tables, assurance.Tables, lossreport.Tables)
	return k
}

var errNoSite = fault.NotFound("There is no such site.")

// workVolume gives the work volume of the site in the context.
func (n *Node) workVolume(ctx context.Context) (*volume.Volume, error) {
	return n.siteVolume(ctx, "work")
}

// siteVolume gives a volume of the site in the context by its kind.
func (n *Node) siteVolume(ctx context.Context, kind string) (*volume.Volume, error) {
	s := httpkit.SiteFrom(ctx)
	if s == nil {
		return nil, errNoSite
	}
	return n.Pool.Volume(volume.Ref{Kind: kind, Owner: s.ID.String()}), nil
}
