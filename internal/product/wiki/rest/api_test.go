package rest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func storageBody(s string) string {
	return `{"storage":{"value":` + quote(s) + `,"representation":"storage"}}`
}

func TestTheLifeOfAPageByV1(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		s.must("ann", "POST", "/wiki/rest/api/space", `{"key":"DEV","name":"Development","description":{"plain":{"value":"How we build","representation":"plain"}}}`)
		p := s.must("ann", "POST", "/wiki/rest/api/content?expand=body.storage,version,space,ancestors", `{"type":"page","title":"Start","space":{"key":"DEV"},"body":`+storageBody(`<p>Hello <strong>world</strong></p><ac:structured-macro ac:name="unknown-thing"><ac:parameter ac:name="a">1</ac:parameter></ac:structured-macro>`)+`}`)
		id := p["id"].(string)
		if len(p["ancestors"].([]any)) != 1 {
			t.Errorf("a page without ancestors goes under the home page: %v", p["ancestors"])
		}
		body := p["body"].(map[string]any)["storage"].(map[string]any)["value"].(string)
		if !strings.Contains(body, "<strong>world</strong>") || !strings.Contains(body, "unknown-thing") {
			t.Errorf("what was written is not what is kept: %s", body)
		}
		s.want("bob", "GET", "/wiki/rest/api/content/"+id+"?expand=body.view,version,history.lastUpdated,metadata.labels,children.page,restrictions.read.restrictions.user", "", 200, "<strong>world</strong>")
		s.want("bob", "GET", "/wiki/rest/api/content/"+id+"?expand=body.nonsense", "", 400, "Unknown expand 'nonsense'")
		s.want("bob", "GET", "/wiki/rest/api/content/"+id+"?expand=body.view.webresource.uris,body.storage.embeddedContent,body.view.mediaToken", "", 200, "<strong>world</strong>")
		s.want("bob", "GET", "/wiki/rest/api/content/"+id+"?expand=body.view.nonsense", "", 400, "Unknown expand 'nonsense'")
		s.want("bob", "GET", "/wiki/rest/api/content/"+id+"/restriction?expand=read.restrictions.user,update.restrictions.group,restrictions.user", "", 200, `"operation":"update"`)
		s.want("bob", "GET", "/wiki/rest/api/content/"+id+"?expand=children.page.children.nope", "", 400, "Unknown expand 'nope'")
		s.want("bob", "PUT", "/wiki/rest/api/content/"+id, `{"type":"page","title":"Start","version":{"number":1},"body":`+storageBody("<p>x</p>")+`}`, 409, "Version must be incremented")
		s.want("bob", "PUT", "/wiki/rest/api/content/"+id, `{"type":"page","title":"Start","body":`+storageBody("<p>x</p>")+`}`, 400, "No version supplied")
		s.must("bob", "PUT", "/wiki/rest/api/content/"+id, `{"type":"page","title":"Start here","version":{"number":2,"message":"better"},"body":`+storageBody("<p>second</p>")+`}`)
		s.want("ann", "POST", "/wiki/rest/api/content", `{"type":"page","title":"start HERE","space":{"key":"DEV"}}`, 400, "already exists")
		s.want("ann", "GET", "/wiki/rest/api/content/"+id+"/version?expand=content", "", 200, `"number":2`)
		s.want("ann", "GET", "/wiki/rest/api/content/"+id+"?status=historical&version=1&expand=body.storage", "", 200, "world")
		s.must("ann", "POST", "/wiki/rest/api/content/"+id+"/version", `{"operationKey":"restore","params":{"versionNumber":1,"message":"back","restoreTitle":true}}`)
		s.want("ann", "GET", "/wiki/rest/api/content/"+id+"?expand=body.storage,version", "", 200, "world")
		s.must("ann", "POST", "/wiki/rest/api/content/"+id+"/label", `[{"prefix":"global","name":"Alpha"},{"prefix":"my","name":"mine"}]`)
		if strings.Contains(s.want("bob", "GET", "/wiki/rest/api/content/"+id+"/label", "", 200, "alpha"), "mine") {
			t.Error("a label of ann's own is shown to bob")
		}
		s.want("bob", "GET", "/wiki/rest/api/content/search?cql="+url.QueryEscape(`label = alpha and space = DEV and type = page`), "", 200, `"totalSize":1`)
		s.must("ann", "POST", "/wiki/rest/api/content/"+id+"/property", `{"key":"colour","value":{"r":1}}`)
		s.want("ann", "PUT", "/wiki/rest/api/content/"+id+"/property/colour", `{"value":2,"version":{"number":5}}`, 409, "")
		c := s.must("bob", "POST", "/wiki/rest/api/content", `{"type":"comment","container":{"id":"`+id+`","type":"page"},"body":`+storageBody("<p>nice</p>")+`}`)
		s.must("ann", "POST", "/wiki/rest/api/content", `{"type":"comment","container":{"id":"`+id+`","type":"page"},"ancestors":[{"id":"`+c["id"].(string)+`"}],"body":`+storageBody("<p>thanks</p>")+`}`)
		s.want("ann", "GET", "/wiki/rest/api/content/"+id+"/child/comment?expand=body.view&depth=all", "", 200, `"size":2`)
		s.want("ann", "GET", "/wiki/rest/api/content/"+c["id"].(string)+"/child/comment", "", 200, `"size":1`)
		s.want("eve", "DELETE", "/wiki/rest/api/content/"+c["id"].(string), "", 403, "")
		s.must("ann", "DELETE", "/wiki/rest/api/content/"+id, "")
		s.want("ann", "GET", "/wiki/rest/api/content/"+id, "", 404, `"statusCode":404`)
		s.want("ann", "GET", "/wiki/rest/api/content/"+id+"?status=trashed", "", 200, `"status":"trashed"`)
		s.want("bob", "DELETE", "/wiki/rest/api/content/"+id+"?status=trashed", "", 403, "")
		s.must("ann", "DELETE", "/wiki/rest/api/content/"+id+"?status=trashed", "")
		s.want("ann", "GET", "/wiki/rest/api/content/"+id+"?status=any", "", 404, "")
	})
}

