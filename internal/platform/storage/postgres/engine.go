// Package postgres keeps each tenant database in a schema of its own on one PostgreSQL server (a cell). It is one of
// the two importers of a driver. The one choke point of every transaction sets search_path to exactly one schema, so
// that a statement cannot reach another tenant; a writer holds an advisory lock of that schema until it commits.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"holdfast.dev/internal/platform/storage"
)

// Engine is one PostgreSQL database whose schemas are tenant databases.
type Engine struct {
	pool *sql.DB
}

var validName = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]*(/[a-z0-9][a-z0-9_.-]*)*$`)

// New connects to a server, for example postgres://user@host:5432/holdfast. maxConns bounds the connections of this process.
func New(ctx context.Context, url string, maxConns int) (*Engine, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	cfg.RuntimeParams["application_name"] = "holdfast"
	pool := stdlib.OpenDB(*cfg)
	pool.SetMaxOpenConns(maxConns)
	pool.SetMaxIdleConns(maxConns)
	if err := pool.PingContext(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	return &Engine{pool: pool}, nil
}

// Dialect implements storage.Engine.
func (e *Engine) Dialect() storage.Dialect { return storage.Postgres }

// Schema gives the schema that holds a database. A schema name takes 63 bytes at most; the longest name in use,
// "sites/site_<28>/status.g999999", takes 53.
func Schema(name string) string { return "hf/" + name }

func check(name string) error {
	if !validName.MatchString(name) || len(Schema(name)) > 63 {
		return fmt.Errorf("%q is no database name", name)
	}
	return nil
}

// Create implements storage.Engine.
func (e *Engine) Create(ctx context.Context, name string) error {
	if err := check(name); err != nil {
		return err
	}
	if _, err := e.pool.ExecContext(ctx, create(name)); err != nil {
		return fmt.Errorf("create %s: %w", name, classify(err))
	}
	return nil
}

// Open implements storage.Engine.
func (e *Engine) Open(ctx context.Context, name string) (storage.DB, error) {
	ok, err := e.Exists(ctx, name)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("open %s: %w", name, storage.ErrMissing)
	}
	return e.database(name), nil
}

// Fresh gives a database that its first Write makes, together with what is written: nobody ever sees it empty, and of a Write that fails nothing is left. Where there is one of the
// name already that Write gives ErrExists.
func (e *Engine) Fresh(name string) (storage.DB, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	db := e.database(name)
	db.create = create(name)
	return db, nil
}

func create(name string) string { return "CREATE SCHEMA " + storage.Quote(Schema(name)) }

func (e *Engine) database(name string) *DB {
	path := "SET LOCAL search_path TO " + storage.Quote(Schema(name))
	return &DB{pool: e.pool, setPath: path, lock: "SELECT pg_advisory_xact_lock(hashtextextended('" + Schema(name) + "', 0))"}
}

// Exists implements storage.Engine.
func (e *Engine) Exists(ctx context.Context, name string) (bool, error) {
	if err := check(name); err != nil {
		return false, err
	}
	var ok bool
	err := e.pool.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)", Schema(name)).Scan(&ok)
	if err != nil {
		return false, fmt.Errorf("look up %s: %w", name, classify(err))
	}
	return ok, nil
}

// List implements storage.Engine.
func (e *Engine) List(ctx context.Context) ([]string, error) {
	rows, err := e.pool.QueryContext(ctx, `SELECT nspname FROM pg_namespace WHERE nspname LIKE 'hf/%' ORDER BY nspname`)
	if err != nil {
		return nil, fmt.Errorf("list databases: %w", classify(err))
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		names = append(names, strings.TrimPrefix(s, "hf/"))
	}
	return names, rows.Err()
}

// Remove implements storage.Engine.
func (e *Engine) Remove(ctx context.Context, name string) error {
	if err := check(name); err != nil {
		return err
	}
	if _, err := e.pool.ExecContext(ctx, "DROP SCHEMA IF EXISTS "+storage.Quote(Schema(name))+" CASCADE"); err != nil {
		return fmt.Errorf("remove %s: %w", name, classify(err))
	}
	return nil
}

// Size implements storage.Engine.
func (e *Engine) Size(ctx context.Context, name string) (int64, error) {
	if err := check(name); err != nil {
		return 0, err
	}
	var n int64
	err := e.pool.QueryRowContext(ctx, `SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_namespace n
		JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid AND d.classid = 'pg_class'::regclass
		JOIN pg_class c ON c.oid = d.objid WHERE n.nspname = $1 AND c.relkind = 'r'`, Schema(name)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("size of %s: %w", name, classify(err))
	}
	return n, nil
}

// Close implements storage.Engine.
func (e *Engine) Close() error { return e.pool.Close() }

// classify turns SQLSTATE codes into the common errors.
func classify(err error) error {
	var pe *pgconn.PgError
	if !errors.As(err, &pe) {
		return err
	}
	switch pe.Code {
	case "23505":
		return storage.Common(storage.ErrUnique, err)
	case "23503":
		return storage.Common(storage.ErrForeignKey, err)
	case "23502":
		return storage.Common(storage.ErrNotNull, err)
	case "40001", "40P01", "55P03":
		return storage.Common(storage.ErrBusy, err)
	case "53100":
		return storage.Common(storage.ErrFull, err)
	case "42P06":
		return storage.Common(storage.ErrExists, err)
	case "3F000", "42P01":
		return storage.Common(storage.ErrMissing, err)
	case "25006":
		return storage.Common(storage.ErrReadOnly, err)
	case "XX001", "XX002":
		return storage.Common(storage.ErrCorrupt, err)
	}
	return err
}
