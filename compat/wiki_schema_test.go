//go:build slow

package compat

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func loadWikiSpec(t *testing.T, name string) *spec {
	t.Helper()
	path, err := filepath.Abs("../../shared/specs/" + name)
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

// wikiStep is one operation with the status of its answer and the name under which the answer's id is kept.
type wikiStep struct {
	method, spec, path, body string
	status                   int
	keep                     string
}

func runWikiSteps(t *testing.T, s *spec, base string, vars map[string]string, steps []wikiStep) {
	t.Helper()
	var names []string
	for _, st := range steps {
		if st.keep != "" {
			names = append(names, st.keep)
		}
	}
	for k := range vars {
		names = append(names, k)
	}
	word := regexp.MustCompile(`\b(` + strings.Join(names, "|") + `)\b`)
	fill := func(text string) string {
		return word.ReplaceAllStringFunc(text, func(n string) string { return vars[n] })
	}
	for _, step := range steps {
		path := step.path
		if path == "" {
			path = step.spec
		}
		status, _, body := call(t, step.method, base+fill(path), fill(step.body))
		if status != step.status {
			t.Errorf("%s %s answers %d: %.300s", step.method, fill(path), status, body)
			continue
		}
		if status == 204 {
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

const (
	wikiADF = `{\"type\":\"doc\",\"version\":1,\"content\":[{\"type\":\"taskList\",\"attrs\":{\"localId\":\"l\"},\"content\":[{\"type\":\"taskItem\",\"attrs\":{\"localId\":\"1\",\"state\":\"TODO\"},\"content\":[{\"type\":\"text\",\"text\":\"do it\"}]}]}]}`
	v2Body  = `"body":{"representation":"storage","value":"<p>some text here</p>"}`
	v1Body  = `"body":{"storage":{"representation":"storage","value":"<p>some text here</p>"}}`
)

// TestWikiAnswersFitThePublishedSchemasV2 makes a small space and compares what every operation answers with its published schema.
func TestWikiAnswersFitThePublishedSchemasV2(t *testing.T) {
	s := loadWikiSpec(t, "confluence-v2.2026-02.json")
	runWikiSteps(t, s, "/wiki/api/v2", map[string]string{"ME": running.account}, []wikiStep{
		{"POST", "/spaces", "", `{"key":"SCHEMATWO","name":"Schema two","description":{"value":"d","representation":"plain"}}`, 201, "SPACE"},
		{"GET", "/spaces", "/spaces?description-format=plain", "", 200, ""},
		{"GET", "/spaces/{id}", "/spaces/SPACE?include-labels=true&include-properties=true&include-operations=true&include-permissions=true", "", 200, ""},
		{"GET", "/spaces/{id}/permissions", "/spaces/SPACE/permissions", "", 200, ""},
		{"GET", "/spaces/{id}/operations", "/spaces/SPACE/operations", "", 200, ""},
		{"POST", "/pages", "", `{"spaceId":"SPACE","status":"current","title":"One",` + v2Body + `}`, 200, "PAGE"},
		{"POST", "/pages", "", `{"spaceId":"SPACE","parentId":"PAGE","title":"Two","body":{"representation":"atlas_doc_format","value":"` + wikiADF + `"}}`, 200, "CHILD"},
		{"GET", "/pages", "/pages?space-id=SPACE&body-format=storage&limit=1", "", 200, ""},
		{"GET", "/pages/{id}", "/pages/PAGE?body-format=atlas_doc_format&include-labels=true&include-properties=true&include-operations=true&include-likes=true&include-versions=true&include-favorited-by-current-user-status=true", "", 200, ""},
		{"PUT", "/pages/{id}", "/pages/PAGE", `{"id":"PAGE","status":"current","title":"One","version":{"number":2,"message":"m"},` + v2Body + `}`, 200, ""},
		{"PUT", "/pages/{id}/title", "/pages/PAGE/title", `{"status":"current","title":"The one"}`, 200, ""},
		{"GET", "/spaces/{id}/pages", "/spaces/SPACE/pages", "", 200, ""},
		{"GET", "/pages/{id}/children", "/pages/PAGE/children", "", 200, ""},
		{"GET", "/pages/{id}/direct-children", "/pages/PAGE/direct-children", "", 200, ""},
		{"GET", "/pages/{id}/descendants", "/pages/PAGE/descendants", "", 200, ""},
		{"GET", "/pages/{id}/ancestors", "/pages/CHILD/ancestors", "", 200, ""},
		{"GET", "/pages/{id}/versions", "/pages/PAGE/versions?body-format=storage", "", 200, ""},
		{"GET", "/pages/{page-id}/versions/{version-number}", "/pages/PAGE/versions/1", "", 200, ""},
		{"GET", "/pages/{id}/operations", "/pages/PAGE/operations", "", 200, ""},
		{"GET", "/pages/{id}/likes/count", "/pages/PAGE/likes/count", "", 200, ""},
		{"GET", "/pages/{id}/likes/users", "/pages/PAGE/likes/users", "", 200, ""},
		{"GET", "/pages/{id}/labels", "/pages/PAGE/labels", "", 200, ""},
		{"GET", "/pages/{id}/attachments", "/pages/PAGE/attachments", "", 200, ""},
		{"POST", "/pages/{page-id}/properties", "/pages/PAGE/properties", `{"key":"k","value":{"a":1}}`, 200, "PROPERTY"},
		{"GET", "/pages/{page-id}/properties", "/pages/PAGE/properties", "", 200, ""},
		{"GET", "/pages/{page-id}/properties/{property-id}", "/pages/PAGE/properties/PROPERTY", "", 200, ""},
		{"PUT", "/pages/{page-id}/properties/{property-id}", "/pages/PAGE/properties/PROPERTY", `{"key":"k","value":2,"version":{"number":2}}`, 200, ""},
		{"DELETE", "/pages/{page-id}/properties/{property-id}", "/pages/PAGE/properties/PROPERTY", "", 204, ""},
		{"POST", "/blogposts", "", `{"spaceId":"SPACE","status":"current","title":"News",` + v2Body + `}`, 200, "POST"},
		{"GET", "/blogposts", "/blogposts?body-format=storage", "", 200, ""},
		{"GET", "/blogposts/{id}", "/blogposts/POST?body-format=view", "", 200, ""},
		{"POST", "/footer-comments", "", `{"pageId":"PAGE",` + v2Body + `}`, 201, "COMMENT"},
		{"POST", "/footer-comments", "", `{"parentCommentId":"COMMENT",` + v2Body + `}`, 201, ""},
		{"GET", "/footer-comments", "/footer-comments?body-format=storage", "", 200, ""},
		{"GET", "/footer-comments/{comment-id}", "/footer-comments/COMMENT?body-format=storage", "", 200, ""},
		{"PUT", "/footer-comments/{comment-id}", "/footer-comments/COMMENT", `{"version":{"number":2},` + v2Body + `}`, 200, ""},
		{"GET", "/footer-comments/{id}/children", "/footer-comments/COMMENT/children", "", 200, ""},
		{"GET", "/footer-comments/{id}/versions", "/footer-comments/COMMENT/versions", "", 200, ""},
		{"GET", "/pages/{id}/footer-comments", "/pages/PAGE/footer-comments?body-format=storage", "", 200, ""},
		{"POST", "/inline-comments", "", `{"pageId":"PAGE","inlineCommentProperties":{"textSelection":"text","textSelectionMatchCount":1,"textSelectionMatchIndex":0},` + v2Body + `}`, 201, "INLINE"},
		{"GET", "/inline-comments", "/inline-comments?body-format=storage", "", 200, ""},
		{"GET", "/inline-comments/{comment-id}", "/inline-comments/INLINE", "", 200, ""},
		{"GET", "/pages/{id}/inline-comments", "/pages/PAGE/inline-comments", "", 200, ""},
		{"GET", "/tasks", "/tasks?space-id=SPACE&body-format=storage", "", 200, ""},
		{"GET", "/attachments", "", "", 200, ""},
		{"GET", "/labels", "", "", 200, ""},
		{"POST", "/users-bulk", "", `{"accountIds":["ME"]}`, 200, ""},
		{"POST", "/content/convert-ids-to-types", "", `{"contentIds":["PAGE","POST"]}`, 200, ""},
		{"DELETE", "/pages/{id}", "/pages/CHILD", "", 204, ""},
	})
}

// TestWikiAnswersFitThePublishedSchemasV1 does the same for the operations of v1, those that the vendor has removed and clients call among them.
func TestWikiAnswersFitThePublishedSchemasV1(t *testing.T) {
	s := loadWikiSpec(t, "confluence-v1.2023-08-with-deprecated.json")
	const c = "/wiki/rest/api/content"
	runWikiSteps(t, s, "", map[string]string{"ME": running.account}, []wikiStep{
		{"POST", "/wiki/rest/api/space", "", `{"key":"SCHEMAONE","name":"Schema one","description":{"plain":{"value":"d","representation":"plain"}}}`, 200, ""},
		{"GET", "/wiki/rest/api/space", "/wiki/rest/api/space?expand=description.plain,homepage,permissions,metadata.labels", "", 200, ""},
		{"GET", "/wiki/rest/api/space/{spaceKey}", "/wiki/rest/api/space/SCHEMAONE?expand=icon,history,operations", "", 200, ""},
		{"POST", c, "", `{"type":"page","title":"One","space":{"key":"SCHEMAONE"},` + v1Body + `}`, 200, "PAGE"},
		{"POST", c, "", `{"type":"blogpost","title":"News","space":{"key":"SCHEMAONE"},` + v1Body + `}`, 200, "POST"},
		{"POST", c, "", `{"type":"comment","container":{"id":"PAGE","type":"page"},` + v1Body + `}`, 200, "COMMENT"},
		{"GET", c, c + "?spaceKey=SCHEMAONE&expand=body.storage,body.view,version,history,ancestors,space,metadata.labels,operations,children.comment,restrictions.read.restrictions.user,container", "", 200, ""},
		{"GET", c + "/{id}", c + "/PAGE", "", 200, ""},
		{"PUT", c + "/{id}", c + "/PAGE", `{"type":"page","title":"One","version":{"number":2},` + v1Body + `}`, 200, ""},
		{"GET", c + "/{id}/child", c + "/PAGE/child?expand=page,comment,attachment", "", 200, ""},
		{"GET", c + "/{id}/child/comment", c + "/PAGE/child/comment?expand=body.view", "", 200, ""},
		{"GET", c + "/{id}/child/attachment", c + "/PAGE/child/attachment", "", 200, ""},
		{"GET", c + "/{id}/history", c + "/PAGE/history", "", 200, ""},
		{"GET", c + "/{id}/version", c + "/PAGE/version", "", 200, ""},
		{"GET", c + "/{id}/version/{versionNumber}", c + "/PAGE/version/1", "", 200, ""},
		{"POST", c + "/{id}/label", c + "/PAGE/label", `[{"prefix":"global","name":"a"}]`, 200, ""},
		{"GET", c + "/{id}/label", c + "/PAGE/label", "", 200, ""},
		{"POST", c + "/{id}/property", c + "/PAGE/property", `{"key":"k","value":["a"]}`, 200, ""},
		{"GET", c + "/{id}/property", c + "/PAGE/property", "", 200, ""},
		{"GET", c + "/{id}/property/{key}", c + "/PAGE/property/k", "", 200, ""},
		{"GET", c + "/{id}/restriction", c + "/PAGE/restriction", "", 200, ""},
		{"GET", c + "/{id}/restriction/byOperation/{operationKey}", c + "/PAGE/restriction/byOperation/read", "", 200, ""},
		{"GET", c + "/search", c + "/search?cql=space%3DSCHEMAONE&expand=version", "", 200, ""},
		{"GET", "/wiki/rest/api/search", "/wiki/rest/api/search?cql=text~text+and+space%3DSCHEMAONE", "", 200, ""},
		{"GET", "/wiki/rest/api/search/user", "/wiki/rest/api/search/user?cql=user.fullname~ann", "", 200, ""},
		{"GET", "/wiki/rest/api/user", "/wiki/rest/api/user?accountId=ME", "", 200, ""},
		{"GET", "/wiki/rest/api/user/current", "", "", 200, ""},
		{"GET", "/wiki/rest/api/user/watch/content/{contentId}", "/wiki/rest/api/user/watch/content/PAGE", "", 200, ""},
		{"POST", "/wiki/rest/api/contentbody/convert/{to}", "/wiki/rest/api/contentbody/convert/view", `{"value":"<p>x</p>","representation":"storage"}`, 200, ""},
		{"GET", "/wiki/rest/api/template/page", "/wiki/rest/api/template/page?expand=body", "", 200, ""},
		{"GET", "/wiki/rest/api/settings/systemInfo", "", "", 200, ""},
		{"DELETE", c + "/{id}", c + "/COMMENT", "", 204, ""},
		{"DELETE", c + "/{id}", c + "/PAGE", "", 204, ""},
	})
}
