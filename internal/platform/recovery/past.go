package recovery

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
)

// Past is a volume as it was at a commit, made from the vault in a folder of its own. The live volume is not touched, and need not be there.
type Past struct {
	Built
	Volume *volume.Volume // to read from; what is written into it is nobody's
	Path   string         // of its SQLite file, whichever engine the live volume is on

	pool *volume.Pool
	dir  string
}

// Past makes the state of a volume at a commit, 0 for the newest that the vault has, and proves it. Where it had an earlier schema, it is proven with that and has the tables
// of today then. The caller closes it.
func (r *Recovery) Past(ctx context.Context, ref volume.Ref, seq int64) (*Past, error) {
	if err := r.vault.Refresh(ctx); err != nil {
		return nil, err
	}
	kind, ok := r.pool.Kind(ref.Kind)
	if !ok {
		return nil, fault.NotFound("There is no volume %s.", ref)
	}
	dir, err := os.MkdirTemp(r.tmp, "past-")
	if err != nil {
		return nil, err
	}
	p := &Past{dir: dir}
	files, err := sqlite.New(dir)
	if err == nil {
		err = r.quiet.run(func() (err error) {
			p.Built, err = r.buildOn(context.WithoutCancel(ctx), files, ref, seq, 1, nil)
			return err
		})
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	place := volume.Place{Engine: files, Generation: 1}
	p.pool = volume.NewPool(volume.Config{Kinds: []volume.Kind{kind}, Clock: r.clock, Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }})
	p.Volume, p.Path = p.pool.Volume(ref), files.Path(ref.Name(1))
	if p.earlier { // the file gets the tables of today too
		err := p.Volume.Read(ctx, func(*volume.Tx) error { return nil })
		if err = errors.Join(err, p.pool.Evict(ctx, ref)); err != nil {
			return nil, errors.Join(fmt.Errorf("bring %s at commit %d to the schema of today: %w", ref, p.Target, err), os.RemoveAll(dir))
		}
	}
	return p, nil
}

// Close removes what was made.
func (p *Past) Close() error {
	err := p.pool.Evict(context.Background(), p.Volume.Ref())
	return errors.Join(err, os.RemoveAll(p.dir))
}

// Span is what happened to a volume between two commits.
type Span struct {
	Ref     volume.Ref
	From    int64 // the state before, 0 for none: the volume was made later
	To      int64
	Commits int64
	Rows    []RowDiff // Then is the row at From, Now the one at To
}

// Between gives the rows that differ between two commits of a volume, by the vault alone. at is the volume as it was at the later one, which knows
// the columns.
func (r *Recovery) Between(ctx context.Context, at *Past, from, to int64) (Span, error) {
	ref := at.Ref
	s := Span{Ref: ref, From: from, To: to, Commits: to - from}
	frames, err := r.vault.Known(ref.String())
	if err != nil {
		return s, err
	}
	if from < 0 || from > to || to != at.Target {
		return s, fault.Bad("The earlier state of %s comes first: %d is not before %d.", ref.Kind, from, to)
	}
	then, changed, err := r.pastOf(ctx, ref, from)
	if err != nil {
		return s, err
	}
	if changed {
		err := at.Volume.Read(ctx, func(tx *volume.Tx) (err error) {
			s.Rows, err = r.compareWith(ctx, ref, then, tx.Tx)
			return err
		})
		if then != nil {
			err = errors.Join(err, then.Close())
		}
		return s, err
	}
	n := newNet()
	err = at.Volume.Read(ctx, func(tx *volume.Tx) error {
		return r.entries(ctx, frames, from, to, func(e vault.Entry) error { return n.add(ctx, tx.Tx, e.Changes) })
	})
	s.Rows = n.diffs()
	return s, err
}

// entries visits the commits after one up to another.
func (r *Recovery) entries(ctx context.Context, frames []vault.Frame, after, upTo int64, visit func(vault.Entry) error) error {
	for _, f := range frames {
		if f.To <= after || f.From > upTo {
			continue
		}
		found, err := r.vault.Read(ctx, f)
		if err != nil {
			return err
		}
		for _, e := range found {
			if e.Commit.Seq <= after || e.Commit.Seq > upTo {
				continue
			}
			if err := visit(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// ResolveIn gives the commit of one volume at a target, by the vault alone; 0 where the volume is younger.
func (r *Recovery) ResolveIn(ctx context.Context, ref volume.Ref, t Target) (int64, error) {
	if err := r.vault.Refresh(ctx); err != nil {
		return 0, err
	}
	seq, err := r.resolve(ctx, ref, t)
	if errors.Is(err, errYounger) {
		return 0, nil
	}
	if err == nil && seq == 0 {
		kept, err := r.vault.Kept(ctx, ref.String())
		if err == nil && kept.Lost() != nil {
			err = refused(ref, kept.Lost())
		}
		return kept.Head(), err
	}
	return seq, err
}

// Seconds estimates how long building a volume at a commit takes, from what must be read and proven.
func (r *Recovery) Seconds(ctx context.Context, ref volume.Ref, target int64) (float64, error) {
	seqs, err := r.vault.Snapshots(ctx, ref.String())
	if err != nil {
		return 0, err
	}
	frames, err := r.vault.Known(ref.String())
	if err != nil {
		return 0, err
	}
	var base, size int64
	for _, seq := range seqs {
		if seq <= target {
			base = seq
		}
	}
	if base > 0 {
		m, err := r.vault.Describe(ctx, ref.String(), base)
		if err != nil {
			return 0, err
		}
		size = m.Bytes
	}
	const (
		each     = 0.06     // seconds for opening, schema and switch
		proven   = 60 << 20 // bytes of a database unpacked, read and hashed in a second
		replayed = 2 << 20  // bytes of packed commits replayed in a second
	)
	return each + float64(size)/proven + float64(bytesBetween(frames, base, target))/replayed, nil
}

// LastRow gives the newest row of a table that the vault has of a volume and that fits, by its columns; nil when none does. It goes back through all
// commits: it is for finding what was removed.
func (r *Recovery) LastRow(ctx context.Context, ref volume.Ref, table string, fits func(map[string]any) bool) (map[string]any, error) {
	if err := r.vault.Refresh(ctx); err != nil {
		return nil, err
	}
	frames, err := r.vault.Known(ref.String())
	if err != nil {
		return nil, err
	}
	kind, ok := r.pool.Kind(ref.Kind)
	if !ok {
		return nil, fault.NotFound("There is no volume %s.", ref)
	}
	var cols storage.Columns
	var of map[string]int // the schema that has them
	for _, f := range slices.Backward(frames) {
		entries, err := r.vault.Read(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, e := range slices.Backward(entries) {
			schema := f.Schema
			if change, migrated := e.Commit.SchemaChange(); migrated {
				schema = change.From
			}
			if of == nil || !maps.Equal(of, schema) {
				cols, err = kind.Columns(ctx, schema, table)
				if err != nil && !errors.Is(err, storage.ErrMissing) { // there may have been no such table then
					return nil, err
				}
				of = schema
			}
			for _, c := range slices.Backward(e.Changes) {
				if c.Table != table || c.Before == nil {
					continue
				}
				values, err := journal.DecodeImage(*c.Before)
				if err != nil || len(values) != len(cols.Names) {
					continue // of another schema
				}
				row := make(map[string]any, len(values))
				for i, v := range values {
					row[cols.Names[i]] = v
				}
				if fits(row) {
					return row, nil
				}
			}
		}
	}
	return nil, nil
}
