// Package changefeed tells changed rows as people know them, from what each table says of itself: a row of wiki_page is a page with a title. The
// realtime stream, the list of commits and the preview of a restore read the journal through it, for every product that has no words of its
// own. It decides nothing about who may see what.
package changefeed

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Row is a row that differs: nil where it does not exist. Images are those of the journal.
type Row struct {
	Table         string
	Before, After *string
}

// What happened to a thing.
const (
	Create = "create"
	Update = "update"
	Delete = "delete"
)

// Item is a thing that differs.
type Item struct {
	Type   string // as its table says, such as "wiki.page"
	Op     string
	ID     string
	Title  string
	Fields []Field
}

// Field is a column of an item that differs.
type Field struct {
	Name     string
	From, To any
}

// ErrGone says that the journal no longer has the images of a commit: they stay until the next snapshot.
var ErrGone = errors.New("the images of the commit are no longer in the journal")

// Rows reads the rows that a commit changed. ErrGone when the journal has them no longer, and for a
// migration.
func Rows(ctx context.Context, tx *volume.Tx, c journal.Commit) ([]Row, error) {
	if _, migrated := c.SchemaChange(); migrated { // its images are of two schemas
		return nil, ErrGone
	}
	found, err := journal.Changes(ctx, tx.Tx, c.FirstN, c.LastN)
	if err != nil {
		return nil, err
	}
	if int64(len(found)) != c.Summary.Changes() {
		return nil, ErrGone
	}
	rows := make([]Row, len(found))
	for i, f := range found {
		rows[i] = Row{f.Table, f.Before, f.After}
	}
	return rows, nil
}

// Describe tells rows as items, one for each thing: the rows of parts (a page's labels, an alert's tags) count as a change of the thing they
// name. Rows of tables that say nothing of themselves are left out.
func Describe(ctx context.Context, tx *volume.Tx, tables []storage.Table, rows []Row) ([]Item, error) {
	d := describer{ctx: ctx, tx: tx, columns: map[string]storage.Columns{}, at: map[[2]string]int{}}
	for _, own := range []bool{true, false} { // the things themselves before their parts
		for _, r := range rows {
			i := slices.IndexFunc(tables, func(t storage.Table) bool { return t.Name == r.Table })
			if i < 0 || tables[i].Item == "" || (tables[i].ItemID == "") != own {
				continue
			}
			if err := d.add(tables[i], r); err != nil {
				return nil, err
			}
		}
	}
	return d.items, nil
}

// TypeOf names the things that a table's rows are or belong to, "" for those that are nobody's business.
func TypeOf(tables []storage.Table, name string) string {
	for _, t := range tables {
		if t.Name == name {
			return t.Item
		}
	}
	return ""
}

type describer struct {
	ctx     context.Context
	tx      *volume.Tx
	columns map[string]storage.Columns
	items   []Item
	at      map[[2]string]int // of an item by type and identifier
}

func (d *describer) add(t storage.Table, r Row) error {
	before, err := d.decode(t.Name, r.Before)
	if err != nil {
		return err
	}
	after, err := d.decode(t.Name, r.After)
	if err != nil {
		return err
	}
	row, op := after, Update
	switch {
	case before == nil:
		op = Create
	case after == nil:
		row, op = before, Delete
	}
	part := t.ItemID != ""
	column := t.ItemID
	if !part {
		column = "id"
	}
	item := Item{Type: t.Item, Op: op, ID: word(row[column]), Title: clip(word(row[t.Title]))}
	if part {
		item.Op, item.Title = Update, ""
	} else if op == Update {
		item.Fields = differences(d.columns[t.Name].Names, before, after)
	}
	key := [2]string{item.Type, item.ID}
	if _, known := d.at[key]; known {
		return nil
	}
	d.at[key] = len(d.items)
	d.items = append(d.items, item)
	return nil
}

func (d *describer) decode(table string, image *string) (map[string]any, error) {
	if image == nil {
		return nil, nil
	}
	columns, ok := d.columns[table]
	if !ok {
		var err error
		if columns, err = storage.Describe(d.ctx, d.tx.Tx, table); err != nil {
			return nil, err
		}
		d.columns[table] = columns
	}
	values, err := journal.DecodeImage(*image)
	if err != nil {
		return nil, err
	}
	row := make(map[string]any, len(values))
	for i, v := range values {
		if i < len(columns.Names) {
			row[columns.Names[i]] = v
		}
	}
	return row, nil
}

// differences lists the columns that differ, without long texts: those are told by the thing's own history.
func differences(names []string, before, after map[string]any) []Field {
	var out []Field
	for _, name := range names {
		a, b := before[name], after[name]
		if a == b {
			continue
		}
		out = append(out, Field{name, short(a), short(b)})
	}
	return out
}

func short(v any) any {
	if s, ok := v.(string); ok {
		return clip(s)
	}
	return v
}

func word(v any) string {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case string:
		return v
	}
	return ""
}

func clip(s string) string {
	if r := []rune(s); len(r) > 120 {
		return string(r[:119]) + "…"
	}
	return s
}
