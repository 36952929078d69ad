package recovery

import (
	"context"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// intoSchema makes a volume in an empty schema of PostgreSQL, in one transaction: its tables, the rows of the snapshot, what replay puts on top, and only
// then what would slow every row down, the foreign keys and the journal's triggers.
func (r *Recovery) intoSchema(ctx context.Context, tx *storage.Tx, at bench, replay func() error) error {
	if _, err := storage.Migrate(ctx, tx, at.kind.Migrations); err != nil {
		return err
	}
	if err := journal.Install(ctx, tx, nil); err != nil {
		return err
	}
	err := storage.WithoutForeignKeys(ctx, tx, func() error {
		if at.rows == nil {
			return replay()
		}
		if err := at.rows.Read(ctx, func(from *storage.Tx) error { return volume.Fill(ctx, at.kind, from, tx) }); err != nil {
			return err
		}
		return replay()
	})
	if err != nil {
		return err
	}
	return journal.Install(ctx, tx, at.kind.Tables)
}
