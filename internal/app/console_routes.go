package app

import (
	"net/http"

	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/operator"
	"holdfast.dev/internal/platform/volume"
)

// operations lists the platform API. Whatever it does to a site or a plan goes through the same calls as the command line, so that every guard is in
// one place: with the object.
func (s *Server) operations() []operation {
	ops := []operation{
		{method: "POST", path: "/session", id: "signIn", summary: "Sign a browser in with an operator token", in: bodyType[signInRequest](), out: bodyType[operatorInfo](),
			status: http.StatusCreated, permission: httpkit.Public, handler: plain(s.postConsoleSession)},
		{method: "DELETE", path: "/session", id: "signOut", summary: "Sign the browser out", status: http.StatusNoContent, permission: httpkit.Operator, handler: plain(s.deleteConsoleSession)},
		operate("GET", "/me", "me", "Who is asking", s.consoleMe),
		operate("GET", "/operators", "listOperators", "Those who run the installation", s.listOperators),
		operate("GET", "/overview", "overview", "What is broken, for whom, since when, and what is being done", s.overview),
		download("GET", "/openapi.json", "openapi", "This description", "application/json", s.getOpenAPI),
	}
	ops = append(ops, s.fleetOperations()...)
	ops = append(ops, s.takeoutOperations()...)
	ops = append(ops, s.guardOperations()...)
	ops = append(ops, s.planOperations()...)
	ops = append(ops, s.assuranceOperations()...)
	ops = append(ops, s.keptReportOperations()...)
	ops = append(ops, s.fleetRestoreOperations()...)
	ops = append(ops, s.endingOperations()...)
	ops = append(ops, s.incidentOperations()...)
	ops = append(ops, s.contactOperations()...)
	return append(ops, s.recoveryOperations()...)
}

func (s *Server) consoleRoutes() []httpkit.Route {
	var routes []httpkit.Route
	for _, op := range s.operations() {
		routes = append(routes, op.route(s.operators))
	}
	return routes
}

func (s *Server) consoleMe(c *call, _ none) (out operatorInfo, err error) {
	who, err := s.operators.Authenticate(c.Request)
	if err != nil {
		return out, err
	}
	out = operatorInfo{Name: who.Principal.Name, Email: who.Principal.Email, CSRFToken: who.CSRF}
	all, err := s.allOperators(c)
	for _, o := range all {
		if o.Name == out.Name {
			out.Owner = o.Owner
		}
	}
	return out, err
}

func (s *Server) allOperators(c *call) (all []operator.Operator, err error) {
	err = s.node.control().Read(c.Context(), func(tx *volume.Tx) error {
		all, err = operator.All(c.Context(), tx)
		return err
	})
	return all, err
}

type operatorList struct {
	Operators []operator.Operator `json:"operators"`
}

func (s *Server) listOperators(c *call, _ none) (out operatorList, err error) {
	out.Operators = []operator.Operator{}
	all, err := s.allOperators(c)
	out.Operators = append(out.Operators, all...)
	return out, err
}
