package recovery

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
	"holdfast.dev/internal/platform/volume"
)

// headTable is in every volume from the transaction on that made it one. A database without it, whose tables were dropped, is as gone as one whose file was removed.
const headTable = "journal_head"

// Hollow tells whether a database is there and no volume any more. A database that is not there is storage.ErrMissing.
func Hollow(ctx context.Context, e storage.Engine, name string) (hollow bool, err error) {
	db, err := e.Open(ctx, name)
	if err != nil {
		return false, err
	}
	defer db.Close()
	err = db.Read(ctx, func(tx *storage.Tx) error {
		names, err := storage.TableNames(ctx, tx)
		hollow = !slices.Contains(names, headTable)
		return err
	})
	return hollow, err
}

// Whole remembers which databases were found to be volumes, so that one whose schema has not changed since is not read once more: whoever looks after hundreds of lost sites asks for
// each again and again. The zero value knows of none.
type Whole struct {
	mu    sync.Mutex
	known map[string]int64 // by name: the version of the schema that had the head table
}

// Whole gives what this process's restores found and made.
func (r *Recovery) Whole() *Whole { return &r.whole }

// Hollow is the function of that name, with a memory.
func (w *Whole) Hollow(ctx context.Context, e storage.Engine, name string) (bool, error) {
	files, ok := e.(*sqlite.Engine)
	if !ok {
		return Hollow(ctx, e, name)
	}
	version, err := files.SchemaVersion(ctx, name) // before its tables are asked for: one that is dropped meanwhile shows the next time
	if err != nil {
		return false, err
	}
	w.mu.Lock()
	known, ok := w.known[name]
	w.mu.Unlock()
	if ok && known == version {
		return false, nil
	}
	hollow, err := Hollow(ctx, e, name)
	if err == nil {
		w.note(name, version, !hollow)
	}
	return hollow, err
}

// proven notes a database whose every row was just read.
func (w *Whole) proven(ctx context.Context, files *sqlite.Engine, name string) error {
	version, err := files.SchemaVersion(ctx, name)
	if err == nil {
		w.note(name, version, true)
	}
	return err
}

func (w *Whole) note(name string, version int64, whole bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !whole {
		delete(w.known, name)
		return
	}
	if w.known == nil || len(w.known) >= maxKnown {
		w.known = map[string]int64{}
	}
	w.known[name] = version
}

// maxKnown bounds what is remembered.
const maxKnown = 20_000

// HollowSchemas asks a PostgreSQL server for all of them at once.
func HollowSchemas(ctx context.Context, control *volume.Volume) (found map[string]bool, err error) {
	found = map[string]bool{}
	err = control.Read(ctx, func(tx *volume.Tx) error {
		names, err := storage.AllText(ctx, tx.Tx, `SELECT n.nspname FROM pg_namespace n WHERE n.nspname LIKE 'hf/%'
			AND NOT EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'r' AND c.relname = $1)`, func(r *storage.Rows) (name string, err error) {
			return name, r.Scan(&name)
		}, headTable)
		for _, name := range names {
			found[strings.TrimPrefix(name, "hf/")] = true
		}
		return err
	})
	return found, err
}

// Gone tells whether the database of a volume is gone, or all that it held.
func (r *Recovery) Gone(ctx context.Context, ref volume.Ref) (bool, error) {
	place, err := r.fleet.Locate(ctx, ref)
	if err != nil {
		return false, err
	}
	there, err := place.Engine.Exists(ctx, ref.Name(place.Generation))
	if err != nil || !there {
		return !there, err
	}
	hollow, err := r.whole.Hollow(ctx, place.Engine, ref.Name(place.Generation))
	if errors.Is(err, storage.ErrMissing) { // just now
		return true, nil
	}
	return hollow, err
}

// hollowAmong gives which of some databases, all there, are hollow. One that cannot be opened is not said to be: it is damaged, and whoever reads it will say so.
func (r *Recovery) hollowAmong(ctx context.Context, names []string) (map[string]bool, error) {
	e := r.fleet.Engine()
	if _, files := e.(*sqlite.Engine); !files {
		return HollowSchemas(ctx, r.pool.Volume(fleet.ControlRef))
	}
	found := map[string]bool{}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if hollow, err := Hollow(ctx, e, name); err == nil && hollow {
			found[name] = true
		}
	}
	return found, nil
}
