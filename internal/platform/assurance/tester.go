package assurance

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// World is what is tested.
type World interface {
	// Targets lists everything whose backup must be known to work.
	Targets(ctx context.Context) ([]Target, error)
	// Restore brings the newest backup of a target back in a scratch place, proves every link and row of it, and removes it again. The error says exactly what
	// is wrong with the backup.
	Restore(ctx context.Context, t Target) (Outcome, error)
	// Busy tells that something real is being restored now: tests wait.
	Busy() bool
}

// Config is what a tester needs.
type Config struct {
	Control *volume.Volume
	World   World
	Clock   clock.Clock
	Log     *slog.Logger
}

const (
	// Every is the time between two tests of the same backup. A day less than a week: a machine that was off for some hours still keeps the promise of a week.
	Every = 6 * 24 * time.Hour
	// abreast is how many backups are restored at the same time; the builds themselves give way to those who serve.
	abreast = 2
	// perLook bounds what one look takes on, so that shutting down never waits for a long queue and a real restore is never kept waiting behind it.
	perLook = 8
	// enrolEvery is how often new and purged sites are looked for.
	enrolEvery = time.Hour
	// noteEvery is how often the tester leaves a sign of life, so that an idle installation writes one commit an hour for it and not one a look.
	noteEvery = time.Hour
)

// Tester restores backups when they are due.
type Tester struct {
	Config
	mu       sync.Mutex
	enrolled time.Time // when the targets were compared last
	noted    time.Time
	running  map[string]time.Time // by owner
}

// New makes a tester.
func New(c Config) *Tester { return &Tester{Config: c, running: map[string]time.Time{}} }

// slotAfter gives the next test of a target after an instant: always the same time of its own in every period, drawn from its identifier, so that the fleet
// is spread evenly over the days.
func slotAfter(owner string, at time.Time) time.Time {
	h := fnv.New64a()
	h.Write([]byte(owner)) //nolint:errcheck // a hash does not fail
	offset := int64(h.Sum64() % uint64(Every/time.Second))
	period := int64(Every / time.Second)
	n := (at.Unix() - offset) / period
	next := time.Unix(n*period+offset, 0).UTC()
	for !next.After(at) {
		next = next.Add(Every)
	}
	return next
}

// retryAfter is how long a backup whose test failed waits for the next one.
func retryAfter(failures int64) time.Duration {
	return min(time.Hour<<min(failures, 4), 12*time.Hour)
}

