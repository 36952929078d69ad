package rest_test

import (
	"fmt"
	"strings"
	"testing"
)

func (s *site) backlinks(who, id string) string {
	s.t.Helper()
	var out []string
	for path := "/api/wiki/pages/" + id + "/backlinks?limit=2"; path != ""; {
		answer := s.must(who, "GET", path, "")
		for _, r := range answer["results"].([]any) {
			out = append(out, r.(map[string]any)["title"].(string))
		}
		path = ""
		if next, _ := answer["next"].(string); next != "" {
			path = "/api/wiki/pages/" + id + "/backlinks?limit=2&cursor=" + next
		}
	}
	return strings.Join(out, ",")
}

// TestBacklinksFollowPages: links by title, by address and in cards; what hides is not told; links hold when pages are renamed and moved, and start
// to hold when the page is made after them.
func TestBacklinksFollowPages(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		for _, key := range []string{"DEV", "OPS"} {
			s.must("ann", "POST", "/wiki/rest/api/space", `{"key":"`+key+`","name":"`+key+` space"}`)
		}
		link := func(title string) string {
			return `<p><ac:link><ri:page ri:content-title="` + title + `"/></ac:link></p>`
		}
		target := s.v1Page("bob", "DEV", "Target", "<p>x</p>", "")
		a := s.v1Page("bob", "DEV", "A", link("target"), "")
		s.v1Page("bob", "OPS", "B", `<p><ac:link><ri:page ri:space-key="DEV" ri:content-title="Target"/></ac:link></p>`, "")
		s.v1Page("bob", "DEV", "C", `<p><a href="/wiki/spaces/DEV/pages/`+target+`/Target">here</a> and <a href="https://elsewhere.example/wiki/spaces/DEV/pages/`+a+`">there</a></p>`, "")
		s.v1Page("bob", "DEV", "D", `<p>twice `+link("Target")[3:]+link("Target"), "")
		hidden := s.v1Page("eve", "DEV", "Hidden", link("Target"), "")
		s.must("eve", "PUT", "/wiki/rest/api/content/"+hidden+"/restriction", `[{"operation":"read","restrictions":{"user":[{"accountId":"`+s.account("eve")+`"}]}}]`)
		check := func(who, want string) {
			t.Helper()
			if got := s.backlinks(who, target); got != want {
				t.Errorf("%s sees %s, want %s", who, got, want)
			}
		}
		check("bob", "A,B,C,D")
		check("eve", "A,B,C,D,Hidden")
		if got := s.backlinks("bob", a); got != "" {
			t.Errorf("an address of another site is a link: %s", got)
		}
		s.want("bob", "GET", "/api/wiki/pages/"+hidden+"/backlinks", "", 404, "")

		s.must("bob", "PUT", "/wiki/rest/api/content/"+target, `{"type":"page","title":"Goal","version":{"number":2}}`)
		goes := func(to string) {
			t.Helper()
			s.want("bob", "GET", "/wiki/rest/api/content/"+a+"?expand=body.view", "", 200, `/pages/`+to+`/`)
		}
		goes(target)
		check("bob", "A,B,C,D")
		other := s.v1Page("bob", "DEV", "Target", "<p>another</p>", "")
		goes(target)
		if got := s.backlinks("bob", other); got != "" {
			t.Errorf("links that hold go elsewhere: %s", got)
		}
		s.must("bob", "PUT", "/wiki/rest/api/content/"+a, `{"type":"page","title":"A","version":{"number":2},"body":`+storageBody(link("target")+"<p>more</p>")+`}`)
		goes(target)
		home := s.must("ann", "GET", "/wiki/rest/api/space/OPS?expand=homepage", "")["homepage"].(map[string]any)["id"].(string)
		s.must("bob", "PUT", fmt.Sprintf("/wiki/rest/api/content/%s/move/append/%s", target, home), "")
		goes(target)
		check("bob", "A,B,C,D")
		s.must("bob", "PUT", "/wiki/rest/api/content/"+a, `{"type":"page","title":"A","version":{"number":3},"body":`+storageBody("<p>no link</p>")+`}`)
		check("bob", "B,C,D")

		s.v1Page("bob", "DEV", "Early", link("Late"), "")
		late := s.v1Page("bob", "DEV", "late", "<p>x</p>", "")
		if got := s.backlinks("bob", late); got != "Early" {
			t.Errorf("links to what is made later: %s", got)
		}
	})
}

// TestWhoCommentsDoesNotEdit: an inline comment of somebody who may not change the page leaves its author, its editor and its date.
func TestWhoCommentsDoesNotEdit(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		s.must("ann", "POST", "/wiki/rest/api/space", `{"key":"DEV","name":"Dev"}`)
		id := s.v1Page("ann", "DEV", "Plan", "<p>the words of ann</p>", "")
		s.must("ann", "PUT", "/wiki/rest/api/content/"+id+"/restriction", `[{"operation":"update","restrictions":{"user":[{"accountId":"`+s.account("ann")+`"}]}}]`)
		s.must("bob", "POST", "/api/wiki/pages/"+id+"/comments", `{"location":"inline","anchorText":"words","body":`+doc("which?")+`}`)
		p := s.must("bob", "GET", "/wiki/rest/api/content/"+id+"?expand=version,history.lastUpdated,history.contributors.publishers,body.storage", "")
		v := p["version"].(map[string]any)
		if v["number"] != 2.0 || v["minorEdit"] != true || v["by"].(map[string]any)["accountId"] != s.account("ann") {
			t.Errorf("%v", v)
		}
		if all := fmt.Sprint(p); strings.Contains(all, s.account("bob")) || !strings.Contains(all, "inline-comment-marker") {
			t.Error(all)
		}
		s.want("ann", "GET", "/wiki/rest/api/content/search?cql=contributor%3D"+s.account("bob"), "", 200, `"type":"comment"`)
	})
}
