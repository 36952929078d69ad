package rest

import (
	"encoding/json"
	"net/http"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/draft"
	"holdfast.dev/internal/product/wiki/link"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/richtext/adf"
)

func (c *call) draft(d *draft.Draft, p *content.Content) uiDraft {
	out := uiDraft{PageID: itoa(d.ContentID), Base: d.Base, Title: d.Title, Updated: d.Updated, SpaceID: itoa(p.SpaceID), ParentID: idOrNone(p.ParentID), Type: p.Kind, Current: p.Version, New: p.Status == content.Draft}
	if d.Body != "" {
		out.Body = json.RawMessage(d.Body)
	}
	if out.New {
		out.Current = 0
	}
	return out
}

// newDraft makes the page of a draft that is not of a page yet.
func (c *call) newDraft(in uiDraftInput) (*content.Content, error) {
	s, err := c.spaceOf(in.SpaceID)
	if err != nil {
		return nil, err
	}
	parent, err := optionalID("parentId", in.ParentID)
	if err != nil {
		return nil, err
	}
	kind, right := content.Page, space.CreatePage
	switch in.Type {
	case "", content.Page:
	case content.BlogPost:
		kind, right, parent = content.BlogPost, space.CreateBlogPost, 0
	default:
		return nil, fault.Invalid("type", "The type '%.30s' is neither page nor blogpost.", in.Type)
	}
	if err := c.v.Must(s, right); err != nil {
		return nil, err
	}
	if parent != 0 {
		if _, err := c.seeID(parent, content.Page); err != nil {
			return nil, err
		}
	}
	return page.Create(c.ctx, c.tx, c.actor, page.New{Kind: kind, Space: s, ParentID: parent, Title: text(in.Title), Draft: true})
}

func (h *handler) uiPutDraft(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[uiDraftInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (out uiDraft, err error) {
		if err := c.signedIn(); err != nil {
			return out, err
		}
		var p *content.Content
		if r.PathValue("id") == "new" {
			p, err = c.newDraft(in)
		} else if p, err = c.see("id", content.Page, content.BlogPost); err == nil {
			err = c.v.MustEdit(p)
		}
		if err != nil {
			return out, err
		}
		d, err := c.saveDraft(p, in.Base, in.Title, in.Body)
		if err != nil {
			return out, err
		}
		return c.draft(d, p), nil
	})
}

// saveDraft keeps what is given of a draft; what is not stays, or is the published text.
func (c *call) saveDraft(p *content.Content, base *int64, title *string, body json.RawMessage) (*draft.Draft, error) {
	d, err := draft.Get(c.ctx, c.tx, p.ID, c.actor)
	if err != nil {
		return nil, err
	}
	if d == nil {
		v, err := content.VersionOf(c.ctx, c.tx, p.ID, p.Version)
		if err != nil {
			return nil, err
		}
		d = &draft.Draft{ContentID: p.ID, Account: c.actor, Base: p.Version, Title: p.Title, Body: v.Body}
		if p.Status == content.Draft {
			d.Base = 0
		}
	}
	if base != nil && p.Status != content.Draft {
		if *base < 1 || *base > p.Version {
			return nil, fault.Invalid("baseVersion", "The page has no version %d.", *base)
		}
		d.Base = *base
	}
	if title != nil {
		if d.Title = *title; len([]rune(d.Title)) > page.MaxTitle {
			return nil, fault.Invalid("title", "The title is longer than %d characters.", page.MaxTitle)
		}
	}
	if given(body) {
		doc, err := document(body)
		if err != nil {
			return nil, err
		}
		d.Body = string(doc.JSON())
	}
	return d, draft.Put(c.ctx, c.tx, d)
}

func (h *handler) uiDrafts(w http.ResponseWriter, r *http.Request) error {
	n, err := limit(r, 50, 200)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (any, error) {
		out, err := c.drafts(n)
		return map[string]any{"drafts": out}, err
	})
}

func (c *call) drafts(n int) ([]uiDraft, error) {
	out := []uiDraft{}
	if c.actor == "" {
		return out, nil
	}
	found, err := draft.By(c.ctx, c.tx, c.actor, n)
	if err != nil {
		return nil, err
	}
	for _, d := range found {
		if p, err := c.v.See(c.ctx, c.tx, d.ContentID); err == nil {
			out = append(out, c.draft(d, p))
		}
	}
	return out, nil
}

func (h *handler) uiGetDraft(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (out uiDraft, err error) {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return out, err
		}
		d, err := draft.Get(c.ctx, c.tx, p.ID, c.actor)
		if err == nil && d == nil {
			return out, fault.NotFound("You have no draft of this page.")
		}
		if err != nil {
			return out, err
		}
		return c.draft(d, p), nil
	})
}

// uiDropDraft discards a draft, and with it a page that was never published.
func (h *handler) uiDropDraft(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return err
		}
		if p.Status == content.Draft {
			return page.Purge(c.ctx, c.tx, p)
		}
		return draft.Drop(c.ctx, c.tx, p.ID, c.actor)
	})
}

type uiPublished struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
	URL     string `json:"url"`
}

// uiPublish publishes the asker's draft. When somebody else has published since, nothing is overwritten: the answer is 409 with both texts, and the
// asker's stays as their draft.
func (h *handler) uiPublish(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[uiPublishInput](r)
	if err != nil {
		return err
	}
	var done uiPublished
	var conflict *uiConflict
	err = h.with(r, volumeWrite, func(c *call) error {
		done, conflict, err = c.publish(in)
		return err
	})
	if err != nil {
		return err
	}
	if conflict != nil {
		return httpkit.JSON(w, http.StatusConflict, conflict)
	}
	return httpkit.JSON(w, http.StatusOK, done)
}

func (c *call) publish(in uiPublishInput) (done uiPublished, conflict *uiConflict, err error) {
	if err := c.signedIn(); err != nil {
		return done, nil, err
	}
	p, err := c.see("id", content.Page, content.BlogPost)
	if err != nil {
		return done, nil, err
	}
	if err := c.v.MustEdit(p); err != nil {
		return done, nil, err
	}
	base := &in.Base
	if in.Base == 0 {
		base = nil
	}
	d, err := c.saveDraft(p, base, in.Title, in.Body)
	if err != nil {
		return done, nil, err
	}
	if d.Base != 0 && d.Base != p.Version && !in.Force {
		theirs, err := c.version(p.ID, p.Version, true)
		if err != nil {
			return done, nil, err
		}
		mine := c.draft(d, p)
		return done, &uiConflict{Title: "Conflict", Status: http.StatusConflict, Detail: "Somebody else has published this page since you started. Your text is kept as your draft.", Theirs: &theirs, Mine: &mine, Version: p.Version}, nil
	}
	doc, err := adf.Parse([]byte(d.Body))
	if err != nil {
		return done, nil, err
	}
	if err := page.Update(c.ctx, c.tx, c.actor, p, page.Edit{Title: &d.Title, Body: doc, Message: in.Message, Minor: in.Minor, Publish: true}); err != nil {
		return done, nil, err
	}
	if err := draft.Drop(c.ctx, c.tx, p.ID, c.actor); err != nil {
		return done, nil, err
	}
	return uiPublished{itoa(p.ID), p.Version, "/wiki" + link.WebUI(c.v.Spaces.Get(p.SpaceID), p)}, nil, nil
}
