package markdown

import (
	"bytes"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/ref"
	"holdfast.dev/internal/richtext/render"
)

// liner collects the nodes of one line.
type liner struct {
	p     *parser
	marks []adf.Mark
	html  []string // open tags
	out   []*adf.Node
	depth int
}

// line turns the content of a block into inline nodes.
func (p *parser) line(n ast.Node) []*adf.Node {
	l := &liner{p: p}
	l.all(n)
	out := l.out
	for len(out) > 0 && out[len(out)-1].Type == "hardBreak" {
		out = out[:len(out)-1]
	}
	return out
}

func (l *liner) all(n ast.Node) {
	if l.depth > 200 {
		return
	}
	l.depth++
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		l.node(c)
	}
	l.depth--
}

func (l *liner) text(s string) {
	if s == "" {
		return
	}
	if n := len(l.out); n > 0 && l.out[n-1].Type == "text" && slices.EqualFunc(l.out[n-1].Marks, l.marks, sameMark) {
		l.out[n-1].Text += s
		return
	}
	l.out = append(l.out, adf.Text(s, slices.Clone(l.marks)...))
}

func sameMark(a, b adf.Mark) bool {
	return a.Type == b.Type && a.Attr("href") == b.Attr("href") && a.Attr("type") == b.Attr("type") && a.Attr("title") == b.Attr("title")
}

// decode reads escapes and entities; an escaped ampersand starts no entity.
func decode(b []byte) string {
	var out strings.Builder
	resolve := func(s []byte) { out.Write(util.ResolveEntityNames(util.ResolveNumericReferences(s))) }
	for {
		i := bytes.IndexByte(b, '\\')
		if i < 0 || i+1 >= len(b) {
			resolve(b)
			return strings.ReplaceAll(out.String(), "\x00", "\ufffd")
		}
		resolve(b[:i])
		if util.IsPunct(b[i+1]) {
			out.WriteByte(b[i+1])
			b = b[i+2:]
			continue
		}
		out.WriteByte('\\')
		b = b[i+1:]
	}
}

func (l *liner) within(m adf.Mark, n ast.Node) {
	if slices.ContainsFunc(l.marks, func(k adf.Mark) bool { return k.Type == m.Type && m.Type != "subsup" }) {
		l.all(n)
		return
	}
	l.marks = append(l.marks, m)
	depth := len(l.html)
	l.all(n)
	for len(l.html) > depth { // tags that are not closed inside end here
		l.endTag(l.html[len(l.html)-1])
	}
	l.marks = slices.DeleteFunc(l.marks, func(k adf.Mark) bool { return sameMark(k, m) })
}

func (l *liner) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		l.text(decode(n.Segment.Value(l.p.src)))
		if n.HardLineBreak() {
			l.out = append(l.out, &adf.Node{Type: "hardBreak"})
		} else if n.SoftLineBreak() {
			l.text(" ")
		}
	case *ast.String:
		l.text(string(n.Value))
	case *ast.CodeSpan:
		l.code(n)
	case *ast.Emphasis:
		l.within(adf.Mark{Type: map[int]string{1: "em", 2: "strong"}[min(n.Level, 2)]}, n)
	case *east.Strikethrough:
		l.within(adf.Mark{Type: "strike"}, n)
	case *ast.Link:
		l.link(n, decode(n.Destination), decode(n.Title))
	case *ast.AutoLink:
		href := string(n.URL(l.p.src))
		if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(href), "mailto:") {
			href = "mailto:" + href
		}
		l.marks = append(l.marks, linkMark(href, ""))
		l.text(string(n.Label(l.p.src)))
		l.marks = l.marks[:len(l.marks)-1]
	case *ast.Image:
		l.image(n)
	case *ast.RawHTML:
		l.tag(n)
	case *east.TaskCheckBox:
		l.box(n)
	default:
		l.all(n)
	}
}

// code goes with nothing but a link.
func (l *liner) code(n *ast.CodeSpan) {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.WriteString(strings.ReplaceAll(string(t.Segment.Value(l.p.src)), "\n", " "))
		}
	}
	keep := l.marks
	l.marks = slices.DeleteFunc(slices.Clone(l.marks), func(m adf.Mark) bool { return m.Type != "link" })
	l.marks = append(l.marks, adf.Mark{Type: "code"})
	l.text(b.String())
	l.marks = keep
}

