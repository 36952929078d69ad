package recovery

import (
	"context"
	"errors"
	"slices"
	"strings"

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
	hollow, err := Hollow(ctx, place.Engine, ref.Name(place.Generation))
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
