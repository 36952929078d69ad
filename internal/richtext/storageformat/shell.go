package storageformat

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/richtext/adf"
)

// A shell is the element of a node without its children. Parse computes it too, and keeps under the node's attribute "storage" what the
// source says beyond it or otherwise, so that Write gives back the source:
//
//	"name": "value"              an attribute that no shell of the node has
//	"name": ["value", "other"]   the shell would say "other"; null for "value" when the source does not say it at all
//
// An entry of the second kind holds only as long as the node still makes "other": who edits the node overrules the source. Names with
// "param:" before them are macro parameters; "#colgroup" and the like stand for whole children.
const (
	keptAttr  = "storage"
	extraAttr = "data-adf-attrs" // what storage format has no word for, as JSON
	extraMark = "data-adf-marks"
	param     = "param:"
)

// consumed are the attributes of nodes that their shells or writers express.
var consumed = map[string][]string{
	"paragraph": {"localId"}, "heading": {"level", "localId"}, "bulletList": {"localId"}, "orderedList": {"order", "localId"}, "listItem": {"localId"},
	"blockquote": {"localId"}, "rule": {"localId"}, "panel": {"panelType", "panelIcon", "panelIconId", "panelIconText", "panelColor", "localId"},
	"expand": {"title", "localId"}, "nestedExpand": {"title", "localId"}, "codeBlock": {"language", "localId"}, "status": {"text", "color", "localId"},
	"table": {"width", "layout", "localId", "isNumberColumnEnabled"}, "tableRow": {"localId"}, "tableCell": {"colspan", "rowspan", "colwidth", "background", "localId"},
	"tableHeader": {"colspan", "rowspan", "colwidth", "background", "localId"}, "taskList": {"localId"}, "taskItem": {"localId", "state"}, "blockTaskItem": {"localId", "state"},
	"layoutSection": {"localId"}, "layoutColumn": {"width"}, "emoji": {"shortName", "id", "text"}, "mention": {"id", "text", "localId"}, "date": {"timestamp", "localId"},
	"placeholder": {"text"}, "inlineCard": {"url", "localId"}, "blockCard": {"url", "localId"}, "embedCard": {"url", "localId", "layout", "width"}, "hardBreak": {"text"},
}

