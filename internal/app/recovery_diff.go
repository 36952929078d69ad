package app

import (
	"context"
	"fmt"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/changefeed"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/changes"
)

// SiteDiff is what differs between two instants of a site, told by the vault. Counts are complete; Items are a page of what differs.
type SiteDiff struct {
	Site    string          `json:"site"`
	From    time.Time       `json:"from"`
	To      time.Time       `json:"to"`
	Volumes []VolumeSpan    `json:"volumes"`
	Added   int             `json:"added"`
	Changed int             `json:"changed"`
	Removed int             `json:"removed"`
	ByType  []*previewCount `json:"by_type"`
	Items   []DiffItem      `json:"items"`
	Total   int             `json:"total"` // items that pass the filter
	More    bool            `json:"more"`  // there are items after this page
}

// VolumeSpan is one volume's part of a difference, in commits and rows.
type VolumeSpan struct {
	Kind    string  `json:"kind"`
	From    int64   `json:"from_commit"` // 0: the volume was made later
	To      int64   `json:"to_commit"`
	Commits int64   `json:"commits"`
	Rows    int     `json:"rows"` // that differ in the end
	Seconds float64 `json:"seconds,omitempty"`
}

// DiffItem is a thing that differs, with the fields that do.
type DiffItem struct {
	Type   string          `json:"type"`
	Op     string          `json:"op"` // "added", "changed", "removed"
	ID     string          `json:"id"`
	Key    string          `json:"key,omitempty"`
	Title  string          `json:"title,omitempty"`
	Fields []changes.Field `json:"fields,omitempty"`
}

// DiffOptions choose a page of the items.
type DiffOptions struct {
	Type   string // only items of this type; empty for all
	Offset int
	Limit  int // at most maxDiffItems
}

const maxDiffItems = 5000

func (o DiffOptions) check() error {
	if o.Offset < 0 || o.Limit < 0 || o.Limit > maxDiffItems {
		return fault.Bad("A page has between 0 and %d items and begins at 0 or later.", maxDiffItems)
	}
	return nil
}

// DiffSite compares two instants of a site. It works on states made from the vault: the live site is not touched and need not be there. What the vault
// lacks of it is shipped first.
func (n *Node) DiffSite(ctx context.Context, s *fleet.Site, from, to time.Time, o DiffOptions) (out SiteDiff, err error) {
	if err := o.check(); err != nil {
		return out, err
	}
	if !from.Before(to) {
		return out, fault.Bad("The earlier instant comes first: %s is not before %s.", from.UTC().Format(time.RFC3339Nano), to.UTC().Format(time.RFC3339Nano))
	}
	out = SiteDiff{Site: s.Slug, From: from.UTC(), To: to.UTC(), Volumes: []VolumeSpan{}, ByType: []*previewCount{}, Items: []DiffItem{}}
	if err := n.shipSite(ctx, s); err != nil {
		return out, err
	}
	known := false
	for _, ref := range n.servedVolumes(s.ID) {
		last, err := n.Recovery.ResolveIn(ctx, ref, recovery.Target{At: to})
		if err != nil {
			return out, err
		}
		if last == 0 {
			continue // the volume is younger than both
		}
		first, err := n.Recovery.ResolveIn(ctx, ref, recovery.Target{At: from})
		if err != nil {
			return out, err
		}
		known = true
		if err := n.diffVolume(ctx, ref, first, last, o, &out); err != nil {
			return out, err
		}
	}
	if !known {
		return out, fault.NotFound("The site %s did not exist at %s.", s.Slug, out.To.Format(time.RFC3339Nano))
	}
	return out, nil
}

// shipSite puts into the vault what a site's volumes have and it lacks. A volume that is gone has nothing more.
func (n *Node) shipSite(ctx context.Context, s *fleet.Site) error {
	for _, ref := range n.Fleet.VolumesOf(s.ID.String()) {
		if gone, err := n.Recovery.Gone(ctx, ref); err == nil && !gone {
			n.Shipper.Mark(ref)
		}
	}
	return n.Shipper.Flush(ctx)
}

// diffVolume tells one volume's part.
func (n *Node) diffVolume(ctx context.Context, ref volume.Ref, from, to int64, o DiffOptions, out *SiteDiff) error {
	if from == to {
		out.Volumes = append(out.Volumes, VolumeSpan{Kind: ref.Kind, From: from, To: to})
		return nil
	}
	past, err := n.Recovery.Past(ctx, ref, to)
	if err != nil {
		return err
	}
	defer past.Close() //nolint:errcheck // a folder under tmp that stays behind harms nobody
	span, err := n.Recovery.Between(ctx, past, from, to)
	if err != nil {
		return err
	}
	out.Volumes = append(out.Volumes, VolumeSpan{Kind: ref.Kind, From: from, To: to, Commits: span.Commits, Rows: len(span.Rows)})
	items, err := n.describeDiffs(ctx, past.Volume, span.Rows, false)
	if err != nil {
		return fmt.Errorf("tell the difference of %s: %w", ref, err)
	}
	out.add(items, o)
	return nil
}

