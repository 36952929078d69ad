package storageformat

import (
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/richtext/adf"
)

func tableShell(n *adf.Node) *elem {
	switch n.Type {
	case "tableRow":
		e := newElem("tr")
		e.setIf("ac:local-id", n.Attr("localId"))
		return e
	case "tableCell", "tableHeader":
		e := newElem(map[string]string{"tableCell": "td", "tableHeader": "th"}[n.Type])
		for _, span := range []string{"colspan", "rowspan"} {
			if v := n.Attr(span); v != "1" {
				e.setIf(span, v)
			}
		}
		e.setIf("data-highlight-colour", n.Attr("background"))
		e.setIf("ac:local-id", n.Attr("localId"))
		return e
	}
	e := newElem("table")
	e.setIf("data-table-width", n.Attr("width"))
	e.setIf("data-layout", n.Attr("layout"))
	e.setIf("ac:local-id", n.Attr("localId"))
	e.setIf("#colgroup", columns(n))
	if n.Attr("isNumberColumnEnabled") != "" {
		e.set("data-number-column", n.Attr("isNumberColumnEnabled"))
	}
	return e
}

// columns writes the widths of the cells as a colgroup, empty when there are none.
func columns(t *adf.Node) string {
	var widths []string
	for _, row := range t.Content {
		widths = widths[:0]
		for _, cell := range row.Content {
			list, _ := cell.Attrs["colwidth"].([]any)
			for _, v := range list {
				f, ok := float(v)
				if !ok {
					return ""
				}
				widths = append(widths, pixels(f))
			}
		}
		if len(widths) > 0 {
			break
		}
	}
	if len(widths) == 0 {
		return ""
	}
	g := newElem("colgroup")
	if t.Attr("isNumberColumnEnabled") == "true" {
		g.add(newElem("col"))
	}
	for _, w := range widths {
		g.add(newElem("col", "style", "width: "+w+";"))
	}
	return g.String()
}

func pixels(f float64) string {
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s + "px"
}

func (c *conv) table(e *elem, depth int) *adf.Node {
	if !e.only("colgroup", "thead", "tbody", "tr", "ac:adf-fragment-mark") {
		return nil
	}
	n := adf.Block("table", nil)
	setText(n, "localId", e.get("ac:local-id"))
	setNumber(n, "width", e.get("data-table-width"))
	if l := e.get("data-layout"); slices.Contains([]string{"wide", "full-width", "center", "align-end", "align-start", "default"}, l) {
		setAttr(n, "layout", l)
	}
	src := &elem{name: e.name, attrs: slices.Clone(e.attrs)}
	head := 0
	for _, k := range e.elements() {
		switch k.name {
		case "colgroup":
			if _, twice := src.lookup("#colgroup"); twice {
				return nil
			}
			src.set("#colgroup", stripBlanks(k).String())
		case "thead", "tbody":
			if !k.only("tr") || len(k.attrs) > 0 || k.name == "thead" && len(n.Content) > 0 {
				return nil
			}
			for _, tr := range k.elements() {
				n.Content = append(n.Content, c.row(tr, depth+1))
			}
			if k.name == "thead" {
				head = len(n.Content)
			}
		case "tr":
			n.Content = append(n.Content, c.row(k, depth+1))
		case "ac:adf-fragment-mark":
			m, ok := fragment(k)
			if !ok {
				return nil
			}
			n.Marks = append(n.Marks, m)
		}
	}
	if len(n.Content) == 0 || slices.Contains(n.Content, nil) {
		return nil
	}
	if head > 0 {
		src.set("#thead", strconv.Itoa(head))
	}
	if e.get("data-number-column") == "false" {
		setAttr(n, "isNumberColumnEnabled", false)
	}
	if numbered(n) {
		for _, row := range n.Content {
			row.Content = row.Content[1:]
		}
		setAttr(n, "isNumberColumnEnabled", true)
		src.set("data-number-column", "true")
	}
	spread(n, e.child("colgroup"))
	keepMarks(n, e)
	keep(n, src)
	return n
}

func stripBlanks(e *elem) *elem {
	out := &elem{name: e.name, attrs: e.attrs}
	for _, k := range e.elements() {
		out.add(stripBlanks(k))
	}
	return out
}

