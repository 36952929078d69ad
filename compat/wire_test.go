//go:build slow

package compat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// TestWhatClientsSend sends, word for word, what well-known clients send, and checks the status codes that they compare and the small fields
// that they stop without.
func TestWhatClientsSend(t *testing.T) {
	makeProject(t, "WIRE", "Wire forms")
	cases := []struct {
		client, method, path, body string
		status                     int
		want                       []string // regular expressions over the body
		not                        string
	}{
		{"jira-cli init", "GET", "/rest/api/2/myself", "", 200, []string{`"displayName":"Ann Sieber"`, `"emailAddress":"ann@example.com"`, `"locale":"`, `"timeZone":"`}, ""},
		{"jira-cli init", "GET", "/rest/api/2/project?expand=lead", "", 200, []string{`^\[`, `"key":"WIRE"`, `"style":"classic"`, `"lead":\{.*"displayName":"Ann Sieber"`}, ""},
		{"jira-cli init", "GET", "/rest/api/2/issue/createmeta?projectKeys=WIRE&expand=projects.issuetypes.fields", "", 200, []string{`"issuetypes":\[\{`, `"untranslatedName":"Bug"`, `"subtask":true`, `"fields":\{`}, ""},
		{"jira-cli init", "GET", "/rest/api/2/field", "", 200, []string{`^\[`, `"name":"Epic Name"`, `"name":"Epic Link"`, `"customId":10011`, `"clauseNames":\[`}, ""},
		{"jira-cli local", "GET", "/rest/api/2/issue/createmeta/WIRE/issuetypes", "", 200, []string{`"issueTypes":\[\{`, `"total":5`}, ""},
		{"jira-cli serverinfo", "GET", "/rest/api/2/serverInfo", "", 200, []string{`"versionNumbers":\[\d+,\d+,\d+\]`, `"deploymentType":"Cloud"`, `"buildNumber":\d+`, `"locale":"en_US"`}, ""},
		{"jira-cli create", "POST", "/rest/api/2/issue", `{"update":{},"fields":{"project":{"key":"WIRE"},"issuetype":{"name":"Story"},"summary":"First","description":"","priority":{"name":"High"},"labels":["a"],"components":[]}}`, 201, []string{`"key":"WIRE-1"`, `"id":"\d+"`, `"self":"http`}, ""},
		{"jira-cli clone", "POST", "/rest/api/3/issue", `{"update":{},"fields":{"project":{"key":"WIRE"},"issuetype":{"name":"Task"},"summary":"Second","description":{"content":[{"content":[{"text":"hello","type":"text"}],"type":"paragraph"}],"type":"doc","version":1}}}`, 201, []string{`WIRE-2`}, ""},
		{"jira-cli list", "GET", "/rest/api/3/search/jql?jql=project%3D%22WIRE%22+AND+priority%3D%22High%22+AND+assignee+IS+EMPTY+AND+createdDate%3E%3D%22-7d%22+AND+status+IN+%28%22To+Do%22%29+ORDER+BY+created+DESC&maxResults=100&fields=*all", "", 200, []string{`"key":"WIRE-1"`, `\],"isLast":true\}$`}, ""},
		{"jira-cli view", "GET", "/rest/api/3/issue/WIRE-2", "", 200, []string{`"description":\{"(version|type|content)"`, `"watches":\{.*"watchCount":1`, `"resolution":null`, `"comment":\{`}, ""},
		{"jira-cli edit", "PUT", "/rest/api/2/issue/WIRE-1", `{"update":{"summary":[{"set":"First, edited"}],"description":[{"set":"*bold*"}],"priority":[{"set":{"name":"Low"}}],"labels":[{"add":"b"},{"remove":"a"}]},"fields":{"parent":{}}}`, 204, nil, ""},
		{"jira-cli assign", "GET", "/rest/api/3/user/assignable/search?project=WIRE&query=ann&maxResults=100", "", 200, []string{`^\[\{`, `"accountId":"user_`, `"active":true`}, ""},
		{"jira-cli assign", "PUT", "/rest/api/3/issue/WIRE-1/assignee", `{"accountId":"ME"}`, 204, nil, ""},
		{"jira-cli assign x", "PUT", "/rest/api/3/issue/WIRE-1/assignee", `{"accountId":"-1"}`, 204, nil, ""},
		{"jira-cli assign default", "PUT", "/rest/api/3/issue/WIRE-1/assignee", `{"accountId":null}`, 204, nil, ""},
		{"jira-cli move", "GET", "/rest/api/3/issue/WIRE-1/transitions", "", 200, []string{`"isAvailable":true`, `"name":"In Progress"`, `"id":"21"`}, ""},
		{"jira-cli move", "POST", "/rest/api/2/issue/WIRE-1/transitions", `{"update":{},"fields":{},"transition":{"id":"21","name":"In Progress"}}`, 204, nil, ""},
		{"jira-cli link", "GET", "/rest/api/2/issueLinkType", "", 200, []string{`"issueLinkTypes":\[\{`, `"name":"Cloners"`}, ""},
		{"jira-cli link", "POST", "/rest/api/2/issueLink", `{"type":{"name":"Blocks"},"inwardIssue":{"key":"WIRE-1"},"outwardIssue":{"key":"WIRE-2"}}`, 201, nil, ""},
		{"jira-cli link remote", "POST", "/rest/api/2/issue/WIRE-1/remotelink", `{"object":{"url":"https://example.com/","title":"Docs"}}`, 201, []string{`"id":\d+`}, ""},
		{"jira-cli comment", "POST", "/rest/api/2/issue/WIRE-1/comment", `{"body":"hi","properties":[{"key":"sd.public.comment","value":{"internal":true}}]}`, 201, []string{`"id":"\d+"`, `"jsdPublic":false`}, ""},
		{"jira-cli worklog", "POST", "/rest/api/2/issue/WIRE-1/worklog?adjustEstimate=new&newEstimate=2h", `{"timeSpent":"1h","comment":"x"}`, 201, []string{`"timeSpentSeconds":3600`}, ""},
		{"jira-cli watch", "POST", "/rest/api/3/issue/WIRE-1/watchers", `"ME"`, 204, nil, ""},
		{"jira-cli release list", "GET", "/rest/api/3/project/WIRE/versions", "", 200, []string{`^\[`}, ""},
		{"python-jira", "GET", "/rest/api/2/search?jql=project%3DWIRE&startAt=0&maxResults=50&fields=*all&validateQuery=True", "", 200, []string{`"total":2`, `"startAt":0`, `"maxResults":50`}, ""},
		{"go-jira cli", "POST", "/rest/api/2/search", `{"jql":"project = WIRE","startAt":0,"maxResults":100,"fields":["summary","status"]}`, 200, []string{`"total":2`}, ""},
		{"alertmanager", "POST", "/rest/api/2/search", `{"jql":"(resolution is EMPTY or resolution != \"Won't Do\") and (resolutiondate is EMPTY OR resolutiondate >= -30m) and project=\"WIRE\" and labels=\"ALERT{abc}\" order by status ASC,resolutiondate DESC","maxResults":2,"fields":["status"]}`, 200, []string{`"issues":\[\]`}, ""},
		{"alertmanager", "POST", "/rest/api/2/issue", `{"fields":{"project":{"key":"WIRE"},"issuetype":{"name":"Bug"},"summary":"[FIRING:1] Down","description":"x","labels":["ALERT{abc}"]}}`, 201, nil, ""},
		{"alertmanager", "POST", "/rest/api/3/search/jql", `{"jql":"statusCategory != Done and project=\"WIRE\" and labels=\"ALERT{abc}\" order by status ASC,resolutiondate DESC","maxResults":2,"fields":["status"]}`, 200, []string{`"key":"WIRE-3"`, `"statusCategory":\{[^}]*"key":"new"`}, ""},
		{"go-atlassian", "POST", "/rest/api/3/search/approximate-count", `{"jql":"project = WIRE"}`, 200, []string{`"count":3`}, ""},
		{"rank", "PUT", "/rest/agile/1.0/issue/rank", `{"issues":["WIRE-3"],"rankBeforeIssue":"WIRE-1"}`, 204, nil, ""},
		{"fields", "GET", "/rest/api/3/issue/WIRE-1?fields=-comment,-description", "", 200, []string{`"summary":`, `"status":`}, `"comments":[`},
		{"fields", "GET", "/rest/api/3/issue/WIRE-1?fields=summary,status", "", 200, []string{`"fields":\{"[a-z]+":.*\}`}, `"priority":`},
		{"properties", "PUT", "/rest/api/3/issue/WIRE-1/properties/mark", `{"n":1}`, 201, nil, ""},
		{"properties", "GET", "/rest/api/3/issue/WIRE-1?fields=summary&properties=*all", "", 200, []string{`"properties":\{"mark":\{"n":1\}\}`}, ""},
		{"properties", "GET", "/rest/api/3/issue/WIRE-1?fields=summary&properties=other", "", 200, []string{`"properties":\{\}`}, ""},
		{"transitions", "GET", "/rest/api/3/issue/WIRE-1/transitions?expand=transitions.fields", "", 200, []string{`"fields":\{\}`}, ""},
		{"a field twice", "PUT", "/rest/api/3/issue/WIRE-1", `{"fields":{"summary":"a"},"update":{"summary":[{"set":"b"}]}}`, 400, []string{`"errors":\{"summary":"`}, ""},
		{"comments", "GET", "/rest/api/3/issue/WIRE-1/comment?orderBy=size", "", 400, []string{`"errorMessages":\["`}, ""},
		{"a transition with fields", "POST", "/rest/api/3/issue/WIRE-1/transitions", `{"transition":{"id":"31"},"fields":{"resolution":{"name":"Won't Do"}},"update":{"comment":[{"add":{"body":{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"done"}]}]}}}]}}`, 204, nil, ""},
		{"a transition with fields", "GET", "/rest/api/3/issue/WIRE-1?fields=resolution,status", "", 200, []string{`"name":"Won't Do"`, `"name":"Done"`}, ""},
		{"bulk create in part", "POST", "/rest/api/3/issue/bulk", `{"issueUpdates":[{"fields":{"project":{"key":"WIRE"},"issuetype":{"name":"Task"},"summary":"x"}},{"fields":{"project":{"key":"WIRE"},"issuetype":{"name":"Task"}}}]}`, 201, []string{`"failedElementNumber":1`, `"key":"WIRE-4"`}, ""},
		{"bulk create, nothing right", "POST", "/rest/api/3/issue/bulk", `{"issueUpdates":[{"fields":{"project":{"key":"WIRE"},"issuetype":{"name":"Task"}}}]}`, 400, []string{`"issues":\[\]`, `"failedElementNumber":0`}, ""},
		{"a token of nothing", "GET", "/rest/api/3/search/jql?jql=project%3DWIRE&nextPageToken=garbage", "", 400, []string{`"errorMessages":\["`}, ""},
		{"restricted", "POST", "/rest/api/3/issue/WIRE-1/worklog", `{"timeSpent":"1h","visibility":{"type":"group","value":"nobody-is-in-it"}}`, 201, []string{`"visibility":\{"type":"group"`}, ""},
		{"jira-cli delete", "DELETE", "/rest/api/2/issue/WIRE-2?deleteSubtasks=true", "", 204, nil, ""},
		{"not served", "GET", "/rest/api/3/dashboard", "", 501, []string{`"errorMessages":\["`, `"errors":\{\}`}, ""},
		{"unknown", "GET", "/rest/api/3/nowhere", "", 404, []string{`"errorMessages":\["`}, ""},
		{"wrong method", "PATCH", "/rest/api/3/myself", "{}", 405, []string{`"errorMessages":\["`}, ""},
	}
	for _, c := range cases {
		body := strings.ReplaceAll(c.body, `"ME"`, `"`+running.account+`"`)
		status, typ, got := call(t, c.method, c.path, body)
		if status != c.status {
			t.Errorf("%s: %s %s answers %d, want %d: %.300s", c.client, c.method, c.path, status, c.status, got)
			continue
		}
		if got != "" && !strings.HasPrefix(typ, "application/json") {
			t.Errorf("%s: %s %s answers %s", c.client, c.method, c.path, typ)
		}
		for _, want := range c.want {
			if !regexp.MustCompile(want).MatchString(got) {
				t.Errorf("%s: %s %s lacks %s: %.1500s", c.client, c.method, c.path, want, got)
			}
		}
		if c.not != "" && strings.Contains(got, c.not) {
			t.Errorf("%s: %s %s has %s", c.client, c.method, c.path, c.not)
		}
	}
}

