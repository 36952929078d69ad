package markdown

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"holdfast.dev/internal/richtext/adf"
)

var reader = goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList, extension.Linkify)).Parser()

// Parse turns Markdown into a valid document.
func Parse(src string) *adf.Node {
	src = strings.ToValidUTF8(strings.ReplaceAll(strings.ReplaceAll(src, "\r\n", "\n"), "\x00", "\ufffd"), "\ufffd")
	rest := ""
	if len(src) > MaxBytes {
		src, rest = strings.ToValidUTF8(src[:MaxBytes], ""), src[MaxBytes:]
	}
	if nesting(src) > 500 || dense(src) { // no author writes so; a parser would take long
		return adf.FromPlainText(src + rest)
	}
	p := &parser{src: []byte(src), known: map[*ast.List]bool{}}
	doc := adf.Doc(p.blocks("doc", children(reader.Parse(text.NewReader(p.src))), 0)...)
	if rest != "" {
		doc.Content = append(doc.Content, adf.FromPlainText(strings.ToValidUTF8(rest, "")).Content...)
	}
	if len(doc.Content) == 0 {
		doc.Content = []*adf.Node{adf.Paragraph()}
	}
	if adf.Validate(doc) != nil {
		return adf.FromPlainText(src + rest)
	}
	return doc
}

type parser struct {
	src   []byte
	tasks int
	known map[*ast.List]bool // whether lists are task lists
}

func children(n ast.Node) []ast.Node {
	var out []ast.Node
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		out = append(out, c)
	}
	return out
}

// blocks turns sibling blocks into nodes that the parent may hold.
func (p *parser) blocks(parent string, in []ast.Node, depth int) []*adf.Node {
	var out []*adf.Node
	for i := 0; i < len(in); i++ {
		if title, end := p.details(in, i); end > 0 && depth < deepest {
			typ := "expand"
			if parent != "doc" {
				typ = "nestedExpand"
			}
			body := p.filled(typ, in[i+1:end], depth+1)
			out = append(out, fit(parent, adf.Block(typ, map[string]any{"title": title}, body...))...)
			i = end
			continue
		}
		for _, n := range p.block(in[i], depth) {
			out = append(out, fit(parent, n)...)
		}
	}
	return out
}

func (p *parser) filled(parent string, in []ast.Node, depth int) []*adf.Node {
	out := p.blocks(parent, in, depth)
	if len(out) == 0 {
		out = []*adf.Node{adf.Paragraph()}
	}
	return out
}

// fit gives what the parent may hold instead of a node that it may not.
func fit(parent string, n *adf.Node) []*adf.Node {
	if adf.Holds(parent, n.Type) {
		return []*adf.Node{n}
	}
	switch n.Type {
	case "heading":
		para := adf.Paragraph(n.Content...)
		for _, t := range para.Content {
			if t.Type == "text" && !hasMark(t, "strong") && !hasMark(t, "code") {
				t.Marks = append([]adf.Mark{{Type: "strong"}}, t.Marks...)
			}
		}
		return []*adf.Node{para}
	case "blockquote", "panel", "nestedExpand", "expand":
		var out []*adf.Node
		for _, c := range n.Content {
			out = append(out, fit(parent, c)...)
		}
		return out
	case "rule":
		return nil
	}
	return adf.FromPlainText(n.PlainText()).Content
}

func hasMark(n *adf.Node, typ string) bool {
	for _, m := range n.Marks {
		if m.Type == typ {
			return true
		}
	}
	return false
}

// block turns one block into nodes; an image that is a paragraph of its own, and a list that has tasks in parts, make several.
func (p *parser) block(n ast.Node, depth int) []*adf.Node {
	if depth > deepest {
		return adf.FromPlainText(string(p.lines(n))).Content
	}
	switch n := n.(type) {
	case *ast.Heading:
		return one("heading", map[string]any{"level": n.Level}, p.line(n)...)
	case *ast.Paragraph, *ast.TextBlock:
		return p.paragraph(n)
	case *ast.ThematicBreak:
		return one("rule", nil)
	case *ast.FencedCodeBlock:
		return p.code(string(n.Language(p.src)), p.lines(n))
	case *ast.CodeBlock:
		return p.code("", p.lines(n))
	case *ast.HTMLBlock:
		s := string(p.lines(n))
		if n.HasClosure() {
			s += string(n.ClosureLine.Value(p.src))
		}
		return adf.FromPlainText(s).Content
	case *ast.Blockquote:
		return p.quote(n, depth)
	case *ast.List:
		return p.list(n, depth)
	case *east.Table:
		return p.table(n)
	}
	return p.blocks("doc", children(n), depth+1)
}

