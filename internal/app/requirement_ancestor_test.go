package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// ground is everything that an operation on one thing could step on: the rows of the control database, each as one text, and where the journal of every
// volume stands.
func (w *town) ground(t interface{ Fatal(...any) }) map[string]bool {
	out := map[string]bool{}
	ctx := w.t.Context()
	err := w.node.control().Read(ctx, func(tx *volume.Tx) error {
		for _, table := range []string{"org", "site", "site_product", "placement", "contact", "sandbox", "addon"} {
			cols, err := storage.Describe(ctx, tx.Tx, table)
			if err != nil {
				return err
			}
			rows, err := tx.QueryText(ctx, "SELECT * FROM "+table)
			if err != nil {
				return err
			}
			for rows.Next() {
				values, dest := make([]any, len(cols.Names)), make([]any, len(cols.Names))
				for i := range values {
					dest[i] = &values[i]
				}
				if err := rows.Scan(dest...); err != nil {
					return err
				}
				out[fmt.Sprintf("%s %v", table, values)] = true
			}
			if err := rows.Close(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range w.node.Fleet.Volumes() {
		if s.Owner == "control" {
			continue
		}
		_, head, err := w.node.schema(ctx, s)
		if err != nil {
			t.Fatal(err)
		}
		out[fmt.Sprintf("volume %s at %d", s, head.Seq)] = true
	}
	return out
}

// TestR2NoOperationTouchesAnAncestor runs random sequences of operations, on add-ons and on sites, forth and back, and looks at everything that is not the
// declared target: its site, its organization, its neighbours.
func TestR2NoOperationTouchesAnAncestor(t *testing.T) {
	s := newStreet(t, 3)
	if err := s.node.Maintenance.SetCaps(as("ann"), maintenance.Caps{Run: 10, Hour: 1_000_000, Cell: 1_000_000, Operator: 1_000_000}); err != nil {
		t.Fatal(err)
	}
	addonOf := func(i int) string { return s.addons[i].ID.String() }
	actions := map[string]func(r *rapid.T) string{
		"deactivate-addon": func(*rapid.T) string { return "action: {kind: deactivate-addon}\n" },
		"suspend-site":     func(*rapid.T) string { return "action: {kind: suspend-site}\n" },
		"switch-off-product": func(r *rapid.T) string {
			return "action: {kind: switch-off-product, params: {product: " + rapid.SampledFrom(SiteProducts).Draw(r, "product") + "}}\n"
		},
		"re-index": func(*rapid.T) string { return "action: {kind: re-index, params: {product: tracker}}\n" },
		"migrate":  func(*rapid.T) string { return "action: {kind: migrate}\n" },
		"change-setting": func(r *rapid.T) string {
			return "action: {kind: change-setting, params: {setting: site.name, to: '" + rapid.StringMatching("[a-z]{3,9}").Draw(r, "name") + "'}}\n"
		},
		"rotate-keys": func(*rapid.T) string {
			return "action: {kind: rotate-keys, params: {keys: oncall-links, until: '" + s.clock.Now().Add(5*time.Hour).Format(time.RFC3339) + "'}}\n"
		},
		"custom": func(r *rapid.T) string {
			from, to := "active", "deactivated"
			if rapid.Bool().Draw(r, "back") {
				from, to = to, from
			}
			step := "    - {op: switch-addon, name: insight-assets, from: %s, to: %s}\n"
			return "action:\n  kind: custom\n  do:\n" + fmt.Sprintf(step, from, to) + "  inverse:\n" + fmt.Sprintf(step, to, from)
		},
	}
	kinds := []string{"deactivate-addon", "suspend-site", "switch-off-product", "re-index", "migrate", "change-setting", "rotate-keys", "custom"}
	rapid.Check(t, func(r *rapid.T) {
		var done []*maintenance.Plan
		at := map[ids.Plan]int{}
		for range rapid.IntRange(1, 3).Draw(r, "operations") {
			before := s.ground(r)
			i := rapid.IntRange(0, 2).Draw(r, "target")
			if len(done) > 0 && rapid.Bool().Draw(r, "undo") {
				p := done[len(done)-1]
				i, done = at[p.ID], done[:len(done)-1]
				if _, err := s.node.Maintenance.Undo(as("bob"), p.ID, nil); err != nil {
					r.Logf("undo: %v", err)
				}
				s.onlyThis(r, p.Body.Action, i, before)
				continue
			}
			kind := rapid.SampledFrom(kinds).Draw(r, "action")
			target := "targets: {kind: site, ids: [" + s.sites[i].ID.String() + "]}\n"
			if kind == "deactivate-addon" {
				target = "targets: {kind: addon, ids: [" + addonOf(i) + "]}\n"
			}
			p, err := s.node.Maintenance.Plan(as("ann"), []byte("name: n\nreason: r\n"+target+actions[kind](r)))
			if err != nil { // the site is out of use, or the step is for nothing: nothing may have happened
				if fault.KindOf(err) == fault.KindInternal {
					r.Fatalf("%s: %v", kind, err)
				}
				s.onlyThis(r, "nothing", i, before)
				continue
			}
			if _, err := s.node.Maintenance.Approve(as("bob"), p.ID); err != nil {
				r.Fatal(err)
			}
			if _, err := s.node.Maintenance.Apply(as("ann"), p.ID, p.Hash, nil); err != nil {
				r.Logf("%s: %v", kind, err)
			} else {
				done, at[p.ID] = append(done, p), i
			}
			s.onlyThis(r, kind, i, before)
		}
		for len(done) > 0 { // back to where it began
			_, _ = s.node.Maintenance.Undo(as("bob"), done[len(done)-1].ID, nil)
			done = done[:len(done)-1]
		}
	})
}

// onlyThis compares the ground with what it was: what differs names the target, or for an operation on an add-on is its row.
func (s *street) onlyThis(r *rapid.T, action string, i int, before map[string]bool) {
	after := s.ground(r)
	for _, pair := range [][2]map[string]bool{{before, after}, {after, before}} {
		for row := range pair[0] {
			if pair[1][row] {
				continue
			}
			allowed := strings.Contains(row, s.sites[i].ID.String()) && !strings.HasPrefix(row, "placement ") && !strings.HasPrefix(row, "contact ")
			switch action {
			case "nothing":
				allowed = false
			case "deactivate-addon":
				allowed = strings.HasPrefix(row, "addon ["+s.addons[i].ID.String())
			}
			if !allowed {
				r.Errorf("%s on target %d touched %s", action, i, row)
			}
		}
	}
}
