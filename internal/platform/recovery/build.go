package recovery

import (
	"context"
	"errors"
	"fmt"
	"maps"
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
	Bytes      int64     // of the database built
	Replayed   int64     // commits replayed on top of the snapshot
	Undoes     int       // rows that differ from the state at Head
	Later      Later     // see Config.Later
	Due        time.Time `json:",omitzero"` // when what it waits for is due
	// Lost says what the vault has lost behind the newest commit that can be had, nil where nothing is known to be. A restore gives it up: its commit follows the newest
	// whole one, and the numbers of those lost are not used again.
	Lost *vault.Gap `json:",omitempty"`

	earlier bool // it has an earlier schema than this Holdfast
}

// build makes the state of a volume at commit target (0: the newest) under a generation, and proves it. stamp is the record of the
// restore itself; it becomes a commit when target is not the newest.
func (r *Recovery) build(ctx context.Context, ref volume.Ref, target, generation int64, stamp journal.Commit) (b Built, err error) {
	if b, err = r.buildOn(ctx, r.fleet.Engine(), ref, target, generation, &stamp); err == nil {
		err = r.durable(ctx, []Built{b})
	}
	return b, err
}

// durable makes what was built on the fleet's engine outlast a loss of power, and notes that it is whole: every row was just read. On PostgreSQL it does with its transaction. States that
// are built elsewhere to be looked at have names that the fleet's have too, and come here never.
func (r *Recovery) durable(ctx context.Context, built []Built) error {
	files, ok := r.fleet.Engine().(*sqlite.Engine)
	if !ok {
		return nil
	}
	names := make([]string, len(built))
	for i, b := range built {
		names[i] = b.Ref.Name(b.Generation)
	}
	err := files.Durable(names)
	for _, name := range names {
		err = errors.Join(err, r.whole.proven(ctx, files, name))
	}
	return err
}

// buildOn builds on any engine; what it built is not durable yet. Without a stamp the journal of what is built ends at target, as it did then, and nothing after it is read. Damage that is found on the way is
// noted in the vault, and it is begun again with what is whole.
func (r *Recovery) buildOn(ctx context.Context, engine storage.Engine, ref volume.Ref, target, generation int64, stamp *journal.Commit) (b Built, err error) {
	for {
		b, err = r.buildOnce(ctx, engine, ref, target, generation, stamp)
		again, broken := r.broken(ctx, err)
		if broken != nil || !again {
			return b, errors.Join(err, broken)
		}
	}
}

func (r *Recovery) buildOnce(ctx context.Context, engine storage.Engine, ref volume.Ref, target, generation int64, stamp *journal.Commit) (b Built, err error) {
	kind, ok := r.pool.Kind(ref.Kind)
	if !ok {
		return b, fmt.Errorf("no kind of volume %q", ref.Kind)
	}
	kept, err := r.vault.Kept(ctx, ref.String())
	if err != nil {
		return b, err
	}
	head := kept.Head()
	if head == 0 {
		return b, fault.NotFound("the vault has nothing of volume %s", ref)
	}
	if target == 0 {
		if target = head; kept.Lost() != nil && kept.Lost().To > 0 {
			return b, refused(ref, kept.Lost())
		}
	}
	if target < 1 || target > head {
		return b, noCommit(ref, target, head)
	}
	run, err := runOf(kept, ref, target)
	if err != nil {
		return b, err
	}
	b = Built{Ref: ref, Generation: generation, Target: target, Head: head, Lost: kept.Lost()}
	at := bench{kind: kind, name: ref.Name(generation), engine: engine}
	defer func() { err = errors.Join(err, at.clear()) }()
	base, db, err := r.base(ctx, &at, ref, run, target)
	if err != nil {
		return b, errors.Join(err, at.engine.Remove(ctx, at.name))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close(), at.engine.Remove(ctx, at.name))
		}
	}()
	to := course{kind: kind, run: run, newest: newestSchema(kept), stamp: stamp}
	if err := r.reach(ctx, &at, db, base, to, &b); err != nil {
		return b, fmt.Errorf("rebuild %s at commit %d: %w", ref, target, err)
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
	// Of a database that is no file: what unpacked the snapshot whose rows it gets, nil where it gets none; see intoSchema.
	schema bool
	rows   *sqlite.DB
	dir    string
	// Of a build on which a migration lies; see reach.
	unequipped bool // the journal's triggers are not put on: more is to come
	migrated   bool // there are none
	turned     bool // what was built at the target has the schema of the newest state since
}