func one(typ string, attrs map[string]any, content ...*adf.Node) []*adf.Node {
	return []*adf.Node{adf.Block(typ, attrs, content...)}
}

func (p *parser) lines(n ast.Node) []byte {
	if n.Type() == ast.TypeInline {
		return nil
	}
	var out []byte
	for i := range n.Lines().Len() {
		s := n.Lines().At(i)
		out = append(out, s.Value(p.src)...)
	}
	return out
}

// paragraph gives images that stand alone as blocks.
func (p *parser) paragraph(n ast.Node) []*adf.Node {
	kids := children(n)
	alone := len(kids) > 0
	for _, k := range kids {
		t, isText := k.(*ast.Text)
		_, isImage := k.(*ast.Image)
		alone = alone && (isImage || isText && strings.TrimSpace(string(t.Segment.Value(p.src))) == "")
	}
	if !alone {
		return one("paragraph", nil, p.line(n)...)
	}
	var out []*adf.Node
	for _, k := range kids {
		if img, ok := k.(*ast.Image); ok {
			out = append(out, adf.Block("mediaSingle", map[string]any{"layout": "center"}, p.media(img)))
		}
	}
	return out
}

func (p *parser) code(language string, b []byte) []*adf.Node {
	s := strings.TrimSuffix(string(b), "\n")
	if language == extensionLanguage {
		var n adf.Node
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		if d.Decode(&n) == nil && adf.Holds("doc", n.Type) && adf.Validate(adf.Doc(&n)) == nil {
			return []*adf.Node{&n}
		}
	}
	n := adf.Block("codeBlock", nil)
	if language != "" {
		n.Attrs = map[string]any{"language": language}
	}
	if s != "" {
		n.Content = []*adf.Node{adf.Text(s)}
	}
	return []*adf.Node{n}
}

var alertLine = regexp.MustCompile(`^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|$)`)

// quote gives GitHub's alerts as panels.
func (p *parser) quote(n *ast.Blockquote, depth int) []*adf.Node {
	first, ok := n.FirstChild().(*ast.Paragraph)
	if !ok {
		return one("blockquote", nil, p.filled("blockquote", children(n), depth+1)...)
	}
	m := alertLine.FindStringSubmatch(string(p.lines(first)))
	if m == nil {
		return one("blockquote", nil, p.filled("blockquote", children(n), depth+1)...)
	}
	panel := adf.Block("panel", map[string]any{"panelType": alerts[m[1]]})
	if line := cutFirstLine(p.line(first)); len(line) > 0 {
		panel.Content = append(panel.Content, adf.Paragraph(line...))
	}
	panel.Content = append(panel.Content, p.blocks("panel", children(n)[1:], depth+1)...)
	if len(panel.Content) == 0 {
		panel.Content = []*adf.Node{adf.Paragraph()}
	}
	return []*adf.Node{panel}
}

// cutFirstLine removes "[!NOTE]" and the break after it.
func cutFirstLine(line []*adf.Node) []*adf.Node {
	for i, n := range line {
		if n.Type == "hardBreak" {
			return line[i+1:]
		}
		if n.Type == "text" && len(n.Marks) == 0 {
			if _, after, ok := strings.Cut(n.Text, "]"); ok {
				if after = strings.TrimLeft(after, " \n"); after != "" {
					n.Text = after
					return line[i:]
				}
				return line[i+1:]
			}
		}
	}
	return line
}

var (
	detailsOpen  = regexp.MustCompile(`(?s)^\s*<details>\s*<summary>([^<]*)</summary>\s*$`)
	detailsClose = regexp.MustCompile(`^\s*</details>\s*$`)
)

// details finds the end of <details> that starts at in[i]; 0 when none starts there.
func (p *parser) details(in []ast.Node, i int) (title string, end int) {
	h, ok := in[i].(*ast.HTMLBlock)
	if !ok {
		return "", 0
	}
	m := detailsOpen.FindStringSubmatch(string(p.lines(h)))
	if m == nil {
		return "", 0
	}
	open := 1
	for j := i + 1; j < len(in); j++ {
		if h, ok := in[j].(*ast.HTMLBlock); ok {
			switch s := string(p.lines(h)); {
			case detailsOpen.MatchString(s):
				open++
			case detailsClose.MatchString(s):
				if open--; open == 0 {
					return unescape.Replace(strings.TrimSpace(m[1])), j
				}
			}
		}
	}
	return "", 0
}

var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "&quot;", `"`)

func (p *parser) localID() string {
	p.tasks++
	return fmt.Sprintf("md-%d", p.tasks)
}
