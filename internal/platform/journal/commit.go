package journal

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
)

// The kinds of commit.
const (
	KindWrite     = "write"
	KindDirect    = "direct"    // made outside Holdfast, by SQL on the database itself
	KindMigration = "migration" // a new schema; a snapshot follows it
	KindRestore   = "restore"   // an earlier state brought back
)

// ActorDirect is the actor of changes made outside Holdfast.
const ActorDirect = "direct SQL"

// Commit is the record of one transaction: who changed what, when, from where and why. Numbers have no gaps.
type Commit struct {
	Seq     int64     `json:"seq"`
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Actor   string    `json:"actor"`
	Source  string    `json:"source"`
	Request string    `json:"request,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	Summary Summary   `json:"summary,omitempty"` // follows from the changes; not part of the chain
	FirstN  int64     `json:"-"`                 // changes of the commit are those with FirstN <= n <= LastN
	LastN   int64     `json:"-"`
}

// Change is one row changed in a commit. Images are JSON arrays of the row's columns in order.
type Change struct {
	N      int64
	Table  string
	Op     string // "I", "U", "D"
	Before *string
	After  *string
}

// Link gives the chain's next hash: over the previous one, every field of the commit and the hash of its changes. Whoever holds the fields of
// the commits and those hashes can follow the chain without the data itself, which is how a report is checked far from here.
func Link(prev Hash, c Commit, changes []Change) Hash {
	return LinkHashed(prev, c, HashChanges(changes))
}

// LinkHashed is Link for changes that are known by their hash alone.
func LinkHashed(prev Hash, c Commit, changes Hash) Hash {
	w := hashWriter{h: sha256.New()}
	w.h.Write(prev[:])
	w.number(c.Seq)
	w.number(clock.Micros(c.At))
	for _, s := range []string{c.Kind, c.Actor, c.Source, c.Request, c.Reason} {
		w.text(s)
	}
	w.h.Write(changes[:])
	return w.sum()
}

// HashChanges gives the hash of a commit's changes, in their order.
func HashChanges(changes []Change) Hash {
	w := hashWriter{h: sha256.New()}
	w.number(int64(len(changes)))
	for _, ch := range changes {
		w.text(ch.Table)
		w.text(ch.Op)
		w.image(ch.Before)
		w.image(ch.After)
	}
	return w.sum()
}

// hashWriter feeds values into a hash so that no two sequences of them look the same.
type hashWriter struct {
	h   hash.Hash
	num [8]byte
}

func (w *hashWriter) number(v int64) {
	binary.BigEndian.PutUint64(w.num[:], uint64(v))
	w.h.Write(w.num[:])
}

func (w *hashWriter) text(s string) {
	w.number(int64(len(s)))
	io.WriteString(w.h, s) //nolint:errcheck // a hash takes everything
}

func (w *hashWriter) image(s *string) {
	if s == nil {
		w.number(-1)
		return
	}
	w.text(*s)
}

func (w *hashWriter) sum() (out Hash) {
	w.h.Sum(out[:0])
	return out
}

// Head is where the journal of a volume stands.
type Head struct {
	Seq       int64  // last commit
	LastN     int64  // last change that belongs to a commit
	SealedSeq int64  // last commit that the vault holds
	SealedN   int64  // its last change
	Chain     Hash   // chain at SealedSeq
	Digest    Digest // digest of the state at SealedSeq
	Rows      int64  // rows of the state at SealedSeq
	Key       string // the vault's object that holds SealedSeq
	// Bytes of images sealed since the newest snapshot, its commit, and its size: they decide when the next one is due.
	Bytes         int64
	SnapshotSeq   int64
	SnapshotBytes int64
}

var (
	qHead = storage.Register("journal/head", `SELECT seq, last_n, sealed_seq, sealed_n, chain, digest, sealed_rows, sealed_key, sealed_bytes, snapshot_seq, snapshot_bytes FROM journal_head`)
	qOpen = storage.Register("journal/open", `UPDATE journal_head SET open_seq = $1`)
	qLast = storage.Register("journal/last", `SELECT coalesce(max(n), 0) FROM journal_change`)
	qStep = storage.Register("journal/step", `UPDATE journal_head SET seq = $1, last_n = $2, open_seq = 0`)
	qAdd  = storage.Register("journal/commit.insert", `INSERT INTO journal_commit (seq, at_us, kind, actor, source, request, reason, summary, first_n, last_n)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)
	qSummary = storage.Register("journal/change.summary", `SELECT tbl, op, count(*) FROM journal_change WHERE n >= $1 AND n <= $2 GROUP BY tbl, op ORDER BY tbl, op`)
	qAdopt   = storage.Register("journal/change.adopt", `UPDATE journal_change SET seq = $1 WHERE n > $2 AND seq = 0`)
	qSeal    = storage.Register("journal/seal", `UPDATE journal_head SET sealed_seq = $1, sealed_n = $2, chain = $3, digest = $4, sealed_rows = $5,
		sealed_key = $6, sealed_bytes = $7, snapshot_seq = $8, snapshot_bytes = $9 WHERE sealed_seq <= $1`)
)

