package storageformat

import (
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/ref"
)

// inlineNodes are the ADF nodes that stand in lines.
var inlineNodes = set("text hardBreak mention emoji date status placeholder inlineCard inlineExtension mediaInline")

// simpleMarks are the elements that are a mark and nothing else.
var simpleMarks = map[string]adf.Mark{
	"strong": {Type: "strong"}, "b": {Type: "strong"}, "em": {Type: "em"}, "i": {Type: "em"}, "u": {Type: "underline"},
	"del": {Type: "strike"}, "s": {Type: "strike"}, "strike": {Type: "strike"}, "code": {Type: "code"},
	"sub": {Type: "subsup", Attrs: map[string]any{"type": "sub"}}, "sup": {Type: "subsup", Attrs: map[string]any{"type": "sup"}},
}

// inline turns the content of a block of text into nodes. bare content loses the spaces at its edges.
func (c *conv) inline(kids []*elem, depth int, bare bool) []*adf.Node {
	kids = slices.Clone(kids)
	edge := func(i int, trim func(string) string) {
		if i < 0 || i >= len(kids) || !kids[i].isText() {
			return
		}
		if t := trim(kids[i].text); bare || strings.ContainsAny(strings.Replace(kids[i].text, t, "", 1), "\r\n") {
			kids[i] = newText(t)
		}
	}
	edge(0, func(s string) string { return strings.TrimLeft(s, " \t\r\n") })
	edge(len(kids)-1, func(s string) string { return strings.TrimRight(s, " \t\r\n") })
	in := &liner{c: c, depth: depth}
	for _, k := range kids {
		in.elem(k)
	}
	return joined(in.out)
}

// joined makes one text of neighbours with the same marks.
func joined(nodes []*adf.Node) []*adf.Node {
	var out []*adf.Node
	for i := 0; i < len(nodes); {
		j := i + 1
		for j < len(nodes) && nodes[i].Type == "text" && nodes[j].Type == "text" && sameMarks(nodes[i].Marks, nodes[j].Marks) {
			j++
		}
		if j > i+1 {
			var b strings.Builder
			for _, n := range nodes[i:j] {
				b.WriteString(n.Text)
			}
			nodes[i].Text = b.String()
		}
		out = append(out, nodes[i])
		i = j
	}
	return out
}

// liner collects inline nodes while it walks through formatting.
type liner struct {
	c     *conv
	depth int
	marks []adf.Mark
	out   []*adf.Node
}

func (in *liner) emit(n *adf.Node) {
	n.Marks = append(slices.Clone(in.marks), n.Marks...)
	in.out = append(in.out, n)
}

func (in *liner) within(m adf.Mark, kids []*elem) {
	in.marks = append(in.marks, m)
	for _, k := range kids {
		in.elem(k)
	}
	in.marks = in.marks[:len(in.marks)-1]
}

func (in *liner) elem(e *elem) {
	if e.isText() {
		if t := collapse(e.text); t != "" {
			in.emit(adf.Text(t))
		}
		return
	}
	if len(in.marks) > deepest {
		in.emit(opaque(e, true))
		return
	}
	if m, ok := markOf(e); ok {
		if len(e.children) > 0 {
			in.within(m, e.children)
			return
		}
		if (formatting[e.name] || simpleMarks[e.name].Type != "") && len(e.attrs) == 0 {
			return
		}
	}
	if e.name == "ac:link" {
		if in.link(e) {
			return
		}
	}
	n := in.node(e)
	if n == nil {
		n = opaque(e, true)
	}
	in.emit(n)
}

// node makes the node of an inline element, nil when there is none.
func (in *liner) node(e *elem) *adf.Node {
	switch e.name {
	case "br":
		return simple(adf.Block("hardBreak", nil), e)
	case "a":
		return card(e)
	case "ac:emoticon":
		return emoji(e)
	case "time":
		t, err := time.Parse(time.DateOnly, e.get("datetime"))
		if err != nil {
			return nil
		}
		return simple(adf.Block("date", map[string]any{"timestamp": millis(t)}), e)
	case "ac:placeholder":
		if text := e.innerText(); text != "" && len(e.elements()) == 0 {
			n := adf.Block("placeholder", map[string]any{"text": text})
			keepMarks(n, e)
			keep(n, e)
			return n
		}
	case "ac:image":
		return in.c.inlineImage(e)
	case "ac:structured-macro", "ac:macro":
		return in.c.inlineMacro(e)
	case "ac:adf-extension":
		return generic(e, true)
	}
	return nil
}

// simple finishes an inline node without content, nil when the element has some.
func simple(n *adf.Node, e *elem) *adf.Node {
	if len(e.children) > 0 {
		return nil
	}
	keepMarks(n, e)
	keep(n, e)
	return n
}

