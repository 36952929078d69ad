package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/assurance"
	"holdfast.dev/internal/platform/blob"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/postgres"
	"holdfast.dev/internal/platform/storage/sqlite"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/watch"
	"holdfast.dev/internal/platform/webhook"
)

// Node is one process's hold on a data folder: every part wired, nothing served yet.
type Node struct {
	Options  Options
	Clock    clock.Clock
	Log      *slog.Logger
	Engine   storage.Engine
	Pool     *volume.Pool
	Fleet    *fleet.Fleet
	Vault    *vault.Vault
	Signer   *vault.Signer
	Shipper  *vault.Shipper
	Recovery *recovery.Recovery
	Jobs     *jobs.Runner
	Mailer   *notify.Mailer // nil where no mail server is configured
	Webhooks *webhook.Client

	Maintenance *maintenance.Engine

	products  products
	commits   *broadcast
	restores  restores
	copying   copying
	faces     faces
	watcher   atomic.Pointer[watch.Watcher]   // once it runs
	hollow    atomic.Pointer[map[string]bool] // databases that the watcher found to be there and empty
	tester    *assurance.Tester
	fleets    fleetRuns
	locks     []*os.File
	stop      context.CancelFunc
	running   sync.WaitGroup
	settingUp sync.Mutex
	forgotten bool // the control database is gone while the vault knows it
}

// ErrRebuild is returned when the control database is gone but the vault has it: nothing may be created over it by accident.
var ErrRebuild = errors.New("the control database is gone and the vault has it: run `holdfast rebuild` to bring everything back")

// Open takes the data folder, opens or creates the control database, and starts shipping.
func Open(ctx context.Context, o Options, c clock.Clock, log *slog.Logger) (*Node, error) {
	return open(ctx, o, c, log, false)
}

func open(ctx context.Context, o Options, c clock.Clock, log *slog.Logger, rebuilding bool) (n *Node, err error) {
	o = o.defaults()
	n = &Node{Options: o, Clock: c, Log: log, commits: newBroadcast()}
	opened := n // a return clears n
	defer func() {
		if err != nil {
			opened.Close()
		}
	}()
	if err := n.lockParts(); err != nil {
		return nil, err
	}
	if n.Engine, err = openEngine(ctx, o); err != nil {
		return nil, err
	}
	store, err := openVault(ctx, o, c, log)
	if err != nil {
		return nil, err
	}
	n.Vault = vault.New(store)
	if n.Signer, err = vault.LoadSigner(ctx, filepath.Join(o.Data, "keys", "vault.key"), store); err != nil {
		return nil, err
	}
	if o.SMTP != "" {
		if n.Mailer, err = notify.NewMailer(o.SMTP, c); err != nil {
			return nil, err
		}
	}
	n.Webhooks = webhook.New(c, o.Reachable)
	n.wire(store)
	if err := n.openControl(ctx, rebuilding); err != nil {
		return nil, err
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	n.stop = stop
	n.running.Go(func() { n.Shipper.Run(run) })
	n.running.Go(func() { n.closeIdle(run) })
	if !n.whole() && !n.forgotten { // a control database that is just being rebuilt is followed by nobody
		n.running.Go(func() { n.follow(run) })
	}
	if !n.forgotten {
		if err := n.markUnshipped(ctx); err != nil {
			return nil, err
		}
		if n.takes(0) {
			if err := n.Recovery.Resume(identity.AsSystem(ctx, "recovery")); err != nil {
				return nil, err
			}
		}
	}
	return n, nil
}

// idleAfter is how long a volume stays open that nobody uses; opening it again takes some milliseconds.
const idleAfter = time.Minute

// Once manyClosed volumes were closed and no more than fewOpen are left, those are opened anew, the control database among them: what they allocated while the
// others came and went lies scattered, and each piece keeps a region of memory that is otherwise empty.
const (
	manyClosed = 32
	fewOpen    = 8
)

func (n *Node) closeIdle(ctx context.Context) {
	tick := time.NewTicker(idleAfter / 4)
	defer tick.Stop()
	closed := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := n.Recovery.Reopen(identity.AsSystem(ctx, "recovery")); err != nil {
				n.Log.Error("a site whose restore failed cannot be opened again yet", "error", err)
			}
			now := n.Pool.CloseIdle(n.Clock.Now().Add(-idleAfter))
			if closed += now; closed >= manyClosed && n.Pool.Open() <= fewOpen {
				now += n.Pool.CloseIdle(n.Clock.Now())
				closed = 0
			}
			if now > 0 {
				debug.FreeOSMemory() // what a thousand closed volumes held goes back at once
			}
		}
	}
}

func openEngine(ctx context.Context, o Options) (storage.Engine, error) {
	if o.Database != "" {
		return postgres.New(ctx, o.Database, 40)
	}
	return sqlite.New(o.Data)
}

