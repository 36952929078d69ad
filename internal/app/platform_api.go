package app

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/product/access"
)

// platformRoutes lists the operations of the platform's own API.
func (s *Server) platformRoutes() []httpkit.Route {
	d := httpkit.Platform
	routes := []httpkit.Route{
		{Method: "GET", Path: "/readyz", Permission: httpkit.Public, Handler: s.getReady, Dialect: d},
		{Method: "GET", Path: "/healthz", Permission: httpkit.Public, Handler: s.getReady, Dialect: d},
		{Method: "GET", Path: "/api/session", Permission: httpkit.Public, Handler: s.getSession, Dialect: d},
		{Method: "GET", Path: "/api/events", Permission: httpkit.Member, Handler: s.getEvents, Dialect: d},
	}
	if s.node.serves("access") {
		routes = append(routes, httpkit.Route{Method: "POST", Path: "/api/setup", Permission: httpkit.Public, Handler: s.postSetup, Dialect: d})
		routes = append(routes, s.timeMachineRoutes()...)
		routes = append(routes, s.productRoutes()...)
		routes = append(routes, s.smartLinkRoutes()...)
	}
	return routes
}

func (s *Server) getReady(w http.ResponseWriter, r *http.Request) error {
	return httpkit.JSON(w, http.StatusOK, map[string]string{"status": "ready"})
}

type siteInfo struct {
	ID   string `json:"id"`
	Slug string `json:"slug"`
	Name string `json:"name"`
	// State is that of the fleet: "active", "read-only", "restoring". ShownAt is the instant of what a read-only site shows.
	State   string     `json:"state"`
	ShownAt *time.Time `json:"shownAt,omitempty"`
}

type siteLink struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
	URL  string `json:"url"`
}

type sessionBody struct {
	access.SessionInfo
	Site     *siteInfo  `json:"site"`
	Sites    []siteLink `json:"sites"`
	Products []string   `json:"products"`
	// Now is the server's time, for the "since" of the stream of commits.
	Now time.Time `json:"now"`
}

func (s *Server) getSession(w http.ResponseWriter, r *http.Request) error {
	info, err := s.node.products.access.Session(r)
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, s.session(r, info))
}

func (s *Server) session(r *http.Request, info access.SessionInfo) sessionBody {
	body := sessionBody{SessionInfo: info, Sites: []siteLink{}, Products: []string{}, Now: s.node.Clock.Now().UTC()}
	site := httpkit.SiteFrom(r.Context())
	if site == nil {
		if s.node.Fleet.Empty() {
			body.State = "setup"
		}
		return body
	}
	body.Site = &siteInfo{ID: site.ID.String(), Slug: site.Slug, Name: site.Name}
	if now, err := s.node.Fleet.Site(site.ID); err == nil {
		body.Site.State = string(now.State)
		if now.State == fleet.ReadOnly {
			at := s.node.FaceOf(r.Context(), now)
			body.Site.ShownAt = &at
		}
	}
	body.Products = append(body.Products, s.node.Fleet.Products(site.ID)...)
	if info.Account != nil { // the other sites of the organization; strangers learn of none
		for _, other := range s.node.Fleet.All() {
			if other.Org == site.Org {
				body.Sites = append(body.Sites, siteLink{other.Slug, other.Name, s.origin(r) + "/s/" + other.Slug + "/"})
			}
		}
		slices.SortFunc(body.Sites, func(a, b siteLink) int { return strings.Compare(a.Slug, b.Slug) })
	}
	return body
}

type setupForm struct {
	Organization string `json:"organization"`
	Site         string `json:"site"`
	Slug         string `json:"slug"`
	Name         string `json:"name"`
	Email        string `json:"email"`
	Password     string `json:"password"`
}

// postSetup makes the first organization, site and administrator. Once anything exists it refuses for ever.
func (s *Server) postSetup(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		return fault.Forbidden("XSRF check failed")
	}
	form, err := httpkit.Decode[setupForm](r)
	if err != nil {
		return err
	}
	s.node.settingUp.Lock()
	defer s.node.settingUp.Unlock()
	if !s.node.Fleet.Empty() {
		return fault.Conflict("This installation is set up already.")
	}
	ctx := identity.AsSystem(r.Context(), "first-run set-up")
	site, who, err := s.node.FirstRun(ctx, FirstRun{Org: form.Organization, Slug: form.Slug, Site: form.Site,
		Admin: access.NewPerson{Email: form.Email, Name: form.Name, Password: form.Password}})
	if err != nil {
		return err
	}
	hs := &httpkit.Site{ID: site.ID, Org: site.Org, Slug: site.Slug, Name: site.Name, BaseURL: s.origin(r)}
	csrf, _, err := s.node.products.access.StartSession(ctx, w, r, hs, who)
	if err != nil {
		return err
	}
	r = r.WithContext(httpkit.WithSite(r.Context(), hs))
	info := access.SessionInfo{State: "signed-in", CSRFToken: csrf, Account: &access.AccountInfo{AccountID: who.String(), DisplayName: form.Name, Email: form.Email, Admin: true}}
	return httpkit.JSON(w, http.StatusCreated, s.session(r, info))
}
