package volume

import (
	"context"
	"fmt"
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
	target, err := sqlite.CreateFile(path)
	if err != nil {
		return err
	}
	defer target.Close()
	return h.db.Read(ctx, func(from *storage.Tx) error { return Transfer(ctx, h.kind, from, target) })
}

// Transfer fills an empty database with the rows of another one of the same kind, on any engines: the schema by its migrations, then every
// journaled table and the journal itself, row by row.
func Transfer(ctx context.Context, kind Kind, from *storage.Tx, to storage.DB) error {
	return to.Write(ctx, func(tx *storage.Tx) error {
		if _, err := storage.Migrate(ctx, tx, kind.Migrations); err != nil {
			return err
		}
		return storage.WithoutForeignKeys(ctx, tx, func() error { return transferAll(ctx, kind, from, tx) })
	})
}

func transferAll(ctx context.Context, kind Kind, from, to *storage.Tx) error {
	if err := journal.Install(ctx, to, nil); err != nil {
		return err
	}
	if _, err := to.ExecText(ctx, `DELETE FROM journal_head`); err != nil {
		return err
	}
	names := []string{"journal_commit", "journal_head", "journal_change"}
	for _, t := range kind.Tables {
		if t.Exempt == "" {
			names = append(names, t.Name)
		}
	}
	for _, name := range names {
		if err := transferTable(ctx, from, to, name); err != nil {
			return err
		}
	}
	return journal.Install(ctx, to, kind.Tables)
}

func transferTable(ctx context.Context, from, to *storage.Tx, name string) error {
	cols, err := storage.Describe(ctx, from, name)
	if err != nil {
		return err
	}
	there, err := storage.Describe(ctx, to, name)
	if err != nil {
		return err
	}
	if strings.Join(cols.Names, ",") != strings.Join(there.Names, ",") {
		return fmt.Errorf("table %s has other columns in the source: %v and %v", name, cols.Names, there.Names)
	}
	var quoted, params []string
	for i, n := range cols.Names {
		quoted = append(quoted, storage.Quote(n))
		params = append(params, fmt.Sprintf("$%d", i+1))
	}
	list := strings.Join(quoted, ", ")
	insert := "INSERT INTO " + storage.Quote(name) + " (" + list + ")"
	if name == "journal_change" && to.Dialect() == storage.Postgres {
		insert += " OVERRIDING SYSTEM VALUE"
	}
	insert += " VALUES (" + strings.Join(params, ", ") + ")"
	rows, err := from.QueryText(ctx, "SELECT "+list+" FROM "+storage.Quote(name))
	if err != nil {
		return fmt.Errorf("copy %s: %w", name, err)
	}
	defer rows.Close()
	values := make([]any, len(quoted))
	dest := make([]any, len(quoted))
	for i := range values {
		dest[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return fmt.Errorf("copy %s: %w", name, err)
		}
		if _, err := to.ExecText(ctx, insert, values...); err != nil {
			return fmt.Errorf("copy %s: %w", name, err)
		}
	}
	return rows.Err()
}

// CopyRows writes the journaled rows of another database of the same kind into an empty volume, as one commit of it: the copy's journal begins
// with the rows that it received.
func CopyRows(ctx context.Context, kind Kind, from *storage.Tx, to *Tx) error {
	return storage.WithoutForeignKeys(ctx, to.Tx, func() error {
		for _, t := range kind.Tables {
			if t.Exempt != "" {
				continue
			}
			if err := transferTable(ctx, from, to.Tx, t.Name); err != nil {
				return err
			}
		}
		return nil
	})
}
