package page

import (
	"context"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/restriction"
	"holdfast.dev/internal/product/wiki/space"
)

// step is the distance of positions of neighbours that nobody has come between.
const step = 1 << 16

// Where says where a page goes in relation to another.
type Where string

// The places.
const (
	Before Where = "before"
	After  Where = "after"
	Append Where = "append" // the last child of it
)

const beneath = `WITH RECURSIVE below (id) AS (SELECT CAST($1 AS BIGINT) UNION SELECT c.id FROM wiki_content c JOIN below b ON c.parent_id = b.id WHERE c.kind = 'page')`

var (
	qLast     = storage.Register("wiki/content.last_position", `SELECT coalesce(max(position), 0) FROM wiki_content WHERE space_id = $1 AND kind = 'page' AND status = 'current' AND parent_id = $2`)
	qSiblings = storage.Register("wiki/content.siblings", `SELECT id, position FROM wiki_content WHERE space_id = $1 AND kind = 'page' AND status = 'current' AND parent_id = $2
		ORDER BY space_id, kind, status, parent_id, position, id`)
	qPlace     = storage.Register("wiki/content.place", `UPDATE wiki_content SET position = $2 WHERE id = $1`)
	qAncestors = storage.Register("wiki/content.ancestors", `WITH RECURSIVE up (id, parent_id) AS (SELECT c.id, c.parent_id FROM wiki_content c WHERE c.id = $1
		UNION SELECT c.id, c.parent_id FROM wiki_content c JOIN up u ON c.id = u.parent_id WHERE c.kind = 'page') SELECT `+content.Columns+` FROM wiki_content c WHERE c.id IN (SELECT id FROM up) AND c.id <> $1`)
	qRehome   = storage.Register("wiki/content.rehome", beneath+` UPDATE wiki_content SET space_id = $2 WHERE owner_id IN (SELECT id FROM below)`)
	qCollides = storage.Register("wiki/content.collides", beneath+` SELECT m.title FROM wiki_content m JOIN wiki_content o ON o.title_fold = m.title_fold AND o.kind = 'page' AND o.space_id = $2 AND o.status = 'current'
		WHERE m.id IN (SELECT id FROM below) AND m.status = 'current' LIMIT 1`)
)

func lastPosition(ctx context.Context, tx *volume.Tx, spaceID, parentID int64) (int64, error) {
	var last int64
	err := tx.Get(ctx, qLast, []any{spaceID, parentID}, &last)
	return last + step, err
}

// Ancestors gives the pages above one, from the root down.
func Ancestors(ctx context.Context, tx *volume.Tx, c *content.Content) ([]*content.Content, error) {
	if c.ParentID == 0 || c.Kind != content.Page {
		return nil, nil
	}
	found, err := storage.All(ctx, tx.Tx, qAncestors, content.Scan, c.ID)
	if err != nil {
		return nil, err
	}
	byID := map[int64]*content.Content{}
	for _, a := range found {
		byID[a.ID] = a
	}
	out := make([]*content.Content, 0, len(found))
	for id := c.ParentID; byID[id] != nil; id = byID[id].ParentID {
		out = append(out, byID[id])
		if len(out) == len(found) {
			break
		}
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out, nil
}

// Move puts a page, with everything below it, before, after or under another one; a nil target is the root of a space.
func Move(ctx context.Context, tx *volume.Tx, c *content.Content, to *space.Space, target *content.Content, where Where) error {
	if c.Kind != content.Page {
		return fault.Bad("Only pages have a place in the tree.")
	}
	parentID := int64(0)
	switch {
	case where != Before && where != After && where != Append:
		return fault.Invalid("position", "The position '%.20s' is none of before, after and append.", where)
	case target == nil:
	case target.Kind != content.Page || target.Status != content.Current:
		return fault.Invalid("targetId", "The target %d is not a page of the tree.", target.ID)
	case where == Append:
		parentID = target.ID
	default:
		parentID = target.ParentID
		if target.ID == c.ID {
			return nil
		}
	}
	parent, err := parentOf(ctx, tx, to.ID, parentID)
	if err != nil {
		return err
	}
	if err := refuseCycle(ctx, tx, c, parent); err != nil {
		return err
	}
	if err := rehome(ctx, tx, c, to); err != nil {
		return err
	}
	if c.Position, err = placeFor(ctx, tx, c, to.ID, parentID, target, where); err != nil {
		return err
	}
	guard := int64(0)
	if parent != nil {
		guard = parent.GuardID
	}
	if parentID != c.ParentID {
		if err := restriction.Moved(ctx, tx, c, guard); err != nil {
			return err
		}
	}
	c.ParentID = parentID
	return content.Save(ctx, tx, c)
}

// refuseCycle keeps a page from being put below itself.
func refuseCycle(ctx context.Context, tx *volume.Tx, c, parent *content.Content) error {
	if parent == nil {
		return nil
	}
	above, err := Ancestors(ctx, tx, parent)
	if err != nil {
		return err
	}
	for _, a := range append(above, parent) {
		if a.ID == c.ID {
			return fault.Bad("The page '%s' cannot be moved below itself or one of its own children.", c.Title)
		}
	}
	return nil
}

// rehome moves a page with everything below it to another space.
func rehome(ctx context.Context, tx *volume.Tx, c *content.Content, to *space.Space) error {
	if c.SpaceID == to.ID {
		return nil
	}
	spaces, err := space.Load(ctx, tx)
	if err != nil {
		return err
	}
	if s := spaces.Get(c.SpaceID); s != nil && s.HomepageID == c.ID {
		return fault.Bad("The home page of a space cannot leave it.")
	}
	taken, err := storage.All(ctx, tx.Tx, qCollides, func(r *storage.Rows) (s string, err error) { return s, r.Scan(&s) }, c.ID, to.ID)
	if err != nil {
		return err
	}
	if len(taken) > 0 {
		return fault.Bad("A page with this title already exists: A page already exists with the same TITLE in this space: %s", taken[0])
	}
	if _, err := tx.Exec(ctx, qRehome, c.ID, to.ID); err != nil {
		return err
	}
	c.SpaceID = to.ID
	return nil
}

type sibling struct{ id, position int64 }

// placeFor gives the position for a page among its new siblings, making room where there is none.
func placeFor(ctx context.Context, tx *volume.Tx, c *content.Content, spaceID, parentID int64, target *content.Content, where Where) (int64, error) {
	if target == nil || where == Append {
		return lastPosition(ctx, tx, spaceID, parentID)
	}
	all, err := storage.All(ctx, tx.Tx, qSiblings, func(r *storage.Rows) (s sibling, err error) { return s, r.Scan(&s.id, &s.position) }, spaceID, parentID)
	if err != nil {
		return 0, err
	}
	var others []sibling
	at := -1
	for _, s := range all {
		if s.id == c.ID {
			continue
		}
		if s.id == target.ID {
			at = len(others)
			if where == After {
				at++
			}
		}
		others = append(others, s)
	}
	if at < 0 {
		return 0, fault.Invalid("targetId", "The target %d is not a page of the tree.", target.ID)
	}
	lo, hi := int64(0), int64(0)
	if at > 0 {
		lo = others[at-1].position
	}
	if at == len(others) {
		return lo + step, nil
	}
	if hi = others[at].position; hi-lo >= 2 {
		return lo + (hi-lo)/2, nil
	}
	for i, s := range others { // no room left: everybody moves
		p := int64(i+1) * step
		if i >= at {
			p += step
		}
		if _, err := tx.Exec(ctx, qPlace, s.id, p); err != nil {
			return 0, err
		}
	}
	return int64(at+1) * step, nil
}
