package adf

import (
	"fmt"
	"slices"
	"strings"
)

// rule says what a node type may hold and must say.
type rule struct {
	content  []string // groups or types of children; nil for none
	required []string // attributes
	values   map[string][]string
}

const (
	groupBlock  = "block"
	groupInline = "inline"
)

var (
	blocks = []string{"paragraph", "heading", "bulletList", "orderedList", "taskList", "decisionList", "codeBlock", "blockquote", "rule", "panel", "expand",
		"table", "layoutSection", "mediaSingle", "mediaGroup", "blockCard", "embedCard", "extension", "bodiedExtension", "multiBodiedExtension", "syncBlock", "bodiedSyncBlock", "nestedExpand"}
	inlines  = []string{"text", "hardBreak", "mention", "emoji", "date", "status", "placeholder", "inlineCard", "inlineExtension", "mediaInline"}
	inCell   = []string{"paragraph", "heading", "bulletList", "orderedList", "taskList", "decisionList", "codeBlock", "blockquote", "rule", "panel", "nestedExpand", "mediaSingle", "mediaGroup", "blockCard", "embedCard", "extension"}
	inPanel  = []string{"paragraph", "heading", "bulletList", "orderedList", "taskList", "decisionList", "codeBlock", "rule", "mediaSingle", "mediaGroup", "blockCard", "extension", "table", "blockquote"}
	inItem   = []string{"paragraph", "bulletList", "orderedList", "taskList", "codeBlock", "mediaSingle", "mediaGroup", "extension", "blockquote", "panel", "nestedExpand"}
	panels   = []string{"info", "note", "tip", "warning", "error", "success", "custom"}
	statuses = []string{"neutral", "purple", "blue", "red", "yellow", "green"}
)

var rules = map[string]rule{
	"doc":                  {content: []string{groupBlock}},
	"paragraph":            {content: []string{groupInline}},
	"heading":              {content: []string{groupInline}, required: []string{"level"}, values: map[string][]string{"level": {"1", "2", "3", "4", "5", "6"}}},
	"bulletList":           {content: []string{"listItem"}},
	"orderedList":          {content: []string{"listItem"}},
	"listItem":             {content: inItem},
	"taskList":             {content: []string{"taskItem", "taskList", "blockTaskItem"}, required: []string{"localId"}},
	"taskItem":             {content: []string{groupInline}, required: []string{"localId", "state"}, values: map[string][]string{"state": {"TODO", "DONE"}}},
	"blockTaskItem":        {content: []string{"paragraph", "extension"}, required: []string{"localId", "state"}},
	"decisionList":         {content: []string{"decisionItem"}, required: []string{"localId"}},
	"decisionItem":         {content: []string{groupInline}, required: []string{"localId", "state"}},
	"codeBlock":            {content: []string{"text"}},
	"blockquote":           {content: []string{"paragraph", "bulletList", "orderedList", "codeBlock", "mediaSingle", "mediaGroup", "extension"}},
	"rule":                 {},
	"panel":                {content: inPanel, required: []string{"panelType"}, values: map[string][]string{"panelType": panels}},
	"expand":               {content: append(slices.Clone(inPanel), "panel", "nestedExpand", "embedCard")},
	"nestedExpand":         {content: append(slices.Clone(inPanel), "panel")},
	"table":                {content: []string{"tableRow"}},
	"tableRow":             {content: []string{"tableCell", "tableHeader"}},
	"tableCell":            {content: inCell},
	"tableHeader":          {content: inCell},
	"layoutSection":        {content: []string{"layoutColumn"}},
	"layoutColumn":         {content: []string{groupBlock}, required: []string{"width"}},
	"mediaSingle":          {content: []string{"media", "caption"}},
	"mediaGroup":           {content: []string{"media"}},
	"media":                {required: []string{"type"}, values: map[string][]string{"type": {"file", "link", "external"}}},
	"mediaInline":          {required: []string{"id"}},
	"caption":              {content: []string{groupInline}},
	"text":                 {},
	"hardBreak":            {},
	"mention":              {required: []string{"id"}},
	"emoji":                {required: []string{"shortName"}},
	"date":                 {required: []string{"timestamp"}},
	"status":               {required: []string{"text", "color"}, values: map[string][]string{"color": statuses}},
	"placeholder":          {required: []string{"text"}},
	"inlineCard":           {},
	"blockCard":            {},
	"embedCard":            {required: []string{"url"}},
	"extension":            {required: []string{"extensionKey", "extensionType"}},
	"inlineExtension":      {required: []string{"extensionKey", "extensionType"}},
	"bodiedExtension":      {content: []string{groupBlock}, required: []string{"extensionKey", "extensionType"}},
	"multiBodiedExtension": {content: []string{"extensionFrame"}, required: []string{"extensionKey", "extensionType"}},
	"extensionFrame":       {content: []string{groupBlock}},
	"syncBlock":            {},
	"bodiedSyncBlock":      {content: []string{groupBlock}},
}

