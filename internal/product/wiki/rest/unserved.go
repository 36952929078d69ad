package rest

import (
	_ "embed"
	"net/http"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
)

// unserved.txt lists the operations of the published APIs that are not served: each answers 501 in its API's form. An operation leaves the list when it
// does what the vendor's documentation promises. docs/api-divergences/confluence.md is made of it.
//
//go:embed unserved.txt
var unservedList string

// unservedRoutes makes a route of every line but the headings.
func unservedRoutes() []httpkit.Route {
	var routes []httpkit.Route
	for line := range strings.Lines(unservedList) {
		method, path, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || method == "#" {
			continue
		}
		d := httpkit.ConfluenceV1
		if strings.HasPrefix(path, "/wiki/api/v2/") {
			d = httpkit.ConfluenceV2
		}
		routes = append(routes, httpkit.Route{Method: method, Path: path, Permission: httpkit.Member, Dialect: d, Handler: notServed})
	}
	return routes
}

func notServed(_ http.ResponseWriter, r *http.Request) error {
	return fault.New(fault.KindNotImplemented, "The operation %s %s is not available on this site.", r.Method, r.URL.Path)
}
