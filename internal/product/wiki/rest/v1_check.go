package rest

import (
	"net/http"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/product/wiki/viewer"
)

type v1CheckInput struct {
	Subject *struct {
		Type string `json:"type"`
		ID   string `json:"identifier"`
	} `json:"subject"`
	Operation string `json:"operation"`
}

// v1CheckPermission tells whether somebody, or who is in a group and nothing else, may do something with a content. Administrators ask about
// others, everybody about themselves.
func (h *handler) v1CheckPermission(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v1CheckInput](r)
	if err != nil {
		return err
	}
	if in.Subject == nil || in.Subject.ID == "" {
		return fault.Bad("A subject with type and identifier is needed.")
	}
	if in.Operation != "read" && in.Operation != "update" && in.Operation != "delete" {
		return fault.Bad("The operation '%.30s' is none of read, update and delete.", in.Operation)
	}
	return read(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		who := *c
		if in.Subject.Type != "user" || in.Subject.ID != c.actor {
			if !c.isAdmin() {
				return nil, fault.Forbidden("What others may do is for administrators to ask.")
			}
			if err := h.become(&who, in.Subject.Type, in.Subject.ID); err != nil {
				return nil, err
			}
		}
		reason := who.whyNot(x, in.Operation, in.Subject.Type)
		out := object{"hasPermission": reason == "", "_links": object{}}
		if reason != "" {
			out["errors"] = []object{{"translation": reason, "args": []string{}}}
		}
		return out, nil
	})
}

// become makes a call that of a user or of a member of a group.
func (h *handler) become(c *call, kind, id string) (err error) {
	switch kind {
	case "user":
		if id == "anonymous" {
			id = ""
		} else if _, ok := c.people[id]; !ok {
			return fault.Bad("There is no user with the account %.80s.", id)
		}
		var groups []string
		if id != "" {
			if groups, err = h.Directory(c.ctx).Groups(c.ctx, id); err != nil {
				return err
			}
		}
		c.actor = id
		c.v, err = viewer.Of(c.ctx, c.tx, id, groups)
		return err
	case "group":
		if _, err := h.members(c, id); err != nil {
			return fault.Bad("There is no group '%.80s'.", id)
		}
		c.actor = ""
		c.v, err = viewer.Of(c.ctx, c.tx, "", []string{id})
		return err
	}
	return fault.Bad("The type '%.30s' of the subject is neither user nor group.", kind)
}

// whyNot gives the reason why the asker may not do something with a content, empty when they may.
func (c *call) whyNot(x *content.Content, operation, subject string) string {
	name := map[string]string{"user": "User", "group": "Group"}[subject]
	if subject == "user" {
		if c.actor == "" {
			return "Anonymous users are not allowed to use Confluence"
		}
		if !c.people[c.actor].Active {
			return "User is not allowed to use Confluence"
		}
	}
	s := c.v.Spaces.Get(x.SpaceID)
	if !c.v.SeesSpace(s) || !c.v.Can(s, space.View) {
		return name + " does not have permission to the space"
	}
	ok := c.v.Sees(x)
	if ok {
		switch {
		case operation == "update":
			ok = c.mayKeep(x) == nil
		case operation == "delete" && x.Kind == content.Comment:
			ok = c.deletesComment(x) == nil
		case operation == "delete" && x.Kind == content.Attachment:
			ok = c.mayKeep(x) == nil
		case operation == "delete":
			ok = c.mayDelete(x) == nil
		}
	}
	if !ok {
		return name + " does not have permission to the content"
	}
	return ""
}
