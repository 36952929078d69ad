package storageformat

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/ref"
)

// ParamRef gives what a macro's parameter points to: the page of include ("" is the parameter without a name), the person of profile. A
// parameter that is mere text is read as a page, "SPACE:Title" or "Title". ok is false when it is empty.
func ParamRef(n *adf.Node, name string) (r ref.Ref, ok bool) {
	v := paramOf(n, name)
	if src, has := v[keptAttr].(string); has {
		if root, err := readSource(src); err == nil && display(root) == v["value"] {
			return refIn(root)
		}
	}
	text, _ := v["value"].(string)
	if text = strings.TrimSpace(text); text == "" {
		return ref.Ref{}, false
	}
	if space, title, has := strings.Cut(text, ":"); has && spaceKey.MatchString(space) && strings.TrimSpace(title) != "" {
		return ref.Ref{Kind: ref.Page, Space: space, Title: strings.TrimSpace(title)}, true
	}
	return ref.Ref{Kind: ref.Page, Title: text}, true
}

var spaceKey = regexp.MustCompile(`^~?[A-Za-z0-9]{1,255}$`)

func paramOf(n *adf.Node, name string) map[string]any {
	p, _ := n.Attrs["parameters"].(map[string]any)
	params, _ := p["macroParams"].(map[string]any)
	v, _ := params[name].(map[string]any)
	return v
}

// refIn reads the one reference of a parameter, bare or in an ac:link.
func refIn(root *elem) (ref.Ref, bool) {
	kids := root.elements()
	if len(kids) != 1 {
		return ref.Ref{}, false
	}
	link := kids[0]
	if link.name != "ac:link" {
		link = root
	}
	r := refOf(link)
	return r, r.Kind != ""
}

// ParamRefs gives the parameters of a macro whose source points to something, by their names.
func ParamRefs(n *adf.Node) map[string]ref.Ref {
	out := map[string]ref.Ref{}
	p, _ := n.Attrs["parameters"].(map[string]any)
	params, _ := p["macroParams"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(params)) {
		v, _ := params[name].(map[string]any)
		if _, has := v[keptAttr].(string); !has {
			continue
		}
		if r, ok := ParamRef(n, name); ok {
			out[name] = r
		}
	}
	return out
}

// SetParamRef makes a macro's parameter point elsewhere. The node's parameters are copied, so that nodes that share them stay as they are.
func SetParamRef(n *adf.Node, name string, r ref.Ref) {
	t := target(r)
	if t == nil {
		return
	}
	if src, ok := paramOf(n, name)[keptAttr].(string); !ok || strings.Contains(src, "<ac:link") {
		link := newElem("ac:link")
		link.setIf("ac:anchor", r.Anchor)
		t = link.add(t)
	}
	root := (&elem{}).add(t)
	p, _ := n.Attrs["parameters"].(map[string]any)
	params, _ := p["macroParams"].(map[string]any)
	if params = maps.Clone(params); params == nil {
		params = map[string]any{}
	}
	params[name] = map[string]any{"value": display(root), keptAttr: root.source()}
	if p = maps.Clone(p); p == nil {
		p = map[string]any{}
	}
	p["macroParams"] = params
	setAttr(n, "parameters", p)
}
