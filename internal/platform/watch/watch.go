// Package watch notices that a tenant vanished. It keeps a ledger of its own of every site that it ever saw, in a file outside of every database, and
// compares it, again and again and through a connection of its own, with the control database and with what is on disk. In April 2022 no monitor
// fired, because the deletion went through the standard workflow; here it does not matter how a tenant went.
//
// It promises that a site or one of its volumes that is gone without an explanation is found within a minute, that all maintenance is frozen then, and that
// the owners are told. It never changes a tenant, and it never forgets one by itself.
package watch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"holdfast.dev/internal/base/clock"
)

// Seen is a site as it stands now.
type Seen struct {
	Site    string   `json:"site"`
	Slug    string   `json:"slug"`
	Org     string   `json:"org"`
	State   string   `json:"state"`
	Missing []string `json:"-"` // kinds of its volumes whose databases are not there
	Places  []string `json:"-"` // the names of those databases: a restore makes others, so that a loss after it is another one
}

// World is what the watcher looks at, through a connection of its own.
type World interface {
	// Look gives every site with the volumes that it lacks. A control database that cannot be read is an error, and a finding.
	Look(ctx context.Context) ([]Seen, error)
}

// Finding is something that should not be.
type Finding struct {
	Site string    `json:"site"`
	Slug string    `json:"slug"`
	What string    `json:"what"`
	At   time.Time `json:"at"`

	place string // what tells it from the same again after a restore
}

// String tells a finding in a sentence.
func (f Finding) String() string {
	if f.Site == "" {
		return f.What
	}
	return fmt.Sprintf("site %s (%s): %s", f.Slug, f.Site, f.What)
}

// Config is what a watcher needs.
type Config struct {
	World  World
	Ledger *Ledger
	Clock  clock.Clock
	Log    *slog.Logger
	// Freeze stops all maintenance at once.
	Freeze func(ctx context.Context, why string) error
	// Alarm tells the owners; it is called once for every new finding.
	Alarm func(ctx context.Context, findings []Finding) error
	// Found is called for every new finding, for what brings the site back. Optional.
	Found func(ctx context.Context, f Finding)
	Every time.Duration // between two looks; default 10 s
}

// Watcher looks again and again.
type Watcher struct {
	Config
	mu    sync.Mutex
	known map[string]Finding // open findings by site, what and where
	blind int                // looks in a row that could not see
}

// New makes a watcher.
func New(c Config) *Watcher {
	if c.Every <= 0 {
		c.Every = 10 * time.Second
	}
	return &Watcher{Config: c, known: map[string]Finding{}}
}

// Run looks until ctx ends.
func (w *Watcher) Run(ctx context.Context) {
	tick := time.NewTicker(w.Every)
	defer tick.Stop()
	for {
		if err := w.Check(ctx); err != nil && ctx.Err() == nil {
			w.Log.Error("watch: the alarm could not be raised", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// blindLooks is how many looks in a row may fail before that itself is a finding.
const blindLooks = 3

// Check looks once. The error is of the alarm or of the ledger, not of what was found.
func (w *Watcher) Check(ctx context.Context) error {
	seen, err := w.World.Look(ctx)
	if err != nil {
		w.blind++
		if w.blind < blindLooks {
			return nil
		}
		return w.report(ctx, []Finding{{What: "the control database cannot be read: " + err.Error(), At: w.Clock.Now()}})
	}
	w.blind = 0
	found, err := w.compare(seen)
	return errors.Join(err, w.report(ctx, found))
}

// compare finds what is gone, and enters what is new into the ledger.
func (w *Watcher) compare(seen []Seen) (found []Finding, err error) {
	here := map[string]bool{}
	for _, s := range seen {
		here[s.Site] = true
		if s.State == "restoring" || len(s.Missing) == 0 {
			continue
		}
		slices.Sort(s.Missing)
		slices.Sort(s.Places)
		found = append(found, Finding{Site: s.Site, Slug: s.Slug, What: "its databases are gone: " + strings.Join(s.Missing, ", "), At: w.Clock.Now(), place: strings.Join(s.Places, " ")})
	}
	for _, e := range w.Ledger.Expected() {
		if !here[e.Site] {
			found = append(found, Finding{Site: e.Site, Slug: e.Slug, What: "it is in no database any more, and nobody has said that it was purged", At: w.Clock.Now()})
		}
	}
	return found, w.Ledger.Add(seen)
}

// report freezes and tells what is new, and forgets what is well again.
func (w *Watcher) report(ctx context.Context, found []Finding) error {
	w.mu.Lock()
	now := map[string]Finding{}
	var fresh []Finding
	for _, f := range found {
		key := f.Site + " " + f.What + " " + f.place
		if old, ok := w.known[key]; ok {
			f = old
		} else {
			fresh = append(fresh, f)
		}
		now[key] = f
	}
	w.known = now
	w.mu.Unlock()
	if len(fresh) == 0 {
		return nil
	}
	for _, f := range fresh {
		w.Log.Error("watch: something is gone", "site", f.Site, "what", f.What)
	}
	err := w.Freeze(ctx, fmt.Sprintf("%d findings of the watcher, the first: %s", len(fresh), fresh[0]))
	err = errors.Join(err, w.Alarm(ctx, fresh))
	if w.Found != nil {
		for _, f := range fresh {
			w.Found(ctx, f)
		}
	}
	return err
}

// Wrong tells whether something still holds that was found of a site.
func (w *Watcher) Wrong(site string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.known {
		if f.Site == site {
			return true
		}
	}
	return false
}

// Open lists the findings that still hold.
func (w *Watcher) Open() []Finding {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Finding
	for _, f := range w.known {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Finding) int { return strings.Compare(a.Slug+a.What, b.Slug+b.What) })
	return out
}
