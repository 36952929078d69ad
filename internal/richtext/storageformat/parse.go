package storageformat

import (
	"holdfast.dev/internal/richtext/adf"
)

// Parse reads storage format. The document is valid. Errors are *Error: they say where the source is no XML, or that the page is larger
// than documents may be.
func Parse(storage string) (*adf.Node, error) {
	root, err := readSource(storage)
	if err != nil {
		return nil, err
	}
	return document(root, storage)
}

// Mend is Parse for imports, where nobody is there to correct the source: elements that are not closed, or closed in the wrong order, are
// closed as browsers do, and from where a source is no XML at all it is text. faults says what was wrong, at most 100 of it, nil for a
// sound source. It fails only for what is too large or too deep.
func Mend(storage string) (doc *adf.Node, faults []string, err error) {
	root, faults, err := readAs(storage, true)
	if err != nil {
		return nil, nil, err
	}
	doc, err = document(root, storage)
	return doc, faults, err
}

func document(root *elem, storage string) (*adf.Node, error) {
	c := &conv{verify: true}
	doc := adf.Doc(c.blocks("doc", dissolve(root.children), 0)...)
	if len(doc.Content) == 0 {
		doc.Content = []*adf.Node{adf.Paragraph()}
	}
	if err := adf.Validate(doc); err != nil {
		return nil, &Error{Reason: "the page is too large: " + err.Error()}
	}
	if len(storage) > adf.MaxBytes/16 && len(doc.JSON()) > adf.MaxBytes {
		return nil, &Error{Reason: "the page is too large"}
	}
	return doc, nil
}

// conv turns elements into nodes.
type conv struct {
	verify bool // blocks of the page are written back and compared
}

// deepest is the depth below which elements are kept as source, so that a document stays within the depth that ADF allows.
const deepest = adf.MaxDepth - 8

