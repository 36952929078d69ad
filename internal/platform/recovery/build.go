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
	Later      Later // see Config.Later
}

// build makes the state of a volume at commit target (0: the newest) under a generation, and proves it. stamp is the record of the
// restore itself; it becomes a commit when target is not the newest.
func (r *Recovery) build(ctx context.Context, ref volume.Ref, target, generation int64, stamp journal.Commit) (b Built, err error) {
	return r.buildOn(ctx, r.fleet.Engine(), ref, target, generation, &stamp)
}

// buildOn builds on any engine. Without a stamp the journal of what is built ends at target, as it did then, and nothing after it is read.
func (r *Recovery) buildOn(ctx context.Context, engine storage.Engine, ref volume.Ref, target, generation int64, stamp *journal.Commit) (b Built, err error) {
	kind, ok := r.pool.Kind(ref.Kind)
	if !ok {
		return b, fmt.Errorf("no kind of volume %q", ref.Kind)
	}
	frames, err := r.vault.Known(ref.String())
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
	if err := r.within(ref, target); err != nil {
		return b, err
	}
	b = Built{Ref: ref, Generation: generation, Target: target, Head: head}
	at := bench{kind: kind, name: ref.Name(generation), engine: engine}
	base, db, err := r.base(ctx, at, ref, target)
	if err != nil {
		return b, errors.Join(err, at.engine.Remove(ctx, at.name))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close(), at.engine.Remove(ctx, at.name))
		}
	}()
	if err := r.replay(ctx, kind, db, base, frames, &b, stamp); err != nil {
		return b, fmt.Errorf("rebuild %s at commit %d: %w", ref, target, err)
	}
	if err := r.verify(ctx, kind, db, &b); err != nil {
		return b, err
	}
	if err := finish(db); err != nil {
		return b, err
	}
	b.Bytes, err = at.engine.Size(ctx, at.name)
	return b, err
}

// bench is where a volume is being built.
type bench struct {
	kind   volume.Kind
	name   string // of the database
	engine storage.Engine
}

// open gives the database that is being built. On SQLite nothing of it is durable before finish, which makes the whole file so at once: until then it
// is nobody's, and a crash leaves a ruin that the next build removes.
func (s bench) open(ctx context.Context) (storage.DB, error) {
	files, ok := s.engine.(*sqlite.Engine)
	if !ok {
		return s.engine.Open(ctx, s.name)
	}
	return sqlite.OpenBuild(files.Path(s.name))
}

func finish(db storage.DB) error {
	if file, ok := db.(*sqlite.DB); ok {
		return file.FinishBuild()
	}
	return db.Close()
}

// base makes the database from the newest snapshot at or before target, or from the schema alone when the volume is younger than its
// first snapshot, and gives where its journal stands.
func (r *Recovery) base(ctx context.Context, at bench, ref volume.Ref, target int64) (journal.Head, storage.DB, error) {
	var h journal.Head
	seqs, err := r.vault.Snapshots(ctx, ref.String())
	if err != nil {
		return h, nil, err
	}
	i, found := slices.BinarySearch(seqs, target)
	if !found {
		i--
	}
	if err := at.engine.Remove(ctx, at.name); err != nil { // remains of a build that was interrupted
		return h, nil, err
	}
	if i < 0 {
		db, err := r.empty(ctx, at)
		return h, db, err
	}
	m, err := r.vault.Describe(ctx, ref.String(), seqs[i])
	if err != nil {
		return h, nil, err
	}
	h.Seq, h.SealedSeq, h.Rows, h.SnapshotSeq, h.SnapshotBytes = m.Seq, m.Seq, m.Rows, m.Seq, m.Bytes
	if h.Chain, err = journal.ParseHash(m.Chain); err != nil {
		return h, nil, err
	}
	if h.Digest, err = journal.ParseDigest(m.Digest); err != nil {
		return h, nil, err
	}
	db, err := r.unpack(ctx, m, at)
	return h, db, err
}

