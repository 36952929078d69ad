package manage

import (
	"context"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/notice"
	"holdfast.dev/internal/product/status/page"
)

// DraftPostmortem writes the draft of an incident's postmortem; readers see it when it is published.
func DraftPostmortem(ctx context.Context, tx *volume.Tx, p *page.Page, id, draft string) (*incident.Incident, error) {
	if err := incident.CheckBody(draft); err != nil {
		return nil, err
	}
	return post(ctx, tx, p, id, "postmortem.draft", func(c *change) error {
		c.inc.Post.Draft, c.inc.Post.DraftUpdated = draft, tx.Now()
		return nil
	})
}

// PublishPostmortem shows the draft to readers, and tells subscribers once when wanted.
func PublishPostmortem(ctx context.Context, tx *volume.Tx, p *page.Page, id string, tell bool) (*incident.Incident, error) {
	return post(ctx, tx, p, id, "postmortem.publish", func(c *change) error {
		o := &c.inc.Post
		if o.Draft == "" {
			return fault.Invalid("body_draft", "Body draft can't be blank")
		}
		o.Body, o.BodyUpdated, o.Published = o.Draft, tx.Now(), tx.Now()
		if !tell || o.NotifiedPeople {
			return nil
		}
		o.NotifiedPeople = true
		return c.tell(notice.Postmortem, &incident.Update{Status: incident.Postmortem, Body: o.Body, Display: tx.Now()})
	})
}

// RevertPostmortem hides a published postmortem again; the draft stays.
func RevertPostmortem(ctx context.Context, tx *volume.Tx, p *page.Page, id string) (*incident.Incident, error) {
	return post(ctx, tx, p, id, "postmortem.revert", func(c *change) error {
		c.inc.Post.Published = time.Time{}
		return nil
	})
}

// DeletePostmortem removes draft and text.
func DeletePostmortem(ctx context.Context, tx *volume.Tx, p *page.Page, id string) error {
	_, err := post(ctx, tx, p, id, "postmortem.delete", func(c *change) error {
		c.inc.Post = incident.Post{}
		return nil
	})
	return err
}

func post(ctx context.Context, tx *volume.Tx, p *page.Page, id, verb string, fn func(*change) error) (*incident.Incident, error) {
	i, err := incident.Get(ctx, tx, p.ID, id)
	if err != nil {
		return nil, err
	}
	c, err := begin(ctx, tx, p, i)
	if err != nil {
		return nil, err
	}
	if err := fn(c); err != nil {
		return nil, err
	}
	if err := incident.Save(ctx, tx, i); err != nil {
		return nil, err
	}
	return i, touched(ctx, tx, p, verb, i.Name)
}
