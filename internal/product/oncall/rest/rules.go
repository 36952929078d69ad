package rest

import (
	"fmt"
	"slices"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/notification"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/rotation"
	"holdfast.dev/internal/product/oncall/routing"
	"holdfast.dev/internal/product/oncall/user"
)

func (h *handler) notificationRuleOperations() []operation {
	const path = "/v2/users/{identifier}/notification-rules"
	const rule = path + "/{ruleId}"
	return []operation{
		{method: "GET", path: path, right: mayRead, run: listRules},
		{method: "POST", path: path, right: mayConfigure, run: createRule},
		{method: "GET", path: rule, right: mayRead, run: getRule},
		{method: "PATCH", path: rule, right: mayConfigure, run: updateRule},
		{method: "DELETE", path: rule, right: mayConfigure, run: deleteRule},
		{method: "POST", path: rule + "/enable", right: mayConfigure, run: switchRule(true)},
		{method: "POST", path: rule + "/disable", right: mayConfigure, run: switchRule(false)},
		{method: "POST", path: rule + "/change-order", right: mayConfigure, run: moveRule},
		{method: "GET", path: rule + "/steps", right: mayRead, run: listSteps},
		{method: "POST", path: rule + "/steps", right: mayConfigure, run: createStep},
		{method: "GET", path: rule + "/steps/{id}", right: mayRead, run: getStep},
		{method: "PATCH", path: rule + "/steps/{id}", right: mayConfigure, run: updateStep},
		{method: "DELETE", path: rule + "/steps/{id}", right: mayConfigure, run: deleteStep},
		{method: "POST", path: rule + "/steps/{id}/enable", right: mayConfigure, run: switchStep(true)},
		{method: "POST", path: rule + "/steps/{id}/disable", right: mayConfigure, run: switchStep(false)},
	}
}

type wireRuleMeta struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	ActionType string `json:"actionType"`
	Order      int    `json:"order"`
	Enabled    bool   `json:"enabled"`
}

type wireStep struct {
	Parent    *wireMeta    `json:"_parent,omitempty"`
	ID        string       `json:"id"`
	SendAfter wireDuration `json:"sendAfter"`
	Contact   contactBody  `json:"contact"`
	Enabled   bool         `json:"enabled"`
}

type wireRule struct {
	wireRuleMeta
	Criteria    *routing.Filter       `json:"criteria,omitempty"`
	Times       []string              `json:"notificationTime,omitempty"`
	Restriction *rotation.Restriction `json:"timeRestriction,omitempty"`
	Schedules   []wireResponder       `json:"schedules,omitempty"`
	Steps       []wireStep            `json:"steps"`
	Repeat      *notification.Repeat  `json:"repeat,omitempty"`
}

type stepBody struct {
	Contact   *contactBody  `json:"contact"`
	SendAfter *wireDuration `json:"sendAfter"`
	Enabled   *bool         `json:"enabled"`
}

type ruleBody struct {
	Name        *string               `json:"name"`
	ActionType  *string               `json:"actionType"`
	Criteria    *routing.Filter       `json:"criteria"`
	Times       []string              `json:"notificationTime"`
	Restriction *rotation.Restriction `json:"timeRestriction"`
	Schedules   []wireResponder       `json:"schedules"`
	Order       *int                  `json:"order"`
	Steps       []stepBody            `json:"steps"`
	Repeat      *notification.Repeat  `json:"repeat"`
	Enabled     *bool                 `json:"enabled"`
}

func ruleMeta(x *notification.Rule) wireRuleMeta {
	return wireRuleMeta{x.ID, x.Name, x.ActionType, x.Order, x.Enabled}
}

func toStep(s notification.Step) wireStep {
	d := wireDuration{int64(s.SendAfter), "seconds"}
	if s.SendAfter%60 == 0 {
		d = wireDuration{int64(s.SendAfter / 60), "minutes"}
	}
	return wireStep{ID: s.ID, SendAfter: d, Contact: contactBody{s.Method, s.To}, Enabled: s.Enabled}
}

func toRule(r *roster.Roster, x *notification.Rule) wireRule {
	out := wireRule{wireRuleMeta: ruleMeta(x), Criteria: x.Criteria, Times: x.Times, Restriction: x.Restriction, Repeat: x.Repeat, Steps: []wireStep{}}
	for _, s := range x.Schedules {
		out.Schedules = append(out.Schedules, recipient(r, s))
	}
	for _, s := range x.Steps {
		out.Steps = append(out.Steps, toStep(s))
	}
	return out
}

// rule gives the rule that the path names, of the person that it names.
func (c *call) rule(r *roster.Roster) (*user.Person, *notification.Rule, error) {
	p, err := c.person(r)
	if err != nil {
		return nil, nil, err
	}
	for _, x := range r.Rules[p.ID] {
		if x.ID == c.r.PathValue("ruleId") {
			return p, x, nil
		}
	}
	return nil, nil, fault.NotFound("Notification rule with id [%.200s] does not exist.", c.r.PathValue("ruleId"))
}

