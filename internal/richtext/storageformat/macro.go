package storageformat

import (
	"slices"
	"strings"

	"holdfast.dev/internal/richtext/adf"
)

// panelTypes are ADF's words for Confluence's panel macros.
var panelTypes = map[string]string{"info": "info", "note": "warning", "tip": "success", "warning": "error", "panel": "custom"}

var panelMacros = map[string]string{"info": "info", "warning": "note", "success": "tip", "error": "warning", "custom": "panel"}

// macroShell makes the macro of a node that is more than an extension in ADF. Parameters are pseudo attributes.
func macroShell(n *adf.Node) *elem {
	e := newElem("ac:structured-macro", "ac:schema-version", "1")
	e.setIf("ac:local-id", n.Attr("localId"))
	switch n.Type {
	case "panel":
		name, ok := panelMacros[n.Attr("panelType")]
		if !ok {
			a := newElem("ac:adf-extension", "#panel-type", n.Attr("panelType"))
			a.setIf("#local-id", n.Attr("localId"))
			return a
		}
		e.set("ac:name", name)
		e.setIf(param+"panelIcon", n.Attr("panelIcon"))
		e.setIf(param+"panelIconId", n.Attr("panelIconId"))
		e.setIf(param+"panelIconText", n.Attr("panelIconText"))
		e.setIf(param+"bgColor", n.Attr("panelColor"))
	case "expand", "nestedExpand":
		e.set("ac:name", "expand")
		e.setIf(param+"title", n.Attr("title"))
		breakoutShell(e, n)
	case "codeBlock":
		if kept(n.Attrs)["element"] == "pre" {
			return newElem("pre")
		}
		e.set("ac:name", "code")
		e.setIf(param+"language", n.Attr("language"))
		breakoutShell(e, n)
	case "status":
		e.set("ac:name", "status")
		e.setIf(param+"title", n.Attr("text"))
		color := n.Attr("color")
		if color == "neutral" {
			color = "grey"
		}
		if color != "" {
			e.set(param+"colour", strings.ToUpper(color[:1])+color[1:])
		}
	}
	return e
}

func breakoutShell(e *elem, n *adf.Node) {
	for _, m := range n.Marks {
		if m.Type == "breakout" {
			e.set(param+"breakoutMode", m.Attr("mode"))
			e.setIf(param+"breakoutWidth", m.Attr("width"))
		}
	}
}

// breakout reads the mark that breakoutShell writes. It belongs to blocks of the page alone.
func breakout(n *adf.Node, shadow *elem, parent string) {
	mode := shadow.get(param + "breakoutMode")
	if parent != "doc" || mode != "wide" && mode != "full-width" {
		return
	}
	m := adf.Mark{Type: "breakout", Attrs: map[string]any{"mode": mode}}
	if w, ok := number(shadow.get(param + "breakoutWidth")); ok {
		m.Attrs["width"] = w
	}
	n.Marks = append(n.Marks, m)
}

// shadow gives a macro's attributes with its parameters as pseudo attributes, when all of them are plain texts.
func shadow(e *elem) (s *elem, ok bool) {
	s = &elem{name: "ac:structured-macro", attrs: slices.Clone(e.attrs)}
	for _, p := range e.elements() {
		name, isParam := parameter(p)
		if !isParam {
			continue
		}
		if _, twice := s.lookup(param + name); twice || len(p.elements()) > 0 || len(p.attrs) > 1 {
			return nil, false
		}
		s.attrs = append(s.attrs, attr{param + name, p.innerText()})
	}
	if _, has := s.lookup("ac:schema-version"); !has {
		s.set("ac:schema-version", "1")
	}
	return s, true
}

// parameter gives the name of a parameter element.
func parameter(p *elem) (name string, ok bool) {
	switch p.name {
	case "ac:default-parameter":
		return "", len(p.attrs) == 0
	case "ac:parameter":
		name, ok = p.lookup("ac:name")
		return name, ok
	}
	return "", false
}

