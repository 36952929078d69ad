package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/volume"
)

// office is a town whose first site is used over the APIs of all products.
type office struct {
	*town
	genie, manage []string // what programs of on-call and of the status page show
}

func newOffice(t *testing.T) *office {
	o := &office{town: newTownOn(t, Options{Data: t.TempDir(), Reachable: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})}
	ctx := o.node.siteContext(identity.AsSystem(context.Background(), "test"), o.acme)
	key, err := o.node.products.oncall.CreateKey(ctx, o.volume("oncall"), o.acme.ID, "test")
	if err != nil {
		t.Fatal(err)
	}
	o.genie = []string{"Authorization", "GenieKey " + key}
	if key, err = o.node.products.status.CreateKey(ctx, o.volume("status"), o.acme.ID, "test"); err != nil {
		t.Fatal(err)
	}
	o.manage = []string{"Authorization", "OAuth " + key}
	return o
}

func (o *office) volume(kind string) *volume.Volume {
	return o.node.Pool.Volume(volume.Ref{Kind: kind, Owner: o.acme.ID.String()})
}

// must calls an operation of the first site, which must succeed, and reads fields of the answer by their dotted names.
func (o *office) must(caller []string, method, path, body string, fields ...string) (values []string) {
	o.t.Helper()
	code, text := o.call(http.DefaultClient, method, "/s/acme"+path, body, caller...)
	if code < 200 || code > 299 {
		o.t.Fatalf("%s %s: %d %.500s", method, path, code, text)
	}
	var answer any
	if len(fields) > 0 {
		if err := json.Unmarshal([]byte(text), &answer); err != nil {
			o.t.Fatalf("%s %s: %v in %.500s", method, path, err, text)
		}
	}
	for _, field := range fields {
		at := answer
		for name := range strings.SplitSeq(field, ".") {
			switch v := at.(type) {
			case map[string]any:
				at = v[name]
			case []any:
				if at = nil; len(v) > 0 {
					at = v[0].(map[string]any)[name]
				}
			}
		}
		values = append(values, fmt.Sprint(at))
	}
	return values
}

// said is everything that the products say of the first site, in words that a restore must bring back.
func (o *office) said(page string) map[string]string {
	o.t.Helper()
	ann := bearer(o.token["acme"])
	found := func(path string) string {
		code, text := o.call(http.DefaultClient, "GET", "/s/acme"+path, "", ann...)
		return fmt.Sprintf("%d alpha %t beta %t", code, strings.Contains(text, "alpha"), strings.Contains(text, "beta"))
	}
	out := map[string]string{}
	out["issue"] = strings.Join(o.must(ann, "GET", "/rest/api/2/issue/APP-1", "", "id", "key", "self", "fields.summary"), " ")
	out["issue by words"] = found("/rest/api/3/search/jql?fields=summary&jql=" + url.QueryEscape(`text ~ "alpha"`))
	out["issue by other words"] = found("/rest/api/3/search/jql?fields=summary&jql=" + url.QueryEscape(`text ~ "beta"`))
	out["issue by words edited away"] = found("/rest/api/3/search/jql?fields=summary&jql=" + url.QueryEscape(`text ~ "gamma"`))
	out["page by words edited away"] = strings.Join(o.must(ann, "GET", "/wiki/rest/api/search?cql="+url.QueryEscape(`text ~ "gamma"`), "", "totalSize"), " ")
	out["page"] = strings.Join(o.must(ann, "GET", "/wiki/rest/api/content/"+page+"?expand=body.storage,version", "", "id", "title", "body.storage.value", "version.number"), " ")
	out["page by words"] = strings.Join(o.must(ann, "GET", "/wiki/rest/api/search?cql="+url.QueryEscape(`text ~ "alpha"`), "", "totalSize"), " ")
	out["page by other words"] = strings.Join(o.must(ann, "GET", "/wiki/rest/api/search?cql="+url.QueryEscape(`text ~ "beta"`), "", "totalSize"), " ")
	out["schedules"] = strings.Join(o.must(o.genie, "GET", "/v2/schedules", "", "data.id", "data.name"), " ")
	out["incidents"] = strings.Join(o.must(o.manage, "GET", "/v1/pages", "", "id", "name"), " ")
	_, text := o.call(http.DefaultClient, "GET", "/s/acme/status/api/v2/incidents.json", "")
	out["status page"] = fmt.Sprintf("alpha %t beta %t", strings.Contains(text, "alpha"), strings.Contains(text, "beta"))
	return out
}

