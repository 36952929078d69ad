package storageformat

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast.dev/internal/richtext/adf"
)

func parse(t *testing.T, s string) *adf.Node {
	t.Helper()
	doc, err := Parse(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return doc
}

// TestElementsAreNodes: storage format and the ADF that it is, both ways.
func TestElementsAreNodes(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no fixtures: ", err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range strings.Split(string(b), "\n---\n") {
			storage, want, ok := strings.Cut(strings.TrimSpace(c), "\n=> ")
			if !ok {
				t.Fatalf("%s: case %d has no =>", f, i)
			}
			doc := parse(t, storage)
			var got []string
			for _, n := range doc.Content {
				got = append(got, string(n.JSON()))
			}
			if g := strings.Join(got, "\n"); g != strings.TrimSpace(want) {
				t.Errorf("%s: %s\ngives %s\nwant  %s", f, storage, g, want)
			}
			again, err := Write(doc)
			if err != nil {
				t.Fatal(err)
			}
			a, _ := Canonical(storage)
			if b, _ := Canonical(again); a != b {
				t.Errorf("%s: %s\ncomes back as %s", f, storage, again)
			}
			if back := parse(t, again); !Equal(doc, back) {
				t.Errorf("%s: %s\nis another document when read again", f, storage)
			}
		}
	}
}

func TestWhatIsNoXMLIsNamed(t *testing.T) {
	for src, want := range map[string]string{
		"<p>x":                      "the element <p> is not closed at line 1",
		"<p>x</b></p>":              "unexpected close tag </b>; expected </p> at line 1, column 9",
		"x</p>":                     "unexpected close tag </p>; expected none",
		"<p>\n<a x='1' x='2'/></p>": "the attribute x cannot stand here at line 2",
		"<p><![CDATA[x</p>":         "at line 1",
		strings.Repeat("<div>", 400) + strings.Repeat("</div>", 400): "nest more than 250 levels",
		"<p>" + strings.Repeat("<br/>", MaxElements+1) + "</p>":      "more than 200000 elements",
		strings.Repeat("x", MaxBytes+1):                              "larger than",
	} {
		_, err := Parse(src)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %q", src, err, want)
		}
	}
}

func TestHarmlessFaultsAreForgiven(t *testing.T) {
	for src, want := range map[string]string{
		"<p>a &nbsp;&mdash;&hellip; b</p>":              "a \u00a0—… b",
		"<p>R&D &unknown; 1 &lt; 2</p>":                 "R&D &unknown; 1 < 2",
		"<p>a\x00b\x1cc\xff</p>":                        "abc\ufffd",
		"<!DOCTYPE x [<!ENTITY a \"b\">]><p>&a; c</p>":  "&a; c",
		"<!-- no --><p>x<!-- no -->y</p><?php echo 1?>": "xy",
		"plain": "plain",
		"":      "",
	} {
		if got := parse(t, src).PlainText(); got != want {
			t.Errorf("%q: %q, want %q", src, got, want)
		}
	}
}

func TestBrokenPagesAreMended(t *testing.T) {
	for src, want := range map[string]string{
		"<p>a <b>c</p><p>d":             "a c\nd",
		"<p>a</td></p>b":                "a\nb",
		"<p>a <b":                       "a <b",
		"<p>fine</p>":                   "fine",
		"<table><tr><td>x</tr></table>": "x",
	} {
		doc, faults, err := Mend(src)
		if err != nil || doc.PlainText() != want || (len(faults) == 0) != (want == "fine") {
			t.Errorf("%q: %q, want %q; %v %v", src, doc.PlainText(), want, faults, err)
		}
		if out, err := Write(doc); err != nil {
			t.Error(err)
		} else if _, err := Parse(out); err != nil {
			t.Error(err)
		}
	}
}

// TestBombsStaySmall: a billion laughs is as long as it is written.
func TestBombsStaySmall(t *testing.T) {
	src := `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><p>&b;&b;&b;</p>`
	if got := parse(t, src).PlainText(); got != "&b;&b;&b;" {
		t.Fatalf("%q", got)
	}
	deep := strings.Repeat("<ul><li>", 120) + "x" + strings.Repeat("</li></ul>", 120)
	doc := parse(t, deep)
	if out, err := Write(doc); err != nil || !strings.Contains(out, "x") {
		t.Fatal(err)
	}
}

func TestEditsOverruleTheSource(t *testing.T) {
	doc := parse(t, `<ac:image ac:thumbnail="true" ac:width="300"><ri:attachment ri:filename="a.png"/></ac:image>`+
		`<table class="wrapped"><tbody><tr><td class="highlight-grey" data-highlight-colour="grey">x</td></tr></tbody></table>`)
	doc.Content[0].Attrs["width"] = 500
	doc.Content[1].Content[0].Content[0].Attrs["background"] = "#ffffff"
	out, err := Write(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`ac:width="500"`, `ac:thumbnail="true"`, `data-highlight-colour="#ffffff"`, `class="wrapped"`} {
		if !strings.Contains(out, want) {
			t.Errorf("%s lacks %s", out, want)
		}
	}
}

