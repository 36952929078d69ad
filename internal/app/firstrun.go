package app

import (
	"context"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/product/access"
	"holdfast.dev/internal/product/access/password"
	"holdfast.dev/internal/product/access/role"
)

// FirstRun is what a new installation starts with.
type FirstRun struct {
	Org, Slug, Site string
	Admin           access.NewPerson
}

// FirstRun makes the first organization, site and administrator. What can be wrong is checked before anything is made.
func (n *Node) FirstRun(ctx context.Context, f FirstRun) (*fleet.Site, ids.Account, error) {
	var who ids.Account
	if err := password.Check(f.Admin.Password); err != nil {
		return nil, who, err
	}
	if err := fleet.CheckSlug(f.Slug); err != nil {
		return nil, who, err
	}
	if f.Admin.Name == "" {
		return nil, who, fault.Invalid("name", "Tell us what you are called.")
	}
	org, err := n.CreateOrg(ctx, f.Org)
	if err != nil {
		return nil, who, err
	}
	if who, err = n.products.access.CreateAccount(ctx, org.ID, f.Admin); err != nil {
		return nil, who, err
	}
	site, err := n.CreateSite(ctx, org.ID, f.Slug, f.Site)
	if err != nil {
		return nil, who, err
	}
	if err := n.Fleet.AddContact(ctx, org.ID, site.ID, f.Admin.Name, f.Admin.Email, "owner"); err != nil {
		return nil, who, err
	}
	if err := n.products.access.SetRoleForAll(ctx, org.ID, who, role.Admin); err != nil {
		return nil, who, err
	}
	if err := n.products.access.SetRole(ctx, org.ID, site.ID, who, role.Admin); err != nil {
		return nil, who, err
	}
	return site, who, n.syncPeople(ctx, site)
}