// describeDiffs tells rows as items; back tells them as a way from the later state to the earlier one.
func (n *Node) describeDiffs(ctx context.Context, v *volume.Volume, diffs []recovery.RowDiff, back bool) (items []changes.Item, err error) {
	rows := make([]changefeed.Row, len(diffs))
	for i, d := range diffs {
		rows[i] = changefeed.Row{Table: d.Table, Before: d.Then, After: d.Now}
		if back {
			rows[i].Before, rows[i].After = d.Now, d.Then
		}
	}
	kind := v.Ref().Kind
	err = v.Read(ctx, func(tx *volume.Tx) error {
		words, err := n.plainWords(ctx, tx, kind)
		if err != nil {
			return err
		}
		items, err = n.describeRows(ctx, tx, kind, words, rows)
		return err
	})
	return items, err
}

// add counts items and takes those of the page.
func (d *SiteDiff) add(items []changes.Item, o DiffOptions) {
	counts := map[string]*previewCount{}
	for _, c := range d.ByType {
		counts[c.Type] = c
	}
	for _, i := range items {
		c := counts[i.Type]
		if c == nil {
			c = &previewCount{Type: i.Type}
			counts[i.Type] = c
			d.ByType = append(d.ByType, c)
		}
		op := "removed"
		switch i.Op {
		case changes.Create:
			op = "added"
			c.Added++
			d.Added++
		case changes.Update:
			op = "changed"
			c.Changed++
			d.Changed++
		default:
			c.Removed++
			d.Removed++
		}
		if o.Type != "" && o.Type != i.Type {
			continue
		}
		d.Total++
		switch {
		case d.Total <= o.Offset:
		case len(d.Items) < o.Limit:
			d.Items = append(d.Items, DiffItem{i.Type, op, i.ID, i.Key, i.Title, i.Fields})
		default:
			d.More = true
		}
	}
}

// RestorePlan is what a restore would do, measured before it begins. Of its difference, what is added comes back, what is removed would be lost.
type RestorePlan struct {
	SiteDiff
	LostCommits int64   `json:"lost_commits"` // newer than the target; an undo brings them back
	Seconds     float64 `json:"seconds"`      // that it would take, estimated
}

// PlanRestore measures a restore and changes nothing.
func (n *Node) PlanRestore(ctx context.Context, s *fleet.Site, target recovery.Target, o DiffOptions) (out RestorePlan, err error) {
	if err := o.check(); err != nil {
		return out, err
	}
	out.SiteDiff = SiteDiff{Site: s.Slug, From: n.Clock.Now().UTC(), To: target.At.UTC(), Volumes: []VolumeSpan{}, ByType: []*previewCount{}, Items: []DiffItem{}}
	if err := n.shipSite(ctx, s); err != nil {
		return out, err
	}
	for _, ref := range n.servedVolumes(s.ID) {
		head, err := n.Recovery.ResolveIn(ctx, ref, recovery.Target{})
		if err != nil {
			return out, err
		}
		to, err := n.Recovery.ResolveIn(ctx, ref, target)
		if err != nil {
			return out, err
		}
		if to == 0 {
			continue // younger: it stays as it is
		}
		if err := n.planVolume(ctx, ref, to, head, o, &out); err != nil {
			return out, err
		}
	}
	return out, nil
}

func (n *Node) planVolume(ctx context.Context, ref volume.Ref, to, head int64, o DiffOptions, out *RestorePlan) error {
	seconds, err := n.Recovery.Seconds(ctx, ref, to)
	if err != nil {
		return err
	}
	span := VolumeSpan{Kind: ref.Kind, From: head, To: to, Commits: head - to, Seconds: seconds}
	out.Seconds += seconds
	out.LostCommits += head - to
	if to < head {
		past, err := n.Recovery.Past(ctx, ref, head)
		if err != nil {
			return err
		}
		defer past.Close() //nolint:errcheck // a folder under tmp that stays behind harms nobody
		between, err := n.Recovery.Between(ctx, past, to, head)
		if err != nil {
			return err
		}
		span.Rows = len(between.Rows)
		items, err := n.describeDiffs(ctx, past.Volume, between.Rows, true)
		if err != nil {
			return fmt.Errorf("tell what a restore of %s would change: %w", ref, err)
		}
		out.add(items, o)
	}
	out.Volumes = append(out.Volumes, span)
	return nil
}
