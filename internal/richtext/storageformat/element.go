package storageformat

import (
	"slices"
	"strings"
)

// elem is an element, or a text when name is empty. Names carry their prefix: "ac:link".
type elem struct {
	name     string
	attrs    []attr
	children []*elem
	text     string
	cdata    bool // the text is written as a CDATA section
}

type attr struct{ name, value string }

func newElem(name string, pairs ...string) *elem {
	e := &elem{name: name}
	for i := 0; i+1 < len(pairs); i += 2 {
		e.set(pairs[i], pairs[i+1])
	}
	return e
}

func newText(s string) *elem { return &elem{text: s} }

func (e *elem) isText() bool { return e.name == "" }

// get gives an attribute, empty when it is missing.
func (e *elem) get(name string) string {
	v, _ := e.lookup(name)
	return v
}

func (e *elem) lookup(name string) (string, bool) {
	for _, a := range e.attrs {
		if a.name == name {
			return a.value, true
		}
	}
	return "", false
}

func (e *elem) set(name, value string) {
	for i, a := range e.attrs {
		if a.name == name {
			e.attrs[i].value = value
			return
		}
	}
	e.attrs = append(e.attrs, attr{name, value})
}

// setIf sets an attribute that has a value.
func (e *elem) setIf(name, value string) {
	if value != "" {
		e.set(name, value)
	}
}

func (e *elem) add(children ...*elem) *elem {
	e.children = append(e.children, children...)
	return e
}

// addText adds a text unless it is empty.
func (e *elem) addText(s string) *elem {
	if s != "" {
		e.children = append(e.children, newText(s))
	}
	return e
}

// elements gives the children that are elements.
func (e *elem) elements() []*elem {
	var out []*elem
	for _, c := range e.children {
		if !c.isText() {
			out = append(out, c)
		}
	}
	return out
}

// child gives the first child element of a name, nil when there is none.
func (e *elem) child(name string) *elem {
	for _, c := range e.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

// only tells whether there are no children besides blanks and elements of these names.
func (e *elem) only(names ...string) bool {
	for _, c := range e.children {
		if c.isText() && blank(c.text) {
			continue
		}
		if !slices.Contains(names, c.name) {
			return false
		}
	}
	return true
}

// innerText joins all text inside.
func (e *elem) innerText() string {
	if e.isText() {
		return e.text
	}
	var b strings.Builder
	for _, c := range e.children {
		b.WriteString(c.innerText())
	}
	return b.String()
}

// blank tells whether a text is nothing but the white space that XML authors put between elements; no-break spaces count as text.
func blank(s string) bool { return strings.Trim(s, " \t\r\n") == "" }

var textEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#13;")
var attrEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\n", "&#10;", "\t", "&#9;", "\r", "&#13;")

// write serializes the element.
func (e *elem) write(b *strings.Builder) {
	if e.isText() {
		if e.cdata {
			b.WriteString("<![CDATA[" + strings.ReplaceAll(e.text, "]]>", "]]]]><![CDATA[>") + "]]>")
			return
		}
		_, _ = textEscaper.WriteString(b, e.text)
		return
	}
	b.WriteString("<" + e.name)
	for _, a := range e.attrs {
		b.WriteString(" " + a.name + `="`)
		_, _ = attrEscaper.WriteString(b, a.value)
		b.WriteByte('"')
	}
	if len(e.children) == 0 {
		b.WriteString(" />")
		return
	}
	b.WriteByte('>')
	for _, c := range e.children {
		c.write(b)
	}
	b.WriteString("</" + e.name + ">")
}

func (e *elem) String() string {
	var b strings.Builder
	e.write(&b)
	return b.String()
}

// source writes the children alone.
func (e *elem) source() string {
	var b strings.Builder
	for _, c := range e.children {
		c.write(&b)
	}
	return b.String()
}
