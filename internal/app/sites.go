package app

import (
	"net"
	"net/http"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/apikey"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/httpkit"
)

// routeSite finds the site of a request: by host (acme.example.com), else by path prefix (/s/acme/…), else by the
// API key that it brings, else the only site there is. It
// strips the prefix, so that routes are the same however the site was named, and refuses sites that nobody may use.
func (s *Server) routeSite(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = s.ownDomain(r)
		if outsideOfSites(r.URL.Path) && s.siteOfHost(r) == nil {
			next.ServeHTTP(w, r)
			return
		}
		site, prefix, err := s.findSite(r)
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		if site == nil { // nothing was set up yet, or the host serves several sites and none was named
			next.ServeHTTP(w, r)
			return
		}
		if err := usable(site, r); err != nil {
			s.refuse(w, r, err)
			return
		}
		s.markReadOnly(w, r, site)
		hs := &httpkit.Site{ID: site.ID, Org: site.Org, Slug: site.Slug, Name: site.Name, BasePath: prefix, BaseURL: s.origin(r) + prefix}
		r = r.WithContext(httpkit.WithSite(r.Context(), hs))
		if prefix != "" {
			http.StripPrefix(prefix, next).ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ownDomain turns a request for the own domain of a status page into one for the page under its site: nothing else is served there.
func (s *Server) ownDomain(r *http.Request) *http.Request {
	if !s.node.serves("status") {
		return r
	}
	slug, page, ok := s.node.products.status.PageByDomain(hostOnly(r.Host))
	if !ok {
		return r
	}
	u := *r.URL
	u.Path, u.RawPath = "/s/"+slug+"/status/p/"+page+u.Path, ""
	out := r.WithContext(r.Context())
	out.URL = &u
	return out
}

// hostOnly gives a host without its port.
func hostOnly(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h
	}
	return host
}

// dialectOf gives the dialect of the API that a path belongs to.
func dialectOf(path string) httpkit.Dialect {
	path = strings.TrimPrefix(path, "/jsm/ops/integration")
	for _, api := range []struct {
		prefix  string
		dialect httpkit.Dialect
	}{
		{"/rest/", httpkit.Jira}, {"/wiki/rest/", httpkit.ConfluenceV1}, {"/wiki/api/", httpkit.ConfluenceV2}, {"/v2/", httpkit.Opsgenie},
		{"/v1/pages", httpkit.Statuspage}, {"/v1/organizations", httpkit.Statuspage}, {"/v1/", httpkit.Opsgenie}, {"/status/api/", httpkit.StatusPublic},
	} {
		if strings.HasPrefix(path, api.prefix) {
			return api.dialect
		}
	}
	return httpkit.Platform
}

// refuse answers in the dialect of the API that the path belongs to.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	path := r.URL.Path
	if rest, ok := strings.CutPrefix(path, "/s/"); ok {
		if _, after, ok := strings.Cut(rest, "/"); ok {
			path = "/" + after
		}
	}
	httpkit.Fail(s.node.Log, w, r, dialectOf(path), err)
}

func (s *Server) findSite(r *http.Request) (site *fleet.Site, prefix string, err error) {
	if rest, ok := strings.CutPrefix(r.URL.Path, "/s/"); ok {
		slug, _, _ := strings.Cut(rest, "/")
		site, err = s.node.Fleet.SiteBySlug(slug)
		return site, "/s/" + slug, err
	}
	if site := s.siteOfHost(r); site != nil {
		return site, "", nil
	}
	if id, ok := apikey.SiteOf(r); ok {
		if site, err := s.node.Fleet.Site(id); err == nil {
			return site, "", nil
		}
	}
	return s.node.Fleet.OnlySite(), "", nil
}

// siteOfHost gives the site that the host of a request names, nil when it names none.
func (s *Server) siteOfHost(r *http.Request) *fleet.Site {
	label, _, ok := strings.Cut(hostOnly(r.Host), ".")
	if !ok {
		return nil
	}
	site, err := s.node.Fleet.SiteBySlug(label)
	if err != nil {
		return nil
	}
	return site
}

// usable refuses what the site's state does not allow. A site being restored can be read as far as there is something to read. Of one that is read-only, the
// volumes themselves refuse what would change them.
func usable(site *fleet.Site, r *http.Request) error {
	switch site.State {
	case fleet.Suspended, fleet.Tombstoned:
		return fault.Unavailable("This site is %s. Its data is safe; ask your administrator.", site.State)
	case fleet.Restoring:
		reading := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
		signing := r.URL.Path == "/api/session"
		if !reading && !signing && !strings.HasSuffix(r.URL.Path, "/search") && !strings.HasSuffix(r.URL.Path, "/search/jql") {
			return fault.Unavailable("This site is %s: it can be read, not changed. Try again in a moment.", site.State)
		}
	}
	return nil
}

// origin gives scheme and host of the request as clients see them.
func (s *Server) origin(r *http.Request) string {
	if s.baseURL != "" {
		return s.baseURL
	}
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
