package rest_test

import (
	"strings"
	"testing"
)

// TestMacrosShowWhatTheySay looks at the view and at the data of the interface.
func TestMacrosShowWhatTheySay(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		s.must("ann", "POST", "/wiki/rest/api/space", `{"key":"DEV","name":"Development"}`)
		create := func(title, body, more string) string {
			return s.must("ann", "POST", "/wiki/rest/api/content", `{"type":"page","title":"`+title+`","space":{"key":"DEV"},"body":`+storageBody(body)+more+`}`)["id"].(string)
		}
		macro := func(name, params, body string) string {
			out := `<ac:structured-macro ac:name="` + name + `">`
			for _, p := range strings.Split(params, ";") {
				if k, v, ok := strings.Cut(p, "="); ok {
					out += `<ac:parameter ac:name="` + k + `">` + v + `</ac:parameter>`
				}
			}
			if body != "" {
				out += `<ac:rich-text-body>` + body + `</ac:rich-text-body>`
			}
			return out + `</ac:structured-macro>`
		}
		source := create("Source", macro("excerpt", "", "<p>the excerpt of source</p>")+macro("details", "", "<table><tbody><tr><th>Owner</th><td>Ann of source</td></tr><tr><th>State</th><td>green</td></tr></tbody></table>")+
			`<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>incomplete</ac:task-status><ac:task-body>task of source</ac:task-body></ac:task></ac:task-list>`, "")
		s.must("ann", "POST", "/wiki/rest/api/content/"+source+"/label", `[{"name":"reported"}]`)
		create("Child of source", "<p>x</p>", `,"ancestors":[{"id":"`+source+`"}]`)
		if code, body := s.upload("ann", "POST", "/wiki/rest/api/content/"+source+"/child/attachment", "plan.pdf", "%PDF-"); code != 200 {
			t.Fatal(body)
		}
		for name, c := range map[string]struct{ body, want, data string }{
			"children":        {macro("children", "page=Source", ""), "Child of source", `"title":"Child of source"`},
			"excerpt-include": {macro("excerpt-include", "=Source", ""), "the excerpt of source", "the excerpt of source"},
			"include":         {macro("include", "=Source", ""), "Ann of source", "Ann of source"},
			"report":          {macro("detailssummary", "label=reported", ""), "Ann of source", `"columns":["Owner","State"]`},
			"attachments":     {macro("attachments", "page=Source", ""), "plan.pdf", `"name":"plan.pdf"`},
			"tasks":           {macro("tasks-report-macro", "spaces=DEV", ""), "task of source", `"text":"task of source"`},
			"by label":        {macro("contentbylabel", "labels=reported", ""), "Source", `"title":"Source"`},
			"updated":         {macro("recently-updated", "", ""), "Child of source", "Child of source"},
			"panel":           {macro("info", "title=Hear", "<p>inside the panel</p>"), "inside the panel", ""},
			"expand":          {macro("expand", "title=More", "<p>inside the expand</p>"), "inside the expand", ""},
			"status":          {"<p>" + macro("status", "title=ALL FINE;colour=Green", "") + "</p>", "ALL FINE", ""},
			"jira":            {macro("jira", "key=APP-1", ""), "no issue tracker", "no issue tracker"},
			"broken query":    {macro("contentbylabel", "cql=nonsense", ""), "cannot be read", "cannot be read"},
			"missing page":    {macro("include", "=Nowhere", ""), "not there", "not there"},
		} {
			id := create("With "+name, c.body, "")
			s.want("bob", "GET", "/wiki/rest/api/content/"+id+"?expand=body.view", "", 200, c.want)
			s.want("bob", "GET", "/api/wiki/pages/"+id, "", 200, c.data)
		}
	})
}
