package search_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/needs"
	"holdfast.dev/internal/product/tracker/project"
	"holdfast.dev/internal/product/tracker/setup"
)

// everybody is the directory of the story.
type everybody struct{}

func (everybody) Everybody(context.Context) (map[string]needs.Person, error) { return people, nil }
func (everybody) Search(context.Context, string, int, int) ([]needs.Person, int, error) {
	return nil, 0, nil
}
func (everybody) Groups(context.Context, string) ([]string, error)  { return nil, nil }
func (everybody) Members(context.Context, string) ([]string, error) { return nil, nil }
func (everybody) Ensure(context.Context, []needs.ForeignPerson) (map[string]string, error) {
	return nil, nil
}

type somebody struct{ account ids.Account }

func (s somebody) Authenticate(*http.Request) (httpkit.Caller, error) {
	return httpkit.Caller{Principal: identity.Principal{Kind: identity.Token, Account: s.account}, Member: true}, nil
}

// api serves the tracker over one site.
func api(v *volume.Volume, account ids.Account) http.Handler {
	m := httpkit.NewMux(somebody{account}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	m.Handle(tracker.New(tracker.Deps{Volume: func(context.Context) (*volume.Volume, error) { return v, nil }, Directory: func(context.Context) needs.Directory { return everybody{} }, Clock: clock.NewFake(start)}).Routes()...)
	return m
}

// ask posts a query to an operation.
func ask(t *testing.T, h http.Handler, operation, query string) (status int, answer struct {
	Issues        []struct{ Key string }
	Total         int
	ErrorMessages []string
	Errors        map[string]string
}) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"jql": query, "fields": []string{"key"}, "maxResults": 100})
	must(t, err)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", "/rest/api/3/"+operation, strings.NewReader(string(body))))
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatalf("%v: %.300s", err, w.Body)
	}
	return w.Code, answer
}

// each joins n pieces that are made of a number.
func each(n int, between, piece string) string {
	out := make([]string, n)
	for i := range out {
		out[i] = strings.ReplaceAll(piece, "#", fmt.Sprint(i))
	}
	return strings.Join(out, between)
}

// nested puts a query in n pairs of a beginning and an end.
func nested(n int, before, inner, after string) string {
	return strings.Repeat(before, n) + inner + strings.Repeat(after, n)
}

const everything = "APP-1 APP-2 APP-3 APP-4 APP-5 OPS-1 OPS-2"