func TestTheLifeOfAPageByV2(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		sp := s.must("ann", "POST", "/wiki/api/v2/spaces", `{"key":"DEV","name":"Development"}`)
		space := sp["id"].(string)
		var ids []string
		for i := range 5 {
			p := s.must("ann", "POST", "/wiki/api/v2/pages", fmt.Sprintf(`{"spaceId":%q,"status":"current","title":"Page %d","body":{"representation":"storage","value":"<p>body</p>"}}`, space, i))
			ids = append(ids, p["id"].(string))
		}
		// Cursors lead to every page once.
		seen := map[string]bool{}
		for next := "/wiki/api/v2/spaces/" + space + "/pages?limit=2&sort=-modified-date"; next != ""; {
			page := s.must("bob", "GET", next, "")
			for _, r := range page["results"].([]any) {
				id := r.(map[string]any)["id"].(string)
				if seen[id] {
					t.Errorf("%s comes twice", id)
				}
				seen[id] = true
			}
			next, _ = page["_links"].(map[string]any)["next"].(string)
		}
		if len(seen) != 6 {
			t.Errorf("%d pages are found, 6 are there", len(seen))
		}
		s.want("bob", "GET", "/wiki/api/v2/pages?title=page%203", "", 200, ids[3])
		s.want("bob", "GET", "/wiki/api/v2/pages?sort=nonsense", "", 400, `"errors":[{"status":400`)
		s.want("bob", "PUT", "/wiki/api/v2/pages/"+ids[0], `{"id":"`+ids[0]+`","status":"current","title":"Page 0","body":{"representation":"storage","value":"<p>b</p>"},"version":{"number":5}}`, 409, "Current Version: [1]")
		s.must("bob", "PUT", "/wiki/api/v2/pages/"+ids[0], `{"id":"`+ids[0]+`","status":"current","title":"Page zero","parentId":"`+ids[1]+`","body":{"representation":"atlas_doc_format","value":`+quote(doc("adf"))+`},"version":{"number":2,"message":"m"}}`)
		s.want("bob", "GET", "/wiki/api/v2/pages/"+ids[1]+"/direct-children", "", 200, "Page zero")
		s.want("bob", "GET", "/wiki/api/v2/pages/"+ids[0]+"/ancestors", "", 200, ids[1])
		s.want("bob", "PUT", "/wiki/api/v2/pages/"+ids[1], `{"id":"`+ids[1]+`","status":"current","title":"Page 1","parentId":"`+ids[0]+`","body":{"representation":"storage","value":""},"version":{"number":2}}`, 400, "own children")
		s.want("bob", "GET", "/wiki/api/v2/pages/"+ids[0]+"?body-format=storage&include-labels=true&include-versions=true&include-operations=true", "", 200, "<p>adf</p>")
		s.want("bob", "GET", "/wiki/api/v2/pages/"+ids[0]+"/versions?body-format=storage", "", 200, "<p>body</p>")
		c := s.must("bob", "POST", "/wiki/api/v2/inline-comments", `{"pageId":"`+ids[2]+`","body":{"representation":"storage","value":"<p>hm</p>"},"inlineCommentProperties":{"textSelection":"body","textSelectionMatchCount":1,"textSelectionMatchIndex":0}}`)
		s.want("bob", "GET", "/wiki/api/v2/pages/"+ids[2]+"/inline-comments", "", 200, c["id"].(string))
		s.want("bob", "GET", "/wiki/api/v2/pages/"+ids[2]+"?body-format=storage", "", 200, "inline-comment-marker")
		s.want("bob", "PUT", "/wiki/api/v2/inline-comments/"+c["id"].(string), `{"resolved":true,"version":{"number":2},"body":{"representation":"storage","value":"<p>ok</p>"}}`, 200, `"resolutionStatus":"resolved"`)
		s.want("bob", "GET", "/wiki/api/v2/footer-comments/"+c["id"].(string), "", 404, "")
		task := `{"type":"doc","version":1,"content":[{"type":"taskList","attrs":{"localId":"l"},"content":[{"type":"taskItem","attrs":{"localId":"t1","state":"TODO"},"content":[{"type":"text","text":"do it "},{"type":"mention","attrs":{"id":"` + s.account("bob") + `"}}]}]}]}`
		p := s.must("ann", "POST", "/wiki/api/v2/pages", `{"spaceId":"`+space+`","title":"Tasks","body":{"representation":"atlas_doc_format","value":`+quote(task)+`}}`)
		tasks := s.must("bob", "GET", "/wiki/api/v2/tasks?assigned-to="+s.account("bob"), "")["results"].([]any)
		if len(tasks) != 1 {
			t.Fatalf("%v", tasks)
		}
		s.want("bob", "PUT", "/wiki/api/v2/tasks/"+tasks[0].(map[string]any)["id"].(string), `{"status":"complete"}`, 200, `"completedBy":"`+s.account("bob"))
		s.want("bob", "GET", "/wiki/api/v2/pages/"+p["id"].(string)+"?body-format=atlas_doc_format", "", 200, `\"DONE\"`)
		s.must("ann", "DELETE", "/wiki/api/v2/pages/"+ids[1], "")
		s.want("bob", "GET", "/wiki/api/v2/pages/"+ids[0]+"/ancestors", "", 200, `"results":[{"id":"`)
		s.want("bob", "POST", "/wiki/api/v2/whiteboards", `{}`, 501, `"status":501`)
	})
}

