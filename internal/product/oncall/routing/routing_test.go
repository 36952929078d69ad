package routing

import (
	"testing"
	"time"

	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/rotation"
)

var sample = &alert.Alert{Message: "Disk  full on db1", Alias: "disk/db1", Description: "98 %\nused", Source: "prom", Entity: "", Priority: "P2", Tags: []string{"db", "disk"},
	Details: map[string]string{"host": "db1", "used": "98.5", "empty": ""}, Responders: []alert.Responder{{Type: "team", ID: "t1", Name: "Ops"}, {Type: "user", ID: "u1", Name: "ann@acme.example"}}}

func TestConditions(t *testing.T) {
	for _, c := range []struct {
		field, key, operation, value string
		want                         bool
	}{
		{"message", "", "matches", "Disk.*db[0-9]", true},
		{"message", "", "matches", "Disk", false}, // the whole of it
		{"description", "", "matches", "98.*used", true},
		{"message", "", "contains", "full", true},
		{"message", "", "contains", "FULL", false},
		{"message", "", "starts-with", "Disk", true},
		{"message", "", "ends-with", "db1", true},
		{"message", "", "equals", "Disk full on db1", false},
		{"message", "", "equals-ignore-whitespace", "Disk full on db1", true},
		{"entity", "", "is-empty", "", true},
		{"source", "", "is-empty", "", false},
		{"actions", "", "is-empty", "", true},
		{"tags", "", "equals", "disk", true},
		{"tags", "", "contains", "is", true},
		{"tags", "", "contains-value", "db", true},
		{"priority", "", "equals", "P2", true},
		{"priority", "", "greater-than", "P3", true},
		{"priority", "", "greater-than", "P2", false},
		{"priority", "", "less-than", "P1", true},
		{"details", "", "contains-key", "host", true},
		{"details", "", "contains-key", "ghost", false},
		{"details", "", "contains-value", "db1", true},
		{"details", "host", "equals", "db1", true},
		{"details", "host", "equals", "db2", false},
		{"details", "none", "equals", "db1", false},
		{"details", "used", "greater-than", "90", true},
		{"details", "used", "less-than", "90", false},
		{"details", "host", "less-than", "90", false}, // no number
		{"details", "empty", "is-empty", "", true},
		{"extra-properties", "host", "starts-with", "db", true},
		{"teams", "", "equals", "Ops", true},
		{"teams", "", "contains", "ann", false},
		{"responders", "", "contains", "ann@", true},
		{"recipients", "", "equals", "u1", true},
	} {
		x := Condition{Field: c.field, Key: c.key, Operation: c.operation, ExpectedValue: c.value}
		if err := x.check(); err != nil {
			t.Errorf("%+v: %v", x, err)
		}
		if x.Matches(sample) != c.want {
			t.Errorf("%+v: not %t", x, c.want)
		}
		if x.Not = true; x.Matches(sample) == c.want {
			t.Errorf("%+v: NOT changed nothing", x)
		}
	}
}

func TestBadFiltersAreRefused(t *testing.T) {
	one := func(c Condition) *Filter { return &Filter{Type: MatchAllConditions, Conditions: []Condition{c}} }
	for name, f := range map[string]*Filter{
		"no type": {}, "no conditions": {Type: MatchAnyCondition}, "field": one(Condition{Field: "color", Operation: "equals", ExpectedValue: "x"}),
		"operation": one(Condition{Field: "message", Operation: "sounds-like", ExpectedValue: "x"}), "value": one(Condition{Field: "message", Operation: "equals"}),
		"expression": one(Condition{Field: "message", Operation: "matches", ExpectedValue: "("}), "number": one(Condition{Field: "details", Operation: "less-than", ExpectedValue: "few"}),
	} {
		if f.Check() == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if (*Filter)(nil).Check() != nil || !(*Filter)(nil).Matches(sample) {
		t.Error("no filter fits everything")
	}
}

func TestTheFirstRuleThatFitsWins(t *testing.T) {
	rule := func(name string, f *Filter) *Rule {
		return &Rule{Name: name, Body: Body{Criteria: f, Zone: "America/New_York", Notify: alert.Responder{Type: "none"}}}
	}
	night := rule("night", nil)
	night.Restriction = &rotation.Restriction{Type: rotation.TimeOfDay, Restriction: &rotation.Clock{StartHour: 22, StartMin: 30, EndHour: 6}}
	db := rule("db", &Filter{Type: MatchAnyCondition, Conditions: []Condition{{Field: "tags", Operation: "equals", ExpectedValue: "db"}, {Field: "tags", Operation: "equals", ExpectedValue: "web"}}})
	last := &Rule{Name: "last", Default: true}
	rules := []*Rule{night, db, last}
	noon := time.Date(2026, 3, 2, 17, 0, 0, 0, time.UTC)
	for at, want := range map[time.Time]string{noon: "db", time.Date(2026, 3, 3, 3, 29, 0, 0, time.UTC): "db", time.Date(2026, 3, 3, 3, 30, 0, 0, time.UTC): "night"} {
		if got, why := Route(rules, sample, at); got.Name != want {
			t.Errorf("%s: %s %v", at, got.Name, why)
		}
	}
	if got, _ := Route(rules, &alert.Alert{Message: "x"}, noon); got.Name != "last" {
		t.Error(got.Name)
	}
}

func FuzzCondition(f *testing.F) {
	f.Add("message", "", "matches", "a.*")
	f.Add("details", "host", "greater-than", "1e400")
	f.Fuzz(func(t *testing.T, field, key, operation, value string) {
		c := Condition{Field: field, Key: key, Operation: operation, ExpectedValue: value}
		if c.check() == nil {
			c.Matches(sample) // whatever was taken can be asked
		}
	})
}
