package rest

import (
	"net/http"
	"slices"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/label"
	"holdfast.dev/internal/product/wiki/link"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/property"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/product/wiki/watch"
	"holdfast.dev/internal/richtext/adf"
)

type v2Page struct {
	ID         string                `json:"id"`
	Status     string                `json:"status"`
	Title      string                `json:"title"`
	SpaceID    string                `json:"spaceId"`
	ParentID   *string               `json:"parentId,omitempty"`
	ParentType string                `json:"parentType,omitempty"`
	Position   *int64                `json:"position,omitempty"`
	AuthorID   string                `json:"authorId"`
	OwnerID    string                `json:"ownerId,omitempty"`
	Created    instant               `json:"createdAt"`
	Version    v2Version             `json:"version"`
	Body       map[string]v2BodyType `json:"body"`
	Labels     any                   `json:"labels,omitempty"`
	Properties any                   `json:"properties,omitempty"`
	Operations any                   `json:"operations,omitempty"`
	Likes      any                   `json:"likes,omitempty"`
	Versions   any                   `json:"versions,omitempty"`
	Children   any                   `json:"directChildren,omitempty"`
	Favorited  *bool                 `json:"isFavoritedByCurrentUser,omitempty"`
	Links      map[string]string     `json:"_links"`
}

// pageV2 gives a page or post; format is empty for no body.
func (c *call) pageV2(p *content.Content, format string) (v2Page, error) {
	get := content.VersionHead
	if format != "" {
		get = content.VersionOf
	}
	v, err := get(c.ctx, c.tx, p.ID, p.Version)
	if err != nil {
		return v2Page{}, err
	}
	return c.pageVersionV2(p, v, format)
}

func (c *call) pageVersionV2(p *content.Content, v *content.Version, format string) (out v2Page, err error) {
	out = v2Page{ID: itoa(p.ID), Status: p.Status, Title: p.Title, SpaceID: itoa(p.SpaceID), AuthorID: p.Author, Created: instant(p.Created), Version: versionV2(v), Links: c.linksV2(p)}
	if v.Number != p.Version {
		out.Title, out.Status = v.Title, "historical"
	}
	if p.Kind == content.Page {
		out.OwnerID, out.Position = p.Author, &p.Position
		if p.ParentID != 0 {
			id := itoa(p.ParentID)
			out.ParentID, out.ParentType = &id, "page"
		}
	}
	out.Body, err = c.bodyV2(p, v.Body, format)
	return out, err
}

// linksV2 gives the addresses of a page or post, below base.
func (c *call) linksV2(p *content.Content) map[string]string {
	s := c.v.Spaces.Get(p.SpaceID)
	return map[string]string{"webui": link.WebUI(s, p), "editui": "/pages/resumedraft.action?draftId=" + itoa(p.ID), "tinyui": "/x/" + itoa(p.ID), "base": c.base + "/wiki"}
}

// v2Pages lists pages or blog posts: of the site or of the space in the path.
func (h *handler) v2Pages(w http.ResponseWriter, r *http.Request) error {
	format, err := bodyFormat(r)
	if err != nil {
		return err
	}
	sort, err := v2Sort(r, "id", "id", "created-date", "modified-date", "title")
	if err != nil {
		return err
	}
	statuses, err := v2Statuses(r, content.Current, content.Archived)
	if err != nil {
		return err
	}
	ids, err := v2IDs(r, "id")
	if err != nil {
		return err
	}
	spaces, err := v2IDs(r, "space-id")
	if err != nil {
		return err
	}
	return h.listV2(w, r, 25, func(c *call, n int, cursor string) (any, string, error) {
		q := list.Query{Kinds: []string{kindOf(r)}, Statuses: statuses, IDs: ids, Spaces: spaces, Title: r.URL.Query().Get("title"), Sort: sort, After: cursor, Limit: n}
		if r.PathValue("id") != "" {
			s, err := c.space("id")
			if err != nil {
				return nil, "", err
			}
			q.Spaces = []int64{s.ID}
			if r.URL.Query().Get("depth") == "root" {
				q.RootOf = s.ID
			}
		}
		return c.listPages(q, format)
	})
}

