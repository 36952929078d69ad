package status

import (
	"context"
	"fmt"
	"maps"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/manage"
	"holdfast.dev/internal/product/status/needs"
	"holdfast.dev/internal/product/status/notice"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/public"
	"holdfast.dev/internal/product/status/publish"
	"holdfast.dev/internal/product/status/rest"
	"holdfast.dev/internal/product/status/subscriber"
)

// Deps is what the status page needs from its surroundings.
type Deps struct {
	Clock    clock.Clock
	Volume   func(ctx context.Context) (*volume.Volume, error) // the status volume of the context's site
	Blobs    func(ctx context.Context) needs.Blobs
	Accounts httpkit.Authenticator // proves people; keys are proven by the product itself
	Senders  needs.Senders
	Folder   string // where static copies are published: one folder a site, by slug
}

// Product is the status page, for every site of the process.
type Product struct {
	deps    Deps
	live    *publish.Live
	domains *publish.Domains
}

// New makes the product.
func New(d Deps) *Product {
	p := &Product{deps: d, domains: publish.NewDomains(d.Folder, d.Clock)}
	p.live = publish.NewLive(d.Clock, p.images)
	return p
}

func (p *Product) images(ctx context.Context) public.Images { return rest.Images(p.deps.Blobs(ctx)) }

// Routes lists every operation of the product.
func (p *Product) Routes() []httpkit.Route {
	return rest.Routes(rest.Deps{Clock: p.deps.Clock, Volume: p.deps.Volume, Blobs: p.deps.Blobs, Accounts: p.deps.Accounts, Live: p.live, Domains: p.domains, Folder: p.folder})
}

// Jobs gives the handlers of the product's jobs by kind.
func (p *Product) Jobs() map[string]jobs.Handler {
	out := map[string]jobs.Handler{
		page.PublishKind:     {Do: p.publish, Attempts: 1000},
		refreshKind:          {InTx: refresh},
		subscriber.PurgeKind: {InTx: subscriber.Purge},
	}
	maps.Copy(out, notice.Jobs(p.deps.Senders))
	maps.Copy(out, manage.Jobs())
	return out
}

// SetUp fills the status volume of a new site: its first page, which has the site's name.
func (p *Product) SetUp(ctx context.Context, v *volume.Volume) error {
	name := "Status"
	if s := httpkit.SiteFrom(ctx); s != nil && s.Name != "" {
		name = s.Name
	}
	return v.Write(ctx, func(tx *volume.Tx) error {
		if all, err := page.All(ctx, tx); err != nil || len(all) > 0 {
			return err
		}
		_, err := page.Create(ctx, tx, name)
		return err
	})
}

// CreateKey makes a manage key and gives its secret, which is not kept.
func (p *Product) CreateKey(ctx context.Context, v *volume.Volume, site ids.Site, name string) (secret string, err error) {
	err = v.Write(ctx, func(tx *volume.Tx) error {
		_, secret, err = page.CreateKey(ctx, tx, site, name)
		return err
	})
	return secret, err
}

// OpenIncident opens an incident on the first page of the context's site, for other products: in state investigating, told to subscribers, with the
// impact given (none, minor, major, critical; empty for the computed one). It gives the incident's identifier and its public address.
func (p *Product) OpenIncident(ctx context.Context, name, impact, message string) (id, url string, err error) {
	v, err := p.deps.Volume(ctx)
	if err != nil {
		return "", "", err
	}
	in := manage.Input{Name: &name, Body: &message}
	if message == "" {
		in.Body = nil
	}
	if impact != "" {
		i := incident.Impact(impact)
		in.ImpactOverride = &i
	}
	err = v.Write(ctx, func(tx *volume.Tx) error {
		first, err := page.First(ctx, tx)
		if err != nil {
			return err
		}
		i, err := manage.CreateIncident(ctx, tx, first, in)
		if err != nil {
			return err
		}
		id, url = i.ID, first.PublicURL()+"/incidents/"+i.ID+"/"
		return nil
	})
	if err != nil {
		return "", "", fmt.Errorf("open status incident: %w", err)
	}
	return id, url, nil
}

// PageByDomain tells which page has an own domain: the slug of its site and its identifier. It opens no volume. A request for the domain is answered as one
// for /status/p/{page}{path} of that site.
func (p *Product) PageByDomain(host string) (site, pageID string, ok bool) {
	h, ok := p.domains.Find(host)
	return h.Site, h.Page, ok
}

// Republish has all pages of a volume written to their static copies again: after a restore, since what the copies show was undone.
func (p *Product) Republish(ctx context.Context, v *volume.Volume) error {
	return v.Write(ctx, func(tx *volume.Tx) error {
		all, err := page.All(ctx, tx)
		if err != nil {
			return err
		}
		for _, one := range all {
			if err := page.Republish(ctx, tx, one.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// RenderPage gives a document of a page as it is served and published; see public.Site.Render for the names.
func (p *Product) RenderPage(ctx context.Context, v *volume.Volume, pageID, name string) (body []byte, err error) {
	err = v.Read(ctx, func(tx *volume.Tx) error {
		one, err := page.Get(ctx, tx, pageID)
		if err != nil {
			return err
		}
		s, err := public.Load(ctx, tx, one, p.images(ctx))
		if err != nil {
			return err
		}
		body, err = s.Render(name)
		return err
	})
	if fault.Is(err, fault.KindNotFound) {
		return nil, err
	}
	return body, err
}
