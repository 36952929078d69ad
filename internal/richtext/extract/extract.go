// Package extract reads out of ADF documents what a wiki keeps beside them: links, mentions, tasks, headings, macros, inline comments, an
// excerpt. All of it looks into the bodies of macros and into source that was kept as it is.
package extract

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/ref"
	"holdfast.dev/internal/richtext/storageformat"
)

// maxNesting is how many bodies within bodies are looked into.
const maxNesting = 8

// Walk visits every node like adf.Node.Walk, and those inside bodies of extensions that are kept as source.
func Walk(n *adf.Node, visit func(*adf.Node) bool) { walk(n, visit, 0) }

func walk(n *adf.Node, visit func(*adf.Node) bool, depth int) {
	if !visit(n) {
		return
	}
	for _, c := range n.Content {
		walk(c, visit, depth)
	}
	if n.Type != "extension" && n.Type != "inlineExtension" || depth >= maxNesting {
		return
	}
	body, _ := storageformat.Body(n)
	for _, c := range body {
		walk(c, visit, depth+1)
	}
}

// Link is one link, card, image or file that a document points to.
type Link struct {
	Href  string  // as the document says it
	Ref   ref.Ref // what Href names when it is a reference; Kind is empty for addresses
	Text  string  // what the reader sees; the alternative text of an image
	Card  bool
	File  bool   // an image or a file that is shown, not a link
	Macro string // the macro whose parameter points there, such as include
}

// Links gives the links in the order of the document. Touching texts of one link are one.
func Links(doc *adf.Node) []Link {
	var out []Link
	add := func(l Link) {
		l.Ref, _ = ref.Parse(l.Href)
		out = append(out, l)
	}
	last := -1 // index in out of the link that the text before belongs to
	Walk(doc, func(n *adf.Node) bool {
		switch n.Type {
		case "text":
			href := linkOf(n)
			if href != "" && last >= 0 && out[last].Href == href {
				out[last].Text += n.Text
				return true
			}
			last = -1
			if href != "" {
				add(Link{Href: href, Text: n.Text})
				last = len(out) - 1
			}
			return true
		case "inlineCard", "blockCard", "embedCard":
			if url := n.Attr("url"); url != "" {
				add(Link{Href: url, Text: url, Card: true})
			}
		case "media", "mediaInline":
			if href := n.Attr("url") + n.Attr("id"); href != "" {
				add(Link{Href: href, Text: n.Attr("alt"), File: true})
			}
			fallthrough
		default:
			refs := storageformat.ParamRefs(n)
			for _, name := range slices.Sorted(maps.Keys(refs)) {
				r := refs[name]
				add(Link{Href: r.String(), Text: r.Label(), Macro: n.Attr("extensionKey")})
			}
			if href := linkOf(n); href != "" {
				add(Link{Href: href, Text: n.PlainText()})
			}
		}
		last = -1
		return true
	})
	return out
}

func linkOf(n *adf.Node) string {
	for _, m := range n.Marks {
		if m.Type == "link" {
			return m.Attr("href")
		}
	}
	return ""
}

// Mentions gives the accounts that are mentioned, each once, in the order of the document. People whom a source named by user key or
// user name are "userkey:…" and "username:…".
func Mentions(doc *adf.Node) []string {
	var out []string
	seen := map[string]bool{}
	Walk(doc, func(n *adf.Node) bool {
		if id := n.Attr("id"); n.Type == "mention" && !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
		return true
	})
	return out
}

// Heading is one heading of the outline.
type Heading struct {
	Level int
	Text  string
	ID    string // the anchor that package render gives it
}

// Outline gives the headings in the order of the document.
func Outline(doc *adf.Node) []Heading {
	var out []Heading
	ids := NewAnchors()
	Walk(doc, func(n *adf.Node) bool {
		if n.Type != "heading" {
			return true
		}
		level, _ := strconv.Atoi(n.Attr("level"))
		text := Words(n)
		out = append(out, Heading{Level: level, Text: text, ID: ids.Of(text)})
		return true
	})
	return out
}

// Anchors makes the anchors of headings, each once a page.
type Anchors struct{ taken map[string]int }

// NewAnchors starts a page.
func NewAnchors() *Anchors { return &Anchors{taken: map[string]int{}} }

// Of gives the anchor of the next heading: its text with spaces as "-", and ".1", ".2" added when it came before.
func (a *Anchors) Of(text string) string {
	id := strings.Join(strings.Fields(text), "-")
	n := a.taken[id]
	a.taken[id]++
	if n > 0 {
		id += "." + strconv.Itoa(n)
	}
	return id
}

// Comment is a text that an inline comment is about.
type Comment struct {
	ID   string // of the mark
	Text string
}

// InlineComments gives the texts that inline comments mark, in the order of the document. A comment that marks several texts is there
// once, with them joined.
func InlineComments(doc *adf.Node) []Comment {
	var out []Comment
	at := map[string]int{}
	Walk(doc, func(n *adf.Node) bool {
		for _, m := range n.Marks {
			if m.Type != "annotation" {
				continue
			}
			id := m.Attr("id")
			i, known := at[id]
			if !known {
				i, at[id] = len(out), len(out)
				out = append(out, Comment{ID: id})
			}
			if n.Type == "text" {
				out[i].Text += n.Text
			} else {
				out[i].Text += Words(n)
			}
		}
		return true
	})
	return out
}

// Macro is one macro of a document.
type Macro struct {
	Name   string
	Params map[string]string
	Node   *adf.Node
}

// Macros gives the macros in the order of the document, those that are nodes of their own in ADF among them (panel, code, status …).
func Macros(doc *adf.Node) []Macro {
	var out []Macro
	Walk(doc, func(n *adf.Node) bool {
		if name := MacroName(n); name != "" {
			out = append(out, Macro{Name: name, Params: storageformat.Params(n), Node: n})
		}
		return true
	})
	return out
}

// MacroName gives the name of the macro that a node is, empty when it is none.
func MacroName(n *adf.Node) string {
	switch n.Type {
	case "extension", "bodiedExtension", "inlineExtension":
		if n.Attr("extensionType") == storageformat.MacroType {
			return n.Attr("extensionKey")
		}
	case "panel":
		return map[string]string{"info": "info", "warning": "note", "success": "tip", "error": "warning"}[n.Attr("panelType")] + map[bool]string{true: "panel"}[n.Attr("panelType") == "custom" || n.Attr("panelType") == "note"]
	case "expand", "nestedExpand":
		return "expand"
	case "codeBlock":
		return "code"
	case "status":
		return "status"
	}
	return ""
}

// Date reads the day of a date node, in UTC. ok is false when it says none.
func Date(n *adf.Node) (day time.Time, ok bool) {
	ms, err := strconv.ParseInt(n.Attr("timestamp"), 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	return time.UnixMilli(ms).UTC(), true
}

func bodyOf(n *adf.Node) []*adf.Node {
	body, _ := storageformat.Body(n)
	return body
}
