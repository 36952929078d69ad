package manage

import (
	"context"

	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/component"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/subscriber"
)

// CreateComponent adds a component, or a group with the members named.
func CreateComponent(ctx context.Context, tx *volume.Tx, p *page.Page, c *component.Component, members []string) error {
	c.PageID = p.ID
	if err := component.Create(ctx, tx, c); err != nil {
		return err
	}
	if c.Group {
		if err := component.SetMembers(ctx, tx, p.ID, c.ID, members); err != nil {
			return err
		}
	}
	return touched(ctx, tx, p, "component.create", c.Name)
}

// ChangeComponent changes a component or group; a new status is told to webhooks. members is nil to leave a group's members as they are.
func ChangeComponent(ctx context.Context, tx *volume.Tx, p *page.Page, id string, members *[]string, edit func(*component.Component)) (*component.Component, error) {
	all, err := component.All(ctx, tx, p.ID)
	if err != nil {
		return nil, err
	}
	c, err := component.Get(ctx, tx, p.ID, id)
	if err != nil {
		return nil, err
	}
	old, group := c.Status, c.GroupID
	edit(c)
	if err := c.Check(all); err != nil {
		return nil, err
	}
	if c.GroupID != group {
		c.Position = 1
		for _, o := range all {
			if o.GroupID == c.GroupID {
				c.Position = max(c.Position, o.Position+1)
			}
		}
	}
	if err := component.Save(ctx, tx, c, old); err != nil {
		return nil, err
	}
	if members != nil && c.Group {
		if err := component.SetMembers(ctx, tx, p.ID, c.ID, *members); err != nil {
			return nil, err
		}
	}
	verb := "component.edit"
	if c.Status != old && !c.Group {
		verb = "component." + string(c.Status)
		for k, o := range all {
			if o.ID == c.ID {
				all[k] = c
			}
		}
		if err := componentChanged(ctx, tx, p, all, c, old); err != nil {
			return nil, err
		}
	}
	return c, touched(ctx, tx, p, verb, c.Name)
}

// DeleteComponent removes a component with its history, or a group whose members stay.
func DeleteComponent(ctx context.Context, tx *volume.Tx, p *page.Page, id string) (*component.Component, error) {
	all, err := component.All(ctx, tx, p.ID)
	if err != nil {
		return nil, err
	}
	c, err := component.Get(ctx, tx, p.ID, id)
	if err != nil {
		return nil, err
	}
	if err := component.Delete(ctx, tx, all, c); err != nil {
		return nil, err
	}
	return c, touched(ctx, tx, p, "component.delete", c.Name)
}

// Reorder puts the components of a page into an order.
func Reorder(ctx context.Context, tx *volume.Tx, p *page.Page, order []component.Place) error {
	if err := component.Reorder(ctx, tx, p.ID, order); err != nil {
		return err
	}
	return touched(ctx, tx, p, "component.order", p.Name)
}

func touched(ctx context.Context, tx *volume.Tx, p *page.Page, verb, subject string) error {
	if err := page.Touch(ctx, tx, p); err != nil {
		return err
	}
	return page.Note(ctx, tx, p.ID, verb, subject)
}

// removeFollowers forgets those who follow one incident alone.
func removeFollowers(ctx context.Context, tx *volume.Tx, pageID, incidentID string) error {
	for _, s := range []subscriber.State{subscriber.Active, subscriber.Unconfirmed, subscriber.Quarantined} {
		for {
			list, err := subscriber.InState(ctx, tx, pageID, incidentID, s, "", 500)
			if err != nil {
				return err
			}
			for _, x := range list {
				if err := subscriber.Remove(ctx, tx, x.ID); err != nil {
					return err
				}
			}
			if len(list) < 500 {
				break
			}
		}
	}
	return nil
}
