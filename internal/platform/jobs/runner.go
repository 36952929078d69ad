package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Handler runs jobs of one kind. Exactly one of InTx and Do is set.
type Handler struct {
	// InTx takes effect in the volume alone: its changes and the job's end are one commit. It may put the same job again for later.
	InTx func(ctx context.Context, tx *volume.Tx, j *Job) error
	// Do takes effect in the outside world: it is run under a lease, outside of a transaction, at least once.
	Do func(ctx context.Context, v *volume.Volume, j *Job) error

	Lease    time.Duration                   // of Do; default one minute, after which another try may start
	Attempts int                             // default 12
	Pause    func(attempt int) time.Duration // before the next try; default from 1 s, doubling, to 10 min
}

// ErrGiveUp, wrapped by a handler's error, makes a job dead at once: no later try can succeed.
var ErrGiveUp = errors.New("no later try can succeed")

// Config is what a runner needs.
type Config struct {
	Pool   *volume.Pool
	Ledger Ledger
	Clock  clock.Clock
	Log    *slog.Logger
	// Context gives jobs of a volume what requests have: its site, for instance. Optional.
	Context func(ctx context.Context, ref volume.Ref) (context.Context, error)
	// Mine tells which volumes' jobs this process runs, where several share the volumes. Optional: all.
	Mine func(ref volume.Ref) bool
	// Parallel bounds how many jobs of kind Do run at once in the process; default 64.
	Parallel int
}

// Runner runs the jobs of every volume of the process.
type Runner struct {
	Config
	handlers map[string]Handler
	wakes    wakes
	slots    chan struct{}
	looks    chan struct{} // see lookers
	running  tally

	mu     sync.Mutex
	atWork map[string]bool // jobs by identifier, which is unique over volumes
}

// New makes a runner. Its Wake and Committed belong into the pool's configuration.
func New(c Config) *Runner {
	if c.Context == nil {
		c.Context = func(ctx context.Context, _ volume.Ref) (context.Context, error) { return ctx, nil }
	}
	if c.Mine == nil {
		c.Mine = func(volume.Ref) bool { return true }
	}
	if c.Parallel <= 0 {
		c.Parallel = 64
	}
	return &Runner{Config: c, handlers: map[string]Handler{}, atWork: map[string]bool{}, slots: make(chan struct{}, c.Parallel), looks: make(chan struct{}, lookers()),
		wakes: wakes{ledger: c.Ledger, by: map[volume.Ref]*wake{}, signal: make(chan struct{}, 1)}}
}

// Handle registers the handler of a kind, before Run.
func (r *Runner) Handle(kind string, h Handler) {
	if (h.InTx == nil) == (h.Do == nil) || r.handlers[kind].InTx != nil || r.handlers[kind].Do != nil {
		panic("jobs: kind " + kind + " has not exactly one handler")
	}
	if h.Lease <= 0 {
		h.Lease = time.Minute
	}
	if h.Attempts <= 0 {
		h.Attempts = 12
	}
	if h.Pause == nil {
		h.Pause = pause
	}
	r.handlers[kind] = h
}

// pause is 1 s, 2 s, 4 s … 10 min, less up to a fifth, so that what failed together is not tried again together.
func pause(attempt int) time.Duration {
	d := min(time.Second<<min(attempt, 20), 10*time.Minute)
	return d - time.Duration(rand.Int64N(int64(d/5)))
}

// Wake implements volume.Config.Wake.
func (r *Runner) Wake(ref volume.Ref, at time.Time) error { return r.wakes.ask(ref, at) }

// Committed is to be called after every commit of a volume.
func (r *Runner) Committed(ref volume.Ref) { r.wakes.committed(ref) }

// Refresh reads what other processes entered into the ledger since.
func (r *Runner) Refresh(ctx context.Context) error { return r.wakes.load(ctx) }

// Look makes the runner look at a volume now, whatever it knows of it: after a restore, for instance.
func (r *Runner) Look(ref volume.Ref) { r.wakes.looked(ref, r.Clock.Now()) }

// Anew says when the first job of a volume is due that was put in the place of another one, which nobody has written to yet: what was known of that one counts no more.
func (r *Runner) Anew(ref volume.Ref, due time.Time) error { return r.wakes.anew(ref, due) }

// Backlog counts the volumes that are being asked for their jobs or should be, and the jobs at work.
func (r *Runner) Backlog() int {
	r.mu.Lock()
	working := len(r.atWork)
	r.mu.Unlock()
	return working + r.wakes.backlog(r.Clock.Now())
}

// longestSleep bounds how late a job can be when the machine's clock jumps.
const longestSleep = time.Second

