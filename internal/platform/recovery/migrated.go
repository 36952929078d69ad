package recovery

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
)

// course is the way that a build takes from its base.
type course struct {
	kind   volume.Kind // with the schema of this Holdfast
	run    vault.Run
	newest map[string]int  // schema of the newest state that can be brought back
	stamp  *journal.Commit // see buildOn
}

// turn is a commit of a migration that lies between a base and the target.
type turn struct {
	seq    int64
	schema map[string]int // from it on
}

// turns gives the commits up to one at which the schema changes, after one whose schema is given. Frames end before such a commit.
func turns(frames []vault.Frame, after, upTo int64, schema map[string]int) (out []turn) {
	for _, f := range frames {
		if f.To <= after || f.From > upTo || len(f.Schema) == 0 || maps.Equal(f.Schema, schema) {
			continue
		}
		schema = f.Schema
		out = append(out, turn{max(f.From, after+1), schema})
	}
	return out
}

// newestSchema gives the schema of the newest commit that can be read, nil where the vault does not say.
func newestSchema(kept vault.Kept) map[string]int {
	for _, s := range slices.Backward(kept.Stretches) {
		if n := len(s.Frames); n > 0 && !s.Aside {
			return s.Frames[n-1].Schema
		}
	}
	return nil
}

// reach brings a base to the target and proves it. Where migrations lie between, it proves the last state before each, migrates as the volume did then, and goes on
// with what the migration's commit has recorded.
//
// The schema of a volume's journal only rises. So where the newest state has a later schema than the target, what came back is proven as it was then and
// brought to that schema before the restore becomes a commit: its changes lead from the newest state to the target's as the present tables hold it.
func (r *Recovery) reach(ctx context.Context, at *bench, db storage.DB, h journal.Head, c course, b *Built) (err error) {
	for _, t := range turns(c.run.Frames, h.Seq, b.Target, storage.Newest(at.kind.Migrations)) {
		before := *b
		before.Target = t.seq - 1
		if h, err = r.stage(ctx, at, db, h, c.run, &before); err != nil {
			return err
		}
		b.Replayed = before.Replayed
		if err := r.migrate(ctx, at, db, c.kind, t.schema); err != nil {
			return fmt.Errorf("migrate as commit %d did: %w", t.seq, err)
		}
	}
	schema := storage.Newest(at.kind.Migrations)
	if c.stamp == nil || b.Target == b.Head || len(c.newest) == 0 || maps.Equal(c.newest, schema) {
		if err := r.replay(ctx, *at, db, h, c.run, b, c.stamp); err != nil {
			return err
		}
		if err := r.prove(ctx, at.kind, db, b); err != nil {
			return err
		}
		return r.ask(ctx, at.kind, c.kind, db, b)
	}
	if h, err = r.stage(ctx, at, db, h, c.run, b); err != nil {
		return err
	}
	digest, rows := b.Digest, b.Rows
	if err := r.migrate(ctx, at, db, c.kind, c.newest); err != nil {
		return fmt.Errorf("bring it to the schema of the newest commit: %w", err)
	}
	at.turned = true
	last := b.Head
	if c.run.Newest {
		last = c.run.Last
	}
	if err := r.replay(ctx, *at, db, h, vault.Run{Last: last}, b, c.stamp); err != nil {
		return err
	}
	if err := r.prove(ctx, at.kind, db, b); err != nil {
		return err
	}
	b.Digest, b.Rows = digest, rows // what was recorded at the target, and was proven
	return r.ask(ctx, at.kind, c.kind, db, b)
}

// stage brings a build to a commit on the way and proves it; it gives where the journal stands then.
func (r *Recovery) stage(ctx context.Context, at *bench, db storage.DB, h journal.Head, run vault.Run, b *Built) (journal.Head, error) {
	at.unequipped = true
	if err := r.replay(ctx, *at, db, h, run, b, nil); err != nil {
		return h, err
	}
	at.unequipped, at.migrated, at.schema = false, true, false
	if err := r.prove(ctx, at.kind, db, b); err != nil {
		return h, err
	}
	err := readHere(db)(ctx, func(tx *storage.Tx) (err error) {
		h, err = journal.ReadHead(ctx, tx)
		return err
	})
	return h, err
}