// clear removes what the build needed beside the database.
func (s *bench) clear() error {
	if s.rows == nil {
		return nil
	}
	return errors.Join(s.rows.Close(), os.RemoveAll(s.dir))
}

// open gives the database that is being built. On SQLite nothing of it is durable before Recovery.durable, which makes the whole file so at once: until then it
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
		return file.CloseBuild()
	}
	return db.Close()
}

// base makes the database from the newest snapshot at or before target, or from the schema alone when the volume is younger than its
// first snapshot, and gives where its journal stands.
func (r *Recovery) base(ctx context.Context, at *bench, ref volume.Ref, run vault.Run, target int64) (h journal.Head, db storage.DB, err error) {
	i, found := slices.BinarySearch(run.Bases, target)
	if !found {
		i--
	}
	if i < 0 && !run.Empty {
		return h, nil, fmt.Errorf("the vault has no snapshot from which commit %d of %s can be reached", target, ref)
	}
	if err := at.engine.Remove(ctx, at.name); err != nil { // remains of a build that was interrupted
		return h, nil, err
	}
	if i < 0 {
		if len(run.Frames) > 0 {
			if at.kind, err = at.kind.At(ctx, run.Frames[0].Schema); err != nil {
				return h, nil, err
			}
		}
		db, err = r.empty(ctx, at)
		return h, db, err
	}
	m, err := r.vault.Describe(ctx, ref.String(), run.Bases[i])
	if err != nil {
		return h, nil, err
	}
	if at.kind, err = at.kind.At(ctx, m.Schema); err != nil {
		return h, nil, err
	}
	h.Seq, h.SealedSeq, h.Rows, h.SnapshotSeq, h.SnapshotBytes = m.Seq, m.Seq, m.Rows, m.Seq, m.Bytes
	if h.Chain, err = journal.ParseHash(m.Chain); err != nil {
		return h, nil, err
	}
	if h.Digest, err = journal.ParseDigest(m.Digest); err != nil {
		return h, nil, err
	}
	db, err = r.unpack(ctx, m, at)
	return h, db, err
}

// atOnce is an engine that makes a database together with what is first written to it, so that nobody takes one that is being built for one whose tables are gone.
type atOnce interface {
	Fresh(name string) (storage.DB, error)
}

