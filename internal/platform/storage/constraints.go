package storage

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// WithoutForeignKeys runs fn in the transaction with foreign keys checked at its end instead of at every statement: rows that are put
// back come in no particular order. SQLite defers them; PostgreSQL, whose keys are not deferrable, drops them and makes them again.
func WithoutForeignKeys(ctx context.Context, tx *Tx, fn func() error) error {
	if tx.Dialect() == SQLite {
		if _, err := tx.ExecText(ctx, "PRAGMA defer_foreign_keys = ON"); err != nil {
			return err
		}
		return fn()
	}
	type key struct{ table, name, def string }
	keys, err := AllText(ctx, tx, `SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
		WHERE c.contype = 'f' AND c.conrelid IN `+relationsOfSchema+` ORDER BY 1, 2`,
		func(r *Rows) (k key, err error) { return k, r.Scan(&k.table, &k.name, &k.def) })
	if err != nil {
		return err
	}
	var drop, add []string
	for _, k := range keys {
		drop = append(drop, "ALTER TABLE "+k.table+" DROP CONSTRAINT "+Quote(k.name))
		add = append(add, "ALTER TABLE "+k.table+" ADD CONSTRAINT "+Quote(k.name)+" "+k.def)
	}
	if _, err := tx.Script(ctx, drop); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	if done, err := tx.Script(ctx, add); err != nil {
		k := keys[min(done, len(keys)-1)]
		return fmt.Errorf("foreign key %s of %s does not hold: %w", k.name, k.table, err)
	}
	return nil
}

// WithoutIndexes runs fn while PostgreSQL has no indexes of words, and of the tables named none but those that keep rows apart, and makes them again: over many rows
// that takes a fraction of the time. On SQLite it just runs fn.
func WithoutIndexes(ctx context.Context, tx *Tx, tables []string, fn func() error) error {
	if tx.Dialect() != Postgres {
		return fn()
	}
	type index struct{ name, def string }
	indexes, err := AllText(ctx, tx, `SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
		JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
		WHERE i.indrelid IN `+relationsOfSchema+` AND NOT i.indisunique AND NOT i.indisexclusion AND (m.amname = 'gin' OR t.relname = ANY (string_to_array($1, ',')))
		ORDER BY i.indexrelid`, func(r *Rows) (i index, err error) { return i, r.Scan(&i.name, &i.def) }, strings.Join(tables, ","))
	if err != nil {
		return err
	}
	var drop, add []string
	for _, i := range indexes {
		drop, add = append(drop, "DROP INDEX "+i.name), append(add, i.def)
	}
	if _, err := tx.Script(ctx, drop); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	if done, err := tx.Script(ctx, add); err != nil {
		return fmt.Errorf("index %s: %w", indexes[min(done, len(indexes)-1)].name, err)
	}
	return nil
}

// CheckForeignKeys refuses with ErrForeignKey when a row points to one that is not there, before the transaction ends: others may share it, and their
// writes must not fail with it. PostgreSQL has checked by then.
func CheckForeignKeys(ctx context.Context, tx *Tx) error {
	if tx.Dialect() != SQLite {
		return nil
	}
	broken, err := AllText(ctx, tx, `SELECT "table", parent FROM pragma_foreign_key_check LIMIT 1`, func(r *Rows) (s string, err error) {
		var table, parent string
		err = r.Scan(&table, &parent)
		return fmt.Sprintf("a row of %s points to one of %s that is not there", table, parent), err
	})
	if err != nil {
		return err
	}
	if len(broken) > 0 {
		return Common(ErrForeignKey, errors.New(broken[0]))
	}
	_, err = tx.ExecText(ctx, "PRAGMA defer_foreign_keys = OFF")
	return err
}
