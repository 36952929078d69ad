package rest

import (
	"fmt"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/escalation"
	"holdfast.dev/internal/product/oncall/roster"
)

func (h *handler) escalationOperations() []operation {
	const path = "/v2/escalations/{identifier}"
	return []operation{
		{method: "GET", path: "/v2/escalations", right: mayRead, run: listEscalations},
		{method: "POST", path: "/v2/escalations", right: mayConfigure, run: createEscalation},
		{method: "GET", path: path, right: mayRead, run: getEscalation},
		{method: "PATCH", path: path, right: mayConfigure, run: updateEscalation},
		{method: "DELETE", path: path, right: mayConfigure, run: deleteEscalation},
	}
}

type wireDuration struct {
	TimeAmount int64  `json:"timeAmount"`
	TimeUnit   string `json:"timeUnit,omitempty"`
}

// seconds of the units of a duration; smaller ones are cut off.
var units = map[string]int64{"days": 86400, "hours": 3600, "minutes": 60, "": 60, "seconds": 1}

func (d wireDuration) seconds(field string) (int, error) {
	unit, ok := units[strings.ToLower(d.TimeUnit)]
	switch strings.ToLower(d.TimeUnit) {
	case "miliseconds", "milliseconds", "micros", "nanos":
		return 0, nil
	}
	if !ok {
		return 0, fault.Invalid(field, "timeUnit must be days, hours, minutes or seconds.")
	}
	if d.TimeAmount < 0 || d.TimeAmount > 100_000_000 {
		return 0, fault.Invalid(field, "timeAmount is out of range.")
	}
	return int(d.TimeAmount * unit), nil
}

type wireEscalationRule struct {
	Condition  string        `json:"condition"`
	NotifyType string        `json:"notifyType"`
	Delay      wireDuration  `json:"delay"`
	Recipient  wireResponder `json:"recipient"`
}

type wireEscalation struct {
	ID          string               `json:"id"`
	Name        string               `json:"name"`
	Description string               `json:"description"`
	OwnerTeam   *wireMeta            `json:"ownerTeam,omitempty"`
	Rules       []wireEscalationRule `json:"rules"`
	Repeat      *escalation.Repeat   `json:"repeat,omitempty"`
}

type escalationBody struct {
	Name        *string              `json:"name"`
	Description *string              `json:"description"`
	OwnerTeam   *wireResponder       `json:"ownerTeam"`
	Rules       []wireEscalationRule `json:"rules"`
	Repeat      *escalation.Repeat   `json:"repeat"`
}

func toEscalation(r *roster.Roster, e *escalation.Escalation) wireEscalation {
	out := wireEscalation{ID: e.ID, Name: e.Name, Description: e.Description, OwnerTeam: teamMeta(r, e.TeamID), Repeat: e.Repeat, Rules: []wireEscalationRule{}}
	for _, x := range e.Rules {
		out.Rules = append(out.Rules, wireEscalationRule{x.Condition, x.NotifyType, wireDuration{int64(x.Delay), "minutes"}, recipient(r, x.Recipient)})
	}
	return out
}

func escalationName(e *escalation.Escalation) string { return e.Name }

func (c *call) escalation(r *roster.Roster) (*escalation.Escalation, error) {
	return lookup(c, "identifierType", "Escalation", r.Escalations, escalationName)
}

func (c *call) fillEscalation(r *roster.Roster, e *escalation.Escalation, b escalationBody) error {
	set(&e.Name, b.Name)
	set(&e.Description, b.Description)
	if b.OwnerTeam != nil {
		id, err := ownerTeam(r, b.OwnerTeam)
		if err != nil {
			return err
		}
		e.TeamID = id
	}
	if b.Repeat != nil {
		e.Repeat = b.Repeat
	}
	if b.Rules == nil {
		return nil
	}
	e.Rules = nil
	for i, x := range b.Rules {
		field := fmt.Sprintf("rules[%d]", i)
		seconds, err := x.Delay.seconds(field + ".delay")
		if err != nil {
			return err
		}
		to, err := r.Resolve(field+".recipient", x.Recipient.responder(""))
		if err != nil {
			return err
		}
		e.Rules = append(e.Rules, escalation.Rule{Condition: x.Condition, NotifyType: x.NotifyType, Delay: (seconds + 59) / 60, Recipient: alert.Responder{Type: to.Type, ID: to.ID}})
	}
	return nil
}

func listEscalations(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		out := []wireEscalation{}
		for _, e := range roster.Sorted(r.Escalations, escalationName) {
			out = append(out, toEscalation(r, e))
		}
		return listed(c, out)
	})
}

func getEscalation(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		e, err := c.escalation(r)
		if err != nil {
			return err
		}
		return c.data(toEscalation(r, e))
	})
}

func createEscalation(c *call) error {
	b, err := body[escalationBody](c, false)
	if err != nil {
		return err
	}
	e := &escalation.Escalation{}
	err = c.change(func(tx *volume.Tx, r *roster.Roster) error {
		if err := c.fillEscalation(r, e, b); err != nil {
			return err
		}
		if err := c.permitTeam(r, e.TeamID); err != nil {
			return err
		}
		return escalation.Save(c.r.Context(), tx, e)
	})
	if err != nil {
		return err
	}
	return c.created(wireMeta{e.ID, e.Name})
}

func updateEscalation(c *call) error {
	b, err := body[escalationBody](c, false)
	if err != nil {
		return err
	}
	var out wireMeta
	err = c.change(func(tx *volume.Tx, r *roster.Roster) error {
		e, err := c.escalation(r)
		if err != nil {
			return err
		}
		if err := c.permitTeam(r, e.TeamID); err != nil {
			return err
		}
		if err := c.fillEscalation(r, e, b); err != nil {
			return err
		}
		out = wireMeta{e.ID, e.Name}
		return escalation.Save(c.r.Context(), tx, e)
	})
	if err != nil {
		return err
	}
	return c.done("Updated", out)
}

func deleteEscalation(c *call) error {
	err := c.change(func(tx *volume.Tx, r *roster.Roster) error {
		e, err := c.escalation(r)
		if err != nil {
			return err
		}
		if err := c.permitTeam(r, e.TeamID); err != nil {
			return err
		}
		if users := r.UsersOf("escalation", e.ID, ""); len(users) > 0 {
			return fault.Conflict("The escalation cannot be deleted: it is used by %s.", users[0])
		}
		return escalation.Delete(c.r.Context(), tx, e.ID)
	})
	if err != nil {
		return err
	}
	return c.done("Deleted", nil)
}
