package app

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access/token"
)

func leakedTokenScenario() *scenario {
	return &scenario{
		name: "leaked-token",
		happened: "25 April 2026, PocketOS at Railway: an agent found a token that was good for everything and removed production and the backups that lay on the same volume, in " +
			"nine seconds.",
		does: "gives an agent an administrator's token and the keys of a site, and nine seconds: it lists what it can and calls every operation that deletes with all that it " +
			"found, and the platform API too; then brings the site back to the instant before",
		holds:    "it reaches no other site and not the vault; what it removed is back, every row; others lost nothing that they wrote meanwhile",
		postgres: "nothing is different",
		sites:    3,
		run: func(ctx context.Context, d *drill) error {
			return inTurn(ctx, d.create, d.fill, d.nineSeconds, d.proveAll)
		},
	}
}

// agentTime is what the agent has.
const agentTime = 9 * time.Second

// digests sums up every volume of a site, without what is to happen later: a restore holds that.
func (d *drill) digests(ctx context.Context, s *drillSite) (map[string]string, error) {
	out := map[string]string{}
	for _, ref := range d.n.siteVolumes(s.ID.String()) {
		tables := slices.DeleteFunc(slices.Clone(d.n.tablesOf(ref.Kind)), func(t storage.Table) bool { return t.Name == jobs.Tables[0].Name })
		err := d.n.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
			digest, _, err := journal.Scan(ctx, tx.Tx, tables)
			out[ref.Kind] = digest.String()
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (d *drill) nineSeconds(ctx context.Context) error {
	victim := d.sites[0]
	before, err := d.digests(ctx, victim)
	if err != nil {
		return err
	}
	if err := d.n.Shipper.Flush(ctx); err != nil {
		return err
	}
	objects, err := d.vaultObjects()
	if err != nil {
		return err
	}
	at := d.clock.Now()
	time.Sleep(2 * time.Millisecond)
	d.spared = victim // nobody but the agent writes there meanwhile
	end := d.writing(ctx)
	defer end()
	a := &agent{d: d, s: victim, until: d.clock.real().Add(min(agentTime, 3*d.o.Writing)), values: map[httpkit.Dialect][]sighting{}}
	a.run()
	end()
	after, err := d.digests(ctx, victim)
	if err != nil {
		return err
	}
	d.must(a.done > 10 && !maps.Equal(before, after), "The agent destroys a great deal", "%d of %d calls removed something: %s", a.done, a.calls, strings.Join(slices.Sorted(maps.Keys(a.kinds)), ", "))
	d.must(a.beyond == 0, "It reaches nothing beyond its site", "%d calls to other sites and to the platform API, %d taken", a.tried, a.beyond)
	d.res.Refused = a.tried - a.beyond
	if err := d.vaultWhole(ctx, objects); err != nil {
		return err
	}
	start := d.clock.real()
	res, err := d.n.RestoreFleet(ctx, []ids.Site{victim.ID}, recovery.Target{At: at}, "a token leaked", nil)
	if err != nil {
		return err
	}
	d.res.RestoreSeconds = d.clock.real().Sub(start).Seconds()
	d.res.Restored, d.res.Rows, d.res.Bytes = res.Restored, res.Rows, res.Bytes
	if _, err := d.n.RestorePermissions(ctx, victim.Site, recovery.Target{At: at}, "a token leaked"); err != nil {
		return err
	}
	if after, err = d.digests(ctx, victim); err != nil {
		return err
	}
	d.must(maps.Equal(before, after), "Every row of the site is what it was before", "restored in %.2f s", d.res.RestoreSeconds)
	if err := d.newToken(ctx, victim); err != nil {
		return err
	}
	n, why := d.answering()
	d.must(n == len(d.sites), "Everybody works on", "%d of %d sites answer %s", n, len(d.sites), why)
	return nil
}

// newToken gives the administrator a token that nobody knows: the agent may have revoked the one that leaked, and else somebody should.
func (d *drill) newToken(ctx context.Context, s *drillSite) error {
	account, err := ids.Parse[ids.Account](s.customer.who)
	if err != nil {
		return err
	}
	err = d.n.products.access.Volume(s.Org).Write(ctx, func(tx *volume.Tx) (err error) {
		s.customer.token, _, err = token.Create(ctx, tx, account, "after the leak", 0)
		return err
	})
	for _, other := range d.sites {
		if other.customer == s.customer {
			other.suite.wiki.auth = "Bearer " + s.customer.token
		}
	}
	return err
}

// sighting is an identifier and the path whose answer had it.
type sighting struct{ value, path string }

// agent is a program with credentials and no sense.
type agent struct {
	d      *drill
	s      *drillSite
	until  time.Time
	values map[httpkit.Dialect][]sighting // identifiers that it has seen, by API
	calls  int
	done   int
	kinds  map[string]bool
	tried  int // beyond its site
	beyond int
}

func (a *agent) late() bool { return a.d.clock.real().After(a.until) }

// client gives the credentials that an API takes.
func (a *agent) client(path string) demoClient {
	switch dialectOf(path) {
	case httpkit.Opsgenie:
		return a.s.suite.oncall
	case httpkit.Statuspage:
		return a.s.suite.status
	}
	return a.s.suite.wiki
}

func (a *agent) run() {
	server, ok := a.d.handler.(*Server)
	if !ok {
		return
	}
	a.kinds = map[string]bool{}
	routes := slices.Clone(server.Routes())
	rng := rand.New(rand.NewPCG(a.d.o.Seed, 0x6167656e74)) // a little of every product, not first all of one
	rng.Shuffle(len(routes), func(i, j int) { routes[i], routes[j] = routes[j], routes[i] })
	a.others(routes)
	for round := 0; round < 3 && !a.late(); round++ {
		a.look(routes)
		for _, r := range routes {
			if r.Method != http.MethodDelete || outsideOfSites(r.Path) || round < 2 && dialectOf(r.Path) == httpkit.Platform { // its own token last
				continue
			}
			a.remove(r.Path)
		}
	}
}

// others tries the same credentials on a site of another customer and on the platform API.
func (a *agent) others(routes []httpkit.Route) {
	prefix := "/s/" + a.d.sites[1].Slug
	for _, r := range routes {
		if r.Method != http.MethodDelete {
			continue
		}
		path := fillWildcards(r.Path, "DRILL-1", "1")
		c := a.client(path)
		c.prefix = prefix
		if outsideOfSites(path) {
			c.prefix = ""
			path = strings.ReplaceAll(fillWildcards(r.Path, a.s.ID.String(), a.s.ID.String()), "//", "/")
		}
		a.tried++
		if c.call(r.Method, path, map[string]any{}, nil) == nil {
			a.beyond++
		}
	}
	for _, path := range []string{"/sites/" + a.s.ID.String() + "/suspend", "/sites/" + a.d.sites[1].ID.String() + "/suspend", "/sites/" + a.s.ID.String() + "/restores", "/freeze"} {
		c := a.s.suite.wiki
		c.prefix = ""
		a.tried++
		if c.call("POST", consolePath+path, map[string]any{"reason": "because I can"}, nil) == nil {
			a.beyond++
		}
	}
}

// look lists what can be listed and keeps every identifier.
func (a *agent) look(routes []httpkit.Route) {
	for d := range a.values {
		a.values[d] = nil
	}
	for _, d := range []httpkit.Dialect{httpkit.Jira, httpkit.ConfluenceV1, httpkit.ConfluenceV2} {
		a.values[d] = []sighting{{"DRILL", "/rest/api/3/project"}, {"DRILL", "/wiki/rest/api/space"}}
	}
	for n := range 12 {
		a.values[httpkit.Jira] = append(a.values[httpkit.Jira], sighting{fmt.Sprint("DRILL-", n+1), "/rest/api/3/issue"})
	}
	pages := a.s.suite.page
	for _, r := range routes {
		if r.Method != http.MethodGet || outsideOfSites(r.Path) || a.late() || strings.Contains(r.Path, "/events") {
			continue
		}
		path := strings.Replace(r.Path, "/v1/pages/{page}", pages, 1)
		if path = strings.Replace(path, "/search/jql", "/search/jql?jql=project%3DDRILL&maxResults=100", 1); strings.Contains(path, "{") {
			continue
		}
		var answer json.RawMessage
		c := a.client(path)
		if c.call("GET", path, nil, &answer) != nil {
			continue
		}
		var v any
		if json.Unmarshal(answer, &v) == nil {
			a.keep(path, v)
		}
	}
}

// keep takes every identifier out of an answer.
func (a *agent) keep(path string, v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			a.keep(path, e)
		}
	case map[string]any:
		for key, e := range v {
			if s := fmt.Sprint(e); slices.Contains([]string{"id", "key", "alias", "accountId", "tinyId"}, key) && len(s) < 80 && !strings.ContainsAny(s, "/?#% [{") {
				if d, new := dialectOf(path), (sighting{s, path}); !slices.Contains(a.values[d], new) {
					a.values[d] = append(a.values[d], new)
				}
			}
			a.keep(path, e)
		}
	}
}

