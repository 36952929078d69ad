package storageformat

import (
	"maps"
	"slices"
	"strings"

	"holdfast.dev/internal/richtext/adf"
)

// Equal tells whether two nodes mean the same: touching texts of equal marks are one text, spans of one and other defaults do not count,
// nor does the case of colours, and neither does what was kept of a source.
func Equal(a, b *adf.Node) bool {
	return asJSON(normal(a)) == asJSON(normal(b))
}

func normal(n *adf.Node) *adf.Node {
	out := &adf.Node{Type: n.Type, Text: n.Text, Version: n.Version, Attrs: normalAttrs(n)}
	for _, m := range n.Marks {
		k := adf.Mark{Type: m.Type, Attrs: maps.Clone(m.Attrs)}
		delete(k.Attrs, keptAttr)
		if c, ok := k.Attrs["color"].(string); ok {
			k.Attrs["color"] = strings.ToLower(c)
		}
		if k.Type == "link" && k.Attr("title") == "" {
			delete(k.Attrs, "title")
		}
		out.Marks = append(out.Marks, k)
	}
	if n.Type != "text" && !inlineNodes[n.Type] {
		slices.SortStableFunc(out.Marks, func(a, b adf.Mark) int { return strings.Compare(a.Type, b.Type) })
	}
	for _, c := range n.Content {
		k := normal(c)
		if last := len(out.Content) - 1; last >= 0 && k.Type == "text" && out.Content[last].Type == "text" && sameMarks(out.Content[last].Marks, k.Marks) {
			out.Content[last].Text += k.Text
			continue
		}
		out.Content = append(out.Content, k)
	}
	if len(out.Content) == 1 && out.Content[0].Type == "paragraph" && len(out.Content[0].Content) == 0 && len(out.Content[0].Attrs) == 0 {
		out.Content = nil
	}
	return out
}

func normalAttrs(n *adf.Node) map[string]any {
	attrs := maps.Clone(n.Attrs)
	delete(attrs, keptAttr)
	for k, v := range attrs {
		s := adf.Node{Attrs: map[string]any{k: v}}
		text := s.Attr(k)
		switch {
		case v == nil, v == "" && k != "collection", (k == "colspan" || k == "rowspan" || k == "order") && text == "1":
			delete(attrs, k)
		case k == "text" && n.Type == "hardBreak":
			delete(attrs, k)
		case k == "colwidth", k == "width", k == "height":
			attrs[k] = plainNumbers(v)
		case k == "parameters":
			attrs[k] = normalParameters(v)
		}
	}
	return attrs
}

func plainNumbers(v any) any {
	if f, ok := float(v); ok {
		return f
	}
	if list, ok := v.([]any); ok {
		out := make([]any, len(list))
		for i, x := range list {
			out[i] = plainNumbers(x)
		}
		return out
	}
	return v
}

// normalParameters adds the metadata that every macro has.
func normalParameters(v any) any {
	p, ok := v.(map[string]any)
	if !ok || p["macroParams"] == nil && p["macroMetadata"] == nil {
		return v
	}
	p = maps.Clone(p)
	m, _ := p["macroMetadata"].(map[string]any)
	if m = maps.Clone(m); m == nil {
		m = map[string]any{}
	}
	if m["schemaVersion"] == nil {
		m["schemaVersion"] = value("1")
	}
	p["macroMetadata"] = m
	if p["macroParams"] == nil {
		p["macroParams"] = map[string]any{}
	}
	return p
}
