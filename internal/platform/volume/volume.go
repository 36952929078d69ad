package volume

import (
	"context"
	"fmt"
	"strings"
	"time"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
)

// Kind is a sort of volume: its schema and the tables that its products list.
type Kind struct {
	Name       string // "control", "access", "work", "oncall", "status"
	Migrations []storage.Migration
	Tables     []storage.Table // without the journal's own
	// Dropped are tables that migrations have taken away: instants before have them.
	Dropped []storage.Table
}

// AllTables gives the kind's tables and the journal's own.
func (k Kind) AllTables() []storage.Table {
	return append(append([]storage.Table{}, k.Tables...), journal.Tables...)
}

// Ref names a volume: its kind and whose it is (a site_… or org_… identifier, or "control").
type Ref struct {
	Kind  string
	Owner string
}

// String gives "kind@owner", the name of the volume in the vault and in logs.
func (r Ref) String() string { return r.Kind + "@" + r.Owner }

// ParseRef reads what String wrote.
func ParseRef(s string) (Ref, error) {
	kind, owner, ok := strings.Cut(s, "@")
	if !ok || kind == "" || owner == "" {
		return Ref{}, fmt.Errorf("%q names no volume", s)
	}
	return Ref{kind, owner}, nil
}

// Place is where a volume lives now. Generation rises with every restore: the new state is built beside the old one under the
// next generation, and the switch is the change of this number in the control database.
type Place struct {
	Engine     storage.Engine
	Generation int64
}

// Name gives the database of a volume in one generation: "sites/site_…/work.g1".
func (r Ref) Name(generation int64) string {
	folder := "sites"
	if strings.HasPrefix(r.Owner, "org_") {
		folder = "orgs"
	}
	if r.Owner == "control" {
		return fmt.Sprintf("control/control.g%d", generation)
	}
	return fmt.Sprintf("%s/%s/%s.g%d", folder, r.Owner, r.Kind, generation)
}

// Tx is a transaction on a volume.
type Tx struct {
	*storage.Tx
	hot   *hot
	now   time.Time
	seq   int64 // newest commit that the transaction surely sees
	write bool
}

// Now is the instant of the transaction; a commit carries the same one.
func (t *Tx) Now() time.Time { return t.now }

// WakeAt makes sure that the volume is looked at again at an instant, even when the process dies right after the commit. The promise is
// durable before the transaction is; one for a commit that then fails is a look for nothing.
func (t *Tx) WakeAt(at time.Time) error { return t.hot.pool.wake(t.hot.ref, at) }

// Volume is a handle on one tenant database. It is cheap, holds nothing open, and is safe for concurrent use.
type Volume struct {
	pool *Pool
	ref  Ref
}

// Ref names the volume.
func (v *Volume) Ref() Ref { return v.ref }

// Read runs fn on one consistent instant.
func (v *Volume) Read(ctx context.Context, fn func(*Tx) error) error {
	return v.read(ctx, storage.DB.Read, fn)
}

// ReadOpen is Read for what is short and may hold up a write meanwhile, where the engine can read on what is open already: on SQLite it still finds what a volume holds whose file was
// removed under it.
func (v *Volume) ReadOpen(ctx context.Context, fn func(*Tx) error) error {
	return v.read(ctx, func(db storage.DB, ctx context.Context, fn func(*storage.Tx) error) error {
		if open, ok := db.(interface {
			ReadOpen(context.Context, func(*storage.Tx) error) error
		}); ok {
			return open.ReadOpen(ctx, fn)
		}
		return db.Read(ctx, fn)
	}, fn)
}

func (v *Volume) read(ctx context.Context, how func(storage.DB, context.Context, func(*storage.Tx) error) error, fn func(*Tx) error) error {
	h, err := v.pool.acquire(ctx, v.ref)
	if err != nil {
		return err
	}
	defer v.pool.release(h)
	seq := h.known()
	return how(h.db, ctx, func(tx *storage.Tx) error {
		return fn(&Tx{Tx: tx, hot: h, now: v.pool.clock.Now(), seq: seq})
	})
}

// Write runs fn as one commit and returns once it is durable. fn runs alone on the volume; its error undoes what it did and
// nothing else. A Receipt in ctx learns the commit's number.
func (v *Volume) Write(ctx context.Context, fn func(*Tx) error) error {
	v.pool.beginWrite(v.ref)
	defer v.pool.endWrite(v.ref)
	if err := v.pool.writable(v.ref); err != nil {
		return err
	}
	h, err := v.pool.acquire(ctx, v.ref)
	if err != nil {
		return err
	}
	defer v.pool.release(h)
	if v.pool.shipped == nil || ctx.Value(localKey{}) != nil {
		return h.write(ctx, journal.KindWrite, fn)
	}
	var made Receipt
	err = h.write(WithReceipt(ctx, &made), journal.KindWrite, fn)
	if r, ok := ctx.Value(receiptKey{}).(*Receipt); ok {
		r.Commits = append(r.Commits, made.Commits...)
	}
	if err != nil || len(made.Commits) == 0 {
		return err
	}
	return v.pool.shipped(ctx, v.ref, made.Commits[0].Seq)
}

type localKey struct{}

// Local makes a Write return once it is durable on this machine, where writes else wait until they are safe elsewhere too. It is for what is written inside of a
// transaction on another volume, which the one who carries commits away may be waiting for.
func Local(ctx context.Context) context.Context { return context.WithValue(ctx, localKey{}, true) }

// Settle is Write for recovery alone: it works on a volume that nobody else may change now.
func (v *Volume) Settle(ctx context.Context, fn func(*Tx) error) error {
	h, err := v.pool.acquire(ctx, v.ref)
	if err != nil {
		return err
	}
	defer v.pool.release(h)
	return h.write(ctx, journal.KindWrite, fn)
}

// Receipt collects the commits made under a context, so that the edge can hand their numbers to the client.
type Receipt struct {
	Commits []CommitOf
}

// CommitOf is a commit of a volume.
type CommitOf struct {
	Ref Ref
	Seq int64
}

type receiptKey struct{}

// WithReceipt makes every Write under the returned context enter its commit into r. One goroutine at a time may write under it.
func WithReceipt(ctx context.Context, r *Receipt) context.Context {
	return context.WithValue(ctx, receiptKey{}, r)
}
