package maintenance

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
)

// TestR9AThousandAttemptsAtOnceStayUnderTheCaps has a thousand plans of one lamp each applied at the same time, by many operators in two cells.
func TestR9AThousandAttemptsAtOnceStayUnderTheCaps(t *testing.T) {
	const attempts = 1000
	storagetest.Engines(t, func(t *testing.T, engine storage.Engine) {
		b := newBench(t, engine, attempts)
		caps := Caps{Run: 1, Hour: 90, Cell: 50, Operator: 20}
		if err := b.SetCaps(as("ann"), caps); err != nil {
			t.Fatal(err)
		}
		plans := make([]*Plan, attempts)
		var wg sync.WaitGroup
		for i := range plans {
			wg.Go(func() { plans[i] = b.approved(t, fmt.Sprintf("{kind: site, where: {slug: lamp-%d}}", i)) })
		}
		wg.Wait()
		byOperator, byCell := map[string]int{}, map[string]int{}
		var mu sync.Mutex
		for i, p := range plans {
			wg.Go(func() {
				operator := fmt.Sprintf("op%d", i%7)
				if _, err := b.Apply(as(operator), p.ID, p.Hash, nil); err == nil {
					mu.Lock()
					byOperator[operator]++
					byCell[p.Body.Targets[0].Cell]++
					mu.Unlock()
				} else if !fault.Is(err, fault.KindRateLimited) {
					t.Errorf("plan %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if dark := b.house.dark(); dark > int(caps.Hour) || dark != b.house.touched || dark < int(caps.Cell) {
			t.Errorf("%d lamps are off, %d were touched, under a cap of %d an hour", dark, b.house.touched, caps.Hour)
		}
		for who, n := range byOperator {
			if n > int(caps.Operator) {
				t.Errorf("%s touched %d lamps under a cap of %d", who, n, caps.Operator)
			}
		}
		for cell, n := range byCell {
			if n > int(caps.Cell) {
				t.Errorf("%d lamps of %s were touched under a cap of %d", n, cell, caps.Cell)
			}
		}
	})
}

// TestR9AClockThatJumpsAnHour: a jump back lets nobody touch more than the caps of an hour, and one forward no more than those of the hour that it seems to be.
func TestR9AClockThatJumpsAnHour(t *testing.T) {
	b := newBench(t, storagetest.SQLite(t), 12)
	if err := b.SetCaps(as("ann"), Caps{Run: 1, Hour: 2, Cell: 10, Operator: 10}); err != nil {
		t.Fatal(err)
	}
	at := 0
	apply := func() error {
		p := b.approved(t, fmt.Sprintf("{kind: site, where: {slug: lamp-%d}}", at))
		at++
		_, err := b.Apply(as("carl"), p.ID, p.Hash, nil)
		return err
	}
	for _, step := range []struct {
		jump time.Duration
		may  bool
	}{{0, true}, {0, true}, {0, false}, {-time.Hour, false}, {time.Hour, false}, {time.Hour + time.Second, true}, {0, true}, {0, false}, {-time.Hour, false}} {
		b.clock.Advance(step.jump)
		if err := apply(); (err == nil) != step.may {
			t.Fatalf("target %d after a jump of %s: %v", at, step.jump, err)
		}
	}
}

// TestR7AnApprovalThroughJumpsOfTheClock: an hour more or less neither ends an approval nor revives one that is over.
func TestR7AnApprovalThroughJumpsOfTheClock(t *testing.T) {
	for _, try := range []struct {
		jumps []time.Duration
		holds bool
	}{{[]time.Duration{-time.Hour}, true}, {[]time.Duration{time.Hour}, true}, {[]time.Duration{time.Hour, -time.Hour}, true}, {[]time.Duration{approvalLasts}, false}, {[]time.Duration{approvalLasts + 30*time.Minute, -20 * time.Minute}, false}} {
		b := newBench(t, storagetest.SQLite(t), 1)
		p := b.approved(t, "{kind: site, where: {slug: lamp-0}}")
		for _, jump := range try.jumps {
			b.clock.Advance(jump)
		}
		if _, err := b.Apply(as("ann"), p.ID, p.Hash, nil); (err == nil) != try.holds {
			t.Errorf("after %v: %v", try.jumps, err)
		}
	}
}

// TestR5AnInventoryThatCannotBeReadStopsEverything: unreachable, or empty, where plans are made and where they are applied.
func TestR5AnInventoryThatCannotBeReadStopsEverything(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, engine storage.Engine) {
		b := newBench(t, engine, 3)
		source := []byte("name: n\nreason: r\naction: {kind: switch-off}\nexpect: {targets: 1..1000}\ntargets: {kind: site, where: {state: active}}\n")
		b.house.away = errors.New("connection refused")
		if _, err := b.Plan(as("ann"), source); err == nil || !strings.Contains(err.Error(), "nothing is planned") {
			t.Errorf("an inventory that cannot be read: %v", err)
		}
		b.house.away = nil
		order := b.house.order
		b.house.order = nil
		if _, err := b.Plan(as("ann"), source); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("an inventory without records: %v", err)
		}
		b.house.order = order
		expect := strings.Replace(string(source), "1..1000", "%d", 1)
		if _, err := b.Plan(as("ann"), fmt.Appendf(nil, expect, 2)); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("more targets than the author means: %v", err)
		}
		if _, err := b.Plan(as("ann"), fmt.Appendf(nil, expect, 3)); err != nil {
			t.Error(err)
		}
		// A target vanishes from the inventory between approval and run: its wave is taken back.
		p := b.approved(t, "{kind: site, where: {state: active}}")
		b.house.mu.Lock()
		gone := b.house.lamps[order[2]]
		delete(b.house.lamps, order[2])
		b.house.mu.Unlock()
		if got, err := b.Apply(as("ann"), p.ID, p.Hash, nil); err == nil || got.State != Halted {
			t.Errorf("%v %v", got, err)
		}
		b.house.lamps[order[2]] = gone
		if n := b.house.dark(); n != 0 {
			t.Errorf("%d lamps are off", n)
		}
	})
}

