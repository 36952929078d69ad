package page

import (
	"context"

	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
)

// Relink notes what the newest version of a page or blog post leads to, and lets links that wanted it lead to it, as publishing does. For pages
// that were written without being published, once everything that they may lead to is there. It only adds, and may be done again.
func Relink(ctx context.Context, tx *volume.Tx, c *content.Content) error {
	_, doc, err := Body(ctx, tx, c)
	if err != nil {
		return err
	}
	uses, err := links(ctx, tx, c, doc)
	if err != nil {
		return err
	}
	for _, u := range uses {
		if _, err := tx.Exec(ctx, qLink, c.ID, u.Kind, u.Target); err != nil {
			return err
		}
	}
	if c.Status != content.Current {
		return nil
	}
	return adopt(ctx, tx, c)
}
