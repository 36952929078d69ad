package storage

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"unicode/utf8"
)

// DB is one tenant database.
type DB interface {
	Dialect() Dialect
	// Read runs fn on one consistent instant. fn must not write.
	Read(ctx context.Context, fn func(*Tx) error) error
	// Write runs fn alone on this database and returns after the commit is durable; an error of fn undoes everything.
	// Once fn has started, cancelling ctx no longer stops it: an interrupted statement could take the writes of others along.
	Write(ctx context.Context, fn func(*Tx) error) error
	Close() error
}

// Engine opens tenant databases by name. A name is a slash-separated path of lower-case letters, digits, "_", "." and "-".
type Engine interface {
	Dialect() Dialect
	Create(ctx context.Context, name string) error         // ErrExists
	Open(ctx context.Context, name string) (DB, error)     // ErrMissing
	Exists(ctx context.Context, name string) (bool, error) // cheap
	List(ctx context.Context) ([]string, error)
	// Remove deletes a database. Its callers are recovery (superseded generations, failed builds) and drills.
	Remove(ctx context.Context, name string) error
	// Size gives the bytes a database takes.
	Size(ctx context.Context, name string) (int64, error)
	Close() error
}

// Runner is what a connection of an engine does with a statement's text.
type Runner interface {
	Exec(ctx context.Context, text string, args []any) (int64, error)
	Query(ctx context.Context, text string, args []any) (*sql.Rows, error)
}

// Tx is a transaction on one database. It is not safe for concurrent use.
type Tx struct {
	run      Runner
	dialect  Dialect
	classify func(error) error
	broken   error // set once the engine has rolled the whole transaction back by itself
	gather   *gathered
}

// NewTx is for engines.
func NewTx(run Runner, dialect Dialect, classify func(error) error) *Tx {
	return &Tx{run: run, dialect: dialect, classify: classify}
}

// Dialect tells the engine, for the few places where the text of a statement must differ.
func (t *Tx) Dialect() Dialect { return t.dialect }

// Exec runs a registered statement and gives the number of rows it touched.
func (t *Tx) Exec(ctx context.Context, q *Query, args ...any) (int64, error) {
	n, err := t.ExecText(ctx, q.Text(t.dialect), args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", q.name, err)
	}
	return n, nil
}

// ExecText runs a statement composed at run time. The text must come from this program alone, values only as args.
func (t *Tx) ExecText(ctx context.Context, text string, args ...any) (int64, error) {
	if t.broken != nil {
		return 0, t.broken
	}
	if err := checkArgs(args); err != nil {
		return 0, err
	}
	n, err := t.run.Exec(ctx, text, args)
	if err != nil {
		return 0, t.classify(err)
	}
	return n, nil
}

// Query runs a registered statement that gives rows. The caller closes them.
func (t *Tx) Query(ctx context.Context, q *Query, args ...any) (*Rows, error) {
	rows, err := t.QueryText(ctx, q.Text(t.dialect), args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", q.name, err)
	}
	return rows, nil
}

// QueryText is Query for a statement composed at run time; see ExecText.
func (t *Tx) QueryText(ctx context.Context, text string, args ...any) (*Rows, error) {
	if t.broken != nil {
		return nil, t.broken
	}
	if err := checkArgs(args); err != nil {
		return nil, err
	}
	rows, err := t.run.Query(ctx, text, args)
	if err != nil {
		return nil, t.classify(err)
	}
	return &Rows{rows: rows, classify: t.classify}, nil
}

// Get scans the first row of a registered statement, ErrNoRows when there is none.
func (t *Tx) Get(ctx context.Context, q *Query, args []any, dest ...any) error {
	if err := t.GetText(ctx, q.Text(t.dialect), args, dest...); err != nil {
		return fmt.Errorf("%s: %w", q.name, err)
	}
	return nil
}

// GetText is Get for a statement composed at run time; see ExecText.
func (t *Tx) GetText(ctx context.Context, text string, args []any, dest ...any) error {
	rows, err := t.QueryText(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return ErrNoRows
	}
	if err := rows.Scan(dest...); err != nil {
		return err
	}
	return rows.Close()
}

// Savepoint runs fn so that its error undoes only what fn did. When the engine has given up the whole transaction
// (disk full, I/O error), every later call on the transaction fails with that error.
func (t *Tx) Savepoint(ctx context.Context, fn func() error) error {
	if _, err := t.ExecText(ctx, "SAVEPOINT part"); err != nil {
		return err
	}
	if err := fn(); err != nil {
		if t.broken == nil {
			if _, undo := t.ExecText(ctx, "ROLLBACK TO SAVEPOINT part"); undo != nil {
				t.broken = fmt.Errorf("transaction lost after %w", err)
			} else if _, undo := t.ExecText(ctx, "RELEASE SAVEPOINT part"); undo != nil {
				t.broken = fmt.Errorf("transaction lost after %w", err)
			}
		}
		return err
	}
	_, err := t.ExecText(ctx, "RELEASE SAVEPOINT part")
	return err
}

// Broken gives the error after which the engine gave the whole transaction up, nil when it did not.
func (t *Tx) Broken() error { return t.broken }

// Rows is a result being read.
type Rows struct {
	rows     *sql.Rows
	classify func(error) error
}

// Next advances; false at the end or on an error, which Err then gives.
func (r *Rows) Next() bool { return r.rows.Next() }

// Scan copies the columns of the present row.
func (r *Rows) Scan(dest ...any) error { return r.rows.Scan(dest...) }

// Columns names the columns.
func (r *Rows) Columns() ([]string, error) { return r.rows.Columns() }

// Err gives the error that ended the rows.
func (r *Rows) Err() error {
	if err := r.rows.Err(); err != nil {
		return r.classify(err)
	}
	return nil
}

// Close ends the reading; it is safe to call twice.
func (r *Rows) Close() error { return r.rows.Close() }

// All collects what scan makes of every row of a registered statement.
func All[T any](ctx context.Context, t *Tx, q *Query, scan func(*Rows) (T, error), args ...any) ([]T, error) {
	out, err := AllText(ctx, t, q.Text(t.dialect), scan, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", q.name, err)
	}
	return out, nil
}

// AllText is All for a statement composed at run time; see Tx.ExecText.
func AllText[T any](ctx context.Context, t *Tx, text string, scan func(*Rows) (T, error), args ...any) ([]T, error) {
	rows, err := t.QueryText(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// checkArgs keeps both engines to the text that both can hold: PostgreSQL refuses NUL and broken UTF-8, SQLite would store
// them, and a snapshot must fit both.
func checkArgs(args []any) error {
	for i, a := range args {
		if s, ok := a.(string); ok && (strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s)) {
			return fmt.Errorf("argument $%d: %w", i+1, ErrText)
		}
	}
	return nil
}

// One gives the only row of a registered query; ErrNoRows when there is none.
func One[T any](ctx context.Context, t *Tx, q *Query, scan func(*Rows) (T, error), args ...any) (T, error) {
	out, err := All(ctx, t, q, scan, args...)
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("%s: %w", q.name, ErrNoRows)
	}
	if err != nil {
		var none T
		return none, err
	}
	return out[0], nil
}
