package rest

import (
	"encoding/json"
	"net/http"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/attachment"
	"holdfast.dev/internal/product/wiki/comment"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/page"
)

// v1DeleteTree trashes a page with everything below it. The vendor does it later and gives a task; here it is done when the answer comes.
func (h *handler) v1DeleteTree(w http.ResponseWriter, r *http.Request) error {
	return writeStatus(h, w, r, http.StatusAccepted, func(c *call) (object, error) {
		x, err := c.see("id", content.Page)
		if err != nil {
			return nil, err
		}
		return object{"ari": "", "id": "done-" + itoa(x.ID), "links": object{"status": "/rest/api/longtask/done-" + itoa(x.ID)}}, c.trash(x, true)
	})
}

var kindsOfPath = map[string]string{"page": content.Page, "comment": content.Comment, "attachment": content.Attachment}

func (h *handler) v1Children(w http.ResponseWriter, r *http.Request) error {
	return h.below(w, r, r.PathValue("type"), false)
}

func (h *handler) v1Descendants(w http.ResponseWriter, r *http.Request) error {
	return h.below(w, r, r.PathValue("type"), true)
}

// below lists children or descendants of one kind.
func (h *handler) below(w http.ResponseWriter, r *http.Request, word string, deep bool) error {
	kind, ok := kindsOfPath[word]
	if !ok {
		return fault.NotFound("There are no children of the type '%.40s'.", word)
	}
	e, err := expansions(r, "content", "")
	if err != nil {
		return err
	}
	start, n, err := window(r, 25, 200)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		q := c.childQuery(x, kind, deep || kind == content.Comment && strings.Contains(r.URL.Query().Get("depth"), "all"))
		order := map[string]string{"position": "c.position", "created": "c.created_us", "id": "c.id"}[q.Sort]
		if q.Condition == "" {
			q.Condition = "1 = 1"
		}
		if name := r.URL.Query().Get("filename"); name != "" && kind == content.Attachment {
			q.Condition, q.Args = "c.title = ?", []any{name}
		}
		if t := r.URL.Query().Get("mediaType"); t != "" && kind == content.Attachment {
			q.Condition += " AND c.id IN (SELECT f.content_id FROM wiki_file f WHERE f.version = c.version AND f.mime = ?)"
			q.Args = append(q.Args, t)
		}
		if places := httpkit.ListParam(r, "location"); len(places) == 1 && kind == content.Comment && (places[0] == comment.Footer || places[0] == comment.Inline) {
			q.Condition += " AND c.id IN (SELECT p.content_id FROM wiki_comment p WHERE p.location = ?)"
			q.Args = append(q.Args, places[0])
		}
		return c.rawV1(q, []string{order, "c.id"}, e, start, n)
	})
}

func (h *handler) v1AllChildren(w http.ResponseWriter, r *http.Request) error {
	return h.allBelow(w, r, "children", false)
}

func (h *handler) v1AllDescendants(w http.ResponseWriter, r *http.Request) error {
	return h.allBelow(w, r, "descendants", true)
}

func (h *handler) allBelow(w http.ResponseWriter, r *http.Request, kind string, deep bool) error {
	e, err := expansions(r, kind, "")
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		return c.childrenOfV1(x, e, deep, 25)
	})
}

func (h *handler) v1Move(w http.ResponseWriter, r *http.Request) error {
	return write(h, w, r, func(c *call) (object, error) {
		p, err := c.see("pageId", content.Page)
		if err != nil {
			return nil, err
		}
		target, err := c.see("targetId", content.Page)
		if err != nil {
			return nil, err
		}
		return object{"pageId": itoa(p.ID)}, c.move(p, c.v.Spaces.Get(target.SpaceID), target, page.Where(r.PathValue("position")))
	})
}

type v1CopyInput struct {
	CopyAttachments bool    `json:"copyAttachments"`
	CopyLabels      bool    `json:"copyLabels"`
	Title           *string `json:"pageTitle"`
	Destination     struct {
		Type  string `json:"type"`
		Value ident  `json:"value"`
	} `json:"destination"`
	Body map[string]json.RawMessage `json:"body"`
}

