package app

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/volume"
)

// volumeHealth is how a volume is.
type volumeHealth struct {
	Kind        string     `json:"kind"`
	Generation  int64      `json:"generation"`
	Present     bool       `json:"present" doc:"Whether its database is there"`
	Bytes       int64      `json:"bytes"`
	Head        int64      `json:"head" doc:"Newest commit; of a volume that is gone, the newest that the vault has"`
	Sealed      int64      `json:"sealed" doc:"Newest commit that the vault has"`
	LastCommit  *time.Time `json:"last_commit"`
	LastShipped *time.Time `json:"last_shipped" doc:"When the newest commit that the vault has was made"`
	Wrong       string     `json:"wrong,omitempty" doc:"Why it cannot be read"`
}

// headKept is how long a list shows what was read of a volume before: opening thousands of idle volumes for a list would cost their users more than
// it tells the operator.
const headKept = 20 * time.Second

// headCache keeps what was read of volumes.
type headCache struct {
	mu   sync.Mutex
	kept map[volume.Ref]keptHead
}

type keptHead struct {
	at     time.Time
	health volumeHealth
}

func (h *headCache) get(ref volume.Ref, generation int64, now time.Time) (volumeHealth, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	k, ok := h.kept[ref]
	return k.health, ok && k.health.Generation == generation && now.Sub(k.at) < headKept
}

func (h *headCache) put(ref volume.Ref, v volumeHealth, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.kept == nil {
		h.kept = map[volume.Ref]keptHead{}
	}
	h.kept[ref] = keptHead{now, v}
}

// present names the databases that are there.
func (n *Node) present(ctx context.Context) (map[string]bool, error) {
	names, err := n.Engine.List(ctx)
	if err != nil {
		return nil, err
	}
	there := make(map[string]bool, len(names))
	for _, name := range names {
		there[name] = true
	}
	return there, nil
}

// siteVolumes lists the volumes of a site that its products live in, by kind.
func (n *Node) siteVolumes(site string) []volume.Ref {
	refs := n.Fleet.VolumesOf(site)
	slices.SortFunc(refs, func(a, b volume.Ref) int { return strings.Compare(a.Kind, b.Kind) })
	return refs
}

// healthOf tells how the volumes of some sites are. fresh reads every one now.
func (s *Server) healthOf(ctx context.Context, sites []*fleet.Site, there map[string]bool, fresh bool) (map[string][]volumeHealth, error) {
	out := make(map[string][]volumeHealth, len(sites))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, site := range sites {
		owner := site.ID.String()
		refs := s.node.siteVolumes(owner)
		all := make([]volumeHealth, len(refs))
		out[owner] = all
		for i, ref := range refs {
			g.Go(func() error {
				all[i] = s.volumeHealth(gctx, ref, there, fresh)
				return gctx.Err()
			})
		}
	}
	return out, g.Wait()
}

func (s *Server) volumeHealth(ctx context.Context, ref volume.Ref, there map[string]bool, fresh bool) volumeHealth {
	now := s.node.Clock.Now()
	generation := s.node.Fleet.Generation(ref)
	name := ref.Name(generation)
	if !there[name] {
		return s.goneHealth(ctx, ref, generation)
	}
	if h, ok := s.heads.get(ref, generation, now); ok && !fresh {
		return h
	}
	h := volumeHealth{Kind: ref.Kind, Generation: generation, Present: true}
	err := s.node.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error { return readHealth(ctx, tx, &h) })
	if err == nil {
		h.Bytes, err = s.node.Engine.Size(ctx, name)
	}
	if err != nil {
		h.Wrong = err.Error()
		return h
	}
	s.heads.put(ref, h, now)
	return h
}

func readHealth(ctx context.Context, tx *volume.Tx, h *volumeHealth) error {
	head, err := journal.ReadHead(ctx, tx.Tx)
	if err != nil {
		return err
	}
	h.Head, h.Sealed = head.Seq, head.SealedSeq
	if h.LastCommit, err = commitInstant(ctx, tx, head.Seq); err != nil {
		return err
	}
	if h.LastShipped = h.LastCommit; head.SealedSeq != head.Seq {
		h.LastShipped, err = commitInstant(ctx, tx, head.SealedSeq)
	}
	return err
}

// commitInstant gives when a commit was made, nil for none.
func commitInstant(ctx context.Context, tx *volume.Tx, seq int64) (*time.Time, error) {
	found, err := journal.List(ctx, tx.Tx, journal.Filter{Before: seq + 1}, 1)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	at := found[0].At.UTC()
	return &at, nil
}

// goneHealth tells of a volume whose database is not there what the vault has.
func (s *Server) goneHealth(ctx context.Context, ref volume.Ref, generation int64) volumeHealth {
	h := volumeHealth{Kind: ref.Kind, Generation: generation, Wrong: "its database is gone"}
	frames, err := s.node.Vault.History(ctx, ref.String())
	if err != nil {
		h.Wrong += "; " + err.Error()
	}
	if len(frames) > 0 {
		last := frames[len(frames)-1]
		at := last.ToAt.UTC()
		h.Head, h.Sealed, h.LastCommit, h.LastShipped = last.To, last.To, &at, &at
	}
	return h
}
