package fleet

import (
	"context"
	"errors"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

var (
	qContact       = storage.Register("fleet/contact.get", `SELECT id, org_id, site_id, name, email, role, created_us FROM contact WHERE id = $1`)
	qEditContact   = storage.Register("fleet/contact.update", `UPDATE contact SET name = $2, email = $3, role = $4 WHERE id = $1`)
	qRemoveContact = storage.Register("fleet/contact.delete", `DELETE FROM contact WHERE id = $1`)
)

// ContactIn gives a contact in a transaction on the control database.
func ContactIn(ctx context.Context, tx *volume.Tx, id ids.Contact) (Contact, error) {
	c, err := storage.One(ctx, tx.Tx, qContact, func(r *storage.Rows) (c Contact, err error) {
		var at int64
		err = r.Scan(&c.ID, &c.Org, &c.Site, &c.Name, &c.Email, &c.Role, &at)
		c.Created = clock.FromMicros(at)
		return c, err
	}, id)
	if errors.Is(err, storage.ErrNoRows) {
		return c, fault.NotFound("There is no contact %s.", id)
	}
	return c, err
}

// EditContact changes a contact, with an entry in the ledger.
func EditContact(ctx context.Context, tx *volume.Tx, id ids.Contact, name, email, role string) (Contact, error) {
	c, err := ContactIn(ctx, tx, id)
	if err != nil {
		return c, err
	}
	if _, err := tx.Exec(ctx, qEditContact, id, name, email, role); err != nil {
		return c, err
	}
	c.Name, c.Email, c.Role = name, email, role
	_, err = begin(ctx, tx, "contact changed", contactTarget(c), "", "done", id.String())
	return c, err
}

// RemoveContact takes a contact out, with an entry in the ledger that does not name them.
func RemoveContact(ctx context.Context, tx *volume.Tx, c Contact, reason string) error {
	if _, err := tx.Exec(ctx, qRemoveContact, c.ID); err != nil {
		return err
	}
	_, err := begin(ctx, tx, "contact removed", contactTarget(c), reason, "done", c.ID.String())
	return err
}

func contactTarget(c Contact) string {
	if c.Site.IsZero() {
		return c.Org.String()
	}
	return c.Site.String()
}
