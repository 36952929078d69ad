package recovery

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
)

// brokenError says that a frame cannot be followed.
type brokenError struct {
	frame vault.Frame
	way   []vault.Frame // on which it lies
	err   error
}

// Error implements error.
func (e *brokenError) Error() string { return e.err.Error() }

// Unwrap gives the cause.
func (e *brokenError) Unwrap() error { return e.err }

// broken tells the vault of a frame that could not be followed, and whether that is worth another attempt: the vault found damage that it did not know of.
func (r *Recovery) broken(ctx context.Context, err error) (again bool, _ error) {
	var b *brokenError
	if !errors.As(err, &b) {
		return false, nil
	}
	return r.vault.Broken(ctx, b.frame, b.way)
}

// followed runs something that follows frames, and again when damage was found that nobody knew of.
func (r *Recovery) followed(ctx context.Context, ref volume.Ref, do func(vault.Kept) error) error {
	for {
		kept, err := r.vault.Kept(ctx, ref.String())
		if err != nil {
			return err
		}
		err = do(kept)
		again, broken := r.broken(ctx, err)
		if broken != nil || !again {
			return errors.Join(err, broken)
		}
	}
}

// read gives the commits of a frame on a way.
func (r *Recovery) read(ctx context.Context, f vault.Frame, way []vault.Frame) ([]vault.Entry, error) {
	entries, err := r.vault.Read(ctx, f)
	if err != nil {
		return nil, &brokenError{f, way, err}
	}
	if n := len(entries); n == 0 || !entries[0].Commit.At.Equal(f.FromAt) || !entries[n-1].Commit.At.Equal(f.ToAt) {
		return nil, &brokenError{f, way, fmt.Errorf("vault object %s: the times of commits %d to %d of %s are not what was sealed", f.Segment, f.From, f.To, f.Ref)}
	}
	return entries, nil
}

// runOf gives the chain on which a commit lies, or what keeps it from being brought back.
func runOf(kept vault.Kept, ref volume.Ref, seq int64) (vault.Run, error) {
	run, err := kept.Run(seq)
	var lost *vault.Gap
	switch {
	case errors.As(err, &lost):
		return run, refused(ref, lost)
	case err != nil:
		return run, fault.Bad("Volume %s cannot go back to commit %d: %s.", ref, seq, err)
	case len(run.Frames) == 0 && len(run.Bases) == 0:
		return run, noCommit(ref, seq, kept.Head())
	}
	return run, nil
}

// refused says what is lost and to when a restore is possible all the same.
func refused(ref volume.Ref, lost *vault.Gap) error {
	said := "The vault lacks commits"
	if len(lost.Damaged) > 0 {
		said = fmt.Sprintf("The vault's object %s is damaged or missing (`holdfast vault verify` says how)", strings.Join(lost.Damaged, ", "))
	}
	upTo := "and all later ones"
	if lost.To > 0 {
		upTo = fmt.Sprintf("to %d", lost.To)
	}
	return fault.Wrap(lost, fault.KindInvalid, "%s: nothing is known of %s from commit %d on (%s). Nothing was changed. What was before %s can be brought back with --at.",
		said, ref, lost.From, upTo, lost.Earliest.UTC().Format(time.RFC3339Nano))
}

// across compares the state being built, at the target, with the newest one, where the commits between them are lost or a migration is
// among them, and notes the rows that differ. last is the newest commit. It gives where the journal stands at the newest state, and the records of the commits that are kept on the way there.
func (r *Recovery) across(ctx context.Context, kind volume.Kind, tx *storage.Tx, b *Built, last int64, diff *net) (h journal.Head, later []journal.Commit, err error) {
	dir, err := os.MkdirTemp(r.tmp, "newest-")
	if err != nil {
		return h, nil, err
	}
	defer os.RemoveAll(dir)
	files, err := sqlite.New(dir)
	if err != nil {
		return h, nil, err
	}
	defer files.Close()
	newest, err := r.buildOn(ctx, files, b.Ref, last, 1, nil)
	if err != nil {
		return h, nil, err
	}
	db, err := sqlite.OpenImmutable(files.Path(b.Ref.Name(newest.Generation)))
	if err != nil {
		return h, nil, err
	}
	defer db.Close()
	err = db.Read(ctx, func(now *storage.Tx) error {
		for _, t := range kind.Tables {
			if t.Exempt != "" {
				continue
			}
			if err := diff.compare(ctx, t.Name, tx, now); err != nil {
				return err
			}
		}
		if h, err = journal.ReadHead(ctx, now); err != nil {
			return err
		}
		later, err = journal.Commits(ctx, now, b.Target, int(b.Head))
		return err
	})
	return h, later, err
}

// compare notes the rows of a table that differ between two databases of one schema. then is nil where everything is new.
func (n *net) compare(ctx context.Context, table string, then, now *storage.Tx) error {
	cols, err := storage.Describe(ctx, now, table)
	if err != nil {
		return err
	}
	rows := map[string]bool{} // of the newest state, as far as no row of the earlier one is the same
	if err := journal.Images(ctx, now, table, func(image string) error { rows[image] = true; return nil }); err != nil {
		return err
	}
	if then != nil {
		err = n.missing(ctx, cols, then, rows)
	}
	if err != nil {
		return err
	}
	for _, image := range slices.Sorted(maps.Keys(rows)) {
		i, err := n.slot(cols, &image, nil)
		if err != nil {
			return err
		}
		n.rows[i].Now = &image
	}
	return nil
}

// missing notes the rows of an earlier state that are not among those of a later one, and takes those out that are.
func (n *net) missing(ctx context.Context, cols storage.Columns, then *storage.Tx, rows map[string]bool) error {
	was, err := storage.Describe(ctx, then, cols.Table)
	if err != nil {
		return err
	}
	if !slices.Equal(was.Names, cols.Names) {
		return fmt.Errorf("table %s has other columns in the earlier state: %v and %v", cols.Table, was.Names, cols.Names)
	}
	return journal.Images(ctx, then, cols.Table, func(image string) error {
		if rows[image] {
			delete(rows, image)
			return nil
		}
		_, err := n.slot(cols, &image, &image)
		return err
	})
}
