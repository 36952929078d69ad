package adf

import (
	"strconv"
	"strings"
	"time"
)

// PlainText gives the words of a document for search, summaries and mails: one line a block, table cells apart by tabs, mentions by
// name, dates as YYYY-MM-DD.
func (n *Node) PlainText() string {
	w := &plainWriter{}
	w.node(n)
	return strings.TrimSpace(w.b.String())
}

// Empty tells whether there is nothing to read or see.
func (n *Node) Empty() bool {
	empty := true
	n.Walk(func(c *Node) bool {
		switch c.Type {
		case "doc", "paragraph", "hardBreak":
		case "text":
			empty = empty && strings.TrimSpace(c.Text) == ""
		default:
			empty = false
		}
		return empty
	})
	return empty
}

type plainWriter struct{ b strings.Builder }

func (w *plainWriter) node(n *Node) {
	switch n.Type {
	case "text":
		w.b.WriteString(n.Text)
		for _, m := range n.Marks {
			if href := m.Attr("href"); m.Type == "link" && href != "" && href != n.Text {
				w.b.WriteString(" " + href)
			}
		}
	case "hardBreak":
		w.b.WriteByte('\n')
	case "mention":
		w.b.WriteString("@" + strings.TrimPrefix(n.Attr("text"), "@"))
	case "emoji":
		if t := n.Attr("text"); t != "" {
			w.b.WriteString(t)
		} else {
			w.b.WriteString(n.Attr("shortName"))
		}
	case "status", "placeholder":
		w.b.WriteString(n.Attr("text"))
	case "date":
		if ms, err := strconv.ParseInt(n.Attr("timestamp"), 10, 64); err == nil {
			w.b.WriteString(time.UnixMilli(ms).UTC().Format(time.DateOnly))
		}
	case "inlineCard", "blockCard", "embedCard":
		w.b.WriteString(n.Attr("url"))
	case "media", "mediaInline":
		w.b.WriteString(n.Attr("alt"))
	case "expand", "nestedExpand":
		if t := n.Attr("title"); t != "" {
			w.b.WriteString(t + "\n")
		}
	case "extension", "inlineExtension", "bodiedExtension":
		if t := n.Attr("text"); t != "" {
			w.b.WriteString(t)
		}
	}
	for _, c := range n.Content {
		w.node(c)
	}
	switch n.Type {
	case "tableCell", "tableHeader":
		w.b.WriteByte('\t')
	case "paragraph", "heading", "codeBlock", "blockCard", "embedCard", "tableRow", "taskItem", "decisionItem", "mediaSingle", "extension", "rule", "caption":
		w.b.WriteByte('\n')
	}
}
