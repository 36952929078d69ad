package rest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/channel"
	"holdfast.dev/internal/product/oncall/engine"
	"holdfast.dev/internal/product/oncall/notification"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/user"
)

// peopleRoutes is what the interface asks for about people: everything of peopleOperations with the interface's errors, below /api/oncall, pages that show
// a lot at once, and the public addresses of messages.
func (h *handler) peopleRoutes() []httpkit.Route {
	var routes []httpkit.Route
	add := func(op operation, path string) {
		routes = append(routes, httpkit.Route{Method: op.method, Path: "/api/oncall" + path, Permission: httpkit.Member, Dialect: httpkit.Platform, MaxBody: op.maxBody,
			Handler: func(w http.ResponseWriter, r *http.Request) error { return op.run(h.newCall(w, r)) }})
	}
	for _, op := range h.peopleOperations() {
		add(op, strings.TrimPrefix(strings.TrimPrefix(op.path, "/v2"), "/v1"))
	}
	for _, op := range slices.Concat(h.mePages(), h.watchPages(), h.customPages(), h.policyPages()) {
		add(op, op.path)
	}
	return append(routes, h.linkRoutes()...)
}

func (h *handler) mePages() []operation {
	return []operation{
		{method: "GET", path: "/me", run: getMe},
		{method: "PATCH", path: "/me", run: updateMe},
		{method: "GET", path: "/me/shifts", run: myShifts},
		{method: "POST", path: "/me/contacts/{contactId}/send-code", run: sendCode},
		{method: "POST", path: "/me/contacts/{contactId}/verify", run: verifyContact},
		{method: "POST", path: "/me/contacts/{contactId}/test", run: testContact},
		{method: "POST", path: "/push", run: subscribePush},
		{method: "GET", path: "/provider", run: getProvider},
		{method: "PUT", path: "/provider", run: setProvider},
	}
}

// me gives the person who asks.
func (c *call) me(r *roster.Roster) (*user.Person, error) {
	if p := r.Account(c.who.Account.String()); p != nil {
		return p, nil
	}
	return nil, fault.NotFound("On-call does not know you yet; try again in a few seconds.")
}

type wireMe struct {
	User        wireUser      `json:"user"`
	Admin       bool          `json:"admin"`
	Teams       []wireMeta    `json:"teams"`
	Contacts    []wireProfile `json:"contacts"`
	Rules       []wireRule    `json:"rules"`
	Quiet       *user.Quiet   `json:"quiet"`
	Forwardings []any         `json:"forwardings"`
	CalendarURL string        `json:"calendarUrl"`
	PushKey     string        `json:"pushKey"`
	OnCall      bool          `json:"onCall"`
}

type wireProfile struct {
	wireContact
	Verified bool   `json:"verified"`
	Secret   string `json:"secret,omitempty"` // of one's own webhook: what its signatures are made with
}

func getMe(c *call) error {
	return c.look(func(tx *volume.Tx, r *roster.Roster) error {
		p, err := c.me(r)
		if err != nil {
			return err
		}
		set, err := channel.LoadSettings(c.r.Context(), tx)
		if err != nil {
			return err
		}
		out := wireMe{User: toUser(p), Admin: c.who.Admin, Teams: []wireMeta{}, Contacts: []wireProfile{}, Rules: []wireRule{}, Quiet: p.Body.Quiet, Forwardings: []any{},
			CalendarURL: c.calendarURL(set, "", p), PushKey: set.VAPID.Public}
		for _, t := range roster.Sorted(r.Teams, teamName) {
			if member, _ := t.Has(p.ID); member {
				out.Teams = append(out.Teams, wireMeta{t.ID, t.Name})
			}
		}
		for _, x := range r.ContactsOf[p.ID] {
			w := wireProfile{wireContact: toContact(x), Verified: x.Verified}
			if x.Method == user.Webhook {
				w.Secret = x.Secret
			}
			out.Contacts = append(out.Contacts, w)
		}
		for _, x := range r.Rules[p.ID] {
			out.Rules = append(out.Rules, toRule(r, x))
		}
		for _, f := range sortedForwardings(r) {
			if f.From == p.ID && f.End.After(c.Clock.Now()) {
				out.Forwardings = append(out.Forwardings, toForwarding(r, f))
			}
		}
		out.OnCall = len(r.Shifts(p, c.Clock.Now(), c.Clock.Now().Add(time.Minute))) > 0
		return c.data(out)
	})
}

// changeMe runs a change of who asks.
func (c *call) changeMe(fn func(tx *volume.Tx, r *roster.Roster, p *user.Person) error) error {
	return c.change(func(tx *volume.Tx, r *roster.Roster) error {
		p, err := c.me(r)
		if err != nil {
			return err
		}
		return fn(tx, r, p)
	})
}

func updateMe(c *call) error {
	b, err := httpkit.Decode[struct {
		Zone       *string     `json:"timeZone"`
		Quiet      *user.Quiet `json:"quiet"`
		MutedUntil *string     `json:"mutedUntil"`
	}](c.r)
	if err != nil {
		return err
	}
	err = c.changeMe(func(tx *volume.Tx, _ *roster.Roster, p *user.Person) error {
		set(&p.Zone, b.Zone)
		if b.Quiet != nil {
			p.Body.Quiet = b.Quiet
		}
		if b.MutedUntil != nil {
			p.MutedUntil = time.Time{}
			if *b.MutedUntil != "" {
				if p.MutedUntil, err = readTime("mutedUntil", *b.MutedUntil); err != nil {
					return err
				}
			}
		}
		return user.Save(c.r.Context(), tx, p)
	})
	if err != nil {
		return err
	}
	return c.done("Updated", nil)
}

