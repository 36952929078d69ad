package rest

import (
	"net/http"
	"net/url"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/search"
	"holdfast.dev/internal/product/wiki/task"
	"holdfast.dev/internal/product/wiki/watch"
	"holdfast.dev/internal/richtext/render"
)

func (c *call) scope() search.Scope {
	return search.Scope{Viewer: c.v, People: c.people, Now: c.tx.Now(), Zone: c.zone}
}

// plan compiles a query of CQL.
func (c *call) plan(cql string) (*search.Plan, error) {
	q, err := search.Parse(cql)
	if err != nil {
		return nil, err
	}
	return search.Compile(c.ctx, c.tx, c.scope(), q)
}

func (h *handler) uiSuggest(w http.ResponseWriter, r *http.Request) error {
	n, err := limit(r, 8, 25)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (uiSuggestions, error) {
		q := r.URL.Query()
		return c.suggest(h, strings.TrimSpace(q.Get("q")), q.Get("space"), n)
	})
}

// suggest finds pages, spaces and people by the beginnings of words; none for an empty text.
func (c *call) suggest(h *handler, text, spaceKey string, n int) (uiSuggestions, error) {
	out := uiSuggestions{Pages: []uiRef{}, Spaces: []uiSpace{}, People: []uiPerson{}}
	words := search.Words(content.Fold(text))
	if len(words) == 0 {
		return out, nil
	}
	var err error
	if spaceKey != "" {
		s, serr := c.spaceOf(spaceKey)
		if serr != nil {
			return out, serr
		}
		out.Pages, err = c.titled(words, s.ID, n)
	} else {
		out.Pages, err = c.titled(words, 0, n)
	}
	if err != nil {
		return out, err
	}
	for _, s := range c.v.Spaces.All {
		if len(out.Spaces) < n && c.v.SeesSpace(s) && (search.Starts(content.Fold(s.Name), words) || strings.HasPrefix(strings.ToLower(s.Key), strings.ToLower(text))) {
			u, err := c.uiSpace(s)
			if err != nil {
				return out, err
			}
			out.Spaces = append(out.Spaces, u)
		}
	}
	for id, p := range c.people {
		if p.Active && search.Starts(content.Fold(p.DisplayName), words) {
			out.People = append(out.People, *c.person(id))
		}
	}
	sortPeople(out.People)
	out.People = out.People[:min(len(out.People), n)]
	return out, nil
}

// titled finds pages and posts whose titles have words that start like all of some.
func (c *call) titled(words []string, spaceID int64, n int) ([]uiRef, error) {
	found, err := search.Titled(c.ctx, c.tx, c.v, words, spaceID, n)
	return c.refs(found), err
}

func (h *handler) uiSearch(w http.ResponseWriter, r *http.Request) error {
	n, err := limit(r, 25, 100)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (out uiResults, err error) {
		cql, err := queryOf(r.URL.Query())
		if err != nil {
			return out, err
		}
		p, err := c.plan(cql)
		if err != nil {
			return out, err
		}
		found, err := p.Run(c.ctx, c.tx, c.v, nil, r.URL.Query().Get("cursor"), 0, n)
		if err != nil {
			return out, err
		}
		total, err := p.Count(c.ctx, c.tx, c.v, nil)
		if err != nil {
			return out, err
		}
		out.Total, out.More = min(total, search.MaxCounted), total > search.MaxCounted
		out.Next, out.Results = found.Next, []uiRef{}
		for _, x := range found.Contents {
			ref := c.ref(x)
			spans, err := c.excerpt(x, p.Wanted())
			if err != nil {
				return out, err
			}
			for _, s := range spans {
				ref.Excerpt = append(ref.Excerpt, uiSpan(s))
			}
			if err := c.titleOf(&ref, x); err != nil {
				return out, err
			}
			out.Results = append(out.Results, ref)
		}
		return out, nil
	})
}

// titleOf gives comments the title of what they are about.
func (c *call) titleOf(ref *uiRef, x *content.Content) error {
	if x.Kind != content.Comment {
		return nil
	}
	owner, err := content.Get(c.ctx, c.tx, x.OwnerID)
	if err == nil {
		ref.Title = "Re: " + owner.Title
	}
	return err
}