func fillStep(r *roster.Roster, p *user.Person, s *notification.Step, b stepBody, field string) error {
	if b.Contact != nil {
		found := slices.ContainsFunc(r.ContactsOf[p.ID], func(x *user.Contact) bool { return x.Method == b.Contact.Method && x.Address == b.Contact.To })
		if !found {
			return fault.Invalid(field+"contact", "The user has no %.20s contact %.100q.", b.Contact.Method, b.Contact.To)
		}
		s.Method, s.To = b.Contact.Method, b.Contact.To
	}
	if b.SendAfter != nil {
		seconds, err := b.SendAfter.seconds(field + "sendAfter")
		if err != nil {
			return err
		}
		s.SendAfter = seconds
	}
	set(&s.Enabled, b.Enabled)
	if s.Method == "" {
		return fault.Invalid(field+"contact", "contact must be given.")
	}
	return nil
}

func fillRule(r *roster.Roster, p *user.Person, x *notification.Rule, b ruleBody) error {
	set(&x.Name, b.Name)
	set(&x.ActionType, b.ActionType)
	set(&x.Enabled, b.Enabled)
	if b.Criteria != nil {
		x.Criteria = b.Criteria
	}
	if b.Times != nil {
		x.Times = b.Times
	}
	if b.Restriction != nil {
		if x.Restriction = b.Restriction; b.Restriction.Type == "" {
			x.Restriction = nil // an empty object takes the restriction away
		}
	}
	if b.Repeat != nil {
		x.Repeat = b.Repeat
	}
	if b.Schedules != nil {
		x.Schedules = nil
		for i, s := range b.Schedules {
			to, err := r.Resolve(fmt.Sprintf("schedules[%d]", i), s.responder("schedule"))
			if err != nil {
				return err
			}
			x.Schedules = append(x.Schedules, alert.Responder{Type: to.Type, ID: to.ID})
		}
	}
	if b.Steps == nil {
		return nil
	}
	x.Steps = nil
	for i, sb := range b.Steps {
		s := notification.Step{Enabled: true}
		if err := fillStep(r, p, &s, sb, fmt.Sprintf("steps[%d].", i)); err != nil {
			return err
		}
		x.Steps = append(x.Steps, s)
	}
	return nil
}

func listRules(c *call) error {
	return ofUser(c, func(r *roster.Roster, p *user.Person) (out []wireRuleMeta) {
		for _, x := range r.Rules[p.ID] {
			out = append(out, ruleMeta(x))
		}
		return out
	})
}

func getRule(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		_, x, err := c.rule(r)
		if err != nil {
			return err
		}
		return c.data(toRule(r, x))
	})
}

func createRule(c *call) error {
	b, err := body[ruleBody](c, false)
	if err != nil {
		return err
	}
	x := &notification.Rule{Enabled: true}
	err = c.change(func(tx *volume.Tx, r *roster.Roster) error {
		p, err := c.person(r)
		if err != nil {
			return err
		}
		if err := c.permitPerson(p); err != nil {
			return err
		}
		x.PersonID = p.ID
		if err := fillRule(r, p, x, b); err != nil {
			return err
		}
		index := -1
		set(&index, b.Order)
		return notification.Save(c.r.Context(), tx, r.Rules[p.ID], x, index)
	})
	if err != nil {
		return err
	}
	return c.created(ruleMeta(x))
}

// changeRule runs a change of a rule. fn gives its new place, negative to leave it.
func (c *call) changeRule(fn func(r *roster.Roster, p *user.Person, x *notification.Rule) (index int, err error)) (out wireRuleMeta, err error) {
	err = c.change(func(tx *volume.Tx, r *roster.Roster) error {
		p, have, err := c.rule(r)
		if err != nil {
			return err
		}
		if err := c.permitPerson(p); err != nil {
			return err
		}
		x := *have
		x.Steps = slices.Clone(have.Steps)
		index, err := fn(r, p, &x)
		if err != nil {
			return err
		}
		if index < 0 {
			index = have.Order
		}
		x.Order = -1 // so that it is written wherever it lands
		if err := notification.Save(c.r.Context(), tx, r.Rules[p.ID], &x, index); err != nil {
			return err
		}
		out = ruleMeta(&x)
		return nil
	})
	return out, err
}

func updateRule(c *call) error {
	b, err := body[ruleBody](c, false)
	if err != nil {
		return err
	}
	out, err := c.changeRule(func(r *roster.Roster, p *user.Person, x *notification.Rule) (int, error) {
		index := -1
		set(&index, b.Order)
		return index, fillRule(r, p, x, b)
	})
	if err != nil {
		return err
	}
	return c.done("Updated", out)
}

func deleteRule(c *call) error {
	err := c.change(func(tx *volume.Tx, r *roster.Roster) error {
		p, x, err := c.rule(r)
		if err != nil {
			return err
		}
		if err := c.permitPerson(p); err != nil {
			return err
		}
		return notification.Delete(c.r.Context(), tx, x.ID)
	})
	if err != nil {
		return err
	}
	return c.done("Deleted", nil)
}

func switchRule(on bool) func(*call) error {
	return func(c *call) error {
		out, err := c.changeRule(func(_ *roster.Roster, _ *user.Person, x *notification.Rule) (int, error) {
			x.Enabled = on
			return -1, nil
		})
		if err != nil {
			return err
		}
		return c.done(switched(on), out)
	}
}

func moveRule(c *call) error {
	b, err := body[struct {
		Order *int `json:"order"`
	}](c, false)
	if err != nil {
		return err
	}
	if b.Order == nil || *b.Order < 0 {
		return fault.Invalid("order", "order must be given, from 0.")
	}
	out, err := c.changeRule(func(*roster.Roster, *user.Person, *notification.Rule) (int, error) { return *b.Order, nil })
	if err != nil {
		return err
	}
	return c.done("Changed", out)
}
