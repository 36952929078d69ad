package search_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/comment"
	"holdfast.dev/internal/product/tracker/history"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/needs"
	"holdfast.dev/internal/product/tracker/project"
	"holdfast.dev/internal/product/tracker/search"
	"holdfast.dev/internal/product/tracker/setup"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

var (
	ctx   = context.Background()
	start = time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC) // a Friday
)

const (
	ann = "user_ann"
	bob = "user_bob"
	eve = "user_eve"
)

var people = map[string]needs.Person{
	ann: {AccountID: ann, DisplayName: "Ann Sieber", Email: "ann@example.com", Active: true},
	bob: {AccountID: bob, DisplayName: "Bob Adebayo", Email: "bob@example.com", Active: true},
	eve: {AccountID: eve, DisplayName: "Eve Zhou", Email: "eve@example.com", Active: true},
}

func openSite(t testing.TB, e storage.Engine) *volume.Volume {
	t.Helper()
	kind := volume.Kind{Name: "work", Migrations: tracker.Migrations(), Tables: tracker.Tables()}
	place := volume.Place{Engine: e, Generation: 1}
	p := volume.NewPool(volume.Config{Kinds: []volume.Kind{kind}, Clock: clock.NewFake(start), Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }})
	t.Cleanup(p.Close)
	ref := volume.Ref{Kind: "work", Owner: "site_test"}
	if err := p.Create(ctx, ref, place); err != nil {
		t.Fatal(err)
	}
	v := p.Volume(ref)
	must(t, v.Write(ctx, func(tx *volume.Tx) error { return setup.Site(ctx, tx) }))
	return v
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// row is an issue of the story; days count back from start.
type row struct {
	project          string
	number           int64
	kind             int64
	summary          string
	description      string
	status           int64
	priority         int64
	assignee         string
	reporter         string
	created, updated int // days ago
	due              string
	labels           string
	parent           int64 // number in the same project
	resolved         bool
}

var story = []row{
	{project: "APP", number: 1, kind: setup.TypeEpic, summary: "Checkout", description: "Everything about paying", status: setup.StatusInProgress, priority: 2, assignee: ann, reporter: bob, created: 90, updated: 2},
	{project: "APP", number: 2, kind: setup.TypeStory, summary: "Pay by card", description: "The card form of com.example.Payment", status: setup.StatusDone, priority: 3, assignee: bob, reporter: ann, created: 80, updated: 40, labels: "pay Card", parent: 1, resolved: true},
	{project: "APP", number: 3, kind: setup.TypeBug, summary: "Card form crashes", description: "Stack trace below", status: setup.StatusToDo, priority: 1, assignee: ann, reporter: eve, created: 20, updated: 1, labels: "pay crash", parent: 1, due: "2024-03-01"},
	{project: "APP", number: 4, kind: setup.TypeTask, summary: "Rename the card table", status: setup.StatusToDo, priority: 3, reporter: eve, created: 10, updated: 10, due: "2024-03-09"},
	{project: "APP", number: 5, kind: setup.TypeSubtask, summary: "Write the migration", status: setup.StatusInProgress, priority: 0, assignee: bob, reporter: bob, created: 9, updated: 3, parent: 4},
	{project: "OPS", number: 1, kind: setup.TypeTask, summary: "Rotate keys", description: "crashing is not expected", status: setup.StatusDone, priority: 5, assignee: eve, reporter: eve, created: 400, updated: 399, labels: "ALERT{a/b}", resolved: true},
	{project: "OPS", number: 2, kind: setup.TypeBug, summary: "Disk full on db-7", description: "", status: setup.StatusToDo, priority: 1, assignee: bob, reporter: ann, created: 0, updated: 0, labels: "pay"},
}