// wire connects the parts; nothing is opened here.
func (n *Node) wire(store vault.Store) {
	tmp := filepath.Join(n.Options.Data, "tmp")
	n.products = newProducts(n, store)
	var shipped func(context.Context, volume.Ref, int64) error
	if n.Options.VaultSync {
		shipped = func(ctx context.Context, ref volume.Ref, seq int64) error { return n.Shipper.Wait(ctx, ref, seq) }
	}
	n.Pool = volume.NewPool(volume.Config{
		Kinds:   Kinds(),
		Shipped: shipped,
		Keep:    func(ref volume.Ref) bool { return n.Shipper.Unshipped(ref) },
		Clock:   n.Clock,
		Locate: func(ctx context.Context, ref volume.Ref) (volume.Place, error) {
			return n.locate(ctx, ref)
		},
		Writable: n.writable,
		Wake:     func(ref volume.Ref, at time.Time) error { return n.Jobs.Wake(ref, at) },
		Committed: func(ref volume.Ref, commits []journal.Commit) {
			n.Shipper.Mark(ref)
			if ref != fleet.ControlRef { // it has no jobs, and whoever writes a wake into it holds what Committed would wait for
				n.Jobs.Committed(ref)
			}
			n.commits.send(ref, commits)
			n.peopleCommitted(ref, commits)
		},
	})
	n.Fleet = fleet.New(n.Pool.Volume(fleet.ControlRef), n.Engine, n.Clock)
	n.Maintenance = n.newMaintenance()
	n.tester = n.newTester()
	host, err := os.Hostname()
	if err != nil {
		host = "node"
	}
	if len(n.Options.Only) > 0 { // processes on one machine write segments of their own
		host += "-" + strings.Join(n.Options.Only, "-")
	}
	n.Shipper = vault.NewShipper(vault.ShipperConfig{Vault: n.Vault, Pool: n.Pool, Signer: n.Signer, Node: host, Tmp: tmp, Clock: n.Clock, Log: n.Log})
	n.Shipper.Synchronous = n.Options.VaultSync
	n.Jobs = jobs.New(jobs.Config{Pool: n.Pool, Ledger: n.Fleet, Clock: n.Clock, Log: n.Log, Context: n.jobContext, Mine: n.runsJobs})
	for _, m := range n.products.members() {
		for kind, h := range m.jobs {
			n.Jobs.Handle(kind, h)
		}
	}
	n.Recovery = recovery.New(recovery.Config{Vault: n.Vault, Shipper: n.Shipper, Pool: n.Pool, Fleet: n.Fleet, Clock: n.Clock, Tmp: tmp, Log: n.Log, Later: n.later, Restored: n.restored, Wake: n.wakeRestored})
}

func (n *Node) openControl(ctx context.Context, rebuilding bool) error {
	if err := os.MkdirAll(filepath.Join(n.Options.Data, "tmp"), 0o700); err != nil {
		return err
	}
	there, err := n.Engine.Exists(ctx, fleet.ControlRef.Name(1))
	if err != nil {
		return err
	}
	if !there {
		known, err := n.Vault.History(ctx, fleet.ControlRef.String())
		if err != nil {
			return err
		}
		if len(known) > 0 {
			if !rebuilding {
				return ErrRebuild
			}
			n.forgotten = true
			return nil
		}
		if rebuilding {
			return fault.NotFound("The vault %s holds no control database: there is nothing to rebuild.", n.Options.Vault)
		}
		if err := n.Pool.Create(ctx, fleet.ControlRef, volume.Place{Engine: n.Engine, Generation: 1}); err != nil {
			return err
		}
		n.Shipper.Mark(fleet.ControlRef)
	}
	return n.Fleet.Load(ctx)
}

// markUnshipped finds, after a crash, the volumes whose last commits did not reach the vault. It looks at files changed since the newest segment, so that
// idle volumes are not opened, and lets go of each volume that has nothing to ship, so that a start of a large fleet takes no more memory than its life.
func (n *Node) markUnshipped(ctx context.Context) error {
	if n.takes(0) {
		n.Shipper.Mark(fleet.ControlRef)
	}
	files, ok := n.Engine.(*sqlite.Engine)
	newest, err := n.Vault.Newest(ctx)
	if err != nil {
		return err
	}
	for _, ref := range n.Fleet.Volumes() {
		if ref == fleet.ControlRef || !n.owns(ref) {
			continue
		}
		if ok {
			place, err := n.Fleet.Locate(ctx, ref)
			if err != nil || !files.ChangedSince(ref.Name(place.Generation), newest.Add(-time.Minute)) {
				continue
			}
		}
		if n.allShipped(ctx, ref) {
			continue
		}
		n.Shipper.Mark(ref)
	}
	return nil
}

