package page

import (
	"context"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/restriction"
	"holdfast.dev/internal/product/wiki/space"
)

var (
	qChildren     = storage.Register("wiki/content.child_pages", `SELECT `+content.Columns+` FROM wiki_content c WHERE c.parent_id = $1 AND c.kind = 'page' AND c.status = $2 ORDER BY c.parent_id, c.kind, c.status, c.position, c.id`)
	qTrashOwned   = storage.Register("wiki/content.trash_owned", `UPDATE wiki_content SET status = 'trashed', trashed_us = $2, trashed_by = $3 WHERE owner_id = $1 AND id <> $1 AND status = 'current'`)
	qRestoreOwned = storage.Register("wiki/content.restore_owned", `UPDATE wiki_content SET status = 'current', trashed_us = NULL, trashed_by = NULL WHERE owner_id = $1 AND id <> $1 AND status = 'trashed' AND trashed_us = $2`)
	qPublishOwned = storage.Register("wiki/content.publish_owned", `UPDATE wiki_content SET status = 'current' WHERE owner_id = $1 AND id <> $1 AND status = 'draft'`)
	qOrphan       = storage.Register("wiki/content.orphan", `UPDATE wiki_content SET parent_id = 0 WHERE parent_id = $1 AND kind = 'page'`)
)

// publishOwned lets comments and attachments that were added to a draft be seen with it.
func publishOwned(ctx context.Context, tx *volume.Tx, id int64) error {
	_, err := tx.Exec(ctx, qPublishOwned, id)
	return err
}

// Trash puts a page or blog post into the trash with its comments and attachments. Its child pages move up to its parent, or, with everything, go
// into the trash too. A draft is purged at once.
func Trash(ctx context.Context, tx *volume.Tx, actor string, c *content.Content, everything bool) error {
	switch c.Status {
	case content.Draft:
		return Purge(ctx, tx, c)
	case content.Trashed:
		return fault.Bad("The content %d is in the trash already.", c.ID)
	}
	spaces, err := space.Load(ctx, tx)
	if err != nil {
		return err
	}
	if s := spaces.Get(c.SpaceID); s != nil && s.HomepageID == c.ID && s.Status != space.Trashed {
		return fault.Bad("The home page of a space cannot be deleted: choose another one first.")
	}
	return trash(ctx, tx, actor, c, everything, 0)
}

func trash(ctx context.Context, tx *volume.Tx, actor string, c *content.Content, everything bool, depth int) error {
	if depth > 1000 {
		return fault.Bad("The tree below the page is too deep.")
	}
	if c.Kind == content.Page {
		children, err := storage.All(ctx, tx.Tx, qChildren, content.Scan, c.ID, content.Current)
		if err != nil {
			return err
		}
		for _, child := range children {
			if everything {
				err = trash(ctx, tx, actor, child, true, depth+1)
			} else {
				err = moveUp(ctx, tx, c, child)
			}
			if err != nil {
				return err
			}
		}
	}
	now := tx.Now()
	c.Status, c.Trashed, c.TrashedBy = content.Trashed, &now, actor
	if err := content.Save(ctx, tx, c); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qTrashOwned, c.ID, clock.Micros(now), content.OrNull(actor))
	return err
}

// moveUp hangs a child of a page that goes away under that page's parent. The restriction of the page stays over the child: nobody sees more
// because something was deleted.
func moveUp(ctx context.Context, tx *volume.Tx, gone, child *content.Content) error {
	guard := gone.GuardID
	if guard == gone.ID {
		subjects, err := restriction.Of(ctx, tx, gone.ID)
		if err != nil {
			return err
		}
		own, err := restriction.Of(ctx, tx, child.ID)
		if err != nil {
			return err
		}
		if len(own[restriction.Read]) == 0 {
			if err := restriction.Set(ctx, tx, child, restriction.Read, subjects[restriction.Read]); err != nil {
				return err
			}
		}
		parent, err := parentOf(ctx, tx, gone.SpaceID, gone.ParentID)
		if err != nil {
			return err
		}
		guard = 0
		if parent != nil {
			guard = parent.GuardID
		}
	}
	if err := restriction.Moved(ctx, tx, child, guard); err != nil {
		return err
	}
	position, err := lastPosition(ctx, tx, child.SpaceID, gone.ParentID)
	if err != nil {
		return err
	}
	child.ParentID, child.Position = gone.ParentID, position
	return content.Save(ctx, tx, child)
}

