package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
)

// Listing lists the databases under some folders again and again, as a watcher does. A folder whose time has not changed is not read again: whatever
// appears in it or goes from it changes that time. It is not safe for concurrent use.
type Listing struct {
	dir     string
	folders []string
	known   map[string]listed
}

// listed is a folder as it was read.
type listed struct {
	changed time.Time // by the file system's clock
	read    time.Time // by ours
	names   []string  // of databases, without the folder
	folders []string
}

// settled is how old the last change of a folder must be before what was read of it is believed: a later change within the same tick of the file
// system's clock would not show.
const settled = 2 * time.Second

// Listing begins a listing of the databases under folders, such as "sites".
func (e *Engine) Listing(folders ...string) *Listing {
	return &Listing{dir: e.dir, folders: folders, known: map[string]listed{}}
}

// Names lists the databases that are there now. A folder that is not there has none.
func (l *Listing) Names(ctx context.Context) ([]string, error) {
	var out []string
	known := make(map[string]listed, len(l.known))
	for _, folder := range l.folders {
		if err := l.walk(ctx, folder, known, &out); err != nil {
			return nil, fmt.Errorf("list databases: %w", err)
		}
	}
	l.known = known
	return out, nil
}

func (l *Listing) walk(ctx context.Context, folder string, known map[string]listed, out *[]string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	st, err := os.Stat(filepath.Join(l.dir, filepath.FromSlash(folder)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	at, ok := l.known[folder]
	if !ok || !at.changed.Equal(st.ModTime()) || at.read.Sub(at.changed) < settled {
		if at, err = l.read(folder, st.ModTime()); err != nil {
			return err
		}
	}
	known[folder] = at
	for _, name := range at.names {
		*out = append(*out, path.Join(folder, name))
	}
	for _, name := range at.folders {
		if err := l.walk(ctx, path.Join(folder, name), known, out); err != nil {
			return err
		}
	}
	return nil
}

// read reads a folder. The time of its last change is that from before.
func (l *Listing) read(folder string, changed time.Time) (listed, error) {
	at := listed{changed: changed, read: clock.System.Now()}
	entries, err := os.ReadDir(filepath.Join(l.dir, filepath.FromSlash(folder)))
	if errors.Is(err, fs.ErrNotExist) {
		return at, nil
	}
	for _, e := range entries {
		if e.IsDir() {
			at.folders = append(at.folders, e.Name())
		} else if name, ok := strings.CutSuffix(e.Name(), ".db"); ok {
			at.names = append(at.names, name)
		}
	}
	return at, err
}
