package app

import (
	"context"
	"maps"
	"sync"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/recovery"
)

// fleetRuns knows the restores of many sites that run in this process, so that people can watch and pause them. What happened for good stands in the ledger.
type fleetRuns struct {
	mu   sync.Mutex
	runs map[ids.Operation]*fleetRun
}

type fleetRun struct {
	now    recovery.FleetProgress
	sites  map[ids.Site]recovery.Progress // the newest step of each
	cancel context.CancelFunc
	paused bool
}

// watch follows a run from its first report to end.
func (f *fleetRuns) watch(ctx context.Context, report func(recovery.FleetProgress)) (context.Context, func(recovery.FleetProgress), func()) {
	ctx, cancel := context.WithCancel(ctx)
	run := &fleetRun{sites: map[ids.Site]recovery.Progress{}, cancel: cancel}
	var op ids.Operation
	told := func(p recovery.FleetProgress) {
		f.mu.Lock()
		if f.runs == nil {
			f.runs = map[ids.Operation]*fleetRun{}
		}
		op = p.Operation
		f.runs[op], run.now, run.sites[p.Site] = run, p, p.Step
		f.mu.Unlock()
		if report != nil {
			report(p)
		}
	}
	return ctx, told, func() {
		cancel()
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.runs, op)
	}
}

// of gives how far a run is; ok is false for one that does not run in this process.
func (f *fleetRuns) of(op ids.Operation) (now recovery.FleetProgress, sites map[ids.Site]recovery.Progress, pausing, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.runs[op]
	if r == nil {
		return now, nil, false, false
	}
	return r.now, maps.Clone(r.sites), r.paused, true
}

// pause ends a run after the sites that have begun. What is left is gone on with when somebody says so.
func (f *fleetRuns) pause(op ids.Operation) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.runs[op]
	if r == nil {
		return fault.Conflict("This restore does not run now.")
	}
	r.paused = true
	r.cancel()
	return nil
}
