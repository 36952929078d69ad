package wikimarkup

import (
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/richtext/adf"
)

// Write turns a document into wiki markup.
func Write(doc *adf.Node) string {
	w := &writer{}
	w.blocks(doc.Content, "\n\n")
	return strings.TrimRight(w.b.String(), "\n")
}

type writer struct{ b strings.Builder }

func (w *writer) blocks(nodes []*adf.Node, sep string) {
	for i, n := range nodes {
		if i > 0 {
			w.b.WriteString(sep)
		}
		w.block(n)
	}
}

func (w *writer) block(n *adf.Node) {
	switch n.Type {
	case "heading":
		w.b.WriteString("h" + n.Attr("level") + ". ")
		w.inline(n.Content)
	case "bulletList", "orderedList":
		w.list(n, "")
	case "taskList", "decisionList":
		for i, item := range n.Content {
			if i > 0 {
				w.b.WriteByte('\n')
			}
			w.b.WriteString("* ")
			if item.Attr("state") == "DONE" {
				w.b.WriteString("(/) ")
			}
			w.inline(item.Content)
		}
	case "codeBlock":
		w.b.WriteString("{code")
		if l := n.Attr("language"); l != "" {
			w.b.WriteString(":" + l)
		}
		w.b.WriteString("}\n")
		for _, c := range n.Content {
			w.b.WriteString(c.Text)
		}
		w.b.WriteString("\n{code}")
	case "blockquote":
		w.wrap("{quote}", n.Content)
	case "panel":
		name := map[string]string{"note": "note", "success": "tip", "tip": "tip", "warning": "warning", "error": "warning"}[n.Attr("panelType")]
		if name == "" {
			name = "info"
		}
		w.wrap("{"+name+"}", n.Content)
	case "expand", "nestedExpand":
		if t := n.Attr("title"); t != "" {
			w.b.WriteString("{expand:title=" + t + "}\n")
			w.blocks(n.Content, "\n\n")
			w.b.WriteString("\n{expand}")
			return
		}
		w.wrap("{expand}", n.Content)
	case "rule":
		w.b.WriteString("----")
	case "table":
		w.table(n)
	case "mediaSingle", "mediaGroup":
		for _, m := range n.Content {
			w.media(m)
		}
	case "layoutSection", "layoutColumn", "bodiedExtension":
		w.blocks(n.Content, "\n\n")
	case "blockCard", "embedCard":
		w.b.WriteString("[" + n.Attr("url") + "]")
	default:
		w.inline(n.Content)
	}
}

func (w *writer) wrap(tag string, content []*adf.Node) {
	w.b.WriteString(tag + "\n")
	w.blocks(content, "\n\n")
	w.b.WriteString("\n" + tag)
}

func (w *writer) list(n *adf.Node, prefix string) {
	mark := prefix + "*"
	if n.Type == "orderedList" {
		mark = prefix + "#"
	}
	for i, item := range n.Content {
		if i > 0 {
			w.b.WriteByte('\n')
		}
		w.b.WriteString(mark + " ")
		for j, c := range item.Content {
			switch {
			case c.Type == "bulletList" || c.Type == "orderedList":
				w.b.WriteByte('\n')
				w.list(c, mark)
			case j > 0:
				w.b.WriteByte('\n')
				w.block(c)
			default:
				w.block(c)
			}
		}
	}
}

func (w *writer) table(n *adf.Node) {
	for i, row := range n.Content {
		if i > 0 {
			w.b.WriteByte('\n')
		}
		bar := "|"
		for _, cell := range row.Content {
			bar = "|"
			if cell.Type == "tableHeader" {
				bar = "||"
			}
			w.b.WriteString(bar)
			inner := &writer{}
			inner.blocks(cell.Content, "\n")
			text := inner.b.String()
			if text == "" {
				text = " "
			}
			w.b.WriteString(text)
		}
		w.b.WriteString(bar)
	}
}

func (w *writer) media(m *adf.Node) {
	switch name := m.Attr("alt"); {
	case m.Attr("type") == "external":
		w.b.WriteString("!" + m.Attr("url") + "!")
	case name != "":
		w.b.WriteString("!" + name + "|thumbnail!")
	default:
		w.b.WriteString("!" + m.Attr("id") + "|thumbnail!")
	}
}

func (w *writer) inline(nodes []*adf.Node) {
	for _, n := range nodes {
		switch n.Type {
		case "text":
			w.text(n)
		case "hardBreak":
			w.b.WriteByte('\n')
		case "mention":
			w.b.WriteString("[~accountid:" + n.Attr("id") + "]")
		case "emoji":
			w.emoji(n)
		case "date":
			if ms, err := strconv.ParseInt(n.Attr("timestamp"), 10, 64); err == nil {
				w.b.WriteString(time.UnixMilli(ms).UTC().Format(time.DateOnly))
			}
		case "status":
			w.b.WriteString("*[ " + strings.ToUpper(n.Attr("text")) + " ]*")
		case "inlineCard":
			w.b.WriteString("[" + n.Attr("url") + "]")
		case "mediaInline":
			w.media(n)
		default:
			w.b.WriteString(n.PlainText())
		}
	}
}

func (w *writer) emoji(n *adf.Node) {
	for _, e := range emoticons {
		if e.short == n.Attr("shortName") {
			w.b.WriteString(e.text)
			return
		}
	}
	if t := n.Attr("text"); t != "" {
		w.b.WriteString(t)
		return
	}
	w.b.WriteString(n.Attr("shortName"))
}

// text writes a text node inside the marks that wiki markup has.
func (w *writer) text(n *adf.Node) {
	before, after := "", ""
	href, isCode := "", false
	for _, m := range n.Marks {
		open := map[string]string{"strong": "*", "em": "_", "strike": "-", "underline": "+"}[m.Type]
		switch m.Type {
		case "subsup":
			open = "^"
			if m.Attr("type") == "sub" {
				open = "~"
			}
		case "code":
			isCode = true
		case "link":
			href = m.Attr("href")
		case "textColor":
			before, after = before+"{color:"+m.Attr("color")+"}", "{color}"+after
		}
		before, after = before+open, open+after
	}
	text := n.Text
	lead, trail := "", ""
	if before != "" { // marks do not hold next to spaces inside
		trimmed := strings.TrimLeft(text, " ")
		lead, text = text[:len(text)-len(trimmed)], trimmed
		trimmed = strings.TrimRight(text, " ")
		trail, text = text[len(trimmed):], trimmed
	}
	switch {
	case isCode:
		text = "{{" + text + "}}"
	case href == "":
		text = escape(text)
	case strings.HasPrefix(href, "^") && href[1:] == text && imageName(text):
		text = "!" + text + "|thumbnail!"
	case href == text:
		text = "[" + href + "]"
	default:
		text = "[" + strings.NewReplacer("|", " ", "]", " ").Replace(text) + "|" + href + "]"
	}
	w.b.WriteString(lead + before + text + after + trail)
}

func imageName(s string) bool {
	for _, ext := range []string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".svg"} {
		if strings.HasSuffix(strings.ToLower(s), ext) {
			return true
		}
	}
	return false
}

// escape keeps text from being read as macros or links. Phrase marks inside words are no markup and stay as they are.
func escape(s string) string {
	if !strings.ContainsAny(s, "{[\\") {
		return s
	}
	return strings.NewReplacer(`{`, `\{`, `[`, `\[`, `\`, `\\`).Replace(s)
}
