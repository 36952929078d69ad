package access

import (
	"context"
	"fmt"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access/account"
	"holdfast.dev/internal/product/access/role"
)

// Directory looks people of one organization up for the other products.
type Directory struct {
	p   *Product
	org ids.Org
}

// Directory gives the people of an organization.
func (p *Product) Directory(org ids.Org) Directory { return Directory{p, org} }

// All gives everybody by account identifier. The map is shared: nobody may change it.
func (d Directory) All(ctx context.Context) (all map[string]*account.Account, err error) {
	err = d.p.Volume(d.org).Read(ctx, func(tx *volume.Tx) error {
		all, err = account.All(ctx, tx)
		return err
	})
	return all, err
}

// Search finds people by the start of words of their name or address.
func (d Directory) Search(ctx context.Context, query string, startAt, limit int) (found []*account.Account, total int, err error) {
	err = d.p.Volume(d.org).Read(ctx, func(tx *volume.Tx) error {
		found, total, err = account.Search(ctx, tx, query, startAt, limit)
		return err
	})
	return found, total, err
}

// Groups names the groups of an account.
func (d Directory) Groups(ctx context.Context, who string) (names []string, err error) {
	err = d.p.Volume(d.org).Read(ctx, func(tx *volume.Tx) error {
		g, err := role.AllGroups(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range g.Of[who] {
			names = append(names, g.Names[id])
		}
		return nil
	})
	return names, err
}

// GroupNames names all groups, in no order.
func (d Directory) GroupNames(ctx context.Context) (names []string, err error) {
	err = d.p.Volume(d.org).Read(ctx, func(tx *volume.Tx) error {
		g, err := role.AllGroups(ctx, tx)
		if err != nil {
			return err
		}
		for _, name := range g.Names {
			names = append(names, name)
		}
		return nil
	})
	return names, err
}

// Members gives the accounts of a group by its name, fault.KindNotFound when there is no such group.
func (d Directory) Members(ctx context.Context, group string) (accounts []string, err error) {
	err = d.p.Volume(d.org).Read(ctx, func(tx *volume.Tx) error {
		g, err := role.AllGroups(ctx, tx)
		if err != nil {
			return err
		}
		id := g.ByName(group)
		if id == "" {
			return fault.NotFound("The group named '%s' does not exist.", group)
		}
		accounts = g.Members[id]
		return nil
	})
	return accounts, err
}

// Ensure gives an account for each foreign person, by key.
func (d Directory) Ensure(ctx context.Context, people []account.Foreign) (map[string]ids.Account, error) {
	out := make(map[string]ids.Account, len(people))
	for start := 0; start < len(people); start += 500 {
		part := people[start:min(start+500, len(people))]
		err := d.p.Volume(d.org).Write(ctx, func(tx *volume.Tx) error {
			for _, f := range part {
				id, err := account.Ensure(ctx, tx, f)
				if err != nil {
					return fmt.Errorf("person %q: %w", f.Key, err)
				}
				out[f.Key] = id
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
