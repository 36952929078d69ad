//go:build slow

package recovery

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/recovery"
)

var randomPoints = flag.Int("points", 12, "random points to restore to; the requirement is 1000")

// R14: to any instant. Between random commits of all products' volumes the state is noted, and random points of them are gone back to, from wherever the
// site stands: the digest of every volume is equal.
func TestR14RandomPoints(t *testing.T) {
	c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
	w := openWorld(t, t.TempDir(), c)
	s := w.site("acme", 5)
	r := rand.New(rand.NewPCG(2022, uint64(*randomPoints)))
	type point struct {
		at    time.Time
		state map[string]string
	}
	var points []point
	note := func() {
		points = append(points, point{c.Now(), w.digests(s)})
		c.Advance(time.Second)
	}
	note()
	for i := range *randomPoints {
		if r.IntN(3) > 0 || len(points) < 3 {
			w.issues(s, "random", 1+r.IntN(3))
			w.sql(s, `UPDATE issue SET summary = summary || '!' WHERE id = (SELECT min(id) FROM issue)`)
			w.oncall(s, r.IntN(1000))
			note()
		}
		if r.IntN(10) == 0 {
			must(t, w.node.Shipper.Flush(w.ctx))
		}
		p := points[r.IntN(len(points))]
		_, err := w.node.RestoreSite(w.ctx, s, recovery.Target{At: p.at}, "test", nil)
		must(t, err)
		got := w.digests(s)
		for kind, want := range p.state {
			if got[kind] != want {
				t.Fatalf("point %d, %s at %s: %s, was %s", i, kind, p.at, got[kind], want)
			}
		}
		c.Advance(time.Second)
		note()
	}
}
