package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access"
	"holdfast.dev/internal/product/access/role"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/issue"
)

// suiteClients are the clients of a site's products beside the tracker, through the APIs that customers' programs use.
type suiteClients struct {
	wiki, oncall, status demoClient
	page                 string // of the status product
}

const drillEmail = "drill@holdfast.example"

// addClients gives a new site of the drill its administrator, its keys, a space and a status page to write to.
func (d *drill) addClients(ctx context.Context, s *fleet.Site) error {
	server, token, err := d.server(ctx, s)
	if err != nil {
		return err
	}
	ctx = d.n.siteContext(ctx, s)
	oncallKey, err := d.n.products.oncall.CreateKey(ctx, d.n.Pool.Volume(volume.Ref{Kind: "oncall", Owner: s.ID.String()}), s.ID, "drill")
	if err != nil {
		return err
	}
	statusKey, err := d.n.products.status.CreateKey(ctx, d.n.Pool.Volume(volume.Ref{Kind: "status", Owner: s.ID.String()}), s.ID, "drill")
	if err != nil {
		return err
	}
	prefix := "/s/" + s.Slug
	c := suiteClients{demoClient{server, "Bearer " + token, prefix}, demoClient{server, "GenieKey " + oncallKey, prefix}, demoClient{server, "OAuth " + statusKey, prefix}, ""}
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
	d.suite = append(d.suite, c)
	return nil
}

// server gives the one server of the drill and its administrator's token, made with the first site.
func (d *drill) server(ctx context.Context, s *fleet.Site) (http.Handler, string, error) {
	if d.handler == nil {
		secret, err := randomPassword()
		if err != nil {
			return nil, "", err
		}
		if d.admin, err = d.n.products.access.CreateAccount(ctx, s.Org, access.NewPerson{Email: drillEmail, Name: "Drill", Password: secret}); err != nil {
			return nil, "", err
		}
		if d.token, err = d.n.products.access.CreateToken(ctx, s.Org, drillEmail, "drill", 0); err != nil {
			return nil, "", err
		}
		if d.handler, err = NewServer(d.n); err != nil {
			return nil, "", err
		}
	}
	if err := d.n.products.access.SetRole(ctx, s.Org, s.ID, d.admin, role.Admin); err != nil {
		return nil, "", err
	}
	return d.handler, d.token, d.n.syncPeople(ctx, s)
}

// write lets a client write something to a site: mostly issues, now and then something of another product.
func (d *drill) write(ctx context.Context, rng *rand.Rand, text string) (receipt, error) {
	site := rng.IntN(len(d.sites))
	c := d.suite[site]
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
	v := d.volume(site)
	err := v.Write(volume.WithReceipt(ctx, &r), func(tx *volume.Tx) error {
		c, err := catalog.Load(ctx, tx)
		if err == nil {
			made, err = createDrillIssue(ctx, tx, c, text, "written while the drill runs")
		}
		return err
	})
	if err != nil || len(r.Commits) == 0 {
		return receipt{}, errors.Join(err, errors.New("no commit"))
	}
	return receipt{site, "issue", func(ctx context.Context) (found bool, err error) {
		err = v.Read(ctx, func(tx *volume.Tx) error {
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

func (c suiteClients) writePage(site int, text string) (receipt, error) {
	var made struct {
		ID string `json:"id"`
	}
	err := c.wiki.call("POST", "/wiki/rest/api/content", map[string]any{"type": "page", "title": text, "space": map[string]string{"key": "DRILL"},
		"body": map[string]any{"storage": map[string]string{"value": "<p>written while the drill runs</p>", "representation": "storage"}}}, &made)
	return receipt{site, "page", func(context.Context) (bool, error) {
		var got struct {
			Title string `json:"title"`
		}
		err := c.wiki.call("GET", "/wiki/rest/api/content/"+made.ID, nil, &got)
		return got.Title == text, notThere(err)
	}}, err
}

func (c suiteClients) writeAlert(site int, text string) (receipt, error) {
	err := c.oncall.call("POST", "/v2/alerts", map[string]any{"message": text, "alias": text, "priority": "P5"}, nil)
	return receipt{site, "alert", func(context.Context) (bool, error) {
		var got struct {
			Data struct {
				Message string `json:"message"`
			} `json:"data"`
		}
		err := c.oncall.call("GET", "/v2/alerts/"+url.PathEscape(text)+"?identifierType=alias", nil, &got)
		return got.Data.Message == text, notThere(err)
	}}, err
}

func (c suiteClients) writeIncident(site int, text string) (receipt, error) {
	var made struct {
		ID string `json:"id"`
	}
	err := c.status.call("POST", c.page+"/incidents", map[string]any{"incident": map[string]any{"name": text, "status": "investigating", "body": "written while the drill runs", "deliver_notifications": false}}, &made)
	return receipt{site, "incident", func(context.Context) (bool, error) {
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
