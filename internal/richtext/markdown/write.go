package markdown

import (
	"strconv"
	"strings"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/ref"
	"holdfast.dev/internal/richtext/storageformat"
)

// Write turns a document into Markdown.
func Write(doc *adf.Node) string {
	w := &writer{}
	out := w.blocks(doc.Content, 0)
	if out == "" {
		return ""
	}
	return out + "\n"
}

type writer struct{}

// blocks writes blocks with an empty line between them.
func (w *writer) blocks(nodes []*adf.Node, depth int) string {
	var parts []string
	last := ""
	for _, n := range nodes {
		if depth > adf.MaxDepth {
			break
		}
		s := w.block(n, depth+1)
		if s == "" {
			continue
		}
		if last != "" && listType(n) != "" && last == listType(n) { // two lists that touch would be one
			parts = append(parts, "<!-- -->")
		}
		parts = append(parts, s)
		last = listType(n)
	}
	return strings.Join(parts, "\n\n")
}

func listType(n *adf.Node) string {
	switch n.Type {
	case "bulletList", "taskList", "decisionList":
		return "-"
	case "orderedList":
		return "1"
	}
	return ""
}

func (w *writer) block(n *adf.Node, depth int) string {
	switch n.Type {
	case "paragraph", "caption":
		return lineStarts(w.inline(n.Content))
	case "heading":
		level, _ := strconv.Atoi(n.Attr("level"))
		return strings.Repeat("#", min(max(level, 1), 6)) + " " + strings.ReplaceAll(w.inline(n.Content), "\\\n", "<br>")
	case "bulletList", "orderedList", "taskList", "decisionList":
		return w.list(n, depth)
	case "codeBlock":
		return fence(n.Attr("language"), codeOf(n))
	case "blockquote":
		return prefixed("> ", w.blocks(n.Content, depth))
	case "panel":
		head := "[!" + panelAlerts[n.Attr("panelType")] + "]"
		if panelAlerts[n.Attr("panelType")] == "" {
			head = "[!NOTE]"
		}
		if t := storageformat.Param(n, "title"); t != "" {
			head += "\n**" + escape(t) + "**\n"
		}
		return prefixed("> ", head+"\n"+w.blocks(n.Content, depth))
	case "expand", "nestedExpand":
		title := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", " ").Replace(n.Attr("title"))
		return "<details><summary>" + title + "</summary>\n\n" + w.blocks(n.Content, depth) + "\n\n</details>"
	case "rule":
		return "---"
	case "table":
		return w.table(n)
	case "mediaSingle", "mediaGroup":
		var parts []string
		for _, c := range n.Content {
			if c.Type == "media" {
				parts = append(parts, media(c))
			} else {
				parts = append(parts, w.block(c, depth))
			}
		}
		return strings.Join(parts, "\n\n")
	case "layoutSection", "layoutColumn":
		return w.blocks(n.Content, depth)
	case "blockCard", "embedCard":
		if url := n.Attr("url"); url != "" {
			return "[" + escape(label(url)) + "](" + destination(url) + ")"
		}
	}
	return fence(extensionLanguage, string(n.JSON()))
}

func codeOf(n *adf.Node) string {
	var b strings.Builder
	for _, c := range n.Content {
		b.WriteString(c.Text)
	}
	return b.String()
}

// fence writes a code block with a fence longer than any run inside it.
func fence(language, text string) string {
	mark := "```"
	for strings.Contains(text, mark) {
		mark += "`"
	}
	if strings.ContainsAny(language, "`\n ") {
		language = ""
	}
	if text != "" {
		text += "\n"
	}
	return mark + language + "\n" + text + mark
}

func prefixed(prefix, text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(prefix+l, " ")
	}
	return strings.Join(lines, "\n")
}

// indented puts the lines after the first under it.
func indented(marker, text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		if i > 0 && lines[i] != "" {
			lines[i] = strings.Repeat(" ", len(marker)) + lines[i]
		}
	}
	return marker + strings.Join(lines, "\n")
}

