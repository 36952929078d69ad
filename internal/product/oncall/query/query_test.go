package query_test

import (
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/product/oncall/query"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func TestConditions(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "1 = 1",
		"status: open":                  "status = $1",
		"status:OPEN AND count >= 3":    "(status = $1) AND (count >= $2)",
		"NOT acknowledged: true":        "NOT (acknowledged = 1)",
		"NOT NOT isSeen: false":         "seen = 0",
		"tinyId: 7 OR tinyId=8":         "(tiny = $1) OR (tiny = $2)",
		"priority < P3":                 "priority > $1",
		"priority: (P1 OR P2)":          "(priority = $1) OR (priority = $2)",
		"status != closed":              "NOT (status = $1)",
		"createdAt > 1470394841148":     "created_us >= $1",
		"createdAt: 2026-03-01":         "created_us >= $1 AND created_us < $2",
		"closedAt < now-1d":             "closed_us < $1 AND closed_us <> 0",
		"alias: *":                      "alias <> ''",
		"a b":                           "", // both, anywhere
		"message: (disk AND NOT full)":  "",
		"details.key: host":             "",
		`detailsPair(host:"db 1")`:      "",
		"details.host: db1":             "",
		"teams: ops AND responders: me": "",
		`tag: "x*"`:                     "",
		"createdAt >= 2026-03-01T09:30:00Z AND source: http://x:9090": "",
		"snoozed: false (count > 1 OR count < 5)":                     "",
	} {
		c, err := query.Compile(text, now)
		if err != nil || want != "" && c.Where != want {
			t.Errorf("%s: %s, %v", text, c.Where, err)
		}
		if n := strings.Count(c.Where, "$"); n != len(c.Args) {
			t.Errorf("%s: %d places, %d arguments", text, n, len(c.Args))
		}
	}
}

func TestMistakesAreExplained(t *testing.T) {
	for _, text := range []string{"status:", "status: half", "AND", "(a", "a)", `"a`, "nofield: 1", "count: many", "createdAt: yesterday", "message > x", "priority: P6", "acknowledged: maybe", "NOT", "status: open OR", "detailsPair(a)",
		"snoozed: x", "!a", strings.Repeat("(", 100) + "a" + strings.Repeat(")", 100), strings.Repeat("a ", 101), strings.Repeat("a", 5000), "detailsPair(", `status: "`} {
		if _, err := query.Compile(text, now); !fault.Is(err, fault.KindInvalid) || !strings.HasPrefix(err.Error(), "Query could not be parsed: ") {
			t.Errorf("%.40s: %v", text, err)
		}
	}
}

// FuzzCompile: no text makes it panic, and no value becomes part of the SQL.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{"status: open AND (a OR NOT b)", `detailsPair(a:b)`, "createdAt > now-1d", `x: "'; DROP TABLE alert; --"`, "tag: *"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := query.Compile(s, now)
		if err == nil && strings.ContainsAny(c.Where, ";\"") {
			t.Fatalf("%q became %s", s, c.Where)
		}
	})
}
