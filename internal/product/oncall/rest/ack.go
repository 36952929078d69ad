package rest

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"html/template"
	"net/http"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/alert/action"
	"holdfast.dev/internal/product/oncall/channel"
	"holdfast.dev/internal/product/oncall/notification"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/user"
)

// linkRoutes are what somebody reaches from a message without signing in: what they may do there is signed into the address. A GET only shows what
// would be done, since mail programs follow links by themselves; the POST of the page's button does it.
func (h *handler) linkRoutes() []httpkit.Route {
	public := func(method, path string, run func(*call) error) httpkit.Route {
		return httpkit.Route{Method: method, Path: "/api/oncall" + path, Permission: httpkit.Public, Auth: nobody{}, Dialect: httpkit.Platform, MaxBody: 64 << 10,
			Handler: func(w http.ResponseWriter, r *http.Request) error { return run(h.newCall(w, r)) }}
	}
	return []httpkit.Route{
		public(http.MethodGet, "/link/{token}", showLink),
		public(http.MethodPost, "/link/{token}", followLink),
		public(http.MethodGet, "/calendar/{token}", calendarByLink),
		public(http.MethodPost, "/callback/{token}", providerCallback),
		public(http.MethodPost, "/gateway", providerGateway),
	}
}

// nobody asks for no credentials: a session cookie that comes along neither helps nor hinders.
type nobody struct{}

// Authenticate implements httpkit.Authenticator.
func (nobody) Authenticate(*http.Request) (httpkit.Caller, error) {
	return httpkit.Caller{Principal: identity.Principal{Kind: identity.Anonymous}}, nil
}