// macro makes the node of a macro that stands as a block.
func (c *conv) macro(parent string, e *elem, depth int) *adf.Node {
	rich := e.child("ac:rich-text-body")
	if rich != nil && len(rich.attrs) > 0 || !e.only("ac:parameter", "ac:default-parameter", "ac:rich-text-body", "ac:plain-text-body", "ac:adf-fragment-mark") {
		return nil
	}
	if n := c.knownMacro(parent, e, rich, depth); n != nil {
		return n
	}
	n := extension(e)
	if n == nil {
		return nil
	}
	if rich == nil {
		n.Type = "extension"
		return n
	}
	n.Type = "bodiedExtension"
	if !adf.Holds(parent, n.Type) {
		return nil
	}
	n.Content = c.filled(n.Type, rich.children, depth+1)
	return n
}

// knownMacro makes panels, expands and code blocks, nil when the macro is none or says more than these can keep.
func (c *conv) knownMacro(parent string, e, rich *elem, depth int) *adf.Node {
	name := e.get("ac:name")
	s, ok := shadow(e)
	if !ok || e.child("ac:adf-fragment-mark") != nil {
		return nil
	}
	plain := e.child("ac:plain-text-body")
	var n *adf.Node
	switch {
	case panelTypes[name] != "" && rich != nil && plain == nil:
		n = adf.Block("panel", map[string]any{"panelType": panelTypes[name]})
		setText(n, "panelIcon", s.get(param+"panelIcon"))
		setText(n, "panelIconId", s.get(param+"panelIconId"))
		setText(n, "panelIconText", s.get(param+"panelIconText"))
		setText(n, "panelColor", s.get(param+"bgColor"))
	case name == "expand" && rich != nil && plain == nil:
		n = adf.Block("expand", map[string]any{"title": s.get(param + "title")})
		if parent != "doc" && parent != "layoutColumn" && parent != "bodiedExtension" {
			n.Type = "nestedExpand"
		}
		breakout(n, s, parent)
	case name == "code" && rich == nil && plain != nil && len(plain.elements()) == 0 && len(plain.attrs) == 0:
		n = adf.Block("codeBlock", nil)
		setText(n, "language", s.get(param+"language"))
		breakout(n, s, parent)
		if text := plain.innerText(); text != "" {
			n.Content = []*adf.Node{adf.Text(text)}
		}
	default:
		return nil
	}
	setText(n, "localId", e.get("ac:local-id"))
	keepMarks(n, e)
	keep(n, s)
	if rich != nil {
		n.Content = c.filled(n.Type, rich.children, depth+1)
	}
	return n
}

// inlineMacro makes the node of a macro that stands in a line. A rich body is kept as source.
func (c *conv) inlineMacro(e *elem) *adf.Node {
	if e.get("ac:name") == "status" {
		if n := status(e); n != nil {
			return n
		}
	}
	rich := e.child("ac:rich-text-body")
	if rich != nil && len(rich.attrs) > 0 || !e.only("ac:parameter", "ac:default-parameter", "ac:rich-text-body", "ac:plain-text-body") {
		return nil
	}
	n := extension(e)
	if n == nil {
		return nil
	}
	n.Type = "inlineExtension"
	if rich != nil {
		n.Attrs["parameters"].(map[string]any)[keptAttr] = rich.source()
	}
	return n
}

var statusColors = map[string]string{"": "neutral", "grey": "neutral", "gray": "neutral", "red": "red", "yellow": "yellow", "green": "green", "blue": "blue", "purple": "purple"}

func status(e *elem) *adf.Node {
	s, ok := shadow(e)
	if !ok || !e.only("ac:parameter") || s.get(param+"title") == "" {
		return nil
	}
	color, ok := statusColors[strings.ToLower(s.get(param+"colour"))]
	if !ok {
		return nil
	}
	n := adf.Block("status", map[string]any{"text": s.get(param + "title"), "color": color})
	setText(n, "localId", e.get("ac:local-id"))
	keepMarks(n, e)
	keep(n, s)
	return n
}
