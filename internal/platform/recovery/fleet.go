package recovery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/volume"
)

// FleetTarget is under which the ledger keeps restores of many sites.
const FleetTarget = "fleet"

// FleetKind is their kind in the ledger.
const FleetKind = "fleet restore"

// FleetProgress is how far a restore of many sites is. One is reported at every step of every site.
type FleetProgress struct {
	Operation ids.Operation `json:"operation"`
	Site      ids.Site      `json:"site"` // whose step this is
	Step      Progress      `json:"step"` // of that site
	Done      int           `json:"done"` // sites that are back
	Failed    int           `json:"failed"`
	Total     int           `json:"total"`
	Rows      int64         `json:"rows"` // proven so far
	Bytes     int64         `json:"bytes"`
}

// SiteOutcome is how the restore of one of many sites ended.
type SiteOutcome struct {
	Site   ids.Site `json:"site"`
	Result Result   `json:"result"`
	Error  string   `json:"error,omitempty"` // why it failed; the site is as it was before
}

// FleetResult is what a restore of many sites did.
type FleetResult struct {
	Operation ids.Operation `json:"operation"`
	Sites     []SiteOutcome `json:"sites"` // in the order asked for; without those that an interrupted run had brought back already
	Restored  int           `json:"restored"`
	Failed    int           `json:"failed"`
	Rows      int64         `json:"rows"`
	Bytes     int64         `json:"bytes"`
	Started   time.Time     `json:"started"`
	Finished  time.Time     `json:"finished"`
}

// fleetOrder is what the ledger keeps of a restore of many sites: enough to go on with it after a crash.
type fleetOrder struct {
	At       *time.Time `json:"at,omitempty"` // the instant asked for; none for the newest state
	Sites    []ids.Site `json:"sites"`
	Restored int        `json:"restored,omitempty"`
	Failed   int        `json:"failed,omitempty"`
}

// wave is how many sites begin together: they share their shipment, the reading of the vault's list and commits.
const wave = 64

// closedAtOnce bounds how many sites of a restore are closed for writes at the same time: those that are being built, and the next wave, which is made ready meanwhile, so that the
// builders never wait for the last ones of a wave.
const closedAtOnce = 2 * wave

// abreast is how many sites are on their way from the build to the switch at the same time; how many volumes are built at once is the throttle's business. Sites that
// wait for the control database share its commits.
const abreast = 32

// RestoreFleet restores many sites as one operation, to an instant or to the newest state. A site that fails is reported and does not stop the
// others. When ctx ends, those that have begun are finished and the operation fails; after a crash it can be gone on with, see Unfinished.
func (r *Recovery) RestoreFleet(ctx context.Context, sites []ids.Site, target Target, reason string, report func(FleetProgress)) (FleetResult, error) {
	if target.Commit != 0 || !target.Undo.IsZero() {
		return FleetResult{}, fault.Bad("Many sites can be restored to an instant or to their newest state.")
	}
	if len(sites) == 0 {
		return FleetResult{}, fault.Bad("There is no site to restore.")
	}
	order := fleetOrder{Sites: sites}
	if !target.At.IsZero() {
		order.At = &target.At
	}
	op, err := r.fleet.Begin(ctx, FleetKind, FleetTarget, reason, order.String())
	if err != nil {
		return FleetResult{}, err
	}
	return r.runFleet(ctx, &fleetRun{op: op, order: order, left: sites, reason: reason, report: report})
}

// Unfinished gives the restores of many sites that a crash interrupted, oldest first.
func (r *Recovery) Unfinished(ctx context.Context) ([]fleet.Operation, error) {
	ledger, err := r.fleet.Ledger(ctx, FleetTarget, time.Time{}, ids.Operation{}, 100)
	if err != nil {
		return nil, err
	}
	ledger = slices.DeleteFunc(ledger, func(op fleet.Operation) bool {
		return op.Kind != FleetKind || op.State != "running" || r.running(op.ID)
	})
	slices.Reverse(ledger)
	return ledger, nil
}

// Continue goes on with a restore of many sites that was interrupted: those that are not back yet are restored.
func (r *Recovery) Continue(ctx context.Context, op fleet.Operation, report func(FleetProgress)) (FleetResult, error) {
	order, err := orderOf(op)
	if err != nil {
		return FleetResult{}, err
	}
	run := &fleetRun{op: op.ID, order: order, reason: op.Reason, report: report}
	for _, id := range order.Sites {
		ledger, err := r.fleet.Ledger(ctx, id.String(), time.Time{}, ids.Operation{}, 50)
		if err != nil {
			return FleetResult{}, err
		}
		if slices.ContainsFunc(ledger, func(o fleet.Operation) bool {
			return o.Kind == "restore" && o.State == "done" && !o.Started.Before(op.Started)
		}) {
			run.before++
			continue
		}
		run.left = append(run.left, id)
	}
	return r.runFleet(ctx, run)
}

// SitesOf gives the sites of a restore of many.
func SitesOf(op fleet.Operation) ([]ids.Site, error) {
	order, err := orderOf(op)
	return order.Sites, err
}

func orderOf(op fleet.Operation) (order fleetOrder, err error) {
	if err = json.Unmarshal([]byte(op.Detail), &order); err != nil {
		err = fmt.Errorf("the ledger's entry %s says nothing that can be gone on with: %w", op.ID, err)
	}
	return order, err
}

// String gives what the ledger keeps.
func (o fleetOrder) String() string {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err) // plain values
	}
	return string(b)
}

// fleetRun is a restore of many sites that runs.
type fleetRun struct {
	op     ids.Operation
	order  fleetOrder
	left   []ids.Site
	before int // that were back before this run
	reason string
	report func(FleetProgress)

	mu  sync.Mutex
	now FleetProgress
}

