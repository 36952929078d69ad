package volume

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
)

// CopyTo writes the volume as a SQLite file, the form of snapshots and exports, whichever engine it lives on: a consistent copy with schema,
// triggers, rows and the records of commits.
func (v *Volume) CopyTo(ctx context.Context, path string) error {
	h, err := v.pool.acquire(ctx, v.ref)
	if err != nil {
		return err
	}
	defer v.pool.release(h)
	if db, ok := h.db.(interface {
		CopyTo(context.Context, string) error
	}); ok {
		return db.CopyTo(ctx, path)
	}
	t, err := v.pool.bareFile(ctx, h.kind)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(t.data)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	target, err := sqlite.OpenBuild(path)
	if err != nil {
		return err
	}
	err = h.db.Read(ctx, func(from *storage.Tx) error {
		return target.Write(ctx, func(to *storage.Tx) error {
			err := storage.WithoutForeignKeys(ctx, to, func() error { return Fill(ctx, h.kind, from, to) })
			if err != nil {
				return err
			}
			return t.files.Equip(ctx, to, h.kind.Tables)
		})
	})
	if err != nil {
		return errors.Join(err, target.Close())
	}
	return target.FinishBuild()
}

// bareFile gives a file that has the tables of a kind and no triggers, made when it is needed first: running the statements of a schema takes far longer than its bytes.
func (p *Pool) bareFile(ctx context.Context, kind Kind) (*template, error) {
	t := p.template("bare " + kind.Name)
	t.once.Do(func() {
		t.data, t.err = new(sqlite.Engine).Template(context.WithoutCancel(ctx), func(tx *storage.Tx) error {
			if _, err := storage.Migrate(ctx, tx, kind.Migrations); err != nil {
				return err
			}
			err := storage.WithoutForeignKeys(ctx, tx, func() error { return kind.Unseed(ctx, tx) })
			if err != nil {
				return err
			}
			return journal.Install(ctx, tx, nil)
		})
	})
	if t.err != nil {
		return nil, fmt.Errorf("the schema of %s: %w", kind.Name, t.err)
	}
	return t, nil
}

// Fill puts the rows of another database of the same kind into an empty one that has its tables and no triggers: every journaled table and the journal itself.
func Fill(ctx context.Context, kind Kind, from, to *storage.Tx) error {
	if _, err := to.ExecText(ctx, `DELETE FROM journal_head`); err != nil {
		return err
	}
	names := []string{"journal_commit", "journal_head", "journal_change"}
	for _, t := range kind.Tables {
		if t.Exempt == "" {
			names = append(names, t.Name)
		}
	}
	return transferTables(ctx, from, to, names)
}

func transferTables(ctx context.Context, from, to *storage.Tx, names []string) error {
	cols, err := storage.DescribeTables(ctx, from, names)
	if err != nil {
		return err
	}
	there, err := storage.DescribeTables(ctx, to, names)
	if err != nil {
		return err
	}
	for i, name := range names {
		if !slices.Equal(cols[i].Names, there[i].Names) {
			return fmt.Errorf("table %s has other columns in the source: %v and %v", name, cols[i].Names, there[i].Names)
		}
		if err := transferTable(ctx, from, to, cols[i]); err != nil {
			return fmt.Errorf("copy %s: %w", name, err)
		}
	}
	return nil
}

func transferTable(ctx context.Context, from, to *storage.Tx, cols storage.Columns) error {
	quoted := make([]string, len(cols.Names))
	values, dest := make([]any, len(quoted)), make([]any, len(quoted))
	for i, n := range cols.Names {
		quoted[i] = storage.Quote(n)
		dest[i] = &values[i]
	}
	rows, err := from.QueryText(ctx, "SELECT "+strings.Join(quoted, ", ")+" FROM "+storage.Quote(cols.Table))
	if err != nil {
		return err
	}
	defer rows.Close()
	_, err = to.Load(ctx, cols.Table, cols.Names, func() ([]any, error) {
		if !rows.Next() {
			return nil, rows.Err()
		}
		return values, rows.Scan(dest...)
	})
	return err
}

// CopyRows writes the journaled rows of another database of the same kind into an empty volume, as one commit of it: the copy's journal begins
// with the rows that it received.
func CopyRows(ctx context.Context, kind Kind, from *storage.Tx, to *Tx) error {
	return storage.WithoutForeignKeys(ctx, to.Tx, func() error {
		if err := kind.Unseed(ctx, to.Tx); err != nil {
			return err
		}
		var names []string
		for _, t := range kind.Tables {
			if t.Exempt == "" {
				names = append(names, t.Name)
			}
		}
		return transferTables(ctx, from, to.Tx, names)
	})
}
