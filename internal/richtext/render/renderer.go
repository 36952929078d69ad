package render

import (
	"context"
	"errors"
	"html"
	"strconv"
	"strings"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/extract"
)

// ErrTooLarge ends a rendering whose HTML grows beyond the limit.
var ErrTooLarge = errors.New("the rendered page is too large")

const (
	defaultMaxBytes = 16 << 20
	maxNesting      = 100 // nodes, and bodies of macros within bodies
)

// HTML renders a document.
func HTML(ctx context.Context, doc *adf.Node, o Options) (string, error) {
	r := newRenderer(ctx, doc, o)
	r.nodes(doc.Content)
	return r.result()
}

// Nodes renders blocks or inline nodes that stand for themselves, such as an excerpt or the cell of a table.
func Nodes(ctx context.Context, nodes []*adf.Node, o Options) (string, error) {
	return HTML(ctx, &adf.Node{Type: "doc", Content: nodes}, o)
}

// Text gives the words of a document for search, bodies of macros and kept source among them: one line a block.
func Text(doc *adf.Node) string {
	text, _ := TextPositions(doc)
	return text
}

// Renderer is one rendering at work. Macro callbacks get it to render what they hold in the same way.
type Renderer struct {
	ctx     context.Context
	doc     *adf.Node
	o       Options
	b       strings.Builder
	depth   int
	anchors *extract.Anchors
	shared  *shared
	err     error
}

// shared is what a rendering and those inside it work out once.
type shared struct {
	outline []extract.Heading
	known   bool
}

// Outline gives the headings of the document with the anchors that the rendering gives them.
func (r *Renderer) Outline() []extract.Heading {
	if !r.shared.known {
		r.shared.outline, r.shared.known = extract.Outline(r.doc), true
	}
	return r.shared.outline
}

func newRenderer(ctx context.Context, doc *adf.Node, o Options) *Renderer {
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultMaxBytes
	}
	return &Renderer{ctx: ctx, doc: doc, o: o, anchors: extract.NewAnchors(), shared: &shared{}}
}

// Doc gives the document that is rendered, for macros that speak about it as a whole.
func (r *Renderer) Doc() *adf.Node { return r.doc }

// Options gives the options of the rendering.
func (r *Renderer) Options() Options { return r.o }

// Nodes renders nodes inside this rendering, for a macro's body.
func (r *Renderer) Nodes(nodes []*adf.Node) (string, error) {
	sub := &Renderer{ctx: r.ctx, doc: r.doc, o: r.o, depth: r.depth + 1, anchors: r.anchors, shared: r.shared}
	sub.o.MaxBytes = max(1, r.o.MaxBytes-r.b.Len())
	sub.nodes(nodes)
	return sub.result()
}

func (r *Renderer) result() (string, error) {
	if r.err != nil {
		return "", r.err
	}
	return r.b.String(), nil
}

func (r *Renderer) nodes(nodes []*adf.Node) {
	for i := 0; i < len(nodes) && r.err == nil; {
		j := i + 1
		for j < len(nodes) && inline(nodes[i]) && inline(nodes[j]) {
			j++
		}
		if inline(nodes[i]) {
			r.line(nodes[i:j])
		} else {
			r.block(nodes[i])
		}
		i = j
	}
}

var inlineTypes = map[string]bool{"text": true, "hardBreak": true, "mention": true, "emoji": true, "date": true, "status": true, "placeholder": true, "inlineCard": true,
	"inlineExtension": true, "mediaInline": true}

func inline(n *adf.Node) bool { return inlineTypes[n.Type] }

// raw writes HTML of this package.
func (r *Renderer) raw(parts ...string) {
	for _, p := range parts {
		r.b.WriteString(p)
	}
	if r.b.Len() > r.o.MaxBytes && r.err == nil {
		r.err = ErrTooLarge
	}
}

// text writes text of the document.
func (r *Renderer) text(s string) { r.raw(html.EscapeString(s)) }

// open writes a start tag. Attributes come in pairs; those without a value are left out.
func (r *Renderer) open(tag string, attrs ...string) {
	r.raw("<", tag)
	for i := 0; i+1 < len(attrs); i += 2 {
		if attrs[i+1] != "" {
			r.raw(" ", attrs[i], `="`, html.EscapeString(attrs[i+1]), `"`)
		}
	}
	r.raw(">")
}

func (r *Renderer) close(tag string) { r.raw("</", tag, ">") }

// class gives a class name, none in flat HTML.
func (r *Renderer) class(name string) string {
	if r.o.Flat {
		return ""
	}
	return name
}

// enter guards against documents that nest without end. It gives false when nothing deeper is shown.
func (r *Renderer) enter() bool {
	if r.err == nil {
		r.err = r.ctx.Err()
	}
	if r.err != nil || r.depth >= maxNesting {
		return false
	}
	r.depth++
	return true
}

func (r *Renderer) leave() { r.depth-- }

// digits gives an attribute that is a whole number between 1 and max, empty otherwise.
func digits(n *adf.Node, name string, max int) string {
	f, err := strconv.ParseFloat(n.Attr(name), 64)
	if err != nil || f < 1 || f > float64(max) {
		return ""
	}
	return strconv.Itoa(int(f))
}
