package rest

import (
	_ "embed"
	"strings"

	"holdfast.dev/internal/base/fault"
)

// unserved.txt lists, by noun, the operations of the published API that are not served: each answers 501 in the API's form.
//
//go:embed unserved.txt
var unservedList string

func (h *handler) unservedOperations() []operation {
	var all []operation
	for line := range strings.Lines(unservedList) {
		method, path, ok := strings.Cut(strings.TrimSpace(line), " ")
		if ok && method != "#" {
			all = append(all, operation{method: method, path: path, right: mayRead, run: notServed})
		}
	}
	return all
}

func notServed(c *call) error {
	return fault.New(fault.KindNotImplemented, "The operation %s %s is not available on this site.", c.r.Method, c.r.URL.Path)
}
