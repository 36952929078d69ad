// Package link knows the addresses of contents and what references in bodies lead to. A reference to something that the asker may not read leads
// nowhere, as one to something that is not there.
package link

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/product/wiki/viewer"
	"holdfast.dev/internal/richtext/ref"
)

// WebUI gives the path of a content below /wiki.
func WebUI(s *space.Space, c *content.Content) string {
	key := ""
	if s != nil {
		key = url.PathEscape(s.Key)
	}
	switch c.Kind {
	case content.BlogPost:
		return fmt.Sprintf("/spaces/%s/blog/%s/%d/%s", key, c.Created.Format("2006/01/02"), c.ID, slug(c.Title))
	case content.Comment:
		return fmt.Sprintf("/spaces/%s/pages/%d?focusedCommentId=%d", key, c.OwnerID, c.ID)
	case content.Attachment:
		return fmt.Sprintf("/spaces/%s/pages/%d?preview=%s", key, c.OwnerID, url.QueryEscape(fmt.Sprintf("/%d/%d/%s", c.OwnerID, c.ID, c.Title)))
	}
	return fmt.Sprintf("/spaces/%s/pages/%d/%s", key, c.ID, slug(c.Title))
}

func slug(title string) string { return strings.ReplaceAll(url.PathEscape(title), "%20", "+") }

// Space gives the path of a space below /wiki.
func Space(s *space.Space) string { return "/spaces/" + url.PathEscape(s.Key) }

// Download gives the path of an attachment's content below /wiki.
func Download(owner int64, name string, version int64) string {
	return fmt.Sprintf("/download/attachments/%d/%s?version=%d", owner, url.PathEscape(name), version)
}

// Target is what a reference leads to. Path is below /wiki, empty when there is nothing that the asker may read.
type Target struct {
	Path, Title string
	Content     *content.Content
}

// Resolver resolves references of one page.
type Resolver struct {
	ctx   context.Context
	tx    *volume.Tx
	v     *viewer.Viewer
	page  *content.Content // that holds the references; may be nil
	known map[string]Target
	pins  map[string]int64 // nil until a name is looked up
	err   error
}

// NewResolver makes a resolver for the references of a page.
func NewResolver(ctx context.Context, tx *volume.Tx, v *viewer.Viewer, page *content.Content) *Resolver {
	return &Resolver{ctx: ctx, tx: tx, v: v, page: page, known: map[string]Target{}}
}

// Err gives the first error of the storage.
func (r *Resolver) Err() error { return r.err }

// Href resolves an href of a body; ok is false when it is no reference.
func (r *Resolver) Href(href string) (t Target, ok bool) {
	x, ok := ref.Parse(href)
	if !ok {
		return Target{}, false
	}
	if t, ok := r.known[href]; ok {
		return t, true
	}
	t = r.resolve(x)
	r.known[href] = t
	return t, true
}

func (r *Resolver) resolve(x ref.Ref) Target {
	switch x.Kind {
	case ref.Page, ref.Blog:
		if id, err := strconv.ParseInt(x.ID, 10, 64); err == nil { // an import knew which page it is, whatever it is called now
			if c := r.See(id); c != nil {
				return r.to(c, x.Anchor)
			}
		}
		c := r.Named(x.Space, x.Title, x.Kind == ref.Blog)
		if x.Title == "" && x.Space == "" {
			c = r.page
		}
		return r.to(c, x.Anchor)
	case ref.Attachment:
		owner := r.page
		if x.Title != "" {
			owner = r.Named(x.Space, x.Title, x.Owner == ref.Blog)
		}
		if owner == nil {
			return Target{}
		}
		return Target{Path: Download(owner.ID, x.Filename, 0), Title: x.Filename, Content: owner}
	case ref.Space:
		if s := r.v.Spaces.ByKey(x.Space); r.v.SeesSpace(s) {
			return Target{Path: Space(s), Title: s.Name}
		}
	case ref.User:
		if x.Account != "" {
			return Target{Path: "/people/" + url.PathEscape(x.Account), Title: x.Account}
		}
	case ref.Content:
		if id, err := strconv.ParseInt(x.ID, 10, 64); err == nil {
			return r.to(r.See(id), x.Anchor)
		}
	}
	return Target{}
}

func (r *Resolver) to(c *content.Content, anchor string) Target {
	if c == nil {
		return Target{}
	}
	path := WebUI(r.v.Spaces.Get(c.SpaceID), c)
	if anchor != "" {
		path += "#" + url.PathEscape(anchor)
	}
	return Target{path, c.Title, c}
}

// See gives a content that the asker may read, nil for all others.
func (r *Resolver) See(id int64) *content.Content {
	c, err := content.Get(r.ctx, r.tx, id)
	if err != nil || !r.v.Sees(c) || c.Status != content.Current && c.Status != content.Archived {
		return nil
	}
	return c
}

// Named gives a page or blog post by title that the asker may read; no key is the space of the page. nil when there is none.
func (r *Resolver) Named(key, title string, blog bool) *content.Content {
	var s *space.Space
	if key != "" {
		s = r.v.Spaces.ByKey(key)
	} else if r.page != nil {
		s = r.v.Spaces.Get(r.page.SpaceID)
	}
	if s == nil || title == "" {
		return nil
	}
	kind := content.Page
	if blog {
		kind = content.BlogPost
	}
	if id := r.pinned(page.PinName(kind, s.ID, title)); id != 0 {
		if c := r.See(id); c != nil {
			return c
		}
	}
	c, err := page.Titled(r.ctx, r.tx, kind, s.ID, title)
	if err != nil && r.err == nil {
		r.err = err
	}
	if c == nil || !r.v.Sees(c) {
		return nil
	}
	return c
}

// pinned gives what a name meant when the page was published, 0 for nothing.
func (r *Resolver) pinned(name string) int64 {
	if r.page == nil {
		return 0
	}
	if r.pins == nil {
		pins, err := page.Pins(r.ctx, r.tx, r.page.ID)
		if err != nil && r.err == nil {
			r.err = err
		}
		if r.pins = pins; pins == nil {
			r.pins = map[string]int64{}
		}
	}
	return r.pins[name]
}

// Wiki reads what parameters of macros write for a page: "Title" or "KEY:Title".
func (r *Resolver) Wiki(s string) *content.Content {
	s = strings.TrimSpace(s)
	if key, title, ok := strings.Cut(s, ":"); ok && r.v.Spaces.ByKey(key) != nil {
		if c := r.Named(key, title, false); c != nil {
			return c
		}
	}
	if c := r.Named("", s, false); c != nil {
		return c
	}
	return r.Named("", s, true)
}
