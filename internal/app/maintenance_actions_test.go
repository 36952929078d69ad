package app

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/addon"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/channel"
	"holdfast.dev/internal/product/oncall/key"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/wiki/content"
	wikipage "holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/richtext/adf"
)

// ofSite gives a volume of the first site of a street.
func (s *street) ofSite(kind string) *volume.Volume {
	return s.node.Pool.Volume(volume.Ref{Kind: kind, Owner: s.sites[0].ID.String()})
}

// directly does something past everything that watches.
func (s *street) directly(kind string, statements ...string) {
	s.t.Helper()
	err := s.ofSite(kind).Direct(s.t.Context(), func(tx *storage.Tx) error {
		for _, text := range statements {
			if _, err := tx.ExecText(s.t.Context(), text); err != nil {
				return fmt.Errorf("%s: %w", text, err)
			}
		}
		return nil
	})
	if err == nil {
		err = s.ofSite(kind).Adopt(s.t.Context())
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// runThere plans, shows, approves and applies a plan and compares every target with what the plan said.
func (s *street) runThere(source string) *maintenance.Plan {
	s.t.Helper()
	p := s.plan(source)
	if p.Body.Requires == "" || p.Body.Checked == "" || p.Body.Inverse == "" || !strings.Contains(planText(p), p.Body.Inverse) {
		s.t.Errorf("a reviewer is not told what %s requires, how it is checked or how it is taken back", p.Body.Action)
	}
	for _, t := range p.Body.Targets {
		if maps.Equal(t.Before.State, t.After.State) {
			s.t.Errorf("%s changes nothing of %s: %v", p.Body.Action, t.Name, t.Before.State)
		}
	}
	if text := planText(p); !strings.Contains(text, "→") {
		s.t.Errorf("the plan shows no change:\n%s", text)
	}
	s.approve(p)
	done, err := s.node.Maintenance.Apply(as("ann"), p.ID, p.Hash, nil)
	if err != nil || done.State != maintenance.Done {
		s.t.Fatalf("%s: %v", planText(p), err)
	}
	s.stands(p, func(t maintenance.Target) maintenance.Snapshot { return t.After })
	return p
}

// stands compares the targets of a plan, as they are now, with one of its snapshots.
func (s *street) stands(p *maintenance.Plan, want func(maintenance.Target) maintenance.Snapshot) {
	s.t.Helper()
	again, err := s.node.Maintenance.Plan(as("ann"), []byte(p.Source))
	if err != nil {
		s.t.Fatal(err)
	}
	for i, t := range again.Body.Targets {
		for name, v := range t.Before.State {
			t.Before.State[name], _, _ = strings.Cut(v, ", but for") // what a rotation that was taken back had signed
		}
		if !maps.Equal(t.Before.State, want(p.Body.Targets[i]).State) {
			s.t.Errorf("%s: %s is %v, the plan says %v", p.Body.Action, t.Name, t.Before.State, want(p.Body.Targets[i]).State)
		}
	}
}

// takenBack undoes a plan, twice, and compares its targets with what they were.
func (s *street) takenBack(p *maintenance.Plan) {
	s.t.Helper()
	for range 2 {
		if got, err := s.node.Maintenance.Undo(as("bob"), p.ID, nil); err != nil || got.State != maintenance.Undone {
			s.t.Fatalf("%s: %v", p.Body.Action, err)
		}
	}
	s.stands(p, func(t maintenance.Target) maintenance.Snapshot { return t.Before })
}

func onShop(action string) string {
	return "name: n\nreason: r\nexpect: {targets: 1..10}\ntargets: {kind: site, where: {state: active}}\n" + action
}

func TestSettingsAreChangedAndSetBack(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s *street) {
		s.settle("one", "status")
		s.settle("two", "status")
		for name, to := range map[string]string{siteName: "Renamed", "status.time_zone": "Europe/Berlin", "status.hidden_from_search": "on", "status.page_subscribers": "off", "status.partial_outage_percent": "55"} {
			s.takenBack(s.runThere(onShop(fmt.Sprintf("action: {kind: change-setting, params: {setting: %s, to: '%s'}}\n", name, to))))
		}
		for _, params := range []string{"{}", "{setting: site.name}", "{setting: site.slug, to: x}", "{setting: status.time_zone, to: Mars}", "{setting: status.feeds, to: 'yes'}", "{setting: status.partial_outage_percent, to: '101'}",
			"{setting: site.name, to: x, force: y}"} {
			if _, err := s.node.Maintenance.Plan(as("ann"), []byte(onShop("action: {kind: change-setting, params: "+params+"}\n"))); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%s: %v", params, err)
			}
		}
	})
}

