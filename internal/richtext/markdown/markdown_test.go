package markdown

import (
	"strings"
	"testing"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/storageformat"
)

// story is Markdown that comes back as it is written here.
const story = "# Plan *now*\n\n" +
	"Ask [\\@Ann](wiki:user?account=u1) for **bold *and more*** words, `code` and ~~old~~ ones.\\\nNext line, <u>under</u> H<sub>2</sub>O.\n\n" +
	"- one\n  - deeper\n- two\n\n" +
	"3. three\n4. four\n\n" +
	"- [x] done\n- [ ] open\n  - [ ] below\n\n" +
	"> said\n>\n> more\n\n" +
	"> [!WARNING]\n> careful\n\n" +
	"<details><summary>More &amp; more</summary>\n\ninside\n\n</details>\n\n" +
	"```go\nfunc main() {}\n```\n\n---\n\n" +
	"| a | b |\n| --- | --- |\n| 1 | x\\|y<br>z |\n\n" +
	"![pic](a.png)\n\n![](https://example.com/b.png)\n\n" +
	"[site](https://example.com/x) and <https://example.com>\n"

func TestAStoryComesBack(t *testing.T) {
	doc := Parse(story)
	if err := adf.Validate(doc); err != nil {
		t.Fatal(err)
	}
	if got := Write(doc); got != story {
		t.Fatalf("got\n%s\nwant\n%s", got, story)
	}
	var types []string
	for _, n := range doc.Content {
		types = append(types, n.Type)
	}
	want := "heading paragraph bulletList orderedList taskList blockquote panel expand codeBlock rule table mediaSingle mediaSingle paragraph"
	if got := strings.Join(types, " "); got != want {
		t.Fatalf("%s, want %s", got, want)
	}
}

func TestMarkdownMeans(t *testing.T) {
	for src, want := range map[string]string{
		"a\nb":                                 `{"type":"paragraph","content":[{"type":"text","text":"a b"}]}`,
		"see https://x.org/a_b now":            `{"type":"paragraph","content":[{"type":"text","text":"see "},{"type":"text","text":"https://x.org/a_b","marks":[{"type":"link","attrs":{"href":"https://x.org/a_b"}}]},{"type":"text","text":" now"}]}`,
		"[x](javascript:alert(1))":             `{"type":"paragraph","content":[{"type":"text","text":"x"}]}`,
		"<script>alert(1)</script>":            `{"type":"paragraph","content":[{"type":"text","text":"<script>alert(1)</script>"}]}`,
		"x <b onclick=y>z</b>":                 `{"type":"paragraph","content":[{"type":"text","text":"x <b onclick=y>z</b>"}]}`,
		"\\&amp; &amp; \\*":                    `{"type":"paragraph","content":[{"type":"text","text":"&amp; & *"}]}`,
		"- [ ] a\n- b":                         `{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"[ ] a"}]}]},{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"b"}]}]}]}`,
		"- # head":                             `{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"head","marks":[{"type":"strong"}]}]}]}]}`,
		"![a](wiki:attachment?filename=x.png)": `{"type":"mediaSingle","attrs":{"layout":"center"},"content":[{"type":"media","attrs":{"alt":"a","collection":"","id":"wiki:attachment?filename=x.png","type":"file"}}]}`,
	} {
		if got := string(Parse(src).Content[0].JSON()); got != want {
			t.Errorf("%q gives\n%s, want\n%s", src, got, want)
		}
	}
}

func TestMacrosSurviveMarkdown(t *testing.T) {
	doc, err := storageformat.Parse(`<p>a</p><ac:structured-macro ac:name="jira"><ac:parameter ac:name="key">AB-1</ac:parameter></ac:structured-macro>`)
	if err != nil {
		t.Fatal(err)
	}
	if again := Parse(Write(doc)); !storageformat.Equal(doc, again) {
		t.Fatalf("%s\n%s", doc.JSON(), again.JSON())
	}
}

func FuzzMarkdown(f *testing.F) {
	f.Add(story)
	f.Add("> > - 1. [x] a\n```adf\n{\"type\":\"rule\"}\n```")
	f.Add("**a**b*c* _d_ <b><i>x</b></i>")
	f.Fuzz(func(t *testing.T, src string) {
		doc := Parse(src)
		if err := adf.Validate(doc); err != nil {
			t.Fatal(err)
		}
		again := Parse(Write(doc))
		if err := adf.Validate(again); err != nil {
			t.Fatal(err)
		}
	})
}

func TestLongTablesAndCodeAreRead(t *testing.T) {
	table := "|a|b|\n|-|-|\n" + strings.Repeat("|**x**|`y`|\n", 3_000)
	code := "```\n" + strings.Repeat("a[i] = *b & (c)\n", 3_000) + "```\n"
	doc := Parse(table + "\n" + code)
	if len(doc.Content) != 2 || doc.Content[0].Type != "table" || len(doc.Content[0].Content) != 3001 || doc.Content[1].Type != "codeBlock" {
		t.Fatalf("%d blocks, the first a %s", len(doc.Content), doc.Content[0].Type)
	}
	if hostile := Parse(strings.Repeat("*a_ ", 20_000)); hostile.Content[0].Type != "paragraph" || len(hostile.Content[0].Content) != 1 {
		t.Fatal("hostile text is not plain")
	}
}
