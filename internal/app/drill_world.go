package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/addon"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/operator"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access/account"
	"holdfast.dev/internal/product/access/role"
	"holdfast.dev/internal/product/access/token"
)

const (
	drillAuthor    = "drill-author"   // who writes plans
	drillApprover  = "drill-approver" // who approves them
	drillOwnerName = "drill-owner"
	drillOwner     = "owner@holdfast.example"
	drillAddon     = "insight-assets"
)

// folder gives the drill's data folder, vault the folder of its vault beside it: what destroys the first has not got the second.
func (d *drill) folder() string { return filepath.Join(d.o.Folder, "data") }
func (d *drill) vault() string  { return filepath.Join(d.o.Folder, "vault") }

// options are those of the drill's nodes. Nothing comes from the environment.
func (d *drill) options() Options {
	o := Options{Data: d.folder(), Vault: d.vault(), Database: d.o.Database, BaseURL: "http://holdfast.example", Alone: true,
		Reachable: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	if d.mail != nil {
		o.SMTP = "smtp://" + d.mail.address
	}
	return o
}

// open starts the first node with those who run it. A database that holds anything is refused: it is somebody's.
func (d *drill) open(ctx context.Context) (err error) {
	if err := os.MkdirAll(d.folder(), 0o700); err != nil {
		return err
	}
	engine, err := openEngine(ctx, d.options())
	if err != nil {
		return err
	}
	names, err := engine.List(ctx)
	if err = errors.Join(err, engine.Close()); err != nil {
		return err
	}
	if len(names) > 0 {
		return fault.Bad("The database given has %d volumes in it already. A drill destroys everything: give it an empty one.", len(names))
	}
	d.mine = true
	if d.mail, err = openDrillMail(); err != nil {
		return err
	}
	if err := d.start(ctx); err != nil {
		return err
	}
	d.res.Engine, d.tokens = string(d.n.Engine.Dialect()), map[string]string{}
	return d.n.control().Write(ctx, func(tx *volume.Tx) error {
		for _, o := range []struct {
			name, email string
			owner       bool
		}{{drillAuthor, "author@holdfast.example", false}, {drillApprover, "approver@holdfast.example", false}, {drillOwnerName, drillOwner, true}} {
			secret, err := operator.Create(ctx, tx, o.name, o.email, o.owner)
			if err != nil {
				return err
			}
			d.tokens[o.name] = secret
		}
		return nil
	})
}

// start opens a node on the drill's folder.
func (d *drill) start(ctx context.Context) (err error) {
	d.n, err = Open(ctx, d.options(), d.clock, d.o.Log)
	if err != nil {
		return err
	}
	server, err := NewServer(d.n)
	if err != nil {
		return err
	}
	d.setHandler(server)
	return nil
}

// serve starts what a server has beside its API: the watcher, the jobs and the care for sites that are not well.
func (d *drill) serve(ctx context.Context) error {
	w, stopWatch, err := d.n.newWatcher(ctx)
	if err != nil {
		return err
	}
	w.Every = d.o.Watch
	if err := w.Check(ctx); err != nil { // it knows who must be there before anything happens
		return err
	}
	n := d.n
	running, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	beside.Go(func() { w.Run(running) })
	beside.Go(func() { d.caring(identity.AsSystem(running, "lifecycle"), n) })
	beside.Go(func() {
		if err := n.RunJobs(running); err != nil && running.Err() == nil {
			d.trouble(fmt.Errorf("jobs: %w", err))
		}
	})
	d.stop = func() {
		stop()
		beside.Wait()
		stopWatch()
		d.stop = func() {}
	}
	return nil
}

// caring is what Node.care does, as often as the drill's watcher looks.
func (d *drill) caring(ctx context.Context, n *Node) {
	tick := time.NewTicker(min(careEvery, d.o.Watch))
	defer tick.Stop()
	var backups backupWatch
	for {
		n.careOnce(ctx, &backups)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// down ends the node as an orderly stop does.
func (d *drill) down() {
	d.stop()
	d.setHandler(nil)
	if d.n != nil {
		d.n.Close()
		d.n = nil
	}
}

// close ends everything. A database that was given, and was empty, is left as empty as it was; one that was not is not touched.
func (d *drill) close() {
	d.near.end()
	d.down()
	if d.mine && d.o.Database != "" {
		if err := d.emptyDatabase(context.Background()); err != nil {
			d.o.Log.Warn("some of the drill's schemas are left in the database", "error", err)
		}
	}
	if d.mail != nil {
		d.mail.close()
	}
}

func (d *drill) emptyDatabase(ctx context.Context) error {
	return d.prompt(ctx, func(e storage.Engine) error {
		names, err := e.List(ctx)
		for _, name := range names {
			err = errors.Join(err, e.Remove(ctx, name))
		}
		return err
	})
}

func (d *drill) trouble(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.res.Errors = append(d.res.Errors, err.Error())
}

func (d *drill) setHandler(h http.Handler) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.handler = h
}

// ServeHTTP is the door that clients know: behind it is the node that runs now, if one does.
func (d *drill) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	h := d.handler
	d.mu.Unlock()
	if h == nil {
		http.Error(w, "nobody is there", http.StatusServiceUnavailable)
		return
	}
	h.ServeHTTP(w, r)
}

// as gives a context in which an operator acts.
func (d *drill) as(ctx context.Context, name string) context.Context {
	return identity.With(ctx, identity.Principal{Kind: identity.Operator, Name: name})
}

// create makes the customers and their sites with every product, an add-on each, and the keys that clients use. Customers have sites as in 2022: 775
// had 883.
func (d *drill) create(ctx context.Context) error {
	start := d.clock.real()
	count := max(1, d.o.Sites*775/883)
	d.res.Customers = count
	d.customers, d.sites = make([]*drillCustomer, count), make([]*drillSite, d.o.Sites)
	for i := range d.customers {
		c, err := d.customer(ctx, i)
		if err != nil {
			return err
		}
		d.customers[i] = c
	}
	var done int64
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for i := range d.sites {
		g.Go(func() error {
			s, err := d.site(gctx, d.customers[i%count], fmt.Sprintf("drill-%04d", i+1))
			if err != nil {
				return fmt.Errorf("create site %d: %w", i+1, err)
			}
			d.mu.Lock()
			d.sites[i] = s
			done++
			now := done
			d.mu.Unlock()
			d.report(Progress{Step: "creating", Done: now, Total: int64(len(d.sites)), Unit: "sites"})
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	err := d.n.control().Write(ctx, func(tx *volume.Tx) error {
		for _, s := range d.sites {
			if _, err := addon.Install(ctx, tx, s.ID, drillAddon, "Insight Assets"); err != nil {
				return err
			}
		}
		return nil
	})
	d.res.CreateSeconds = d.clock.real().Sub(start).Seconds()
	return err
}

// customer makes an organization with an administrator who signs in by token alone: hashing a thousand passwords would take most of the drill.
func (d *drill) customer(ctx context.Context, i int) (*drillCustomer, error) {
	org, err := d.n.CreateOrg(ctx, fmt.Sprintf("Customer %04d", i+1))
	if err != nil {
		return nil, err
	}
	c := &drillCustomer{org: org}
	email := fmt.Sprintf("admin@customer-%04d.example", i+1)
	err = d.n.products.access.Volume(org.ID).Write(ctx, func(tx *volume.Tx) error {
		a, err := account.Create(ctx, tx, account.Account{Email: email, Name: "Administrator", Active: true})
		if err != nil {
			return err
		}
		c.who = a.ID.String()
		c.token, _, err = token.Create(ctx, tx, a.ID, "drill", 0)
		return err
	})
	return c, err
}

// site makes a site with every product, its administrator and the keys of its clients.
func (d *drill) site(ctx context.Context, c *drillCustomer, slug string) (*drillSite, error) {
	made, err := d.n.CreateSite(ctx, c.org.ID, slug, slug)
	if err != nil {
		return nil, err
	}
	s := &drillSite{Site: made, customer: c}
	err = d.n.products.access.Volume(c.org.ID).Write(ctx, func(tx *volume.Tx) error { return role.Set(ctx, tx, s.ID, c.who, role.Admin) })
	if err != nil {
		return nil, err
	}
	if err := d.n.syncPeople(ctx, made); err != nil {
		return nil, err
	}
	s.suite, err = d.newClients(ctx, s)
	return s, err
}

// volume gives a volume of a site, of the node that runs now.
func (d *drill) volume(s *drillSite, kind string) *volume.Volume {
	return d.n.Pool.Volume(volume.Ref{Kind: kind, Owner: s.ID.String()})
}

// within waits until something is so, for at most as long as anybody could call a while; false when it never was.
func (d *drill) within(ctx context.Context, most time.Duration, so func() bool) bool {
	for end := d.clock.real().Add(most); d.clock.real().Before(end) && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
		if so() {
			return true
		}
	}
	return so()
}
