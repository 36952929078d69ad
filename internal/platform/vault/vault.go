package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
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

	mu     sync.Mutex
	seen   string // newest segment whose footer is in frames
	frames map[string][]Frame
}

// New makes a reader over a store.
func New(s Store) *Vault {
	return &Vault{store: s, ring: newKeyring(s), frames: map[string][]Frame{}}
}

// Store gives the store itself.
func (v *Vault) Store() Store { return v.store }

// Marker is written once into a new store: what it is, and for how long its objects must be kept.
type Marker struct {
	Format        int       `json:"format"`
	Created       time.Time `json:"created"`
	RetentionDays int       `json:"retention_days"`
}

// Init writes the marker into a new store, or reads that of one in use.
func (v *Vault) Init(ctx context.Context, m Marker) (Marker, error) {
	if b, err := readAll(ctx, v.store, "vault.json", 10000); err == nil {
		return m, json.Unmarshal(b, &m)
	}
	m.Format = 1
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, err
	}
	return m, v.store.Put(ctx, "vault.json", strings.NewReader(string(b)))
}

// refresh reads the footers of segments that came since the last call.
func (v *Vault) refresh(ctx context.Context) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	keys, err := v.store.List(ctx, "segments/")
	if err != nil {
		return err
	}
	i, _ := slices.BinarySearch(keys, v.seen+"\x00")
	keys = keys[i:]
	feet := make([]footer, len(keys))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for i, key := range keys {
		g.Go(func() (err error) {
			feet[i], err = readFooter(gctx, v.store, key)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, f := range feet {
		for _, fr := range f.Frames {
			v.frames[fr.Ref] = append(v.frames[fr.Ref], fr)
		}
		v.seen = keys[i]
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

// Known is History by what was read of the store so far.
func (v *Vault) Known(ref string) ([]Frame, error) {
	v.mu.Lock()
	frames := slices.Clone(v.frames[ref])
	v.mu.Unlock()
	slices.SortStableFunc(frames, func(a, b Frame) int {
		if a.From != b.From {
			return int(a.From - b.From)
		}
		return int(b.To - a.To) // the longer one first
	})
	var out []Frame
	next := int64(1)
	for _, f := range frames {
		switch {
		case f.To < next:
			continue
		case f.From > next:
			return nil, fmt.Errorf("the vault lacks commits %d to %d of %s", next, f.From-1, ref)
		}
		out = append(out, f)
		next = f.To + 1
	}
	return out, nil
}

// Read gives the commits of a frame with their changes. Following the chain over them proves that they are what was sealed.
func (v *Vault) Read(ctx context.Context, f Frame) ([]Entry, error) {
	return readFrame(ctx, v.store, f)
}

// Finding is something wrong with one object.
type Finding struct {
	Object string `json:"object"`
	Wrong  string `json:"wrong"`
}

// Verify reads every object and checks signatures, hashes, and for each volume that its chain has no gap. seen is called with every
// object checked. Findings name what is damaged or missing.
func (v *Vault) Verify(ctx context.Context, seen func(done, total int)) ([]Finding, error) {
	var found []Finding
	wrong := func(object string, err error) { found = append(found, Finding{object, err.Error()}) }
	segments, err := v.store.List(ctx, "segments/")
	if err != nil {
		return nil, err
	}
	snapshots, err := v.store.List(ctx, "snapshots/")
	if err != nil {
		return nil, err
	}
	blobs, err := v.store.List(ctx, "blobs/")
	if err != nil {
		return nil, err
	}
	total := len(segments) + len(snapshots) + len(blobs)
	done := 0
	step := func() { done++; seen(done, total) }
	there := map[string]bool{}
	for _, key := range segments {
		there[key] = true
	}
	for _, key := range segments {
		if _, foot, err := readSegment(ctx, v.store, v.ring, key); err != nil {
			wrong(key, err)
		} else if foot.Prev != "" && !there[foot.Prev] {
			wrong(foot.Prev, fmt.Errorf("missing: %s follows it", key))
		}
		step()
	}
	for _, key := range snapshots {
		if err := v.verifySnapshot(ctx, key); err != nil {
			wrong(key, err)
		}
		step()
	}
	for _, key := range blobs {
		if err := v.verifyBlob(ctx, key); err != nil {
			wrong(key, err)
		}
		step()
	}
	if len(found) > 0 { // gaps would follow from what is damaged already
		return found, nil
	}
	refs, err := v.Volumes(ctx)
	if err != nil {
		return nil, err
	}
	for _, ref := range refs {
		if _, err := v.History(ctx, ref); err != nil {
			wrong("volume "+ref, err)
		}
	}
	return found, nil
}

func (v *Vault) verifySnapshot(ctx context.Context, key string) error {
	rest, ok := strings.CutSuffix(key, ".json")
	if !ok {
		return nil // the object itself is read with its description
	}
	parts := strings.Split(rest, "/")
	var seq int64
	if len(parts) != 3 {
		return fmt.Errorf("unexpected name")
	}
	if _, err := fmt.Sscanf(parts[2], "%d", &seq); err != nil {
		return fmt.Errorf("unexpected name")
	}
	m, err := v.Describe(ctx, parts[1], seq)
	if err != nil {
		return err
	}
	return v.Unpack(ctx, m, io.Discard)
}

func (v *Vault) verifyBlob(ctx context.Context, key string) error {
	o, err := v.store.Open(ctx, key)
	if err != nil {
		return err
	}
	defer o.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, o); err != nil {
		return err
	}
	if want := key[strings.LastIndexByte(key, '/')+1:]; hex.EncodeToString(hash.Sum(nil)) != want {
		return fmt.Errorf("its content is not what its name says")
	}
	return nil
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
		if last := frames[len(frames)-1].ToAt; last.After(at) {
			at = last
		}
	}
	return at, nil
}
