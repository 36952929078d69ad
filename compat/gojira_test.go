//go:build slow

package compat

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	jira "github.com/andygrunwald/go-jira"
)

func basic(t *testing.T) *jira.Client {
	t.Helper()
	tp := jira.BasicAuthTransport{Username: email, Password: running.token}
	c, err := jira.NewClient(tp.Client(), running.base)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// ok fails on an error of the client, with what the server said.
func ok(t *testing.T, resp *jira.Response, err error) {
	t.Helper()
	if err == nil {
		return
	}
	said := ""
	if resp != nil && resp.Response != nil {
		b, _ := io.ReadAll(resp.Body)
		said = string(b)
	}
	t.Fatalf("%v %s", err, said)
}

func makeProject(t *testing.T, key, name string) {
	t.Helper()
	status, _, body := call(t, "POST", "/rest/api/3/project", `{"key":"`+key+`","name":"`+name+`","projectTypeKey":"software","projectTemplateKey":"com.pyxis.greenhopper.jira:gh-simplified-kanban-classic","leadAccountId":"`+running.account+`"}`)
	if status != http.StatusCreated {
		t.Fatalf("create project: %d %s", status, body)
	}
}

// TestGoJiraLifeOfAnIssue is a day's work through go-jira.
func TestGoJiraLifeOfAnIssue(t *testing.T) {
	makeProject(t, "GOJ", "Go client")
	c := basic(t)
	due := jira.Date(time.Date(2031, 5, 6, 0, 0, 0, 0, time.UTC))
	made, resp, err := c.Issue.Create(&jira.Issue{Fields: &jira.IssueFields{Project: jira.Project{Key: "GOJ"}, Type: jira.IssueType{Name: "Bug"}, Summary: "Pump leaks", Description: "h2. Where\n* at the *valve*", Labels: []string{"wet", "ALERT{a=\"b\"}"},
		Priority: &jira.Priority{Name: "High"}, Duedate: due}})
	ok(t, resp, err)
	if resp.StatusCode != http.StatusCreated || made.Key != "GOJ-1" || made.ID == "" || made.Self == "" {
		t.Fatalf("%d %+v", resp.StatusCode, made)
	}
	got, resp, err := c.Issue.Get("GOJ-1", &jira.GetQueryOptions{Expand: "changelog,names"})
	ok(t, resp, err)
	f := got.Fields
	if f.Summary != "Pump leaks" || !strings.Contains(f.Description, "*valve*") || f.Priority.Name != "High" || f.Status.Name != "To Do" || f.Status.StatusCategory.Key != "new" || len(f.Labels) != 2 || f.Reporter.DisplayName != "Ann Sieber" ||
		time.Time(f.Created).IsZero() || time.Time(f.Duedate).Format(time.DateOnly) != "2031-05-06" || f.Project.Key != "GOJ" || f.Creator.AccountID != running.account {
		b, _ := json.Marshal(got)
		t.Errorf("%s", b)
	}

	resp, err = c.Issue.UpdateIssue("GOJ-1", map[string]any{"fields": map[string]any{"summary": "Pump leaks badly"}, "update": map[string]any{"labels": []any{map[string]any{"add": "urgent"}}}})
	ok(t, resp, err)
	if resp.StatusCode != http.StatusNoContent {
		t.Errorf("update answers %d", resp.StatusCode)
	}
	transitions, resp, err := c.Issue.GetTransitions("GOJ-1")
	ok(t, resp, err)
	var start string
	for _, tr := range transitions {
		if tr.To.Name == "In Progress" {
			start = tr.ID
		}
	}
	resp, err = c.Issue.DoTransition("GOJ-1", start)
	ok(t, resp, err)

	comment, resp, err := c.Issue.AddComment("GOJ-1", &jira.Comment{Body: "Looking at it, [~accountid:" + running.account + "]"})
	ok(t, resp, err)
	comment.Body = "Fixed in {{main}}"
	updated, resp, err := c.Issue.UpdateComment("GOJ-1", comment)
	ok(t, resp, err)
	if updated.Body != "Fixed in {{main}}" {
		t.Errorf("comment: %q", updated.Body)
	}
	worked := jira.Time(time.Now().Add(-time.Hour))
	work, resp, err := c.Issue.AddWorklogRecord("GOJ-1", &jira.WorklogRecord{TimeSpent: "1h 30m", Comment: "valve", Started: &worked})
	ok(t, resp, err)
	if work.TimeSpentSeconds != 5400 {
		t.Errorf("worklog: %+v", work)
	}
	users, resp, err := c.Issue.GetWatchers("GOJ-1")
	ok(t, resp, err)
	if len(*users) != 1 {
		t.Errorf("watchers: %+v", users)
	}
	files, resp, err := c.Issue.PostAttachment("GOJ-1", bytes.NewReader([]byte("a drawing")), "../../plan.txt")
	ok(t, resp, err)
	if (*files)[0].Filename != "plan.txt" || (*files)[0].Size != 9 {
		t.Errorf("attachment: %+v", (*files)[0])
	}
	download, err := c.Issue.DownloadAttachment((*files)[0].ID)
	ok(t, download, err)

	second, resp, err := c.Issue.Create(&jira.Issue{Fields: &jira.IssueFields{Project: jira.Project{Key: "GOJ"}, Type: jira.IssueType{Name: "Sub-task"}, Parent: &jira.Parent{Key: "GOJ-1"}, Summary: "Order a valve"}})
	ok(t, resp, err)
	resp, err = c.Issue.AddLink(&jira.IssueLink{Type: jira.IssueLinkType{Name: "Blocks"}, InwardIssue: &jira.Issue{Key: second.Key}, OutwardIssue: &jira.Issue{Key: "GOJ-1"}})
	ok(t, resp, err)
	whole, resp, err := c.Issue.Get("GOJ-1", &jira.GetQueryOptions{Expand: "changelog"})
	ok(t, resp, err)
	if len(whole.Fields.Comments.Comments) != 1 || len(whole.Fields.Attachments) != 1 || len(whole.Fields.IssueLinks) != 1 || len(whole.Fields.Subtasks) != 1 || whole.Fields.TimeSpent != 5400 || whole.Fields.Status.Name != "In Progress" || len(whole.Changelog.Histories) < 4 {
		b, _ := json.Marshal(whole)
		t.Errorf("%s", b)
	}
	resp, err = c.Issue.Delete(second.Key)
	ok(t, resp, err)
	_, resp, err = c.Issue.Get(second.Key, nil)
	if err == nil || resp.StatusCode != http.StatusNotFound || !strings.Contains(jira.NewJiraError(resp, err).Error(), "does not exist") {
		t.Errorf("a deleted issue: %v", err)
	}
}

// TestGoJiraSearches pages both ways through the same issues.
func TestGoJiraSearches(t *testing.T) {
	makeProject(t, "FIND", "Searches")
	var issues []string
	for i := range 7 {
		issues = append(issues, `{"fields":{"project":{"key":"FIND"},"issuetype":{"name":"Task"},"summary":"Item `+string(rune('A'+i))+`"}}`)
	}
	if status, _, body := call(t, "POST", "/rest/api/2/issue/bulk", `{"issueUpdates":[`+strings.Join(issues, ",")+`]}`); status != http.StatusCreated {
		t.Fatalf("bulk: %d %s", status, body)
	}
	c := basic(t)
	var old []string
	for start := 0; ; start += 3 {
		page, resp, err := c.Issue.Search(`project = FIND ORDER BY created ASC`, &jira.SearchOptions{StartAt: start, MaxResults: 3, Fields: []string{"summary"}})
		ok(t, resp, err)
		if resp.Total != 7 {
			t.Fatalf("total is %d", resp.Total)
		}
		for _, i := range page {
			old = append(old, i.Fields.Summary)
		}
		if len(page) < 3 {
			break
		}
	}
	var fresh []string
	token := ""
	for {
		page, resp, err := c.Issue.SearchV2JQL(`project = FIND ORDER BY created ASC`, &jira.SearchOptionsV2{NextPageToken: token, MaxResults: 3, Fields: []string{"summary"}})
		ok(t, resp, err)
		for _, i := range page {
			fresh = append(fresh, i.Fields.Summary)
		}
		if resp.IsLast {
			break
		}
		token = resp.NextPageToken
	}
	if strings.Join(old, ",") != "Item A,Item B,Item C,Item D,Item E,Item F,Item G" || strings.Join(fresh, ",") != strings.Join(old, ",") {
		t.Errorf("%v\n%v", old, fresh)
	}
	_, resp, err := c.Issue.Search("project = FIND AND nonsense = 1", nil)
	if err == nil || resp.StatusCode != http.StatusBadRequest || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("a wrong query: %v", err)
	}
}

