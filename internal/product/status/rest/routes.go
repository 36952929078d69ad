// Package rest is the status product's HTTP API: Statuspage's manage API v1, the management interface's own operations, and the public page with its
// v2 JSON. Every route stands in one list with the permission it needs; wire types live here and in the public package. What is not served
// answers 501 and is listed in docs/api-divergences/statuspage.md.
package rest

import (
	"net/http"
	"slices"

	"holdfast.dev/internal/platform/httpkit"
)

// Routes lists every operation of the product.
func Routes(d Deps) []httpkit.Route {
	h := newHandler(d)
	manage := slices.Concat(h.pageRoutes(), h.componentRoutes(), h.incidentRoutes(), h.subscriberRoutes(), h.metricRoutes(), h.unservedRoutes())
	for i := range manage {
		manage[i].Path = "/v1" + manage[i].Path
		manage[i].Permission, manage[i].Dialect, manage[i].Auth = httpkit.Member, httpkit.Statuspage, h.keys
	}
	return slices.Concat(manage, h.uiRoutes(), h.publicRoutes())
}

func route(method, path string, fn httpkit.Handler) httpkit.Route {
	return httpkit.Route{Method: method, Path: path, Handler: fn}
}

// changing makes a route for each of the methods by which the vendor's clients change something: PATCH and PUT do the same.
func changing(path string, fn httpkit.Handler) []httpkit.Route {
	return []httpkit.Route{route("PATCH", path, fn), route("PUT", path, fn)}
}

func (h *handler) pageRoutes() []httpkit.Route {
	return append([]httpkit.Route{
		route("GET", "/pages", h.listPages),
		route("GET", "/pages/{page}", h.getPage),
	}, changing("/pages/{page}", h.patchPage)...)
}

func (h *handler) componentRoutes() []httpkit.Route {
	const c, g = "/pages/{page}/components", "/pages/{page}/component-groups"
	return slices.Concat([]httpkit.Route{
		route("GET", c, h.listComponents),
		route("POST", c, h.createComponent),
		route("GET", c+"/{component}", h.getComponent),
		route("DELETE", c+"/{component}", h.deleteComponent),
		route("GET", c+"/{component}/uptime", h.componentUptime),
		route("GET", g, h.listGroups),
		route("POST", g, h.createGroup),
		route("GET", g+"/{component}", h.getGroup),
		route("DELETE", g+"/{component}", h.deleteGroup),
		route("GET", g+"/{component}/uptime", h.groupUptime),
	}, changing(c+"/{component}", h.patchComponent), changing(g+"/{component}", h.patchGroup))
}

func (h *handler) incidentRoutes() []httpkit.Route {
	const i, t = "/pages/{page}/incidents", "/pages/{page}/incident_templates"
	return slices.Concat([]httpkit.Route{
		route("GET", i, h.listIncidents),
		route("POST", i, h.createIncident),
		route("GET", i+"/unresolved", h.listUnresolved),
		route("GET", i+"/scheduled", h.listScheduled),
		route("GET", i+"/upcoming", h.listUpcoming),
		route("GET", i+"/active_maintenance", h.listActive),
		route("GET", i+"/{incident}", h.getIncident),
		route("DELETE", i+"/{incident}", h.deleteIncident),
		route("GET", i+"/{incident}/postmortem", h.getPostmortem),
		route("PUT", i+"/{incident}/postmortem", h.putPostmortem),
		route("DELETE", i+"/{incident}/postmortem", h.deletePostmortem),
		route("PUT", i+"/{incident}/postmortem/publish", h.publishPostmortem),
		route("PUT", i+"/{incident}/postmortem/revert", h.revertPostmortem),
		route("GET", t, h.listTemplates),
		route("POST", t, h.createTemplate),
	}, changing(i+"/{incident}", h.patchIncident), changing(i+"/{incident}/incident_updates/{update}", h.patchUpdate))
}

func (h *handler) subscriberRoutes() []httpkit.Route {
	const s, i = "/pages/{page}/subscribers", "/pages/{page}/incidents/{incident}/subscribers"
	return []httpkit.Route{
		route("GET", s, h.listSubscribers),
		route("POST", s, h.createSubscriber),
		route("GET", s+"/count", h.countSubscribers),
		route("GET", s+"/histogram_by_state", h.histogram),
		route("POST", s+"/resend_confirmation", h.resendMany),
		route("POST", s+"/unsubscribe", h.unsubscribeMany),
		route("POST", s+"/reactivate", h.reactivateMany),
		route("GET", s+"/{subscriber}", h.getSubscriber),
		route("PATCH", s+"/{subscriber}", h.patchSubscriber),
		route("DELETE", s+"/{subscriber}", h.deleteSubscriber),
		route("POST", s+"/{subscriber}/resend_confirmation", h.resend),
		route("GET", i, h.listSubscribers),
		route("POST", i, h.createSubscriber),
		route("GET", i+"/{subscriber}", h.getSubscriber),
		route("DELETE", i+"/{subscriber}", h.deleteSubscriber),
		route("POST", i+"/{subscriber}/resend_confirmation", h.resend),
	}
}

