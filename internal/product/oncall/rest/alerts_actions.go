package rest

import (
	"context"
	"errors"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/alert/action"
	"holdfast.dev/internal/product/oncall/roster"
)

func (h *handler) alertActionOperations() []operation {
	post := func(path string, run func(*call) error) operation {
		return operation{method: "POST", path: "/v2/alerts/{identifier}/" + path, right: mayWrite, run: run}
	}
	put := func(path string, run func(*call) error) operation {
		return operation{method: "PUT", path: "/v2/alerts/{identifier}/" + path, right: mayWrite, run: run}
	}
	return []operation{
		post("acknowledge", simple("Acknowledge", "Acknowledged alert", action.Acknowledge)),
		post("unacknowledge", simple("UnAcknowledge", "Unacknowledged alert", action.Unacknowledge)),
		post("close", simple("Close", "Closed alert", action.Close)),
		post("notes", addNote),
		post("snooze", snooze), post("escalate", escalate), post("assign", assign), post("responders", addResponder), post("teams", addTeam),
		post("actions/{actionName}", execute),
		post("tags", addTags), post("details", addDetails), put("message", setMessage), put("description", setDescription), put("priority", setPriority),
		{method: "DELETE", path: "/v2/alerts/{identifier}/tags", right: mayWrite, run: removeTags},
		{method: "DELETE", path: "/v2/alerts/{identifier}/details", right: mayWrite, run: removeDetails},
	}
}

