package render

import (
	"strings"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/storageformat"
)

// macroOf reads an extension as a macro.
func macroOf(n *adf.Node) Macro {
	m := Macro{Name: n.Attr("extensionKey"), Params: storageformat.Params(n), Inline: n.Type == "inlineExtension", Node: n}
	m.Body, _ = storageformat.Body(n)
	p, _ := n.Attrs["parameters"].(map[string]any)
	params, _ := p["macroParams"].(map[string]any)
	if v, ok := params[storageformat.PlainBody].(map[string]any); ok {
		m.PlainBody, _ = v["value"].(string)
	}
	metadata, _ := p["macroMetadata"].(map[string]any)
	if v, ok := metadata["macroId"].(map[string]any); ok {
		m.ID, _ = v["value"].(string)
	}
	return m
}

// extension renders macros, kept source and extensions of other makers.
func (r *Renderer) extension(n *adf.Node) {
	if n.Attr("extensionType") == storageformat.OpaqueType {
		body, _ := storageformat.Body(n)
		r.body(body, n.Type == "inlineExtension")
		return
	}
	m := macroOf(n)
	if r.o.Macros != nil && n.Attr("extensionType") == storageformat.MacroType {
		html, ok, err := r.o.Macros.Macro(r.ctx, r, m)
		if err != nil {
			r.err = err
			return
		}
		if ok {
			r.raw(html)
			return
		}
	}
	if show := static[m.Name]; show != nil {
		show(r, m)
		return
	}
	r.unknown(m, n.Attr("text"))
}

// body renders what an extension holds; in a line, paragraphs lose their tags.
func (r *Renderer) body(blocks []*adf.Node, inLine bool) {
	if !inLine {
		r.nodes(blocks)
		return
	}
	for i, b := range blocks {
		if i > 0 {
			r.raw(" ")
		}
		if b.Type == "paragraph" {
			r.nodes(b.Content)
		} else if inline(b) {
			r.inline(b)
		} else {
			r.text(b.PlainText())
		}
	}
}

// static are the macros that need nothing but the document. It is filled in init because the functions render bodies in turn.
var static map[string]func(*Renderer, Macro)

func init() {
	static = map[string]func(*Renderer, Macro){
		"toc": (*Renderer).toc, "anchor": (*Renderer).anchorMacro, "status": (*Renderer).statusMacro,
		"code": (*Renderer).codeMacro, "noformat": (*Renderer).codeMacro, "expand": (*Renderer).expandMacro,
		"info": (*Renderer).panelMacro, "note": (*Renderer).panelMacro, "tip": (*Renderer).panelMacro, "warning": (*Renderer).panelMacro, "panel": (*Renderer).panelMacro,
		"excerpt": (*Renderer).excerptMacro, "details": (*Renderer).excerptMacro, "section": (*Renderer).sectionMacro, "column": (*Renderer).columnMacro,
		"toc-zone": (*Renderer).plainMacro, "center": (*Renderer).plainMacro, "div": (*Renderer).plainMacro, "scroll-ignore": (*Renderer).plainMacro, "html-comment": (*Renderer).nothing,
	}
}

func (r *Renderer) nothing(Macro) {}

func (r *Renderer) plainMacro(m Macro) { r.body(m.Body, m.Inline) }

func (r *Renderer) excerptMacro(m Macro) {
	if m.Params["hidden"] == "true" {
		return
	}
	r.body(m.Body, m.Inline)
}

func (r *Renderer) anchorMacro(m Macro) {
	if id := m.Params[""]; id != "" && !r.o.Flat {
		r.open("span", "id", r.o.HeadingPrefix+strings.Join(strings.Fields(id), "-"))
		r.close("span")
	}
}

func (r *Renderer) statusMacro(m Macro) {
	color := strings.ToLower(m.Params["colour"])
	if color == "grey" || color == "" {
		color = "neutral"
	}
	text := m.Params["title"]
	if text == "" {
		text = strings.ToUpper(m.Params["colour"])
	}
	r.inline(adf.Block("status", map[string]any{"text": text, "color": color}))
}

func (r *Renderer) codeMacro(m Macro) {
	r.code(m.Node, m.Params["language"], []*adf.Node{adf.Text(m.PlainBody)})
}

func (r *Renderer) expandMacro(m Macro) { r.expand(m.Node, m.Params["title"], m.Body) }

func (r *Renderer) panelMacro(m Macro) {
	kind := map[string]string{"note": "warning", "tip": "success", "warning": "error", "panel": "custom"}[m.Name]
	if kind == "" {
		kind = "info"
	}
	params := map[string]any{}
	for _, k := range []string{"title"} {
		params["param:"+k] = m.Params[k]
	}
	r.panel(adf.Block("panel", map[string]any{"panelType": kind, "panelColor": m.Params["bgColor"], "panelIconText": m.Params["panelIconText"], "storage": params}, m.Body...))
}

func (r *Renderer) sectionMacro(m Macro) {
	class := "section"
	if m.Params["border"] == "true" {
		class += " bordered"
	}
	r.open("div", "class", r.class(class))
	r.nodes(m.Body)
	r.close("div")
}

func (r *Renderer) columnMacro(m Macro) {
	style := ""
	if w := m.Params["width"]; cssLength.MatchString(w) {
		style = "width: " + w + ";"
	}
	r.open("div", "class", r.class("column"), "style", style)
	r.nodes(m.Body)
	r.close("div")
}

// unknown shows that there is a macro, and what it holds.
func (r *Renderer) unknown(m Macro, text string) {
	if m.Inline {
		if len(m.Body) > 0 {
			r.body(m.Body, true)
			return
		}
		r.open("span", "class", r.class("macro-unknown"), "data-macro-name", m.Name)
		if text == "" {
			text = "[" + m.Name + "]"
		}
		r.text(text)
		r.close("span")
		return
	}
	r.open("div", "class", r.class("macro-unknown"), "data-macro-name", m.Name)
	if len(m.Body) == 0 && m.PlainBody == "" {
		if text == "" {
			text = "[" + m.Name + "]"
		}
		r.text(text)
	}
	r.nodes(m.Body)
	if m.PlainBody != "" {
		r.raw("<pre>")
		r.text(m.PlainBody)
		r.raw("</pre>")
	}
	r.close("div")
}
