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
	text := `SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid`
	if tx.Dialect() == Postgres {
		text = `SELECT a.attname, upper(format_type(a.atttypid, NULL)), coalesce(array_position(i.indkey::int2[], a.attnum), -1) + 1
			FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
			WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum`
	}
	d := describing{Columns: Columns{Table: table}}
	rows, err := tx.QueryText(ctx, text, table)
	if err != nil {
		return d.Columns, fmt.Errorf("describe %s: %w", table, err)
	}
	defer rows.Close()
	for rows.Next() {
		var name, typ string
		var pk int
		if err := rows.Scan(&name, &typ, &pk); err != nil {
			return d.Columns, err
		}
		d.add(name, typ, pk)
	}
	if err := rows.Err(); err != nil {
		return d.Columns, err
	}
	if len(d.Names) == 0 {
		return d.Columns, fmt.Errorf("table %s: %w", table, ErrMissing)
	}
	return d.done(), nil
}

// DescribeTables is Describe for many tables, in their order: on PostgreSQL one statement for all of them.
func DescribeTables(ctx context.Context, tx *Tx, tables []string) ([]Columns, error) {
	out := make([]Columns, len(tables))
	if tx.Dialect() != Postgres {
		for i, name := range tables {
			var err error
			if out[i], err = Describe(ctx, tx, name); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	type column struct {
		table, name, typ string
		pk               int
	}
	columns, err := AllText(ctx, tx, `SELECT w.name, a.attname, upper(format_type(a.atttypid, NULL)), coalesce(array_position(i.indkey::int2[], a.attnum), -1) + 1
		FROM unnest(string_to_array($1, ',')) AS w (name) JOIN pg_attribute a ON a.attrelid = to_regclass(quote_ident(w.name))
		LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
		WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attrelid, a.attnum`, func(r *Rows) (c column, err error) {
		return c, r.Scan(&c.table, &c.name, &c.typ, &c.pk)
	}, strings.Join(tables, ","))
	if err != nil {
		return nil, fmt.Errorf("describe tables: %w", err)
	}
	of := map[string][]column{}
	for _, c := range columns {
		of[c.table] = append(of[c.table], c)
	}
	for i, name := range tables {
		if len(of[name]) == 0 {
			return nil, fmt.Errorf("table %s: %w", name, ErrMissing)
		}
		d := describing{Columns: Columns{Table: name}}
		for _, c := range of[name] {
			d.add(c.name, c.typ, c.pk)
		}
		out[i] = d.done()
	}
	return out, nil
}

// describing is what is known of a table so far.
type describing struct {
	Columns
	keys []keyColumn
}

type keyColumn struct {
	name string
	pos  int
}

// add takes the next column; pk is its place in the primary key from 1 on, 0 outside of it.
func (d *describing) add(name, typ string, pk int) {
	if typ == "INTEGER" {
		typ = "BIGINT"
	}
	d.Names, d.Types = append(d.Names, name), append(d.Types, typ)
	if pk > 0 {
		d.keys = append(d.keys, keyColumn{name, pk})
	}
}

func (d *describing) done() Columns {
	slices.SortFunc(d.keys, func(a, b keyColumn) int { return a.pos - b.pos })
	for _, k := range d.keys {
		d.Key = append(d.Key, k.name)
	}
	return d.Columns
}

// relationsOfSchema gives the relations of the present schema of PostgreSQL by what depends on it: the catalogs have an index for that, and none of relations by their schema,
// while one server may have the tables of a thousand sites.
const relationsOfSchema = `(SELECT d.objid FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_namespace'::regclass
	AND d.refobjid = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()))`

// TableNames lists the tables of the database, without the engine's own and without the shadow tables of full-text indexes.
func TableNames(ctx context.Context, tx *Tx) ([]string, error) {
	text := `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name`
	if tx.Dialect() == Postgres {
		text = `SELECT c.relname FROM pg_class c WHERE c.oid IN ` + relationsOfSchema + ` AND c.relkind = 'r' ORDER BY c.relname`
	}
	return AllText(ctx, tx, text, func(r *Rows) (string, error) {
		var s string
		err := r.Scan(&s)
		return s, err
	})
}

// Quote quotes an identifier of our own schema for use in composed text.
func Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
