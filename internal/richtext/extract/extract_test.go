package extract

import (
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/ref"
	"holdfast.dev/internal/richtext/storageformat"
)

// handbook has one of everything, part of it in bodies of macros and in source that ADF has no word for.
const handbook = `<h1>Plan</h1><h2>Plan</h2>
<p>See <ac:link><ri:page ri:content-title="Start" ri:space-key="DS"/><ac:link-body>the <strong>start</strong></ac:link-body></ac:link> and <a href="https://e.org/x">out</a>,
<a href="https://e.org/card" data-card-appearance="inline">https://e.org/card</a></p>
<ac:image ac:alt="map"><ri:attachment ri:filename="map.png"/></ac:image>
<ac:task-list><ac:task><ac:task-id>4</ac:task-id><ac:task-uuid>u4</ac:task-uuid><ac:task-status>incomplete</ac:task-status>
<ac:task-body><ac:link><ri:user ri:account-id="ann"/></ac:link> writes it by <time datetime="2024-02-29"/></ac:task-body></ac:task></ac:task-list>
<ul><li><ac:structured-macro ac:name="scroll"><ac:rich-text-body><h3>Deep</h3><p><ac:link><ri:user ri:userkey="8a7f"/></ac:link> <ac:link><ri:page ri:content-title="Inner"/></ac:link></p></ac:rich-text-body></ac:structured-macro></li></ul>
<ac:structured-macro ac:name="excerpt"><ac:parameter ac:name="name">short</ac:parameter><ac:rich-text-body><p>In short</p></ac:rich-text-body></ac:structured-macro>
<ac:structured-macro ac:name="details"><ac:parameter ac:name="id">d</ac:parameter><ac:rich-text-body><table><tbody><tr><th>Owner</th><td>Ann</td></tr><tr><th>State</th><td>good</td></tr></tbody></table></ac:rich-text-body></ac:structured-macro>
<p>a <ac:inline-comment-marker ac:ref="c1">marked </ac:inline-comment-marker><strong><ac:inline-comment-marker ac:ref="c1">text</ac:inline-comment-marker></strong></p>
<ac:structured-macro ac:name="jira"><ac:parameter ac:name="key">AB-1</ac:parameter></ac:structured-macro>`

func read(t *testing.T, s string) *adf.Node {
	t.Helper()
	doc, err := storageformat.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestWhatAPageHolds(t *testing.T) {
	doc := read(t, handbook)
	var links []string
	for _, l := range Links(doc) {
		links = append(links, l.Href+" "+l.Text)
	}
	want := []string{"wiki:page?space=DS&title=Start the start", "https://e.org/x out", "https://e.org/card https://e.org/card", "wiki:attachment?filename=map.png map", "wiki:page?title=Inner Inner"}
	if strings.Join(links, "|") != strings.Join(want, "|") {
		t.Errorf("links %q", links)
	}
	if l := Links(doc)[0]; l.Ref != (ref.Ref{Kind: ref.Page, Space: "DS", Title: "Start"}) {
		t.Errorf("%+v", l.Ref)
	}
	if m := Mentions(doc); strings.Join(m, " ") != "ann userkey:8a7f" {
		t.Errorf("mentions %q", m)
	}
	var heads []string
	for _, h := range Outline(doc) {
		heads = append(heads, strings.Repeat("#", h.Level)+h.Text+" "+h.ID)
	}
	if strings.Join(heads, "|") != "#Plan Plan|##Plan Plan.1|###Deep Deep" {
		t.Errorf("outline %q", heads)
	}
	tasks := Tasks(doc)
	if len(tasks) != 1 || tasks[0].LocalID != "u4" || tasks[0].ID != "4" || tasks[0].Done || tasks[0].Assignee != "ann" || !tasks[0].Due.Equal(time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)) || tasks[0].Text != "@ann writes it by 2024-02-29" {
		t.Errorf("%+v", tasks)
	}
	if c := InlineComments(doc); len(c) != 1 || c[0].ID != "c1" || c[0].Text != "marked text" {
		t.Errorf("%+v", c)
	}
	var macros []string
	for _, m := range Macros(doc) {
		macros = append(macros, m.Name)
	}
	if strings.Join(macros, " ") != "excerpt details jira" && strings.Join(macros, " ") != "scroll excerpt details jira" {
		t.Errorf("macros %q", macros)
	}
	if body, ok := Excerpt(doc, "short"); !ok || body[0].PlainText() != "In short" {
		t.Error("no excerpt")
	}
	if p := Properties(doc, "d"); len(p) != 2 || p[0].Key != "Owner" || p[1].Value[0].PlainText() != "good" {
		t.Errorf("%+v", p)
	}
	if s := Summary(doc, 20); s != "Plan Plan See the…" {
		t.Errorf("%q", s)
	}
}

