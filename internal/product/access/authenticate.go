package access

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access/account"
	"holdfast.dev/internal/product/access/role"
	"holdfast.dev/internal/product/access/session"
	"holdfast.dev/internal/product/access/token"
)

// CookieName is the session cookie. Each organization has its own sessions, so sites of several organizations on one host need
// paths of their own, which the cookie carries.
const CookieName = "holdfast_session"

// Authenticate implements httpkit.Authenticator: Basic email:token, Bearer token, or the session cookie. A request that brings
// credentials which prove nothing is refused; one that brings none is anonymous.
func (p *Product) Authenticate(r *http.Request) (httpkit.Caller, error) {
	anonymous := httpkit.Caller{Principal: identity.Principal{Kind: identity.Anonymous}}
	site := httpkit.SiteFrom(r.Context())
	if site == nil {
		return anonymous, nil
	}
	if header := r.Header.Get("Authorization"); header != "" {
		return p.byToken(r, site, header)
	}
	c, err := r.Cookie(CookieName)
	if err != nil {
		return anonymous, nil //nolint:nilerr // no cookie is no credential
	}
	caller, err := p.bySession(r.Context(), site, c.Value)
	if fault.Is(err, fault.KindUnauthenticated) { // a browser that kept an old cookie sees the login page
		return anonymous, nil
	}
	return caller, err
}

func (p *Product) byToken(r *http.Request, site *httpkit.Site, header string) (caller httpkit.Caller, err error) {
	wrong := fault.Unauthenticated("Client must be authenticated to access this resource.")
	email, secret, basic := r.BasicAuth()
	if !basic {
		scheme, rest, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return caller, wrong
		}
		secret = strings.TrimSpace(rest)
	}
	ctx := r.Context()
	var used ids.Token
	err = p.Volume(site.Org).Read(ctx, func(tx *volume.Tx) error {
		t, err := token.Find(ctx, tx, secret)
		if err != nil {
			return err
		}
		used = t.ID
		caller, err = p.caller(ctx, tx, site, t.Account, identity.Token)
		if err != nil {
			return err
		}
		if basic && !strings.EqualFold(caller.Principal.Email, email) {
			return wrong
		}
		return nil
	})
	if err == nil {
		p.noteUse(site.Org, used)
	}
	return caller, err
}

func (p *Product) bySession(ctx context.Context, site *httpkit.Site, cookie string) (caller httpkit.Caller, err error) {
	err = p.Volume(site.Org).Read(ctx, func(tx *volume.Tx) error {
		s, err := session.Find(ctx, tx, cookie)
		if err != nil {
			return err
		}
		caller, err = p.caller(ctx, tx, site, s.Account, identity.Session)
		caller.CSRF, caller.Program = s.CSRF, s.CSRF == ""
		return err
	})
	return caller, err
}

// caller describes an account that has proven itself, as it stands on a site.
func (p *Product) caller(ctx context.Context, tx *volume.Tx, site *httpkit.Site, id ids.Account, kind identity.Kind) (c httpkit.Caller, err error) {
	all, err := account.All(ctx, tx)
	if err != nil {
		return c, err
	}
	a := all[id.String()]
	if a == nil || !a.Active || a.Placeholder {
		return c, fault.Unauthenticated("Client must be authenticated to access this resource.")
	}
	r, err := role.Of(ctx, tx, site.ID, id.String())
	if err != nil {
		return c, err
	}
	groups, err := role.AllGroups(ctx, tx)
	if err != nil {
		return c, err
	}
	c.Member = r != role.None
	c.Principal = identity.Principal{Kind: kind, Account: a.ID, Name: a.Name, Email: a.Email, Org: site.Org, Admin: r == role.Admin, Groups: groups.Of[id.String()]}
	return c, nil
}

// useLog remembers when the use of a token was last written, so that a busy client does not cause a write a request.
type useLog struct {
	mu    sync.Mutex
	noted map[ids.Token]time.Time
}

// noteUse writes the time of a token's use, at most once in ten minutes, outside of the request.
func (p *Product) noteUse(org ids.Org, id ids.Token) {
	now := p.Clock.Now()
	p.uses.mu.Lock()
	last, ok := p.uses.noted[id]
	if ok && now.Sub(last) < 10*time.Minute {
		p.uses.mu.Unlock()
		return
	}
	if len(p.uses.noted) > 100_000 {
		clear(p.uses.noted)
	}
	p.uses.noted[id] = now
	p.uses.mu.Unlock()
	go func() {
		ctx := identity.AsSystem(context.Background(), "access")
		// A failure loses nothing but the note; the next use tries again in ten minutes.
		_ = p.Volume(org).Write(ctx, func(tx *volume.Tx) error { return token.Used(ctx, tx, id) })
	}()
}

// remoteAddress is where a request comes from, without the port.
func remoteAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
