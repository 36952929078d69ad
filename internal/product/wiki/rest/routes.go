package rest

import (
	"slices"
	"strings"

	"holdfast.dev/internal/platform/httpkit"
)

// Routes lists every route of the product.
func Routes(d Deps) []httpkit.Route {
	h := &handler{d}
	return slices.Concat(h.uiRoutes())
}

func sortPeople(all []uiPerson) {
	slices.SortFunc(all, func(a, b uiPerson) int { return strings.Compare(a.Name+a.AccountID, b.Name+b.AccountID) })
}
