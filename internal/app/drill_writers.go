package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/issue"
)

// suiteClients are the clients of a site's products beside the tracker, through the APIs that customers' programs use.
type suiteClients struct {
	wiki, oncall, status demoClient
	page                 string // of the status product
}

// newClients gives a new site its keys, and its clients the page that they write to.
func (d *drill) newClients(ctx context.Context, s *drillSite) (c suiteClients, err error) {
	ctx = d.n.siteContext(ctx, s.Site)
	oncallKey, err := d.n.products.oncall.CreateKey(ctx, d.volume(s, "oncall"), s.ID, "drill")
	if err != nil {
		return c, err
	}
	statusKey, err := d.n.products.status.CreateKey(ctx, d.volume(s, "status"), s.ID, "drill")
	if err != nil {
		return c, err
	}
	prefix := "/s/" + s.Slug
	return suiteClients{demoClient{d, "Bearer " + s.customer.token, prefix}, demoClient{d, "GenieKey " + oncallKey, prefix}, demoClient{d, "OAuth " + statusKey, prefix}, ""}, nil
}

// begin makes the space that clients write to and finds the status page.
func (c *suiteClients) begin() error {
	if err := c.wiki.call("POST", "/wiki/rest/api/space", map[string]any{"key": "DRILL", "name": "Drill"}, nil); err != nil {
		return err
	}
	var pages []struct {
		ID string `json:"id"`
	}
	if err := c.status.call("GET", "/v1/pages", nil, &pages); err != nil {
		return err
	}
	if len(pages) == 0 {
		return errors.New("the site has no status page")
	}
	c.page = "/v1/pages/" + pages[0].ID
	return nil
}

// writerPause is between two writes of a client: what is measured is not how much a machine can take.
const writerPause = 4 * time.Millisecond

// client writes to sites at random and keeps the receipts of what was acknowledged.
func (d *drill) client(ctx context.Context, number int, stop <-chan struct{}) {
	rng := rand.New(rand.NewPCG(d.o.Seed, 1<<32|uint64(number)))
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		default:
		}
		time.Sleep(writerPause)
		r, err := d.write(ctx, rng, fmt.Sprintf("client %d write %d", number, n))
		if err != nil { // refused: nothing was promised
			time.Sleep(5 * time.Millisecond)
			continue
		}
		d.mu.Lock()
		if r.at = d.clock.real(); !d.dead { // a machine that is lost answers nobody
			d.receipts = append(d.receipts, r)
			d.res.Acknowledged++
		}
		d.mu.Unlock()
	}
}

// writing lets clients write until the function that it gives is called, which waits for them.
func (d *drill) writing(ctx context.Context) (end func()) {
	stop := make(chan struct{})
	var clients sync.WaitGroup
	for range d.o.Clients {
		number := d.writers
		d.writers++
		clients.Go(func() { d.client(ctx, number, stop) })
	}
	var once sync.Once
	return func() {
		once.Do(func() {
			close(stop)
			clients.Wait()
		})
	}
}

// writeFor waits while clients write.
func (d *drill) writeFor(t time.Duration) {
	for tenth := range 10 {
		time.Sleep(t / 10)
		d.report(Progress{Step: "writing", Done: int64(tenth + 1), Total: 10, Unit: "tenths of the time"})
	}
}

// write lets a client write something to a site: mostly issues, now and then something of another product.
func (d *drill) write(ctx context.Context, rng *rand.Rand, text string) (receipt, error) {
	site := rng.IntN(len(d.sites))
	if d.sites[site] == d.spared {
		site = (site + 1) % len(d.sites)
	}
	c := &d.sites[site].suite
	switch rng.IntN(10) {
	case 0:
		return c.writePage(site, text)
	case 1:
		return c.writeAlert(site, text)
	case 2:
		return c.writeIncident(site, text)
	}
	return d.writeIssue(ctx, site, text)
}

func (d *drill) writeIssue(ctx context.Context, site int, text string) (receipt, error) {
	var r volume.Receipt
	var made *issue.Issue
	s := d.sites[site]
	err := d.volume(s, "work").Write(volume.WithReceipt(ctx, &r), func(tx *volume.Tx) error {
		c, err := catalog.Load(ctx, tx)
		if err == nil {
			made, err = createDrillIssue(ctx, tx, c, text, "written while the drill runs")
		}
		return err
	})
	if err != nil || len(r.Commits) == 0 {
		return receipt{}, errors.Join(err, errors.New("no commit"))
	}
	return receipt{site: site, what: "issue", text: text, found: func(ctx context.Context) (found bool, err error) {
		err = d.volume(s, "work").Read(ctx, func(tx *volume.Tx) error {
			got, err := issue.Get(ctx, tx, made.ID)
			if fault.Is(err, fault.KindNotFound) {
				return nil
			}
			found = err == nil && got.Summary == text
			return err
		})
		return found, err
	}}, nil
}

func (c *suiteClients) writePage(site int, text string) (receipt, error) {
	var made struct {
		ID string `json:"id"`
	}
	err := c.wiki.call("POST", "/wiki/rest/api/content", map[string]any{"type": "page", "title": text, "space": map[string]string{"key": "DRILL"},
		"body": map[string]any{"storage": map[string]string{"value": "<p>written while the drill runs</p>", "representation": "storage"}}}, &made)
	return receipt{site: site, what: "page", text: text, found: func(context.Context) (bool, error) {
		var got struct {
			Title string `json:"title"`
		}
		err := c.wiki.call("GET", "/wiki/rest/api/content/"+made.ID, nil, &got)
		return got.Title == text, notThere(err)
	}}, err
}

func (c *suiteClients) writeAlert(site int, text string) (receipt, error) {
	err := c.oncall.call("POST", "/v2/alerts", map[string]any{"message": text, "alias": text, "priority": "P5"}, nil)
	return receipt{site: site, what: "alert", text: text, found: func(context.Context) (bool, error) {
		var got struct {
			Data struct {
				Message string `json:"message"`
			} `json:"data"`
		}
		err := c.oncall.call("GET", "/v2/alerts/"+url.PathEscape(text)+"?identifierType=alias", nil, &got)
		return got.Data.Message == text, notThere(err)
	}}, err
}

func (c *suiteClients) writeIncident(site int, text string) (receipt, error) {
	var made struct {
		ID string `json:"id"`
	}
	err := c.status.call("POST", c.page+"/incidents", map[string]any{"incident": map[string]any{"name": text, "status": "investigating", "body": "written while the drill runs", "deliver_notifications": false}}, &made)
	return receipt{site: site, what: "incident", text: text, found: func(context.Context) (bool, error) {
		var got struct {
			Name string `json:"name"`
		}
		err := c.status.call("GET", c.page+"/incidents/"+made.ID, nil, &got)
		return got.Name == text, notThere(err)
	}}, err
}

// notThere takes an answer that something does not exist for no error: it is what the drill looks for.
func notThere(err error) error {
	var refused *refusal
	if errors.As(err, &refused) && refused.code == http.StatusNotFound {
		return nil
	}
	return err
}

// refusal is an answer of an API that is not a success.
type refusal struct {
	method, path string
	code         int
	body         string
}

// Error implements error.
func (r *refusal) Error() string {
	return fmt.Sprintf("%s %s: %d %.300s", r.method, r.path, r.code, r.body)
}
