package rest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// published gives the operations of the vendor's specifications as "METHOD path", wildcards without names.
func published(t *testing.T) map[string]string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
	}
	out := map[string]string{}
	for file, base := range map[string]string{"confluence-v2.2026-02.json": "/wiki/api/v2", "confluence-v1.2026-02.json": "", "confluence-v1.2023-08-with-deprecated.json": ""} {
		b, err := os.ReadFile(filepath.Join(filepath.Dir(dir), "shared", "specs", file))
		if err != nil {
			t.Skip("skipped: the published specifications are not on this machine")
		}
		var spec struct {
			Paths map[string]map[string]json.RawMessage `json:"paths"`
		}
		if err := json.Unmarshal(b, &spec); err != nil {
			t.Fatal(err)
		}
		for path, operations := range spec.Paths {
			for method := range operations {
				if method = strings.ToUpper(method); method != "PARAMETERS" && strings.HasPrefix(base+path, "/wiki/") {
					out[method+" "+shape(base+path)] = method + " " + base + path
				}
			}
		}
	}
	return out
}

var wildcard = regexp.MustCompile(`\{[^}]*\}`)

func shape(path string) string { return wildcard.ReplaceAllString(path, "{}") }

// TestEveryPublishedOperationIsServedOrSaidNotToBe: none is forgotten, none is in both lists.
func TestEveryPublishedOperationIsServedOrSaidNotToBe(t *testing.T) {
	unserved, all := map[string]bool{}, map[string]bool{}
	for _, r := range unservedRoutes() {
		unserved[r.Method+" "+shape(r.Path)] = true
	}
	for _, r := range Routes(Deps{}) {
		key := r.Method + " " + shape(r.Path)
		if all[key] {
			t.Errorf("%s is in two lists", key)
		}
		all[key] = true
	}
	operations := published(t)
	for key, full := range operations {
		if !all[key] {
			t.Errorf("neither served nor in unserved.txt: %s", full)
		}
	}
	for key := range unserved {
		if operations[key] == "" {
			t.Errorf("%s is in unserved.txt and not in the specifications", key)
		}
	}
	if served := len(operations) - len(unserved); served < 190 {
		t.Errorf("only %d of %d published operations are served", served, len(operations))
	}
}
