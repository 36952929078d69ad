package render

import (
	"strings"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/ref"
	"holdfast.dev/internal/richtext/storageformat"
)

func (r *Renderer) figure(n *adf.Node) {
	if len(n.Content) == 0 {
		return
	}
	r.open("figure", "class", r.class("media media-"+oneOf(n.Attr("layout"), "center", "wide", "full-width", "wrap-left", "wrap-right", "align-start", "align-end")))
	m := *n.Content[0]
	if n.Attr("widthType") == "pixel" {
		m.Attrs = map[string]any{}
		for k, v := range n.Content[0].Attrs {
			m.Attrs[k] = v
		}
		m.Attrs["width"] = n.Attrs["width"]
		delete(m.Attrs, "height")
	}
	end := ""
	for _, mark := range append(n.Marks[:len(n.Marks):len(n.Marks)], m.Marks...) {
		if mark.Type == "link" && end == "" {
			end = r.mark(mark)
		}
	}
	r.media(&m)
	r.raw(end)
	for _, c := range n.Content[1:] {
		r.block(c)
	}
	r.close("figure")
}

// media renders a picture, or a link to a file.
func (r *Renderer) media(n *adf.Node) {
	m := Media{URL: n.Attr("url"), Name: n.Attr("alt")}
	if n.Attr("type") != "external" {
		m.URL = ""
		if id := n.Attr("id"); n.Type == "mediaInline" && (strings.HasPrefix(id, "https://") || strings.HasPrefix(id, "http://")) {
			m.URL = id
		}
	}
	if r.o.Media != nil {
		m = r.o.Media(n)
	}
	alt := n.Attr("alt")
	if alt == "" {
		alt = m.Name
	}
	if alt == "" {
		alt = label(n.Attr("id"))
	}
	src := SafeImage(m.URL)
	if src == "" {
		r.open("span", "class", r.class("media-missing"))
		r.text(alt)
		r.close("span")
		return
	}
	if m.MIME != "" && !strings.HasPrefix(m.MIME, "image/") {
		r.open("a", "class", r.class("file"), "href", src)
		r.text(alt)
		r.close("a")
		return
	}
	style := ""
	for _, k := range n.Marks {
		if c := SafeColor(k.Attr("color")); k.Type == "border" && c != "" {
			style = "border: " + digitsOf(k.Attr("size")) + "px solid " + c + ";"
		}
	}
	download := SafeURL(m.Download)
	if download != "" {
		r.open("a", "href", download)
	}
	r.open("img", "src", src, "alt", alt, "title", storageformat.SourceAttr(n, "ac:title"), "width", digits(n, "width", 10_000), "height", digits(n, "height", 10_000), "style", style, "loading", lazy(r.o.Flat))
	if download != "" {
		r.close("a")
	}
}

func lazy(flat bool) string {
	if flat {
		return ""
	}
	return "lazy"
}

func digitsOf(s string) string {
	if s == "2" || s == "3" {
		return s
	}
	return "1"
}

// label gives what a reference says to a reader; an address is its own label.
func label(href string) string {
	if t, ok := ref.Parse(href); ok {
		if t.Body != "" {
			return t.Body
		}
		return t.Label()
	}
	return href
}
