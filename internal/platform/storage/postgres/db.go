package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

	"holdfast.dev/internal/platform/storage"
)

// DB is one schema.
type DB struct {
	pool    *sql.DB
	setPath string
	lock    string

	mu     sync.Mutex
	create string // makes the schema, as long as no Write has; see Engine.Fresh
}

// Dialect implements storage.DB.
func (db *DB) Dialect() storage.Dialect { return storage.Postgres }

// Read implements storage.DB.
func (db *DB) Read(ctx context.Context, fn func(*storage.Tx) error) error {
	return db.in(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, []string{db.setPath}, fn)
}

// Write implements storage.DB. Waiting for the lock ends with ctx; once it is held, ctx no longer matters.
func (db *DB) Write(ctx context.Context, fn func(*storage.Tx) error) error {
	db.mu.Lock()
	if db.create == "" {
		db.mu.Unlock()
		return db.in(ctx, &sql.TxOptions{}, []string{db.setPath, db.lock}, fn)
	}
	defer db.mu.Unlock()
	err := db.in(ctx, &sql.TxOptions{}, []string{db.create, db.setPath, db.lock}, fn)
	if err == nil {
		db.create = ""
	}
	return err
}

func (db *DB) in(ctx context.Context, opts *sql.TxOptions, setup []string, fn func(*storage.Tx) error) error {
	lasting := context.WithoutCancel(ctx)
	c, err := db.pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", classify(err))
	}
	defer c.Close()
	tx, err := c.BeginTx(lasting, opts)
	if err != nil {
		return fmt.Errorf("begin: %w", classify(err))
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	for _, s := range setup {
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("begin: %w", classify(err))
		}
	}
	st := storage.NewTx(runner{conn: c, tx: tx, cancel: opts.ReadOnly}, storage.Postgres, classify)
	if err := fn(st); err != nil {
		return err
	}
	if err := st.Broken(); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", classify(err))
	}
	return nil
}

// Close implements storage.DB; the connections belong to the engine.
func (db *DB) Close() error { return nil }

type runner struct {
	conn   *sql.Conn // that tx runs on
	tx     *sql.Tx
	cancel bool // readers end with their caller; writers share their transaction with others
}

// Exec implements storage.Runner.
func (r runner) Exec(_ context.Context, text string, args []any) (int64, error) {
	res, err := r.tx.ExecContext(context.Background(), text, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Query implements storage.Runner.
func (r runner) Query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	if !r.cancel {
		ctx = context.Background()
	}
	return r.tx.QueryContext(ctx, text, args...)
}
