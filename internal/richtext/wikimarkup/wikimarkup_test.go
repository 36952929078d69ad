package wikimarkup

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"holdfast.dev/internal/richtext/adf"
)

func TestParse(t *testing.T) {
	for src, want := range map[string]string{
		"h2. Title":                           `[{"type":"heading","attrs":{"level":2},"content":[{"type":"text","text":"Title"}]}]`,
		"a *b* _c_":                           `[{"type":"paragraph","content":[{"type":"text","text":"a "},{"type":"text","text":"b","marks":[{"type":"strong"}]},{"type":"text","text":" "},{"type":"text","text":"c","marks":[{"type":"em"}]}]}]`,
		"2*3*4 and a_b_c":                     `[{"type":"paragraph","content":[{"type":"text","text":"2*3*4 and a_b_c"}]}]`,
		"{{x *y*}}":                           `[{"type":"paragraph","content":[{"type":"text","text":"x *y*","marks":[{"type":"code"}]}]}]`,
		"[docs|https://x.example/a]":          `[{"type":"paragraph","content":[{"type":"text","text":"docs","marks":[{"type":"link","attrs":{"href":"https://x.example/a"}}]}]}]`,
		"[x|javascript:alert(1)]":             `[{"type":"paragraph","content":[{"type":"text","text":"[x|javascript:alert(1)]"}]}]`,
		"* a\n** b\n* c":                      `[{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"a"}]},{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"b"}]}]}]}]},{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"c"}]}]}]}]`,
		"||a||b||\n|1|2|":                     `[{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableHeader","content":[{"type":"paragraph","content":[{"type":"text","text":"a"}]}]},{"type":"tableHeader","content":[{"type":"paragraph","content":[{"type":"text","text":"b"}]}]}]},{"type":"tableRow","content":[{"type":"tableCell","content":[{"type":"paragraph","content":[{"type":"text","text":"1"}]}]},{"type":"tableCell","content":[{"type":"paragraph","content":[{"type":"text","text":"2"}]}]}]}]}]`,
		"{code:java|title=x}\nint a;\n{code}": `[{"type":"codeBlock","attrs":{"language":"java"},"content":[{"type":"text","text":"int a;"}]}]`,
		"{quote}\nq\n{quote}":                 `[{"type":"blockquote","content":[{"type":"paragraph","content":[{"type":"text","text":"q"}]}]}]`,
		"{code}\nnever closed":                `[{"type":"paragraph","content":[{"type":"text","text":"{code}"},{"type":"hardBreak"},{"type":"text","text":"never closed"}]}]`,
	} {
		got := Parse(src, Resolver{})
		b, _ := json.Marshal(got.Content)
		if string(b) != want {
			t.Errorf("%q:\n got %s\nwant %s", src, b, want)
		}
	}
}

func TestMentionsAreResolved(t *testing.T) {
	r := Resolver{Mention: func(who string) (string, string, bool) { return "user_1", "Ann", who == "ann" }}
	doc := Parse("ask [~ann] not [~bob]", r)
	if m := doc.Mentions(); len(m) != 1 || m[0] != "user_1" {
		t.Fatal(m)
	}
	if got := doc.PlainText(); got != "ask @Ann not @bob" {
		t.Fatalf("%q", got)
	}
}

// TestHostileInputTakesLinearTime would not end within the test's time limit if it did not.
func TestHostileInputTakesLinearTime(t *testing.T) {
	for _, unit := range []string{"[", "{", "|", "*a", "{{", "{color:red}", "_x ", "{quote}", "* ", "??", "!a.png", "[~", "-", "\\", "{code}\n", "||", "http://"} {
		src := strings.Repeat(unit, (1<<20)/len(unit))
		if err := adf.Validate(Parse(src, Resolver{})); err != nil && !strings.Contains(err.Error(), "nodes") {
			t.Errorf("%q repeated: %v", unit, err)
		}
	}
}

// check holds what must be true of every text.
func check(t *testing.T, src string) {
	t.Helper()
	doc := Parse(src, Resolver{})
	if err := adf.Validate(doc); err != nil {
		if strings.Contains(err.Error(), "nodes") {
			return
		}
		t.Fatalf("%q: %v", src, err)
	}
	again := Parse(Write(doc), Resolver{})
	if err := adf.Validate(again); err != nil {
		t.Fatalf("%q written and read: %v", src, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"h1. *x*\n|a|b|\n* y\n{code}z{code}", "[a|http://b] {color:red}c{color} !d.png! (/)", "{panel:title=x}{quote}a{quote}{panel}"} {
		f.Add(s)
	}
	f.Fuzz(check)
}

// TestRealTexts runs over the descriptions and comments of a public tracker.
func TestRealTexts(t *testing.T) {
	const path = "../../../../shared/data/jira/tidev-TIMOB-issues.jsonl.gz"
	f, err := os.Open(path)
	if err != nil {
		t.Skip("the real texts are not beside the repository: ", err)
	}
	defer f.Close()
	gz, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	s := bufio.NewScanner(gz)
	s.Buffer(nil, 64<<20)
	n := 0
	for s.Scan() {
		if n++; n%40 != 0 {
			continue
		}
		var issue struct {
			Fields struct {
				Description string
				Comment     struct{ Comments []struct{ Body string } }
			}
		}
		if err := json.Unmarshal(s.Bytes(), &issue); err != nil {
			continue
		}
		texts := []string{issue.Fields.Description}
		for _, c := range issue.Fields.Comment.Comments {
			texts = append(texts, c.Body)
		}
		for _, text := range texts {
			check(t, text)
			plain := Parse(text, Resolver{}).PlainText()
			for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !('a' <= r && r <= 'z') }) {
				if len(w) > 12 && !strings.Contains(plain, w) && !strings.Contains(text, "|") && !strings.Contains(text, "{") {
					t.Fatalf("the word %q of %q is lost in %q", w, text, plain)
				}
			}
		}
	}
	if n < 1000 {
		t.Fatalf("only %d texts", n)
	}
}

func BenchmarkParse(b *testing.B) {
	src := strings.Repeat("Some *bold* text with [a link|https://example.com/x] and {{code}}.\n", 8) + "* one\n* two\n{code}\nx := 1\n{code}\n"
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		Parse(src, Resolver{})
	}
}
