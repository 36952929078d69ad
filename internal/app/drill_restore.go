package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
	"holdfast.dev/internal/platform/volume"
)

// restore brings every site back to the newest state that the vault has or can still be given, as one operation.
func (d *drill) restore(ctx context.Context, target recovery.Target) error {
	if d.near != nil {
		d.near.phase(duringRestore)
		defer d.near.phase(afterwards)
	}
	start := d.clock.real()
	sites := make([]ids.Site, len(d.sites))
	for i, s := range d.sites {
		sites[i] = s.ID
	}
	res, err := d.n.RestoreFleet(ctx, sites, target, "drill", func(p recovery.FleetProgress) {
		d.report(Progress{Step: "restoring", Done: int64(p.Done + p.Failed), Total: int64(p.Total), Unit: "sites"})
	})
	d.res.RestoreSeconds = d.clock.real().Sub(start).Seconds()
	d.res.Restored, d.res.Rows, d.res.Bytes = res.Restored, res.Rows, res.Bytes
	failed := ""
	for i, o := range res.Sites {
		if o.Error != "" && failed == "" {
			failed = fmt.Sprintf("; %s: %s", d.sites[i].Slug, o.Error)
		}
	}
	d.must(err == nil && res.Restored == len(d.sites), "Every site is back", "%d of %d, %d rows proven while they were built, in %.2f s%s", res.Restored, len(d.sites), res.Rows, d.res.RestoreSeconds, failed)
	return err
}

// proveAll compares, after the switch, every row of every volume with the digest that the journal has, and every receipt with what is there.
func (d *drill) proveAll(ctx context.Context) error {
	var done, wrong atomic.Int64
	var first sync.Once
	why := ""
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, s := range d.sites {
		g.Go(func() error {
			for _, ref := range d.n.servedVolumes(s.ID) {
				if err := d.proveVolume(gctx, ref); err != nil {
					wrong.Add(1)
					first.Do(func() { why = fmt.Sprintf("; %s of %s: %v", ref.Kind, s.Slug, err) })
				}
			}
			d.report(Progress{Step: "proving", Done: done.Add(1), Total: int64(len(d.sites)), Unit: "sites"})
			return gctx.Err()
		})
	}
	err := g.Wait()
	d.res.DigestMismatches = int(wrong.Load())
	d.must(wrong.Load() == 0, "Every row is what was recorded", "%d volumes differ from their digest%s", wrong.Load(), why)
	return errors.Join(err, d.askForEveryWrite(ctx))
}

// askForEveryWrite asks, as clients would, for everything that was acknowledged. What was acknowledged after the last shipment that is sure may be gone with a
// disk, and is told as the age of the oldest.
func (d *drill) askForEveryWrite(ctx context.Context) error {
	lost, why := 0, ""
	var oldest, newest time.Duration // of what is lost, before its site was gone
	var kept []receipt
	for i, r := range d.receipts {
		if i%500 == 0 {
			d.report(Progress{Step: "asking for every write", Done: int64(i), Total: int64(len(d.receipts)), Unit: "receipts"})
		}
		found, err := r.found(ctx)
		if err == nil && found {
			kept = append(kept, r)
			continue
		}
		if gone := d.sites[r.site].gone; err == nil && !d.surely.IsZero() && r.at.After(d.surely) {
			d.res.RPOSeconds = max(d.res.RPOSeconds, gone.Sub(r.at).Seconds())
			continue
		}
		age := d.sites[r.site].gone.Sub(r.at)
		if lost++; why == "" {
			why, newest = fmt.Sprintf("; the first is the %s %q of %s, %v", r.what, r.text, d.sites[r.site].Slug, err), age
		}
		oldest, newest = max(oldest, age), min(newest, age)
	}
	d.res.LostCommits += lost
	if lost > 0 {
		why += fmt.Sprintf("; written between %.1f and %.1f s before their sites were gone", oldest.Seconds(), newest.Seconds())
	}
	total := len(d.receipts)
	d.receipts = kept // what is told as gone once is not asked for again
	d.must(lost == 0, "Nothing that was acknowledged is lost", "%d writes were acknowledged, %d are lost%s", total, lost, why)
	return ctx.Err()
}

func (d *drill) proveVolume(ctx context.Context, ref volume.Ref) error {
	return d.n.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
		head, err := journal.ReadHead(ctx, tx.Tx)
		if err != nil {
			return err
		}
		digest, _, err := journal.Scan(ctx, tx.Tx, d.n.tablesOf(ref.Kind))
		if err == nil && head.Seq == head.SealedSeq && digest != head.Digest {
			return fmt.Errorf("its rows give %s, recorded is %s", digest, head.Digest)
		}
		return err
	})
}

// copyForScale copies the same databases with fsync, one after the other: what nothing can be faster than by much.
func (d *drill) copyForScale(ctx context.Context) error {
	dir, err := os.MkdirTemp(d.o.Folder, "copy")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	files, ok := d.n.Engine.(*sqlite.Engine)
	var took time.Duration
	for i, s := range d.sites {
		for _, ref := range d.n.servedVolumes(s.ID) {
			if err := d.n.Pool.Evict(ctx, ref); err != nil { // its log is in the file now
				return err
			}
			from := ""
			if ok {
				from = files.Path(ref.Name(d.n.Fleet.Generation(ref)))
			} else {
				from = filepath.Join(dir, "from")
				if err := d.n.Pool.Volume(ref).CopyTo(ctx, from); err != nil {
					return err
				}
			}
			start := d.clock.real()
			if err := copySynced(from, filepath.Join(dir, "to")); err != nil && !errors.Is(err, storage.ErrMissing) {
				return err
			}
			took += d.clock.real().Sub(start)
			if !ok {
				if err := os.Remove(from); err != nil {
					return err
				}
			}
		}
		d.report(Progress{Step: "copying for comparison", Done: int64(i + 1), Total: int64(len(d.sites)), Unit: "sites"})
	}
	d.res.CopySeconds = took.Seconds()
	if d.res.CopySeconds > 0 {
		d.res.Ratio = d.res.RestoreSeconds / d.res.CopySeconds
	}
	return nil
}

func copySynced(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := out.ReadFrom(in); err != nil {
		return errors.Join(err, out.Close())
	}
	if err := out.Sync(); err != nil {
		return errors.Join(err, out.Close())
	}
	return errors.Join(out.Close(), os.Remove(to))
}
