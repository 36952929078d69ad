// Package adf is the Atlassian Document Format: a tree of typed nodes with marks, kept as JSON. Facts: the published JSON schema of
// version 1 of the format.
package adf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Limits of a document. A page of dense text has about 2,000 nodes.
const (
	MaxBytes = 2 << 20
	MaxDepth = 60
	MaxNodes = 100_000
)

// Node is one node. Attrs keeps attributes that are not known here.
type Node struct {
	Type    string         `json:"type"`
	Attrs   map[string]any `json:"attrs,omitempty"`
	Content []*Node        `json:"content,omitempty"`
	Text    string         `json:"text,omitempty"`
	Marks   []Mark         `json:"marks,omitempty"`
	Version int            `json:"version,omitempty"`
}

// Mark decorates text.
type Mark struct {
	Type  string         `json:"type"`
	Attrs map[string]any `json:"attrs,omitempty"`
}

// Doc makes a document of blocks.
func Doc(content ...*Node) *Node { return &Node{Type: "doc", Version: 1, Content: content} }

// Text makes a text node.
func Text(s string, marks ...Mark) *Node { return &Node{Type: "text", Text: s, Marks: marks} }

// Paragraph makes a paragraph.
func Paragraph(content ...*Node) *Node { return &Node{Type: "paragraph", Content: content} }

// Block makes a node of any type.
func Block(typ string, attrs map[string]any, content ...*Node) *Node {
	return &Node{Type: typ, Attrs: attrs, Content: content}
}

// Parse reads a document and checks it against the format.
func Parse(b []byte) (*Node, error) {
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("the document is larger than %d bytes", MaxBytes)
	}
	if depth(b) > 4*MaxDepth {
		return nil, fmt.Errorf("the document is nested too deeply")
	}
	var n Node
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&n); err != nil {
		return nil, fmt.Errorf("the document is no JSON object of the expected form: %w", err)
	}
	if err := Validate(&n); err != nil {
		return nil, err
	}
	return &n, nil
}

// depth gives how deeply braces and brackets nest, before anything recursive reads them.
func depth(b []byte) int {
	deepest, now, inString := 0, 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}

// JSON writes the document.
func (n *Node) JSON() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(n); err != nil {
		panic(err) // a tree of maps, strings and numbers always encodes
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// Attr gives an attribute as text, empty when it is not there.
func (n *Node) Attr(name string) string { return attr(n.Attrs, name) }

// Attr gives an attribute of a mark as text.
func (m Mark) Attr(name string) string { return attr(m.Attrs, name) }

func attr(attrs map[string]any, name string) string {
	switch v := attrs[name].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case int:
		return strconv.Itoa(v)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// Walk visits every node, parents first, until visit gives false for a node, whose children are then left out.
func (n *Node) Walk(visit func(*Node) bool) {
	if !visit(n) {
		return
	}
	for _, c := range n.Content {
		c.Walk(visit)
	}
}

// Mentions gives the accounts that the document mentions.
func (n *Node) Mentions() []string {
	var ids []string
	n.Walk(func(c *Node) bool {
		if c.Type == "mention" {
			ids = append(ids, c.Attr("id"))
		}
		return true
	})
	return ids
}

// FromPlainText makes a document of text: blank lines part paragraphs, single line ends are kept.
func FromPlainText(s string) *Node {
	doc := Doc()
	for para := range strings.SplitSeq(strings.ReplaceAll(strings.TrimSpace(s), "\r\n", "\n"), "\n\n") {
		p := Paragraph()
		for i, line := range strings.Split(strings.Trim(para, "\n"), "\n") {
			if i > 0 {
				p.Content = append(p.Content, &Node{Type: "hardBreak"})
			}
			if line != "" {
				p.Content = append(p.Content, Text(line))
			}
		}
		doc.Content = append(doc.Content, p)
	}
	return doc
}
