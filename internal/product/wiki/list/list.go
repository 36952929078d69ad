// Package list finds contents by simple conditions, in pages that follow a place in the order instead of counting from the start, so that the
// last page costs what the first does. Every query carries the viewer's condition.
package list

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/viewer"
)

// Query says which contents to find. Empty lists and zero values do not narrow.
type Query struct {
	Kinds     []string
	Statuses  []string // none: current
	IDs       []int64
	Spaces    []int64
	Owner     int64 // contents that belong to a page or post, without itself
	Parent    int64
	RootOf    int64  // pages at the root of a space
	Title     string // exact, whatever its case
	Label     int64
	Beneath   int64  // pages below a page, at any depth
	Condition string // more SQL on "c", with "?" for Args
	Args      []any
	From      string // tables that Condition needs, "c" among them; none: wiki_content alone
	Sort      string // id, created, updated, title, position, trashed; with "-" in front for the other direction
	After     string // a cursor
	Limit     int
}

// columns are what a list can be sorted by.
var columns = map[string]string{"id": "c.id", "created": "c.created_us", "updated": "c.updated_us", "title": "c.title_fold", "position": "c.position", "trashed": "c.trashed_us"}

// cursor is a place behind a content.
type cursor struct {
	Sort  string `json:"s"`
	Text  string `json:"t,omitempty"`
	Value int64  `json:"v,omitempty"`
	ID    int64  `json:"i"`
}

// builder numbers arguments.
type builder struct {
	parts []string
	args  []any
}

func (b *builder) add(text string, args ...any) {
	for _, a := range args {
		b.args = append(b.args, a)
		text = strings.Replace(text, "?", "$"+strconv.Itoa(len(b.args)), 1)
	}
	b.parts = append(b.parts, text)
}

func (b *builder) in(column string, texts []string) {
	if len(texts) == 1 {
		b.add(column+" = ?", texts[0])
		return
	}
	args := make([]any, len(texts))
	for i, t := range texts {
		args[i] = t
	}
	b.add(column+" IN (?"+strings.Repeat(", ?", len(texts)-1)+")", args...)
}

func (q *Query) conditions(v *viewer.Viewer) *builder {
	b := &builder{}
	if len(q.Kinds) > 0 {
		b.in("c.kind", q.Kinds)
	}
	statuses := q.Statuses
	if len(statuses) == 0 {
		statuses = []string{content.Current}
	}
	b.in("c.status", statuses)
	if slices.Contains(statuses, content.Draft) && !v.Override {
		b.add("(c.status <> 'draft' OR c.author = ?)", v.Account)
	}
	if q.IDs != nil {
		b.add("c.id IN (" + viewer.Numbers(q.IDs) + ")")
	}
	if q.Spaces != nil {
		if len(q.Spaces) == 1 {
			b.add("c.space_id = ?", q.Spaces[0])
		} else {
			b.add("c.space_id IN (" + viewer.Numbers(q.Spaces) + ")")
		}
	}
	if q.Owner != 0 {
		b.add("c.owner_id = ? AND c.id <> ?", q.Owner, q.Owner)
	}
	if q.Parent != 0 {
		b.add("c.parent_id = ?", q.Parent)
	}
	if q.RootOf != 0 {
		b.add("c.space_id = ? AND c.parent_id = 0", q.RootOf)
	}
	if q.Title != "" {
		b.add("c.title_fold = ?", content.Fold(q.Title))
	}
	if q.Label != 0 {
		b.add("c.id IN (SELECT l.target_id FROM wiki_labelling l WHERE l.label_id = ?)", q.Label)
	}
	if q.Beneath != 0 {
		b.add("c.id IN ("+Beneath+")", q.Beneath)
	}
	if q.Condition != "" {
		b.add(q.Condition, q.Args...)
	}
	if w := v.Where("c"); w != "1 = 1" {
		b.add(w)
	}
	return b
}

// Beneath selects the identifiers of the pages below one page, the argument.
const Beneath = `WITH RECURSIVE below (id) AS (SELECT x.id FROM wiki_content x WHERE x.parent_id = CAST(? AS BIGINT) AND x.kind = 'page' UNION SELECT y.id FROM wiki_content y JOIN below b ON y.parent_id = b.id WHERE y.kind = 'page') SELECT id FROM below`

// Find gives a page of contents and the cursor of the next one, empty at the end.
func Find(ctx context.Context, tx *volume.Tx, v *viewer.Viewer, q Query) ([]*content.Content, string, error) {
	name, desc := strings.CutPrefix(q.Sort, "-")
	if name == "" {
		name = "id"
	}
	column, ok := columns[name]
	if !ok {
		return nil, "", fault.Bad("There is no sort order '%.40s' here.", q.Sort)
	}
	b := q.conditions(v)
	if err := q.after(b, name, column, desc); err != nil {
		return nil, "", err
	}
	dir := ""
	if desc {
		dir = " DESC"
	}
	order := column + dir
	if name != "id" {
		order += ", c.id" + dir
	}
	found, err := q.rows(ctx, tx, b.parts, b.args, order, fmt.Sprintf(" LIMIT %d", q.Limit+1))
	if err != nil {
		return nil, "", fmt.Errorf("list contents: %w", err)
	}
	if q.Limit > 0 && len(found) > q.Limit {
		found = found[:q.Limit]
		return found, place(found[q.Limit-1], q.Sort, name), nil
	}
	return found, "", nil
}