func (c *call) listPages(q list.Query, format string) ([]v2Page, string, error) {
	found, next, err := list.Find(c.ctx, c.tx, c.v, q)
	out := []v2Page{}
	for _, p := range found {
		wire, err := c.pageV2(p, format)
		if err != nil {
			return nil, "", err
		}
		out = append(out, wire)
	}
	return out, next, err
}

// v2Page gives one page or post, an older version of it, or its draft.
func (h *handler) v2Page(w http.ResponseWriter, r *http.Request) error {
	format, err := bodyFormat(r)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (out v2Page, err error) {
		p, err := c.see("id", kindOf(r))
		if err != nil {
			return out, err
		}
		statuses, err := v2Statuses(r, content.Current, content.Archived, content.Trashed, content.Draft)
		if err != nil {
			return out, err
		}
		if !slices.Contains(statuses, p.Status) && !(httpkit.BoolParam(r, "get-draft") || slices.Contains(statuses, "historical")) {
			return out, content.NotFound(p.ID)
		}
		if s := r.URL.Query().Get("version"); s != "" {
			n, err := number("version", s)
			if err != nil {
				return out, err
			}
			v, err := content.VersionOf(c.ctx, c.tx, p.ID, n)
			if err != nil {
				return out, err
			}
			return c.pageVersionV2(p, v, format)
		}
		if out, err = c.pageV2(p, format); err != nil {
			return out, err
		}
		return out, c.includeV2(&out, p)
	})
}

// includeV2 adds what the include- parameters ask for.
func (c *call) includeV2(out *v2Page, p *content.Content) error {
	self := c.r.URL.Path
	if httpkit.BoolParam(c.r, "include-labels") {
		ls, err := label.Of(c.ctx, c.tx, p.ID, c.actor)
		if err != nil {
			return err
		}
		out.Labels = sub(wireLabels(ls), self+"/labels")
	}
	if httpkit.BoolParam(c.r, "include-properties") {
		ps, err := property.List(c.ctx, c.tx, p.ID, "", 50)
		if err != nil {
			return err
		}
		out.Properties = sub(propertiesV2(ps), self+"/properties")
	}
	if httpkit.BoolParam(c.r, "include-operations") {
		out.Operations = sub(c.operations(p), self+"/operations")
	}
	if httpkit.BoolParam(c.r, "include-likes") {
		who, err := watch.Likes(c.ctx, c.tx, p.ID, "", 50)
		if err != nil {
			return err
		}
		out.Likes = sub(likesV2(who), self+"/likes")
	}
	if httpkit.BoolParam(c.r, "include-versions") {
		vs, err := content.Versions(c.ctx, c.tx, p.ID, 0, false, 50)
		if err != nil {
			return err
		}
		all := []v2Version{}
		for _, v := range vs {
			all = append(all, versionV2(v))
		}
		out.Versions = sub(all, self+"/versions")
	}
	if httpkit.BoolParam(c.r, "include-direct-children") {
		found, _, err := list.Find(c.ctx, c.tx, c.v, list.Query{Kinds: []string{content.Page}, Parent: p.ID, Sort: "position", Limit: 50})
		if err != nil {
			return err
		}
		out.Children = sub(childrenV2(found), self+"/direct-children")
	}
	if httpkit.BoolParam(c.r, "include-favorited-by-current-user-status") {
		is, err := watch.IsFavourite(c.ctx, c.tx, c.actor, watch.Content, p.ID)
		if err != nil {
			return err
		}
		out.Favorited = &is
	}
	return nil
}