func (h *handler) v1Copy(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v1CopyInput](r)
	if err != nil {
		return err
	}
	e, err := expansions(r, "content", "history,space,version")
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (object, error) {
		p, err := c.see("id", content.Page)
		if err != nil {
			return nil, err
		}
		how := page.Copy{Title: text(in.Title), Labels: in.CopyLabels, Files: in.CopyAttachments}
		switch in.Destination.Type {
		case "space":
			if how.Space, err = c.spaceOf(string(in.Destination.Value)); err != nil {
				return nil, err
			}
		case "parent_page", "parent_content":
			id, err := parseID(string(in.Destination.Value))
			if err != nil {
				return nil, err
			}
			parent, err := c.seeID(id, content.Page)
			if err != nil {
				return nil, err
			}
			how.Space, how.ParentID = c.v.Spaces.Get(parent.SpaceID), parent.ID
		default:
			return nil, fault.Bad("The destination '%.40s' is neither space nor parent_page.", in.Destination.Type)
		}
		made, err := c.copy(p, how)
		if err != nil {
			return nil, err
		}
		body := v1ContentInput{Body: in.Body}
		if doc, err := body.document(c); err != nil {
			return nil, err
		} else if doc != nil {
			if err := page.Update(c.ctx, c.tx, c.actor, made, page.Edit{Body: doc}); err != nil {
				return nil, err
			}
		}
		return c.contentV1(made, e)
	})
}

func (h *handler) v1History(w http.ResponseWriter, r *http.Request) error {
	e, err := expansions(r, "history", "lastUpdated,previousVersion,contributors")
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		return c.historyV1(x, x.Version, e)
	})
}

func (h *handler) v1Versions(w http.ResponseWriter, r *http.Request) error {
	e, err := expansions(r, "version", "")
	if err != nil {
		return err
	}
	start, n, err := window(r, 25, 200)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		out := []object{}
		first := x.Version - int64(start)
		for k := first; k > 0 && k > first-int64(n); k-- {
			head, err := c.head(x, k)
			if err != nil {
				return nil, err
			}
			wire, err := c.versionV1(x, head, e)
			if err != nil {
				return nil, err
			}
			out = append(out, wire)
		}
		return c.v1List(out, len(out), start, n, first-int64(n) > 0), nil
	})
}

func (h *handler) v1Version(w http.ResponseWriter, r *http.Request) error {
	e, err := expansions(r, "version", "content")
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		n, err := number("version", r.PathValue("versionNumber"))
		if err != nil {
			return nil, err
		}
		head, err := c.head(x, n)
		if err != nil {
			return nil, err
		}
		return c.versionV1(x, head, e)
	})
}

type v1RestoreInput struct {
	Key    string `json:"operationKey"`
	Params struct {
		Number    int64  `json:"versionNumber"`
		Message   string `json:"message"`
		WithTitle bool   `json:"restoreTitle"`
	} `json:"params"`
}

func (h *handler) v1RestoreVersion(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v1RestoreInput](r)
	if err != nil {
		return err
	}
	if in.Key != "restore" {
		return fault.Bad("The operation '%.30s' is not restore.", in.Key)
	}
	e, err := expansions(r, "version", "content")
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return nil, err
		}
		if err := c.v.MustEdit(x); err != nil {
			return nil, err
		}
		if err := page.RestoreVersion(c.ctx, c.tx, c.actor, x, in.Params.Number, in.Params.Message, in.Params.WithTitle); err != nil {
			return nil, err
		}
		head, err := content.VersionHead(c.ctx, c.tx, x.ID, x.Version)
		if err != nil {
			return nil, err
		}
		return c.versionV1(x, head, e)
	})
}

func (h *handler) v1Download(w http.ResponseWriter, r *http.Request) error {
	return h.download(w, r, func(c *call) (*attachment.Attachment, error) {
		row, err := c.see("attachmentId", content.Attachment)
		if err != nil {
			return nil, err
		}
		return attachment.With(c.ctx, c.tx, row)
	}, false)
}
