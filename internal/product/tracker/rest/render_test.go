package rest

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"
)

func TestAddressesNameTheVersionThatWasAsked(t *testing.T) {
	frags := &fragments{made: map[fragmentKey][]byte{}}
	for range 2 { // made, and remembered
		for _, r := range []*renderer{{base: "https://a.example", frags: frags}, {base: "https://a.example", v2: true, frags: frags}, {base: "https://b.example/s/b", frags: frags}} {
			want := []byte(`"` + r.api("issuetype/1") + `"`)
			if got := r.fragment("issuetype", 1, func() any { return r.api("issuetype/1") }); !bytes.Equal(got, want) {
				t.Errorf("%s, not %s", got, want)
			}
		}
	}
}

func TestRenderedFieldsKeepTheirForm(t *testing.T) {
	r := &renderer{zone: time.UTC}
	got := r.html(context.Background(), `{"type":"doc","version":1,"content":[{"type":"heading","attrs":{"level":2},"content":[{"type":"text","text":"Seen"}]},{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"<b>","marks":[{"type":"strong"}]},{"type":"text","text":"here","marks":[{"type":"link","attrs":{"href":"javascript:alert(1)"}}]}]}]}]}]}`)
	for _, want := range []string{"<h2", "<ul", "<li", "<strong>&lt;b&gt;</strong>", "here"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s has no %s", got, want)
		}
	}
	if strings.Contains(got, "javascript") {
		t.Errorf("%s runs something", got)
	}
	if r.html(context.Background(), "") != "" {
		t.Error("nothing is something")
	}
}