func fill(t testing.TB, v *volume.Volume) {
	t.Helper()
	must(t, v.Write(ctx, func(tx *volume.Tx) error {
		for _, p := range []project.New{{ID: 10000, Key: "APP", Name: "Application", Lead: ann}, {ID: 10001, Key: "OPS", Name: "Operations", Lead: bob}} {
			if _, err := project.Create(ctx, tx, p); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, v.Write(ctx, func(tx *volume.Tx) error {
		ids := map[string]int64{}
		for n, r := range story {
			i := &issue.Issue{ID: int64(20000 + n), Number: r.number, TypeID: r.kind, StatusID: r.status, PriorityID: r.priority, Summary: r.summary, Assignee: r.assignee, Reporter: r.reporter, Creator: r.reporter,
				Created: start.AddDate(0, 0, -r.created), Updated: start.AddDate(0, 0, -r.updated), StatusSince: start.AddDate(0, 0, -r.updated), DueDay: r.due, Rank: fmt.Sprintf("1%di", n), Labels: strings.Fields(r.labels)}
			i.ProjectID = map[string]int64{"APP": 10000, "OPS": 10001}[r.project]
			if r.parent != 0 {
				i.ParentID = ids[fmt.Sprint(r.project, r.parent)]
			}
			if r.resolved {
				i.ResolutionID = 10000
				at := i.Updated
				i.Resolved = &at
			}
			ids[fmt.Sprint(r.project, r.number)] = i.ID
			if err := issue.Insert(ctx, tx, i, issue.Texts{DescriptionText: r.description}, ""); err != nil {
				return err
			}
			if err := issue.WriteLists(ctx, tx, i); err != nil {
				return err
			}
		}
		return past(tx, ids)
	}))
}

// past writes the history: APP-2 went To Do → In Progress (60 days ago, Bob) → Done (40 days ago, Ann); APP-3 went To Do → In Progress (15 days ago) →
// To Do (5 days ago), both by Eve, and was Bob's until 5 days ago; OPS-1 had a status that no longer exists.
func past(tx *volume.Tx, ids map[string]int64) error {
	entries := []history.Entry{
		{ID: 1, Issue: ids["APP2"], Author: bob, Created: start.AddDate(0, 0, -60), Items: []history.Item{history.System("status", "status", "1", "To Do", "2", "In Progress")}},
		{ID: 2, Issue: ids["APP2"], Author: ann, Created: start.AddDate(0, 0, -40), Items: []history.Item{history.System("status", "status", "2", "In Progress", "3", "Done"), history.System("resolution", "resolution", "", "", "10000", "Done")}},
		{ID: 3, Issue: ids["APP3"], Author: eve, Created: start.AddDate(0, 0, -15), Items: []history.Item{history.System("status", "status", "1", "To Do", "2", "In Progress")}},
		{ID: 4, Issue: ids["APP3"], Author: eve, Created: start.AddDate(0, 0, -5), Items: []history.Item{history.System("status", "status", "2", "In Progress", "1", "To Do"), history.System("assignee", "assignee", bob, "Bob Adebayo", ann, "Ann Sieber")}},
		{ID: 5, Issue: ids["OPS1"], Author: eve, Created: start.AddDate(0, 0, -399), Items: []history.Item{history.System("status", "status", "", "Triage", "3", "Done")}},
	}
	for _, e := range entries {
		if err := history.Insert(ctx, tx, e); err != nil {
			return err
		}
	}
	return comment.Insert(ctx, tx, &comment.Comment{ID: 1, IssueID: ids["OPS2"], Author: ann, UpdateAuthor: ann, Body: `{"type":"doc","version":1,"content":[]}`, BodyText: "seen on the payment host", Created: start, Updated: start})
}

func scope(c *catalog.Catalog) search.Scope {
	return search.Scope{Catalog: c, People: people, Actor: ann, Now: start, Zone: time.UTC, Members: func(_ context.Context, g string) ([]string, error) {
		if g == "developers" {
			return []string{ann, bob}, nil
		}
		return nil, fault.NotFound("no group %s", g)
	}}
}

// find runs a query page by page and gives the keys.
func find(t testing.TB, v *volume.Volume, query string, pageSize int) (keys string, err error) {
	t.Helper()
	err = v.Read(ctx, func(tx *volume.Tx) error {
		c, err := catalog.Load(ctx, tx)
		if err != nil {
			return err
		}
		q, err := search.Parse(query)
		if err != nil {
			return err
		}
		plan, err := search.Compile(ctx, tx, scope(c), q)
		if err != nil {
			return err
		}
		var ids []int64
		next := &search.Cursor{}
		for next != nil {
			from, err := plan.Cursor(plan.Token(*next))
			if err != nil {
				return err
			}
			var page []int64
			if page, next, err = plan.Page(ctx, tx, from, pageSize); err != nil {
				return err
			}
			ids = append(ids, page...)
		}
		n, err := plan.Count(ctx, tx, 1000)
		if err == nil && n != len(ids) {
			t.Errorf("%s: count gives %d, pages give %d", query, n, len(ids))
		}
		found, err := issue.ByIDs(ctx, tx, ids)
		var out []string
		for _, i := range found {
			out = append(out, issue.Key(c.Project(i.ProjectID).Key, i.Number))
		}
		keys = strings.Join(out, " ")
		return err
	})
	return keys, err
}

func TestQueries(t *testing.T) {
	cases := []struct{ query, want string }{
		// Everything and order.
		{"", "OPS-2 OPS-1 APP-5 APP-4 APP-3 APP-2 APP-1"},
		{"ORDER BY key", "APP-1 APP-2 APP-3 APP-4 APP-5 OPS-1 OPS-2"},
		{"ORDER BY key DESC", "OPS-2 OPS-1 APP-5 APP-4 APP-3 APP-2 APP-1"},
		{"project = APP ORDER BY priority DESC, created", "APP-3 APP-1 APP-2 APP-4 APP-5"},
		{"project = APP ORDER BY priority, key", "APP-2 APP-4 APP-1 APP-3 APP-5"},
		{"ORDER BY assignee, key", "APP-1 APP-3 APP-2 APP-5 OPS-2 OPS-1 APP-4"},
		{"project = app ORDER BY due, key", "APP-3 APP-4 APP-1 APP-2 APP-5"},
		{"ORDER BY Rank", "APP-1 APP-2 APP-3 APP-4 APP-5 OPS-1 OPS-2"},
		{"ORDER BY updated DESC", "OPS-2 APP-3 APP-1 APP-5 APP-4 APP-2 OPS-1"},
		{"ORDER BY status, key DESC", "OPS-2 APP-4 APP-3 APP-5 APP-1 OPS-1 APP-2"},
		{"project = APP order by issuetype, key", "APP-3 APP-1 APP-2 APP-5 APP-4"},
		{"project = APP order by summary", "APP-3 APP-1 APP-2 APP-4 APP-5"},
		// Catalog fields; != does not match empty.
		{`project = "Operations" ORDER BY key`, "OPS-1 OPS-2"},
		{"project in (APP, 10001) AND type = Bug ORDER BY key", "APP-3 OPS-2"},
		{"status != Done AND project = OPS", "OPS-2"},
		{"statusCategory = Done ORDER BY key", "APP-2 OPS-1"},
		{"statusCategory not in (\"In Progress\", new) ORDER BY key", "APP-2 OPS-1"},
		{"priority = Highest ORDER BY key", "APP-3 OPS-2"},
		{"priority > Medium ORDER BY key", "APP-1 APP-3 OPS-2"},
		{"priority <= Medium ORDER BY key", "APP-2 APP-4 OPS-1"},
		{"priority != Highest ORDER BY key", "APP-1 APP-2 APP-4 OPS-1"},
		{"NOT priority = Highest ORDER BY key", "APP-1 APP-2 APP-4 OPS-1"},
		{"NOT (priority = Highest OR project = OPS) ORDER BY key", "APP-1 APP-2 APP-4"},
		{"priority is EMPTY", "APP-5"},
		{"resolution = Unresolved AND project = OPS", "OPS-2"},
		{"resolution is not empty ORDER BY key", "APP-2 OPS-1"},
		{"resolution in (Done, Unresolved) AND project = OPS ORDER BY key", "OPS-1 OPS-2"},
		{"type in subtaskIssueTypes()", "APP-5"},
		{"type not in standardIssueTypes()", "APP-5"},
		{"hierarchyLevel >= 1", "APP-1"},
		// People.
		{"assignee = currentUser() ORDER BY key", "APP-1 APP-3"},
		{"assignee in (user_bob, 'eve@example.com') ORDER BY key", "APP-2 APP-5 OPS-1 OPS-2"},
		{`assignee = "Ann Sieber" ORDER BY key`, "APP-1 APP-3"},
		{"assignee is EMPTY", "APP-4"},
		{"assignee != user_bob ORDER BY key", "APP-1 APP-3 OPS-1"},
		{"assignee in membersOf(developers) AND project = OPS", "OPS-2"},
		{"assignee not in membersOf(developers)", "OPS-1"},
		{"assignee = user_bob OR assignee is EMPTY ORDER BY key", "APP-2 APP-4 APP-5 OPS-2"},
		// Keys and families.
		{"key = APP-3", "APP-3"},
		{"issue in (APP-3, ops-2) ORDER BY key", "APP-3 OPS-2"},
		{"key >= APP-4 ORDER BY key", "APP-4 APP-5"},
		{"parent = APP-1 ORDER BY key", "APP-2 APP-3"},
		{"parent is EMPTY AND project = APP ORDER BY key", "APP-1 APP-4"},
		{"issue in childIssuesOf(APP-4)", "APP-5"},
		{`"Epic Link" = APP-1 ORDER BY key`, "APP-2 APP-3"},
		// Labels, whatever their case; characters that JQL reserves.
		{"labels = pay ORDER BY key", "APP-2 APP-3 OPS-2"},
		{"labels = card", "APP-2"},
		{"labels in (crash, CARD) ORDER BY key", "APP-2 APP-3"},
		{"labels != pay", "OPS-1"},
		{"labels not in (crash) ORDER BY key", "APP-2 OPS-1 OPS-2"},
		{"NOT labels = crash ORDER BY key", "APP-2 OPS-1 OPS-2"},
		{"labels is EMPTY ORDER BY key", "APP-1 APP-4 APP-5"},
		{`labels = "ALERT{a/b}"`, "OPS-1"},
		// Dates.
		{"created >= -30d ORDER BY key", "APP-3 APP-4 APP-5 OPS-2"},
		{`created < "2023-06-01"`, "OPS-1"},
		{`created > "2024/02/19 12:00" AND created <= "2024-02-21 12:00" ORDER BY key`, "APP-4 APP-5"},
		{`created = "2024-02-20"`, "APP-4"},
		{"updated >= startOfDay() ORDER BY key", "OPS-2"},
		{"updated >= startOfDay(-1) ORDER BY key", "APP-3 OPS-2"},
		{`updated > startOfMonth("-1M") AND updated < startOfMonth() ORDER BY key`, "APP-1 APP-3 APP-4 APP-5"},
		{"due = endOfDay()", "APP-3"},
		{"due <= now()", "APP-3"},
		{"due > 1w", "APP-4"},
		{"due is not EMPTY ORDER BY key", "APP-3 APP-4"},
		{"resolved is empty AND project = OPS", "OPS-2"},
		{"resolutiondate >= -60d", "APP-2"},
		// Text.
		{`summary ~ card ORDER BY key`, "APP-2 APP-3 APP-4"},
		{`summary ~ "card form"`, "APP-3"},
		{`summary ~ "form card"`, "APP-3"},
		{`summary ~ "\"form card\""`, ""},
		{`summary ~ "\"card form\""`, "APP-3"},
		{`summary ~ "crash*"`, "APP-3"},
		{`text ~ "crash*" ORDER BY key`, "APP-3 OPS-1"},
		{`text ~ payment ORDER BY key`, "APP-2 OPS-2"},
		{`comment ~ payment`, "OPS-2"},
		{`summary ~ "card -form" ORDER BY key`, "APP-2 APP-4"},
		{`summary ~ "crashes OR rename" ORDER BY key`, "APP-3 APP-4"},
		{`summary ~ "NOT card" AND project = APP ORDER BY key`, "APP-1 APP-5"},
		{`summary !~ card AND project = APP ORDER BY key`, "APP-1 APP-5"},
		{`summary ~ "db-7"`, "OPS-2"},
		{`description ~ example`, "APP-2"},
		{`description is EMPTY ORDER BY key`, "APP-4 APP-5 OPS-2"},
		// History.
		{`status was "In Progress" ORDER BY key`, "APP-1 APP-2 APP-3 APP-5"},
		{`status was not "In Progress" ORDER BY key`, "APP-4 OPS-1 OPS-2"},
		{`status was in ("In Progress", Done) AND status = "To Do"`, "APP-3"},
		{`status was Triage`, "OPS-1"},
		{`status was "To Do" before -70d ORDER BY key`, "APP-2"},
		{`status was "In Progress" during (-50d, -45d) ORDER BY key`, "APP-1 APP-2"},
		{`status was "In Progress" during (-35d, -30d)`, "APP-1"},
		{`status was "In Progress" on -10d ORDER BY key`, "APP-1 APP-3"},
		{`status was Done after -30d ORDER BY key`, "APP-2 OPS-1"},
		{`status was "In Progress" by user_eve`, "APP-3"},
		{`status changed ORDER BY key`, "APP-2 APP-3 OPS-1"},
		{`status changed from "To Do" to "In Progress" ORDER BY key`, "APP-2 APP-3"},
		{`status changed by (user_ann, user_bob)`, "APP-2"},
		{`status changed by user_bob`, "APP-2"},
		{`status changed by user_ann`, "APP-2"},
		{`status changed after -10d`, "APP-3"},
		{`status changed to Done before -100d`, "OPS-1"},
		{`NOT status changed AND project = APP ORDER BY key`, "APP-1 APP-4 APP-5"},
		{`assignee was user_bob AND assignee = user_ann`, "APP-3"},
		{`assignee changed from user_bob`, "APP-3"},
		{`resolution was empty ORDER BY key`, "APP-1 APP-2 APP-3 APP-4 APP-5 OPS-2"},
		{`resolution changed to Done`, "APP-2"},
		// What well-known clients send.
		{`project="APP" AND priority="Medium" AND assignee IS EMPTY AND createdDate>="-17d" AND status IN ("To Do") ORDER BY created DESC`, "APP-4"},
		{`(resolution is EMPTY or resolution != "Done") and (resolutiondate is EMPTY OR resolutiondate >= -30m) and project="APP" and labels="pay" order by status ASC,resolutiondate DESC`, "APP-3"},
		{`issue in updatedBy(user_eve, -16d)`, "APP-4 APP-3"},
		{`project in projectsLeadByUser(user_bob) ORDER BY key`, "OPS-1 OPS-2"},
		{`watchers = 0 AND votes >= 0 AND project = OPS ORDER BY key`, "OPS-1 OPS-2"},
	}
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		v := openSite(t, e)
		fill(t, v)
		for _, c := range cases {
			for _, size := range []int{2, 100} {
				got, err := find(t, v, c.query, size)
				if err != nil {
					t.Errorf("%s: %v", c.query, err)
				} else if got != c.want {
					t.Errorf("%s (pages of %d):\n got %s\nwant %s", c.query, size, got, c.want)
				}
			}
		}
	})
}

func TestProblemsAreToldInJirasWords(t *testing.T) {
	cases := []struct{ query, want string }{
		{"foo = 1", "Field 'foo' does not exist or you do not have permission to view it."},
		{"status = Nowhere", "The value 'Nowhere' does not exist for the field 'status'."},
		{"status ~ Done", "The operator '~' is not supported by the 'status' field."},
		{"assignee = nobody", "The value 'nobody' does not exist for the field 'assignee'."},
		{"key = APP-99", "An issue with key 'APP-99' does not exist for field 'key'."},
		{"created > yesterday", "Date value 'yesterday' for field 'created' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."},
		{"assignee = nosuch()", "Unable to find JQL function 'nosuch()'."},
		{"due < startOfDay(1, 2)", "Function 'startOfDay' expected '0' to '1' arguments but received '2'."},
		{"assignee in membersOf(ghosts)", "Function 'membersOf' can not generate a list of usernames for group 'ghosts'; the group does not exist."},
		{"summary was x", "History searches do not support the field 'summary'."},
		{`summary ~ "*x"`, "The text query '*x' for field 'summary' is not allowed to start with character '*'"},
		{"foo = 1 OR bar = 2", "Field 'foo' does not exist or you do not have permission to view it.|Field 'bar' does not exist or you do not have permission to view it."},
		{"ORDER BY comment", "Not able to sort using field 'comment'."},
		{"status was Nowhere", "The value 'Nowhere' does not exist for the field 'status'."},
		{"votes > many", "The value 'many' does not exist for the field 'votes'."},
	}
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		v := openSite(t, e)
		fill(t, v)
		for _, c := range cases {
			_, err := find(t, v, c.query, 10)
			var f *fault.Error
			if !errors.As(err, &f) {
				t.Errorf("%s: %v is no classified error", c.query, err)
				continue
			}
			if got := strings.Join(append([]string{f.Message}, f.More...), "|"); f.Kind != fault.KindInvalid || got != c.want {
				t.Errorf("%s:\n got %s\nwant %s", c.query, got, c.want)
			}
		}
	})
}

func TestTokenOfAnotherQueryIsRefused(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		v := openSite(t, e)
		must(t, v.Read(ctx, func(tx *volume.Tx) error {
			c, err := catalog.Load(ctx, tx)
			must(t, err)
			a, _ := search.Parse("ORDER BY created")
			b, _ := search.Parse("ORDER BY updated")
			pa, err := search.Compile(ctx, tx, scope(c), a)
			must(t, err)
			pb, err := search.Compile(ctx, tx, scope(c), b)
			must(t, err)
			if _, err := pb.Cursor(pa.Token(search.Cursor{ID: 3, Value: int64(5)})); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("got %v", err)
			}
			for _, junk := range []string{"x", "e30", "!!", "eyJvIjotNX0"} {
				if _, err := pa.Cursor(junk); !fault.Is(err, fault.KindInvalid) {
					t.Errorf("%s: got %v", junk, err)
				}
			}
			return nil
		}))
	})
}