type v2PageInput struct {
	ID       ident        `json:"id"`
	SpaceID  ident        `json:"spaceId"`
	Status   string       `json:"status"`
	Title    *string      `json:"title"`
	ParentID *ident       `json:"parentId"`
	Body     *v2BodyInput `json:"body"`
	Version  *struct {
		Number  int64  `json:"number"`
		Message string `json:"message"`
	} `json:"version"`
	Subtype   string `json:"subtype"`
	CreatedAt string `json:"createdAt"` // of a blog post: the day under which it stands
}

// posted reads when a blog post says that it was written; zero when it does not say.
func (in *v2PageInput) posted(c *call, kind string) (time.Time, error) {
	if in.CreatedAt == "" || kind != content.BlogPost {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, in.CreatedAt)
	if err != nil {
		return t, fault.Invalid("createdAt", "'%.40s' is no time such as 2026-03-01T09:30:00.000Z.", in.CreatedAt)
	}
	if t.After(c.tx.Now()) || t.Year() < 1 {
		return t, fault.Invalid("createdAt", "A blog post cannot be dated %.40s.", in.CreatedAt)
	}
	return t.UTC(), nil
}

func (in *v2PageInput) body(c *call) (*adf.Node, error) {
	representation, value, ok := in.Body.read()
	if !ok {
		return nil, nil
	}
	return c.readBody(representation, value)
}

func (h *handler) v2CreatePage(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v2PageInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (out v2Page, err error) {
		s := c.v.Spaces.ByKey(string(in.SpaceID))
		if id, err := optionalID("spaceId", string(in.SpaceID)); err == nil && id != 0 {
			s = c.v.Spaces.Get(id)
		}
		if !c.v.SeesSpace(s) {
			return out, fault.NotFound("There is no space %.60s.", in.SpaceID)
		}
		doc, err := in.body(c)
		if err != nil {
			return out, err
		}
		posted, err := in.posted(c, kindOf(r))
		if err != nil {
			return out, err
		}
		p, err := c.create(kindOf(r), s, (*string)(in.ParentID), text(in.Title), in.Status, doc, posted, httpkit.BoolParam(r, "root-level"))
		if err != nil {
			return out, err
		}
		if httpkit.BoolParam(r, "private") {
			if err := h.lockToAuthor(c, p); err != nil {
				return out, err
			}
		}
		return c.pageV2(p, formatOf(in.Body))
	})
}

// formatOf gives the representation in which an answer repeats a body: the one it came in.
func formatOf(b *v2BodyInput) string {
	representation, _, ok := b.read()
	if !ok || !formats[representation] {
		return "storage"
	}
	return representation
}

// create makes a page or post for the asker, of the time posted or, when that is zero, of now. Without a parent a page goes under the home page of the space.
func (c *call) create(kind string, s *space.Space, parent *string, title, status string, doc *adf.Node, posted time.Time, root bool) (*content.Content, error) {
	right := space.CreatePage
	if kind == content.BlogPost {
		right = space.CreateBlogPost
	}
	if err := c.v.Must(s, right); err != nil {
		return nil, err
	}
	switch status {
	case "", content.Current, content.Draft:
	default:
		return nil, fault.Bad("The status '%.30s' is neither current nor draft.", status)
	}
	parentID := int64(0)
	if kind == content.Page && !root {
		parentID = s.HomepageID
		if home, err := content.Get(c.ctx, c.tx, parentID); err != nil || !c.v.Sees(home) || home.Status != content.Current {
			parentID = 0
		}
	}
	if parent != nil && *parent != "" && kind == content.Page {
		id, err := optionalID("parentId", *parent)
		if err != nil {
			return nil, err
		}
		if _, err := c.seeID(id, content.Page); err != nil {
			return nil, fault.NotFound("Parent page view is restricted or parent page does not exist: %d", id)
		}
		parentID = id
	}
	return page.Create(c.ctx, c.tx, c.actor, page.New{Kind: kind, Space: s, ParentID: parentID, Title: title, Body: doc, Draft: status == content.Draft, Created: posted})
}

