package rest

import (
	"fmt"
	"html"
	"net/http"

	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/product/wiki/mailing"
)

// nobody takes every caller for somebody unknown: a signed link needs no account, and a browser's session must not stand in its way.
type nobody struct{}

// Authenticate implements httpkit.Authenticator.
func (nobody) Authenticate(*http.Request) (httpkit.Caller, error) {
	return httpkit.Caller{Principal: identity.Principal{Kind: identity.Anonymous}}, nil
}

// unsubscribeRoutes end a watch by the link of a mail: a page with a button for people, a POST for mail programs (RFC 8058).
func (h *handler) unsubscribeRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "GET", Path: "/wiki/unsubscribe", Permission: httpkit.Public, Dialect: httpkit.Platform, Auth: nobody{}, Handler: h.askUnsubscribe},
		{Method: "POST", Path: "/wiki/unsubscribe", Permission: httpkit.Public, Dialect: httpkit.Platform, Auth: nobody{}, Handler: h.unsubscribe},
	}
}

func unsubscribeParams(r *http.Request) (account string, id int64, token string, err error) {
	q := r.URL.Query()
	id, err = parseID(q.Get("content"))
	return q.Get("account"), id, q.Get("token"), err
}

func (h *handler) askUnsubscribe(w http.ResponseWriter, r *http.Request) error {
	account, id, token, err := unsubscribeParams(r)
	if err != nil {
		return err
	}
	if err := h.with(r, volumeRead, func(c *call) error { return mailing.CheckToken(c.ctx, c.tx, account, id, token) }); err != nil {
		return err
	}
	return simplePage(w, "Stop watching", fmt.Sprintf(`<form method="post" action="?%s"><p>Do you want no more mail about this page?</p><button>Stop watching</button></form>`, html.EscapeString(r.URL.RawQuery)))
}

func (h *handler) unsubscribe(w http.ResponseWriter, r *http.Request) error {
	account, id, token, err := unsubscribeParams(r)
	if err != nil {
		return err
	}
	if err := h.with(r, volumeWrite, func(c *call) error { return mailing.Unsubscribe(c.ctx, c.tx, account, id, token) }); err != nil {
		return err
	}
	return simplePage(w, "Stopped watching", "<p>You get no more mail about this page.</p>")
}

func simplePage(w http.ResponseWriter, title, body string) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	_, err := fmt.Fprintf(w, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>%s</title><h1>%s</h1>%s</html>", title, title, body)
	return err
}
