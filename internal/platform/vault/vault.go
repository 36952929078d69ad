package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Vault reads what shippers have put into a store.
type Vault struct {
	store Store
	ring  *keyring

	mu      sync.Mutex
	seen    string                    // newest segment whose footer was read
	recent  map[string]bool           // segments read since the overlap, see refresh
	frames  map[string][]Frame        // by volume
	damaged map[string]damage         // segments whose lists of frames cannot be read
	broken  map[brokenFrame]time.Time // frames of which that was found out by reading them, with the time of their first commit
	tail    map[string]string         // newest segment of each node
	heads   map[string]int64          // see Knew
	swept   map[string]SweptFrom      // where what is kept of a volume begins, where that is not its beginning
}

// New makes a reader over a store.
func New(s Store) *Vault {
	return &Vault{store: s, ring: newKeyring(s), recent: map[string]bool{}, frames: map[string][]Frame{}, damaged: map[string]damage{},
		broken: map[brokenFrame]time.Time{}, tail: map[string]string{}, heads: map[string]int64{}, swept: map[string]SweptFrom{}}
}

// Store gives the store itself.
func (v *Vault) Store() Store { return v.store }

// Marker is written once into a new store: what it is, and for how long its objects must be kept.
type Marker struct {
	Format        int       `json:"format"`
	Created       time.Time `json:"created"`
	RetentionDays int       `json:"retention_days"`
}

const markerKey = "vault.json"

// Init writes the marker into a new store, or reads that of one in use.
func (v *Vault) Init(ctx context.Context, m Marker) (Marker, error) {
	b, err := readAll(ctx, v.store, markerKey, 10000)
	if err == nil {
		if err := json.Unmarshal(b, &m); err != nil {
			return m, fmt.Errorf("vault object %s is damaged: %w", markerKey, err)
		}
		return m, nil
	}
	if !errors.Is(err, ErrMissing) {
		return m, err
	}
	m.Format = 1
	b, err = json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, err
	}
	return m, v.store.Put(ctx, markerKey, strings.NewReader(string(b)))
}

// overlap is how far back segments are looked for again: of two nodes that write at once, the one with the smaller key can be the later one to finish.
const overlap = 10 * time.Minute

