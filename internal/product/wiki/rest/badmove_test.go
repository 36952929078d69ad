package rest_test

import "testing"

// TestAPageIsNotPutBelowItself: not below itself nor below one of its children, by any of the APIs, in the words of each; the tree stays as it is.
func TestAPageIsNotPutBelowItself(t *testing.T) {
	engines(t, func(t *testing.T, s *site) {
		s.must("ann", "POST", "/api/wiki/spaces", `{"key":"DOC","name":"Docs"}`)
		top := s.page("ann", "DOC", "", "Top", doc("x"))
		child := s.page("ann", "DOC", top, "Child", doc("x"))
		deep := s.page("ann", "DOC", child, "Deep", doc("x"))
		const says = "cannot be moved below itself"
		for _, below := range []string{top, child, deep} {
			s.want("ann", "PUT", "/wiki/rest/api/content/"+top+"/move/append/"+below, "", 400, says)
			s.want("ann", "PUT", "/wiki/rest/api/content/"+top+"/move/append/"+below, "", 400, `"statusCode":400`)
			s.want("ann", "POST", "/api/wiki/pages/"+top+"/move", `{"targetId":"`+below+`","position":"append"}`, 400, says)
		}
		s.want("ann", "PUT", "/wiki/rest/api/content/"+top+"/move/before/"+deep, "", 400, says)
		s.want("ann", "PUT", "/wiki/api/v2/pages/"+top, `{"id":"`+top+`","status":"current","title":"Top","parentId":"`+deep+`","body":{"representation":"storage","value":"<p>x</p>"},"version":{"number":2}}`, 400, `"errors":[`)
		s.want("ann", "GET", "/wiki/rest/api/content/"+deep+"?expand=ancestors", "", 200, `"title":"Top"`)
		s.want("ann", "GET", "/api/wiki/pages/"+top, "", 200, `"version":1`)
	})
}
