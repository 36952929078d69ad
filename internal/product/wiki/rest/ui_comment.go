package rest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/comment"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/product/wiki/watch"
	"holdfast.dev/internal/richtext/adf"
)

func (c *call) uiComment(x *comment.Comment) (uiComment, error) {
	out := uiComment{ID: itoa(x.ID), Location: x.Location, ParentID: idOrNone(x.ParentID), Author: c.person(x.Author), Created: x.Content.Created, Updated: x.Updated, Version: x.Version, Body: json.RawMessage(x.Body),
		Marker: x.Marker, Anchor: x.Anchor, Resolution: x.Resolution, ResolvedBy: c.person(x.ResolvedBy), CanEdit: c.editsComment(x.Content) == nil, CanDelete: c.deletesComment(x.Content) == nil, Replies: []uiComment{}}
	var err error
	out.Likes.Count, out.Likes.Mine, err = watch.CountLikes(c.ctx, c.tx, x.ID, c.actor)
	return out, err
}

// editsComment: what somebody said is changed by nobody else but administrators of the space.
func (c *call) editsComment(x *content.Content) error {
	s := c.v.Spaces.Get(x.SpaceID)
	if x.Author == c.actor && c.actor != "" {
		return c.v.Must(s, space.CreateComment)
	}
	return c.v.Must(s, space.Administer)
}

func (c *call) deletesComment(x *content.Content) error {
	s := c.v.Spaces.Get(x.SpaceID)
	if x.Author == c.actor && c.actor != "" && c.v.Can(s, space.CreateComment) {
		return nil
	}
	return c.v.Must(s, space.DeleteComment)
}

func (h *handler) uiComments(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (any, error) {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return nil, err
		}
		all, err := comment.Of(c.ctx, c.tx, p.ID)
		if err != nil {
			return nil, err
		}
		out, err := c.threads(all, r.URL.Query().Get("location"))
		return map[string]any{"comments": out}, err
	})
}

// threads puts comments into their threads, oldest first.
func (c *call) threads(all []*comment.Comment, location string) ([]uiComment, error) {
	slices.SortFunc(all, func(a, b *comment.Comment) int {
		if d := a.Content.Created.Compare(b.Content.Created); d != 0 {
			return d
		}
		return int(a.ID - b.ID)
	})
	children := map[int64][]*comment.Comment{}
	for _, x := range all {
		if location == "" || x.Location == location {
			children[x.ParentID] = append(children[x.ParentID], x)
		}
	}
	var build func(parent int64, depth int) ([]uiComment, error)
	build = func(parent int64, depth int) ([]uiComment, error) {
		out := []uiComment{}
		if depth > 200 {
			return out, nil
		}
		for _, x := range children[parent] {
			u, err := c.uiComment(x)
			if err != nil {
				return nil, err
			}
			if u.Replies, err = build(x.ID, depth+1); err != nil {
				return nil, err
			}
			out = append(out, u)
		}
		return out, nil
	}
	return build(0, 0)
}

func (h *handler) uiPostComment(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[uiCommentInput](r)
	if err != nil {
		return err
	}
	doc, err := document(in.Body)
	if err != nil {
		return err
	}
	return writeStatus(h, w, r, http.StatusCreated, func(c *call) (out uiComment, err error) {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return out, err
		}
		parent, err := optionalID("parentId", in.ParentID)
		if err != nil {
			return out, err
		}
		part := comment.Part{Location: in.Location, Marker: in.Marker, Anchor: in.Anchor, MatchCount: in.MatchCount, MatchIndex: in.MatchIndex}
		x, err := c.addComment(p, parent, part, doc)
		if err != nil {
			return out, err
		}
		return c.uiComment(x)
	})
}

// addComment puts a comment on a page or under another; an inline one is marked in the body in the same commit.
func (c *call) addComment(p *content.Content, parentID int64, part comment.Part, doc *adf.Node) (*comment.Comment, error) {
	if err := c.v.Must(c.v.Spaces.Get(p.SpaceID), space.CreateComment); err != nil {
		return nil, err
	}
	if p.Status == content.Trashed {
		return nil, fault.Bad("What is in the trash cannot be commented.")
	}
	var parent *comment.Comment
	if parentID != 0 {
		if _, err := c.seeID(parentID, content.Comment); err != nil {
			return nil, err
		}
		var err error
		if parent, err = comment.Get(c.ctx, c.tx, parentID); err != nil {
			return nil, err
		}
	}
	switch part.Location {
	case "", comment.Footer:
		part.Location = comment.Footer
	case comment.Inline:
		if parent == nil {
			if err := c.mark(p, &part); err != nil {
				return nil, err
			}
		}
	default:
		return nil, fault.Invalid("location", "The location '%.30s' is neither footer nor inline.", part.Location)
	}
	return comment.Add(c.ctx, c.tx, c.actor, p, parent, part, doc)
}

