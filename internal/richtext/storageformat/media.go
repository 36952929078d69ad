package storageformat

import (
	"maps"
	"slices"
	"strings"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/ref"
)

const (
	mediaAttr  = "data-adf-media"
	mediaMarks = "data-adf-media-marks"
)

var mediaLayouts = set("wide full-width center wrap-right wrap-left align-end align-start")

func imageShell(n *adf.Node) *elem {
	e := newElem("ac:image")
	m := n
	if n.Type == "mediaSingle" {
		if len(n.Content) == 0 || n.Content[0].Type != "media" {
			return nil
		}
		m = n.Content[0]
		extra := maps.Clone(n.Attrs)
		for _, k := range []string{"layout", keptAttr} {
			delete(extra, k)
		}
		layout := n.Attr("layout")
		e.setIf("ac:align", map[string]string{"center": "center", "wide": "center", "full-width": "center", "wrap-left": "left", "align-start": "left", "wrap-right": "right", "align-end": "right"}[layout])
		e.setIf("ac:layout", layout)
		e.setIf("ac:original-height", m.Attr("height"))
		e.setIf("ac:original-width", m.Attr("width"))
		if n.Attr("widthType") == "pixel" && n.Attr("width") != "" {
			e.set("ac:custom-width", "true")
			e.set("ac:width", n.Attr("width"))
			delete(extra, "width")
			delete(extra, "widthType")
		}
		if len(extra) > 0 {
			e.set(extraAttr, asJSON(extra))
		}
	} else {
		e.setIf("ac:height", m.Attr("height"))
		e.setIf("ac:width", m.Attr("width"))
	}
	e.setIf("ac:local-id", m.Attr("localId"))
	e.setIf("ac:alt", m.Attr("alt"))
	imageExtras(e, n, m)
	return e
}

// imageExtras adds what an ac:image has no word for.
func imageExtras(e *elem, n, m *adf.Node) {
	extra := maps.Clone(m.Attrs)
	for _, k := range []string{"height", "width", "localId", "alt", keptAttr} {
		delete(extra, k)
	}
	want := map[string]any{"type": "file", "collection": ""}
	switch {
	case m.Attr("type") == "external":
		delete(extra, "url")
		want = map[string]any{"type": "external"}
	case named(n, m):
		delete(extra, "id")
		delete(extra, "__fileName")
	case refID(m.Attr("id")) || m.Type == "mediaInline" && webAddress(m.Attr("id")):
		delete(extra, "id")
	}
	if n.Type == "mediaInline" {
		want["type"] = "image"
	}
	for k, v := range want {
		if extra[k] == v {
			delete(extra, k)
		}
	}
	if len(extra) > 0 {
		e.set(mediaAttr, asJSON(extra))
	}
	if marks := slices.DeleteFunc(slices.Clone(m.Marks), func(k adf.Mark) bool { return k.Type == "border" }); len(marks) > 0 && m != n {
		e.set(mediaMarks, asJSON(marks))
	}
}

func named(n, m *adf.Node) bool {
	r, ok := namedFile(n, m)
	return ok && m.Attr("__fileName") == r.Filename
}

func refID(id string) bool {
	r, ok := ref.Parse(id)
	return ok && r.Kind == ref.Attachment
}

