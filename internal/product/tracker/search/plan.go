package search

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/jql"
)

// Plan is a compiled query.
type Plan struct {
	dialect    storage.Dialect
	conditions []frag
	order      []term
	print      string
}

// fingerprint names a query in the tokens of its pages.
func fingerprint(q *jql.Query) string {
	sum := sha256.Sum256([]byte(q.String()))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// Among narrows a plan to some issues.
func (p *Plan) Among(ids []int64) *Plan {
	only := *p
	only.conditions = append(p.conditions[:len(p.conditions):len(p.conditions)], column("id", ids, false, true))
	return &only
}

// few is how many rows a condition may find to lead the way: so many are looked at one by one and sorted faster than an index in the
// right order is walked.
const few = 2000

// leading are the columns of indexes that go on with a column to sort by: rows of one value come in order.
var leading = map[string]map[string]bool{
	"updated_us": {"project_id": true, "status_id": true, "assignee": true, "reporter": true, "priority_id": true, "type_id": true, "resolution_id": true},
	"created_us": {"project_id": true},
	"rank":       {"parent_id": true},
}

// indexedOrder are the columns that an index holds in order.
var indexedOrder = map[string]bool{"updated_us": true, "created_us": true, "rank": true, "id": true}

// route says which of the conditions may use an index, -1 for all, and whether the order may.
type route struct {
	lead  int
	order bool
}

// weigh chooses a route on SQLite, which keeps no statistics: it counts, up to few, what each condition finds by its index. A condition
// that finds few leads. Else the index of the order is walked, from the right value of a condition where an index has both.
func (p *Plan) weigh(ctx context.Context, tx *volume.Tx, ordered bool) (route, error) {
	if p.dialect != storage.SQLite {
		return route{-1, true}, nil
	}
	best, lead := few+1, -1
	for i, f := range p.conditions {
		if !f.indexed {
			continue
		}
		n, err := p.count(ctx, tx, []frag{f}, route{-1, true}, few+1)
		if err != nil {
			return route{}, err
		}
		if n < best {
			best, lead = n, i
		}
	}
	if lead >= 0 {
		return route{lead, false}, nil
	}
	if !ordered {
		return route{-1, true}, nil
	}
	by := "id"
	if len(p.order) > 0 {
		by = p.order[0].column
	}
	if !indexedOrder[by] {
		return route{-1, true}, nil
	}
	for i, f := range p.conditions {
		if f.column != "" && leading[by][f.column] {
			return route{i, true}, nil
		}
	}
	return route{len(p.conditions), true}, nil
}

// where writes the conditions.
func where(s *statement, conditions []frag, r route) {
	for i, f := range conditions {
		if i == 0 {
			s.text(" WHERE ")
		} else {
			s.text(" AND ")
		}
		s.add(f, r.lead >= 0 && r.lead != i)
	}
}

func (p *Plan) count(ctx context.Context, tx *volume.Tx, conditions []frag, r route, limit int) (int, error) {
	s := &statement{dialect: p.dialect}
	s.text("SELECT count(*) FROM (SELECT 1 FROM issue i")
	where(s, conditions, r)
	s.text(fmt.Sprintf(" LIMIT %d) n", limit))
	var n int
	if err := tx.GetText(ctx, s.b.String(), s.args, &n); err != nil {
		return 0, fmt.Errorf("count issues: %w", err)
	}
	return n, nil
}

// Count gives how many issues match, limit at most.
func (p *Plan) Count(ctx context.Context, tx *volume.Tx, limit int) (int, error) {
	r, err := p.weigh(ctx, tx, false)
	if err != nil {
		return 0, err
	}
	return p.count(ctx, tx, p.conditions, r, limit)
}

// Cursor is a place in a result: behind an issue when the order allows it, else a number of issues.
type Cursor struct {
	Offset int   `json:"o,omitempty"`
	ID     int64 `json:"i,omitempty"`
	Value  any   `json:"v,omitempty"`
}

type token struct {
	Print string `json:"p"`
	Cursor
}

// Token gives a cursor as clients carry it.
func (p *Plan) Token(c Cursor) string {
	b, err := json.Marshal(token{p.print, c})
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// Cursor reads a token; it must be of this query.
func (p *Plan) Cursor(text string) (Cursor, error) {
	if text == "" {
		return Cursor{}, nil
	}
	var t token
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, &t)
	}
	if err != nil || t.Offset < 0 {
		return Cursor{}, fault.Bad("The provided next page token is invalid or expired.")
	}
	if t.Print != p.print {
		return Cursor{}, fault.Bad("The provided next page token belongs to another query.")
	}
	if v, ok := t.Value.(float64); ok {
		t.Value = int64(v)
	}
	return t.Cursor, nil
}

