package recovery

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
)

// Recovery restores from a vault.
type Recovery struct {
	vault   *vault.Vault
	shipper *vault.Shipper // nil where nothing is being shipped (a rebuild from the vault alone)
	pool    *volume.Pool
	fleet   *fleet.Fleet
	clock   clock.Clock
	tmp     string
	log     *slog.Logger
	settle  func(context.Context, Built) error
	wake    func(context.Context, Built) error
	later   func(context.Context, *storage.Tx, volume.Kind, Built) (Later, time.Time, error)
	quiet   *throttle
	files   journal.FileScan
	whole   Whole

	mu      sync.Mutex
	closed  []closedSite
	sites   map[ids.Site]int       // restores of a site that run in this process
	atWork  map[ids.Operation]bool // restores of many sites that run in this process
	retired []func()               // close what was open before its restore
}

// Config is what recovery needs.
type Config struct {
	Vault   *vault.Vault
	Shipper *vault.Shipper
	Pool    *volume.Pool
	Fleet   *fleet.Fleet
	Clock   clock.Clock
	Tmp     string
	Log     *slog.Logger
	// Later tells what a volume that was built has to do with the time to come, and when, where it waits for something. The default is that it is overdue.
	Later func(ctx context.Context, tx *storage.Tx, kind volume.Kind, b Built) (Later, time.Time, error)
	// Restored is called for every volume with something overdue that was brought back, before anybody can change it: what its time past would send is
	// held there.
	Restored func(ctx context.Context, b Built) error
	// Wake is called for every volume that was brought back and waits for something, until Built.Due.
	Wake func(ctx context.Context, b Built) error
	// Builders is how many volumes are built at the same time, over all restores; the default is one a processor.
	Builders int
}

// Later is what a volume that was built has to do with the time to come.
type Later int

// What a volume has to do.
const (
	Nothing Later = iota
	Waiting       // for something that is due later, such as a job
	Overdue       // something of its past must be looked at before anybody can change it
)

// New makes a Recovery.
func New(c Config) *Recovery {
	if c.Restored == nil {
		c.Restored = func(context.Context, Built) error { return nil }
	}
	if c.Later == nil {
		c.Later = func(context.Context, *storage.Tx, volume.Kind, Built) (Later, time.Time, error) {
			return Overdue, time.Time{}, nil
		}
	}
	if c.Wake == nil {
		c.Wake = func(context.Context, Built) error { return nil }
	}
	return &Recovery{later: c.Later, settle: c.Restored, wake: c.Wake, vault: c.Vault, shipper: c.Shipper, pool: c.Pool, fleet: c.Fleet, clock: c.Clock, tmp: c.Tmp, log: c.Log,
		quiet: newThrottle(c.Builders)}
}

// Target is the state to restore: a commit of the site's work volume, an instant (all volumes to the last commit at or before it),
// or, with neither, the newest state that the vault has.
type Target struct {
	Commit int64
	At     time.Time
	// Undo is a restore to take back: every volume goes to its state before it, what it did not touch stays.
	Undo ids.Operation
	// Kinds narrows a restore to these volumes of a site; the others stay as they are. Empty for all.
	Kinds []string
}

// Progress is how far a restore is.
type Progress struct {
	Operation ids.Operation `json:"operation"` // the entry of the ledger
	Step      string        `json:"step"`      // "shipping", "building", "verifying", "switching", "done"
	Done      int           `json:"done"`
	Total     int           `json:"total"`
	Unit      string        `json:"unit"`
}

// Result is what a restore did.
type Result struct {
	Operation ids.Operation `json:"operation"`
	Site      ids.Site      `json:"site"`
	Volumes   []Built       `json:"volumes"`
	Started   time.Time     `json:"started"`
	Finished  time.Time     `json:"finished"`
	// Unshipped says why commits younger than the vault's newest could not be saved first; empty when there were none or they were.
	Unshipped string `json:"unshipped,omitempty"`
}

// Resume ends the restores that a crash interrupted: a site that is still marked as being restored is, by the switch, either what it was before or
// the restored one, and is opened again in the state that it had. What was switched is looked after as if nothing had come between.
func (r *Recovery) Resume(ctx context.Context) error {
	for _, s := range r.fleet.All() {
		if s.State != fleet.Restoring {
			continue
		}
		ledger, err := r.fleet.Ledger(ctx, s.ID.String(), time.Time{}, ids.Operation{}, 200)
		if err != nil {
			return err
		}
		before, last := fleet.Active, fleet.Operation{}
		for _, op := range ledger {
			state, ok := strings.CutPrefix(op.Kind, "site ")
			if ok && state != string(fleet.Restoring) {
				before = fleet.State(state)
				break
			}
			if last.ID.IsZero() && op.Kind == "restore" {
				last = op
			}
		}
		for _, ref := range r.fleet.VolumesOf(s.ID.String()) {
			gone, err := r.Gone(ctx, ref)
			if err != nil {
				return err
			}
			if !gone {
				if err := r.settle(ctx, Built{Ref: ref, Target: 1, Head: 2}); err != nil {
					return err
				}
			}
		}
		state, detail := "done", last.Detail
		if last.State != "switched" {
			state, detail = "failed", "The process that worked at this restore stopped. The site is as it was before; start the restore again."
		}
		if err := r.fleet.Settle(ctx, s.ID, before, last.ID, state, detail); err != nil {
			return err
		}
	}
	return nil
}

// dropSuperseded removes the databases of generations before the last one; the last one stays until the next restore, for inspection.
func (r *Recovery) dropSuperseded(ctx context.Context, ref volume.Ref, keep int64) {
	for g := keep - 1; g > 0 && g > keep-4; g-- {
		if err := r.fleet.Engine().Remove(ctx, ref.Name(g)); err != nil {
			r.log.Warn("superseded generation could not be removed", "volume", ref.String(), "generation", g, "error", err)
		}
	}
}
