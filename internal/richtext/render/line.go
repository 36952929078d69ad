package render

import (
	"strings"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/extract"
	"holdfast.dev/internal/richtext/storageformat"
)

// line renders inline nodes. Neighbours that share their first marks share the tags of these.
func (r *Renderer) line(nodes []*adf.Node) { r.marked(nodes, 0) }

func (r *Renderer) marked(nodes []*adf.Node, depth int) {
	for i := 0; i < len(nodes) && r.err == nil; {
		n := nodes[i]
		if len(n.Marks) <= depth || depth >= maxNesting {
			r.inline(n)
			i++
			continue
		}
		j := i + 1
		for j < len(nodes) && len(nodes[j].Marks) > depth && sameMark(nodes[j].Marks[depth], n.Marks[depth]) {
			j++
		}
		end := r.mark(n.Marks[depth])
		r.marked(nodes[i:j], depth+1)
		r.raw(end)
		i = j
	}
}

func sameMark(a, b adf.Mark) bool {
	if a.Type != b.Type || len(a.Attrs) != len(b.Attrs) {
		return false
	}
	for k := range a.Attrs {
		if k != "storage" && a.Attr(k) != b.Attr(k) {
			return false
		}
	}
	return true
}

var markTags = map[string]string{"strong": "strong", "em": "em", "underline": "u", "strike": "s", "code": "code"}

// htmlTags are the tags of HTML that a source may use and that only decorate.
var htmlTags = map[string]bool{"abbr": true, "big": true, "cite": true, "del": true, "dfn": true, "ins": true, "kbd": true, "label": true, "mark": true, "q": true, "samp": true,
	"small": true, "span": true, "tt": true, "var": true}

// mark writes the start of a mark and gives its end.
func (r *Renderer) mark(m adf.Mark) (end string) {
	if tag := markTags[m.Type]; tag != "" {
		r.open(tag)
		return "</" + tag + ">"
	}
	switch m.Type {
	case "subsup":
		if t := m.Attr("type"); t == "sub" || t == "sup" {
			r.open(t)
			return "</" + t + ">"
		}
	case "textColor", "backgroundColor":
		if c := SafeColor(m.Attr("color")); c != "" {
			name := map[string]string{"textColor": "color: ", "backgroundColor": "background-color: "}[m.Type]
			r.open("span", "style", name+c+";")
			return "</span>"
		}
	case "annotation":
		if !r.o.Flat {
			r.open("span", "class", "inline-comment-marker", "data-ref", m.Attr("id"))
			return "</span>"
		}
	case "link":
		href, class := r.link(m.Attr("href"))
		if href != "" {
			r.anchor(href, class, m.Attr("title"))
			return "</a>"
		}
		if class != "" {
			r.open("span", "class", r.class(class))
			return "</span>"
		}
	case "unsupportedMark":
		tag := m.Attr("element")
		if tag == "font" || tag == "a" || tag == "acronym" {
			tag = "span"
		}
		if htmlTags[tag] {
			n := &adf.Node{Attrs: m.Attrs}
			r.open(tag, "style", SafeStyle(storageformat.SourceAttr(n, "style")), "title", storageformat.SourceAttr(n, "title"))
			return "</" + tag + ">"
		}
	}
	return ""
}

func (r *Renderer) anchor(href, class, title string) {
	rel := ""
	if strings.Contains(href, "://") || strings.HasPrefix(href, "//") {
		rel = "nofollow noopener noreferrer"
	}
	r.open("a", "href", href, "class", r.class(class), "title", title, "rel", rel)
}

func (r *Renderer) inline(n *adf.Node) {
	if !r.enter() {
		return
	}
	defer r.leave()
	switch n.Type {
	case "text":
		r.text(n.Text)
	case "hardBreak":
		r.raw("<br>")
	case "mention":
		r.mention(n)
	case "emoji":
		r.emoji(n)
	case "date":
		if day, ok := extract.Date(n); ok {
			iso := day.Format("2006-01-02")
			r.open("time", "datetime", iso)
			r.raw(day.Format("2 Jan 2006"), "</time>")
		}
	case "status":
		color := n.Attr("color")
		if statusColors[color] == "" {
			color = "neutral"
		}
		style := ""
		if r.o.Flat {
			style = "background-color: " + statusColors[color] + ";padding: 0 4px;font-weight: bold;"
		}
		r.open("span", "class", r.class("status status-"+color), "style", style)
		r.text(n.Attr("text"))
		r.raw("</span>")
	case "placeholder":
		r.open("span", "class", r.class("placeholder"))
		r.text(n.Attr("text"))
		r.raw("</span>")
	case "inlineCard":
		r.card(n)
	case "mediaInline":
		r.media(n)
	case "inlineExtension":
		r.extension(n)
	}
}

var statusColors = map[string]string{"neutral": "#dfe1e6", "purple": "#eae6ff", "blue": "#deebff", "red": "#ffebe6", "yellow": "#fff0b3", "green": "#e3fcef"}

func (r *Renderer) mention(n *adf.Node) {
	name, href := "", ""
	if r.o.Mention != nil {
		name, href = r.o.Mention(n.Attr("id"))
	}
	if name == "" {
		name = n.Attr("text")
	}
	if name == "" {
		name = n.Attr("id")
	}
	name = "@" + strings.TrimPrefix(name, "@")
	if href = SafeURL(href); href != "" {
		r.open("a", "class", r.class("mention"), "href", href)
		r.text(name)
		r.close("a")
		return
	}
	r.open("span", "class", r.class("mention"))
	r.text(name)
	r.close("span")
}

func (r *Renderer) emoji(n *adf.Node) {
	short, text := n.Attr("shortName"), n.Attr("text")
	if r.o.Emoji != nil {
		if src := SafeImage(r.o.Emoji(n)); src != "" {
			r.open("img", "class", r.class("emoji"), "src", src, "alt", short, "title", short, "width", "20", "height", "20")
			return
		}
	}
	if glyph := glyphs[short]; glyph != "" && (text == "" || text == short) {
		text = glyph
	}
	if text == "" {
		text = short
	}
	r.open("span", "class", r.class("emoji"), "title", short)
	r.text(text)
	r.close("span")
}

// glyphs are for emoji of Atlassian's own that have a sign in Unicode.
var glyphs = map[string]string{":check_mark:": "✅", ":cross_mark:": "❌", ":info:": "ℹ️", ":warning:": "⚠️", ":plus:": "➕", ":minus:": "➖", ":question_mark:": "❓",
	":light_bulb_on:": "💡", ":light_bulb_off:": "🔌", ":yellow_star:": "⭐", ":slight_smile:": "🙂"}

func (r *Renderer) card(n *adf.Node) {
	url := n.Attr("url")
	href, class := r.link(url)
	title := ""
	if r.o.Card != nil {
		title = r.o.Card(url)
	}
	if title == "" {
		title = label(url)
	}
	if href == "" {
		r.text(title)
		return
	}
	if class == "" {
		class = "card"
	}
	r.anchor(href, class, "")
	r.text(title)
	r.close("a")
}
