package fleet

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// allowed lists the moves between states. A tombstone comes only after a suspension, and every state but the last can be left for active.
var allowed = map[State][]State{
	Active:     {Suspended, ReadOnly, Restoring},
	ReadOnly:   {Active, Suspended, Restoring},
	Suspended:  {Active, Tombstoned, Restoring},
	Restoring:  {Active, Suspended, ReadOnly},
	Tombstoned: {Suspended, Active, Restoring},
}

// SetState moves a site to another state and enters the move into the ledger, in one commit. A move to the present state changes nothing.
func (f *Fleet) SetState(ctx context.Context, id ids.Site, to State, reason string) error {
	return f.SetStates(ctx, []ids.Site{id}, to, reason)
}

// SetStates moves many sites to one state, all of them or none, in one commit with the ledger's entries: taking back what a run did to a thousand
// sites costs one fsync. Sites that are in the state already stay as they are.
func (f *Fleet) SetStates(ctx context.Context, sites []ids.Site, to State, reason string) error {
	return f.SetStatesAnd(ctx, sites, to, reason, nil)
}

// SetStatesAnd is SetStates with also, unless it is nil, in the same commit of the control database, even when no site has to move.
func (f *Fleet) SetStatesAnd(ctx context.Context, sites []ids.Site, to State, reason string, also func(*volume.Tx) error) error {
	var move []*Site
	for _, id := range sites {
		s, err := f.Site(id)
		if err != nil {
			return err
		}
		if s.State == to {
			continue
		}
		if !slices.Contains(allowed[s.State], to) {
			return fault.Conflict("Site %s is %s and cannot become %s.", s.Slug, s.State, to)
		}
		move = append(move, s)
	}
	if to == Tombstoned && strings.TrimSpace(reason) == "" {
		return fault.Invalid("reason", "A tombstone says why: the customer reads it.")
	}
	if len(move) == 0 && also == nil {
		return nil
	}
	return f.writeSites(ctx, idsOf(move), nil, func(tx *volume.Tx) error {
		for _, s := range move {
			if err := f.setState(ctx, tx, s, to, reason); err != nil {
				return err
			}
		}
		if also == nil {
			return nil
		}
		return also(tx)
	})
}

func (f *Fleet) setState(ctx context.Context, tx *volume.Tx, s *Site, to State, reason string) error {
	n, err := tx.Exec(ctx, qSetState, s.ID, string(to), clock.Micros(tx.Now()), reason)
	if err != nil {
		return fmt.Errorf("set state of %s: %w", s.Slug, err)
	}
	if n == 0 {
		return fault.New(fault.KindGone, "Site %s was purged.", s.Slug)
	}
	_, err = begin(ctx, tx, "site "+string(to), s.ID.String(), reason, "done", "")
	return err
}

var qRename = storage.Register("fleet/site.rename", `UPDATE site SET name = $2 WHERE id = $1 AND state <> 'purged'`)

// Rename changes what people read as the name of a site, with an entry of the ledger in the same commit. Its slug, and so its addresses, stay.
func (f *Fleet) Rename(ctx context.Context, id ids.Site, name string) error {
	s, err := f.Site(id)
	if err != nil || s.Name == name {
		return err
	}
	if name == "" || len(name) > 200 {
		return fault.Invalid("name", "A site has a name of at most 200 bytes.")
	}
	return f.writeSites(ctx, []ids.Site{id}, nil, func(tx *volume.Tx) error {
		if _, err := tx.Exec(ctx, qRename, id, name); err != nil {
			return err
		}
		_, err := begin(ctx, tx, "site renamed", id.String(), name, "done", "")
		return err
	})
}

// Switch makes the given generations the present ones and notes in the ledger that the operation has switched, in one commit: all of a site's
// volumes change to their restored state together or not at all. The site stays in the state of being restored until Settle.
func (f *Fleet) Switch(ctx context.Context, generations map[volume.Ref]int64, op ids.Operation, detail string) error {
	return f.writeSites(ctx, nil, slices.Collect(maps.Keys(generations)), func(tx *volume.Tx) error {
		if err := place(ctx, tx, generations); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, qFinish, op, "switched", detail, nil)
		return err
	})
}

