package fleet

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ControlRef names the control volume.
var ControlRef = volume.Ref{Kind: "control", Owner: "control"}

// Kind is the control volume's kind.
func Kind() volume.Kind {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	k := volume.Kind{Name: "control", Migrations: storage.Migrations("fleet", files)}
	for _, t := range []string{"org", "site", "contact", "placement", "operation", "wake", "site_product", "sandbox"} {
		k.Tables = append(k.Tables, storage.Table{Name: t})
	}
	return k
}

// State is where a site is in its life.
type State string

// The states of a site.
const (
	Active     State = "active"
	Suspended  State = "suspended"
	ReadOnly   State = "read-only"
	Restoring  State = "restoring"
	Tombstoned State = "tombstoned"
	// Purged is what the purge leaves of a site: a row that says so. Such a site is in no list, and no move leads out of the state or into it here.
	Purged State = "purged"
)

// Org is a customer.
type Org struct {
	ID      ids.Org   `json:"id"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
}

// Site is a customer's suite under one name.
type Site struct {
	ID          ids.Site  `json:"id"`
	Org         ids.Org   `json:"org"`
	Slug        string    `json:"slug"`
	Name        string    `json:"name"`
	State       State     `json:"state"`
	StateSince  time.Time `json:"state_since"`
	StateReason string    `json:"state_reason,omitempty"`
	Created     time.Time `json:"created"`
}

// Fleet answers from memory and writes through the control volume.
type Fleet struct {
	control *volume.Volume
	engine  storage.Engine
	clock   clock.Clock
	current atomic.Pointer[state]
	loading sync.Mutex             // held from reading the control database until what was read is current
	read    atomic.Int64           // when the control database was read last, in microseconds
	head    atomic.Int64           // the commit that it stood at
	print   atomic.Pointer[string] // of the rows that LoadIfDifferent saw last
}

// state is the control database as the hot paths need it: every site and placement.
type state struct {
	sites      map[ids.Site]*Site
	bySlug     map[string]*Site
	orgs       map[ids.Org]*Org
	generation map[volume.Ref]int64
	products   map[ids.Site][]string
	sandboxes  map[ids.Site]Sandbox
	owned      map[string][]volume.Ref // the volumes of an owner, by kind
}

// New makes a fleet over the control volume of a pool and the engine on which new volumes are placed. Load must follow.
func New(control *volume.Volume, engine storage.Engine, c clock.Clock) *Fleet {
	f := &Fleet{control: control, engine: engine, clock: c}
	f.current.Store(&state{})
	return f
}

var (
	qOrgs       = storage.Register("fleet/org.all", `SELECT id, name, created_us FROM org ORDER BY name, id`)
	qSites      = storage.Register("fleet/site.all", `SELECT id, org_id, slug, name, state, state_us, state_reason, created_us FROM site WHERE state <> 'purged' ORDER BY slug`)
	qPlacements = storage.Register("fleet/placement.all", `SELECT kind, owner, generation FROM placement ORDER BY kind, owner`)
	qAddOrg     = storage.Register("fleet/org.insert", `INSERT INTO org (id, name, created_us) VALUES ($1, $2, $3)`)
	qAddSite    = storage.Register("fleet/site.insert", `INSERT INTO site (id, org_id, slug, name, state, state_us, state_reason, created_us)
		VALUES ($1, $2, $3, $4, $5, $6, '', $6)`)
	qAddSites = storage.Register("fleet/site.insert_many", `INSERT INTO site (id, org_id, slug, name, state, state_us, state_reason, created_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qSetState = storage.Register("fleet/site.state", `UPDATE site SET state = $2, state_us = $3, state_reason = $4 WHERE id = $1 AND state <> 'purged'`)
	qPlace    = storage.Register("fleet/placement.set", `INSERT INTO placement (kind, owner, cell, generation) VALUES ($1, $2, $3, $4)
		ON CONFLICT (kind, owner) DO UPDATE SET generation = excluded.generation`)
	qAddContact = storage.Register("fleet/contact.insert", `INSERT INTO contact (id, org_id, site_id, name, email, role, created_us) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
)

// Load reads the control database into memory. Writes through this Fleet keep it true; on PostgreSQL, where other nodes write too, it
// is called again now and then.
func (f *Fleet) Load(ctx context.Context) error {
	f.loading.Lock()
	defer f.loading.Unlock()
	s := &state{sites: map[ids.Site]*Site{}, bySlug: map[string]*Site{}, orgs: map[ids.Org]*Org{}, generation: map[volume.Ref]int64{}}
	var head journal.Head
	err := f.control.Read(ctx, func(tx *volume.Tx) (err error) {
		if head, err = journal.ReadHead(ctx, tx.Tx); err != nil {
			return err
		}
		orgs, err := storage.All(ctx, tx.Tx, qOrgs, scanOrg)
		if err != nil {
			return err
		}
		for _, o := range orgs {
			s.orgs[o.ID] = o
		}
		sites, err := storage.All(ctx, tx.Tx, qSites, scanSite)
		if err != nil {
			return err
		}
		for _, site := range sites {
			s.sites[site.ID], s.bySlug[site.Slug] = site, site
		}
		if s.products, err = loadProducts(ctx, tx); err != nil {
			return err
		}
		if s.sandboxes, err = loadSandboxes(ctx, tx); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, qPlacements)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var ref volume.Ref
			var g int64
			if err := rows.Scan(&ref.Kind, &ref.Owner, &g); err != nil {
				return err
			}
			s.generation[ref] = g
		}
		return rows.Err()
	})
	if err != nil {
		return fmt.Errorf("load fleet: %w", err)
	}
	f.current.Store(s.indexed())
	f.head.Store(head.Seq)
	f.read.Store(clock.Micros(f.clock.Now()))
	return nil
}

// Refresh reads the control database anew when it has commits that this process does not know of, and tells whether it had.
func (f *Fleet) Refresh(ctx context.Context) (bool, error) {
	var head journal.Head
	err := f.control.Read(ctx, func(tx *volume.Tx) (err error) {
		head, err = journal.ReadHead(ctx, tx.Tx)
		return err
	})
	if err != nil {
		return false, err
	}
	if head.Seq == f.head.Load() {
		f.read.Store(clock.Micros(f.clock.Now()))
		return false, nil
	}
	return true, f.Load(ctx)
}

// Age is how long ago the control database was read.
func (f *Fleet) Age() time.Duration { return f.clock.Now().Sub(clock.FromMicros(f.read.Load())) }

func scanOrg(r *storage.Rows) (*Org, error) {
	o := &Org{}
	var at int64
	err := r.Scan(&o.ID, &o.Name, &at)
	o.Created = clock.FromMicros(at)
	return o, err
}

func scanSite(r *storage.Rows) (*Site, error) {
	s := &Site{}
	var since, created int64
	err := r.Scan(&s.ID, &s.Org, &s.Slug, &s.Name, &s.State, &since, &s.StateReason, &created)
	s.StateSince, s.Created = clock.FromMicros(since), clock.FromMicros(created)
	return s, err
}

// write changes the control database and refreshes memory.
func (f *Fleet) write(ctx context.Context, fn func(*volume.Tx) error) error {
	if err := f.control.Write(ctx, fn); err != nil {
		return err
	}
	return f.Load(ctx)
}

// Engine gives the engine on which volumes live.
func (f *Fleet) Engine() storage.Engine { return f.engine }

// Locate tells where a volume lives; it is the pool's Locate.
func (f *Fleet) Locate(_ context.Context, ref volume.Ref) (volume.Place, error) {
	if ref == ControlRef {
		return volume.Place{Engine: f.engine, Generation: 1}, nil
	}
	g, ok := f.current.Load().generation[ref]
	if !ok {
		return volume.Place{}, fault.NotFound("there is no volume %s", ref)
	}
	return volume.Place{Engine: f.engine, Generation: g}, nil
}

// Writable refuses writes to the volumes of a site that is not active; it is the pool's Writable. A site is read-only because its work volume was lost:
// its on-call and status page have volumes of their own and go on.
func (f *Fleet) Writable(ref volume.Ref) error {
	id, err := ids.Parse[ids.Site](ref.Owner)
	if err != nil {
		return nil //nolint:nilerr // the control volume and those of organizations
	}
	s := f.current.Load().sites[id]
	if s == nil || s.State == Active || s.State == ReadOnly && ref.Kind != "work" {
		return nil
	}
	return fault.Unavailable("This site is %s; nothing can be changed now.", s.State)
}

// Volumes lists every volume that has a place, the control volume included.
func (f *Fleet) Volumes() []volume.Ref {
	refs := []volume.Ref{ControlRef}
	for ref := range f.current.Load().generation {
		refs = append(refs, ref)
	}
	return refs
}

// VolumesOf lists the volumes of one owner, by kind.
func (f *Fleet) VolumesOf(owner string) []volume.Ref {
	return slices.Clone(f.current.Load().owned[owner])
}

// Site gives a site by identifier.
func (f *Fleet) Site(id ids.Site) (*Site, error) {
	if s := f.current.Load().sites[id]; s != nil {
		return s, nil
	}
	return nil, fault.NotFound("there is no site %s", id)
}

// SiteBySlug gives a site by its name in URLs.
func (f *Fleet) SiteBySlug(slug string) (*Site, error) {
	if s := f.current.Load().bySlug[slug]; s != nil {
		return s, nil
	}
	return nil, fault.NotFound("there is no site %q", slug)
}

// Sites lists the sites, by slug.
func (f *Fleet) Sites(ctx context.Context) ([]*Site, error) {
	var out []*Site
	err := f.control.Read(ctx, func(tx *volume.Tx) (err error) {
		out, err = storage.All(ctx, tx.Tx, qSites, scanSite)
		return err
	})
	return out, err
}

// Orgs lists the organizations, by name.
func (f *Fleet) Orgs(ctx context.Context) ([]*Org, error) {
	var out []*Org
	err := f.control.Read(ctx, func(tx *volume.Tx) (err error) {
		out, err = storage.All(ctx, tx.Tx, qOrgs, scanOrg)
		return err
	})
	return out, err
}

// Org gives an organization by identifier.
func (f *Fleet) Org(id ids.Org) (*Org, error) {
	if o := f.current.Load().orgs[id]; o != nil {
		return o, nil
	}
	return nil, fault.NotFound("there is no organization %s", id)
}

// CreateOrg adds a customer. Its volumes are created by the caller (see Place).
func (f *Fleet) CreateOrg(ctx context.Context, name string) (*Org, error) {
	if name == "" || len(name) > 200 {
		return nil, fault.Invalid("name", "An organization needs a name of at most 200 bytes.")
	}
	o := &Org{ID: ids.New[ids.Org](f.clock.Now()), Name: name}
	err := f.write(ctx, func(tx *volume.Tx) error {
		o.Created = tx.Now()
		_, err := tx.Exec(ctx, qAddOrg, o.ID, o.Name, clock.Micros(o.Created))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create organization: %w", err)
	}
	return o, nil
}

var validSlug = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// CheckSlug tells what is wrong with a site's name in URLs.
func CheckSlug(slug string) error {
	if !validSlug.MatchString(slug) {
		return fault.Invalid("slug", "A site's name in URLs has 1 to 63 lower-case letters, digits and inner hyphens; %.80q has not.", slug)
	}
	return nil
}

// CreateSite adds a site in the active state. Its volumes are created by the caller (see Place).
func (f *Fleet) CreateSite(ctx context.Context, org ids.Org, slug, name string) (*Site, error) {
	if err := CheckSlug(slug); err != nil {
		return nil, err
	}
	if name == "" {
		name = slug
	}
	if _, err := f.Org(org); err != nil {
		return nil, err
	}
	s := &Site{ID: ids.New[ids.Site](f.clock.Now()), Org: org, Slug: slug, Name: name, State: Active}
	err := f.write(ctx, func(tx *volume.Tx) error {
		s.Created, s.StateSince = tx.Now(), tx.Now()
		_, err := tx.Exec(ctx, qAddSite, s.ID, s.Org, s.Slug, s.Name, string(s.State), clock.Micros(s.Created))
		return err
	})
	if errors.Is(err, storage.ErrUnique) {
		return nil, fault.Wrap(err, fault.KindConflict, "The site %q exists.", slug)
	}
	if err != nil {
		return nil, fmt.Errorf("create site: %w", err)
	}
	return s, nil
}

// CreateSites adds many sites of one organization in one commit, each named as its slug and active. Their volumes are created by the caller (see Place).
func (f *Fleet) CreateSites(ctx context.Context, org ids.Org, slugs []string) ([]*Site, error) {
	if _, err := f.Org(org); err != nil {
		return nil, err
	}
	out := make([]*Site, len(slugs))
	for i, slug := range slugs {
		if err := CheckSlug(slug); err != nil {
			return nil, err
		}
		out[i] = &Site{ID: ids.New[ids.Site](f.clock.Now()), Org: org, Slug: slug, Name: slug, State: Active}
	}
	err := f.write(ctx, func(tx *volume.Tx) error {
		return tx.Gather(ctx, func() error {
			for _, s := range out {
				s.Created, s.StateSince = tx.Now(), tx.Now()
				if err := tx.Insert(ctx, qAddSites, s.ID, s.Org, s.Slug, s.Name, string(s.State), clock.Micros(s.Created), "", clock.Micros(s.Created)); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if errors.Is(err, storage.ErrUnique) {
		return nil, fault.Wrap(err, fault.KindConflict, "One of the %d sites exists.", len(slugs))
	}
	return out, err
}

// AdoptSite adds a site that another installation had, with its identifiers, and its organization where it is not here yet. Its volumes are
// created by the caller.
func (f *Fleet) AdoptSite(ctx context.Context, org Org, s Site) error {
	if err := CheckSlug(s.Slug); err != nil {
		return err
	}
	if here, err := f.Site(s.ID); err == nil {
		return fault.Conflict("The site %s (%s) is here already, as %q. A copy can only go to an installation that does not have it.", s.Name, s.ID, here.Slug)
	}
	_, missing := f.Org(org.ID)
	err := f.write(ctx, func(tx *volume.Tx) error {
		if missing != nil {
			if _, err := tx.Exec(ctx, qAddOrg, org.ID, org.Name, clock.Micros(tx.Now())); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, qAddSite, s.ID, org.ID, s.Slug, s.Name, string(Active), clock.Micros(tx.Now()))
		return err
	})
	if errors.Is(err, storage.ErrUnique) {
		return fault.Wrap(err, fault.KindConflict, "The name %q is taken by another site here; choose one with --slug.", s.Slug)
	}
	return err
}

// Place records where volumes live: all or none, so that a site's volumes switch together.
func (f *Fleet) Place(ctx context.Context, generations map[volume.Ref]int64) error {
	return f.write(ctx, func(tx *volume.Tx) error { return place(ctx, tx, generations) })
}

func place(ctx context.Context, tx *volume.Tx, generations map[volume.Ref]int64) error {
	for ref, g := range generations {
		if _, err := tx.Exec(ctx, qPlace, ref.Kind, ref.Owner, "local", g); err != nil {
			return fmt.Errorf("place %s: %w", ref, err)
		}
	}
	return nil
}

// Generation gives the present generation of a volume, 0 when it has no place.
func (f *Fleet) Generation(ref volume.Ref) int64 { return f.current.Load().generation[ref] }

// AddContact registers somebody to call when an organization or a site is in trouble. Contacts live here, outside of every tenant: in 2022
// they were deleted with the tenants.
func (f *Fleet) AddContact(ctx context.Context, org ids.Org, site ids.Site, name, email, role string) error {
	return f.write(ctx, func(tx *volume.Tx) error {
		_, err := tx.Exec(ctx, qAddContact, ids.New[ids.Contact](tx.Now()), org, site, name, email, role, clock.Micros(tx.Now()))
		return err
	})
}

// OnlySite gives the site when there is exactly one, nil otherwise: a single team's install needs no names in its URLs. Sandboxes do not count.
func (f *Fleet) OnlySite() *Site {
	now := f.current.Load()
	if len(now.sites)-len(now.sandboxes) > 1 {
		return nil
	}
	var only *Site
	for _, s := range now.sites {
		if _, copied := now.sandboxes[s.ID]; copied {
			continue
		}
		if only != nil {
			return nil
		}
		only = s
	}
	return only
}

// Empty tells whether nothing was ever set up.
func (f *Fleet) Empty() bool { return len(f.current.Load().orgs) == 0 }

// All gives every site known now, in no order. The values are shared: nobody may change them.
func (f *Fleet) All() []*Site {
	var out []*Site
	for _, s := range f.current.Load().sites {
		out = append(out, s)
	}
	return out
}
