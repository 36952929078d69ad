package rest

import (
	_ "embed"
	"net/http"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
)

// unserved.txt lists, by noun, the operations of the published manage API that are not served: each answers 501 in the API's form. An operation leaves
// the list when it does all that the vendor's documentation promises.
//
//go:embed unserved.txt
var unservedList string

// unservedRoutes makes a route of every line but the headings.
func (h *handler) unservedRoutes() []httpkit.Route {
	var routes []httpkit.Route
	for line := range strings.Lines(unservedList) {
		method, path, ok := strings.Cut(strings.TrimSpace(line), " ")
		if ok && method != "#" {
			routes = append(routes, route(method, path, notServed))
		}
	}
	return routes
}

func notServed(_ http.ResponseWriter, r *http.Request) error {
	return fault.New(fault.KindNotImplemented, "The operation %s %s is not available on this site.", r.Method, r.URL.Path)
}