func TestLinksAreRewrittenEverywhere(t *testing.T) {
	doc := read(t, handbook)
	before := string(doc.JSON())
	next := Rewrite{
		Link:    func(h string) string { return strings.Replace(h, "wiki:page?", "/page?", 1) },
		Media:   func(id string) string { return id + "&version=2" },
		Mention: func(id string) (string, string) { return "new-" + id, "@New" },
	}.Apply(doc)
	if string(doc.JSON()) != before {
		t.Fatal("the document itself was changed")
	}
	if err := adf.Validate(next); err != nil {
		t.Fatal(err)
	}
	var hrefs []string
	for _, l := range Links(next) {
		hrefs = append(hrefs, l.Href)
	}
	want := "/page?space=DS&title=Start https://e.org/x https://e.org/card wiki:attachment?filename=map.png&version=2 /page?title=Inner"
	if got := strings.Join(hrefs, " "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if m := Mentions(next); strings.Join(m, " ") != "new-ann new-userkey:8a7f" {
		t.Errorf("%q", m)
	}
	same := RewriteLinks(doc, func(h string) string { return h })
	if string(same.JSON()) != before {
		t.Error("a rewrite that changes nothing changed something")
	}
}

func TestTasksAreTicked(t *testing.T) {
	doc := read(t, handbook)
	if !SetTask(doc, "u4", true) || SetTask(doc, "no", true) || !Tasks(doc)[0].Done {
		t.Fatal("the task is not ticked")
	}
	out, err := storageformat.Write(doc)
	if err != nil || !strings.Contains(out, "<ac:task-status>complete</ac:task-status>") || !strings.Contains(out, "<ac:task-id>4</ac:task-id>") {
		t.Fatal(out, err)
	}
}

func TestMacrosPointToPages(t *testing.T) {
	doc := read(t, `<ac:structured-macro ac:name="include"><ac:parameter ac:name=""><ac:link><ri:page ri:content-title="Other" ri:space-key="DS"/></ac:link></ac:parameter></ac:structured-macro>`+
		`<ac:structured-macro ac:name="excerpt-include"><ac:parameter ac:name="">DS:Plain title</ac:parameter></ac:structured-macro>`)
	if l := Links(doc); len(l) != 1 || l[0].Href != "wiki:page?space=DS&title=Other" || l[0].Macro != "include" {
		t.Errorf("%+v", l)
	}
	if r, ok := storageformat.ParamRef(doc.Content[1], ""); !ok || r != (ref.Ref{Kind: ref.Page, Space: "DS", Title: "Plain title"}) {
		t.Errorf("%+v", r)
	}
	next := RewriteLinks(doc, func(h string) string { return strings.Replace(h, "space=DS", "space=NEW", 1) })
	out, err := storageformat.Write(next)
	if err != nil || !strings.Contains(out, `<ac:link><ri:page ri:space-key="NEW" ri:content-title="Other" /></ac:link>`) {
		t.Error(out, err)
	}
	if out, _ := storageformat.Write(doc); !strings.Contains(out, `ri:space-key="DS"`) {
		t.Error("the document itself was changed: ", out)
	}
}
