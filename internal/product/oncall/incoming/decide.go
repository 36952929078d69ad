package incoming

import (
	"fmt"
	"slices"
	"strings"

	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/integration"
	"holdfast.dev/internal/product/oncall/integration/mapping"
)

// Decision is what an event comes to under the actions of an integration.
type Decision struct {
	Event  Event
	Type   string // of the action; empty when none matched
	Action string // its name
	Alias  string
	User   string
	Note   string
	New    alert.New // of a create
}

// Decide finds out what events come to, changing nothing.
func Decide(i *integration.Integration, events []Event, payload any) []Decision {
	out := make([]Decision, len(events))
	for n, e := range events {
		of := payload
		if l, ok := payload.([]any); ok && len(l) == len(events) {
			of = l[n]
		}
		out[n] = decide(i, e, e.fields(of))
	}
	return out
}

func decide(i *integration.Integration, e Event, f mapping.Fields) Decision {
	actions := i.Actions
	if len(actions) == 0 && i.Type == integration.TypeAPI { // its key takes what monitoring sends too, as an integration for that would
		actions = eventActions()
	}
	for _, a := range actions {
		if !matches(a.Filter, f) {
			continue
		}
		d := Decision{Event: e, Type: a.Type, Action: a.Name, Alias: fittingAlias(mapping.Text(a.Alias, f)), User: mapping.Text(a.User, f), Note: mapping.Text(a.Note, f)}
		if a.Type == integration.ActCreate {
			d.New = create(i, a, e, f)
			d.New.By, d.New.Alias = alert.By{User: d.User, Source: i.Name, Note: d.Note}, d.Alias
		}
		return d
	}
	return Decision{Event: e}
}

// fittingAlias takes the hash of an alias that is too long, so that the same stays the same.
func fittingAlias(s string) string {
	if s = strings.TrimSpace(s); len(s) > alert.MaxAlias {
		return hashed(s)
	}
	return s
}

func matches(filter integration.Filter, f mapping.Fields) bool {
	holds := func(c integration.Condition) bool {
		return mapping.Compare(f, c.Field, c.Key, c.Operation, c.ExpectedValue) != c.Not
	}
	ok := true
	switch filter.ConditionMatchType {
	case integration.MatchAnyCondition:
		ok = slices.ContainsFunc(filter.Conditions, holds)
	case integration.MatchAllConditions:
		ok = !slices.ContainsFunc(filter.Conditions, func(c integration.Condition) bool { return !holds(c) })
	}
	return ok && mapping.Holds(filter.Expression, f)
}

func create(i *integration.Integration, a integration.Action, e Event, f mapping.Fields) alert.New {
	n := alert.New{Message: title(mapping.Text(a.Message, f)), Description: mapping.Text(a.Description, f), Entity: mapping.Text(a.Entity, f), Source: mapping.Text(a.Source, f), Priority: a.Priority, Details: map[string]string{},
		Responders: a.Responders, Integration: alert.Integration{ID: i.ID, Name: i.Name, Type: i.Type}}
	if n.Message == "" {
		n.Message = e.Message
	}
	if a.CustomPriority != "" {
		n.Priority = priority(mapping.Text(a.CustomPriority, f))
	}
	if n.Priority == "" {
		n.Priority = e.Priority
	}
	for _, t := range a.Tags {
		n.Tags = append(n.Tags, mapping.Strings(mapping.Text(t, f))...)
	}
	if !a.IgnoreTags {
		n.Tags = append(n.Tags, e.Tags...)
	}
	if !a.IgnoreProperties {
		for k, v := range e.Details {
			n.Details[k] = v
		}
	}
	for k, v := range a.ExtraProperties {
		n.Details[k] = mapping.Text(v, f)
	}
	for _, t := range a.AlertActions {
		n.Actions = append(n.Actions, mapping.Text(t, f))
	}
	return n
}

// String says in a sentence what a decision is.
func (d Decision) String() string {
	switch d.Type {
	case "":
		return "No action matched"
	case integration.ActIgnore:
		return fmt.Sprintf("Ignored by action %q", d.Action)
	case integration.ActCreate:
		return fmt.Sprintf("Create alert %q by action %q", d.New.Message, d.Action)
	}
	return fmt.Sprintf("%s alert %q by action %q", strings.ToUpper(d.Type[:1])+d.Type[1:], d.Alias, d.Action)
}

// DefaultActions are what an integration of a type starts with.
func DefaultActions(integrationType string) []integration.Action {
	if integrationType == integration.TypeAPI {
		return []integration.Action{} // its clients say themselves what they want
	}
	return eventActions()
}

// eventActions make an alert of what fires and close it when it is over.
func eventActions() []integration.Action {
	is := func(status string) integration.Filter {
		return integration.Filter{ConditionMatchType: integration.MatchAllConditions, Conditions: []integration.Condition{{Field: "_event.status", Operation: "equals", ExpectedValue: status}}}
	}
	return []integration.Action{
		{Type: integration.ActIgnore, Name: "Ignore what is no alert", Order: 0, Filter: is(Ignored)},
		{Type: integration.ActClose, Name: "Close alert", Order: 1, Filter: is(Resolved), Alias: "{{ _event.alias }}", User: ""},
		{Type: integration.ActCreate, Name: "Create alert", Order: 2, Filter: integration.Filter{ConditionMatchType: integration.MatchAll}, Alias: "{{ _event.alias }}", Message: "{{ _event.message }}",
			Description: "{{ _event.description }}", Entity: "{{ _event.entity }}", Source: "{{ _event.source }}", CustomPriority: "{{ _event.priority }}"},
	}
}