var linkPage = template.Must(template.New("link").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>{{.Title}}</title>
<style>:root{color-scheme:light dark}body{font:18px/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}h1{font-size:1.4rem}
button{font:inherit;font-weight:600;padding:.8rem 1.6rem;border:0;border-radius:4px;background:#0c66e4;color:#fff}button:focus-visible{outline:3px solid #f5cd47;outline-offset:2px}.meta{opacity:.8}</style></head>
<body><main><h1>{{.Title}}</h1>{{with .Alert}}<p><strong>{{.Priority}}</strong> {{.Message}}</p><p class="meta">#{{.Tiny}}{{with .Entity}} · {{.}}{{end}}{{with .Source}} · {{.}}{{end}}</p>{{end}}
{{with .Text}}<p role="status">{{.}}</p>{{end}}{{with .Button}}<form method="post"><button type="submit">{{.}}</button></form>{{end}}</main></body></html>`))

type linkView struct {
	Title, Text, Button string
	Alert               *alert.Alert
}

func (c *call) showPage(status int, v linkView) error {
	h := c.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer") // the address is the permission
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Frame-Options", "DENY")
	c.w.WriteHeader(status)
	return linkPage.Execute(c.w, v)
}

// refuse shows why a link does nothing.
func (c *call) refuse(err error) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind == fault.KindInternal {
		return err
	}
	text := f.Message
	for _, m := range f.Fields {
		text = m
	}
	return c.showPage(f.Kind.Status(), linkView{Title: "This did not work", Text: text})
}

func showLink(c *call) error {
	var v linkView
	err := c.look(func(tx *volume.Tx, r *roster.Roster) error {
		l, err := c.openLink(tx, c.r.PathValue("token"))
		if err != nil {
			return err
		}
		if l.What == channel.LinkVerify {
			v = linkView{Title: "Verify this contact", Text: "From now on you may be paged here.", Button: "Verify"}
			return nil
		}
		if l.What != channel.LinkAck && l.What != channel.LinkClose {
			return fault.NotFound("This link is not valid.")
		}
		a, err := alert.Get(c.r.Context(), tx, l.ID)
		if err != nil {
			return err
		}
		v = viewOf(a, l.What)
		return nil
	})
	if err != nil {
		return c.refuse(err)
	}
	return c.showPage(http.StatusOK, v)
}

func viewOf(a *alert.Alert, what string) linkView {
	switch {
	case !a.Open:
		return linkView{Title: "This alert is closed", Alert: a, Text: "There is nothing left to do."}
	case what == channel.LinkClose:
		return linkView{Title: "Close this alert?", Alert: a, Button: "Close"}
	case a.Acknowledged:
		return linkView{Title: "This alert is acknowledged", Alert: a, Text: "By " + cmp.Or(a.AcknowledgedBy, "somebody") + "."}
	}
	return linkView{Title: "Acknowledge this alert?", Alert: a, Button: "Acknowledge"}
}

// answered runs fn as one commit with the roster as committed before it: it changes alerts, not people.
func (c *call) answered(fn func(tx *volume.Tx, r *roster.Roster) error) error {
	return c.write(func(tx *volume.Tx) error {
		r, err := roster.Load(c.r.Context(), tx)
		if err != nil {
			return err
		}
		return fn(tx, r)
	})
}

func followLink(c *call) error {
	var v linkView
	err := c.answered(func(tx *volume.Tx, r *roster.Roster) error {
		l, err := c.openLink(tx, c.r.PathValue("token"))
		if err != nil {
			return err
		}
		p := r.People[l.Person]
		switch {
		case p == nil || !p.Active:
			return fault.NotFound("This link is not valid any more.")
		case l.What == channel.LinkVerify:
			v, err = verifyByLink(c.r.Context(), tx, l)
			return err
		case l.What != channel.LinkAck && l.What != channel.LinkClose:
			return fault.NotFound("This link is not valid.")
		}
		a, err := actFor(c.r.Context(), tx, p, l.ID, l.What, "link")
		if err != nil {
			return err
		}
		v = viewOf(a, channel.LinkAck)
		return nil
	})
	if err != nil {
		return c.refuse(err)
	}
	return c.showPage(http.StatusOK, v)
}

// verifyByLink verifies a contact by the code in the link. A wrong code must count, so it is no error of the transaction.
func verifyByLink(ctx context.Context, tx *volume.Tx, l channel.Link) (linkView, error) {
	id, code, _ := strings.Cut(l.ID, " ")
	x, err := user.GetContact(ctx, tx, id)
	if errors.Is(err, storage.ErrNoRows) {
		return linkView{}, fault.NotFound("This contact is gone.")
	}
	if err != nil {
		return linkView{}, err
	}
	ok, err := user.Verify(ctx, tx, x, code)
	if err != nil {
		return linkView{}, err
	}
	if !ok {
		return linkView{Title: "This did not work", Text: "A newer code was sent. Use that one."}, nil
	}
	return linkView{Title: "Verified", Text: "From now on you may be paged here."}, nil
}

// actFor acknowledges or closes an alert in a person's name.
func actFor(ctx context.Context, tx *volume.Tx, p *user.Person, alertID, what, source string) (*alert.Alert, error) {
	a, err := alert.Get(ctx, tx, alertID)
	if err != nil || !a.Open {
		return a, err
	}
	by := alert.By{User: p.Username, Account: p.ID, Source: source}
	if what == channel.LinkClose {
		err = action.Close(ctx, tx, a, by)
	} else {
		err = action.Acknowledge(ctx, tx, a, by)
	}
	return a, err
}

// callbackBody is what a provider reports: what became of a message, or what its receiver answered: a word, or digits of a phone.
type callbackBody struct {
	ID     string `json:"id"`
	From   string `json:"from"`
	Status string `json:"status"`
	Reason string `json:"reason"`
	Reply  string `json:"reply"`
	Digits string `json:"digits"`
}

// providerCallback takes a report about the message that the signed address names.
func providerCallback(c *call) error {
	b, err := body[callbackBody](c, false)
	if err != nil {
		return err
	}
	var did string
	err = c.answered(func(tx *volume.Tx, r *roster.Roster) error {
		l, err := c.openLink(tx, c.r.PathValue("token"))
		if err != nil {
			return err
		}
		if l.What != channel.LinkCallback {
			return fault.NotFound("This link is not valid.")
		}
		did, err = report(c.r.Context(), tx, r, l.ID, b)
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(c.w, http.StatusOK, map[string]string{"result": did})
}

// providerGateway takes reports and replies from providers that call one address for all: they bring the shared secret, and name a message or the number
// that a reply came from.
func providerGateway(c *call) error {
	b, err := body[callbackBody](c, false)
	if err != nil {
		return err
	}
	var did string
	err = c.answered(func(tx *volume.Tx, r *roster.Roster) error {
		set, err := channel.LoadSettings(c.r.Context(), tx)
		if err != nil {
			return err
		}
		given := strings.TrimPrefix(c.r.Header.Get("Authorization"), "Bearer ")
		if set.Provider.Secret == "" || subtle.ConstantTimeCompare([]byte(given), []byte(set.Provider.Secret)) != 1 {
			return fault.Unauthenticated("The provider's secret is missing or wrong: send it as Authorization: Bearer …")
		}
		id := b.ID
		if id == "" {
			if id, err = lastTo(c.r.Context(), tx, r, b.From); err != nil {
				return err
			}
		}
		did, err = report(c.r.Context(), tx, r, id, b)
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(c.w, http.StatusOK, map[string]string{"result": did})
}

// lastTo gives the newest message that was sent to a phone number.
func lastTo(ctx context.Context, tx *volume.Tx, r *roster.Roster, number string) (string, error) {
	want := digitsOf(number)
	newest := ""
	for _, x := range r.Contacts {
		if (x.Method != user.SMS && x.Method != user.Voice) || want == "" || digitsOf(x.Address) != want {
			continue
		}
		id, err := notification.LastTo(ctx, tx, x.ID)
		if err != nil {
			return "", err
		}
		newest = max(newest, id) // identifiers sort by time
	}
	if newest == "" {
		return "", fault.NotFound("No message was sent to this number.")
	}
	return newest, nil
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// report writes down what a provider says about a message, and does what the receiver answered.
func report(ctx context.Context, tx *volume.Tx, r *roster.Roster, messageID string, b callbackBody) (string, error) {
	m, err := notification.Get(ctx, tx, messageID, 200)
	if errors.Is(err, storage.ErrNoRows) {
		return "", fault.NotFound("There is no such message.")
	}
	if err != nil {
		return "", err
	}
	if b.Status != "" {
		state := m.State
		if s := strings.ToLower(b.Status); s == "failed" || s == "undelivered" || s == "rejected" {
			state = notification.Failed
		}
		if err := notification.Report(ctx, tx, m.ID, state, clipped(b.Status, 100), clipped(b.Reason, 300)); err != nil {
			return "", err
		}
	}
	what := meaning(b)
	p := r.People[m.PersonID]
	if what == "" || p == nil || !p.Active {
		return "noted", nil
	}
	for _, d := range m.Deliveries {
		if _, err := actFor(ctx, tx, p, d.AlertID, what, m.Method); err != nil && !errors.Is(err, alert.ErrMissing) {
			return "", err
		}
	}
	return map[string]string{channel.LinkAck: "acknowledged", channel.LinkClose: "closed"}[what], nil
}

func clipped(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// meaning reads an answer: the words and digits that messages tell people to use.
func meaning(b callbackBody) string {
	word, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(b.Reply)), " ")
	switch {
	case b.Digits == "4" || word == "ack" || word == "a" || word == "acknowledge":
		return channel.LinkAck
	case b.Digits == "6" || word == "close" || word == "c":
		return channel.LinkClose
	}
	return ""
}