// shell makes the element of a node that storage format has an element for, nil for others.
func shell(n *adf.Node) *elem {
	var e *elem
	switch n.Type {
	case "paragraph", "heading":
		e = newElem("p")
		if n.Type == "heading" {
			e.name = "h" + n.Attr("level")
		}
		e.setIf("style", blockStyle(n))
		e.setIf("local-id", n.Attr("localId"))
	case "bulletList", "listItem", "blockquote", "rule":
		e = newElem(map[string]string{"bulletList": "ul", "listItem": "li", "blockquote": "blockquote", "rule": "hr"}[n.Type])
		e.setIf("local-id", n.Attr("localId"))
	case "orderedList":
		e = newElem("ol")
		e.setIf("start", n.Attr("order"))
		e.setIf("local-id", n.Attr("localId"))
	case "panel", "expand", "nestedExpand", "codeBlock", "status":
		e = macroShell(n)
	case "table", "tableRow", "tableCell", "tableHeader":
		e = tableShell(n)
	case "taskList":
		e = newElem("ac:task-list", "ac:local-id", n.Attr("localId"))
	case "taskItem", "blockTaskItem":
		e = newElem("ac:task", "#uuid", n.Attr("localId"), "#status", map[bool]string{true: "complete", false: "incomplete"}[n.Attr("state") == "DONE"])
	case "layoutSection", "layoutColumn":
		e = layoutShell(n)
	case "mediaSingle", "mediaInline":
		e = imageShell(n)
	case "hardBreak":
		e = newElem("br")
	case "emoji", "mention", "date", "placeholder", "inlineCard", "blockCard", "embedCard":
		e = inlineShell(n)
	}
	if e == nil {
		return nil
	}
	extra := maps.Clone(n.Attrs)
	delete(extra, keptAttr)
	for _, k := range consumed[n.Type] {
		delete(extra, k)
	}
	if text := n.Attr("text"); n.Type == "mention" && text != mentionRef(n.Attr("id")).Label() {
		extra["text"] = text
	}
	if len(extra) > 0 && n.Type != "mediaSingle" && n.Type != "mediaInline" {
		e.set(extraAttr, asJSON(extra))
	}
	return e
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// fromJSON reads JSON that a page carries; numbers keep their digits.
func fromJSON(s string, v any) bool {
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	return d.Decode(v) == nil
}

func kept(attrs map[string]any) map[string]any {
	m, _ := attrs[keptAttr].(map[string]any)
	return m
}

// keptText gives an attribute of the source that was kept with a node.
func keptText(n *adf.Node, name string) string {
	switch v := kept(n.Attrs)[name].(type) {
	case string:
		return v
	case []any:
		if len(v) == 2 {
			s, _ := v[0].(string)
			return s
		}
	}
	return ""
}

// Param gives the parameter of a macro that became a node of its own (panel, expand, codeBlock, status) and that the node has no
// attribute for, for example the title of a panel. It is empty when the macro has none.
func Param(n *adf.Node, name string) string { return keptText(n, param+name) }

// SourceAttr gives an attribute of the source element that ADF has no place for, empty when there is none.
func SourceAttr(n *adf.Node, name string) string { return keptText(n, name) }

// keep notes in n what src says and the node's shell does not. src may be a shadow that has pseudo attributes.
func keep(n *adf.Node, src *elem) {
	if s, ok := src.lookup(extraAttr); ok {
		var extra map[string]any
		if fromJSON(s, &extra) {
			for k, v := range extra {
				if _, have := n.Attrs[k]; !have && k != keptAttr {
					setAttr(n, k, v)
				}
			}
		}
	}
	if diff := difference(src, shell(n)); len(diff) > 0 {
		setAttr(n, keptAttr, diff)
	}
}

func difference(src, computed *elem) map[string]any {
	diff := map[string]any{}
	for _, a := range src.attrs {
		if v, ok := computed.lookup(a.name); !ok {
			diff[a.name] = a.value
		} else if v != a.value {
			diff[a.name] = []any{a.value, v}
		}
	}
	for _, a := range computed.attrs {
		if _, ok := src.lookup(a.name); !ok {
			diff[a.name] = []any{nil, a.value}
		}
	}
	if src.name != computed.name {
		diff["element"] = src.name
	}
	return diff
}

// restore puts back what keep noted.
func restore(e *elem, attrs map[string]any) {
	notes := kept(attrs)
	for _, name := range slices.Sorted(maps.Keys(notes)) {
		if name == "element" || name == extraAttr && e.get(extraAttr) != "" {
			continue
		}
		now, has := e.lookup(name)
		switch v := notes[name].(type) {
		case string:
			if !has {
				e.set(name, v)
			}
		case []any:
			if len(v) != 2 || !has || v[1] != now {
				continue
			}
			if s, ok := v[0].(string); ok {
				e.set(name, s)
			} else {
				e.attrs = slices.DeleteFunc(e.attrs, func(a attr) bool { return a.name == name })
			}
		}
	}
	e.attrs = slices.DeleteFunc(e.attrs, func(a attr) bool {
		return !validName(strings.TrimPrefix(strings.TrimPrefix(a.name, param), "#")) && a.name != param && !strings.HasPrefix(a.name, param)
	})
}

func setAttr(n *adf.Node, name string, v any) {
	if n.Attrs == nil {
		n.Attrs = map[string]any{}
	}
	n.Attrs[name] = v
}

// setText sets an attribute that has a text.
func setText(n *adf.Node, name, v string) {
	if v != "" {
		setAttr(n, name, v)
	}
}

// setNumber sets an attribute from digits; anything else is left to be kept with the source.
func setNumber(n *adf.Node, name, v string) {
	if f, ok := number(v); ok {
		setAttr(n, name, f)
	}
}

// number reads a plain decimal number of a sane size.
func number(s string) (any, bool) {
	if s == "" || len(s) > 12 || strings.Trim(s, "0123456789.") != "" {
		return nil, false
	}
	if i, err := strconv.Atoi(s); err == nil {
		return i, true
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

func float(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	}
	return 0, false
}
