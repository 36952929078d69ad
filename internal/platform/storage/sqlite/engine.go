// Package sqlite keeps each tenant database in a file of its own under one folder. It is one of the two importers of a
// driver. Every write is a BEGIN IMMEDIATE on the single write connection of the file, made durable by fsync of the
// write-ahead log (synchronous=FULL); readers have connections of their own and never wait for the writer.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"holdfast.dev/internal/base/durable"
	"holdfast.dev/internal/platform/storage"
)

// Engine keeps databases as files NAME.db under a folder.
type Engine struct {
	dir string
}

var validName = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]*(/[a-z0-9][a-z0-9_.-]*)*$`)

// New makes an engine over a folder, which is created when missing.
func New(dir string) (*Engine, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create data folder: %w", err)
	}
	return &Engine{dir: dir}, nil
}

// Dialect implements storage.Engine.
func (e *Engine) Dialect() storage.Dialect { return storage.SQLite }

// Path gives the file of a database.
func (e *Engine) Path(name string) string {
	return filepath.Join(e.dir, filepath.FromSlash(name)+".db")
}

func (e *Engine) check(name string) error {
	if !validName.MatchString(name) || strings.Contains(name, "..") {
		return fmt.Errorf("%q is no database name", name)
	}
	return nil
}

// Create implements storage.Engine.
func (e *Engine) Create(ctx context.Context, name string) error {
	if err := e.check(name); err != nil {
		return err
	}
	return e.create(name, nil)
}

func (e *Engine) create(name string, data []byte) error {
	path := e.Path(name)
	if err := durable.MakeDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("create folder of %s: %w", name, err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("create %s: %w", name, storage.ErrExists)
	}
	if err != nil {
		return fmt.Errorf("create %s: %w", name, err)
	}
	if len(data) > 0 {
		if _, err = f.Write(data); err == nil {
			err = f.Sync()
		}
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("create %s: %w", name, err), os.Remove(path))
	}
	return durable.Sync(filepath.Dir(path))
}

// Template gives the bytes of a database that fill has filled, for CreateFrom.
func (e *Engine) Template(ctx context.Context, fill func(*storage.Tx) error) ([]byte, error) {
	dir, err := os.MkdirTemp("", "holdfast-template-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return nil, err
	}
	db, err := OpenBuild(path)
	if err != nil {
		return nil, err
	}
	if err := db.Write(ctx, fill); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := db.FinishBuild(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// CreateFrom makes a database that is a copy of a template.
func (e *Engine) CreateFrom(ctx context.Context, name string, template []byte) error {
	if err := e.check(name); err != nil {
		return err
	}
	return e.create(name, template)
}

// Open implements storage.Engine.
func (e *Engine) Open(ctx context.Context, name string) (storage.DB, error) {
	if err := e.check(name); err != nil {
		return nil, err
	}
	path := e.Path(name)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open %s: %w", name, storage.ErrMissing)
	}
	return OpenFile(path)
}

// Exists implements storage.Engine.
func (e *Engine) Exists(ctx context.Context, name string) (bool, error) {
	if err := e.check(name); err != nil {
		return false, err
	}
	_, err := os.Stat(e.Path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// List implements storage.Engine.
func (e *Engine) List(ctx context.Context) ([]string, error) {
	var names []string
	err := filepath.WalkDir(e.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".db") {
			return err
		}
		rel, err := filepath.Rel(e.dir, path)
		if err != nil {
			return err
		}
		names = append(names, strings.TrimSuffix(filepath.ToSlash(rel), ".db"))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list databases: %w", err)
	}
	return names, nil
}

// Remove implements storage.Engine.
func (e *Engine) Remove(ctx context.Context, name string) error {
	if err := e.check(name); err != nil {
		return err
	}
	path := e.Path(name)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove %s: %w", name, err)
		}
	}
	return nil
}

// Size implements storage.Engine.
func (e *Engine) Size(ctx context.Context, name string) (int64, error) {
	if err := e.check(name); err != nil {
		return 0, err
	}
	var n int64
	for _, suffix := range []string{"", "-wal"} {
		if st, err := os.Stat(e.Path(name) + suffix); err == nil {
			n += st.Size()
		} else if suffix == "" {
			return 0, fmt.Errorf("size of %s: %w", name, err)
		}
	}
	return n, nil
}

// Close implements storage.Engine.
func (e *Engine) Close() error { return nil }

// Durable makes databases that DB.CloseBuild closed outlast a loss of power: their files, and the folders on the way to them.
func (e *Engine) Durable(names []string) error {
	var g errgroup.Group // the file system writes what waits together at once
	folders := map[string]bool{}
	for _, name := range names {
		path := e.Path(name)
		g.Go(func() error { return syncFile(path) })
		for dir := filepath.Dir(path); len(dir) >= len(e.dir); dir = filepath.Dir(dir) {
			folders[dir] = true
		}
	}
	err := g.Wait()
	for dir := range folders {
		g.Go(func() error { return durable.Sync(dir) })
	}
	return errors.Join(err, g.Wait())
}

// SchemaVersion gives the number that SQLite counts up with every change of a database's schema. Nothing of the schema is read for it, which takes longer than anything
// else in opening a database of many tables. storage.ErrMissing where there is no such file.
func (e *Engine) SchemaVersion(ctx context.Context, name string) (version int64, err error) {
	db, err := e.Open(ctx, name)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	c, err := db.(*DB).pool.Conn(ctx)
	if err != nil {
		return 0, fmt.Errorf("schema version of %s: %w", name, classify(err))
	}
	defer c.Close()
	if _, err = c.ExecContext(ctx, "PRAGMA busy_timeout=10000"); err == nil {
		err = c.QueryRowContext(ctx, "PRAGMA schema_version").Scan(&version)
	}
	if err != nil {
		return 0, fmt.Errorf("schema version of %s: %w", name, classify(err))
	}
	return version, nil
}

// ChangedSince tells whether the files of a database were written after an instant, without opening them.
func (e *Engine) ChangedSince(name string, at time.Time) bool {
	for _, suffix := range []string{"", "-wal"} {
		if st, err := os.Stat(e.Path(name) + suffix); err == nil && st.ModTime().After(at) {
			return true
		}
	}
	return false
}
