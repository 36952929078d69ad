//go:build slow

package compat

import (
	"testing"

	"github.com/ankitpokhrel/jira-cli/pkg/jira"
)

// TestJiraCLI goes through the library of jira-cli, the command line tool, in the order of its commands.
func TestJiraCLI(t *testing.T) {
	makeProject(t, "CLI", "Jira CLI")
	auth := jira.AuthTypeBasic
	c := jira.NewClient(jira.Config{Server: running.base, Login: email, APIToken: running.token, AuthType: &auth})
	no := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	me, err := c.Me()
	no("me", err)
	if me.Name != "Ann Sieber" || me.Email != email {
		t.Errorf("me: %+v", me)
	}
	info, err := c.ServerInfo()
	no("serverinfo", err)
	if info.DeploymentType != "Cloud" || len(info.VersionNumbers) != 3 {
		t.Errorf("server: %+v", info)
	}
	projects, err := c.Project()
	no("project list", err)
	if len(projects) == 0 || projects[0].Lead.Name == "" {
		t.Errorf("projects: %+v", projects)
	}
	fields, err := c.GetField()
	no("fields", err)
	if len(fields) < 10 {
		t.Errorf("%d fields", len(fields))
	}
	meta, err := c.GetCreateMeta(&jira.CreateMetaRequest{Projects: "CLI", Expand: "projects.issuetypes.fields"})
	no("createmeta", err)
	if len(meta.Projects) != 1 || len(meta.Projects[0].IssueTypes) < 5 {
		t.Errorf("createmeta: %+v", meta)
	}

	one, err := c.CreateV2(&jira.CreateRequest{Project: "CLI", IssueType: "Bug", Summary: "One", Body: "*bold* text", Priority: "High", Labels: []string{"a"}})
	no("issue create", err)
	two, err := c.CreateV2(&jira.CreateRequest{Project: "CLI", IssueType: "Task", Summary: "Two"})
	no("issue create", err)
	sub, err := c.CreateV2(&jira.CreateRequest{Project: "CLI", IssueType: "Sub-task", Summary: "Part", ParentIssueKey: one.Key, SubtaskField: "Sub-task"})
	no("issue create of a sub-task", err)
	no("issue edit", c.Edit(one.Key, &jira.EditRequest{Summary: "One, edited", Priority: "Low", Labels: []string{"b", "-a"}, Body: "h1. Title"}))
	people, err := c.UserSearch(&jira.UserSearchOptions{Project: "CLI", Query: "ann", MaxResults: 100})
	no("people", err)
	if len(people) != 1 || people[0].AccountID != running.account {
		t.Errorf("people: %+v", people)
	}
	no("issue assign", c.AssignIssue(one.Key, running.account))
	no("issue assign default", c.AssignIssue(one.Key, jira.AssigneeDefault))
	no("issue assign x", c.AssignIssue(one.Key, jira.AssigneeNone))
	moves, err := c.Transitions(one.Key)
	no("transitions", err)
	for _, m := range moves {
		if !m.IsAvailable {
			t.Errorf("%s is not available", m.Name)
		}
		if m.Name == "In Progress" {
			status, err := c.Transition(one.Key, &jira.TransitionRequest{Transition: &jira.TransitionRequestData{ID: m.ID.String(), Name: m.Name}})
			no("issue move", err)
			if status != 204 {
				t.Errorf("a move answers %d", status)
			}
		}
	}
	types, err := c.GetIssueLinkTypes()
	no("link types", err)
	if len(types) < 4 {
		t.Errorf("%d link types", len(types))
	}
	no("issue link", c.LinkIssue(one.Key, two.Key, "Blocks"))
	link, err := c.GetLinkID(one.Key, two.Key)
	no("find link", err)
	no("issue link remote", c.RemoteLinkIssue(one.Key, "Docs", "https://example.com/docs"))
	no("issue comment add", c.AddIssueComment(one.Key, "Hello *you*", false))
	no("issue comment add --internal", c.AddIssueComment(one.Key, "among us", true))
	no("issue worklog add", c.AddIssueWorklog(one.Key, "", "1h 10m", "digging", "2h"))
	no("issue watch", c.WatchIssue(one.Key, running.account))
	seen, err := c.GetIssue(one.Key)
	no("issue view", err)
	if f := seen.Fields; f.Summary != "One, edited" || f.Status.Name != "In Progress" || f.Priority.Name != "Low" || len(f.Labels) != 1 || f.Labels[0] != "b" || f.Comment.Total != 2 || len(f.IssueLinks) != 1 || len(f.Subtasks) != 1 || f.Watches.WatchCount != 1 {
		t.Errorf("the issue is %+v", f)
	}
	found, err := c.Search(`project="CLI" AND status IN ("In Progress") ORDER BY created DESC`, 100)
	no("issue list", err)
	if len(found.Issues) != 1 || !found.IsLast {
		t.Errorf("found %+v", found)
	}
	no("issue unlink", c.UnlinkIssue(link))
	if _, err := c.Release("CLI"); err != nil {
		t.Errorf("release list: %v", err)
	}
	if err := c.DeleteIssue(one.Key, false); err == nil {
		t.Errorf("%s was deleted under its sub-task %s", one.Key, sub.Key)
	}
	no("issue delete --cascade", c.DeleteIssue(one.Key, true))
	if _, err := c.GetIssue(sub.Key); err == nil {
		t.Errorf("the sub-task %s outlives its issue", sub.Key)
	}
}
