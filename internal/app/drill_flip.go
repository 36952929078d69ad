package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/volume"
)

func byteFlippedScenario() *scenario {
	return &scenario{
		name:     "byte-flipped",
		happened: "Disks rot: one bit of a backup turns, and nobody knows before the day on which it is needed.",
		does:     "flips a byte of a snapshot in the vault and a byte of a segment, verifies the vault, destroys every site and restores them",
		holds:    "the verification names the object exactly; the sites that need it are refused by its name with nothing half restored, all others come back; so do these once the object is whole again",
		sites:    4,
		run: func(ctx context.Context, d *drill) error {
			return inTurn(ctx, d.create, d.fill, d.serve, d.flip, d.proveAll)
		},
	}
}

func (d *drill) flip(ctx context.Context) error {
	end := d.writing(ctx)
	d.writeFor(d.o.Writing)
	end()
	if err := d.n.Shipper.Flush(ctx); err != nil {
		return err
	}
	victim := d.sites[0]
	ref := volume.Ref{Kind: "work", Owner: victim.ID.String()}
	if err := d.n.Shipper.Snapshot(ctx, ref); err != nil {
		return err
	}
	snapshots, err := filepath.Glob(filepath.Join(d.vault(), "snapshots", ref.String(), "*.db.zst"))
	if err != nil || len(snapshots) == 0 {
		return errors.Join(err, errors.New("there is no snapshot to damage"))
	}
	snapshot := slices.Max(snapshots)
	heal, err := flipByte(snapshot, 2)
	if err != nil {
		return err
	}
	d.named(ctx, snapshot)
	d.stop() // its face would be made of what is damaged: here the restore is looked at
	if err := d.byFiles(ctx); err != nil {
		return err
	}
	d.destroyed = d.clock.real()
	all := make([]ids.Site, len(d.sites))
	for i, s := range d.sites {
		all[i] = s.ID
	}
	res, err := d.n.RestoreFleet(ctx, all, recovery.Target{}, "drill", nil)
	if err != nil {
		return err
	}
	said := ""
	for _, o := range res.Sites {
		if o.Site == victim.ID {
			said = o.Error
		}
	}
	d.res.Restored = res.Restored
	d.must(res.Restored == len(d.sites)-1 && res.Failed == 1, "All sites come back but the one that needs the object", "%d of %d", res.Restored, len(d.sites))
	d.must(strings.Contains(said, strings.TrimSuffix(filepath.Base(snapshot), ".db.zst")), "It is refused by the name of the object", "%.200s", said)
	half, err := d.databasesOf(ctx, victim)
	d.must(err == nil && half == 0, "Nothing of it is half restored", "%d databases", half)
	if err := heal(); err != nil {
		return err
	}
	if _, err := d.n.RestoreFleet(ctx, []ids.Site{victim.ID}, recovery.Target{}, "drill", nil); err != nil {
		return err
	}
	n, why := d.answering()
	d.res.Restored = n
	d.must(n == len(d.sites), "With the object whole again it comes back too", "%d of %d sites answer %s", n, len(d.sites), why)
	return d.flipSegment(ctx, victim, ref)
}

// flipSegment damages a segment behind a snapshot: what was before it can still be gone back to.
func (d *drill) flipSegment(ctx context.Context, victim *drillSite, ref volume.Ref) error {
	at := d.clock.Now()
	if _, err := d.writeIssue(ctx, 0, "behind the snapshot"); err != nil {
		return err
	}
	if err := d.n.Shipper.Flush(ctx); err != nil {
		return err
	}
	frames, err := d.n.Vault.History(ctx, ref.String())
	if err != nil || len(frames) == 0 {
		return errors.Join(err, errors.New("the volume has no segment"))
	}
	last := frames[len(frames)-1]
	segment := filepath.Join(d.vault(), filepath.FromSlash(last.Segment))
	heal, err := flipAt(segment, last.Offset+last.Length/2)
	if err != nil {
		return err
	}
	d.named(ctx, segment)
	if err := d.destroy(ctx, victim.Site); err != nil {
		return err
	}
	if err := d.dropDatabases(ctx, victim); err != nil {
		return err
	}
	_, err = d.n.RestoreSite(ctx, victim.Site, recovery.Target{}, "drill", nil)
	d.must(err != nil && strings.Contains(err.Error(), filepath.Base(segment)), "The newest state is refused by the name of the segment", "%.200s", fmt.Sprint(err))
	copied, err := d.n.Beside(ctx, victim.Site, recovery.Target{At: at}, "drill", func(recovery.Progress) {})
	rows := ""
	if err == nil {
		c := victim.suite.wiki
		c.prefix = "/s/" + copied.Slug
		err = c.call("GET", "/rest/api/3/issue/DRILL-1", nil, nil)
		rows = copied.Slug
	}
	d.must(err == nil, "What was before it can be had beside, though the live site needs the segment", "%s: %v", rows, err)
	if err := heal(); err != nil {
		return err
	}
	_, err = d.n.RestoreSite(ctx, victim.Site, recovery.Target{}, "drill", nil)
	d.must(err == nil, "With the segment whole again the newest state comes back", "%v", err)
	return nil
}

// named verifies the vault and expects the object, and nothing else, to be named.
func (d *drill) named(ctx context.Context, object string) {
	code, out, said := d.command(ctx, drillAuthor, "vault", "verify")
	var res struct {
		Findings []struct {
			Object string `json:"object"`
		} `json:"findings"`
	}
	err := json.Unmarshal([]byte(out), &res)
	want := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(object), filepath.ToSlash(d.vault())+"/"), ".db.zst")
	exact := err == nil && len(res.Findings) == 1 && strings.HasPrefix(res.Findings[0].Object, want)
	d.must(code == ExitUnproven && exact, "The verification names the object, and it alone", "exit %d: %.200s %s", code, strings.Join(strings.Fields(out), " "), said)
}

// flipByte flips a byte in the middle of a file and gives what makes it whole again.
func flipByte(path string, part int64) (heal func() error, err error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	return flipAt(path, st.Size()/part)
}

func flipAt(path string, at int64) (heal func() error, err error) {
	intact, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	broken := slices.Clone(intact)
	broken[at] ^= 1
	write := func(b []byte) error {
		return errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, b, 0o600), os.Chmod(path, 0o400))
	}
	return func() error { return write(intact) }, write(broken)
}

// databasesOf counts the databases that are there of a site, of whatever generation.
func (d *drill) databasesOf(ctx context.Context, s *drillSite) (n int, err error) {
	names, err := d.n.Engine.List(ctx)
	for _, name := range names {
		if strings.Contains(name, s.ID.String()) {
			n++
		}
	}
	return n, err
}

// dropDatabases removes what is left of a site's databases, whatever they are kept in.
func (d *drill) dropDatabases(ctx context.Context, s *drillSite) error {
	names, err := d.n.Engine.List(ctx)
	for _, name := range names {
		if strings.Contains(name, s.ID.String()) {
			err = errors.Join(err, d.n.Engine.Remove(ctx, name))
		}
	}
	return err
}
