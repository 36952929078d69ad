package storageformat

import (
	"maps"
	"slices"
	"strings"

	"holdfast.dev/internal/richtext/adf"
)

// extension makes the node of any macro in Confluence's mapping. Its type is for the caller to set. nil when the macro has something
// that the mapping has no place for.
func extension(e *elem) *adf.Node {
	name := e.get("ac:name")
	if name == "" {
		return nil
	}
	params, metadata := map[string]any{}, map[string]any{"schemaVersion": value("1")}
	n := adf.Block("", map[string]any{"extensionType": MacroType, "extensionKey": name, "parameters": map[string]any{"macroParams": params, "macroMetadata": metadata}})
	attrs := map[string]any{}
	for _, a := range e.attrs {
		switch a.name {
		case "ac:name":
		case "ac:macro-id":
			metadata["macroId"] = value(a.value)
		case "ac:schema-version":
			metadata["schemaVersion"] = value(a.value)
		case "ac:local-id":
			setText(n, "localId", a.value)
		case "data-layout":
			if !slices.Contains([]string{"default", "wide", "full-width"}, a.value) {
				attrs[a.name] = a.value
				continue
			}
			setAttr(n, "layout", a.value)
		case extraMark, extraAttr:
		default:
			attrs[a.name] = a.value
		}
	}
	if len(attrs) > 0 {
		setAttr(n, keptAttr, attrs)
	}
	for _, p := range e.elements() {
		if !extensionChild(n, params, p) {
			return nil
		}
	}
	extra := map[string]any{}
	if s, ok := e.lookup(extraAttr); ok && fromJSON(s, &extra) {
		for k, v := range extra {
			switch {
			case k == "macroMetadata":
				m, _ := v.(map[string]any)
				maps.Copy(metadata, m)
			case n.Attrs[k] == nil && k != keptAttr:
				setAttr(n, k, v)
			}
		}
	}
	keepMarks(n, e)
	return n
}

func value(s string) map[string]any { return map[string]any{"value": s} }

// extensionChild reads a child of a macro into its node.
func extensionChild(n *adf.Node, params map[string]any, p *elem) (ok bool) {
	switch p.name {
	case "ac:plain-text-body":
		if len(p.elements()) > 0 || len(p.attrs) > 0 || params[PlainBody] != nil {
			return false
		}
		params[PlainBody] = value(p.innerText())
		return true
	case "ac:adf-fragment-mark":
		m, ok := fragment(p)
		n.Marks = append(n.Marks, m)
		return ok
	case "ac:rich-text-body":
		return true
	}
	name, isParam := parameter(p)
	if !isParam || params[name] != nil || len(p.attrs) > 1 || name == PlainBody {
		return false
	}
	v := value(p.innerText())
	if len(p.elements()) > 0 {
		v["value"] = display(p)
		v[keptAttr] = p.source()
	}
	params[name] = v
	return true
}

// display is what a parameter that points to something says to a reader.
func display(p *elem) string {
	var parts []string
	for _, k := range p.elements() {
		if k.name != "ac:link" {
			k = &elem{name: "ac:link", children: []*elem{k}}
		}
		r := refOf(k)
		label := strings.TrimPrefix(r.Label(), "@")
		if r.Kind == "page" && r.Space != "" {
			label = r.Space + ":" + r.Title
		}
		if u := k.child("ri:url"); u != nil {
			label = u.get("ri:value")
		}
		parts = append(parts, label)
	}
	return strings.Join(parts, ",")
}

func fragment(p *elem) (adf.Mark, bool) {
	d := p.child("ac:adf-fragment-mark-detail")
	if d == nil || len(p.elements()) != 1 || len(p.attrs) > 0 || len(d.attrs) > 2 || d.get("local-id") == "" || len(d.children) > 0 {
		return adf.Mark{}, false
	}
	m := adf.Mark{Type: "fragment", Attrs: map[string]any{"localId": d.get("local-id")}}
	if name := d.get("name"); name != "" {
		m.Attrs["name"] = name
	}
	return m, true
}

func fragmentElem(m adf.Mark) *elem {
	d := newElem("ac:adf-fragment-mark-detail")
	d.setIf("name", m.Attr("name"))
	d.setIf("local-id", m.Attr("localId"))
	return newElem("ac:adf-fragment-mark").add(d)
}

// Params gives the parameters of a macro extension as texts; the one without a name is under "". The plain body is not among them.
func Params(n *adf.Node) map[string]string {
	out := map[string]string{}
	p, _ := n.Attrs["parameters"].(map[string]any)
	params, _ := p["macroParams"].(map[string]any)
	for name, v := range params {
		if m, ok := v.(map[string]any); ok && name != PlainBody {
			out[name], _ = m["value"].(string)
		}
	}
	return out
}

// macroElem writes a macro extension, without a rich body. ok is false when its parameters are not in Confluence's mapping.
func macroElem(n *adf.Node) (e *elem, ok bool) {
	p, _ := n.Attrs["parameters"].(map[string]any)
	params, _ := p["macroParams"].(map[string]any)
	metadata, _ := p["macroMetadata"].(map[string]any)
	for k := range p {
		if k != "macroParams" && k != "macroMetadata" && k != keptAttr {
			return nil, false
		}
	}
	meta := maps.Clone(metadata)
	e = newElem("ac:structured-macro", "ac:name", n.Attr("extensionKey"))
	for _, m := range []struct{ key, attr string }{{"schemaVersion", "ac:schema-version"}, {"macroId", "ac:macro-id"}} {
		if v, is := metadata[m.key].(map[string]any); is && len(v) == 1 {
			if s, is := v["value"].(string); is {
				e.setIf(m.attr, s)
				delete(meta, m.key)
			}
		}
	}
	e.setIf("data-layout", n.Attr("layout"))
	e.setIf("ac:local-id", n.Attr("localId"))
	extra := map[string]any{}
	if len(meta) > 0 {
		extra["macroMetadata"] = meta
	}
	for k, v := range n.Attrs {
		if !slices.Contains([]string{"extensionType", "extensionKey", "parameters", "layout", "localId", keptAttr}, k) {
			extra[k] = v
		}
	}
	if len(extra) > 0 {
		e.set(extraAttr, asJSON(extra))
	}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		v, is := params[name].(map[string]any)
		text, isText := v["value"].(string)
		if !is || !isText {
			return nil, false
		}
		if name == PlainBody {
			continue
		}
		child, ok := parameterElem(name, text, v)
		if !ok {
			return nil, false
		}
		e.add(child)
	}
	if v, is := params[PlainBody].(map[string]any); is {
		e.add(newElem("ac:plain-text-body").add(cdata(textOf(v["value"]))))
	}
	return e, true
}

// parameterElem writes one parameter: its source as long as its value is what the source says.
func parameterElem(name, text string, v map[string]any) (*elem, bool) {
	e := newElem("ac:parameter", "ac:name", name)
	for k := range v {
		if k != "value" && k != keptAttr {
			return nil, false
		}
	}
	if src, ok := v[keptAttr].(string); ok {
		if root, err := readSource(src); err == nil && display(root) == text {
			return e.add(root.children...), true
		}
	}
	if text != "" {
		e.add(newText(text))
	}
	return e, true
}

func cdata(s string) *elem { return &elem{text: s, cdata: true} }
