package rest

import (
	"encoding/json"
	"net/http"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/product/tracker/issue"
)

// remoteLinkInput is a link to a page elsewhere, as clients send it.
type remoteLinkInput struct {
	GlobalID     string          `json:"globalId"`
	Application  json.RawMessage `json:"application"`
	Relationship string          `json:"relationship"`
	Object       json.RawMessage `json:"object"`
	url          string
}

func decodeRemoteLink(r *http.Request) (in remoteLinkInput, err error) {
	if in, err = httpkit.DecodeLoose[remoteLinkInput](r); err != nil {
		return in, err
	}
	var object struct{ URL, Title string }
	if json.Unmarshal(in.Object, &object) != nil || object.URL == "" || object.Title == "" {
		wrong := map[string]string{}
		if object.URL == "" {
			wrong["url"] = "'url' is required."
		}
		if object.Title == "" {
			wrong["title"] = "'title' is required."
		}
		return in, fault.InvalidFields(wrong)
	}
	if len(in.GlobalID) > 255 {
		return in, fault.Invalid("globalId", "'globalId' must not be longer than 255 characters.")
	}
	if len(in.Application) == 0 {
		in.Application = json.RawMessage("{}")
	}
	in.url = object.URL
	return in, nil
}

var (
	qUpdateRemote = storage.Register("tracker/issue_remote_link.update", `UPDATE issue_remote_link SET relationship = $3, application = $4, object = $5, url = $6 WHERE id = $1 AND issue_id = $2`)
	qDropGlobal   = storage.Register("tracker/issue_remote_link.delete_global", `DELETE FROM issue_remote_link WHERE issue_id = $1 AND global_id = $2`)
)

func (h *handler) putRemoteLink(w http.ResponseWriter, r *http.Request) error {
	in, err := decodeRemoteLink(r)
	if err != nil {
		return err
	}
	err = h.write(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		n, err := c.tx.Exec(c.ctx, qUpdateRemote, pathID(r, "id"), i.ID, in.Relationship, string(in.Application), string(in.Object), in.url)
		if err == nil && n == 0 {
			return fault.NotFound("A remote issue link with id '%.40s' does not exist.", r.PathValue("id"))
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

func (h *handler) deleteRemoteLinkByGlobalID(w http.ResponseWriter, r *http.Request) error {
	global := r.URL.Query().Get("globalId")
	if global == "" {
		return fault.Bad("The query parameter 'globalId' needs to be provided.")
	}
	err := h.write(r, func(c *call) error {
		i, err := c.find(r)
		if err != nil {
			return err
		}
		n, err := c.tx.Exec(c.ctx, qDropGlobal, i.ID, global)
		if err == nil && n == 0 {
			return fault.NotFound("A remote issue link with globalId '%.80s' does not exist.", global)
		}
		if err != nil {
			return err
		}
		return issue.Touch(c.ctx, c.tx, i, &i.RemoteLinks, -1)
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}
