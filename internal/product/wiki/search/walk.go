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

// What very many contents match need not be found by the index of words and then sorted: whoever goes through the contents in the order that is asked
// for meets a page of results soon. Words are compared here as the engines cut them.

// Bounds of going through contents in order.
const (
	walkFrom  = 2000 // matches from which on it is tried
	walkBatch = 64   // contents that are read first; every further batch is twice as large
	walkMost  = 4000 // contents that are read before the index is asked after all
)

// walk gives a page of results in the plan's order, behind a cursor; ok is false when the index has to be asked.
func (p *Plan) walk(ctx context.Context, tx *volume.Tx, v *viewer.Viewer, statuses []string, cursor string, limit int) (found *Results, ok bool, err error) {
	if p.rank == nil {
		return nil, false, nil
	}
	n, err := p.Count(ctx, tx, v, statuses)
	if err != nil || n < walkFrom {
		return nil, false, err
	}
	q := list.Query{Statuses: statuses, Condition: p.rest.sql, Args: p.rest.args, Sort: p.sort, After: cursor}
	found = &Results{}
	for read, size := 0, walkBatch; read < walkMost; size *= 2 {
		q.Limit = size
		part, next, err := list.Find(ctx, tx, v, q)
		if err != nil {
			return nil, false, err
		}
		matched, err := p.rank.among(ctx, tx, part)
		if err != nil {
			return nil, false, err
		}
		found.Contents = append(found.Contents, matched...)
		if len(found.Contents) > limit {
			found.Contents = found.Contents[:limit]
			found.Next = list.Behind(found.Contents[limit-1], p.sort)
			return found, true, nil
		}
		if next == "" {
			return found, true, nil
		}
		read, q.After = read+len(part), next
	}
	return nil, false, nil
}

// among gives those of some contents that have the text, in their order.
func (r *ranking) among(ctx context.Context, tx *volume.Tx, all []*content.Content) ([]*content.Content, error) {
	ids := make([]int64, len(all))
	for i, c := range all {
		ids[i] = c.ID
	}
	type entry struct {
		id          int64
		title, body string
	}
	body := "body"
	if r.titles {
		body = "''"
	}
	entries, err := storage.AllText(ctx, tx.Tx, "SELECT content_id, title, "+body+" FROM wiki_text WHERE content_id IN ("+viewer.Numbers(ids)+")",
		func(rows *storage.Rows) (e entry, err error) { return e, rows.Scan(&e.id, &e.title, &e.body) })
	if err != nil {
		return nil, err
	}
	has := map[int64]bool{}
	for _, e := range entries {
		has[e.id] = matches(r.texts, e.title, e.body)
	}
	return slices.DeleteFunc(slices.Clone(all), func(c *content.Content) bool { return !has[c.ID] }), nil
}

// matches tells whether folded columns have one of some alternatives, as the engines' indexes would say.
func matches(alternatives []text, columns ...string) bool {
	cut := make([][]string, len(columns))
	return slices.ContainsFunc(alternatives, func(t text) bool {
		there := func(p phrase) bool {
			for i, column := range columns {
				if !p.maybe(column) {
					continue
				}
				if cut[i] == nil {
					cut[i] = Words(column)
				}
				if p.within(cut[i]) {
					return true
				}
			}
			return false
		}
		return !slices.ContainsFunc(t.must, func(p phrase) bool { return !there(p) }) && !slices.ContainsFunc(t.not, there)
	})
}

// maybe is a quick look whether a text can have a phrase.
func (p phrase) maybe(s string) bool {
	return !slices.ContainsFunc(p.words, func(w string) bool { return !strings.Contains(s, w) })
}

// within tells whether words have a phrase, one after the other.
func (p phrase) within(words []string) bool {
	last := len(p.words) - 1
	for i := 0; i+last < len(words); i++ {
		fits := true
		for j, w := range p.words {
			is := words[i+j]
			if fits = is == w || p.prefix && j == last && strings.HasPrefix(is, w); !fits {
				break
			}
		}
		if fits {
			return true
		}
	}
	return false
}