func TestFilesNeverRunInOurOrigin(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		s.must("ann", "POST", "/wiki/rest/api/space", `{"key":"DEV","name":"Development"}`)
		id := s.must("ann", "POST", "/wiki/rest/api/content", `{"type":"page","title":"Files","space":{"key":"DEV"}}`)["id"].(string)
		for name, kept := range map[string]string{"../../x": "x", "evil.html": "evil.html", `..\..\y.svg`: "y.svg"} {
			code, body := s.upload("ann", "POST", "/wiki/rest/api/content/"+id+"/child/attachment", name, "<script>alert(1)</script>", "comment", "c")
			if code != 200 || !strings.Contains(body, `"title":"`+kept+`"`) {
				t.Errorf("%s: %d %s", name, code, body)
			}
		}
		code, body := s.upload("ann", "POST", "/wiki/rest/api/content/"+id+"/child/attachment", "evil.html", "again")
		if code != 400 || !strings.Contains(body, "same file name") {
			t.Errorf("%d %s", code, body)
		}
		if code, body := s.upload("ann", "PUT", "/wiki/rest/api/content/"+id+"/child/attachment", "evil.html", "again"); code != 200 || !strings.Contains(body, `"number":2`) {
			t.Errorf("%d %s", code, body)
		}
		for _, path := range []string{"/wiki/download/attachments/" + id + "/evil.html", "/wiki/download/attachments/" + id + "/y.svg"} {
			w := s.raw("bob", "GET", path)
			if w.Code != 200 || w.Header().Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") ||
				!strings.Contains(w.Header().Get("Content-Security-Policy"), "sandbox") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %d %v", path, w.Code, w.Header())
			}
		}
		s.want("bob", "GET", "/wiki/download/attachments/"+id+"/evil.html?version=1", "", 200, "alert")
		s.want("bob", "GET", "/wiki/rest/api/search?cql="+url.QueryEscape(`type = attachment and title ~ "evil"`), "", 200, `"totalSize":1`)
		s.want("bob", "GET", "/wiki/api/v2/pages/"+id+"/attachments?filename=x", "", 200, `"title":"x"`)
		s.must("ann", "PUT", "/wiki/rest/api/content/"+id+"/restriction/byOperation/read/user?accountId="+s.account("ann"), "")
		s.want("bob", "GET", "/wiki/download/attachments/"+id+"/evil.html", "", 404, "")
		s.want("bob", "GET", "/wiki/rest/api/search?cql="+url.QueryEscape(`type = attachment and title ~ "evil"`), "", 200, `"totalSize":0`)
		s.want("bob", "GET", "/wiki/rest/api/content/"+id+"/restriction/byOperation", "", 404, "")
	})
}

