package recovery

import (
	"context"
	"fmt"
	"strings"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// manyRows of a snapshot's table make it worth building its indexes after them.
const manyRows = 500

// intoSchema makes a volume in an empty schema of PostgreSQL, in one transaction: its tables, the rows of the snapshot, what replay puts on top, and only
// then what would slow every row down, the indexes of long tables, the foreign keys and the journal's triggers.
func (r *Recovery) intoSchema(ctx context.Context, tx *storage.Tx, at bench, replay func() error) error {
	if _, err := storage.Migrate(ctx, tx, at.kind.Migrations); err != nil {
		return err
	}
	if err := journal.Install(ctx, tx, nil); err != nil {
		return err
	}
	fill := func() error {
		if at.rows == nil {
			return storage.WithoutIndexes(ctx, tx, nil, replay)
		}
		return at.rows.Read(ctx, func(from *storage.Tx) error {
			long, err := longTables(ctx, from, at.kind)
			if err != nil {
				return err
			}
			return storage.WithoutIndexes(ctx, tx, long, func() error {
				if err := at.kind.Unseed(ctx, tx); err != nil {
					return err
				}
				if err := volume.Fill(ctx, at.kind, from, tx); err != nil {
					return err
				}
				return replay()
			})
		})
	}
	if err := storage.WithoutForeignKeys(ctx, tx, fill); err != nil {
		return err
	}
	if at.unequipped {
		return nil
	}
	return journal.Install(ctx, tx, at.kind.Tables)
}

// longTables names the tables of a volume that have many rows.
func longTables(ctx context.Context, tx *storage.Tx, kind volume.Kind) ([]string, error) {
	var parts []string
	for _, t := range kind.Tables {
		if t.Exempt == "" {
			parts = append(parts, fmt.Sprintf(`SELECT '%s' WHERE (SELECT count(*) FROM (SELECT 1 FROM %s LIMIT %d)) = %d`, t.Name, storage.Quote(t.Name), manyRows, manyRows))
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	return storage.AllText(ctx, tx, strings.Join(parts, " UNION ALL "), func(r *storage.Rows) (s string, err error) { return s, r.Scan(&s) })
}
