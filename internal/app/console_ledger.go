package app

import (
	"net/mail"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/volume"
)

// ledgerEntry is an operation with the name of what it was done to.
type ledgerEntry struct {
	fleet.Operation
	TargetName string `json:"target_name" doc:"As people know it; empty when nobody knows it any more"`
	Customer   string `json:"customer"`
}

type ledgerPage struct {
	Operations []ledgerEntry `json:"operations"`
	Next       string        `json:"next,omitempty"`
}

func (s *Server) ledger(c *call, _ none) (ledgerPage, error) {
	return s.ledgerPage(c, func(before time.Time, id ids.Operation, limit int) ([]fleet.Operation, error) {
		return s.node.Fleet.WholeLedger(c.Context(), before, id, limit)
	})
}

func (s *Server) siteTimeline(c *call, _ none) (ledgerPage, error) {
	if _, err := s.node.Fleet.Site(c.site); err != nil {
		return ledgerPage{}, err
	}
	return s.ledgerPage(c, func(before time.Time, id ids.Operation, limit int) ([]fleet.Operation, error) {
		return s.node.Fleet.Ledger(c.Context(), c.site.String(), before, id, limit)
	})
}

func (s *Server) ledgerPage(c *call, read func(time.Time, ids.Operation, int) ([]fleet.Operation, error)) (out ledgerPage, err error) {
	out.Operations = []ledgerEntry{}
	limit, err := c.limitOf(50, 500)
	if err != nil {
		return out, err
	}
	var before time.Time
	var beforeID ids.Operation
	if c.cursor() != "" {
		if before, beforeID, err = readInstantCursor[ids.Operation](c.cursor()); err != nil {
			return out, err
		}
	}
	ops, err := read(before, beforeID, limit+1)
	if err != nil {
		return out, err
	}
	if len(ops) > limit {
		ops = ops[:limit]
		out.Next = instantCursor(ops[limit-1].Started, ops[limit-1].ID.String())
	}
	for _, op := range ops {
		entry := ledgerEntry{Operation: op}
		if id, err := ids.Parse[ids.Site](op.Target); err == nil {
			if site, err := s.node.Fleet.Site(id); err == nil {
				entry.TargetName, entry.Customer = site.Name, s.customer(site)
			}
		}
		out.Operations = append(out.Operations, entry)
	}
	return out, nil
}

// instantCursor says where a list that is ordered by time goes on.
func instantCursor(at time.Time, id string) string {
	return strconv.FormatInt(clock.Micros(at), 10) + "~" + id
}

var errCursor = fault.Invalid("cursor", "The cursor takes what an earlier answer gave as next.")

func readInstantCursor[I any, P interface {
	*I
	UnmarshalText(text []byte) error
}](text string) (at time.Time, id I, err error) {
	us, rest, ok := strings.Cut(text, "~")
	n, err := strconv.ParseInt(us, 10, 64)
	if !ok || err != nil || P(&id).UnmarshalText([]byte(rest)) != nil {
		return at, id, errCursor
	}
	return clock.FromMicros(n), id, nil
}

// contactEntry is a contact with the names of whom it is for.
type contactEntry struct {
	fleet.Contact
	Customer string `json:"customer"`
	SiteName string `json:"site_name,omitempty"`
	reach
}

type contactPage struct {
	Contacts []contactEntry `json:"contacts"`
	Next     string         `json:"next,omitempty"`
}

func (s *Server) listContacts(c *call, _ none) (out contactPage, err error) {
	out.Contacts = []contactEntry{}
	limit, err := c.limitOf(100, 500)
	if err != nil {
		return out, err
	}
	var after ids.Contact
	if c.cursor() != "" {
		if after, err = ids.Parse[ids.Contact](c.cursor()); err != nil {
			return out, errCursor
		}
	}
	all, err := s.node.Fleet.ContactsAfter(c.Context(), after, limit+1)
	if err != nil {
		return out, err
	}
	if len(all) > limit {
		all = all[:limit]
		out.Next = all[limit-1].ID.String()
	}
	err = s.node.control().Read(c.Context(), func(tx *volume.Tx) error {
		out.Contacts = []contactEntry{}
		for _, contact := range all {
			e, err := s.contactEntryIn(c, tx, contact)
			if err != nil {
				return err
			}
			out.Contacts = append(out.Contacts, e)
		}
		return nil
	})
	return out, err
}

type contactRequest struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Role  string `json:"role" doc:"What they answer for, in a word"`
	// AllSites registers them for every site of the customer.
	AllSites bool `json:"all_sites,omitempty" doc:"For every site of the customer, not for this one alone"`
}

type contactList struct {
	Contacts []fleet.Contact `json:"contacts"`
}

func (s *Server) addContact(c *call, in contactRequest) (out contactList, err error) {
	site, err := s.node.Fleet.Site(c.site)
	if err != nil {
		return out, err
	}
	wrong := map[string]string{}
	if strings.TrimSpace(in.Name) == "" || len(in.Name) > 200 {
		wrong["name"] = "A contact has a name of at most 200 bytes."
	}
	if a, err := mail.ParseAddress(in.Email); err != nil || a.Address != in.Email || len(in.Email) > 320 {
		wrong["email"] = "This is no mail address."
	}
	if strings.TrimSpace(in.Role) == "" || len(in.Role) > 100 {
		wrong["role"] = "Say what they answer for, in at most 100 bytes."
	}
	if len(wrong) > 0 {
		return out, fault.InvalidFields(wrong)
	}
	var only ids.Site
	if !in.AllSites {
		only = site.ID
	}
	if err := s.node.Fleet.AddContact(c.Context(), site.Org, only, in.Name, in.Email, in.Role); err != nil {
		return out, err
	}
	out.Contacts, err = s.contactsOf(c.Context(), site)
	return out, err
}
