package app

import (
	"context"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/volume"
)

// Permissions are data. A script that wipes them locks a whole company out while everything that it wrote is still there; taking the company back an hour would lose
// an hour of work. So they can go back alone: who has which role on which site, groups, grants and restrictions of spaces, whom filters are shared with,
// members and roles of on-call teams. Passwords, sessions and tokens stay as they are: bringing back what somebody revoked would be an attack.

// Permissions is the name under which `site restore --product` takes them.
const Permissions = "permissions"

// permissionTables are the tables that they are in, by kind of volume.
var permissionTables = map[string][]string{
	"access": {"grp", "grp_member", "site_role"},
	"work":   {"wiki_space_permission", "wiki_restriction", "wiki_guard", "filter_share"},
	"oncall": {"team_member", "team_role"},
}

// RestorePermissions brings the permissions of a site, and with them those of its organization, back to an instant, in the live volumes and as one commit
// of each that differs. Nothing else changes. It gives what was done in each volume.
func (n *Node) RestorePermissions(ctx context.Context, s *fleet.Site, target recovery.Target, reason string) (done []PartOrder, err error) {
	if target.At.IsZero() || target.Commit != 0 {
		return nil, fault.Bad("Permissions are in several volumes: they go back to an instant.")
	}
	access := volume.Ref{Kind: "access", Owner: s.Org.String()}
	n.Shipper.Mark(access)
	if err := n.shipSite(ctx, s); err != nil {
		return nil, err
	}
	for _, ref := range append([]volume.Ref{access}, n.siteVolumes(s.ID.String())...) {
		if len(permissionTables[ref.Kind]) == 0 {
			continue
		}
		seq, err := n.Recovery.ResolveIn(ctx, ref, target)
		if err != nil {
			return done, err
		}
		if seq == 0 { // it is younger than the instant
			continue
		}
		o := PartOrder{Product: Permissions, Asked: "to " + target.At.UTC().Format("2006-01-02T15:04:05.999999999Z07:00")}
		if err := n.runPart(ctx, s, ref, seq, &o, reason); err != nil {
			return done, err
		}
		done = append(done, o)
	}
	return done, nil
}
