package app

import (
	"context"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/changefeed"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/lossreport"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/volume"
)

// Roots gives where the chains of a site stand, signed, for its customer to keep.
func (n *Node) Roots(ctx context.Context, s *fleet.Site) (lossreport.Roots, error) {
	r := lossreport.Roots{Format: lossreport.RootsFormat, Site: s.ID, Slug: s.Slug, At: n.Clock.Now().UTC(), Volumes: map[string]lossreport.Root{}}
	refs := n.Fleet.VolumesOf(s.ID.String())
	for _, ref := range refs {
		n.Shipper.Mark(ref)
	}
	if err := n.Shipper.Flush(ctx); err != nil {
		return r, err
	}
	for _, ref := range refs {
		root, err := lossreport.RootOf(ctx, n.Vault, ref)
		if err != nil {
			return r, err
		}
		r.Volumes[ref.Kind] = root
	}
	return r, r.Sign(n.Signer)
}

// LossReport writes down what a restore of a site brought back and what it did not. With roots it begins where they stand.
func (n *Node) LossReport(ctx context.Context, s *fleet.Site, id ids.Operation, from *lossreport.Roots) (lossreport.Report, error) {
	r := lossreport.Report{Format: lossreport.ReportFormat, Site: s.ID, Slug: s.Slug, Name: s.Name, Created: n.Clock.Now().UTC()}
	org, err := n.Fleet.Org(s.Org)
	if err != nil {
		return r, err
	}
	r.Customer = org.Name
	op, err := n.restoreOperation(ctx, s, id)
	if err != nil {
		return r, err
	}
	r.Restore = lossreport.Restore{Operation: op.ID, By: op.Actor, Reason: op.Reason, Asked: recovery.Asked(op.Detail), Started: op.Started, Finished: op.Finished}
	for _, ref := range n.servedVolumes(s.ID) {
		target, head, digest, ok := recovery.Outcome(op.Detail, ref.Kind)
		if !ok {
			continue // the restore did not touch it
		}
		source := lossreport.Source{Ref: ref, Target: target, Head: head, Digest: digest}
		if lost, ok := recovery.Lost(op.Detail, ref.Kind); ok {
			source.Unknown = &lossreport.Unknown{From: lost.From, To: lost.To, Objects: append([]string{}, lost.Damaged...)}
		}
		if from != nil {
			if root, ok := from.Volumes[ref.Kind]; ok && root.Seq <= target {
				source.From = &root
			}
		}
		v, err := lossreport.ReadVolume(ctx, n.Vault, source, n.lostItems)
		if err != nil {
			return r, err
		}
		r.Volumes = append(r.Volumes, v)
	}
	return r, r.Sign(n.Signer)
}

// restoreOperation finds a finished restore of a site in the ledger; the zero identifier means the newest.
func (n *Node) restoreOperation(ctx context.Context, s *fleet.Site, id ids.Operation) (fleet.Operation, error) {
	var before time.Time
	var beforeID ids.Operation
	for {
		ledger, err := n.Fleet.Ledger(ctx, s.ID.String(), before, beforeID, 500)
		if err != nil {
			return fleet.Operation{}, err
		}
		for _, op := range ledger {
			if op.Kind == "restore" && op.State == "done" && (id.IsZero() || op.ID == id) {
				return op, nil
			}
			before, beforeID = op.Started, op.ID
		}
		if len(ledger) < 500 {
			if id.IsZero() {
				return fleet.Operation{}, fault.NotFound("The site %s was never restored as a whole: there is nothing to report.", s.Slug)
			}
			return fleet.Operation{}, fault.NotFound("The site %s has no finished restore %s.", s.Slug, id)
		}
	}
}

// lostItems tells the rows of a commit that is gone as people know them.
func (n *Node) lostItems(ctx context.Context, ref volume.Ref, lost []journal.Change) (out []lossreport.Item, err error) {
	rows := make([]changefeed.Row, len(lost))
	for i, c := range lost {
		rows[i] = changefeed.Row{Table: c.Table, Before: c.Before, After: c.After}
	}
	err = n.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
		words, err := n.plainWords(ctx, tx, ref.Kind)
		if err != nil {
			return err
		}
		items, err := n.describeRows(ctx, tx, ref.Kind, words, rows)
		for _, i := range items {
			id := i.ID
			if i.Key != "" {
				id = i.Key
			}
			out = append(out, lossreport.Item{Type: i.Type, Op: i.Op, ID: id, Title: i.Title})
		}
		return err
	})
	return out, err
}