func TestBadInputGetsAClearError(t *testing.T) {
	s := newSite(t, sqliteEngine(t))
	s.must("ann", "POST", "/wiki/rest/api/space", `{"key":"DEV","name":"Development"}`)
	create := func(body string) string {
		return `{"type":"page","title":"T","space":{"key":"DEV"},"body":` + body + `}`
	}
	s.want("ann", "POST", "/wiki/rest/api/content", create(storageBody("<p>unclosed")), 400, "Error parsing xhtml")
	entity := `{"type":"page","title":"Entity","space":{"key":"DEV"},"body":` + storageBody(`<!DOCTYPE x [<!ENTITY a "expanded">]><p>&a;</p>`) + `}`
	if _, body := s.do("ann", "POST", "/wiki/rest/api/content?expand=body.view", entity); strings.Contains(body, "<p>expanded") {
		t.Errorf("an entity is expanded: %s", body)
	}
	s.want("ann", "POST", "/wiki/rest/api/content", create(storageBody("<p>"+strings.Repeat("x", 10<<20)+"</p>")), 413, "larger than")
	s.want("ann", "POST", "/wiki/rest/api/content", create(storageBody("<p>"+strings.Repeat("x", 4<<20)+"</p>")), 413, "larger than")
	s.want("ann", "POST", "/wiki/rest/api/content", create(`{"atlas_doc_format":{"value":"{\"type\":\"doc\",\"version\":1,\"content\":[{\"type\":\"nope\"}]}","representation":"atlas_doc_format"}}`), 400, "nope")
	s.want("ann", "POST", "/wiki/rest/api/content", create(storageBody(`<p onclick="alert(1)">a<script>alert(2)</script><a href="javascript:alert(3)">b</a></p>`)), 200, "")
	view := s.want("ann", "GET", "/wiki/rest/api/content?title=T&spaceKey=DEV&expand=body.view", "", 200, "")
	for _, bad := range []string{"<script", "onclick", `href=\"javascript`, `\u003cscript`} {
		if strings.Contains(view, bad) {
			t.Errorf("the view has %s: %s", bad, view)
		}
	}
	for cql, want := range map[string]string{"type = ": "position 7", "nonsense = 1": "no field 'nonsense' at position 0", "not space = DEV": "first clause", "created > yesterday": "is no date", "type = page order by macro": "does not sort", "title ~ \"\"": "nothing to search"} {
		s.want("ann", "GET", "/wiki/rest/api/content/search?cql="+url.QueryEscape(cql), "", 400, want)
	}
	s.want("ann", "GET", "/wiki/rest/api/content/search", "", 400, "cql")
	s.want("ann", "POST", "/wiki/rest/api/content", `{"type":"page"`, 400, "statusCode")
	s.want("ann", "POST", "/wiki/rest/api/content", `{"type":"page","title":"x","space":{"key":"NOPE"}}`, 404, "NOPE")
	s.want("", "GET", "/wiki/rest/api/content", "", 401, "")
}

func TestPagesThatIncludeEachOtherEnd(t *testing.T) {
	s := newSite(t, sqliteEngine(t))
	s.must("ann", "POST", "/wiki/rest/api/space", `{"key":"DEV","name":"Development"}`)
	include := func(title string) string {
		return `<ac:structured-macro ac:name="include"><ac:parameter ac:name=""><ac:link><ri:page ri:content-title="` + title + `"/></ac:link></ac:parameter></ac:structured-macro><p>body of the one that includes ` + title + `</p>`
	}
	var ids []string
	for _, pair := range [][2]string{{"A", "B"}, {"B", "A"}} {
		p := s.must("ann", "POST", "/wiki/rest/api/content", `{"type":"page","title":"`+pair[0]+`","space":{"key":"DEV"},"body":`+storageBody(include(pair[1]))+`}`)
		ids = append(ids, p["id"].(string))
	}
	s.want("bob", "GET", "/wiki/rest/api/content/"+ids[0]+"?expand=body.view", "", 200, "includes itself")
	s.want("bob", "GET", "/api/wiki/pages/"+ids[0], "", 200, "includes itself")
	// What the asker may not read is not included.
	s.must("ann", "PUT", "/api/wiki/pages/"+ids[1]+"/restrictions", `{"read":[{"type":"user","name":"`+s.account("ann")+`"}]}`)
	body := s.want("bob", "GET", "/wiki/rest/api/content/"+ids[0]+"?expand=body.view", "", 200, "you may not see it")
	if strings.Contains(body, "the one that includes A") {
		t.Error("a hidden page is included")
	}
}