// markOf gives the mark of a formatting element. Elements that only HTML knows are marks of the type unsupportedMark.
func markOf(e *elem) (adf.Mark, bool) {
	if m, ok := simpleMarks[e.name]; ok && len(e.attrs) == 0 {
		return m, true
	}
	var m adf.Mark
	switch {
	case simpleMarks[e.name].Type != "":
		m = simpleMarks[e.name]
		m.Attrs = map[string]any{}
		for k, v := range simpleMarks[e.name].Attrs {
			m.Attrs[k] = v
		}
	case e.name == "a" && e.get("href") != "" && e.get("data-card-appearance") == "":
		m = adf.Mark{Type: "link", Attrs: map[string]any{"href": e.get("href")}}
		if t := e.get("title"); t != "" {
			m.Attrs["title"] = t
		}
	case e.name == "ac:inline-comment-marker" && e.get("ac:ref") != "":
		m = adf.Mark{Type: "annotation", Attrs: map[string]any{"annotationType": "inlineComment", "id": e.get("ac:ref")}}
	case e.name == "span" && e.get("style") != "":
		m = spanMark(e)
	case htmlMarks[e.name] && e.get("data-card-appearance") == "":
		m = adf.Mark{Type: "unsupportedMark", Attrs: map[string]any{"element": e.name}}
	default:
		return adf.Mark{}, false
	}
	var extra map[string]any
	if s, ok := e.lookup(extraAttr); ok && fromJSON(s, &extra) {
		for k, v := range extra {
			if _, have := m.Attrs[k]; !have && k != keptAttr {
				m.Attrs[k] = v
			}
		}
	}
	computed := markShell(m)
	diff := difference(e, computed)
	if synonyms[e.name] != "" {
		delete(diff, "element")
	}
	if len(diff) > 0 {
		m.Attrs[keptAttr] = diff
	}
	return m, true
}

// htmlMarks are the elements of HTML that decorate text and that ADF has no mark for.
var htmlMarks = set("a abbr acronym big cite dfn font ins kbd label mark q samp small span tt var")

// spanMark gives colour marks; other styles stay with a mark that only keeps them.
func spanMark(e *elem) adf.Mark {
	d := declarations(e.get("style"))
	if c := hexColor(d["color"]); c != "" && len(d) == 1 {
		return adf.Mark{Type: "textColor", Attrs: map[string]any{"color": c}}
	}
	if c := hexColor(d["background-color"]); c != "" && len(d) == 1 {
		return adf.Mark{Type: "backgroundColor", Attrs: map[string]any{"color": c}}
	}
	return adf.Mark{Type: "unsupportedMark", Attrs: map[string]any{"element": "span"}}
}

// link reads ac:link: a mention, a card, or text with a link mark. ok is false when it is none of these.
func (in *liner) link(e *elem) (ok bool) {
	r := refOf(e)
	if r.Kind == "" {
		return false
	}
	for _, a := range e.attrs {
		if a.name != "ac:anchor" && a.name != "ac:local-id" && a.name != "ac:card-appearance" && a.name != extraAttr && a.name != extraMark {
			return false
		}
	}
	body := e.child("ac:link-body")
	if body == nil {
		body = e.child("ac:plain-text-link-body")
	}
	if body != nil && len(body.attrs) > 0 {
		return false
	}
	if r.Kind == ref.User && body == nil && r.Version == "" && r.Anchor == "" {
		n := adf.Block("mention", map[string]any{"id": mentionID(r), "text": r.Label()})
		if v, ok := e.lookup(extraAttr); ok {
			var extra map[string]any
			if fromJSON(v, &extra) {
				setText(n, "text", textOf(extra["text"]))
			}
		}
		setText(n, "localId", e.get("ac:local-id"))
		keepMarks(n, e)
		keep(n, e)
		in.emit(n)
		return true
	}
	if e.get("ac:card-appearance") == "inline" {
		if body != nil && len(body.elements()) > 0 {
			return false
		}
		if body != nil && body.innerText() != r.Label() {
			r.Body = body.innerText()
		}
		n := adf.Block("inlineCard", map[string]any{"url": r.String()})
		setText(n, "localId", e.get("ac:local-id"))
		keepMarks(n, e)
		keep(n, e)
		in.emit(n)
		return true
	}
	kids := []*elem{newText(r.Label())}
	if body != nil && body.innerText() != "" {
		kids = body.children
	}
	m := adf.Mark{Type: "link", Attrs: map[string]any{"href": r.String()}}
	if diff := difference(e, markShell(m)); len(diff) > 0 {
		m.Attrs[keptAttr] = diff
	}
	if kids[0].isText() && kids[0].text == "" {
		return false
	}
	before := len(in.out)
	in.within(m, kids)
	return len(in.out) > before
}

func textOf(v any) string {
	s, _ := v.(string)
	return s
}

// mentionID is an account id as it is; other names of people carry what they are.
func mentionID(r ref.Ref) string {
	switch {
	case r.Account != "":
		return r.Account
	case r.Key != "":
		return "userkey:" + r.Key
	}
	return "username:" + r.Name
}

func mentionRef(id string) ref.Ref {
	if k, ok := strings.CutPrefix(id, "userkey:"); ok {
		return ref.Ref{Kind: ref.User, Key: k}
	}
	if k, ok := strings.CutPrefix(id, "username:"); ok {
		return ref.Ref{Kind: ref.User, Name: k}
	}
	return ref.Ref{Kind: ref.User, Account: id}
}

// card reads an address that is shown as a card.
func card(e *elem) *adf.Node {
	typ := map[string]string{"inline": "inlineCard", "block": "blockCard", "embed": "embedCard"}[e.get("data-card-appearance")]
	if typ == "" || e.get("href") == "" || len(e.elements()) > 0 {
		return nil
	}
	n := adf.Block(typ, map[string]any{"url": e.get("href")})
	setText(n, "localId", e.get("local-id"))
	if typ == "embedCard" {
		setAttr(n, "layout", "center")
		setText(n, "layout", e.get("data-layout"))
		setNumber(n, "width", e.get("data-width"))
	}
	keepMarks(n, e)
	shadow := &elem{name: e.name, attrs: append(slices.Clone(e.attrs), attr{"#text", e.innerText()})}
	keep(n, shadow)
	return n
}
