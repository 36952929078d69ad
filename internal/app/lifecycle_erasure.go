package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/erasure"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Erased is what an erasure did.
type Erased struct {
	ID      ids.Operation    `json:"id"`
	Account ids.Account      `json:"account"`
	Changed map[string]int64 `json:"changed"` // rows by volume, table and column
}

// ErasePerson takes a person out of all volumes of an organization. The ledger has it first, so that what was interrupted is finished by
// ReplayErasures.
func (n *Node) ErasePerson(ctx context.Context, org *fleet.Org, email, reason string) (Erased, error) {
	out := Erased{Changed: map[string]int64{}}
	if identity.From(ctx).Kind != identity.Operator {
		return out, fault.Forbidden("An erasure is an operator's.")
	}
	if len(strings.TrimSpace(reason)) < 5 || len(reason) > 2000 {
		return out, fault.Invalid("reason", "Say why, in 5 to 2,000 bytes.")
	}
	who, err := n.products.access.AccountByEmail(ctx, org.ID, email)
	if err != nil {
		return out, err
	}
	addresses, err := n.addressesOf(ctx, org.ID, who.ID)
	if err != nil {
		return out, err
	}
	hashes := erasure.HashesOf(org.ID, who.Name, append(addresses, who.Email))
	err = n.control().Write(ctx, func(tx *volume.Tx) error {
		out.ID, err = erasure.Enter(ctx, tx, erasure.Record{Org: org.ID, Account: who.ID, Hashes: hashes, Reason: reason})
		return err
	})
	if err != nil {
		return out, err
	}
	out.Account = who.ID
	out.Changed, err = n.ReplayErasures(ctx, org.ID)
	return out, err
}

// addressesOf gives the addresses and telephone numbers that on-call has of a person, in all sites.
func (n *Node) addressesOf(ctx context.Context, org ids.Org, who ids.Account) (out []string, err error) {
	for _, ref := range n.orgVolumes(org) {
		if ref.Kind != "oncall" {
			continue
		}
		err := n.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
			found, err := storage.AllText(ctx, tx.Tx, `SELECT address FROM contact WHERE person_id IN (SELECT id FROM person WHERE account_id = $1)
				UNION SELECT email FROM person WHERE account_id = $1`, func(r *storage.Rows) (a string, err error) { return a, r.Scan(&a) }, who)
			out = append(out, found...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// orgVolumes lists the volumes of an organization and of all its sites.
func (n *Node) orgVolumes(org ids.Org) []volume.Ref {
	refs := n.Fleet.VolumesOf(org.String())
	for _, s := range n.Fleet.All() {
		if s.Org == org {
			refs = append(refs, n.Fleet.VolumesOf(s.ID.String())...)
		}
	}
	return refs
}

// ReplayErasures erases everybody in the ledger of an organization again, from all its volumes and from the contacts; what is erased already stays.
func (n *Node) ReplayErasures(ctx context.Context, org ids.Org) (map[string]int64, error) {
	all := map[string]int64{}
	for _, ref := range n.orgVolumes(org) {
		changed, err := n.eraseFrom(ctx, org, ref)
		if err != nil {
			return all, fmt.Errorf("%s: %w", ref, err)
		}
		for place, rows := range changed {
			all[ref.Kind+"."+place] += rows
		}
	}
	err := n.control().Write(ctx, func(tx *volume.Tx) error {
		s, err := erasedOf(ctx, tx, org)
		if err != nil || s.Empty() {
			return err
		}
		rows, err := erasure.Contacts(ctx, tx, s)
		if rows > 0 {
			all["control.contact"] += rows
		}
		return err
	})
	return all, err
}

func erasedOf(ctx context.Context, tx *volume.Tx, org ids.Org) (*erasure.Set, error) {
	records, err := erasure.Of(ctx, tx, org)
	return erasure.NewSet(org, records), err
}

// eraseFrom erases those who are in the ledger of an organization from one volume, whatever the state of its site, and notes what was changed.
func (n *Node) eraseFrom(ctx context.Context, org ids.Org, ref volume.Ref) (changed map[string]int64, err error) {
	kind, ok := n.Pool.Kind(ref.Kind)
	if !ok {
		return nil, fmt.Errorf("no kind of volume %q", ref.Kind)
	}
	var set *erasure.Set
	err = n.control().Read(ctx, func(tx *volume.Tx) error {
		set, err = erasedOf(ctx, tx, org)
		return err
	})
	if err != nil || set.Empty() {
		return nil, err
	}
	ctx = identity.WithOrigin(ctx, identity.Origin{Source: "erasure", Reason: "erasure of a person"})
	err = n.Pool.Volume(ref).Settle(ctx, func(tx *volume.Tx) error {
		changed, err = erasure.Volume(ctx, tx, kind, set)
		return err
	})
	if err != nil || len(changed) == 0 {
		return changed, err
	}
	n.Shipper.Mark(ref)
	return changed, n.control().Write(ctx, func(tx *volume.Tx) error { return erasure.Note(ctx, tx, org, ref, changed) })
}

// eraseAgain is called for every volume that came back from an earlier time.
func (n *Node) eraseAgain(ctx context.Context, ref volume.Ref) error {
	if ref == fleet.ControlRef {
		return nil
	}
	org, err := ids.Parse[ids.Org](ref.Owner)
	if err != nil {
		id, err := ids.Parse[ids.Site](ref.Owner)
		if err != nil {
			return nil //nolint:nilerr // of no customer
		}
		s, err := n.Fleet.Site(id)
		if err != nil {
			return err
		}
		org = s.Org
	}
	_, err = n.eraseFrom(ctx, org, ref)
	return err
}

// later tells what a volume that is being brought back has to do: somebody was erased here once, jobs are overdue, or jobs wait.
func (n *Node) later(ctx context.Context, tx *storage.Tx, kind volume.Kind, b recovery.Built) (recovery.Later, time.Time, error) {
	if kind.Name != fleet.ControlRef.Kind {
		erased := false
		err := n.control().Read(ctx, func(c *volume.Tx) (err error) {
			erased, err = erasure.Any(ctx, c)
			return err
		})
		if errors.Is(err, storage.ErrMissing) { // a volume alone, without its control database
			err = nil
		}
		if err != nil || erased {
			return recovery.Overdue, time.Time{}, err
		}
	}
	if !slices.ContainsFunc(kind.Tables, func(t storage.Table) bool { return t.Name == jobs.Tables[0].Name }) {
		return recovery.Nothing, time.Time{}, nil
	}
	next, any, err := jobs.NextIn(ctx, tx)
	switch {
	case err != nil || !any:
		return recovery.Nothing, time.Time{}, err
	case next.Before(n.Clock.Now().Add(-graceOf(b))):
		return recovery.Overdue, time.Time{}, nil
	}
	return recovery.Waiting, next, nil
}

// wakeRestored has the jobs of a volume that was brought back looked at when the first is due: its builder has seen when, and opening hundreds of volumes that have nothing to do yet
// takes as long as building many of them.
func (n *Node) wakeRestored(_ context.Context, b recovery.Built) error {
	return n.Jobs.Anew(b.Ref, b.Due)
}
