package integration

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/integration/mapping"
)

// The types of action, and the order in which types are tried where actions have the same order.
const (
	ActIgnore      = "ignore"
	ActCreate      = "create"
	ActClose       = "close"
	ActAcknowledge = "acknowledge"
	ActAddNote     = "addNote"
)

// ActionTypes lists them.
var ActionTypes = []string{ActIgnore, ActCreate, ActClose, ActAcknowledge, ActAddNote}

// Action is one rule of an integration: when its filter matches what was received, it is what happens, and no later one is tried. Texts may hold
// {{ … }} with the path of a field of what was received ({{ labels.severity }}) or an expression over them.
type Action struct {
	Type   string `json:"type"`
	Name   string `json:"name"`
	Order  int    `json:"order"`
	Filter Filter `json:"filter"`

	User  string `json:"user,omitempty"`
	Note  string `json:"note,omitempty"`
	Alias string `json:"alias,omitempty"`

	// of ActCreate only
	Source             string            `json:"source,omitempty"`
	Message            string            `json:"message,omitempty"`
	Description        string            `json:"description,omitempty"`
	Entity             string            `json:"entity,omitempty"`
	Priority           string            `json:"priority,omitempty"`
	CustomPriority     string            `json:"customPriority,omitempty"`
	AlertActions       []string          `json:"alertActions,omitempty"`
	Responders         []alert.Responder `json:"responders,omitempty"`
	Tags               []string          `json:"tags,omitempty"`
	ExtraProperties    map[string]string `json:"extraProperties,omitempty"`
	IgnoreTags         bool              `json:"ignoreTagsFromPayload,omitempty"`
	IgnoreProperties   bool              `json:"ignoreExtraPropertiesFromPayload,omitempty"`
	IgnoreResponders   bool              `json:"ignoreRespondersFromPayload,omitempty"`
	IgnoreAlertActions bool              `json:"ignoreAlertActionsFromPayload,omitempty"`
}

// Filter says which of what is received an action is for. Expression, when given, must hold too; it is ours, not Opsgenie's.
type Filter struct {
	ConditionMatchType string      `json:"conditionMatchType"`
	Conditions         []Condition `json:"conditions,omitempty"`
	Expression         string      `json:"expression,omitempty"`
}

// The ways in which conditions of a filter go together.
const (
	MatchAll           = "match-all"
	MatchAnyCondition  = "match-any-condition"
	MatchAllConditions = "match-all-conditions"
)

// Condition compares one field of what was received.
type Condition struct {
	Field         string `json:"field"`
	Key           string `json:"key,omitempty"`
	Not           bool   `json:"not,omitempty"`
	Operation     string `json:"operation"`
	ExpectedValue string `json:"expectedValue,omitempty"`
	Order         int    `json:"order,omitempty"`
}

// Operations lists the comparisons.
var Operations = []string{"matches", "contains", "starts-with", "ends-with", "equals", "contains-key", "contains-value", "greater-than", "less-than", "is-empty", "equals-ignore-whitespace"}

// CheckActions refuses actions that could not be carried out, and puts them in order.
func CheckActions(actions []Action) error {
	if len(actions) > 100 {
		return fault.Bad("An integration has at most 100 actions.")
	}
	if len(encode(actions)) > 256<<10 {
		return fault.Bad("The actions of an integration take at most 256 KiB.")
	}
	for i := range actions {
		if err := actions[i].check(); err != nil {
			return err
		}
	}
	slices.SortStableFunc(actions, func(a, b Action) int {
		if a.Order != b.Order {
			return a.Order - b.Order
		}
		return slices.Index(ActionTypes, a.Type) - slices.Index(ActionTypes, b.Type)
	})
	return nil
}

func (a *Action) check() error {
	at := func(field string) string { return fmt.Sprintf("%s[%s].%s", a.Type, a.Name, field) }
	switch {
	case !slices.Contains(ActionTypes, a.Type):
		return fault.Invalid("type", "Type of an action should be one of [ %s ].", strings.Join(ActionTypes, ", "))
	case strings.TrimSpace(a.Name) == "" || len(a.Name) > 250:
		return fault.Invalid(a.Type+".name", "An action needs a name of at most 250 characters.")
	case a.Type == ActCreate && a.Message == "":
		return fault.Invalid(at("message"), "Message can not be empty.")
	case a.Type != ActCreate && a.Type != ActIgnore && a.Alias == "":
		return fault.Invalid(at("alias"), "Alias can not be empty.")
	case a.Priority != "" && !slices.Contains(alert.Priorities, a.Priority):
		return fault.Invalid(at("priority"), "Priority should be one of [ P1, P2, P3, P4, P5 ].")
	}
	if a.Filter.ConditionMatchType == "" {
		a.Filter.ConditionMatchType = MatchAll
	}
	if !slices.Contains([]string{MatchAll, MatchAnyCondition, MatchAllConditions}, a.Filter.ConditionMatchType) {
		return fault.Invalid(at("filter"), "conditionMatchType should be one of [ match-all, match-any-condition, match-all-conditions ].")
	}
	for _, c := range a.Filter.Conditions {
		switch {
		case c.Field == "":
			return fault.Invalid(at("filter"), "A condition needs a field.")
		case !slices.Contains(Operations, c.Operation):
			return fault.Invalid(at("filter"), "Operation should be one of [ %s ].", strings.Join(Operations, ", "))
		case c.Operation == "matches":
			if _, err := regexp.Compile(c.ExpectedValue); err != nil {
				return fault.Invalid(at("filter"), "%q is no regular expression: %s", c.ExpectedValue, err)
			}
		}
	}
	if err := mapping.CheckCondition(a.Filter.Expression); err != nil {
		return fault.Invalid(at("filter"), "The expression cannot be read: %s", err)
	}
	for field, text := range a.texts() {
		if err := mapping.Check(text); err != nil {
			return fault.Invalid(at(field), "The expression cannot be read: %s", err)
		}
	}
	return nil
}

// texts gives what may hold {{ … }}.
func (a *Action) texts() map[string]string {
	out := map[string]string{"user": a.User, "note": a.Note, "alias": a.Alias, "source": a.Source, "message": a.Message, "description": a.Description, "entity": a.Entity,
		"customPriority": a.CustomPriority, "tags": strings.Join(a.Tags, " "), "alertActions": strings.Join(a.AlertActions, " ")}
	for k, v := range a.ExtraProperties {
		out["extraProperties."+k] = v
	}
	return out
}

// Categorized is how the API shows actions: a list for each type.
func Categorized(actions []Action) map[string][]Action {
	out := map[string][]Action{}
	for _, t := range ActionTypes {
		out[t] = []Action{}
	}
	for _, a := range actions {
		out[a.Type] = append(out[a.Type], a)
	}
	return out
}

// FromCategorized reads what Categorized gives, with the API's _parent passed over. The order inside a list stands where no order is given.
func FromCategorized(raw []byte) ([]Action, error) {
	var lists map[string]json.RawMessage
	if err := json.Unmarshal(raw, &lists); err != nil {
		return nil, fault.Bad("The body is no JSON object of lists of actions.")
	}
	var out []Action
	for _, t := range ActionTypes {
		if len(lists[t]) == 0 {
			continue
		}
		var of []Action
		if err := json.Unmarshal(lists[t], &of); err != nil {
			return nil, fault.Invalid(t, "This is no list of actions: %s", err)
		}
		for i := range of {
			of[i].Type = t
			if of[i].Order == 0 {
				of[i].Order = i
			}
		}
		out = append(out, of...)
	}
	return out, nil
}
