//go:build slow

package compat

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// spec is a published OpenAPI document, as far as answers are checked against it.
type spec struct {
	Paths      map[string]map[string]json.RawMessage
	Components struct{ Schemas map[string]*schema }
}

// schema is the part of JSON schema that the vendor's documents use.
type schema struct {
	Ref        string `json:"$ref"`
	Type       string
	Format     string
	Enum       []any
	Required   []string
	Properties map[string]*schema
	Items      *schema
	AllOf      []*schema
	OneOf      []*schema
	AnyOf      []*schema
	Additional json.RawMessage `json:"additionalProperties"`
	Nullable   bool
}

func loadSpec(t *testing.T) *spec {
	t.Helper()
	path, err := filepath.Abs("../../shared/specs/jira-platform-v3.2026-03.json")
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Skip("skipped: the published specification is not on this machine")
	}
	var s spec
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	return &s
}

// answer gives the schema of an operation's answer, nil when the document has none.
func (s *spec) answer(t *testing.T, method, path string, status int) *schema {
	t.Helper()
	raw, ok := s.Paths[path][strings.ToLower(method)]
	if !ok {
		t.Fatalf("the specification has no %s %s", method, path)
	}
	var op struct {
		Responses map[string]struct {
			Content map[string]struct{ Schema *schema }
		}
	}
	if err := json.Unmarshal(raw, &op); err != nil {
		t.Fatal(err)
	}
	return op.Responses[strconv.Itoa(status)].Content["application/json"].Schema
}

// check compares a value with a schema and gives what does not fit. Fields that the document does not know are passed over: the
// vendor sends such too.
func (s *spec) check(v any, sc *schema, at string) []string {
	if sc == nil {
		return nil
	}
	if sc.Ref != "" {
		return s.check(v, s.Components.Schemas[sc.Ref[strings.LastIndexByte(sc.Ref, '/')+1:]], at)
	}
	var wrong []string
	for _, part := range sc.AllOf {
		wrong = append(wrong, s.check(v, part, at)...)
	}
	if choices := append(slices.Clone(sc.OneOf), sc.AnyOf...); len(choices) > 0 {
		var all []string
		for _, c := range choices {
			w := s.check(v, c, at)
			if len(w) == 0 {
				return wrong
			}
			all = append(all, w...)
		}
		return append(wrong, at+" fits none of the choices: "+strings.Join(all, "; "))
	}
	if v == nil {
		return wrong // the documents hardly ever say nullable, and the vendor sends null
	}
	if len(sc.Enum) > 0 && !slices.ContainsFunc(sc.Enum, func(e any) bool { return fmt.Sprint(e) == fmt.Sprint(v) }) {
		wrong = append(wrong, fmt.Sprintf("%s is %v, one of %v is expected", at, v, sc.Enum))
	}
	return append(wrong, s.checkType(v, sc, at)...)
}

func (s *spec) checkType(v any, sc *schema, at string) (wrong []string) {
	mismatch := func() []string { return []string{fmt.Sprintf("%s is %T, %s is expected", at, v, sc.Type)} }
	switch sc.Type {
	case "string":
		if _, ok := v.(string); !ok {
			return mismatch()
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return mismatch()
		}
	case "integer", "number":
		n, ok := v.(json.Number)
		if !ok || sc.Type == "integer" && strings.ContainsAny(n.String(), ".eE") {
			return mismatch()
		}
	case "array":
		list, ok := v.([]any)
		if !ok {
			return mismatch()
		}
		for i, e := range list {
			wrong = append(wrong, s.check(e, sc.Items, fmt.Sprintf("%s[%d]", at, i))...)
		}
	case "object", "":
		o, ok := v.(map[string]any)
		if !ok {
			if sc.Type == "object" {
				return mismatch()
			}
			return nil
		}
		for _, name := range sc.Required {
			if _, there := o[name]; !there {
				wrong = append(wrong, at+" lacks "+name)
			}
		}
		for name, p := range sc.Properties {
			if inner, there := o[name]; there {
				wrong = append(wrong, s.check(inner, p, at+"."+name)...)
			}
		}
	}
	return wrong
}

