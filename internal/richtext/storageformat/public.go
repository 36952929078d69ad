package storageformat

import (
	"maps"
	"slices"

	"holdfast.dev/internal/richtext/adf"
)

// Public gives a copy of a document as the published schema of ADF has it, for clients that check it: without what was kept of sources
// (the attribute "storage"), without marks that the schema does not allow where they are, and with blocks that stand where it does not
// allow them as extensions that hold their source. Parse accepts the result too, but what was kept is lost with it: it is for reading.
func Public(doc *adf.Node) *adf.Node {
	out := public(doc)
	return out
}

// strictly is what the published schema allows in parents, where package adf allows more.
var strictly = map[string]map[string]bool{
	"listItem":        set("paragraph bulletList orderedList taskList mediaSingle codeBlock extension"),
	"bodiedExtension": set("paragraph panel blockquote orderedList bulletList rule heading codeBlock mediaGroup mediaSingle decisionList taskList table blockCard embedCard extension"),
	"expand":          set("paragraph panel blockquote orderedList bulletList rule heading codeBlock mediaGroup mediaSingle decisionList taskList table blockCard embedCard extension nestedExpand"),
	"blockquote":      set("paragraph orderedList bulletList codeBlock mediaSingle mediaGroup extension"),
	"panel":           set("paragraph heading bulletList orderedList blockCard mediaGroup codeBlock taskList rule decisionList extension mediaSingle"),
	"nestedExpand":    set("paragraph heading mediaSingle mediaGroup codeBlock bulletList orderedList taskList decisionList rule panel blockquote extension"),
	"tableCell":       set("paragraph panel blockquote orderedList bulletList rule heading codeBlock mediaSingle mediaGroup decisionList taskList blockCard embedCard extension nestedExpand"),
}

// textMarks are the marks that text may have; code goes with few.
var (
	textMarks = set("link em strong strike subsup underline textColor annotation backgroundColor code")
	codeMarks = set("code link annotation")
	nodeMarks = map[string]map[string]bool{
		"mediaInline": set("link annotation border dataConsumer"), "media": set("link annotation border dataConsumer"), "mediaSingle": set("link"),
		"extension": set("dataConsumer fragment"), "inlineExtension": set("dataConsumer fragment"), "bodiedExtension": set("dataConsumer fragment"), "table": set("fragment"),
		"paragraph": set("alignment indentation"), "heading": set("alignment indentation"), "layoutSection": set("breakout"), "codeBlock": set("breakout"), "expand": set("breakout"),
	}
)

func public(n *adf.Node) *adf.Node {
	out := &adf.Node{Type: n.Type, Text: n.Text, Version: n.Version, Attrs: maps.Clone(n.Attrs), Marks: publicMarks(n)}
	delete(out.Attrs, keptAttr)
	allowed := strictly[n.Type]
	if n.Type == "tableHeader" {
		allowed = strictly["tableCell"]
	}
	for _, c := range n.Content {
		k := public(c)
		if c.Type == "layoutSection" && len(c.Content) == 1 { // the schema knows two columns and more
			out.Content = append(out.Content, k.Content[0].Content...)
			continue
		}
		if c.Type == "layoutSection" && len(c.Content) > 3 {
			k = opaque(newWriter().finish([]*elem{newWriter().block(c)})[0], false)
		}
		if allowed != nil && !allowed[c.Type] {
			if e := newWriter().block(c); e != nil {
				k = opaque(e, false)
			}
		}
		if k.Type == "paragraph" && slices.Contains([]string{"listItem", "blockquote", "panel"}, n.Type) {
			k.Marks = nil
		}
		out.Content = append(out.Content, k)
	}
	return out
}

func publicMarks(n *adf.Node) []adf.Mark {
	allowed := nodeMarks[n.Type]
	if n.Type == "text" {
		allowed = textMarks
		if slices.ContainsFunc(n.Marks, func(m adf.Mark) bool { return m.Type == "code" }) {
			allowed = codeMarks
		}
	}
	var out []adf.Mark
	for _, m := range n.Marks {
		if !allowed[m.Type] {
			continue
		}
		k := adf.Mark{Type: m.Type, Attrs: maps.Clone(m.Attrs)}
		delete(k.Attrs, keptAttr)
		out = append(out, k)
	}
	return out
}
