package render_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/markdown"
	"holdfast.dev/internal/richtext/render"
	"holdfast.dev/internal/richtext/storageformat"
)

var ctx = context.Background()

func page(t testing.TB, storage string) *adf.Node {
	t.Helper()
	doc, err := storageformat.Parse(storage)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func show(t testing.TB, storage string, o render.Options) string {
	t.Helper()
	out, err := render.HTML(ctx, page(t, storage), o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPagesAreShown(t *testing.T) {
	macro := func(name, params, body string) string {
		return `<ac:structured-macro ac:name="` + name + `">` + params + `<ac:rich-text-body>` + body + `</ac:rich-text-body></ac:structured-macro>`
	}
	param := func(name, value string) string {
		return `<ac:parameter ac:name="` + name + `">` + value + `</ac:parameter>`
	}
	for name, c := range map[string]struct{ storage, want string }{
		"text":         {`<p>a <strong>b <em>c</em></strong> <u>d</u><br/>H<sub>2</sub></p>`, `<p>a <strong>b <em>c</em></strong> <u>d</u><br>H<sub>2</sub></p>`},
		"colour":       {`<p><span style="color: rgb(255,0,0);">x</span></p>`, `<p><span style="color: #ff0000;">x</span></p>`},
		"heading":      {`<h1>One two</h1><h2>One two</h2>`, `<h1 id="One-two">One two</h1><h2 id="One-two.1">One two</h2>`},
		"align":        {`<p style="text-align: right;">x</p><p style="text-align: justify; position: fixed">y</p>`, `<p style="text-align: right;">x</p><p style="text-align: justify;">y</p>`},
		"list":         {`<ol start="3"><li>a<ul><li>b</li></ul></li></ol>`, `<ol start="3"><li><p>a</p><ul><li><p>b</p></li></ul></li></ol>`},
		"panel":        {macro("note", param("title", "T&lt;"), "<p>x</p>"), `<div class="panel panel-warning" data-panel-type="warning"><p class="panel-title"><strong>T&lt;</strong></p><p>x</p></div>`},
		"panel in li":  {`<ul><li>` + macro("tip", "", "<table><tbody><tr><td>x</td></tr></tbody></table>") + `</li></ul>`, `<div class="panel panel-success" data-panel-type="success"><div class="table-wrap"><table class="confluenceTable"><tbody><tr><td><p>x</p></td></tr></tbody></table></div></div>`},
		"expand":       {macro("expand", param("title", "More"), "<p>x</p>"), `<details class="expand"><summary>More</summary><p>x</p></details>`},
		"code":         {`<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">go</ac:parameter><ac:plain-text-body><![CDATA[a<b]]></ac:plain-text-body></ac:structured-macro>`, `<pre class="code-block" data-language="go"><code>a&lt;b</code></pre>`},
		"noformat":     {`<ac:structured-macro ac:name="noformat"><ac:plain-text-body><![CDATA[x]]></ac:plain-text-body></ac:structured-macro>`, `<pre class="code-block"><code>x</code></pre>`},
		"status":       {`<p><ac:structured-macro ac:name="status"><ac:parameter ac:name="title">OK</ac:parameter><ac:parameter ac:name="colour">Green</ac:parameter></ac:structured-macro></p>`, `<span class="status status-green">OK</span>`},
		"toc":          {`<ac:structured-macro ac:name="toc"><ac:parameter ac:name="maxLevel">2</ac:parameter></ac:structured-macro><h1>A</h1><h2>B</h2><h3>C</h3><h2>D</h2><h1>E</h1>`, `<nav class="toc"><ul><li><a href="#A">A</a><ul><li><a href="#B">B</a></li><li><a href="#D">D</a></li></ul></li><li><a href="#E">E</a></li></ul></nav>`},
		"toc outline":  {`<ac:structured-macro ac:name="toc"><ac:parameter ac:name="outline">true</ac:parameter></ac:structured-macro><h2>A</h2><h4>B</h4><h1>C</h1>`, `<ul><li><a href="#A">1 A</a><ul><li><a href="#B">1.1 B</a></li></ul></li><li><a href="#C">2 C</a></li></ul>`},
		"hidden":       {macro("excerpt", param("hidden", "true"), "<p>x</p>") + `<p>y</p>`, `<p>y</p>`},
		"section":      {macro("section", "", macro("column", param("width", "30%"), "<p>x</p>")), `<div class="section"><div class="column" style="width: 30%;"><p>x</p></div></div>`},
		"unknown":      {`<ac:structured-macro ac:name="x&lt;y" />`, `<div class="macro-unknown" data-macro-name="x&lt;y">[x&lt;y]</div>`},
		"unknown rich": {macro("thing", "", "<p>inside</p>"), `<div class="macro-unknown" data-macro-name="thing"><p>inside</p></div>`},
		"table":        {`<table><colgroup><col style="width: 50.0px;"/></colgroup><tbody><tr><th data-highlight-colour="#f4f5f7" rowspan="2">h</th></tr></tbody></table>`, `<colgroup><col style="width: 50px;"></colgroup><tbody><tr><th rowspan="2" style="background-color: #f4f5f7;"><p>h</p></th></tr></tbody>`},
		"task":         {`<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>x</ac:task-body></ac:task></ac:task-list>`, `<li class="task checked" data-task-id="1"><span class="task-box" role="img" aria-label="done">☑ </span>x</li>`},
		"comment":      {`<p><ac:inline-comment-marker ac:ref="r1">x</ac:inline-comment-marker></p>`, `<span class="inline-comment-marker" data-ref="r1">x</span>`},
		"date":         {`<p><time datetime="2024-02-29"/></p>`, `<time datetime="2024-02-29">29 Feb 2024</time>`},
		"anchor":       {`<p><ac:link ac:anchor="x y"><ac:link-body>go</ac:link-body></ac:link></p>`, `<a href="#x%20y">go</a>`},
		"page link":    {`<p><ac:link><ri:page ri:content-title="Nowhere"/></ac:link></p>`, `<p>Nowhere</p>`},
		"kept source":  {`<foo:bar><p>kept <script>x</script></p></foo:bar>`, `<p>kept x</p>`},
		"inline body":  {`<p>a <ac:structured-macro ac:name="excerpt"><ac:rich-text-body><p>in <em>it</em></p></ac:rich-text-body></ac:structured-macro></p>`, `<p>a in <em>it</em></p>`},
	} {
		if got := show(t, c.storage, render.Options{}); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s\nlacks %s", name, got, c.want)
		}
	}
}

// wiki resolves what a page needs.
type wiki struct{}

func (wiki) Macro(_ context.Context, r *render.Renderer, m render.Macro) (string, bool, error) {
	switch m.Name {
	case "children":
		return "<ul class=children></ul>", true, nil
	case "wrap":
		inner, err := r.Nodes(m.Body)
		return "<b>" + inner + "</b>", true, err
	case "broken":
		return "", false, errors.New("broken")
	}
	return "", false, nil
}

func TestTheWikiIsAsked(t *testing.T) {
	o := render.Options{
		Macros: wiki{},
		Link: func(href string) (string, string) {
			return strings.Replace(href, "wiki:page?title=", "/wiki/", 1), "page"
		},
		Card:    func(string) string { return "A title" },
		Media:   func(n *adf.Node) render.Media { return render.Media{URL: "/f/1", Name: "a.png", Download: "/d/1"} },
		Mention: func(id string) (string, string) { return "Ann " + id, "/people/" + id },
	}
	got := show(t, `<ac:structured-macro ac:name="children"/><ac:structured-macro ac:name="wrap"><ac:rich-text-body><p>x <ac:link><ri:user ri:account-id="7"/></ac:link></p></ac:rich-text-body></ac:structured-macro>`+
		`<p><ac:link><ri:page ri:content-title="Start"/></ac:link> <a href="https://e.org" data-card-appearance="inline">https://e.org</a></p><ac:image ac:alt="alt" ac:width="90"><ri:attachment ri:filename="a.png"/></ac:image>`, o)
	for _, want := range []string{`<ul class=children></ul>`, `<b><p>x <a class="mention" href="/people/7">@Ann 7</a></p></b>`, `<a href="/wiki/Start" class="page">Start</a>`, `>A title</a>`,
		`<a href="/d/1"><img src="/f/1" alt="alt" width="90" loading="lazy"></a>`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %s", got, want)
		}
	}
	if _, err := render.HTML(ctx, page(t, `<ac:structured-macro ac:name="broken"/>`), o); err == nil {
		t.Error("the error of a macro is lost")
	}
	if _, err := render.HTML(ctx, page(t, `<p>`+strings.Repeat("x", 1000)+`</p>`), render.Options{MaxBytes: 500}); !errors.Is(err, render.ErrTooLarge) {
		t.Error(err)
	}
}

func TestMailsNeedNoStyleSheet(t *testing.T) {
	got := show(t, `<h1>H</h1><ac:structured-macro ac:name="toc"/><ac:structured-macro ac:name="expand"><ac:parameter ac:name="title">T</ac:parameter><ac:rich-text-body><p>x</p></ac:rich-text-body></ac:structured-macro>`, render.Options{Flat: true})
	if want := `<h1>H</h1><div><p><strong>T</strong></p><p>x</p></div>`; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
}

func TestTextHasPositions(t *testing.T) {
	doc := page(t, `<h1>Head</h1><p>a <strong>b</strong></p><ul><li><ac:structured-macro ac:name="x"><ac:rich-text-body><p>in macro</p></ac:rich-text-body></ac:structured-macro></li></ul><table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>`)
	text, spans := render.TextPositions(doc)
	if want := "Head\na b\nin macro\n1\n2"; strings.ReplaceAll(text, "\t", "") != want {
		t.Fatalf("%q, want %q", text, want)
	}
	for _, s := range spans {
		if s.Node.Type == "text" && text[s.Start:s.End] != s.Node.Text {
			t.Errorf("%q is not at %d", s.Node.Text, s.Start)
		}
	}
}

// attacks are what hostile pages try, as storage format, Markdown and addresses in ADF.
var attacks = []string{
	`<script>alert(1)</script>`, `<p><script>alert(1)</script></p>`, `<img src="x" onerror="alert(1)"/>`, `<p onclick="alert(1)" style="background:url(javascript:alert(1))">x</p>`,
	`<p><a href="javascript:alert(1)">x</a></p>`, `<p><a href="  JaVaScRiPt:alert(1)">x</a></p>`, "<p><a href=\"java\tscript:alert(1)\">x</a></p>", `<p><a href="&#x6A;avascript:alert(1)">x</a></p>`,
	`<p><a href="data:text/html;base64,PHNjcmlwdD4=">x</a></p>`, `<p><a href="vbscript:x">x</a></p>`, `<p><a href="https://e.org/&quot; onmouseover=&quot;alert(1)">x</a></p>`,
	`<ac:image><ri:url ri:value="javascript:alert(1)"/></ac:image>`, `<ac:image><ri:url ri:value="data:image/svg+xml,&lt;svg onload=alert(1)&gt;"/></ac:image>`,
	`<ac:image ac:alt="&quot; onload=&quot;alert(1)"><ri:url ri:value="https://e.org/x.png"/></ac:image>`, `<ac:image ac:title="&quot;&gt;&lt;script&gt;"><ri:attachment ri:filename="&lt;script&gt;"/></ac:image>`,
	`<p><span style="color: red; background: url(https://e.org/track)">x</span></p>`, `<p><span style="color: expression(alert(1))">x</span></p>`, `<p><span style="color: rgb(1,2,3);}*{display:none">x</span></p>`,
	`<ac:structured-macro ac:name="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"/>`, `<ac:structured-macro ac:name="html"><ac:plain-text-body><![CDATA[<script>alert(1)</script>]]></ac:plain-text-body></ac:structured-macro>`,
	`<ac:structured-macro ac:name="panel"><ac:parameter ac:name="bgColor">red;background:url(//e.org)</ac:parameter><ac:parameter ac:name="title">&lt;img src=x onerror=alert(1)&gt;</ac:parameter><ac:rich-text-body><p>x</p></ac:rich-text-body></ac:structured-macro>`,
	`<ac:structured-macro ac:name="column"><ac:parameter ac:name="width">1px;position:fixed</ac:parameter><ac:rich-text-body><p>x</p></ac:rich-text-body></ac:structured-macro>`,
	`<ac:structured-macro ac:name="anchor"><ac:parameter ac:name="">&quot; onclick=&quot;x</ac:parameter></ac:structured-macro>`,
	`<h1>&lt;img src=x onerror=alert(1)&gt;</h1><ac:structured-macro ac:name="toc"/>`, `<table><tbody><tr><td data-highlight-colour="red;x:url(1)" style="behavior:url(#x)" colspan="1&quot; onclick=&quot;x">x</td></tr></tbody></table>`,
	`<svg onload="alert(1)"><p>x</p></svg>`, `<iframe src="javascript:alert(1)"></iframe>`, `<form action="https://e.org"><input name="x"/></form>`, `<style>*{display:none}</style>`, `<base href="https://e.org"/>`,
	`<p><font color="red" onclick="x">y</font><abbr title="&quot; onclick=&quot;x">z</abbr></p>`, `<p><ac:link><ri:page ri:content-title="&lt;script&gt;"/><ac:link-body><script>x</script></ac:link-body></ac:link></p>`,
	`<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">"&gt;&lt;script&gt;</ac:parameter><ac:plain-text-body><![CDATA[</code></pre><script>]]></ac:plain-text-body></ac:structured-macro>`,
	`<p><ac:emoticon ac:emoji-shortname="&quot;onload=&quot;" ac:emoji-fallback="&lt;script&gt;"/></p>`, `<a href="javascript:alert(1)" data-card-appearance="embed">javascript:alert(1)</a>`,
	"[x](javascript:alert(1)) ![x](javascript:alert(1)) <javascript:alert(1)>", "![x](data:image/svg+xml;base64,AAAA)", "<img src=x onerror=alert(1)>\n\n[x]: javascript:alert(1)\n\n[x]", "```\"><script>\n</code><script>\n```",
	"<details open ontoggle=alert(1)><summary>x</summary>\n\ny\n\n</details>", "<details><summary>&lt;script&gt;</summary>\n\ny\n\n</details>",
}

var allowedAttrs = regexp.MustCompile(`^(id|class|href|src|alt|title|rel|style|start|colspan|rowspan|width|height|loading|role|aria-label|datetime|open|data-[a-z-]+)$`)
var styleLine = regexp.MustCompile(`^(?:(?:color|background-color|border-color|text-align|vertical-align|text-decoration|font-weight|font-style|margin-left|width|font-size|padding|flex-basis|border): ?[-a-zA-Z0-9#%.,() ]+;? ?)*$`)

// harmless reads HTML as a browser does and says what in it could do harm.
func harmless(out string) error {
	z := html.NewTokenizer(strings.NewReader(out))
	for {
		if z.Next() == html.ErrorToken {
			return nil
		}
		t := z.Token()
		if t.Type == html.CommentToken || t.Type == html.DoctypeToken {
			return errors.New("a comment")
		}
		if t.Type == html.TextToken {
			continue
		}
		if !allowedTags[t.Data] {
			return errors.New("the tag " + t.Data)
		}
		for _, a := range t.Attr {
			v := strings.ToLower(strings.TrimSpace(a.Val))
			switch {
			case !allowedAttrs.MatchString(a.Key):
				return errors.New("the attribute " + a.Key)
			case (a.Key == "href" || a.Key == "src") && regexp.MustCompile(`^[a-z][a-z0-9+.-]*:`).MatchString(v) && !regexp.MustCompile(`^(https?|mailto|tel|ftp):`).MatchString(v):
				return errors.New("the address " + v)
			case a.Key == "style" && (!styleLine.MatchString(a.Val) || strings.Contains(v, "url") || strings.Contains(v, "expression")):
				return errors.New("the style " + a.Val)
			}
		}
	}
}

var allowedTags = func() map[string]bool {
	m := map[string]bool{}
	for _, t := range strings.Fields(`p h1 h2 h3 h4 h5 h6 ul ol li blockquote hr pre code div span strong em u s sub sup br a img table colgroup col tbody tr td th figure figcaption details summary
		nav time abbr big cite del dfn ins kbd label mark q samp small tt var`) {
		m[t] = true
	}
	return m
}()

func TestHostilePagesDoNothing(t *testing.T) {
	for _, a := range attacks {
		for _, flat := range []bool{false, true} {
			if doc, err := storageformat.Parse(a); err == nil {
				check(t, a, doc, flat)
			}
			check(t, a, markdown.Parse(a), flat)
			for _, n := range hostileNodes(a) {
				check(t, a, adf.Doc(n), flat)
			}
		}
	}
}

// hostileNodes puts an attack wherever a node has text of its author.
func hostileNodes(a string) []*adf.Node {
	with := func(typ string, names ...string) *adf.Node {
		n := adf.Block(typ, map[string]any{"type": "external", "panelType": "custom", "level": a, "storage": map[string]any{"style": a, "param:title": a, "title": a, "ac:title": a, "element": a, "param:linenumbers": a}})
		for _, k := range names {
			n.Attrs[k] = a
		}
		return n
	}
	text := func(m adf.Mark) *adf.Node { return adf.Paragraph(adf.Text(a, m)) }
	mark := func(typ string, names ...string) adf.Mark {
		return adf.Mark{Type: typ, Attrs: with("x", names...).Attrs}
	}
	return []*adf.Node{
		text(mark("link", "href", "title")), text(mark("textColor", "color")), text(mark("backgroundColor", "color")), text(mark("annotation", "id")), text(mark("subsup", "type")), text(mark("unsupportedMark", "element")),
		with("heading"), with("panel", "panelColor", "panelIconText", "panelIcon"), with("expand", "title"), with("codeBlock", "language"), with("blockCard", "url"), with("embedCard", "url"),
		adf.Paragraph(with("emoji", "shortName", "text", "id"), with("mention", "id", "text"), with("status", "text", "color"), with("date", "timestamp"), with("placeholder", "text"), with("inlineCard", "url"), with("mediaInline", "id", "alt", "width")),
		adf.Block("mediaSingle", map[string]any{"layout": a, "width": a, "widthType": "pixel"}, with("media", "url", "alt", "width", "height")),
		with("extension", "extensionKey", "extensionType", "text"), {Type: "orderedList", Attrs: map[string]any{"order": a}}, with(a),
		adf.Block("table", map[string]any{"width": a, "layout": a, "diff": a}, adf.Block("tableRow", nil, with("tableCell", "colspan", "rowspan", "background", "colwidth"))),
		adf.Block("layoutSection", nil, adf.Block("layoutColumn", map[string]any{"width": a}, adf.Paragraph(adf.Text(a)))),
		adf.Block("extension", map[string]any{"extensionType": storageformat.OpaqueType, "extensionKey": "x", "parameters": map[string]any{"storage": a}}),
		adf.Block("taskList", nil, with("taskItem", "localId", "state")), adf.Block("decisionList", nil, with("decisionItem", "localId", "state")),
	}
}

func check(t testing.TB, attack string, doc *adf.Node, flat bool) {
	t.Helper()
	out, err := render.HTML(ctx, doc, render.Options{Flat: flat, Link: func(href string) (string, string) { return href, "" }})
	if err != nil {
		t.Fatal(err)
	}
	if err := harmless(out); err != nil {
		t.Errorf("%s\ngives %s\nwith %v", attack, out, err)
	}
}

// FuzzRender: no document makes harmful HTML, and none panics.
func FuzzRender(f *testing.F) {
	for _, a := range attacks {
		if doc, err := storageformat.Parse(a); err == nil {
			f.Add(doc.JSON())
		}
		for _, n := range hostileNodes(a) {
			f.Add(adf.Doc(n).JSON())
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		doc, err := adf.Parse(b)
		if err != nil {
			return
		}
		check(t, string(b), doc, false)
		_ = render.Text(doc)
	})
}

func BenchmarkHTML(b *testing.B) {
	src, err := os.ReadFile("../storageformat/testdata/pages.txt")
	if err != nil {
		b.Fatal(err)
	}
	var all strings.Builder
	for c := range strings.SplitSeq(string(src), "\n---\n") {
		s, _, _ := strings.Cut(c, "\n=> ")
		all.WriteString(s)
	}
	storage := strings.Repeat(all.String(), 20)
	doc := page(b, storage)
	b.SetBytes(int64(len(storage)))
	for b.Loop() {
		if _, err := render.HTML(ctx, doc, render.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
