package storageformat

import (
	"encoding/json"

	"holdfast.dev/internal/richtext/adf"
)

// jsonKey is the attribute of an ac:adf-node that holds a whole node. It is how Write says what storage format has no other word for.
const jsonKey = "holdfast-json"

// adfExtension reads the nodes that Confluence itself writes in ADF's words: panels of newer kinds and decisions.
func (c *conv) adfExtension(e *elem, depth int) *adf.Node {
	node := e.child("ac:adf-node")
	if node == nil || !e.only("ac:adf-node", "ac:adf-fallback") || len(e.attrs) > 0 {
		return nil
	}
	if n := generic(e, false); n != nil {
		return n
	}
	attrs, content, nested, ok := adfParts(node)
	if !ok {
		return nil
	}
	switch node.get("type") {
	case "panel":
		if attrs["panel-type"] == "" || len(nested) > 0 {
			return nil
		}
		n := adf.Block("panel", map[string]any{"panelType": attrs["panel-type"]})
		if panelMacros[attrs["panel-type"]] != "" {
			return nil
		}
		src := newElem("ac:adf-extension")
		for k, v := range attrs {
			src.set("#"+k, v)
		}
		setText(n, "localId", attrs["local-id"])
		keep(n, src)
		if content == nil {
			content = newElem("ac:adf-content")
		}
		n.Content = c.filled("panel", content.children, depth+1)
		return n
	case "decision-list":
		n := adf.Block("decisionList", map[string]any{"localId": attrs["local-id"]})
		for _, item := range nested {
			a, content, more, ok := adfParts(item)
			if !ok || len(more) > 0 || item.get("type") != "decision-item" || content == nil {
				return nil
			}
			n.Content = append(n.Content, adf.Block("decisionItem", map[string]any{"localId": a["local-id"], "state": a["state"]}, c.inline(content.children, depth+2, true)...))
		}
		return n
	}
	return nil
}

// adfParts reads the children of an ac:adf-node.
func adfParts(node *elem) (attrs map[string]string, content *elem, nested []*elem, ok bool) {
	attrs = map[string]string{}
	if len(node.attrs) != 1 {
		return nil, nil, nil, false
	}
	for _, k := range node.elements() {
		switch {
		case k.name == "ac:adf-attribute" && len(k.elements()) == 0 && len(k.attrs) == 1:
			attrs[k.get("key")] = k.innerText()
		case k.name == "ac:adf-content" && len(k.attrs) == 0 && content == nil:
			content = k
		case k.name == "ac:adf-node":
			nested = append(nested, k)
		default:
			return nil, nil, nil, false
		}
	}
	return attrs, content, nested, true
}

// generic reads a node that Write wrote whole. It must be valid where it stands.
func generic(e *elem, inline bool) *adf.Node {
	node := e.child("ac:adf-node")
	if node == nil || len(node.elements()) != 1 {
		return nil
	}
	a := node.elements()[0]
	if a.name != "ac:adf-attribute" || a.get("key") != jsonKey {
		return nil
	}
	var n adf.Node
	if !fromJSON(a.innerText(), &n) || inlineNodes[n.Type] != inline || n.Type != node.get("type") {
		return nil
	}
	doc := adf.Doc(&n)
	if inline {
		doc = adf.Doc(adf.Paragraph(&n))
	}
	if adf.Validate(doc) != nil || maxDepth(&n, 0) > deepest/2 {
		return nil
	}
	return &n
}

func maxDepth(n *adf.Node, depth int) int {
	deepest := depth
	for _, c := range n.Content {
		deepest = max(deepest, maxDepth(c, depth+1))
	}
	return deepest
}

// genericElem writes a whole node. shown is what readers that do not know it show instead.
func genericElem(n *adf.Node, shown *elem) *elem {
	b, err := json.Marshal(n)
	if err != nil {
		return newElem("ac:adf-extension")
	}
	node := newElem("ac:adf-node", "type", n.Type).add(newElem("ac:adf-attribute", "key", jsonKey).add(newText(string(b))))
	e := newElem("ac:adf-extension").add(node)
	if shown != nil {
		e.add(newElem("ac:adf-fallback").add(shown))
	}
	return e
}

// adfNodeElem writes the nodes that adfExtension reads.
func adfNodeElem(typ string, attrs ...string) *elem {
	node := newElem("ac:adf-node", "type", typ)
	for i := 0; i+1 < len(attrs); i += 2 {
		if attrs[i+1] != "" {
			node.add(newElem("ac:adf-attribute", "key", attrs[i]).add(newText(attrs[i+1])))
		}
	}
	return node
}

func (w *writer) decisions(n *adf.Node) *elem {
	list := adfNodeElem("decision-list", "local-id", n.Attr("localId"))
	fallback := newElem("ul")
	for _, item := range n.Content {
		node := adfNodeElem("decision-item", "local-id", item.Attr("localId"), "state", item.Attr("state"))
		list.add(node.add(newElem("ac:adf-content").add(w.inline(item.Content)...)))
		fallback.add(newElem("li").add(w.inline(item.Content)...))
	}
	return newElem("ac:adf-extension").add(list, newElem("ac:adf-fallback").add(fallback))
}
