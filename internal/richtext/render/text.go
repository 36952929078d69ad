package render

import (
	"strings"
	"unicode/utf8"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/extract"
	"holdfast.dev/internal/richtext/storageformat"
)

// Span says which node a part of the text comes from.
type Span struct {
	Start, End int // bytes in the text
	Node       *adf.Node
}

// TextPositions is Text with the place of every node that has words, in the order of the text.
func TextPositions(doc *adf.Node) (string, []Span) {
	w := &textWriter{}
	w.node(doc, 0)
	return strings.TrimRight(w.b.String(), "\n\t "), w.spans
}

type textWriter struct {
	b     strings.Builder
	spans []Span
}

var endsLine = map[string]bool{"paragraph": true, "heading": true, "codeBlock": true, "blockCard": true, "embedCard": true, "tableRow": true, "taskItem": true,
	"decisionItem": true, "mediaSingle": true, "caption": true, "extension": true, "bodiedExtension": true}

func (w *textWriter) node(n *adf.Node, depth int) {
	if depth > 2*adf.MaxDepth {
		return
	}
	if words := wordsOf(n); words != "" {
		start := w.b.Len()
		w.b.WriteString(words)
		w.spans = append(w.spans, Span{start, w.b.Len(), n})
	}
	content := n.Content
	if n.Type == "extension" || n.Type == "inlineExtension" {
		content, _ = storageformat.Body(n)
	}
	for _, c := range content {
		w.node(c, depth+1)
	}
	switch s := w.b.String(); {
	case s == "" || strings.HasSuffix(s, "\n"):
	case n.Type == "tableCell" || n.Type == "tableHeader":
		w.b.WriteByte('\t')
	case endsLine[n.Type]:
		w.b.WriteByte('\n')
	}
}

// wordsOf gives the words that a node has itself.
func wordsOf(n *adf.Node) string {
	switch n.Type {
	case "text":
		return n.Text
	case "hardBreak":
		return "\n"
	case "mention":
		return "@" + strings.TrimPrefix(n.Attr("text"), "@")
	case "emoji":
		if t := n.Attr("text"); t != "" && utf8.RuneCountInString(t) < 10 {
			return t
		}
		return n.Attr("shortName")
	case "status", "placeholder":
		return n.Attr("text")
	case "date":
		if day, ok := extract.Date(n); ok {
			return day.Format("2006-01-02")
		}
	case "inlineCard", "blockCard", "embedCard":
		return label(n.Attr("url"))
	case "media", "mediaInline":
		return n.Attr("alt")
	case "expand", "nestedExpand":
		if t := n.Attr("title"); t != "" {
			return t + "\n"
		}
	case "panel", "codeBlock":
		if t := storageformat.Param(n, "title"); t != "" {
			return t + "\n"
		}
	case "extension", "bodiedExtension", "inlineExtension":
		if m := macroOf(n); m.PlainBody != "" {
			return m.PlainBody
		}
	}
	return ""
}
