package fleet

import (
	"context"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

var qContactPage = storage.Register("fleet/contact.after", `SELECT id, org_id, site_id, name, email, role, created_us FROM contact WHERE id > $1 ORDER BY id LIMIT $2`)

// ContactsAfter lists contacts of every customer, by identifier, those after one (zero: from the first).
func (f *Fleet) ContactsAfter(ctx context.Context, after ids.Contact, limit int) (out []Contact, err error) {
	err = f.control.Read(ctx, func(tx *volume.Tx) error {
		out, err = storage.All(ctx, tx.Tx, qContactPage, func(r *storage.Rows) (c Contact, err error) {
			var at int64
			err = r.Scan(&c.ID, &c.Org, &c.Site, &c.Name, &c.Email, &c.Role, &at)
			c.Created = clock.FromMicros(at)
			return c, err
		}, after.String(), limit)
		return err
	})
	return out, err
}
