// Package rest is on-call's HTTP API: Opsgenie's REST API v2, at the root of the site and under /jsm/ops/integration, and what the interface asks for
// under /api/oncall. Every operation stands in one list with the right it needs; wire types live here and never reach the domain.
//
// Operations of the published API that are not served answer 501 in its form and are listed in docs/api-divergences/opsgenie.md.
package rest

import (
	"context"
	"net/http"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/ratelimit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/needs"
)

// Deps is what the API needs from its surroundings.
type Deps struct {
	Clock    clock.Clock
	Volume   func(ctx context.Context) (*volume.Volume, error) // the on-call volume of the context's site
	Accounts httpkit.Authenticator                             // proves people
	Blobs    func(ctx context.Context) needs.Blobs             // contents of attachments; may be nil
	Issues   func(ctx context.Context) needs.Issues            // may give nil
	Status   func(ctx context.Context) needs.StatusIncidents   // may give nil
	Senders  needs.Senders
	Limit    *ratelimit.Limiter // of requests by key; nil for DefaultLimit
}

// DefaultLimit is how many requests one key may send: bursts of 30,000, 5,000 a second in the long run.
func DefaultLimit(c clock.Clock) *ratelimit.Limiter {
	return ratelimit.New(30_000, time.Second/5000, 10_000, c)
}

type handler struct{ Deps }

// operation is one operation of the API by its path below /v2 or the like.
type operation struct {
	method, path string
	right        right
	run          func(*call) error
	maxBody      int64 // bytes; 0 is 1 MiB
	own          bool  // the operation itself decides which people may configure: administrators of the team, for instance
}

// prefixes are where Opsgenie's API is found: at the root, where its own clients look, and where Jira Service Management has it.
var prefixes = []string{"", "/jsm/ops/integration"}

// operations lists what is served of Opsgenie's API, by noun.
func (h *handler) operations() []operation {
	var all []operation
	for _, list := range [][]operation{h.alertOperations(), h.alertActionOperations(), h.attachmentOperations(), h.savedSearchOperations(), h.heartbeatOperations(), h.integrationOperations(), h.peopleOperations(), h.unservedOperations()} {
		all = append(all, list...)
	}
	return all
}

// Routes lists every route of the API.
func Routes(d Deps) []httpkit.Route {
	if d.Limit == nil {
		d.Limit = DefaultLimit(d.Clock)
	}
	h := &handler{d}
	var routes []httpkit.Route
	served := map[string]bool{}
	for _, op := range h.operations() {
		if served[op.method+" "+op.path] {
			continue // the list of what is not served comes last: whatever is served wins over it
		}
		served[op.method+" "+op.path] = true
		for _, prefix := range prefixes {
			routes = append(routes, h.route(op, prefix))
		}
	}
	routes = append(routes, h.incomingRoutes()...)
	routes = append(routes, h.peopleRoutes()...)
	return append(routes, h.interfaceRoutes()...)
}

func (h *handler) route(op operation, prefix string) httpkit.Route {
	return httpkit.Route{Method: op.method, Path: prefix + op.path, Permission: httpkit.Member, Auth: h, Dialect: httpkit.Opsgenie, MaxBody: op.maxBody,
		Handler: func(w http.ResponseWriter, r *http.Request) error { return h.serve(w, r, op) }}
}