func webAddress(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// imageTarget reads what an image shows and what else it says, into a media node of either kind.
func imageTarget(e *elem, m *adf.Node, inline bool) (ok bool) {
	if !e.only("ri:attachment", "ri:url", "ac:caption", "ac:adf-mark") {
		return false
	}
	if s, has := e.lookup(mediaAttr); has {
		var extra map[string]any
		if !fromJSON(s, &extra) {
			return false
		}
		delete(extra, keptAttr)
		maps.Copy(m.Attrs, extra)
	}
	url, attachment := e.child("ri:url"), e.child("ri:attachment")
	switch {
	case url != nil && attachment == nil && len(url.attrs) == 1 && len(url.children) == 0:
		if inline {
			m.Attrs["id"] = url.get("ri:value")
			return webAddress(url.get("ri:value"))
		}
		m.Attrs["type"], m.Attrs["url"] = "external", url.get("ri:value")
		delete(m.Attrs, "collection")
		return url.get("ri:value") != ""
	case attachment != nil && url == nil:
		r := refOf(&elem{name: "ac:link", children: e.children})
		if r.Kind != ref.Attachment {
			return false
		}
		if m.Attrs["id"] == nil {
			m.Attrs["id"] = r.String()
		}
		return true
	}
	return false
}

// image makes the node of an image that stands as a block.
func (c *conv) image(e *elem, depth int) *adf.Node {
	m := adf.Block("media", map[string]any{"type": "file", "collection": ""})
	if !imageTarget(e, m, false) {
		return nil
	}
	setText(m, "alt", e.get("ac:alt"))
	setText(m, "localId", e.get("ac:local-id"))
	setNumber(m, "height", e.get("ac:original-height"))
	setNumber(m, "width", e.get("ac:original-width"))
	n := adf.Block("mediaSingle", map[string]any{"layout": "center"}, m)
	switch layout, align := e.get("ac:layout"), e.get("ac:align"); {
	case mediaLayouts[layout]:
		n.Attrs["layout"] = layout
	case align == "left":
		n.Attrs["layout"] = "align-start"
	case align == "right":
		n.Attrs["layout"] = "align-end"
	}
	if w, ok := number(e.get("ac:width")); ok {
		n.Attrs["width"], n.Attrs["widthType"] = w, "pixel"
	}
	for _, k := range e.elements() {
		switch k.name {
		case "ac:adf-mark":
			if k.get("key") != "border" || len(k.attrs) != 3 || len(k.children) > 0 {
				return nil
			}
			b := adf.Mark{Type: "border", Attrs: map[string]any{"color": k.get("color")}}
			size, ok := number(k.get("size"))
			if !ok {
				return nil
			}
			b.Attrs["size"] = size
			m.Marks = append(m.Marks, b)
		case "ac:caption":
			if len(n.Content) > 1 || !c.caption(n, k, depth) {
				return nil
			}
		}
	}
	var marks []adf.Mark
	if s, ok := e.lookup(mediaMarks); ok && fromJSON(s, &marks) {
		m.Marks = append(m.Marks, slices.DeleteFunc(marks, func(k adf.Mark) bool { return !adf.ValidMark(k) })...)
	}
	keepMarks(n, e)
	keep(n, e)
	return n
}

// caption reads one line of text under an image. ok is false when there is more.
func (c *conv) caption(n *adf.Node, k *elem, depth int) (ok bool) {
	for _, a := range k.attrs {
		if a.name != "ac:local-id" {
			return false
		}
	}
	parts := segments(k.children)
	if len(parts) > 1 {
		return false
	}
	cap := adf.Block("caption", nil)
	setText(cap, "localId", k.get("ac:local-id"))
	if len(parts) == 1 {
		kids, bare := parts[0].run, true
		if b := parts[0].block; b != nil {
			if b.name != "p" || len(b.attrs) > 0 {
				return false
			}
			kids, bare = b.children, false
		}
		cap.Content = c.inline(kids, depth+2, bare)
	}
	n.Content = append(n.Content, cap)
	return true
}

// inlineImage makes the node of an image in a line.
func (c *conv) inlineImage(e *elem) *adf.Node {
	m := adf.Block("mediaInline", map[string]any{"type": "image", "collection": ""})
	if e.child("ac:caption") != nil || e.child("ac:adf-mark") != nil || !imageTarget(e, m, true) {
		return nil
	}
	setText(m, "alt", e.get("ac:alt"))
	setText(m, "localId", e.get("ac:local-id"))
	setNumber(m, "height", e.get("ac:height"))
	setNumber(m, "width", e.get("ac:width"))
	keepMarks(m, e)
	keep(m, e)
	return m
}

// image writes a media node of either kind.
func (w *writer) image(n *adf.Node) *elem {
	e, _ := w.start(n)
	if e == nil {
		return nil
	}
	m := n
	if n.Type == "mediaSingle" {
		m = n.Content[0]
	}
	r, isRef := ref.Parse(m.Attr("id"))
	if !isRef {
		r, isRef = namedFile(n, m)
	}
	switch {
	case m.Attr("type") == "external":
		e.add(newElem("ri:url", "ri:value", m.Attr("url")))
	case isRef && r.Kind == ref.Attachment:
		e.add(target(r))
	case n.Type == "mediaInline" && webAddress(m.Attr("id")):
		e.add(newElem("ri:url", "ri:value", m.Attr("id")))
	default: // a file that no attachment's name is known of
		name := m.Attr("alt")
		if name == "" {
			name = m.Attr("id")
		}
		e.add(newElem("ri:attachment", "ri:filename", name))
	}
	if n.Type == "mediaInline" {
		return e
	}
	for _, k := range n.Content[1:] {
		if k.Type == "caption" {
			cap := newElem("ac:caption")
			cap.setIf("ac:local-id", k.Attr("localId"))
			e.add(cap.add(newElem("p").add(w.inline(k.Content)...)))
		}
	}
	for _, k := range m.Marks {
		if k.Type == "border" {
			e.add(newElem("ac:adf-mark", "key", "border", "size", k.Attr("size"), "color", k.Attr("color")))
		}
	}
	return e
}
