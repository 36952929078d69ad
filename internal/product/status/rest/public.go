package rest

import (
	"errors"
	"html"
	"net"
	"net/http"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/notice"
	"holdfast.dev/internal/product/status/public"
	"holdfast.dev/internal/product/status/publish"
	"holdfast.dev/internal/product/status/subscriber"
)

// below gives the path of a request below its page, with the slash at its end if it has one.
func below(r *http.Request) string {
	rest := strings.TrimPrefix(r.URL.Path, "/status")
	if id := r.PathValue("page"); id != "" {
		rest = strings.TrimPrefix(rest, "/p/"+id)
	}
	return rest
}

// live serves a document of the page from memory.
func (h *handler) live(w http.ResponseWriter, r *http.Request) error {
	path := below(r)
	if path == "" { // the page itself needs its slash, too: its links are relative
		publish.Redirect(w, r)
		return nil
	}
	v, err := h.volumeOf(r)
	if err != nil {
		return err
	}
	admit := func() error { return h.admit(r) }
	err = h.Live.Serve(w, r, v, r.PathValue("page"), path, admit)
	if errors.Is(err, errPrivate) && strings.HasSuffix(path, "/") {
		return h.private(w, r)
	}
	if fault.Is(err, fault.KindNotFound) && strings.HasSuffix(path, "/") {
		return h.missing(w, r, err)
	}
	return err
}

var errPrivate = errors.New("the page is private")

// admit lets those read a private page who are members of the site, by the session of the suite, and programs with a manage key.
func (h *handler) admit(r *http.Request) error {
	who, err := h.keys.Authenticate(r)
	if err != nil || !who.Member {
		return fault.Wrap(errPrivate, fault.KindUnauthenticated, "This page is private: sign in, or bring a manage key.")
	}
	return nil
}