func (c *conv) row(tr *elem, depth int) *adf.Node {
	if !tr.only("td", "th") {
		return nil
	}
	n := adf.Block("tableRow", nil)
	setText(n, "localId", tr.get("ac:local-id"))
	keep(n, tr)
	for _, td := range tr.elements() {
		cell := adf.Block(map[string]string{"td": "tableCell", "th": "tableHeader"}[td.name], nil)
		setText(cell, "localId", td.get("ac:local-id"))
		for _, span := range []string{"colspan", "rowspan"} {
			if v, err := strconv.Atoi(td.get(span)); err == nil && v > 0 && v <= 1000 {
				setAttr(cell, span, v)
			}
		}
		if bg := td.get("data-highlight-colour"); bg != "" {
			setText(cell, "background", bg)
			if h, ok := highlights[bg]; ok {
				setText(cell, "background", h)
			}
		}
		kids, src := td.children, td
		if d := wrapperOf(td); d != nil { // <td><div class="content-wrapper">…</div></td>, which older editors wrote around every cell
			kids = d.children
			src = &elem{name: td.name, attrs: append(slices.Clone(td.attrs), attr{"#wrapper", (&elem{name: "div", attrs: d.attrs}).String()})}
		}
		keep(cell, src)
		cell.Content = c.filled(cell.Type, kids, depth+1)
		n.Content = append(n.Content, cell)
	}
	return n
}

// wrapperOf gives the div that is all there is in a cell.
func wrapperOf(td *elem) *elem {
	if kids := td.elements(); td.only("div") && len(kids) == 1 {
		return kids[0]
	}
	return nil
}

// numbered tells whether the first cells are the numbers that Confluence draws beside rows.
func numbered(t *adf.Node) bool {
	next := 1
	for i, row := range t.Content {
		if len(row.Content) < 2 || keptText(row.Content[0], "class") != "numberingColumn" {
			return false
		}
		text := row.Content[0].PlainText()
		switch {
		case i == 0 && text == "" && headerRow(row):
		case text == strconv.Itoa(next) && len(row.Content[0].Content) == 1:
			next++
		default:
			return false
		}
	}
	return true
}

func headerRow(row *adf.Node) bool {
	for _, cell := range row.Content[1:] {
		if cell.Type != "tableHeader" {
			return false
		}
	}
	return true
}

// numberCells gives the cells that numbered took away.
func numberCells(t *adf.Node) []*elem {
	out := make([]*elem, 0, len(t.Content))
	next := 1
	for i, row := range t.Content {
		cell := newElem("td", "class", "numberingColumn")
		if i == 0 && len(row.Content) > 0 && headerRow(&adf.Node{Content: append([]*adf.Node{nil}, row.Content...)}) {
			cell.name = "th"
		} else {
			cell.add(newText(strconv.Itoa(next)))
			next++
		}
		out = append(out, cell)
	}
	return out
}

// spread gives every cell the widths of the columns that it covers, when the columns say pixels.
func spread(t *adf.Node, group *elem) {
	if group == nil {
		return
	}
	var widths []any
	cols := group.elements()
	if t.Attr("isNumberColumnEnabled") == "true" && len(cols) > 0 && len(cols[0].attrs) == 0 {
		cols = cols[1:]
	}
	for _, col := range cols {
		px, ok := strings.CutSuffix(declarations(col.get("style"))["width"], "px")
		v, isNumber := number(px)
		if !ok || !isNumber {
			return
		}
		f, _ := float(v)
		widths = append(widths, f)
	}
	taken := map[int]int{} // rows that a cell above still covers, by column
	for _, row := range t.Content {
		col := 0
		for _, cell := range row.Content {
			for taken[col] > 0 {
				taken[col]--
				col++
			}
			w, h := span(cell, "colspan"), span(cell, "rowspan")
			if col+w > len(widths) {
				break
			}
			if v, says := cell.Attrs["colwidth"]; !says {
				setAttr(cell, "colwidth", slices.Clone(widths[col:col+w]))
			} else if v == nil {
				delete(cell.Attrs, "colwidth")
			}
			for range w {
				taken[col] = h - 1
				col++
			}
		}
		for ; col < len(widths); col++ {
			if taken[col] > 0 {
				taken[col]--
			}
		}
	}
}

func span(cell *adf.Node, name string) int {
	v, err := strconv.Atoi(cell.Attr(name))
	if err != nil || v < 1 {
		return 1
	}
	return min(v, 1000)
}

// oddWidths gives the cells whose widths are not those of the columns that they cover.
func oddWidths(t *adf.Node, group *elem) map[*adf.Node]bool {
	same := &adf.Node{Attrs: t.Attrs}
	for _, row := range t.Content {
		r := &adf.Node{}
		for _, cell := range row.Content {
			bare := &adf.Node{Attrs: map[string]any{"colspan": cell.Attrs["colspan"], "rowspan": cell.Attrs["rowspan"]}}
			r.Content = append(r.Content, bare)
		}
		same.Content = append(same.Content, r)
	}
	spread(same, group)
	odd := map[*adf.Node]bool{}
	for i, row := range t.Content {
		for j, cell := range row.Content {
			if asJSON(plainNumbers(cell.Attrs["colwidth"])) != asJSON(plainNumbers(same.Content[i].Content[j].Attrs["colwidth"])) {
				odd[cell] = true
			}
		}
	}
	return odd
}
