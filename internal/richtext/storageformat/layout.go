package storageformat

import (
	"math"
	"strings"

	"holdfast.dev/internal/richtext/adf"
)

// layouts are the sections of Confluence by the widths of their columns in percent.
var layouts = []struct {
	name   string
	widths []float64
}{
	{"single", []float64{100}}, {"two_equal", []float64{50, 50}}, {"two_left_sidebar", []float64{33.33, 66.66}}, {"two_right_sidebar", []float64{66.66, 33.33}},
	{"three_equal", []float64{33.33, 33.33, 33.33}}, {"three_with_sidebars", []float64{25, 50, 25}},
	{"three_left_sidebars", []float64{25, 25, 50}}, {"three_right_sidebars", []float64{50, 25, 25}},
	{"four_equal", []float64{25, 25, 25, 25}}, {"five_equal", []float64{20, 20, 20, 20, 20}},
}

func layoutShell(n *adf.Node) *elem {
	if n.Type == "layoutColumn" {
		return newElem("ac:layout-cell")
	}
	name, _ := layoutOf(n)
	e := newElem("ac:layout-section", "ac:type", name)
	mode := "default"
	for _, m := range n.Marks {
		if m.Type == "breakout" {
			mode = m.Attr("mode")
			e.setIf("ac:breakout-width", m.Attr("width"))
		}
	}
	e.set("ac:breakout-mode", mode)
	e.setIf("ac:local-id", n.Attr("localId"))
	return e
}

// layoutOf names the section by its columns. exact is false when the name says other widths than the columns have.
func layoutOf(n *adf.Node) (name string, exact bool) {
	for _, l := range layouts {
		if len(l.widths) != len(n.Content) {
			continue
		}
		same := true
		for i, w := range l.widths {
			f, ok := float(n.Content[i].Attrs["width"])
			same = same && ok && math.Abs(f-w) < 0.7
		}
		if same {
			return l.name, exactly(n, l.widths)
		}
		if name == "" {
			name = l.name
		}
	}
	return name, false
}

func exactly(n *adf.Node, widths []float64) bool {
	for i, w := range widths {
		if f, _ := float(n.Content[i].Attrs["width"]); f != w {
			return false
		}
	}
	return true
}

func (c *conv) layoutSection(e *elem, depth int) *adf.Node {
	cells := e.elements()
	if !e.only("ac:layout-cell") || len(cells) == 0 || len(cells) > 20 {
		return nil
	}
	var widths []float64
	for _, l := range layouts {
		if l.name == strings.ReplaceAll(e.get("ac:type"), "-", "_") && len(l.widths) == len(cells) {
			widths = l.widths
		}
	}
	n := adf.Block("layoutSection", nil)
	setText(n, "localId", e.get("ac:local-id"))
	if mode := e.get("ac:breakout-mode"); mode == "wide" || mode == "full-width" {
		m := adf.Mark{Type: "breakout", Attrs: map[string]any{"mode": mode}}
		if w, ok := number(e.get("ac:breakout-width")); ok {
			m.Attrs["width"] = w
		}
		n.Marks = append(n.Marks, m)
	}
	for i, cell := range cells {
		width := math.Floor(10000/float64(len(cells))) / 100
		if widths != nil {
			width = widths[i]
		}
		col := adf.Block("layoutColumn", map[string]any{"width": width})
		var extra map[string]any
		if s, ok := cell.lookup(extraAttr); ok && fromJSON(s, &extra) && extra["width"] != nil {
			col.Attrs["width"] = extra["width"]
			cell = &elem{name: cell.name, attrs: cell.attrs, children: cell.children}
		}
		keepMarks(col, cell)
		keep(col, cell)
		col.Content = c.filled("layoutColumn", cell.children, depth+2)
		n.Content = append(n.Content, col)
	}
	keepMarks(n, e)
	keep(n, e)
	return n
}

// layout writes a section. Columns whose widths the section's type does not say carry them.
func (w *writer) layout(n *adf.Node) *elem {
	e, _ := w.start(n)
	_, exact := layoutOf(n)
	for _, col := range n.Content {
		cell, _ := w.start(col)
		if !exact {
			extra := map[string]any{}
			if s := cell.get(extraAttr); s != "" {
				fromJSON(s, &extra)
			}
			extra["width"] = col.Attrs["width"]
			cell.set(extraAttr, asJSON(extra))
		}
		e.add(cell.add(w.blocks(col.Content)...))
	}
	return e
}
