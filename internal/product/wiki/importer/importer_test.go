package importer_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/attachment"
	"holdfast.dev/internal/product/wiki/comment"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/draft"
	"holdfast.dev/internal/product/wiki/label"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/property"
	"holdfast.dev/internal/product/wiki/restriction"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/product/wiki/task"
	"holdfast.dev/internal/product/wiki/template"
	"holdfast.dev/internal/product/wiki/watch"
)

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, not %v", what, got, want)
	}
}

func line(v ...any) string { return strings.TrimSpace(fmt.Sprintln(v...)) }

func (s *site) read(fn func(tx *volume.Tx)) {
	s.t.Helper()
	if err := s.v.Read(ctx, func(tx *volume.Tx) error { fn(tx); return nil }); err != nil {
		s.t.Fatal(err)
	}
}

func TestASpaceComesWithAllThatIsInIt(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		s := openSite(t, e)
		place := whole().zip(t)
		r := s.load(place)
		if !r.Finished || r.Kind != "xml" {
			t.Errorf("the report says %+v", r)
		}
		s.read(func(tx *volume.Tx) {
			sp := must(space.Read(ctx, tx))(t).ByKey("doc")
			equal(t, "the space", line(sp.ID, sp.Name, sp.HomepageID, sp.Author, len(sp.Permissions)), line(100, "The DOC", 101, "user_ann", 2))
			equal(t, "the space's time", sp.Created, time.Date(2020, 1, 2, 3, 4, 5, 678e6, time.UTC))

			start := must(content.Get(ctx, tx, 101))(t)
			equal(t, "the page", line(start.Title, start.Version, start.Author, start.Editor, start.Updated), line("Start", 3, "user_ann", "user_bob", time.Date(2022, 2, 2, 2, 2, 2, 0, time.UTC)))
			for n, want := range []string{"Start as it was first user_ann", "Start second user_ann", "Start third user_bob"} {
				v := must(content.VersionOf(ctx, tx, 101, int64(n+1)))(t)
				equal(t, "a version", v.Title+" "+v.Message+" "+v.Author, want)
			}
			_, doc, err := page.Body(ctx, tx, start)
			if err != nil {
				t.Fatal(err)
			}
			body := string(doc.JSON())
			for _, part := range []string{`wiki:page?title=First&id=102`, `wiki:page?title=Nowhere"`, `"id":"user_bob"`, `never-heard-of`, `x < y`, `"m-1"`} {
				if !strings.Contains(body, part) {
					t.Errorf("the body has no %s: %s", part, body)
				}
			}

			first, second, deep := must(content.Get(ctx, tx, 102))(t), must(content.Get(ctx, tx, 103))(t), must(content.Get(ctx, tx, 104))(t)
			equal(t, "the tree", line(first.ParentID, second.ParentID, deep.ParentID, first.Position < second.Position), "101 101 102 true")
			equal(t, "the guards", line(first.GuardID, deep.GuardID, second.GuardID), "102 102 0")
			equal(t, "the restriction", line(must(restriction.Of(ctx, tx, 102))(t)), "map[read:[{user user_bob}]]")
			equal(t, "the draft", must(draft.Get(ctx, tx, 102, "user_bob"))(t).Base, 1)
			equal(t, "the new page", must(content.Get(ctx, tx, 105))(t).Status, content.Draft)
			equal(t, "the deleted page", must(content.Get(ctx, tx, 106))(t).Status, content.Trashed)
			equal(t, "the post", must(content.Get(ctx, tx, 110))(t).Kind, content.BlogPost)

			answer, inline := must(comment.Get(ctx, tx, 121))(t), must(comment.Get(ctx, tx, 122))(t)
			equal(t, "the answer", line(answer.ParentID, answer.Location, answer.Author), "120 footer user_bob")
			equal(t, "the inline comment", line(inline.Location, inline.Marker, inline.Anchor, inline.Resolution, inline.ResolvedBy, inline.Part.Resolved.Unix()), "inline m-1 marked resolved user_bob 1600000000")

			file := must(attachment.Named(ctx, tx, 101, "a.txt"))(t)
			equal(t, "the file", line(file.ID, file.Content.Version, string(s.blobs[file.Blob]), file.File.Comment), "130 2 new text, longer better")
			equal(t, "its first version", string(s.blobs[must(attachment.VersionOf(ctx, tx, 130, 1))(t).Blob]), "old text")
			if !strings.Contains(body, file.MediaID) {
				t.Errorf("the picture does not show the file: %s", body)
			}

			equal(t, "the labels", line(len(must(label.Of(ctx, tx, 102, ""))(t)), len(must(label.Of(ctx, tx, 100, ""))(t))), "1 1")
			equal(t, "who watches", line(must(watch.Of(ctx, tx, watch.Content, "101", 0, 10))(t)), "[user_bob]")
			equal(t, "the property", string(must(property.Find(ctx, tx, 101, "my-app"))(t).Value), `{"a":1}`)
			equal(t, "the tasks", len(must(task.Of(ctx, tx, 101))(t)), 1)
			made := must(template.Of(ctx, tx, 100))(t)
			equal(t, "the templates", len(made), 1)
			if !strings.Contains(made[0].Body, "{{who}}") {
				t.Errorf("the template asks for nothing: %s", made[0].Body)
			}
		})
		var found struct{ Size int }
		if code := get(t, s.api(), "/wiki/rest/api/content/search?cql=text~marked", &found); code != http.StatusOK || found.Size != 2 {
			t.Errorf("search answers %d with %d", code, found.Size)
		}
		var shown struct {
			Body struct{ View struct{ Value string } }
		}
		get(t, s.api(), "/wiki/rest/api/content/101?expand=body.view", &shown)
		for _, part := range []string{"/wiki/spaces/DOC/blog/2021/02/03/110/News", "/wiki/spaces/DOC/pages/103/Second", "/wiki/download/attachments/101/a.txt"} {
			if !strings.Contains(shown.Body.View.Value, part) {
				t.Errorf("the page does not show %s: %s", part, shown.Body.View.Value)
			}
		}
		for id, want := range map[string]int{"103": 1, "110": 1, "104": 0} { // though nobody has published Start here
			var back struct {
				Results []struct{ Title string }
			}
			get(t, s.api(), "/api/wiki/pages/"+id+"/backlinks", &back)
			if len(back.Results) != want || want == 1 && back.Results[0].Title != "Start" {
				t.Errorf("%v leads to the page %s", back.Results, id)
			}
		}
		before := s.digest()
		again := s.load(place)
		if s.digest() != before {
			t.Error("the second run changed something")
		}
		equal(t, "what the second run wrote", again.Pages, 0)
	})
}