// fill makes a record of each product and gives the identifier of the page.
func (o *office) fill() string {
	o.t.Helper()
	ann := bearer(o.token["acme"])
	o.must(ann, "POST", "/rest/api/3/project", `{"key":"APP","name":"App","projectTypeKey":"software"}`)
	o.must(ann, "POST", "/rest/api/2/issue", `{"fields":{"project":{"key":"APP"},"issuetype":{"name":"Task"},"summary":"gamma issue"}}`)
	o.must(ann, "PUT", "/rest/api/2/issue/APP-1", `{"fields":{"summary":"alpha issue"}}`)
	o.must(ann, "POST", "/wiki/rest/api/space", `{"key":"ENG","name":"Engineering"}`)
	page := o.must(ann, "POST", "/wiki/rest/api/content", `{"type":"page","title":"gamma page","space":{"key":"ENG"},"body":{"storage":{"value":"<p>all about gamma</p>","representation":"storage"}}}`, "id")[0]
	o.must(ann, "PUT", "/wiki/rest/api/content/"+page, `{"type":"page","title":"alpha page","version":{"number":2},"body":{"storage":{"value":"<p>all about alpha</p>","representation":"storage"}}}`)
	o.must(o.genie, "POST", "/v2/schedules", `{"name":"alpha schedule","timezone":"UTC"}`)
	status := o.must(o.manage, "GET", "/v1/pages", "", "id")[0]
	o.must(o.manage, "POST", "/v1/pages/"+status+"/incidents", `{"incident":{"name":"alpha incident","status":"investigating","body":"we look"}}`)
	return page
}

// spoil changes what fill made.
func (o *office) spoil(page string) {
	o.t.Helper()
	ann := bearer(o.token["acme"])
	o.must(ann, "PUT", "/rest/api/2/issue/APP-1", `{"fields":{"summary":"beta issue"}}`)
	o.must(ann, "PUT", "/wiki/rest/api/content/"+page, `{"type":"page","title":"beta page","version":{"number":3},"body":{"storage":{"value":"<p>all about beta</p>","representation":"storage"}}}`)
	schedule := o.must(o.genie, "GET", "/v2/schedules", "", "data.id")[0]
	o.must(o.genie, "PATCH", "/v2/schedules/"+schedule, `{"name":"beta schedule"}`)
	status := o.must(o.manage, "GET", "/v1/pages", "", "id")[0]
	o.must(o.manage, "POST", "/v1/pages/"+status+"/incidents", `{"incident":{"name":"beta incident","status":"investigating","body":"we look"}}`)
}

// TestR15OneCutThroughAllProducts: after a restore every product, what search finds and every key are as they were at one instant.
func TestR15OneCutThroughAllProducts(t *testing.T) {
	o := newOffice(t)
	page := o.fill()
	before := o.said(page)
	if before["issue by words edited away"] != "200 alpha false beta false" || before["page by words edited away"] != "0" {
		t.Errorf("search finds what was edited away: %v", before)
	}
	o.clock.Advance(time.Minute)
	cut := o.clock.Now()
	o.clock.Advance(time.Minute)
	o.spoil(page)
	spoilt := o.said(page)
	for what, was := range before {
		if spoilt[what] == was && what != "incidents" && !strings.HasSuffix(what, "edited away") {
			t.Errorf("%s was not spoilt: %s", what, was)
		}
	}
	if _, err := o.node.RestoreSite(as("ann"), o.acme, recovery.Target{At: cut}, "test", nil); err != nil {
		t.Fatal(err)
	}
	for what, is := range o.said(page) {
		if is != before[what] {
			t.Errorf("%s is %s, was %s", what, is, before[what])
		}
	}
}

