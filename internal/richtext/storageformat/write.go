package storageformat

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/ref"
)

// Write turns a document into storage format. The document must be valid. Each block is proven by reading it back; one that storage
// format cannot say in its own words is written whole, as an ac:adf-extension.
func Write(doc *adf.Node) (string, error) {
	if err := adf.Validate(doc); err != nil {
		return "", err
	}
	w := newWriter()
	c := &conv{}
	var out []*elem
	for _, n := range doc.Content {
		e := w.block(n)
		if e == nil {
			e = genericElem(n, nil)
		} else if !c.reads(e, n) {
			e = genericElem(n, shownInstead(e))
		}
		out = append(out, e)
	}
	root := &elem{children: w.finish(out)}
	numberTasks(root, w.unnumbered)
	s := root.source()
	if len(s) > MaxBytes {
		return "", fmt.Errorf("the page would be larger than %d bytes", MaxBytes)
	}
	return s, nil
}

// shownInstead leaves out what must not stand twice on a page.
func shownInstead(e *elem) *elem {
	if e.name == "ac:layout-section" || e.name == "ac:adf-extension" {
		return nil
	}
	return e
}

// reads tells whether an element means the node.
func (c *conv) reads(e *elem, n *adf.Node) bool {
	root, err := readSource(e.String())
	if err != nil {
		return false
	}
	back := c.blocks("doc", root.children, 0)
	return len(back) == 1 && Equal(back[0], n)
}

type writer struct {
	unnumbered []*elem // task ids that are to be given
}

func newWriter() *writer { return &writer{} }

// finish puts sections, and what stands between them, into one layout.
func (w *writer) finish(blocks []*elem) []*elem {
	if !slices.ContainsFunc(blocks, func(e *elem) bool { return e.name == "ac:layout-section" }) {
		return blocks
	}
	layout := newElem("ac:layout")
	var cell *elem
	for _, e := range blocks {
		if e.name == "ac:layout-section" {
			layout.add(e)
			cell = nil
			continue
		}
		if cell == nil {
			cell = newElem("ac:layout-cell")
			layout.add(newElem("ac:layout-section", "ac:type", "fixed-width", "ac:breakout-mode", "default").add(cell))
		}
		cell.add(e)
	}
	return []*elem{layout}
}

// numberTasks gives tasks without a number the next free one.
func numberTasks(root *elem, open []*elem) {
	if len(open) == 0 {
		return
	}
	next := 0
	var walk func(e *elem)
	walk = func(e *elem) {
		if e.name == "ac:task-id" {
			if n, err := strconv.Atoi(e.innerText()); err == nil {
				next = max(next, n)
			}
		}
		for _, k := range e.children {
			walk(k)
		}
	}
	walk(root)
	for _, e := range open {
		next++
		e.add(newText(strconv.Itoa(next)))
	}
}

func (w *writer) blocks(nodes []*adf.Node) []*elem {
	var out []*elem
	for _, n := range nodes {
		e := w.block(n)
		if e == nil {
			e = genericElem(n, nil)
		}
		out = append(out, e)
	}
	return out
}

// start makes a node's element with what was kept of its source. Pseudo attributes are given apart.
func (w *writer) start(n *adf.Node) (e *elem, pseudo map[string]string) {
	e = shell(n)
	if e == nil {
		return nil, nil
	}
	restore(e, n.Attrs)
	pseudo = map[string]string{}
	real := e.attrs[:0]
	var params []*elem
	for _, a := range e.attrs {
		switch {
		case strings.HasPrefix(a.name, param):
			p := newElem("ac:parameter", "ac:name", strings.TrimPrefix(a.name, param))
			if a.value != "" {
				p.add(newText(a.value))
			}
			params = append(params, p)
		case a.name[0] == '#':
			pseudo[a.name] = a.value
		default:
			real = append(real, a)
		}
	}
	e.attrs = real
	e.add(params...)
	if marks := unsaid(n); len(marks) > 0 {
		e.set(extraMark, asJSON(marks))
	}
	return e, pseudo
}

// unsaid gives the marks of a block that its element does not express. Inline nodes stand inside their marks' elements.
func unsaid(n *adf.Node) []adf.Mark {
	if inlineNodes[n.Type] {
		return nil
	}
	said := map[string][]string{"paragraph": {"alignment", "indentation"}, "heading": {"alignment", "indentation"}, "layoutSection": {"breakout"},
		"codeBlock": {"breakout"}, "expand": {"breakout"}, "table": {"fragment"}}[n.Type]
	return slices.DeleteFunc(slices.Clone(n.Marks), func(m adf.Mark) bool { return slices.Contains(said, m.Type) })
}

// block writes one block, nil when storage format has no element for it.
func (w *writer) block(n *adf.Node) *elem {
	switch n.Type {
	case "paragraph", "heading":
		e, _ := w.start(n)
		return e.add(w.inline(n.Content)...)
	case "bulletList", "orderedList", "listItem", "blockquote", "rule":
		e, _ := w.start(n)
		return e.add(w.blocks(n.Content)...)
	case "panel", "expand", "nestedExpand", "codeBlock":
		return w.macro(n)
	case "table":
		return w.table(n)
	case "taskList":
		e, _ := w.start(n)
		return e.add(w.tasks(n)...)
	case "decisionList":
		return w.decisions(n)
	case "layoutSection":
		return w.layout(n)
	case "mediaSingle":
		return w.image(n)
	case "blockCard", "embedCard":
		return w.card(n)
	case "extension", "bodiedExtension", "inlineExtension":
		return w.extension(n)
	}
	return nil
}

