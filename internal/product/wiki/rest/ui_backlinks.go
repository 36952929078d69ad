package rest

import (
	"net/http"

	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/list"
)

// uiBacklinks lists the pages and posts that the asker sees and whose newest version leads to a page, by title.
func (h *handler) uiBacklinks(w http.ResponseWriter, r *http.Request) error {
	n, err := limit(r, 25, 100)
	if err != nil {
		return err
	}
	return read(h, w, r, func(c *call) (any, error) {
		p, err := c.see("id", content.Page, content.BlogPost)
		if err != nil {
			return nil, err
		}
		found, next, err := list.Find(c.ctx, c.tx, c.v, list.Query{Kinds: []string{content.Page, content.BlogPost}, Sort: "title", After: r.URL.Query().Get("cursor"), Limit: n,
			Condition: "c.id IN (SELECT u.content_id FROM wiki_use u WHERE u.kind = 'link' AND u.target = ?)", Args: []any{itoa(p.ID)}})
		return map[string]any{"results": c.refs(found), "next": next}, err
	})
}
