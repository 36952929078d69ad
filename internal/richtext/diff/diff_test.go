package diff

import (
	"context"
	"strings"
	"testing"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/markdown"
	"holdfast.dev/internal/richtext/render"
	"pgregory.net/rapid"
)

var ctx = context.Background()

func TestDifferencesAreShown(t *testing.T) {
	for name, c := range map[string]struct {
		old, new string
		want     []string
		stats    Stats
	}{
		"nothing":          {"a\n\nb", "a\n\nb", []string{"<p>a</p><p>b</p>"}, Stats{}},
		"a word":           {"the quick fox runs", "the slow fox runs", []string{`<p data-diff="changed">the <del>quick</del><ins>slow</ins> fox runs</p>`}, Stats{Changed: 1, Inserted: 1, Deleted: 1}},
		"a phrase":         {"all of it is here now", "all these words stand now", []string{`<del>of it is here</del><ins>these words stand</ins> now`}, Stats{Changed: 1, Inserted: 3, Deleted: 4}},
		"a paragraph":      {"a\n\nb", "a\n\nnew one\n\nb", []string{`<p>a</p><p data-diff="added"><ins>new one</ins></p><p>b</p>`}, Stats{Added: 1, Inserted: 2}},
		"a paragraph less": {"a\n\ngone\n\nb", "a\n\nb", []string{`<p data-diff="removed"><del>gone</del></p>`}, Stats{Removed: 1, Deleted: 1}},
		"formatting":       {"some word", "some **word**", []string{`some <del>word</del><ins><strong>word</strong></ins>`}, Stats{Changed: 1, Inserted: 1, Deleted: 1}},
		"an item":          {"- a\n- b", "- a\n- c d\n- b", []string{`<li data-diff="added"><p><ins>c d</ins></p></li>`}, Stats{Added: 1, Inserted: 2}},
		"a cell":           {"|h|k|\n|-|-|\n|1|2|", "|h|k|\n|-|-|\n|1|3|", []string{`<td><p data-diff="removed"><del>2</del></p><p data-diff="added"><ins>3</ins></p></td>`}, Stats{Added: 1, Removed: 1, Inserted: 1, Deleted: 1}},
		"another type":     {"words here", "# words here", []string{`<p data-diff="removed"><del>words here</del></p><h1 id="words-here" data-diff="added"><ins>words here</ins></h1>`}, Stats{Added: 1, Removed: 1, Inserted: 2, Deleted: 2}},
		"code":             {"```\na b c\n```", "```\na x c\n```", []string{`<code>a <del>b</del><ins>x</ins> c</code>`}, Stats{Changed: 1, Inserted: 1, Deleted: 1}},
		"a picture":        {"![](https://e.x/a.png)", "![](https://e.x/b.png)", []string{`<div data-diff="removed"><figure`, `<div data-diff="added"><figure`}, Stats{Added: 1, Removed: 1}},
		"Korean":           {"문서 변경 이력", "문서 수정 이력", []string{`문서 <del>변경</del><ins>수정</ins> 이력`}, Stats{Changed: 1, Inserted: 1, Deleted: 1}},
	} {
		html, stats, err := HTML(ctx, markdown.Parse(c.old), markdown.Parse(c.new), render.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range c.want {
			if !strings.Contains(html, w) {
				t.Errorf("%s: %s\nlacks %s", name, html, w)
			}
		}
		if stats != c.stats {
			t.Errorf("%s: %+v, want %+v", name, stats, c.stats)
		}
	}
}

// side gives one of the two documents that a comparison holds.
func side(n *adf.Node, leaveBlocks, leaveWords string) *adf.Node {
	out := *n
	out.Content = nil
	for _, c := range n.Content {
		if c.Attr("diff") == leaveBlocks {
			continue
		}
		gone := false
		for _, m := range c.Marks {
			gone = gone || m.Type == "unsupportedMark" && m.Attr("element") == leaveWords
		}
		if !gone {
			out.Content = append(out.Content, side(c, leaveBlocks, leaveWords))
		}
	}
	return &out
}

// TestBothSidesAreInAComparison: what is left without the additions is the old text, without the removals the new one.
func TestBothSidesAreInAComparison(t *testing.T) {
	line := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c d", "e", "**f**", "- g", "# h", "`i`"}), 0, 6)
	doc := rapid.Custom(func(t *rapid.T) *adf.Node {
		var blocks []string
		for range rapid.IntRange(0, 6).Draw(t, "blocks") {
			blocks = append(blocks, strings.Join(line.Draw(t, "line"), " "))
		}
		return markdown.Parse(strings.Join(blocks, "\n\n"))
	})
	rapid.Check(t, func(t *rapid.T) {
		old, new := doc.Draw(t, "old"), doc.Draw(t, "new")
		both, stats := Docs(old, new)
		if err := adf.Validate(both); err != nil {
			t.Fatal(err)
		}
		if got, want := render.Text(side(both, "added", "ins")), render.Text(old); got != want {
			t.Fatalf("old side %q, want %q", got, want)
		}
		if got, want := render.Text(side(both, "removed", "del")), render.Text(new); got != want {
			t.Fatalf("new side %q, want %q", got, want)
		}
		if stats.None() != (key(old) == key(new)) {
			t.Fatalf("%+v", stats)
		}
	})
}

func TestLongDocumentsAreComparedInTime(t *testing.T) {
	var a, b strings.Builder
	for i := range 3000 {
		a.WriteString("line " + strings.Repeat("x", i%50) + " of it\n\n")
		b.WriteString("line " + strings.Repeat("y", i%40) + " of it\n\n")
	}
	if _, s := Docs(markdown.Parse(a.String()), markdown.Parse(b.String())); s.None() {
		t.Fatal("no difference")
	}
}

func BenchmarkDocs(b *testing.B) {
	text := strings.Repeat("Some words of a paragraph that is neither short nor long.\n\n- a\n- b\n\n", 200)
	old, new := markdown.Parse(text), markdown.Parse(strings.Replace(text, "short", "brief", 30))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Docs(old, new)
	}
}
