package rest_test

import (
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"holdfast.dev/internal/platform/storage/storagetest"
)

// TestEveryPublishedOperationAnswers: each operation of the vendor's specification has a route, be it one that says 501. The specification is kept beside the repository.
func TestEveryPublishedOperationAnswers(t *testing.T) {
	b, err := os.ReadFile("../../../../../shared/specs/opsgenie-v2.swagger.json")
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the published specification is not beside the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	var spec struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(b, &spec); err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`\{[^}]*\}`)
	w := newWorld(t, storagetest.SQLite(t))
	served := map[string]bool{}
	for _, r := range w.product.Routes() {
		served[r.Method+" "+names.ReplaceAllString(r.Path, "{}")] = true
	}
	operations := 0
	for path, methods := range spec.Paths {
		for method := range methods {
			if method == "parameters" {
				continue
			}
			operations++
			op := strings.ToUpper(method) + " " + strings.TrimSuffix(names.ReplaceAllString(path, "{}"), "/")
			op = strings.Replace(op, "{}.ics", "{}", 1) // the last segment ends in .ics, which the handler sees
			if !served[op] {
				t.Errorf("%s has no route", op)
			}
		}
	}
	if operations < 150 {
		t.Errorf("only %d operations", operations)
	}
}
