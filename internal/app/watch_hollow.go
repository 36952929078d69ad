package app

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
	"holdfast.dev/internal/platform/volume"
)

// A database whose tables were dropped is as gone as one whose file was removed, and nothing in a listing of databases tells. So the watcher asks each
// that was written to since it last asked whether the table is there without which a volume is none.

const (
	// hollowProbes bounds the files that one look opens; what is left waits for the next. With 500 each 10 seconds, 3,000 volumes that are all being written
	// to are asked within a minute.
	hollowProbes = 500
	// hollowBefore is how far back the first look asks: what happened while nobody watched.
	hollowBefore = time.Hour
)

// hollows remembers what was asked.
type hollows struct {
	asked   time.Time       // when the files were last compared
	waiting map[string]bool // written to and not asked yet
	found   map[string]bool
}

// hollow gives which of some databases, all there, have nothing in them any more.
func (s *sight) hollow(ctx context.Context, names []string) (map[string]bool, error) {
	files, ok := s.engine.(*sqlite.Engine)
	if !ok {
		return s.hollowSchemas(ctx)
	}
	h := &s.hollows
	if h.found == nil {
		h.found, h.waiting, h.asked = map[string]bool{}, map[string]bool{}, s.now().Add(-hollowBefore)
	}
	since := h.asked.Add(-2 * time.Second) // of the file system's clock
	h.asked = s.now()
	here := make(map[string]bool, len(names))
	for _, name := range names {
		if here[name] = true; h.found[name] || files.ChangedSince(name, since) {
			h.waiting[name] = true
		}
	}
	probes := 0
	for name := range h.waiting {
		if probes++; probes > hollowProbes {
			break
		}
		delete(h.waiting, name)
		if delete(h.found, name); here[name] && isHollow(ctx, s.engine, name) {
			h.found[name] = true
		}
	}
	return maps.Clone(h.found), nil
}

// isHollow opens a database. One that cannot be opened at this moment is asked again when it was written to.
func isHollow(ctx context.Context, e storage.Engine, name string) bool {
	db, err := e.Open(ctx, name)
	if err != nil {
		return false
	}
	defer db.Close()
	hollow := false
	err = db.Read(ctx, func(tx *storage.Tx) error {
		names, err := storage.TableNames(ctx, tx)
		hollow = !slices.Contains(names, headTable)
		return err
	})
	return err == nil && hollow
}

// headTable is in every volume from the transaction on that made it one.
const headTable = "journal_head"

// hollowSchemas asks a PostgreSQL server for all of them at once.
func (s *sight) hollowSchemas(ctx context.Context) (found map[string]bool, err error) {
	found = map[string]bool{}
	err = s.control.Read(ctx, func(tx *volume.Tx) error {
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
