package storageformat

import (
	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/ref"
)

// inline writes a line. Neighbours that share their first marks share the elements of these.
func (w *writer) inline(nodes []*adf.Node) []*elem { return w.marked(nodes, 0) }

func (w *writer) marked(nodes []*adf.Node, depth int) []*elem {
	var out []*elem
	for i := 0; i < len(nodes); {
		n := nodes[i]
		if len(n.Marks) <= depth {
			out = append(out, w.inlineNode(n))
			i++
			continue
		}
		j := i + 1
		for j < len(nodes) && len(nodes[j].Marks) > depth && sameMark(nodes[j].Marks[depth], n.Marks[depth]) {
			j++
		}
		out = append(out, w.mark(n.Marks[depth], nodes[i:j], depth)...)
		i = j
	}
	return out
}

// mark writes nodes inside the element of a mark.
func (w *writer) mark(m adf.Mark, nodes []*adf.Node, depth int) []*elem {
	e := markShell(m)
	if e == nil { // no element says this mark: the nodes are written whole
		var out []*elem
		for _, n := range nodes {
			bare := *n
			bare.Marks = nil
			whole := *n
			whole.Marks = n.Marks[depth:]
			out = append(out, genericElem(&whole, w.inlineNode(&bare)))
		}
		return out
	}
	restore(e, m.Attrs)
	if name, ok := kept(m.Attrs)["element"].(string); ok && (synonyms[name] != "" || htmlMarks[name]) {
		e.name = name
	}
	kids := w.marked(nodes, depth+1)
	r, isRef := ref.Parse(m.Attr("href"))
	if m.Type != "link" || !isRef {
		return []*elem{e.add(kids...)}
	}
	if t := target(r); t != nil {
		e.add(t)
	}
	if len(kids) != 1 || !kids[0].isText() || kids[0].text != r.Label() {
		e.add(newElem("ac:link-body").add(kids...))
	}
	return []*elem{e}
}

// inlineNode writes a node without its marks.
func (w *writer) inlineNode(n *adf.Node) *elem {
	var e *elem
	switch n.Type {
	case "text":
		return newText(n.Text)
	case "hardBreak", "emoji", "date":
		e, _ = w.start(n)
	case "mention":
		if e, _ = w.start(n); e != nil {
			e.add(target(mentionRef(n.Attr("id"))))
		}
	case "placeholder":
		if e, _ = w.start(n); e != nil {
			e.add(newText(n.Attr("text")))
		}
	case "status":
		e, _ = w.start(n)
	case "inlineCard":
		e = w.card(n)
	case "mediaInline":
		e = w.image(n)
	case "inlineExtension":
		e = w.extension(n)
	}
	if e == nil {
		bare := *n
		bare.Marks = nil
		return genericElem(&bare, nil)
	}
	return e
}