func (h *handler) metricRoutes() []httpkit.Route {
	const p, m = "/pages/{page}/metrics_providers", "/pages/{page}/metrics"
	return slices.Concat([]httpkit.Route{
		route("GET", p, h.listProviders),
		route("POST", p, h.createProvider),
		route("GET", p+"/{provider}", h.getProvider),
		route("DELETE", p+"/{provider}", h.deleteProvider),
		route("GET", p+"/{provider}/metrics", h.listMetrics),
		route("POST", p+"/{provider}/metrics", h.createMetric),
		route("GET", m, h.listMetrics),
		route("POST", m+"/data", h.addManyPoints),
		route("GET", m+"/{metric}", h.getMetric),
		route("DELETE", m+"/{metric}", h.deleteMetric),
		route("POST", m+"/{metric}/data", h.addPoint),
		route("DELETE", m+"/{metric}/data", h.clearMetric),
	}, changing(p+"/{provider}", h.patchProvider), changing(m+"/{metric}", h.patchMetric))
}

// uiRoutes are the operations of the management interface that the manage API has not. Everybody with a role on the site speaks for it; what
// changes who may speak, or what readers' browsers load, is the administrators' matter.
func (h *handler) uiRoutes() []httpkit.Route {
	const p = "/api/status/pages/{page}"
	member := []httpkit.Route{
		route("GET", "/api/status/pages", h.uiPages),
		route("GET", p, h.uiPage),
		route("GET", p+"/components", h.uiComponents),
		route("POST", p+"/components/order", h.uiOrder),
		route("PUT", p+"/components/{component}/history", h.uiHistory),
		route("POST", p+"/preview", h.uiPreview),
		route("GET", p+"/subscribers", h.uiSubscribers),
		route("GET", p+"/subscribers.csv", h.uiExport),
		route("GET", p+"/design", h.uiDesign),
		route("PUT", p+"/incident-templates/{template}", h.uiPutTemplate),
		route("DELETE", p+"/incident-templates/{template}", h.uiDeleteTemplate),
		route("GET", p+"/metrics/{metric}/series", h.uiSeries),
		route("GET", p+"/activity", h.uiActivity),
		route("GET", p+"/notices", h.uiNotices),
	}
	admin := []httpkit.Route{
		route("POST", "/api/status/pages", h.uiCreatePage),
		route("PATCH", p, h.uiPatchPage),
		route("PUT", p+"/design", h.uiPutDesign),
		route("PUT", p+"/design/{image}", h.uiPutImage),
		route("DELETE", p+"/design/{image}", h.uiDeleteImage),
		route("POST", p+"/subscribers/import", h.uiImport),
		route("GET", "/api/status/keys", h.uiKeys),
		route("POST", "/api/status/keys", h.uiCreateKey),
		route("DELETE", "/api/status/keys/{key}", h.uiDeleteKey),
	}
	out := slices.Concat(member, admin)
	for i := range out {
		out[i].Permission, out[i].Dialect = httpkit.Member, httpkit.Platform
		if i >= len(member) {
			out[i].Permission = httpkit.Admin
		}
		switch out[i].Path {
		case p + "/subscribers/import":
			out[i].MaxBody = 16 << 20
		case p + "/design/{image}":
			out[i].MaxBody = 2 << 20
		}
	}
	return out
}

// publicRoutes are the page itself: of the first page at /status/, of every page at /status/p/{page}/.
func (h *handler) publicRoutes() []httpkit.Route {
	var out []httpkit.Route
	for _, base := range []string{"/status", "/status/p/{page}"} {
		for _, path := range []string{"", "/history", "/history/{number}", "/uptime", "/subscribe", "/incidents/{incident}", "/history.atom", "/history.rss", "/history.ics", "/badge.svg", "/favicon.svg",
			"/assets/{file}", "/metrics-display/{metric}/{file}", "/api/v2/summary.json", "/api/v2/status.json", "/api/v2/components.json", "/api/v2/incidents.json",
			"/api/v2/incidents/unresolved.json", "/api/v2/scheduled-maintenances.json", "/api/v2/scheduled-maintenances/active.json", "/api/v2/scheduled-maintenances/upcoming.json"} {
			out = append(out, route("GET", base+path, h.live))
		}
		out = append(out,
			route("POST", base+"/subscribe", h.subscribe),
			route("GET", base+"/confirm/{token}", h.askConfirm),
			route("POST", base+"/confirm/{token}", h.confirm),
			route("GET", base+"/manage/{token}", h.askManage),
			route("POST", base+"/manage/{token}", h.manage),
			route("GET", base+"/unsubscribe/{token}", h.askManage),
			route("POST", base+"/unsubscribe/{token}", h.manage),
		)
	}
	for i := range out {
		out[i].Permission, out[i].Dialect, out[i].Auth, out[i].MaxBody = httpkit.Public, httpkit.StatusPublic, nobody{}, 64<<10
	}
	return out
}

// nobody proves nothing: the public page is the same for everybody, and a browser's session has no say in it.
type nobody struct{}

// Authenticate implements httpkit.Authenticator.
func (nobody) Authenticate(*http.Request) (httpkit.Caller, error) { return httpkit.Caller{}, nil }
