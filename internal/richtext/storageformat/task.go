package storageformat

import (
	"holdfast.dev/internal/richtext/adf"
)

// taskList reads tasks. A list inside a task follows it in ADF. Several blocks in a task make it a blockTaskItem.
func (c *conv) taskList(e *elem, depth int) *adf.Node {
	if !e.only("ac:task", "ac:task-list") || len(e.elements()) == 0 || depth > deepest {
		return nil
	}
	n := adf.Block("taskList", map[string]any{"localId": e.get("ac:local-id")})
	for _, k := range e.elements() {
		if k.name == "ac:task-list" {
			l := c.taskList(k, depth+1)
			if l == nil || len(n.Content) == 0 || n.Content[len(n.Content)-1].Type == "taskList" {
				return nil
			}
			setAttr(l, keptAttr, kept(l.Attrs))
			n.Content = append(n.Content, l)
			continue
		}
		items := c.task(k, depth+1)
		if items == nil {
			return nil
		}
		n.Content = append(n.Content, items...)
	}
	if n.Attr("localId") == "" {
		setAttr(n, "localId", "list-"+n.Content[0].Attr("localId"))
	}
	keepMarks(n, e)
	keep(n, e)
	return n
}

// task gives the item and the list that follows it.
func (c *conv) task(e *elem, depth int) []*adf.Node {
	src := &elem{name: e.name}
	src.attrs = append(src.attrs, e.attrs...)
	var body *elem
	for _, k := range e.elements() {
		pseudo := map[string]string{"ac:task-id": "#id", "ac:task-uuid": "#uuid", "ac:task-status": "#status"}[k.name]
		switch {
		case pseudo != "" && len(k.attrs) == 0 && len(k.elements()) == 0 && src.get(pseudo) == "":
			src.set(pseudo, k.innerText())
		case k.name == "ac:task-body" && body == nil && len(k.attrs) == 0:
			body = k
		default:
			return nil
		}
	}
	if body == nil || !e.only("ac:task-id", "ac:task-uuid", "ac:task-status", "ac:task-body") {
		return nil
	}
	id := src.get("#uuid")
	if id == "" {
		id = src.get("#id")
	}
	item := adf.Block("taskItem", map[string]any{"localId": id, "state": map[bool]string{true: "DONE", false: "TODO"}[src.get("#status") == "complete"]})
	parts := segments(body.children)
	var nested *adf.Node
	if n := len(parts); n > 1 && parts[n-1].block != nil && parts[n-1].block.name == "ac:task-list" {
		if nested = c.taskList(parts[n-1].block, depth+1); nested == nil {
			return nil
		}
		parts = parts[:n-1]
	}
	switch {
	case len(parts) == 0:
	case len(parts) == 1 && parts[0].block == nil:
		item.Content = c.inline(parts[0].run, depth+1, true)
	case len(parts) == 1 && parts[0].block.name == "p" && len(parts[0].block.attrs) == 0:
		item.Content = c.inline(parts[0].block.children, depth+1, false)
	default:
		item.Type = "blockTaskItem"
		for _, p := range parts {
			kids := p.run
			if p.block != nil {
				kids = []*elem{p.block}
			}
			item.Content = append(item.Content, c.blocks(item.Type, kids, depth+1)...)
		}
	}
	keepMarks(item, src)
	keep(item, src)
	if nested == nil {
		return []*adf.Node{item}
	}
	return []*adf.Node{item, nested}
}

// tasks writes the items of a list; a list that follows an item goes into its body.
func (w *writer) tasks(n *adf.Node) []*elem {
	var out []*elem
	for _, item := range n.Content {
		if item.Type == "taskList" {
			l, _ := w.start(item)
			l.add(w.tasks(item)...)
			if len(out) == 0 || out[len(out)-1].name != "ac:task" {
				out = append(out, l)
				continue
			}
			body := out[len(out)-1].child("ac:task-body")
			body.add(l)
			continue
		}
		e, pseudo := w.start(item)
		if e == nil {
			return nil
		}
		id := newElem("ac:task-id")
		if v, ok := pseudo["#id"]; ok {
			id.addText(v)
		} else {
			w.unnumbered = append(w.unnumbered, id)
		}
		e.add(id)
		if v, ok := pseudo["#uuid"]; ok {
			e.add(newElem("ac:task-uuid").addText(v))
		}
		if v, ok := pseudo["#status"]; ok {
			e.add(newElem("ac:task-status").addText(v))
		}
		body := newElem("ac:task-body")
		if item.Type == "taskItem" {
			body.add(w.inline(item.Content)...)
		} else {
			body.add(w.blocks(item.Content)...)
		}
		out = append(out, e.add(body))
	}
	return out
}
