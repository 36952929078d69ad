package app

import (
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/operator"
	"holdfast.dev/internal/platform/ratelimit"
	"holdfast.dev/internal/platform/volume"
)

// The API and the pages of those who run the installation. They belong to no site: they answer when there is no site at all, when every site is
// suspended, and never under the name, the domain or the credentials of a customer.

const (
	consoleCookie = "holdfast_operator"
	consolePath   = "/platform/v1"
)

// outsideOfSites tells whether a path belongs to the installation itself, so that no site is looked for.
func outsideOfSites(path string) bool {
	return path == "/console" || strings.HasPrefix(path, "/console/") || strings.HasPrefix(path, "/platform/") || strings.HasPrefix(path, "/incident/") ||
		strings.HasPrefix(path, "/roots/") || strings.HasPrefix(path, "/contact/")
}

// operatorAuth proves operators: by their token, or by the session of a browser. It knows no account and no key of any customer.
type operatorAuth struct {
	node    *Node
	guesses *ratelimit.Limiter
}

func newOperatorAuth(n *Node) *operatorAuth {
	return &operatorAuth{node: n, guesses: ratelimit.New(10, 30*time.Second, 10_000, n.Clock)}
}

// Authenticate implements httpkit.Authenticator.
func (a *operatorAuth) Authenticate(r *http.Request) (httpkit.Caller, error) {
	if httpkit.SiteFrom(r.Context()) != nil {
		return httpkit.Caller{}, fault.NotFound("There is no such operation.")
	}
	if header := r.Header.Get("Authorization"); header != "" {
		token, ok := strings.CutPrefix(header, "Bearer ")
		if !ok {
			return httpkit.Caller{}, fault.Unauthenticated("Operators prove themselves with Authorization: Bearer and their token.")
		}
		o, err := a.byToken(r, token)
		if err != nil {
			return httpkit.Caller{}, err
		}
		return httpkit.Caller{Principal: principalOf(o)}, nil
	}
	cookie, err := r.Cookie(consoleCookie)
	if err != nil {
		return httpkit.Caller{}, nil //nolint:nilerr // nobody
	}
	var o operator.Operator
	err = a.node.control().Read(r.Context(), func(tx *volume.Tx) (err error) {
		o, err = operator.FindSession(r.Context(), tx, cookie.Value, a.node.Clock.Now())
		return err
	})
	if fault.Is(err, fault.KindUnauthenticated) {
		return httpkit.Caller{}, nil // the use case says what it needs; signing in again needs nothing
	}
	if err != nil {
		return httpkit.Caller{}, err
	}
	return httpkit.Caller{Principal: principalOf(o), CSRF: operator.CSRF(cookie.Value)}, nil
}

func principalOf(o operator.Operator) identity.Principal {
	return identity.Principal{Kind: identity.Operator, Name: o.Name, Email: o.Email}
}

// byToken finds the operator of a token. Wrong ones are counted for each address, right ones are not.
func (a *operatorAuth) byToken(r *http.Request, token string) (o operator.Operator, err error) {
	err = a.node.control().Read(r.Context(), func(tx *volume.Tx) error {
		o, err = operator.Find(r.Context(), tx, token)
		return err
	})
	if !fault.Is(err, fault.KindUnauthenticated) {
		return o, err
	}
	host, _, splitErr := net.SplitHostPort(r.RemoteAddr)
	if splitErr != nil {
		host = r.RemoteAddr
	}
	if wait, ok := a.guesses.Take(host); !ok {
		return o, tooManyGuesses{wait}
	}
	return o, err
}

// tooManyGuesses refuses an address that tries tokens, with the time after which it may go on.
type tooManyGuesses struct{ wait time.Duration }

// Error implements error.
func (t tooManyGuesses) Error() string { return "too many wrong operator tokens" }

// Unwrap gives what callers are told.
func (t tooManyGuesses) Unwrap() error {
	return fault.New(fault.KindRateLimited, "Too many wrong tokens from this address. Try again in %d seconds.", t.seconds())
}

func (t tooManyGuesses) seconds() int { return int(t.wait/time.Second) + 1 }

type signInRequest struct {
	Token string `json:"token" doc:"The operator's token, hfop_…"`
}

type operatorInfo struct {
	Name      string `json:"name"`
	Email     string `json:"email"`
	Owner     bool   `json:"owner" doc:"Answers for the installation: is told of breakglass and of vanished tenants"`
	CSRFToken string `json:"csrf_token,omitempty" doc:"Repeat it as X-CSRF-Token in every unsafe request of this browser session"`
}

// postConsoleSession signs a browser in. A page of another origin cannot: it would sign its visitor in as somebody else.
func (s *Server) postConsoleSession(w http.ResponseWriter, r *http.Request) error {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return fault.Forbidden("XSRF check failed")
	}
	in, err := httpkit.Decode[signInRequest](r)
	if err != nil {
		return err
	}
	o, err := s.operators.byToken(r, strings.TrimSpace(in.Token))
	var slow tooManyGuesses
	if errors.As(err, &slow) {
		w.Header().Set("Retry-After", strconv.Itoa(slow.seconds()))
	}
	if err != nil {
		return err
	}
	ctx := identity.With(r.Context(), principalOf(o))
	var secret string
	err = s.node.control().Write(ctx, func(tx *volume.Tx) (err error) {
		secret, err = operator.StartSession(ctx, tx, o)
		return err
	})
	if err != nil {
		return err
	}
	setConsoleCookie(w, r, secret, int(operator.SessionLasts.Seconds()))
	return httpkit.JSON(w, http.StatusCreated, operatorInfo{o.Name, o.Email, o.Owner, operator.CSRF(secret)})
}

func setConsoleCookie(w http.ResponseWriter, r *http.Request, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{Name: consoleCookie, Value: value, Path: consolePath, MaxAge: maxAge, HttpOnly: true,
		Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https", SameSite: http.SameSiteStrictMode})
}

// deleteConsoleSession signs a browser out.
func (s *Server) deleteConsoleSession(w http.ResponseWriter, r *http.Request) error {
	if cookie, err := r.Cookie(consoleCookie); err == nil {
		err := s.node.control().Write(r.Context(), func(tx *volume.Tx) error { return operator.EndSession(r.Context(), tx, cookie.Value) })
		if err != nil {
			return err
		}
	}
	setConsoleCookie(w, r, "", -1)
	return httpkit.NoContent(w)
}
