//go:build slow

package compat

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	jira "github.com/ctreminiom/go-atlassian/v2/jira/v3"
	"github.com/ctreminiom/go-atlassian/v2/pkg/infra/models"
)

// atlassian is a go-atlassian client; its errors end the test.
type atlassian struct {
	*jira.Client
	t *testing.T
}

func goAtlassian(t *testing.T) *atlassian {
	t.Helper()
	c, err := jira.New(nil, running.base)
	if err != nil {
		t.Fatal(err)
	}
	c.Auth.SetBasicAuth(email, running.token)
	return &atlassian{c, t}
}

func (a *atlassian) done(what string, r *models.ResponseScheme, err error) {
	a.t.Helper()
	if err != nil {
		body := ""
		if r != nil {
			body = r.Bytes.String()
		}
		a.t.Fatalf("%s: %v: %.500s", what, err, body)
	}
}

// got gives what a call answered and what there is to say about it; it is used as got[T](a, "what")(a.Issue.Get(…)).
func got[T any](a *atlassian, what string) func(T, *models.ResponseScheme, error) T {
	return func(v T, r *models.ResponseScheme, err error) T {
		a.t.Helper()
		a.done(what, r, err)
		return v
	}
}

func (a *atlassian) want(what string, is, want any) {
	a.t.Helper()
	if fmt.Sprint(is) != fmt.Sprint(want) {
		a.t.Errorf("%s is %v, want %v", what, is, want)
	}
}

func paragraph(text string) *models.CommentNodeScheme {
	return &models.CommentNodeScheme{Version: 1, Type: "doc", Content: []*models.CommentNodeScheme{{Type: "paragraph", Content: []*models.CommentNodeScheme{{Type: "text", Text: text}}}}}
}