func (h *handler) v2UpdatePage(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v2PageInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (out v2Page, err error) {
		p, err := c.see("id", kindOf(r))
		if err != nil {
			return out, err
		}
		if in.ID != "" && string(in.ID) != itoa(p.ID) {
			return out, fault.Bad("The id of the body (%.40s) is not that of the path (%d).", in.ID, p.ID)
		}
		if p.Status == content.Trashed {
			if in.Status != content.Current {
				return out, fault.Bad("What is in the trash can only be restored: its status must become current.")
			}
			if err := c.restore(p); err != nil {
				return out, err
			}
			return c.pageV2(p, formatOf(in.Body))
		}
		if in.Version == nil || in.Version.Number == 0 {
			return out, fault.Bad("Must supply an incremented version when updating content. No version supplied.")
		}
		doc, err := in.body(c)
		if err != nil {
			return out, err
		}
		if err := c.update(p, updateInput{title: in.Title, parent: (*string)(in.ParentID), doc: doc, status: in.Status, version: in.Version.Number, message: in.Version.Message}); err != nil {
			return out, err
		}
		return c.pageV2(p, formatOf(in.Body))
	})
}

type updateInput struct {
	title, parent   *string
	doc             *adf.Node
	status, message string
	version         int64
	minor           bool
}

// update publishes a new version of a page or post for the asker, and moves it when it is given another parent.
func (c *call) update(p *content.Content, in updateInput) error {
	if err := c.v.MustEdit(p); err != nil {
		return err
	}
	if in.status == content.Draft && p.Status == content.Current {
		return c.draftOf(p, in)
	}
	if in.status == content.Current && p.Status == content.Archived {
		if err := page.Unarchive(c.ctx, c.tx, p); err != nil {
			return err
		}
	}
	if in.parent != nil && *in.parent != "" && p.Kind == content.Page {
		id, err := optionalID("parentId", *in.parent)
		if err != nil {
			return err
		}
		if id != p.ParentID && p.Status != content.Draft {
			target, err := c.seeID(id, content.Page)
			if err != nil {
				return err
			}
			if err := c.move(p, c.v.Spaces.Get(target.SpaceID), target, page.Append); err != nil {
				return err
			}
		}
	}
	return page.Update(c.ctx, c.tx, c.actor, p, page.Edit{Title: in.title, Body: in.doc, Version: in.version, Message: in.message, Minor: in.minor, Publish: in.status != content.Draft})
}

// draftOf keeps a text as the asker's draft of a published page.
func (c *call) draftOf(p *content.Content, in updateInput) error {
	if err := c.signedIn(); err != nil {
		return err
	}
	var body []byte
	if in.doc != nil {
		body = in.doc.JSON()
	}
	_, err := c.saveDraft(p, nil, in.title, body)
	return err
}

type retitleInput struct {
	Status string `json:"status"`
	Title  string `json:"title"`
}

func (h *handler) v2Retitle(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[retitleInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (out v2Page, err error) {
		p, err := c.see("id", content.Page)
		if err != nil {
			return out, err
		}
		if err := c.update(p, updateInput{title: &in.Title, status: in.Status}); err != nil {
			return out, err
		}
		return c.pageV2(p, "")
	})
}

func (h *handler) v2DeletePage(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		p, err := c.see("id", kindOf(r))
		if err != nil {
			return err
		}
		if httpkit.BoolParam(r, "purge") {
			if p.Status != content.Trashed {
				return fault.Bad("Only what is in the trash can be purged.")
			}
			return c.purge(p)
		}
		if httpkit.BoolParam(r, "draft") && p.Status != content.Draft {
			return content.NotFound(p.ID)
		}
		return c.trash(p, false)
	})
}

type v2Child struct {
	ID       string `json:"id"`
	Status   string `json:"status"`
	Title    string `json:"title"`
	Type     string `json:"type"`
	SpaceID  string `json:"spaceId"`
	Position int64  `json:"childPosition"`
}

func childrenV2(found []*content.Content) []v2Child {
	out := []v2Child{}
	for _, p := range found {
		out = append(out, v2Child{itoa(p.ID), p.Status, p.Title, "page", itoa(p.SpaceID), p.Position})
	}
	return out
}

