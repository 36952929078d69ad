package rest

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/comment"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/richtext/adf"
)

// v1Statuses reads status: a list, or "any".
func v1Statuses(r *http.Request) ([]string, error) {
	all := httpkit.ListParam(r, "status")
	if len(all) == 0 {
		return []string{content.Current}, nil
	}
	for _, s := range all {
		switch s {
		case "any":
			return []string{content.Current, content.Archived, content.Draft, content.Trashed}, nil
		case content.Current, content.Archived, content.Draft, content.Trashed, "historical":
		default:
			return nil, fault.Bad("The status '%.40s' is not known.", s)
		}
	}
	return all, nil
}

func (h *handler) v1Contents(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	e, err := expansions(r, "content", "")
	if err != nil {
		return err
	}
	start, n, err := window(r, 25, 100)
	if err != nil {
		return err
	}
	statuses, err := v1Statuses(r)
	if err != nil {
		return err
	}
	kind := q.Get("type")
	if kind == "" {
		kind = content.Page
	}
	if kind != content.Page && kind != content.BlogPost && kind != content.Comment && kind != content.Attachment {
		return fault.Bad("The type '%.40s' is not known.", kind)
	}
	return read(h, w, r, func(c *call) (object, error) {
		lq := list.Query{Kinds: []string{kind}, Statuses: statuses, Title: q.Get("title")}
		if key := q.Get("spaceKey"); key != "" {
			s, err := c.spaceOf(key)
			if err != nil {
				return nil, err
			}
			lq.Spaces = []int64{s.ID}
		}
		if day := q.Get("postingDay"); day != "" && kind == content.BlogPost {
			from, err := time.ParseInLocation(time.DateOnly, day, c.zone)
			if err != nil {
				return nil, fault.Bad("'%.40s' is no day: write yyyy-mm-dd.", day)
			}
			lq.Condition, lq.Args = "c.created_us >= ? AND c.created_us < ?", []any{from.UnixMicro(), from.AddDate(0, 0, 1).UnixMicro()}
		}
		order := "c.id"
		switch name, dir, _ := strings.Cut(q.Get("orderby"), " "); name {
		case "", "id":
		case "created", "history.createdDate":
			order = "c.created_us" + direction(dir)
		case "modified":
			order = "c.updated_us" + direction(dir)
		case "title":
			order = "c.title_fold" + direction(dir)
		default:
			return nil, fault.Bad("The order '%.40s' is not known.", q.Get("orderby"))
		}
		return c.rawV1(lq, []string{order, "c.id"}, e, start, n)
	})
}

func direction(s string) string {
	if strings.EqualFold(s, "desc") {
		return " DESC"
	}
	return ""
}

// rawV1 gives a page of contents by number.
func (c *call) rawV1(q list.Query, order []string, e expansion, start, n int) (object, error) {
	found, err := list.Raw(c.ctx, c.tx, c.v, q, "wiki_content c", order, nil, start, n+1)
	if err != nil {
		return nil, err
	}
	more := len(found) > n
	if more {
		found = found[:n]
	}
	wires, err := c.contentsV1(found, e)
	if err != nil {
		return nil, err
	}
	return c.v1List(wires, len(wires), start, n, more), nil
}

func (h *handler) v1Content(w http.ResponseWriter, r *http.Request) error {
	e, err := expansions(r, "content", "history,space,version")
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		if s := r.URL.Query().Get("version"); s != "" && s != "0" && x.Kind != content.Attachment { // 0 is what clients send for the newest
			n, err := number("version", s)
			if err != nil {
				return nil, err
			}
			v, err := content.VersionOf(c.ctx, c.tx, x.ID, n)
			if err != nil {
				return nil, err
			}
			return c.versionOfV1(x, v, e)
		}
		statuses, err := v1Statuses(r)
		if err != nil {
			return nil, err
		}
		given := len(httpkit.ListParam(r, "status")) > 0
		ok := !given && (x.Status == content.Current || x.Status == content.Archived)
		for _, s := range statuses {
			ok = ok || s == x.Status && given
		}
		if !ok {
			return nil, content.NotFound(x.ID)
		}
		return c.contentV1(x, e)
	})
}