// act does something to the alert that the request names and answers 202, as the API does for everything that it processes later: that the alert is not there or that its
// state does not allow it is told to who asks for the outcome, while a request that makes no sense is refused at once.
func (c *call) act(name, done string, do func(tx *volume.Tx, a *alert.Alert) error) error {
	if _, _, err := c.alertIdentifier("identifierType"); err != nil {
		return err
	}
	err := c.write(func(tx *volume.Tx) error {
		a, err := c.find(tx, "identifierType")
		if err == nil {
			err = do(tx, a)
		}
		var f *fault.Error
		switch {
		case err == nil:
			return c.record(tx, alert.Request{Action: name, Success: true, Status: done, AlertID: a.ID, Alias: a.Alias})
		case errors.Is(err, alert.ErrMissing):
			return c.record(tx, alert.Request{Action: name, Status: "Alert does not exist"})
		case errors.As(err, &f) && (f.Kind == fault.KindConflict || f.Kind == fault.KindNotFound || f.Kind == fault.KindInvalid && len(f.Fields) == 0):
			return c.record(tx, alert.Request{Action: name, Status: f.Message, AlertID: a.ID, Alias: a.Alias})
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.accepted()
}

// verb is an action that needs nothing but who acts.
type verb func(ctx context.Context, tx *volume.Tx, a *alert.Alert, by alert.By) error

func simple(name, done string, do verb) func(*call) error {
	return func(c *call) error {
		b, err := body[actor](c, true)
		if err != nil {
			return err
		}
		return c.act(name, done, func(tx *volume.Tx, a *alert.Alert) error { return do(c.r.Context(), tx, a, c.by(b)) })
	}
}

func addNote(c *call) error {
	b, err := body[actor](c, false)
	if err != nil {
		return err
	}
	if strings.TrimSpace(b.Note) == "" {
		return invalid("note", "Note can not be empty.")
	}
	return c.act("Add Note", "Added note to alert", func(tx *volume.Tx, a *alert.Alert) error {
		return action.AddNote(c.r.Context(), tx, a, c.by(b))
	})
}

func snooze(c *call) error {
	b, err := body[struct {
		actor
		EndTime string `json:"endTime"`
	}](c, false)
	if err != nil {
		return err
	}
	end, err := until("endTime", b.EndTime)
	if err != nil {
		return err
	}
	if !end.After(c.Clock.Now()) {
		return invalid("endTime", "End time should be in the future.")
	}
	return c.act("Snooze", "Snoozed alert until "+end.UTC().Format(time.RFC3339), func(tx *volume.Tx, a *alert.Alert) error {
		return action.Snooze(c.r.Context(), tx, a, end, c.by(b.actor))
	})
}

// someone resolves whom a request names. Nobody by that name is the outcome of the request, not an error of its form.
func (c *call) someone(tx *volume.Tx, r alert.Responder) (alert.Responder, error) {
	people, err := roster.Load(c.r.Context(), tx)
	if err != nil {
		return r, err
	}
	found, err := people.Resolve(r.Type, r)
	if err != nil {
		return r, fault.NotFound("There is no %s %.100q", r.Type, r.ID+r.Name)
	}
	return found, nil
}

// named refuses a recipient that says nobody.
func named(field string, r alert.Responder) error {
	if r.ID == "" && r.Name == "" {
		return invalid(field, "Either id or name of %s must be given.", field)
	}
	return nil
}

func escalate(c *call) error {
	b, err := body[struct {
		actor
		Escalation wireResponder `json:"escalation"`
	}](c, false)
	if err != nil {
		return err
	}
	to := b.Escalation.responder("escalation")
	to.Type = "escalation"
	if err := named("escalation", to); err != nil {
		return err
	}
	return c.act("Escalate", "Escalated alert to next", func(tx *volume.Tx, a *alert.Alert) error {
		to, err := c.someone(tx, to)
		if err != nil {
			return err
		}
		return action.Escalate(c.r.Context(), tx, a, to, c.by(b.actor))
	})
}

func assign(c *call) error {
	b, err := body[struct {
		actor
		Owner wireResponder `json:"owner"`
	}](c, false)
	if err != nil {
		return err
	}
	owner := b.Owner.responder("user")
	owner.Type = "user"
	if err := named("owner", owner); err != nil {
		return err
	}
	return c.act("Assign", "Assigned alert", func(tx *volume.Tx, a *alert.Alert) error {
		owner, err := c.someone(tx, owner)
		if err != nil {
			return err
		}
		return action.Assign(c.r.Context(), tx, a, owner, c.by(b.actor))
	})
}

func addResponder(c *call) error {
	b, err := body[struct {
		actor
		Responder wireResponder `json:"responder"`
	}](c, false)
	if err != nil {
		return err
	}
	return c.respond("responder", "Add Responder", "Added responder to alert", b.Responder.responder(""), b.actor)
}

func addTeam(c *call) error {
	b, err := body[struct {
		actor
		Team wireResponder `json:"team"`
	}](c, false)
	if err != nil {
		return err
	}
	t := b.Team.responder("team")
	t.Type = "team"
	return c.respond("team", "Add Team", "Added team to alert", t, b.actor)
}

func (c *call) respond(field, name, done string, r alert.Responder, by actor) error {
	switch r.Type {
	case "user", "team", "escalation", "schedule":
	default:
		return invalid(field+".type", "Type should be one of [ user, team, escalation, schedule ].")
	}
	if err := named(field, r); err != nil {
		return err
	}
	return c.act(name, done, func(tx *volume.Tx, a *alert.Alert) error {
		r, err := c.someone(tx, r)
		if err != nil {
			return err
		}
		return action.AddResponder(c.r.Context(), tx, a, r, c.by(by))
	})
}

func execute(c *call) error {
	b, err := body[actor](c, true)
	if err != nil {
		return err
	}
	return c.act("Custom Action", "Executed custom action", func(tx *volume.Tx, a *alert.Alert) error {
		return action.Execute(c.r.Context(), tx, a, c.r.PathValue("actionName"), c.by(b))
	})
}

func addTags(c *call) error {
	b, err := body[struct {
		actor
		Tags []string `json:"tags"`
	}](c, false)
	if err != nil {
		return err
	}
	return c.act("Add Tags", "Added tags to alert", func(tx *volume.Tx, a *alert.Alert) error {
		return alert.AddTags(c.r.Context(), tx, a, b.Tags, c.by(b.actor))
	})
}

// queryActor is who acts where the request has no body.
func (c *call) queryActor() actor {
	return actor{User: c.query("user"), Note: c.query("note"), Source: c.query("source")}
}

func parts(s string) []string {
	var out []string
	for p := range strings.SplitSeq(s, ",") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func removeTags(c *call) error {
	tags := parts(c.query("tags"))
	if len(tags) == 0 {
		return invalid("tags", "Tags can not be empty.")
	}
	return c.act("Remove Tags", "Removed tags from alert", func(tx *volume.Tx, a *alert.Alert) error {
		return alert.RemoveTags(c.r.Context(), tx, a, tags, c.by(c.queryActor()))
	})
}

func addDetails(c *call) error {
	b, err := body[struct {
		actor
		Details map[string]loose `json:"details"`
	}](c, false)
	if err != nil {
		return err
	}
	return c.act("Add Details", "Added details to alert", func(tx *volume.Tx, a *alert.Alert) error {
		return alert.AddDetails(c.r.Context(), tx, a, texts(b.Details), c.by(b.actor))
	})
}

func removeDetails(c *call) error {
	keys := parts(c.query("keys"))
	if len(keys) == 0 {
		return invalid("keys", "Keys can not be empty.")
	}
	return c.act("Remove Details", "Removed details from alert", func(tx *volume.Tx, a *alert.Alert) error {
		return alert.RemoveDetails(c.r.Context(), tx, a, keys, c.by(c.queryActor()))
	})
}

type updateBody struct {
	actor
	Message     string `json:"message"`
	Description string `json:"description"`
	Priority    string `json:"priority"`
}

func (c *call) update(name, done string, do func(tx *volume.Tx, a *alert.Alert, b updateBody) error) error {
	b, err := body[updateBody](c, false)
	if err != nil {
		return err
	}
	return c.act(name, done, func(tx *volume.Tx, a *alert.Alert) error { return do(tx, a, b) })
}

func setMessage(c *call) error {
	return c.update("Update Message", "Updated message of alert", func(tx *volume.Tx, a *alert.Alert, b updateBody) error {
		return alert.SetMessage(c.r.Context(), tx, a, b.Message, c.by(b.actor))
	})
}

func setDescription(c *call) error {
	return c.update("Update Description", "Updated description of alert", func(tx *volume.Tx, a *alert.Alert, b updateBody) error {
		return alert.SetDescription(c.r.Context(), tx, a, b.Description, c.by(b.actor))
	})
}

func setPriority(c *call) error {
	return c.update("Update Priority", "Updated priority of alert", func(tx *volume.Tx, a *alert.Alert, b updateBody) error {
		return alert.SetPriority(c.r.Context(), tx, a, b.Priority, c.by(b.actor))
	})
}

func deleteAlert(c *call) error {
	return c.act("Delete", "Deleted alert", func(tx *volume.Tx, a *alert.Alert) error {
		return action.Delete(c.r.Context(), tx, a)
	})
}
