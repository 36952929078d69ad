package app

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"holdfast.dev/internal/platform/addon"
	"holdfast.dev/internal/platform/storage/sqlite"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/project"
	"holdfast.dev/internal/product/tracker/sequence"
)

const (
	drillBatch = 400 // issues in a commit of the filling, at most
	drillFirst = 40  // in the first, by which the others are measured
	drillSigma = 0.5 // of the logarithm of sizes: a median of 2 MB makes 2 GB of 883 sites
)

// fill writes to every product of every site until the site has its size, and waits until the vault has it all.
func (d *drill) fill(ctx context.Context) error {
	start := d.clock.real()
	rng := rand.New(rand.NewPCG(d.o.Seed, 0x73697a6573))
	for _, s := range d.sites {
		s.size = int64(float64(d.o.Size) * math.Exp(drillSigma*rng.NormFloat64()))
	}
	var done atomic.Int64
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for i, s := range d.sites {
		g.Go(func() error {
			if err := d.fillSite(gctx, s, rand.New(rand.NewPCG(d.o.Seed, uint64(i)))); err != nil {
				return fmt.Errorf("fill %s: %w", s.Slug, err)
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
	d.res.FillSeconds += d.clock.real().Sub(start).Seconds()
	return nil
}

// fillSite writes a little to every product as clients do, and the bulk as issues.
func (d *drill) fillSite(ctx context.Context, s *drillSite, rng *rand.Rand) error {
	err := d.volume(s, "work").Write(ctx, func(tx *volume.Tx) error {
		if _, err := project.Create(ctx, tx, project.New{Key: "DRILL", Name: "Drill"}); err != nil {
			return err
		}
		return d.fillAddon(ctx, tx, s)
	})
	if err != nil {
		return err
	}
	if err := s.suite.begin(); err != nil {
		return err
	}
	for n := range 2 {
		for _, write := range []func(int, string) (receipt, error){s.suite.writePage, s.suite.writeAlert, s.suite.writeIncident} {
			if _, err := write(0, fmt.Sprintf("first %d: %s", n, sentence(rng, 5))); err != nil {
				return err
			}
		}
	}
	before, err := d.size(ctx, s)
	for n := drillFirst; err == nil; {
		if err = d.bulk(ctx, s, rng, n); err != nil {
			return err
		}
		size, err := d.size(ctx, s)
		if err != nil || size >= s.size {
			return err
		}
		n = max(1, min(drillBatch, int((s.size-size)*int64(n)/max(1, size-before))))
		before = size
	}
	return err
}

// fillAddon stores what the site's add-on keeps.
func (d *drill) fillAddon(ctx context.Context, tx *volume.Tx, s *drillSite) error {
	var apps []addon.Addon
	err := d.n.control().Read(ctx, func(c *volume.Tx) (err error) {
		apps, err = addon.OfSite(ctx, c, s.ID)
		return err
	})
	for _, a := range apps {
		err = errors.Join(err, addon.Put(ctx, tx, a.ID, "asset-1", `{"name":"forklift"}`))
	}
	return err
}

// bulk writes issues in one commit, many rows to a statement, as imports do.
func (d *drill) bulk(ctx context.Context, s *drillSite, rng *rand.Rand, count int) error {
	return d.volume(s, "work").Write(ctx, func(tx *volume.Tx) error {
		c, err := catalog.Load(ctx, tx)
		if err != nil {
			return err
		}
		p := c.FindProject("DRILL")
		if p == nil {
			return errors.New("the project of the drill is gone")
		}
		first, err := issue.Create(ctx, tx, c, s.customer.who, drillDraft(p, sentence(rng, 8), sentence(rng, 90)))
		if err != nil || count < 2 {
			return err
		}
		id, err := sequence.Next(ctx, tx, sequence.ID, int64(count-1))
		if err != nil {
			return err
		}
		number, err := sequence.Next(ctx, tx, sequence.Issue(p.ID), int64(count-1))
		if err != nil {
			return err
		}
		rank := first.Rank
		return tx.Gather(ctx, func() error {
			for n := range int64(count - 1) {
				one := *first
				rank = issue.After(rank)
				one.ID, one.Number, one.Rank, one.Summary, one.Watches = id+n, number+n, rank, sentence(rng, 8), 0
				text := sentence(rng, 90)
				if err := issue.Insert(ctx, tx, &one, issue.Texts{Description: drillADF(text), DescriptionText: text}, ""); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// size gives the bytes of a site's volumes. Of a file the pages count; it has a log beside it that would count them twice.
func (d *drill) size(ctx context.Context, s *drillSite) (sum int64, err error) {
	_, files := d.n.Engine.(*sqlite.Engine)
	for _, ref := range d.n.siteVolumes(s.ID.String()) {
		n := int64(0)
		if files {
			err = d.n.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
				return tx.GetText(ctx, `SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`, nil, &n)
			})
		} else {
			n, err = d.n.Engine.Size(ctx, ref.Name(d.n.Fleet.Generation(ref)))
		}
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

func drillDraft(p *catalog.Project, summary, text string) issue.Draft {
	return issue.Draft{ProjectID: p.ID, Patch: issue.Patch{Summary: issue.Some(summary), TypeID: issue.Some(p.Types[0].ID), DescriptionText: text, Description: issue.Some(drillADF(text))}}
}

func drillADF(text string) string {
	return `{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"` + text + `"}]}]}`
}

func createDrillIssue(ctx context.Context, tx *volume.Tx, c *catalog.Catalog, summary, text string) (*issue.Issue, error) {
	p := c.FindProject("DRILL")
	if p == nil {
		return nil, errors.New("the project of the drill is gone")
	}
	return issue.Create(ctx, tx, c, "system:drill", drillDraft(p, summary, text))
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
