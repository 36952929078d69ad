package rest

import (
	"slices"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/schedule"
)

func (h *handler) overrideOperations() []operation {
	const path = "/v2/schedules/{identifier}/overrides"
	return []operation{
		{method: "GET", path: path, right: mayRead, run: listOverrides},
		{method: "POST", path: path, right: mayConfigure, run: createOverride},
		{method: "GET", path: path + "/{alias}", right: mayRead, run: getOverride},
		{method: "PUT", path: path + "/{alias}", right: mayConfigure, run: updateOverride},
		{method: "DELETE", path: path + "/{alias}", right: mayConfigure, run: deleteOverride},
	}
}

type wireOverride struct {
	Parent    *wireScheduleMeta `json:"_parent,omitempty"`
	Alias     string            `json:"alias"`
	User      wireResponder     `json:"user"`
	StartDate stamp             `json:"startDate"`
	EndDate   stamp             `json:"endDate"`
	Rotations []wireMeta        `json:"rotations,omitempty"`
}

type overrideBody struct {
	Alias     string          `json:"alias"`
	User      *wireResponder  `json:"user"`
	StartDate *string         `json:"startDate"`
	EndDate   *string         `json:"endDate"`
	Rotations []wireResponder `json:"rotations"`
}

func toOverride(r *roster.Roster, s *schedule.Schedule, o *schedule.Override) wireOverride {
	out := wireOverride{Alias: o.Alias, User: wireResponder{Type: "user", ID: o.PersonID}, StartDate: stamp(o.From), EndDate: stamp(o.To)}
	if p := r.People[o.PersonID]; p != nil {
		out.User.Username = p.Username
	}
	for _, x := range s.Rotations {
		if slices.Contains(o.Rotations, x.ID) {
			out.Rotations = append(out.Rotations, wireMeta{x.ID, x.Name})
		}
	}
	return out
}

func (c *call) fillOverride(r *roster.Roster, s *schedule.Schedule, o *schedule.Override, b overrideBody) (err error) {
	if b.User == nil || b.StartDate == nil || b.EndDate == nil {
		return fault.InvalidFields(missingFields(map[string]bool{"user": b.User == nil, "startDate": b.StartDate == nil, "endDate": b.EndDate == nil}))
	}
	who, err := r.Resolve("user", b.User.responder("user"))
	if err != nil {
		return err
	}
	if who.Type != "user" {
		return fault.Invalid("user", "An override is for a user.")
	}
	o.PersonID = who.ID
	if o.From, err = readTime("startDate", *b.StartDate); err != nil {
		return err
	}
	if o.To, err = readTime("endDate", *b.EndDate); err != nil {
		return err
	}
	o.Rotations = nil
	for _, x := range b.Rotations {
		i := slices.IndexFunc(s.Rotations, func(have *schedule.Rotation) bool { return have.ID == x.ID || x.ID == "" && have.Name == x.Name })
		if i < 0 {
			return fault.Invalid("rotations", "The schedule has no rotation [%.100s].", x.ID+x.Name)
		}
		o.Rotations = append(o.Rotations, s.Rotations[i].ID)
	}
	return nil
}

// missingFields says which fields must be given.
func missingFields(missing map[string]bool) map[string]string {
	out := map[string]string{}
	for f, is := range missing {
		if is {
			out[f] = f + " must be given."
		}
	}
	return out
}

func (c *call) override(s *schedule.Schedule) (*schedule.Override, error) {
	alias := c.r.PathValue("alias")
	i := slices.IndexFunc(s.Overrides, func(o *schedule.Override) bool { return o.Alias == alias })
	if i < 0 {
		return nil, fault.NotFound("Override with alias [%.200s] does not exist.", alias)
	}
	return s.Overrides[i], nil
}

func listOverrides(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		s, err := c.schedule(r, "scheduleIdentifierType")
		if err != nil {
			return err
		}
		out := []wireOverride{}
		for _, o := range s.Overrides {
			w := toOverride(r, s, o)
			parent := scheduleMeta(s)
			w.Parent = &parent
			out = append(out, w)
		}
		return listed(c, out)
	})
}

func getOverride(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		s, err := c.schedule(r, "scheduleIdentifierType")
		if err != nil {
			return err
		}
		o, err := c.override(s)
		if err != nil {
			return err
		}
		w := toOverride(r, s, o)
		parent := scheduleMeta(s)
		w.Parent = &parent
		return c.data(w)
	})
}

// permitOverride lets people take a shift themselves; for others one must be allowed to change the schedule.
func (c *call) permitOverride(r *roster.Roster, s *schedule.Schedule, o *schedule.Override) error {
	if me := r.Account(c.who.Account.String()); me != nil && o.PersonID == me.ID {
		if t := r.Teams[s.TeamID]; t != nil {
			if member, _ := t.Has(me.ID); member {
				return nil
			}
		}
	}
	return c.permitTeam(r, s.TeamID)
}

func createOverride(c *call) error {
	b, err := body[overrideBody](c, false)
	if err != nil {
		return err
	}
	o := &schedule.Override{Alias: b.Alias}
	if err := c.saveOverride(b, o); err != nil {
		return err
	}
	return c.created(map[string]string{"alias": o.Alias})
}

func (c *call) saveOverride(b overrideBody, o *schedule.Override) error {
	return c.change(func(tx *volume.Tx, r *roster.Roster) error {
		s, err := c.schedule(r, "scheduleIdentifierType")
		if err != nil {
			return err
		}
		if slices.ContainsFunc(s.Overrides, func(x *schedule.Override) bool { return x.Alias == o.Alias }) {
			return fault.Conflict("An override with alias [%.200s] already exists.", o.Alias)
		}
		if err := c.fillOverride(r, s, o, b); err != nil {
			return err
		}
		if err := c.permitOverride(r, s, o); err != nil {
			return err
		}
		return schedule.SaveOverride(c.r.Context(), tx, s, o)
	})
}

func updateOverride(c *call) error {
	b, err := body[overrideBody](c, false)
	if err != nil {
		return err
	}
	err = c.change(func(tx *volume.Tx, r *roster.Roster) error {
		s, err := c.schedule(r, "scheduleIdentifierType")
		if err != nil {
			return err
		}
		o, err := c.override(s)
		if err != nil {
			return err
		}
		if err := c.permitOverride(r, s, o); err != nil {
			return err
		}
		if err := c.fillOverride(r, s, o, b); err != nil {
			return err
		}
		if err := c.permitOverride(r, s, o); err != nil {
			return err
		}
		return schedule.SaveOverride(c.r.Context(), tx, s, o)
	})
	if err != nil {
		return err
	}
	return c.done("Updated", map[string]string{"alias": c.r.PathValue("alias")})
}

func deleteOverride(c *call) error {
	err := c.change(func(tx *volume.Tx, r *roster.Roster) error {
		s, err := c.schedule(r, "scheduleIdentifierType")
		if err != nil {
			return err
		}
		o, err := c.override(s)
		if err != nil {
			return err
		}
		if err := c.permitOverride(r, s, o); err != nil {
			return err
		}
		return schedule.DeleteOverride(c.r.Context(), tx, s.ID, o.Alias)
	})
	if err != nil {
		return err
	}
	return c.done("Deleted", nil)
}
