package page

import (
	"context"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/space"
)

// Archive takes a page out of the tree, lists and search; whoever has its address reads it still. Child pages that are not archived move up to its
// parent and keep its restriction.
func Archive(ctx context.Context, tx *volume.Tx, c *content.Content) error {
	if c.Kind != content.Page || c.Status != content.Current {
		return fault.Bad("The content %d is no current page: it cannot be archived.", c.ID)
	}
	spaces, err := space.Load(ctx, tx)
	if err != nil {
		return err
	}
	if s := spaces.Get(c.SpaceID); s != nil && s.HomepageID == c.ID {
		return fault.Bad("The home page of a space cannot be archived: choose another one first.")
	}
	children, err := storage.All(ctx, tx.Tx, qChildren, content.Scan, c.ID, content.Current)
	if err != nil {
		return err
	}
	for _, child := range children {
		if err := moveUp(ctx, tx, c, child); err != nil {
			return err
		}
	}
	c.Status = content.Archived
	return content.Save(ctx, tx, c)
}

// Unarchive puts a page back into the tree: last under its parent, or at the root when that is not there any more.
func Unarchive(ctx context.Context, tx *volume.Tx, c *content.Content) error {
	if c.Status != content.Archived {
		return fault.Bad("The page %d is not archived.", c.ID)
	}
	if c.ParentID != 0 {
		p, err := content.Get(ctx, tx, c.ParentID)
		if err != nil && !fault.Is(err, fault.KindNotFound) {
			return err
		}
		if err != nil || p.Status != content.Current || p.SpaceID != c.SpaceID {
			c.ParentID = 0
		}
	}
	var err error
	if c.Position, err = lastPosition(ctx, tx, c.SpaceID, c.ParentID); err != nil {
		return err
	}
	c.Status = content.Current
	return content.Save(ctx, tx, c)
}