// A query may be as long as 100,000 bytes. What engines do not take in one statement is answered all the same, or refused with the limit.
func TestLargeQueriesAreAnsweredOrRefused(t *testing.T) {
	big := "project in (APP, OPS) AND "
	cases := []struct{ name, query, want string }{
		{"1,500 numbers by OR", big + "(" + each(1500, " OR ", "votes = 1#") + " OR summary ~ rotate)", "OPS-1"},
		{"1,500 labels by OR", each(1500, " OR ", "labels = x#") + " OR labels = crash", "APP-3"},
		{"1,500 texts by OR", each(1500, " OR ", "summary ~ x#") + " OR summary ~ rotate", "OPS-1"},
		{"1,500 dates by OR", each(1500, " OR ", "created = 1#") + ` OR created = "2024-02-20"`, "APP-4"},
		{"1,500 people by OR", big + "(" + each(1500, " OR ", "(assignee is EMPTY AND votes = 1#)") + " OR assignee = user_eve)", "OPS-1"},
		{"1,500 histories by OR", each(1500, " OR ", "status changed before 1#") + " OR status changed to Done before -100d", "OPS-1"},
		{"1,500 labels by AND", each(1500, " AND ", "labels != x#") + " AND labels != pay", "OPS-1"},
		{"1,500 negated", "NOT (" + each(1500, " OR ", "labels = x#") + " OR labels = pay)", "OPS-1"},
		{"12,000 by OR", strings.Repeat("due=1||", 12_000) + "due=2", "400 The query has more than 5000 conditions"},
		{"40,000 numbers", big + "votes in (" + strings.Repeat("0,1,2,3,", 10_000) + "4)", everything},
		{"40,000 texts", "labels in (" + strings.Repeat("0,1,2,3,", 10_000) + "crash)", "APP-3"},
		{"40,000 identifiers", "id in (" + strings.Repeat("0,1,2,3,", 10_000) + "4)", "400 An issue with key '0' does not exist"},
		{"15,000 different numbers", big + "votes in (" + each(15_000, ",", "#") + ")", everything},
		{"15,000 different texts", "labels in (" + each(15_000, ",", "#") + ",crash)", "APP-3"},
		{"15,000 texts that it must not be", "labels not in (" + each(15_000, ",", "#") + ",pay)", "OPS-1"},
		{"15,000 that do not exist", "key in (" + each(10_000, ",", "X-#") + ")", "400 An issue with key 'X-0' does not exist"},
		{"15,500 dates", "created in (" + each(15_500, ",", "#") + ")", "400 The query has more than 5000 conditions"},
		{"301 times 100 values", strings.Repeat("level in ("+each(100, ",", "#")+")||", 301) + "level is EMPTY", "400 The query has more than 30000 values"},
		{"4,900 texts by OR", each(4900, " OR ", "text~x#"), "400 The query has more than 3000 searches in texts, lists and histories"},
		{"600 functions", each(600, " OR ", "issue in updatedBy(user_eve, 1, 2#)"), "400 The query has more than 3000 searches in texts, lists and histories"},
		{"300 issues by key", "key in (" + each(300, ",", "BIG-1#") + ", " + each(10, ",", "30100#") + ") AND parent is EMPTY AND votes = 7", "BIG-1299"},
		{"300 issues and one that is none", "key in (" + each(300, ",", "big-1#") + ",BIG-7)", "400 An issue with key 'BIG-7' does not exist"},
		{"parentheses 2,000 deep", nested(2000, "(", "labels = crash", ")"), "400 nested too deeply"},
		{"parentheses 180 deep", nested(90, "(votes > 9 OR (", "labels = crash", " AND votes = 0) OR votes > 8)"), "APP-3"},
		{"negations 90 deep", nested(90, "NOT (", "labels = crash", ")"), "APP-3"},
		{"lists 190 deep", big + "votes in " + nested(190, "(", "0", ")"), everything},
		{"lists 5,000 deep", big + "votes in " + nested(5000, "(", "0", ")"), "400 nested too deeply: more than 200 levels"},
		{"filters of 390 levels", "filter = deep2", "APP-3"},
		{"filters of 1,600 levels", "filter = deep8", "400 more than 800 levels"},
		{"filters that name filters", "filter = many2", "400 The query has more than 5000 conditions"},
		{"a text with 190 words", `summary ~ "rotate ` + each(190, " ", "-w#") + `"`, "OPS-1"},
		{"a text with 190 alternatives", `summary ~ "rotate OR ` + each(190, " OR ", "w#") + `"`, "OPS-1"},
		{"a text with 5,000 words", `summary ~ "rotate ` + each(5000, " ", "-w#") + `"`, "400 more than 200 words"},
		{"a word of 3,000 letters", "summary ~ " + strings.Repeat("a", 3000), "400 a word of more than 1000 bytes"},
		{"a pattern of 60,000 letters", "worklogComment ~ " + strings.Repeat("a", 60_000), "400 a word of more than 1000 bytes"},
		{"5,000 patterns", `worklogComment ~ "` + each(5000, " ", "w#") + `"`, "400 more than 200 words"},
		{"a property of 60,000 letters", "issue.property[a].b ~ " + strings.Repeat("a", 60_000), "400 a word of more than 1000 bytes"},
		{"a path of 120 steps", "issue.property[a]" + strings.Repeat(".b", 120) + " = 1", "400 more than 50 steps"},
		{"a path of 50 steps", "issue.property[a]" + strings.Repeat(".b", 50) + " = 1", ""},
		{"4,000 days of work", "worklogDate in (" + each(4000, ",", "#") + ")", ""},
		{"14,000 days of work", "worklogDate in (" + each(14_000, ",", "#") + ")", "400 The query has more than 5000 conditions"},
		{"30 sorts", "labels = pay AND type = Bug ORDER BY " + each(29, ", ", "assignee") + ", key", "APP-3 OPS-2"},
		{"100 sorts", "ORDER BY " + each(100, ", ", "assignee"), "400 more than 30 fields"},
	}
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		v := openSite(t, e)
		fill(t, v)
		account := ids.New[ids.Account](start)
		must(t, v.Write(ctx, func(tx *volume.Tx) error { return large(tx, account.String()) }))
		h := api(v, account)
		for _, c := range cases {
			for _, operation := range []string{"search/jql", "search"} {
				query := c.query
				if !strings.Contains(query, "ORDER BY") && len(query) < 99_980 {
					query += " ORDER BY key"
				}
				status, answer := ask(t, h, operation, query)
				var keys []string
				for _, i := range answer.Issues {
					keys = append(keys, i.Key)
				}
				got := strings.Join(keys, " ")
				if wanted, refused := strings.CutPrefix(c.want, "400 "); refused {
					if message := strings.Join(answer.ErrorMessages, " "); status != 400 || answer.Errors == nil || !strings.Contains(message, wanted) {
						t.Errorf("%s, %s: %d %.200s, want 400 with %q", c.name, operation, status, message, wanted)
					}
				} else if status != 200 || got != c.want || operation == "search" && answer.Total != len(keys) {
					t.Errorf("%s, %s: %d %s%.200q, want %s", c.name, operation, status, got, answer.ErrorMessages, c.want)
				}
			}
		}
	})
}

// large adds 300 issues of a project, of which the last has seven votes, and saved filters.
func large(tx *volume.Tx, owner string) error {
	if _, err := project.Create(ctx, tx, project.New{ID: 10002, Key: "BIG", Name: "Big", Lead: ann}); err != nil {
		return err
	}
	for n := range int64(300) {
		var number int64
		if _, err := fmt.Sscan(fmt.Sprintf("1%d", n), &number); err != nil {
			return err
		}
		i := &issue.Issue{ID: 301_000 + n, ProjectID: 10002, Number: number, TypeID: setup.TypeTask, StatusID: setup.StatusToDo, Summary: "One of many", Created: start, Updated: start, StatusSince: start, Rank: fmt.Sprintf("3%di", n)}
		if n == 299 {
			i.Votes = 7
		}
		if err := issue.Insert(ctx, tx, i, issue.Texts{}, ""); err != nil {
			return err
		}
	}
	filters := map[string]string{"deep0": "labels = crash", "many0": each(99, " OR ", "votes = 1#"), "many1": each(99, " OR ", "filter = many0"), "many2": each(99, " OR ", "filter = many1")}
	for n := range 8 { // 200 levels each
		filters[fmt.Sprintf("deep%d", n+1)] = nested(98, "(votes > 9 OR (", fmt.Sprintf("filter = deep%d", n), " AND votes = 0))")
	}
	id := int64(40_000)
	for name, text := range filters {
		id++
		if _, err := tx.ExecText(ctx, `INSERT INTO filter (id, name, name_key, description, owner, jql, created_us, updated_us) VALUES ($1, $2, $2, '', $3, $4, 0, 0)`, id, name, owner, text); err != nil {
			return err
		}
	}
	return nil
}
