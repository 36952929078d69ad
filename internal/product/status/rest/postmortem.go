package rest

import (
	"net/http"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/status/component"
	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/manage"
	"holdfast.dev/internal/product/status/public"
)

// postOut is a postmortem.
type postOut struct {
	PreviewKey   *string      `json:"preview_key"`
	Body         public.Text  `json:"body"`
	BodyUpdated  public.Stamp `json:"body_updated_at"`
	Draft        public.Text  `json:"body_draft"`
	DraftUpdated public.Stamp `json:"body_draft_updated_at"`
	Published    public.Stamp `json:"published_at"`
	Notify       bool         `json:"notify_subscribers"`
	NotifyTweet  bool         `json:"notify_twitter"`
	Tweet        *string      `json:"custom_tweet"`
	CreatedAt    public.Stamp `json:"created_at"`
	UpdatedAt    public.Stamp `json:"updated_at"`
}

func (h *handler) onePost(w http.ResponseWriter, r *http.Request, run func(*http.Request, func(*call) error) error, fn func(c *call) (*incident.Incident, error)) error {
	var out postOut
	err := run(r, func(c *call) error {
		i, err := fn(c)
		if err != nil {
			return err
		}
		p := i.Post
		if p.Draft == "" && p.Body == "" {
			return fault.NotFound("This incident has no postmortem.")
		}
		zone := c.page.Location()
		out = postOut{Body: public.Text(p.Body), BodyUpdated: public.In(zone, p.BodyUpdated), Draft: public.Text(p.Draft), DraftUpdated: public.In(zone, p.DraftUpdated),
			Published: public.In(zone, p.Published), Notify: p.NotifiedPeople, CreatedAt: public.In(zone, p.DraftUpdated), UpdatedAt: public.In(zone, i.Updated)}
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (h *handler) getPostmortem(w http.ResponseWriter, r *http.Request) error {
	return h.onePost(w, r, h.read, func(c *call) (*incident.Incident, error) {
		return incident.Get(c.ctx, c.tx, c.page.ID, r.PathValue("incident"))
	})
}

func (h *handler) putPostmortem(w http.ResponseWriter, r *http.Request) error {
	in, err := body[struct {
		Draft string `json:"body_draft"`
	}](r, "postmortem")
	if err != nil {
		return err
	}
	if in.Draft == "" {
		return fault.Invalid("body_draft", "Body draft can't be blank")
	}
	return h.onePost(w, r, h.write, func(c *call) (*incident.Incident, error) {
		return manage.DraftPostmortem(c.ctx, c.tx, c.page, r.PathValue("incident"), in.Draft)
	})
}

func (h *handler) publishPostmortem(w http.ResponseWriter, r *http.Request) error {
	in, err := body[struct {
		Notify bool `json:"notify_subscribers"`
	}](r, "postmortem")
	if err != nil {
		return err
	}
	return h.onePost(w, r, h.write, func(c *call) (*incident.Incident, error) {
		return manage.PublishPostmortem(c.ctx, c.tx, c.page, r.PathValue("incident"), in.Notify)
	})
}

func (h *handler) revertPostmortem(w http.ResponseWriter, r *http.Request) error {
	return h.onePost(w, r, h.write, func(c *call) (*incident.Incident, error) {
		return manage.RevertPostmortem(c.ctx, c.tx, c.page, r.PathValue("incident"))
	})
}

func (h *handler) deletePostmortem(w http.ResponseWriter, r *http.Request) error {
	err := h.write(r, func(c *call) error { return manage.DeletePostmortem(c.ctx, c.tx, c.page, r.PathValue("incident")) })
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

// templateOut is an incident template as the manage API writes it.
type templateOut struct {
	ID           string                 `json:"id"`
	Components   []public.ComponentJSON `json:"components"`
	Name         string                 `json:"name"`
	Title        string                 `json:"title"`
	Body         string                 `json:"body"`
	GroupID      public.Text            `json:"group_id"`
	UpdateStatus public.Text            `json:"update_status"`
	Tweet        bool                   `json:"should_tweet"`
	Notify       bool                   `json:"should_send_notifications"`
}

func templateJSON(zone *time.Location, t *incident.Template, all []*component.Component) templateOut {
	out := templateOut{t.ID, []public.ComponentJSON{}, t.Name, t.Title, t.Body, public.Text(t.GroupID), public.Text(t.UpdateStatus), false, t.Notify}
	for _, id := range t.ComponentIDs {
		for _, c := range all {
			if c.ID == id {
				out.Components = append(out.Components, public.Component(zone, c, all))
			}
		}
	}
	return out
}

func (h *handler) listTemplates(w http.ResponseWriter, r *http.Request) error {
	limit, offset, err := paging(r, "per_page", 100)
	if err != nil {
		return err
	}
	out := []templateOut{}
	err = h.read(r, func(c *call) error {
		list, err := incident.Templates(c.ctx, c.tx, c.page.ID, limit, offset)
		if err != nil {
			return err
		}
		all, err := component.All(c.ctx, c.tx, c.page.ID)
		for _, t := range list {
			out = append(out, templateJSON(c.page.Location(), t, all))
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (h *handler) createTemplate(w http.ResponseWriter, r *http.Request) error {
	in, err := body[struct {
		Name         string          `json:"name"`
		Title        string          `json:"title"`
		Body         string          `json:"body"`
		GroupID      string          `json:"group_id"`
		UpdateStatus incident.Status `json:"update_status"`
		Notify       bool            `json:"should_send_notifications"`
		ComponentIDs []string        `json:"component_ids"`
	}](r, "template")
	if err != nil {
		return err
	}
	var out templateOut
	err = h.write(r, func(c *call) error {
		t := &incident.Template{PageID: c.page.ID, Name: in.Name, Title: in.Title, Body: in.Body, GroupID: in.GroupID, UpdateStatus: in.UpdateStatus, Notify: in.Notify, ComponentIDs: in.ComponentIDs}
		if err := incident.SaveTemplate(c.ctx, c.tx, t); err != nil {
			return err
		}
		all, err := component.All(c.ctx, c.tx, c.page.ID)
		out = templateJSON(c.page.Location(), t, all)
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusCreated, out)
}
