package recovery

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
)

// Built is a volume state made beside the present one.
type Built struct {
	Ref        volume.Ref
	Generation int64
	Target     int64  // the commit whose state it has
	Head       int64  // the newest commit that the vault has
	Digest     string // of the state, recorded when Target was sealed and recomputed from the rows just built
	Rows       int64
	Bytes      int64 // of the database built
	Replayed   int64 // commits replayed on top of the snapshot
	Undoes     int   // rows that differ from the state at Head
}

// build makes the state of a volume at commit target (0: the newest) under a generation, and proves it. stamp is the record of the
// restore itself; it becomes a commit when target is not the newest.
func (r *Recovery) build(ctx context.Context, ref volume.Ref, target, generation int64, stamp journal.Commit) (b Built, err error) {
	kind, ok := r.pool.Kind(ref.Kind)
	if !ok {
		return b, fmt.Errorf("no kind of volume %q", ref.Kind)
	}
	frames, err := r.vault.History(ctx, ref.String())
	if err != nil {
		return b, err
	}
	if len(frames) == 0 {
		return b, fault.NotFound("the vault has nothing of volume %s", ref)
	}
	head := frames[len(frames)-1].To
	if target == 0 {
		target = head
	}
	if target < 1 || target > head {
		return b, noCommit(ref, target, frames)
	}
	b = Built{Ref: ref, Generation: generation, Target: target, Head: head}
	place := volume.Place{Engine: r.fleet.Engine(), Generation: generation}
	base, db, err := r.base(ctx, kind, ref, target, place)
	if err != nil {
		return b, err
	}
	defer func() {
		if err = errors.Join(err, db.Close()); err != nil {
			err = errors.Join(err, place.Engine.Remove(ctx, ref.Name(generation)))
		}
	}()
	if err := r.replay(ctx, kind, db, base, frames, &b, stamp); err != nil {
		return b, fmt.Errorf("rebuild %s at commit %d: %w", ref, target, err)
	}
	if err := verify(ctx, kind, db, &b); err != nil {
		return b, err
	}
	b.Bytes, err = place.Engine.Size(ctx, ref.Name(generation))
	return b, err
}

// base makes the database from the newest snapshot at or before target, or from the schema alone when the volume is younger than its
// first snapshot, and gives where its journal stands.
func (r *Recovery) base(ctx context.Context, kind volume.Kind, ref volume.Ref, target int64, place volume.Place) (journal.Head, storage.DB, error) {
	var h journal.Head
	seqs, err := r.vault.Snapshots(ctx, ref.String())
	if err != nil {
		return h, nil, err
	}
	i, found := slices.BinarySearch(seqs, target)
	if !found {
		i--
	}
	name := ref.Name(place.Generation)
	if err := place.Engine.Remove(ctx, name); err != nil { // remains of a build that was interrupted
		return h, nil, err
	}
	if err := place.Engine.Create(ctx, name); err != nil {
		return h, nil, err
	}
	if i < 0 {
		db, err := place.Engine.Open(ctx, name)
		if err != nil {
			return h, nil, err
		}
		err = db.Write(ctx, func(tx *storage.Tx) error {
			if _, err := storage.Migrate(ctx, tx, kind.Migrations); err != nil {
				return err
			}
			return journal.Install(ctx, tx, kind.Tables)
		})
		return h, db, err
	}
	m, err := r.vault.Describe(ctx, ref.String(), seqs[i])
	if err != nil {
		return h, nil, err
	}
	db, err := r.unpack(ctx, kind, m, name, place)
	if err != nil {
		return h, nil, err
	}
	h.Seq, h.SealedSeq, h.Rows, h.SnapshotSeq, h.SnapshotBytes = m.Seq, m.Seq, m.Rows, m.Seq, m.Bytes
	if h.Chain, err = journal.ParseHash(m.Chain); err == nil {
		h.Digest, err = journal.ParseDigest(m.Digest)
	}
	return h, db, err
}