func TestKeysEndAfterTheirGrace(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s *street) {
		s.settle("one", "oncall", "status")
		ctx := s.node.siteContext(identity.AsSystem(t.Context(), "test"), s.sites[0])
		secret, err := s.node.products.oncall.CreateKey(ctx, s.ofSite("oncall"), s.sites[0].ID, "monitor")
		if err != nil {
			t.Fatal(err)
		}
		manage, err := s.node.products.status.CreateKey(ctx, s.ofSite("status"), s.sites[0].ID, "script")
		if err != nil {
			t.Fatal(err)
		}
		var token string
		var oldSecret []byte
		read := func(kind string, fn func(*volume.Tx) error) error {
			return s.ofSite(kind).Read(ctx, fn)
		}
		if err := read("oncall", func(tx *volume.Tx) error {
			set, err := channel.LoadSettings(ctx, tx)
			if err == nil {
				token = channel.Sign(set.LinkSecret, channel.Link{What: channel.LinkCalendar, ID: "x", Person: "y"})
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := read("status", func(tx *volume.Tx) error {
			p, err := page.First(ctx, tx)
			if err == nil {
				oldSecret = p.Secret
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		work := map[string]func() error{
			"oncall-api-keys": func() error {
				return read("oncall", func(tx *volume.Tx) error { _, err := key.Integration(ctx, tx, secret); return err })
			},
			"status-manage-keys": func() error {
				return read("status", func(tx *volume.Tx) error { _, err := page.FindKey(ctx, tx, manage); return err })
			},
			"oncall-links": func() error {
				return read("oncall", func(tx *volume.Tx) error {
					set, err := channel.LoadSettings(ctx, tx)
					if err == nil {
						_, err = set.Open(token, tx.Now())
					}
					return err
				})
			},
			"status-links": func() error {
				return read("status", func(tx *volume.Tx) error {
					p, err := page.First(ctx, tx)
					if err == nil && string(p.Secret) != string(oldSecret) && string(p.OldSecret) != string(oldSecret) {
						err = fault.NotFound("the old secret is over")
					}
					return err
				})
			},
		}
		for name, works := range work {
			until := s.clock.Now().Add(48 * time.Hour)
			source := onShop(fmt.Sprintf("action: {kind: rotate-keys, params: {keys: %s, until: '%s'}}\n", name, until.Format(time.RFC3339)))
			p := s.runThere(source)
			if err := works(); err != nil {
				t.Errorf("%s: the old one ended at once: %v", name, err)
			}
			s.takenBack(p)
			s.clock.Advance(49 * time.Hour)
			if err := works(); err != nil {
				t.Errorf("%s: the rotation was taken back, and still the old one ended: %v", name, err)
			}
			until = s.clock.Now().Add(2 * time.Hour)
			late := s.plan(strings.Replace(source, strings.Split(source, "until: '")[1][:20], until.Format(time.RFC3339), 1))
			s.approve(late)
			if _, err := s.node.Maintenance.Apply(as("ann"), late.ID, late.Hash, nil); err != nil {
				t.Fatal(err)
			}
			s.clock.Advance(3 * time.Hour)
			if err := works(); err == nil {
				t.Errorf("%s: the old one works after its grace", name)
			}
		}
		soon := s.clock.Now().Add(time.Minute).Format(time.RFC3339)
		for _, params := range []string{"{}", "{keys: all, until: '2030-01-01T00:00:00Z'}", "{keys: oncall-links, until: tomorrow}", "{keys: oncall-links, until: '" + soon + "'}"} {
			if _, err := s.node.Maintenance.Plan(as("ann"), []byte(onShop("action: {kind: rotate-keys, params: "+params+"}\n"))); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%s: %v", params, err)
			}
		}
	})
}

func TestAnIndexIsDerivedAgain(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s *street) {
		s.settle("one", "tracker", "wiki")
		ctx := s.node.siteContext(identity.AsSystem(t.Context(), "test"), s.sites[0])
		err := s.ofSite("work").Write(ctx, func(tx *volume.Tx) error {
			eng := &space.Space{ID: 1, Key: "ENG", Name: "Engineering", Type: space.Global, Status: space.Current, Created: tx.Now(), Updated: tx.Now()}
			if err := space.Insert(ctx, tx, eng); err != nil {
				return err
			}
			for _, title := range []string{"Pumps", "Valves"} {
				body, err := adf.Parse([]byte(`{"version":1,"type":"doc","content":[{"type":"paragraph","content":[{"type":"mention","attrs":{"id":"abc","text":"@x"}},{"type":"text","text":" all about ` + title + `"}]}]}`))
				if err != nil {
					return err
				}
				if _, err := wikipage.Create(ctx, tx, "", wikipage.New{Kind: content.Page, Space: eng, Title: title, Body: body}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		source := onShop("action: {kind: re-index}\n")
		if p := s.plan(source); !strings.Contains(planText(p), "it is so already") {
			t.Errorf("an index that is whole is planned to change:\n%s", planText(p))
		}
		s.directly("work", `UPDATE wiki_text SET body = 'nonsense' WHERE title = 'pumps'`, `DELETE FROM wiki_use`)
		key := "rowid"
		if s.node.Engine.Dialect() == storage.Postgres {
			key = "content_id"
		}
		s.directly("work", `DELETE FROM wiki_search WHERE `+key+` = (SELECT max(content_id) FROM wiki_text)`)
		p := s.plan(source)
		if got := p.Body.Targets[0].Before; got.State["index of wiki"] != indexStale || got.Counts["entries that differ in wiki"] == 0 {
			t.Fatalf("%+v", got)
		}
		s.runThere(source)
		var found, mentions int64
		err = s.ofSite("work").Read(ctx, func(tx *volume.Tx) error {
			text := `SELECT count(*) FROM wiki_search WHERE wiki_search MATCH 'about'`
			if tx.Dialect() == storage.Postgres {
				text = `SELECT count(*) FROM wiki_search WHERE search @@ to_tsquery('simple', 'about')`
			}
			if err := tx.GetText(ctx, text, nil, &found); err != nil {
				return err
			}
			return tx.GetText(ctx, `SELECT count(*) FROM wiki_use`, nil, &mentions)
		})
		if err != nil || found != 2 || mentions != 2 {
			t.Errorf("search finds %d of 2 pages and %d of 2 mentions, %v", found, mentions, err)
		}
	})
}

const customShop = `name: n
reason: r
expect: {targets: 1..10}
targets: {kind: site, where: {state: active}}
action:
  kind: custom
  do:
    - {op: change-setting, name: status.time_zone, from: UTC, to: Europe/Berlin}
    - {op: switch-product, name: wiki, from: on, to: off}
    - {op: switch-addon, name: insight-assets, from: active, to: deactivated}
    - {op: set-column, volume: work, table: priority, column: color, where: {name: High}, from: "%s", to: "#123456"}
  inverse:
    - {op: set-column, volume: work, table: priority, column: color, where: {name: High}, from: "#123456", to: "%s"}
    - {op: switch-addon, name: insight-assets, from: deactivated, to: active}
    - {op: switch-product, name: wiki, from: off, to: on}
    - {op: change-setting, name: status.time_zone, from: Europe/Berlin, to: UTC}
`

func TestACustomActionHasAProvenInverse(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s *street) {
		s.settle("one", "tracker", "wiki", "status")
		err := s.node.control().Write(t.Context(), func(tx *volume.Tx) error {
			_, err := addon.Install(t.Context(), tx, s.sites[0].ID, "insight-assets", "Insight")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		color := ""
		err = s.ofSite("work").Read(t.Context(), func(tx *volume.Tx) error {
			return tx.GetText(t.Context(), `SELECT color FROM priority WHERE name = 'High'`, nil, &color)
		})
		if err != nil {
			t.Fatal(err)
		}
		good := fmt.Sprintf(customShop, color, color)
		s.takenBack(s.runThere(good))

		for what, edit := range map[string][2]string{
			"an inverse that leads elsewhere":    {"from: Europe/Berlin, to: UTC", "from: Europe/Berlin, to: Europe/Paris"},
			"an inverse that is missing":         {"    - {op: change-setting, name: status.time_zone, from: Europe/Berlin, to: UTC}\n", ""},
			"a step for nothing":                 {"from: on, to: off", "from: off, to: off"},
			"an unknown operation":               {"{op: switch-product, name: wiki, from: on, to: off}", "{op: delete-product, name: wiki, from: on, to: off}"},
			"a volume of the organization":       {"volume: work, table: priority", "volume: access, table: account"},
			"the control database":               {"volume: work, table: priority", "volume: control, table: site"},
			"a table that is not in the journal": {"table: priority", "table: issue_search"},
			"no condition":                       {"where: {name: High}", "where: {}"},
			"a blank condition":                  {"where: {name: High}", "where: {name: ''}"},
			"a secret":                           {"volume: work, table: priority, column: color", "volume: status, table: page, column: secret"},
			"SQL in the name of a table":         {"table: priority", "table: 'priority; DROP TABLE issue'"},
			"parameters":                         {"  kind: custom\n", "  kind: custom\n  params: {force: x}\n"},
		} {
			bad := strings.ReplaceAll(good, edit[0], edit[1])
			if bad == good {
				t.Fatalf("%s: nothing was edited", what)
			}
			if _, err := s.node.Maintenance.Plan(as("ann"), []byte(bad)); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		for what, edit := range map[string][2]string{
			"a column that is not there":           {"column: color", "column: colour"},
			"the key of a row":                     {"column: color", "column: id"},
			"rows that are at the end already":     {"#123456", color + "x"},
			"a condition that selects nothing":     {"name: High", "name: Highest of all"},
			"something else than it is moved from": {"from: UTC", "from: Asia/Tokyo"},
		} {
			bad := strings.ReplaceAll(good, edit[0], edit[1])
			switch what {
			case "rows that are at the end already":
				s.directly("work", `UPDATE priority SET name = 'High' WHERE name = 'Low'`)
				bad = strings.ReplaceAll(good, "#123456", s.colorOfAnother(color))
			case "something else than it is moved from":
				bad = strings.ReplaceAll(strings.ReplaceAll(good, "from: UTC", "from: Asia/Tokyo"), "to: UTC", "to: Asia/Tokyo")
			}
			if _, err := s.node.Maintenance.Plan(as("ann"), []byte(bad)); err == nil {
				t.Errorf("%s: planned", what)
			}
		}
		// Somebody changes what the plan moved: taking it back would go over their work.
		p := s.plan(onShop("action:\n  kind: custom\n  do: [{op: change-setting, name: site.name, from: Shop one, to: Moved}]\n  inverse: [{op: change-setting, name: site.name, from: Moved, to: Shop one}]\n"))
		s.approve(p)
		if _, err := s.node.Maintenance.Apply(as("ann"), p.ID, p.Hash, nil); err != nil {
			t.Fatal(err)
		}
		if err := s.node.Fleet.Rename(as("carl"), s.sites[0].ID, "Better"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.node.Maintenance.Undo(as("bob"), p.ID, nil); err == nil {
			t.Error("an undo went over what somebody did since")
		}
		if now, err := s.node.Fleet.Site(s.sites[0].ID); err != nil || now.Name != "Better" {
			t.Errorf("%v %v", now, err)
		}
	})
}

// colorOfAnother gives the color of a priority called High that has another than one.
func (s *street) colorOfAnother(color string) (other string) {
	s.t.Helper()
	err := s.ofSite("work").Read(s.t.Context(), func(tx *volume.Tx) error {
		return tx.GetText(s.t.Context(), `SELECT color FROM priority WHERE name = 'High' AND color <> $1`, []any{color}, &other)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return other
}

// olderStatus gives a site a status volume as an earlier release made it, with a key in it.
func (s *street) olderStatus(site *fleet.Site) {
	s.t.Helper()
	ctx := identity.AsSystem(context.Background(), "test")
	ref := volume.Ref{Kind: "status", Owner: site.ID.String()}
	kind, _ := s.node.Pool.Kind("status")
	old := volume.Kind{Name: "status"}
	for _, m := range kind.Migrations {
		if m.Product != "status" || m.Version == 1 {
			old.Migrations = append(old.Migrations, m)
		}
	}
	for _, table := range kind.Tables {
		if table.Name != "page_old_secret" && table.Name != "manage_key_end" {
			old.Tables = append(old.Tables, table)
		}
	}
	place := volume.Place{Engine: s.node.Engine, Generation: 1}
	earlier := volume.NewPool(volume.Config{Kinds: []volume.Kind{old}, Clock: s.clock, Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }})
	defer earlier.Close()
	if err := earlier.Create(ctx, ref, place); err != nil {
		s.t.Fatal(err)
	}
	err := earlier.Volume(ref).Write(ctx, func(tx *volume.Tx) error {
		_, err := tx.ExecText(ctx, `INSERT INTO manage_key (id, hash, name, created_by, created_us) VALUES ('k', 'h', 'kept', 'ann', 1)`)
		return err
	})
	if err == nil {
		err = s.node.Fleet.Place(ctx, map[volume.Ref]int64{ref: 1})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func TestVolumesAreBroughtToTheNewestSchema(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s *street) {
		ctx := identity.AsSystem(context.Background(), "test")
		plans := map[string]*maintenance.Plan{}
		for i, name := range []string{"quiet", "busy"} {
			s.settle(name, "tracker")
			s.olderStatus(s.sites[i])
			s.clock.Advance(time.Minute)
			plans[name] = s.runThere("name: n\nreason: r\ntargets: {kind: site, where: {slug: " + name + "}}\naction: {kind: migrate}\n")
			t0 := plans[name].Body.Targets[0]
			if diff := diffText(t0.Before.State, t0.After.State); !strings.Contains(diff, "status 1 → ") || strings.Contains(diff, "work") {
				t.Errorf("the plan says %s", diff)
			}
		}
		s.clock.Advance(time.Minute)
		by := func(site *fleet.Site) (who string) {
			t.Helper()
			err := s.node.Pool.Volume(volume.Ref{Kind: "status", Owner: site.ID.String()}).Read(ctx, func(tx *volume.Tx) error {
				return tx.GetText(ctx, `SELECT created_by FROM manage_key WHERE name = 'kept'`, nil, &who)
			})
			if err != nil {
				t.Error(err)
			}
			return who
		}
		for range 2 {
			if got, err := s.node.Maintenance.Undo(as("bob"), plans["quiet"].ID, nil); err != nil || got.State != maintenance.Undone {
				t.Fatalf("%v %v", got, err)
			}
		}
		if by(s.sites[0]) != "ann" {
			t.Error("a row is not as it was")
		}
		// Once people wrote, nothing is restored over their work.
		err := s.node.Pool.Volume(volume.Ref{Kind: "status", Owner: s.sites[1].ID.String()}).Write(ctx, func(tx *volume.Tx) error {
			_, err := tx.ExecText(ctx, `UPDATE manage_key SET created_by = 'bob'`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.node.Maintenance.Undo(as("bob"), plans["busy"].ID, nil); err == nil || !strings.Contains(err.Error(), "site restore") {
			t.Errorf("a migration was taken back over what people wrote: %v", err)
		}
		if by(s.sites[1]) != "bob" {
			t.Error("what was written after the migration is lost")
		}
	})
}
