package volume

import (
	"container/list"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
)

// maxBatch bounds how many writers share one transaction, and so how long the first of them waits.
const maxBatch = 64

// hot is an open volume. A slot in the pool's books is a hot too: it stands for the volume while it is being opened.
type hot struct {
	// Of a slot; guarded by the pool's lock.
	opened  *hot
	failed  error
	ready   chan struct{}
	users   int
	used    time.Time // last
	dropped bool
	gone    chan struct{} // closed when the last user is done, where somebody waits for it
	element *list.Element

	// Of an open volume.
	slot  *hot
	pool  *Pool
	ref   Ref
	kind  Kind
	place Place
	db    storage.DB

	mu      sync.Mutex
	pending []*write
	running bool

	memoMu sync.Mutex
	memo   map[any]*memo
	seq    int64     // newest commit that memo values know of
	lastAt time.Time // of the commits up to it
}

// write is one caller's write, waiting for its turn.
type write struct {
	ctx    context.Context
	fn     func(*Tx) error
	commit journal.Commit
	err    error
	done   chan struct{}
}

// close ends a slot that nobody uses any more. Where somebody waits for that, closing the database is theirs.
func (h *hot) close() {
	if h.gone != nil {
		close(h.gone)
		return
	}
	h.closeDatabase()
}

func (h *hot) closeDatabase() {
	if h.opened != nil {
		_ = h.opened.db.Close() // every commit is durable already; there is nothing left to lose
	}
}

// prepare migrates the schema, installs the journal and learns the time of the newest commit.
func (h *hot) prepare(ctx context.Context) error {
	newest := storage.Newest(h.kind.Migrations)
	current := false
	err := h.db.Read(ctx, func(tx *storage.Tx) error {
		names, err := storage.TableNames(ctx, tx)
		if err != nil {
			return err
		}
		if !slices.Contains(names, "journal_head") { // its tables were dropped, if not every one of them: made anew it would be another volume with the name of this one
			return fmt.Errorf("every table is gone: %w", storage.ErrMissing)
		}
		have, err := storage.SchemaVersions(ctx, tx)
		if err != nil {
			return err
		}
		current = true
		for product, v := range newest {
			current = current && have[product] >= v
		}
		return h.readHead(ctx, tx)
	})
	if err != nil || current && h.seq > 0 {
		return err
	}
	return h.migrate(ctx)
}

func (h *hot) readHead(ctx context.Context, tx *storage.Tx) error {
	head, err := journal.ReadHead(ctx, tx)
	if err != nil || head.Seq == 0 {
		return err
	}
	c, err := journal.Get(ctx, tx, head.Seq)
	if err != nil {
		return err
	}
	h.seq, h.lastAt = c.Seq, c.At
	return nil
}

// migrate is a commit of its own, so that a restore knows which schema an instant belongs to. It journals what the new schema makes of the rows that are there.
func (h *hot) migrate(ctx context.Context) error {
	var made journal.Commit
	err := h.db.Write(ctx, func(tx *storage.Tx) error {
		head, err := journal.ReadHead(ctx, tx)
		if err != nil {
			return err
		}
		if head.Seq == 0 {
			return h.begin(ctx, tx)
		}
		made, err = h.migrateRows(ctx, tx)
		return err
	})
	if err == nil && made.Seq > 0 {
		h.seq, h.lastAt = made.Seq, made.At
	}
	return err
}

// create is begin in a transaction of its own.
func (h *hot) create(ctx context.Context) error {
	return h.db.Write(ctx, func(tx *storage.Tx) error { return h.begin(ctx, tx) })
}

// begin makes the schema of a new volume, as far as it is not there, and its first commit.
func (h *hot) begin(ctx context.Context, tx *storage.Tx) error {
	changed, err := storage.Migrate(ctx, tx, h.kind.Migrations)
	if err != nil {
		return err
	}
	if changed {
		if err := journal.Install(ctx, tx, h.kind.Tables); err != nil {
			return err
		}
	}
	w, at, _, err := h.writer(ctx, tx)
	if err != nil {
		return err
	}
	seeded, err := h.pool.seeded(ctx, h.kind)
	if err != nil {
		return err
	}
	c := migration(at)
	return w.Commit(ctx, &c, func() error { return journal.Seeds(ctx, tx, seeded) })
}

func migration(at time.Time) journal.Commit {
	return journal.Commit{At: at, Kind: journal.KindMigration, Actor: "system:migration", Source: "holdfast", Reason: "schema brought up to date"}
}

