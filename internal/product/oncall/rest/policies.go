package rest

import (
	"encoding/json"
	"net/http"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/policy"
	"holdfast.dev/internal/product/oncall/roster"
)

func (h *handler) policyOperations() []operation {
	const path = "/v2/policies/{policyId}"
	return []operation{
		{method: "POST", path: "/v2/policies", right: mayConfigure, run: createPolicy},
		{method: "GET", path: "/v2/policies/alert", right: mayRead, run: func(c *call) error { return listPolicies(c, policy.TypeAlert) }},
		{method: "GET", path: "/v2/policies/notification", right: mayRead, run: func(c *call) error { return listPolicies(c, policy.TypeNotification) }},
		{method: "GET", path: path, right: mayRead, run: getPolicy},
		{method: "PUT", path: path, right: mayConfigure, run: updatePolicy},
		{method: "DELETE", path: path, right: mayConfigure, run: deletePolicy},
		{method: "POST", path: path + "/enable", right: mayConfigure, run: func(c *call) error { return switchPolicy(c, true) }},
		{method: "POST", path: path + "/disable", right: mayConfigure, run: func(c *call) error { return switchPolicy(c, false) }},
		{method: "POST", path: path + "/change-order", right: mayConfigure, run: movePolicy},
	}
}

type policyMeta struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Type    string `json:"type"`
	Order   int    `json:"order"`
	Enabled bool   `json:"enabled"`
}

func toPolicyMeta(p *policy.Policy) policyMeta {
	return policyMeta{p.ID, p.Name, p.Type, p.Order, p.Enabled}
}

// policyHead is a policy without what it does, which the same object of the API holds.
type policyHead struct {
	ID      string `json:"id,omitempty"`
	TeamID  string `json:"teamId,omitempty"`
	Type    string `json:"type"`
	Name    string `json:"name"`
	Order   int    `json:"order"`
	Enabled *bool  `json:"enabled"`
	policy.Body
}

type policyBody struct {
	policyHead
	Details    json.RawMessage `json:"details"` // the vendor's client sends a list where it means an object
	Responders []wireResponder `json:"responders"`
}

// into fills a policy of a request into one that is there or new. The type and team of a policy do not change.
func (b policyBody) into(r *roster.Roster, p *policy.Policy) error {
	p.Name, p.Body = b.Name, b.Body
	if p.ID == "" {
		p.Type, p.TeamID, p.Enabled = b.Type, b.TeamID, true
	} else if b.Type != "" && b.Type != p.Type {
		return fault.Invalid("type", "The type of a policy cannot change.")
	}
	set(&p.Enabled, b.Enabled)
	if p.Type != policy.TypeAlert {
		return nil
	}
	if p.Change == nil {
		p.Change = &policy.Change{}
	}
	details, err := detailsOf(b.Details)
	if err != nil {
		return err
	}
	p.Change.Details = details
	p.Change.Responders = nil
	for _, x := range b.Responders {
		who := x.responder("")
		if who.Type != "user" && who.Type != "team" {
			return fault.Invalid("responders", "Type should be one of [ user, team ].")
		}
		found, err := r.Resolve("responders", who)
		if err != nil {
			return err
		}
		p.Change.Responders = append(p.Change.Responders, found)
	}
	return nil
}

// detailsOf reads an object of texts; a list of texts adds each as a key.
func detailsOf(raw json.RawMessage) (map[string]string, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		out := map[string]string{}
		for _, key := range list {
			out[key] = ""
		}
		return out, nil
	}
	var object map[string]loose
	if err := json.Unmarshal(raw, &object); err != nil {
		return nil, fault.Invalid("details", "details should be an object of texts.")
	}
	return texts(object), nil
}

func toPolicy(p *policy.Policy) any {
	enabled := p.Enabled
	out := policyHead{ID: p.ID, TeamID: p.TeamID, Type: p.Type, Name: p.Name, Order: p.Order, Enabled: &enabled, Body: p.Body}
	return out
}

// policy finds the policy that the path names; teamId, when it is given, must be its team's.
func (c *call) policy(all []*policy.Policy) (*policy.Policy, error) {
	for _, p := range all {
		if team := c.query("teamId"); p.ID == c.r.PathValue("policyId") && (team == "" || team == p.TeamID) {
			mine := *p
			return &mine, nil
		}
	}
	return nil, fault.NotFound("No policy exists with id [%.60s]", c.r.PathValue("policyId"))
}

