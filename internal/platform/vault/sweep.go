package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// A sweep removes what is past the retention. Nothing here can: it is done by another program with credentials of its own (internal/purge), which says in the
// store, before it removes anything, what it removes and where each volume begins from then on. What follows reads that, and works out what may go.

const (
	expiryPrefix = "expiry/"
	sweptPrefix  = "swept/"
	sweepsPrefix = "sweeps/"
)

// Expiry is the mark that says from when the objects of a site that was purged may go.
type Expiry struct {
	Site      string    `json:"site"`
	Marked    time.Time `json:"marked"`
	NotBefore time.Time `json:"not_before"`
	Prefixes  []string  `json:"prefixes"` // of the objects that are this site's alone
	Why       string    `json:"why"`
}

// SweptFrom says where what is kept of a volume begins: with the snapshot of a commit.
type SweptFrom struct {
	Ref string    `json:"volume"`
	Seq int64     `json:"seq"`
	At  time.Time `json:"at"` // of the snapshot
}

// Key is where the mark is stored.
func (s SweptFrom) Key() string { return fmt.Sprintf("%s%s/%016d.json", sweptPrefix, s.Ref, s.Seq) }

// Sweep lists what one sweep removed, or was about to.
type Sweep struct {
	At      time.Time `json:"at"`
	Floor   time.Time `json:"floor"` // nothing stored or told after this instant was touched
	Removed []string  `json:"removed"`
}

// Key is where the list is stored.
func (s Sweep) Key() string {
	return fmt.Sprintf("%s%017d.json", sweepsPrefix, s.At.UnixMicro())
}

// Swept is what all sweeps did.
type Swept struct {
	From    map[string]SweptFrom // by volume
	Removed map[string]bool
}

// readMark reads a mark as text that is JSON. Marks are not signed: they take nothing away by themselves.
func readMark(ctx context.Context, s Store, key string) ([]byte, error) {
	o, err := s.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	b, err := io.ReadAll(o)
	if err != nil {
		return nil, fmt.Errorf("vault object %s: %w", key, err)
	}
	if !json.Valid(bytes.TrimSpace(b)) {
		return nil, fmt.Errorf("vault object %s is no JSON: %w", key, ErrDamaged)
	}
	return b, nil
}

func readJSON(ctx context.Context, s Store, key string, into any) error {
	b, err := readMark(ctx, s, key)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("vault object %s: %w: %w", key, err, ErrDamaged)
	}
	return nil
}

// newestSwept picks, of the keys of marks, each volume's newest one.
func newestSwept(keys []string) map[string]string {
	newest := map[string]string{}
	for _, key := range keys {
		if rest, ok := strings.CutPrefix(key, sweptPrefix); ok {
			ref, _, _ := strings.Cut(rest, "/")
			newest[ref] = max(newest[ref], key)
		}
	}
	return newest
}

// readSwept learns where volumes begin now; the caller holds the lock.
func (v *Vault) readSwept(ctx context.Context) error {
	keys, err := v.store.List(ctx, sweptPrefix)
	if err != nil {
		return err
	}
	for ref, key := range newestSwept(keys) {
		if v.swept[ref].Ref != "" && v.swept[ref].Key() == key {
			continue
		}
		var s SweptFrom
		if err := readJSON(ctx, v.store, key, &s); err != nil {
			return err
		}
		v.swept[ref] = s
	}
	return nil
}

// beginsAt gives the commit of the snapshot with which what is kept of a volume begins, 0 where it was never swept.
func (v *Vault) beginsAt(ref string) int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.swept[ref].Seq
}

// readSweeps reads what all sweeps did, of a store with these keys.
func readSweeps(ctx context.Context, s Store, keys []string) (Swept, error) {
	out := Swept{From: map[string]SweptFrom{}, Removed: map[string]bool{}}
	for ref, key := range newestSwept(keys) {
		var from SweptFrom
		if err := readJSON(ctx, s, key, &from); err != nil {
			return out, err
		}
		out.From[ref] = from
	}
	for _, key := range keys {
		if !strings.HasPrefix(key, sweepsPrefix) {
			continue
		}
		var one Sweep
		if err := readJSON(ctx, s, key, &one); err != nil {
			return out, err
		}
		for _, k := range one.Removed {
			out.Removed[k] = true
		}
	}
	return out, nil
}

// Outside is what lies outside of the retention.
type Outside struct {
	Keys []string    // objects that nothing inside of the retention needs, in order
	From []SweptFrom // where volumes begin without them, in the order of their names
	Gone []string    // purged sites whose time has come
}

