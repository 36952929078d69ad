package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
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

	mu     sync.Mutex
	dirty  map[volume.Ref]bool
	taken  map[volume.Ref]bool   // by the shipment that is under way
	failed map[volume.Ref]*retry // could not be read, and have commits that the store lacks
	noting map[volume.Ref]bool   // are stored and not told of it yet: they are not read again before
	behind map[volume.Ref]bool   // of noting, those that the last shipment did not wait for
	since  time.Time             // since when something waits that is not stored yet; zero when nothing does
	wake   chan struct{}

	// Synchronous makes Wait possible: segments follow each other without a pause.
	Synchronous bool
	stored      confirmed

	ship    sync.Mutex     // one shipment at a time
	left    sync.WaitGroup // volumes that a shipment did not wait for; guarded by ship
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
		log: c.Log, dirty: map[volume.Ref]bool{}, taken: map[volume.Ref]bool{}, failed: map[volume.Ref]*retry{}, noting: map[volume.Ref]bool{}, behind: map[volume.Ref]bool{}, wake: make(chan struct{}, 1), due: newQueue()}
}

// Mark says that a volume has commits that the store lacks. It never blocks.
func (s *Shipper) Mark(ref volume.Ref) {
	s.mu.Lock()
	s.dirty[ref] = true
	if s.since.IsZero() {
		s.since = s.clock.Now()
	}
	s.mu.Unlock()
	s.ring()
}

// Run ships until ctx ends, and once more then. Failures are logged and tried again with the next interval. Snapshots are taken beside it: a large one does not
// hold up what everybody else commits meanwhile.
func (s *Shipper) Run(ctx context.Context) {
	var taking sync.WaitGroup
	taking.Go(func() { s.takeSnapshots(ctx) })
	defer taking.Wait()
	for {
		again, stop := s.nextTry()
		select {
		case <-ctx.Done():
			if err := s.Flush(context.WithoutCancel(ctx)); err != nil {
				s.log.Error("last shipment failed", "error", err)
			}
			return
		case <-s.wake:
		case <-again:
		}
		stop()
		pause := s.Interval
		if s.Synchronous {
			pause = 0
		}
		s.ship.Lock()
		err := s.pass(context.WithoutCancel(ctx), false) // a shipment that began is finished
		s.ship.Unlock()
		if err != nil {
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
	for {
		s.left.Wait() // what the shipment before did not wait for can be read again
		if err := s.pass(ctx, true); err != nil {
			return err
		}
		s.left.Wait()
		if s.settled() {
			return nil
		}
	}
}

// pass is one shipment; the caller holds ship. With all it also tries what could not be read before.
func (s *Shipper) pass(ctx context.Context, all bool) (err error) {
	start := s.clock.Now()
	defer func() { s.untake(start, err != nil) }()
	for {
		refs := s.take(all)
		if all = false; len(refs) == 0 {
			return nil
		}
		more, err := s.segments(ctx, refs)
		if err != nil || !more {
			return err
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

// together is how many volumes share a segment at most. Those that come first need not wait until hundreds of others, closed for long perhaps, were opened and read.
const together = 128

// segments stores what volumes have in as many segments as it takes. What could not be stored is dirty again.
func (s *Shipper) segments(ctx context.Context, refs []volume.Ref) (more bool, err error) {
	for len(refs) > 0 {
		n := min(len(refs), together)
		again, err := s.segment(ctx, refs[:n])
		if err != nil {
			s.putBack(refs)
			return false, err
		}
		more, refs = more || again, refs[n:]
	}
	return more, nil
}

// segment stores one segment with the unsealed commits of the volumes and notes it in each; more says that some have a backlog, and are dirty again.
// A volume that cannot be read is left out and tried again later: it must not hold up the others.
func (s *Shipper) segment(ctx context.Context, refs []volume.Ref) (more bool, err error) {
	seg := newSegment(s.node, s.prev, s.clock.Now(), s.signer)
	var mu sync.Mutex // of seg and ships
	var ships []shipment
	beside(len(refs), func(i int) {
		sh, frame, body, err := s.collect(ctx, refs[i])
		if err != nil {
			if errors.Is(err, storage.ErrMissing) || s.emptied(ctx, refs[i]) { // what the store has is all there is
				s.read(refs[i])
			} else {
				s.log.Error("volume cannot be shipped", "volume", refs[i].String(), "error", err, "next try in", s.again(refs[i]))
			}
			return
		}
		s.read(refs[i])
		if frame != nil {
			mu.Lock()
			defer mu.Unlock()
			seg.add(*frame, body)
			ships = append(ships, sh)
		}
	})
	if len(ships) == 0 {
		return false, nil
	}
	key, err := s.put(ctx, seg)
	if err != nil {
		return false, err
	}
	s.confirm(ships)
	for i := range ships {
		ships[i].head.Key = key
	}
	return s.noteAll(ctx, ships), nil
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

// emptied tells whether a volume can be read and its journal is gone: somebody dropped its tables.
func (s *Shipper) emptied(ctx context.Context, ref volume.Ref) (gone bool) {
	err := s.pool.Volume(ref).ReadOpen(ctx, func(tx *volume.Tx) error {
		names, err := storage.TableNames(ctx, tx.Tx)
		gone = !slices.Contains(names, "journal_head")
		return err
	})
	return err == nil && gone || errors.Is(err, storage.ErrMissing)
}

// readTime bounds how long a shipment waits to read a volume that somebody else has locked, on PostgreSQL; it is tried again later.
const readTime = 10 * time.Second

// collect reads the unsealed commits of a volume; frame is nil when there are none.
func (s *Shipper) collect(ctx context.Context, ref volume.Ref) (sh shipment, frame *Frame, body []byte, err error) {
	ctx, stop := context.WithTimeout(ctx, readTime)
	defer stop()
	sh.ref = ref
	err = s.pool.Volume(ref).ReadOpen(ctx, func(tx *volume.Tx) error {
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
