package wikimarkup

import (
	"regexp"
	"strings"

	"holdfast.dev/internal/richtext/adf"
)

// Resolver looks up what markup names. Every function may be nil.
type Resolver struct {
	// Mention gives the account and the name to show of [~who]; ok is false when nobody is called that.
	Mention func(who string) (id, name string, ok bool)
}

// MaxBytes is the longest text that is parsed; the rest becomes plain text.
const MaxBytes = 1 << 20

// maxNesting bounds quotes within panels within lists; what is deeper stays text.
const maxNesting = 8

// Parse turns wiki markup into a document. It cannot fail: what is no markup is text.
func Parse(src string, r Resolver) *adf.Node {
	src = strings.ReplaceAll(strings.ReplaceAll(src, "\r\n", "\n"), "\r", "\n")
	src = strings.ToValidUTF8(strings.ReplaceAll(src, "\x00", ""), "\ufffd")
	rest := ""
	if len(src) > MaxBytes {
		src, rest = strings.ToValidUTF8(src[:MaxBytes], ""), src[MaxBytes:]
	}
	p := &parser{resolve: r}
	doc := adf.Doc(p.blocks(strings.Split(src, "\n"), 0)...)
	if rest != "" {
		doc.Content = append(doc.Content, adf.FromPlainText(strings.ToValidUTF8(rest, "")).Content...)
	}
	if len(doc.Content) == 0 {
		doc.Content = []*adf.Node{adf.Paragraph()}
	}
	return doc
}

type parser struct{ resolve Resolver }

var (
	heading  = regexp.MustCompile(`^\s*h([1-6])\.\s+(.*)$`)
	listItem = regexp.MustCompile(`^\s*([*#]+|-)\s+(.*)$`)
	ruler    = regexp.MustCompile(`^\s*-{4,}\s*$`)
	opener   = regexp.MustCompile(`^\s*\{(code|noformat|quote|panel|info|note|tip|warning|expand)(?::([^}\n]*))?\}`)
)

// blocks parses lines into block nodes.
func (p *parser) blocks(lines []string, level int) []*adf.Node {
	var out []*adf.Node
	var para []string
	flush := func() {
		if n := p.paragraph(para); n != nil {
			out = append(out, n)
		}
		para = nil
	}
	for i := 0; i < len(lines); {
		line := lines[i]
		trimmed := strings.TrimSpace(line)
		if m := opener.FindStringSubmatch(line); m != nil && level < maxNesting {
			if node, next, ok := p.macro(lines, i, m, level); ok {
				flush()
				out = append(out, node...)
				i = next
				continue
			}
		}
		switch {
		case trimmed == "":
			flush()
			i++
		case heading.MatchString(line):
			flush()
			m := heading.FindStringSubmatch(line)
			out = append(out, adf.Block("heading", map[string]any{"level": int(m[1][0] - '0')}, p.inline(m[2])...))
			i++
		case ruler.MatchString(line):
			flush()
			out = append(out, adf.Block("rule", nil))
			i++
		case strings.HasPrefix(trimmed, "bq. "):
			flush()
			out = append(out, adf.Block("blockquote", nil, adf.Paragraph(p.inline(trimmed[4:])...)))
			i++
		case strings.HasPrefix(trimmed, "|") && len(trimmed) > 1:
			flush()
			node, next := p.table(lines, i)
			out = append(out, node)
			i = next
		case listItem.MatchString(line):
			flush()
			nodes, next := p.list(lines, i)
			out = append(out, nodes...)
			i = next
		default:
			para = append(para, line)
			i++
		}
	}
	flush()
	return out
}

// paragraph joins lines with hard breaks; an image alone becomes a block of its own elsewhere.
func (p *parser) paragraph(lines []string) *adf.Node {
	if len(lines) == 0 {
		return nil
	}
	n := adf.Paragraph()
	for i, l := range lines {
		if i > 0 {
			n.Content = append(n.Content, &adf.Node{Type: "hardBreak"})
		}
		n.Content = append(n.Content, p.inline(strings.TrimSpace(l))...)
	}
	return n
}

// macro parses {name} … {name} that starts on line i. ok is false when it is never closed.
func (p *parser) macro(lines []string, i int, m []string, level int) (nodes []*adf.Node, next int, ok bool) {
	name, params := m[1], m[2]
	closer := "{" + name + "}"
	rest := lines[i][len(m[0]):]
	var body []string
	end := -1
	for j, text := i, rest; ; {
		if k := strings.Index(text, closer); k >= 0 {
			body = append(body, text[:k])
			rest, end = text[k+len(closer):], j
			break
		}
		body = append(body, text)
		if j++; j >= len(lines) {
			return nil, 0, false
		}
		text = lines[j]
	}
	if len(body) > 1 && strings.TrimSpace(body[0]) == "" {
		body = body[1:]
	}
	if len(body) > 1 && strings.TrimSpace(body[len(body)-1]) == "" {
		body = body[:len(body)-1]
	}
	nodes = []*adf.Node{p.macroNode(name, params, body, level)}
	if strings.TrimSpace(rest) != "" {
		nodes = append(nodes, p.blocks([]string{rest}, level+1)...)
	}
	return nodes, end + 1, true
}

