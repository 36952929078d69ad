// Package routing decides by an alert's fields where it goes: filters of conditions, and the ordered rules of a team of which the first that fits wins.
//
// It promises that a filter is refused when it is made, not when an alert comes: a bad regular expression or an unknown field never loses an alert.
package routing

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/product/oncall/alert"
)

// The types of a filter.
const (
	MatchAll           = "match-all"
	MatchAnyCondition  = "match-any-condition"
	MatchAllConditions = "match-all-conditions"
)

// Filter is a set of conditions. Its JSON form is the one in which it is kept, and Opsgenie's. None matches everything.
type Filter struct {
	Type       string      `json:"type"`
	Conditions []Condition `json:"conditions,omitempty"`
}

// Condition is one comparison of a field of an alert.
type Condition struct {
	Field         string `json:"field"`
	Key           string `json:"key,omitempty"` // of details
	Not           bool   `json:"not"`
	Operation     string `json:"operation"`
	ExpectedValue string `json:"expectedValue,omitempty"`
	Order         int    `json:"order"`
}

// Fields that conditions can be about, and operations they can use.
var (
	Fields = []string{"message", "alias", "description", "source", "entity", "tags", "actions", "details", "extra-properties", "recipients", "responders", "teams", "priority"}

	Operations = []string{"matches", "contains", "starts-with", "ends-with", "equals", "contains-key", "contains-value", "greater-than", "less-than", "is-empty", "equals-ignore-whitespace"}
)

const maxConditions = 50

// Check tells what is wrong with a filter, nil when nothing is.
func (f *Filter) Check() error {
	if f == nil {
		return nil
	}
	switch f.Type {
	case MatchAll:
		return nil
	case MatchAnyCondition, MatchAllConditions:
	default:
		return fmt.Errorf("criteria's type must be %s, %s or %s", MatchAll, MatchAnyCondition, MatchAllConditions)
	}
	if len(f.Conditions) == 0 || len(f.Conditions) > maxConditions {
		return fmt.Errorf("criteria of type %s need from 1 to %d conditions", f.Type, maxConditions)
	}
	for i, c := range f.Conditions {
		if err := c.check(); err != nil {
			return fmt.Errorf("condition %d: %w", i+1, err)
		}
	}
	return nil
}

func (c Condition) check() error {
	switch {
	case !slices.Contains(Fields, c.Field):
		return fmt.Errorf("field must be one of %s", strings.Join(Fields, ", "))
	case !slices.Contains(Operations, c.Operation):
		return fmt.Errorf("operation must be one of %s", strings.Join(Operations, ", "))
	case c.Operation != "is-empty" && c.ExpectedValue == "":
		return fmt.Errorf("expectedValue must be given for %s", c.Operation)
	case len(c.ExpectedValue) > 15_000:
		return fmt.Errorf("expectedValue can have at most 15000 characters")
	}
	if c.Operation == "matches" {
		if _, err := regexp.Compile(c.ExpectedValue); err != nil {
			return fmt.Errorf("expectedValue is no regular expression: %w", err)
		}
	}
	if c.Operation == "greater-than" || c.Operation == "less-than" {
		if _, ok := number(c.Field, c.ExpectedValue); !ok {
			return fmt.Errorf("expectedValue of %s must be a number, or a priority for the field priority", c.Operation)
		}
	}
	return nil
}

// Matches tells whether an alert fits.
func (f *Filter) Matches(a *alert.Alert) bool {
	if f == nil || f.Type == MatchAll || f.Type == "" {
		return true
	}
	if f.Type == MatchAnyCondition {
		return slices.ContainsFunc(f.Conditions, func(c Condition) bool { return c.Matches(a) })
	}
	return !slices.ContainsFunc(f.Conditions, func(c Condition) bool { return !c.Matches(a) })
}

// Matches tells whether an alert fits the condition.
func (c Condition) Matches(a *alert.Alert) bool { return c.holds(a) != c.Not }

func (c Condition) holds(a *alert.Alert) bool {
	if c.Field == "details" || c.Field == "extra-properties" {
		return c.details(a.Details)
	}
	values := valuesOf(c.Field, a)
	switch c.Operation {
	case "is-empty":
		return !slices.ContainsFunc(values, func(v string) bool { return strings.TrimSpace(v) != "" })
	case "contains-key":
		return false
	}
	return slices.ContainsFunc(values, c.compare)
}

// details compares the value of the condition's key, or keys and values where the operation names them, or any value.
func (c Condition) details(d map[string]string) bool {
	values := slices.Collect(maps.Values(d))
	switch c.Operation {
	case "contains-key":
		_, ok := d[c.ExpectedValue]
		return ok
	case "contains-value":
		return slices.Contains(values, c.ExpectedValue)
	case "is-empty":
		if c.Key != "" {
			return strings.TrimSpace(d[c.Key]) == ""
		}
		return len(d) == 0
	}
	if c.Key != "" {
		v, ok := d[c.Key]
		return ok && c.compare(v)
	}
	return slices.ContainsFunc(values, c.compare)
}

func (c Condition) compare(v string) bool {
	want := c.ExpectedValue
	switch c.Operation {
	case "matches":
		re, err := regexp.Compile(`^(?s:` + want + `)$`)
		return err == nil && re.MatchString(v)
	case "contains":
		return strings.Contains(v, want)
	case "starts-with":
		return strings.HasPrefix(v, want)
	case "ends-with":
		return strings.HasSuffix(v, want)
	case "equals", "contains-value":
		return v == want
	case "equals-ignore-whitespace":
		return strings.Join(strings.Fields(v), "") == strings.Join(strings.Fields(want), "")
	case "greater-than", "less-than":
		x, ok1 := number(c.Field, v)
		y, ok2 := number(c.Field, want)
		return ok1 && ok2 && (c.Operation == "greater-than" && x > y || c.Operation == "less-than" && x < y)
	}
	return false
}

// number reads a number; priorities compare by urgency, so that P1 is greater than P2.
func number(field, s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if field == "priority" {
		i := slices.Index(alert.Priorities, s)
		return float64(-i), i >= 0
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && f == f
}

func valuesOf(field string, a *alert.Alert) []string {
	switch field {
	case "message":
		return []string{a.Message}
	case "alias":
		return []string{a.Alias}
	case "description":
		return []string{a.Description}
	case "source":
		return []string{a.Source}
	case "entity":
		return []string{a.Entity}
	case "priority":
		return []string{a.Priority}
	case "tags":
		return a.Tags
	case "actions":
		return a.Actions
	}
	var out []string
	for _, r := range a.Responders {
		if field != "teams" || r.Type == "team" {
			out = append(out, r.Name, r.ID)
		}
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}
