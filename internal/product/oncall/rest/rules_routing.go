package rest

import (
	"encoding/json"
	"slices"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/rotation"
	"holdfast.dev/internal/product/oncall/routing"
	"holdfast.dev/internal/product/oncall/team"
)

func (h *handler) routingOperations() []operation {
	const path = "/v2/teams/{identifier}/routing-rules"
	return []operation{
		{method: "GET", path: path, right: mayRead, run: listRoutingRules},
		{method: "POST", path: path, right: mayConfigure, run: createRoutingRule},
		{method: "GET", path: path + "/{id}", right: mayRead, run: getRoutingRule},
		{method: "PATCH", path: path + "/{id}", right: mayConfigure, run: updateRoutingRule},
		{method: "DELETE", path: path + "/{id}", right: mayConfigure, run: deleteRoutingRule},
		{method: "POST", path: path + "/{id}/change-order", right: mayConfigure, run: moveRoutingRule},
	}
}

type wireRoutingRule struct {
	ID          string                `json:"id"`
	Name        string                `json:"name"`
	IsDefault   bool                  `json:"isDefault"`
	Order       int                   `json:"order"`
	Criteria    *routing.Filter       `json:"criteria"`
	Zone        string                `json:"timezone"`
	Restriction *rotation.Restriction `json:"timeRestriction,omitempty"`
	Notify      wireResponder         `json:"notify"`
}

type routingBody struct {
	Name        *string         `json:"name"`
	Order       *int            `json:"order"`
	Criteria    *routing.Filter `json:"criteria"`
	Zone        *string         `json:"timezone"`
	Restriction restrictionBody `json:"timeRestriction"`
	Notify      *wireResponder  `json:"notify"`
}

// restrictionBody is a restriction in a change: left out it stays, null or an empty object takes it away.
type restrictionBody struct {
	given bool
	value *rotation.Restriction
}

// UnmarshalJSON implements json.Unmarshaler; it is called for null too.
func (b *restrictionBody) UnmarshalJSON(raw []byte) error {
	b.given = true
	return json.Unmarshal(raw, &b.value)
}

func (b restrictionBody) into(to **rotation.Restriction) {
	if !b.given {
		return
	}
	if *to = b.value; b.value != nil && b.value.Type == "" {
		*to = nil
	}
}

// recipient is somebody or something in an answer: a user with username, everything else with its name.
func recipient(r *roster.Roster, x alert.Responder) wireResponder {
	x = r.Named(x)
	if x.Type == "user" {
		return wireResponder{Type: x.Type, ID: x.ID, Username: x.Name}
	}
	return wireResponder{Type: x.Type, ID: x.ID, Name: x.Name}
}

func toRoutingRule(r *roster.Roster, x *routing.Rule) wireRoutingRule {
	criteria := x.Criteria
	if criteria == nil {
		criteria = &routing.Filter{Type: routing.MatchAll}
	}
	return wireRoutingRule{x.ID, x.Name, x.Default, x.Order, criteria, x.Zone, x.Restriction, recipient(r, x.Notify)}
}

func (c *call) fillRouting(r *roster.Roster, x *routing.Rule, b routingBody) error {
	set(&x.Name, b.Name)
	set(&x.Zone, b.Zone)
	if b.Criteria != nil {
		x.Criteria = b.Criteria
	}
	b.Restriction.into(&x.Restriction)
	if b.Notify != nil {
		to, err := r.Resolve("notify", b.Notify.responder(""))
		if err != nil {
			return err
		}
		x.Notify = alert.Responder{Type: to.Type, ID: to.ID}
	}
	return nil
}

func findRouting(c *call, r *roster.Roster, t *team.Team) (*routing.Rule, error) {
	for _, x := range r.Routing[t.ID] {
		if x.ID == c.r.PathValue("id") {
			return x, nil
		}
	}
	return nil, fault.NotFound("Team routing rule with id [%.200s] does not exist.", c.r.PathValue("id"))
}

func listRoutingRules(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		t, err := c.team(r, "teamIdentifierType")
		if err != nil {
			return err
		}
		out := []wireRoutingRule{}
		for _, x := range r.Routing[t.ID] {
			out = append(out, toRoutingRule(r, x))
		}
		return c.data(out)
	})
}

func getRoutingRule(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		t, err := c.team(r, "teamIdentifierType")
		if err != nil {
			return err
		}
		x, err := findRouting(c, r, t)
		if err != nil {
			return err
		}
		return c.data(toRoutingRule(r, x))
	})
}

func createRoutingRule(c *call) error {
	b, err := body[routingBody](c, false)
	if err != nil {
		return err
	}
	x := &routing.Rule{}
	err = c.withTeam(func(tx *volume.Tx, r *roster.Roster, t *team.Team) (string, error) {
		x.TeamID = t.ID
		if err := c.fillRouting(r, x, b); err != nil {
			return "", err
		}
		index := -1
		set(&index, b.Order)
		return "Routing rule " + x.Name + " is created", routing.Place(c.r.Context(), tx, r.Routing[t.ID], x, index)
	})
	if err != nil {
		return err
	}
	return c.created(wireMeta{x.ID, x.Name})
}

func updateRoutingRule(c *call) error {
	b, err := body[routingBody](c, false)
	if err != nil {
		return err
	}
	return c.replaceRouting(func(r *roster.Roster, x *routing.Rule) (int, error) {
		return x.Order, c.fillRouting(r, x, b)
	}, "Updated")
}

func moveRoutingRule(c *call) error {
	b, err := body[struct {
		Order *int `json:"order"`
	}](c, false)
	if err != nil {
		return err
	}
	if b.Order == nil || *b.Order < 0 {
		return fault.Invalid("order", "order must be given, from 0.")
	}
	return c.replaceRouting(func(_ *roster.Roster, x *routing.Rule) (int, error) {
		if x.Default {
			return 0, fault.Bad("The default rule is always the last one.")
		}
		return *b.Order, nil
	}, "Changed")
}

func (c *call) replaceRouting(fn func(r *roster.Roster, x *routing.Rule) (index int, err error), result string) error {
	var out wireMeta
	err := c.withTeam(func(tx *volume.Tx, r *roster.Roster, t *team.Team) (string, error) {
		have, err := findRouting(c, r, t)
		if err != nil {
			return "", err
		}
		x := *have
		index, err := fn(r, &x)
		if err != nil {
			return "", err
		}
		out = wireMeta{x.ID, x.Name}
		rules := slices.Clone(r.Routing[t.ID])
		x.Order = -1 // so that it is written wherever it lands
		return "Routing rule " + x.Name + " is updated", routing.Place(c.r.Context(), tx, rules, &x, index)
	})
	if err != nil {
		return err
	}
	return c.done(result, out)
}

func deleteRoutingRule(c *call) error {
	err := c.withTeam(func(tx *volume.Tx, r *roster.Roster, t *team.Team) (string, error) {
		x, err := findRouting(c, r, t)
		if err != nil {
			return "", err
		}
		if x.Default {
			return "", fault.Bad("The default routing rule cannot be deleted.")
		}
		return "Routing rule " + x.Name + " is deleted", routing.Delete(c.r.Context(), tx, x)
	})
	if err != nil {
		return err
	}
	return c.done("Deleted", nil)
}
