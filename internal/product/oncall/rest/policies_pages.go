package rest

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/maintenance"
	"holdfast.dev/internal/product/oncall/policy"
	"holdfast.dev/internal/product/oncall/roster"
)

// policyPages is what the pages of policies and maintenances show at once, where the published API gives heads only:
//
//	GET /policies       data: policyPage
//	GET /maintenances   data: [wireMaintenance] with their rules, those that begin last first
func (h *handler) policyPages() []operation {
	return []operation{
		{method: "GET", path: "/policies", run: pageOfPolicies},
		{method: "GET", path: "/maintenances", run: pageOfMaintenances},
	}
}

// policyPage is every policy whole, in the order in which they are tried within a team and type.
type policyPage struct {
	Policies []any    `json:"policies"`
	MayEdit  []string `json:"mayEdit"` // teams whose policies the caller may change; an empty one for the site's
}

func pageOfPolicies(c *call) error {
	return c.look(func(tx *volume.Tx, r *roster.Roster) error {
		all, err := policy.All(c.r.Context(), tx)
		if err != nil {
			return err
		}
		out := policyPage{Policies: []any{}, MayEdit: []string{}}
		for _, p := range all {
			out.Policies = append(out.Policies, toPolicy(p))
		}
		for _, team := range append([]string{""}, slices.Sorted(maps.Keys(r.Teams))...) {
			if c.permitRight(r, team, "edit-policies") == nil {
				out.MayEdit = append(out.MayEdit, team)
			}
		}
		return c.data(out)
	})
}

func pageOfMaintenances(c *call) error {
	return c.look(func(tx *volume.Tx, _ *roster.Roster) error {
		all, err := maintenance.All(c.r.Context(), tx)
		if err != nil {
			return err
		}
		slices.SortFunc(all, func(a, b *maintenance.Maintenance) int {
			return cmp.Or(b.Start.Compare(a.Start), strings.Compare(a.ID, b.ID))
		})
		out := []wireMaintenance{}
		for _, m := range all {
			one := toMaintenance(m, tx.Now())
			one.Rules = m.Rules
			out = append(out, one)
		}
		return c.data(out)
	})
}
