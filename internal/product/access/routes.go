package access

import (
	"context"
	"math"
	"net/http"
	"strconv"
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

// Routes lists every operation of the product.
func (p *Product) Routes() []httpkit.Route {
	pf, jira := httpkit.Platform, httpkit.Jira
	return []httpkit.Route{
		{Method: "POST", Path: "/api/session", Permission: httpkit.Public, Handler: p.postSession, Dialect: pf},
		{Method: "DELETE", Path: "/api/session", Permission: httpkit.Public, Handler: p.deleteSession, Dialect: pf},
		{Method: "GET", Path: "/api/tokens", Permission: httpkit.SignedIn, Handler: p.getTokens, Dialect: pf},
		{Method: "POST", Path: "/api/tokens", Permission: httpkit.SignedIn, Handler: p.postToken, Dialect: pf},
		{Method: "DELETE", Path: "/api/tokens/{id}", Permission: httpkit.SignedIn, Handler: p.deleteToken, Dialect: pf},
		{Method: "GET", Path: "/api/members", Permission: httpkit.Admin, Handler: p.getMembers, Dialect: pf},
		{Method: "POST", Path: "/rest/auth/1/session", Permission: httpkit.Public, Handler: p.postJiraSession, Dialect: jira},
		{Method: "GET", Path: "/rest/auth/1/session", Permission: httpkit.SignedIn, Handler: p.getJiraSession, Dialect: jira},
		{Method: "DELETE", Path: "/rest/auth/1/session", Permission: httpkit.SignedIn, Handler: p.deleteSession, Dialect: jira},
	}
}

// StartSession signs an account in on the browser that is answered and gives the session's CSRF token.
func (p *Product) StartSession(ctx context.Context, w http.ResponseWriter, r *http.Request, site *httpkit.Site, who ids.Account) (csrf, cookie string, err error) {
	return p.startSession(ctx, w, r, site, who, false)
}

func (p *Product) startSession(ctx context.Context, w http.ResponseWriter, r *http.Request, site *httpkit.Site, who ids.Account, program bool) (csrf, cookie string, err error) {
	var s session.Session
	err = p.Volume(site.Org).Write(ctx, func(tx *volume.Tx) error {
		cookie, s, err = session.Start(ctx, tx, who, program)
		return err
	})
	if err != nil {
		return "", "", err
	}
	setCookie(w, r, site, cookie, int(session.Lifetime.Seconds()))
	return s.CSRF, cookie, nil
}

func setCookie(w http.ResponseWriter, r *http.Request, site *httpkit.Site, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{Name: CookieName, Value: value, Path: site.BasePath + "/", MaxAge: maxAge, HttpOnly: true,
		Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https", SameSite: http.SameSiteLaxMode})
}

type credentials struct {
	Email    string `json:"email"`
	Username string `json:"username"` // what clients of the Jira session API send
	Password string `json:"password"`
}

// signIn proves the credentials in the body and starts a session. A login by a page of another origin is refused, since it
// would sign its visitor in as somebody else.
func (p *Product) signIn(w http.ResponseWriter, r *http.Request, program bool) (a *account.Account, csrf, cookie string, err error) {
	if fetch := r.Header.Get("Sec-Fetch-Site"); fetch == "cross-site" {
		return nil, "", "", fault.Forbidden("XSRF check failed")
	}
	site := httpkit.SiteFrom(r.Context())
	if site == nil {
		return nil, "", "", fault.NotFound("There is no such site.")
	}
	c, err := httpkit.DecodeLoose[credentials](r)
	if err != nil {
		return nil, "", "", err
	}
	if c.Email == "" {
		c.Email = c.Username
	}
	a, wait, err := p.login(r.Context(), site.Org, c.Email, c.Password, remoteAddress(r))
	if err != nil {
		if wait > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		}
		return nil, "", "", err
	}
	ctx := identity.With(r.Context(), identity.Principal{Kind: identity.Session, Account: a.ID})
	csrf, cookie, err = p.startSession(ctx, w, r, site, a.ID, program)
	return a, csrf, cookie, err
}

// SessionInfo is who is signed in, for the interface.
type SessionInfo struct {
	State     string       `json:"state"` // "setup", "anonymous", "signed-in"
	CSRFToken string       `json:"csrfToken"`
	Account   *AccountInfo `json:"account"`
}

// AccountInfo is the signed-in person.
type AccountInfo struct {
	AccountID   string `json:"accountId"`
	DisplayName string `json:"displayName"`
	Email       string `json:"emailAddress"`
	Admin       bool   `json:"admin"`
}

// Session describes who a request is from.
func (p *Product) Session(r *http.Request) (SessionInfo, error) {
	c, err := p.Authenticate(r)
	if err != nil || !c.Principal.SignedIn() {
		return SessionInfo{State: "anonymous"}, err
	}
	return SessionInfo{State: "signed-in", CSRFToken: c.CSRF, Account: &AccountInfo{
		AccountID: c.Principal.Account.String(), DisplayName: c.Principal.Name, Email: c.Principal.Email, Admin: c.Principal.Admin}}, nil
}

func (p *Product) postSession(w http.ResponseWriter, r *http.Request) error {
	a, csrf, _, err := p.signIn(w, r, false)
	if err != nil {
		return err
	}
	site := httpkit.SiteFrom(r.Context())
	info := SessionInfo{State: "signed-in", CSRFToken: csrf, Account: &AccountInfo{AccountID: a.ID.String(), DisplayName: a.Name, Email: a.Email}}
	err = p.Volume(site.Org).Read(r.Context(), func(tx *volume.Tx) error {
		is, err := role.Of(r.Context(), tx, site.ID, a.ID.String())
		info.Account.Admin = is == role.Admin
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, info)
}

// deleteSession signs out. Leaving needs no proof beyond the cookie itself.
func (p *Product) deleteSession(w http.ResponseWriter, r *http.Request) error {
	site := httpkit.SiteFrom(r.Context())
	c, err := r.Cookie(CookieName)
	if site != nil && err == nil {
		ctx := r.Context()
		if err := p.Volume(site.Org).Write(ctx, func(tx *volume.Tx) error { return session.End(ctx, tx, c.Value) }); err != nil {
			return err
		}
		setCookie(w, r, site, "", -1)
	}
	return httpkit.NoContent(w)
}

type jiraSession struct {
	Session struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"session"`
	LoginInfo struct {
		LoginCount int `json:"loginCount"`
	} `json:"loginInfo"`
}

// postJiraSession is for programs that keep cookies: they know of no token that repeats, and a browser gets no session without one.
func (p *Product) postJiraSession(w http.ResponseWriter, r *http.Request) error {
	_, _, cookie, err := p.signIn(w, r, !httpkit.FromBrowser(r))
	if err != nil {
		return err
	}
	var s jiraSession
	s.Session.Name, s.Session.Value, s.LoginInfo.LoginCount = CookieName, cookie, 1
	return httpkit.JSON(w, http.StatusOK, s)
}

func (p *Product) getJiraSession(w http.ResponseWriter, r *http.Request) error {
	who := identity.From(r.Context())
	return httpkit.JSON(w, http.StatusOK, map[string]any{"self": httpkit.BaseURL(r.Context()) + "/rest/api/latest/user?accountId=" + who.Account.String(),
		"name": who.Email, "loginInfo": map[string]any{"loginCount": 1}})
}

type wireToken struct {
	ID         string     `json:"id"`
	Label      string     `json:"label"`
	CreatedAt  time.Time  `json:"createdAt"`
	ExpiresAt  *time.Time `json:"expiresAt"`
	LastUsedAt *time.Time `json:"lastUsedAt"`
	Token      string     `json:"token,omitempty"`
}

func toWire(t token.Token) wireToken {
	return wireToken{ID: t.ID.String(), Label: t.Label, CreatedAt: t.Created, ExpiresAt: t.Expires, LastUsedAt: t.LastUsed}
}

func (p *Product) getTokens(w http.ResponseWriter, r *http.Request) error {
	ctx, who := r.Context(), identity.From(r.Context())
	out := []wireToken{}
	err := p.Volume(who.Org).Read(ctx, func(tx *volume.Tx) error {
		ts, err := token.List(ctx, tx, who.Account)
		for _, t := range ts {
			out = append(out, toWire(t))
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{"tokens": out})
}

func (p *Product) postToken(w http.ResponseWriter, r *http.Request) error {
	ctx, who := r.Context(), identity.From(r.Context())
	in, err := httpkit.Decode[struct {
		Label         string `json:"label"`
		ExpiresInDays int    `json:"expiresInDays"`
	}](r)
	if err != nil {
		return err
	}
	if in.ExpiresInDays < 0 || in.ExpiresInDays > 3650 {
		return fault.Invalid("expiresInDays", "A token lives for 1 to 3650 days, or for ever with 0.")
	}
	var secret string
	var t token.Token
	err = p.Volume(who.Org).Write(ctx, func(tx *volume.Tx) error {
		secret, t, err = token.Create(ctx, tx, who.Account, in.Label, time.Duration(in.ExpiresInDays)*24*time.Hour)
		return err
	})
	if err != nil {
		return err
	}
	out := toWire(t)
	out.Token = secret
	return httpkit.JSON(w, http.StatusCreated, out)
}

func (p *Product) deleteToken(w http.ResponseWriter, r *http.Request) error {
	ctx, who := r.Context(), identity.From(r.Context())
	id, err := ids.Parse[ids.Token](r.PathValue("id"))
	if err != nil {
		return fault.Wrap(err, fault.KindInvalid, "That is no token's identifier.")
	}
	err = p.Volume(who.Org).Write(ctx, func(tx *volume.Tx) error { return token.Revoke(ctx, tx, who.Account, id) })
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

type member struct {
	AccountID   string `json:"accountId"`
	DisplayName string `json:"displayName"`
	Email       string `json:"emailAddress"`
	Active      bool   `json:"active"`
	Role        string `json:"role"`
}

func (p *Product) getMembers(w http.ResponseWriter, r *http.Request) error {
	ctx, site := r.Context(), httpkit.SiteFrom(r.Context())
	startAt, err := httpkit.IntParam(r, "startAt", 0, 0, 1<<30)
	if err != nil {
		return err
	}
	limit, err := httpkit.IntParam(r, "maxResults", 50, 1, 200)
	if err != nil {
		return err
	}
	out := []member{}
	total := 0
	err = p.Volume(site.Org).Read(ctx, func(tx *volume.Tx) error {
		found, n, err := account.Search(ctx, tx, r.URL.Query().Get("query"), startAt, limit)
		if err != nil {
			return err
		}
		total = n
		for _, a := range found {
			is, err := role.Of(ctx, tx, site.ID, a.ID.String())
			if err != nil {
				return err
			}
			m := member{AccountID: a.ID.String(), DisplayName: a.Name, Email: a.Email, Active: a.Active && !a.Placeholder, Role: string(is)}
			if is == role.None {
				m.Role = "none"
			}
			out = append(out, m)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{"values": out, "total": total})
}
