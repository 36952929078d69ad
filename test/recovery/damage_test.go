//go:build slow

package recovery

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/volume"
)

// damages are what happens to an object of the vault; at is where a byte of it matters.
var damages = map[string]func(path string, b []byte, at int) error{
	"truncated": func(path string, b []byte, _ int) error { return os.WriteFile(path, b[:len(b)/8], 0o600) },
	"flipped": func(path string, b []byte, at int) error {
		b[at] ^= 4
		return os.WriteFile(path, b, 0o600)
	},
	"missing": func(path string, _ []byte, _ int) error { return os.Remove(path) },
}

// laterWritten makes a site whose newest segment holds what was written after an instant, and gives its state then.
func laterWritten(t *testing.T) (w *world, s *fleet.Site, at time.Time, then map[string]string) {
	w = newWorld(t)
	s = w.site("acme", 10)
	at = w.node.Clock.Now()
	then = w.digests(s)
	time.Sleep(2 * time.Millisecond)
	w.issues(s, "later", 1)
	must(t, w.node.Shipper.Flush(w.ctx))
	return w, s, at, then
}

// A snapshot that is truncated, flipped or missing is named exactly by the restore that needs it. Nothing is half restored: the live site is what it
// was and can be written to.
func TestR14DamagedVaultObjectsAreNamedAndNothingIsHalfRestored(t *testing.T) {
	w, s, at, _ := laterWritten(t)
	before := w.digests(s)
	seq, err := w.node.Recovery.CommitAt(w.ctx, volume.Ref{Kind: "work", Owner: s.ID.String()}, at)
	must(t, err)
	snapshots, _ := filepath.Glob(filepath.Join(w.dir, "vault", "snapshots", "work@"+s.ID.String(), "*.db.zst"))
	snapshots = slices.DeleteFunc(snapshots, func(path string) bool { return filepath.Base(path) > fmt.Sprintf("%016d.db.zst", seq) }) // taken later
	if len(snapshots) == 0 {
		t.Fatal("nothing to damage")
	}
	newest := slices.Max(snapshots)
	objects := map[string]string{"snapshot": newest, "description": strings.TrimSuffix(newest, ".db.zst") + ".json"}
	for object, path := range objects {
		for damage, do := range damages {
			if object == "description" && damage == "missing" {
				continue // an earlier snapshot, or the commits alone, give the same state
			}
			t.Run(object+" "+damage, func(t *testing.T) {
				intact, err := os.ReadFile(path)
				must(t, err)
				must(t, os.Chmod(path, 0o600))
				must(t, do(path, append([]byte(nil), intact...), len(intact)/3))
				_, err = w.node.RestoreSite(w.ctx, s, recovery.Target{At: at}, "test", nil)
				must(t, os.WriteFile(path, intact, 0o600))
				switch {
				case err == nil:
					t.Fatal("restored from a damaged object")
				case !strings.Contains(err.Error(), strings.TrimSuffix(filepath.Base(path), ".json")):
					t.Errorf("the object is not named: %v", err)
				}
				if got := w.digests(s); !maps.Equal(got, before) {
					t.Error("the live site changed")
				}
				if now, _ := w.node.Fleet.Site(s.ID); now.State != fleet.Active {
					t.Errorf("the site is %s", now.State)
				}
				if g, _ := filepath.Glob(filepath.Join(w.dir, "sites", s.ID.String(), "*.g2.db")); len(g) > 0 {
					t.Errorf("half restored: %v", g)
				}
			})
		}
	}
}

// A segment that is truncated, flipped or missing takes only what it holds: what is whole before it comes back, and the restore names it.
func TestR14ADamagedSegmentKeepsNothingFromInstantsBeforeIt(t *testing.T) {
	for damage, do := range damages {
		t.Run(damage, func(t *testing.T) {
			w, s, at, then := laterWritten(t)
			frames, err := w.node.Vault.History(w.ctx, "work@"+s.ID.String())
			must(t, err)
			last := frames[len(frames)-1]
			path := filepath.Join(w.dir, "vault", last.Segment)
			intact, err := os.ReadFile(path)
			must(t, err)
			must(t, os.Chmod(path, 0o600))
			must(t, do(path, intact, int(last.Offset+last.Length/2)))
			res, err := w.node.RestoreSite(w.ctx, s, recovery.Target{At: at}, "test", nil)
			must(t, err)
			if got := w.digests(s); !maps.Equal(got, then) {
				t.Errorf("%v, then %v", got, then)
			}
			named := false
			for _, b := range res.Volumes {
				named = named || b.Ref.Kind == "work" && b.Lost != nil && slices.ContainsFunc(b.Lost.Damaged, func(object string) bool { return strings.Contains(object, filepath.Base(last.Segment)) })
			}
			if !named {
				t.Errorf("the damaged segment %s is not named: %+v", last.Segment, res.Volumes)
			}
			if now, _ := w.node.Fleet.Site(s.ID); now.State != fleet.Active {
				t.Errorf("the site is %s", now.State)
			}
		})
	}
}

// Clock jumps of an hour, back and forth: commits stay in the order of their times, and every one of them can be gone back to.
func TestR14ClockJumpsOfAnHour(t *testing.T) {
	c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
	w := openWorld(t, t.TempDir(), c)
	s := w.site("acme", 1)
	type point struct {
		seq  int64
		work string
	}
	var points []point
	for i, jump := range []time.Duration{time.Second, time.Hour, -time.Hour, time.Second, -time.Hour, 2 * time.Hour} {
		c.Advance(jump)
		seq := w.issues(s, "jump", 1+i%2)
		points = append(points, point{seq, w.digests(s)["work"]})
	}
	for _, p := range points {
		_, err := w.node.RestoreSite(w.ctx, s, recovery.Target{Commit: p.seq}, "test", nil)
		must(t, err)
		if got := w.digests(s)["work"]; got != p.work {
			t.Errorf("commit %d: %s, was %s", p.seq, got, p.work)
		}
	}
}
