package httpkit

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/identity"
)

// Permission names what a route needs. Products add names of their own, for which the edge asks at least Member and the use case
// checks the object.
type Permission string

// The permissions that the edge itself decides.
const (
	Public   Permission = "public"
	SignedIn Permission = "signed-in"   // an account of the organization
	Member   Permission = "site-member" // with a role on this site
	Admin    Permission = "site-admin"
	Operator Permission = "operator" // somebody who runs the installation, proven by the platform and never by a site
)

// Handler answers a request or gives the error to render in the route's dialect.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Route is one operation of an API.
type Route struct {
	Method     string
	Path       string // with wildcards as {name}, each a whole segment; relative to the site
	Permission Permission
	Handler    Handler
	Dialect    Dialect
	MaxBody    int64 // bytes; 0 is 1 MiB
	// Anonymous lets callers without account through to the use case, which decides by the object.
	Anonymous bool
	// Auth proves callers where not the mux's authenticator does: products whose clients bring keys instead of accounts.
	Auth Authenticator
}

// Dialect renders errors as one API does.
type Dialect interface {
	Error(w http.ResponseWriter, r *http.Request, f *fault.Error, requestID string)
}

// Site is the site that a request is for.
type Site struct {
	ID       ids.Site
	Org      ids.Org
	Slug     string
	Name     string
	BaseURL  string // scheme://host[/s/slug], no trailing slash
	BasePath string // "" or "/s/slug"
}

type siteKey struct{}

// WithSite puts the site into the context.
func WithSite(ctx context.Context, s *Site) context.Context {
	return context.WithValue(ctx, siteKey{}, s)
}

// SiteFrom gives the site of the context, nil when there is none.
func SiteFrom(ctx context.Context) *Site {
	s, _ := ctx.Value(siteKey{}).(*Site)
	return s
}

// BaseURL gives the absolute URL of the site of the context, without trailing slash.
func BaseURL(ctx context.Context) string {
	if s := SiteFrom(ctx); s != nil {
		return s.BaseURL
	}
	return ""
}

// Mux dispatches to routes.
type Mux struct {
	tree     tree
	fallback http.Handler
	routes   []Route
	log      *slog.Logger
	auth     Authenticator
}

// NewMux makes a dispatcher.
func NewMux(auth Authenticator, log *slog.Logger) *Mux {
	return &Mux{fallback: http.NotFoundHandler(), auth: auth, log: log}
}

// Handle registers routes. It panics on a route without permission, dialect or handler, or that is there already, which are mistakes of ours.
func (m *Mux) Handle(routes ...Route) {
	for _, rt := range routes {
		if rt.Permission == "" || rt.Dialect == nil || rt.Handler == nil {
			panic(fmt.Sprintf("httpkit: route %s %s lacks a permission, dialect or handler", rt.Method, rt.Path))
		}
		if !m.tree.add(rt.Method, rt.Path, &leaf{handler: m.endpoint(rt), dialect: rt.Dialect}) {
			panic(fmt.Sprintf("httpkit: route %s %s is registered twice", rt.Method, rt.Path))
		}
	}
	m.routes = append(m.routes, routes...)
}

// Routes lists what was registered, for the test that every route names a permission and for the API's own description.
func (m *Mux) Routes() []Route { return m.routes }

// HandleFallback registers what answers when no route does.
func (m *Mux) HandleFallback(h http.Handler) { m.fallback = h }

// ServeHTTP implements http.Handler.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !m.tree.serve(m, w, r) {
		m.fallback.ServeHTTP(w, r)
	}
}

const defaultMaxBody = 1 << 20

// endpoint is the part of the chain that depends on the route: body limit, who is asking, CSRF, permission, the handler, its error.
func (m *Mux) endpoint(rt Route) http.Handler {
	limit := rt.MaxBody
	if limit == 0 {
		limit = defaultMaxBody
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := m.serve(w, r, rt, limit); err != nil {
			m.fail(w, r, rt.Dialect, err)
		}
	})
}

func (m *Mux) serve(w http.ResponseWriter, r *http.Request, rt Route, limit int64) error {
	if r.ContentLength > limit {
		return fault.New(fault.KindTooLarge, "The request is larger than the %d bytes allowed here.", limit)
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	auth := m.auth
	if rt.Auth != nil {
		auth = rt.Auth
	}
	who, err := auth.Authenticate(r)
	if err != nil {
		return err
	}
	browser := (who.Principal.Kind == identity.Session || who.CSRF != "") && (!who.Program || FromBrowser(r))
	if browser && !safe(r.Method) {
		if err := checkCSRF(r, who.CSRF); err != nil {
			return err
		}
	}
	if err := permitted(rt, who.Principal, who.Member); err != nil {
		return err
	}
	source := "rest"
	if browser {
		source = "ui"
	}
	ctx := identity.With(r.Context(), who.Principal)
	ctx = identity.WithOrigin(ctx, identity.Origin{Source: source, Request: RequestID(ctx)})
	return rt.Handler(w, r.WithContext(ctx))
}

func permitted(rt Route, p identity.Principal, member bool) error {
	if rt.Permission == Public || rt.Anonymous {
		return nil
	}
	if rt.Permission == Operator {
		if p.Kind != identity.Operator {
			return fault.Unauthenticated("Only those who run the installation can do this; prove it with an operator token.")
		}
		return nil
	}
	if !p.Known() || (rt.Permission == SignedIn && !p.SignedIn()) {
		return fault.Unauthenticated("Client must be authenticated to access this resource.")
	}
	switch rt.Permission {
	case SignedIn:
		return nil
	case Admin:
		if p.Admin {
			return nil
		}
		return fault.Forbidden("You need to be an administrator of this site to do that.")
	}
	if !member {
		return fault.Forbidden("You do not have access to this site.")
	}
	return nil
}

func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}