func TestWhatIsHereIsNotWrittenOver(t *testing.T) {
	s := openSite(t, storagetest.SQLite(t))
	s.load(newExport().space("100", "DOC").content("Page", "101", "Start", "<p>mine</p>", "space->Space:100").zip(t))
	other := newExport().row("Space", "100", "name=Other", "key=DOC", "creationDate=2011-01-01 00:00:00.000").content("Page", "101", "Start", `<p>other <ac:link><ri:page ri:space-key="DOC" ri:content-title="Next" /></ac:link></p>`, "space->Space:100").
		content("Page", "102", "Next", "<p>next</p>", "space->Space:100")
	s.load(other.zip(t))
	s.read(func(tx *volume.Tx) {
		all := must(space.Read(ctx, tx))(t)
		equal(t, "the first page", must(content.Get(ctx, tx, 101))(t).SpaceID, 100)
		sp := all.ByKey("DOC2")
		if sp == nil {
			t.Fatal("the other space has no key of its own")
		}
		p := must(page.Titled(ctx, tx, content.Page, sp.ID, "Start"))(t)
		_, doc, err := page.Body(ctx, tx, p)
		if err != nil {
			t.Fatal(err)
		}
		if body := string(doc.JSON()); !strings.Contains(body, `wiki:page?space=DOC2&title=Next&id=102`) {
			t.Errorf("the link leads elsewhere: %s", body)
		}
	})
	changed := newExport().space("100", "DOC").content("Page", "101", "Start", "<p>later</p>", "space->Space:100", "version=2", "lastModificationDate=2025-01-01 00:00:00.000").content("Page", "103", "Added", "<p>added</p>", "space->Space:100", "parent->Page:101")
	r := s.load(changed.zip(t))
	for _, x := range r.Types {
		if x.Type == "page" && (x.Taken != 1 || x.NotTaken != 1) {
			t.Errorf("of the later export it took %+v", x)
		}
	}
}

