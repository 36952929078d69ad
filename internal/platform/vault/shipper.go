package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// maxFrame bounds the images that one segment takes of one volume; a larger backlog goes into the following segments.
const maxFrame = 32 << 20

// snapshotShare bounds the work for snapshots while a volume grows fast: after one that took a second, the next waits for this many seconds. Until then the
// segments carry what is new, as always.
const snapshotShare = 15

// Snapshots are taken when the images sealed since the last one exceed a quarter of its size, and at least this.
const minSnapshotBytes = 1 << 20

// Shipper carries the commits of this process's volumes into the store: one segment for all that changed, at most one an interval,
// nothing when nothing changed.
type Shipper struct {
	Interval time.Duration // between segments; the default is 400 ms, so that a commit is stored within a second

	vault  *Vault
	pool   *volume.Pool
	signer *Signer
	node   string
	tmp    string
	clock  clock.Clock
	log    *slog.Logger

	mu    sync.Mutex
	dirty map[volume.Ref]bool
	since time.Time // since when something waits that is not stored yet; zero when nothing does
	wake  chan struct{}

	// Synchronous makes Wait possible: segments follow each other without a pause.
	Synchronous bool
	stored      confirmed

	ship    sync.Mutex // one shipment at a time
	prev    string
	lastKey string

	due   queue      // of snapshots
	snap  sync.Mutex // one snapshot at a time, beside the shipments
	files journal.FileScan
}

// ShipperConfig is what a shipper needs.
type ShipperConfig struct {
	Vault  *Vault
	Pool   *volume.Pool
	Signer *Signer
	Node   string // name of this process's node in the keys of segments
	Tmp    string // folder for snapshots being made
	Clock  clock.Clock
	Log    *slog.Logger
}

// NewShipper makes a shipper; Run starts it.
func NewShipper(c ShipperConfig) *Shipper {
	return &Shipper{Interval: 400 * time.Millisecond, vault: c.Vault, pool: c.Pool, signer: c.Signer, node: c.Node, tmp: c.Tmp, clock: c.Clock,
		log: c.Log, dirty: map[volume.Ref]bool{}, wake: make(chan struct{}, 1), due: newQueue()}
}