// empty makes a database that has its schema and nothing else.
func (r *Recovery) empty(ctx context.Context, at *bench) (storage.DB, error) {
	if e, ok := at.engine.(atOnce); ok {
		at.schema = true
		return e.Fresh(at.name)
	}
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

// unpack puts a snapshot where the volume shall live: as the file itself on SQLite; on PostgreSQL its rows are put when the replay begins.
func (r *Recovery) unpack(ctx context.Context, m vault.Snapshot, at *bench) (storage.DB, error) {
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
	var err error
	if at.dir, err = os.MkdirTemp(r.tmp, "restore-"); err != nil {
		return nil, err
	}
	path := filepath.Join(at.dir, "volume.db")
	if err := r.unpackFile(ctx, m, path); err != nil {
		return nil, errors.Join(err, os.RemoveAll(at.dir))
	}
	if at.rows, err = sqlite.OpenImmutable(path); err != nil {
		return nil, errors.Join(err, os.RemoveAll(at.dir))
	}
	return r.empty(ctx, at)
}

// unpackFile writes a snapshot's file. It is made durable with what is replayed onto it, see Recovery.durable.
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
func (r *Recovery) replay(ctx context.Context, at bench, db storage.DB, h journal.Head, run vault.Run, b *Built, stamp *journal.Commit) error {
	return db.Write(ctx, func(tx *storage.Tx) error {
		if at.schema {
			return r.intoSchema(ctx, tx, at, func() error { return r.replayInto(ctx, tx, at, h, run, b, stamp) })
		}
		return storage.WithoutForeignKeys(ctx, tx, func() error {
			stripped, err := journal.Stripped(ctx, tx)
			if err != nil {
				return err
			}
			bare := !stripped && (at.unequipped || at.migrated || bytesBetween(run.Frames, h.Seq, b.Target) > fewBytes)
			if bare && !at.migrated {
				err = journal.Uninstall(ctx, tx, at.kind.Tables)
			} else if !stripped && !bare {
				err = journal.Open(ctx, tx)
			}
			if err == nil {
				err = r.replayInto(ctx, tx, at, h, run, b, stamp)
			}
			switch {
			case err != nil || at.unequipped:
				return err
			case stripped:
				return r.files.Equip(ctx, tx, at.kind.Tables)
			case bare:
				return journal.Install(ctx, tx, at.kind.Tables)
			}
			return nil
		})
	})
}

// replayInto is replay in a database whose rows can be put in any order.
func (r *Recovery) replayInto(ctx context.Context, tx *storage.Tx, at bench, h journal.Head, run vault.Run, b *Built, stamp *journal.Commit) error {
	frames := run.Frames
	p := journal.NewBulk(tx)
	diff := newNet()
	var records []journal.Commit
	from := h.Seq
	var last time.Time
	if stamp == nil || !run.Newest {
		frames = upTo(frames, b.Target)
	}
	then := h             // where the journal stood at target
	if from == b.Target { // the snapshot is the target
		b.Digest, b.Rows = h.Digest.String(), h.Rows
	}
	err := r.walk(ctx, frames, &h, func(e vault.Entry) error {
		if (stamp == nil || !run.Newest) && e.Commit.Seq > b.Target {
			return nil // read for the chain's sake
		}
		records, last = append(records, e.Commit), e.Commit.At
		if e.Commit.Seq > b.Target {
			return diff.add(ctx, tx, e.Changes)
		}
		b.Replayed++
		if err := p.Add(ctx, e.Commit, e.Changes); err != nil {
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
	if stamp != nil && !run.Newest { // what lies between is lost, or of another schema: the two states are compared
		var later []journal.Commit
		newest := b.Head
		if at.turned {
			newest = run.Last
		}
		if h, later, err = r.across(ctx, at.kind, tx, b, newest, diff); err != nil {
			return err
		}
		if n := len(later); n > 0 {
			last = later[n-1].At
		}
		records = append(records, later...)
	}
	changes := diff.inverse()
	b.Undoes = len(changes)
	if at.turned {
		after := h
		vault.Advance(&after, vault.Entry{Changes: changes})
		b.Digest, b.Rows = after.Digest.String(), after.Rows
	}
	switch {
	case stamp == nil:
		h = then
	case b.Target < b.Head:
		h.Seq, h.SealedSeq = b.Head, b.Head // where the newest are lost, their numbers stay theirs
		stamp.Seq, stamp.Kind = b.Head+1, journal.KindRestore
		if stamp.At.Before(last) {
			stamp.At = last
		}
		pending = stamp
	}
	return journal.Restamp(ctx, tx, h, records, pending, changes)
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
			return &brokenError{f, frames, err}
		}
		for _, e := range entries {
			if e.Commit.Seq <= h.SealedSeq {
				continue
			}
			// A restore that gave up what was lost goes on from the state before that, which the chain proves.
			if e.Commit.Seq != h.SealedSeq+1 && (e.Commit.Seq != f.From || f.Before != h.Chain.String()) {
				return &brokenError{f, frames, fmt.Errorf("vault object %s: commit %d of %s is missing", f.Segment, h.SealedSeq+1, f.Ref)}
			}
			if change, migrated := e.Commit.SchemaChange(); migrated && !maps.Equal(change.To, f.Schema) {
				return &brokenError{f, frames, fmt.Errorf("vault object %s: commit %d of %s has another schema than its frame", f.Segment, e.Commit.Seq, f.Ref)}
			}
			vault.Advance(h, e)
			if err := visit(e); err != nil {
				return err
			}
		}
		if h.Chain.String() != f.Chain || h.Digest.String() != f.Digest || h.SealedSeq != f.To {
			return &brokenError{f, frames, fmt.Errorf("vault object %s: commits %d to %d of %s are not what was sealed (the chain breaks)", f.Segment, f.From, f.To, f.Ref)}
		}
		h.Key = f.Segment
	}
	return nil
}

// prove reads every row that was built, back from where it was written, and compares the digest with the recorded one. On SQLite it reads the file
// itself.
func (r *Recovery) prove(ctx context.Context, kind volume.Kind, db storage.DB, b *Built) (err error) {
	var d journal.Digest
	var rows int64
	if file, ok := db.(*sqlite.DB); ok {
		d, rows, err = r.files.Scan(ctx, file.Path(), kind.Tables, func(fn func(*storage.Tx) error) error { return file.ReadHere(ctx, fn) })
	} else {
		err = db.Read(ctx, func(tx *storage.Tx) error {
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
	return nil
}
