package component

import (
	"context"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
)

// Place is a component or group in an order, a group with its members.
type Place struct {
	ID       string   `json:"id"`
	Children []string `json:"children,omitempty"`
}

// Reorder puts the components of a page into an order that names each exactly once. Two people who drag at once do not undo each other
// by halves: an order that misses a component that was added meanwhile is a conflict.
func Reorder(ctx context.Context, tx *volume.Tx, pageID string, order []Place) error {
	all, err := All(ctx, tx, pageID)
	if err != nil {
		return err
	}
	byID := map[string]*Component{}
	for _, c := range all {
		byID[c.ID] = c
	}
	put := func(id, group string, position int) error {
		c := byID[id]
		switch {
		case c == nil:
			return fault.Conflict("The order names a component twice or one that is not there: %.20q. Load the page again.", id)
		case group != "" && c.Group:
			return fault.Invalid("order", "A group cannot be in a group.")
		}
		delete(byID, id)
		if c.GroupID == group && c.Position == int64(position) {
			return nil
		}
		c.GroupID, c.Position = group, int64(position)
		return Save(ctx, tx, c, c.Status)
	}
	for i, p := range order {
		c := byID[p.ID]
		if len(p.Children) > 0 && (c == nil || !c.Group) {
			return fault.Invalid("order", "Only a group has members.")
		}
		if err := put(p.ID, "", i+1); err != nil {
			return err
		}
		for j, child := range p.Children {
			if err := put(child, p.ID, j+1); err != nil {
				return err
			}
		}
	}
	if len(byID) > 0 {
		return fault.Conflict("The order leaves out %d components. Load the page again.", len(byID))
	}
	return nil
}

// SetMembers makes the components named the members of a group, in that order; those that were members before and are not named go to the top.
func SetMembers(ctx context.Context, tx *volume.Tx, pageID, group string, members []string) error {
	all, err := All(ctx, tx, pageID)
	if err != nil {
		return err
	}
	byID := map[string]*Component{}
	last := int64(0)
	for _, c := range all {
		byID[c.ID] = c
		if c.GroupID == "" {
			last = max(last, c.Position)
		}
	}
	named := map[string]bool{}
	for i, id := range members {
		c := byID[id]
		if c == nil || c.Group || named[id] {
			return fault.Invalid("components", "There is no component %.20q on this page, or it is named twice.", id)
		}
		named[id] = true
		c.GroupID, c.Position = group, int64(i+1)
		if err := Save(ctx, tx, c, c.Status); err != nil {
			return err
		}
	}
	for _, c := range Members(all, group) {
		if !named[c.ID] {
			last++
			c.GroupID, c.Position = "", last
			if err := Save(ctx, tx, c, c.Status); err != nil {
				return err
			}
		}
	}
	return nil
}
