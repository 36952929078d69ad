package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// migrateSite brings the volumes of a site to the newest schema. A volume is brought there when it is opened; a plan does it before its people come, a
// site first, and finds out whether the site answers then.
type migrateSite struct{ n *Node }

// Kind implements maintenance.Action.
func (migrateSite) Kind() string { return "migrate" }

// Target implements maintenance.Action.
func (migrateSite) Target() maintenance.TargetKind { return maintenance.SiteTarget }

// Check implements maintenance.Action.
func (migrateSite) Check(params map[string]string) error { return noParams(params) }

// Describe implements maintenance.Action.
func (migrateSite) Describe(map[string]string) string {
	return "bring every volume of a site to the newest schema, each in one commit"
}

// Promise implements maintenance.Action.
func (migrateSite) Promise(map[string]string) maintenance.Promise {
	return maintenance.Promise{Requires: "the site is active and all its volumes are there", Checked: "every volume has the newest step of every product, and the site answers",
		Inverse: "the rows of each volume are restored to the commit before its migration, from the vault and proven, on the newest schema, which this program needs; where people have written since, nothing is restored: then `holdfast site restore --at` is an operator's decision"}
}

// TakesSiteOut implements maintenance.Action.
func (migrateSite) TakesSiteOut() bool { return false }

// TakesNothing implements maintenance.Gentle.
func (migrateSite) TakesNothing() bool { return true }

// newest gives the newest step of each product of a kind of volume.
func newest(kind volume.Kind) map[string]int {
	out := map[string]int{}
	for _, m := range kind.Migrations {
		out[m.Product] = max(out[m.Product], m.Version)
	}
	return out
}

func versionsText(versions map[string]int) string {
	var parts []string
	for _, product := range slices.Sorted(maps.Keys(versions)) {
		parts = append(parts, fmt.Sprintf("%s %d", product, versions[product]))
	}
	return strings.Join(parts, ", ")
}

// peek reads a volume past the pool, which would bring it to the newest schema by opening it.
func (n *Node) peek(ctx context.Context, ref volume.Ref, fn func(*storage.Tx) error) error {
	place, err := n.Fleet.Locate(ctx, ref)
	if err != nil {
		return err
	}
	db, err := place.Engine.Open(ctx, ref.Name(place.Generation))
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Read(ctx, fn)
}

// schema gives the newest step that a volume has of each product of its kind, and how many rows and commits it has.
func (n *Node) schema(ctx context.Context, ref volume.Ref) (versions map[string]int, head journal.Head, err error) {
	kind, ok := n.Pool.Kind(ref.Kind)
	if !ok {
		return nil, head, fmt.Errorf("there is no kind of volume %q", ref.Kind)
	}
	err = n.peek(ctx, ref, func(tx *storage.Tx) error {
		have, err := storage.SchemaVersions(ctx, tx)
		if err != nil {
			return err
		}
		versions = map[string]int{}
		for product := range newest(kind) {
			versions[product] = have[product]
		}
		head, err = journal.ReadHead(ctx, tx)
		return err
	})
	return versions, head, err
}

// Before implements maintenance.Action.
func (a migrateSite) Before(ctx context.Context, c maintenance.Candidate, _ map[string]string) (maintenance.Snapshot, error) {
	out := maintenance.Snapshot{State: map[string]string{}, Counts: map[string]int64{}}
	s, err := a.n.activeSite(c.ID)
	if err != nil {
		return out, err
	}
	for _, ref := range a.n.Fleet.VolumesOf(s.ID.String()) {
		versions, head, err := a.n.schema(ctx, ref)
		if err != nil {
			return out, fmt.Errorf("%s: %w", ref.Kind, err)
		}
		out.State["schema of "+ref.Kind] = versionsText(versions)
		out.Counts["commits of "+ref.Kind] = head.Seq
	}
	return out, nil
}

// After implements maintenance.Action.
func (a migrateSite) After(before maintenance.Snapshot, _ map[string]string) maintenance.Snapshot {
	after := maintenance.Snapshot{State: map[string]string{}, Counts: before.Counts}
	for name := range before.State {
		kind, _ := a.n.Pool.Kind(strings.TrimPrefix(name, "schema of "))
		after.State[name] = versionsText(newest(kind))
	}
	return after
}

// Apply implements maintenance.Action.
func (a migrateSite) Apply(ctx context.Context, t maintenance.Target, _ map[string]string) error {
	s, err := a.n.activeSite(t.ID)
	if err != nil {
		return err
	}
	for _, ref := range a.n.Fleet.VolumesOf(s.ID.String()) {
		err := a.n.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
			_, err := journal.ReadHead(ctx, tx.Tx)
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", ref.Kind, err)
		}
		a.n.Shipper.Mark(ref)
	}
	return nil
}

// Undo implements maintenance.Action.
func (a migrateSite) Undo(ctx context.Context, t maintenance.Target, _ map[string]string) error {
	s, err := a.n.activeSite(t.ID)
	if err != nil {
		return err
	}
	for _, ref := range a.n.Fleet.VolumesOf(s.ID.String()) {
		versions, head, err := a.n.schema(ctx, ref)
		if err != nil {
			return err
		}
		if versionsText(versions) == t.Before.State["schema of "+ref.Kind] {
			continue // it never happened here: a migration that fails undoes itself
		}
		if err := a.restoreBefore(ctx, s, ref, head, t.Before.Counts["commits of "+ref.Kind]); err != nil {
			return fmt.Errorf("%s: %w", ref.Kind, err)
		}
	}
	return nil
}

// restoreBefore brings a volume back to the last commit before its migration, if nothing but the migration came after it.
func (a migrateSite) restoreBefore(ctx context.Context, s *fleet.Site, ref volume.Ref, head journal.Head, planned int64) error {
	var first, last journal.Commit
	var before time.Time
	err := a.n.peek(ctx, ref, func(tx *storage.Tx) (err error) {
		if last, err = journal.Get(ctx, tx, head.Seq); err != nil {
			return err
		}
		if head.Seq > 1 {
			first, err = journal.Get(ctx, tx, head.Seq-1)
			before = first.At
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case last.Kind == journal.KindRestore:
		return nil // it was taken back before
	case last.Kind != journal.KindMigration || head.Seq < 2:
		return fault.Conflict("people have written since the migration (%d commits, %d when the plan was made): it is not taken back over their work. `holdfast site restore %s --at %s --product …` does it, if you decide so",
			head.Seq, planned, s.Slug, last.At.Add(-time.Second).UTC().Format(time.RFC3339))
	}
	target := recovery.Target{At: before, Kinds: []string{ref.Kind}}
	if ref.Kind == "work" {
		target = recovery.Target{Commit: head.Seq - 1, Kinds: []string{ref.Kind}}
	}
	_, err = a.n.Recovery.RestoreSite(ctx, s.ID, target, "a migration is taken back", func(recovery.Progress) {})
	return err
}
