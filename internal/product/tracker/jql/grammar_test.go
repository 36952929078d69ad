package jql

import "testing"

// TestGrammar goes through the vendor's grammar form by form: what is written on the left means what stands on the right.
func TestGrammar(t *testing.T) {
	for _, c := range []struct{ query, same string }{
		{"", ""},
		{"order by created", "ORDER BY created"},
		{"ORDER BY created ASC, key desc", "order by created asc, key DESC"},
		{"aa = 1 & b = 2 && c = 3 and d = 4", "aa = 1 AND b = 2 AND c = 3 AND d = 4"},
		{"aa = 1 | b = 2 || c = 3 or d = 4", "aa = 1 OR b = 2 OR c = 3 OR d = 4"},
		{"!aa = 1", "NOT aa = 1"},
		{"not ! not (aa = 1)", "NOT NOT NOT aa = 1"},
		{"aa = 1 or b = 2 and not c = 3", "aa = 1 OR (b = 2 AND (NOT c = 3))"},
		{"aa = null", "aa = EMPTY"},
		{"aa is NULL and b IS NOT empty", "aa IS EMPTY AND b IS NOT NULL"},
		{"aa in (1, (2, f(3)))", "aa IN (1, (2, f(3)))"},
		{"aa not in f()", "aa NOT IN f()"},
		{`aa = "currentUser"()`, "aa = currentUser()"},
		{"aa = 12(1, 'x')", "aa = 12(1, x)"},
		{"aa !~ 'x'", `aa !~ "x"`},
		{"aa was 1 after -1d before 2024-01-01 by (x, f())", "aa WAS 1 AFTER -1d BEFORE 2024-01-01 BY (x, f())"},
		{"aa was not in (1, 2) during (-2w, now())", "aa WAS NOT IN (1, 2) DURING (-2w, now())"},
		{"aa was not EMPTY on 2024-01-01", "aa WAS NOT EMPTY ON 2024-01-01"},
		{"aa changed from (1, 2) to f() by me", "aa CHANGED FROM (1, 2) TO f() BY me"},
		{"not aa changed", "NOT aa CHANGED"},
		{"cf[10010] = x and 10010 = y", "cf[10010] = x AND 10010 = y"},
		{"issue.property[a.b].c.d = 1", "issue.property[a.b].c.d = 1"},
		{`aa = "\u0041\t\n\"\'\\"`, `aa = "A\t\n\"'\\"`},
		{`aa = x\ y`, `aa = "x y"`},
		{"aa=ABC-1", "aa = ABC-1"},
		{"(aa=1)and(b=2)", "aa = 1 AND b = 2"},
	} {
		got, err := Parse(c.query)
		if err != nil {
			t.Errorf("%s: %v", c.query, err)
			continue
		}
		want, err := Parse(c.same)
		if err != nil {
			t.Errorf("%s: %v", c.same, err)
			continue
		}
		if got.String() != want.String() {
			t.Errorf("%s\n reads as %s\n  %s\n reads as %s", c.query, got, c.same, want)
		}
	}
	for _, query := range []string{"and", "aa", "aa =", "= 1", "aa = 1 and", "(aa = 1", "aa = 1)", "aa == 1", "aa in ()", "aa in 1", "aa not changed", "aa is 1", "aa was 1 from 2", "aa changed during 1", "aa = {x}", "aa = user", "user = a", `aa = "x`, `aa = "\q"`,
		"order by", "order created", "aa = 1 order by b up", "aa = f(g())", "aa = f(", "aa = 1 b = 2", "aa ! = 1", "aa = 1,2", "cf[x] = 1", "not", "aa = @x", "aa changed 1"} {
		if q, err := Parse(query); err == nil {
			t.Errorf("%s is taken as %s", query, q)
		}
	}
}
