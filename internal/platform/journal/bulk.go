package journal

import (
	"context"
	"fmt"
	"slices"
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

// NewBulk prepares a replay into one database.
func NewBulk(tx *storage.Tx) *Bulk { return &Bulk{r: NewReplayer(tx), rows: map[string]*bulkRow{}} }

// Add takes the changes of the next commit. Where it migrated, the migration itself was run before: what it removed is gone, and its rows replace what is there.
func (b *Bulk) Add(ctx context.Context, commit Commit, changes []Change) error {
	migrated := commit.Kind == KindMigration
	for _, c := range changes {
		if migrated {
			if c.Before = nil; c.After == nil { // an image before has the columns of that time
				continue
			}
		}
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
			if after, now, err = b.row(t, c.Table, *c.After, migrated); err != nil {
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
	going, coming := map[*replayTable][][]any{}, map[*replayTable][][]any{}
	for _, row := range b.order {
		t := row.table
		if !slices.Contains(tables, t) {
			tables = append(tables, t)
		}
		if row.was {
			going[t] = append(going[t], row.key)
		}
		if row.now != nil {
			coming[t] = append(coming[t], row.now)
		}
	}
	for _, t := range tables {
		if err := b.remove(ctx, t, going[t]); err != nil {
			return fmt.Errorf("replay removal from %s: %w", t.cols.Table, err)
		}
	}
	for _, t := range tables {
		if len(coming[t]) == 0 {
			continue
		}
		if _, err := b.r.tx.Load(ctx, t.cols.Table, t.cols.Names, storage.Given(coming[t])); err != nil {
			return fmt.Errorf("replay: %w", err)
		}
	}
	b.rows, b.order, b.size = map[string]*bulkRow{}, nil, 0
	return nil
}

// removeKeys bounds the keys of one statement.
const removeKeys = 500

// remove takes rows out by their keys: many at once on PostgreSQL, where every statement is a journey; on SQLite a prepared statement for each is fastest.
func (b *Bulk) remove(ctx context.Context, t *replayTable, keys [][]any) error {
	if b.r.tx.Dialect() != storage.Postgres {
		for _, key := range keys {
			if _, err := b.r.tx.ExecText(ctx, t.remove, key...); err != nil {
				return err
			}
		}
		return nil
	}
	for part := range slices.Chunk(keys, removeKeys) {
		args := make([]any, 0, len(part)*len(t.key))
		for _, key := range part {
			args = append(args, key...)
		}
		if _, err := b.r.tx.ExecText(ctx, t.removeMany(len(part)), args...); err != nil {
			return err
		}
	}
	return nil
}

// removeMany gives the statement that takes n rows out by their keys.
func (t *replayTable) removeMany(n int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "DELETE FROM %s WHERE (", storage.Quote(t.cols.Table))
	for i, k := range t.cols.Key {
		if i > 0 {
			s.WriteString(", ")
		}
		s.WriteString(storage.Quote(k))
	}
	s.WriteString(") IN (")
	p := 0
	for i := range n {
		if i > 0 {
			s.WriteString(", ")
		}
		s.WriteString("(")
		for j := range t.cols.Key {
			p++
			if j > 0 {
				s.WriteString(", ")
			}
			fmt.Fprintf(&s, "$%d", p)
		}
		s.WriteString(")")
	}
	s.WriteString(")")
	return s.String()
}
