package storageformat

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast.dev/internal/richtext/adf"
)

var (
	names = strings.Fields(`p h2 ul ol li table tbody thead tr td th colgroup col div pre blockquote hr br strong em b i u del s code sub sup span a small font img time
		ac:structured-macro ac:macro ac:parameter ac:default-parameter ac:rich-text-body ac:plain-text-body ac:link ac:link-body ac:plain-text-link-body ac:image ac:caption ac:adf-mark
		ac:task-list ac:task ac:task-id ac:task-uuid ac:task-status ac:task-body ac:layout ac:layout-section ac:layout-cell ac:emoticon ac:placeholder ac:inline-comment-marker
		ac:adf-extension ac:adf-node ac:adf-attribute ac:adf-content ac:adf-fallback ac:adf-fragment-mark ac:adf-fragment-mark-detail ri:page ri:attachment ri:user ri:url ri:space ri:blog-post x:odd odd`)
	attrNames = strings.Fields(`style class href title local-id ac:local-id ac:name ac:macro-id ac:schema-version ac:anchor ac:card-appearance ri:content-title ri:space-key ri:filename ri:account-id ri:userkey
		ri:value ri:version-at-save colspan rowspan data-highlight-colour data-layout data-table-width start ac:width ac:align ac:layout ac:alt ac:type ac:breakout-mode ac:ref key type datetime data-card-appearance
		data-adf-attrs data-adf-marks data-adf-media ac:emoji-shortname ac:emoji-fallback size color name ac:original-width ac:custom-width`)
	values = strings.Fields(`x 1 2 100 info panel code status expand toc note excerpt title language color:red; color:rgb(1,2,3); text-align:center; margin-left:30px; width:100.0px; https://e.org inline block embed two_equal
		single fixed-width default wide center 2024-02-29 border panel-type note local-id decision-list panel {"a":1} [{"type":"strong"}] complete numberingColumn grey :smile: content-wrapper __bodyContent`)
	texts = []string{"a", " ", "\n  ", "two words", "1", "x\u00a0", "<&>\"", "  b", "title", "complete"}
	homes = map[string][]string{ // children that make sense, so that not all is kept as source
		"ul": {"li"}, "ol": {"li"}, "table": {"tbody", "colgroup", "thead", "tr"}, "tbody": {"tr"}, "thead": {"tr"}, "tr": {"td", "th"}, "colgroup": {"col"}, "ac:layout": {"ac:layout-section"},
		"ac:layout-section": {"ac:layout-cell"}, "ac:task-list": {"ac:task"}, "ac:task": {"ac:task-id", "ac:task-status", "ac:task-body", "ac:task-uuid"}, "ac:link": {"ri:page", "ri:user", "ac:link-body", "ri:attachment"},
		"ac:image": {"ri:attachment", "ri:url", "ac:caption", "ac:adf-mark"}, "ac:structured-macro": {"ac:parameter", "ac:rich-text-body", "ac:plain-text-body"},
		"ac:adf-extension": {"ac:adf-node", "ac:adf-fallback"}, "ac:adf-node": {"ac:adf-attribute", "ac:adf-content", "ac:adf-node"},
	}
)

// drawElem makes elements, some of which make sense.
func drawElem(t *rapid.T, name string, depth int) *elem {
	e := newElem(name)
	for range rapid.IntRange(0, 3).Draw(t, "attrs") {
		e.set(rapid.SampledFrom(attrNames).Draw(t, "attr"), rapid.SampledFrom(values).Draw(t, "value"))
	}
	if isMacro(e) && rapid.Bool().Draw(t, "named") {
		e.set("ac:name", rapid.SampledFrom([]string{"info", "panel", "code", "status", "expand", "toc", "x"}).Draw(t, "macro"))
	}
	if depth > 5 {
		return e
	}
	for range rapid.IntRange(0, 4).Draw(t, "children") {
		if rapid.IntRange(0, 2).Draw(t, "kind") == 0 {
			e.add(newText(rapid.SampledFrom(texts).Draw(t, "text")))
			continue
		}
		from := names
		if home := homes[name]; home != nil && rapid.IntRange(0, 9).Draw(t, "sense") > 0 {
			from = home
		}
		e.add(drawElem(t, rapid.SampledFrom(from).Draw(t, "name"), depth+1))
	}
	return e
}

func TestAnyPageComesBackTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := drawElem(t, "root", 0).source()
		want, err := Canonical(src)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := Parse(src)
		if err != nil {
			t.Fatalf("%v: %s", err, src)
		}
		if doc, err = adf.Parse(doc.JSON()); err != nil {
			t.Fatal(err)
		}
		again, err := Write(doc)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Canonical(again)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Fatalf("%s\nwant %s\ngot  %s\nby %s", src, want, got, doc.JSON())
		}
		if err := adf.Validate(Public(doc)); err != nil {
			t.Fatal(err)
		}
	})
}