func (w *writer) list(n *adf.Node, depth int) string {
	var items []string
	number := 1
	if v, err := strconv.Atoi(n.Attr("order")); err == nil && v >= 0 && v < 1_000_000_000 {
		number = v
	}
	for _, item := range n.Content {
		marker := "- "
		switch item.Type {
		case "taskList": // belongs to the item before
			if len(items) > 0 {
				items[len(items)-1] += "\n" + indented("  ", w.list(item, depth+1))
				continue
			}
			items = append(items, w.list(item, depth+1))
			continue
		case "taskItem", "decisionItem":
			box := map[bool]string{true: "[x] ", false: "[ ] "}[item.Attr("state") == "DONE"]
			if item.Type == "decisionItem" {
				box = ""
			}
			items = append(items, indented(marker, box+lineStarts(w.inline(item.Content))))
			continue
		}
		if n.Type == "orderedList" {
			marker = strconv.Itoa(number) + ". "
			number++
		}
		body := w.blocks(item.Content, depth+1)
		if tight(item) {
			body = strings.Replace(body, "\n\n", "\n", 1)
		}
		items = append(items, strings.TrimRight(indented(marker, body), " "))
	}
	return strings.Join(items, "\n")
}

// tight items are a line, perhaps with a list below.
func tight(item *adf.Node) bool {
	c := item.Content
	return len(c) == 2 && c[0].Type == "paragraph" && len(c[0].Content) > 0 && listType(c[1]) != ""
}

func (w *writer) table(n *adf.Node) string {
	width := 0
	for _, row := range n.Content {
		width = max(width, len(row.Content))
	}
	if width == 0 {
		return ""
	}
	var b strings.Builder
	for i, row := range n.Content {
		if i == 0 && (len(row.Content) == 0 || row.Content[0].Type != "tableHeader") { // a table of Markdown has a head
			b.WriteString(strings.Repeat("|  ", width) + "|\n" + rule(width))
		}
		for _, cell := range row.Content {
			b.WriteString("| " + w.cell(cell) + " ")
		}
		b.WriteString(strings.Repeat("|  ", width-len(row.Content)) + "|\n")
		if i == 0 && len(row.Content) > 0 && row.Content[0].Type == "tableHeader" {
			b.WriteString(rule(width))
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

func rule(width int) string { return strings.Repeat("| --- ", width) + "|\n" }

// cell writes blocks in one line.
func (w *writer) cell(n *adf.Node) string {
	var parts []string
	for _, c := range n.Content {
		s := ""
		switch c.Type {
		case "paragraph", "heading":
			s = w.inline(c.Content)
		case "mediaSingle", "mediaGroup":
			s = w.block(c, 0)
		default:
			s = escape(c.PlainText())
		}
		s = strings.NewReplacer("\\\n", "<br>", "\n", "<br>").Replace(s)
		parts = append(parts, s)
	}
	return pipes(strings.Join(parts, "<br>"))
}

// pipes escapes bars, also those in code, as tables want it.
func pipes(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if s[i] == '|' && (i == 0 || s[i-1] != '\\') {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func media(n *adf.Node) string {
	href := n.Attr("url")
	if href == "" {
		href = n.Attr("id")
		if r, ok := ref.Parse(href); ok && r.Kind == ref.Attachment && r.Title == "" && r.Filename != "" && !strings.ContainsAny(r.Filename, ":/") {
			href = r.Filename
		}
	}
	return "![" + escape(n.Attr("alt")) + "](" + destination(href) + ")"
}

func label(href string) string {
	if r, ok := ref.Parse(href); ok {
		if r.Body != "" {
			return r.Body
		}
		return r.Label()
	}
	return href
}

// destination writes an address as the target of a link.
func destination(href string) string {
	href = strings.NewReplacer("\n", "%0A", "\r", "%0D").Replace(href)
	if href != "" && !strings.ContainsAny(href, " ()<>\\&\t") {
		return href
	}
	return "<" + strings.NewReplacer(`\`, `\\`, "<", `\<`, ">", `\>`, "&", "&amp;").Replace(href) + ">"
}
