// Package role keeps groups and who may do what on which site.
package role

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Role is what somebody is on a site.
type Role string

// The roles. Admins are members too.
const (
	None   Role = ""
	Member Role = "member"
	Admin  Role = "admin"
)

var (
	qSet      = storage.Register("access/site_role.set", `INSERT INTO site_role (site, subject, role) VALUES ($1, $2, $3) ON CONFLICT (site, subject) DO UPDATE SET role = excluded.role`)
	qClear    = storage.Register("access/site_role.delete", `DELETE FROM site_role WHERE site = $1 AND subject = $2`)
	qRoles    = storage.Register("access/site_role.by_site", `SELECT subject, role FROM site_role WHERE site = $1 ORDER BY subject`)
	qGroups   = storage.Register("access/grp.all", `SELECT id, name FROM grp ORDER BY name_key`)
	qMembers  = storage.Register("access/grp_member.all", `SELECT grp, account FROM grp_member ORDER BY grp, account`)
	qAddGroup = storage.Register("access/grp.insert", `INSERT INTO grp (id, name, name_key, created_us) VALUES ($1, $2, $3, $4)`)
	qJoin     = storage.Register("access/grp_member.insert", `INSERT INTO grp_member (grp, account) VALUES ($1, $2) ON CONFLICT DO NOTHING`)
	qLeave    = storage.Register("access/grp_member.delete", `DELETE FROM grp_member WHERE grp = $1 AND account = $2`)
)

// Groups are the groups of the organization with their members.
type Groups struct {
	Names   map[string]string   // name by group identifier
	Members map[string][]string // accounts by group identifier
	Of      map[string][]string // group identifiers by account
}

type groupsKey struct{}

// AllGroups gives the groups, remembered until one changes.
func AllGroups(ctx context.Context, tx *volume.Tx) (*Groups, error) {
	return volume.Memo(ctx, tx, groupsKey{}, []string{"grp", "grp_member"}, func() (*Groups, error) {
		g := &Groups{Names: map[string]string{}, Members: map[string][]string{}, Of: map[string][]string{}}
		err := pairs(ctx, tx, qGroups, nil, func(id, name string) { g.Names[id] = name })
		if err != nil {
			return nil, err
		}
		return g, pairs(ctx, tx, qMembers, nil, func(group, account string) {
			g.Members[group] = append(g.Members[group], account)
			g.Of[account] = append(g.Of[account], group)
		})
	})
}

// ByName gives a group's identifier by its name, whatever its case, empty when there is none.
func (g *Groups) ByName(name string) string {
	for id, n := range g.Names {
		if strings.EqualFold(n, name) {
			return id
		}
	}
	return ""
}

func pairs(ctx context.Context, tx *volume.Tx, q *storage.Query, args []any, visit func(a, b string)) error {
	rows, err := tx.Query(ctx, q, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a, b string
		if err := rows.Scan(&a, &b); err != nil {
			return err
		}
		visit(a, b)
	}
	return rows.Err()
}

type rolesKey struct{ site string }

// Of gives the role of an account on a site: the highest of its own and its groups'.
func Of(ctx context.Context, tx *volume.Tx, site ids.Site, account string) (Role, error) {
	roles, err := volume.Memo(ctx, tx, rolesKey{site.String()}, []string{"site_role"}, func() (map[string]Role, error) {
		m := map[string]Role{}
		return m, pairs(ctx, tx, qRoles, []any{site}, func(subject, r string) { m[subject] = Role(r) })
	})
	if err != nil {
		return None, err
	}
	groups, err := AllGroups(ctx, tx)
	if err != nil {
		return None, err
	}
	best := roles[account]
	for _, g := range groups.Of[account] {
		if r := roles[g]; r == Admin || best == None {
			best = r
		}
	}
	return best, nil
}

// Set gives a subject (an account or a group) a role on a site; None takes it away.
func Set(ctx context.Context, tx *volume.Tx, site ids.Site, subject string, r Role) error {
	if r == None {
		_, err := tx.Exec(ctx, qClear, site, subject)
		return err
	}
	if !slices.Contains([]Role{Member, Admin}, r) {
		return fault.Invalid("role", "%q is no role; there are admin and member.", r)
	}
	_, err := tx.Exec(ctx, qSet, site, subject, string(r))
	return err
}

// SetForAll notes the role that an account gets on every site that the organization makes from now on. The organization stands where a site does.
func SetForAll(ctx context.Context, tx *volume.Tx, org ids.Org, account string, r Role) error {
	_, err := tx.Exec(ctx, qSet, org, account, string(r))
	return err
}

// Welcome gives those who have a role on all sites of the organization theirs on a new one.
func Welcome(ctx context.Context, tx *volume.Tx, org ids.Org, site ids.Site) error {
	roles := map[string]Role{}
	if err := pairs(ctx, tx, qRoles, []any{org}, func(account, r string) { roles[account] = Role(r) }); err != nil {
		return err
	}
	for account, r := range roles {
		if err := Set(ctx, tx, site, account, r); err != nil {
			return err
		}
	}
	return nil
}

// CreateGroup adds a group.
func CreateGroup(ctx context.Context, tx *volume.Tx, name string) (ids.Group, error) {
	if name == "" || len(name) > 200 {
		return ids.Group{}, fault.Invalid("name", "A group needs a name of at most 200 bytes.")
	}
	id := ids.New[ids.Group](tx.Now())
	if _, err := tx.Exec(ctx, qAddGroup, id, name, strings.ToLower(name), clock.Micros(tx.Now())); err != nil {
		return id, fmt.Errorf("create group: %w", err)
	}
	return id, nil
}

// Join puts an account into a group.
func Join(ctx context.Context, tx *volume.Tx, group ids.Group, account ids.Account) error {
	_, err := tx.Exec(ctx, qJoin, group, account)
	return err
}

// Leave takes an account out of a group.
func Leave(ctx context.Context, tx *volume.Tx, group ids.Group, account ids.Account) error {
	_, err := tx.Exec(ctx, qLeave, group, account)
	return err
}
