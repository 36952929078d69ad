package adf

import (
	"encoding/json"
	"strings"
	"testing"
)

const sample = `{"content":[{"type":"heading","attrs":{"level":2},"content":[{"type":"text","text":"Plan"}]},
{"type":"paragraph","content":[{"type":"text","text":"Ask ","marks":[{"type":"strong"}]},{"type":"mention","attrs":{"id":"user_1","text":"@Ann"}},{"type":"hardBreak"},
{"type":"text","text":"here","marks":[{"type":"link","attrs":{"href":"https://example.com/x"}}]}]},
{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableHeader","content":[{"type":"paragraph","content":[{"type":"text","text":"a"}]}]},{"type":"tableCell","content":[{"type":"paragraph"}]}]}]},
{"type":"extension","attrs":{"extensionKey":"future","extensionType":"com.example","parameters":{"deep":[1,{"x":"y"}]}}}],"type":"doc","version":1}`

func TestDocumentsKeepWhatIsNotKnown(t *testing.T) {
	n, err := Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if err := json.Unmarshal([]byte(sample), &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(n.JSON(), &b); err != nil {
		t.Fatal(err)
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	if string(x) != string(y) {
		t.Fatalf("changed:\n%s\n%s", x, y)
	}
	want := "Plan\nAsk @Ann\nhere https://example.com/x\na"
	if got := n.PlainText(); !strings.HasPrefix(got, want) {
		t.Fatalf("%q", got)
	}
}

func TestWhatDoesNotFitIsNamed(t *testing.T) {
	for text, want := range map[string]string{
		`{"type":"doc","version":1,"content":[{"type":"heading","attrs":{"level":7}}]}`: "doc.content[0].attrs.level",
		`{"type":"doc","version":1,"content":[{"type":"text","text":"x"}]}`:             "a doc cannot hold a text",
		`{"type":"doc","version":1,"content":[{"type":"blink"}]}`:                       `no node type "blink"`,
		`{"type":"doc","version":2,"content":[]}`:                                       "version",
		`{"type":"paragraph"}`:                        `not "doc"`,
		`{"type":"doc","version":1,"content":[null]}`: "null is no node",
		`{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"link"}]}]}]}`: `"href" is missing`,
		`"text"`: "no JSON object",
		`{"type":"doc","version":1,"content":` + strings.Repeat(`[`, 10000) + strings.Repeat(`]`, 10000) + `}`: "nested too deeply",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: %v, want %q", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := Parse(b)
		if err != nil {
			return
		}
		again, err := Parse(n.JSON())
		if err != nil {
			t.Fatalf("%s is no longer valid when written again: %v", b, err)
		}
		if again.PlainText() != n.PlainText() {
			t.Fatal("the text changed")
		}
	})
}
