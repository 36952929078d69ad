package rest

import (
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/user"
)

func (h *handler) forwardingOperations() []operation {
	const path = "/v2/forwarding-rules/{identifier}"
	return []operation{
		{method: "GET", path: "/v2/forwarding-rules", right: mayRead, run: listForwardings},
		{method: "POST", path: "/v2/forwarding-rules", right: mayConfigure, run: createForwarding},
		{method: "GET", path: path, right: mayRead, run: getForwarding},
		{method: "PUT", path: path, right: mayConfigure, run: updateForwarding},
		{method: "DELETE", path: path, right: mayConfigure, run: deleteForwarding},
	}
}

type wireForwarding struct {
	ID        string       `json:"id"`
	Alias     string       `json:"alias"`
	FromUser  wireUserMeta `json:"fromUser"`
	ToUser    wireUserMeta `json:"toUser"`
	StartDate stamp        `json:"startDate"`
	EndDate   stamp        `json:"endDate"`
}

type forwardingBody struct {
	FromUser  wireUserMeta `json:"fromUser"`
	ToUser    wireUserMeta `json:"toUser"`
	StartDate string       `json:"startDate"`
	EndDate   string       `json:"endDate"`
	Alias     string       `json:"alias"`
}

func toForwarding(r *roster.Roster, f *user.Forwarding) wireForwarding {
	out := wireForwarding{ID: f.ID, Alias: f.Alias, FromUser: wireUserMeta{ID: f.From}, ToUser: wireUserMeta{ID: f.To}, StartDate: stamp(f.Start), EndDate: stamp(f.End)}
	if p := r.People[f.From]; p != nil {
		out.FromUser = meta(p)
	}
	if p := r.People[f.To]; p != nil {
		out.ToUser = meta(p)
	}
	return out
}

func sortedForwardings(r *roster.Roster) []*user.Forwarding {
	out := slices.Clone(r.Forwardings)
	slices.SortFunc(out, func(a, b *user.Forwarding) int {
		if d := a.Start.Compare(b.Start); d != 0 {
			return d
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}

func listForwardings(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		out := []wireForwarding{}
		for _, f := range sortedForwardings(r) {
			out = append(out, toForwarding(r, f))
		}
		return listed(c, out)
	})
}

func userForwardings(c *call) error {
	return ofUser(c, func(r *roster.Roster, p *user.Person) (out []wireForwarding) {
		for _, f := range sortedForwardings(r) {
			if f.From == p.ID {
				out = append(out, toForwarding(r, f))
			}
		}
		return out
	})
}

func (c *call) forwarding(r *roster.Roster) (*user.Forwarding, error) {
	kind, err := c.oneOf("identifierType", "id", "alias")
	if err != nil {
		return nil, err
	}
	who := c.r.PathValue("identifier")
	for _, f := range r.Forwardings {
		if kind == "id" && f.ID == who || kind == "alias" && f.Alias == who {
			return f, nil
		}
	}
	return nil, fault.NotFound("Forwarding rule with %s [%.200s] does not exist.", kind, who)
}

func getForwarding(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		f, err := c.forwarding(r)
		if err != nil {
			return err
		}
		return c.data(toForwarding(r, f))
	})
}

// fillForwarding puts what a request says into a rule. Only who forwards, or who may change everybody's settings, can.
func (c *call) fillForwarding(r *roster.Roster, f *user.Forwarding, b forwardingBody) (err error) {
	from, to := r.Person(orName(b.FromUser)), r.Person(orName(b.ToUser))
	switch {
	case from == nil:
		return fault.Invalid("fromUser", "No user exists with the id or username [%.100s].", orName(b.FromUser))
	case to == nil || !to.Active:
		return fault.Invalid("toUser", "No user exists with the id or username [%.100s].", orName(b.ToUser))
	}
	if err := c.permitPerson(from); err != nil {
		return err
	}
	f.From, f.To = from.ID, to.ID
	if f.Start, err = readTime("startDate", b.StartDate); err != nil {
		return err
	}
	f.End, err = readTime("endDate", b.EndDate)
	return err
}

func createForwarding(c *call) error {
	b, err := body[forwardingBody](c, false)
	if err != nil {
		return err
	}
	f := &user.Forwarding{Alias: b.Alias}
	err = c.change(func(tx *volume.Tx, r *roster.Roster) error {
		if b.Alias != "" && slices.ContainsFunc(r.Forwardings, func(x *user.Forwarding) bool { return x.Alias == b.Alias }) {
			return fault.Conflict("A forwarding rule with alias [%.200s] already exists.", b.Alias)
		}
		if err := c.fillForwarding(r, f, b); err != nil {
			return err
		}
		return user.SaveForwarding(c.r.Context(), tx, f)
	})
	if err != nil {
		return err
	}
	return c.created(map[string]string{"id": f.ID, "alias": f.Alias})
}

func updateForwarding(c *call) error {
	b, err := body[forwardingBody](c, false)
	if err != nil {
		return err
	}
	var out map[string]string
	err = c.change(func(tx *volume.Tx, r *roster.Roster) error {
		f, err := c.forwarding(r)
		if err != nil {
			return err
		}
		if err := c.permitForwarding(r, f); err != nil {
			return err
		}
		if err := c.fillForwarding(r, f, b); err != nil {
			return err
		}
		out = map[string]string{"id": f.ID, "alias": f.Alias}
		return user.SaveForwarding(c.r.Context(), tx, f)
	})
	if err != nil {
		return err
	}
	return c.done("Updated", out)
}

func (c *call) permitForwarding(r *roster.Roster, f *user.Forwarding) error {
	if p := r.People[f.From]; p != nil {
		return c.permitPerson(p)
	}
	return c.permitTeam(r, "")
}

func deleteForwarding(c *call) error {
	err := c.change(func(tx *volume.Tx, r *roster.Roster) error {
		f, err := c.forwarding(r)
		if err != nil {
			return err
		}
		if err := c.permitForwarding(r, f); err != nil {
			return err
		}
		return user.DeleteForwarding(c.r.Context(), tx, f.ID)
	})
	if err != nil {
		return err
	}
	return c.done("Deleted", nil)
}