func (p *parser) macroNode(name, params string, body []string, level int) *adf.Node {
	opts := parseParams(params)
	switch name {
	case "code", "noformat":
		attrs := map[string]any{}
		if name == "code" {
			if lang := firstOf(opts["language"], opts[""]); lang != "" {
				attrs["language"] = strings.ToLower(lang)
			}
		}
		n := adf.Block("codeBlock", attrs)
		if text := strings.Join(body, "\n"); text != "" {
			n.Content = []*adf.Node{adf.Text(text)}
		}
		return n
	case "quote":
		return adf.Block("blockquote", nil, fit(p.blocks(body, level+1), "blockquote")...)
	case "expand":
		return adf.Block("expand", map[string]any{"title": firstOf(opts["title"], opts[""])}, fit(p.blocks(body, level+1), "expand")...)
	}
	kind := map[string]string{"panel": "info", "info": "info", "note": "note", "tip": "success", "warning": "warning"}[name]
	var content []*adf.Node
	if t := opts["title"]; t != "" {
		content = append(content, adf.Block("heading", map[string]any{"level": 4}, adf.Text(t)))
	}
	return adf.Block("panel", map[string]any{"panelType": kind}, append(content, fit(p.blocks(body, level+1), "panel")...)...)
}

// fit keeps what a container may hold and turns the rest into its paragraphs' text.
func fit(nodes []*adf.Node, container string) []*adf.Node {
	var out []*adf.Node
	for _, n := range nodes {
		if adf.Holds(container, n.Type) {
			out = append(out, n)
			continue
		}
		out = append(out, adf.FromPlainText(n.PlainText()).Content...)
	}
	if len(out) == 0 {
		out = []*adf.Node{adf.Paragraph()}
	}
	return out
}

// parseParams reads "java|title=x" and "title=x|borderStyle=solid": the one without name is under "".
func parseParams(s string) map[string]string {
	opts := map[string]string{}
	for part := range strings.SplitSeq(s, "|") {
		k, v, named := strings.Cut(part, "=")
		if named {
			opts[strings.ToLower(strings.TrimSpace(k))] = strings.TrimSpace(v)
		} else if part = strings.TrimSpace(part); part != "" && opts[""] == "" {
			opts[""] = part
		}
	}
	return opts
}

func firstOf(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}

// list parses consecutive items into nested lists; "**" under "*" is a list in the item above.
func (p *parser) list(lines []string, i int) (nodes []*adf.Node, next int) {
	type open struct {
		mark string
		list *adf.Node
	}
	var stack []open
	for ; i < len(lines); i++ {
		m := listItem.FindStringSubmatch(lines[i])
		if m == nil {
			if t := strings.TrimSpace(lines[i]); t == "" || len(stack) == 0 || opener.MatchString(lines[i]) || heading.MatchString(lines[i]) || strings.HasPrefix(t, "|") {
				break
			}
			last := stack[len(stack)-1].list // a line without mark goes on with the item above
			item := last.Content[len(last.Content)-1]
			para := item.Content[0]
			para.Content = append(append(para.Content, &adf.Node{Type: "hardBreak"}), p.inline(strings.TrimSpace(lines[i]))...)
			continue
		}
		mark := m[1]
		if len(mark) > maxNesting {
			mark = mark[:maxNesting]
		}
		for len(stack) > 0 && (len(stack[len(stack)-1].mark) > len(mark) || len(stack[len(stack)-1].mark) == len(mark) && stack[len(stack)-1].mark != mark) {
			stack = stack[:len(stack)-1]
		}
		if len(stack) == 0 || stack[len(stack)-1].mark != mark {
			typ := "bulletList"
			if mark[len(mark)-1] == '#' {
				typ = "orderedList"
			}
			l := adf.Block(typ, nil)
			if len(stack) == 0 {
				nodes = append(nodes, l)
			} else {
				parent := stack[len(stack)-1].list
				item := parent.Content[len(parent.Content)-1]
				item.Content = append(item.Content, l)
			}
			stack = append(stack, open{mark, l})
		}
		l := stack[len(stack)-1].list
		l.Content = append(l.Content, adf.Block("listItem", nil, adf.Paragraph(p.inline(strings.TrimSpace(m[2]))...)))
	}
	return nodes, i
}

// table parses consecutive lines that start with a bar. A row that does not end with one goes on with the next line.
func (p *parser) table(lines []string, i int) (*adf.Node, int) {
	t := adf.Block("table", nil)
	for i < len(lines) {
		row := strings.TrimSpace(lines[i])
		if !strings.HasPrefix(row, "|") {
			break
		}
		i++
		for !strings.HasSuffix(row, "|") && i < len(lines) && strings.TrimSpace(lines[i]) != "" && !strings.HasPrefix(strings.TrimSpace(lines[i]), "|") {
			row += "\n" + strings.TrimSpace(lines[i])
			i++
		}
		t.Content = append(t.Content, p.row(row))
	}
	width := 0
	for _, r := range t.Content {
		width = max(width, len(r.Content))
	}
	for _, r := range t.Content {
		for len(r.Content) < width {
			r.Content = append(r.Content, adf.Block("tableCell", nil, adf.Paragraph()))
		}
	}
	return t, i
}

func (p *parser) row(row string) *adf.Node {
	n := adf.Block("tableRow", nil)
	for row != "" && row != "|" && row != "||" {
		typ := "tableCell"
		if strings.HasPrefix(row, "||") {
			typ, row = "tableHeader", row[2:]
		} else {
			row = strings.TrimPrefix(row, "|")
		}
		end := cellEnd(row)
		var content []*adf.Node
		for para := range strings.SplitSeq(strings.TrimSpace(row[:end]), "\n") {
			content = append(content, adf.Paragraph(p.inline(strings.TrimSpace(para))...))
		}
		n.Content = append(n.Content, adf.Block(typ, nil, content...))
		row = row[end:]
	}
	if len(n.Content) == 0 {
		n.Content = []*adf.Node{adf.Block("tableCell", nil, adf.Paragraph())}
	}
	return n
}

// cellEnd finds the bar that ends a cell: not one inside a link, an image or a macro, and not an escaped one.
func cellEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		case '|':
			if depth == 0 || !strings.ContainsAny(s[i:], "]}") {
				return i
			}
		}
	}
	return len(s)
}
