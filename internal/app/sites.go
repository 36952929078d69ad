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
		hs := &httpkit.Site{ID: site.ID, Org: site.Org, Slug: site.Slug, Name: site.Name, BasePath: prefix, BaseURL: s.origin(r) + prefix}
		r = r.WithContext(httpkit.WithSite(r.Context(), hs))
		if prefix != "" {
			http.StripPrefix(prefix, next).ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refuse answers in the dialect of the API that the path belongs to.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	d := httpkit.Platform
	if strings.Contains(r.URL.Path, "/rest/") {
		d = httpkit.Jira
	}
	httpkit.Fail(s.node.Log, w, r, d, err)
}

func (s *Server) findSite(r *http.Request) (site *fleet.Site, prefix string, err error) {
	if rest, ok := strings.CutPrefix(r.URL.Path, "/s/"); ok {
		slug, _, _ := strings.Cut(rest, "/")
		site, err = s.node.Fleet.SiteBySlug(slug)
		return site, "/s/" + slug, err
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if label, _, ok := strings.Cut(host, "."); ok {
		if site, err := s.node.Fleet.SiteBySlug(label); err == nil {
			return site, "", nil
		}
	}
	if id, ok := apikey.SiteOf(r); ok {
		if site, err := s.node.Fleet.Site(id); err == nil {
			return site, "", nil
		}
	}
	return s.node.Fleet.OnlySite(), "", nil
}

// usable refuses what the site's state does not allow. A site being restored can be read as far as there is something to read.
func usable(site *fleet.Site, r *http.Request) error {
	switch site.State {
	case fleet.Suspended, fleet.Tombstoned:
		return fault.Unavailable("This site is %s. Its data is safe; ask your administrator.", site.State)
	case fleet.ReadOnly, fleet.Restoring:
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
