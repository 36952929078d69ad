package assurance_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/assurance"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

// world is a fleet whose backups can break. What a real restore proves is tested where there is one, in app.
type world struct {
	mu       sync.Mutex
	targets  []assurance.Target
	broken   map[string]string
	busy     bool
	restored map[string][]time.Time
	abreast  int
	most     int
	clock    *clock.Fake
}

func (w *world) Targets(context.Context) ([]assurance.Target, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.targets), nil
}

func (w *world) Busy() bool { return w.busy }

func (w *world) Restore(_ context.Context, t assurance.Target) (assurance.Outcome, error) {
	w.mu.Lock()
	w.abreast++
	w.most = max(w.most, w.abreast)
	w.restored[t.Owner] = append(w.restored[t.Owner], w.clock.Now())
	why := w.broken[t.Owner]
	w.mu.Unlock()
	defer func() { w.mu.Lock(); w.abreast--; w.mu.Unlock() }()
	if why == "panic" {
		panic("no such page")
	}
	if why != "" {
		return assurance.Outcome{}, errors.New(why)
	}
	return assurance.Outcome{Volumes: []assurance.Volume{{Kind: "work", Commit: 17, Rows: 400, Bytes: 1 << 20, Digest: "d"}}}, nil
}

// house is a control database with a tester and its dead man's switch.
type house struct {
	*world
	t       *testing.T
	control *volume.Volume
	tester  *assurance.Tester
	dead    *assurance.DeadMan
	commits int
	alarms  [][]string
	deaf    bool
	pings   int
}

func newHouse(t *testing.T, e storage.Engine, targets int) *house {
	c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
	h := &house{t: t, world: &world{broken: map[string]string{}, restored: map[string][]time.Time{}, clock: c}}
	for i := range targets {
		h.targets = append(h.targets, assurance.Target{Owner: fmt.Sprintf("site_%04d", i), Kind: assurance.OfSite})
	}
	place := volume.Place{Engine: e, Generation: 1}
	kind := fleet.Kind()
	kind.Migrations, kind.Tables = slices.Concat(kind.Migrations, assurance.Migrations()), slices.Concat(kind.Tables, assurance.Tables)
	pool := volume.NewPool(volume.Config{Kinds: []volume.Kind{kind}, Clock: c, Committed: func(_ volume.Ref, made []journal.Commit) { h.commits += len(made) },
		Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }})
	t.Cleanup(pool.Close)
	if err := pool.Create(t.Context(), fleet.ControlRef, place); err != nil {
		t.Fatal(err)
	}
	h.control = pool.Volume(fleet.ControlRef)
	log := slog.New(slog.DiscardHandler)
	h.tester = assurance.New(assurance.Config{Control: h.control, World: h.world, Clock: c, Log: log})
	h.dead = &assurance.DeadMan{Control: h.control, Clock: c, Log: log, Name: func(_ context.Context, t assurance.Target) string { return t.Owner },
		Alarm: func(_ context.Context, _ assurance.Settings, wrong []string) error {
			if h.deaf {
				return errors.New("nobody answered")
			}
			h.alarms = append(h.alarms, wrong)
			return nil
		},
		Ping: func(context.Context, assurance.Settings) error { h.pings++; return nil }}
	return h
}

func (h *house) ctx() context.Context { return identity.AsSystem(h.t.Context(), "test") }

func (h *house) look() {
	h.t.Helper()
	if err := h.tester.Look(h.ctx()); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) check() []string {
	h.t.Helper()
	wrong, err := h.dead.Check(h.ctx())
	if err != nil {
		h.t.Fatal(err)
	}
	return wrong
}

// pass lets time go by, with a look every two hours and a check of the dead man's switch.
func (h *house) pass(d time.Duration) {
	h.t.Helper()
	for end := h.clock.Now().Add(d); h.clock.Now().Before(end); {
		h.clock.Advance(2 * time.Hour)
		h.look()
		h.check()
	}
}

func (h *house) proof(owner string) assurance.Proof {
	h.t.Helper()
	var p assurance.Proof
	err := h.control.Read(h.ctx(), func(tx *volume.Tx) (err error) {
		p, _, err = assurance.Of(h.ctx(), tx, owner)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

// TestR19EveryBackupIsTestedWeeklyAndSpread runs a fleet for a month.
func TestR19EveryBackupIsTestedWeeklyAndSpread(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		h := newHouse(t, e, 60)
		h.pass(30 * 24 * time.Hour)
		for owner, times := range h.restored {
			last := time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC)
			for _, at := range append(times, h.clock.Now()) {
				if at.Sub(last) > 7*24*time.Hour {
					t.Errorf("%s was not tested for %s", owner, at.Sub(last))
				}
				last = at
			}
			if len(times) > 6 {
				t.Errorf("%s was tested %d times in a month", owner, len(times))
			}
		}
		days := map[string]int{}
		for _, times := range h.restored {
			days[times[0].Format("01-02")]++
		}
		if len(h.restored) != 60 || len(days) < 5 || slices.Max(slices.Collect(maps.Values(days))) > 30 {
			t.Errorf("%d of 60 are tested; the first ones on %v", len(h.restored), days)
		}
		if h.most > 2 {
			t.Errorf("%d at the same time", h.most)
		}
		if len(h.alarms) > 0 {
			t.Errorf("an alarm about nothing: %v", h.alarms)
		}
		p := h.proof("site_0007")
		if p.Proven == nil || p.Rows != 400 || p.Bytes != 1<<20 || p.State(h.clock.Now(), 8*24*time.Hour) != assurance.StateProven {
			t.Errorf("%+v", p)
		}
		var tests []assurance.Test
		err := h.control.Read(h.ctx(), func(tx *volume.Tx) (err error) {
			tests, err = assurance.Tests(h.ctx(), tx, "site_0007", 10)
			return err
		})
		if err != nil || len(tests) < 4 || !tests[0].Proven || tests[0].Volumes[0].Commit != 17 || tests[0].Started.Before(tests[1].Started) {
			t.Errorf("%v %+v", err, tests)
		}
	})
}

