package app

import (
	"strings"
	"testing"
)

// An operator installs an add-on, it keeps something, and a plan names it; the identifier of a site is none of an add-on, anywhere.
func TestAddonsOnTheCommandLine(t *testing.T) {
	s := session{t, t.TempDir()}
	org := s.ok("", "org", "create", "Acme")
	site := s.ok("", "site", "create", "acme", "--org", org)
	id := s.ok("", "addon", "install", "acme", "insight-assets", "--name", "Insight")
	if !strings.HasPrefix(id, "app_") {
		t.Fatalf("install prints %q", id)
	}
	if out := s.ok(`{"name":"forklift"}`, "addon", "put", id, "asset-1"); !strings.Contains(out, "1 objects") {
		t.Fatal(out)
	}
	if out := s.ok("", "addon", "list", "acme"); !strings.Contains(out, id) || !strings.Contains(out, "active") || !strings.Contains(out, "Insight") {
		t.Fatal(out)
	}
	plan := func(target string) string {
		return "name: n\nreason: r\naction: {kind: deactivate-addon}\ntargets: {kind: addon, ids: [" + target + "]}\n"
	}
	if out := s.ok(plan(id), "maintenance", "plan", "-"); !strings.Contains(out, "addon active → deactivated") || !strings.Contains(out, "1 objects of the add-on") {
		t.Fatal(out)
	}
	for _, c := range []struct {
		code  int
		stdin string
		args  []string
		says  string
	}{
		{ExitRefused, plan(site), []string{"maintenance", "plan", "-"}, "wrong kind"},
		{ExitUsage, "x", []string{"addon", "put", site, "asset-1"}, "wrong kind"},
		{ExitRefused, "x", []string{"addon", "put", id, ""}, "1 to 200"},
		{ExitRefused, strings.Repeat("x", maxAddonObject+1), []string{"addon", "put", id, "large"}, "at most"},
		{ExitRefused, "", []string{"addon", "install", "acme", "insight-assets"}, "already"},
		{ExitRefused, "", []string{"addon", "install", "acme", "Not A Key"}, "lower-case"},
		{ExitRefused, "", []string{"addon", "list", "nowhere"}, "nowhere"},
	} {
		if code, _, said := s.run(c.stdin, c.args...); code != c.code || !strings.Contains(said, c.says) {
			t.Errorf("holdfast %s: exit %d, %q; want %d with %q", strings.Join(c.args, " "), code, said, c.code, c.says)
		}
	}
}
