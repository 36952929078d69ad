package markdown

import (
	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"holdfast.dev/internal/richtext/adf"
)

// list gives a list whose items all have boxes as a task list.
func (p *parser) list(n *ast.List, depth int) []*adf.Node {
	if p.allTasks(n) {
		return []*adf.Node{p.taskList(n, depth)}
	}
	out := adf.Block("bulletList", nil)
	if n.IsOrdered() {
		out.Type = "orderedList"
		if n.Start != 1 {
			out.Attrs = map[string]any{"order": n.Start}
		}
	}
	for _, item := range children(n) {
		out.Content = append(out.Content, adf.Block("listItem", nil, p.filled("listItem", children(item), depth+1)...))
	}
	return []*adf.Node{out}
}

// allTasks tells whether every item is a box and a line, and perhaps such a list below.
func (p *parser) allTasks(n *ast.List) bool {
	all, known := p.known[n]
	if !known {
		all = p.onlyTasks(n)
		p.known[n] = all
	}
	return all
}

func (p *parser) onlyTasks(n *ast.List) bool {
	for _, item := range children(n) {
		kids := children(item)
		if box(item) == nil || len(kids) > 2 {
			return false
		}
		if len(kids) == 2 {
			if l, ok := kids[1].(*ast.List); !ok || !p.allTasks(l) {
				return false
			}
		}
	}
	return true
}

// box gives the box of an item, nil when it has none.
func box(item ast.Node) *east.TaskCheckBox {
	if first := item.FirstChild(); first != nil && first.Type() == ast.TypeBlock {
		c, _ := first.FirstChild().(*east.TaskCheckBox)
		return c
	}
	return nil
}

func (p *parser) taskList(n *ast.List, depth int) *adf.Node {
	out := adf.Block("taskList", map[string]any{"localId": p.localID()})
	for _, item := range children(n) {
		state := "TODO"
		if box(item).IsChecked {
			state = "DONE"
		}
		out.Content = append(out.Content, adf.Block("taskItem", map[string]any{"localId": p.localID(), "state": state}, p.line(item.FirstChild())...))
		if kids := children(item); len(kids) == 2 && depth < deepest {
			out.Content = append(out.Content, p.taskList(kids[1].(*ast.List), depth+1))
		}
	}
	return out
}

func (p *parser) table(n *east.Table) []*adf.Node {
	out := adf.Block("table", nil)
	for _, row := range children(n) {
		typ := "tableCell"
		if _, head := row.(*east.TableHeader); head {
			typ = "tableHeader"
		}
		r := adf.Block("tableRow", nil)
		for i, c := range children(row) {
			para := adf.Paragraph(p.line(c)...)
			if i < len(n.Alignments) {
				if a := map[east.Alignment]string{east.AlignCenter: "center", east.AlignRight: "end"}[n.Alignments[i]]; a != "" {
					para.Marks = []adf.Mark{{Type: "alignment", Attrs: map[string]any{"align": a}}}
				}
			}
			r.Content = append(r.Content, adf.Block(typ, nil, para))
		}
		out.Content = append(out.Content, r)
	}
	return []*adf.Node{out}
}