// Run runs jobs at their times until ctx ends, then waits for those that are running.
func (r *Runner) Run(ctx context.Context) error {
	if err := r.wakes.load(ctx); err != nil {
		return err
	}
	defer r.running.Wait()
	settled := r.Clock.Now()
	for ctx.Err() == nil {
		now := r.Clock.Now()
		refs, next := r.wakes.due(now, r.Mine)
		for _, ref := range refs {
			r.running.Go(func() { r.look(ctx, ref) })
		}
		if now.Sub(settled) > time.Minute {
			settled = now
			if err := r.wakes.settle(ctx, now, r.Mine); err != nil {
				r.Log.Error("wakes not settled", "error", err)
			}
		}
		sleep := longestSleep
		if !next.IsZero() {
			sleep = min(sleep, max(next.Sub(now), time.Millisecond))
		}
		select {
		case <-ctx.Done():
		case <-r.wakes.signal:
		case <-time.After(sleep):
		}
	}
	return nil
}

// RunDue runs everything that is due now, and what that makes due, until nothing is: time under a test's clock.
func (r *Runner) RunDue(ctx context.Context) error {
	if err := r.wakes.load(ctx); err != nil {
		return err
	}
	for {
		r.wakes.flush()
		refs, _ := r.wakes.due(r.Clock.Now(), r.Mine)
		if len(refs) == 0 {
			return ctx.Err()
		}
		for _, ref := range refs {
			r.look(ctx, ref)
		}
		r.running.Wait()
	}
}

// perLook bounds how many jobs one look at a volume takes, so that none holds the others up.
const perLook = 256

// look runs the due jobs of a volume and notes when the next one is. It waits for what takes effect in the volume, not for what is handed to the outside
// world: an address that does not answer holds up nothing but itself.
func (r *Runner) look(ctx context.Context, ref volume.Ref) {
	ctx, err := r.Context(identity.AsSystem(ctx, "jobs"), ref)
	if err != nil {
		r.Log.Error("volume's jobs not run", "volume", ref.String(), "error", err)
		r.wakes.looked(ref, r.Clock.Now().Add(30*time.Second))
		return
	}
	v := r.Pool.Volume(ref)
	due, next, err := r.due(ctx, v)
	if err != nil { // the volume is away, suspended or being restored: look again later
		if ctx.Err() == nil {
			r.Log.Warn("volume's jobs not run", "volume", ref.String(), "error", err)
		}
		r.wakes.looked(ref, r.Clock.Now().Add(5*time.Second))
		return
	}
	if r.runAll(ctx, v, due) > 0 && len(due) == perLook { // there may be more
		next = r.Clock.Now()
	}
	r.wakes.looked(ref, next)
}

// lookers gives how many volumes are asked for their jobs at once. Where thousands have something due at the same instant, all would be opened together, and requests would stand in
// line behind them for the processor and for the file system.
func lookers() int { return max(2, runtime.GOMAXPROCS(0)/2) }

// due gives jobs whose time has come, and the time of the first one whose has not.
func (r *Runner) due(ctx context.Context, v *volume.Volume) (due []*Job, next time.Time, err error) {
	select {
	case r.looks <- struct{}{}:
		defer func() { <-r.looks }()
	case <-ctx.Done():
		return nil, next, ctx.Err()
	}
	err = v.Read(ctx, func(tx *volume.Tx) error {
		now := clock.Micros(tx.Now())
		if due, err = storage.All(ctx, tx.Tx, qDue, scan, now, perLook); err != nil {
			return err
		}
		var us *int64
		if err := tx.Get(ctx, qAfter, []any{now}, &us); err != nil || us == nil {
			return err
		}
		next = clock.FromMicros(*us)
		return nil
	})
	return due, next, err
}

// runAll starts those of the jobs that are not at work already, and tells how many: those of kind InTx share transactions by group commit and are
// waited for; those of kind Do wait for a slot of the process, and have the volume looked at again when they are done.
func (r *Runner) runAll(ctx context.Context, v *volume.Volume, due []*Job) (started int) {
	var wg sync.WaitGroup
	for _, j := range due {
		if !r.begin(j) {
			continue
		}
		started++
		run := func() (settled bool) {
			err := r.runOne(ctx, v, j)
			r.end(j)
			if err != nil && ctx.Err() == nil { // the volume takes no writes: its site was suspended, say
				r.Log.Error("job not settled", "volume", v.Ref().String(), "job", j.ID, "kind", j.Kind, "error", err)
				r.wakes.again(v.Ref(), r.Clock.Now().Add(5*time.Second))
			}
			return err == nil
		}
		if r.handlers[j.Kind].Do == nil {
			wg.Go(func() { run() })
			continue
		}
		r.running.Go(func() {
			if run() { // else it would be tried again without a pause for as long as it cannot be settled
				r.wakes.again(v.Ref(), r.Clock.Now())
			}
		})
	}
	wg.Wait()
	return started
}