func (w *writer) macro(n *adf.Node) *elem {
	e, pseudo := w.start(n)
	switch {
	case e.name == "ac:adf-extension":
		node := adfNodeElem("panel", "panel-type", pseudo["#panel-type"], "local-id", pseudo["#local-id"])
		for k, v := range pseudo {
			if k != "#panel-type" && k != "#local-id" {
				node.add(newElem("ac:adf-attribute", "key", k[1:]).add(newText(v)))
			}
		}
		body := w.blocks(n.Content)
		return e.add(node.add(newElem("ac:adf-content").add(body...)), newElem("ac:adf-fallback").add(newElem("div", "class", "panel").add(body...)))
	case e.name == "pre":
		return e.add(codeText(n)...)
	case n.Type == "codeBlock":
		body := newElem("ac:plain-text-body")
		for _, t := range codeText(n) {
			body.add(cdata(t.text))
		}
		return e.add(body)
	}
	return e.add(newElem("ac:rich-text-body").add(w.blocks(n.Content)...))
}

func codeText(n *adf.Node) []*elem {
	var b strings.Builder
	for _, c := range n.Content {
		b.WriteString(c.Text)
	}
	if b.Len() == 0 {
		return nil
	}
	return []*elem{newText(b.String())}
}

func (w *writer) table(n *adf.Node) *elem {
	e, pseudo := w.start(n)
	for _, m := range n.Marks {
		if m.Type == "fragment" {
			e.add(fragmentElem(m))
		}
	}
	if s := pseudo["#colgroup"]; s != "" {
		if g, err := readSource(s); err == nil {
			e.add(g.elements()...)
		}
	}
	odd := oddWidths(n, e.child("colgroup"))
	var numbers []*elem
	if n.Attr("isNumberColumnEnabled") == "true" {
		numbers = numberCells(n)
		e.attrs = slices.DeleteFunc(e.attrs, func(a attr) bool { return a.name == "data-number-column" })
	}
	head, _ := strconv.Atoi(pseudo["#thead"])
	part := newElem("tbody")
	if head > 0 {
		part.name = "thead"
	}
	e.add(part)
	for i, row := range n.Content {
		if i == head && head > 0 {
			part = newElem("tbody")
			e.add(part)
		}
		tr, _ := w.start(row)
		if numbers != nil {
			tr.add(numbers[i])
		}
		for _, cell := range row.Content {
			td, pseudo := w.start(cell)
			if odd[cell] {
				extra := map[string]any{}
				fromJSON(td.get(extraAttr), &extra)
				extra["colwidth"] = cell.Attrs["colwidth"]
				td.set(extraAttr, asJSON(extra))
			}
			body := w.blocks(cell.Content)
			if s := pseudo["#wrapper"]; s != "" {
				if d, err := readSource(s); err == nil && len(d.elements()) == 1 {
					body = []*elem{d.elements()[0].add(body...)}
				}
			}
			tr.add(td.add(body...))
		}
		part.add(tr)
	}
	return e
}

func (w *writer) card(n *adf.Node) *elem {
	e, pseudo := w.start(n)
	if e == nil {
		return nil
	}
	if r, ok := ref.Parse(n.Attr("url")); ok && n.Type == "inlineCard" {
		if t := target(r); t != nil {
			e.add(t)
		}
		label := r.Label()
		if r.Body != "" {
			label = r.Body
		}
		return e.add(newElem("ac:link-body").add(newText(label)))
	}
	if t := pseudo["#text"]; t != "" {
		e.add(newText(t))
	}
	return e
}

// extension writes a macro or kept source, nil for extensions of other makers.
func (w *writer) extension(n *adf.Node) *elem {
	if s, ok := opaqueSource(n); ok {
		root, err := readSource(s)
		if err != nil || len(root.elements()) != 1 || len(root.children) != 1 {
			return nil
		}
		return root.elements()[0]
	}
	p, _ := n.Attrs["parameters"].(map[string]any)
	switch n.Attr("extensionType") {
	case OpaqueType:
		attrs, ok := p["attributes"].(map[string]any)
		if n.Attr("extensionKey") != "div" || n.Type != "bodiedExtension" || !ok {
			return nil
		}
		e := newElem("div")
		restore(e, map[string]any{keptAttr: attrs})
		return e.add(w.blocks(n.Content)...)
	case MacroType:
		e, ok := macroElem(n)
		if !ok {
			return nil
		}
		restore(e, n.Attrs)
		return w.macroBody(e, n, p)
	}
	return nil
}

func (w *writer) macroBody(e *elem, n *adf.Node, p map[string]any) *elem {
	var marks []adf.Mark
	for _, m := range n.Marks {
		if m.Type == "fragment" && n.Type != "inlineExtension" {
			e.add(fragmentElem(m))
		} else if n.Type != "inlineExtension" {
			marks = append(marks, m)
		}
	}
	if len(marks) > 0 {
		e.set(extraMark, asJSON(marks))
	}
	switch s, ok := p[keptAttr].(string); {
	case n.Type == "bodiedExtension":
		e.add(newElem("ac:rich-text-body").add(w.blocks(n.Content)...))
	case n.Type == "inlineExtension" && ok:
		root, err := readSource(s)
		if err != nil {
			return nil
		}
		e.add(newElem("ac:rich-text-body").add(root.children...))
	}
	return e
}
