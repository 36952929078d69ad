package search

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/viewer"
)

// A search costs about the same whatever is asked. Ranking by words means to look at every match, so it is done up to a number of matches; what
// matches more is not told apart by its words anyway and comes in two tiers: those with all the words in their titles, then the others, newest
// first in both. Counting ends at a number too.
const (
	maxRanked      = 1000 // matches that are ranked by their words
	maxRankedWords = 6    // words and phrases that ranking looks at
	MaxCounted     = 10_000
)

// ranking is the text that results are ranked by.
type ranking struct {
	match  string // of the engine
	titles bool   // looks in titles only
	words  int
	texts  []text
}

// index gives, for an engine, the tables of a search by words with contents as "c", and the condition that a text is found.
func index(d storage.Dialect, titles bool) (from, condition string) {
	switch {
	case d == storage.SQLite && titles: // CROSS JOIN keeps the order: words first
		return "wiki_title x CROSS JOIN wiki_content c ON c.id = x.rowid", "x.wiki_title MATCH ?"
	case d == storage.SQLite:
		return "wiki_search x CROSS JOIN wiki_content c ON c.id = x.rowid", "x.wiki_search MATCH ?"
	case titles:
		return "wiki_search x JOIN wiki_content c ON c.id = x.content_id", "x.title @@ to_tsquery('simple', ?)"
	}
	return "wiki_search x JOIN wiki_content c ON c.id = x.content_id", "x.search @@ to_tsquery('simple', ?)"
}

// found selects the identifiers of contents with a text.
func found(d storage.Dialect, titles bool) string {
	switch {
	case d == storage.SQLite && titles:
		return "SELECT z.rowid FROM wiki_title z WHERE z.wiki_title MATCH ?"
	case d == storage.SQLite:
		return "SELECT z.rowid FROM wiki_search z WHERE z.wiki_search MATCH ?"
	case titles:
		return "SELECT z.content_id FROM wiki_search z WHERE z.title @@ to_tsquery('simple', ?)"
	}
	return "SELECT z.content_id FROM wiki_search z WHERE z.search @@ to_tsquery('simple', ?)"
}

// byWords is the query for contents with the plan's text that meet its other conditions.
func (p *Plan) byWords(d storage.Dialect, statuses []string, titles bool) list.Query {
	from, condition := index(d, titles)
	args := append(append([]any{}, p.rest.args...), p.placed(d))
	if d == storage.Postgres && len(p.places) > 0 {
		condition += " AND x.place @@ CAST(? AS tsquery)"
		args = append(args, strings.Join(p.places, " & "))
	}
	return list.Query{From: from, Statuses: statuses, Condition: "(" + p.rest.sql + ") AND " + condition, Args: args}
}

// placed is the plan's text for an engine. For SQLite the places belong to it: the index then goes through the shortest of its lists.
func (p *Plan) placed(d storage.Dialect) string {
	if d != storage.SQLite || len(p.places) == 0 {
		return p.rank.match
	}
	return "place : (" + strings.Join(p.places, " AND ") + ") AND " + p.rank.match
}

// Count gives how many contents match, MaxCounted+1 when there are more than MaxCounted.
func (p *Plan) Count(ctx context.Context, tx *volume.Tx, v *viewer.Viewer, statuses []string) (n int, err error) {
	if p.counted != nil {
		return *p.counted, nil
	}
	if len(statuses) == 0 {
		statuses = Statuses
	}
	if n, err = list.CountUpTo(ctx, tx, v, p.query(tx.Dialect(), statuses), MaxCounted+1); err != nil {
		return 0, err
	}
	p.counted = &n
	return n, nil
}

