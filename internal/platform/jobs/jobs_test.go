package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

// ledger outlives runners, as the control database does.
type ledger struct {
	mu     sync.Mutex
	at     map[volume.Ref]time.Time
	writes int
}

func (l *ledger) Wakes(context.Context) (map[volume.Ref]time.Time, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[volume.Ref]time.Time{}
	for k, v := range l.at {
		out[k] = v
	}
	return out, nil
}

func (l *ledger) SetWake(_ context.Context, ref volume.Ref, at time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writes++
	if l.at[ref] = at; at.IsZero() {
		delete(l.at, ref)
	}
	return nil
}

type world struct {
	t      *testing.T
	pool   *volume.Pool
	ledger *ledger
	clock  *clock.Fake
	runner *jobs.Runner
	v      *volume.Volume
}

var ref = volume.Ref{Kind: "work", Owner: "site_x"}

func newWorld(t *testing.T, e storage.Engine, l *ledger, c *clock.Fake) *world {
	w := &world{t: t, ledger: l, clock: c}
	place := volume.Place{Engine: e, Generation: 1}
	w.pool = volume.NewPool(volume.Config{Clock: c,
		Kinds:     []volume.Kind{{Name: "work", Migrations: jobs.Migrations(), Tables: jobs.Tables}},
		Locate:    func(context.Context, volume.Ref) (volume.Place, error) { return place, nil },
		Wake:      func(r volume.Ref, at time.Time) error { return w.runner.Wake(r, at) },
		Committed: func(r volume.Ref, _ []journal.Commit) { w.runner.Committed(r) },
	})
	t.Cleanup(w.pool.Close)
	w.runner = jobs.New(jobs.Config{Pool: w.pool, Ledger: l, Clock: c, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if there, _ := e.Exists(t.Context(), ref.Name(1)); !there {
		if err := w.pool.Create(t.Context(), ref, place); err != nil {
			t.Fatal(err)
		}
	}
	w.v = w.pool.Volume(ref)
	return w
}

func (w *world) put(j jobs.Job) {
	w.t.Helper()
	if err := w.v.Write(w.t.Context(), func(tx *volume.Tx) error { return jobs.Put(w.t.Context(), tx, j) }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) run() {
	w.t.Helper()
	if err := w.runner.RunDue(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) inState(state string) (js []*jobs.Job) {
	w.t.Helper()
	err := w.v.Read(w.t.Context(), func(tx *volume.Tx) (err error) {
		js, err = jobs.InState(w.t.Context(), tx, state, time.Time{}, 100)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return js
}

func start() *clock.Fake { return clock.NewFake(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)) }

func TestTimersRunAtTheirTimeAndOnce(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		w := newWorld(t, e, &ledger{at: map[volume.Ref]time.Time{}}, start())
		var ran []string
		w.runner.Handle("step", jobs.Handler{InTx: func(ctx context.Context, tx *volume.Tx, j *jobs.Job) error {
			ran = append(ran, j.Key)
			if j.Key == "again" && len(ran) < 4 {
				return jobs.Put(ctx, tx, jobs.Job{Kind: "step", Key: "again", Due: tx.Now().Add(time.Minute)})
			}
			return nil
		}})
		w.put(jobs.Job{Kind: "step", Key: "again", Due: w.clock.Now().Add(time.Minute)})
		w.put(jobs.Job{Kind: "step", Key: "late", Due: w.clock.Now().Add(time.Hour)})
		w.put(jobs.Job{Kind: "step", Key: "dropped", Due: w.clock.Now().Add(time.Minute)})
		if err := w.v.Write(t.Context(), func(tx *volume.Tx) error { return jobs.Drop(t.Context(), tx, "step", "dropped") }); err != nil {
			t.Fatal(err)
		}
		for range 59 {
			w.run()
			w.clock.Advance(time.Minute)
		}
		if got := fmt.Sprint(ran); got != "[again again again again]" {
			t.Fatalf("ran %s", got)
		}
		w.clock.Advance(time.Minute)
		w.run()
		if ran[len(ran)-1] != "late" || len(w.inState(jobs.StateDue)) != 0 {
			t.Fatalf("ran %v, left %v", ran, w.inState(jobs.StateDue))
		}
	})
}

func TestAnotherProcessFindsWhatIsDue(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		l, c := &ledger{at: map[volume.Ref]time.Time{}}, start()
		first := newWorld(t, e, l, c)
		first.put(jobs.Job{Kind: "step", Due: c.Now().Add(time.Hour)})
		first.put(jobs.Job{Kind: "step", Due: c.Now().Add(2 * time.Hour)})
		if l.writes != 1 {
			t.Fatalf("the ledger was written %d times; a later job needs no earlier look", l.writes)
		}
		first.pool.Close()

		second := newWorld(t, e, l, c)
		var ran atomic.Int32
		second.runner.Handle("step", jobs.Handler{InTx: func(context.Context, *volume.Tx, *jobs.Job) error { ran.Add(1); return nil }})
		second.run()
		c.Advance(time.Hour)
		second.run()
		if ran.Load() != 1 {
			t.Fatalf("%d ran after an hour", ran.Load())
		}
		c.Advance(time.Hour)
		second.run()
		if ran.Load() != 2 {
			t.Fatalf("%d ran after two hours", ran.Load())
		}
	})
}

func TestDeliveriesAreTriedAgainAndThenKeptAsDead(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		w := newWorld(t, e, &ledger{at: map[volume.Ref]time.Time{}}, start())
		tries := map[string]int{}
		w.runner.Handle("send", jobs.Handler{Attempts: 3, Pause: func(int) time.Duration { return time.Minute },
			Do: func(_ context.Context, _ *volume.Volume, j *jobs.Job) error {
				tries[j.Key]++
				switch {
				case j.Key == "hopeless":
					return fmt.Errorf("no such address: %w", jobs.ErrGiveUp)
				case j.Key == "down" || tries[j.Key] < 2:
					return errors.New("the provider is down")
				}
				return nil
			}})
		for _, key := range []string{"flaky", "down", "hopeless"} {
			w.put(jobs.Job{Kind: "send", Key: key})
			for range 5 {
				w.run()
				w.clock.Advance(2 * time.Minute)
			}
		}
		if fmt.Sprint(tries) != "map[down:3 flaky:2 hopeless:1]" {
			t.Fatalf("tries %v", tries)
		}
		dead := w.inState(jobs.StateDead)
		if len(dead) != 2 || dead[0].LastError != "the provider is down" || dead[0].Attempts != 3 {
			t.Fatalf("dead: %+v", dead)
		}
		if err := w.v.Write(t.Context(), func(tx *volume.Tx) error { return jobs.Release(t.Context(), tx, dead[0].ID) }); err != nil {
			t.Fatal(err)
		}
		w.run()
		if tries["down"] != 4 {
			t.Fatalf("a released job was tried %d times", tries["down"])
		}
	})
}

