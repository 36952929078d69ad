package ref

import (
	"testing"

	"pgregory.net/rapid"
)

func TestReferencesComeBack(t *testing.T) {
	text := rapid.String()
	rapid.Check(t, func(t *rapid.T) {
		r := Ref{Kind: rapid.SampledFrom([]Kind{Page, Blog, Attachment, User, Space, Content, Shortcut}).Draw(t, "kind"), Space: text.Draw(t, "space"), Title: text.Draw(t, "title"),
			Filename: text.Draw(t, "file"), Anchor: text.Draw(t, "anchor"), Body: text.Draw(t, "body"), Key: text.Draw(t, "key")}
		got, ok := Parse(r.String())
		if !ok || got != r {
			t.Fatalf("%s: %+v, want %+v", r, got, r)
		}
	})
}

func TestAddressesAreNoReferences(t *testing.T) {
	for _, s := range []string{"", "https://e.org", "wiki:", "wiki:other?x=y", "wiki:page?%zz", "/wiki/page"} {
		if _, ok := Parse(s); ok {
			t.Error(s)
		}
	}
}

func TestReferencesReadWell(t *testing.T) {
	r := Ref{Kind: Page, Space: "DOC", Title: "Start here", Anchor: "top"}
	if s := r.String(); s != "wiki:page?space=DOC&title=Start+here#top" {
		t.Error(s)
	}
	for want, r := range map[string]Ref{"Start": {Kind: Page, Title: "Start"}, "a.png": {Kind: Attachment, Filename: "a.png", Title: "Start"}, "@ann": {Kind: User, Name: "ann"}, "top": {Kind: Page, Anchor: "top"}} {
		if r.Label() != want {
			t.Error(r.Label(), want)
		}
	}
}