// TestR19AnIdleInstallationDoesNothingElse counts commits of the control database over a day in which nothing is due: the tester's sign of life, once an hour.
func TestR19AnIdleInstallationDoesNothingElse(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		h := newHouse(t, e, 1)
		h.pass(6 * 24 * time.Hour)
		owner := h.targets[0].Owner
		next := h.proof(owner).Due
		h.clock.Set(next.Add(-20 * time.Hour))
		h.look()
		h.check()
		before := h.commits
		for range 10 * 60 { // ten hours, a look a minute
			h.clock.Advance(time.Minute)
			h.look()
			if h.clock.Now().Minute()%10 == 0 {
				h.check()
			}
		}
		if made := h.commits - before; made > 11 {
			t.Errorf("%d commits in ten idle hours", made)
		}
	})
}

// TestR19AFailedRestoreRaisesTheAlarmWithItsReason breaks one backup.
func TestR19AFailedRestoreRaisesTheAlarmWithItsReason(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		h := newHouse(t, e, 3)
		h.pass(7 * 24 * time.Hour)
		h.broken["site_0001"] = "work: vault object segments/7 is damaged"
		h.pass(7 * 24 * time.Hour)
		if len(h.alarms) == 0 || len(h.alarms[0]) != 1 || !strings.Contains(h.alarms[0][0], "site_0001") || !strings.Contains(h.alarms[0][0], "segments/7 is damaged") {
			t.Fatalf("%q", h.alarms)
		}
		p := h.proof("site_0001")
		if p.State(h.clock.Now(), 8*24*time.Hour) != assurance.StateFailed || p.Failures < 3 || p.Proven == nil {
			t.Errorf("it is tried again and again: %+v", p)
		}
		if len(h.alarms) > 8 {
			t.Errorf("%d alarms in a week about one thing", len(h.alarms))
		}
		delete(h.broken, "site_0001")
		h.pass(13 * time.Hour)
		told := len(h.alarms)
		if p := h.proof("site_0001"); p.Failures != 0 || p.Error != "" || p.State(h.clock.Now(), 8*24*time.Hour) != assurance.StateProven {
			t.Errorf("%+v", p)
		}
		h.pass(3 * 24 * time.Hour)
		if len(h.alarms) != told {
			t.Errorf("an alarm after it was well again: %q", h.alarms[told:])
		}
		h.broken["site_0002"] = "panic"
		h.pass(7 * 24 * time.Hour)
		if p := h.proof("site_0002"); !strings.Contains(p.Error, "no such page") || len(h.restored["site_0000"]) < 4 {
			t.Errorf("a panic of one ends all: %+v", p)
		}
	})
}

// TestR19ASilentTesterRaisesTheAlarm stops the tester in silence, as the backup job and the drill of the acceptance list fail.
func TestR19ASilentTesterRaisesTheAlarm(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		h := newHouse(t, e, 2)
		h.pass(7 * 24 * time.Hour)
		only := func(d time.Duration) {
			for end := h.clock.Now().Add(d); h.clock.Now().Before(end); {
				h.clock.Advance(10 * time.Minute)
				h.check()
			}
		}
		only(27 * time.Hour)
		if len(h.alarms) != 1 || !strings.Contains(h.alarms[0][0], "itself has not run") {
			t.Fatalf("%q", h.alarms)
		}
		only(9 * 24 * time.Hour)
		overdue := map[string]bool{}
		for _, a := range h.alarms {
			for _, text := range a {
				if strings.Contains(text, "no proven restore for too long") {
					overdue[strings.Fields(text)[0]] = true
				}
			}
		}
		if len(overdue) != 2 {
			t.Errorf("%q", h.alarms)
		}
		h.look()
		if wrong := h.check(); len(wrong) > 0 {
			t.Errorf("the tester is back and proved what was due, and still: %q", wrong)
		}
	})
}

