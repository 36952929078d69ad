package app

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// destructive is what the last words of a path say that takes something away or out of use.
var destructive = regexp.MustCompile(`(?i)(delete|remove|suspend|archive|trash|revoke|deactivate|disable|close|purge|restore|tombstone|cancel|undo|abort|apply|expire|forget)`)

// takesAway tells whether a route can take something away, by its method or its words.
func takesAway(r httpkit.Route) bool {
	return r.Method == http.MethodDelete || r.Method != http.MethodGet && destructive.MatchString(r.Path)
}

// kindsOf gives an identifier of every kind that the platform has.
func kindsOf(w *town) map[string]string {
	now := w.clock.Now()
	return map[string]string{"site": w.other.ID.String(), "own site": w.acme.ID.String(), "org": w.acme.Org.String(), "app": ids.New[ids.App](now).String(), "plan": ids.New[ids.Plan](now).String(),
		"op": ids.New[ids.Operation](now).String(), "contact": ids.New[ids.Contact](now).String(), "restore": ids.New[ids.Restore](now).String(), "purge": ids.New[ids.Purge](now).String(), "star": "*", "blank": "%20"}
}

// worth is what an installation holds of its customers: the rows of every journaled table, by volume and table.
func (w *town) worth() map[string]int64 {
	w.t.Helper()
	out := map[string]int64{}
	for _, ref := range w.node.Fleet.Volumes() {
		kind, _ := w.node.Pool.Kind(ref.Kind)
		err := w.node.peek(w.t.Context(), ref, func(tx *storage.Tx) error {
			for _, table := range kind.Tables {
				if table.Exempt != "" || slices.Contains(bookkeeping, table.Name) {
					continue
				}
				var n int64
				if err := tx.GetText(w.t.Context(), "SELECT count(*) FROM "+storage.Quote(table.Name), nil, &n); err != nil {
					return err
				}
				out[ref.String()+" "+table.Name] = n
			}
			return nil
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	for _, s := range w.node.Fleet.All() {
		out["state of "+s.Slug+" "+string(s.State)] = 1
	}
	return out
}

// bookkeeping are tables of which a refused request may add a row: when a token was used, who signed in, what was asked.
var bookkeeping = []string{"api_token_use", "session", "operation", "wake", "job", "activity", "team_log", "oncall_request"}

func lost(before, after map[string]int64) (out []string) {
	for name, n := range before {
		if after[name] != n {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// TestR1NoRouteOfAProductTakesAnotherKind gives every route of every product that takes something away identifiers of the platform's kinds, and what is
// none. The routes are those that the server has, so that a new one cannot be forgotten.
func TestR1NoRouteOfAProductTakesAnotherKind(t *testing.T) {
	w := newTown(t)
	ctx := w.node.siteContext(identity.AsSystem(context.Background(), "test"), w.acme)
	genie, err := w.node.products.oncall.CreateKey(ctx, w.node.Pool.Volume(volume.Ref{Kind: "oncall", Owner: w.acme.ID.String()}), w.acme.ID, "test")
	if err != nil {
		t.Fatal(err)
	}
	manage, err := w.node.products.status.CreateKey(ctx, w.node.Pool.Volume(volume.Ref{Kind: "status", Owner: w.acme.ID.String()}), w.acme.ID, "test")
	if err != nil {
		t.Fatal(err)
	}
	callers := [][]string{bearer(w.token["acme"]), {"Authorization", "GenieKey " + genie}, {"Authorization", "OAuth " + manage}}
	server, err := NewServer(w.node)
	if err != nil {
		t.Fatal(err)
	}
	kinds := kindsOf(w)
	before := w.worth()
	routes, tried, closed := 0, 0, 0
	for _, r := range server.Routes() {
		names := wildcards(r.Path)
		if !takesAway(r) || len(names) == 0 || strings.HasPrefix(r.Path, consolePath) {
			continue
		}
		routes++
		for kind, id := range kinds {
			path := r.Path
			for _, name := range names {
				path = strings.NewReplacer("{"+name+"}", id, "{"+name+"...}", id).Replace(path)
			}
			code, text := 0, ""
			for _, caller := range callers {
				if code, text = w.call(http.DefaultClient, r.Method, "/s/acme"+path, "{}", caller...); code != http.StatusUnauthorized {
					break
				}
			}
			tried++
			switch {
			case code == http.StatusUnauthorized || code == http.StatusForbidden:
				closed++
			case code >= 500 && code != http.StatusNotImplemented:
				t.Errorf("%s %s with %s: %d %.200s", r.Method, r.Path, kind, code, text)
			case code < 300 && !harmless(r):
				t.Errorf("%s %s took %s: %d %.200s", r.Method, r.Path, kind, code, text)
			}
		}
	}
	if changed := lost(before, w.worth()); len(changed) > 0 {
		t.Errorf("something changed: %v", changed)
	}
	t.Logf("%d routes, %d calls, %d of them by callers who are not let in", routes, tried, closed)
	if routes < 100 || closed > tried/2 {
		t.Errorf("%d routes were tried, and %d of %d calls were not let in", routes, closed, tried)
	}
}

// harmless are routes that answer well to what is not there, as the API that they speak does: alerts are found after the answer, and the name of a label is
// any text. Nothing may change all the same, which is checked.
func harmless(r httpkit.Route) bool {
	return slices.ContainsFunc([]string{"/v2/alerts/{identifier}", "/jsm/ops/integration/v2/alerts/{identifier}", "/wiki/rest/api/user/watch/label/{labelName}"}, func(p string) bool { return strings.HasPrefix(r.Path, p) })
}

// TestR1NoCommandTakesAnotherKind gives every command that takes an argument identifiers of kinds that it does not take. The commands are those that
// there are.
func TestR1NoCommandTakesAnotherKind(t *testing.T) {
	s := session{t, t.TempDir()}
	org := s.ok("", "org", "create", "Acme")
	site := s.ok("", "site", "create", "acme", "--org", org)
	w := newTown(t)
	now := w.clock.Now()
	prefix := map[string]string{"SLUG": "site", "PLAN": "plan", "REQUEST": "purge", "ADDON": "app", "APP": "app", "ORG": "org", "OPERATION": "op", "CONTACT": "contact"}
	kinds := map[string]string{"site": site, "org": org, "app": ids.New[ids.App](now).String(), "plan": ids.New[ids.Plan](now).String(), "star": "*"}
	given := map[string]string{"reason": "because of a test", "site-id": site, "hash": strings.Repeat("0", 64), "at": "2026-04-05T07:38:00Z", "from": "2026-04-05T07:38:00Z", "to": "2026-04-05T07:39:00Z", "org": org}
	root := (&cli{env: Env{}}).command()
	type command struct{ words, flags []string }
	var commands []command
	var walk func(c *cobra.Command, path []string)
	walk = func(c *cobra.Command, path []string) {
		for _, sub := range c.Commands() {
			walk(sub, append(slices.Clone(path), strings.Fields(sub.Use)...))
		}
		if c.HasSubCommands() || len(path) == 0 {
			return
		}
		cmd := command{words: path}
		for name, value := range given {
			f := c.Flags().Lookup(name)
			if f == nil {
				continue
			}
			if _, required := f.Annotations[cobra.BashCompOneRequiredFlag]; required || name == "reason" {
				cmd.flags = append(cmd.flags, "--"+name, value)
			}
		}
		commands = append(commands, cmd)
	}
	walk(root, nil)
	tried := 0
	for _, cmd := range commands {
		words := cmd.words
		last := strings.TrimSuffix(words[len(words)-1], "...")
		takes, ok := prefix[last]
		if !ok {
			continue
		}
		for kind, id := range kinds {
			if kind == takes {
				continue
			}
			tried++
			args := slices.Concat(words[:len(words)-1], []string{id}, cmd.flags)
			code, out, why := s.run("", args...)
			if strings.Contains(why, "flag") {
				t.Errorf("holdfast %s was refused for its flags: %s", strings.Join(args, " "), why)
			}
			if code == ExitOK {
				t.Errorf("holdfast %s took a %s: %s", strings.Join(args, " "), kind, out)
			}
		}
	}
	if tried < 60 {
		t.Errorf("only %d command lines were tried", tried)
	}
	if out := s.ok("", "site", "list"); !strings.Contains(out, "active") {
		t.Errorf("the site is %s", out)
	}
}