// unpack puts a snapshot where the volume shall live: as the file itself on SQLite, row by row on PostgreSQL.
func (r *Recovery) unpack(ctx context.Context, kind volume.Kind, m vault.Snapshot, name string, place volume.Place) (storage.DB, error) {
	if files, ok := place.Engine.(*sqlite.Engine); ok {
		if err := r.unpackFile(ctx, m, files.Path(name)); err != nil {
			return nil, err
		}
		return place.Engine.Open(ctx, name)
	}
	dir, err := os.MkdirTemp(r.tmp, "restore-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "volume.db")
	if err := r.unpackFile(ctx, m, path); err != nil {
		return nil, err
	}
	from, err := sqlite.OpenImmutable(path)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	to, err := place.Engine.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	return to, from.Read(ctx, func(tx *storage.Tx) error { return volume.Transfer(ctx, kind, tx, to) })
}

func (r *Recovery) unpackFile(ctx context.Context, m vault.Snapshot, path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = r.vault.Unpack(ctx, m, f)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// replay brings a base to the target, checking every link of the chain up to the newest commit, and stamps the journal.
func (r *Recovery) replay(ctx context.Context, kind volume.Kind, db storage.DB, h journal.Head, frames []vault.Frame, b *Built, stamp journal.Commit) error {
	return db.Write(ctx, func(tx *storage.Tx) error {
		return storage.WithoutForeignKeys(ctx, tx, func() error {
			if h.Seq < b.Target {
				if err := journal.Uninstall(ctx, tx, kind.Tables); err != nil {
					return err
				}
			}
			p := journal.NewReplayer(tx)
			diff := newNet()
			var records []journal.Commit
			from := h.Seq
			var last time.Time
			if from == b.Target { // the snapshot is the target
				b.Digest, b.Rows = h.Digest.String(), h.Rows
			}
			err := r.walk(ctx, frames, &h, func(e vault.Entry) error {
				records, last = append(records, e.Commit), e.Commit.At
				if e.Commit.Seq > b.Target {
					return diff.add(ctx, tx, e.Changes)
				}
				b.Replayed++
				if err := p.ApplyCommit(ctx, e.Commit, e.Changes); err != nil {
					return fmt.Errorf("commit %d: %w", e.Commit.Seq, err)
				}
				if e.Commit.Seq == b.Target {
					b.Digest, b.Rows = h.Digest.String(), h.Rows
				}
				return nil
			})
			if err != nil {
				return err
			}
			var pending *journal.Commit
			changes := diff.inverse()
			b.Undoes = len(changes)
			if b.Target < b.Head {
				stamp.Seq, stamp.Kind = b.Head+1, journal.KindRestore
				if stamp.At.Before(last) {
					stamp.At = last
				}
				pending = &stamp
			}
			if err := journal.Restamp(ctx, tx, h, records, pending, changes); err != nil {
				return err
			}
			if from < b.Target {
				return journal.Install(ctx, tx, kind.Tables)
			}
			return nil
		})
	})
}

// walk goes through the commits after h, in order, moving h along and comparing with what the frames recorded.
func (r *Recovery) walk(ctx context.Context, frames []vault.Frame, h *journal.Head, visit func(vault.Entry) error) error {
	for _, f := range frames {
		if f.To <= h.SealedSeq {
			continue
		}
		entries, err := r.vault.Read(ctx, f)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.Commit.Seq <= h.SealedSeq {
				continue
			}
			if e.Commit.Seq != h.SealedSeq+1 {
				return fmt.Errorf("vault object %s: commit %d of %s is missing", f.Segment, h.SealedSeq+1, f.Ref)
			}
			vault.Advance(h, e)
			if err := visit(e); err != nil {
				return err
			}
		}
		if h.Chain.String() != f.Chain || h.Digest.String() != f.Digest {
			return fmt.Errorf("vault object %s: commits %d to %d of %s are not what was sealed (the chain breaks)", f.Segment, f.From, f.To, f.Ref)
		}
		h.Key = f.Segment
	}
	return nil
}

// verify reads every row that was built and compares the digest with the recorded one.
func verify(ctx context.Context, kind volume.Kind, db storage.DB, b *Built) error {
	return db.Read(ctx, func(tx *storage.Tx) error {
		d, rows, err := journal.Scan(ctx, tx, kind.Tables)
		if err != nil {
			return err
		}
		if d.String() != b.Digest || rows != b.Rows {
			return fmt.Errorf("%s rebuilt at commit %d has digest %s (%d rows), recorded was %s (%d rows)", b.Ref, b.Target, d, rows, b.Digest, b.Rows)
		}
		return nil
	})
}