// blocks turns the children of a container into nodes that the parent may hold.
func (c *conv) blocks(parent string, kids []*elem, depth int) []*adf.Node {
	var out []*adf.Node
	for _, s := range segments(kids) {
		if s.block != nil {
			out = append(out, c.proven(parent, s.block, depth))
			continue
		}
		if p := c.provenLine(parent, s.run, depth); len(p.Content) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// proven is block, checked by writing the node back where it stands on the page itself.
func (c *conv) proven(parent string, e *elem, depth int) *adf.Node {
	n := c.block(parent, e, depth)
	if !c.checks(parent) {
		return n
	}
	if _, is := opaqueSource(n); is {
		return n
	}
	if !same([]*elem{e}, n) {
		return opaque(e, false)
	}
	return n
}

// provenLine makes a paragraph of a run of inline content, checked likewise.
func (c *conv) provenLine(parent string, run []*elem, depth int) *adf.Node {
	p := adf.Paragraph(c.inline(run, depth+1, true)...)
	if c.checks(parent) && !same(run, p) {
		in := &liner{c: c, depth: depth}
		for _, e := range run {
			if e.isText() {
				in.elem(e)
			} else {
				in.emit(opaque(e, true))
			}
		}
		p.Content = joined(in.out)
	}
	return p
}

// checks tells whether what stands in a parent is written back and compared.
func (c *conv) checks(parent string) bool {
	return c.verify && (parent == "doc" || parent == "layoutColumn")
}

// same tells whether a node is written as the elements that it comes from.
func same(src []*elem, n *adf.Node) bool {
	w := newWriter()
	return canonical(&elem{name: "root", children: src}) == canonical(&elem{name: "root", children: w.finish(w.blocks([]*adf.Node{n}))})
}

// block turns one block element into a node. What the parent may not hold, or ADF cannot say, is kept as source.
func (c *conv) block(parent string, e *elem, depth int) *adf.Node {
	if depth > deepest {
		return opaque(e, false)
	}
	n := c.build(parent, e, depth)
	if n == nil || !adf.Holds(parent, n.Type) {
		return opaque(e, false)
	}
	return n
}

// build makes the node of a block element, nil when there is none.
func (c *conv) build(parent string, e *elem, depth int) *adf.Node {
	switch e.name {
	case "p", "h1", "h2", "h3", "h4", "h5", "h6":
		n := adf.Paragraph()
		if e.name != "p" {
			n = adf.Block("heading", map[string]any{"level": int(e.name[1] - '0')})
		}
		blockMarks(n, e.get("style"))
		setText(n, "localId", e.get("local-id"))
		n.Content = c.inline(e.children, depth+1, false)
		keepMarks(n, e)
		keep(n, e)
		return n
	case "ul", "ol":
		return c.list(e, depth)
	case "blockquote":
		return c.container(adf.Block("blockquote", nil), e, e.children, depth)
	case "hr":
		if len(e.children) == 0 {
			return c.leaf(adf.Block("rule", nil), e)
		}
	case "pre":
		return codeOf(e)
	case "div":
		return c.div(e, depth)
	case "table":
		return c.table(e, depth)
	case "ac:task-list":
		return c.taskList(e, depth)
	case "ac:layout-section":
		return c.layoutSection(e, depth)
	case "ac:structured-macro", "ac:macro":
		return c.macro(parent, e, depth)
	case "ac:image":
		return c.image(e, depth)
	case "ac:adf-extension":
		return c.adfExtension(e, depth)
	case "a":
		return card(e)
	}
	return nil
}

// leaf finishes a node that has no content.
func (c *conv) leaf(n *adf.Node, e *elem) *adf.Node {
	setText(n, "localId", e.get("local-id"))
	keepMarks(n, e)
	keep(n, e)
	return n
}

// container finishes a node that holds blocks.
func (c *conv) container(n *adf.Node, e *elem, kids []*elem, depth int) *adf.Node {
	n = c.leaf(n, e)
	n.Content = c.filled(n.Type, kids, depth+1)
	return n
}

// filled is blocks, with an empty paragraph where there would be nothing.
func (c *conv) filled(parent string, kids []*elem, depth int) []*adf.Node {
	content := c.blocks(parent, kids, depth)
	if len(content) == 0 {
		content = []*adf.Node{adf.Paragraph()}
	}
	return content
}

func (c *conv) list(e *elem, depth int) *adf.Node {
	if !e.only("li") || len(e.elements()) == 0 {
		return nil
	}
	n := adf.Block("bulletList", nil)
	if e.name == "ol" {
		n.Type = "orderedList"
		if v, ok := number(e.get("start")); ok {
			if i, whole := v.(int); whole {
				setAttr(n, "order", i)
			}
		}
	}
	n = c.leaf(n, e)
	for _, li := range e.elements() {
		n.Content = append(n.Content, c.container(adf.Block("listItem", nil), li, li.children, depth+1))
	}
	return n
}

// div becomes an extension with a body. Its attributes are the parameters.
func (c *conv) div(e *elem, depth int) *adf.Node {
	attrs := map[string]any{}
	for _, a := range e.attrs {
		attrs[a.name] = a.value
	}
	n := adf.Block("bodiedExtension", map[string]any{"extensionType": OpaqueType, "extensionKey": "div", "parameters": map[string]any{"attributes": attrs}})
	n.Content = c.filled("bodiedExtension", e.children, depth+1)
	return n
}

// codeOf reads preformatted text. With markup inside it is kept as source.
func codeOf(e *elem) *adf.Node {
	for _, k := range e.children {
		if !k.isText() {
			return nil
		}
	}
	n := adf.Block("codeBlock", map[string]any{keptAttr: map[string]any{"element": "pre"}})
	diff := difference(e, shell(n))
	diff["element"] = "pre"
	setAttr(n, keptAttr, diff)
	if text := e.innerText(); text != "" {
		n.Content = []*adf.Node{adf.Text(text)}
	}
	return n
}

// keepMarks adds the marks of a node that storage format has no word for.
func keepMarks(n *adf.Node, e *elem) {
	var marks []adf.Mark
	if s, ok := e.lookup(extraMark); ok && fromJSON(s, &marks) {
		for _, m := range marks {
			if adf.ValidMark(m) {
				n.Marks = append(n.Marks, m)
			}
		}
	}
}