func TestPassedJobsOfARestoredVolumeAreHeld(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t), &ledger{at: map[volume.Ref]time.Time{}}, start())
	sent := 0
	w.runner.Handle("send", jobs.Handler{Do: func(context.Context, *volume.Volume, *jobs.Job) error { sent++; return nil }})
	w.put(jobs.Job{Kind: "send", Key: "passed"})
	w.put(jobs.Job{Kind: "send", Key: "coming", Due: w.clock.Now().Add(time.Hour)})
	if err := w.v.Write(t.Context(), func(tx *volume.Tx) error { return jobs.HoldPast(t.Context(), tx, 0) }); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Hour)
	w.run()
	if held := w.inState(jobs.StateHeld); sent != 1 || len(held) != 1 || held[0].Key != "passed" {
		t.Fatalf("sent %d, held %+v", sent, held)
	}
}

func TestAFailedTransactionLeavesNoJob(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t), &ledger{at: map[volume.Ref]time.Time{}}, start())
	w.runner.Handle("step", jobs.Handler{InTx: func(context.Context, *volume.Tx, *jobs.Job) error { t.Error("ran"); return nil }})
	err := w.v.Write(t.Context(), func(tx *volume.Tx) error {
		if err := jobs.Put(t.Context(), tx, jobs.Job{Kind: "step"}); err != nil {
			return err
		}
		return errors.New("refused")
	})
	if err == nil {
		t.Fatal("the write did not fail")
	}
	w.run()
}

func TestManyWritersWhileRunning(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t), &ledger{at: map[volume.Ref]time.Time{}}, start())
	var ran atomic.Int32
	w.runner.Handle("step", jobs.Handler{InTx: func(context.Context, *volume.Tx, *jobs.Job) error { ran.Add(1); return nil }})
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- w.runner.Run(ctx) }()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				w.put(jobs.Job{Kind: "step"})
			}
		})
	}
	wg.Wait()
	for deadline := time.Now().Add(10 * time.Second); ran.Load() < 400 && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	cancel()
	if err := <-stopped; err != nil || ran.Load() != 400 {
		t.Fatalf("%d of 400 ran, %v", ran.Load(), err)
	}
}

// TestADeliveryThatHangsHoldsNothingElseUp has one delivery that does not end while timers and other deliveries of the same volume come due.
func TestADeliveryThatHangsHoldsNothingElseUp(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t), &ledger{at: map[volume.Ref]time.Time{}}, start())
	release := make(chan struct{})
	var timers, sent, hung atomic.Int32
	w.runner.Handle("hang", jobs.Handler{Do: func(context.Context, *volume.Volume, *jobs.Job) error { hung.Add(1); <-release; return nil }})
	w.runner.Handle("send", jobs.Handler{Do: func(context.Context, *volume.Volume, *jobs.Job) error { sent.Add(1); return nil }})
	w.runner.Handle("step", jobs.Handler{InTx: func(context.Context, *volume.Tx, *jobs.Job) error { timers.Add(1); return nil }})
	w.put(jobs.Job{Kind: "hang", Key: "one"})
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- w.runner.Run(ctx) }()
	until := func(what string, done func() bool) {
		t.Helper()
		for deadline := time.Now().Add(10 * time.Second); !done(); time.Sleep(2 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s: %d timers, %d sent, %d hung", what, timers.Load(), sent.Load(), hung.Load())
			}
		}
	}
	until("the hanging one starts", func() bool { return hung.Load() == 1 })
	for range 5 {
		w.put(jobs.Job{Kind: "step"})
		w.put(jobs.Job{Kind: "send"})
	}
	until("the others run", func() bool { return timers.Load() == 5 && sent.Load() == 5 })
	w.put(jobs.Job{Kind: "hang", Key: "one"}) // put again while it is at work: it runs once more, afterwards
	close(release)
	until("it runs again", func() bool { return hung.Load() == 2 && len(w.inState(jobs.StateDue)) == 0 })
	cancel()
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
}
