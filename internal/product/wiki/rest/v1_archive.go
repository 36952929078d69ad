package rest

import (
	"net/http"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/page"
)

// maxArchived bounds the pages that one request archives, as with the vendor.
const maxArchived = 300

type v1ArchiveInput struct {
	Pages []struct {
		ID ident `json:"id"`
	} `json:"pages"`
}

// v1Archive archives pages, all or none.
func (h *handler) v1Archive(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v1ArchiveInput](r)
	if err != nil {
		return err
	}
	if len(in.Pages) == 0 || len(in.Pages) > maxArchived {
		return fault.Bad("Between 1 and %d pages can be archived at once.", maxArchived)
	}
	return writeStatus(h, w, r, http.StatusAccepted, func(c *call) (object, error) {
		first := ""
		for _, p := range in.Pages {
			id, err := parseID(string(p.ID))
			if err != nil {
				return nil, fault.Bad("'%.40s' is no identifier of a page.", p.ID)
			}
			x, err := c.seeID(id, content.Page)
			if err != nil {
				return nil, fault.Bad("There is no page %d.", id)
			}
			if err := c.mayDelete(x); err != nil {
				return nil, err
			}
			if err := page.Archive(c.ctx, c.tx, x); err != nil {
				return nil, err
			}
			if first == "" {
				first = itoa(x.ID)
			}
		}
		return doneTask(first), nil
	})
}

// doneTask names a task that the vendor does later and that is done when the answer comes.
func doneTask(id string) object {
	return object{"ari": "", "id": "done-" + id, "links": object{"status": "/rest/api/longtask/done-" + id}}
}

// unarchive puts a page back for who may change it.
func (c *call) unarchive(p *content.Content) error {
	if err := c.v.MustEdit(p); err != nil {
		return err
	}
	return page.Unarchive(c.ctx, c.tx, p)
}

func (h *handler) uiArchive(w http.ResponseWriter, r *http.Request) error {
	return h.switched(w, r, func(c *call, on bool) error {
		p, err := c.see("id", content.Page)
		if err != nil {
			return err
		}
		if !on {
			return c.unarchive(p)
		}
		if err := c.mayDelete(p); err != nil {
			return err
		}
		return page.Archive(c.ctx, c.tx, p)
	})
}
