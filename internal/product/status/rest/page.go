package rest

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/public"
)

// themeFields are the vendor's colour fields of a page; they are kept and given back.
var themeFields = []string{"css_body_background_color", "css_font_color", "css_light_font_color", "css_greens", "css_yellows", "css_oranges", "css_blues", "css_reds", "css_border_color",
	"css_graph_color", "css_link_color", "css_no_data"}

// pageJSON writes a page as the manage API does.
func pageJSON(p *page.Page) map[string]any {
	s := p.Settings
	zone := s.TimeZone
	if zone == "" {
		zone = "UTC"
	}
	j := map[string]any{
		"id": p.ID, "created_at": public.In(p.Location(), p.Created), "updated_at": public.In(p.Location(), p.Updated), "name": p.Name, "page_description": public.Text(s.Description),
		"headline": public.Text(s.Headline), "branding": "premium", "subdomain": p.ID, "domain": public.Text(p.Domain), "url": public.Text(s.URL), "support_url": public.Text(s.SupportURL),
		"hidden_from_search": s.HideSearch, "allow_page_subscribers": !s.NoSubscribers, "allow_incident_subscribers": !s.NoIncidents, "allow_email_subscribers": !s.NoEmail,
		"allow_sms_subscribers": false, "allow_rss_atom_feeds": !s.NoFeeds, "allow_webhook_subscribers": !s.NoWebhooks, "notifications_from_email": public.Text(s.FromEmail),
		"notifications_email_footer": public.Text(s.EmailFooter), "activity_score": 0, "twitter_username": nil, "viewers_must_be_team_members": s.Private, "ip_restrictions": nil,
		"city": nil, "state": nil, "country": nil, "time_zone": zone, "favicon_logo": nil, "transactional_logo": nil, "hero_cover": nil, "email_logo": nil, "twitter_logo": nil,
	}
	for _, f := range themeFields {
		j[f] = public.Text(s.Theme[f])
	}
	return j
}

func (h *handler) listPages(w http.ResponseWriter, r *http.Request) error {
	var out []map[string]any
	err := h.read(r, func(c *call) error {
		all, err := page.All(c.ctx, c.tx)
		for _, p := range all {
			out = append(out, pageJSON(p))
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (h *handler) getPage(w http.ResponseWriter, r *http.Request) error {
	var out map[string]any
	err := h.read(r, func(c *call) error { out = pageJSON(c.page); return nil })
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

// pageIn are the fields of a page that clients change.
type pageIn struct {
	Name        *string `json:"name"`
	Domain      *string `json:"domain"`
	URL         *string `json:"url"`
	HideSearch  *bool   `json:"hidden_from_search"`
	Private     *bool   `json:"viewers_must_be_team_members"`
	Page        *bool   `json:"allow_page_subscribers"`
	Incident    *bool   `json:"allow_incident_subscribers"`
	Email       *bool   `json:"allow_email_subscribers"`
	SMS         *bool   `json:"allow_sms_subscribers"`
	Feeds       *bool   `json:"allow_rss_atom_feeds"`
	Webhook     *bool   `json:"allow_webhook_subscribers"`
	FromEmail   *string `json:"notifications_from_email"`
	TimeZone    *string `json:"time_zone"`
	EmailFooter *string `json:"notifications_email_footer"`
}

func (h *handler) patchPage(w http.ResponseWriter, r *http.Request) error {
	if err := admin(r); err != nil {
		return err
	}
	raw, err := body[map[string]any](r, "page")
	if err != nil {
		return err
	}
	in, err := fields[pageIn](raw)
	if err != nil {
		return err
	}
	if in.SMS != nil && *in.SMS {
		return fault.New(fault.KindNotImplemented, "Subscribers by SMS are not available on this site.")
	}
	var out map[string]any
	err = h.write(r, func(c *call) error {
		s := &c.page.Settings
		patch := pagePatch{Private: in.Private, Name: in.Name, Domain: in.Domain, URL: in.URL, TimeZone: in.TimeZone, HideSearch: in.HideSearch, NoSubscribers: not(in.Page), NoIncidents: not(in.Incident),
			NoEmail: not(in.Email), NoWebhooks: not(in.Webhook), NoFeeds: not(in.Feeds), FromEmail: in.FromEmail, EmailFooter: in.EmailFooter}
		s.Theme = maps.Clone(s.Theme)
		for _, f := range themeFields {
			if v, ok := raw[f].(string); ok {
				if s.Theme == nil {
					s.Theme = map[string]string{}
				}
				s.Theme[f] = v
			}
		}
		if err := h.applyPatch(c, patch); err != nil {
			return err
		}
		out = pageJSON(c.page)
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func not(b *bool) *bool {
	if b == nil {
		return nil
	}
	n := !*b
	return &n
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// applyPatch changes a page's settings and saves it.
func (h *handler) applyPatch(c *call, in pagePatch) (err error) {
	p, s := c.page, &c.page.Settings
	set(&p.Name, in.Name)
	if p.Name, err = page.CheckName("name", p.Name); err != nil {
		return err
	}
	for _, x := range []struct{ to, from *string }{{&s.Headline, in.Headline}, {&s.Description, in.Description}, {&s.URL, in.URL}, {&s.SupportURL, in.SupportURL}, {&s.TimeZone, in.TimeZone},
		{&s.FromEmail, in.FromEmail}, {&s.EmailFooter, in.EmailFooter}} {
		set(x.to, x.from)
	}
	for _, x := range []struct{ to, from *bool }{{&s.HideSearch, in.HideSearch}, {&s.Private, in.Private}, {&s.NoSubscribers, in.NoSubscribers}, {&s.NoIncidents, in.NoIncidents}, {&s.NoEmail, in.NoEmail},
		{&s.NoWebhooks, in.NoWebhooks}, {&s.NoFeeds, in.NoFeeds}, {&s.HideUptime, in.HideUptime}} {
		set(x.to, x.from)
	}
	if in.PartialPercent != nil {
		s.PartialPercent = in.PartialPercent
	}
	set(&s.KeepNotices, in.KeepNotices)
	if err := s.Check(); err != nil {
		return err
	}
	if in.Domain != nil {
		if p.Domain, err = page.CheckDomain(*in.Domain); err != nil {
			return err
		}
		if err := h.claim(c); err != nil {
			return err
		}
	}
	if err := page.Save(c.ctx, c.tx, p); err != nil {
		return err
	}
	return page.Note(c.ctx, c.tx, p.ID, "page.settings", p.Name)
}

// claim reserves the page's own domain, which no other page of any site may have.
func (h *handler) claim(c *call) error {
	all, err := page.All(c.ctx, c.tx)
	if err != nil {
		return err
	}
	if c.page.Domain != "" && slices.ContainsFunc(all, func(o *page.Page) bool { return o.ID != c.page.ID && strings.EqualFold(o.Domain, c.page.Domain) }) {
		return fault.Invalid("domain", "Domain has already been taken")
	}
	s := httpkit.SiteFrom(c.ctx)
	if s == nil {
		return nil
	}
	return h.Domains.Claim(c.page.Domain, s.Slug, c.page.ID)
}

// volumeOf gives the status volume of the request's site.
func (h *handler) volumeOf(r *http.Request) (*volume.Volume, error) { return h.Volume(r.Context()) }
