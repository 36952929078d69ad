package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/project"
)

// A drill makes a fleet of its own in a folder of its own, lets clients write to it, does to it what must never happen, brings it back and
// compares: every row with the digest that the vault recorded, every acknowledged write with what is there.

// DrillOptions say how large a drill is.
type DrillOptions struct {
	Scenario string
	Sites    int
	Size     int64 // bytes of every site before clients write
	Clients  int   // that write all the while
	Writing  time.Duration
	Workers  int // sites restored at the same time
	Seed     uint64
}

// DrillResult is what a drill found. Seconds are wall time.
type DrillResult struct {
	Scenario         string   `json:"scenario"`
	Engine           string   `json:"engine"`
	Sites            int      `json:"sites"`
	Restored         int      `json:"restored"`
	Rows             int64    `json:"rows"`
	Bytes            int64    `json:"bytes"`
	Acknowledged     int      `json:"acknowledged"`
	LostCommits      int      `json:"lost_commits"`
	DigestMismatches int      `json:"digest_mismatches"`
	FillSeconds      float64  `json:"fill_seconds"`
	RestoreSeconds   float64  `json:"restore_seconds"`
	CopySeconds      float64  `json:"copy_seconds"`
	Ratio            float64  `json:"ratio"`
	Errors           []string `json:"errors"`
}

// Proven tells whether everything came back.
func (r DrillResult) Proven() bool {
	return r.Restored == r.Sites && r.LostCommits == 0 && r.DigestMismatches == 0 && len(r.Errors) == 0
}

// drill is one that runs.
type drill struct {
	n      *Node
	o      DrillOptions
	report func(Progress)
	sites  []*fleet.Site
	suite  []suiteClients // by site
	res    DrillResult

	handler http.Handler // the server that clients talk to, with the account that writes
	admin   ids.Account
	token   string

	mu       sync.Mutex
	receipts []receipt
}

// receipt is what a client was told: what it wrote to this site is there. found asks for it again, as the client would.
type receipt struct {
	site  int
	what  string
	found func(ctx context.Context) (bool, error)
}

// Scenarios are the drills that there are, with what each does.
var Scenarios = map[string]string{
	"wipe": "the databases of all sites are removed while clients write",
}

// Drill runs a scenario on a fresh node.
func Drill(ctx context.Context, n *Node, o DrillOptions, report func(Progress)) (DrillResult, error) {
	if Scenarios[o.Scenario] == "" {
		return DrillResult{}, fault.Bad("There is no scenario %q; there is wipe.", o.Scenario)
	}
	if o.Sites < 1 || o.Sites > 10_000 {
		return DrillResult{}, fault.Bad("A drill has between 1 and 10000 sites.")
	}
	d := &drill{n: n, o: o, report: report, res: DrillResult{Scenario: o.Scenario, Engine: string(n.Engine.Dialect()), Sites: o.Sites, Errors: []string{}}}
	for _, step := range []func(context.Context) error{d.create, d.fill, d.wipeWhileWriting, d.restore, d.prove, d.copyForScale} {
		if err := step(ctx); err != nil {
			return d.res, err
		}
	}
	return d.res, nil
}

func (d *drill) create(ctx context.Context) error {
	org, err := d.n.CreateOrg(ctx, "Drill")
	if err != nil {
		return err
	}
	for i := range d.o.Sites {
		s, err := d.n.CreateSite(ctx, org.ID, fmt.Sprintf("drill-%04d", i+1), fmt.Sprintf("Drill %d", i+1))
		if err != nil {
			return err
		}
		d.sites = append(d.sites, s)
		if err := d.addClients(ctx, s); err != nil {
			return err
		}
		d.report(Progress{Step: "creating", Done: int64(i + 1), Total: int64(d.o.Sites), Unit: "sites"})
	}
	return nil
}

func (d *drill) volume(site int) *volume.Volume {
	return d.n.Pool.Volume(volume.Ref{Kind: "work", Owner: d.sites[site].ID.String()})
}

// drillBatch is how many issues a commit of the filling holds.
const drillBatch = 400