// Mark says that a volume has commits that the store lacks. It never blocks.
func (s *Shipper) Mark(ref volume.Ref) {
	s.mu.Lock()
	s.dirty[ref] = true
	if s.since.IsZero() {
		s.since = s.clock.Now()
	}
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Waiting gives for how long something has been waiting to be stored, commits or the first snapshot of a volume; 0 when the store has everything. Usually it is
// below a second: what waits for minutes is at risk.
func (s *Shipper) Waiting() time.Duration {
	s.mu.Lock()
	since := s.since
	s.mu.Unlock()
	if first := s.due.oldest(); since.IsZero() || !first.IsZero() && first.Before(since) {
		since = first
	}
	if since.IsZero() {
		return 0
	}
	return s.clock.Now().Sub(since)
}

// Run ships until ctx ends, and once more then. Failures are logged and tried again with the next interval. Snapshots are taken beside it: a large one does not
// hold up what everybody else commits meanwhile.
func (s *Shipper) Run(ctx context.Context) {
	var taking sync.WaitGroup
	taking.Go(func() { s.takeSnapshots(ctx) })
	defer taking.Wait()
	for {
		select {
		case <-ctx.Done():
			if err := s.Flush(context.WithoutCancel(ctx)); err != nil {
				s.log.Error("last shipment failed", "error", err)
			}
			return
		case <-s.wake:
		}
		pause := s.Interval
		if s.Synchronous {
			pause = 0
		}
		if err := s.Ship(context.WithoutCancel(ctx)); err != nil { // a shipment that began is finished
			s.log.Error("shipment to the vault failed", "error", err)
			pause = s.Interval
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// Flush ships everything that is dirty now and takes the snapshots that are due.
func (s *Shipper) Flush(ctx context.Context) error {
	if err := s.Ship(ctx); err != nil {
		return err
	}
	for s.snapshotNext(ctx) {
	}
	return ctx.Err()
}

// Ship ships everything that is dirty now, after the shipment that is under way. It takes no snapshots.
func (s *Shipper) Ship(ctx context.Context) error {
	s.ship.Lock()
	defer s.ship.Unlock()
	start := s.clock.Now()
	for {
		s.mu.Lock()
		refs := make([]volume.Ref, 0, len(s.dirty))
		for ref := range s.dirty {
			refs = append(refs, ref)
		}
		clear(s.dirty)
		if len(refs) == 0 { // what was waiting at the start is stored
			s.since = time.Time{}
		}
		s.mu.Unlock()
		if len(refs) == 0 {
			return nil
		}
		more, err := s.segment(ctx, refs)
		if err != nil {
			for _, ref := range refs {
				s.Mark(ref)
			}
			return err
		}
		for _, ref := range more {
			s.mu.Lock()
			s.dirty[ref] = true
			s.mu.Unlock()
		}
		if len(more) == 0 {
			s.mu.Lock()
			if s.since = (time.Time{}); len(s.dirty) > 0 { // it came in between
				s.since = start
			}
			s.mu.Unlock()
			return nil
		}
	}
}

// shipment is what one volume puts into a segment.
type shipment struct {
	ref  volume.Ref
	head journal.Head // after the segment is stored
	more bool
	due  bool         // a snapshot is due afterwards
	must bool         // it cannot wait: there is none yet, or the schema is new
	base journal.Head // what the volume said when its commits were read
}

// atOnce is how many volumes are read, and told what is stored, beside each other: each of them waits for the disk.
const atOnce = 4

// segment stores one segment with the unsealed commits of the volumes and notes it in each; more lists volumes with a backlog.
// A volume that cannot be read is left out and logged: it must not hold up the others.
func (s *Shipper) segment(ctx context.Context, refs []volume.Ref) (more []volume.Ref, err error) {
	seg := newSegment(s.node, s.prev, s.clock.Now(), s.signer)
	var mu sync.Mutex // of seg, ships and more
	var ships []shipment
	beside(len(refs), func(i int) {
		sh, frame, body, err := s.collect(ctx, refs[i])
		if err != nil {
			s.log.Error("volume cannot be shipped", "volume", refs[i].String(), "error", err)
			return
		}
		if frame != nil {
			mu.Lock()
			defer mu.Unlock()
			seg.add(*frame, body)
			ships = append(ships, sh)
		}
	})
	if len(ships) == 0 {
		return nil, nil
	}
	key, err := s.put(ctx, seg)
	if err != nil {
		return nil, err
	}
	s.confirm(ships)
	beside(len(ships), func(i int) {
		sh := ships[i]
		sh.head.Key = key
		if err := s.note(ctx, sh); err != nil {
			s.log.Error("sealed commits could not be noted; they will be stored again", "volume", sh.ref.String(), "error", err)
			return
		}
		if sh.more {
			mu.Lock()
			defer mu.Unlock()
			more = append(more, sh.ref)
		} else if sh.must || sh.due {
			s.due.add(sh.ref, sh.must, s.clock.Now())
		}
	})
	return more, nil
}

// beside calls fn for each number below count, atOnce of them at a time.
func beside(count int, fn func(i int)) {
	var g errgroup.Group
	g.SetLimit(atOnce)
	for i := range count {
		g.Go(func() error { fn(i); return nil })
	}
	_ = g.Wait() // fn tells its errors itself
}

// put stores a sealed segment under the next key. Keys of one node rise with time, also when the clock jumps back.
func (s *Shipper) put(ctx context.Context, seg *segment) (string, error) {
	b, err := seg.seal(s.signer)
	if err != nil {
		return "", err
	}
	if s.lastKey == "" { // the clock may have jumped back since the last start
		if s.lastKey, err = s.vault.last(ctx); err != nil {
			return "", err
		}
	}
	key := nextKey(s.lastKey, s.clock.Now(), s.node)
	if err := s.vault.store.Put(ctx, key, bytes.NewReader(b)); err != nil {
		return "", err
	}
	s.prev, s.lastKey = key, key
	return key, nil
}

// nextKey gives the key of a node's next segment: by the time, or, as long as the clock is behind the last one, by counting on from that.
func nextKey(last string, at time.Time, node string) string {
	at = at.UTC()
	if key := fmt.Sprintf("segments/%s/%017d-%s.seg", at.Format("2006-01-02"), at.UnixMicro(), node); key > last {
		return key
	}
	base, counted, _ := strings.Cut(last, "~")
	var n int64
	if _, err := fmt.Sscanf(counted, "%d-", &n); err != nil {
		n = 0 // it is the first
	}
	return fmt.Sprintf("%s~%017d-%s.seg", base, n+1, node)
}

// collect reads the unsealed commits of a volume; frame is nil when there are none.
func (s *Shipper) collect(ctx context.Context, ref volume.Ref) (sh shipment, frame *Frame, body []byte, err error) {
	sh.ref = ref
	err = s.pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
		h, err := journal.ReadHead(ctx, tx.Tx)
		if err != nil || h.Seq == h.SealedSeq {
			return err
		}
		if h.Seq < h.SealedSeq {
			return fmt.Errorf("the volume ends at commit %d, of which the vault has %d: it is an earlier state of itself", h.Seq, h.SealedSeq)
		}
		sh.base = h
		f := Frame{Ref: ref.String(), From: h.SealedSeq + 1, Prev: h.Key, Before: h.Chain.String()}
		var entries []Entry
	read:
		for size := 0; h.SealedSeq < h.Seq && size < maxFrame; {
			commits, err := journal.Commits(ctx, tx.Tx, h.SealedSeq, 200)
			if err != nil {
				return err
			}
			for _, c := range commits {
				e := Entry{Commit: c}
				if _, migrated := c.SchemaChange(); migrated && len(entries) > 0 { // a frame has one schema
					break read
				}
				if e.Changes, err = journal.Changes(ctx, tx.Tx, c.FirstN, c.LastN); err != nil {
					return err
				}
				n := Advance(&h, e)
				size += n
				entries = append(entries, e)
				sh.must = sh.must || c.Kind == journal.KindMigration
				if size >= maxFrame {
					break
				}
			}
		}
		if f.Schema, err = storage.SchemaVersions(ctx, tx.Tx); err != nil {
			return err
		}
		first, last := entries[0].Commit, entries[len(entries)-1].Commit
		if h.SealedSeq < h.Seq { // a later commit may have changed the schema since
			if next, ok, err := journal.NextMigration(ctx, tx.Tx, last.Seq); err != nil {
				return err
			} else if change, migrated := next.SchemaChange(); ok && migrated {
				f.Schema = change.From
			}
		}
		f.To, f.FromAt, f.ToAt = last.Seq, first.At, last.At
		f.Chain, f.Digest, f.Rows = h.Chain.String(), h.Digest.String(), h.Rows
		sh.head, sh.more = h, h.SealedSeq < h.Seq
		sh.must = sh.must || h.SnapshotSeq == 0
		sh.due = h.Bytes > max(minSnapshotBytes, h.SnapshotBytes/4)
		frame, body = &f, encodeEntries(entries)
		return nil
	})
	return sh, frame, body, err
}

// Advance moves a head over one commit and gives the bytes of its images.
func Advance(h *journal.Head, e Entry) (size int) {
	h.Chain = journal.Link(h.Chain, e.Commit, e.Changes)
	for _, c := range e.Changes {
		h.Digest.Apply(c)
		if c.Before == nil {
			h.Rows++
		} else {
			size += len(*c.Before)
		}
		if c.After == nil {
			h.Rows--
		} else {
			size += len(*c.After)
		}
	}
	h.SealedSeq, h.SealedN = e.Commit.Seq, max(h.SealedN, e.Commit.LastN)
	h.Bytes += int64(size)
	return size
}

// Snapshot takes a snapshot of a volume now.
func (s *Shipper) Snapshot(ctx context.Context, ref volume.Ref) error {
	s.Mark(ref)
	if err := s.Flush(ctx); err != nil {
		return err
	}
	s.snap.Lock()
	defer s.snap.Unlock()
	return s.snapshot(ctx, ref)
}

// snapshot copies a volume, proves the copy against the journal's digest, and stores it.
func (s *Shipper) snapshot(ctx context.Context, ref volume.Ref) error {
	v := s.pool.Volume(ref)
	// What was done past Holdfast becomes a commit first; what the vault holds need not be copied.
	if err := v.Adopt(ctx); err != nil {
		return err
	}
	err := v.Direct(ctx, func(tx *storage.Tx) error {
		h, err := journal.ReadHead(ctx, tx)
		if err != nil {
			return err
		}
		return journal.Prune(ctx, tx, h.SealedN)
	})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.tmp, 0o700); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(s.tmp, "snapshot-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	kind, _ := s.pool.Kind(ref.Kind)
	path := filepath.Join(dir, "volume.db")
	if err := v.CopyTo(ctx, path); err != nil {
		return err
	}
	m, err := s.prove(ctx, kind, ref, path)
	if err != nil {
		return fmt.Errorf("snapshot of %s: %w", ref, err)
	}
	size, err := s.putSnapshot(ctx, m, path)
	if err != nil && !errors.Is(err, ErrExists) {
		return err
	}
	return v.Direct(ctx, func(tx *storage.Tx) error {
		h, err := journal.ReadHead(ctx, tx)
		if err != nil {
			return err
		}
		h.SnapshotSeq, h.SnapshotBytes, h.Bytes = m.Seq, size, 0
		return journal.Seal(ctx, tx, h)
	})
}