// ReadHead gives where the journal stands.
func ReadHead(ctx context.Context, tx *storage.Tx) (Head, error) {
	var h Head
	var chain, digest string
	if err := tx.Get(ctx, qHead, nil, &h.Seq, &h.LastN, &h.SealedSeq, &h.SealedN, &chain, &digest, &h.Rows,
		&h.Key, &h.Bytes, &h.SnapshotSeq, &h.SnapshotBytes); err != nil {
		return h, fmt.Errorf("read journal head: %w", err)
	}
	var err error
	if h.Chain, err = ParseHash(chain); err != nil {
		return h, err
	}
	h.Digest, err = ParseDigest(digest)
	return h, err
}

// Writer numbers the commits of one batch: one storage transaction that carries the writes of several callers.
type Writer struct {
	tx   *storage.Tx
	seq  int64
	last int64
}

// NewWriter starts a batch.
func NewWriter(ctx context.Context, tx *storage.Tx) (*Writer, error) {
	h, err := ReadHead(ctx, tx)
	if err != nil {
		return nil, err
	}
	return &Writer{tx: tx, seq: h.Seq, last: h.LastN}, nil
}

// Seq is the number of the newest commit, those of the batch included; 0 before the first.
func (w *Writer) Seq() int64 { return w.seq }

// TakeUp makes a commit of what was changed outside Holdfast since the last one, with the time at which it was found; nil when nothing was.
// It comes before the first Commit of a batch.
func (w *Writer) TakeUp(ctx context.Context, at time.Time) (*Commit, error) {
	n, err := w.lastChange(ctx)
	if err != nil || n <= w.last {
		return nil, err
	}
	c := Commit{Seq: w.seq + 1, At: at, Kind: KindDirect, Actor: ActorDirect, Source: "database", Reason: "changed outside Holdfast"}
	if _, err := w.tx.Exec(ctx, qAdopt, c.Seq, w.last); err != nil {
		return nil, fmt.Errorf("take up direct changes: %w", err)
	}
	return &c, w.record(ctx, &c, n)
}

func (w *Writer) lastChange(ctx context.Context) (int64, error) {
	var n int64
	err := w.tx.Get(ctx, qLast, nil, &n)
	return n, err
}

// Commit runs fn as one numbered commit: c gets its number, or stays without one when fn changed nothing. An error of fn
// undoes fn alone.
func (w *Writer) Commit(ctx context.Context, c *Commit, fn func() error) error {
	before := *w
	err := w.tx.Savepoint(ctx, func() error { return w.CommitAlone(ctx, c, fn) })
	if err != nil {
		*w = before
		c.Seq = 0
	}
	return err
}

// CommitAlone is Commit for the only writer of a transaction: on an error the caller must undo the whole transaction. It spares the savepoint,
// under which SQLite keeps a copy of every page that a long write touches and walks all of them at every statement.
func (w *Writer) CommitAlone(ctx context.Context, c *Commit, fn func() error) error {
	if _, err := w.tx.Exec(ctx, qOpen, w.seq+1); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	n, err := w.lastChange(ctx)
	if err != nil {
		return err
	}
	if n <= w.last && c.Kind == KindWrite {
		_, err := w.tx.Exec(ctx, qOpen, 0)
		return err
	}
	c.Seq = w.seq + 1
	return w.record(ctx, c, max(n, w.last))
}

func (w *Writer) record(ctx context.Context, c *Commit, last int64) error {
	c.FirstN, c.LastN = w.last+1, last
	if err := w.summarise(ctx, c); err != nil {
		return err
	}
	if _, err := w.tx.Exec(ctx, qAdd, c.Seq, clock.Micros(c.At), c.Kind, c.Actor, c.Source, c.Request, c.Reason, c.Summary.String(), c.FirstN, c.LastN); err != nil {
		return fmt.Errorf("record commit %d: %w", c.Seq, err)
	}
	if _, err := w.tx.Exec(ctx, qStep, c.Seq, last); err != nil {
		return fmt.Errorf("record commit %d: %w", c.Seq, err)
	}
	w.seq, w.last = c.Seq, last
	return nil
}

// summarise counts the changes of a commit by table and kind.
func (w *Writer) summarise(ctx context.Context, c *Commit) error {
	rows, err := w.tx.Query(ctx, qSummary, c.FirstN, c.LastN)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var t Touched
		if err := rows.Scan(&t.Table, &t.Op, &t.Count); err != nil {
			return err
		}
		c.Summary = append(c.Summary, t)
	}
	return rows.Err()
}

// Seal records that the vault holds everything up to h.SealedSeq. Where another process has sealed more already, that stays.
func Seal(ctx context.Context, tx *storage.Tx, h Head) error {
	_, err := tx.Exec(ctx, qSeal, h.SealedSeq, h.SealedN, h.Chain.String(), h.Digest.String(), h.Rows, h.Key, h.Bytes, h.SnapshotSeq, h.SnapshotBytes)
	return err
}
