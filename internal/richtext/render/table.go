package render

import (
	"strconv"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/storageformat"
)

func (r *Renderer) table(n *adf.Node) {
	style := ""
	if w := digits(n, "width", 4000); w != "" && !r.o.Flat {
		style = "width: " + w + "px;"
	}
	r.raw(`<div`, classAttr(r.class("table-wrap")), `>`)
	r.open("table", "class", r.class("confluenceTable"), "style", style, "data-layout", n.Attr("layout"))
	if cols := columnWidths(n); len(cols) > 0 {
		r.raw("<colgroup>")
		for _, w := range cols {
			r.open("col", "style", "width: "+strconv.Itoa(w)+"px;")
		}
		r.raw("</colgroup>")
	}
	r.raw("<tbody>")
	numbered := n.Attr("isNumberColumnEnabled") == "true"
	number := 0
	for i, row := range n.Content {
		r.open("tr", "data-diff", diffOf(row))
		if numbered {
			if i > 0 || len(row.Content) == 0 || row.Content[0].Type != "tableHeader" {
				number++
				r.open("td", "class", r.class("numberingColumn"))
				r.raw(strconv.Itoa(number), "</td>")
			} else {
				r.open("th", "class", r.class("numberingColumn"))
				r.raw("</th>")
			}
		}
		for _, cell := range row.Content {
			r.cell(cell)
		}
		r.raw("</tr>")
	}
	r.raw("</tbody></table></div>")
}

func classAttr(c string) string {
	if c == "" {
		return ""
	}
	return ` class="` + c + `"`
}

func (r *Renderer) cell(n *adf.Node) {
	if !r.enter() {
		return
	}
	defer r.leave()
	tag := "td"
	if n.Type == "tableHeader" {
		tag = "th"
	}
	style := SafeStyle(storageformat.SourceAttr(n, "style"))
	if c := SafeColor(n.Attr("background")); c != "" {
		style += "background-color: " + c + ";"
	}
	span := func(name string) string {
		if v := digits(n, name, 1000); v != "1" {
			return v
		}
		return ""
	}
	r.wrap(tag, n, "colspan", span("colspan"), "rowspan", span("rowspan"), "style", style)
}

// columnWidths gives the widths of the columns in pixels, nil when the first row does not say them all.
func columnWidths(n *adf.Node) []int {
	if len(n.Content) == 0 || n.Attr("isNumberColumnEnabled") == "true" {
		return nil
	}
	var out []int
	for _, cell := range n.Content[0].Content {
		list, _ := cell.Attrs["colwidth"].([]any)
		if len(list) == 0 {
			return nil
		}
		for _, v := range list {
			w, err := strconv.ParseFloat((&adf.Node{Attrs: map[string]any{"w": v}}).Attr("w"), 64)
			if err != nil || w < 0 || w > 10_000 {
				return nil
			}
			out = append(out, int(w))
		}
	}
	return out
}
