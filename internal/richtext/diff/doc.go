// Package diff compares two ADF documents, block by block and then word by word, for the history of pages. The result is a document that
// holds both: words that came are in an unsupportedMark of the element "ins", words that went in one of "del", and blocks have the
// attribute "diff": "added", "removed" or "changed". Package render shows it as data-diff.
package diff

import (
	"context"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/render"
)

// Stats counts what is different. Blocks are paragraphs, items, rows and the like, not what holds them.
type Stats struct {
	Added, Removed, Changed int // blocks
	Inserted, Deleted       int // words
}

// None tells whether the documents read the same.
func (s Stats) None() bool { return s == Stats{} }

// Docs gives the document that shows how the one became the other. Neither is changed.
func Docs(old, new *adf.Node) (*adf.Node, Stats) {
	d := &differ{}
	return adf.Doc(d.blocks(old.Content, new.Content)...), d.stats
}

// HTML renders the comparison.
func HTML(ctx context.Context, old, new *adf.Node, o render.Options) (string, Stats, error) {
	doc, stats := Docs(old, new)
	html, err := render.HTML(ctx, doc, o)
	return html, stats, err
}
