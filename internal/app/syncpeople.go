package app

import (
	"context"
	"slices"
	"sync"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/volume"
	oncallneeds "holdfast.dev/internal/product/oncall/needs"
)

// On-call keeps a copy of the people it may have to reach, so that it works while the access volume is gone. The copy follows the journal of the
// access volume.

// aboutPeople are the tables of the access volume whose changes the copies follow.
var aboutPeople = []string{"account", "site_role", "grp_member"}

// peopleCommitted refreshes the copies when commits of an access volume touched people. It does not block.
func (n *Node) peopleCommitted(ref volume.Ref, commits []journal.Commit) {
	org, err := ids.Parse[ids.Org](ref.Owner)
	if err != nil || ref.Kind != "access" {
		return
	}
	touched := slices.ContainsFunc(commits, func(c journal.Commit) bool {
		return slices.ContainsFunc(c.Summary, func(t journal.Touched) bool { return slices.Contains(aboutPeople, t.Table) })
	})
	if !touched {
		return
	}
	if n.copying.ask(org) {
		n.running.Go(func() {
			for more := true; more; more = n.copying.again(org) {
				n.copyPeople(org)
			}
		})
	}
}

// copyPeople brings the copies of all sites of an organization up to date.
func (n *Node) copyPeople(org ids.Org) {
	ctx := identity.AsSystem(context.Background(), "people")
	for _, s := range n.Fleet.All() {
		if s.Org != org || s.State != fleet.Active {
			continue
		}
		if err := n.syncPeople(ctx, s); err != nil {
			n.Log.Error("people not copied to on-call", "site", s.ID.String(), "error", err)
		}
	}
}

// copying are the organizations whose people are being copied; true where they changed since that began. Many changes in a row, such as a person who
// is let into a thousand sites, are copied together.
type copying struct {
	mu   sync.Mutex
	orgs map[ids.Org]bool
}

// ask tells whether the caller has to copy; otherwise whoever copies now will do so once more.
func (c *copying) ask(org ids.Org) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.orgs == nil {
		c.orgs = map[ids.Org]bool{}
	}
	_, busy := c.orgs[org]
	c.orgs[org] = busy
	return !busy
}

// again tells whether people changed while they were copied; when not, the copying has ended.
func (c *copying) again(org ids.Org) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.orgs[org] {
		c.orgs[org] = false
		return true
	}
	delete(c.orgs, org)
	return false
}

// syncPeople brings the copy of a site's people up to date.
func (n *Node) syncPeople(ctx context.Context, s *fleet.Site) error {
	if !n.Fleet.HasProduct(s.ID, "oncall") {
		return nil
	}
	members, err := n.products.access.Members(ctx, s.Org, s.ID)
	if err != nil {
		return err
	}
	people := make([]oncallneeds.Person, 0, len(members))
	for _, m := range members {
		if m.Email == "" && !m.Active { // erased: nobody to reach
			continue
		}
		people = append(people, oncallneeds.Person{AccountID: m.ID.String(), DisplayName: m.Name, Email: m.Email, TimeZone: m.TimeZone, Locale: m.Locale, Active: m.Active, Admin: m.Admin})
	}
	ctx = n.siteContext(ctx, s)
	return n.products.oncall.SyncPeople(ctx, n.Pool.Volume(volume.Ref{Kind: "oncall", Owner: s.ID.String()}), people)
}
