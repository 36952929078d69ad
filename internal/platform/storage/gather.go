package storage

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Rows of one statement when many are written together: the largest size that fits is taken, so that a statement has few texts.
var gatherSizes = []int{64, 16, 4, 1}

// maxGatherArgs keeps statements of many rows well below the limits of both engines (32,766 and 65,535).
const maxGatherArgs = 3000

// gathered are the rows that wait, by statement in the order of their first use.
type gathered struct {
	order []*Query
	rows  map[*Query][][]any
}

// Gather runs fn and writes the rows that fn gave to Insert at its end, many a statement: on SQLite every statement that fires triggers keeps copies of the
// pages it touches, on PostgreSQL every statement is a journey over the wire. fn must not read rows that it inserted. It cannot be nested.
func (t *Tx) Gather(ctx context.Context, fn func() error) error {
	if t.gather != nil {
		return fmt.Errorf("storage: Gather in a Gather")
	}
	g := &gathered{rows: map[*Query][][]any{}}
	t.gather = g
	err := fn()
	t.gather = nil
	if err != nil {
		return err
	}
	for _, q := range g.order {
		if err := t.insertRows(ctx, q, g.rows[q]); err != nil {
			return err
		}
	}
	return nil
}

// Insert runs a registered statement of the form INSERT … VALUES (…) that adds one row: at once, or at the end of the Gather around it.
func (t *Tx) Insert(ctx context.Context, q *Query, args ...any) error {
	if t.gather == nil {
		_, err := t.Exec(ctx, q, args...)
		return err
	}
	g := t.gather
	if g.rows[q] == nil {
		g.order = append(g.order, q)
	}
	g.rows[q] = append(g.rows[q], args)
	return nil
}

func (t *Tx) insertRows(ctx context.Context, q *Query, rows [][]any) error {
	text := q.Text(t.dialect)
	for len(rows) > 0 {
		n := 1
		for _, size := range gatherSizes {
			if size <= len(rows) && size*len(rows[0]) <= maxGatherArgs {
				n = size
				break
			}
		}
		many, err := repeatValues(text, len(rows[0]), n)
		if err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		args := make([]any, 0, n*len(rows[0]))
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		if _, err := t.ExecText(ctx, many, args...); err != nil {
			return fmt.Errorf("%s, %d rows: %w", q.name, n, err)
		}
		rows = rows[n:]
	}
	return nil
}

// repeatValues makes the group after VALUES of a statement of one row a list of n groups, whose parameters are $1, $2, … in order.
func repeatValues(text string, width, n int) (string, error) {
	at := strings.Index(text, "VALUES (")
	if at < 0 {
		return "", fmt.Errorf("not a statement of the form INSERT … VALUES (…)")
	}
	at += len("VALUES ")
	end, depth := at, 0
	for ; end < len(text); end++ {
		if text[end] == '(' {
			depth++
		} else if text[end] == ')' {
			if depth--; depth == 0 {
				end++
				break
			}
		}
	}
	pieces, err := betweenParameters(text[at:end], width)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(text[:at])
	for row := range n {
		if row > 0 {
			b.WriteString(", ")
		}
		for i, piece := range pieces {
			if i > 0 {
				b.WriteString("$" + strconv.Itoa(row*width+i))
			}
			b.WriteString(piece)
		}
	}
	b.WriteString(text[end:])
	return b.String(), nil
}

// betweenParameters cuts a text at its parameters, which must be $1 to $width in order, each once.
func betweenParameters(text string, width int) ([]string, error) {
	pieces := make([]string, 0, width+1)
	for n := 1; n <= width; n++ {
		name := "$" + strconv.Itoa(n)
		before, after, ok := strings.Cut(text, name)
		if !ok || strings.Contains(before, "$") {
			return nil, fmt.Errorf("the parameters are not $1 to $%d in order", width)
		}
		pieces, text = append(pieces, before), after
	}
	if strings.Contains(text, "$") {
		return nil, fmt.Errorf("the parameters are not $1 to $%d in order", width)
	}
	return append(pieces, text), nil
}
