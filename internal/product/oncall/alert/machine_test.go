package alert_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall"
	"holdfast.dev/internal/product/oncall/alert"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

// model is what an alert should be.
type model struct {
	open, acked, snoozed bool
	count                int
	logs                 int
}

// TestWhateverIsDone: after any sequence of requests there is one open alert of an alias at most, its state is that of the model, and each change left exactly one line in its log.
func TestWhateverIsDone(t *testing.T) {
	e := storagetest.SQLite(t)
	c := clock.NewFake(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	kind := volume.Kind{Name: "oncall", Migrations: slices.Concat(jobs.Migrations(), oncall.Migrations()), Tables: slices.Concat(jobs.Tables, oncall.Tables())}
	place := volume.Place{Engine: e, Generation: 1}
	pool := volume.NewPool(volume.Config{Kinds: []volume.Kind{kind}, Clock: c, Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }})
	t.Cleanup(pool.Close)
	ref := volume.Ref{Kind: "oncall", Owner: "site_test"}
	ctx := identity.AsSystem(t.Context(), "test")
	if err := pool.Create(ctx, ref, place); err != nil {
		t.Fatal(err)
	}
	v := pool.Volume(ref)
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		alias := fmt.Sprint("alias", run)
		var want *model
		by := alert.By{User: "Bob"}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			verb := rapid.SampledFrom([]string{"create", "ack", "unack", "close", "snooze", "wait", "tag"}).Draw(t, "verb")
			err := v.Write(ctx, func(tx *volume.Tx) error {
				if verb == "create" {
					n := alert.New{Message: "m", Alias: alias, By: by}
					if err := n.Check(); err != nil {
						return err
					}
					_, _, fresh, err := alert.Create(ctx, tx, n)
					if fresh != (want == nil || !want.open) {
						t.Fatalf("fresh is %v of %+v", fresh, want)
					}
					return err
				}
				a, err := alert.Find(ctx, tx, alias, alert.ByAlias)
				if err != nil {
					return err
				}
				switch verb {
				case "ack":
					_, err = alert.Acknowledge(ctx, tx, a, by)
				case "unack":
					_, err = alert.Unacknowledge(ctx, tx, a, by)
				case "close":
					_, err = alert.Close(ctx, tx, a, by)
				case "snooze":
					err = alert.Snooze(ctx, tx, a, tx.Now().Add(time.Hour), by)
				case "tag":
					err = alert.AddTags(ctx, tx, a, []string{"x"}, by)
				}
				return err
			})
			want = follow(t, want, verb, err, c)
			check(t, ctx, v, alias, want)
		}
	})
}

// follow moves the model; a verb that the state does not allow must have been refused.
func follow(t *rapid.T, m *model, verb string, err error, c *clock.Fake) *model {
	switch {
	case verb == "create" && (m == nil || !m.open):
		return &model{open: true, count: 1, logs: 1}
	case m == nil:
		if !fault.Is(err, fault.KindNotFound) {
			t.Fatalf("%s of nothing: %v", verb, err)
		}
		return nil
	case !m.open && slices.Contains([]string{"ack", "unack", "snooze"}, verb):
		if !fault.Is(err, fault.KindConflict) {
			t.Fatalf("%s of a closed alert: %v", verb, err)
		}
		return m
	}
	if err != nil {
		t.Fatalf("%s: %v", verb, err)
	}
	changed := true
	switch verb {
	case "create":
		m.count++
	case "ack":
		changed = !m.acked
		if changed {
			m.acked, m.snoozed = true, false
		}
	case "unack":
		changed = m.acked
		m.acked = false
	case "close":
		changed = m.open
		m.open = false
	case "snooze":
		m.snoozed = true
	case "wait":
		c.Advance(2 * time.Hour)
		m.snoozed, changed = false, false
	}
	if changed {
		m.logs++
	}
	return m
}

func check(t *rapid.T, ctx context.Context, v *volume.Volume, alias string, want *model) {
	err := v.Read(ctx, func(tx *volume.Tx) error {
		all, err := alert.List(ctx, tx, alert.Wanted{Query: "alias: " + alias, Limit: 100})
		if err != nil {
			return err
		}
		open := 0
		for _, a := range all {
			if a.Open {
				open++
			}
		}
		if open > 1 {
			t.Fatalf("%d open alerts of %s", open, alias)
		}
		if want == nil {
			if len(all) > 0 {
				t.Fatalf("%d alerts out of nothing", len(all))
			}
			return nil
		}
		a, err := alert.Find(ctx, tx, alias, alert.ByAlias)
		if err != nil {
			return err
		}
		log, err := alert.Logs(ctx, tx, a.ID, alert.Page{Limit: 1000})
		if err != nil {
			return err
		}
		got := model{a.Open, a.Acknowledged, a.Snoozed(tx.Now()), a.Count, len(log)}
		expected := *want
		expected.snoozed = expected.snoozed && expected.open
		if got != expected {
			t.Fatalf("%+v, not %+v", got, expected)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
