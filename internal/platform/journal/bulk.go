package journal

import (
	"context"
	"fmt"
	"strings"

	"holdfast.dev/internal/platform/storage"
)

// Bulk replays many commits as one: it keeps what they change in the end, row by row, and puts it into the database in large statements. The triggers
// must be uninstalled, or the journal stamped anew afterwards, and foreign keys deferred.
type Bulk struct {
	r     *Replayer
	rows  map[string]*bulkRow
	order []*bulkRow
	size  int // bytes of the images held
}

// bulkRow is a row that commits changed.
type bulkRow struct {
	table *replayTable
	name  string
	key   []any
	was   bool  // it is in the database
	now   []any // what it becomes; nil: it goes
}

// bulkBytes bounds the images that are held before they are put.
const bulkBytes = 64 << 20

// bulkArgs bounds the arguments of one statement, far below what both engines take.
const bulkArgs = 600

// NewBulk prepares a replay into one database.
func NewBulk(tx *storage.Tx) *Bulk { return &Bulk{r: NewReplayer(tx), rows: map[string]*bulkRow{}} }

// Add takes the changes of the next commit.
func (b *Bulk) Add(ctx context.Context, changes []Change) error {
	for _, c := range changes {
		t, err := b.r.table(ctx, c.Table)
		if err != nil {
			return err
		}
		var before *bulkRow
		if c.Before != nil {
			if before, _, err = b.row(t, c.Table, *c.Before, true); err != nil {
				return err
			}
		}
		var after *bulkRow
		if c.After != nil {
			var now []any
			if after, now, err = b.row(t, c.Table, *c.After, false); err != nil {
				return err
			}
			after.now = now
			b.size += len(*c.After)
		}
		if before != nil && before != after {
			before.now = nil
		}
	}
	if b.size > bulkBytes {
		return b.Put(ctx)
	}
	return nil
}

// row gives the row of an image, entered when it is seen for the first time; was says whether it is in the database then.
func (b *Bulk) row(t *replayTable, name, image string, was bool) (*bulkRow, []any, error) {
	values, err := t.decode(image)
	if err != nil {
		return nil, nil, err
	}
	var id strings.Builder
	id.WriteString(name)
	key := make([]any, len(t.key))
	for i, k := range t.key {
		key[i] = values[k]
		fmt.Fprintf(&id, "\x00%T%v", values[k], values[k])
	}
	row := b.rows[id.String()]
	if row == nil {
		row = &bulkRow{table: t, name: name, key: key, was: was}
		b.rows[id.String()] = row
		b.order = append(b.order, row)
	}
	return row, values, nil
}

// Put makes the database what the commits taken so far left. Rows that change go first and come back then, so that no name or key is taken on the way.
func (b *Bulk) Put(ctx context.Context) error {
	var tables []*replayTable
	names := map[*replayTable]string{}
	coming := map[*replayTable][][]any{}
	for _, row := range b.order {
		if row.was {
			if _, err := b.r.tx.ExecText(ctx, row.table.remove, row.key...); err != nil {
				return fmt.Errorf("replay removal from %s: %w", row.name, err)
			}
		}
		if row.now != nil {
			if names[row.table] == "" {
				names[row.table] = row.name
				tables = append(tables, row.table)
			}
			coming[row.table] = append(coming[row.table], row.now)
		}
	}
	for _, t := range tables {
		if err := b.insert(ctx, t, names[t], coming[t]); err != nil {
			return err
		}
	}
	b.rows, b.order, b.size = map[string]*bulkRow{}, nil, 0
	return nil
}

func (b *Bulk) insert(ctx context.Context, t *replayTable, name string, rows [][]any) error {
	most := max(1, bulkArgs/len(t.cols.Names))
	for len(rows) > 0 {
		n := most
		if len(rows) < n { // two lengths of statements a table: they are prepared once
			n = 1
		}
		args := make([]any, 0, n*len(t.cols.Names))
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		if _, err := b.r.tx.ExecText(ctx, t.insertion(name, n), args...); err != nil {
			return fmt.Errorf("replay into %s: %w", name, err)
		}
		rows = rows[n:]
	}
	return nil
}

// insertion gives the statement that puts n rows.
func (t *replayTable) insertion(name string, n int) string {
	if text := t.inserts[n]; text != "" {
		return text
	}
	var names []string
	for _, c := range t.cols.Names {
		names = append(names, storage.Quote(c))
	}
	var s strings.Builder
	fmt.Fprintf(&s, "INSERT INTO %s (%s) VALUES ", storage.Quote(name), strings.Join(names, ", "))
	p := 0
	for i := range n {
		if i > 0 {
			s.WriteString(", ")
		}
		for j := range names {
			p++
			sep := ", "
			if j == 0 {
				sep = "("
			}
			fmt.Fprintf(&s, "%s$%d", sep, p)
		}
		s.WriteString(")")
	}
	if t.inserts == nil {
		t.inserts = map[int]string{}
	}
	t.inserts[n] = s.String()
	return t.inserts[n]
}