// queryOf makes CQL of what the search page offers.
func queryOf(q url.Values) (string, error) {
	quote := func(s string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"` }
	var parts []string
	add := func(field, param string) {
		var values []string
		for _, v := range q[param] {
			for s := range strings.SplitSeq(v, ",") {
				if s = strings.TrimSpace(s); s != "" {
					values = append(values, quote(s))
				}
			}
		}
		if len(values) > 0 {
			parts = append(parts, field+" in ("+strings.Join(values, ", ")+")")
		}
	}
	if s := strings.TrimSpace(q.Get("cql")); s != "" {
		if len(q.Get("q")) == 0 {
			return s, nil
		}
		parts = append(parts, "("+s+")")
	}
	if s := strings.TrimSpace(q.Get("q")); s != "" {
		parts = append(parts, "text ~ "+quote(s))
	}
	add("space", "space")
	add("type", "type")
	add("label", "label")
	add("contributor", "contributor")
	if q.Get("from") != "" {
		parts = append(parts, "lastmodified >= "+quote(q.Get("from")))
	}
	if len(parts) == 0 {
		return "", fault.Bad("Say what to search for: q, cql or a filter.")
	}
	return strings.Join(parts, " and "), nil
}

// excerpt gives the part of a content's text around what was searched.
func (c *call) excerpt(x *content.Content, wanted []string) ([]search.Span, error) {
	if x.Kind == content.Attachment {
		return nil, nil
	}
	v, err := content.VersionOf(c.ctx, c.tx, x.ID, x.Version)
	if err != nil {
		return nil, err
	}
	doc, err := content.Document(v.Body)
	if err != nil {
		return nil, err
	}
	return search.Excerpt(render.Text(doc), wanted), nil
}

// known gives the contents of some identifiers that the asker sees, in that order.
func (c *call) known(ids []int64) []uiRef {
	out := []uiRef{}
	for _, id := range ids {
		if x, err := c.v.See(c.ctx, c.tx, id); err == nil && x.Status == content.Current {
			out = append(out, c.ref(x))
		}
	}
	return out
}

func (h *handler) uiRecent(w http.ResponseWriter, r *http.Request) error {
	n, err := limit(r, 20, 100)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (any, error) {
		ids, err := watch.Recent(c.ctx, c.tx, c.actor, n)
		return map[string]any{"results": c.known(ids)}, err
	})
}

func (h *handler) uiFavourites(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (any, error) {
		ids, err := watch.Favourites(c.ctx, c.tx, c.actor, watch.Content)
		return map[string]any{"results": c.known(ids)}, err
	})
}

func (h *handler) uiHome(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (any, error) {
		recent, err := watch.Recent(c.ctx, c.tx, c.actor, 12)
		if err != nil {
			return nil, err
		}
		favourites, err := watch.Favourites(c.ctx, c.tx, c.actor, watch.Content)
		if err != nil {
			return nil, err
		}
		starred, err := watch.Favourites(c.ctx, c.tx, c.actor, watch.Space)
		if err != nil {
			return nil, err
		}
		spaces := []uiSpace{}
		for _, id := range starred {
			if s := c.v.Spaces.Get(id); c.v.SeesSpace(s) {
				u, err := c.uiSpace(s)
				if err != nil {
					return nil, err
				}
				spaces = append(spaces, u)
			}
		}
		drafts, err := c.drafts(10)
		if err != nil {
			return nil, err
		}
		updated, _, err := list.Find(c.ctx, c.tx, c.v, list.Query{Kinds: []string{content.Page, content.BlogPost}, Sort: "-updated", Limit: 20})
		return map[string]any{"recent": c.known(recent), "favourites": c.known(favourites), "spaces": spaces, "drafts": drafts, "updated": c.refs(updated)}, err
	})
}

func (h *handler) uiTasks(w http.ResponseWriter, r *http.Request) error {
	n, err := limit(r, 50, 200)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (any, error) {
		q := r.URL.Query()
		f := task.Filter{Limit: n}
		switch q.Get("assignee") {
		case "":
		case "me":
			f.Assignees = []string{c.actor}
		default:
			f.Assignees = []string{q.Get("assignee")}
		}
		if s := q.Get("status"); s != "" {
			f.Statuses = []string{s}
		}
		if s := q.Get("page"); s != "" {
			id, err := optionalID("page", s)
			if err != nil {
				return nil, err
			}
			f.Contents = []int64{id}
		}
		if f.After, err = optionalID("cursor", q.Get("cursor")); err != nil {
			return nil, err
		}
		found, next, err := task.Find(c.ctx, c.tx, c.v, f)
		if err != nil {
			return nil, err
		}
		out := []uiTask{}
		for _, t := range found {
			of, err := content.Get(c.ctx, c.tx, t.ContentID)
			if err != nil {
				return nil, err
			}
			u := uiTask{ID: itoa(t.ID), LocalID: t.LocalID, PageID: itoa(of.ID), Title: of.Title, Text: t.Text(), Done: t.Status == task.Complete, Assignee: c.person(t.Assignee), Due: t.Due, Created: t.Created}
			if s := c.v.Spaces.Get(of.SpaceID); s != nil {
				u.SpaceKey = s.Key
			}
			out = append(out, u)
		}
		return map[string]any{"tasks": out, "next": idOrNone(next)}, nil
	})
}

type doneInput struct {
	Done bool `json:"done"`
}

func (h *handler) uiPutTask(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[doneInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (any, error) {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return nil, err
		}
		if err := c.v.MustEdit(p); err != nil {
			return nil, err
		}
		if err := page.SetTask(c.ctx, c.tx, c.actor, p, r.PathValue("localId"), in.Done); err != nil {
			return nil, err
		}
		return map[string]any{"version": p.Version}, nil
	})
}
