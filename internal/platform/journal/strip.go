package journal

import (
	"context"
	"fmt"
	"strings"

	"holdfast.dev/internal/platform/storage"
)

// Snapshots of SQLite databases are kept without the journal's triggers. They follow from the tables, and they are most of the text of a schema: a restore
// that need not read them until it is done takes half the time over a small volume.

// Strip takes the triggers out of the schema of a SQLite database that is being made. The connection that did so still knows them.
func Strip(ctx context.Context, tx *storage.Tx) error {
	return rewriteSchema(ctx, tx, func() error {
		_, err := tx.ExecText(ctx, `DELETE FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'journal\_%' ESCAPE '\'`)
		return err
	})
}

// Stripped tells whether a database has tables and none of the journal's triggers.
func Stripped(ctx context.Context, tx *storage.Tx) (bool, error) {
	if tx.Dialect() != storage.SQLite {
		return false, nil
	}
	var triggers int
	err := tx.GetText(ctx, `SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'journal\_%' ESCAPE '\'`, nil, &triggers)
	return triggers == 0, err
}

// Equip gives a stripped database the triggers that Install would. The connection that did so does not know them: it is closed before anybody writes.
func (s *FileScan) Equip(ctx context.Context, tx *storage.Tx, tables []storage.Table) error {
	texts, err := storage.AllText(ctx, tx, `SELECT sql FROM sqlite_schema WHERE type = 'table' ORDER BY rowid`, func(r *storage.Rows) (string, error) {
		var text *string
		err := r.Scan(&text)
		if err != nil || text == nil {
			return "", err
		}
		return *text, nil
	})
	if err != nil {
		return err
	}
	layout, err := s.layout(ctx, schemaHash(texts), tables, func(fn func(*storage.Tx) error) error { return fn(tx) })
	if err != nil {
		return err
	}
	return rewriteSchema(ctx, tx, func() error {
		for _, t := range tables {
			if t.Exempt != "" {
				continue
			}
			if _, err := tx.ExecText(ctx, equipping(len(layout[t.Name].triggers)/3), layout[t.Name].triggers...); err != nil {
				return fmt.Errorf("journal triggers of %s: %w", t.Name, err)
			}
		}
		return nil
	})
}

// equipping is the statement that enters n triggers, of three parameters each: its name, its table, its text.
func equipping(n int) string {
	var b strings.Builder
	b.WriteString(`INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES `)
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "('trigger', $%d, $%d, 0, $%d)", 3*i+1, 3*i+2, 3*i+3)
	}
	return b.String()
}

// schemaRows gives the triggers of a table as equipping takes them.
func schemaRows(c storage.Columns) []any {
	var out []any
	for _, s := range triggers(c, storage.SQLite, "") {
		rest, ok := strings.CutPrefix(s, "CREATE TRIGGER ")
		if !ok {
			continue // drops the one before
		}
		name, _, _ := strings.Cut(rest, " ")
		out = append(out, strings.Trim(name, `"`), c.Table, s)
	}
	return out
}

// rewriteSchema runs fn while the table of the schema can be written.
func rewriteSchema(ctx context.Context, tx *storage.Tx, fn func() error) error {
	if _, err := tx.ExecText(ctx, `PRAGMA writable_schema = ON`); err != nil {
		return err
	}
	err := fn()
	if _, off := tx.ExecText(ctx, `PRAGMA writable_schema = OFF`); err == nil {
		err = off
	}
	return err
}