// Restore takes a page or blog post out of the trash, under its old parent when that is still there, else at the root.
func Restore(ctx context.Context, tx *volume.Tx, c *content.Content) error {
	if c.Status != content.Trashed {
		return fault.Bad("The content %d is not in the trash.", c.ID)
	}
	at := int64(0)
	if c.Trashed != nil {
		at = clock.Micros(*c.Trashed)
	}
	c.Status, c.Trashed, c.TrashedBy = content.Current, nil, ""
	if err := checkTitle(ctx, tx, c); err != nil {
		return err
	}
	if c.Kind == content.Page {
		guard := int64(0)
		parent, err := parentOf(ctx, tx, c.SpaceID, c.ParentID)
		switch {
		case fault.Is(err, fault.KindInvalid):
			c.ParentID = 0
		case err != nil:
			return err
		case parent != nil:
			guard = parent.GuardID
			if err := refuseCycle(ctx, tx, c, parent); err != nil {
				c.ParentID, guard = 0, 0
			}
		}
		if err := restriction.Moved(ctx, tx, c, guard); err != nil {
			return err
		}
		if c.Position, err = lastPosition(ctx, tx, c.SpaceID, c.ParentID); err != nil {
			return err
		}
	}
	if err := content.Save(ctx, tx, c); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qRestoreOwned, c.ID, at)
	return err
}

const owned = `IN (SELECT c.id FROM wiki_content c WHERE c.owner_id = $1)`

var purges = []*storage.Query{
	storage.Register("wiki/text.purge", `DELETE FROM wiki_text WHERE content_id `+owned),
	storage.Register("wiki/use.purge", `DELETE FROM wiki_use WHERE content_id `+owned),
	storage.Register("wiki/draft.purge", `DELETE FROM wiki_draft WHERE content_id `+owned),
	storage.Register("wiki/comment.purge", `DELETE FROM wiki_comment WHERE content_id `+owned),
	storage.Register("wiki/file.purge", `DELETE FROM wiki_file WHERE content_id `+owned),
	storage.Register("wiki/labelling.purge", `DELETE FROM wiki_labelling WHERE target_id `+owned),
	storage.Register("wiki/like.purge", `DELETE FROM wiki_like WHERE content_id `+owned),
	storage.Register("wiki/property.purge", `DELETE FROM wiki_property WHERE owner_id `+owned),
	storage.Register("wiki/task.purge", `DELETE FROM wiki_task WHERE content_id `+owned),
	storage.Register("wiki/version.purge", `DELETE FROM wiki_version WHERE content_id `+owned),
	storage.Register("wiki/watch.purge", `DELETE FROM wiki_watch WHERE kind = 'content' AND target IN (SELECT CAST(c.id AS TEXT) FROM wiki_content c WHERE c.owner_id = $1)`),
	storage.Register("wiki/content.purge", `DELETE FROM wiki_content WHERE owner_id = $1`),
}

// Purge removes a page or blog post from the trash, or a draft, with all that belongs to it. The journal keeps what it was.
func Purge(ctx context.Context, tx *volume.Tx, c *content.Content) error {
	if c.Status != content.Trashed && c.Status != content.Draft {
		return fault.Bad("Only what is in the trash can be purged.")
	}
	if err := restriction.Forget(ctx, tx, c); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qOrphan, c.ID); err != nil {
		return err
	}
	for _, q := range purges {
		if _, err := tx.Exec(ctx, q, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// PurgeOne removes a single comment or attachment that is in the trash.
func PurgeOne(ctx context.Context, tx *volume.Tx, id int64) error {
	for _, q := range purgeOne {
		if _, err := tx.Exec(ctx, q, id); err != nil {
			return err
		}
	}
	return nil
}

var purgeOne = []*storage.Query{
	storage.Register("wiki/text.purge_one", `DELETE FROM wiki_text WHERE content_id = $1`),
	storage.Register("wiki/use.purge_one", `DELETE FROM wiki_use WHERE content_id = $1`),
	storage.Register("wiki/comment.purge_one", `DELETE FROM wiki_comment WHERE content_id = $1`),
	storage.Register("wiki/file.purge_one", `DELETE FROM wiki_file WHERE content_id = $1`),
	storage.Register("wiki/labelling.purge_one", `DELETE FROM wiki_labelling WHERE target_id = $1`),
	storage.Register("wiki/like.purge_one", `DELETE FROM wiki_like WHERE content_id = $1`),
	storage.Register("wiki/property.purge_one", `DELETE FROM wiki_property WHERE owner_id = $1`),
	storage.Register("wiki/task.purge_one", `DELETE FROM wiki_task WHERE content_id = $1`),
	storage.Register("wiki/version.purge_one", `DELETE FROM wiki_version WHERE content_id = $1`),
	storage.Register("wiki/content.purge_one", `DELETE FROM wiki_content WHERE id = $1`),
}
