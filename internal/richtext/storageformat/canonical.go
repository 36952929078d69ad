package storageformat

import (
	"slices"
	"strings"

	"holdfast.dev/internal/richtext/adf"
)

// Canonical gives the form in which two sources are compared. Equal forms mean the same page. It settles what authors and versions write
// differently without meaning anything by it:
//
//   - attributes and macro parameters are sorted; self-closing does not count, nor do values that are the default anyway
//   - macro ids are kept out, and so is what an ac:adf-extension shows to readers that do not know it
//   - white space with a line end in it is one space, none at all at the edge of a block and between blocks; CDATA is text
//   - text that stands among blocks is a paragraph of its own; an empty element of mere formatting is nothing, and so is an empty
//     paragraph that is alone in its block
//   - equal formatting that touches is one; HTML's synonyms are one (b and strong, i and em, del and s)
//   - ac:macro of version 3 is ac:structured-macro, ac:default-parameter is the parameter without a name
//   - a link without a body shows the label of its target
//   - a node that Write wrote whole is what it would be in storage format's own words, as far as these go
//   - ac:layout and sections of fixed width stand for what they hold
func Canonical(storage string) (string, error) {
	root, err := readSource(storage)
	if err != nil {
		return "", err
	}
	return canonical(root), nil
}

func canonical(root *elem) string {
	var b strings.Builder
	for _, c := range canonChildren(&elem{name: "root", children: dissolve(root.children)}) {
		c.write(&b)
		b.WriteByte('\n')
	}
	return b.String()
}

var synonyms = map[string]string{"b": "strong", "i": "em", "del": "s", "strike": "s", "ac:macro": "ac:structured-macro"}

// formatting elements are mere decoration: empty ones are nothing, equal neighbours are one.
var formatting = map[string]bool{"strong": true, "em": true, "u": true, "s": true, "sub": true, "sup": true, "code": true, "span": true}

// containers are elements whose children are blocks, so that bare text in them is a paragraph.
var containers = map[string]bool{"root": true, "td": true, "th": true, "li": true, "div": true, "blockquote": true, "ac:rich-text-body": true, "ac:layout-cell": true,
	"ac:adf-content": true, "ac:task-body": true, "ac:caption": true}

// structural elements hold no text of their own.
var structural = map[string]bool{"table": true, "tbody": true, "thead": true, "tfoot": true, "tr": true, "colgroup": true, "ul": true, "ol": true, "ac:layout": true,
	"ac:layout-section": true, "ac:task-list": true, "ac:task": true, "ac:structured-macro": true, "ac:image": true, "ac:link": true, "ac:adf-extension": true, "ac:adf-node": true}

// verbatim elements keep every space.
var verbatim = map[string]bool{"pre": true, "ac:plain-text-body": true, "ac:parameter": true, "ac:adf-attribute": true}

func canon(e *elem) *elem {
	if e.isText() {
		return newText(e.text)
	}
	if known := inOwnWords(e); known != nil {
		return canon(known)
	}
	c := &elem{name: e.name}
	if s, ok := synonyms[c.name]; ok {
		c.name = s
	}
	for _, a := range e.attrs {
		if keepInCanon(c.name, a) {
			c.attrs = append(c.attrs, a)
		}
	}
	if e.name == "ac:default-parameter" {
		c.name, c.attrs = "ac:parameter", append(c.attrs, attr{"ac:name", ""})
	}
	slices.SortFunc(c.attrs, func(a, b attr) int { return strings.Compare(a.name, b.name) })
	c.children = canonChildren(e)
	switch c.name {
	case "ac:structured-macro":
		slices.SortStableFunc(c.children, func(a, b *elem) int { return strings.Compare(parameterName(a), parameterName(b)) })
	case "ac:link":
		canonLink(c)
	case "ac:image":
		slices.SortStableFunc(c.children, func(a, b *elem) int { return strings.Compare(a.name, b.name) })
	}
	return c
}

func parameterName(e *elem) string {
	if e.name != "ac:parameter" {
		return "\uffff"
	}
	return e.get("ac:name")
}

func keepInCanon(name string, a attr) bool {
	switch a.name {
	case "ac:macro-id":
		return name != "ac:structured-macro"
	case "ac:schema-version":
		return name != "ac:structured-macro" || a.value != "1"
	case "colspan", "rowspan":
		return name != "td" && name != "th" || a.value != "1"
	case "start":
		return name != "ol" || a.value != "1"
	}
	return true
}

