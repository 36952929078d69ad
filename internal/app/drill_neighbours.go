package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// The neighbours are the other customers of the installation: many that it only knows, some of whom work all the while. What happens to the sites
// of the drill, and what brings them back, must not touch them.

// DrillNeighbours is what the neighbours felt. Times are milliseconds.
type DrillNeighbours struct {
	Known     int     `json:"known"`
	Loaded    int     `json:"loaded"`
	Requests  int     `json:"requests"`
	Errors    int     `json:"errors"`
	P99Before float64 `json:"p99_before_ms"`
	P99During float64 `json:"p99_during_ms"` // while sites were restored
	P50Before float64 `json:"p50_before_ms"`
	P50During float64 `json:"p50_during_ms"`
	Growth    float64 `json:"p99_growth"` // 0.1 is ten percent
	FirstFail string  `json:"first_error,omitempty"`
}

// The phases of a drill that the neighbours' requests are told apart by.
const (
	settling int32 = iota // their volumes are opened
	calm
	meanwhile // clients write to the other sites: not measured
	duringDisaster
	duringRestore
	afterwards
)

// settle is how long the neighbours work before they are measured: what they ask for first has to be opened.
const settle = 3 * time.Second

// neighbourPause is between two requests of one neighbour, on average.
const neighbourPause = 200 * time.Millisecond

type neighbours struct {
	d     *drill
	known int
	sites []*drillSite
	now   atomic.Int32
	stop  context.CancelFunc
	work  sync.WaitGroup
	begun atomic.Bool

	mu    sync.Mutex
	took  [afterwards + 1][]time.Duration
	fails int
	first string
}

// meetNeighbours makes the other sites: those under load with all products and something in them, the rest as the control database knows a site.
func (d *drill) meetNeighbours(ctx context.Context) error {
	if d.o.Neighbours == 0 {
		return nil
	}
	n := &neighbours{d: d, known: d.o.Neighbours}
	c, err := d.customer(ctx, 100_000)
	if err != nil {
		return err
	}
	for i := range d.o.Loaded {
		s, err := d.site(ctx, c, fmt.Sprintf("neighbour-%04d", i+1))
		if err != nil {
			return err
		}
		s.size = 1 // what is written first is enough
		if err := d.fillSite(ctx, s, rand.New(rand.NewPCG(d.o.Seed, 1<<40|uint64(i)))); err != nil {
			return err
		}
		n.sites = append(n.sites, s)
		d.report(Progress{Step: "meeting the neighbours", Done: int64(i + 1), Total: int64(d.o.Loaded), Unit: "sites under load"})
	}
	var slugs []string
	for i := d.o.Loaded; i < d.o.Neighbours; i++ {
		slugs = append(slugs, fmt.Sprintf("known-%05d", i+1))
	}
	if len(slugs) > 0 {
		if _, err := d.n.Fleet.CreateSites(ctx, c.org.ID, slugs); err != nil {
			return err
		}
	}
	d.near = n
	return nil
}

// work lets the neighbours work, and measures them for a while before anything happens.
func (n *neighbours) begin(ctx context.Context) {
	if n == nil {
		return
	}
	ctx, n.stop = context.WithCancel(ctx)
	n.begun.Store(true)
	for i, s := range n.sites {
		n.work.Go(func() { n.live(ctx, s, rand.New(rand.NewPCG(n.d.o.Seed, 1<<41|uint64(i)))) })
	}
	time.Sleep(min(settle, n.d.o.Calm))
	n.d.awaitJobs(ctx)
	n.phase(calm)
	for tenth := range 10 {
		time.Sleep(n.d.o.Calm / 10)
		n.d.report(Progress{Step: "measuring the neighbours", Done: int64(tenth + 1), Total: 10, Unit: "tenths of the time"})
	}
	n.phase(meanwhile)
}

// fewJobs is a backlog of jobs that the work of the neighbours alone may make.
const fewJobs = 10

// awaitJobs waits until the jobs of what was filled are done, for two minutes at most: they would be measured with the neighbours.
func (d *drill) awaitJobs(ctx context.Context) {
	for range 240 {
		left := d.n.Jobs.Backlog()
		if left < fewJobs || ctx.Err() != nil {
			return
		}
		d.report(Progress{Step: "waiting for the jobs of what was filled", Total: int64(left), Unit: "volumes"})
		time.Sleep(500 * time.Millisecond)
	}
}

// phase says what happens from now on.
func (n *neighbours) phase(p int32) {
	if n != nil {
		n.now.Store(p)
	}
}

// live is one neighbour: it reads issues and pages, searches, and writes now and then.
func (n *neighbours) live(ctx context.Context, s *drillSite, rng *rand.Rand) {
	for turn := 0; ctx.Err() == nil; turn++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(rng.Int64N(int64(2 * neighbourPause)))):
		}
		start := n.d.clock.real()
		phase := n.now.Load()
		var err error
		switch rng.IntN(5) {
		case 0:
			err = s.suite.wiki.call("POST", "/rest/api/3/issue", map[string]any{"fields": map[string]any{"project": map[string]string{"key": "DRILL"}, "summary": fmt.Sprint("work ", turn),
				"issuetype": map[string]string{"name": "Task"}}}, nil)
		case 1:
			err = s.suite.wiki.call("GET", "/rest/api/3/search/jql?jql=project+%3D+DRILL+ORDER+BY+created+DESC&maxResults=20&fields=summary", nil, nil)
		case 2:
			err = s.suite.wiki.call("GET", "/wiki/rest/api/content?spaceKey=DRILL&limit=10", nil, nil)
		default:
			err = s.suite.wiki.call("GET", fmt.Sprint("/rest/api/3/issue/DRILL-", 1+rng.IntN(drillFirst)), nil, nil)
		}
		n.note(phase, n.d.clock.real().Sub(start), err, ctx)
	}
}

func (n *neighbours) note(phase int32, took time.Duration, err error, ctx context.Context) { //nolint:revive // the context only tells whether this is the end
	n.mu.Lock()
	defer n.mu.Unlock()
	n.took[phase] = append(n.took[phase], took)
	if err == nil || errors.Is(err, context.Canceled) || ctx.Err() != nil {
		return
	}
	if n.fails++; n.first == "" {
		n.first = err.Error()
	}
}

// end lets the neighbours stop and tells what they felt.
func (n *neighbours) end() {
	if n == nil || !n.begun.CompareAndSwap(true, false) {
		return
	}
	n.stop()
	n.work.Wait()
	r := &DrillNeighbours{Known: n.known, Loaded: len(n.sites), Errors: n.fails, FirstFail: n.first}
	for _, t := range n.took {
		r.Requests += len(t)
	}
	r.P50Before, r.P99Before = percentile(n.took[calm], 50), percentile(n.took[calm], 99)
	r.P50During, r.P99During = percentile(n.took[duringRestore], 50), percentile(n.took[duringRestore], 99)
	if r.P99Before > 0 && r.P99During > 0 {
		r.Growth = r.P99During/r.P99Before - 1
		n.d.aim("growth of the neighbours' p99 while sites are restored", r.Growth, 0.1)
	}
	n.d.res.Neighbours = r
	n.d.must(r.Errors == 0, "The neighbours see no error", "%d requests of %d sites, %d errors %s", r.Requests, r.Loaded, r.Errors, r.FirstFail)
}

// percentile gives a percentile in milliseconds, 0 of nothing.
func percentile(t []time.Duration, p int) float64 {
	if len(t) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(t))
	return float64(s[min(len(s)-1, len(s)*p/100)].Microseconds()) / 1000
}