// migrateRows brings a volume that has commits to the newest schema.
func (h *hot) migrateRows(ctx context.Context, tx *storage.Tx) (c journal.Commit, err error) {
	have, err := storage.SchemaVersions(ctx, tx)
	if err != nil {
		return c, err
	}
	steps := storage.Unseen(h.kind.Migrations, have)
	if len(steps) == 0 { // another node was faster
		return c, nil
	}
	m := journal.Migrating{Tables: h.kind.Tables, Dropped: h.kind.Dropped}
	change := journal.SchemaChange{From: have, To: maps.Clone(have)}
	for _, s := range steps {
		m.Statements = append(m.Statements, s.Statements(tx.Dialect())...)
		change.To[s.Product] = max(change.To[s.Product], s.Version)
	}
	w, at, _, err := h.writer(ctx, tx) // what was done past Holdfast was done to the tables as they are
	if err != nil {
		return c, err
	}
	c = migration(at)
	c.Request = change.String()
	return c, w.CommitAlone(ctx, &c, func() error {
		return journal.Migrate(ctx, tx, m, func() error {
			_, err := storage.Migrate(ctx, tx, h.kind.Migrations)
			return err
		})
	})
}

// instant is now, but never before the newest commit: restores by time need commits in the order of their times even when
// the machine's clock jumps back.
func (h *hot) instant() time.Time {
	now := h.pool.clock.Now().Truncate(time.Microsecond)
	h.memoMu.Lock()
	defer h.memoMu.Unlock()
	if now.Before(h.lastAt) {
		return h.lastAt
	}
	return now
}

// writer starts a batch at an instant, and takes up what was done past Holdfast. Other nodes may have committed since this one did: what it remembers
// follows them here, where it has the volume to itself. Its own commits, which it makes known by themselves, would hide them.
func (h *hot) writer(ctx context.Context, tx *storage.Tx) (w *journal.Writer, at time.Time, found *journal.Commit, err error) {
	if w, err = journal.NewWriter(ctx, tx); err != nil {
		return nil, at, nil, err
	}
	if known := h.known(); w.Seq() > known {
		if _, err = h.catchUp(ctx, tx, known); err != nil {
			return nil, at, nil, err
		}
	}
	at = h.instant()
	found, err = w.TakeUp(ctx, at)
	return w, at, found, err
}

// write queues fn and waits until it is durable or has failed.
func (h *hot) write(ctx context.Context, kind string, fn func(*Tx) error) error {
	who, origin := identity.From(ctx), identity.OriginFrom(ctx)
	w := &write{ctx: ctx, fn: fn, done: make(chan struct{}), commit: journal.Commit{
		Kind: kind, Actor: who.Actor(), Source: origin.Source, Request: origin.Request, Reason: origin.Reason,
	}}
	h.mu.Lock()
	h.pending = append(h.pending, w)
	if !h.running {
		h.running = true
		go h.drain()
	}
	h.mu.Unlock()
	<-w.done
	if w.err == nil && w.commit.Seq > 0 {
		if r, ok := ctx.Value(receiptKey{}).(*Receipt); ok {
			r.Commits = append(r.Commits, CommitOf{h.ref, w.commit.Seq})
		}
	}
	return w.err
}

// drain runs batches until nobody waits: whoever arrives during one batch shares the next.
func (h *hot) drain() {
	for {
		h.mu.Lock()
		n := min(len(h.pending), maxBatch)
		if n == 0 {
			h.running = false
			h.mu.Unlock()
			return
		}
		batch := h.pending[:n:n]
		h.pending = append([]*write(nil), h.pending[n:]...)
		h.mu.Unlock()
		h.runBatch(batch)
	}
}

// runBatch runs a batch in one durable transaction and answers everybody in it.
func (h *hot) runBatch(batch []*write) {
	ctx := context.Background()
	var commits []journal.Commit
	err := h.db.Write(ctx, func(tx *storage.Tx) error {
		jw, at, found, err := h.writer(ctx, tx)
		if err != nil {
			return err
		}
		if found != nil {
			commits = append(commits, *found)
		}
		for _, w := range batch {
			if len(batch) == 1 {
				if h.runOne(tx, jw.CommitAlone, w, at); w.err != nil {
					return w.err
				}
			} else {
				h.runOne(tx, jw.Commit, w, at)
			}
			if err := tx.Broken(); err != nil {
				return err
			}
			if w.err == nil && w.commit.Seq > 0 {
				commits = append(commits, w.commit)
			}
		}
		return nil
	})
	if err == nil && len(commits) > 0 {
		h.invalidate(commits)
		// Before its writer lets go of the volume, which may then be closed unless somebody wants it open.
		h.pool.committed(h.ref, commits)
	}
	for _, w := range batch {
		if err != nil && w.err == nil {
			w.err, w.commit.Seq = fmt.Errorf("write %s: %w", h.ref, err), 0
		}
		close(w.done)
	}
}

// commitFunc is how a commit is run: beside others in a transaction, or alone.
type commitFunc func(context.Context, *journal.Commit, func() error) error

// runOne runs one caller's function as one commit. A panic in it is that caller's failure, not the batch's.
func (h *hot) runOne(tx *storage.Tx, commit commitFunc, w *write, at time.Time) {
	if w.err = w.ctx.Err(); w.err != nil {
		return
	}
	w.commit.At = at
	w.err = commit(context.Background(), &w.commit, func() (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic in a write: %v", r)
			}
		}()
		return w.fn(&Tx{Tx: tx, hot: h, now: clock.FromMicros(clock.Micros(at)), write: true})
	})
}