type v1Body struct {
	Value          *string `json:"value"`
	Representation string  `json:"representation"`
}

type v1ContentInput struct {
	ID     ident  `json:"id"`
	Type   string `json:"type"`
	Title  *string
	Status string `json:"status"`
	Space  *struct {
		Key string `json:"key"`
		ID  ident  `json:"id"`
	} `json:"space"`
	Ancestors []struct {
		ID ident `json:"id"`
	} `json:"ancestors"`
	Container *struct {
		ID   ident  `json:"id"`
		Type string `json:"type"`
	} `json:"container"`
	Body    map[string]json.RawMessage `json:"body"`
	Version *struct {
		Number  int64  `json:"number"`
		Message string `json:"message"`
		Minor   bool   `json:"minorEdit"`
	} `json:"version"`
	Metadata struct {
		Labels json.RawMessage `json:"labels"`
	} `json:"metadata"`
	Extensions struct {
		Location   string `json:"location"`
		Resolution *struct {
			Status string `json:"status"`
		} `json:"resolution"`
		Inline *struct {
			Marker    string `json:"markerRef"`
			Selection string `json:"originalSelection"`
		} `json:"inlineProperties"`
	} `json:"extensions"`
}

// document reads the body that was given, nil for none.
func (in *v1ContentInput) document(c *call) (*adf.Node, error) {
	for _, name := range []string{"storage", "atlas_doc_format", "wiki", "editor", "editor2", "view", "export_view", "styled_view"} {
		raw, ok := in.Body[name]
		if !ok {
			continue
		}
		var b v1Body
		if err := json.Unmarshal(raw, &b); err != nil {
			return nil, fault.Bad("body.%s has a value and a representation.", name)
		}
		if b.Value == nil {
			continue
		}
		if name == "editor2" {
			name = "storage"
		}
		return c.readBody(name, *b.Value)
	}
	return nil, nil
}

// parent gives the identifier of the last ancestor, nil when none is given.
func (in *v1ContentInput) parent() *string {
	if len(in.Ancestors) == 0 {
		return nil
	}
	s := string(in.Ancestors[len(in.Ancestors)-1].ID)
	return &s
}

func (h *handler) v1CreateContent(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v1ContentInput](r)
	if err != nil {
		return err
	}
	e, err := expansions(r, "content", "body.storage,history,space,version,ancestors,container")
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (object, error) {
		doc, err := in.document(c)
		if err != nil {
			return nil, err
		}
		switch in.Type {
		case content.Page, content.BlogPost:
			x, err := c.createV1(&in, doc)
			if err != nil {
				return nil, err
			}
			return c.contentV1(x, e)
		case content.Comment:
			x, err := c.commentV1(&in, doc)
			if err != nil {
				return nil, err
			}
			return c.contentV1(x.Content, e)
		}
		return nil, fault.Bad("The type '%.40s' cannot be created: page, blogpost and comment can.", in.Type)
	})
}

func (c *call) createV1(in *v1ContentInput, doc *adf.Node) (*content.Content, error) {
	if in.Space == nil || in.Space.Key == "" && in.Space.ID == "" {
		return nil, fault.Bad("A space is needed: space.key")
	}
	key := in.Space.Key
	if key == "" {
		key = string(in.Space.ID)
	}
	s, err := c.spaceOf(key)
	if err != nil {
		return nil, err
	}
	x, err := c.create(in.Type, s, in.parent(), text(in.Title), in.Status, doc, time.Time{}, false)
	if err != nil {
		return nil, err
	}
	return x, c.labelInput(x, in.Metadata.Labels)
}

// labelInput puts the labels of metadata.labels onto a new content: a list of names or of {prefix, name}.
func (c *call) labelInput(x *content.Content, raw json.RawMessage) error {
	if !given(raw) {
		return nil
	}
	var labels []labelInput
	if err := json.Unmarshal(raw, &labels); err != nil {
		return nil //nolint:nilerr // clients send back what they were given, which is an object
	}
	return c.addLabels(x, labels)
}

