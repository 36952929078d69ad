package rest

import (
	"slices"
	"strings"

	"holdfast.dev/internal/platform/httpkit"
)

// Routes lists every route of the product.
func Routes(d Deps) []httpkit.Route {
	h := &handler{Deps: d}
	return slices.Concat(h.uiRoutes(), prefixed("/wiki/api/v2", httpkit.ConfluenceV2, h.v2Routes()),
		prefixed("/wiki/rest/api", httpkit.ConfluenceV1, h.v1Routes()), h.downloadRoutes(), h.unsubscribeRoutes(), unservedRoutes())
}

func sortPeople(all []uiPerson) {
	slices.SortFunc(all, func(a, b uiPerson) int { return strings.Compare(a.Name+a.AccountID, b.Name+b.AccountID) })
}

// prefixed puts routes of an API below its path, with its errors.
func prefixed(path string, d httpkit.Dialect, routes []httpkit.Route) []httpkit.Route {
	for i := range routes {
		routes[i].Path, routes[i].Dialect = path+routes[i].Path, d
	}
	return routes
}