// storedAt gives when a segment was stored, by its key; the zero time for none.
func storedAt(key string) time.Time {
	var micros int64
	name := key[strings.LastIndexByte(key, '/')+1:]
	if _, err := fmt.Sscanf(name, "%d", &micros); err != nil {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// fits tells whether a list of frames goes on with what is known. Lists are not signed by themselves: where one does not, such as with a volume that nobody has heard of, the
// signature of the whole segment decides.
func (v *Vault) fits(ctx context.Context, key string, f footer) (bool, error) {
	strange := f.Prev != "" && f.Prev != v.tail[f.Node]
	for _, fr := range f.Frames {
		known := v.frames[fr.Ref]
		switch _, swept := v.swept[fr.Ref]; {
		case len(known) > 0:
			last := known[len(known)-1]
			strange = strange || fr.From != last.To+1 || fr.Before != last.Chain
		case !swept:
			strange = strange || fr.From != 1
		}
	}
	if !strange {
		return true, nil
	}
	_, _, err := readSegment(ctx, v.store, v.ring, key)
	if err != nil && spoiled(err) {
		return false, nil
	}
	return err == nil, err
}

// follows looks for the segment that a node stored before this one. One that is gone, and was not swept, is damage like any other.
func (v *Vault) follows(ctx context.Context, f footer) error {
	tail := v.tail[f.Node]
	if _, bad := v.damaged[f.Prev]; bad || f.Prev == "" || f.Prev == tail {
		return nil
	}
	o, err := v.store.Open(ctx, f.Prev)
	if err == nil {
		return o.Close()
	}
	if !errors.Is(err, ErrMissing) {
		return err
	}
	keys, err := v.store.List(ctx, sweepsPrefix)
	if err != nil {
		return err
	}
	swept, err := readSweeps(ctx, v.store, keys)
	if err != nil || swept.Removed[f.Prev] {
		return err
	}
	v.damaged[f.Prev] = damage{fmt.Errorf("vault object %s: %w", f.Prev, ErrMissing), storedAt(tail)}
	return nil
}

// before gives a key that all segments come after which were begun an overlap before a segment.
func before(key string) string {
	var micros int64
	name := key[strings.LastIndexByte(key, '/')+1:]
	if _, err := fmt.Sscanf(name, "%d-", &micros); err != nil {
		return ""
	}
	at := time.UnixMicro(micros).UTC().Add(-overlap)
	return fmt.Sprintf("segments/%s/%017d", at.Format("2006-01-02"), at.UnixMicro())
}

// refresh reads the footers of segments that came since the last call. One that is damaged does not keep the others from being read: what it held is missing from its
// volumes' histories, and it is tried again the next time.
func (v *Vault) refresh(ctx context.Context) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.readSwept(ctx); err != nil {
		return err
	}
	if err := v.heal(ctx); err != nil {
		return err
	}
	from := before(v.seen)
	keys, err := after(ctx, v.store, "segments/", from)
	if err != nil {
		return err
	}
	keys = slices.DeleteFunc(keys, func(key string) bool { return v.recent[key] })
	for key := range v.damaged {
		if key <= from {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	feet := make([]footer, len(keys))
	bad := make([]error, len(keys))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(16) // a bucket takes its time for each
	for i, key := range keys {
		g.Go(func() (err error) {
			feet[i], err = readFooter(gctx, v.store, key)
			if errors.Is(err, ErrDamaged) || errors.Is(err, ErrMissing) {
				bad[i], err = err, nil
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	prev := v.seen
	for i, f := range feet {
		key, was := keys[i], v.damaged[keys[i]]
		delete(v.damaged, key)
		if bad[i] != nil {
			if was.err == nil {
				was.after = storedAt(prev)
			}
			v.damaged[key] = damage{bad[i], was.after}
		}
		if key > v.seen {
			prev, v.seen = key, key
		}
		if bad[i] != nil {
			continue
		}
		if ok, err := v.fits(ctx, key, f); err != nil {
			return err
		} else if !ok {
			v.damaged[key] = damage{fmt.Errorf("vault object %s: its list of frames is not what was stored: %w", key, ErrDamaged), storedAt(prev)}
			continue
		}
		if err := v.follows(ctx, f); err != nil {
			return err
		}
		v.tail[f.Node] = max(v.tail[f.Node], key)
		v.recent[key] = true
		for _, fr := range f.Frames {
			v.frames[fr.Ref] = append(v.frames[fr.Ref], fr)
		}
	}
	from = before(v.seen)
	for key := range v.recent {
		if key <= from {
			delete(v.recent, key)
		}
	}
	return nil
}

// Volumes names every volume that the store knows.
func (v *Vault) Volumes(ctx context.Context) ([]string, error) {
	if err := v.refresh(ctx); err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	var refs []string
	for ref := range v.frames {
		refs = append(refs, ref)
	}
	slices.Sort(refs)
	return refs, nil
}

// History gives the frames of a volume in the order of their commits, without gaps and without what was sealed twice (a node that
// died between storing a segment and noting it seals the same commits again).
func (v *Vault) History(ctx context.Context, ref string) ([]Frame, error) {
	if err := v.refresh(ctx); err != nil {
		return nil, err
	}
	return v.Known(ref)
}

// Refresh reads which segments came since the last call. A History does so by itself; whoever asks for a thousand volumes at once does it once and
// asks Known.
func (v *Vault) Refresh(ctx context.Context) error { return v.refresh(ctx) }

// Known is History by what was read of the store so far. Where older commits were swept, or are lost and a snapshot lies after them, it begins later than the first commit:
// see Reach. Where the newest commits are known to be lost, that is the error, a *Gap; see Kept for what is left.
func (v *Vault) Known(ref string) ([]Frame, error) {
	frames, _, err := v.known(ref)
	return frames, err
}

// Reach gives the first commit from which on a volume can be brought back without a gap, and why that is not its very first one; "" where it is.
func (v *Vault) Reach(ref string) (first int64, why string, err error) {
	_, r, err := v.known(ref)
	return r.first, r.why, err
}

// reach is where a history begins.
type reach struct {
	first int64
	why   string
}

func (v *Vault) known(ref string) (out []Frame, r reach, err error) {
	k, err := v.kept(ref, sync.OnceValues(func() ([]int64, error) {
		ctx, stop := context.WithTimeout(context.Background(), time.Minute)
		defer stop()
		return v.Snapshots(ctx, ref)
	}))
	r = reach{first: 1}
	if err != nil || len(k.Stretches) == 0 {
		return nil, r, err
	}
	if lost := k.Lost(); lost != nil && lost.To > 0 {
		return nil, r, lost
	}
	last := k.Stretches[len(k.Stretches)-1]
	run, err := k.Run(last.Last)
	if err != nil {
		return nil, r, err
	}
	for _, s := range slices.Backward(k.Stretches) {
		if r = (reach{s.First, s.Why}); !s.Joined {
			break
		}
	}
	return run.Frames, r, nil
}

// Lacks tells that the newest commits of a volume are gone from the vault, and which objects that may be about are damaged.
func (v *Vault) Lacks(ref string, from, to int64) *Gap {
	v.mu.Lock()
	defer v.mu.Unlock()
	return &Gap{Ref: ref, From: from, To: to, Damaged: slices.Sorted(maps.Keys(v.damaged))}
}

// Read gives the commits of a frame with their changes. Following the chain over them proves that they are what was sealed.
func (v *Vault) Read(ctx context.Context, f Frame) ([]Entry, error) {
	return readFrame(ctx, v.store, f)
}

// Newest gives the time of the newest segment, the zero time when there is none yet.
func (v *Vault) Newest(ctx context.Context) (time.Time, error) {
	if err := v.refresh(ctx); err != nil {
		return time.Time{}, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	var at time.Time
	for _, frames := range v.frames {
		for _, f := range frames {
			if f.ToAt.After(at) {
				at = f.ToAt
			}
		}
	}
	return at, nil
}

// last gives the newest segment's key, "" when there is none.
func (v *Vault) last(ctx context.Context) (string, error) {
	if err := v.refresh(ctx); err != nil {
		return "", err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.seen, nil
}
