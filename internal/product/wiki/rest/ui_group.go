package rest

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/search"
)

// uiGroups lists the groups of the organization by name, whatever its case, for whoever restricts a page or shares a space.
func (h *handler) uiGroups(w http.ResponseWriter, r *http.Request) error {
	n, err := limit(r, 25, 100)
	if err != nil {
		return err
	}
	wanted, after := search.Words(content.Fold(r.URL.Query().Get("q"))), r.URL.Query().Get("cursor")
	return read(h, w, r, func(c *call) (any, error) {
		names, err := h.GroupNames(c.ctx)
		if err != nil {
			return nil, err
		}
		found := []uiGroup{}
		for _, name := range slices.SortedFunc(slices.Values(names), byName) {
			if (after == "" || byName(name, after) > 0) && (len(wanted) == 0 || search.Starts(content.Fold(name), wanted)) {
				found = append(found, uiGroup{name})
			}
		}
		next := ""
		if len(found) > n {
			found = found[:n]
			next = found[n-1].Name
		}
		return map[string]any{"results": found, "next": next}, nil
	})
}

func byName(a, b string) int {
	return cmp.Or(strings.Compare(content.Fold(a), content.Fold(b)), strings.Compare(a, b))
}
