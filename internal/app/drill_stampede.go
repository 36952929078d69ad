package app

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"holdfast.dev/internal/platform/recovery"
)

func stampedeScenario() *scenario {
	return &scenario{
		name:     "cold-cache-stampede",
		happened: "22 February 2022, Slack: caches were emptied by a staged upgrade, everybody's first load went to the database at once, and the overload kept itself alive.",
		does:     "restores every site, so that nothing of them is warm, and lets all their people come in at the same moment while the neighbours work",
		holds:    "every first load is answered, and no neighbour sees an error",
		postgres: "schemas are dropped where files are removed; the cache of its server stays as warm as the restore leaves it, all that Holdfast keeps is cold",
		sites:    8,
		run:      stampede,
	}
}

// stampeders are how many people of each site come at once.
const stampeders = 12

func stampede(ctx context.Context, d *drill) error {
	if d.o.Neighbours == 0 {
		d.o.Neighbours, d.o.Loaded = 4, 4
	}
	return inTurn(ctx, d.create, d.fill, d.meetNeighbours, func(ctx context.Context) error {
		d.near.begin(ctx)
		end := d.writing(ctx)
		d.writeFor(d.o.Writing)
		err := d.lastShipmentUnlessFiles(ctx)
		if err == nil {
			err = d.byFiles(ctx)
		}
		d.destroyed = d.clock.real()
		end()
		return err
	}, func(ctx context.Context) error { return d.restore(ctx, recovery.Target{}) }, d.allAtOnce, d.proveAll, d.calmDown)
}

// allAtOnce has everybody open the first page at the same moment.
func (d *drill) allAtOnce(ctx context.Context) error {
	for _, s := range d.sites {
		for _, ref := range d.n.siteVolumes(s.ID.String()) {
			if err := d.n.Pool.Evict(ctx, ref); err != nil {
				return err
			}
		}
	}
	d.near.phase(duringRestore)
	defer d.near.phase(afterwards)
	paths := []string{"/rest/api/3/myself", "/rest/api/3/search/jql?jql=project+%3D+DRILL+ORDER+BY+created+DESC&maxResults=50&fields=summary", "/rest/api/3/issue/DRILL-1", "/wiki/rest/api/content?spaceKey=DRILL&limit=10"}
	gate := make(chan struct{})
	var people sync.WaitGroup
	var failed atomic.Int64
	var first sync.Once
	why := ""
	for _, s := range d.sites {
		for n := range stampeders {
			people.Go(func() {
				<-gate
				if err := s.suite.wiki.call("GET", paths[n%len(paths)], nil, nil); err != nil {
					failed.Add(1)
					first.Do(func() { why = err.Error() })
				}
			})
		}
	}
	start := d.clock.real()
	close(gate)
	people.Wait()
	took := d.clock.real().Sub(start)
	d.must(failed.Load() == 0, "Every first load is answered", "%d at once, %d failed, the last after %.2f s %s", len(d.sites)*stampeders, failed.Load(), took.Seconds(), why)
	if d.near == nil {
		return fmt.Errorf("there are no neighbours")
	}
	return nil
}