// Look enrols what is new, restores what is due, and leaves a sign of life. A test that fails is no error of the look: it is recorded.
func (t *Tester) Look(ctx context.Context) error {
	now := t.Clock.Now()
	if err := t.enrol(ctx, now); err != nil {
		return fmt.Errorf("enrol what is to be tested: %w", err)
	}
	var due []Proof
	if !t.World.Busy() {
		err := t.Control.Read(ctx, func(tx *volume.Tx) (err error) {
			due, err = storage.All(ctx, tx.Tx, qDue, scanProof, clock.Micros(now), perLook)
			return err
		})
		if err != nil {
			return err
		}
	}
	var g errgroup.Group
	g.SetLimit(abreast)
	for _, p := range due {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error {
			_, err := t.test(ctx, p)
			if fault.Is(err, fault.KindConflict) {
				return nil // somebody asked for it a moment ago
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return t.signOfLife(ctx)
}

func (t *Tester) signOfLife(ctx context.Context) error {
	now := t.Clock.Now()
	t.mu.Lock()
	fresh := !t.noted.IsZero() && now.Sub(t.noted) < noteEvery && !now.Before(t.noted)
	t.mu.Unlock()
	if fresh {
		return nil
	}
	if err := t.Control.Write(ctx, func(tx *volume.Tx) error { return noteLook(ctx, tx, now) }); err != nil {
		return err
	}
	t.mu.Lock()
	t.noted = now
	t.mu.Unlock()
	return nil
}

// enrol compares what is to be tested with what is known, once an hour.
func (t *Tester) enrol(ctx context.Context, now time.Time) error {
	t.mu.Lock()
	fresh := !t.enrolled.IsZero() && now.Sub(t.enrolled) < enrolEvery && !now.Before(t.enrolled)
	t.mu.Unlock()
	if fresh {
		return nil
	}
	if err := t.Enrol(ctx); err != nil {
		return err
	}
	t.mu.Lock()
	t.enrolled = now
	t.mu.Unlock()
	return nil
}

// Enrol makes a proof of every target that has none, and drops those of targets that are no more.
func (t *Tester) Enrol(ctx context.Context) error {
	targets, err := t.World.Targets(ctx)
	if err != nil {
		return err
	}
	var known []Proof
	err = t.Control.Read(ctx, func(tx *volume.Tx) error {
		known, err = Proofs(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	has, wanted := map[string]bool{}, map[string]bool{}
	for _, p := range known {
		has[p.Owner] = true
	}
	var fresh []Target
	for _, w := range targets {
		wanted[w.Owner] = true
		if !has[w.Owner] {
			fresh = append(fresh, w)
		}
	}
	gone := slices.DeleteFunc(known, func(p Proof) bool { return wanted[p.Owner] })
	if len(fresh) == 0 && len(gone) == 0 {
		return nil
	}
	return t.Control.Write(ctx, func(tx *volume.Tx) error {
		now := tx.Now()
		for _, f := range fresh {
			if _, err := tx.Exec(ctx, qEnrol, f.Owner, f.Kind, clock.Micros(now), clock.Micros(slotAfter(f.Owner, now))); err != nil {
				return err
			}
		}
		for _, g := range gone {
			if _, err := tx.Exec(ctx, qForget, g.Owner); err != nil {
				return err
			}
		}
		return nil
	})
}

// Test restores the backup of one owner now, whenever it is due.
func (t *Tester) Test(ctx context.Context, owner string) (Test, error) {
	if err := t.Enrol(ctx); err != nil {
		return Test{}, err
	}
	var p Proof
	var ok bool
	err := t.Control.Read(ctx, func(tx *volume.Tx) (err error) {
		p, ok, err = Of(ctx, tx, owner)
		return err
	})
	if err != nil {
		return Test{}, err
	}
	if !ok {
		return Test{}, fault.NotFound("There is no backup of %s to test.", owner)
	}
	return t.test(ctx, p)
}

// test restores a backup once and records the outcome. The error is not that of the restore.
func (t *Tester) test(ctx context.Context, p Proof) (out Test, err error) {
	if err := t.begin(p.Owner); err != nil {
		return out, err
	}
	defer t.end(p.Owner)
	start := t.Clock.Now()
	result, failed := t.restore(ctx, p.Target)
	if failed != nil && ctx.Err() != nil && errors.Is(failed, ctx.Err()) {
		return out, nil // this process ends; the backup is as due as before
	}
	end := t.Clock.Now()
	next := slotAfter(p.Owner, end)
	if failed != nil {
		next = end.Add(retryAfter(p.Failures))
		t.Log.Error("a backup could not be proven", "owner", p.Owner, "reason", failed.Error())
	}
	err = t.Control.Write(context.WithoutCancel(ctx), func(tx *volume.Tx) error {
		out, err = record(ctx, tx, p.Target, start, max(0, end.Sub(start)), result, failed, next)
		return err
	})
	return out, err
}

// restore never lets a defect of one backup end the tests of the others.
func (t *Tester) restore(ctx context.Context, target Target) (out Outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic while restoring: %v", p)
		}
	}()
	return t.World.Restore(ctx, target)
}

func (t *Tester) begin(owner string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, busy := t.running[owner]; busy {
		return fault.Conflict("This backup is being restored into scratch already.")
	}
	t.running[owner] = t.Clock.Now()
	return nil
}

func (t *Tester) end(owner string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.running, owner)
}

// Running lists what is being restored into scratch now.
func (t *Tester) Running() (owners []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for owner := range t.running {
		owners = append(owners, owner)
	}
	slices.SortFunc(owners, strings.Compare)
	return owners
}