var (
	nodeTypes = strings.Fields(`paragraph heading bulletList orderedList listItem taskList taskItem blockTaskItem decisionList decisionItem codeBlock blockquote rule panel expand nestedExpand table tableRow tableCell
		tableHeader layoutSection layoutColumn mediaSingle mediaGroup media caption blockCard embedCard extension bodiedExtension text hardBreak mention emoji date status placeholder inlineCard inlineExtension mediaInline syncBlock`)
	attrsOf = map[string][]string{
		"heading": {"level"}, "orderedList": {"order"}, "taskList": {"localId"}, "taskItem": {"localId", "state"}, "blockTaskItem": {"localId", "state"}, "decisionList": {"localId"}, "decisionItem": {"localId", "state"},
		"codeBlock": {"language", "wrap"}, "panel": {"panelType", "panelColor", "panelIcon"}, "expand": {"title"}, "nestedExpand": {"title"}, "table": {"layout", "width", "isNumberColumnEnabled"},
		"tableCell": {"colspan", "colwidth", "background"}, "tableHeader": {"rowspan"}, "layoutColumn": {"width"}, "mediaSingle": {"layout", "width", "widthType"}, "media": {"type", "id", "collection", "alt", "width"},
		"blockCard": {"url"}, "embedCard": {"url", "layout"}, "extension": {"extensionType", "extensionKey", "parameters"}, "bodiedExtension": {"extensionType", "extensionKey", "parameters"},
		"inlineExtension": {"extensionType", "extensionKey", "parameters"}, "mention": {"id", "text"}, "emoji": {"shortName", "text"}, "date": {"timestamp"}, "status": {"text", "color"}, "placeholder": {"text"},
		"inlineCard": {"url"}, "mediaInline": {"id", "collection", "type"}, "syncBlock": {"resourceId"},
	}
	attrValues = map[string][]any{
		"level": {1, 6}, "order": {1, 7}, "localId": {"a", "b-c"}, "state": {"TODO", "DONE"}, "language": {"go", "x y"}, "wrap": {true}, "panelType": {"info", "note", "tip", "custom", "error"}, "panelColor": {"#ffffff", "red"},
		"panelIcon": {":x:"}, "title": {"", "t <"}, "layout": {"default", "center", "wide"}, "width": {50, 33.33, 760}, "widthType": {"pixel", "percentage"}, "isNumberColumnEnabled": {true, false}, "colspan": {1, 2}, "rowspan": {1, 3},
		"colwidth": {[]any{100}, []any{50.5, 20}}, "background": {"#f4f5f7", "var(--x)"}, "type": {"file", "external", "link"}, "id": {"u-1", "wiki:attachment?filename=a.png", "userkey:x"}, "collection": {"", "c"}, "alt": {"a \"b\""},
		"url": {"https://e.org/?a=b&c", "wiki:page?title=T#a", ""}, "extensionType": {MacroType, "com.x", OpaqueType}, "extensionKey": {"toc", "div", "k"},
		"parameters": {map[string]any{"macroParams": map[string]any{"a": map[string]any{"value": "b"}}}, map[string]any{"x": 1}, map[string]any{"storage": "<p>x</p>"}, map[string]any{"attributes": map[string]any{"class": "c"}}},
		"text":       {"@Ann", "T", "x y"}, "shortName": {":smile:", ":check_mark:"}, "timestamp": {"1709164800000", "x"}, "color": {"green", "neutral"}, "resourceId": {"r"},
	}
	someMarks = []adf.Mark{{Type: "strong"}, {Type: "em"}, {Type: "code"}, {Type: "strike"}, {Type: "underline"}, {Type: "link", Attrs: map[string]any{"href": "https://e.org"}}, {Type: "link", Attrs: map[string]any{"href": "wiki:page?title=T"}},
		{Type: "textColor", Attrs: map[string]any{"color": "#ff0000"}}, {Type: "annotation", Attrs: map[string]any{"id": "i", "annotationType": "inlineComment"}}, {Type: "alignment", Attrs: map[string]any{"align": "center"}},
		{Type: "indentation", Attrs: map[string]any{"level": 2}}, {Type: "breakout", Attrs: map[string]any{"mode": "wide"}}, {Type: "border", Attrs: map[string]any{"size": 1, "color": "#000000"}},
		{Type: "fragment", Attrs: map[string]any{"localId": "f"}}, {Type: "subsup", Attrs: map[string]any{"type": "sup"}}, {Type: "unsupportedMark", Attrs: map[string]any{"element": "ins"}}}
)

// drawNode makes a node that package adf allows under its parent.
func drawNode(t *rapid.T, typ string, depth int) *adf.Node {
	n := adf.Block(typ, nil)
	for _, a := range attrsOf[typ] {
		setAttr(n, a, rapid.SampledFrom(attrValues[a]).Draw(t, a))
	}
	if typ == "text" {
		n.Text = rapid.SampledFrom([]string{"a", " b ", "<x>", "c\u00a0d", "e\nf"}).Draw(t, "words")
	}
	for range rapid.IntRange(0, 2).Draw(t, "marks") {
		if rapid.Bool().Draw(t, "marked") {
			n.Marks = append(n.Marks, rapid.SampledFrom(someMarks).Draw(t, "mark"))
		}
	}
	var may []string
	for _, k := range nodeTypes {
		if adf.Holds(typ, k) {
			may = append(may, k)
		}
	}
	if len(may) > 0 && depth < 6 {
		for range rapid.IntRange(0, 3).Draw(t, "children") {
			n.Content = append(n.Content, drawNode(t, rapid.SampledFrom(may).Draw(t, "child"), depth+1))
		}
	}
	return n
}

func TestAnyDocumentComesBackTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := drawNode(t, "doc", 0)
		doc.Version, doc.Marks = 1, nil
		if err := adf.Validate(doc); err != nil {
			t.Skip(err)
		}
		storage, err := Write(doc)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Parse(storage)
		if err != nil {
			t.Fatalf("%v\n%s", err, storage)
		}
		if !Equal(doc, back) {
			t.Fatalf("%s\nbecame %s\nby %s", doc.JSON(), back.JSON(), storage)
		}
	})
}
