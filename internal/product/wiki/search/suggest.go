package search

import (
	"context"
	"slices"
	"strings"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/viewer"
)

// candidates is how many contents are looked at for suggestions: the newest of those that fit.
const candidates = 200

// Starts tells whether each of some folded words is the start of a word of a folded text.
func Starts(text string, wanted []string) bool { return allStart(Words(text), wanted) }

// Titled finds the pages and blog posts whose titles have a word that starts like each of some folded words, best first: those that start like all
// that was typed, in the order of their titles, then those that start like the first word, then the others, last changed first. When very many fit
// it looks at the newest of them only. spaceID narrows to a space, 0 to none.
func Titled(ctx context.Context, tx *volume.Tx, v *viewer.Viewer, words []string, spaceID int64, limit int) ([]*content.Content, error) {
	q := list.Query{Kinds: []string{content.Page, content.BlogPost}}
	if spaceID != 0 {
		q.Spaces = []int64{spaceID}
	}
	typed := strings.Join(words, " ")
	first := q
	first.Condition, first.Args = "c.title_fold >= ? AND c.title_fold < ?", []any{typed, typed + "\U0010FFFF"}
	titles := "wiki_content c"
	if tx.Dialect() == storage.SQLite { // which otherwise takes an index that it would have to sort
		titles += " INDEXED BY wiki_content_title"
	}
	best, err := list.Raw(ctx, tx, v, first, titles, []string{"c.title_fold", "c.kind", "c.space_id"}, nil, 0, limit)
	if err != nil || len(best) == limit {
		return best, err
	}
	var t text
	for _, w := range words {
		t.must = append(t.must, phrase{[]string{w}, true})
	}
	from, condition := index(tx.Dialect(), true)
	q.Condition, q.Args = condition, []any{match(tx.Dialect(), []text{t})}
	order := "c.id DESC"
	if tx.Dialect() == storage.SQLite {
		order = "x.rowid DESC"
	}
	more, err := list.Raw(ctx, tx, v, q, from, []string{order}, nil, 0, candidates)
	if err != nil {
		return nil, err
	}
	starts := func(c *content.Content) bool { return strings.HasPrefix(content.Fold(c.Title), words[0]) }
	slices.SortStableFunc(more, func(a, b *content.Content) int {
		if x, y := starts(a), starts(b); x != y {
			if x {
				return -1
			}
			return 1
		}
		return b.Updated.Compare(a.Updated)
	})
	for _, c := range more {
		if len(best) < limit && !slices.ContainsFunc(best, func(o *content.Content) bool { return o.ID == c.ID }) {
			best = append(best, c)
		}
	}
	return best, nil
}