// byKeyset tells whether pages can follow the values of the order, which costs the same however deep they are.
func (p *Plan) byKeyset() (column string, desc, ok bool) {
	switch {
	case len(p.order) == 0:
		return "id", true, true
	case len(p.order) == 1 && p.order[0].column != "":
		return p.order[0].column, p.order[0].desc, true
	}
	return "", false, false
}

// Page gives the identifiers of one page in order, and the cursor of the next one, nil at the end.
func (p *Plan) Page(ctx context.Context, tx *volume.Tx, from Cursor, limit int) ([]int64, *Cursor, error) {
	column, desc, keyset := p.byKeyset()
	conditions := p.conditions
	if keyset && from.ID != 0 {
		conditions = append(conditions[:len(conditions):len(conditions)], after(column, desc, from))
	}
	r, err := p.weigh(ctx, tx, true)
	if err != nil {
		return nil, nil, err
	}
	s := &statement{dialect: p.dialect}
	s.text("SELECT i.id")
	if keyset {
		s.text(", i." + column)
	}
	s.text(" FROM issue i")
	for _, t := range p.order {
		s.add(t.join, false)
	}
	where(s, conditions, r)
	s.text(" ORDER BY ")
	lastDesc := true
	for _, t := range p.order {
		s.add(t.expr, !r.order && t.column != "")
		lastDesc = t.desc
		if t.desc {
			s.text(" DESC")
		}
		if t.nullable {
			s.text(" NULLS LAST")
		}
		s.text(", ")
	}
	s.text("i.id")
	if lastDesc {
		s.text(" DESC")
	}
	s.text(fmt.Sprintf(" LIMIT %d", limit+1))
	if from.Offset > 0 {
		s.text(fmt.Sprintf(" OFFSET %d", from.Offset))
	}
	return p.fetch(ctx, tx, s, from, limit, keyset && from.Offset == 0)
}

// after is the condition that an issue stands behind a cursor.
func after(column string, desc bool, from Cursor) frag {
	op := ">"
	if desc {
		op = "<"
	}
	if column == "id" {
		return index(sql("#id "+op+" ?", from.ID))
	}
	return index(sql("(#"+column+", #id) "+op+" (?, ?)", from.Value, from.ID))
}

func (p *Plan) fetch(ctx context.Context, tx *volume.Tx, s *statement, from Cursor, limit int, keyset bool) ([]int64, *Cursor, error) {
	rows, err := tx.QueryText(ctx, s.b.String(), s.args...)
	if err != nil {
		return nil, nil, fmt.Errorf("search issues: %w", err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, nil, err
	}
	var ids []int64
	var last Cursor
	for rows.Next() {
		if len(ids) == limit { // there is more
			if keyset {
				return ids, &last, rows.Close()
			}
			return ids, &Cursor{Offset: from.Offset + limit}, rows.Close()
		}
		var c Cursor
		dest := []any{&c.ID}
		if len(columns) > 1 {
			dest = append(dest, &c.Value)
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, nil, err
		}
		last = c
		ids = append(ids, c.ID)
	}
	return ids, nil, rows.Err()
}
