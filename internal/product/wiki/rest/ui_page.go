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
	"holdfast.dev/internal/product/wiki/draft"
	"holdfast.dev/internal/product/wiki/label"
	"holdfast.dev/internal/product/wiki/link"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/property"
	"holdfast.dev/internal/product/wiki/restriction"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/product/wiki/watch"
	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/extract"
)

// The properties in which the vendor's interface keeps how a page looks.
const (
	emojiKey  = "emoji-title-published"
	layoutKey = "content-appearance-published"
)

// unquote reads a property that is a JSON string.
func unquote(raw string) string {
	var s string
	if json.Unmarshal([]byte(raw), &s) != nil {
		return ""
	}
	return s
}

func (h *handler) uiPageView(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (out uiPage, err error) {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return out, err
		}
		return c.pageView(p)
	})
}

// pageView collects everything that a page shows.
func (c *call) pageView(p *content.Content) (out uiPage, err error) {
	s := c.v.Spaces.Get(p.SpaceID)
	v, err := content.VersionOf(c.ctx, c.tx, p.ID, p.Version)
	if err != nil {
		return out, err
	}
	out = uiPage{ID: itoa(p.ID), Type: p.Kind, Status: p.Status, Title: p.Title, ParentID: idOrNone(p.ParentID), Version: p.Version, Message: v.Message, Author: c.person(p.Author), Editor: c.person(p.Editor),
		Created: p.Created, Updated: p.Updated, Body: json.RawMessage(v.Body), Can: c.rights(s, p), Macros: []uiMacro{}, References: []uiReference{}, Breadcrumb: []uiCrumb{}}
	out.Links = uiPageLinks{View: "/wiki" + link.WebUI(s, p), Tiny: "/wiki/x/" + itoa(p.ID)}
	if out.Space, err = c.uiSpace(s); err != nil {
		return out, err
	}
	above, err := page.Ancestors(c.ctx, c.tx, p)
	if err != nil {
		return out, err
	}
	for _, a := range above {
		out.Breadcrumb = append(out.Breadcrumb, uiCrumb{itoa(a.ID), a.Title})
	}
	if err := c.pageBody(&out, p, v.Body); err != nil {
		return out, err
	}
	if err := c.pageCounts(&out, p); err != nil {
		return out, err
	}
	return out, c.pageMine(&out, p)
}

// pageBody works out what the macros and references of the body show.
func (c *call) pageBody(out *uiPage, p *content.Content, body string) error {
	if !strings.Contains(body, `xtension"`) && !strings.Contains(body, "wiki:") {
		return nil
	}
	doc, err := content.Document(body)
	if err != nil {
		return err
	}
	results, err := c.env().Data(p, doc)
	if err != nil {
		return err
	}
	for _, r := range results {
		data, err := json.Marshal(r.Data)
		if err != nil {
			return err
		}
		out.Macros = append(out.Macros, uiMacro{Path: r.Path, Key: r.Key, Error: r.Error, Data: data})
	}
	out.References, err = c.references(p, doc)
	return err
}

// references resolves the hrefs of the scheme "wiki:" in a document.
func (c *call) references(p *content.Content, doc *adf.Node) ([]uiReference, error) {
	links := link.NewResolver(c.ctx, c.tx, c.v, p)
	out := []uiReference{}
	seen := map[string]bool{}
	for _, l := range extract.Links(doc) {
		if seen[l.Href] {
			continue
		}
		seen[l.Href] = true
		if t, is := links.Href(l.Href); is {
			url := ""
			if t.Path != "" {
				url = "/wiki" + t.Path
			}
			out = append(out, uiReference{l.Href, url, t.Title})
		}
	}
	return out, links.Err()
}

func (c *call) pageCounts(out *uiPage, p *content.Content) (err error) {
	if out.Comments.Footer, out.Comments.InlineOpen, out.Comments.InlineDone, err = comment.Counts(c.ctx, c.tx, p.ID); err != nil {
		return err
	}
	labels, err := label.Of(c.ctx, c.tx, p.ID, c.actor)
	if err != nil {
		return err
	}
	out.Labels = wireLabels(labels)
	rows, _, err := list.Find(c.ctx, c.tx, c.v, list.Query{Kinds: []string{content.Attachment}, Statuses: []string{content.Current, content.Draft}, Owner: p.ID, Sort: "-created", Limit: 200})
	if err != nil {
		return err
	}
	files, err := attachment.All(c.ctx, c.tx, rows)
	if err != nil {
		return err
	}
	out.Attachments, out.Media = len(files), []uiMedia{}
	for _, f := range files {
		out.Media = append(out.Media, c.media(f))
	}
	if p.Kind == content.Page {
		children, err := list.CountChildren(c.ctx, c.tx, c.v, []int64{p.ID})
		if err != nil {
			return err
		}
		out.Children = children[p.ID]
	}
	looks, err := property.List(c.ctx, c.tx, p.ID, "", 50)
	if err != nil {
		return err
	}
	for _, l := range looks {
		switch l.Key {
		case emojiKey:
			out.Emoji = unquote(string(l.Value))
		case layoutKey:
			out.FullWidth = unquote(string(l.Value)) == "full-width"
		}
	}
	out.Likes.Count, out.Likes.Mine, err = watch.CountLikes(c.ctx, c.tx, p.ID, c.actor)
	return err
}