// mark gives an inline comment its marker and puts it into the body of the page, in a minor version that stays in the name of the text's author.
func (c *call) mark(p *content.Content, part *comment.Part) error {
	_, body, err := page.Body(c.ctx, c.tx, p)
	if err != nil {
		return err
	}
	if part.Marker != "" && comment.Marked(body, part.Marker) {
		if part.Anchor == "" {
			part.Anchor = comment.MarkedText(body, part.Marker)
		}
		return nil
	}
	if strings.TrimSpace(part.Anchor) == "" {
		return fault.Invalid("anchorText", "An inline comment needs the text that it is about.")
	}
	if part.Marker == "" {
		part.Marker = comment.NewMarker(c.tx.Now())
	}
	count := comment.Annotate(body, part.Marker, part.Anchor, part.MatchIndex)
	if count < 0 {
		return fault.Bad("The text “%.80s” is not on the page, at least not that often: reload the page.", part.Anchor)
	}
	part.MatchCount = int64(count)
	if err := adf.Validate(body); err != nil {
		return fault.Bad("A comment cannot stand on this text.")
	}
	return page.Mark(c.ctx, c.tx, c.actor, p, body)
}

func (h *handler) uiPutComment(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[uiCommentInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (out uiComment, err error) {
		row, err := c.see("id", content.Comment)
		if err != nil {
			return out, err
		}
		x, err := comment.Get(c.ctx, c.tx, row.ID)
		if err != nil {
			return out, err
		}
		if given(in.Body) {
			doc, err := document(in.Body)
			if err != nil {
				return out, err
			}
			if err := c.editComment(x, doc, nextOf(in.Version), ""); err != nil {
				return out, err
			}
		}
		if in.Resolved != nil {
			if err := c.resolve(x, *in.Resolved); err != nil {
				return out, err
			}
		}
		return c.uiComment(x)
	})
}

// nextOf gives the version that follows the one an edit starts from, 0 when it does not say.
func nextOf(version int64) int64 {
	if version == 0 {
		return 0
	}
	return version + 1
}

func (c *call) editComment(x *comment.Comment, doc *adf.Node, version int64, message string) error {
	if err := c.editsComment(x.Content); err != nil {
		return err
	}
	return comment.Edit(c.ctx, c.tx, c.actor, x, version, message, doc)
}

// resolve closes or opens a thread: whoever may comment may.
func (c *call) resolve(x *comment.Comment, resolved bool) error {
	if err := c.v.Must(c.v.Spaces.Get(x.SpaceID), space.CreateComment); err != nil {
		return err
	}
	return comment.Resolve(c.ctx, c.tx, c.actor, x, resolved)
}

func (h *handler) uiDeleteComment(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		x, err := c.see("id", content.Comment)
		if err != nil {
			return err
		}
		return c.deleteComment(x)
	})
}

func (c *call) deleteComment(x *content.Content) error {
	if err := c.deletesComment(x); err != nil {
		return err
	}
	if x.Status == content.Trashed {
		return content.NotFound(x.ID)
	}
	return comment.Delete(c.ctx, c.tx, c.actor, x)
}

func (h *handler) uiLikeComment(w http.ResponseWriter, r *http.Request) error {
	return h.like(w, r, content.Comment)
}

func (h *handler) uiLikePage(w http.ResponseWriter, r *http.Request) error {
	return h.like(w, r, content.Page, content.BlogPost)
}

func (h *handler) like(w http.ResponseWriter, r *http.Request, kinds ...string) error {
	return h.switched(w, r, func(c *call, on bool) error {
		x, err := c.see("id", kinds...)
		if err != nil {
			return err
		}
		return watch.Like(c.ctx, c.tx, x.ID, c.actor, on)
	})
}

func (h *handler) uiWatchPage(w http.ResponseWriter, r *http.Request) error {
	return h.switched(w, r, func(c *call, on bool) error {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return err
		}
		return watch.Set(c.ctx, c.tx, c.actor, watch.Content, watch.ID(p.ID), on)
	})
}

func (h *handler) uiFavourPage(w http.ResponseWriter, r *http.Request) error {
	return h.switched(w, r, func(c *call, on bool) error {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return err
		}
		return watch.Favour(c.ctx, c.tx, c.actor, watch.Content, p.ID, on)
	})
}
