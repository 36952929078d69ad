package rest_test

import (
	"net/url"
	"strings"
	"testing"
)

func TestAPageFromDraftToTrashAndBack(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		sp := s.must("ann", "POST", "/api/wiki/spaces", `{"key":"DOC","name":"Docs"}`)
		id := s.page("ann", "DOC", "", "Café plans", doc("hello world"))
		p := s.must("bob", "GET", "/api/wiki/pages/"+id, "")
		if p["title"] != "Café plans" || p["version"].(float64) != 1 {
			t.Fatalf("%v", p)
		}
		// A draft of bob's, based on version 1, survives ann's publishing and is offered again.
		s.must("bob", "PUT", "/api/wiki/drafts/"+id, `{"baseVersion":1,"title":"Café plans","body":`+doc("bob writes")+`}`)
		s.must("ann", "POST", "/api/wiki/pages/"+id+"/publish", `{"baseVersion":1,"title":"Café plans","body":`+doc("ann was faster")+`}`)
		s.want("bob", "POST", "/api/wiki/pages/"+id+"/publish", `{"baseVersion":1}`, 409, "ann was faster")
		s.want("bob", "GET", "/api/wiki/drafts/"+id, "", 200, "bob writes")
		s.want("ann", "GET", "/api/wiki/drafts/"+id, "", 404, "no draft")
		s.must("bob", "POST", "/api/wiki/pages/"+id+"/publish", `{"force":true}`)
		s.want("ann", "GET", "/api/wiki/pages/"+id+"/diff?from=2&to=3", "", 200, "ins")
		s.must("ann", "POST", "/api/wiki/pages/"+id+"/versions/1/restore", `{}`)
		s.want("ann", "GET", "/api/wiki/pages/"+id, "", 200, "hello world")
		s.want("ann", "GET", "/api/wiki/pages/"+id+"/versions?limit=2", "", 200, `"next":"3"`)
		s.want("eve", "GET", "/api/wiki/suggest?q=cafe", "", 200, "Café plans")
		s.want("eve", "GET", "/api/wiki/search?q=hello", "", 200, `{"text":"hello","hit":true}`)
		s.want("eve", "GET", "/api/wiki/spaces/DOC/tree", "", 200, "Docs Home")
		s.must("ann", "DELETE", "/api/wiki/pages/"+id, "")
		s.want("eve", "GET", "/api/wiki/search?q=hello", "", 200, `"total":0`)
		s.want("ann", "GET", "/api/wiki/spaces/DOC/trash", "", 200, "Café plans")
		s.must("ann", "POST", "/api/wiki/pages/"+id+"/restore", "{}")
		s.want("eve", "GET", "/api/wiki/search?q=hel*", "", 200, `"total":1`)
		s.want("ann", "GET", "/api/wiki/home", "", 200, "Café plans")
		s.want("ann", "GET", "/api/wiki/spaces/"+sp["id"].(string)+"/home", "", 200, `"page":{`)
	})
}

func TestCommentsInTheText(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		s.must("ann", "POST", "/api/wiki/spaces", `{"key":"DOC","name":"Docs"}`)
		id := s.page("ann", "DOC", "", "Plan", doc("one two three two"))
		c := s.must("bob", "POST", "/api/wiki/pages/"+id+"/comments", `{"location":"inline","anchorText":"two","matchIndex":1,"body":`+doc("which two?")+`}`)
		if c["resolution"] != "open" || c["anchorText"] != "two" {
			t.Errorf("%v", c)
		}
		s.want("ann", "GET", "/api/wiki/pages/"+id, "", 200, c["marker"].(string))
		s.want("bob", "POST", "/api/wiki/pages/"+id+"/comments", `{"location":"inline","anchorText":"four","body":`+doc("x")+`}`, 400, "not on the page")
		cid := c["id"].(string)
		s.must("ann", "POST", "/api/wiki/pages/"+id+"/comments", `{"parentId":"`+cid+`","body":`+doc("the second")+`}`)
		s.must("ann", "POST", "/api/wiki/pages/"+id+"/comments", `{"body":`+doc("nice page")+`}`)
		s.want("ann", "GET", "/api/wiki/pages/"+id, "", 200, `"comments":{"footer":1,"inlineOpen":1,"inlineResolved":0}`)
		s.must("ann", "PUT", "/api/wiki/comments/"+cid, `{"resolved":true}`)
		s.want("ann", "GET", "/api/wiki/pages/"+id, "", 200, `"comments":{"footer":1,"inlineOpen":0,"inlineResolved":1}`)
		s.want("eve", "PUT", "/api/wiki/comments/"+cid, `{"body":`+doc("not mine")+`}`, 403, "")
		s.must("bob", "PUT", "/api/wiki/comments/"+cid, `{"version":1,"body":`+doc("which of the twos?")+`}`)
		s.want("bob", "PUT", "/api/wiki/comments/"+cid, `{"version":1,"body":`+doc("again")+`}`, 409, "")
		// A thread whose text is gone says so, and is itself again when the text comes back.
		s.must("ann", "PUT", "/api/wiki/comments/"+cid, `{"resolved":false}`)
		s.must("ann", "POST", "/api/wiki/pages/"+id+"/publish", `{"body":`+doc("all is new")+`}`)
		s.want("ann", "GET", "/api/wiki/pages/"+id+"/comments", "", 200, `"resolution":"dangling"`)
		s.must("ann", "POST", "/api/wiki/pages/"+id+"/versions/2/restore", `{}`)
		s.want("ann", "GET", "/api/wiki/pages/"+id+"/comments", "", 200, `"resolution":"open"`)
		s.must("ann", "PUT", "/api/wiki/comments/"+cid, `{"resolved":true}`)
		all := s.want("eve", "GET", "/api/wiki/pages/"+id+"/comments", "", 200, "which of the twos?")
		if !strings.Contains(all, "the second") {
			t.Error(all)
		}
		s.want("eve", "GET", "/api/wiki/search?cql=type%20%3D%20comment%20and%20text%20~%20%22twos%22", "", 200, "Re: Plan")
		s.must("bob", "DELETE", "/api/wiki/comments/"+cid, "")
		s.want("ann", "GET", "/api/wiki/pages/"+id, "", 200, `"comments":{"footer":1,"inlineOpen":0,"inlineResolved":0}`)
	})
}