const (
	agentTries    = 40 // identifiers that one operation is tried with, at most
	agentPatience = 8  // failures in a row after which it goes on to the next operation
)

// remove calls an operation that deletes with every identifier that was seen.
func (a *agent) remove(path string) {
	dialect := dialectOf(path)
	c := a.client(path)
	filled := strings.Replace(path, "/v1/pages/{page}/", a.s.suite.page+"/", 1)
	seen := slices.Clone(a.values[dialect])
	slices.SortStableFunc(seen, func(x, y sighting) int { return shared(y.path, filled) - shared(x.path, filled) }) // nearest first
	seen = seen[:min(len(seen), agentTries)]
	if !strings.Contains(filled, "{") {
		seen = []sighting{{}}
	}
	failed := 0
	for i, v := range seen {
		if a.late() || failed == agentPatience {
			return
		}
		second := seen[(i+1)%len(seen)]
		a.calls++
		if failed++; c.call("DELETE", fillWildcards(filled, v.value, second.value), map[string]any{}, nil) == nil {
			failed = 0
			a.done++
			a.kinds[path] = true
		}
	}
}

// shared gives how many letters two paths begin with together.
func shared(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// fillWildcards puts a value in the place of the first wildcard of a path, and another in those after it.
func fillWildcards(path, first, others string) string {
	for value := first; ; value = others {
		from := strings.IndexByte(path, '{')
		if from < 0 {
			return path
		}
		to := from + strings.IndexByte(path[from:], '}')
		if to < from {
			return path
		}
		path = path[:from] + value + path[to+1:]
	}
}