func (r *Recovery) runFleet(ctx context.Context, run *fleetRun) (res FleetResult, err error) {
	r.mark(run.op, true)
	defer r.mark(run.op, false)
	defer r.hold()()
	if run.report == nil {
		run.report = func(FleetProgress) {}
	}
	res = FleetResult{Operation: run.op, Started: r.clock.Now()}
	run.now = FleetProgress{Operation: run.op, Done: run.before, Total: len(run.order.Sites)}
	var sites errgroup.Group
	sites.SetLimit(abreast)
	open := make(chan struct{}, closedAtOnce)
	outcomes := make([]SiteOutcome, 0, len(run.left)) // of those that were begun; never moved, since restores write into it
	for part := range slices.Chunk(run.left, wave) {
		for range part {
			open <- struct{}{}
		}
		if err = ctx.Err(); err != nil {
			break
		}
		first := len(outcomes)
		for _, id := range part {
			outcomes = append(outcomes, SiteOutcome{Site: id})
		}
		r.startWave(context.WithoutCancel(ctx), run, outcomes[first:], &sites, func() { <-open })
	}
	_ = sites.Wait() // nobody in the group gives an error
	res.Sites = outcomes
	run.order.Restored, run.order.Failed = run.now.Done, run.now.Failed
	res.Restored, res.Failed, res.Rows, res.Bytes = run.now.Done, run.now.Failed, run.now.Rows, run.now.Bytes
	state := "done"
	if err != nil || res.Failed > 0 {
		state = "failed"
	}
	err = errors.Join(err, r.fleet.Finish(context.WithoutCancel(ctx), run.op, state, run.order.String()))
	res.Finished = r.clock.Now()
	return res, err
}

// startWave begins the restores of some sites, and hands them to those who build. It waits until the last of them was taken up. out has one of each site, for its outcome; ended is
// called once for each.
func (r *Recovery) startWave(ctx context.Context, run *fleetRun, out []SiteOutcome, sites *errgroup.Group, ended func()) {
	for _, o := range out {
		r.count(o.Site, 1)
	}
	end := func(o *SiteOutcome) {
		run.ended(o)
		r.count(o.Site, -1)
		ended()
	}
	var target Target
	if run.order.At != nil {
		target.At = *run.order.At
	}
	begun := r.beginWave(ctx, run, target, out, end)
	for _, s := range begun {
		run.tell(s.Site, Progress{Operation: s.Operation, Step: "shipping", Total: len(s.refs), Unit: "volumes"}, nil)
	}
	err := r.save(ctx, begun)
	for _, s := range begun {
		o := &out[slices.IndexFunc(out, func(o SiteOutcome) bool { return o.Site == s.Site })]
		sites.Go(func() error {
			s.report = func(p Progress) {
				p.Operation = s.Operation
				run.tell(s.Site, p, nil)
			}
			failed := err
			if failed == nil {
				failed = r.restore(ctx, s)
			}
			o.Result = s.res
			if failed != nil {
				o.Error = r.fail(ctx, s, failed).Error()
			}
			end(o)
			return nil
		})
	}
}

// beginWave begins what can be begun: all in one commit, or one by one where that is refused for the sake of some, which ends them.
func (r *Recovery) beginWave(ctx context.Context, run *fleetRun, target Target, out []SiteOutcome, end func(*SiteOutcome)) []*restoring {
	var sites []ids.Site
	for _, o := range out {
		sites = append(sites, o.Site)
	}
	begun, err := r.begin(ctx, sites, target, run.reason)
	if err == nil {
		return begun
	}
	begun = nil
	for i := range out {
		one, err := r.begin(ctx, sites[i:i+1], target, run.reason)
		if err != nil {
			out[i].Error = err.Error()
			end(&out[i])
			continue
		}
		begun = append(begun, one...)
	}
	return begun
}

// tell reports a step of a site.
func (f *fleetRun) tell(site ids.Site, p Progress, count func(*FleetProgress)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if count != nil {
		count(&f.now)
	}
	now := f.now
	now.Site, now.Step = site, p
	f.report(now)
}

// ended counts a site that is done with.
func (f *fleetRun) ended(o *SiteOutcome) {
	p := Progress{Operation: o.Result.Operation, Step: "done"}
	if o.Error != "" {
		p.Step = "failed"
	}
	f.tell(o.Site, p, func(now *FleetProgress) {
		if o.Error != "" {
			now.Failed++
			return
		}
		now.Done++
		for _, b := range o.Result.Volumes {
			now.Rows += b.Rows
			now.Bytes += b.Bytes
		}
	})
}

// mark notes that this process works at an operation, so that nobody goes on with it beside.
func (r *Recovery) mark(op ids.Operation, running bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.atWork == nil {
		r.atWork = map[ids.Operation]bool{}
	}
	if running {
		r.atWork[op] = true
	} else {
		delete(r.atWork, op)
	}
}

func (r *Recovery) running(op ids.Operation) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.atWork[op]
}

// MissingSites lists the sites that lack a volume, in the order of their identifiers.
func (r *Recovery) MissingSites(ctx context.Context) ([]ids.Site, error) {
	gone, err := r.Missing(ctx)
	if err != nil {
		return nil, err
	}
	return sitesOf(gone), nil
}

func sitesOf(refs []volume.Ref) []ids.Site {
	var out []ids.Site
	seen := map[string]bool{}
	for _, ref := range refs {
		id, err := ids.Parse[ids.Site](ref.Owner)
		if err != nil || seen[ref.Owner] { // of an organization: Rebuild brings it back
			continue
		}
		seen[ref.Owner] = true
		out = append(out, id)
	}
	slices.SortFunc(out, func(a, b ids.Site) int { return slices.Compare([]byte(a.String()), []byte(b.String())) })
	return out
}
