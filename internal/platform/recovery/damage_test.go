package recovery_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
)

// wounded is a site with a history of some segments, whose states are known.
type wounded struct {
	*node
	t      *testing.T
	engine storage.Engine
	dir    string
	clock  *clock.Fake
	site   *fleet.Site
	ref    volume.Ref
	times  []time.Time // two seconds after each segment's last commit, one after it was stored
	states []string    // digests then
	heads  []int64
	ids    int
	keys   []string // of the segments of the volume
}

// wound makes a site with segments; snapshots are taken after those that are named.
func wound(t *testing.T, e storage.Engine, segments int, snapshots ...int) *wounded {
	t.Helper()
	ctx := t.Context()
	w := &wounded{t: t, engine: e, dir: t.TempDir(), clock: clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))}
	w.node = start(t, e, w.dir, w.clock)
	w.site, w.ref = w.node.site(t, e)
	must(t, w.shipper.Flush(ctx))
	for i := range segments {
		w.clock.Advance(time.Minute)
		for range 5 {
			w.note(i)
			w.clock.Advance(time.Second)
		}
		must(t, w.shipper.Flush(ctx))
		if slices.Contains(snapshots, i) {
			must(t, w.shipper.Snapshot(ctx, w.ref))
		}
		d, head := w.state(t, w.ref)
		w.clock.Advance(time.Second)
		w.times, w.states, w.heads = append(w.times, w.clock.Now()), append(w.states, d), append(w.heads, head)
		frames, err := w.vault.History(ctx, w.ref.String())
		must(t, err)
		w.keys = append(w.keys, frames[len(frames)-1].Segment)
	}
	return w
}

// note makes a commit: a new row, and a change to an old one.
func (w *wounded) note(i int) {
	w.t.Helper()
	ctx := w.t.Context()
	must(w.t, w.pool.Volume(w.ref).Write(ctx, func(tx *volume.Tx) error {
		w.ids++
		if _, err := tx.ExecText(ctx, `INSERT INTO box (id, name) VALUES ($1, $2)`, w.ids, fmt.Sprint("box ", w.ids)); err != nil {
			return err
		}
		_, err := tx.ExecText(ctx, `UPDATE box SET name = name || $1 WHERE id = $2`, fmt.Sprint(" ", i), max(1, w.ids-7))
		return err
	}))
}

func (w *wounded) path(segment int) string {
	return filepath.Join(w.dir, "vault", filepath.FromSlash(w.keys[segment]))
}

// damage does something to a segment and gives what makes it whole again.
func (w *wounded) damage(segment int, how func([]byte) []byte) (heal func()) {
	w.t.Helper()
	path := w.path(segment)
	whole, err := os.ReadFile(path)
	must(w.t, err)
	put := func(b []byte) {
		must(w.t, os.Remove(path))
		if b != nil {
			must(w.t, os.WriteFile(path, b, 0o600))
		}
	}
	put(how(append([]byte{}, whole...)))
	return func() {
		must(w.t, os.WriteFile(path+".whole", whole, 0o600))
		must(w.t, os.Rename(path+".whole", path))
	}
}

// gone removes every database of the site.
func (w *wounded) gone() {
	w.t.Helper()
	names, err := w.engine.List(w.t.Context())
	must(w.t, err)
	must(w.t, w.pool.Evict(w.t.Context(), w.ref))
	for _, name := range names {
		if strings.Contains(name, w.ref.Owner) {
			must(w.t, w.engine.Remove(w.t.Context(), name))
		}
	}
}

// again is another process: it knows nothing but the disk.
func (w *wounded) again() {
	w.t.Helper()
	w.pool.Close()
	w.node = start(w.t, w.engine, w.dir, w.clock)
	must(w.t, w.fleet.Load(w.t.Context()))
}

// databases lists what there is of the site.
func (w *wounded) databases() (names []string) {
	w.t.Helper()
	all, err := w.engine.List(w.t.Context())
	must(w.t, err)
	for _, name := range all {
		if strings.Contains(name, w.ref.Owner) {
			names = append(names, name)
		}
	}
	return names
}

// refused expects a target to be refused by the name of an object, with nothing changed.
func (w *wounded) refused(what, object string, t recovery.Target) {
	w.t.Helper()
	before := w.databases()
	_, err := w.RestoreSite(w.t.Context(), w.site.ID, t, "test", nil)
	if err == nil || !strings.Contains(err.Error(), object) || !fault.Is(err, fault.KindInvalid) {
		w.t.Errorf("%s: %v; expected a refusal that names %s", what, err, object)
	}
	if after := w.databases(); fmt.Sprint(after) != fmt.Sprint(before) {
		w.t.Errorf("%s: databases are %v, before they were %v", what, after, before)
	}
	if s, err := w.fleet.Site(w.site.ID); err != nil || s.State != fleet.Active {
		w.t.Errorf("%s: the site is %v, %v", what, s, err)
	}
}