func TestWhatIsRestrictedIsNowhereToBeSeen(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		s.must("ann", "POST", "/api/wiki/spaces", `{"key":"DOC","name":"Docs"}`)
		top := s.page("ann", "DOC", "", "Top secret", doc("xylophone"))
		child := s.page("ann", "DOC", top, "Below secret", doc("xylophone too"))
		s.must("ann", "POST", "/api/wiki/pages/"+child+"/comments", `{"body":`+doc("xylophone said")+`}`)
		if code, body := s.upload("ann", "POST", "/api/wiki/pages/"+child+"/attachments", "xylophone.txt", "x"); code != 200 {
			t.Fatalf("%d %s", code, body)
		}
		s.want("bob", "GET", "/api/wiki/search?q=xylophone", "", 200, `"total":4`)
		s.must("ann", "PUT", "/api/wiki/pages/"+top+"/restrictions", `{"read":[{"type":"group","name":"writers"}]}`)
		for _, who := range []string{"ann", "eve"} {
			s.want(who, "GET", "/api/wiki/search?q=xylophone", "", 200, `"total":4`)
			s.must(who, "GET", "/api/wiki/pages/"+child, "")
		}
		s.want("bob", "GET", "/api/wiki/search?q=xylophone", "", 200, `"total":0`)
		for _, path := range []string{"/pages/" + top, "/pages/" + child, "/pages/" + child + "/comments", "/pages/" + child + "/attachments", "/pages/" + child + "/versions", "/pages/" + child + "/restrictions", "/spaces/DOC/tree?parent=" + top} {
			s.want("bob", "GET", "/api/wiki"+path, "", 404, "")
		}
		s.want("bob", "GET", "/api/wiki/suggest?q=secret", "", 200, `"pages":[]`)
		s.must("ann", "PUT", "/api/wiki/pages/"+top+"/labels", `{"labels":["merger"]}`)
		s.want("eve", "GET", "/api/wiki/labels?prefix=mer", "", 200, "merger")
		s.want("bob", "GET", "/api/wiki/labels?prefix=mer", "", 200, `"labels":[]`)
		s.want("bob", "GET", "/wiki/api/v2/labels", "", 200, `"results":[]`)
		s.want("bob", "GET", "/api/wiki/spaces/DOC/attachments", "", 200, `"media":[]`)
		s.want("bob", "GET", "/api/wiki/spaces/DOC/tree", "", 200, "Docs Home")
		if strings.Contains(s.want("bob", "GET", "/api/wiki/spaces/DOC/tree", "", 200, ""), "secret") {
			t.Error("the tree shows it")
		}
		// The restriction follows the tree: out of it, the child is seen again; into it, another page is hidden.
		home := s.must("ann", "GET", "/api/wiki/spaces/DOC", "")["homepageId"].(string)
		s.must("ann", "POST", "/api/wiki/pages/"+child+"/move", `{"targetId":"`+home+`","position":"append"}`)
		s.want("bob", "GET", "/api/wiki/search?q=xylophone", "", 200, `"total":3`)
		s.must("ann", "POST", "/api/wiki/pages/"+child+"/move", `{"targetId":"`+top+`","position":"append"}`)
		s.want("bob", "GET", "/api/wiki/search?q=xylophone", "", 200, `"total":0`)
		s.must("ann", "PUT", "/api/wiki/pages/"+top+"/restrictions", `{}`)
		s.want("bob", "GET", "/api/wiki/search?q=xylophone", "", 200, `"total":4`)
		s.want("ann", "POST", "/api/wiki/pages/"+top+"/move", `{"targetId":"`+child+`","position":"append"}`, 400, "own children")
	})
}

// TestGroupsAreFoundInPages: a page after the other, by the beginnings of words, whatever the case.
func TestGroupsAreFoundInPages(t *testing.T) {
	s := newSite(t, sqliteEngine(t))
	s.groups = []string{"Zebra team", "ärzte", "Arbeit", "team-a", "Team-B"}
	var all []string
	for path := "/api/wiki/groups?limit=2"; path != ""; {
		page := s.must("bob", "GET", path, "")
		for _, g := range page["results"].([]any) {
			all = append(all, g.(map[string]any)["name"].(string))
		}
		path = ""
		if next := page["next"].(string); next != "" {
			path = "/api/wiki/groups?limit=2&cursor=" + url.QueryEscape(next)
		}
	}
	if got := strings.Join(all, ","); got != "Arbeit,ärzte,team-a,Team-B,writers,Zebra team" {
		t.Error(got)
	}
	s.want("bob", "GET", "/api/wiki/groups?q=TEAM&limit=2", "", 200, `{"next":"Team-B","results":[{"name":"team-a"},{"name":"Team-B"}]}`)
	s.want("bob", "GET", "/api/wiki/groups?q=nobody", "", 200, `{"next":"","results":[]}`)
	s.want("bob", "GET", "/api/wiki/groups?limit=x", "", 400, "")
}