// canonLink brings every body to the form of a rich one, and drops the one that says what the target's label says.
func canonLink(c *elem) {
	kept := c.children[:0]
	label := refOf(c).Label()
	for _, k := range c.children {
		if k.name == "ac:plain-text-link-body" {
			k.name = "ac:link-body"
		}
		if k.name == "ac:link-body" && (len(k.children) == 0 || len(k.children) == 1 && k.children[0].isText() && k.children[0].text == label) {
			continue
		}
		kept = append(kept, k)
	}
	c.children = kept
}

func canonChildren(e *elem) []*elem {
	var out []*elem
	for _, k := range e.children {
		if k.name == "ac:adf-fallback" && e.name == "ac:adf-extension" {
			continue
		}
		if k.isText() && structural[e.name] {
			if blank(k.text) {
				continue
			}
		}
		c := canon(k)
		if formatting[c.name] && len(c.attrs) == 0 && len(c.children) == 0 {
			continue
		}
		if c.name == "tbody" && len(c.attrs) == 0 && e.name == "table" {
			out = append(out, c.children...)
			continue
		}
		if c.isText() && !verbatim[e.name] {
			c.text = collapse(c.text)
		}
		out = append(out, c)
	}
	out = merged(out)
	if containers[e.name] {
		out = paragraphs(out)
	}
	if !inlineNames[e.name] && !verbatim[e.name] {
		out = trimEdges(out)
	}
	return out
}

func joinable(a, b *elem) bool {
	if a.isText() || b.isText() {
		return a.isText() && b.isText()
	}
	return (formatting[a.name] || a.name == "a" || a.name == "ac:inline-comment-marker") && a.name == b.name && slices.Equal(a.attrs, b.attrs)
}

// merged makes one of neighbours that are joinable, all at once so that it takes no longer the more there are.
func merged(in []*elem) []*elem {
	var out []*elem
	for i := 0; i < len(in); {
		j := i + 1
		for j < len(in) && joinable(in[i], in[j]) {
			j++
		}
		if j == i+1 {
			out = append(out, in[i])
			i = j
			continue
		}
		one := &elem{name: in[i].name, attrs: in[i].attrs}
		var text strings.Builder
		for _, e := range in[i:j] {
			text.WriteString(e.text)
			one.children = append(one.children, e.children...)
		}
		one.text, one.children = text.String(), merged(one.children)
		out = append(out, one)
		i = j
	}
	return out
}

// collapse makes white space with a line end in it one space.
func collapse(s string) string {
	if !strings.ContainsAny(s, "\n\r") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && strings.IndexByte(" \t\r\n", s[j]) >= 0 {
			j++
		}
		switch {
		case j == i:
			b.WriteByte(s[i])
			i++
		case strings.ContainsAny(s[i:j], "\r\n"):
			b.WriteByte(' ')
			i = j
		default:
			b.WriteString(s[i:j])
			i = j
		}
	}
	return b.String()
}

// paragraphs wraps runs of inline content in paragraphs.
func paragraphs(in []*elem) []*elem {
	var out []*elem
	for _, s := range segments(in) {
		if s.block != nil {
			out = append(out, s.block)
		} else if run := trimEdges(s.run); len(run) > 0 {
			out = append(out, newElem("p").add(run...))
		}
	}
	if len(out) == 1 && out[0].name == "p" && len(out[0].attrs) == 0 && len(out[0].children) == 0 {
		return nil
	}
	return out
}

// trimEdges removes the spaces at the start and the end of a block; a block of spaces alone is empty.
func trimEdges(in []*elem) []*elem {
	out := slices.Clone(in)
	for len(out) > 0 && out[0].isText() {
		if t := strings.TrimLeft(out[0].text, " \t"); t != "" {
			out[0] = newText(t)
			break
		}
		out = out[1:]
	}
	for n := len(out); n > 0 && out[n-1].isText(); n = len(out) {
		if t := strings.TrimRight(out[n-1].text, " \t"); t != "" {
			out[n-1] = newText(t)
			break
		}
		out = out[:n-1]
	}
	return out
}

// inOwnWords gives the element of a node that was written whole, nil when there is none.
func inOwnWords(e *elem) *elem {
	if e.name != "ac:adf-extension" {
		return nil
	}
	w := newWriter()
	known := (*elem)(nil)
	if n := generic(e, false); n != nil {
		known = w.block(n)
	} else if n := generic(e, true); n != nil {
		if out := w.inline([]*adf.Node{n}); len(out) == 1 {
			known = out[0]
		}
	}
	if known == nil || generic(known, false) != nil || generic(known, true) != nil {
		return nil
	}
	return known
}
