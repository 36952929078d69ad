package app

import (
	"context"
	"maps"
	"time"

	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
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
	whole   *recovery.Whole // shared with restores, which have just read every row of what they made
}

// hollow gives which of some databases, all there, have nothing in them any more.
func (s *sight) hollow(ctx context.Context, names []string) (map[string]bool, error) {
	files, ok := s.engine.(*sqlite.Engine)
	if !ok {
		return recovery.HollowSchemas(ctx, s.control)
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
		if delete(h.found, name); here[name] && h.isHollow(ctx, s.engine, name) {
			h.found[name] = true
		}
	}
	return maps.Clone(h.found), nil
}

// isHollow opens a database. One that cannot be opened at this moment is asked again when it was written to.
func (h *hollows) isHollow(ctx context.Context, e storage.Engine, name string) bool {
	hollow, err := h.whole.Hollow(ctx, e, name)
	return err == nil && hollow
}
