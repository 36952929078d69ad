package render_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/render"
	"holdfast.dev/internal/richtext/storageformat"
)

const corpus = "../../../../shared/data/confluence/querypie-cloud-pages.jsonl.gz"

// words gives the words of HTML, with no space where tags part them inside a line.
func words(s string) map[string]int {
	out := map[string]int{}
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.TextToken:
			for _, w := range strings.Fields(z.Token().Data) {
				out[w]++
			}
		}
	}
}

// TestRealPagesShowWhatConfluenceShows: every word that Confluence's own view of a page has is in ours.
func TestRealPagesShowWhatConfluenceShows(t *testing.T) {
	f, err := os.Open(corpus)
	if err != nil {
		t.Skip("the corpus of real pages is not there: ", corpus)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	in := bufio.NewScanner(z)
	in.Buffer(nil, 64<<20)
	all, missing := 0, 0
	for in.Scan() {
		var p struct {
			ID, Storage string
			View        string `json:"view_html"`
		}
		if err := json.Unmarshal(in.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		doc, err := storageformat.Parse(p.Storage)
		if err != nil {
			t.Fatal(err)
		}
		out, err := render.HTML(ctx, doc, render.Options{Media: func(n *adf.Node) render.Media { return render.Media{URL: "/f/" + n.Attr("alt")} }})
		if err != nil {
			t.Fatal(err)
		}
		if err := harmless(out); err != nil {
			t.Errorf("%s: %v", p.ID, err)
		}
		ours := words(out)
		for w, n := range words(p.View) {
			all += n
			if lack := n - ours[w]; lack > 0 {
				missing += lack
				t.Logf("%s lacks %q %d times", p.ID, w, lack)
			}
		}
	}
	t.Logf("%d of %d words are missing", missing, all)
	if missing*100 > all {
		t.Errorf("more than one word of a hundred is missing")
	}
}
