//go:build slow

package compat

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestAPageShowsIssuesOfTheTracker: both products answer for one page, through the running binary.
func TestAPageShowsIssuesOfTheTracker(t *testing.T) {
	makeProject(t, "WIKIJ", "Shown in the wiki")
	status, _, body := call(t, "POST", "/rest/api/3/issue", `{"fields":{"project":{"key":"WIKIJ"},"issuetype":{"name":"Bug"},"summary":"The valve <leaks>"}}`)
	if status != 201 {
		t.Fatalf("%d %s", status, body)
	}
	var issue struct{ Key string }
	if err := json.Unmarshal([]byte(body), &issue); err != nil {
		t.Fatal(err)
	}
	if status, _, body := call(t, "POST", "/wiki/rest/api/space", `{"key":"WIKIJ","name":"Shows issues"}`); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	page := `<p>See <ac:structured-macro ac:name=\"jira\"><ac:parameter ac:name=\"key\">` + issue.Key + `</ac:parameter></ac:structured-macro></p><ac:structured-macro ac:name=\"jira\"><ac:parameter ac:name=\"jqlQuery\">project = WIKIJ ORDER BY created</ac:parameter></ac:structured-macro>`
	status, _, body = call(t, "POST", "/wiki/rest/api/content?expand=body.view", `{"type":"page","title":"Valves","space":{"key":"WIKIJ"},"body":{"storage":{"representation":"storage","value":"`+page+`"}}}`)
	body = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(body)
	if status != 200 || strings.Count(body, "The valve &lt;leaks&gt;") != 2 || !strings.Contains(body, "/browse/"+issue.Key) {
		t.Errorf("%d %s", status, body)
	}
	if status, _, body := call(t, "GET", "/api/smartlink?url=/browse/"+issue.Key, ""); status != 200 || !strings.Contains(body, `"kind":"issue"`) {
		t.Errorf("%d %s", status, body)
	}
	for path, want := range map[string]string{"/wiki/rest/api/nothing": `"statusCode":404`, "/wiki/api/v2/nothing": `"errors":[{"status":404`} {
		if status, _, body := call(t, "GET", path, ""); status != 404 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %.200s", path, status, body)
		}
	}
}