func listPolicies(c *call, typ string) error {
	limit, offset, err := c.listWindow()
	if err != nil {
		return err
	}
	return c.look(func(tx *volume.Tx, _ *roster.Roster) error {
		all, err := policy.All(c.r.Context(), tx)
		if err != nil {
			return err
		}
		found := policy.Of(all, typ, c.query("teamId"))
		out := []policyMeta{}
		for _, p := range found[min(offset, len(found)):min(offset+limit, len(found))] {
			out = append(out, toPolicyMeta(p))
		}
		total := len(found)
		return c.send(http.StatusOK, answer{Data: out, Paging: c.paging(offset, limit, total), Total: &total})
	})
}

// listWindow reads limit and offset of a list: the first thousand where nothing is said.
func (c *call) listWindow() (limit, offset int, err error) {
	if limit, err = c.number("limit", 1000, 1, 1000); err != nil {
		return 0, 0, err
	}
	offset, err = c.number("offset", 0, 0, 1<<30)
	return limit, offset, err
}

func getPolicy(c *call) error {
	return c.look(func(tx *volume.Tx, _ *roster.Roster) error {
		all, err := policy.All(c.r.Context(), tx)
		if err != nil {
			return err
		}
		p, err := c.policy(all)
		if err != nil {
			return err
		}
		return c.data(toPolicy(p))
	})
}

func createPolicy(c *call) error {
	b, err := body[policyBody](c, false)
	if err != nil {
		return err
	}
	if b.TeamID == "" {
		b.TeamID = c.query("teamId")
	}
	p := &policy.Policy{}
	err = c.change(func(tx *volume.Tx, r *roster.Roster) error {
		if b.TeamID != "" && r.Teams[b.TeamID] == nil {
			return fault.Invalid("teamId", "No team exists with the id [%.60s].", b.TeamID)
		}
		if err := c.permitTeam(r, b.TeamID); err != nil {
			return err
		}
		if err := b.into(r, p); err != nil {
			return err
		}
		all, err := policy.Fresh(c.r.Context(), tx)
		if err != nil {
			return err
		}
		return policy.Place(c.r.Context(), tx, all, p, -1)
	})
	if err != nil {
		return err
	}
	return c.created(toPolicyMeta(p))
}

// changePolicy lets fn change the policy that the path names and say where it goes; the same index for where it is.
func (c *call) changePolicy(result string, fn func(r *roster.Roster, p *policy.Policy) (index int, err error)) error {
	err := c.change(func(tx *volume.Tx, r *roster.Roster) error {
		all, err := policy.Fresh(c.r.Context(), tx)
		if err != nil {
			return err
		}
		p, err := c.policy(all)
		if err != nil {
			return err
		}
		if err := c.permitTeam(r, p.TeamID); err != nil {
			return err
		}
		index, err := fn(r, p)
		if err != nil {
			return err
		}
		p.Order = -1 // so that it is written wherever it lands
		return policy.Place(c.r.Context(), tx, all, p, index)
	})
	if err != nil {
		return err
	}
	return c.done(result, nil)
}

func updatePolicy(c *call) error {
	b, err := body[policyBody](c, false)
	if err != nil {
		return err
	}
	return c.changePolicy("Updated", func(r *roster.Roster, p *policy.Policy) (int, error) { return p.Order, b.into(r, p) })
}

func switchPolicy(c *call, on bool) error {
	result := "Disabled"
	if on {
		result = "Enabled"
	}
	return c.changePolicy(result, func(_ *roster.Roster, p *policy.Policy) (int, error) {
		p.Enabled = on
		return p.Order, nil
	})
}

func movePolicy(c *call) error {
	b, err := body[struct {
		Index *int `json:"targetIndex"`
	}](c, false)
	if err != nil {
		return err
	}
	index := 0 // the vendor's client leaves it out for the first place
	set(&index, b.Index)
	if index < 0 {
		return fault.Invalid("targetIndex", "targetIndex should be from 0.")
	}
	return c.changePolicy("Changed", func(*roster.Roster, *policy.Policy) (int, error) { return index, nil })
}

func deletePolicy(c *call) error {
	err := c.change(func(tx *volume.Tx, r *roster.Roster) error {
		all, err := policy.Fresh(c.r.Context(), tx)
		if err != nil {
			return err
		}
		p, err := c.policy(all)
		if err != nil {
			return err
		}
		if err := c.permitTeam(r, p.TeamID); err != nil {
			return err
		}
		return policy.Delete(c.r.Context(), tx, p.ID)
	})
	if err != nil {
		return err
	}
	return c.done("Deleted", nil)
}
