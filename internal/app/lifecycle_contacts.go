package app

import (
	"context"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/notify"
)

// AddContact registers somebody to call for an organization, or for one of its sites.
func (n *Node) AddContact(ctx context.Context, org, site string, k fleet.Contact) (fleet.Contact, error) {
	o, err := n.FindOrg(ctx, org)
	if err != nil {
		return k, err
	}
	k.Org = o.ID
	if site != "" {
		s, err := n.FindSite(site)
		if err != nil {
			return k, err
		}
		if s.Org != o.ID {
			return k, fault.Invalid("site", "The site %s is not one of %s.", s.Slug, o.Name)
		}
		k.Site = s.ID
	}
	switch {
	case strings.TrimSpace(k.Name) == "" || len(k.Name) > 200:
		return k, fault.Invalid("name", "A contact has a name of at most 200 bytes.")
	case len(k.Role) > 200:
		return k, fault.Invalid("role", "A role has at most 200 bytes.")
	}
	if err := notify.CheckAddress(k.Email); err != nil {
		return k, fault.Invalid("email", "%s", err)
	}
	if err := n.Fleet.AddContact(ctx, k.Org, k.Site, k.Name, k.Email, k.Role); err != nil {
		return k, err
	}
	all, err := n.Fleet.Contacts(ctx, k.Org)
	if err != nil {
		return k, err
	}
	k.ID = ids.Contact{}
	for _, c := range all {
		if c.Email == k.Email && c.Site == k.Site {
			k = c
		}
	}
	return k, nil
}