type wireShift struct {
	Schedule wireScheduleMeta `json:"schedule"`
	Rotation string           `json:"rotation"`
	From     stamp            `json:"from"`
	To       stamp            `json:"to"`
}

func myShifts(c *call) error {
	ahead, err := c.number("days", 28, 1, 366)
	if err != nil {
		return err
	}
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		p, err := c.me(r)
		if err != nil {
			return err
		}
		out := []wireShift{}
		now := c.Clock.Now()
		for _, s := range r.Shifts(p, now, now.AddDate(0, 0, ahead)) {
			w := wireShift{Schedule: scheduleMeta(s.Schedule), Rotation: "Overrides", From: stamp(s.From), To: stamp(s.To)}
			if s.Rotation != nil {
				w.Rotation = s.Rotation.Name
			}
			out = append(out, w)
		}
		return c.data(out)
	})
}

// myContact gives a contact of who asks.
func (c *call) myContact(r *roster.Roster, p *user.Person) (*user.Contact, error) {
	if x := r.Contacts[c.r.PathValue("contactId")]; x != nil && x.PersonID == p.ID {
		return x, nil
	}
	return nil, fault.NotFound("You have no such contact.")
}

// codes and tests are sent at most so often to one contact, so that nobody is pestered through us.
const (
	plainPerHour = 5
	plainWithin  = time.Hour
)

func sendCode(c *call) error {
	return c.sendPlain(func(tx *volume.Tx, x *user.Contact) error {
		if x.Verified {
			return fault.Bad("The contact is verified already.")
		}
		return engine.Verify(c.r.Context(), tx, x)
	})
}

func testContact(c *call) error {
	return c.sendPlain(func(tx *volume.Tx, x *user.Contact) error {
		if !x.Verified {
			return fault.Bad("Verify the contact first.")
		}
		return engine.Test(c.r.Context(), tx, x)
	})
}

func (c *call) sendPlain(fn func(tx *volume.Tx, x *user.Contact) error) error {
	err := c.changeMe(func(tx *volume.Tx, r *roster.Roster, p *user.Person) error {
		x, err := c.myContact(r, p)
		if err != nil {
			return err
		}
		n, err := notification.PlainSince(c.r.Context(), tx, x.ID, tx.Now().Add(-plainWithin))
		if err != nil {
			return err
		}
		if n >= plainPerHour {
			return fault.New(fault.KindRateLimited, "Too many codes and tests were sent to this contact; try again in an hour.")
		}
		return fn(tx, x)
	})
	if err != nil {
		return err
	}
	return c.done("Sent", nil)
}

// verifyContact compares a code. A wrong one is counted, which must be committed: so the answer is made after the commit.
func verifyContact(c *call) error {
	b, err := body[struct {
		Code string `json:"code"`
	}](c, false)
	if err != nil {
		return err
	}
	ok := false
	err = c.changeMe(func(tx *volume.Tx, r *roster.Roster, p *user.Person) error {
		x, err := c.myContact(r, p)
		if err != nil {
			return err
		}
		if x, err = user.GetContact(c.r.Context(), tx, x.ID); err != nil {
			return err
		}
		ok, err = user.Verify(c.r.Context(), tx, x, b.Code)
		return err
	})
	if err != nil {
		return err
	}
	if !ok {
		return fault.Invalid("code", "This is not the code that was sent.")
	}
	return c.done("Verified", nil)
}

// subscribePush keeps a browser's subscription to push messages as a contact of who asks. The browser proves by asking that it is theirs.
func subscribePush(c *call) error {
	b, err := body[struct {
		Endpoint string          `json:"endpoint"`
		Keys     json.RawMessage `json:"keys"`
	}](c, false)
	if err != nil {
		return err
	}
	var keys struct {
		Auth   string `json:"auth"`
		P256dh string `json:"p256dh"`
	}
	if err := json.Unmarshal(b.Keys, &keys); err != nil || keys.Auth == "" || keys.P256dh == "" || len(b.Keys) > 2000 {
		return fault.Invalid("keys", "A subscription has keys auth and p256dh.")
	}
	if !strings.HasPrefix(b.Endpoint, "https://") {
		return fault.Invalid("endpoint", "A push service is called by https.")
	}
	x := &user.Contact{Method: user.Mobile, Address: b.Endpoint, Enabled: true, Verified: true, Secret: string(b.Keys)}
	err = c.changeMe(func(tx *volume.Tx, r *roster.Roster, p *user.Person) error {
		x.PersonID = p.ID
		for _, have := range r.ContactsOf[p.ID] {
			if have.Method == user.Mobile && have.Address == b.Endpoint {
				x = have
				x.Secret, x.Enabled, x.Verified = string(b.Keys), true, true
			}
		}
		return user.SaveContact(c.r.Context(), tx, x)
	})
	if err != nil {
		return err
	}
	return c.created(map[string]string{"id": x.ID})
}

func getProvider(c *call) error {
	if !c.who.Admin {
		return fault.Forbidden("You need to be an administrator of this site to see this.")
	}
	return c.look(func(tx *volume.Tx, _ *roster.Roster) error {
		set, err := channel.LoadSettings(c.r.Context(), tx)
		if err != nil {
			return err
		}
		return c.data(set.Provider)
	})
}

// setProvider configures how text messages and calls leave. The addresses are called by the guarded client.
func setProvider(c *call) error {
	b, err := httpkit.Decode[channel.Provider](c.r)
	if err != nil {
		return err
	}
	if !c.who.Admin {
		return fault.Forbidden("You need to be an administrator of this site to change this.")
	}
	if err := b.Check(); err != nil {
		return err
	}
	if err := c.write(func(tx *volume.Tx) error { return channel.SetProvider(c.r.Context(), tx, b) }); err != nil {
		return err
	}
	return c.done("Updated", nil)
}
