package storageformat

import (
	"errors"

	"holdfast.dev/internal/richtext/adf"
)

// opaque keeps an element as its source, in a node that stands where blocks or inline nodes do.
func opaque(e *elem, inline bool) *adf.Node {
	typ := "extension"
	if inline {
		typ = "inlineExtension"
	}
	key := e.name
	if isMacro(e) && e.get("ac:name") != "" {
		key = e.get("ac:name")
	}
	return adf.Block(typ, map[string]any{"extensionType": OpaqueType, "extensionKey": key, "parameters": map[string]any{"storage": e.String()}})
}

// source gives the kept source of an opaque node.
func opaqueSource(n *adf.Node) (string, bool) {
	if n.Attr("extensionType") != OpaqueType {
		return "", false
	}
	p, _ := n.Attrs["parameters"].(map[string]any)
	s, ok := p["storage"].(string)
	return s, ok
}

// Body gives what an extension holds as blocks of ADF, so that it can be shown, searched and followed: the content of a bodiedExtension,
// the body of a macro that stands in a line, the content of kept source. ok is false when the node holds no rich text.
func Body(n *adf.Node) (blocks []*adf.Node, ok bool) {
	if n.Type == "bodiedExtension" {
		return n.Content, true
	}
	p, _ := n.Attrs["parameters"].(map[string]any)
	src, ok := p["storage"].(string)
	if !ok {
		return nil, false
	}
	_, blocks, ok = bodyOf(src)
	return blocks, ok
}

// bodyOf reads kept source. wrapper is the element around the blocks when they alone have words in ADF.
func bodyOf(src string) (wrapper *elem, blocks []*adf.Node, ok bool) {
	root, err := readSource(src)
	if err != nil {
		return nil, nil, false
	}
	c := &conv{}
	blocks = c.blocks("doc", dissolve(root.children), 0)
	for _, b := range blocks {
		if same, isOpaque := opaqueSource(b); isOpaque && len(blocks) == 1 {
			wrapper = root.elements()[0]
			if same == wrapper.String() {
				return wrapper, c.blocks("doc", wrapper.children, 0), true
			}
		}
	}
	return nil, blocks, true
}

// Replace gives an extension a body again that Body took out and the caller changed.
func Replace(n *adf.Node, blocks []*adf.Node) error {
	if n.Type == "bodiedExtension" {
		n.Content = blocks
		return nil
	}
	p, _ := n.Attrs["parameters"].(map[string]any)
	src, _ := p["storage"].(string)
	wrapper, _, ok := bodyOf(src)
	if !ok {
		return errors.New("the extension holds no source")
	}
	w := newWriter()
	kids := w.blocks(blocks)
	if wrapper != nil {
		wrapper.children = kids
		p["storage"] = wrapper.String()
		return nil
	}
	p["storage"] = (&elem{children: kids}).source()
	return nil
}
