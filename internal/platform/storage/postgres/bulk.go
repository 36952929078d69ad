package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"holdfast.dev/internal/platform/storage"
)

// What takes many statements or rows over the wire at once. Both work inside of the transaction that runs on the connection.

// Script sends statements as one message, so that a schema of hundreds costs one journey. A line comment may end any of them.
func (r runner) Script(_ context.Context, texts []string) (done int, err error) {
	err = raw(r.conn, func(c *pgx.Conn) error {
		ctx := context.Background() // as Exec: writers share their transaction with others
		answers := c.PgConn().Exec(ctx, strings.Join(texts, "\n;\n"))
		for answers.NextResult() {
			if _, err := answers.ResultReader().Close(); err != nil {
				break // Close below gives it
			}
			done++
		}
		return answers.Close()
	})
	return done, err
}

// CopyIn puts rows into a table of the schema with COPY.
func (r runner) CopyIn(_ context.Context, table string, columns []string, rows storage.RowSource) (n int64, err error) {
	source := &rowSource{next: rows}
	err = raw(r.conn, func(c *pgx.Conn) (err error) {
		n, err = c.CopyFrom(context.Background(), pgx.Identifier{table}, columns, source)
		return err
	})
	if source.err != nil { // the server has only heard that there was one
		err = source.err
	}
	return n, err
}

// raw runs fn on the driver's own connection.
func raw(c *sql.Conn, fn func(*pgx.Conn) error) error {
	return c.Raw(func(driver any) error {
		pc, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the connection is %T and not pgx's", driver)
		}
		return fn(pc.Conn())
	})
}

// rowSource gives rows as pgx asks for them, from a goroutine of its own.
type rowSource struct {
	next storage.RowSource
	row  []any
	err  error
}

func (s *rowSource) Next() bool {
	s.row, s.err = s.next()
	return s.err == nil && s.row != nil
}

func (s *rowSource) Values() ([]any, error) { return s.row, nil }

func (s *rowSource) Err() error { return s.err }
