package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// Clients that read an issue, change something else and write everything back take nothing away that wiki markup cannot say.
func TestWhatWikiMarkupCannotSaySurvivesAnEdit(t *testing.T) {
	w := newTown(t)
	ann := w.token["acme"]
	w.ask(ann, "POST", "/rest/api/3/project", `{"key":"ASH","name":"Ash","projectTypeKey":"software"}`)
	doc := `{"content":[{"attrs":{"localId":"a"},"content":[{"attrs":{"localId":"b","state":"DONE"},"content":[{"text":"cut the rope","type":"text"}],"type":"taskItem"}],"type":"taskList"},{"content":[{"text":"words","type":"text"}],"type":"paragraph"}],"type":"doc","version":1}`
	w.ask(ann, "POST", "/rest/api/3/issue", `{"fields":{"project":{"key":"ASH"},"issuetype":{"name":"Task"},"summary":"s","description":`+doc+`}}`)
	id := w.ask(ann, "POST", "/rest/api/3/issue/ASH-1/comment?expand=renderedBody", `{"body":`+doc+`}`)
	if html, _ := id["renderedBody"].(string); !strings.Contains(html, "cut the rope") {
		t.Errorf("the rendered body is %q", html)
	}
	comment := "/issue/ASH-1/comment/" + id["id"].(string)
	now := func() (description, body string) {
		d, _ := json.Marshal(w.ask(ann, "GET", "/rest/api/3/issue/ASH-1", "")["fields"].(map[string]any)["description"])
		b, _ := json.Marshal(w.ask(ann, "GET", "/rest/api/3"+comment, "")["body"])
		return string(d), string(b)
	}
	wasText, wasBody := now()
	if !strings.Contains(wasText, "taskItem") || !strings.Contains(wasBody, "taskItem") {
		t.Fatalf("%s and %s have no task", wasText, wasBody)
	}
	shown := w.ask(ann, "GET", "/rest/api/2/issue/ASH-1", "")["fields"].(map[string]any)["description"].(string)
	written := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	w.ask(ann, "PUT", "/rest/api/2/issue/ASH-1", `{"fields":{"summary":"another","description":`+written(shown)+`}}`)
	w.ask(ann, "PUT", "/rest/api/2"+comment, `{"body":`+written(shown)+`}`)
	if text, body := now(); text != wasText || body != wasBody {
		t.Errorf("%s and %s, not %s and %s", text, body, wasText, wasBody)
	}
	w.ask(ann, "PUT", "/rest/api/2/issue/ASH-1", `{"fields":{"description":`+written(shown+"\n\nmore")+`}}`)
	w.ask(ann, "PUT", "/rest/api/2"+comment, `{"body":`+written(shown+"\n\nmore")+`}`)
	if text, body := now(); !strings.Contains(text, "more") || !strings.Contains(body, "more") {
		t.Errorf("%s and %s were not changed", text, body)
	}
}

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