// TestR19AnAlarmThatNobodyHeardIsRaisedAgain has the way to the owners fail.
func TestR19AnAlarmThatNobodyHeardIsRaisedAgain(t *testing.T) {
	h := newHouse(t, storagetest.SQLite(t), 1)
	h.look()
	h.check()
	h.deaf = true
	h.clock.Advance(9 * 24 * time.Hour)
	for range 3 {
		if _, err := h.dead.Check(h.ctx()); err == nil {
			t.Fatal("nobody was told, and it is not said")
		}
	}
	h.deaf = false
	h.check()
	h.check()
	if len(h.alarms) != 1 || len(h.alarms[0]) != 2 {
		t.Errorf("%q", h.alarms)
	}
}

func TestR19TheHeartbeatStopsWhenSomethingIsWrong(t *testing.T) {
	h := newHouse(t, storagetest.SQLite(t), 1)
	set := func(s assurance.Settings) error {
		return h.control.Write(h.ctx(), func(tx *volume.Tx) error { return assurance.SetSettings(h.ctx(), tx, s) })
	}
	h.look()
	h.check()
	h.check()
	if h.pings != 0 {
		t.Error("a ping to nowhere")
	}
	if err := set(assurance.Settings{OverdueDays: 2, RootsDays: 7, HeartbeatURL: "https://beat.example/x", HeartbeatAuthorization: "GenieKey k"}); err != nil {
		t.Fatal(err)
	}
	h.check()
	if h.pings != 1 {
		t.Errorf("%d pings", h.pings)
	}
	h.busy = true // nothing is proven while something real is restored
	h.pass(3 * 24 * time.Hour)
	was := h.pings
	h.pass(time.Hour)
	if len(h.alarms) == 0 || h.pings != was {
		t.Errorf("%d pings, alarms %q", h.pings, h.alarms)
	}
	for name, s := range map[string]assurance.Settings{
		"no days": {RootsDays: 7}, "a file": {OverdueDays: 8, HeartbeatURL: "file:///etc/passwd"}, "two lines": {OverdueDays: 8, HeartbeatAuthorization: "a\r\nb"},
		"a year": {OverdueDays: 365}, "less than nothing": {OverdueDays: 8, RootsDays: -1},
	} {
		if err := set(s); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := set(assurance.Settings{OverdueDays: 8, HeartbeatURL: "https://beat.example/x"}); err != nil {
		t.Fatal(err)
	}
	var s assurance.Settings
	err := h.control.Read(h.ctx(), func(tx *volume.Tx) (err error) {
		s, err = assurance.ReadSettings(h.ctx(), tx)
		return err
	})
	if err != nil || s.HeartbeatAuthorization != "GenieKey k" {
		t.Errorf("the authorization is gone: %v %+v", err, s)
	}
}

func TestWhatIsNoMoreIsNotMissed(t *testing.T) {
	h := newHouse(t, storagetest.SQLite(t), 2)
	h.pass(7 * 24 * time.Hour)
	h.targets = h.targets[:1]
	h.pass(12 * 24 * time.Hour)
	if len(h.alarms) > 0 || h.proof("site_0001").Owner != "" {
		t.Errorf("%q", h.alarms)
	}
	if _, err := h.tester.Test(h.ctx(), "site_0001"); !fault.Is(err, fault.KindNotFound) {
		t.Error(err)
	}
}

func TestDrillsAreRecorded(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		h := newHouse(t, e, 0)
		record := func(text string) (d assurance.DrillRun, err error) {
			h.clock.Advance(time.Second)
			err = h.control.Write(h.ctx(), func(tx *volume.Tx) error {
				d, err = assurance.RecordDrill(h.ctx(), tx, []byte(text))
				return err
			})
			return d, err
		}
		for _, bad := range []string{``, `[]`, `{}`, `{"scenario":""}`, `{"scenario":5}`, `{"scenario":"` + strings.Repeat("x", 2<<20) + `"}`} {
			if _, err := record(bad); err == nil {
				t.Errorf("took %.40s", bad)
			}
		}
		if d, err := record(`{"scenario":"wipe","engine":"sqlite","sites":100,"errors":[],"restore_seconds":2.5}`); err != nil || !d.Proven || d.Sites != 100 {
			t.Fatal(err, d)
		}
		if d, err := record(`{"scenario":"wipe","errors":["a digest differs"]}`); err != nil || d.Proven {
			t.Fatal(err, d)
		}
		if d, err := record(`{"scenario":"atlassian-2022","proven":false,"sites":883}`); err != nil || d.Proven {
			t.Fatal(err, d)
		}
		var all, wipes, older []assurance.DrillRun
		err := h.control.Read(h.ctx(), func(tx *volume.Tx) (err error) {
			if all, err = assurance.Drills(h.ctx(), tx, "", time.Time{}, ids.Operation{}, 10); err == nil {
				wipes, err = assurance.Drills(h.ctx(), tx, "wipe", time.Time{}, ids.Operation{}, 10)
			}
			if err == nil {
				older, err = assurance.Drills(h.ctx(), tx, "", all[0].At, all[0].ID, 10)
			}
			return err
		})
		if err != nil || len(all) != 3 || len(wipes) != 2 || len(older) != 2 || all[0].Scenario != "atlassian-2022" || !strings.Contains(string(wipes[1].Result), "2.5") {
			t.Errorf("%v %+v", err, all)
		}
	})
}