// linkMark makes a link to an address that may be followed, or to something of the wiki.
func linkMark(href, title string) adf.Mark {
	m := adf.Mark{Type: "link", Attrs: map[string]any{"href": href}}
	if title != "" {
		m.Attrs["title"] = title
	}
	return m
}

func (l *liner) link(n ast.Node, href, title string) {
	r, isRef := ref.Parse(href)
	switch {
	case isRef && r.Kind == ref.User && r.Account != "":
		l.out = append(l.out, adf.Block("mention", map[string]any{"id": r.Account, "text": plain(n, l.p.src)}))
	case isRef || render.SafeURL(href) != "":
		l.within(linkMark(href, title), n)
	default:
		l.all(n)
	}
}

func (p *parser) media(n *ast.Image) *adf.Node {
	alt := plain(n, p.src)
	href := decode(n.Destination)
	attrs := map[string]any{"type": "external", "url": href}
	if r, isRef := ref.Parse(href); isRef {
		attrs = map[string]any{"type": "file", "id": r.String(), "collection": ""}
	} else if !strings.Contains(href, ":") && !strings.HasPrefix(href, "/") && href != "" {
		attrs = map[string]any{"type": "file", "id": ref.Ref{Kind: ref.Attachment, Filename: href}.String(), "collection": ""}
	}
	if alt != "" {
		attrs["alt"] = alt
	}
	return adf.Block("media", attrs)
}

// image in a line is a small picture there.
func (l *liner) image(n *ast.Image) {
	m := l.p.media(n)
	if m.Attr("type") == "external" {
		m.Attrs["id"], m.Attrs["collection"] = m.Attrs["url"], ""
		delete(m.Attrs, "url")
	}
	m.Type = "mediaInline"
	m.Attrs["type"] = "image"
	if m.Attr("id") == "" {
		l.text(m.Attr("alt"))
		return
	}
	l.out = append(l.out, m)
}

func plain(n ast.Node, src []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := c.(*ast.Text); ok && entering {
			b.WriteString(decode(t.Segment.Value(src)))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// box of an item that did not become a task is text; of one that did, the item says it.
func (l *liner) box(n *east.TaskCheckBox) {
	item := n.Parent().Parent()
	if list, ok := item.Parent().(*ast.List); ok && l.p.allTasks(list) {
		return
	}
	if n.IsChecked {
		l.text("[x] ")
	} else {
		l.text("[ ] ")
	}
}

// tagMarks are the tags of HTML that are marks.
var tagMarks = map[string]adf.Mark{
	"u": {Type: "underline"}, "ins": {Type: "underline"}, "strong": {Type: "strong"}, "b": {Type: "strong"}, "em": {Type: "em"}, "i": {Type: "em"},
	"s": {Type: "strike"}, "del": {Type: "strike"}, "sub": {Type: "subsup", Attrs: map[string]any{"type": "sub"}}, "sup": {Type: "subsup", Attrs: map[string]any{"type": "sup"}},
}

// tag reads a few tags; others are text.
func (l *liner) tag(n *ast.RawHTML) {
	s := ""
	for i := range n.Segments.Len() {
		seg := n.Segments.At(i)
		s += string(seg.Value(l.p.src))
	}
	name := strings.ToLower(strings.Trim(s, "<>/ "))
	m, known := tagMarks[name]
	switch {
	case name == "br":
		l.out = append(l.out, &adf.Node{Type: "hardBreak"})
	case known && strings.HasPrefix(s, "</") && slices.Contains(l.html, name):
		l.endTag(name)
	case known && !strings.HasPrefix(s, "</") && !slices.ContainsFunc(l.marks, func(k adf.Mark) bool { return k.Type == m.Type }):
		l.html = append(l.html, name)
		l.marks = append(slices.Clone(l.marks), m)
	default:
		l.text(s)
	}
}

func (l *liner) endTag(name string) {
	for i := len(l.html) - 1; i >= 0; i-- {
		if l.html[i] == name {
			l.html = append(l.html[:i:i], l.html[i+1:]...)
			break
		}
	}
	l.marks = slices.DeleteFunc(slices.Clone(l.marks), func(k adf.Mark) bool { return sameMark(k, tagMarks[name]) })
}