// begin marks a job as being at work in this process; false when it is already. A job that is put again meanwhile runs again afterwards.
func (r *Runner) begin(j *Job) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.atWork[j.ID] {
		return false
	}
	r.atWork[j.ID] = true
	return true
}

func (r *Runner) end(j *Job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.atWork, j.ID)
}

func (r *Runner) runOne(ctx context.Context, v *volume.Volume, j *Job) error {
	h, ok := r.handlers[j.Kind]
	switch {
	case !ok:
		return r.fail(ctx, v, j, Handler{Attempts: 1, Pause: pause}, fmt.Errorf("nothing handles jobs of kind %q: %w", j.Kind, ErrGiveUp))
	case h.InTx != nil:
		err := v.Write(ctx, func(tx *volume.Tx) error { return r.inTx(ctx, tx, j, h) })
		if err != nil {
			return r.fail(ctx, v, j, h, err)
		}
		return nil
	}
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return nil
	}
	release := sync.OnceFunc(func() { <-r.slots })
	defer release()
	return r.do(ctx, v, j, h, release)
}

// inTx runs a job whose effect is in the volume. The job that is there may be another one by now: then there is nothing to do.
func (r *Runner) inTx(ctx context.Context, tx *volume.Tx, j *Job, h Handler) error {
	if now, err := storage.One(ctx, tx.Tx, qByID, scan, j.ID); err != nil || !same(now, j) {
		if errors.Is(err, storage.ErrNoRows) {
			return nil
		}
		return err
	}
	if err := h.InTx(ctx, tx, j); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qFinish, j.ID, clock.Micros(j.Due), j.Attempts) // a job put again has another due time and stays
	return err
}

func same(a, b *Job) bool {
	return a.Due.Equal(b.Due) && a.Attempts == b.Attempts && a.State == StateDue
}

// do runs a job whose effect is outside, under a lease: should the process die, the job is due again when the lease ends. sent is called when the
// effect was tried: others need not wait for the commit that says how it went.
func (r *Runner) do(ctx context.Context, v *volume.Volume, j *Job, h Handler, sent func()) error {
	leased := *j
	leased.Due, leased.Attempts = r.Clock.Now().Add(h.Lease).Truncate(time.Microsecond), j.Attempts+1
	mine := false
	err := v.Write(ctx, func(tx *volume.Tx) error {
		if err := tx.WakeAt(leased.Due); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qPostpone, j.ID, clock.Micros(j.Due), j.Attempts, clock.Micros(leased.Due), leased.Attempts, j.LastError, StateDue)
		mine = n == 1
		return err
	})
	if err != nil || !mine {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, h.Lease*9/10)
	err = h.Do(limited, v, &leased)
	cancel()
	sent()
	if err != nil {
		leased.Attempts-- // fail counts the try
		return r.settle(ctx, v, &leased, leased.Attempts+1, h, err)
	}
	return v.Write(context.WithoutCancel(ctx), func(tx *volume.Tx) error {
		if err := leased.settleOutcome(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, qFinish, leased.ID, clock.Micros(leased.Due), leased.Attempts)
		return err
	})
}

// fail notes a try that failed.
func (r *Runner) fail(ctx context.Context, v *volume.Volume, j *Job, h Handler, cause error) error {
	return r.settle(ctx, v, j, j.Attempts, h, cause)
}

// settle sets the time of the next try, or makes the job dead. counted is what the row has as attempts now.
func (r *Runner) settle(ctx context.Context, v *volume.Volume, j *Job, counted int, h Handler, cause error) error {
	tried := j.Attempts + 1
	state, due := StateDue, r.Clock.Now().Add(h.Pause(j.Attempts))
	if tried >= h.Attempts || errors.Is(cause, ErrGiveUp) {
		state = StateDead
		r.Log.Error("job is dead", "volume", v.Ref().String(), "job", j.ID, "kind", j.Kind, "attempts", tried, "error", cause)
	}
	ctx = context.WithoutCancel(ctx)
	return v.Write(ctx, func(tx *volume.Tx) error {
		if err := j.settleOutcome(ctx, tx); err != nil {
			return err
		}
		if state == StateDue {
			if err := tx.WakeAt(due); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, qPostpone, j.ID, clock.Micros(j.Due), counted, clock.Micros(due), tried, clip(cause.Error()), state)
		return err
	})
}

func clip(s string) string {
	if len(s) > 1000 {
		return s[:1000] + "…"
	}
	return s
}
