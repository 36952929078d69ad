package access

import (
	"context"
	"slices"
	"strings"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access/account"
	"holdfast.dev/internal/product/access/role"
)

// SiteMember is an account with a role on a site.
type SiteMember struct {
	*account.Account
	Admin bool
}

// Members gives everybody who can sign in and has a role on a site, the oldest account first.
func (p *Product) Members(ctx context.Context, org ids.Org, site ids.Site) (out []SiteMember, err error) {
	err = p.Volume(org).Read(ctx, func(tx *volume.Tx) error {
		all, err := account.All(ctx, tx)
		if err != nil {
			return err
		}
		for id, a := range all {
			is, err := role.Of(ctx, tx, site, id)
			if err != nil {
				return err
			}
			if is != role.None && !a.Placeholder {
				out = append(out, SiteMember{a, is == role.Admin})
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b SiteMember) int { return strings.Compare(a.ID.String(), b.ID.String()) })
	return out, err
}
