package rest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

func (s *site) v1Page(who, space, title, body, more string) string {
	s.t.Helper()
	return s.must(who, "POST", "/wiki/rest/api/content", `{"type":"page","title":`+quote(title)+`,"space":{"key":"`+space+`"},"body":`+storageBody(body)+more+`}`)["id"].(string)
}

func under(id string) string { return `,"ancestors":[{"id":"` + id + `"}]` }

func TestGroupsAreRead(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		s.want("bob", "GET", "/wiki/rest/api/group?shouldReturnTotalSize=true", "", 200, `"totalSize":1`)
		s.want("bob", "GET", "/wiki/rest/api/group/picker?query=RIT", "", 200, `"name":"writers"`)
		s.want("bob", "GET", "/wiki/rest/api/group/picker?query=zz", "", 200, `"results":[]`)
		s.want("bob", "GET", "/wiki/rest/api/group/picker", "", 400, "query")
		for _, path := range []string{"by-id?id=", "by-name?name=", ""} {
			s.want("bob", "GET", "/wiki/rest/api/group/"+path+"writers", "", 200, `"name":"writers"`)
			s.want("bob", "GET", "/wiki/rest/api/group/"+path+"nobodies", "", 404, "nobodies")
		}
		for _, path := range []string{"member?name=writers", "writers/member", "writers/membersByGroupId"} {
			s.want("bob", "GET", "/wiki/rest/api/group/"+path, "", 200, s.account("eve"))
		}
		s.want("bob", "GET", "/wiki/rest/api/group/member?name=x", "", 404, "x")
		s.want("bob", "GET", "/wiki/rest/api/longtask", "", 200, `"results":[]`)
	})
}

func TestPermissionsAreChecked(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		s.must("ann", "POST", "/wiki/rest/api/space", `{"key":"DEV","name":"Dev"}`)
		open := s.v1Page("bob", "DEV", "Open", "<p>x</p>", "")
		hidden := s.v1Page("ann", "DEV", "Hidden", "<p>x</p>", "")
		s.must("ann", "PUT", "/wiki/rest/api/content/"+hidden+"/restriction", `[{"operation":"read","restrictions":{"group":[{"type":"group","name":"writers"}]}}]`)
		check := func(who, id, kind, subject, operation string, status int, text string) {
			t.Helper()
			s.want(who, "POST", "/wiki/rest/api/content/"+id+"/permission/check", `{"subject":{"type":"`+kind+`","identifier":"`+subject+`"},"operation":"`+operation+`"}`, status, text)
		}
		for _, op := range []string{"read", "update", "delete"} {
			check("bob", open, "user", s.account("bob"), op, 200, `"hasPermission":true`)
			check("ann", hidden, "user", s.account("bob"), op, 200, "User does not have permission to the content")
			check("ann", hidden, "user", s.account("eve"), op, 200, `"hasPermission":true`)
			check("ann", hidden, "group", "writers", op, 200, `"hasPermission":true`)
		}
		check("ann", open, "user", "anonymous", "read", 200, "Anonymous users are not allowed")
		check("bob", open, "user", s.account("eve"), "read", 403, "administrators")
		check("bob", hidden, "user", s.account("bob"), "read", 404, "")
		check("ann", open, "user", "nobody", "read", 400, "no user")
		check("ann", open, "group", "nobodies", "read", 400, "no group")
		check("ann", open, "team", "x", "read", 400, "neither")
		check("ann", open, "user", s.account("bob"), "fly", 400, "none of")
		s.want("ann", "POST", "/wiki/rest/api/content/"+open+"/permission/check", `{}`, 400, "subject")
	})
}

func TestBodiesAreConvertedLater(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		id := s.must("bob", "POST", "/wiki/rest/api/contentbody/convert/async/export_view", `{"representation":"storage","value":"<p>a <strong>b</strong></p>"}`)["asyncId"].(string)
		s.want("bob", "GET", "/wiki/rest/api/contentbody/convert/async/"+id, "", 200, `"status":"COMPLETED"`)
		s.want("bob", "GET", "/wiki/rest/api/contentbody/convert/async/"+id, "", 200, "<strong>b</strong>")
		s.want("eve", "GET", "/wiki/rest/api/contentbody/convert/async/"+id, "", 403, "")
		s.want("bob", "GET", "/wiki/rest/api/contentbody/convert/async/00", "", 404, "")
		s.want("bob", "POST", "/wiki/rest/api/contentbody/convert/async/nonsense", `{"representation":"storage","value":"<p>a</p>"}`, 400, "nonsense")
		s.clock.Advance(6 * time.Minute)
		s.want("bob", "GET", "/wiki/rest/api/contentbody/convert/async/"+id, "", 404, "")
	})
}