// migrate runs the migrations up to a schema in a build that has no triggers of the journal.
func (r *Recovery) migrate(ctx context.Context, at *bench, db storage.DB, kind volume.Kind, schema map[string]int) (err error) {
	if at.kind, err = kind.At(ctx, schema); err != nil {
		return err
	}
	return db.Write(ctx, func(tx *storage.Tx) error {
		_, err := storage.Migrate(ctx, tx, at.kind.Migrations)
		return err
	})
}

// ask finds out what a volume that was built has to do with the time to come. One of an earlier schema is looked at when it is open.
func (r *Recovery) ask(ctx context.Context, built, kind volume.Kind, db storage.DB, b *Built) error {
	if b.earlier = len(built.Migrations) != len(kind.Migrations); b.earlier {
		b.Later = Overdue
		return nil
	}
	return readHere(db)(ctx, func(tx *storage.Tx) (err error) {
		b.Later, b.Due, err = r.later(ctx, tx, kind, *b)
		return err
	})
}

func readHere(db storage.DB) func(context.Context, func(*storage.Tx) error) error {
	if file, ok := db.(*sqlite.DB); ok {
		return file.ReadHere
	}
	return db.Read
}

// schemaOf gives the schema of a commit, by what the vault says of it; nil where it says nothing.
func (r *Recovery) schemaOf(ctx context.Context, ref volume.Ref, seq int64) (map[string]int, error) {
	kept, err := r.vault.Kept(ctx, ref.String())
	if err != nil {
		return nil, err
	}
	for _, f := range slices.Backward(allFrames(kept)) {
		if f.From <= seq && seq <= f.To {
			return f.Schema, nil
		}
	}
	if slices.Contains(kept.Snapshots, seq) {
		m, err := r.vault.Describe(ctx, ref.String(), seq)
		return m.Schema, err
	}
	return nil, nil
}

// earlier tells whether a commit has an earlier schema than this Holdfast: images of that time have other columns.
func (r *Recovery) earlier(ctx context.Context, ref volume.Ref, seq int64) (bool, error) {
	schema, err := r.schemaOf(ctx, ref, seq)
	if err != nil || len(schema) == 0 {
		return false, err
	}
	kind, ok := r.pool.Kind(ref.Kind)
	return ok && !maps.Equal(schema, storage.Newest(kind.Migrations)), nil
}

// compareWith gives the rows that differ between a state of the past and a later one, both with the tables of today. then is nil where there was no volume.
func (r *Recovery) compareWith(ctx context.Context, ref volume.Ref, then *Past, now *storage.Tx) ([]RowDiff, error) {
	kind, _ := r.pool.Kind(ref.Kind)
	n := newNet()
	compare := func(then *storage.Tx) error {
		for _, t := range kind.Tables {
			if t.Exempt != "" {
				continue
			}
			if err := n.compare(ctx, t.Name, then, now); err != nil {
				return err
			}
		}
		return nil
	}
	var err error
	if then == nil {
		err = compare(nil)
	} else {
		err = then.Volume.Read(ctx, func(tx *volume.Tx) error { return compare(tx.Tx) })
	}
	return n.diffs(), err
}

// pastOf makes the state of a volume at a commit where a migration came after it, nil where none did or, for commit 0, where there was no volume. changed tells whether one did.
func (r *Recovery) pastOf(ctx context.Context, ref volume.Ref, seq int64) (p *Past, changed bool, err error) {
	if changed, err = r.earlier(ctx, ref, max(seq, 1)); err != nil || !changed || seq == 0 {
		return nil, changed, err
	}
	p, err = r.Past(ctx, ref, seq)
	return p, true, err
}
