package render

import (
	"strconv"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/extract"
	"holdfast.dev/internal/richtext/storageformat"
)

// block renders one block node.
func (r *Renderer) block(n *adf.Node) {
	if !r.enter() {
		return
	}
	defer r.leave()
	if how := diffOf(n); how != "" && !carriesDiff[n.Type] {
		r.open("div", "data-diff", how)
		defer r.close("div")
	}
	switch n.Type {
	case "paragraph":
		r.wrap("p", n, "style", blockStyle(n))
	case "heading":
		r.heading(n)
	case "bulletList":
		r.wrap("ul", n)
	case "orderedList":
		start := digits(n, "order", 1_000_000)
		if start == "1" {
			start = ""
		}
		r.wrap("ol", n, "start", start)
	case "listItem":
		r.wrap("li", n)
	case "blockquote":
		r.wrap("blockquote", n)
	case "rule":
		r.raw("<hr>")
	case "codeBlock":
		r.code(n, n.Attr("language"), n.Content)
	case "panel":
		r.panel(n)
	case "expand", "nestedExpand":
		r.expand(n, n.Attr("title"), n.Content)
	case "taskList", "decisionList":
		r.wrap("ul", n, "class", r.class(map[string]string{"taskList": "inline-task-list", "decisionList": "decision-list"}[n.Type]))
	case "taskItem", "blockTaskItem", "decisionItem":
		r.item(n)
	case "table":
		r.table(n)
	case "layoutSection":
		r.layout(n)
	case "mediaSingle":
		r.figure(n)
	case "mediaGroup":
		r.wrap("div", n, "class", r.class("media-group"))
	case "media", "mediaInline":
		r.media(n)
	case "caption":
		r.wrap("figcaption", n)
	case "blockCard", "embedCard":
		r.raw("<p>")
		r.card(n)
		r.raw("</p>")
	case "extension", "bodiedExtension":
		r.extension(n)
	default: // nodes of newer kinds show what they hold
		r.nodes(n.Content)
	}
}

// carriesDiff are the nodes whose own tag says that they changed between versions (package diff); others are put into a div.
var carriesDiff = map[string]bool{"paragraph": true, "heading": true, "bulletList": true, "orderedList": true, "listItem": true, "blockquote": true, "tableRow": true,
	"tableCell": true, "tableHeader": true, "caption": true, "taskItem": true, "decisionItem": true, "blockTaskItem": true, "layoutColumn": true}

func diffOf(n *adf.Node) string { return oneOf(n.Attr("diff"), "added", "removed", "changed") }

func (r *Renderer) wrap(tag string, n *adf.Node, attrs ...string) {
	r.open(tag, append(attrs, "data-diff", diffOf(n))...)
	r.nodes(n.Content)
	r.close(tag)
}

func blockStyle(n *adf.Node) string {
	style := ""
	for _, m := range n.Marks {
		switch m.Type {
		case "alignment":
			if a := map[string]string{"center": "center", "end": "right"}[m.Attr("align")]; a != "" {
				style += "text-align: " + a + ";"
			}
		case "indentation":
			if level, err := strconv.Atoi(m.Attr("level")); err == nil && level > 0 && level <= 6 {
				style += "margin-left: " + strconv.Itoa(30*level) + "px;"
			}
		}
	}
	if style == "" {
		style = SafeStyle(storageformat.SourceAttr(n, "style"))
	}
	return style
}

func (r *Renderer) heading(n *adf.Node) {
	level := digits(n, "level", 6)
	if level == "" {
		level = "6"
	}
	id := ""
	if !r.o.Flat {
		id = r.o.HeadingPrefix + r.anchors.Of(extract.Words(n))
	}
	r.wrap("h"+level, n, "id", id, "style", blockStyle(n))
}

func (r *Renderer) code(n *adf.Node, language string, content []*adf.Node) {
	if t := storageformat.Param(n, "title"); t != "" {
		r.open("div", "class", r.class("code-title"))
		r.text(t)
		r.close("div")
	}
	class := "code-block"
	if storageformat.Param(n, "linenumbers") == "true" {
		class += " line-numbers"
	}
	r.open("pre", "class", r.class(class), "data-language", language)
	r.raw("<code>")
	r.line(content)
	r.raw("</code></pre>")
}

// panelColors are for mails, where no style sheet is.
var panelColors = map[string]string{"info": "#deebff", "note": "#eae6ff", "tip": "#e3fcef", "success": "#e3fcef", "warning": "#fffae6", "error": "#ffebe6", "custom": "#f4f5f7"}

func (r *Renderer) panel(n *adf.Node) {
	kind := n.Attr("panelType")
	if panelColors[kind] == "" {
		kind = "info"
	}
	style := ""
	if c := SafeColor(n.Attr("panelColor")); c != "" {
		style = "background-color: " + c + ";"
	} else if r.o.Flat {
		style = "background-color: " + panelColors[kind] + ";padding: 8px;"
	}
	r.open("div", "class", r.class("panel panel-"+kind), "data-panel-type", kind, "style", style)
	if t := n.Attr("panelIconText"); t != "" {
		r.open("span", "class", r.class("panel-icon"))
		r.text(t)
		r.close("span")
	}
	if t := storageformat.Param(n, "title"); t != "" {
		r.open("p", "class", r.class("panel-title"))
		r.raw("<strong>")
		r.text(t)
		r.raw("</strong></p>")
	}
	r.nodes(n.Content)
	r.close("div")
}

func (r *Renderer) expand(n *adf.Node, title string, body []*adf.Node) {
	if title == "" {
		title = "Click here to expand..."
	}
	if r.o.Flat {
		r.raw("<div><p><strong>")
		r.text(title)
		r.raw("</strong></p>")
		r.nodes(body)
		r.raw("</div>")
		return
	}
	r.raw(`<details class="expand"><summary>`)
	r.text(title)
	r.raw("</summary>")
	r.nodes(body)
	r.raw("</details>")
}

func (r *Renderer) item(n *adf.Node) {
	done := n.Attr("state") == "DONE"
	switch {
	case n.Type == "decisionItem":
		r.open("li", "class", r.class("decision"), "data-decision-state", n.Attr("state"), "data-diff", diffOf(n))
	case done:
		r.open("li", "class", r.class("task checked"), "data-task-id", n.Attr("localId"), "data-diff", diffOf(n))
	default:
		r.open("li", "class", r.class("task"), "data-task-id", n.Attr("localId"), "data-diff", diffOf(n))
	}
	if n.Type != "decisionItem" {
		box := "☐ "
		if done {
			box = "☑ "
		}
		r.open("span", "class", r.class("task-box"), "role", "img", "aria-label", map[bool]string{true: "done", false: "to do"}[done])
		r.raw(box)
		r.close("span")
	}
	r.nodes(n.Content)
	r.close("li")
}

func (r *Renderer) layout(n *adf.Node) {
	r.open("div", "class", r.class("layout-section"))
	for _, c := range n.Content {
		style := ""
		if w, err := strconv.ParseFloat(c.Attr("width"), 64); err == nil && w > 0 && w <= 100 && !r.o.Flat {
			style = "flex-basis: " + strconv.FormatFloat(w, 'f', 2, 64) + "%;"
		}
		r.open("div", "class", r.class("layout-column"), "style", style)
		r.nodes(c.Content)
		r.close("div")
	}
	r.close("div")
}