// empty makes a database that has its schema and nothing else.
func (r *Recovery) empty(ctx context.Context, at bench) (storage.DB, error) {
	if err := at.engine.Create(ctx, at.name); err != nil {
		return nil, err
	}
	db, err := at.open(ctx)
	if err != nil {
		return nil, err
	}
	err = db.Write(ctx, func(tx *storage.Tx) error { return at.kind.Install(ctx, tx) })
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// unpack puts a snapshot where the volume shall live: as the file itself on SQLite, row by row on PostgreSQL.
func (r *Recovery) unpack(ctx context.Context, m vault.Snapshot, at bench) (storage.DB, error) {
	if files, ok := at.engine.(*sqlite.Engine); ok {
		path := files.Path(at.name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		if err := r.unpackFile(ctx, m, path); err != nil {
			return nil, err
		}
		return at.open(ctx)
	}
	if err := at.engine.Create(ctx, at.name); err != nil {
		return nil, err
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
	to, err := at.open(ctx)
	if err != nil {
		return nil, err
	}
	if err := from.Read(ctx, func(tx *storage.Tx) error { return volume.Transfer(ctx, at.kind, tx, to) }); err != nil {
		return nil, errors.Join(err, to.Close())
	}
	return to, nil
}

// unpackFile writes a snapshot's file. It is made durable with what is replayed onto it, see finish.
func (r *Recovery) unpackFile(ctx context.Context, m vault.Snapshot, path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(r.vault.Unpack(ctx, m, f), f.Close())
}

// fewBytes of commits, packed, are replayed with the journal's triggers in place: what they write is dropped with everything else in the journal.
// Taking hundreds of triggers off and putting them on again takes longer than that.
const fewBytes = 16 << 10

// replay brings a base to the target, checking every link of the chain up to the newest commit, and stamps the journal.
func (r *Recovery) replay(ctx context.Context, kind volume.Kind, db storage.DB, h journal.Head, frames []vault.Frame, b *Built, stamp *journal.Commit) error {
	return db.Write(ctx, func(tx *storage.Tx) error {
		return storage.WithoutForeignKeys(ctx, tx, func() error {
			stripped, err := journal.Stripped(ctx, tx)
			if err != nil {
				return err
			}
			bare := !stripped && bytesBetween(frames, h.Seq, b.Target) > fewBytes
			if bare {
				if err := journal.Uninstall(ctx, tx, kind.Tables); err != nil {
					return err
				}
			} else if !stripped {
				if err := journal.Open(ctx, tx); err != nil {
					return err
				}
			}
			p := journal.NewBulk(tx)
			diff := newNet()
			var records []journal.Commit
			from := h.Seq
			var last time.Time
			if stamp == nil {
				frames = upTo(frames, b.Target)
			}
			then := h             // where the journal stood at target
			if from == b.Target { // the snapshot is the target
				b.Digest, b.Rows = h.Digest.String(), h.Rows
			}
			err = r.walk(ctx, frames, &h, func(e vault.Entry) error {
				if stamp == nil && e.Commit.Seq > b.Target {
					return nil // read for the chain's sake
				}
				records, last = append(records, e.Commit), e.Commit.At
				if e.Commit.Seq > b.Target {
					return diff.add(ctx, tx, e.Changes)
				}
				b.Replayed++
				if err := p.Add(ctx, e.Changes); err != nil {
					return fmt.Errorf("commit %d: %w", e.Commit.Seq, err)
				}
				if e.Commit.Seq == b.Target {
					then = h
					b.Digest, b.Rows = h.Digest.String(), h.Rows
				}
				return nil
			})
			if err == nil {
				err = p.Put(ctx)
			}
			if err != nil {
				return err
			}
			var pending *journal.Commit
			changes := diff.inverse()
			b.Undoes = len(changes)
			switch {
			case stamp == nil:
				h = then
			case b.Target < b.Head:
				stamp.Seq, stamp.Kind = b.Head+1, journal.KindRestore
				if stamp.At.Before(last) {
					stamp.At = last
				}
				pending = stamp
			}
			if err := journal.Restamp(ctx, tx, h, records, pending, changes); err != nil {
				return err
			}
			switch {
			case stripped:
				return r.files.Equip(ctx, tx, kind.Tables)
			case bare:
				return journal.Install(ctx, tx, kind.Tables)
			}
			return nil
		})
	})
}

// upTo gives the frames that hold the commits up to one.
func upTo(frames []vault.Frame, seq int64) []vault.Frame {
	for i, f := range frames {
		if f.To >= seq {
			return frames[:i+1]
		}
	}
	return frames
}

// bytesBetween gives the packed bytes of the commits after one up to another.
func bytesBetween(frames []vault.Frame, after, upTo int64) (n int64) {
	for _, f := range frames {
		if f.To > after && f.From <= upTo {
			n += f.Length
		}
	}
	return n
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

// verify reads every row that was built, back from where it was written, and compares the digest with the recorded one. On SQLite it reads the file
// itself.
func (r *Recovery) verify(ctx context.Context, kind volume.Kind, db storage.DB, b *Built) (err error) {
	read := db.Read
	var d journal.Digest
	var rows int64
	if file, ok := db.(*sqlite.DB); ok {
		read = file.ReadHere
		d, rows, err = r.files.Scan(ctx, file.Path(), kind.Tables, func(fn func(*storage.Tx) error) error { return read(ctx, fn) })
	} else {
		err = read(ctx, func(tx *storage.Tx) error {
			d, rows, err = journal.Scan(ctx, tx, kind.Tables)
			return err
		})
	}
	if err != nil {
		return err
	}
	if d.String() != b.Digest || rows != b.Rows {
		return fmt.Errorf("%s rebuilt at commit %d has digest %s (%d rows), recorded was %s (%d rows)", b.Ref, b.Target, d, rows, b.Digest, b.Rows)
	}
	return read(ctx, func(tx *storage.Tx) error {
		b.Later, err = r.later(ctx, tx, kind, *b)
		return err
	})
}
