package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestOptionsOfSelectFieldsAreMadeThroughTheirContext(t *testing.T) {
	w := newTown(t)
	ann := w.token["acme"]
	w.ask(ann, "POST", "/rest/api/3/project", `{"key":"APP","name":"Orchard","projectTypeKey":"software"}`)
	make := func(kind string) string {
		return w.ask(ann, "POST", "/rest/api/3/field", `{"name":"`+kind+`","type":"com.atlassian.jira.plugin.system.customfieldtypes:`+kind+`"}`)["id"].(string)
	}
	one, many, text := make("select"), make("multiselect"), make("textfield")
	context := w.ask(ann, "GET", "/rest/api/3/field/"+one+"/context", "")["values"].([]any)[0].(map[string]any)
	if context["isGlobalContext"] != true || context["isAnyIssueType"] != true || context["name"] == "" {
		t.Errorf("the context: %v", context)
	}
	path := func(field string) string {
		return "/rest/api/3/field/" + field + "/context/" + strings.TrimPrefix(field, "customfield_") + "/option"
	}
	var ids []string
	for _, o := range w.ask(ann, "POST", path(one), `{"options":[{"value":"Red"},{"value":" Green "},{"value":"Blue","disabled":true}]}`)["options"].([]any) {
		ids = append(ids, o.(map[string]any)["id"].(string))
	}
	w.ask(ann, "POST", path(many), `{"options":[{"value":"North"},{"value":"South"}]}`)
	w.ask(ann, "PUT", path(one), fmt.Sprintf(`{"options":[{"id":%q,"value":"Green"},{"id":%q,"value":"Red"},{"id":%q,"disabled":false}]}`, ids[0], ids[1], ids[2])) // two change places
	list := w.ask(ann, "GET", path(one)+"?maxResults=2", "")
	if list["total"] != 3.0 || list["isLast"] != false {
		t.Errorf("%v", list)
	}
	text2, _ := json.Marshal(w.ask(ann, "GET", path(one), "")["values"])
	if want := fmt.Sprintf(`[{"disabled":false,"id":%q,"value":"Green"},{"disabled":false,"id":%q,"value":"Red"},{"disabled":false,"id":%q,"value":"Blue"}]`, ids[0], ids[1], ids[2]); string(text2) != want {
		t.Errorf("got %s, want %s", text2, want)
	}
	if got := w.ask(ann, "GET", "/rest/api/3/customFieldOption/"+ids[0], "")["value"]; got != "Green" {
		t.Errorf("%v", got)
	}
	key := w.ask(ann, "POST", "/rest/api/3/issue", fmt.Sprintf(`{"fields":{"project":{"key":"APP"},"issuetype":{"name":"Task"},"summary":"s",%q:{"value":"Red"},%q:[{"value":"North"},{"value":"South"}]}}`, one, many))["key"].(string)
	fields := w.ask(ann, "GET", "/rest/api/3/issue/"+key, "")["fields"].(map[string]any)
	if fields[one].(map[string]any)["id"] != ids[1] || len(fields[many].([]any)) != 2 {
		t.Errorf("%v %v", fields[one], fields[many])
	}

	for _, c := range []struct {
		method, path, body string
		code               int
	}{
		{"POST", path(one), `{"options":[{"value":"red"}]}`, 400},
		{"POST", path(one), `{"options":[{"value":"New"},{"value":"new"}]}`, 400},
		{"POST", path(one), `{"options":[{"value":" "}]}`, 400},
		{"POST", path(one), `{"options":[{"value":"` + strings.Repeat("x", 256) + `"}]}`, 400},
		{"POST", path(one), `{"options":[]}`, 400},
		{"POST", path(one), `{"options":[{"value":"Under","optionId":"1"}]}`, 400},
		{"POST", path(text), `{"options":[{"value":"Red"}]}`, 400},
		{"PUT", path(one), `{"options":[{"id":"1","value":"Red"}]}`, 404},
		{"PUT", path(one), fmt.Sprintf(`{"options":[{"id":%q,"value":"Blue"}]}`, ids[0]), 400},
		{"GET", "/rest/api/3/field/" + one + "/context/1/option", "", 404},
		{"GET", "/rest/api/3/field/customfield_1/context", "", 404},
		{"GET", "/rest/api/3/field/summary/context", "", 404},
		{"GET", "/rest/api/3/customFieldOption/1", "", 404},
		{"POST", "/rest/api/3/field/" + one + "/context", `{"name":"Another"}`, 501},
	} {
		if code, body := w.call(http.DefaultClient, c.method, "/s/acme"+c.path, c.body, bearer(ann)...); code != c.code {
			t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, code, body)
		}
	}
	if got := w.ask(ann, "GET", path(one), "")["total"]; got != 3.0 {
		t.Errorf("refused options were made: %v", got)
	}
}