// TestDatesAreInTheVendorsForm: an offset without colon, never Z.
func TestDatesAreInTheVendorsForm(t *testing.T) {
	makeProject(t, "DATE", "Dates")
	call(t, "POST", "/rest/api/3/issue", `{"fields":{"project":{"key":"DATE"},"issuetype":{"name":"Task"},"summary":"x"}}`)
	_, _, body := call(t, "GET", "/rest/api/3/issue/DATE-1", "")
	if !regexp.MustCompile(`"created":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}"`).MatchString(body) {
		t.Errorf("%s", body)
	}
}

// TestBadInput: what is wrong is said in the vendor's form, with the status that clients know, and nothing is half-done.
func TestBadInput(t *testing.T) {
	makeProject(t, "BAD", "Bad input")
	big := `{"fields":{"project":{"key":"BAD"},"issuetype":{"name":"Task"},"summary":"` + strings.Repeat("x", 10<<20) + `"}}`
	deep := strings.Repeat(`{"type":"blockquote","content":[`, 2000) + strings.Repeat(`]}`, 2000)
	cases := []struct {
		name, method, path, body string
		header                   []string
		status                   int
		want                     string
	}{
		{"no credentials", "GET", "/rest/api/3/myself", "", []string{"Authorization", ""}, 401, `authenticated`},
		{"wrong token", "GET", "/rest/api/3/myself", "", []string{"Authorization", "Bearer hfat_0000000000000000000000000000000000000000000000"}, 401, `errorMessages`},
		{"no JSON", "POST", "/rest/api/3/issue", `{"fields":`, nil, 400, `errorMessages`},
		{"another form", "POST", "/rest/api/3/issue", `[]`, nil, 400, `errorMessages`},
		{"no summary", "POST", "/rest/api/3/issue", `{"fields":{"project":{"key":"BAD"},"issuetype":{"name":"Task"}}}`, nil, 400, `"summary":"`},
		{"no project", "POST", "/rest/api/3/issue", `{"fields":{"issuetype":{"name":"Task"},"summary":"x"}}`, nil, 400, `"project":"`},
		{"unknown type", "POST", "/rest/api/3/issue", `{"fields":{"project":{"key":"BAD"},"issuetype":{"name":"Spaceship"},"summary":"x"}}`, nil, 400, `"issuetype":"`},
		{"unknown field", "POST", "/rest/api/3/issue", `{"fields":{"project":{"key":"BAD"},"issuetype":{"name":"Task"},"summary":"x","customfield_99999":1}}`, nil, 400, `customfield_99999`},
		{"wrong type of value", "POST", "/rest/api/3/issue", `{"fields":{"project":{"key":"BAD"},"issuetype":{"name":"Task"},"summary":["x"]}}`, nil, 400, `"summary":"`},
		{"a text where a document belongs", "POST", "/rest/api/3/issue", `{"fields":{"project":{"key":"BAD"},"issuetype":{"name":"Task"},"summary":"x","description":"plain"}}`, nil, 400, `"description":"`},
		{"a document without end", "POST", "/rest/api/3/issue", `{"fields":{"project":{"key":"BAD"},"issuetype":{"name":"Task"},"summary":"x","description":{"type":"doc","version":1,"content":[` + deep + `]}}}`, nil, 400, `description`},
		{"a label with a space", "POST", "/rest/api/3/issue", `{"fields":{"project":{"key":"BAD"},"issuetype":{"name":"Task"},"summary":"x","labels":["a b"]}}`, nil, 400, `"labels":"`},
		{"too large", "POST", "/rest/api/3/issue", big, nil, 413, `errorMessages`},
		{"no such issue", "GET", "/rest/api/3/issue/BAD-999", "", nil, 404, `Issue does not exist or you do not have permission to see it.`},
		{"a broken query", "GET", "/rest/api/3/search?jql=project+%3D", "", nil, 400, `Error in the JQL Query`},
		{"a project key of lower case", "POST", "/rest/api/3/project", `{"key":"bad key","name":"n"}`, nil, 400, `"projectKey":"`},
		{"a project twice", "POST", "/rest/api/3/project", `{"key":"BAD","name":"Bad again"}`, nil, 400, `uses this project key`},
		{"a transition that is not there", "POST", "/rest/api/3/issue/BAD-1/transitions", `{"transition":{"id":"999"}}`, nil, 404, `errorMessages`},
		{"not a number", "GET", "/rest/api/3/project/search?maxResults=many", "", nil, 400, `maxResults`},
		{"upload without the header", "POST", "/rest/api/3/issue/BAD-1/attachments", "", nil, 403, `XSRF check failed`},
	}
	for _, c := range cases {
		status, _, got := call(t, c.method, c.path, c.body, c.header...)
		if status != c.status || !strings.Contains(got, c.want) {
			t.Errorf("%s: %d %.300s, want %d with %s", c.name, status, got, c.status, c.want)
		}
	}
	_, _, count := call(t, "POST", "/rest/api/3/search/approximate-count", `{"jql":"project = BAD"}`)
	if count != `{"count":0}` {
		t.Errorf("after all these refusals the project has issues: %s", count)
	}
}

