package httpkit

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
)

// tree finds the route of a path. A literal segment wins over a wildcard, from left to right, with a way back when the literal leads
// nowhere: the vendors' APIs have paths such as project/{}/statuses beside project/type/{}, which http.ServeMux refuses to hold together.
type tree struct {
	literal  map[string]*tree
	wildcard *tree
	ends     map[string]*leaf // by method
}

// leaf is a route with the names of its wildcards, in order.
type leaf struct {
	handler http.Handler
	dialect Dialect
	names   []string
}

// add enters a path such as /rest/api/3/issue/{issue}. It gives false when the method has a route there already.
func (t *tree) add(method, path string, l *leaf) bool {
	n := t
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if strings.HasPrefix(segment, "{") {
			l.names = append(l.names, strings.Trim(segment, "{}"))
			if n.wildcard == nil {
				n.wildcard = &tree{}
			}
			n = n.wildcard
			continue
		}
		if n.literal == nil {
			n.literal = map[string]*tree{}
		}
		if n.literal[segment] == nil {
			n.literal[segment] = &tree{}
		}
		n = n.literal[segment]
	}
	if n.ends == nil {
		n.ends = map[string]*leaf{}
	}
	if n.ends[method] != nil {
		return false
	}
	n.ends[method] = l
	return true
}

// find gives the node of a path that has routes, with the values of its wildcards. ok tells whether a node has the method wanted; without one
// the first node with routes at all is given.
func (t *tree) find(segments, values []string, method string) (n *tree, found []string, ok bool) {
	if len(segments) == 0 {
		if t.ends == nil {
			return nil, nil, false
		}
		return t, values, t.ends[method] != nil
	}
	var other *tree
	if next := t.literal[segments[0]]; next != nil {
		n, found, ok := next.find(segments[1:], values, method)
		if ok {
			return n, found, true
		}
		other = n
	}
	if t.wildcard != nil && segments[0] != "" {
		n, found, ok := t.wildcard.find(segments[1:], append(values, segments[0]), method)
		if ok {
			return n, found, true
		}
		if other == nil {
			other = n
		}
	}
	return other, nil, false
}

// serve answers a request when there is a route for its path.
func (t *tree) serve(m *Mux, w http.ResponseWriter, r *http.Request) bool {
	path := strings.TrimSuffix(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if strings.ContainsRune(s, '%') {
			plain, err := url.PathUnescape(s)
			if err != nil {
				return false
			}
			segments[i] = plain
		}
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	n, values, ok := t.find(segments, make([]string, 0, 4), method)
	switch {
	case n == nil:
		return false
	case !ok:
		var allowed []string
		var d Dialect
		for other, l := range n.ends {
			allowed = append(allowed, other)
			d = l.dialect
		}
		slices.Sort(allowed)
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		m.fail(w, r, d, fault.New(fault.KindMethodNotAllowed, "The method %s is not allowed here; %s is.", r.Method, strings.Join(allowed, ", ")))
		return true
	}
	l := n.ends[method]
	for i, name := range l.names {
		r.SetPathValue(name, values[i])
	}
	l.handler.ServeHTTP(w, r)
	return true
}
