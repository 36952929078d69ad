package rest

import (
	"encoding/json"
	"net/http"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/label"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/restriction"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/product/wiki/template"
	"holdfast.dev/internal/richtext/adf"
)

var volumeRead = (*volume.Volume).Read

type labelsInput struct {
	Labels []string `json:"labels"`
}

func (h *handler) uiPutLabels(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[labelsInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (any, error) {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return nil, err
		}
		if err := c.v.MustEdit(p); err != nil {
			return nil, err
		}
		have, err := label.Of(c.ctx, c.tx, p.ID, c.actor)
		if err != nil {
			return nil, err
		}
		want := map[string]label.Label{}
		for _, s := range in.Labels {
			l, err := label.Parse(c.actor, s)
			if err != nil {
				return nil, err
			}
			want[l.String()] = l
		}
		for _, l := range have {
			if _, stays := want[l.String()]; stays {
				delete(want, l.String())
			} else if err := label.Remove(c.ctx, c.tx, p.ID, l); err != nil {
				return nil, err
			}
		}
		for _, s := range in.Labels {
			l, err := label.Parse(c.actor, s)
			if err != nil {
				return nil, err
			}
			if _, missing := want[l.String()]; missing {
				if _, err := label.Add(c.ctx, c.tx, c.actor, p.ID, l); err != nil {
					return nil, err
				}
			}
		}
		now, err := label.Of(c.ctx, c.tx, p.ID, c.actor)
		return map[string]any{"labels": wireLabels(now)}, err
	})
}

func (h *handler) uiLabels(w http.ResponseWriter, r *http.Request) error {
	n, err := limit(r, 20, 100)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (any, error) {
		found, err := label.Like(c.ctx, c.tx, c.v.Where("c"), r.URL.Query().Get("prefix"), c.actor, n)
		return map[string]any{"labels": wireLabels(found)}, err
	})
}

func (h *handler) uiGetRestrictions(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (out uiRestricted, err error) {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return out, err
		}
		return c.restrictions(p)
	})
}

type restrictionsInput struct {
	Read   []uiSubject `json:"read"`
	Update []uiSubject `json:"update"`
}

func (h *handler) uiPutRestrictions(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[restrictionsInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (out uiRestricted, err error) {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return out, err
		}
		want := map[string][]restriction.Subject{}
		for op, list := range map[string][]uiSubject{restriction.Read: in.Read, restriction.Update: in.Update} {
			for _, s := range list {
				want[op] = append(want[op], restriction.Subject{Type: s.Type, Name: s.Name})
			}
		}
		for _, op := range []string{restriction.Read, restriction.Update} {
			if err := h.restrict(c, p, op, want[op]); err != nil {
				return out, err
			}
		}
		return c.freshRestrictions(p)
	})
}

// freshRestrictions gives a page's own restrictions as this transaction has written them.
func (c *call) freshRestrictions(p *content.Content) (uiRestricted, error) {
	own, err := restriction.Of(c.ctx, c.tx, p.ID)
	return uiRestricted{Read: c.subjects(own[restriction.Read]), Update: c.subjects(own[restriction.Update]), Inherited: []uiInherited{}}, err
}

// restrict sets who may do an operation. Nobody can lock themselves out: who restricts is among those who may.
func (h *handler) restrict(c *call, p *content.Content, operation string, subjects []restriction.Subject) error {
	if err := c.mayRestrict(p); err != nil {
		return err
	}
	mine := len(subjects) == 0
	for i, s := range subjects {
		switch s.Type {
		case "user":
			if _, ok := c.people[s.Name]; !ok {
				return fault.NotFound("There is no account '%.80s'.", s.Name)
			}
			mine = mine || s.Name == c.actor
		case "group":
			members, err := h.Directory(c.ctx).Members(c.ctx, s.Name)
			if err != nil {
				return fault.NotFound("There is no group '%.80s'.", s.Name)
			}
			for _, m := range members {
				mine = mine || m == c.actor
			}
		default:
			return fault.Invalid("type", "The type '%.30s' of the %d. subject is neither user nor group.", s.Type, i+1)
		}
	}
	if !mine && c.actor != "" && !c.v.Override {
		subjects = append(subjects, restriction.Subject{Type: "user", Name: c.actor})
	}
	return restriction.Set(c.ctx, c.tx, p, operation, subjects)
}

func (c *call) mayRestrict(p *content.Content) error {
	if err := c.v.MustEdit(p); err != nil {
		return err
	}
	return c.v.Must(c.v.Spaces.Get(p.SpaceID), space.Restrict)
}

func (h *handler) uiTrash(w http.ResponseWriter, r *http.Request) error {
	n, err := limit(r, 50, 200)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (any, error) {
		s, err := c.space("key")
		if err != nil {
			return nil, err
		}
		found, next, err := list.Find(c.ctx, c.tx, c.v, list.Query{Kinds: []string{content.Page, content.BlogPost}, Spaces: []int64{s.ID}, Statuses: []string{content.Trashed}, Sort: "-trashed", After: r.URL.Query().Get("cursor"), Limit: n})
		out := []uiTrash{}
		for _, p := range found {
			at := time.Time{}
			if p.Trashed != nil {
				at = *p.Trashed
			}
			out = append(out, uiTrash{ID: itoa(p.ID), Type: p.Kind, Title: p.Title, By: c.person(p.TrashedBy), Trashed: at})
		}
		return map[string]any{"results": out, "next": next}, err
	})
}

