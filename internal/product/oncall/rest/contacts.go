package rest

import (
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/channel"
	"holdfast.dev/internal/product/oncall/engine"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/user"
)

func (h *handler) contactOperations() []operation {
	const path = "/v2/users/{identifier}/contacts"
	return []operation{
		{method: "GET", path: path, right: mayRead, run: listContacts},
		{method: "POST", path: path, right: mayConfigure, run: createContact},
		{method: "GET", path: path + "/{contactId}", right: mayRead, run: getContact},
		{method: "PATCH", path: path + "/{contactId}", right: mayConfigure, run: updateContact},
		{method: "DELETE", path: path + "/{contactId}", right: mayConfigure, run: deleteContact},
		{method: "POST", path: path + "/{contactId}/enable", right: mayConfigure, run: switchContact(true)},
		{method: "POST", path: path + "/{contactId}/disable", right: mayConfigure, run: switchContact(false)},
	}
}

type wireContact struct {
	ID         string            `json:"id"`
	Method     string            `json:"method"`
	To         string            `json:"to"`
	Status     wireContactStatus `json:"status"`
	ApplyOrder *int              `json:"applyOrder,omitempty"`
}

type wireContactStatus struct {
	Enabled        bool   `json:"enabled"`
	DisabledReason string `json:"disabledReason,omitempty"`
}

type contactBody struct {
	Method string `json:"method"`
	To     string `json:"to"`
}

func toContact(x *user.Contact) wireContact {
	ok, reason := x.Usable()
	return wireContact{ID: x.ID, Method: x.Method, To: x.Address, Status: wireContactStatus{ok, reason}}
}

// personAndContact gives the contact that the path names, of the person that it names.
func (c *call) personAndContact(r *roster.Roster) (*user.Person, *user.Contact, error) {
	p, err := c.person(r)
	if err != nil {
		return nil, nil, err
	}
	x := r.Contacts[c.r.PathValue("contactId")]
	if x == nil || x.PersonID != p.ID {
		return nil, nil, fault.NotFound("Contact with id [%.200s] does not exist.", c.r.PathValue("contactId"))
	}
	return p, x, nil
}

func listContacts(c *call) error {
	return ofUser(c, func(r *roster.Roster, p *user.Person) (out []wireContact) {
		for i, x := range r.ContactsOf[p.ID] {
			w := toContact(x)
			w.ApplyOrder = &i
			out = append(out, w)
		}
		return out
	})
}

func getContact(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		_, x, err := c.personAndContact(r)
		if err != nil {
			return err
		}
		return c.data(toContact(x))
	})
}

// createContact adds a contact that waits for the code which it sends there.
func createContact(c *call) error {
	b, err := body[contactBody](c, false)
	if err != nil {
		return err
	}
	x := &user.Contact{Method: b.Method, Address: b.To, Enabled: true}
	err = c.change(func(tx *volume.Tx, r *roster.Roster) error {
		p, err := c.person(r)
		if err != nil {
			return err
		}
		if err := c.permitPerson(p); err != nil {
			return err
		}
		if b.Method == user.Mobile {
			return fault.Invalid("method", "A browser subscribes to push messages by itself, in the profile.")
		}
		x.PersonID = p.ID
		return c.addContact(tx, x)
	})
	if err != nil {
		return err
	}
	return c.created(map[string]string{"id": x.ID})
}

func (c *call) addContact(tx *volume.Tx, x *user.Contact) error {
	if x.Method == user.Webhook {
		x.Secret = channel.NewSecret()
	}
	if err := user.SaveContact(c.r.Context(), tx, x); err != nil {
		return err
	}
	return engine.Verify(c.r.Context(), tx, x)
}

// changeContact runs a change of a contact.
func (c *call) changeContact(fn func(tx *volume.Tx, x *user.Contact) error) (id string, err error) {
	err = c.change(func(tx *volume.Tx, r *roster.Roster) error {
		p, x, err := c.personAndContact(r)
		if err != nil {
			return err
		}
		if err := c.permitPerson(p); err != nil {
			return err
		}
		id = x.ID
		return fn(tx, x)
	})
	return id, err
}

// updateContact changes the address, which must be verified again then.
func updateContact(c *call) error {
	b, err := body[contactBody](c, false)
	if err != nil {
		return err
	}
	id, err := c.changeContact(func(tx *volume.Tx, x *user.Contact) error {
		if b.To == x.Address || b.To == "" {
			return nil
		}
		x.Address, x.Verified = b.To, false
		return c.addContact(tx, x)
	})
	if err != nil {
		return err
	}
	return c.done("Updated", map[string]string{"id": id})
}

func deleteContact(c *call) error {
	_, err := c.changeContact(func(tx *volume.Tx, x *user.Contact) error { return user.DeleteContact(c.r.Context(), tx, x.ID) })
	if err != nil {
		return err
	}
	return c.done("Deleted", nil)
}

func switchContact(on bool) func(*call) error {
	return func(c *call) error {
		id, err := c.changeContact(func(tx *volume.Tx, x *user.Contact) error {
			if on && !x.Verified {
				return fault.Bad("The contact is not verified.")
			}
			x.Enabled = on
			return user.SaveContact(c.r.Context(), tx, x)
		})
		if err != nil {
			return err
		}
		return c.done(switched(on), map[string]string{"id": id})
	}
}

func switched(on bool) string {
	if on {
		return "Enabled"
	}
	return "Disabled"
}