func TestNodesWithoutAWordAreWrittenWhole(t *testing.T) {
	for _, n := range []*adf.Node{
		adf.Block("extension", map[string]any{"extensionType": "com.example", "extensionKey": "k", "parameters": map[string]any{"a": []any{"b", true}}}),
		adf.Block("syncBlock", map[string]any{"resourceId": "r", "localId": "l"}),
		adf.Block("panel", map[string]any{"panelType": "info"}, adf.Block("panel", map[string]any{"panelType": "tip"}, adf.Paragraph(adf.Text("x")))),
		adf.Paragraph(adf.Text("a\nb")),
		adf.Paragraph(adf.Text("x", adf.Mark{Type: "dataConsumer", Attrs: map[string]any{"sources": []any{"y"}}})),
	} {
		doc := adf.Doc(adf.Paragraph(adf.Text("before")), n)
		if adf.Validate(doc) != nil {
			continue
		}
		out, err := Write(doc)
		if err != nil {
			t.Fatal(err)
		}
		if back := parse(t, out); !Equal(doc, back) {
			t.Errorf("%s\ncame back as %s\nby %s", doc.JSON(), back.JSON(), out)
		}
	}
}

func TestBodiesOfExtensionsAreRead(t *testing.T) {
	doc := parse(t, `<p>a <ac:structured-macro ac:name="excerpt"><ac:rich-text-body><p>in <strong>line</strong></p></ac:rich-text-body></ac:structured-macro></p>`+
		`<ul><li><ac:structured-macro ac:name="scroll"><ac:rich-text-body><p>in list</p></ac:rich-text-body></ac:structured-macro></li></ul>`)
	inline := doc.Content[0].Content[1]
	body, ok := Body(inline)
	if !ok || len(body) != 1 || body[0].PlainText() != "in line" {
		t.Fatalf("%v %v", body, ok)
	}
	body[0].Content[0].Text = "within "
	if err := Replace(inline, body); err != nil {
		t.Fatal(err)
	}
	out, err := Write(doc)
	if err != nil || !strings.Contains(out, "<p>within <strong>line</strong></p>") {
		t.Fatal(out, err)
	}
}

// seeds are small pages with one of everything.
func seeds() []string {
	var out []string
	files, _ := filepath.Glob("testdata/*.txt")
	for _, f := range files {
		b, _ := os.ReadFile(f)
		for c := range strings.SplitSeq(string(b), "\n---\n") {
			s, _, _ := strings.Cut(c, "\n=> ")
			out = append(out, s)
		}
	}
	return out
}

// FuzzStorage: whatever the source is, the document is valid and comes back the same.
func FuzzStorage(f *testing.F) {
	for _, s := range seeds() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if mended, _, err := Mend(src); err == nil && adf.Validate(mended) != nil {
			t.Fatal("a mended page is not valid")
		}
		doc, err := Parse(src)
		if err != nil {
			return
		}
		if doc, err = adf.Parse(doc.JSON()); err != nil {
			t.Fatal(err)
		}
		again, err := Write(doc)
		if err != nil {
			t.Fatal(err)
		}
		want, err := Canonical(src)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Canonical(again)
		if err != nil {
			t.Fatalf("%v: %s", err, again)
		}
		if got != want {
			t.Fatalf("want %s\ngot  %s\nfrom %s", want, got, doc.JSON())
		}
		_ = Public(doc)
	})
}

// FuzzDocument: a valid document comes back the same.
func FuzzDocument(f *testing.F) {
	for _, s := range seeds() {
		if doc, err := Parse(s); err == nil {
			f.Add(doc.JSON())
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		doc, err := adf.Parse(b)
		if err != nil || len(b) > 50_000 {
			return
		}
		storage, err := Write(doc)
		if err != nil {
			return
		}
		back, err := Parse(storage)
		if err != nil {
			t.Fatalf("%v\n%s", err, storage)
		}
		if err := adf.Validate(back); err != nil {
			t.Fatal(err)
		}
	})
}

func benchPage() string {
	return strings.Repeat(strings.Join(seeds(), ""), 20)
}

func BenchmarkParse(b *testing.B) {
	src := benchPage()
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, err := Parse(src); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	src := benchPage()
	doc, err := Parse(src)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, err := Write(doc); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleParse() {
	doc, _ := Parse(`<p>See <ac:link><ri:page ri:content-title="Start" /></ac:link></p>`)
	fmt.Println(string(doc.Content[0].JSON()))
	// Output: {"type":"paragraph","content":[{"type":"text","text":"See "},{"type":"text","text":"Start","marks":[{"type":"link","attrs":{"href":"wiki:page?title=Start"}}]}]}
}
