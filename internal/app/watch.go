package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/watch"
)

// newWatcher makes the watcher of this installation: its own engine, its own connection to the control database, its own ledger of who must be there.
func (n *Node) newWatcher(ctx context.Context) (*watch.Watcher, func(), error) {
	ledger, err := watch.OpenLedger(filepath.Join(n.Options.Data, "watch", "ledger.jsonl"), n.Clock)
	if err != nil {
		return nil, nil, err
	}
	engine, err := openEngine(ctx, n.Options)
	if err != nil {
		return nil, nil, err
	}
	pool := volume.NewPool(volume.Config{Kinds: []volume.Kind{controlKind()}, Clock: n.Clock,
		Locate: func(context.Context, volume.Ref) (volume.Place, error) {
			return volume.Place{Engine: engine, Generation: 1}, nil
		},
		Writable: func(volume.Ref) error { return errors.New("the watcher changes nothing") }})
	w := watch.New(watch.Config{World: &sight{engine: engine, fleet: fleet.New(pool.Volume(fleet.ControlRef), engine, n.Clock), control: pool.Volume(fleet.ControlRef), pool: pool, hollows: hollows{whole: n.Recovery.Whole()}, now: n.Clock.Now, tell: func(found map[string]bool) { n.hollow.Store(&found) }}, Ledger: ledger, Clock: n.Clock, Log: n.Log,
		Freeze: func(ctx context.Context, why string) error {
			return n.Maintenance.Freeze(identity.AsSystem(ctx, "watcher"), why)
		},
		Alarm: n.alarm, Found: n.found})
	n.watcher.Store(w)
	return w, func() { pool.Close(); engine.Close() }, nil
}

// sight is the installation as the watcher sees it.
type sight struct {
	engine  storage.Engine
	fleet   *fleet.Fleet
	control *volume.Volume
	pool    *volume.Pool
	now     func() time.Time
	tell    func(hollow map[string]bool)
	hollows hollows
	listing *sqlite.Listing // nil on PostgreSQL, which lists in one answer
}

// Look implements watch.World.
func (s *sight) Look(ctx context.Context) ([]watch.Seen, error) {
	// Each look opens the control database as it is then, and holds nothing between looks: neither a file that was replaced nor memory.
	defer func() { s.pool.CloseIdle(s.now().Add(time.Second)) }()
	// By the rows themselves, never by the number of the newest commit: rows that a stray statement removed have made no commit yet.
	if _, err := s.fleet.LoadIfDifferent(ctx); err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	there := make(map[string]bool, len(names))
	for _, name := range names {
		there[name] = true
	}
	var placed []string
	for _, ref := range s.fleet.Volumes() {
		if name := ref.Name(s.fleet.Generation(ref)); there[name] {
			placed = append(placed, name)
		}
	}
	hollow, err := s.hollow(ctx, placed)
	if err != nil {
		return nil, err
	}
	s.tell(hollow)
	bySite := map[string]*watch.Seen{}
	var out []*watch.Seen
	for _, site := range s.fleet.All() {
		seen := &watch.Seen{Site: site.ID.String(), Slug: site.Slug, Org: site.Org.String(), State: string(site.State)}
		bySite[seen.Site] = seen
		out = append(out, seen)
	}
	for _, ref := range s.fleet.Volumes() {
		name := ref.Name(s.fleet.Generation(ref))
		if seen := bySite[ref.Owner]; seen != nil && (!there[name] || hollow[name]) {
			seen.Missing, seen.Places = append(seen.Missing, ref.Kind), append(seen.Places, name)
		}
	}
	all := make([]watch.Seen, len(out))
	for i, seen := range out {
		all[i] = *seen
	}
	return all, nil
}

// names lists the databases of sites that are there.
func (s *sight) names(ctx context.Context) ([]string, error) {
	files, ok := s.engine.(*sqlite.Engine)
	if !ok {
		return s.engine.List(ctx)
	}
	if s.listing == nil {
		s.listing = files.Listing("sites")
	}
	return s.listing.Names(ctx)
}

// alarm tells the owners what the watcher found. Without a mail server the log has it, as an error.
func (n *Node) alarm(ctx context.Context, findings []watch.Finding) error {
	var b strings.Builder
	for i, f := range findings {
		if i == 50 {
			fmt.Fprintf(&b, "… and %d more\n", len(findings)-i)
			break
		}
		b.WriteString(f.String() + "\n")
	}
	b.WriteString("\nAll maintenance is frozen. `holdfast site restore SLUG` brings a site back; `holdfast maintenance thaw` ends the freeze.\n")
	lines := make([]string, min(len(findings), 50))
	for i := range lines {
		lines[i] = findings[i].String()
	}
	return n.raise(ctx, n.alarmURL(ctx), fmt.Sprintf("Holdfast: %d tenants need you", len(findings)), b.String(), lines)
}