func TestPagesAreArchived(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		s.must("ann", "POST", "/wiki/rest/api/space", `{"key":"DEV","name":"Dev"}`)
		top := s.v1Page("bob", "DEV", "Old plans", "<p>zebra</p>", "")
		s.must("bob", "PUT", "/wiki/rest/api/content/"+top+"/restriction", `[{"operation":"read","restrictions":{"user":[{"accountId":"`+s.account("bob")+`"}]}}]`)
		sub := s.v1Page("bob", "DEV", "Sub", "<p>zebra</p>", under(top))
		s.want("ann", "POST", "/wiki/rest/api/content/archive", `{"pages":[{"id":`+top+`}]}`, 400, "no page")
		s.want("bob", "POST", "/wiki/rest/api/content/archive", `{"pages":[]}`, 400, "Between 1 and 300")
		s.want("bob", "POST", "/wiki/rest/api/content/archive", `{"pages":[{"id":`+top+`},{"id":1}]}`, 400, "no page 1")
		task := s.want("bob", "POST", "/wiki/rest/api/content/archive", `{"pages":[{"id":`+top+`}]}`, 202, "/rest/api/longtask/done-")
		if !strings.Contains(task, top) {
			t.Error(task)
		}
		s.want("bob", "POST", "/wiki/rest/api/content/archive", `{"pages":[{"id":"`+top+`"}]}`, 400, "no current page")
		s.want("bob", "GET", "/wiki/rest/api/content/"+top, "", 200, `"status":"archived"`)
		found := s.want("bob", "GET", "/wiki/rest/api/content/search?cql="+url.QueryEscape(`text ~ "zebra"`), "", 200, `"totalSize":1`)
		if !strings.Contains(found, `"Sub"`) {
			t.Error("the child page is not found")
		}
		s.want("ann", "GET", "/wiki/rest/api/content/"+sub, "", 404, "")
		if s.must("bob", "GET", "/wiki/api/v2/pages/"+sub, "")["parentId"] == top {
			t.Error("the child page stays under what is archived")
		}
		s.must("bob", "PUT", "/wiki/api/v2/pages/"+top, `{"id":"`+top+`","status":"current","title":"Old plans","version":{"number":2},"body":{"representation":"storage","value":"<p>zebra</p>"}}`)
		s.want("bob", "GET", "/wiki/rest/api/content/search?cql="+url.QueryEscape(`text ~ "zebra"`), "", 200, `"totalSize":2`)
		s.want("bob", "PUT", "/api/wiki/pages/"+top+"/archive", `{"on":true}`, 204, "")
		s.want("bob", "PUT", "/api/wiki/pages/"+top+"/archive", `{"on":false}`, 204, "")
		s.want("bob", "PUT", "/api/wiki/pages/"+top+"/archive", `{"on":false}`, 400, "not archived")
		home := s.must("ann", "GET", "/wiki/rest/api/space/DEV?expand=homepage", "")["homepage"].(map[string]any)["id"].(string)
		s.want("ann", "POST", "/wiki/rest/api/content/archive", `{"pages":[{"id":`+home+`}]}`, 400, "home page")
	})
}

func TestHierarchiesAreCopied(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		for _, key := range []string{"DEV", "OPS"} {
			s.must("ann", "POST", "/wiki/rest/api/space", `{"key":"`+key+`","name":"`+key+` space"}`)
		}
		top := s.v1Page("bob", "DEV", "Plan 2025", "<p>x</p>", "")
		sub := s.v1Page("bob", "DEV", "Tasks 2025", "<p>y</p>", under(top))
		secret := s.v1Page("eve", "DEV", "Secret 2025", "<p>z</p>", under(top))
		s.must("eve", "PUT", "/wiki/rest/api/content/"+secret+"/restriction", `[{"operation":"read","restrictions":{"user":[{"accountId":"`+s.account("eve")+`"}]}}]`)
		s.must("bob", "PUT", "/wiki/rest/api/content/"+sub+"/restriction", `[{"operation":"update","restrictions":{"user":[{"accountId":"`+s.account("bob")+`"}]}}]`)
		s.must("bob", "POST", "/wiki/rest/api/content/"+sub+"/label", `[{"name":"todo"}]`)
		s.must("bob", "POST", "/wiki/rest/api/content/"+sub+"/property", `{"key":"colour","value":"red"}`)
		s.want("bob", "POST", "/wiki/rest/api/content/"+top+"/pagehierarchy/copy", `{"destinationPageId":"`+top+`"}`, 400, "titleOptions")
		s.want("bob", "POST", "/wiki/rest/api/content/"+top+"/pagehierarchy/copy", `{"destinationPageId":"1"}`, 404, "")
		s.want("bob", "POST", "/wiki/rest/api/content/"+top+"/pagehierarchy/copy", `{"destinationPageId":"`+top+`","copyLabels":true,"copyPermissions":true,"copyProperties":true,"titleOptions":{"search":"2025","replace":"2026","prefix":"New "}}`, 202, "/rest/api/longtask/done-")
		titles := s.want("bob", "GET", "/wiki/rest/api/content/search?limit=50&expand=metadata.labels,restrictions.update.restrictions.user&cql="+url.QueryEscape(`title ~ "2026"`), "", 200, `"totalSize":2`)
		for _, want := range []string{`"New Plan 2026"`, `"New Tasks 2026"`, `"todo"`, s.account("bob")} {
			if !strings.Contains(titles, want) {
				t.Errorf("there is no %s: %.900s", want, titles)
			}
		}
		home := s.must("ann", "GET", "/wiki/rest/api/space/OPS?expand=homepage", "")["homepage"].(map[string]any)["id"].(string)
		s.want("bob", "POST", "/wiki/rest/api/content/"+top+"/pagehierarchy/copy", `{"destinationPageId":"`+home+`","copyDescendants":false}`, 202, "done-")
		s.want("bob", "GET", "/wiki/rest/api/content/search?cql="+url.QueryEscape(`space = OPS and type = page`), "", 200, `"totalSize":2`)
	})
}

