package app

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/assurance"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/volume"
)

// A contact is worth something only when mail reaches them. Each can be asked, by a mail with a link; following it needs a press of a button, since programs
// that look at mail follow links too.

var contactAsked = template.Must(template.New("contact").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{if .Done}}Thank you{{else}}Can we reach you?{{end}}</title>
<style>
body{font:1rem/1.6 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem;color:#1a1d21;background:#fff}
h1{font-size:1.5rem}button{font:inherit;padding:.5rem 1rem;border:0;border-radius:6px;background:#0b5bd3;color:#fff;cursor:pointer}
@media (prefers-color-scheme:dark){body{color:#e7e9ec;background:#15181c}button{background:#7db2ff;color:#10131a}}
</style>
</head>
<body>
<main>
{{if .Done}}<h1>Thank you</h1>
<p>We know now that {{.Email}} reaches you. We write only when a site of {{.Customer}} is in trouble, or when you asked for something regular.</p>
{{else}}<h1>Can we reach you?</h1>
<p>You are to be told at {{.Email}} when a site of {{.Customer}} is in trouble. Is that right?</p>
<form method="post"><button>Yes, this reaches me</button></form>
{{end}}</main>
</body>
</html>
`))

func (s *Server) contactRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "GET", Path: "/contact/{token}", Permission: httpkit.Public, Handler: s.contactAnswer(assurance.ContactByToken, false), Dialect: httpkit.Platform},
		{Method: "POST", Path: "/contact/{token}", Permission: httpkit.Public, Handler: s.contactAnswer(assurance.ConfirmContact, true), Dialect: httpkit.Platform},
	}
}

func (s *Server) contactAnswer(do func(context.Context, *volume.Tx, string) (assurance.ContactCheck, error), done bool) httpkit.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := identity.AsSystem(r.Context(), "contact")
		in := s.node.control().Read
		if done {
			in = s.node.control().Write
		}
		var check assurance.ContactCheck
		var contact fleet.Contact
		err := in(ctx, func(tx *volume.Tx) (err error) {
			if check, err = do(ctx, tx, r.PathValue("token")); err == nil {
				contact, err = fleet.ContactIn(ctx, tx, check.Contact)
			}
			return err
		})
		if err != nil {
			return err
		}
		if contact.Email != check.Email {
			return fault.NotFound("This link is not valid any more.")
		}
		customer := "your organization"
		if o, err := s.node.Fleet.Org(contact.Org); err == nil {
			customer = o.Name
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		noStore(w.Header())
		return contactAsked.Execute(w, struct {
			Email, Customer string
			Done            bool
		}{check.Email, customer, done})
	}
}

// AskContact sends a contact the mail that verifies them.
func (n *Node) AskContact(ctx context.Context, id ids.Contact) (fleet.Contact, error) {
	if n.Mailer == nil {
		return fleet.Contact{}, fault.Wrap(notify.ErrNoMail, fault.KindConflict, "No mail can be sent: start the server with --smtp smtp://HOST:PORT.")
	}
	var c fleet.Contact
	var token string
	err := n.control().Write(ctx, func(tx *volume.Tx) (err error) {
		if c, err = fleet.ContactIn(ctx, tx, id); err == nil {
			token, err = assurance.AskContact(ctx, tx, c)
		}
		return err
	})
	if err != nil {
		return c, err
	}
	customer := c.Org.String()
	if o, err := n.Fleet.Org(c.Org); err == nil {
		customer = o.Name
	}
	err = n.sendMail(ctx, notify.Mail{To: c.Email, Subject: "Can we reach you here for " + customer + "?", Text: fmt.Sprintf(`%s,

you are to be told at this address when a site of %s is in trouble. Please say that this reaches you:

    %s/contact/%s

If you know nothing of it, do nothing: the link ends after 30 days.
`, c.Name, customer, n.Options.BaseURL, token)})
	if err != nil {
		return c, fault.Wrap(err, fault.KindConflict, "The mail was not taken: %s", err)
	}
	return c, nil
}

// EditContact changes who is called, or how.
func (n *Node) EditContact(ctx context.Context, id ids.Contact, name, email, role string) (c fleet.Contact, err error) {
	wrong := map[string]string{}
	if strings.TrimSpace(name) == "" || len(name) > 200 {
		wrong["name"] = "A contact has a name of at most 200 bytes."
	}
	if err := notify.CheckAddress(email); err != nil {
		wrong["email"] = "This is no mail address."
	}
	if strings.TrimSpace(role) == "" || len(role) > 100 {
		wrong["role"] = "Say what they answer for, in at most 100 bytes."
	}
	if len(wrong) > 0 {
		return c, fault.InvalidFields(wrong)
	}
	err = n.control().Write(ctx, func(tx *volume.Tx) error {
		c, err = fleet.EditContact(ctx, tx, id, name, email, role)
		return err
	})
	return c, err
}

// RemoveContact takes somebody out of those who are called. The last one of a site that is tombstoned stays: its end must be told to somebody.
func (n *Node) RemoveContact(ctx context.Context, id ids.Contact, reason string) error {
	return n.control().Write(ctx, func(tx *volume.Tx) error {
		c, err := fleet.ContactIn(ctx, tx, id)
		if err != nil {
			return err
		}
		all, err := fleet.ContactsIn(ctx, tx, c.Org)
		if err != nil {
			return err
		}
		for _, s := range n.Fleet.All() {
			if s.Org == c.Org && s.State == fleet.Tombstoned && (c.Site.IsZero() || c.Site == s.ID) && len(fleet.ContactsOf(all, s.ID)) == 1 {
				return fault.Conflict("%s is the only one who can be told of the end of %s, which is tombstoned. Add another contact first.", c.Name, s.Name)
			}
		}
		if err := assurance.ForgetContact(ctx, tx, id); err != nil {
			return err
		}
		return fleet.RemoveContact(ctx, tx, c, reason)
	})
}
