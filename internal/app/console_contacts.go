package app

import (
	"time"

	"holdfast.dev/internal/platform/assurance"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/volume"
)

func (s *Server) contactOperations() []operation {
	return []operation{
		operate("PUT", "/contacts/{contact}", "editContact", "Change who is called, or how; another address has to be verified anew", s.editContact),
		operate("POST", "/contacts/{contact}/verify", "verifyContact", "Send the mail by which a contact says that it reaches them", s.verifyContact),
		operate("POST", "/contacts/{contact}/remove", "removeContact", "Take somebody out of those who are called", s.removeContact),
	}
}

type contactEdit struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Role  string `json:"role" doc:"What they answer for, in a word"`
}

func (s *Server) editContact(c *call, in contactEdit) (out contactEntry, err error) {
	k, err := s.node.EditContact(c.Context(), c.contact, in.Name, in.Email, in.Role)
	if err != nil {
		return out, err
	}
	return s.contactEntry(c, k)
}

func (s *Server) verifyContact(c *call, _ none) (out contactEntry, err error) {
	k, err := s.node.AskContact(c.Context(), c.contact)
	if err != nil {
		return out, err
	}
	return s.contactEntry(c, k)
}

func (s *Server) removeContact(c *call, in reasonRequest) (none, error) {
	if err := given(in.Reason); err != nil {
		return none{}, err
	}
	return none{}, s.node.RemoveContact(c.Context(), c.contact, in.Reason)
}

// contactEntry tells of a contact whom they are for, and whether they are known to be reachable.
func (s *Server) contactEntry(c *call, k fleet.Contact) (e contactEntry, err error) {
	err = s.node.control().Read(c.Context(), func(tx *volume.Tx) error {
		e, err = s.contactEntryIn(c, tx, k)
		return err
	})
	return e, err
}

func (s *Server) contactEntryIn(c *call, tx *volume.Tx, k fleet.Contact) (contactEntry, error) {
	e := contactEntry{Contact: k}
	if org, err := s.node.Fleet.Org(k.Org); err == nil {
		e.Customer = org.Name
	}
	if site, err := s.node.Fleet.Site(k.Site); err == nil {
		e.SiteName = site.Name
	}
	check, err := assurance.CheckOf(c.Context(), tx, k)
	if check != nil {
		e.Asked, e.Verified = &check.Asked, check.Verified
	}
	return e, err
}

// reach is what is known of a contact's address.
type reach struct {
	Asked    *time.Time `json:"asked" doc:"When the mail was sent that asks whether it reaches them; null for never"`
	Verified *time.Time `json:"verified" doc:"When they said that it does"`
}