// TestALabelOfHiddenPagesIsNotThere: whether a label is in use must not tell what is hidden.
func TestALabelOfHiddenPagesIsNotThere(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		s.must("ann", "POST", "/wiki/rest/api/space", `{"key":"DEV","name":"Dev"}`)
		hidden := s.v1Page("eve", "DEV", "Hidden", "<p>x</p>", "")
		s.must("eve", "PUT", "/wiki/rest/api/content/"+hidden+"/restriction", `[{"operation":"read","restrictions":{"user":[{"accountId":"`+s.account("eve")+`"}]}}]`)
		s.must("eve", "POST", "/wiki/rest/api/content/"+hidden+"/label", `[{"name":"layoffs"}]`)
		s.want("eve", "GET", "/wiki/rest/api/label?name=layoffs", "", 200, "Hidden")
		theirs := s.want("bob", "GET", "/wiki/rest/api/label?name=layoffs", "", 404, "layoffs")
		if never := s.want("bob", "GET", "/wiki/rest/api/label?name=nothing", "", 404, "nothing"); strings.ReplaceAll(never, "nothing", "layoffs") != theirs {
			t.Errorf("%s differs from %s", theirs, never)
		}
		s.want("bob", "GET", "/wiki/rest/api/label?name=layoffs&type=page", "", 404, "")
		labels := s.must("eve", "GET", "/wiki/api/v2/pages/"+hidden+"/labels", "")["results"].([]any)
		number := labels[0].(map[string]any)["id"].(string)
		for _, noun := range []string{"pages", "blogposts", "attachments"} {
			s.want("eve", "GET", "/wiki/api/v2/labels/"+number+"/"+noun, "", 200, "results")
			s.want("bob", "GET", "/wiki/api/v2/labels/"+number+"/"+noun, "", 404, "")
		}
		s.must("ann", "POST", "/wiki/rest/api/space/DEV/label", `[{"name":"known"}]`)
		s.want("bob", "GET", "/wiki/rest/api/label?name=known", "", 200, `"results":[]`)
	})
}

// TestABlogPostOfAnotherDay: who brings posts from elsewhere says when they were written.
func TestABlogPostOfAnotherDay(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		made := s.must("ann", "POST", "/wiki/rest/api/space", `{"key":"DEV","name":"Dev <b>"}`)
		space := fmt.Sprint(int64(made["id"].(float64)))
		post := func(at string) string {
			return `{"spaceId":"` + space + `","title":"Post","createdAt":"` + at + `","body":{"representation":"storage","value":"<p>x</p>"}}`
		}
		if got := s.must("ann", "POST", "/wiki/api/v2/blogposts", post("2020-01-02T04:04:05.006+01:00"))["createdAt"]; got != "2020-01-02T03:04:05.006Z" {
			t.Error(got)
		}
		s.want("ann", "POST", "/wiki/api/v2/blogposts", post("2 January"), 400, "createdAt")
		s.want("ann", "POST", "/wiki/api/v2/blogposts", post("9999-01-01T00:00:00Z"), 400, "createdAt")
		// Titles are escaped in what is found, those of spaces like those of pages: clients set them as HTML.
		s.want("ann", "GET", "/wiki/rest/api/search?cql="+url.QueryEscape("type = space"), "", 200, `"title":"Dev &lt;b&gt;"`)
	})
}
