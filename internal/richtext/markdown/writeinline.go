package markdown

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/extract"
	"holdfast.dev/internal/richtext/ref"
)

// rank orders marks from the outside in; those without a rank are not written.
var rank = map[string]int{"link": 1, "strong": 2, "em": 3, "strike": 4, "underline": 5, "subsup": 6, "code": 7}

// autoLink are addresses that stand in <>.
var autoLink = regexp.MustCompile("^https?://[^\\s<>\\\\&`]+$")

// inline writes a line.
func (w *writer) inline(nodes []*adf.Node) string {
	sorted := make([]*adf.Node, 0, len(nodes))
	for _, n := range nodes {
		c := *n
		c.Marks = slices.DeleteFunc(slices.Clone(n.Marks), func(m adf.Mark) bool { return rank[m.Type] == 0 })
		slices.SortStableFunc(c.Marks, func(a, b adf.Mark) int { return rank[a.Type] - rank[b.Type] })
		sorted = append(sorted, &c)
	}
	var b strings.Builder
	w.marked(&b, sorted, 0)
	return b.String()
}

func (w *writer) marked(b *strings.Builder, nodes []*adf.Node, depth int) {
	for i := 0; i < len(nodes); {
		n := nodes[i]
		if len(n.Marks) <= depth {
			b.WriteString(inlineNode(n))
			i++
			continue
		}
		m := n.Marks[depth]
		j := i + 1
		for j < len(nodes) && len(nodes[j].Marks) > depth && sameMark(nodes[j].Marks[depth], m) {
			j++
		}
		var inner strings.Builder
		if href := m.Attr("href"); m.Type == "link" && j == i+1 && n.Text == href && len(n.Marks) == depth+1 && autoLink.MatchString(href) {
			b.WriteString("<" + href + ">")
		} else if m.Type == "code" {
			for _, c := range nodes[i:j] {
				inner.WriteString(c.Text)
			}
			b.WriteString(codeSpan(inner.String()))
		} else {
			w.marked(&inner, nodes[i:j], depth+1)
			after := ""
			if j < len(nodes) {
				after = nodes[j].Text
			}
			wrap(b, m, inner.String(), after)
		}
		i = j
	}
}

// wrap writes text inside a mark. Spaces at its edges stay outside, where signs of Markdown hold; where they would not hold for what
// stands beside them, HTML's tags are written.
func wrap(b *strings.Builder, m adf.Mark, text, after string) {
	core := strings.TrimSpace(text)
	if core == "" {
		b.WriteString(text)
		return
	}
	at := strings.Index(text, core)
	lead, trail := text[:at], text[at+len(core):]
	b.WriteString(lead)
	open, end := "", ""
	switch m.Type {
	case "link":
		open, end = "[", "]("+destination(m.Attr("href"))+title(m.Attr("title"))+")"
	case "strong", "em", "strike":
		sign := map[string]string{"strong": "**", "em": "*", "strike": "~~"}[m.Type]
		tag := m.Type
		if tag == "strike" {
			tag = "s"
		}
		open, end = sign, sign
		if !holds(b.String(), core, trail+after) || strings.HasSuffix(b.String(), "*") || strings.HasSuffix(b.String(), "~") {
			open, end = "<"+tag+">", "</"+tag+">"
		}
	case "underline":
		open, end = "<u>", "</u>"
	case "subsup":
		tag := m.Attr("type")
		if tag != "sub" && tag != "sup" {
			tag = "sup"
		}
		open, end = "<"+tag+">", "</"+tag+">"
	}
	b.WriteString(open + core + end + trail)
}

func title(s string) string {
	if s == "" {
		return ""
	}
	return ` "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ", "&", "&amp;").Replace(s) + `"`
}

// holds tells whether emphasis between these texts is read as such: signs next to letters on the outside need letters on the inside.
func holds(before, core, after string) bool {
	first, _ := utf8.DecodeRuneInString(core)
	last, _ := utf8.DecodeLastRuneInString(core)
	left, _ := utf8.DecodeLastRuneInString(before)
	right, _ := utf8.DecodeRuneInString(after)
	outside := func(r rune, s string) bool {
		return s == "" || unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r)
	}
	inside := func(r rune) bool { return !unicode.IsPunct(r) && !unicode.IsSymbol(r) }
	return (inside(first) || outside(left, before)) && (inside(last) || outside(right, after)) && !strings.ContainsAny(core[:1], "*~")
}

func codeSpan(s string) string {
	s = strings.ReplaceAll(s, "\n", " ")
	mark := "`"
	for strings.Contains(s, mark) {
		mark += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.HasPrefix(s, " ") && strings.HasSuffix(s, " ") && strings.TrimSpace(s) != "" {
		s = " " + s + " "
	}
	return mark + s + mark
}

func inlineNode(n *adf.Node) string {
	switch n.Type {
	case "text":
		return escape(n.Text)
	case "hardBreak":
		return "\\\n"
	case "mention":
		return "[" + escape("@"+strings.TrimPrefix(n.Attr("text"), "@")) + "](" + ref.Ref{Kind: ref.User, Account: n.Attr("id")}.String() + ")"
	case "emoji":
		if t := n.Attr("text"); t != "" {
			return escape(t)
		}
		return escape(n.Attr("shortName"))
	case "date":
		if day, ok := extract.Date(n); ok {
			return day.Format("2006-01-02")
		}
		return ""
	case "status":
		return "**" + escape(strings.TrimSpace(n.Attr("text"))) + "**"
	case "inlineCard":
		url := n.Attr("url")
		return "[" + escape(label(url)) + "](" + destination(url) + ")"
	case "mediaInline":
		return media(n)
	case "inlineExtension":
		if t := n.PlainText(); t != "" {
			return escape(t)
		}
		return codeSpan("{" + n.Attr("extensionKey") + "}")
	}
	return escape(n.PlainText())
}

var escaper = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `_`, `\_`, "`", "\\`", `[`, `\[`, `]`, `\]`, `<`, `\<`, `&`, `\&`, `~`, `\~`, `://`, `\://`, `www.`, `www\.`, `@`, `\@`,
	"!", `\!`, "|", `\|`, "\n", " ")

// escape writes text so that none of it is read as a sign.
func escape(s string) string { return escaper.Replace(s) }

// lineStarts escapes what would start a block.
func lineStarts(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		t := strings.TrimLeft(l, " \t")
		if t != l { // spaces at the start of a line mean nothing, or code
			t = strings.Repeat("&#32;", len(l)-len(t)) + t
			lines[i] = t
			continue
		}
		switch {
		case t == "":
		case strings.IndexByte("#>+-=:", t[0]) >= 0:
			t = `\` + t
		case t[0] >= '0' && t[0] <= '9':
			k := strings.IndexFunc(t, func(r rune) bool { return r < '0' || r > '9' })
			if k > 0 && (t[k] == '.' || t[k] == ')') {
				t = t[:k] + `\` + t[k:]
			}
		}
		lines[i] = t
	}
	return strings.Join(lines, "\n")
}
