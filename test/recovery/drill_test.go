//go:build slow

package recovery

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/app"
	"holdfast.dev/internal/platform/storage/storagetest"
)

// The list of acceptance in ../shared/design/survival.md: each line a drill, in small. What must hold is in the drills themselves; `holdfast drill` runs them in
// full size. Figures that miss their aim are logged, never judged: this machine may be busy.

// drilled runs a drill and fails with everything that does not hold.
func drilled(t *testing.T, database string, o app.DrillOptions) app.DrillResult {
	t.Helper()
	o.Folder, o.Database = t.TempDir(), database
	o.Size, o.Watch, o.Seed = 300_000, 100*time.Millisecond, 1
	if o.Writing == 0 {
		o.Writing = 300 * time.Millisecond
	}
	if o.Calm == 0 {
		o.Calm = 300 * time.Millisecond
	}
	r, err := app.Drill(context.Background(), o, func(app.Progress) {})
	for _, s := range r.Steps {
		if !s.Pass {
			t.Errorf("%s: %s", s.Name, s.Detail)
		}
	}
	for _, a := range r.Aims {
		t.Logf("%s: %.2f, aim %g", a.Name, a.Value, a.Most)
	}
	if err != nil || !r.Holds {
		t.Fatalf("%s on %s does not hold: %v %v", r.Scenario, r.Engine, err, r.Errors)
	}
	t.Logf("%s on %s: %d steps in %.1f s", r.Scenario, r.Engine, len(r.Steps), r.Seconds)
	return r
}

// onBoth runs a drill on SQLite and on PostgreSQL.
func onBoth(t *testing.T, o app.DrillOptions, more func(*testing.T, app.DrillResult)) {
	t.Helper()
	on := func(engine string, url func(*testing.T) string) {
		t.Run(engine, func(t *testing.T) {
			r := drilled(t, url(t), o)
			if r.Engine != engine {
				t.Errorf("it ran on %s", r.Engine)
			}
			if more != nil {
				more(t, r)
			}
		})
	}
	on("sqlite", func(*testing.T) string { return "" })
	on("postgres", func(t *testing.T) string { return storagetest.PostgresURL(t) })
}

// The 2022 list of site ids in permanent mode: R1, R7, R8, R11, R12, R13, R17.
func TestDrillThe2022ListOfSiteIDs(t *testing.T) {
	onBoth(t, app.DrillOptions{Scenario: "atlassian-2022", Sites: 3, Neighbours: 4, Loaded: 2}, func(t *testing.T, r app.DrillResult) {
		if r.Refused < 2 || r.Suspended > 1 || r.StoppedAfter > 1 || r.Restored != 3 || r.Acknowledged == 0 || r.Neighbours == nil || r.Neighbours.Requests == 0 {
			t.Errorf("%+v", r)
		}
	})
}

func TestDrillDeleteServerForDatabase(t *testing.T) {
	onBoth(t, app.DrillOptions{Scenario: "delete-server-for-database", Sites: 2}, nil)
}

func TestDrillZeroRecords(t *testing.T) {
	onBoth(t, app.DrillOptions{Scenario: "zero-records", Sites: 2}, nil)
}

func TestDrillBlankParameterWithADefaultTerm(t *testing.T) {
	onBoth(t, app.DrillOptions{Scenario: "blank-parameter", Sites: 2}, nil)
}

func TestDrillPermissionWipeByScript(t *testing.T) {
	onBoth(t, app.DrillOptions{Scenario: "permission-wipe", Sites: 2}, nil)
}

func TestDrillBackupJobFailingInSilence(t *testing.T) {
	onBoth(t, app.DrillOptions{Scenario: "silent-backup-job", Sites: 2}, nil)
}

func TestDrillDrillFailingInSilence(t *testing.T) {
	onBoth(t, app.DrillOptions{Scenario: "silent-drill", Sites: 2}, nil)
}

func TestDrillUndoToolThatDependsOnTheVictim(t *testing.T) {
	onBoth(t, app.DrillOptions{Scenario: "undo-depends-on-victim", Sites: 2}, nil)
}

func TestDrillLeakedTokenAndAnAgent(t *testing.T) {
	onBoth(t, app.DrillOptions{Scenario: "leaked-token", Sites: 3, Writing: time.Second}, nil)
}

func TestDrillScriptChangedDuringTheRun(t *testing.T) {
	onBoth(t, app.DrillOptions{Scenario: "script-changed-during-run", Sites: 4}, nil)
}

func TestDrillHalfParsedFilter(t *testing.T) {
	onBoth(t, app.DrillOptions{Scenario: "half-parsed-filter", Sites: 2}, nil)
}

func TestDrillStalePageStorm(t *testing.T) {
	onBoth(t, app.DrillOptions{Scenario: "stale-page-storm"}, nil)
}

func TestDrillColdCacheStampede(t *testing.T) {
	onBoth(t, app.DrillOptions{Scenario: "cold-cache-stampede", Sites: 3, Neighbours: 2, Loaded: 2}, nil)
}

func TestDrillRmRfOfTheDataFolder(t *testing.T) {
	onBoth(t, app.DrillOptions{Scenario: "rm-rf", Sites: 2}, nil)
}

func TestDrillDropSchema(t *testing.T) {
	onBoth(t, app.DrillOptions{Scenario: "drop-schema", Sites: 2}, nil)
}

func TestDrillAByteFlippedInTheVault(t *testing.T) {
	onBoth(t, app.DrillOptions{Scenario: "byte-flipped", Sites: 2}, nil)
}

func TestDrillWipe(t *testing.T) {
	onBoth(t, app.DrillOptions{Scenario: "wipe", Sites: 2}, nil)
}

// An unknown scenario names those that there are; a database that holds anything is never drilled in.
func TestDrillRefusals(t *testing.T) {
	if _, err := app.Drill(t.Context(), app.DrillOptions{Scenario: "meteor", Folder: t.TempDir()}, func(app.Progress) {}); err == nil || !strings.Contains(err.Error(), "rm-rf") {
		t.Errorf("%v", err)
	}
	w := newWorld(t)
	w.site("acme", 1)
	w.node.Close()
	o := app.DrillOptions{Scenario: "wipe", Folder: t.TempDir()}
	must(t, os.Rename(w.dir, filepath.Join(o.Folder, "data")))
	if _, err := app.Drill(t.Context(), o, func(app.Progress) {}); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("a folder with somebody's data was drilled in: %v", err)
	}
	if names, err := os.ReadDir(filepath.Join(o.Folder, "data", "sites")); err != nil || len(names) == 0 {
		t.Errorf("somebody's data is gone: %v", err)
	}
	if len(app.DrillScenarios()) != 17 {
		t.Errorf("%d scenarios", len(app.DrillScenarios()))
	}
}