// Outside works out what nothing needs that happened after floor: it must still be possible to bring every volume back to every instant after it.
//
//   - Of a volume is needed its newest snapshot at or before floor, every later one, and every segment with commits after that snapshot.
//   - A volume without such a snapshot needs everything that is of it.
//   - A segment goes when no volume in it needs it, whatever its own age.
//   - The objects of a purged site go when its mark says so: not before the retention has passed since the purge.
//   - Keys and marks are always needed. The files of sites that live are too, as long as rows name them: see Named.
//
// What a volume will begin with is named and described, but not read: whoever removes things proves it first. An object that cannot be read, or a gap in a history, stops it: what is not understood is not removed.
func (v *Vault) Outside(ctx context.Context, floor, now time.Time) (out Outside, err error) {
	if err := v.refresh(ctx); err != nil {
		return out, err
	}
	w := sweeping{v: v, floor: floor, base: map[string]int64{}, gone: map[string]bool{}}
	if err := w.purged(ctx, now, &out); err != nil {
		return out, err
	}
	refs, err := v.Volumes(ctx)
	if err != nil {
		return out, err
	}
	for _, ref := range refs {
		if w.gone[owner(ref)] {
			continue
		}
		if err := w.volume(ctx, ref, &out); err != nil {
			return out, err
		}
	}
	if err := w.segments(&out); err != nil {
		return out, err
	}
	slices.Sort(out.Keys)
	out.Keys = slices.Compact(out.Keys)
	return out, nil
}

func owner(ref string) string {
	_, owner, _ := strings.Cut(ref, "@")
	return owner
}

// sweeping is one working out of what lies outside.
type sweeping struct {
	v     *Vault
	floor time.Time
	base  map[string]int64 // the commit with whose snapshot a volume begins; absent: it needs everything
	gone  map[string]bool  // purged sites whose time has come
}

// purged takes the sites whose marks have come of age, with the objects that are theirs alone.
func (w *sweeping) purged(ctx context.Context, now time.Time, out *Outside) error {
	marks, err := w.v.store.List(ctx, expiryPrefix)
	if err != nil {
		return err
	}
	for _, key := range marks {
		var e Expiry
		if err := readJSON(ctx, w.v.store, key, &e); err != nil {
			return err
		}
		if key != expiryPrefix+e.Site+".json" || !strings.HasPrefix(e.Site, "site_") {
			return fmt.Errorf("vault object %s is of another site: %w", key, ErrDamaged)
		}
		if now.Before(e.NotBefore) || !e.Marked.Before(w.floor) {
			continue
		}
		w.gone[e.Site] = true
		out.Gone = append(out.Gone, e.Site)
		for _, prefix := range []string{"blobs/" + e.Site + "/", "snapshots/"} { // by the site, not by what a mark says that nobody signed
			keys, err := w.v.store.List(ctx, prefix)
			if err != nil {
				return err
			}
			for _, k := range keys {
				if strings.HasPrefix(prefix, "blobs/") || owner(strings.SplitN(strings.TrimPrefix(k, prefix), "/", 2)[0]) == e.Site {
					out.Keys = append(out.Keys, k)
				}
			}
		}
	}
	return nil
}

// volume finds the snapshot with which a volume begins, and takes those before it.
func (w *sweeping) volume(ctx context.Context, ref string, out *Outside) error {
	_, r, err := w.v.known(ref)
	if err != nil {
		return err
	}
	begins := w.v.beginsAt(ref)
	if begins == 0 && r.why != "" || begins > 0 && r.first != begins {
		return fmt.Errorf("nothing is removed while %s", r.why)
	}
	seqs, err := w.v.Snapshots(ctx, ref)
	if err != nil {
		return err
	}
	var base Snapshot
	for _, seq := range slices.Backward(seqs) {
		m, err := w.v.Describe(ctx, ref, seq)
		if err != nil {
			return err
		}
		if !m.At.After(w.floor) {
			base = m
			break
		}
	}
	if base.Seq == 0 {
		return nil
	}
	w.base[ref] = base.Seq
	if base.Seq > begins {
		out.From = append(out.From, SweptFrom{ref, base.Seq, base.At})
	}
	keys, err := w.v.store.List(ctx, "snapshots/"+ref+"/")
	if err != nil {
		return err
	}
	for _, key := range keys {
		if key < snapshotKey(ref, base.Seq) {
			out.Keys = append(out.Keys, key)
		}
	}
	return nil
}

// segments takes those that no volume in them needs. All of a segment's frames are known, since every segment was read.
func (w *sweeping) segments(out *Outside) error {
	w.v.mu.Lock()
	defer w.v.mu.Unlock()
	if len(w.v.damaged) > 0 {
		for _, d := range w.v.damaged {
			return fmt.Errorf("nothing is removed while something is damaged: %w", d.err)
		}
	}
	needed, all := map[string]bool{}, map[string]bool{}
	for ref, frames := range w.v.frames {
		base, ok := w.base[ref]
		for _, f := range frames {
			all[f.Segment] = true
			if w.gone[owner(ref)] && f.ToAt.Before(w.floor) || ok && f.To <= base && !f.ToAt.After(w.floor) {
				continue
			}
			needed[f.Segment] = true
		}
	}
	for key := range all {
		if !needed[key] {
			out.Keys = append(out.Keys, key)
		}
	}
	return nil
}