// TestAnswersFitThePublishedSchemas makes a small site and compares what every operation answers with its published schema.
func TestAnswersFitThePublishedSchemas(t *testing.T) {
	s := loadSpec(t)
	makeProject(t, "SPEC", "Specification")
	_, _, project := call(t, "GET", "/rest/api/3/project/SPEC", "")
	var p struct{ ID string }
	if err := json.Unmarshal([]byte(project), &p); err != nil {
		t.Fatal(err)
	}
	vars := map[string]string{"KEY": "SPEC", "PROJECT": p.ID, "ME": running.account}
	doc := `{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"x"}]}]}`
	steps := []struct {
		method, spec, path, body string
		status                   int
		keep                     string // name under which the id of the answer is kept
	}{
		{"GET", "/rest/api/3/serverInfo", "", "", 200, ""},
		{"GET", "/rest/api/3/myself", "/rest/api/3/myself?expand=groups,applicationRoles", "", 200, ""},
		{"GET", "/rest/api/3/user", "/rest/api/3/user?accountId=ME", "", 200, ""},
		{"GET", "/rest/api/3/user/search", "/rest/api/3/user/search?query=ann", "", 200, ""},
		{"GET", "/rest/api/3/users/search", "", "", 200, ""},
		{"GET", "/rest/api/3/user/assignable/search", "/rest/api/3/user/assignable/search?project=KEY", "", 200, ""},
		{"GET", "/rest/api/3/user/assignable/multiProjectSearch", "/rest/api/3/user/assignable/multiProjectSearch?projectKeys=KEY&query=a", "", 200, ""},
		{"GET", "/rest/api/3/user/viewissue/search", "/rest/api/3/user/viewissue/search?projectKey=KEY&query=a", "", 200, ""},
		{"GET", "/rest/api/3/user/picker", "/rest/api/3/user/picker?query=a", "", 200, ""},
		{"GET", "/rest/api/3/user/bulk", "/rest/api/3/user/bulk?accountId=ME", "", 200, ""},
		{"GET", "/rest/api/3/user/groups", "/rest/api/3/user/groups?accountId=ME", "", 200, ""},
		{"GET", "/rest/api/3/project", "", "", 200, ""},
		{"GET", "/rest/api/3/project/search", "/rest/api/3/project/search?expand=lead,description,issueTypes,url,projectKeys,insight", "", 200, ""},
		{"GET", "/rest/api/3/project/{projectIdOrKey}", "/rest/api/3/project/KEY", "", 200, ""},
		{"GET", "/rest/api/3/project/{projectIdOrKey}/statuses", "/rest/api/3/project/KEY/statuses", "", 200, ""},
		{"GET", "/rest/api/3/project/type", "", "", 200, ""},
		{"GET", "/rest/api/3/projectvalidate/key", "/rest/api/3/projectvalidate/key?key=KEY", "", 200, ""},
		{"POST", "/rest/api/3/component", "", `{"name":"Valves","project":"KEY","leadAccountId":"ME","assigneeType":"PROJECT_LEAD"}`, 201, "COMPONENT"},
		{"GET", "/rest/api/3/component/{id}", "/rest/api/3/component/COMPONENT", "", 200, ""},
		{"GET", "/rest/api/3/component/{id}/relatedIssueCounts", "/rest/api/3/component/COMPONENT/relatedIssueCounts", "", 200, ""},
		{"GET", "/rest/api/3/project/{projectIdOrKey}/components", "/rest/api/3/project/KEY/components", "", 200, ""},
		{"GET", "/rest/api/3/project/{projectIdOrKey}/component", "/rest/api/3/project/KEY/component", "", 200, ""},
		{"POST", "/rest/api/3/version", "", `{"name":"1.0","projectId":PROJECT,"releaseDate":"2031-01-01"}`, 201, "VERSION"},
		{"GET", "/rest/api/3/version/{id}", "/rest/api/3/version/VERSION", "", 200, ""},
		{"PUT", "/rest/api/3/version/{id}", "/rest/api/3/version/VERSION", `{"released":true}`, 200, ""},
		{"GET", "/rest/api/3/version/{id}/relatedIssueCounts", "/rest/api/3/version/VERSION/relatedIssueCounts", "", 200, ""},
		{"GET", "/rest/api/3/version/{id}/unresolvedIssueCount", "/rest/api/3/version/VERSION/unresolvedIssueCount", "", 200, ""},
		{"GET", "/rest/api/3/project/{projectIdOrKey}/versions", "/rest/api/3/project/KEY/versions", "", 200, ""},
		{"GET", "/rest/api/3/project/{projectIdOrKey}/version", "/rest/api/3/project/KEY/version", "", 200, ""},
		{"POST", "/rest/api/3/issue", "", `{"fields":{"project":{"key":"KEY"},"issuetype":{"name":"Bug"},"summary":"One","description":` + doc + `,"labels":["a"],"components":[{"name":"Valves"}],"fixVersions":[{"name":"1.0"}]}}`, 201, "ISSUE"},
		{"POST", "/rest/api/3/issue/bulk", "", `{"issueUpdates":[{"fields":{"project":{"key":"KEY"},"issuetype":{"name":"Task"},"summary":"Two"}}]}`, 201, ""},
		{"GET", "/rest/api/3/issue/{issueIdOrKey}", "/rest/api/3/issue/ISSUE?expand=renderedFields,names,schema,transitions,operations,editmeta,changelog", "", 200, ""},
		{"GET", "/rest/api/3/issue/{issueIdOrKey}/transitions", "/rest/api/3/issue/ISSUE/transitions?expand=transitions.fields", "", 200, ""},
		{"GET", "/rest/api/3/issue/{issueIdOrKey}/editmeta", "/rest/api/3/issue/ISSUE/editmeta", "", 200, ""},
		{"POST", "/rest/api/3/issue/{issueIdOrKey}/comment", "/rest/api/3/issue/ISSUE/comment", `{"body":` + doc + `}`, 201, "COMMENT"},
		{"GET", "/rest/api/3/issue/{issueIdOrKey}/comment", "/rest/api/3/issue/ISSUE/comment", "", 200, ""},
		{"GET", "/rest/api/3/issue/{issueIdOrKey}/comment/{id}", "/rest/api/3/issue/ISSUE/comment/COMMENT", "", 200, ""},
		{"POST", "/rest/api/3/issue/{issueIdOrKey}/worklog", "/rest/api/3/issue/ISSUE/worklog", `{"timeSpentSeconds":3600,"comment":` + doc + `}`, 201, "WORKLOG"},
		{"GET", "/rest/api/3/issue/{issueIdOrKey}/worklog", "/rest/api/3/issue/ISSUE/worklog", "", 200, ""},
		{"GET", "/rest/api/3/issue/{issueIdOrKey}/worklog/{id}", "/rest/api/3/issue/ISSUE/worklog/WORKLOG", "", 200, ""},
		{"PUT", "/rest/api/3/issue/{issueIdOrKey}/worklog/{id}", "/rest/api/3/issue/ISSUE/worklog/WORKLOG", `{"timeSpent":"2h"}`, 200, ""},
		{"PUT", "/rest/api/3/issue/{issueIdOrKey}/worklog/{worklogId}/properties/{propertyKey}", "/rest/api/3/issue/ISSUE/worklog/WORKLOG/properties/p", `{"a":1}`, 201, ""},
		{"PUT", "/rest/api/3/issue/{issueIdOrKey}/worklog/{worklogId}/properties/{propertyKey}", "/rest/api/3/issue/ISSUE/worklog/WORKLOG/properties/p", `{"a":2}`, 200, ""},
		{"GET", "/rest/api/3/issue/{issueIdOrKey}/worklog/{worklogId}/properties", "/rest/api/3/issue/ISSUE/worklog/WORKLOG/properties", "", 200, ""},
		{"GET", "/rest/api/3/issue/{issueIdOrKey}/worklog/{worklogId}/properties/{propertyKey}", "/rest/api/3/issue/ISSUE/worklog/WORKLOG/properties/p", "", 200, ""},
		{"DELETE", "/rest/api/3/issue/{issueIdOrKey}/worklog/{worklogId}/properties/{propertyKey}", "/rest/api/3/issue/ISSUE/worklog/WORKLOG/properties/p", "", 204, ""},
		{"GET", "/rest/api/3/worklog/updated", "/rest/api/3/worklog/updated?since=0", "", 200, ""},
		{"GET", "/rest/api/3/worklog/deleted", "/rest/api/3/worklog/deleted?since=0", "", 200, ""},
		{"POST", "/rest/api/3/worklog/list", "", `{"ids":[WORKLOG]}`, 200, ""},
		{"POST", "/rest/api/3/comment/list", "/rest/api/3/comment/list?expand=renderedBody", `{"ids":[COMMENT]}`, 200, ""},
		{"PUT", "/rest/api/3/issue/{issueIdOrKey}/comment/{id}", "/rest/api/3/issue/ISSUE/comment/COMMENT", `{"body":` + doc + `}`, 200, ""},
		{"PUT", "/rest/api/3/comment/{commentId}/properties/{propertyKey}", "/rest/api/3/comment/COMMENT/properties/p", `"x"`, 201, ""},
		{"GET", "/rest/api/3/comment/{commentId}/properties", "/rest/api/3/comment/COMMENT/properties", "", 200, ""},
		{"GET", "/rest/api/3/comment/{commentId}/properties/{propertyKey}", "/rest/api/3/comment/COMMENT/properties/p", "", 200, ""},
		{"DELETE", "/rest/api/3/comment/{commentId}/properties/{propertyKey}", "/rest/api/3/comment/COMMENT/properties/p", "", 204, ""},
		{"PUT", "/rest/api/3/issue/{issueIdOrKey}", "/rest/api/3/issue/ISSUE", `{"fields":{"summary":"One, edited"},"update":{"labels":[{"add":"b"}]}}`, 204, ""},
		{"PUT", "/rest/api/3/issue/{issueIdOrKey}", "/rest/api/3/issue/ISSUE?returnIssue=true", `{"fields":{"summary":"One, edited again"}}`, 200, ""},
		{"PUT", "/rest/api/3/issue/{issueIdOrKey}/assignee", "/rest/api/3/issue/ISSUE/assignee", `{"accountId":"ME"}`, 204, ""},
		{"POST", "/rest/api/3/issue/{issueIdOrKey}/transitions", "/rest/api/3/issue/ISSUE/transitions", `{"transition":{"id":"21"},"fields":{}}`, 204, ""},
		{"POST", "/rest/api/3/issue/{issueIdOrKey}/watchers", "/rest/api/3/issue/ISSUE/watchers", `"ME"`, 204, ""},
		{"POST", "/rest/api/3/issue/watching", "", `{"issueIds":["ISSUE"]}`, 200, ""},
		{"POST", "/rest/api/3/issue/{issueIdOrKey}/votes", "/rest/api/3/issue/ISSUE/votes", "", 204, ""},
		{"PUT", "/rest/api/3/issue/{issueIdOrKey}/properties/{propertyKey}", "/rest/api/3/issue/ISSUE/properties/p", `{"a":1}`, 201, ""},
		{"GET", "/rest/api/3/issue/{issueIdOrKey}/properties/{propertyKey}", "/rest/api/3/issue/ISSUE/properties/p", "", 200, ""},
		{"GET", "/rest/api/3/issue/{issueIdOrKey}/watchers", "/rest/api/3/issue/ISSUE/watchers", "", 200, ""},
		{"GET", "/rest/api/3/issue/{issueIdOrKey}/votes", "/rest/api/3/issue/ISSUE/votes", "", 200, ""},
		{"POST", "/rest/api/3/issue/{issueIdOrKey}/remotelink", "/rest/api/3/issue/ISSUE/remotelink", `{"globalId":"g","object":{"url":"https://example.com","title":"t"}}`, 201, "REMOTE"},
		{"GET", "/rest/api/3/issue/{issueIdOrKey}/remotelink/{linkId}", "/rest/api/3/issue/ISSUE/remotelink/REMOTE", "", 200, ""},
		{"POST", "/rest/api/3/issue/{issueIdOrKey}/remotelink", "/rest/api/3/issue/ISSUE/remotelink", `{"globalId":"g","object":{"url":"https://example.com","title":"t, edited"}}`, 200, ""},
		{"GET", "/rest/api/3/issue/{issueIdOrKey}/remotelink", "/rest/api/3/issue/ISSUE/remotelink?globalId=g", "", 200, ""},
		{"PUT", "/rest/api/3/issue/{issueIdOrKey}/remotelink/{linkId}", "/rest/api/3/issue/ISSUE/remotelink/REMOTE", `{"object":{"url":"https://example.com","title":"u"}}`, 204, ""},
		{"DELETE", "/rest/api/3/issue/{issueIdOrKey}/remotelink", "/rest/api/3/issue/ISSUE/remotelink?globalId=g", "", 204, ""},
		{"GET", "/rest/api/3/issue/{issueIdOrKey}/changelog", "/rest/api/3/issue/ISSUE/changelog", "", 200, ""},
		{"POST", "/rest/api/3/changelog/bulkfetch", "", `{"issueIdsOrKeys":["ISSUE"],"fieldIds":["status","summary"],"maxResults":1}`, 200, ""},
		{"POST", "/rest/api/3/issue/{issueIdOrKey}/changelog/list", "/rest/api/3/issue/ISSUE/changelog/list", `{"changelogIds":[1]}`, 200, ""},
		{"GET", "/rest/api/3/issue/{issueIdOrKey}/properties", "/rest/api/3/issue/ISSUE/properties", "", 200, ""},
		{"GET", "/rest/api/3/search", "/rest/api/3/search?jql=project=KEY&expand=names,schema", "", 200, ""},
		{"POST", "/rest/api/3/search", "", `{"jql":"project=KEY"}`, 200, ""},
		{"GET", "/rest/api/3/search/jql", "/rest/api/3/search/jql?jql=project=KEY&fields=*all", "", 200, ""},
		{"POST", "/rest/api/3/search/jql", "", `{"jql":"project=KEY","fields":["summary"]}`, 200, ""},
		{"POST", "/rest/api/3/search/approximate-count", "", `{"jql":"project=KEY"}`, 200, ""},
		{"POST", "/rest/api/3/issue/bulkfetch", "", `{"issueIdsOrKeys":["ISSUE","NONE-1"]}`, 200, ""},
		{"POST", "/rest/api/3/jql/match", "", `{"issueIds":[ISSUE],"jqls":["project=KEY"]}`, 200, ""},
		{"POST", "/rest/api/3/jql/parse", "", `{"queries":["project = KEY AND (status was Done by currentUser() OR labels in (a, b)) AND NOT summary ~ x AND status changed ORDER BY created DESC","broken ="]}`, 200, ""},
		{"GET", "/rest/api/3/jql/autocompletedata", "", "", 200, ""},
		{"GET", "/rest/api/3/jql/autocompletedata/suggestions", "/rest/api/3/jql/autocompletedata/suggestions?fieldName=status&fieldValue=d", "", 200, ""},
		{"GET", "/rest/api/3/issue/picker", "/rest/api/3/issue/picker?query=One", "", 200, ""},
		{"GET", "/rest/api/3/issue/createmeta", "/rest/api/3/issue/createmeta?projectKeys=KEY&expand=projects.issuetypes.fields", "", 200, ""},
		{"GET", "/rest/api/3/issue/createmeta/{projectIdOrKey}/issuetypes", "/rest/api/3/issue/createmeta/KEY/issuetypes", "", 200, ""},
		{"GET", "/rest/api/3/issue/createmeta/{projectIdOrKey}/issuetypes/{issueTypeId}", "/rest/api/3/issue/createmeta/KEY/issuetypes/4", "", 200, ""},
		{"GET", "/rest/api/3/field", "", "", 200, ""},
		{"GET", "/rest/api/3/field/search", "", "", 200, ""},
		{"GET", "/rest/api/3/issuetype", "", "", 200, ""},
		{"GET", "/rest/api/3/issuetype/{id}", "/rest/api/3/issuetype/4", "", 200, ""},
		{"GET", "/rest/api/3/priority", "", "", 200, ""},
		{"GET", "/rest/api/3/priority/search", "", "", 200, ""},
		{"GET", "/rest/api/3/resolution", "", "", 200, ""},
		{"GET", "/rest/api/3/resolution/search", "", "", 200, ""},
		{"GET", "/rest/api/3/status", "", "", 200, ""},
		{"GET", "/rest/api/3/status/{idOrName}", "/rest/api/3/status/Done", "", 200, ""},
		{"GET", "/rest/api/3/statuses/search", "", "", 200, ""},
		{"GET", "/rest/api/3/statuscategory", "", "", 200, ""},
		{"GET", "/rest/api/3/label", "", "", 200, ""},
		{"GET", "/rest/api/3/issueLinkType", "", "", 200, ""},
		{"POST", "/rest/api/3/issueLinkType", "", `{"name":"Feeds","inward":"is fed by","outward":"feeds"}`, 201, "LINKTYPE"},
		{"GET", "/rest/api/3/issueLinkType/{issueLinkTypeId}", "/rest/api/3/issueLinkType/LINKTYPE", "", 200, ""},
		{"PUT", "/rest/api/3/issueLinkType/{issueLinkTypeId}", "/rest/api/3/issueLinkType/LINKTYPE", `{"name":"Nourishes"}`, 200, ""},
		{"DELETE", "/rest/api/3/issueLinkType/{issueLinkTypeId}", "/rest/api/3/issueLinkType/LINKTYPE", "", 204, ""},
		{"GET", "/rest/api/3/permissions", "", "", 200, ""},
		{"GET", "/rest/api/3/mypermissions", "/rest/api/3/mypermissions?permissions=BROWSE_PROJECTS,EDIT_ISSUES", "", 200, ""},
		{"POST", "/rest/api/3/permissions/project", "", `{"permissions":["BROWSE_PROJECTS"]}`, 200, ""},
		{"POST", "/rest/api/3/permissions/check", "", `{"globalPermissions":["ADMINISTER"],"projectPermissions":[{"permissions":["EDIT_ISSUES"],"projects":[PROJECT],"issues":[ISSUE]}]}`, 200, ""},
		{"POST", "/rest/api/3/filter", "", `{"name":"Mine","jql":"project=KEY","sharePermissions":[{"type":"authenticated"}]}`, 200, "FILTER"},
		{"GET", "/rest/api/3/filter/{id}", "/rest/api/3/filter/FILTER", "", 200, ""},
		{"GET", "/rest/api/3/filter/my", "", "", 200, ""},
		{"PUT", "/rest/api/3/filter/{id}", "/rest/api/3/filter/FILTER", `{"name":"Mine","jql":"project=KEY ORDER BY created"}`, 200, ""},
		{"PUT", "/rest/api/3/filter/{id}/favourite", "/rest/api/3/filter/FILTER/favourite", "", 200, ""},
		{"GET", "/rest/api/3/filter/favourite", "", "", 200, ""},
		{"GET", "/rest/api/3/filter/search", "/rest/api/3/filter/search?expand=description,owner,jql,viewUrl,searchUrl,favourite,favouritedCount,sharePermissions,isWritable", "", 200, ""},
		{"GET", "/rest/api/3/filter/{id}/permission", "/rest/api/3/filter/FILTER/permission", "", 200, ""},
		{"GET", "/rest/api/3/attachment/meta", "", "", 200, ""},
		{"DELETE", "/rest/api/3/filter/{id}/favourite", "/rest/api/3/filter/FILTER/favourite", "", 200, ""},
		{"DELETE", "/rest/api/3/filter/{id}", "/rest/api/3/filter/FILTER", "", 204, ""},
		{"DELETE", "/rest/api/3/issue/{issueIdOrKey}/worklog/{id}", "/rest/api/3/issue/ISSUE/worklog/WORKLOG", "", 204, ""},
		{"DELETE", "/rest/api/3/issue/{issueIdOrKey}/comment/{id}", "/rest/api/3/issue/ISSUE/comment/COMMENT", "", 204, ""},
		{"GET", "/rest/api/3/worklog/deleted", "/rest/api/3/worklog/deleted?since=0", "", 200, ""},
		{"DELETE", "/rest/api/3/issue/{issueIdOrKey}", "/rest/api/3/issue/ISSUE?deleteSubtasks=true", "", 204, ""},
		{"POST", "/rest/api/3/project", "", `{"key":"SPTWO","name":"Second specification","projectTypeKey":"software","projectTemplateKey":"com.pyxis.greenhopper.jira:gh-simplified-agility-kanban","leadAccountId":"ME"}`, 201, ""},
		{"PUT", "/rest/api/3/project/{projectIdOrKey}", "/rest/api/3/project/SPTWO", `{"name":"Second, edited"}`, 200, ""},
		{"DELETE", "/rest/api/3/project/{projectIdOrKey}", "/rest/api/3/project/SPTWO", "", 204, ""},
	}
	names := regexp.MustCompile(`\b(KEY|PROJECT|ME|COMPONENT|VERSION|ISSUE|COMMENT|WORKLOG|REMOTE|FILTER|LINKTYPE)\b`)
	fill := func(text string) string {
		return names.ReplaceAllStringFunc(text, func(n string) string { return vars[n] })
	}
	for _, step := range steps {
		path := step.path
		if path == "" {
			path = step.spec
		}
		status, _, body := call(t, step.method, fill(path), fill(step.body))
		if status != step.status {
			t.Errorf("%s %s answers %d: %.300s", step.method, fill(path), status, body)
			continue
		}
		if status == 204 {
			if body != "" {
				t.Errorf("%s %s answers 204 with a body: %.100s", step.method, fill(path), body)
			}
			continue
		}
		d := json.NewDecoder(strings.NewReader(body))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			t.Errorf("%s %s: %v", step.method, path, err)
			continue
		}
		for _, wrong := range s.check(v, s.answer(t, step.method, step.spec, step.status), "") {
			t.Errorf("%s %s: %s", step.method, step.spec, wrong)
		}
		if o, ok := v.(map[string]any); ok && step.keep != "" {
			vars[step.keep] = fmt.Sprint(o["id"])
		}
	}
}
