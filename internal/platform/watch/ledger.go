package watch

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"holdfast.dev/internal/base/clock"
)

// Entry is a line of the ledger: a site that was seen for the first time, or one whose purge was explained.
type Entry struct {
	Seen
	At     time.Time `json:"at"`
	Purged bool      `json:"purged,omitempty"`
	Why    string    `json:"why,omitempty"`
}

// Ledger is the watcher's own memory of who must be there: a file of JSON lines that is only ever added to.
type Ledger struct {
	path  string
	clock clock.Clock
	mu    sync.Mutex
	sites map[string]Entry
	read  int64 // bytes of the file that sites reflects
	lines int
}

// OpenLedger reads a ledger, or begins one. A line that cannot be read is an error: a watcher that forgot a tenant is none.
func OpenLedger(path string, c clock.Clock) (*Ledger, error) {
	l := &Ledger{path: path, clock: c, sites: map[string]Entry{}}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	return l, l.follow()
}

// follow reads what was added to the file since it was read last, by whomever: the purge is another process. The caller holds the lock.
func (l *Ledger) follow() error {
	f, err := os.Open(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Seek(l.read, io.SeekStart); err != nil {
		return err
	}
	in := bufio.NewReader(f)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("%s line %d: %w", l.path, l.lines+1, err)
		}
		l.lines++
		l.read += int64(len(line))
		l.apply(e)
	}
}

func (l *Ledger) apply(e Entry) {
	if e.Purged {
		delete(l.sites, e.Site)
		return
	}
	l.sites[e.Site] = e
}

// Expected lists the sites that must be there, by slug.
func (l *Ledger) Expected() []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.follow() // what cannot be read now is read before the next entry, which fails then; nobody is forgotten
	out := make([]Entry, 0, len(l.sites))
	for _, e := range l.sites {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Entry) int { return strings.Compare(a.Slug, b.Slug) })
	return out
}

// Add enters the sites that are new.
func (l *Ledger) Add(seen []Seen) error {
	var fresh []Entry
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range seen {
		if _, ok := l.sites[s.Site]; !ok {
			fresh = append(fresh, Entry{Seen: s, At: l.clock.Now().UTC()})
		}
	}
	return l.write(fresh)
}

// Purged explains that a site is gone for good. Only the purge says so.
func (l *Ledger) Purged(site, why string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.sites[site]
	if !ok {
		return fmt.Errorf("the watcher knows of no site %s", site)
	}
	e.Purged, e.Why, e.At = true, why, l.clock.Now().UTC()
	return l.write([]Entry{e})
}

// write adds lines durably; the caller holds the lock.
func (l *Ledger) write(entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	f, err := os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, e := range entries {
		line, err := json.Marshal(e)
		if err != nil {
			return errors.Join(err, f.Close())
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	_, err = f.WriteString(b.String())
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return l.follow()
}
