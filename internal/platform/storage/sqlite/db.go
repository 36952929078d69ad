package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"holdfast.dev/internal/base/durable"
	"holdfast.dev/internal/platform/storage"
)

// maxReaders bounds the read connections of one file; more readers than that wait.
const maxReaders = 8

// DB is one open file: one connection that writes, up to maxReaders that read.
type DB struct {
	path     string
	readOnly bool
	building bool
	pool     *sql.DB
	writer   chan *conn
	readers  chan *conn // idle read connections
	slots    chan struct{}
	closing  sync.Once
}

// OpenFile opens a file that exists (an empty one is a new database).
func OpenFile(path string) (*DB, error) { return open(path, "rw") }

// OpenBuild opens a file that is being made and that nobody else has: nothing of it is durable before FinishBuild, and a crash leaves a ruin that
// whoever made it removes.
func OpenBuild(path string) (*DB, error) { return open(path, "build") }

// Path gives the file.
func (db *DB) Path() string { return db.path }

// ReadHere reads on the connection that writes: another one would read the whole schema once more, which takes longer than reading a small volume.
func (db *DB) ReadHere(ctx context.Context, fn func(*storage.Tx) error) error {
	w, err := db.take(ctx)
	if err != nil {
		return err
	}
	defer db.put(w)
	return w.read(fn)
}

// FinishBuild closes a database opened by OpenBuild, as any other one is kept, and makes its file durable with one fsync.
func (db *DB) FinishBuild() error {
	if err := db.CloseBuild(); err != nil {
		return err
	}
	if err := syncFile(db.path); err != nil {
		return err
	}
	return durable.Sync(filepath.Dir(db.path))
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("finish %s: %w", path, err)
	}
	return nil
}

// CloseBuild is FinishBuild without the fsync: the file is nobody's before Engine.Durable.
func (db *DB) CloseBuild() error {
	if err := errors.Join(db.Close(), writeAhead(db.path)); err != nil {
		return fmt.Errorf("finish %s: %w", db.path, err)
	}
	return nil
}

// writeAhead marks a file that nobody has open as one with a write-ahead log, as the pragma does, which would make the log and its index only to remove them
// again, while every other open and close of the process waits: https://www.sqlite.org/fileformat2.html#file_format_version_numbers
func writeAhead(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt([]byte{2, 2}, 18)
	return errors.Join(err, f.Close())
}

// OpenImmutable opens a file for reading that nobody writes, such as an unpacked snapshot: no locks, no log.
func OpenImmutable(path string) (*DB, error) { return open(path, "ro") }

func open(path, mode string) (*DB, error) {
	building := mode == "build"
	if building {
		mode = "rw"
	}
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?mode=" + mode
	if mode == "ro" {
		dsn += "&immutable=1"
	}
	pool, err := sql.Open(driverName, dsn)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	// The pool itself has no bound: readers wait for slots, there is one writer, and a copy that is made beside all of them must never wait for one of
	// them to end, since idle ones stay open.
	pool.SetMaxOpenConns(0)
	pool.SetMaxIdleConns(maxReaders + 1)
	db := &DB{path: path, readOnly: mode == "ro", building: building, pool: pool, writer: make(chan *conn, 1), readers: make(chan *conn, maxReaders), slots: make(chan struct{}, maxReaders)}
	if mode != "ro" {
		db.writer <- nil // it connects when somebody writes: who only reads does not pay for it
	}
	return db, nil
}

// take gives the connection that writes, to be put back by put. The first is one that has read and rests, if there is one: it knows the schema, which takes most of
// the time of opening a small database.
func (db *DB) take(ctx context.Context) (*conn, error) {
	select {
	case w, ok := <-db.writer:
		if !ok {
			return nil, fmt.Errorf("write %s: database is closed", db.path)
		}
		if w != nil {
			return w, nil
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	w, err := db.firstWriter()
	if err != nil {
		db.writer <- nil
	}
	return w, err
}

func (db *DB) firstWriter() (*conn, error) {
	if db.building {
		return db.connect(true)
	}
	select {
	case c := <-db.readers: // never closed here: Close waits for the writer first
		if err := c.run("PRAGMA query_only=OFF", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"); err != nil {
			err = errors.Join(err, c.run("PRAGMA query_only=ON"))
			db.readers <- c // it stays open: it may be the last that has what a removed file held
			return nil, err
		}
		c.write = true
		return c, nil
	default:
		return db.connect(true)
	}
}

func (db *DB) put(w *conn) { db.writer <- w }

// connect opens a connection and sets it up. cache_size is an upper bound that fills only as pages are used.
func (db *DB) connect(write bool) (*conn, error) {
	ctx := context.Background()
	c, err := db.pool.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect %s: %w", db.path, classify(err))
	}
	setup := []string{"PRAGMA busy_timeout=10000", "PRAGMA foreign_keys=ON", "PRAGMA recursive_triggers=ON", "PRAGMA temp_store=MEMORY", "PRAGMA cache_size=-32000", "PRAGMA wal_autocheckpoint=4000"}
	if write && db.building {
		setup = append([]string{"PRAGMA synchronous=OFF", "PRAGMA journal_mode=MEMORY"}, setup...)
	} else if write {
		setup = append([]string{"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"}, setup...)
	} else {
		setup = append(setup, "PRAGMA query_only=ON")
	}
	made := &conn{c: c, write: write, stmts: map[string]*statement{}}
	if err := made.run(setup...); err != nil {
		c.Close()
		return nil, fmt.Errorf("%s: %w", db.path, err)
	}
	return made, nil
}

// Dialect implements storage.DB.
func (db *DB) Dialect() storage.Dialect { return storage.SQLite }

// Read implements storage.DB.
func (db *DB) Read(ctx context.Context, fn func(*storage.Tx) error) error {
	return db.readOn(ctx, db.reader, fn)
}

// ReadOpen is Read for what is short, on a connection that is open: one that reads and rests, else the one that writes. A file that was removed under its open connections is
// read on like this, where another connection would find nothing; and it spares that other one, which is opened only while all are at work.
func (db *DB) ReadOpen(ctx context.Context, fn func(*storage.Tx) error) error {
	return db.readOn(ctx, db.opened, fn)
}

// readOn reads on a connection that reads and rests, else on the one that other gives, to be given back.
func (db *DB) readOn(ctx context.Context, other func(context.Context) (c *conn, back chan<- *conn, err error), fn func(*storage.Tx) error) error {
	select {
	case db.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-db.slots }()
	var c *conn
	var back chan<- *conn = db.readers
	select {
	case c = <-db.readers:
	default:
		var err error
		if c, back, err = other(ctx); err != nil {
			return err
		}
	}
	defer func() { back <- c }()
	return c.read(fn)
}

func (db *DB) reader(context.Context) (*conn, chan<- *conn, error) {
	c, err := db.connect(false)
	return c, db.readers, err
}

func (db *DB) opened(ctx context.Context) (*conn, chan<- *conn, error) {
	select {
	case w, ok := <-db.writer:
		if w != nil {
			return w, db.writer, nil
		}
		if ok {
			db.put(nil)
		}
	default:
	}
	c, err := db.connect(false)
	if err == nil {
		return c, db.readers, nil
	}
	w, gone := db.take(ctx) // when its write is done
	if gone != nil {
		return nil, nil, errors.Join(err, gone)
	}
	return w, db.writer, nil
}

// Write implements storage.DB.
func (db *DB) Write(ctx context.Context, fn func(*storage.Tx) error) (err error) {
	c, err := db.take(ctx)
	if err != nil {
		return err
	}
	defer db.put(c)
	if err := c.begin("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			c.rollback()
		}
	}()
	tx := storage.NewTx(c, storage.SQLite, classify)
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Broken(); err != nil {
		return err
	}
	if _, err := c.Exec(context.Background(), "COMMIT", nil); err != nil {
		return fmt.Errorf("commit: %w", classify(err))
	}
	done = true
	return nil
}

