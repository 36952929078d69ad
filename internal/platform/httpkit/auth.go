package httpkit

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/identity"
)

// Caller is what a request proved about who sends it.
type Caller struct {
	Principal identity.Principal
	Member    bool   // has a role on the site that is asked
	CSRF      string // the token that unsafe requests of a browser session must repeat
	Program   bool   // a session that a program started: it has no token to repeat, and no browser got its cookie
}

// Authenticator proves who is asking. No credentials is the anonymous caller; wrong ones are an error.
type Authenticator interface {
	Authenticate(r *http.Request) (Caller, error)
}

// FromBrowser tells whether a request has what browsers send with one that changes something, and programs do not.
func FromBrowser(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Origin") != "" || strings.HasPrefix(r.UserAgent(), "Mozilla/")
}

// checkCSRF lets an unsafe request of a browser session through only when it comes from a page of ours: it repeats the session's token,
// and a browser that names its origin names this one.
func checkCSRF(r *http.Request, token string) error {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return fault.Forbidden("XSRF check failed")
	}
	if o := r.Header.Get("Origin"); o != "" {
		if u, err := url.Parse(o); err != nil || u.Host != r.Host {
			return fault.Forbidden("XSRF check failed")
		}
	}
	if token == "" || subtle.ConstantTimeCompare([]byte(r.Header.Get("X-CSRF-Token")), []byte(token)) != 1 {
		return fault.Forbidden("XSRF check failed")
	}
	return nil
}