// TestGoAtlassianLifeOfAnIssue goes through what a program written with go-atlassian does with issues.
func TestGoAtlassianLifeOfAnIssue(t *testing.T) {
	makeProject(t, "ATL", "Go Atlassian")
	a, ctx := goAtlassian(t), context.Background()
	made := got[*models.IssueResponseScheme](a, "create")(a.Issue.Create(ctx, &models.IssueScheme{Fields: &models.IssueFieldsScheme{Summary: "Leak", Project: &models.ProjectScheme{Key: "ATL"},
		IssueType: &models.IssueTypeScheme{Name: "Bug"}, Description: paragraph("It leaks"), Labels: []string{"water"}, Priority: &models.PriorityScheme{Name: "High"}}}, nil))
	bulk := got[*models.IssueBulkResponseScheme](a, "bulk create")(a.Issue.Creates(ctx, []*models.IssueBulkSchemeV3{
		{Payload: &models.IssueScheme{Fields: &models.IssueFieldsScheme{Summary: "Second", Project: &models.ProjectScheme{Key: "ATL"}, IssueType: &models.IssueTypeScheme{Name: "Task"}}}, CustomFields: &models.CustomFields{}},
	}))
	key, second := made.Key, bulk.Issues[0].Key

	a.done2("assign")(a.Issue.Assign(ctx, key, running.account))
	var ops models.UpdateOperations
	if err := ops.AddArrayOperation("labels", map[string]string{"pipes": "add", "water": "remove"}); err != nil {
		t.Fatal(err)
	}
	a.done2("update")(a.Issue.Update(ctx, key, true, &models.IssueScheme{Fields: &models.IssueFieldsScheme{Summary: "Leak in the cellar"}}, nil, &ops))
	moves := got[*models.IssueTransitionsScheme](a, "transitions")(a.Issue.Transitions(ctx, key))
	a.want("transitions", len(moves.Transitions), 3)
	for _, m := range moves.Transitions {
		if m.To.StatusCategory.Key == "done" {
			a.done2("move")(a.Issue.Move(ctx, key, m.ID, nil))
		}
	}
	issue := got[*models.IssueScheme](a, "get")(a.Issue.Get(ctx, key, []string{"*all"}, []string{"changelog", "renderedFields", "names", "transitions"}))
	f := issue.Fields
	a.want("summary", f.Summary, "Leak in the cellar")
	a.want("labels", f.Labels, "[pipes]")
	a.want("status", f.Status.Name, "Done")
	a.want("assignee", f.Assignee.AccountID, running.account)
	a.want("description", f.Description.Content[0].Content[0].Text, "It leaks")
	if f.Created == nil || time.Since(time.Time(*f.Created)) > time.Hour || f.Resolutiondate == nil {
		t.Errorf("created %v, resolved %v", f.Created, f.Resolutiondate)
	}
	if len(issue.Changelog.Histories) < 3 || len(issue.Changelog.Histories[0].Items) == 0 {
		t.Errorf("the changelog is %+v", issue.Changelog)
	}

	comment := got[*models.IssueCommentScheme](a, "comment")(a.Issue.Comment.Add(ctx, key, &models.CommentPayloadScheme{Body: paragraph("Seen")}, nil))
	comment = got[*models.IssueCommentScheme](a, "edit comment")(a.Issue.Comment.Update(ctx, key, comment.ID, &models.CommentPayloadScheme{Body: paragraph("Seen twice")}, nil))
	a.want("comment", comment.Body.Content[0].Content[0].Text, "Seen twice")
	a.want("comments", got[*models.IssueCommentPageScheme](a, "comments")(a.Issue.Comment.Gets(ctx, key, "-created", []string{"renderedBody"}, 0, 50)).Total, 1)
	a.done2("delete comment")(a.Issue.Comment.Delete(ctx, key, comment.ID))

	log := got[*models.IssueWorklogADFScheme](a, "work log")(a.Issue.Worklog.Add(ctx, key, &models.WorklogADFPayloadScheme{Comment: paragraph("Dug"), TimeSpent: "1h 30m", Started: "2031-01-02T03:04:05.000+0000"}, nil))
	a.want("seconds", log.TimeSpentSeconds, 5400)
	id := 0
	fmt.Sscan(log.ID, &id)
	a.want("work logs by id", len(got[[]*models.IssueWorklogADFScheme](a, "work logs")(a.Issue.Worklog.Gets(ctx, []int{id}, nil))), 1)
	a.want("work logs of the issue", got[*models.IssueWorklogADFPageScheme](a, "work logs")(a.Issue.Worklog.Issue(ctx, key, 0, 50, 0, nil)).Total, 1)
	updated := got[*models.ChangedWorklogPageScheme](a, "updated work logs")(a.Issue.Worklog.Updated(ctx, 0, nil))
	if !updated.LastPage || len(updated.Values) == 0 {
		t.Errorf("updated work logs: %+v", updated)
	}
	a.done2("delete work log")(a.Issue.Worklog.Delete(ctx, key, log.ID, nil))
	deleted := got[*models.ChangedWorklogPageScheme](a, "deleted work logs")(a.Issue.Worklog.Deleted(ctx, 0))
	if n := len(deleted.Values); n == 0 || deleted.Values[n-1].WorklogID != id {
		t.Errorf("deleted work logs: %+v", deleted)
	}

	a.done2("watch")(a.Issue.Watcher.Add(ctx, key))
	a.want("watchers", got[*models.IssueWatcherScheme](a, "watchers")(a.Issue.Watcher.Gets(ctx, key)).WatchCount, 1)
	a.done2("unwatch")(a.Issue.Watcher.Delete(ctx, key, running.account))
	a.done2("vote")(a.Issue.Vote.Add(ctx, second))
	a.want("votes", got[*models.IssueVoteScheme](a, "votes")(a.Issue.Vote.Gets(ctx, second)).Votes, 1)
	a.done2("take the vote back")(a.Issue.Vote.Delete(ctx, second))

	a.done2("link")(a.Issue.Link.Create(ctx, &models.LinkPayloadSchemeV3{Type: &models.LinkTypeScheme{Name: "Blocks"}, InwardIssue: &models.LinkedIssueScheme{Key: key}, OutwardIssue: &models.LinkedIssueScheme{Key: second}}))
	links := got[*models.IssueLinkPageScheme](a, "links")(a.Issue.Link.Gets(ctx, key))
	a.want("links", len(links.Fields.IssueLinks), 1)
	a.want("the link's type", got[*models.IssueLinkScheme](a, "link")(a.Issue.Link.Get(ctx, links.Fields.IssueLinks[0].ID)).Type.Outward, "blocks")
	a.done2("unlink")(a.Issue.Link.Delete(ctx, links.Fields.IssueLinks[0].ID))
	remote := got[*models.RemoteLinkIdentify](a, "remote link")(a.Issue.Link.Remote.Create(ctx, key, &models.RemoteLinkScheme{GlobalID: "x=1", Object: &models.RemoteLinkObjectScheme{URL: "https://example.com/1", Title: "One"}}))
	again := got[*models.RemoteLinkIdentify](a, "remote link again")(a.Issue.Link.Remote.Create(ctx, key, &models.RemoteLinkScheme{GlobalID: "x=1", Object: &models.RemoteLinkObjectScheme{URL: "https://example.com/1", Title: "Two"}}))
	a.want("the remote link of the same global id", again.ID, remote.ID)
	a.want("remote links", len(got[[]*models.RemoteLinkScheme](a, "remote links")(a.Issue.Link.Remote.Gets(ctx, key, ""))), 1)
	a.done2("delete remote link")(a.Issue.Link.Remote.DeleteByGlobalID(ctx, key, "x=1"))

	a.done2("set property")(a.Issue.Property.Set(ctx, key, "seen", map[string]any{"by": "us"}))
	a.want("properties", len(got[*models.PropertyPageScheme](a, "properties")(a.Issue.Property.Gets(ctx, key)).Keys), 1)
	a.want("property", got[*models.EntityPropertyScheme](a, "property")(a.Issue.Property.Get(ctx, key, "seen")).Key, "seen")
	a.done2("delete property")(a.Issue.Property.Delete(ctx, key, "seen"))

	files := got[[]*models.IssueAttachmentScheme](a, "attach")(a.Issue.Attachment.Add(ctx, key, "note.txt", strings.NewReader("hello")))
	a.want("size", files[0].Size, 5)
	a.want("attachment", got[*models.IssueAttachmentMetadataScheme](a, "attachment")(a.Issue.Attachment.Metadata(ctx, files[0].ID)).Filename, "note.txt")
	a.want("uploads", got[*models.AttachmentSettingScheme](a, "attachment settings")(a.Issue.Attachment.Settings(ctx)).Enabled, true)
	a.done2("delete attachment")(a.Issue.Attachment.Delete(ctx, files[0].ID))

	for what, meta := range map[string]func() (fmt.Stringer, *models.ResponseScheme, error){
		"editmeta": func() (fmt.Stringer, *models.ResponseScheme, error) {
			return a.Issue.Metadata.Get(ctx, key, false, false)
		},
		"createmeta": func() (fmt.Stringer, *models.ResponseScheme, error) {
			return a.Issue.Metadata.Create(ctx, &models.IssueMetadataCreateOptions{ProjectKeys: []string{"ATL"}, Expand: "projects.issuetypes.fields"})
		},
		"types of createmeta": func() (fmt.Stringer, *models.ResponseScheme, error) {
			return a.Issue.Metadata.FetchIssueMappings(ctx, "ATL", 0, 50)
		},
		"fields of createmeta": func() (fmt.Stringer, *models.ResponseScheme, error) {
			return a.Issue.Metadata.FetchFieldMappings(ctx, "ATL", "4", 0, 50)
		},
	} {
		v, r, err := meta()
		a.done(what, r, err)
		if !strings.Contains(v.String(), `"name"`) {
			t.Errorf("%s is %.200s", what, v)
		}
	}
	a.done2("delete")(a.Issue.Delete(ctx, second, true))
	if _, r, err := a.Issue.Get(ctx, second, nil, nil); err == nil || r.Code != 404 {
		t.Errorf("a deleted issue answers %v", r)
	}
}

