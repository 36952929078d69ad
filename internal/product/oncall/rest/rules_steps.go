package rest

import (
	"slices"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/notification"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/user"
)

// stepIndex gives where in a rule the step is that the path names.
func (c *call) stepIndex(x *notification.Rule) (int, error) {
	i := slices.IndexFunc(x.Steps, func(s notification.Step) bool { return s.ID == c.r.PathValue("id") })
	if i < 0 {
		return 0, fault.NotFound("Notification rule step with id [%.200s] does not exist.", c.r.PathValue("id"))
	}
	return i, nil
}

func listSteps(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		_, x, err := c.rule(r)
		if err != nil {
			return err
		}
		out := toRule(r, x).Steps
		for i := range out {
			out[i].Parent = &wireMeta{x.ID, x.Name}
		}
		return c.data(out)
	})
}

func getStep(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		_, x, err := c.rule(r)
		if err != nil {
			return err
		}
		i, err := c.stepIndex(x)
		if err != nil {
			return err
		}
		out := toStep(x.Steps[i])
		out.Parent = &wireMeta{x.ID, x.Name}
		return c.data(out)
	})
}

func createStep(c *call) error {
	b, err := body[stepBody](c, false)
	if err != nil {
		return err
	}
	var made *notification.Rule
	_, err = c.changeRule(func(r *roster.Roster, p *user.Person, x *notification.Rule) (int, error) {
		s := notification.Step{Enabled: true}
		if err := fillStep(r, p, &s, b, ""); err != nil {
			return 0, err
		}
		x.Steps = append(x.Steps, s)
		made = x
		return -1, nil
	})
	if err != nil {
		return err
	}
	return c.created(map[string]string{"id": made.Steps[len(made.Steps)-1].ID})
}

// changeStep runs a change of a step.
func (c *call) changeStep(result string, fn func(r *roster.Roster, p *user.Person, x *notification.Rule, i int) error) error {
	_, err := c.changeRule(func(r *roster.Roster, p *user.Person, x *notification.Rule) (int, error) {
		i, err := c.stepIndex(x)
		if err != nil {
			return 0, err
		}
		return -1, fn(r, p, x, i)
	})
	if err != nil {
		return err
	}
	return c.done(result, map[string]string{"id": c.r.PathValue("id")})
}

func updateStep(c *call) error {
	b, err := body[stepBody](c, false)
	if err != nil {
		return err
	}
	return c.changeStep("Updated", func(r *roster.Roster, p *user.Person, x *notification.Rule, i int) error {
		return fillStep(r, p, &x.Steps[i], b, "")
	})
}

func deleteStep(c *call) error {
	return c.changeStep("Deleted", func(_ *roster.Roster, _ *user.Person, x *notification.Rule, i int) error {
		x.Steps = slices.Delete(x.Steps, i, i+1)
		return nil
	})
}

func switchStep(on bool) func(*call) error {
	return func(c *call) error {
		return c.changeStep(switched(on), func(_ *roster.Roster, _ *user.Person, x *notification.Rule, i int) error {
			x.Steps[i].Enabled = on
			return nil
		})
	}
}