// TestR13ARestoreKeepsIdentifiersInFiveSteps: one call, at most five steps, none by hand; identifiers, addresses, tokens and keys are those that there were.
func TestR13ARestoreKeepsIdentifiersInFiveSteps(t *testing.T) {
	o := newOffice(t)
	page := o.fill()
	before := o.said(page)
	secret := o.must(o.manage, "GET", "/v1/pages", "", "id", "name")
	o.clock.Advance(time.Minute)
	cut := o.clock.Now()
	o.clock.Advance(time.Minute)
	o.spoil(page)
	for _, ref := range o.node.Fleet.VolumesOf(o.acme.ID.String()) { // the disk of the site is lost
		if err := o.node.Shipper.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := o.node.Pool.Evict(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
		if err := o.node.Engine.Remove(t.Context(), ref.Name(o.node.Fleet.Generation(ref))); err != nil {
			t.Fatal(err)
		}
	}
	var steps []string
	_, err := o.node.RestoreSite(as("ann"), o.acme, recovery.Target{At: cut}, "test", func(p recovery.Progress) {
		if !slices.Contains(steps, p.Step) {
			steps = append(steps, p.Step)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(steps) == 0 || len(steps) > 5 {
		t.Errorf("%d steps: %v", len(steps), steps)
	}
	for what, is := range o.said(page) { // with the tokens and keys from before
		if is != before[what] {
			t.Errorf("%s is %s, was %s", what, is, before[what])
		}
	}
	if got := o.must(o.manage, "GET", "/v1/pages", "", "id", "name"); !slices.Equal(got, secret) {
		t.Errorf("%v, was %v", got, secret)
	}
	if now, err := o.node.Fleet.SiteBySlug("acme"); err != nil || now.ID != o.acme.ID || now.State != fleet.Active {
		t.Errorf("%+v %v", now, err)
	}
}

// TestR12AWholeRunIsTakenBackInOneCommit suspends many sites by a plan and takes it back. BenchmarkUndoOf883Sites measures it.
func TestR12AWholeRunIsTakenBackInOneCommit(t *testing.T) {
	s := newStreetOn(t, Options{Data: t.TempDir()})
	p := s.suspendMany(t, 60)
	before := s.controlHead(t)
	if got, err := s.node.Maintenance.Undo(as("bob"), p.ID, nil); err != nil || got.State != maintenance.Undone {
		t.Fatal(got, err)
	}
	if n := s.controlHead(t) - before; n > 2 {
		t.Errorf("%d commits of the control database, not one for the sites and their targets and one for the plan", n)
	}
	for _, site := range s.node.Fleet.All() {
		if site.State != fleet.Active {
			t.Errorf("%s is %s", site.Slug, site.State)
		}
	}
	got, err := s.node.Maintenance.Get(t.Context(), p.ID)
	if err != nil || slices.ContainsFunc(got.Targets, func(p maintenance.Progress) bool { return p.State != maintenance.Reverted }) {
		t.Errorf("%v", err)
	}
}

func (s *street) controlHead(t testing.TB) int64 {
	var head journal.Head
	err := s.node.control().Read(context.Background(), func(tx *volume.Tx) (err error) {
		head, err = journal.ReadHead(context.Background(), tx.Tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return head.Seq
}

// suspendMany makes sites and suspends them by a plan.
func (s *street) suspendMany(t testing.TB, sites int) *maintenance.Plan {
	t.Helper()
	ctx := identity.AsSystem(context.Background(), "test")
	org, err := s.node.CreateOrg(ctx, "acme")
	if err != nil {
		t.Fatal(err)
	}
	for i := range sites {
		if _, err := s.node.Fleet.CreateSite(ctx, org.ID, fmt.Sprintf("site-%d", i), ""); err != nil {
			t.Fatal(err)
		}
	}
	most := int64(sites)
	if err := s.node.Maintenance.SetCaps(ctx, maintenance.Caps{Run: most, Hour: most, Cell: most, Operator: most}); err != nil {
		t.Fatal(err)
	}
	p, err := s.node.Maintenance.Plan(as("ann"), []byte("name: n\nreason: r\naction: {kind: suspend-site}\nexpect: {targets: 1..10000}\ntargets: {kind: site, where: {state: active}}\n"))
	if err == nil {
		_, err = s.node.Maintenance.Approve(as("bob"), p.ID)
	}
	if err == nil {
		p, err = s.node.Maintenance.Apply(as("ann"), p.ID, p.Hash, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// BenchmarkUndoOf883Sites takes back the suspension of 883 sites.
func BenchmarkUndoOf883Sites(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		o := Options{Data: b.TempDir()}
		s := newStreetOn(b, o)
		p := s.suspendMany(b, 883)
		b.StartTimer()
		if _, err := s.node.Maintenance.Undo(as("bob"), p.ID, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// receiver is where webhooks arrive.
type receiver struct {
	mu    sync.Mutex
	heard []string
}

// ServeHTTP implements http.Handler.
func (e *receiver) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = append(e.heard, string(b))
}

func (e *receiver) about(word string) (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, text := range e.heard {
		if strings.Contains(text, word) {
			n++
		}
	}
	return n
}

// TestR20NothingStaleLeavesAfterARestore: what was on its way at the instant gone back to, and what would be due again, is held; what is new leaves.
func TestR20NothingStaleLeavesAfterARestore(t *testing.T) {
	o := newOffice(t)
	e := &receiver{}
	out := httptest.NewServer(e)
	defer out.Close()
	page := o.must(o.manage, "GET", "/v1/pages", "", "id")[0]
	o.must(o.manage, "POST", "/v1/pages/"+page+"/subscribers", `{"subscriber":{"endpoint":"`+out.URL+`/hook","skip_confirmation_notification":true}}`)
	if err := o.node.Jobs.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	incident := func(name string) {
		o.must(o.manage, "POST", "/v1/pages/"+page+"/incidents", `{"incident":{"name":"`+name+`","status":"investigating","body":"we look","deliver_notifications":true}}`)
	}
	incident("stale-one") // waits to be told when the site goes back
	o.must(o.genie, "POST", "/v2/alerts", `{"message":"stale-alert"}`)
	o.clock.Advance(time.Minute)
	cut := o.clock.Now()
	o.clock.Advance(time.Hour)
	if _, err := o.node.RestoreSite(as("ann"), o.acme, recovery.Target{At: cut}, "test", nil); err != nil {
		t.Fatal(err)
	}
	if err := o.node.Jobs.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := e.about("stale"); n > 0 {
		t.Errorf("%d stale messages left: %v", n, e.heard)
	}
	var held int64
	err := o.volume("status").Read(t.Context(), func(tx *volume.Tx) error {
		return tx.GetText(t.Context(), `SELECT count(*) FROM job WHERE state = 'held'`, nil, &held)
	})
	if err != nil || held == 0 {
		t.Errorf("%d jobs wait for somebody to look at them, %v", held, err)
	}
	incident("fresh-one")
	if err := o.node.Jobs.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if fresh, stale := e.about("fresh-one"), e.about("stale"); fresh != 1 || stale != 0 {
		t.Errorf("%d new messages and %d stale ones left", fresh, stale)
	}
	o.clock.Advance(24 * time.Hour)
	if err := o.node.Jobs.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := e.about("stale"); n > 0 {
		t.Errorf("a day later %d stale messages left", n)
	}
}

// TestR20AFirstLoadStampedeHarmsNobody: everybody comes at once to sites that were just restored and that nobody has open.
func TestR20AFirstLoadStampedeHarmsNobody(t *testing.T) {
	w := newTown(t)
	ctx := identity.AsSystem(context.Background(), "test")
	var sites []*fleet.Site
	for i := range 12 {
		s, err := w.node.CreateSite(ctx, w.acme.Org, fmt.Sprintf("cold-%d", i), "", "tracker")
		if err != nil {
			t.Fatal(err)
		}
		sites = append(sites, s)
	}
	var all []ids.Site
	for _, s := range sites {
		all = append(all, s.ID)
	}
	if _, err := w.node.Recovery.RestoreFleet(ctx, all, recovery.Target{}, "test", func(recovery.FleetProgress) {}); err != nil {
		t.Fatal(err)
	}
	for _, s := range sites {
		for _, ref := range w.node.Fleet.VolumesOf(s.ID.String()) {
			if err := w.node.Pool.Evict(ctx, ref); err != nil {
				t.Fatal(err)
			}
		}
	}
	var wg sync.WaitGroup
	for i := range 240 {
		wg.Go(func() {
			path := "/s/" + sites[i%len(sites)].Slug + "/rest/api/3/serverInfo"
			if i%4 == 0 { // a neighbour that was open all the while
				path = "/s/acme/rest/api/3/myself"
			}
			req, err := http.NewRequest("GET", w.http.URL+path, nil)
			if err != nil {
				t.Error(err)
				return
			}
			req.Header.Set("Authorization", "Bearer "+w.token["acme"])
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				b, _ := io.ReadAll(resp.Body)
				t.Errorf("%s: %d %.200s", path, resp.StatusCode, b)
			}
		})
	}
	wg.Wait()
	if n := w.node.Pool.Open(); n > volume.DefaultHot {
		t.Errorf("%d volumes are open", n)
	}
}