// TestAttachmentsNeverRunInOurOrigin: whatever is uploaded is a download in a sandbox, unless it is a picture of pixels.
func TestAttachmentsNeverRunInOurOrigin(t *testing.T) {
	makeProject(t, "FILE", "Files")
	call(t, "POST", "/rest/api/3/issue", `{"fields":{"project":{"key":"FILE"},"issuetype":{"name":"Task"},"summary":"x"}}`)
	for name, content := range map[string]string{"evil.html": "<script>alert(1)</script>", "../../etc/passwd": "root", "fake.png": "<svg onload=alert(1)>", "x.svg": "<svg/>"} {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		part, err := w.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(part, content)
		w.Close()
		status, _, body := call(t, "POST", "/rest/api/3/issue/FILE-1/attachments", b.String(), "Content-Type", w.FormDataContentType(), "X-Atlassian-Token", "no-check")
		var files []struct{ ID, Filename, Content, Thumbnail string }
		if err := json.Unmarshal([]byte(body), &files); err != nil || status != 200 {
			t.Fatalf("%d %s", status, body)
		}
		if strings.Contains(files[0].Filename, "/") || files[0].Thumbnail != "" {
			t.Errorf("%s became %+v", name, files[0])
		}
		req, _ := http.NewRequest("GET", running.base+"/rest/api/3/attachment/content/"+files[0].ID, nil)
		req.SetBasicAuth(email, running.token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		h := resp.Header
		if !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || h.Get("X-Content-Type-Options") != "nosniff" || strings.Contains(h.Get("Content-Type"), "html") || strings.Contains(h.Get("Content-Type"), "svg") {
			t.Errorf("%s is served with %v", name, h)
		}
	}
}
