package rest

import (
	"net/http"
	"slices"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/integration"
	"holdfast.dev/internal/product/oncall/maintenance"
	"holdfast.dev/internal/product/oncall/policy"
	"holdfast.dev/internal/product/oncall/roster"
)

func (h *handler) maintenanceOperations() []operation {
	const path = "/v1/maintenance/{id}"
	return []operation{
		{method: "POST", path: "/v1/maintenance", right: mayConfigure, run: createMaintenance},
		{method: "GET", path: "/v1/maintenance", right: mayRead, run: listMaintenances},
		{method: "GET", path: path, right: mayRead, run: getMaintenance},
		{method: "PUT", path: path, right: mayConfigure, run: updateMaintenance},
		{method: "DELETE", path: path, right: mayConfigure, run: deleteMaintenance},
		{method: "POST", path: path + "/cancel", right: mayConfigure, run: cancelMaintenance},
		{method: "POST", path: path + "/change-end-date", right: mayConfigure, run: endMaintenance},
	}
}

type maintenanceTime struct {
	Type  string `json:"type"`
	Start *stamp `json:"startDate,omitempty"`
	End   *stamp `json:"endDate,omitempty"`
}

type wireMaintenance struct {
	ID          string             `json:"id"`
	Status      string             `json:"status"`
	Description string             `json:"description"`
	Time        maintenanceTime    `json:"time"`
	Rules       []maintenance.Rule `json:"rules,omitempty"` // of a single one only
}

func toMaintenance(m *maintenance.Maintenance, now time.Time) wireMaintenance {
	return wireMaintenance{ID: m.ID, Status: m.Status(now), Description: m.Description, Time: maintenanceTime{m.Type, when(m.Start), when(m.End)}}
}

type maintenanceBody struct {
	Description string `json:"description"`
	Time        struct {
		Type  string `json:"type"`
		Start string `json:"startDate"`
		End   string `json:"endDate"`
	} `json:"time"`
	Rules []maintenance.Rule `json:"rules"`
}

func (b maintenanceBody) into(m *maintenance.Maintenance) (err error) {
	m.Description, m.Type, m.Rules = b.Description, b.Time.Type, b.Rules
	if m.Type != "schedule" {
		return nil
	}
	for field, into := range map[string]*time.Time{"startDate": &m.Start, "endDate": &m.End} {
		text := b.Time.Start
		if field == "endDate" {
			text = b.Time.End
		}
		if *into, err = until("time."+field, text); err != nil {
			return err
		}
	}
	return nil
}

// permitSite lets those change what is the whole site's who may: keys with configuration access and administrators.
func (c *call) permitSite() error {
	if c.who.Kind == identity.Key || c.who.Admin {
		return nil
	}
	return fault.Forbidden("You need to be an administrator of this site to do that.")
}

// saveMaintenance checks that what the rules are about is there.
func (c *call) saveMaintenance(tx *volume.Tx, m *maintenance.Maintenance) error {
	integrations, err := integration.List(c.r.Context(), tx, "", "")
	if err != nil {
		return err
	}
	policies, err := policy.Fresh(c.r.Context(), tx)
	if err != nil {
		return err
	}
	return maintenance.Save(c.r.Context(), tx, m, func(e maintenance.Entity) bool {
		if e.Type == maintenance.Integration {
			return slices.ContainsFunc(integrations, func(i *integration.Integration) bool { return i.ID == e.ID })
		}
		return slices.ContainsFunc(policies, func(p *policy.Policy) bool { return p.ID == e.ID })
	})
}

func createMaintenance(c *call) error {
	b, err := body[maintenanceBody](c, false)
	if err != nil {
		return err
	}
	if err := c.permitSite(); err != nil {
		return err
	}
	m := &maintenance.Maintenance{}
	if err := b.into(m); err != nil {
		return err
	}
	if err := c.write(func(tx *volume.Tx) error { return c.saveMaintenance(tx, m) }); err != nil {
		return err
	}
	return c.created(toMaintenance(m, c.Clock.Now()))
}

func listMaintenances(c *call) error {
	typ, err := c.oneOf("type", "all", "past", "non-expired")
	if err != nil {
		return err
	}
	limit, offset, err := c.listWindow()
	if err != nil {
		return err
	}
	return c.look(func(tx *volume.Tx, _ *roster.Roster) error {
		all, err := maintenance.All(c.r.Context(), tx)
		if err != nil {
			return err
		}
		found := slices.DeleteFunc(all, func(m *maintenance.Maintenance) bool {
			status := m.Status(tx.Now())
			over := status == maintenance.Past || status == maintenance.Cancelled
			return typ == "past" && !over || typ == "non-expired" && over
		})
		out := []wireMaintenance{}
		for _, m := range found[min(offset, len(found)):min(offset+limit, len(found))] {
			out = append(out, toMaintenance(m, tx.Now()))
		}
		total := len(found)
		return c.send(http.StatusOK, answer{Data: out, Paging: c.paging(offset, limit, total), Total: &total})
	})
}

func getMaintenance(c *call) error {
	return c.look(func(tx *volume.Tx, _ *roster.Roster) error {
		m, err := maintenance.Get(c.r.Context(), tx, c.r.PathValue("id"))
		if err != nil {
			return err
		}
		out := toMaintenance(m, tx.Now())
		out.Rules = m.Rules
		return c.data(out)
	})
}

// changeMaintenance lets fn change the maintenance that the path names.
func (c *call) changeMaintenance(result string, fn func(tx *volume.Tx, m *maintenance.Maintenance) error) error {
	if err := c.permitSite(); err != nil {
		return err
	}
	var out wireMaintenance
	err := c.write(func(tx *volume.Tx) error {
		m, err := maintenance.Get(c.r.Context(), tx, c.r.PathValue("id"))
		if err != nil {
			return err
		}
		if err := fn(tx, m); err != nil {
			return err
		}
		out = toMaintenance(m, tx.Now())
		return nil
	})
	if err != nil {
		return err
	}
	if result == "Updated" {
		return c.done(result, out)
	}
	return c.done(result, nil)
}

func updateMaintenance(c *call) error {
	b, err := body[maintenanceBody](c, false)
	if err != nil {
		return err
	}
	return c.changeMaintenance("Updated", func(tx *volume.Tx, m *maintenance.Maintenance) error {
		if s := m.Status(tx.Now()); s == maintenance.Past || s == maintenance.Cancelled {
			return fault.Bad("A maintenance that is %s cannot be changed.", s)
		}
		if err := b.into(m); err != nil {
			return err
		}
		return c.saveMaintenance(tx, m)
	})
}

// endMaintenance moves the end, as the vendor's client does.
func endMaintenance(c *call) error {
	b, err := body[struct {
		End string `json:"endDate"`
	}](c, false)
	if err != nil {
		return err
	}
	end, err := until("endDate", b.End)
	if err != nil {
		return err
	}
	return c.changeMaintenance("Changed", func(tx *volume.Tx, m *maintenance.Maintenance) error {
		return maintenance.MoveEnd(c.r.Context(), tx, m, end)
	})
}

func cancelMaintenance(c *call) error {
	return c.changeMaintenance("Cancelled", func(tx *volume.Tx, m *maintenance.Maintenance) error {
		return maintenance.Cancel(c.r.Context(), tx, m)
	})
}

func deleteMaintenance(c *call) error {
	return c.changeMaintenance("Deleted", func(tx *volume.Tx, m *maintenance.Maintenance) error {
		return maintenance.Delete(c.r.Context(), tx, m.ID)
	})
}