func (h *handler) v2Children(w http.ResponseWriter, r *http.Request) error {
	sort, err := v2Sort(r, "position", "id", "created-date", "modified-date", "child-position", "title")
	if err != nil {
		return err
	}
	return h.listV2(w, r, 25, func(c *call, n int, cursor string) (any, string, error) {
		p, err := c.see("id", content.Page)
		if err != nil {
			return nil, "", err
		}
		found, next, err := list.Find(c.ctx, c.tx, c.v, list.Query{Kinds: []string{content.Page}, Parent: p.ID, Sort: sort, After: cursor, Limit: n})
		return childrenV2(found), next, err
	})
}

type v2Descendant struct {
	ID       string `json:"id"`
	Status   string `json:"status"`
	Title    string `json:"title"`
	Type     string `json:"type"`
	ParentID string `json:"parentId"`
	Depth    int    `json:"depth"`
	Position int64  `json:"childPosition"`
}

func (h *handler) v2Descendants(w http.ResponseWriter, r *http.Request) error {
	depth, err := httpkit.IntParam(r, "depth", 5, 1, 10)
	if err != nil {
		return err
	}
	return h.listV2(w, r, 25, func(c *call, n int, cursor string) (any, string, error) {
		p, err := c.see("id", content.Page)
		if err != nil {
			return nil, "", err
		}
		found, next, err := list.Find(c.ctx, c.tx, c.v, list.Query{Kinds: []string{content.Page}, Beneath: p.ID, Sort: "id", After: cursor, Limit: n})
		if err != nil {
			return nil, "", err
		}
		out := []v2Descendant{}
		for _, x := range found {
			above, err := page.Ancestors(c.ctx, c.tx, x)
			if err != nil {
				return nil, "", err
			}
			d := 1
			for i := len(above) - 1; i >= 0 && above[i].ID != p.ID; i-- {
				d++
			}
			if d <= depth {
				out = append(out, v2Descendant{itoa(x.ID), x.Status, x.Title, "page", itoa(x.ParentID), d, x.Position})
			}
		}
		return out, next, nil
	})
}

type v2Ancestor struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

func (h *handler) v2Ancestors(w http.ResponseWriter, r *http.Request) error {
	return h.listV2(w, r, 25, func(c *call, n int, _ string) (any, string, error) {
		p, err := c.see("id", content.Page)
		if err != nil {
			return nil, "", err
		}
		above, err := page.Ancestors(c.ctx, c.tx, p)
		out := []v2Ancestor{}
		for _, a := range above[max(0, len(above)-n):] {
			out = append(out, v2Ancestor{itoa(a.ID), "page"})
		}
		return out, "", err
	})
}

// v2Labelled lists the pages or posts with a label.
func (h *handler) v2Labelled(w http.ResponseWriter, r *http.Request) error {
	format, err := bodyFormat(r)
	if err != nil {
		return err
	}
	sort, err := v2Sort(r, "id", "id", "created-date", "modified-date", "title")
	if err != nil {
		return err
	}
	spaces, err := v2IDs(r, "space-id")
	if err != nil {
		return err
	}
	return h.listV2(w, r, 25, func(c *call, n int, cursor string) (any, string, error) {
		l, err := c.label()
		if err != nil {
			return nil, "", err
		}
		return c.listPages(list.Query{Kinds: []string{kindOf(r)}, Label: l.ID, Spaces: spaces, Sort: sort, After: cursor, Limit: n}, format)
	})
}

// label gives the label that the path names, when the asker may see it.
func (c *call) label() (*label.Label, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	l, err := label.Get(c.ctx, c.tx, id)
	seen := l != nil && (l.Owner == "" || l.Owner == c.actor)
	if err == nil && seen {
		seen, err = c.seesLabel(l)
	}
	if err == nil && !seen {
		return nil, fault.NotFound("There is no label %d.", id)
	}
	return l, err
}