// TestGoJiraConfiguration reads and writes what a site is made of.
func TestGoJiraConfiguration(t *testing.T) {
	makeProject(t, "CONF", "Configuration")
	c := basic(t)
	me, resp, err := c.User.GetSelf()
	ok(t, resp, err)
	if me.AccountID != running.account || me.Locale == "" {
		t.Errorf("%+v", me)
	}
	p, resp, err := c.Project.Get("CONF")
	ok(t, resp, err)
	if p.Lead.AccountID != running.account || len(p.IssueTypes) != 5 {
		t.Errorf("%+v", p)
	}
	list, resp, err := c.Project.GetList()
	ok(t, resp, err)
	if len(*list) == 0 {
		t.Error("no projects")
	}
	part, resp, err := c.Component.Create(&jira.CreateComponentOptions{Name: "Valves", Project: "CONF"})
	ok(t, resp, err)
	if part.Name != "Valves" {
		t.Errorf("%+v", part)
	}
	no := false
	v, resp, err := c.Version.Create(&jira.Version{Name: "1.0", ProjectID: atoi(p.ID), ReleaseDate: "2031-01-02", Released: &no})
	ok(t, resp, err)
	yes := true
	v.Released = &yes
	_, resp, err = c.Version.Update(v)
	ok(t, resp, err)
	fields, resp, err := c.Field.GetList()
	ok(t, resp, err)
	named := map[string]bool{}
	for _, f := range fields {
		named[f.Name] = true
	}
	for _, want := range []string{"Summary", "Epic Name", "Epic Link", "Story Points"} {
		if !named[want] {
			t.Errorf("no field %s", want)
		}
	}
	priorities, resp, err := c.Priority.GetList()
	ok(t, resp, err)
	resolutions, resp, err := c.Resolution.GetList()
	ok(t, resp, err)
	statuses, resp, err := c.Status.GetAllStatuses()
	ok(t, resp, err)
	categories, resp, err := c.StatusCategory.GetList()
	ok(t, resp, err)
	if len(priorities) != 5 || len(resolutions) < 3 || len(statuses) < 3 || len(categories) != 4 { // the client reads link types as a bare array, which no server answers
		t.Errorf("%d %d %d %d", len(priorities), len(resolutions), len(statuses), len(categories))
	}
	meta, resp, err := c.Issue.GetCreateMeta("CONF")
	ok(t, resp, err)
	bug := meta.Projects[0].GetIssueTypeWithName("Bug")
	if mandatory, err := bug.GetMandatoryFields(); err != nil || mandatory["Summary"] != "summary" {
		t.Errorf("%v %v", mandatory, err)
	}
	found, resp, err := c.User.Find("ann")
	ok(t, resp, err)
	if len(found) != 1 {
		t.Errorf("%+v", found)
	}
	_, resp, err = c.Filter.GetMyFilters(&jira.GetMyFiltersQueryOptions{})
	ok(t, resp, err)
}

func atoi(s string) (n int) {
	for _, c := range s {
		n = n*10 + int(c-'0')
	}
	return n
}

// TestGoJiraAuthentication signs in in every way that the client knows.
func TestGoJiraAuthentication(t *testing.T) {
	cookie := &jira.CookieAuthTransport{Username: email, Password: password, AuthURL: running.base + "/rest/auth/1/session"}
	c, err := jira.NewClient(cookie.Client(), running.base)
	if err != nil {
		t.Fatal(err)
	}
	me, resp, err := c.User.GetSelf()
	ok(t, resp, err)
	if me.AccountID != running.account {
		t.Errorf("by cookie: %+v", me)
	}
	pat := jira.PATAuthTransport{Token: running.token}
	if c, err = jira.NewClient(pat.Client(), running.base); err != nil {
		t.Fatal(err)
	}
	_, resp, err = c.User.GetSelf()
	ok(t, resp, err)
	wrong := jira.BasicAuthTransport{Username: email, Password: "not the token"}
	if c, err = jira.NewClient(wrong.Client(), running.base); err != nil {
		t.Fatal(err)
	}
	if _, resp, err = c.User.GetSelf(); err == nil || resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a wrong token: %v", err)
	}
}
