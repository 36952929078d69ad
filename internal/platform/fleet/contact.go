package fleet

import (
	"context"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Contact is somebody to call when an organization or one of its sites is in trouble.
type Contact struct {
	ID      ids.Contact `json:"id"`
	Org     ids.Org     `json:"org"`
	Site    ids.Site    `json:"site,omitzero"` // zero: all of the organization's sites
	Name    string      `json:"name"`
	Email   string      `json:"email"`
	Role    string      `json:"role"`
	Created time.Time   `json:"created"`
}

var qContacts = storage.Register("fleet/contact.by_org", `SELECT id, org_id, site_id, name, email, role, created_us FROM contact WHERE org_id = $1 ORDER BY org_id, id`)

// Contacts lists those of an organization, the oldest first; an organization has few.
func (f *Fleet) Contacts(ctx context.Context, org ids.Org) (out []Contact, err error) {
	err = f.control.Read(ctx, func(tx *volume.Tx) error {
		out, err = ContactsIn(ctx, tx, org)
		return err
	})
	return out, err
}

// ContactsIn is Contacts in a transaction on the control database.
func ContactsIn(ctx context.Context, tx *volume.Tx, org ids.Org) ([]Contact, error) {
	return storage.All(ctx, tx.Tx, qContacts, func(r *storage.Rows) (c Contact, err error) {
		var at int64
		err = r.Scan(&c.ID, &c.Org, &c.Site, &c.Name, &c.Email, &c.Role, &at)
		c.Created = clock.FromMicros(at)
		return c, err
	}, org)
}

// ContactsOf lists the contacts of a site: its own and those of its whole organization.
func ContactsOf(all []Contact, site ids.Site) []Contact {
	var out []Contact
	for _, c := range all {
		if c.Site.IsZero() || c.Site == site {
			out = append(out, c)
		}
	}
	return out
}
