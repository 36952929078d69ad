package rest

import (
	"holdfast.dev/internal/platform/httpkit"
)

// Routes lists every route of the API, for each of the versions that clients call.
func Routes(d Deps) []httpkit.Route {
	h := &handler{d}
	var routes []httpkit.Route
	for _, version := range []string{"2", "3", "latest"} {
		for _, r := range h.versioned() {
			r.Path = "/rest/api/" + version + r.Path
			r.Dialect = httpkit.Jira
			routes = append(routes, r)
		}
	}
	for _, list := range [][]httpkit.Route{h.boardRoutes(), h.suggestRoutes(), h.avatarRoutes()} {
		routes = append(routes, list...)
	}
	return routes
}

// versioned lists the operations that exist in every version, by noun.
func (h *handler) versioned() []httpkit.Route {
	var routes []httpkit.Route
	for _, list := range [][]httpkit.Route{h.serverRoutes(), h.issueRoutes(), h.commentRoutes(), h.relationRoutes(), h.searchRoutes(), h.jqlRoutes(),
		h.peopleRoutes(), h.projectRoutes(), h.projectPartRoutes(), h.configRoutes(), h.fieldRoutes(), h.fieldOptionRoutes(), h.createMetaRoutes(), h.permissionRoutes(),
		h.filterRoutes(), h.feedRoutes(), h.propertyRoutes(), h.linkTypeRoutes(), h.attachmentRoutes(), h.unservedRoutes()} {
		routes = append(routes, list...)
	}
	return routes
}
