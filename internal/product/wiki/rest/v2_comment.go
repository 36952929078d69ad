package rest

import (
	"net/http"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/comment"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/link"
	"holdfast.dev/internal/product/wiki/list"
)

type v2Comment struct {
	ID         string                `json:"id"`
	Status     string                `json:"status"`
	Title      string                `json:"title"`
	PageID     string                `json:"pageId,omitempty"`
	BlogID     string                `json:"blogPostId,omitempty"`
	ParentID   string                `json:"parentCommentId,omitempty"`
	Version    v2Version             `json:"version"`
	Body       map[string]v2BodyType `json:"body"`
	Resolution string                `json:"resolutionStatus,omitempty"`
	ResolvedBy string                `json:"resolutionLastModifierId,omitempty"`
	ResolvedAt *instant              `json:"resolutionLastModifiedAt,omitempty"`
	Properties any                   `json:"properties,omitempty"`
	Links      map[string]string     `json:"_links"`
}

// locationOf gives the sort of comment that a path is about.
func locationOf(r *http.Request) string {
	if strings.Contains(r.URL.Path, "/inline-comments") {
		return comment.Inline
	}
	return comment.Footer
}

func (c *call) commentV2(x *comment.Comment, format string) (out v2Comment, err error) {
	owner, err := content.Get(c.ctx, c.tx, x.OwnerID)
	if err != nil {
		return out, err
	}
	v, err := content.VersionOf(c.ctx, c.tx, x.ID, x.Version)
	if err != nil {
		return out, err
	}
	out = v2Comment{ID: itoa(x.ID), Status: x.Status, Title: "Re: " + owner.Title, ParentID: idOrNone(x.ParentID), Version: versionV2(v), Links: map[string]string{"webui": link.WebUI(c.v.Spaces.Get(x.SpaceID), x.Content), "base": c.base + "/wiki"}}
	if owner.Kind == content.BlogPost {
		out.BlogID = itoa(owner.ID)
	} else {
		out.PageID = itoa(owner.ID)
	}
	if x.Location == comment.Inline && x.ParentID == 0 {
		out.Resolution = x.Resolution
		out.Properties = map[string]string{"inlineMarkerRef": x.Marker, "inlineOriginalSelection": x.Anchor}
		if x.Part.Resolved != nil {
			at := instant(*x.Part.Resolved)
			out.ResolvedBy, out.ResolvedAt = x.ResolvedBy, &at
		}
	}
	out.Body, err = c.bodyV2(owner, v.Body, format)
	return out, err
}

// listComments lists comments of a location that fit a query.
func (h *handler) listComments(w http.ResponseWriter, r *http.Request, narrow func(c *call, q *list.Query) error) error {
	format, err := bodyFormat(r)
	if err != nil {
		return err
	}
	sort, err := v2Sort(r, "created", "created-date", "modified-date")
	if err != nil {
		return err
	}
	statuses, err := v2Statuses(r, content.Current)
	if err != nil {
		return err
	}
	return h.listV2(w, r, 25, func(c *call, n int, cursor string) (any, string, error) {
		q := list.Query{Kinds: []string{content.Comment}, Statuses: statuses, Sort: sort, After: cursor, Limit: n,
			Condition: "c.id IN (SELECT p.content_id FROM wiki_comment p WHERE p.location = ?)", Args: []any{locationOf(r)}}
		if err := narrow(c, &q); err != nil {
			return nil, "", err
		}
		rows, next, err := list.Find(c.ctx, c.tx, c.v, q)
		if err != nil {
			return nil, "", err
		}
		all, err := comment.With(c.ctx, c.tx, rows)
		if err != nil {
			return nil, "", err
		}
		out := []v2Comment{}
		for _, x := range all {
			wire, err := c.commentV2(x, format)
			if err != nil {
				return nil, "", err
			}
			out = append(out, wire)
		}
		return out, next, nil
	})
}

// topOf narrows to the first comments of threads on the page or post of the path.
func (c *call) topOf(q *list.Query) error {
	p, err := c.see("id", kindOf(c.r))
	if err != nil {
		return err
	}
	q.Owner = p.ID
	q.Condition += " AND c.parent_id = 0"
	if s := httpkit.ListParam(c.r, "resolution-status"); len(s) > 0 {
		q.Condition += " AND c.id IN (SELECT p.content_id FROM wiki_comment p WHERE p.resolution IN (?" + strings.Repeat(", ?", len(s)-1) + "))"
		for _, x := range s {
			q.Args = append(q.Args, x)
		}
	}
	return nil
}

