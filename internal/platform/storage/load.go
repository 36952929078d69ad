package storage

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// scripting is a Runner that takes many statements over the wire at once. done is how many of them were executed before an error.
type scripting interface {
	Script(ctx context.Context, texts []string) (done int, err error)
}

// copying is a Runner with a way of its own to take many rows.
type copying interface {
	CopyIn(ctx context.Context, table string, columns []string, rows RowSource) (int64, error)
}

// loadArgs bounds the arguments of one statement, far below what both engines take.
const loadArgs = 600

// Script runs statements without arguments one after the other; see ExecText for what may be in them. done is how many were executed: the one after them is the
// one that an error is of.
func (t *Tx) Script(ctx context.Context, texts []string) (done int, err error) {
	if len(texts) == 0 {
		return 0, nil
	}
	if r, ok := t.run.(scripting); ok {
		if t.broken != nil {
			return 0, t.broken
		}
		if done, err = r.Script(ctx, texts); err != nil {
			return done, t.classify(err)
		}
		return len(texts), nil
	}
	for i, text := range texts {
		if _, err := t.ExecText(ctx, text); err != nil {
			return i, err
		}
	}
	return len(texts), nil
}

// RowSource gives one row after the other, nil after the last. A row may be changed once the next one is asked for.
type RowSource func() ([]any, error)

// Given gives rows that are there already.
func Given(rows [][]any) RowSource {
	return func() ([]any, error) {
		if len(rows) == 0 {
			return nil, nil
		}
		row := rows[0]
		rows = rows[1:]
		return row, nil
	}
}

// Load puts rows into a table and gives their number: with COPY on PostgreSQL, with statements of many rows on SQLite. Triggers fire as they do for any INSERT.
// A row has a string, an int64 or nil for each of the columns. An error of rows ends the loading.
func (t *Tx) Load(ctx context.Context, table string, columns []string, rows RowSource) (n int64, err error) {
	if t.broken != nil {
		return 0, t.broken
	}
	if r, ok := t.run.(copying); ok {
		n, err = t.loadByCopy(ctx, r, table, columns, rows)
	} else {
		n, err = t.loadByInsert(ctx, table, columns, rows)
	}
	if err != nil {
		return n, fmt.Errorf("load %s: %w", table, err)
	}
	return n, nil
}

func (t *Tx) loadByCopy(ctx context.Context, r copying, table string, columns []string, rows RowSource) (int64, error) {
	first, err := rows()
	if err != nil || first == nil { // most tables of a small volume are empty, and a COPY is three journeys
		return 0, err
	}
	n, err := r.CopyIn(ctx, table, columns, func() (row []any, err error) {
		if row, first = first, nil; row == nil {
			row, err = rows()
		}
		if err == nil {
			err = checkArgs(row)
		}
		return row, err
	})
	return n, t.classify(err)
}

func (t *Tx) loadByInsert(ctx context.Context, table string, columns []string, rows RowSource) (n int64, err error) {
	most := max(1, loadArgs/len(columns))
	many := "" // made when it is wanted: most tables of a small volume have a few rows or none
	var args []any
	for {
		row, err := rows()
		if err != nil {
			return n, err
		}
		if row == nil {
			break
		}
		if args = append(args, row...); len(args) < most*len(columns) {
			continue
		}
		if many == "" {
			many = Insertion(table, columns, most)
		}
		if _, err := t.ExecText(ctx, many, args...); err != nil {
			return n, err
		}
		n, args = n+int64(most), args[:0]
	}
	if len(args) == 0 {
		return n, nil
	}
	one := Insertion(table, columns, 1)
	for ; len(args) > 0; args = args[len(columns):] { // two lengths of statements a table: they are prepared once
		if _, err := t.ExecText(ctx, one, args[:len(columns)]...); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// Insertion gives the statement that puts n rows into a table.
func Insertion(table string, columns []string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES ", Quote(table), quoteAll(columns))
	p := 0
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		for j := range columns {
			p++
			if j == 0 {
				b.WriteString("($")
			} else {
				b.WriteString(", $")
			}
			b.WriteString(strconv.Itoa(p))
		}
		b.WriteString(")")
	}
	return b.String()
}

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = Quote(n)
	}
	return strings.Join(quoted, ", ")
}