// done2 is done for calls that answer nothing.
func (a *atlassian) done2(what string) func(*models.ResponseScheme, error) {
	return func(r *models.ResponseScheme, err error) {
		a.t.Helper()
		a.done(what, r, err)
	}
}

// TestGoAtlassianSearches: both generations of search, tokens, counts, queries checked.
func TestGoAtlassianSearches(t *testing.T) {
	makeProject(t, "ATS", "Go Atlassian searches")
	a, ctx := goAtlassian(t), context.Background()
	for n := range 5 {
		got[*models.IssueResponseScheme](a, "create")(a.Issue.Create(ctx, &models.IssueScheme{Fields: &models.IssueFieldsScheme{Summary: fmt.Sprint("Number ", n), Project: &models.ProjectScheme{Key: "ATS"}, IssueType: &models.IssueTypeScheme{Name: "Task"}}}, nil))
	}
	const jql = "project = ATS ORDER BY created DESC"
	a.want("total", got[*models.IssueSearchScheme](a, "GET search")(a.Issue.Search.Get(ctx, jql, []string{"summary"}, nil, 0, 2, "strict")).Total, 5)
	a.want("issues", len(got[*models.IssueSearchScheme](a, "POST search")(a.Issue.Search.Post(ctx, jql, []string{"summary"}, []string{"changelog"}, 3, 50, "")).Issues), 2)
	seen, token := 0, ""
	for range 5 {
		page := got[*models.IssueSearchJQLScheme](a, "search/jql")(a.Issue.Search.SearchJQL(ctx, jql, []string{"summary", "status"}, nil, 2, token))
		seen += len(page.Issues)
		if token = page.NextPageToken; token == "" {
			break
		}
	}
	a.want("issues on all pages", seen, 5)
	a.want("count", got[*models.IssueSearchApproximateCountScheme](a, "count")(a.Issue.Search.ApproximateCount(ctx, jql)).Count, 5)
	a.want("fetched", len(got[*models.IssueBulkFetchScheme](a, "bulk fetch")(a.Issue.Search.BulkFetch(ctx, []string{"ATS-1", "ATS-2", "ATS-99"}, []string{"summary"})).Issues), 2)
	parsed := got[*models.ParsedQueryPageScheme](a, "parse")(a.JQL.Parse(ctx, "strict", []string{jql, "nothing ="}))
	if len(parsed.Queries) != 2 || len(parsed.Queries[0].Errors) != 0 || len(parsed.Queries[1].Errors) == 0 {
		t.Errorf("parsed: %+v", parsed)
	}
}