// rows runs the query. With tables of its own it sorts identifiers alone and then fetches the few rows: what is found by words can be very much.
func (q *Query) rows(ctx context.Context, tx *volume.Tx, conditions []string, args []any, order, limit string) ([]*content.Content, error) {
	text := " FROM wiki_content c WHERE " + strings.Join(conditions, " AND ") + " ORDER BY " + order + limit
	if q.From != "" {
		text = " FROM wiki_content c WHERE c.id IN (SELECT c.id FROM " + q.From + " WHERE " + strings.Join(conditions, " AND ") + " ORDER BY " + order + limit + ") ORDER BY " + order
	}
	return storage.AllText(ctx, tx.Tx, "SELECT "+content.Columns+text, content.Scan, args...)
}

// Slice gives contents in an order of the caller's own, after a number of them.
func (q *Query) Slice(ctx context.Context, tx *volume.Tx, v *viewer.Viewer, order string, start, limit int) ([]*content.Content, error) {
	b := q.conditions(v)
	return q.rows(ctx, tx, b.parts, b.args, order, fmt.Sprintf(" LIMIT %d OFFSET %d", limit, start))
}

func (q *Query) after(b *builder, name, column string, desc bool) error {
	if q.After == "" {
		return nil
	}
	var c cursor
	raw, err := base64.RawURLEncoding.DecodeString(q.After)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil || c.Sort != q.Sort {
		return fault.Bad("The provided cursor is invalid.")
	}
	op := ">"
	if desc {
		op = "<"
	}
	switch name {
	case "id":
		b.add("c.id "+op+" ?", c.ID)
	case "title":
		b.add("("+column+", c.id) "+op+" (?, ?)", c.Text, c.ID)
	default:
		b.add("("+column+", c.id) "+op+" (?, ?)", c.Value, c.ID)
	}
	return nil
}

// Behind gives the cursor of what follows a content in a sort of Query.
func Behind(c *content.Content, sort string) string {
	name := strings.TrimPrefix(sort, "-")
	if name == "" {
		name = "id"
	}
	return place(c, sort, name)
}

// place gives the cursor behind a content.
func place(c *content.Content, sort, name string) string {
	p := cursor{Sort: sort, ID: c.ID}
	switch name {
	case "created":
		p.Value = clock.Micros(c.Created)
	case "updated":
		p.Value = clock.Micros(c.Updated)
	case "position":
		p.Value = c.Position
	case "title":
		p.Text = content.Fold(c.Title)
	case "trashed":
		if c.Trashed != nil {
			p.Value = clock.Micros(*c.Trashed)
		}
	}
	raw, err := json.Marshal(p)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Count gives how many contents there are.
func Count(ctx context.Context, tx *volume.Tx, v *viewer.Viewer, q Query) (n int, err error) {
	b := q.conditions(v)
	err = tx.GetText(ctx, "SELECT count(*) FROM wiki_content c WHERE "+strings.Join(b.parts, " AND "), b.args, &n)
	return n, err
}

// CountUpTo gives how many contents there are, most at most: counting stops there.
func CountUpTo(ctx context.Context, tx *volume.Tx, v *viewer.Viewer, q Query, most int) (n int, err error) {
	b, from := q.conditions(v), q.From
	if from == "" {
		from = "wiki_content c"
	}
	err = tx.GetText(ctx, "SELECT count(*) FROM (SELECT 1 FROM "+from+" WHERE "+strings.Join(b.parts, " AND ")+fmt.Sprintf(" LIMIT %d) counted", most), b.args, &n)
	return n, err
}

// CountChildren gives how many child pages each of some pages has.
func CountChildren(ctx context.Context, tx *volume.Tx, v *viewer.Viewer, parents []int64) (map[int64]int, error) {
	out := map[int64]int{}
	if len(parents) == 0 {
		return out, nil
	}
	rows, err := tx.QueryText(ctx, "SELECT c.parent_id, count(*) FROM wiki_content c WHERE c.parent_id IN ("+viewer.Numbers(parents)+") AND c.kind = 'page' AND c.status = 'current' AND "+v.Where("c")+" GROUP BY c.parent_id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var n int
		if err := rows.Scan(&id, &n); err != nil {
			return nil, err
		}
		out[id] = n
	}
	return out, rows.Err()
}

// CountOwned gives how many contents of a kind belong to a page or post.
func CountOwned(ctx context.Context, tx *volume.Tx, v *viewer.Viewer, owner int64, kind string) (int, error) {
	return Count(ctx, tx, v, Query{Owner: owner, Kinds: []string{kind}})
}

// Raw finds contents in an order of the caller's own, after a number of them. order may have "?" for orderArgs.
func Raw(ctx context.Context, tx *volume.Tx, v *viewer.Viewer, q Query, from string, order []string, orderArgs []any, start, limit int) ([]*content.Content, error) {
	b := q.conditions(v)
	where := strings.Join(b.parts, " AND ")
	b.parts = nil
	b.add(strings.Join(order, ", "), orderArgs...)
	text := "SELECT " + content.Columns + " FROM " + from + " WHERE " + where + " ORDER BY " + b.parts[0] + fmt.Sprintf(" LIMIT %d OFFSET %d", limit, start)
	found, err := storage.AllText(ctx, tx.Tx, text, content.Scan, b.args...)
	if err != nil {
		return nil, fmt.Errorf("list contents: %w", err)
	}
	return found, nil
}
