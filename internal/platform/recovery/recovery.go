package recovery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
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
	// Restored is called for every volume that was brought back, before anybody can change it: what its time past would send is held there.
	Restored func(ctx context.Context, b Built) error
}

// New makes a Recovery.
func New(c Config) *Recovery {
	if c.Restored == nil {
		c.Restored = func(context.Context, Built) error { return nil }
	}
	return &Recovery{settle: c.Restored, vault: c.Vault, shipper: c.Shipper, pool: c.Pool, fleet: c.Fleet, clock: c.Clock, tmp: c.Tmp, log: c.Log}
}

// Target is the state to restore: a commit of the site's work volume, an instant (all volumes to the last commit at or before it),
// or, with neither, the newest state that the vault has.
type Target struct {
	Commit int64
	At     time.Time
	// Undo is a restore to take back: every volume goes to its state before it, what it did not touch stays.
	Undo ids.Operation
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

// RestoreSite brings a site to a target: ships what is alive, builds all its volumes beside, proves them, switches them together. People
// may read on until the switch and cannot write meanwhile. On an error the site is as it was before.
func (r *Recovery) RestoreSite(ctx context.Context, id ids.Site, target Target, reason string, report func(Progress)) (res Result, err error) {
	site, err := r.fleet.Site(id)
	if err != nil {
		return res, err
	}
	if report == nil {
		report = func(Progress) {}
	}
	before := site.State
	res.Site, res.Started = id, r.clock.Now()
	if res.Operation, err = r.fleet.Begin(ctx, "restore", id.String(), reason, describe(target)); err != nil {
		return res, err
	}
	tell := report
	report = func(p Progress) {
		p.Operation = res.Operation
		tell(p)
	}
	ctx = context.WithoutCancel(ctx)
	if err := r.fleet.SetState(ctx, id, fleet.Restoring, reason); err != nil {
		return res, errors.Join(err, r.fleet.Finish(ctx, res.Operation, "failed", err.Error()))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.fleet.SetState(ctx, id, settled(before), "restore failed"), r.fleet.Finish(ctx, res.Operation, "failed", err.Error()))
		}
	}()
	refs := r.fleet.VolumesOf(id.String())
	slices.SortFunc(refs, func(a, b volume.Ref) int { return strings.Compare(a.Kind, b.Kind) })
	report(Progress{Step: "shipping", Total: len(refs), Unit: "volumes"})
	res.Unshipped = r.saveLive(ctx, refs)
	generations := map[volume.Ref]int64{}
	for i, ref := range refs {
		report(Progress{Step: "building", Done: i, Total: len(refs), Unit: "volumes"})
		seq, err := r.resolve(ctx, ref, target)
		if errors.Is(err, errYounger) && ref.Kind != "work" {
			there, err := r.fleet.Engine().Exists(ctx, ref.Name(r.fleet.Generation(ref)))
			if err != nil {
				return res, err
			}
			if there {
				continue
			}
			seq = 0 // it is gone: what it had last is nearer to what it was than nothing
		} else if err != nil {
			return res, err
		}
		generations[ref] = r.fleet.Generation(ref) + 1
		who := identity.From(ctx)
		b, err := r.build(ctx, ref, seq, generations[ref], journal.Commit{At: r.clock.Now().Truncate(time.Microsecond), Actor: who.Actor(), Source: "recovery",
			Request: res.Operation.String(), Reason: reason})
		if err != nil {
			return res, err
		}
		res.Volumes = append(res.Volumes, b)
	}
	report(Progress{Step: "switching", Done: len(refs), Total: len(refs), Unit: "volumes"})
	did := outcome(target, res.Volumes)
	if err := r.fleet.Switch(ctx, generations, res.Operation, did); err != nil {
		return res, err
	}
	for _, b := range res.Volumes {
		if err := r.pool.Evict(ctx, b.Ref); err != nil {
			return res, err
		}
		if err := r.settle(ctx, b); err != nil { // while nobody can change the site yet
			return res, err
		}
		if r.shipper != nil {
			r.shipper.Mark(b.Ref)
		}
		r.dropSuperseded(ctx, b.Ref, generations[b.Ref]-1)
	}
	if err := r.fleet.Settle(ctx, id, settled(before), res.Operation, "done", did); err != nil {
		return res, err
	}
	res.Finished = r.clock.Now()
	report(Progress{Step: "done", Done: len(refs), Total: len(refs), Unit: "volumes"})
	return res, nil
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
			there, err := r.fleet.Engine().Exists(ctx, ref.Name(r.fleet.Generation(ref)))
			if err != nil {
				return err
			}
			if there {
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

// settled is the state a site returns to: one that was interrupted while restoring becomes active.
func settled(s fleet.State) fleet.State {
	if s == fleet.Restoring {
		return fleet.Active
	}
	return s
}

// outcome is what the ledger says of a restore that is done: what was asked, and for every volume the commit whose state it has, the
// newest commit before, and the digest that was proven.
func outcome(t Target, volumes []Built) string {
	var b strings.Builder
	b.WriteString(describe(t))
	for _, v := range volumes {
		fmt.Fprintf(&b, "; %s %d of %d %s", v.Ref.Kind, v.Target, v.Head, v.Digest)
	}
	return b.String()
}

// Outcome reads one volume's part of what the ledger says of a restore; ok is false when it says nothing of the kind.
func Outcome(detail, kind string) (target, head int64, digest string, ok bool) {
	for part := range strings.SplitSeq(detail, "; ") {
		var k string
		if n, err := fmt.Sscanf(part, "%s %d of %d %s", &k, &target, &head, &digest); n == 4 && err == nil && k == kind {
			return target, head, digest, true
		}
	}
	return 0, 0, "", false
}

// Asked gives what was asked of a restore that the ledger speaks of: "to commit 17", for instance.
func Asked(detail string) string {
	asked, _, _ := strings.Cut(detail, "; ")
	return asked
}

// Changed tells whether a restore that the ledger speaks of changed any volume.
func Changed(detail string) bool {
	for part := range strings.SplitSeq(detail, "; ") {
		var kind, digest string
		var target, head int64
		if n, err := fmt.Sscanf(part, "%s %d of %d %s", &kind, &target, &head, &digest); n == 4 && err == nil && target != head {
			return true
		}
	}
	return false
}

func describe(t Target) string {
	switch {
	case !t.Undo.IsZero():
		return "undo of " + t.Undo.String()
	case t.Commit > 0:
		return fmt.Sprintf("to commit %d", t.Commit)
	case !t.At.IsZero():
		return "to " + t.At.UTC().Format(time.RFC3339Nano)
	}
	return "to the newest state in the vault"
}

// saveLive ships what the vault lacks. What is open is shipped first: when the files were removed under a running process, its open handles still
// have the last commits. Then it waits until nobody uses the volumes and ships what came in between. A volume that is gone or damaged has nothing
// more to save: its reason is given.
func (r *Recovery) saveLive(ctx context.Context, refs []volume.Ref) string {
	if err := r.shipOpen(ctx, refs); err != nil {
		r.log.Warn("commits of a volume to restore could not be shipped while it was open", "error", err)
	}
	var why []string
	for _, ref := range refs {
		if err := r.closeLive(ctx, ref); err != nil {
			why = append(why, err.Error())
		}
	}
	if r.shipper != nil {
		if err := r.shipper.Flush(ctx); err != nil {
			why = append(why, err.Error())
		}
	}
	return strings.Join(why, "; ")
}

func (r *Recovery) shipOpen(ctx context.Context, refs []volume.Ref) error {
	if r.shipper == nil {
		return nil
	}
	var errs []error
	for _, ref := range refs {
		if err := r.pool.Volume(ref).Adopt(ctx); err != nil {
			if !errors.Is(err, storage.ErrMissing) {
				errs = append(errs, err)
			}
			continue
		}
		r.shipper.Mark(ref)
	}
	return errors.Join(append(errs, r.shipper.Flush(ctx))...)
}

// closeLive waits for the last users of a volume and closes it; what its files still have is marked to be shipped.
func (r *Recovery) closeLive(ctx context.Context, ref volume.Ref) error {
	if err := r.pool.Evict(ctx, ref); err != nil {
		return err
	}
	place, err := r.fleet.Locate(ctx, ref)
	if err != nil {
		return err
	}
	ok, err := place.Engine.Exists(ctx, ref.Name(place.Generation))
	if err != nil || !ok {
		return fmt.Errorf("%s is gone", ref)
	}
	if err := r.pool.Volume(ref).Adopt(ctx); err != nil {
		return fmt.Errorf("%s cannot be read: %w", ref, err)
	}
	if r.shipper != nil {
		r.shipper.Mark(ref)
	}
	return nil
}

// Resolve turns a target into a commit of each volume of a site, without those that are younger. It ships what the vault lacks first, so that the
// newest commits can be named.
func (r *Recovery) Resolve(ctx context.Context, site ids.Site, t Target) (map[volume.Ref]int64, error) {
	refs := r.fleet.VolumesOf(site.String())
	if r.shipper != nil {
		for _, ref := range refs {
			r.shipper.Mark(ref)
		}
		if err := r.shipper.Flush(ctx); err != nil {
			return nil, err
		}
	}
	out := map[volume.Ref]int64{}
	for _, ref := range refs {
		seq, err := r.resolve(ctx, ref, t)
		if errors.Is(err, errYounger) && ref.Kind != "work" {
			continue
		}
		if err != nil {
			return nil, err
		}
		frames, err := r.vault.History(ctx, ref.String())
		if err != nil {
			return nil, err
		}
		if seq != 0 && (len(frames) == 0 || seq < 1 || seq > frames[len(frames)-1].To) {
			return nil, noCommit(ref, seq, frames)
		}
		out[ref] = seq
	}
	return out, nil
}

// errYounger says that a volume was made after the instant that a site goes back to.
var errYounger = errors.New("the volume is younger than the target")

// resolve turns a target into a commit of one volume of a site. A commit names a state of the work volume; the others go to its instant. What
// was switched on later stays as it is: errYounger.
func (r *Recovery) resolve(ctx context.Context, ref volume.Ref, t Target) (int64, error) {
	switch {
	case !t.Undo.IsZero():
		return r.beforeRestore(ctx, ref, t.Undo)
	case t.Commit > 0 && ref.Kind == "work":
		return t.Commit, nil
	case t.Commit > 0:
		at, err := r.commitTime(ctx, volume.Ref{Kind: "work", Owner: ref.Owner}, t.Commit)
		if err != nil {
			return 0, err
		}
		t.At = at
	case t.At.IsZero():
		return 0, nil
	}
	return r.CommitAt(ctx, ref, t.At)
}

// beforeRestore gives the commit of a volume before the one that a restore made, 0 (the newest) where the restore changed nothing.
func (r *Recovery) beforeRestore(ctx context.Context, ref volume.Ref, op ids.Operation) (int64, error) {
	frames, err := r.vault.History(ctx, ref.String())
	if err != nil {
		return 0, err
	}
	for _, f := range slices.Backward(frames) {
		entries, err := r.vault.Read(ctx, f)
		if err != nil {
			return 0, err
		}
		for _, e := range entries {
			if e.Commit.Kind == journal.KindRestore && e.Commit.Request == op.String() {
				return e.Commit.Seq - 1, nil
			}
		}
	}
	return 0, nil
}

// commitTime gives the instant of a commit that the vault holds.
func (r *Recovery) commitTime(ctx context.Context, ref volume.Ref, seq int64) (time.Time, error) {
	frames, err := r.vault.History(ctx, ref.String())
	if err != nil {
		return time.Time{}, err
	}
	for _, f := range frames {
		if seq < f.From || seq > f.To {
			continue
		}
		entries, err := r.vault.Read(ctx, f)
		if err != nil {
			return time.Time{}, err
		}
		for _, e := range entries {
			if e.Commit.Seq == seq {
				return e.Commit.At, nil
			}
		}
	}
	return time.Time{}, noCommit(ref, seq, frames)
}

func noCommit(ref volume.Ref, seq int64, frames []vault.Frame) error {
	head := int64(0)
	if len(frames) > 0 {
		head = frames[len(frames)-1].To
	}
	return fault.Bad("Volume %s has commits 1 to %d; %d is not one of them.", ref, head, seq)
}

// CommitAt gives the last commit of a volume at or before an instant, by what the vault holds.
func (r *Recovery) CommitAt(ctx context.Context, ref volume.Ref, at time.Time) (int64, error) {
	frames, err := r.vault.History(ctx, ref.String())
	if err != nil {
		return 0, err
	}
	var seq int64
	for _, f := range frames {
		if f.FromAt.After(at) {
			break
		}
		if !f.ToAt.After(at) {
			seq = f.To
			continue
		}
		entries, err := r.vault.Read(ctx, f)
		if err != nil {
			return 0, err
		}
		for _, e := range entries {
			if !e.Commit.At.After(at) {
				seq = e.Commit.Seq
			}
		}
	}
	if seq == 0 {
		return 0, fault.Wrap(errYounger, fault.KindInvalid, "Volume %s did not exist at %s.", ref, at.UTC().Format(time.RFC3339))
	}
	return seq, nil
}

// dropSuperseded removes the databases of generations before the last one; the last one stays until the next restore, for inspection.
func (r *Recovery) dropSuperseded(ctx context.Context, ref volume.Ref, keep int64) {
	for g := keep - 1; g > 0 && g > keep-4; g-- {
		if err := r.fleet.Engine().Remove(ctx, ref.Name(g)); err != nil {
			r.log.Warn("superseded generation could not be removed", "volume", ref.String(), "generation", g, "error", err)
		}
	}
}

// Preview is what a restore to a commit would change in the present state.
type Preview struct {
	Target journal.Commit // the commit whose state would come back
	Head   int64
	Rows   []RowDiff // Now is the present row, Then the one that would come back
}

// Preview compares the present state of a volume with that at a commit. It ships what the vault lacks first.
func (r *Recovery) Preview(ctx context.Context, ref volume.Ref, target int64) (p Preview, err error) {
	if r.shipper != nil {
		r.shipper.Mark(ref)
		if err := r.shipper.Flush(ctx); err != nil {
			return p, err
		}
	}
	frames, err := r.vault.History(ctx, ref.String())
	if err != nil {
		return p, err
	}
	if len(frames) == 0 || target < 1 || target > frames[len(frames)-1].To {
		return p, fault.NotFound("The vault has no commit %d of volume %s.", target, ref)
	}
	p.Head = frames[len(frames)-1].To
	n := newNet()
	err = r.pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
		for _, f := range frames {
			if f.To < target {
				continue
			}
			entries, err := r.vault.Read(ctx, f)
			if err != nil {
				return err
			}
			for _, e := range entries {
				if e.Commit.Seq == target {
					p.Target = e.Commit
				}
				if e.Commit.Seq > target {
					if err := n.add(ctx, tx.Tx, e.Changes); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	p.Rows = n.diffs()
	return p, err
}

// Missing lists the volumes whose database is gone.
func (r *Recovery) Missing(ctx context.Context) ([]volume.Ref, error) {
	names, err := r.fleet.Engine().List(ctx)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, n := range names {
		there[n] = true
	}
	var gone []volume.Ref
	for _, ref := range r.fleet.Volumes() {
		place, err := r.fleet.Locate(ctx, ref)
		if err != nil {
			return nil, err
		}
		if !there[ref.Name(place.Generation)] {
			gone = append(gone, ref)
		}
	}
	slices.SortFunc(gone, func(a, b volume.Ref) int { return strings.Compare(a.String(), b.String()) })
	return gone, nil
}

// Rebuild makes a volume that is gone anew, in its newest state, where it was. The volume must not be there.
func (r *Recovery) Rebuild(ctx context.Context, ref volume.Ref) (Built, error) {
	place, err := r.fleet.Locate(ctx, ref)
	if err != nil {
		return Built{}, err
	}
	ok, err := place.Engine.Exists(ctx, ref.Name(place.Generation))
	if err != nil {
		return Built{}, err
	}
	if ok {
		return Built{}, fmt.Errorf("volume %s: %w", ref, storage.ErrExists)
	}
	if err := r.pool.Evict(ctx, ref); err != nil {
		return Built{}, err
	}
	b, err := r.build(ctx, ref, 0, place.Generation, journal.Commit{})
	if err != nil {
		return b, err
	}
	return b, r.settle(ctx, b)
}
