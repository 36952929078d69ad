package rest

import (
	"net/http"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/link"
)

func (h *handler) linkTypeRoutes() []httpkit.Route {
	return []httpkit.Route{
		{Method: "GET", Path: "/issueLinkType", Permission: "BROWSE_PROJECTS", Handler: h.getLinkTypes},
		{Method: "POST", Path: "/issueLinkType", Permission: httpkit.Admin, Handler: h.postLinkType},
		{Method: "GET", Path: "/issueLinkType/{id}", Permission: "BROWSE_PROJECTS", Handler: h.getLinkType},
		{Method: "PUT", Path: "/issueLinkType/{id}", Permission: httpkit.Admin, Handler: h.putLinkType},
		{Method: "DELETE", Path: "/issueLinkType/{id}", Permission: httpkit.Admin, Handler: h.deleteLinkType},
	}
}

func (h *handler) getLinkTypes(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (map[string]any, error) {
		return map[string]any{"issueLinkTypes": each(c.cat.LinkTypes, c.linkType)}, nil
	})
}

func (c *call) linkTypeAt(r *http.Request) (*catalog.LinkType, error) {
	t := c.cat.LinkType(pathID(r, "id"))
	if t == nil {
		return nil, fault.NotFound("No issue link type with id '%.40s' found.", r.PathValue("id"))
	}
	return t, nil
}

func (h *handler) getLinkType(w http.ResponseWriter, r *http.Request) error {
	return single(h, w, r, func(c *call) (out wireLinkType, err error) {
		t, err := c.linkTypeAt(r)
		if err != nil {
			return out, err
		}
		return c.linkType(t), nil
	})
}

type linkTypeInput struct {
	Name    *string `json:"name"`
	Inward  *string `json:"inward"`
	Outward *string `json:"outward"`
}

func (in linkTypeInput) onto(c *call, t *catalog.LinkType) error {
	for _, f := range []struct{ to, from *string }{{&t.Name, in.Name}, {&t.Inward, in.Inward}, {&t.Outward, in.Outward}} {
		if f.from != nil {
			*f.to = strings.TrimSpace(*f.from)
		}
	}
	for _, f := range []struct{ name, value string }{{"name", t.Name}, {"inward", t.Inward}, {"outward", t.Outward}} {
		if f.value == "" || len(f.value) > 255 {
			return fault.Invalid(f.name, "Please specify a %s of at most 255 characters.", f.name)
		}
	}
	for _, other := range c.cat.LinkTypes {
		if other.ID != t.ID && strings.EqualFold(other.Name, t.Name) {
			return fault.Invalid("name", "Another link type with this name already exists.")
		}
	}
	return nil
}

func (h *handler) postLinkType(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[linkTypeInput](r)
	if err != nil {
		return err
	}
	var out wireLinkType
	err = h.write(r, func(c *call) error {
		t := &catalog.LinkType{}
		if err := in.onto(c, t); err != nil {
			return err
		}
		err := link.CreateType(c.ctx, c.tx, t)
		out = c.linkType(t)
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusCreated, out)
}

func (h *handler) putLinkType(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[linkTypeInput](r)
	if err != nil {
		return err
	}
	var out wireLinkType
	err = h.write(r, func(c *call) error {
		old, err := c.linkTypeAt(r)
		if err != nil {
			return err
		}
		t := *old
		if err := in.onto(c, &t); err != nil {
			return err
		}
		out = c.linkType(&t)
		return link.UpdateType(c.ctx, c.tx, &t)
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (h *handler) deleteLinkType(w http.ResponseWriter, r *http.Request) error {
	err := h.write(r, func(c *call) error {
		t, err := c.linkTypeAt(r)
		if err != nil {
			return err
		}
		return link.DeleteType(c.ctx, c.tx, t)
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}