const wholePlan = `name: Switch lamps off
reason: nobody is at home
action:
  kind: switch-off
expect:
  targets: 1
targets:
  kind: site
  where:
    slug: lamp-1
    customer: acme
    state: active
`

// TestR5HalfAPlanIsNone cuts, blanks and garbles a plan everywhere: whatever is left either is refused, or takes exactly the target that was meant.
func TestR5HalfAPlanIsNone(t *testing.T) {
	b := newBench(t, storagetest.SQLite(t), 5)
	meant := b.house.order[1]
	try := func(t interface{ Errorf(string, ...any) }, text string) {
		p, err := b.Plan(as("ann"), []byte(text))
		if err != nil {
			if !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if len(p.Body.Targets) != 1 || p.Body.Targets[0].ID != meant {
			t.Errorf("what is left of a plan takes in %d targets:\n%s", len(p.Body.Targets), text)
		}
	}
	for i := range wholePlan { // a file that was written in part has lost what it ends with
		try(t, wholePlan[:i])
	}
	lines := strings.SplitAfter(wholePlan, "\n")
	count := slices.Index(lines, "  targets: 1\n")
	for i := range lines {
		if i == count {
			continue // whoever garbles the very number means another one
		}
		for _, instead := range []string{"", "\n", strings.SplitAfter(lines[i], ":")[0] + "\n", strings.SplitAfter(lines[i], ":")[0] + " ''\n"} {
			try(t, strings.Join(lines[:i], "")+instead+strings.Join(lines[i+1:], ""))
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		text := []byte(wholePlan)
		for range rapid.IntRange(1, 4).Draw(r, "edits") {
			at := rapid.IntRange(0, len(wholePlan)-1).Draw(r, "at")
			if strings.Contains(wholePlan[max(0, at-12):min(len(wholePlan), at+2)], "targets: 1") {
				continue // the very number
			}
			text[at] = rapid.SampledFrom([]byte(" \n:{}[]'\"#*&-0aé\x00")).Draw(r, "byte")
		}
		try(r, string(text))
	})
	if n := b.house.dark(); n != 0 {
		t.Errorf("%d lamps are off", n)
	}
}

// TestR5AWideningCutIsRefused: what takes something from people is bounded above its filter or script, or it is no plan. A list counts itself, and what takes nothing needs no bound.
func TestR5AWideningCutIsRefused(t *testing.T) {
	b := newBench(t, storagetest.SQLite(t), 5)
	head, filter := "name: n\nreason: r\naction: {kind: switch-off}\n", "targets: {kind: site, where: {state: active}}\n"
	script := "targets: {kind: site}\nscript: |\n  def select(t):\n    return t.state == 'active'\n"
	list := "targets: {kind: site, ids: [" + b.house.order[0] + "]}\n"
	for what, c := range map[string]struct {
		source string
		says   string
	}{
		"a filter without a number":         {head + filter, "expect.targets"},
		"a script without a number":         {head + script, "expect.targets"},
		"another expectation":               {head + "expect: {site_answers: true}\n" + filter, "expect.targets"},
		"the number below the filter":       {head + filter + "expect: {targets: 5}\n", "above"},
		"the number below the script":       {head + script + "expect: {targets: 5}\n", "above"},
		"waves below the filter":            {head + "expect: {targets: 5}\n" + filter + "waves: [1, 1]\n", "waves"},
		"fewer than there are":              {head + "expect: {targets: 4}\n" + filter, "expects 4"},
		"bounds that are not kept":          {head + "expect: {targets: 1..4}\n" + script, "expects 1..4"},
		"bounds the wrong way":              {head + "expect: {targets: 9..4}\n" + filter, "at least one"},
		"a number that is none":             {head + "expect: {targets: all}\n" + filter, "30..50"},
		"half a range":                      {head + "expect: {targets: 1..}\n" + filter, "30..50"},
		"the number":                        {head + "expect: {targets: 5}\n" + filter, ""},
		"bounds":                            {head + "expect: {targets: 2..9}\nwaves: [1, 2]\n" + script, ""},
		"a list":                            {head + list, ""},
		"a list and another number of them": {head + "expect: {targets: 2}\n" + list, "expects 2"},
	} {
		_, err := b.Plan(as("ann"), []byte(c.source))
		if c.says == "" && err != nil || c.says != "" && (!fault.Is(err, fault.KindInvalid) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := b.house.dark(); n != 0 {
		t.Errorf("%d lamps are off", n)
	}
}

// FuzzR5ParseSpec: whatever is written, a spec that is taken names its action, its kind and exactly one way to choose.
func FuzzR5ParseSpec(f *testing.F) {
	f.Add([]byte(wholePlan))
	f.Add([]byte("name: n\nreason: r\naction: {kind: x}\ntargets: {kind: site, ids: []}\n"))
	f.Add([]byte("name: n\nreason: r\naction: {kind: x}\ntargets: {kind: site}\nscript: |\n  def select(t):\n    return True\n"))
	f.Add([]byte("name: n\nreason: r\naction: {kind: custom, do: [{op: switch-product, name: wiki, from: on, to: off}], inverse: [{op: switch-product, name: wiki, from: off, to: on}]}\ntargets: {kind: site, where: {slug: a}}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ParseSpec(text)
		if err != nil {
			if !fault.Is(err, fault.KindInvalid) {
				t.Fatalf("%v", err)
			}
			return
		}
		ways := 0
		for _, given := range []bool{len(s.Targets.IDs) > 0, len(s.Targets.Where) > 0, strings.TrimSpace(s.Script) != ""} {
			if given {
				ways++
			}
		}
		if ways != 1 || s.Targets.Kind != SiteTarget && s.Targets.Kind != AddonTarget || strings.TrimSpace(s.Action.Kind) == "" || s.Waves[0] != 1 {
			t.Fatalf("%+v", s)
		}
		for _, id := range s.Targets.IDs {
			if checkID(s.Targets.Kind, id) != nil {
				t.Fatalf("%q is no %s", id, s.Targets.Kind)
			}
		}
		for name, v := range s.Targets.Where {
			if strings.TrimSpace(v) == "" || strings.TrimSpace(name) == "" {
				t.Fatal("a blank")
			}
		}
	})
}

// TestR8WhatIsStuckIsToldAndHoldsNobody: a target that cannot be taken back is marked, and the others are taken back all the same.
func TestR8WhatIsStuckIsToldAndHoldsNobody(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, engine storage.Engine) {
		b := newBench(t, engine, 12)
		p := b.approved(t, "{kind: site, where: {state: active}}")
		got, err := b.Apply(as("ann"), p.ID, p.Hash, func(done, _ int, _ string) {
			if done == 9 {
				b.house.mu.Lock()
				b.house.refuse[b.house.order[3]], b.house.refuse[b.house.order[10]] = true, true
				b.house.mu.Unlock()
			}
		})
		if err == nil || got.State != Halted || !strings.Contains(err.Error(), "could not be taken back") {
			t.Fatalf("%v %v", got.State, err)
		}
		states := map[string]int{}
		for _, target := range got.Targets {
			states[target.State]++
		}
		if states[Stuck] != 2 || states[Reverted] != 9 || b.house.dark() != 1 {
			t.Errorf("%v, %d lamps are off", states, b.house.dark())
		}
		clear(b.house.refuse)
		if got, err := b.Undo(as("bob"), p.ID, nil); err != nil || got.State != Undone || b.house.dark() != 0 {
			t.Errorf("%v %v, %d lamps are off", got, err, b.house.dark())
		}
	})
}

// TestR10ABreakglassLiftsTheCapsAndNothingElse: it is signed, the owners are told, and kinds, waves, checks and the hash stay.
func TestR10ABreakglassLiftsTheCapsAndNothingElse(t *testing.T) {
	b := newBench(t, storagetest.SQLite(t), 6)
	if err := b.SetCaps(as("ann"), Caps{Run: 1, Hour: 1, Cell: 1, Operator: 1}); err != nil {
		t.Fatal(err)
	}
	p, err := b.Plan(as("ann"), []byte("name: n\nreason: r\naction: {kind: switch-off}\nexpect: {targets: 1..1000}\ntargets: {kind: site, where: {state: active}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, reason := range []string{"", "   ", "hurry"} {
		if _, err := b.Breakglass(as("ann"), p.ID, reason); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%q: %v", reason, err)
		}
	}
	if p, err = b.Breakglass(as("ann"), p.ID, "the house is on fire and nobody else is awake"); err != nil || len(b.told) != 1 {
		t.Fatalf("%v, %d were told", err, len(b.told))
	}
	if _, err := b.Apply(as("ann"), p.ID, strings.Repeat("0", 64), nil); !fault.Is(err, fault.KindConflict) {
		t.Errorf("another hash: %v", err)
	}
	if err := b.Freeze(as("watcher"), "a lamp vanished"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Apply(as("ann"), p.ID, p.Hash, nil); !fault.Is(err, fault.KindUnavailable) {
		t.Errorf("past a freeze: %v", err)
	}
	if err := b.Thaw(as("ann")); err != nil {
		t.Fatal(err)
	}
	b.house.lamps[b.house.order[5]].on = false // it is no longer as approved
	if got, err := b.Apply(as("ann"), p.ID, p.Hash, nil); err == nil || got.State != Halted {
		t.Errorf("past the check of a target: %v", err)
	}
	if n := b.house.dark(); n != 1 {
		t.Errorf("%d lamps are off", n)
	}
	wrong := "name: n\nreason: r\naction: {kind: switch-off}\ntargets: {kind: site, ids: [" + ids.New[ids.App](b.clock.Now()).String() + "]}\n"
	if _, err := b.Plan(as("ann"), []byte(wrong)); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("another kind: %v", err)
	}
}
