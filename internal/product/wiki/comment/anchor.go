package comment

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
	"time"

	"holdfast.dev/internal/richtext/adf"
)

// NewMarker makes the identifier of an annotation: a UUID.
func NewMarker(time.Time) string {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		panic(err) // crypto/rand does not fail on supported systems
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func has(n *adf.Node, marker string) bool {
	for _, m := range n.Marks {
		if m.Type == "annotation" && m.Attr("id") == marker {
			return true
		}
	}
	return false
}

// Marked tells whether a document has an annotation of a marker.
func Marked(doc *adf.Node, marker string) (found bool) {
	doc.Walk(func(n *adf.Node) bool {
		found = found || has(n, marker)
		return !found
	})
	return found
}

// MarkedText gives the text that an annotation covers.
func MarkedText(doc *adf.Node, marker string) string {
	var b strings.Builder
	doc.Walk(func(n *adf.Node) bool {
		if has(n, marker) {
			b.WriteString(n.Text)
		}
		return true
	})
	return b.String()
}

// Annotate puts an annotation on the occurrence of a text with the given index, from 0. It gives how many occurrences there are, -1 when that one
// is not among them. A text may go over several pieces of one block, not over blocks.
func Annotate(doc *adf.Node, marker, text string, index int64) int {
	text = strings.TrimSpace(text)
	count := 0
	done := false
	doc.Walk(func(n *adf.Node) bool {
		if n.Type == "codeBlock" || len(n.Content) == 0 || n.Content[0] == nil {
			return true
		}
		line := lineOf(n)
		for from := 0; ; {
			at := strings.Index(line[from:], text)
			if at < 0 {
				break
			}
			if int64(count) == index {
				cover(n, from+at, from+at+len(text), marker)
				done = true
			}
			count++
			from += at + len(text)
		}
		return true
	})
	if !done {
		return -1
	}
	return count
}

// lineOf gives the text of a block's own pieces; what is no text parts it.
func lineOf(n *adf.Node) string {
	var b strings.Builder
	for _, c := range n.Content {
		if c.Type == "text" {
			b.WriteString(c.Text)
		} else {
			b.WriteByte(0)
		}
	}
	return b.String()
}

// cover marks the bytes from one place to another of a block's own text.
func cover(n *adf.Node, from, to int, marker string) {
	mark := adf.Mark{Type: "annotation", Attrs: map[string]any{"id": marker, "annotationType": "inlineComment"}}
	var out []*adf.Node
	at := 0
	for _, c := range n.Content {
		if c.Type != "text" {
			out = append(out, c)
			at++
			continue
		}
		a, b := max(from-at, 0), min(to-at, len(c.Text))
		at += len(c.Text)
		if a >= b {
			out = append(out, c)
			continue
		}
		piece := func(s string, marks []adf.Mark) {
			if s != "" {
				out = append(out, &adf.Node{Type: "text", Text: s, Marks: marks})
			}
		}
		piece(c.Text[:a], c.Marks)
		piece(c.Text[a:b], append(append([]adf.Mark{}, c.Marks...), mark))
		piece(c.Text[b:], c.Marks)
	}
	n.Content = out
}