// Settle ends a restore: the site's state and the operation's end in one commit. One that is done ends the read-only face of a site.
func (f *Fleet) Settle(ctx context.Context, id ids.Site, to State, op ids.Operation, state, detail string) error {
	if to == ReadOnly && state == "done" {
		to = Active
	}
	s, err := f.Site(id)
	if err != nil {
		return err
	}
	return f.writeSites(ctx, []ids.Site{id}, nil, func(tx *volume.Tx) error {
		if _, err := tx.Exec(ctx, qSetState, s.ID, string(to), clock.Micros(tx.Now()), ""); err != nil {
			return err
		}
		return finish(ctx, tx, op, state, detail)
	})
}

// Operation is an entry of the ledger.
type Operation struct {
	ID       ids.Operation `json:"id"`
	Kind     string        `json:"kind"`
	Target   string        `json:"target"`
	Actor    string        `json:"actor"`
	Reason   string        `json:"reason"`
	State    string        `json:"state"` // "running", "switched" (a restore whose volumes are the restored ones already), "done", "failed"
	Detail   string        `json:"detail"`
	Started  time.Time     `json:"started"`
	Finished *time.Time    `json:"finished,omitempty"`
}

var (
	qBegin  = storage.Register("fleet/operation.insert", `INSERT INTO operation (id, kind, target, actor, reason, state, detail, started_us, finished_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	qFinish = storage.Register("fleet/operation.finish", `UPDATE operation SET state = $2, detail = $3, finished_us = $4 WHERE id = $1`)
	qLedger = storage.Register("fleet/operation.by_target", `SELECT id, kind, target, actor, reason, state, detail, started_us, finished_us
		FROM operation WHERE target = $1 AND (started_us, id) < ($2, $3) ORDER BY started_us DESC, id DESC LIMIT $4`)
)

func begin(ctx context.Context, tx *volume.Tx, kind, target, reason, state, detail string) (ids.Operation, error) {
	id := ids.New[ids.Operation](tx.Now())
	var finished any
	if state != "running" {
		finished = clock.Micros(tx.Now())
	}
	_, err := tx.Exec(ctx, qBegin, id, kind, target, identity.From(ctx).Actor(), reason, state, detail, clock.Micros(tx.Now()), finished)
	return id, err
}

func finish(ctx context.Context, tx *volume.Tx, id ids.Operation, state, detail string) error {
	_, err := tx.Exec(ctx, qFinish, id, state, detail, clock.Micros(tx.Now()))
	return err
}

// Begin enters an operation that runs.
func (f *Fleet) Begin(ctx context.Context, kind, target, reason, detail string) (op ids.Operation, err error) {
	err = f.control.Write(ctx, func(tx *volume.Tx) error {
		op, err = begin(ctx, tx, kind, target, reason, "running", detail)
		return err
	})
	return op, err
}

// Finish ends an operation in the ledger.
func (f *Fleet) Finish(ctx context.Context, op ids.Operation, state, detail string) error {
	return f.control.Write(ctx, func(tx *volume.Tx) error { return finish(ctx, tx, op, state, detail) })
}

// Ledger lists the operations on a target, newest first, those before an instant and identifier (zero values: from the newest).
func (f *Fleet) Ledger(ctx context.Context, target string, before time.Time, beforeID ids.Operation, limit int) ([]Operation, error) {
	us := clock.Micros(before)
	if before.IsZero() {
		us = 1 << 62
	}
	var out []Operation
	err := f.control.Read(ctx, func(tx *volume.Tx) (err error) {
		out, err = storage.All(ctx, tx.Tx, qLedger, func(r *storage.Rows) (Operation, error) {
			var o Operation
			var started int64
			var finished *int64
			err := r.Scan(&o.ID, &o.Kind, &o.Target, &o.Actor, &o.Reason, &o.State, &o.Detail, &started, &finished)
			o.Started = clock.FromMicros(started)
			if finished != nil {
				t := clock.FromMicros(*finished)
				o.Finished = &t
			}
			return o, err
		}, target, us, beforeID.String(), limit)
		return err
	})
	return out, err
}