func (h *handler) uiPurge(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return err
		}
		return c.purge(p)
	})
}

// purge removes what is in the trash for good: administrators of the space may.
func (c *call) purge(p *content.Content) error {
	if err := c.v.Must(c.v.Spaces.Get(p.SpaceID), space.Administer); err != nil {
		return err
	}
	return page.Purge(c.ctx, c.tx, p)
}

func (c *call) uiTemplate(t *template.Template, body bool) (uiTemplate, error) {
	out := uiTemplate{ID: itoa(t.ID), SpaceID: idOrNone(t.SpaceID), Name: t.Name, Description: t.Description, Labels: t.Labels, Updated: t.Updated}
	doc, err := content.Document(t.Body)
	if err != nil {
		return out, err
	}
	out.Variables = template.Variables(doc)
	if body {
		out.Body = json.RawMessage(t.Body)
	}
	return out, nil
}

func (h *handler) uiTemplates(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (any, error) {
		s, err := c.space("key")
		if err != nil {
			return nil, err
		}
		out := []uiTemplate{}
		for _, id := range []int64{s.ID, 0} {
			all, err := template.Of(c.ctx, c.tx, id)
			if err != nil {
				return nil, err
			}
			for _, t := range all {
				u, err := c.uiTemplate(t, false)
				if err != nil {
					return nil, err
				}
				out = append(out, u)
			}
		}
		return map[string]any{"templates": out}, nil
	})
}

// template gives the template that the path names, of the site or of a space that the asker sees.
func (c *call) template(name string) (*template.Template, error) {
	id, err := c.id(name)
	if err != nil {
		return nil, err
	}
	t, err := template.Get(c.ctx, c.tx, id)
	if err == nil && t.SpaceID != 0 && !c.v.SeesSpace(c.v.Spaces.Get(t.SpaceID)) {
		return nil, fault.NotFound("There is no template %d.", id)
	}
	return t, err
}

// mayTemplate refuses who may not change the templates of a space, or of the site for 0.
func (c *call) mayTemplate(spaceID int64) error {
	if spaceID == 0 {
		if c.isAdmin() {
			return nil
		}
		return fault.Forbidden("Templates of the site are for its administrators to change.")
	}
	return c.v.Must(c.v.Spaces.Get(spaceID), space.Administer)
}

func (h *handler) uiGetTemplate(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (out uiTemplate, err error) {
		t, err := c.template("id")
		if err != nil {
			return out, err
		}
		return c.uiTemplate(t, true)
	})
}

type templateInput struct {
	SpaceID     string          `json:"spaceId"`
	Name        *string         `json:"name"`
	Description *string         `json:"description"`
	Body        json.RawMessage `json:"body"`
	Labels      []string        `json:"labels"`
}

// saveTemplate puts what is given into a template and writes it.
func (c *call) saveTemplate(t *template.Template, in templateInput) (out uiTemplate, err error) {
	if err := c.mayTemplate(t.SpaceID); err != nil {
		return out, err
	}
	if in.Name != nil {
		t.Name = *in.Name
	}
	if in.Description != nil {
		t.Description = *in.Description
	}
	if in.Labels != nil {
		t.Labels = in.Labels
	}
	if given(in.Body) {
		doc, err := document(in.Body)
		if err != nil {
			return out, err
		}
		t.Body = string(doc.JSON())
	}
	if t.Body == "" {
		t.Body = string(adf.Doc().JSON())
	}
	if err := template.Save(c.ctx, c.tx, t); err != nil {
		return out, err
	}
	return c.uiTemplate(t, true)
}

func (h *handler) uiPostTemplate(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[templateInput](r)
	if err != nil {
		return err
	}
	return writeStatus(h, w, r, http.StatusCreated, func(c *call) (out uiTemplate, err error) {
		t := &template.Template{Author: c.actor}
		if in.SpaceID != "" {
			s, err := c.spaceOf(in.SpaceID)
			if err != nil {
				return out, err
			}
			t.SpaceID = s.ID
		}
		return c.saveTemplate(t, in)
	})
}

func (h *handler) uiPutTemplate(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[templateInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (out uiTemplate, err error) {
		t, err := c.template("id")
		if err != nil {
			return out, err
		}
		return c.saveTemplate(t, in)
	})
}

func (h *handler) uiDeleteTemplate(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		t, err := c.template("id")
		if err != nil {
			return err
		}
		if err := c.mayTemplate(t.SpaceID); err != nil {
			return err
		}
		return template.Delete(c.ctx, c.tx, t.ID)
	})
}

type useInput struct {
	Variables map[string]string `json:"variables"`
}

func (h *handler) uiUseTemplate(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[useInput](r)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (any, error) {
		t, err := c.template("id")
		if err != nil {
			return nil, err
		}
		doc, err := content.Document(t.Body)
		if err != nil {
			return nil, err
		}
		values := map[string]string{"date": c.tx.Now().In(c.zone).Format(time.DateOnly), "me": c.name(c.actor)}
		for k, v := range in.Variables {
			values[k] = v
		}
		template.Fill(doc, values)
		return map[string]any{"title": template.FillText(t.Name, values), "body": json.RawMessage(doc.JSON()), "labels": t.Labels}, nil
	})
}