// many is a space of n pages with versions.
func many(n int) *export {
	e := newExport().space("100", "DOC").row("ConfluenceUserImpl", "u1", "name=ann", "lowerName=ann")
	e.content("Page", "101", "Start", "<p>start</p>", "space->Space:100")
	for i := range n {
		id, up := 1000+i, 101
		if i >= 10 {
			up = 1000 + i/10
		}
		next := fmt.Sprintf(`<h2>Part %d</h2><p>Some words about <strong>number %d</strong>, see <ac:link><ri:page ri:content-title="Page %d" /></ac:link>.</p><ul><li>one</li><li>two</li></ul><table><tbody><tr><th>a</th><td>b</td></tr></tbody></table><ac:structured-macro ac:name="info"><ac:rich-text-body><p>note</p></ac:rich-text-body></ac:structured-macro>`, i, i, (i+7)%n)
		e.content("Page", line(id), fmt.Sprintf("Page %d", i), next, "space->Space:100", fmt.Sprintf("parent->Page:%d", up), "version=3", fmt.Sprintf("position=%d", i+1))
		for v := range 2 {
			e.content("Page", line(1_000_000+10*i+v), fmt.Sprintf("Page %d", i), next, fmt.Sprintf("version=%d", v+1), fmt.Sprintf("originalVersion->Page:%d", id))
		}
	}
	return e
}

func TestAnImportThatWasStoppedIsContinued(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		place := many(120).zip(t)
		s := openSite(t, e)
		for range 3 {
			ctx, stop := context.WithCancel(ctx)
			l := s.loader()
			l.Batch = 30
			calls := 0
			l.Progress = func(step string, done, _ int64, _ string) {
				if calls++; step == "taking pages" && calls > 3 {
					stop()
				}
			}
			if r, err := l.Load(ctx, place); !errors.Is(err, context.Canceled) || r.Finished {
				t.Fatalf("it was not stopped: %v", err)
			}
			stop()
		}
		r := s.load(place)
		for _, x := range r.Types {
			if x.Object == "Page" && x.NotTaken > 0 || x.Type == "page" && x.Taken+x.AlreadyThere != 121 {
				t.Errorf("in the end: %+v", x)
			}
		}
		s.read(func(tx *volume.Tx) {
			var pages, versions int
			if err := tx.GetText(ctx, `SELECT count(*) FROM wiki_content WHERE kind = 'page' AND status = 'current'`, nil, &pages); err != nil {
				t.Fatal(err)
			}
			if err := tx.GetText(ctx, `SELECT count(*) FROM wiki_version`, nil, &versions); err != nil {
				t.Fatal(err)
			}
			equal(t, "pages and versions", line(pages, versions), "121 361")
		})
	})
}

func BenchmarkImport(b *testing.B) {
	place := many(5000).zip(b)
	for b.Loop() {
		s := openSite(b, storagetest.SQLite(b))
		r := s.load(place)
		b.ReportMetric(5001/r.Seconds, "pages/s")
		b.ReportMetric(r.PagesPerSecond, "versions/s")
	}
}

func TestLinksByAddressOfTheOldServerLeadToThePagesHere(t *testing.T) {
	for href, want := range map[string]string{
		"https://old.example.com/wiki/spaces/DOC/pages/70001/Target#part":         "wiki:page?space=DOC&title=Target&id=70001#part",
		"https://old.example.com/wiki/spaces/OTHER/pages/70001/Target":            "",
		"http://old.example.com/pages/viewpage.action?pageId=70001":               "wiki:page?space=DOC&title=Target&id=70001",
		"http://old.example.com/pages/viewpage.action?src=mail&pageId=70002":      "",
		"http://old.example.com/display/doc/target":                               "wiki:page?space=DOC&title=Target&id=70001",
		"http://old.example.com/display/DOC/Elsewhere":                            "",
		"https://example.org/?u=/spaces/DOC/pages/70001x":                         "",
		"https://old.example.com/wiki/spaces/DOC/blog/2021/02/03/70003/Some+news": "wiki:blog-post?space=DOC&title=News&day=2021%2F02%2F03&id=70003",
	} {
		s := openSite(t, storagetest.SQLite(t))
		e := newExport().space("100", "DOC").content("Page", "70000", "Start", `<p><a href="`+strings.ReplaceAll(href, "&", "&amp;")+`" class="external-link">there</a></p>`, "space->Space:100").
			content("Page", "70001", "Target", "<p>here</p>", "space->Space:100").content("BlogPost", "70003", "News", "<p>news</p>", "space->Space:100")
		s.load(e.zip(t))
		if want == "" {
			want = href
		}
		s.read(func(tx *volume.Tx) {
			_, doc, err := page.Body(ctx, tx, must(content.Get(ctx, tx, 70000))(t))
			if err != nil {
				t.Fatal(err)
			}
			equal(t, href, doc.Content[0].Content[0].Marks[0].Attr("href"), want)
		})
	}
}