// private says who may read the page, and nothing of it.
func (h *handler) private(w http.ResponseWriter, r *http.Request) error {
	home := "/"
	if s := httpkit.SiteFrom(r.Context()); s != nil {
		home = s.BasePath + "/"
	}
	return sayHTML(w, http.StatusUnauthorized, []byte(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Private page</title>`+
		`<main><h1>This page is private</h1><p>Members of the site read it once they are signed in. <a href="`+html.EscapeString(home)+`">Sign in</a>, then come back.</p></main></html>`))
}

// missing answers with a page in the page's own look; without one, with the error.
func (h *handler) missing(w http.ResponseWriter, r *http.Request, cause error) error {
	var out []byte
	err := h.read(r, func(c *call) error {
		s, err := h.site(c)
		if err == nil {
			out, err = s.Say(strings.Trim(below(r), "/"), public.Message{Heading: "Not found", Text: "There is no such page. It may have been removed."}, nil)
		}
		return err
	})
	if err != nil {
		return cause
	}
	return sayHTML(w, http.StatusNotFound, out)
}

// sayHTML answers with a page that depends on who asks.
func sayHTML(w http.ResponseWriter, status int, b []byte) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer") // the address is a secret
	w.WriteHeader(status)
	_, _ = w.Write(b) // the reader went away
	return nil
}

// normal gives the form of an address by which bombing is counted: without the part after a plus sign, and without case.
func normal(address string) string {
	local, host, _ := strings.Cut(strings.ToLower(address), "@")
	local, _, _ = strings.Cut(local, "+")
	return strings.ReplaceAll(local, ".", "") + "@" + host
}

// allowed slows down those who subscribe others. The answer to the reader does not tell which limit it was.
func (h *handler) allowed(r *http.Request, pageID, address string) bool {
	ip, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		ip = r.RemoteAddr
	}
	_, ok1 := h.byIP.Take(ip)
	if !ok1 {
		return false
	}
	_, ok2 := h.byWhom.Take(pageID + " " + normal(address))
	if !ok2 {
		return false
	}
	_, ok3 := h.byAll.Take(pageID)
	return ok3
}

// subscribe takes the form. What it answers is the same for addresses that are new, waiting or subscribed, so that nobody learns who follows the page.
func (h *handler) subscribe(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Bad("The form cannot be read.")
	}
	in := subscriberIn{Email: r.PostForm.Get("email"), Endpoint: r.PostForm.Get("endpoint"), ComponentIDs: r.PostForm["component"]}
	if r.PostForm.Get("website") != "" { // a program filled in what people do not see
		in.Email, in.Endpoint = "", ""
	}
	mode, address, bad := in.address()
	status := http.StatusOK
	var out []byte
	run := h.write
	if bad != nil {
		run = h.read
	}
	err := run(r, func(c *call) error {
		c.ctx = identity.With(c.ctx, identity.Principal{Kind: identity.Anonymous})
		s, err := h.site(c)
		if err != nil {
			return err
		}
		set, one := c.page.Settings, r.PostForm.Get("incident")
		if set.Private {
			if err := h.admit(r); err != nil {
				return err
			}
		}
		if one != "" {
			i, err := incident.Get(c.ctx, c.tx, c.page.ID, one)
			if err != nil {
				return err
			}
			if i.Status.Over() || set.NoIncidents {
				return fault.NotFound("This cannot be followed any more: it is over.")
			}
		}
		if set.NoSubscribers || mode == subscriber.Email && set.NoEmail || mode == subscriber.Webhook && set.NoWebhooks {
			return fault.NotFound("This page takes no subscribers.")
		}
		problem := ""
		switch {
		case bad != nil:
			status, problem = http.StatusUnprocessableEntity, "That is not an address that we can write to."
		case !h.allowed(r, c.page.ID, address):
			status, problem = http.StatusTooManyRequests, "There were too many requests. Please try again in some minutes."
		default:
			if err := ask(c, mode, address, one, in.ComponentIDs); err != nil {
				return err
			}
			out, err = s.Say("subscribe", public.Message{Heading: "Please confirm", Text: "If " + address + " is not subscribed yet, a message is on its way to it. Open the link in it to confirm."}, nil)
			return err
		}
		out, err = s.Subscribe(problem, in.Email, in.ComponentIDs)
		return err
	})
	if err != nil {
		return err
	}
	if status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "600")
	}
	return sayHTML(w, status, out)
}

// ask enters an address and has it asked to confirm. One that waits already is not asked again: whoever bothers somebody else gets one mail through, no
// more. One that is active is told, once a day at most, where its subscription is managed.
func ask(c *call, mode subscriber.Mode, address, incidentID string, components []string) error {
	s, err := subscriber.Find(c.ctx, c.tx, c.page.ID, incidentID, mode, address)
	switch {
	case fault.Is(err, fault.KindNotFound):
		return enter(c, &subscriber.Subscriber{PageID: c.page.ID, IncidentID: incidentID, Mode: mode, Address: address, ComponentIDs: components}, false)
	case err != nil:
		return err
	case s.State != subscriber.Active || mode != subscriber.Email || c.tx.Now().Sub(s.Asked) < 24*time.Hour:
		return nil
	}
	s.Asked = c.tx.Now()
	if err := subscriber.Save(c.ctx, c.tx, s); err != nil {
		return err
	}
	return notice.Remind(c.ctx, c.tx, c.page, s)
}

// linked works on the subscriber that a signed link names.
func (h *handler) linked(w http.ResponseWriter, r *http.Request, purpose string, run func(*http.Request, func(*call) error) error, fn func(c *call, site *public.Site, s *subscriber.Subscriber) ([]byte, error)) error {
	var out []byte
	err := run(r, func(c *call) error {
		id, err := subscriber.ParseToken(c.page.Secret, purpose, r.PathValue("token"))
		if old := c.page.OldSecret; err != nil && old != nil {
			id, err = subscriber.ParseToken(old, purpose, r.PathValue("token"))
		}
		if err != nil {
			return err
		}
		site, err := h.site(c)
		if err != nil {
			return err
		}
		s, err := subscriber.Get(c.ctx, c.tx, c.page.ID, id)
		if fault.Is(err, fault.KindNotFound) {
			out, err = site.Say(strings.Trim(below(r), "/"), public.Message{Heading: "Not subscribed", Text: "This subscription has ended. Subscribe again to hear of updates."}, nil)
			return err
		}
		if err != nil {
			return err
		}
		out, err = fn(c, site, s)
		return err
	})
	if err != nil {
		return err
	}
	return sayHTML(w, http.StatusOK, out)
}

// slashed sends browsers to the address with a slash at its end, by which relative links work.
func slashed(w http.ResponseWriter, r *http.Request) bool {
	if strings.HasSuffix(r.URL.Path, "/") {
		return true
	}
	publish.Redirect(w, r)
	return false
}

// askConfirm shows a button: programs that open every link in a mail confirm nothing.
func (h *handler) askConfirm(w http.ResponseWriter, r *http.Request) error {
	if !slashed(w, r) {
		return nil
	}
	return h.linked(w, r, subscriber.ForConfirm, h.read, func(c *call, site *public.Site, s *subscriber.Subscriber) ([]byte, error) {
		if s.State == subscriber.Active {
			return site.Say(strings.Trim(below(r), "/"), public.Message{Heading: "You are subscribed", Text: s.Address + " hears of updates."}, nil)
		}
		return site.Say(strings.Trim(below(r), "/"), public.Message{Heading: "Confirm your subscription", Text: "Send updates of " + c.page.Name + " to " + s.Address + "?", Button: "Yes, subscribe", Do: "confirm"}, nil)
	})
}

func (h *handler) confirm(w http.ResponseWriter, r *http.Request) error {
	return h.linked(w, r, subscriber.ForConfirm, h.write, func(c *call, site *public.Site, s *subscriber.Subscriber) ([]byte, error) {
		if s.State == subscriber.Unconfirmed {
			if err := subscriber.Confirm(c.ctx, c.tx, s); err != nil {
				return nil, err
			}
		}
		return site.Say(strings.Trim(below(r), "/"), public.Message{Heading: "You are subscribed", Text: s.Address + " hears of updates from now on. Every message says how to leave."}, nil)
	})
}

// askManage shows what a subscriber hears of, and how to leave.
func (h *handler) askManage(w http.ResponseWriter, r *http.Request) error {
	if !slashed(w, r) {
		return nil
	}
	return h.linked(w, r, subscriber.ForManage, h.read, func(c *call, site *public.Site, s *subscriber.Subscriber) ([]byte, error) {
		return site.Say(strings.Trim(below(r), "/"), public.Message{Heading: "Your subscription", Text: s.Address + " hears of updates of " + c.page.Name + ".", Manage: s.IncidentID == "",
			Button: "Save", Do: "save", Second: "Unsubscribe", SecondDo: "unsubscribe"}, s.ComponentIDs)
	})
}

// manage saves what was chosen, or ends the subscription; a mail program's one click ends it, too.
func (h *handler) manage(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Bad("The form cannot be read.")
	}
	return h.linked(w, r, subscriber.ForManage, h.write, func(c *call, site *public.Site, s *subscriber.Subscriber) ([]byte, error) {
		path := strings.Trim(below(r), "/")
		if r.PostForm.Get("do") != "save" {
			if err := subscriber.Remove(c.ctx, c.tx, s.ID); err != nil {
				return nil, err
			}
			return site.Say(path, public.Message{Heading: "You have unsubscribed", Text: s.Address + " hears nothing more of " + c.page.Name + "."}, nil)
		}
		ids := r.PostForm["component"]
		if err := checkComponents(c, ids); err != nil {
			return nil, err
		}
		if err := subscriber.Choose(c.ctx, c.tx, s, ids); err != nil {
			return nil, err
		}
		return site.Say(path, public.Message{Heading: "Saved", Text: s.Address + " hears of what you chose.", Manage: true, Button: "Save", Do: "save", Second: "Unsubscribe", SecondDo: "unsubscribe"}, ids)
	})
}