// allShipped tells whether the vault has every commit of a volume; then nobody needs it open. A volume that cannot be read is the shipper's to report.
func (n *Node) allShipped(ctx context.Context, ref volume.Ref) bool {
	var head journal.Head
	err := n.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) (err error) {
		head, err = journal.ReadHead(ctx, tx.Tx)
		return err
	})
	return err == nil && head.Seq == head.SealedSeq && n.Pool.Evict(ctx, ref) == nil
}

// Close ships what is left and lets go of the data folder.
func (n *Node) Close() {
	if n.stop != nil {
		n.stop()
		n.running.Wait()
	}
	if n.Pool != nil {
		n.Pool.Close()
	}
	if n.Mailer != nil {
		n.Mailer.Close()
	}
	if n.Engine != nil {
		n.Engine.Close()
	}
	n.unlock()
}

// RunJobs runs what the volumes of this node have to do later, until ctx ends. A node that serves does; a command that only passes by does not.
func (n *Node) RunJobs(ctx context.Context) error {
	n.running.Go(func() { n.continueRestores(ctx) })
	n.running.Go(func() { n.keepVault(ctx) })
	return n.Jobs.Run(ctx)
}

// jobContext gives jobs of a site's volume what requests have: the site.
func (n *Node) jobContext(ctx context.Context, ref volume.Ref) (context.Context, error) {
	id, err := ids.Parse[ids.Site](ref.Owner)
	if err != nil {
		return ctx, nil //nolint:nilerr // a volume of no site
	}
	s, err := n.Fleet.Site(id)
	if err != nil {
		return nil, err
	}
	return n.siteContext(ctx, s), nil
}

// siteContext makes a context for work on a site outside of a request, such as a command or a job. Links in what it sends start with the
// configured base URL.
func (n *Node) siteContext(ctx context.Context, s *fleet.Site) context.Context {
	hs := &httpkit.Site{ID: s.ID, Org: s.Org, Slug: s.Slug, Name: s.Name}
	if only := n.Fleet.OnlySite(); only == nil || only.ID != s.ID {
		hs.BasePath = "/s/" + s.Slug
	}
	hs.BaseURL = n.Options.BaseURL + hs.BasePath
	return httpkit.WithSite(ctx, hs)
}

// Blobs gives the file contents of an owner.
func (n *Node) Blobs(owner string) *blob.Store {
	return blob.Open(filepath.Join(n.Options.Data, "blobs"), owner, n.Vault.Store())
}

// CreateOrg makes an organization with its volume.
func (n *Node) CreateOrg(ctx context.Context, name string) (*fleet.Org, error) {
	o, err := n.Fleet.CreateOrg(ctx, name)
	if err != nil {
		return nil, err
	}
	return o, n.createVolumes(ctx, o.ID.String(), "access")
}

// CreateSite makes a site with the volumes of its products, all of them where none are named, and what a new site holds.
func (n *Node) CreateSite(ctx context.Context, org ids.Org, slug, name string, products ...string) (*fleet.Site, error) {
	s, err := n.Fleet.CreateSite(ctx, org, slug, name)
	if err != nil {
		return nil, err
	}
	if len(products) == 0 {
		products = SiteProducts
	}
	return s, n.SwitchOn(ctx, s, products...)
}

func (n *Node) createVolumes(ctx context.Context, owner string, kinds ...string) error {
	generations := map[volume.Ref]int64{}
	for _, kind := range kinds {
		ref := volume.Ref{Kind: kind, Owner: owner}
		if err := n.Pool.Create(ctx, ref, volume.Place{Engine: n.Engine, Generation: 1}); err != nil {
			return err
		}
		generations[ref] = 1
	}
	if err := n.Fleet.Place(ctx, generations); err != nil {
		return err
	}
	for ref := range generations {
		n.Shipper.Mark(ref)
	}
	return nil
}

// FindSite gives a site by slug or identifier.
func (n *Node) FindSite(name string) (*fleet.Site, error) {
	if id, err := ids.Parse[ids.Site](name); err == nil {
		return n.Fleet.Site(id)
	}
	return n.Fleet.SiteBySlug(name)
}

// FindOrg gives an organization by identifier or exact name.
func (n *Node) FindOrg(ctx context.Context, name string) (*fleet.Org, error) {
	if id, err := ids.Parse[ids.Org](name); err == nil {
		return n.Fleet.Org(id)
	}
	orgs, err := n.Fleet.Orgs(ctx)
	if err != nil {
		return nil, err
	}
	orgs = slices.DeleteFunc(orgs, func(o *fleet.Org) bool { return o.Name != name })
	switch len(orgs) {
	case 0:
		return nil, fault.NotFound("there is no organization %q", name)
	case 1:
		return orgs[0], nil
	}
	var which []string
	for _, o := range orgs {
		which = append(which, o.ID.String())
	}
	return nil, fault.Conflict("%d organizations are called %q: say which by its identifier, %s", len(orgs), name, strings.Join(which, " or "))
}