var marks = map[string][]string{ // mark type to required attributes
	"strong": nil, "em": nil, "strike": nil, "underline": nil, "code": nil, "link": {"href"}, "subsup": {"type"}, "textColor": {"color"}, "backgroundColor": {"color"},
	"alignment": {"align"}, "indentation": {"level"}, "annotation": {"id"}, "breakout": {"mode"}, "fontSize": {"fontSize"}, "dataConsumer": nil, "fragment": nil, "border": nil, "unsupportedMark": nil, "unsupportedNodeAttribute": nil,
}

// Validate checks a document against the format. The error names the path of the first node that does not fit.
func Validate(n *Node) error {
	if n.Type != "doc" {
		return fmt.Errorf("the document's type is %q, not \"doc\"", n.Type)
	}
	if n.Version != 1 {
		return fmt.Errorf("the document's version is %d, not 1", n.Version)
	}
	count := 0
	return validate(n, "doc", 0, &count)
}

func validate(n *Node, path string, depth int, count *int) error {
	if *count++; *count > MaxNodes {
		return fmt.Errorf("the document has more than %d nodes", MaxNodes)
	}
	if depth > MaxDepth {
		return fmt.Errorf("%s: nested more than %d levels deep", path, MaxDepth)
	}
	r, known := rules[n.Type]
	if !known {
		return fmt.Errorf("%s: there is no node type %q", path, n.Type)
	}
	if n.Type == "text" && n.Text == "" {
		return fmt.Errorf("%s: a text node needs text", path)
	}
	for _, a := range r.required {
		if _, ok := n.Attrs[a]; !ok {
			return fmt.Errorf("%s (%s): the attribute %q is missing", path, n.Type, a)
		}
		if allowed := r.values[a]; allowed != nil && !slices.Contains(allowed, n.Attr(a)) {
			return fmt.Errorf("%s.attrs.%s: %q is not one of %s", path, a, n.Attr(a), strings.Join(allowed, ", "))
		}
	}
	for i, m := range n.Marks {
		required, ok := marks[m.Type]
		if !ok {
			return fmt.Errorf("%s.marks[%d]: there is no mark %q", path, i, m.Type)
		}
		for _, a := range required {
			if _, ok := m.Attrs[a]; !ok {
				return fmt.Errorf("%s.marks[%d] (%s): the attribute %q is missing", path, i, m.Type, a)
			}
		}
	}
	for i, c := range n.Content {
		at := fmt.Sprintf("%s.content[%d]", path, i)
		if c == nil {
			return fmt.Errorf("%s: null is no node", at)
		}
		if _, known := rules[c.Type]; known && !r.holds(c.Type) {
			return fmt.Errorf("%s: a %s cannot hold a %s", at, n.Type, c.Type)
		}
		if err := validate(c, at, depth+1, count); err != nil {
			return err
		}
	}
	return nil
}

// holds tells whether children of a type may stand here.
func (r rule) holds(typ string) bool {
	for _, c := range r.content {
		if c == typ || c == groupBlock && slices.Contains(blocks, typ) || c == groupInline && slices.Contains(inlines, typ) {
			return true
		}
	}
	return false
}

// Holds tells whether a node of one type may hold children of another.
func Holds(parent, child string) bool { return rules[parent].holds(child) }

// ValidMark tells whether a mark is one of the format's and says what it must.
func ValidMark(m Mark) bool {
	required, ok := marks[m.Type]
	for _, a := range required {
		if _, has := m.Attrs[a]; !has {
			return false
		}
	}
	return ok
}