// restored expects the state after a segment.
func (w *wounded) restored(what string, segment int, t recovery.Target) recovery.Built {
	w.t.Helper()
	res, err := w.RestoreSite(w.t.Context(), w.site.ID, t, "test", nil)
	if err != nil {
		w.t.Fatalf("%s: %v", what, err)
	}
	if got, _ := w.state(w.t, w.ref); got != w.states[segment] || res.Volumes[0].Target != w.heads[segment] {
		w.t.Fatalf("%s: commit %d with digest %s, want %d with %s", what, res.Volumes[0].Target, got, w.heads[segment], w.states[segment])
	}
	return res.Volumes[0]
}

// lives writes, ships and proves that a rebuild from the vault alone gives the same.
func (w *wounded) lives(what string) {
	w.t.Helper()
	for range 4 {
		w.clock.Advance(time.Second)
		w.note(9)
	}
	must(w.t, w.shipper.Flush(w.t.Context()))
	want, head := w.state(w.t, w.ref)
	w.gone()
	w.again()
	if _, err := w.RestoreSite(w.t.Context(), w.site.ID, recovery.Target{}, "test", nil); err != nil {
		w.t.Fatalf("%s, life goes on: %v", what, err)
	}
	if got, seq := w.state(w.t, w.ref); got != want || seq != head {
		w.t.Fatalf("%s, life goes on: commit %d with digest %s, want %d with %s", what, seq, got, head, want)
	}
}

var damages = map[string]func([]byte) []byte{
	"truncated":       func(b []byte) []byte { return b[:20] },
	"cut at the end":  func(b []byte) []byte { return b[:len(b)-70] }, // its commits are all there, and nothing says where
	"flipped commits": func(b []byte) []byte { b[30] ^= 1; return b },
	"flipped list":    func(b []byte) []byte { b[bytes.LastIndex(b, []byte(`"chain":"`))+12] ^= 1; return b },
	"emptied":         func(b []byte) []byte { return []byte{} },
	"missing":         func(b []byte) []byte { return nil },
}

// R14, R16: the newest segment is damaged and the site's databases are gone. What was before comes back, proven; what was in it or after it is refused by its name, with nothing half
// restored; and the site lives on from there.
func TestADamagedNewestSegmentTakesOnlyWhatItHolds(t *testing.T) {
	for how, damage := range damages {
		if how != "missing" { // a process that never saw it cannot know, see the next test
			t.Run(how+" when another process looks", func(t *testing.T) {
				storagetest.Engines(t, func(t *testing.T, e storage.Engine) { onlyWhatItHolds(t, e, damage, true) })
			})
		}
		if how != "cut at the end" && how != "flipped list" { // whoever has read the list needs it no more
			t.Run(how+" under the process", func(t *testing.T) {
				storagetest.Engines(t, func(t *testing.T, e storage.Engine) { onlyWhatItHolds(t, e, damage, false) })
			})
		}
	}
}

func onlyWhatItHolds(t *testing.T, e storage.Engine, damage func([]byte) []byte, another bool) {
	w := wound(t, e, 5)
	w.damage(4, damage)
	w.gone()
	if another {
		w.again()
	}
	object := w.keys[4]
	w.refused("the newest state", object, recovery.Target{})
	w.refused("an instant after the damage", object, recovery.Target{At: w.times[4].Add(time.Hour)})
	w.refused("an instant in the damage", object, recovery.Target{At: w.times[4].Add(-3500 * time.Millisecond)})
	b := w.restored("an instant before the damage", 2, recovery.Target{At: w.times[2]})
	if b.Lost == nil || b.Lost.From != w.heads[3]+1 || fmt.Sprint(b.Lost.Damaged) != "["+object+"]" {
		t.Errorf("the report says %+v; lost is %s from commit %d on", b.Lost, object, w.heads[3]+1)
	}
	w.lives("restored")
	w.restored("back to before, once more", 3, recovery.Target{At: w.times[3].Add(-1500 * time.Millisecond)})
}

// R14: a segment that is gone altogether is missed as soon as another one says that it was there.
func TestAMissingSegmentIsNamed(t *testing.T) {
	w := wound(t, storagetest.SQLite(t), 4)
	_, err := w.fleet.CreateOrg(t.Context(), "Another") // the control database goes on, in a segment of its own
	must(t, err)
	must(t, w.shipper.Flush(t.Context()))
	w.damage(3, damages["missing"])
	w.gone()
	w.again()
	w.refused("the newest state", w.keys[3], recovery.Target{})
	w.restored("before it", 1, recovery.Target{At: w.times[1].Add(-1500 * time.Millisecond)})
	w.lives("missing")
}

