package rest

import (
	"net/http"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/list"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/property"
	"holdfast.dev/internal/product/wiki/space"
)

// treePage is how many children the tree gives at once.
const treePage = 100

// nodes completes pages to nodes of the tree.
func (c *call) nodes(pages []*content.Content) ([]uiNode, error) {
	ids := make([]int64, len(pages))
	for i, p := range pages {
		ids[i] = p.ID
	}
	children, err := list.CountChildren(c.ctx, c.tx, c.v, ids)
	if err != nil {
		return nil, err
	}
	emojis, err := property.Values(c.ctx, c.tx, emojiKey, ids)
	out := make([]uiNode, len(pages))
	for i, p := range pages {
		out[i] = uiNode{ID: itoa(p.ID), Title: p.Title, ParentID: idOrNone(p.ParentID), Position: p.Position, Children: children[p.ID], Restricted: c.v.Restricted(p), Status: p.Status, Emoji: unquote(emojis[p.ID])}
	}
	return out, err
}

// level gives a page of the children of a page, or of the roots of a space.
func (c *call) level(s *space.Space, parent int64, cursor string, n int) (uiTree, error) {
	q := list.Query{Kinds: []string{content.Page}, Spaces: []int64{s.ID}, Parent: parent, Sort: "position", After: cursor, Limit: n}
	if parent == 0 {
		q.Spaces, q.RootOf = nil, s.ID
	}
	found, next, err := list.Find(c.ctx, c.tx, c.v, q)
	if err != nil {
		return uiTree{}, err
	}
	nodes, err := c.nodes(found)
	return uiTree{Nodes: nodes, Next: next}, err
}

func (h *handler) uiTree(w http.ResponseWriter, r *http.Request) error {
	n, err := limit(r, treePage, 500)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (out uiTree, err error) {
		s, err := c.space("key")
		if err != nil {
			return out, err
		}
		q := r.URL.Query()
		parent, err := optionalID("parent", q.Get("parent"))
		if err != nil {
			return out, err
		}
		if parent != 0 {
			if _, err := c.seeID(parent, content.Page); err != nil {
				return out, err
			}
		}
		return c.level(s, parent, q.Get("cursor"), n)
	})
}

// uiLevel is one opened level of the tree.
type uiLevel struct {
	Parent string   `json:"parent"`
	Nodes  []uiNode `json:"nodes"`
	Next   string   `json:"next,omitempty"`
}

func (h *handler) uiTreePath(w http.ResponseWriter, r *http.Request) error {
	return read(h, w, r, func(c *call) (any, error) {
		s, err := c.space("key")
		if err != nil {
			return nil, err
		}
		id, err := optionalID("page", r.URL.Query().Get("page"))
		if err != nil {
			return nil, err
		}
		parents := []int64{0}
		if id != 0 {
			p, err := c.seeID(id, content.Page)
			if err != nil {
				return nil, err
			}
			above, err := page.Ancestors(c.ctx, c.tx, p)
			if err != nil {
				return nil, err
			}
			for _, a := range above {
				parents = append(parents, a.ID)
			}
		}
		levels := []uiLevel{}
		for _, parent := range parents {
			l, err := c.level(s, parent, "", treePage)
			if err != nil {
				return nil, err
			}
			levels = append(levels, uiLevel{idOrNone(parent), l.Nodes, l.Next})
		}
		return map[string]any{"levels": levels}, nil
	})
}

type moveInput struct {
	TargetID string `json:"targetId"`
	SpaceKey string `json:"spaceKey"`
	Position string `json:"position"`
}

func (h *handler) uiMove(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[moveInput](r)
	if err != nil {
		return err
	}
	return write(h, w, r, func(c *call) (out uiNode, err error) {
		p, err := c.see("id", content.Page)
		if err != nil {
			return out, err
		}
		var target *content.Content
		to := c.v.Spaces.Get(p.SpaceID)
		switch {
		case in.TargetID != "":
			id, err := optionalID("targetId", in.TargetID)
			if err != nil {
				return out, err
			}
			if target, err = c.seeID(id, content.Page); err != nil {
				return out, err
			}
			to = c.v.Spaces.Get(target.SpaceID)
		case in.SpaceKey != "":
			if to, err = c.spaceOf(in.SpaceKey); err != nil {
				return out, err
			}
		}
		if err := c.move(p, to, target, page.Where(in.Position)); err != nil {
			return out, err
		}
		nodes, err := c.nodes([]*content.Content{p})
		if err != nil {
			return out, err
		}
		return nodes[0], nil
	})
}

// move puts a page somewhere else in the tree, when the asker may change it and write where it goes.
func (c *call) move(p *content.Content, to *space.Space, target *content.Content, where page.Where) error {
	if err := c.v.MustEdit(p); err != nil {
		return err
	}
	if err := c.v.Must(to, space.CreatePage); err != nil {
		return err
	}
	if p.Status != content.Current {
		return fault.Bad("Only a published page has a place in the tree.")
	}
	if to.ID != p.SpaceID {
		if err := c.mayDelete(p); err != nil {
			return err
		}
	}
	return page.Move(c.ctx, c.tx, p, to, target, where)
}