// CopyTo writes a compact, consistent copy of the database to a new file while others go on reading and writing.
func (db *DB) CopyTo(ctx context.Context, path string) error {
	c, err := db.connect(false)
	if err != nil {
		return err
	}
	defer c.close()
	if _, err := c.Exec(ctx, "PRAGMA query_only=OFF", nil); err != nil {
		return classify(err)
	}
	if _, err := c.Exec(ctx, "VACUUM INTO $1", []any{path}); err != nil {
		return fmt.Errorf("copy database: %w", classify(err))
	}
	return nil
}

// Close waits for the writer and closes every connection.
func (db *DB) Close() error {
	var err error
	db.closing.Do(func() {
		if !db.readOnly {
			if w := <-db.writer; w != nil {
				w.close()
			}
			close(db.writer)
		}
		for range maxReaders {
			db.slots <- struct{}{}
		}
		close(db.readers)
		for c := range db.readers {
			c.close()
		}
		err = db.pool.Close()
	})
	return err
}

// conn is a connection with the statements it has prepared.
type conn struct {
	c     *sql.Conn
	write bool
	stmts map[string]*statement
}

// statement is a prepared one.
type statement struct {
	*sql.Stmt
	order []int // see positional
}

// maxStatements bounds the prepared statements of a connection; composed texts would fill it without end.
const maxStatements = 400

func (c *conn) prepare(text string) (*statement, error) {
	if s := c.stmts[text]; s != nil {
		return s, nil
	}
	plain, order := positional(text)
	p, err := c.c.PrepareContext(context.Background(), plain)
	if err != nil {
		return nil, err
	}
	s := &statement{p, order}
	if len(c.stmts) >= maxStatements {
		for text, old := range c.stmts {
			old.Close()
			delete(c.stmts, text)
			break
		}
	}
	c.stmts[text] = s
	return s, nil
}

// Exec implements storage.Runner. The caller's cancellation is not passed on: SQLite undoes the whole transaction
// when a writing statement is interrupted.
func (c *conn) Exec(_ context.Context, text string, args []any) (int64, error) {
	s, err := c.prepare(text)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(context.Background(), arranged(s.order, args)...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Query implements storage.Runner. A reader's statement ends when its caller goes away; a writer's does not, see Exec.
func (c *conn) Query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	s, err := c.prepare(text)
	if err != nil {
		return nil, err
	}
	if c.write {
		ctx = context.Background()
	}
	return s.QueryContext(ctx, arranged(s.order, args)...)
}

// run executes statements that are not kept.
func (c *conn) run(statements ...string) error {
	for _, s := range statements {
		if _, err := c.c.ExecContext(context.Background(), s); err != nil {
			return fmt.Errorf("%s: %w", s, classify(err))
		}
	}
	return nil
}

// read runs fn in a transaction that sees one instant and is undone.
func (c *conn) read(fn func(*storage.Tx) error) error {
	if err := c.begin("BEGIN"); err != nil {
		return err
	}
	defer c.rollback()
	return fn(storage.NewTx(c, storage.SQLite, classify))
}

func (c *conn) begin(text string) error {
	if _, err := c.Exec(context.Background(), text, nil); err != nil {
		return fmt.Errorf("begin: %w", classify(err))
	}
	return nil
}

// rollback ignores "no transaction is active": the engine has then rolled back by itself.
func (c *conn) rollback() { _, _ = c.Exec(context.Background(), "ROLLBACK", nil) }

func (c *conn) close() {
	for _, s := range c.stmts {
		s.Close()
	}
	c.c.Close()
}