// pageMine adds what concerns the asker alone, and who else may see the page.
func (c *call) pageMine(out *uiPage, p *content.Content) (err error) {
	if out.Restricted, err = c.restrictions(p); err != nil || c.actor == "" {
		return err
	}
	if out.Watch.Page, err = watch.Is(c.ctx, c.tx, c.actor, watch.Content, watch.ID(p.ID)); err != nil {
		return err
	}
	out.Watch.Space = out.Space.Watching
	if out.Favourite, err = watch.IsFavourite(c.ctx, c.tx, c.actor, watch.Content, p.ID); err != nil {
		return err
	}
	d, err := draft.Get(c.ctx, c.tx, p.ID, c.actor)
	if d != nil {
		mine := c.draft(d, p)
		out.Draft = &mine
	}
	return err
}

func wireLabels(labels []label.Label) []uiLabel {
	out := []uiLabel{}
	for _, l := range labels {
		out = append(out, uiLabel{itoa(l.ID), l.Prefix, l.Name})
	}
	return out
}

// restrictions gives a page's own restrictions and those above it.
func (c *call) restrictions(p *content.Content) (uiRestricted, error) {
	out := uiRestricted{Read: []uiSubject{}, Update: []uiSubject{}, Inherited: []uiInherited{}}
	if !c.v.Restricted(p) {
		return out, nil
	}
	own, err := restriction.Of(c.ctx, c.tx, p.ID)
	if err != nil {
		return out, err
	}
	out.Read, out.Update = c.subjects(own[restriction.Read]), c.subjects(own[restriction.Update])
	for _, g := range c.v.Guards(p) {
		if g == p.ID {
			continue
		}
		guard, err := content.Get(c.ctx, c.tx, g)
		if err != nil {
			return out, err
		}
		theirs, err := restriction.Of(c.ctx, c.tx, g)
		if err != nil {
			return out, err
		}
		out.Inherited = append(out.Inherited, uiInherited{ID: itoa(g), Title: guard.Title, Read: c.subjects(theirs[restriction.Read])})
	}
	return out, nil
}

func (c *call) subjects(all []restriction.Subject) []uiSubject {
	out := []uiSubject{}
	for _, s := range all {
		u := uiSubject{Type: s.Type, Name: s.Name}
		if s.Type == "user" {
			u.Person = c.person(s.Name)
		}
		out = append(out, u)
	}
	return out
}

func (h *handler) uiByTitle(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (any, error) {
		q := r.URL.Query()
		s, err := c.spaceOf(q.Get("space"))
		if err != nil {
			return nil, err
		}
		p, err := page.Titled(c.ctx, c.tx, content.Page, s.ID, q.Get("title"))
		if err != nil {
			return nil, err
		}
		if p == nil || !c.v.Sees(p) {
			return nil, fault.NotFound("There is no page of this title in the space.")
		}
		return map[string]string{"id": itoa(p.ID)}, nil
	})
}

func (h *handler) uiSeen(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil || c.actor == "" {
			return err
		}
		return watch.Seen(c.ctx, c.tx, c.actor, p.ID)
	})
}

// mayDelete refuses who may not remove a page or post: who lacks the right, or may not change it.
func (c *call) mayDelete(p *content.Content) error {
	s := c.v.Spaces.Get(p.SpaceID)
	if err := c.v.MustEdit(p); err != nil && p.Status != content.Trashed {
		return err
	}
	right := space.DeletePage
	if p.Kind == content.BlogPost {
		right = space.DeleteBlogPost
	}
	if p.Author == c.actor && c.actor != "" && c.v.Can(s, space.DeleteOwn) {
		return nil
	}
	return c.v.Must(s, right)
}

