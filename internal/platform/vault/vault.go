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
	seen    string               // newest segment whose footer was read
	recent  map[string]bool      // segments read since the overlap, see refresh
	frames  map[string][]Frame   // by volume
	damaged map[string]error     // segments whose lists of frames cannot be read
	swept   map[string]SweptFrom // where what is kept of a volume begins, where that is not its beginning
}

// New makes a reader over a store.
func New(s Store) *Vault {
	return &Vault{store: s, ring: newKeyring(s), recent: map[string]bool{}, frames: map[string][]Frame{}, damaged: map[string]error{}, swept: map[string]SweptFrom{}}
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
	for i, f := range feet {
		delete(v.damaged, keys[i])
		v.seen = max(v.seen, keys[i])
		if bad[i] != nil {
			v.damaged[keys[i]] = bad[i]
			continue
		}
		v.recent[keys[i]] = true
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
// see Reach.
func (v *Vault) Known(ref string) ([]Frame, error) {
	frames, _, err := v.known(ref)
	return frames, err
}

// Reach gives the first commit to which a volume can be brought back, and why that is not its very first one; "" where it is.
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
	v.mu.Lock()
	frames := slices.Clone(v.frames[ref])
	r = reach{first: 1}
	next := int64(1)
	if s, ok := v.swept[ref]; ok {
		next, r = s.Seq+1, reach{s.Seq, "what is older is past the retention of the vault"}
	}
	damaged := slices.Sorted(maps.Keys(v.damaged))
	v.mu.Unlock()
	slices.SortStableFunc(frames, func(a, b Frame) int {
		if a.From != b.From {
			return int(a.From - b.From)
		}
		return int(b.To - a.To) // the longer one first
	})
	for _, f := range frames {
		if f.To < next {
			continue
		}
		if f.From > next {
			lost := &Gap{Ref: ref, From: next, To: f.From - 1, Damaged: damaged}
			base, err := v.snapshotFrom(ref, f.From-1)
			if err != nil {
				return nil, r, errors.Join(lost, err)
			}
			if base == 0 {
				return nil, r, lost
			}
			out, next, r = nil, base+1, reach{base, lost.Error()}
			if f.To < next {
				continue
			}
		}
		out = append(out, f)
		next = f.To + 1
	}
	return out, r, nil
}

// Gap says that commits of a volume are in no segment that can be read.
type Gap struct {
	Ref      string
	From, To int64
	Damaged  []string // segments whose content is not known, where there are any
}

// Error implements error.
func (g *Gap) Error() string {
	text := fmt.Sprintf("the vault lacks commits %d to %d of %s", g.From, g.To, g.Ref)
	if len(g.Damaged) > 0 {
		text += "; damaged are: " + strings.Join(g.Damaged, ", ")
	}
	return text
}

// Lacks tells that the newest commits of a volume are gone from the vault, and which objects that may be about are damaged.
func (v *Vault) Lacks(ref string, from, to int64) *Gap {
	v.mu.Lock()
	defer v.mu.Unlock()
	return &Gap{Ref: ref, From: from, To: to, Damaged: slices.Sorted(maps.Keys(v.damaged))}
}

// snapshotFrom gives the first snapshot of a volume at or after a commit, 0 when there is none.
func (v *Vault) snapshotFrom(ref string, seq int64) (int64, error) {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	seqs, err := v.Snapshots(ctx, ref)
	if err != nil {
		return 0, err
	}
	for _, s := range seqs {
		if s >= seq {
			return s, nil
		}
	}
	return 0, nil
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
