package search

import (
	"context"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/viewer"
)

// Starts tells whether each of some folded words is the start of a word of a folded text.
func Starts(text string, wanted []string) bool { return allStart(Words(text), wanted) }

// Titled finds the pages and blog posts whose titles have a word that starts like each of some folded words, best first: those whose title starts
// like the first word, then the rest by rank. spaceID narrows to a space, 0 to none.
func Titled(ctx context.Context, tx *volume.Tx, v *viewer.Viewer, words []string, spaceID int64, limit int) ([]*content.Content, error) {
	var t text
	for _, w := range words {
		t.must = append(t.must, phrase{[]string{w}, true})
	}
	m := match(tx.Dialect(), []text{t}, "title")
	q := list.Query{Kinds: []string{content.Page, content.BlogPost}}
	if spaceID != 0 {
		q.Spaces = []int64{spaceID}
	}
	first := "CASE WHEN c.title_fold >= ? AND c.title_fold < ? THEN 0 ELSE 1 END"
	args := []any{words[0], words[0] + "\U0010FFFF"}
	if tx.Dialect() == storage.SQLite {
		q.Condition, q.Args = "x.wiki_search MATCH ?", []any{m}
		return list.Raw(ctx, tx, v, q, "wiki_search x JOIN wiki_content c ON c.id = x.rowid", []string{first, "c.updated_us DESC", "c.id DESC"}, args, 0, limit)
	}
	q.Condition, q.Args = "x.search @@ to_tsquery('simple', ?)", []any{m}
	return list.Raw(ctx, tx, v, q, "wiki_text x JOIN wiki_content c ON c.id = x.content_id", []string{first, "c.updated_us DESC", "c.id DESC"}, args, 0, limit)
}