func (h *handler) v2FooterComments(w http.ResponseWriter, r *http.Request) error {
	return h.listComments(w, r, (*call).topOf)
}

func (h *handler) v2InlineComments(w http.ResponseWriter, r *http.Request) error {
	return h.listComments(w, r, (*call).topOf)
}

func (h *handler) v2AllComments(w http.ResponseWriter, r *http.Request) error {
	return h.listComments(w, r, func(*call, *list.Query) error { return nil })
}

func (h *handler) v2Replies(w http.ResponseWriter, r *http.Request) error {
	return h.listComments(w, r, func(c *call, q *list.Query) error {
		x, err := c.see("id", content.Comment)
		if err == nil {
			q.Parent = x.ID
		}
		return err
	})
}

// seeComment gives the comment that the path names, when it is of the sort that the path is about.
func (c *call) seeComment(name string) (*comment.Comment, error) {
	row, err := c.see(name, content.Comment)
	if err != nil {
		return nil, err
	}
	x, err := comment.Get(c.ctx, c.tx, row.ID)
	if err == nil && (x.Location != locationOf(c.r) || x.Status == content.Trashed) {
		return nil, content.NotFound(row.ID)
	}
	return x, err
}

func (h *handler) v2Comment(w http.ResponseWriter, r *http.Request) error {
	format, err := bodyFormat(r)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (out v2Comment, err error) {
		x, err := c.seeComment("comment-id")
		if err != nil {
			return out, err
		}
		return c.commentV2(x, format)
	})
}

type v2CommentInput struct {
	PageID   ident        `json:"pageId"`
	BlogID   ident        `json:"blogPostId"`
	ParentID ident        `json:"parentCommentId"`
	Body     *v2BodyInput `json:"body"`
	Inline   *struct {
		Selection string `json:"textSelection"`
		Count     int64  `json:"textSelectionMatchCount"`
		Index     int64  `json:"textSelectionMatchIndex"`
	} `json:"inlineCommentProperties"`
	Version *struct {
		Number  int64  `json:"number"`
		Message string `json:"message"`
	} `json:"version"`
	Resolved *bool `json:"resolved"`
}

func (h *handler) v2CreateComment(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v2CommentInput](r)
	if err != nil {
		return err
	}
	return writeStatus(h, w, r, http.StatusCreated, func(c *call) (out v2Comment, err error) {
		representation, value, ok := in.Body.read()
		if !ok {
			return out, fault.Bad("A comment needs a body.")
		}
		doc, err := c.readBody(representation, value)
		if err != nil {
			return out, err
		}
		parent, err := optionalID("parentCommentId", string(in.ParentID))
		if err != nil {
			return out, err
		}
		ownerID, err := optionalID("pageId", string(in.PageID)+string(in.BlogID))
		if err != nil {
			return out, err
		}
		if parent != 0 {
			above, err := c.seeID(parent, content.Comment)
			if err != nil {
				return out, err
			}
			ownerID = above.OwnerID
		}
		owner, err := c.seeID(ownerID, content.Page, content.BlogPost)
		if err != nil {
			return out, err
		}
		part := comment.Part{Location: locationOf(r)}
		if in.Inline != nil {
			part.Anchor, part.MatchCount, part.MatchIndex = in.Inline.Selection, in.Inline.Count, in.Inline.Index
		}
		x, err := c.addComment(owner, parent, part, doc)
		if err != nil {
			return out, err
		}
		return c.commentV2(x, formatOf(in.Body))
	})
}

func (h *handler) v2UpdateComment(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v2CommentInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (out v2Comment, err error) {
		x, err := c.seeComment("comment-id")
		if err != nil {
			return out, err
		}
		if representation, value, ok := in.Body.read(); ok {
			doc, err := c.readBody(representation, value)
			if err != nil {
				return out, err
			}
			if in.Version == nil || in.Version.Number == 0 {
				return out, fault.Bad("Must supply an incremented version when updating a comment. No version supplied.")
			}
			if err := c.editComment(x, doc, in.Version.Number, in.Version.Message); err != nil {
				return out, err
			}
		}
		if in.Resolved != nil {
			if err := c.resolve(x, *in.Resolved); err != nil {
				return out, err
			}
		}
		return c.commentV2(x, formatOf(in.Body))
	})
}

func (h *handler) v2DeleteComment(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		x, err := c.seeComment("comment-id")
		if err != nil {
			return err
		}
		return c.deleteComment(x.Content)
	})
}
