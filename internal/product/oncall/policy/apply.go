package policy

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/integration/mapping"
	"holdfast.dev/internal/product/oncall/maintenance"
)

// active tells whether a policy is switched on at an instant, also by a maintenance.
func active(p *Policy, m *maintenance.Now) bool { return m.On(maintenance.Policy, p.ID, p.Enabled) }

// Apply lets the policies of type alert change what is about to become an alert: those of the site, then those of the teams it goes to. It gives what
// to write into the alert's log.
func Apply(ctx context.Context, tx *volume.Tx, n *alert.New) (log []string, err error) {
	all, err := All(ctx, tx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	m, err := maintenance.At(ctx, tx)
	if err != nil {
		return nil, err
	}
	log = run(Of(all, TypeAlert, ""), m, n, tx.Now())
	var teams []string
	for _, r := range n.Responders {
		if r.Type == "team" && r.ID != "" && !slices.Contains(teams, r.ID) {
			teams = append(teams, r.ID)
		}
	}
	for _, id := range teams {
		log = append(log, run(Of(all, TypeAlert, id), m, n, tx.Now())...)
	}
	return log, nil
}

// run applies policies in order until one fits that does not let later ones be tried.
func run(policies []*Policy, m *maintenance.Now, n *alert.New, now time.Time) (log []string) {
	for _, p := range policies {
		if !active(p, m) || !p.Fits(draft(n), now) {
			continue
		}
		changed := p.Change.of(n)
		if err := changed.Check(); err != nil {
			log = append(log, fmt.Sprintf("Policy %q is passed over: %s", p.Name, err))
			continue
		}
		*n = changed
		log = append(log, fmt.Sprintf("Policy %q changed the alert", p.Name))
		if !p.Continue {
			break
		}
	}
	return log
}

// draft is what is about to become an alert, as filters see it.
func draft(n *alert.New) *alert.Alert {
	return &alert.Alert{Message: n.Message, Alias: n.Alias, Description: n.Description, Entity: n.Entity, Source: n.Source, Priority: n.Priority, Tags: n.Tags, Actions: n.Actions, Details: n.Details, Responders: n.Responders, Open: true}
}

// of gives what a policy makes of an alert to be.
func (c *Change) of(n *alert.New) alert.New {
	details := map[string]any{}
	for k, v := range n.Details {
		details[k] = v
	}
	fields := mapping.Fields{"message": n.Message, "alias": n.Alias, "description": n.Description, "entity": n.Entity, "source": n.Source, "priority": n.Priority, "details": details, "extra_properties": details}
	out := *n
	for text, into := range map[*string]*string{&c.Message: &out.Message, &c.Alias: &out.Alias, &c.AlertDescription: &out.Description, &c.Entity: &out.Entity, &c.Source: &out.Source} {
		if *text != "" {
			*into = mapping.Text(*text, fields)
		}
	}
	if r := []rune(out.Message); len(r) > alert.MaxMessage { // what grew by a policy is cut, so that it is not lost
		out.Message = string(r[:alert.MaxMessage])
	}
	if c.Priority != "" {
		out.Priority = c.Priority
	}
	out.Tags = joined(c.IgnoreTags, n.Tags, c.Tags)
	out.Actions = joined(c.IgnoreActions, n.Actions, c.Actions)
	out.Responders = joined(c.IgnoreResponders, n.Responders, c.Responders)
	out.Details = map[string]string{}
	if !c.IgnoreDetails {
		maps.Copy(out.Details, n.Details)
	}
	for k, v := range c.Details {
		out.Details[k] = mapping.Text(v, fields)
	}
	return out
}

func joined[T comparable](instead bool, have, more []T) []T {
	var out []T
	if !instead {
		out = append(out, have...)
	}
	for _, x := range more {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// For gives the first policy of type notification that fits an alert, for a team or, without one, for the site; nil when none does.
func For(ctx context.Context, tx *volume.Tx, teamID string, a *alert.Alert) (*Policy, error) {
	all, err := All(ctx, tx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	m, err := maintenance.At(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, p := range Of(all, TypeNotification, teamID) {
		if active(p, m) && p.Fits(a, tx.Now()) {
			return p, nil
		}
	}
	return nil, nil
}