// TestGoAtlassianConfiguration: projects with their parts, people, filters, permissions, everything that is listed.
func TestGoAtlassianConfiguration(t *testing.T) {
	a, ctx := goAtlassian(t), context.Background()
	project := got[*models.NewProjectCreatedScheme](a, "create project")(a.Project.Create(ctx, &models.ProjectPayloadScheme{Key: "ATP", Name: "Go Atlassian projects", ProjectTypeKey: "software", LeadAccountID: running.account,
		ProjectTemplateKey: "com.pyxis.greenhopper.jira:gh-simplified-scrum-classic", AssigneeType: "UNASSIGNED"}))
	whole := got[*models.ProjectScheme](a, "project")(a.Project.Get(ctx, "ATP", []string{"description", "lead", "issueTypes", "url", "projectKeys"}))
	var types []string
	for _, typ := range whole.IssueTypes {
		types = append(types, typ.Name)
	}
	for _, name := range []string{"Epic", "Story", "Task", "Bug", "Sub-task"} {
		if !strings.Contains(strings.Join(types, ","), name) {
			t.Errorf("the template brings %v and not %s", types, name)
		}
	}
	statuses := got[[]*models.ProjectStatusPageScheme](a, "statuses")(a.Project.Statuses(ctx, "ATP"))
	var names []string
	for _, s := range statuses[0].Statuses {
		names = append(names, s.Name)
	}
	a.want("the workflow", names, "[To Do In Progress Done]")
	a.want("projects found", got[*models.ProjectSearchScheme](a, "search projects")(a.Project.Search(ctx, &models.ProjectSearchOptionsScheme{Query: "ATP"}, 0, 10)).Total, 1)
	component := got[*models.ComponentScheme](a, "component")(a.Project.Component.Create(ctx, &models.ComponentPayloadScheme{Project: "ATP", Name: "Pump", LeadAccountID: running.account}))
	a.want("components", len(got[[]*models.ComponentScheme](a, "components")(a.Project.Component.Gets(ctx, "ATP"))), 1)
	a.want("issues of the component", got[*models.ComponentCountScheme](a, "component's issues")(a.Project.Component.Count(ctx, component.ID)).IssueCount, 0)
	a.done2("delete component")(a.Project.Component.Delete(ctx, component.ID))
	version := got[*models.VersionScheme](a, "version")(a.Project.Version.Create(ctx, &models.VersionPayloadScheme{ProjectID: project.ID, Name: "1.0", ReleaseDate: "2031-02-03"}))
	a.want("released", got[*models.VersionScheme](a, "release")(a.Project.Version.Update(ctx, version.ID, &models.VersionPayloadScheme{Name: "1.0", Released: true})).Released, true)
	a.want("versions", got[*models.VersionPageScheme](a, "versions")(a.Project.Version.Search(ctx, "ATP", nil, 0, 10)).Total, 1)
	got[*models.VersionUnresolvedIssuesCountScheme](a, "unresolved")(a.Project.Version.UnresolvedIssueCount(ctx, version.ID))
	a.want("name", got[*models.ProjectScheme](a, "rename")(a.Project.Update(ctx, "ATP", &models.ProjectUpdateScheme{Name: "Renamed"})).Name, "Renamed")

	a.want("me", got[*models.UserScheme](a, "me")(a.MySelf.Details(ctx, []string{"groups"})).AccountID, running.account)
	a.want("user", got[*models.UserScheme](a, "user")(a.User.Get(ctx, running.account, nil)).EmailAddress, email)
	a.want("people found", len(got[[]*models.UserScheme](a, "people")(a.User.Search.Do(ctx, "", "ann", 0, 10))), 1)
	a.want("assignable people", len(got[[]*models.UserScheme](a, "assignable")(a.User.Search.Projects(ctx, "", []string{"ATP"}, 0, 10))), 1)
	a.want("deployment", got[*models.ServerInformationScheme](a, "server")(a.Server.Info(ctx)).DeploymentType, "Cloud")

	got[[]*models.PermissionScheme](a, "permissions")(a.Permission.Gets(ctx))
	grants := got[*models.PermissionGrantsScheme](a, "check")(a.Permission.Check(ctx, &models.PermissionCheckPayload{GlobalPermissions: []string{"ADMINISTER"}, ProjectPermissions: []*models.BulkProjectPermissionsScheme{{Issues: []int{}, Projects: []int{project.ID}, Permissions: []string{"EDIT_ISSUES"}}}}))
	a.want("granted", fmt.Sprint(grants.GlobalPermissions, grants.ProjectPermissions[0].Projects), fmt.Sprint([]string{"ADMINISTER"}, []int{project.ID}))
	if len(got[*models.PermittedProjectsScheme](a, "permitted")(a.Permission.Projects(ctx, []string{"EDIT_ISSUES"})).Projects) == 0 {
		t.Error("no project is permitted")
	}

	filter := got[*models.FilterScheme](a, "filter")(a.Filter.Create(ctx, &models.FilterPayloadScheme{Name: "ATP open", JQL: "project = ATP AND statusCategory != Done", Favorite: true}))
	id := 0
	fmt.Sscan(filter.ID, &id)
	a.want("filters found", got[*models.FilterSearchPageScheme](a, "search filters")(a.Filter.Search(ctx, &models.FilterSearchOptionScheme{Name: "ATP open"}, 0, 10)).Total, 1)
	got[[]*models.FilterScheme](a, "favourites")(a.Filter.Favorite(ctx))
	got[[]*models.FilterScheme](a, "my filters")(a.Filter.My(ctx, true, nil))
	shares := got[[]*models.SharePermissionScheme](a, "share")(a.Filter.Share.Add(ctx, id, &models.PermissionFilterPayloadScheme{Type: "project", ProjectID: fmt.Sprint(project.ID)}))
	a.done2("unshare")(a.Filter.Share.Delete(ctx, id, shares[0].ID))
	if status, _, body := call(t, "DELETE", "/rest/api/3/filter/"+filter.ID, ""); status != 204 { // the client sends this request twice
		t.Errorf("delete filter: %d %s", status, body)
	}

	got[[]*models.IssueFieldScheme](a, "fields")(a.Issue.Field.Gets(ctx))
	got[*models.IssueFieldScheme](a, "custom field")(a.Issue.Field.Create(ctx, &models.CustomFieldScheme{Name: "Pressure", FieldType: "com.atlassian.jira.plugin.system.customfieldtypes:float", SearcherKey: "com.atlassian.jira.plugin.system.customfieldtypes:exactnumber"}))
	got[[]*models.IssueTypeScheme](a, "types")(a.Issue.Type.Gets(ctx))
	got[[]*models.PriorityScheme](a, "priorities")(a.Issue.Priority.Gets(ctx))
	got[[]*models.ResolutionScheme](a, "resolutions")(a.Issue.Resolution.Gets(ctx))
	got[*models.IssueLabelsScheme](a, "labels")(a.Issue.Label.Gets(ctx, 0, 10))
	got[*models.IssueLinkTypeSearchScheme](a, "link types")(a.Issue.Link.Type.Gets(ctx))
	got[[]*models.StatusDetailScheme](a, "statuses")(a.Workflow.Status.Bulk(ctx))
	got[*models.WorkflowStatusDetailPageScheme](a, "search statuses")(a.Workflow.Status.Search(ctx, &models.WorkflowStatusSearchParams{}, 0, 10))
	a.done2("delete project")(a.Project.Delete(ctx, "ATP", true))
	got[*models.ProjectScheme](a, "restore project")(a.Project.Restore(ctx, "ATP"))
}