func (c *call) commentV1(in *v1ContentInput, doc *adf.Node) (*comment.Comment, error) {
	if in.Container == nil {
		return nil, fault.Bad("A container is needed: what is commented.")
	}
	id, err := parseID(string(in.Container.ID))
	if err != nil {
		return nil, err
	}
	owner, err := c.seeID(id)
	if err != nil {
		return nil, err
	}
	parent := int64(0)
	if p := in.parent(); p != nil {
		if parent, err = optionalID("ancestors", *p); err != nil {
			return nil, err
		}
	}
	if owner.Kind == content.Comment {
		parent = owner.ID
	}
	if owner.OwnerID != owner.ID {
		if owner, err = c.seeID(owner.OwnerID); err != nil {
			return nil, err
		}
	}
	if doc == nil {
		doc = adf.Doc()
	}
	part := comment.Part{Location: in.Extensions.Location}
	if i := in.Extensions.Inline; i != nil {
		part.Marker, part.Anchor = i.Marker, i.Selection
	}
	return c.addComment(owner, parent, part, doc)
}

func (h *handler) v1UpdateContent(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[v1ContentInput](r)
	if err != nil {
		return err
	}
	e, err := expansions(r, "content", "body.storage,history,space,version,ancestors")
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (object, error) {
		x, err := c.see("id")
		if err != nil {
			return nil, err
		}
		if x.Status == content.Trashed {
			if in.Status != content.Current && in.Status != "" {
				return nil, fault.Bad("What is in the trash can only be restored.")
			}
			if err := c.restoreAny(x); err != nil {
				return nil, err
			}
			return c.contentV1(x, e)
		}
		if in.Version == nil || in.Version.Number == 0 {
			return nil, fault.Bad("Must supply an incremented version when updating Content. No version supplied.")
		}
		doc, err := in.document(c)
		if err != nil {
			return nil, err
		}
		if err := c.updateV1(x, &in, doc); err != nil {
			return nil, err
		}
		return c.contentV1(x, e)
	})
}

func (c *call) updateV1(x *content.Content, in *v1ContentInput, doc *adf.Node) error {
	switch x.Kind {
	case content.Comment:
		full, err := comment.Get(c.ctx, c.tx, x.ID)
		if err != nil {
			return err
		}
		if doc != nil {
			if err := c.editComment(full, doc, in.Version.Number, in.Version.Message); err != nil {
				return err
			}
		}
		if res := in.Extensions.Resolution; res != nil && full.Location == comment.Inline {
			if err := c.resolve(full, res.Status == comment.Resolved); err != nil {
				return err
			}
		}
		*x = *full.Content
		return nil
	case content.Attachment:
		return fault.Bad("Attachments are updated under child/attachment.")
	}
	return c.update(x, updateInput{title: in.Title, parent: in.parent(), doc: doc, status: in.Status, version: in.Version.Number, message: in.Version.Message, minor: in.Version.Minor})
}

// restoreAny takes anything out of the trash.
func (c *call) restoreAny(x *content.Content) error {
	if x.Kind == content.Page || x.Kind == content.BlogPost {
		return c.restore(x)
	}
	owner, err := c.seeID(x.OwnerID)
	if err != nil {
		return err
	}
	if owner.Status == content.Trashed {
		return fault.Bad("The page is in the trash: restore it first.")
	}
	if err := c.mayKeep(x); err != nil {
		return err
	}
	x.Status, x.Trashed, x.TrashedBy = content.Current, nil, ""
	return content.Save(c.ctx, c.tx, x)
}

func (h *handler) v1DeleteContent(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(c *call) error {
		x, err := c.see("id")
		if err != nil {
			return err
		}
		purge := r.URL.Query().Get("status") == content.Trashed
		if purge && x.Status != content.Trashed {
			return fault.Conflict("Only what is in the trash can be purged.")
		}
		switch x.Kind {
		case content.Attachment:
			return c.removeFile(x, purge)
		case content.Comment:
			if purge {
				if err := c.v.Must(c.v.Spaces.Get(x.SpaceID), space.Administer); err != nil {
					return err
				}
				return page.PurgeOne(c.ctx, c.tx, x.ID)
			}
			return c.deleteComment(x)
		}
		if purge {
			return c.purge(x)
		}
		return c.trash(x, false)
	})
}
