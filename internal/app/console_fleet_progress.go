package app

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/recovery"
)

// fleetRestoreRow is a restore of many sites in a list.
type fleetRestoreRow struct {
	ID       ids.Operation `json:"id"`
	State    string        `json:"state" doc:"running, pausing, paused, done, failed (for some sites) or interrupted"`
	Asked    string        `json:"asked"`
	By       string        `json:"by"`
	Reason   string        `json:"reason"`
	Started  time.Time     `json:"started"`
	Finished *time.Time    `json:"finished"`
	Running  bool          `json:"running" doc:"This process works at it"`
	Total    int           `json:"total"`
	Done     int           `json:"done"`
	Failed   int           `json:"failed"`
	Rows     int64         `json:"rows" doc:"Proven since it was begun or gone on with, while it runs"`
	Bytes    int64         `json:"bytes"`
}

// restoredSite is how far one of many sites is.
type restoredSite struct {
	ID       ids.Site      `json:"id"`
	Name     string        `json:"name"`
	Customer string        `json:"customer"`
	State    string        `json:"state" doc:"waiting, running, done, failed or undone"`
	Step     *stepInfo     `json:"step,omitempty"`
	Restore  ids.Operation `json:"restore,omitzero" doc:"Its own entry in the ledger"`
	Error    string        `json:"error,omitempty"`
	Undoable bool          `json:"undoable" doc:"It was changed, and nothing was restored over it since"`
}

type fleetRestore struct {
	fleetRestoreRow
	Sites []restoredSite `json:"sites"`
}

type fleetRestorePage struct {
	Restores []fleetRestoreRow `json:"restores"`
	Next     string            `json:"next,omitempty"`
}

func (s *Server) listFleetRestores(c *call, _ none) (out fleetRestorePage, err error) {
	out.Restores = []fleetRestoreRow{}
	limit, err := c.limitOf(50, 200)
	if err != nil {
		return out, err
	}
	var before time.Time
	var beforeID ids.Operation
	if c.cursor() != "" {
		if before, beforeID, err = readInstantCursor[ids.Operation](c.cursor()); err != nil {
			return out, err
		}
	}
	for {
		ledger, err := s.node.Fleet.Ledger(c.Context(), recovery.FleetTarget, before, beforeID, 200)
		if err != nil {
			return out, err
		}
		for _, op := range ledger {
			before, beforeID = op.Started, op.ID
			if op.Kind != recovery.FleetKind {
				continue // pauses and the like
			}
			if len(out.Restores) == limit {
				last := out.Restores[limit-1]
				out.Next = instantCursor(last.Started, last.ID.String())
				return out, nil
			}
			out.Restores = append(out.Restores, s.fleetRow(op))
		}
		if len(ledger) < 200 {
			return out, nil
		}
	}
}

// fleetRow tells of a restore of many sites what the ledger and this process know.
func (s *Server) fleetRow(op fleet.Operation) fleetRestoreRow {
	row := fleetRestoreRow{ID: op.ID, State: op.State, Asked: "to the newest state in the vault", By: op.Actor, Reason: op.Reason, Started: op.Started, Finished: op.Finished}
	var order struct {
		At       *time.Time        `json:"at"`
		Sites    []json.RawMessage `json:"sites"`
		Restored int               `json:"restored"`
		Failed   int               `json:"failed"`
	}
	if err := json.Unmarshal([]byte(op.Detail), &order); err == nil { // an older form has no counts
		row.Total, row.Done, row.Failed = len(order.Sites), order.Restored, order.Failed
		if order.At != nil {
			row.Asked = "to " + order.At.UTC().Format(time.RFC3339Nano)
		}
	}
	now, _, pausing, running := s.node.fleets.of(op.ID)
	switch {
	case running:
		row.Running, row.State, row.Finished = true, "running", nil
		row.Total, row.Done, row.Failed, row.Rows, row.Bytes = now.Total, now.Done, now.Failed, now.Rows, now.Bytes
		if pausing {
			row.State = "pausing"
		}
	case op.State == "running":
		row.State = "interrupted"
	case op.State == "failed" && row.Done+row.Failed < row.Total:
		row.State = "paused"
	}
	return row
}

func (s *Server) getFleetRestore(c *call, _ none) (out fleetRestore, err error) {
	op, err := s.fleetOperation(c.Context(), c.operation)
	if err != nil {
		return out, err
	}
	sites, err := recovery.SitesOf(op)
	if err != nil {
		return out, err
	}
	out = fleetRestore{fleetRestoreRow: s.fleetRow(op), Sites: make([]restoredSite, 0, len(sites))}
	_, steps, _, running := s.node.fleets.of(op.ID)
	for _, id := range sites {
		row := restoredSite{ID: id, Name: id.String(), State: "waiting"}
		if site, err := s.node.Fleet.Site(id); err == nil {
			row.Name, row.Customer = site.Name, s.customer(site)
		}
		if step, ok := steps[id]; ok && running {
			row.follow(step)
		}
		if row.State != "running" {
			if err := s.outcomeOf(c.Context(), op, &row); err != nil {
				return out, err
			}
		}
		out.Sites = append(out.Sites, row)
	}
	return out, nil
}

// follow tells of a site that is on its way.
func (r *restoredSite) follow(p recovery.Progress) {
	r.Restore = p.Operation
	switch p.Step {
	case "done":
		r.State = "done"
	case "failed":
		r.State = "failed"
	default:
		r.State, r.Step = "running", stepOf(p)
	}
}

// outcomeOf reads from the ledger what a restore of many sites did to one, and what came after.
func (s *Server) outcomeOf(ctx context.Context, op fleet.Operation, row *restoredSite) error {
	ledger, err := s.node.Fleet.Ledger(ctx, row.ID.String(), time.Time{}, ids.Operation{}, 50)
	if err != nil {
		return err
	}
	var newest ids.Operation // that changed the site: only that can be taken back
	for _, o := range ledger {
		if o.Kind != "restore" || o.Started.Before(op.Started) {
			continue
		}
		if newest.IsZero() && o.State == "done" && recovery.Changed(o.Detail) {
			newest = o.ID
		}
		switch {
		case o.State == "done" && strings.HasPrefix(recovery.Asked(o.Detail), "undo of "):
			row.State, row.Restore, row.Step = "undone", o.ID, nil
			return nil
		case o.State == "done":
			row.State, row.Restore, row.Error, row.Step = "done", o.ID, "", nil
			row.Undoable = recovery.Changed(o.Detail) && o.ID == newest
			return nil
		case o.State == "failed" && row.Error == "":
			row.State, row.Restore, row.Error = "failed", o.ID, o.Detail
		case o.State != "failed" && row.Step == nil:
			if p, ok := s.node.restores.of(row.ID); ok && p.Operation == o.ID {
				row.State, row.Restore, row.Step = "running", o.ID, stepOf(p)
				return nil
			}
		}
	}
	return nil
}
