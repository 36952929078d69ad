package rest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// published gives the operations of the vendor's specification as "METHOD path", wildcards without names.
func published(t *testing.T) map[string]bool {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	var b []byte
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			b, err = os.ReadFile(filepath.Join(filepath.Dir(dir), "shared", "specs", "jira-platform-v3.2026-03.json"))
			if err != nil {
				t.Skip("skipped: the published specification is not on this machine")
			}
			break
		}
	}
	var spec struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(b, &spec); err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for path, operations := range spec.Paths {
		for method := range operations {
			if method = strings.ToUpper(method); method != "PARAMETERS" && strings.HasPrefix(path, "/rest/api/3/") {
				out[method+" "+shape(path)] = true
			}
		}
	}
	return out
}

var wildcard = regexp.MustCompile(`\{[^}]*\}`)

func shape(path string) string { return wildcard.ReplaceAllString(path, "{}") }

// TestEveryPublishedOperationIsServedOrSaidNotToBe: none is forgotten, none is in both lists.
func TestEveryPublishedOperationIsServedOrSaidNotToBe(t *testing.T) {
	h := &handler{}
	unserved := map[string]bool{}
	for _, r := range h.unservedRoutes() {
		unserved[r.Method+" /rest/api/3"+shape(r.Path)] = true
	}
	all := map[string]bool{}
	for _, r := range Routes(Deps{}) {
		key := r.Method + " " + shape(r.Path)
		if all[key] {
			t.Errorf("%s is in two lists", key)
		}
		all[key] = true
	}
	operations := published(t)
	for key := range operations {
		if !all[key] {
			t.Errorf("%s is neither served nor in unserved.txt", key)
		}
	}
	for key := range unserved {
		if !operations[key] {
			t.Errorf("%s is in unserved.txt and not in the specification", key)
		}
	}
	if served := len(operations) - len(unserved); served < 140 {
		t.Errorf("only %d of %d published operations are served", served, len(operations))
	}
}