// fill writes issues until every site has its size, and waits until the vault has it all.
func (d *drill) fill(ctx context.Context) error {
	start := d.n.Clock.Now()
	var done atomic.Int64
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for i := range d.sites {
		g.Go(func() error {
			if err := d.fillSite(gctx, i); err != nil {
				return fmt.Errorf("fill site %d: %w", i+1, err)
			}
			d.report(Progress{Step: "filling", Done: done.Add(1), Total: int64(len(d.sites)), Unit: "sites"})
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if err := d.n.Shipper.Flush(ctx); err != nil {
		return err
	}
	d.res.FillSeconds = d.n.Clock.Now().Sub(start).Seconds()
	return nil
}

func (d *drill) fillSite(ctx context.Context, site int) error {
	rng := rand.New(rand.NewPCG(d.o.Seed, uint64(site)))
	v := d.volume(site)
	err := v.Write(ctx, func(tx *volume.Tx) error {
		_, err := project.Create(ctx, tx, project.New{Key: "DRILL", Name: "Drill"})
		return err
	})
	for err == nil {
		size, serr := d.size(ctx, v)
		if serr != nil || size >= d.o.Size {
			return serr
		}
		err = v.Write(ctx, func(tx *volume.Tx) error {
			c, err := catalog.Load(ctx, tx)
			if err != nil {
				return err
			}
			for range drillBatch {
				if _, err := createDrillIssue(ctx, tx, c, sentence(rng, 8), sentence(rng, 90)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return err
}

// size gives the bytes of a volume's pages; the file has a log beside it that would count them twice.
func (d *drill) size(ctx context.Context, v *volume.Volume) (n int64, err error) {
	if _, ok := d.n.Engine.(*sqlite.Engine); !ok {
		return d.n.Engine.Size(ctx, v.Ref().Name(1))
	}
	err = v.Read(ctx, func(tx *volume.Tx) error {
		return tx.GetText(ctx, `SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`, nil, &n)
	})
	return n, err
}

func createDrillIssue(ctx context.Context, tx *volume.Tx, c *catalog.Catalog, summary, text string) (*issue.Issue, error) {
	p := c.FindProject("DRILL")
	if p == nil {
		return nil, errors.New("the project of the drill is gone")
	}
	patch := issue.Patch{Summary: issue.Some(summary), TypeID: issue.Some(p.Types[0].ID), DescriptionText: text,
		Description: issue.Some(`{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"` + text + `"}]}]}`)}
	return issue.Create(ctx, tx, c, "system:drill", issue.Draft{ProjectID: p.ID, Patch: patch})
}

var drillWords = strings.Fields("harbour engine window signal cargo ledger rope beacon current chart anchor keel lantern valve gauge bolt weld pump crew route berth tide storm relay")

func sentence(rng *rand.Rand, words int) string {
	var b strings.Builder
	for i := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(drillWords[rng.IntN(len(drillWords))])
		if rng.IntN(4) == 0 {
			fmt.Fprintf(&b, "%d", rng.IntN(10_000))
		}
	}
	return b.String()
}

// wipeWhileWriting lets clients write, removes the databases of all sites under them, and waits until every client has noticed.
func (d *drill) wipeWhileWriting(ctx context.Context) error {
	stop := make(chan struct{})
	var clients sync.WaitGroup
	for c := range d.o.Clients {
		clients.Go(func() { d.client(ctx, c, stop) })
	}
	for t := range 10 {
		time.Sleep(d.o.Writing / 10)
		d.report(Progress{Step: "writing", Done: int64(t + 1), Total: 10, Unit: "tenths of the time"})
	}
	for i, s := range d.sites {
		if err := d.destroy(ctx, s); err != nil {
			return err
		}
		d.report(Progress{Step: "destroying", Done: int64(i + 1), Total: int64(len(d.sites)), Unit: "sites"})
	}
	close(stop)
	clients.Wait()
	d.res.Acknowledged = len(d.receipts)
	return nil
}

// destroy removes what a stray script would: the site's folder, or its schemas.
func (d *drill) destroy(ctx context.Context, s *fleet.Site) error {
	if _, ok := d.n.Engine.(*sqlite.Engine); ok {
		return os.RemoveAll(filepath.Join(d.n.Options.Data, "sites", s.ID.String()))
	}
	for _, ref := range d.n.Fleet.VolumesOf(s.ID.String()) {
		if err := d.n.Engine.Remove(ctx, ref.Name(d.n.Fleet.Generation(ref))); err != nil {
			return err
		}
	}
	return nil
}

// client creates issues in sites at random and keeps the receipts of what was acknowledged.
func (d *drill) client(ctx context.Context, number int, stop <-chan struct{}) {
	rng := rand.New(rand.NewPCG(d.o.Seed, 1<<32|uint64(number)))
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		default:
		}
		r, err := d.write(ctx, rng, fmt.Sprintf("client %d write %d", number, n))
		if err != nil {
			continue // refused: nothing was promised
		}
		d.mu.Lock()
		d.receipts = append(d.receipts, r)
		d.mu.Unlock()
	}
}

// restore brings every site back to the newest state that the vault has or can still be given, as one operation.
func (d *drill) restore(ctx context.Context) error {
	start := d.n.Clock.Now()
	sites := make([]ids.Site, len(d.sites))
	for i, s := range d.sites {
		sites[i] = s.ID
	}
	res, err := d.n.RestoreFleet(ctx, sites, recovery.Target{}, "drill", func(p recovery.FleetProgress) {
		d.report(Progress{Step: "restoring", Done: int64(p.Done + p.Failed), Total: int64(p.Total), Unit: "sites"})
	})
	d.res.RestoreSeconds = d.n.Clock.Now().Sub(start).Seconds()
	d.res.Restored, d.res.Rows, d.res.Bytes = res.Restored, res.Rows, res.Bytes
	for i, o := range res.Sites {
		if o.Error != "" {
			d.res.Errors = append(d.res.Errors, fmt.Sprintf("%s: %s", d.sites[i].Slug, o.Error))
		}
	}
	return err
}

// prove compares, after the switch, every row of every volume with the digest that the journal has, and every receipt with what is there.
func (d *drill) prove(ctx context.Context) error {
	for i, s := range d.sites {
		for _, ref := range d.n.servedVolumes(s.ID) {
			if err := d.proveVolume(ctx, ref); err != nil {
				d.res.Errors = append(d.res.Errors, fmt.Sprintf("%s of %s: %v", ref.Kind, s.Slug, err))
			}
		}
		d.report(Progress{Step: "proving", Done: int64(i + 1), Total: int64(len(d.sites)), Unit: "sites"})
	}
	for i, r := range d.receipts {
		found, err := r.found(ctx)
		switch {
		case err != nil:
			d.res.Errors = append(d.res.Errors, fmt.Sprintf("%s of %s: %v", r.what, d.sites[r.site].Slug, err))
		case !found:
			d.res.LostCommits++
		}
		if i%1000 == 0 {
			d.report(Progress{Step: "asking for every write", Done: int64(i), Total: int64(len(d.receipts)), Unit: "receipts"})
		}
	}
	return nil
}

func (d *drill) proveVolume(ctx context.Context, ref volume.Ref) error {
	return d.n.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
		head, err := journal.ReadHead(ctx, tx.Tx)
		if err != nil {
			return err
		}
		digest, _, err := journal.Scan(ctx, tx.Tx, d.n.tablesOf(ref.Kind))
		if err == nil && head.Seq == head.SealedSeq && digest != head.Digest {
			d.res.DigestMismatches++
		}
		return err
	})
}

// copyForScale copies the same databases with fsync, one after the other: what nothing can be faster than by much.
func (d *drill) copyForScale(ctx context.Context) error {
	dir, err := os.MkdirTemp(d.n.Options.Data, "copy")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	files, ok := d.n.Engine.(*sqlite.Engine)
	var took time.Duration
	for i, site := range d.sites {
		for _, ref := range d.n.servedVolumes(site.ID) {
			if err := d.n.Pool.Evict(ctx, ref); err != nil { // its log is in the file now
				return err
			}
			from := ""
			if ok {
				from = files.Path(ref.Name(d.n.Fleet.Generation(ref)))
			} else {
				from = filepath.Join(dir, "from")
				if err := d.n.Pool.Volume(ref).CopyTo(ctx, from); err != nil {
					return err
				}
			}
			start := d.n.Clock.Now()
			if err := copySynced(from, filepath.Join(dir, "to")); err != nil && !errors.Is(err, storage.ErrMissing) {
				return err
			}
			took += d.n.Clock.Now().Sub(start)
			if !ok {
				if err := os.Remove(from); err != nil {
					return err
				}
			}
		}
		d.report(Progress{Step: "copying for comparison", Done: int64(i + 1), Total: int64(len(d.sites)), Unit: "sites"})
	}
	d.res.CopySeconds = took.Seconds()
	if d.res.CopySeconds > 0 {
		d.res.Ratio = d.res.RestoreSeconds / d.res.CopySeconds
	}
	return nil
}

func copySynced(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := out.ReadFrom(in); err != nil {
		return errors.Join(err, out.Close())
	}
	if err := out.Sync(); err != nil {
		return errors.Join(err, out.Close())
	}
	return errors.Join(out.Close(), os.Remove(to))
}

// drillContext names the drill as who writes.
func drillContext(ctx context.Context) context.Context {
	return identity.AsSystem(ctx, "drill")
}
