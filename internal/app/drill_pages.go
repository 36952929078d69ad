package app

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/recovery"
)

func stalePagesScenario() *scenario {
	return &scenario{
		name:     "stale-page-storm",
		happened: "28 August 2025, PagerDuty: after the recovery pages came that were hours old and came twice, and people were woken for what was over.",
		does: "leaves pages of on-call, mails of the status page and webhooks undelivered, destroys the sites, lets three hours pass, restores them and lets everything run that sends; " +
			"then raises a new alert and lets one of the old ones go on purpose",
		holds: "nothing of before leaves by itself; what waits is listed and can be let go one by one; what is new is sent at once",
		sites: 3,
		run: func(ctx context.Context, d *drill) error {
			return inTurn(ctx, d.create, d.fillLittle, d.pagesThatWait, d.storm, d.proveAll)
		},
	}
}

// drillHooks is a receiver of webhooks on loopback.
type drillHooks struct {
	url    string
	server *http.Server

	mu     sync.Mutex
	closed bool
	got    []string
}

func openDrillHooks() (*drillHooks, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h := &drillHooks{url: "http://" + l.Addr().String() + "/hook"}
	h.server = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.closed || err != nil {
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return
		}
		h.got = append(h.got, string(b))
	})}
	go func() { _ = h.server.Serve(l) }() // ends with Close
	return h, nil
}

func (h *drillHooks) shut(closed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = closed
}

func (h *drillHooks) count(text string) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, b := range h.got {
		if strings.Contains(b, text) {
			n++
		}
	}
	return n
}

// oldNews and freshNews are in what is sent before and after the disaster.
const (
	oldNews   = "over for three hours"
	freshNews = "happening now"
)

// raise writes what people are told of: an alert that pages, and an incident that subscribers hear of.
func (d *drill) raise(s *drillSite, text string) error {
	if err := s.suite.oncall.call("POST", "/v2/alerts", map[string]any{"message": text, "alias": text, "priority": "P1"}, nil); err != nil {
		return err
	}
	return s.suite.status.call("POST", s.suite.page+"/incidents", map[string]any{"incident": map[string]any{"name": text, "status": "investigating", "body": text, "deliver_notifications": true}}, nil)
}

// pagesThatWait subscribes somebody to every status page, and raises alerts and incidents while nobody takes mail or webhooks.
func (d *drill) pagesThatWait(ctx context.Context) error {
	hooks, err := openDrillHooks()
	if err != nil {
		return err
	}
	d.hooks = hooks
	for i, s := range d.sites {
		for _, sub := range []map[string]any{{"email": fmt.Sprintf("reader@customer-%04d.example", i+1), "skip_confirmation_notification": true},
			{"endpoint": hooks.url, "skip_confirmation_notification": true}} {
			if err := s.suite.status.call("POST", s.suite.page+"/subscribers", map[string]any{"subscriber": sub}, nil); err != nil {
				return err
			}
		}
	}
	if err := d.n.Jobs.RunDue(ctx); err != nil {
		return err
	}
	hooks.shut(true)
	d.mail.shut(true)
	for _, s := range d.sites {
		if err := d.raise(s, oldNews); err != nil {
			return err
		}
	}
	if err := d.n.Jobs.RunDue(ctx); err != nil { // tried, and not taken
		return err
	}
	waiting := 0
	for _, s := range d.sites {
		found, err := d.n.waitingJobs(ctx, s.Site, jobs.StateDue)
		if err != nil {
			return err
		}
		waiting += len(found)
	}
	d.must(waiting >= 2*len(d.sites) && d.mail.count("", oldNews) == 0, "Pages, mails and webhooks wait to be delivered", "%d are due, %d delivered", waiting, d.mail.count("", oldNews)+hooks.count(oldNews))
	return d.n.Shipper.Flush(ctx)
}

func (d *drill) storm(ctx context.Context) error {
	defer func() { _ = d.hooks.server.Close() }()
	if err := d.byFiles(ctx); err != nil {
		return err
	}
	d.destroyed = d.clock.real()
	d.clock.pass(3 * time.Hour)
	if err := d.restore(ctx, recovery.Target{}); err != nil {
		return err
	}
	d.mail.shut(false)
	d.hooks.shut(false)
	if err := d.serve(ctx); err != nil {
		return err
	}
	for _, s := range d.sites {
		if err := d.raise(s, freshNews); err != nil {
			return err
		}
	}
	fresh := func() (mails, hooks int) { return d.mail.count("", freshNews), d.hooks.count(freshNews) }
	d.within(ctx, time.Minute, func() bool { m, h := fresh(); return m >= 2*len(d.sites) && h >= len(d.sites) })
	mails, hooks := fresh()
	d.must(mails >= 2*len(d.sites) && hooks >= len(d.sites), "What happens now is sent at once", "%d mails and %d webhooks of %d sites", mails, hooks, len(d.sites))
	if err := d.n.Jobs.RunDue(ctx); err != nil {
		return err
	}
	d.must(d.mail.count("", oldNews) == 0 && d.hooks.count(oldNews) == 0, "Nothing of before has left", "%d mails, %d webhooks", d.mail.count("", oldNews), d.hooks.count(oldNews))
	return d.letOneGo(ctx)
}

// letOneGo shows that what is held is not lost: somebody can decide, for each.
func (d *drill) letOneGo(ctx context.Context) error {
	s := d.sites[0]
	held, err := d.n.waitingJobs(ctx, s.Site, jobs.StateHeld)
	if err != nil {
		return err
	}
	d.must(len(held) > 0, "What was held is listed", "%d of the first site", len(held))
	for _, j := range held {
		if code, _, said := d.command(ctx, drillAuthor, "jobs", "release", s.Slug, j.ID); code != ExitOK {
			return fmt.Errorf("jobs release: exit %d: %s", code, said)
		}
	}
	left := d.within(ctx, time.Minute, func() bool { return d.mail.count("", oldNews)+d.hooks.count(oldNews) > 0 })
	d.must(left, "What somebody lets go is sent", "%d mails, %d webhooks of the first site", d.mail.count("", oldNews), d.hooks.count(oldNews))
	other := fmt.Sprintf("admin@customer-%04d.example", len(d.customers))
	d.must(d.sites[len(d.customers)-1] == s || d.mail.count(other, oldNews) == 0, "And nothing else", "%d mails to the other customer", d.mail.count(other, oldNews))
	return nil
}
