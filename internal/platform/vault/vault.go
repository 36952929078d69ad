package vault

import (
	"context"
	"encoding/json"
	"fmt"
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
