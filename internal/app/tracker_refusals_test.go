package app

import (
	"net/http"
	"strings"
	"testing"
)

func TestTheTrackerRefusesAsTheAPIDoes(t *testing.T) {
	w := newTown(t)
	ann := w.token["acme"]
	w.ask(ann, "POST", "/rest/api/3/project", `{"key":"ELM","name":"Elm","projectTypeKey":"software","projectTemplateKey":"com.pyxis.greenhopper.jira:gh-simplified-agility-kanban"}`)
	w.ask(ann, "POST", "/rest/api/3/issue", `{"fields":{"project":{"key":"ELM"},"issuetype":{"name":"Task"},"summary":"s"}}`)
	for _, c := range []struct {
		method, path, body string
		code               int
		says               string
	}{
		{"POST", "/rest/api/3/project", `{"key":"FIR","name":"Fir","projectTypeKey":"software","projectTemplateKey":"com.example:bananas"}`, 400, `"projectTemplateKey":`},
		{"POST", "/rest/api/3/project", `{"key":"FIR","name":"Fir","projectTypeKey":"bananas","projectTemplateKey":"com.example:bananas"}`, 400, `"projectTypeKey":`},
		{"DELETE", "/rest/api/3/issue/ELM-1/votes", "", 404, "You have not voted for this issue."},
		{"POST", "/rest/api/3/issue/ELM-1/votes", "", 204, ""},
		{"DELETE", "/rest/api/3/issue/ELM-1/votes", "", 204, ""},
		{"DELETE", "/rest/api/3/issue/ELM-1/votes", "", 404, "You have not voted for this issue."},
		{"PUT", "/rest/api/2/issue/ELM-1", `{"fields":{"description":5}}`, 400, `"description":"Operation value must be a string"`},
		{"PUT", "/rest/api/3/issue/ELM-1", `{"fields":{"description":5}}`, 400, `"description":"Operation value must be an Atlassian Document (see the Atlassian Document Format)"`},
		{"PUT", "/rest/api/2/issue/ELM-1", `{"fields":{"description":"` + strings.Repeat("ü", 32_767) + `"}}`, 204, ""},
		{"PUT", "/rest/api/2/issue/ELM-1", `{"fields":{"description":"` + strings.Repeat("a", 32_768) + `"}}`, 400, "32,767 characters"},
	} {
		code, body := w.call(http.DefaultClient, c.method, "/s/acme"+c.path, c.body, bearer(ann)...)
		if code != c.code || !strings.Contains(body, c.says) {
			t.Errorf("%s %s %.60s: %d %s, not %d with %q", c.method, c.path, c.body, code, body, c.code, c.says)
		}
	}
}
