package vault

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Finding is something wrong with one object.
type Finding struct {
	Object string `json:"object"`
	Wrong  string `json:"wrong"`
}

// Expected is an object that must be there, because something else says so.
type Expected struct {
	Object string
	By     string // who says so
}

// verification is one reading of everything.
type verification struct {
	v     *Vault
	there map[string]bool
	swept Swept

	mu    sync.Mutex
	found map[string]string // what is wrong, by object
	done  int
	seen  func(done, total int)
	want  []Expected
}

// Verify reads every object and checks signatures, hashes, and for each volume that its chain has no gap. seen is called with every
// object checked, one call at a time. Findings name what is damaged or missing, each object once. What lies past the retention and was swept is not missed; expected adds
// objects that only the caller can know of.
func (v *Vault) Verify(ctx context.Context, seen func(done, total int), expected ...Expected) ([]Finding, error) {
	keys, err := v.store.List(ctx, "")
	if err != nil {
		return nil, err
	}
	r := &verification{v: v, there: map[string]bool{}, found: map[string]string{}, seen: seen, want: expected}
	for _, key := range keys {
		r.there[key] = true
	}
	if r.swept, err = readSweeps(ctx, v.store, keys); err != nil {
		r.wrong(sweepsPrefix, err)
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, key := range keys {
		g.Go(func() error {
			r.object(gctx, key)
			r.step(len(keys))
			return gctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for _, e := range r.want {
		// A file that rows name was not to be swept, or has come back since.
		if !r.there[e.Object] && (!r.swept.Removed[e.Object] || strings.HasPrefix(e.Object, "blobs/")) {
			r.wrong(e.Object, fmt.Errorf("missing: %s", e.By))
		}
	}
	if len(r.found) == 0 { // gaps would follow from what is damaged already
		r.gaps(ctx)
	}
	var found []Finding
	for object, wrong := range r.found {
		found = append(found, Finding{object, wrong})
	}
	slices.SortFunc(found, func(a, b Finding) int { return cmp.Compare(a.Object, b.Object) })
	return found, nil
}

func (r *verification) step(total int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	r.seen(r.done, total)
}

// wrong enters a finding; the first of an object stays.
func (r *verification) wrong(object string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.found[object] == "" {
		r.found[object] = err.Error()
	}
}

func (r *verification) expect(object, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.want = append(r.want, Expected{object, fmt.Sprintf(format, args...)})
}

// object reads one object, whatever it is.
func (r *verification) object(ctx context.Context, key string) {
	kind, rest, _ := strings.Cut(key, "/")
	var err error
	switch kind {
	case "segments":
		err = r.segment(ctx, key)
	case "snapshots":
		err = r.snapshot(ctx, key, rest)
	case "blobs":
		err = r.blob(ctx, key)
	case "keys":
		_, err = readKey(ctx, r.v.store, strings.TrimSuffix(rest, ".pub"))
	case markerKey:
		_, err = r.v.Init(ctx, Marker{})
	case "expiry", "swept", "sweeps":
		_, err = readMark(ctx, r.v.store, key)
	default:
		err = errors.New("nothing that was stored here has such a name")
	}
	var lost *KeyError
	if errors.As(err, &lost) { // named once, not with everything that it signed
		r.wrong(keyKey(lost.Fingerprint), lost)
	} else if err != nil {
		r.wrong(key, err)
	}
}

func (r *verification) segment(ctx context.Context, key string) error {
	_, foot, err := readSegment(ctx, r.v.store, r.v.ring, key)
	if err != nil {
		return err
	}
	if foot.Prev != "" {
		r.expect(foot.Prev, "%s follows it", key)
	}
	for _, f := range foot.Frames {
		if f.Prev != "" && f.From > r.swept.From[f.Ref].Seq+1 {
			r.expect(f.Prev, "%s goes on with %s after it", key, f.Ref)
		}
	}
	return nil
}

// snapshot reads a description and what it describes. A packed file alone is the rest of a snapshot that was interrupted, unless a later one or the volume counts on it.
func (r *verification) snapshot(ctx context.Context, key, rest string) error {
	name, ok := strings.CutSuffix(rest, ".json")
	if !ok {
		return nil
	}
	ref, number, ok := strings.Cut(name, "/")
	var seq int64
	if _, err := fmt.Sscanf(number, "%d", &seq); err != nil || !ok {
		return errors.New("unexpected name")
	}
	m, err := r.v.Describe(ctx, ref, seq)
	if err != nil {
		return err
	}
	if m.Prev > 0 && m.Prev >= r.swept.From[ref].Seq {
		r.expect(snapshotKey(ref, m.Prev)+".json", "%s follows it", key)
	}
	if err := r.v.Unpack(ctx, m, io.Discard); err != nil {
		r.wrong(m.Object, err)
	}
	return nil
}

func (r *verification) blob(ctx context.Context, key string) error {
	o, err := r.v.store.Open(ctx, key)
	if err != nil {
		return err
	}
	defer o.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, o); err != nil {
		return err
	}
	if want := key[strings.LastIndexByte(key, '/')+1:]; hex.EncodeToString(hash.Sum(nil)) != want {
		return fmt.Errorf("its content is not what its name says: %w", ErrDamaged)
	}
	return nil
}

// gaps follows the chain of every volume through its frames.
func (r *verification) gaps(ctx context.Context) {
	refs, err := r.v.Volumes(ctx)
	if err != nil {
		r.wrong("segments/", err)
		return
	}
	for _, ref := range refs {
		if len(r.swept.Removed) > 0 && r.there[expiryPrefix+owner(ref)+".json"] {
			continue // of a purged site, some segments go earlier than others
		}
		frames, at, err := r.v.known(ref)
		switch {
		case err != nil:
			r.wrong("volume "+ref, err)
		case at.why != "" && at.first != r.swept.From[ref].Seq:
			r.wrong("volume "+ref, errors.New(at.why))
		}
		for i := 1; i < len(frames); i++ {
			if frames[i].From == frames[i-1].To+1 && frames[i].Before != frames[i-1].Chain {
				r.wrong(frames[i].Segment, fmt.Errorf("its commits of %s do not follow those in %s: the chain breaks", ref, frames[i-1].Segment))
			}
		}
	}
}