// trash puts a page or post into the trash; with everything, only when the asker may remove each page below.
func (c *call) trash(p *content.Content, everything bool) error {
	if err := c.mayDelete(p); err != nil {
		return err
	}
	if everything && p.Kind == content.Page {
		all, err := list.Count(c.ctx, c.tx, c.v.All(), list.Query{Kinds: []string{content.Page}, Beneath: p.ID})
		if err != nil {
			return err
		}
		below, _, err := list.Find(c.ctx, c.tx, c.v, list.Query{Kinds: []string{content.Page}, Beneath: p.ID, Limit: 100_000})
		if err != nil {
			return err
		}
		if len(below) != all {
			return fault.Forbidden("There are pages below that you may not see: they cannot be deleted by you.")
		}
		for _, b := range below {
			if err := c.mayDelete(b); err != nil {
				return err
			}
		}
	}
	return page.Trash(c.ctx, c.tx, c.actor, p, everything)
}

func (h *handler) uiDeletePage(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return err
		}
		return c.trash(p, httpkit.BoolParam(r, "descendants"))
	})
}

func (h *handler) uiRestore(w http.ResponseWriter, r *http.Request) error {
	return write(h, w, r, func(c *call) (any, error) {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return nil, err
		}
		return map[string]string{"id": itoa(p.ID)}, c.restore(p)
	})
}

func (c *call) restore(p *content.Content) error {
	right := space.CreatePage
	if p.Kind == content.BlogPost {
		right = space.CreateBlogPost
	}
	if err := c.v.Must(c.v.Spaces.Get(p.SpaceID), right); err != nil {
		return err
	}
	return page.Restore(c.ctx, c.tx, p)
}

type copyInput struct {
	Title       string `json:"title"`
	TargetID    string `json:"targetId"` // the new parent; empty for the same one
	SpaceKey    string `json:"spaceKey"` // to the root of another space
	Descendants bool   `json:"descendants"`
}

func (h *handler) uiCopy(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[copyInput](r)
	if err != nil {
		return err
	}
	return writeStatus(h, w, r, http.StatusCreated, func(c *call) (any, error) {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return nil, err
		}
		to, parent := c.v.Spaces.Get(p.SpaceID), p.ParentID
		if in.SpaceKey != "" {
			if to, err = c.spaceOf(in.SpaceKey); err != nil {
				return nil, err
			}
			parent = 0
		}
		if in.TargetID != "" {
			id, err := optionalID("targetId", in.TargetID)
			if err != nil {
				return nil, err
			}
			target, err := c.seeID(id, content.Page)
			if err != nil {
				return nil, err
			}
			to, parent = c.v.Spaces.Get(target.SpaceID), target.ID
		}
		made, err := c.copy(p, page.Copy{Space: to, ParentID: parent, Title: in.Title, Below: in.Descendants, Labels: true, Files: true})
		if err != nil {
			return nil, err
		}
		return map[string]string{"id": itoa(made.ID)}, nil
	})
}

// copy duplicates a page or post for the asker. A title that is not given gets "Copy of" where the old one is taken.
func (c *call) copy(p *content.Content, how page.Copy) (*content.Content, error) {
	right := space.CreatePage
	if p.Kind == content.BlogPost {
		right = space.CreateBlogPost
	}
	if err := c.v.Must(how.Space, right); err != nil {
		return nil, err
	}
	if how.Title == "" && how.Space.ID == p.SpaceID {
		how.Title = "Copy of " + p.Title
	}
	how.May = c.v.Sees
	return page.Duplicate(c.ctx, c.tx, c.actor, p, how)
}

type layoutInput struct {
	Emoji     *string `json:"emoji"`
	FullWidth *bool   `json:"fullWidth"`
}

func (h *handler) uiLayout(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[layoutInput](r)
	if err != nil {
		return err
	}
	return h.change(w, r, func(c *call) error {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return err
		}
		if err := c.v.MustEdit(p); err != nil {
			return err
		}
		set := func(key, value string) error {
			raw, err := json.Marshal(value)
			if err != nil {
				return err
			}
			_, err = property.Put(c.ctx, c.tx, c.actor, p.ID, key, raw)
			return err
		}
		if in.Emoji != nil {
			if len(*in.Emoji) > 64 {
				return fault.Invalid("emoji", "That is no emoji.")
			}
			if err := set(emojiKey, *in.Emoji); err != nil {
				return err
			}
		}
		if in.FullWidth != nil {
			return set(layoutKey, map[bool]string{true: "full-width", false: "default"}[*in.FullWidth])
		}
		return nil
	})
}
