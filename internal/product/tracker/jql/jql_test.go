package jql

import (
	"strings"
	"testing"
)

func TestRealQueriesParse(t *testing.T) {
	for _, q := range []string{
		"", "ORDER BY created DESC", "project = X order by rank",
		`project="K" AND priority="High" AND assignee IS EMPTY AND createdDate>="-7d" AND status IN ("To Do") ORDER BY created DESC`,
		`(resolution is EMPTY or resolution != "X") and (resolutiondate is EMPTY OR resolutiondate >= -30m) and project="K" and labels="ALERT{hash}" order by status ASC,resolutiondate DESC`,
		`statusCategory != Done and assignee in (currentUser(), membersOf("jira users"))`,
		`status WAS NOT IN (Open, "In Progress") BEFORE "2024/01/01" BY currentUser()`,
		`status CHANGED FROM "To Do" TO Done DURING (startOfMonth(-1), endOfMonth(-1)) AND NOT priority CHANGED`,
		`cf[10010] ~ "abc*" && issue.property[deploy].state = ok || !labels = x`,
		"key in (A-1, A-2) and due <= 2024-12-31", `text ~ "\"exact phrase\""`, `summary ~ 'it''s'`[:12] + `'`,
	} {
		if _, err := Parse(q); err != nil {
			t.Errorf("%s: %v", q, err)
		}
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	for q, want := range map[string]string{
		"status = AND":                          "Expecting either a value, list or function but got 'AND'",
		"project":                               "Expecting operator before the end",
		"project X":                             "Expecting operator but got 'X'. The valid operators are '='",
		"project = X foo":                       "Expecting either 'OR' or 'AND' but got 'foo'. (line 1, character 13)",
		"a = 1\nand b ? 2":                      "The character '?' is a reserved JQL character. You must enclose it in a string or use the escape '\\u003f' instead. (line 2, character 7)",
		`summary ~ "open`:                       "The quoted string 'open' has not been completed",
		`summary ~ "a\q"`:                       "illegal JQL escape sequence",
		"(project = X":                          "Expecting ')'",
		"status in Open":                        "expects a list or a function",
		"status = (x, y)":                       "does not support the list",
		"status is Open":                        "Expecting 'EMPTY' or 'NULL'",
		"order = x":                             "Expecting 'BY'",
		"select = x":                            "is a reserved JQL word",
		strings.Repeat("(", 1e4):                "nested too deeply: more than 200 levels",
		"labels in " + strings.Repeat("(", 5e4): "nested too deeply: more than 200 levels",
	} {
		_, err := Parse(q)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q:\n got %v\nwant %s", q, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a = b", `x ~ "y" or not z in (1, f(2)) order by q desc`, "status was in (a) after -1d", "cf[1] is not empty"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := Parse(s)
		if err != nil {
			return
		}
		text := q.String()
		again, err := Parse(text)
		if err != nil {
			t.Fatalf("%q was written as %q, which is no query: %v", s, text, err)
		}
		if again.String() != text {
			t.Fatalf("%q was written as %q and then as %q", s, text, again)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	const q = `project = DEMO AND status IN ("To Do", "In Progress") AND assignee = currentUser() AND updated >= -7d ORDER BY priority DESC, updated DESC`
	for b.Loop() {
		if _, err := Parse(q); err != nil {
			b.Fatal(err)
		}
	}
}