// ranked gives a page of results by rank: behind a cursor, or after a number of them.
func (p *Plan) ranked(ctx context.Context, tx *volume.Tx, v *viewer.Viewer, statuses []string, cursor string, start, limit int) (*Results, error) {
	if cursor != "" && (cursor[0] == 't' || cursor[0] == 'n') {
		before, err := strconv.ParseInt(cursor[1:], 10, 64)
		if err != nil {
			return nil, fault.Bad("The provided cursor is invalid.")
		}
		return p.tiers(ctx, tx, v, statuses, place{tier: cursor[0], before: before}, limit)
	}
	start, err := offsetOf(cursor, start)
	if err != nil {
		return nil, err
	}
	n, err := p.Count(ctx, tx, v, statuses)
	if err != nil {
		return nil, err
	}
	if n > maxRanked || p.rank.words > maxRankedWords {
		return p.tiers(ctx, tx, v, statuses, place{tier: 't', skip: start}, limit)
	}
	q := p.byWords(tx.Dialect(), statuses, p.rank.titles)
	order, args := []string{"ts_rank(x.search, to_tsquery('simple', ?)) DESC", "c.id DESC"}, []any{p.rank.match}
	if tx.Dialect() == storage.SQLite {
		order, args = []string{"bm25(wiki_search, 10.0, 1.0, 0.0)", "c.id DESC"}, nil
		if p.rank.titles {
			order[0] = "bm25(wiki_title, 1.0, 0.0)"
		}
	}
	rows, err := list.Raw(ctx, tx, v, q, q.From, order, args, start, limit+1)
	if err != nil {
		return nil, err
	}
	return cutAt(rows, start, limit), nil
}

// place is where a page of tiers starts: in tier "t" (titles) or "n" (the others), below an identifier when that is not 0, after some contents.
type place struct {
	tier   byte
	before int64
	skip   int
}

// tiers gives a page of results by tier, newest first.
func (p *Plan) tiers(ctx context.Context, tx *volume.Tx, v *viewer.Viewer, statuses []string, at place, limit int) (*Results, error) {
	var rows []*content.Content
	titled := 0
	if at.tier == 't' {
		q := p.byWords(tx.Dialect(), statuses, true)
		var err error
		if rows, err = p.newest(ctx, tx, v, q, at, limit+1); err != nil {
			return nil, err
		}
		if len(rows) > limit {
			return &Results{rows[:limit], fmt.Sprintf("t%d", rows[limit-1].ID)}, nil
		}
		if p.rank.titles {
			return &Results{Contents: rows}, nil
		}
		if at.skip > 0 && len(rows) == 0 {
			if titled, err = list.CountUpTo(ctx, tx, v, q, at.skip); err != nil {
				return nil, err
			}
			at.skip -= titled
		} else {
			at.skip = 0
		}
		at.before = 0
	}
	q := p.byWords(tx.Dialect(), statuses, false)
	q.Condition, q.Args = q.Condition+" AND c.id NOT IN ("+found(tx.Dialect(), true)+")", append(q.Args, p.rank.match)
	others, err := p.newest(ctx, tx, v, q, at, limit+1-len(rows))
	if err != nil {
		return nil, err
	}
	if rows = append(rows, others...); len(rows) <= limit {
		return &Results{Contents: rows}, nil
	}
	if len(others) == 1 { // the page ends with the last title
		return &Results{rows[:limit], fmt.Sprintf("n%d", others[0].ID+1)}, nil
	}
	return &Results{rows[:limit], fmt.Sprintf("n%d", rows[limit-1].ID)}, nil
}

// newest gives the newest contents that a query by words finds, from a place on. It goes through the index of words backwards and stops when it has them.
func (p *Plan) newest(ctx context.Context, tx *volume.Tx, v *viewer.Viewer, q list.Query, at place, limit int) ([]*content.Content, error) {
	id := "c.id"
	if tx.Dialect() == storage.SQLite {
		id = "x.rowid"
	}
	if at.before > 0 {
		q.Condition, q.Args = q.Condition+" AND "+id+" < ?", append(q.Args, at.before)
	}
	return list.Raw(ctx, tx, v, q, q.From, []string{id + " DESC"}, nil, at.skip, limit)
}

// offsetOf reads a cursor that counts from the start.
func offsetOf(cursor string, start int) (int, error) {
	if cursor == "" {
		return start, nil
	}
	if _, err := fmt.Sscanf(cursor, "o%d", &start); err != nil || start < 0 || start > 1_000_000 {
		return 0, fault.Bad("The provided cursor is invalid.")
	}
	return start, nil
}

// cutAt makes a page of rows that are one more than asked for when there is a next one.
func cutAt(rows []*content.Content, start, limit int) *Results {
	if len(rows) <= limit {
		return &Results{Contents: rows}
	}
	return &Results{rows[:limit], fmt.Sprintf("o%d", start+limit)}
}