// R14: wherever a byte of the newest segment flips, earlier states come back whole and nothing later comes back wrong.
func TestAFlippedByteOfTheNewestSegmentNeverGivesAWrongState(t *testing.T) {
	w := wound(t, storagetest.SQLite(t), 3)
	st, err := os.Stat(w.path(2))
	must(t, err)
	for at := int64(0); at < st.Size(); at += max(1, st.Size()/60) {
		heal := w.damage(2, func(b []byte) []byte { b[at] ^= 4; return b })
		w.gone()
		w.again()
		past, err := w.Past(t.Context(), w.ref, w.heads[1])
		must(t, err)
		if past.Digest != w.states[1] {
			t.Errorf("byte %d: the state before has digest %s", at, past.Digest)
		}
		must(t, past.Close())
		for what, target := range map[string]recovery.Target{"newest": {}, "after": {At: w.times[2]}, "before": {At: w.times[1].Add(-1500 * time.Millisecond)}} {
			want := w.states[2]
			if what == "before" {
				want = w.states[1]
			}
			seq, err := w.ResolveIn(t.Context(), w.ref, target)
			if err == nil {
				past, err = w.Past(t.Context(), w.ref, seq)
			}
			switch {
			case err != nil && what != "before" && strings.Contains(err.Error(), w.keys[2]):
			case err != nil:
				t.Errorf("byte %d, %s: %v", at, what, err)
			default:
				if past.Digest != want {
					t.Errorf("byte %d, %s: digest %s, want %s", at, what, past.Digest, want)
				}
				must(t, past.Close())
			}
		}
		heal()
	}
	w.gone()
	w.again()
	w.restored("whole again", 2, recovery.Target{})
}

// R14, R16: the damage lies in the middle, with a snapshot after it. Both sides can be gone back to, and from one to the other.
func TestDamageInTheMiddleKeepsBothSides(t *testing.T) {
	for how, damage := range damages {
		t.Run(how, func(t *testing.T) {
			storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
				w := wound(t, e, 6, 4)
				w.damage(2, damage)
				w.gone()
				w.again()
				w.refused("the first state after the damage", w.keys[2], recovery.Target{Commit: w.heads[3]})
				w.restored("before", 1, recovery.Target{At: w.times[1].Add(-1500 * time.Millisecond)})
				w.restored("the newest again", 5, recovery.Target{Commit: w.heads[5]})
				w.refused("in it", w.keys[2], recovery.Target{At: w.times[2]})
				w.restored("the commit before it", 1, recovery.Target{Commit: w.heads[1]})
				w.lives(how)
			})
		})
	}
}

// R14: what a damaged segment held is whole again once the object is: nothing is remembered against it.
func TestAHealedSegmentIsBelievedAgain(t *testing.T) {
	for how, damage := range damages {
		t.Run(how, func(t *testing.T) {
			w := wound(t, storagetest.SQLite(t), 3)
			heal := w.damage(2, damage)
			w.gone()
			if how == "cut at the end" || how == "flipped list" {
				w.again() // who has read the list needs it no more
			}
			w.refused("damaged", w.keys[2], recovery.Target{})
			heal()
			w.restored("healed", 2, recovery.Target{})
		})
	}
}

// R14, R16: an object is healed only after a restore gave up what it held. Life goes on from the restore, and what came back can still be gone back to.
func TestWhatWasGivenUpAndHealedStaysAside(t *testing.T) {
	for _, both := range []bool{false, true} {
		w := wound(t, storagetest.SQLite(t), 5)
		heal := w.damage(4, damages["flipped commits"])
		also := func() {}
		if both {
			also = w.damage(3, damages["flipped commits"])
		}
		w.gone()
		w.restored("before", 2, recovery.Target{At: w.times[2]})
		w.note(9)
		must(t, w.shipper.Flush(t.Context()))
		want, head := w.state(t, w.ref)
		also() // the other one first
		w.gone()
		w.again()
		_, err := w.RestoreSite(t.Context(), w.site.ID, recovery.Target{}, "test", nil)
		must(t, err)
		heal()
		w.gone()
		w.again()
		_, err = w.RestoreSite(t.Context(), w.site.ID, recovery.Target{}, "test", nil)
		must(t, err)
		if got, seq := w.state(t, w.ref); got != want || seq != head {
			t.Fatalf("commit %d with digest %s, want %d with %s", seq, got, head, want)
		}
		w.restored("what was healed", 4, recovery.Target{Commit: w.heads[4]})
		w.restored("by its instant", 4, recovery.Target{At: w.times[4].Add(-1500 * time.Millisecond)})
		w.lives("healed")
	}
}

// A site that is alive and had nothing in a segment that nobody can read is not held up by it.
func TestALiveSiteIsNotDoubted(t *testing.T) {
	w := wound(t, storagetest.SQLite(t), 3)
	_, err := w.fleet.CreateOrg(t.Context(), "Another")
	must(t, err)
	must(t, w.shipper.Flush(t.Context()))
	keys, err := w.vault.Store().List(t.Context(), "segments/")
	must(t, err)
	path := filepath.Join(w.dir, "vault", filepath.FromSlash(keys[len(keys)-1]))
	must(t, os.Chmod(path, 0o600))
	must(t, os.Truncate(path, 50))
	w.again()
	w.restored("alive", 2, recovery.Target{})
	_, err = w.RestoreSite(context.Background(), w.site.ID, recovery.Target{Commit: w.heads[0]}, "test", nil)
	if err != nil || errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
}
