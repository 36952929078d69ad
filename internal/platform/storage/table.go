package storage

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Table is one table of a product, as its Tables method lists it. Every table is journaled unless Exempt says why not.
type Table struct {
	Name   string
	Exempt string
	// Item says what a row is to people, such as "wiki.page": browsers, the time machine and reports tell changes by it. Empty for what is nobody's
	// business, such as sequences.
	Item   string
	ItemID string // for rows that are parts of an item, the column with its identifier; empty for items themselves, whose column is id
	Title  string // the column by which people know an item
	// Blobs are the columns that name file contents by their hash: exports and checks of completeness follow them.
	Blobs []string
}

// Columns of a table as the database has it: names in order, and which of them are the primary key.
type Columns struct {
	Table string
	Names []string
	Types []string // "TEXT" or "BIGINT"
	Key   []string
}

// Describe reads the columns of a table from the database itself, so that triggers, digests and copies follow what is there
// and not what somebody remembered to list. ErrMissing when there is no such table.
func Describe(ctx context.Context, tx *Tx, table string) (Columns, error) {
	c := Columns{Table: table}
	text := `SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid`
	if tx.Dialect() == Postgres {
		text = `SELECT a.attname, upper(format_type(a.atttypid, NULL)), coalesce(array_position(i.indkey::int2[], a.attnum), -1) + 1
			FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
			WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum`
	}
	rows, err := tx.QueryText(ctx, text, table)
	if err != nil {
		return c, fmt.Errorf("describe %s: %w", table, err)
	}
	defer rows.Close()
	type key struct {
		name string
		pos  int
	}
	var keys []key
	for rows.Next() {
		var name, typ string
		var pk int
		if err := rows.Scan(&name, &typ, &pk); err != nil {
			return c, err
		}
		if typ == "INTEGER" {
			typ = "BIGINT"
		}
		c.Names = append(c.Names, name)
		c.Types = append(c.Types, typ)
		if pk > 0 {
			keys = append(keys, key{name, pk})
		}
	}
	if err := rows.Err(); err != nil {
		return c, err
	}
	if len(c.Names) == 0 {
		return c, fmt.Errorf("table %s: %w", table, ErrMissing)
	}
	slices.SortFunc(keys, func(a, b key) int { return a.pos - b.pos })
	for _, k := range keys {
		c.Key = append(c.Key, k.name)
	}
	return c, nil
}

// TableNames lists the tables of the database, without the engine's own and without the shadow tables of full-text indexes.
func TableNames(ctx context.Context, tx *Tx) ([]string, error) {
	text := `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name`
	if tx.Dialect() == Postgres {
		text = `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename`
	}
	return AllText(ctx, tx, text, func(r *Rows) (string, error) {
		var s string
		err := r.Scan(&s)
		return s, err
	})
}

// Quote quotes an identifier of our own schema for use in composed text.
func Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
