package volume

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
)

// At gives the kind as it was with an earlier schema, by the newest step of each product: its steps up to there and the tables that they make. Without a schema, and with
// the present one, it is the kind itself. A schema of a newer Holdfast is refused.
func (k Kind) At(ctx context.Context, schema map[string]int) (Kind, error) {
	newest := storage.Newest(k.Migrations)
	if len(schema) == 0 || maps.Equal(schema, newest) {
		return k, nil
	}
	for product, version := range schema {
		if version > newest[product] {
			return k, fmt.Errorf("the schema of %s is of a newer Holdfast: it has version %d of %s, this one knows %d", k.Name, version, product, newest[product])
		}
	}
	made, err := k.schemaAt(ctx, schema)
	if err != nil {
		return k, err
	}
	all := slices.Concat(k.Tables, k.Dropped)
	k.Migrations, k.Tables, k.Dropped = storage.UpTo(k.Migrations, schema), nil, nil
	for _, t := range all {
		if _, there := made[t.Name]; there {
			k.Tables = append(k.Tables, t)
		} else {
			k.Dropped = append(k.Dropped, t)
		}
	}
	return k, nil
}

// Of gives the kind with the schema that a database of it has.
func (k Kind) Of(ctx context.Context, tx *storage.Tx) (Kind, error) {
	have, err := storage.SchemaVersions(ctx, tx)
	if err != nil {
		return k, err
	}
	return k.At(ctx, have)
}

// Raise brings a copy that an older release has written to the present schema, for its rows to be taken from it, and tells whether it had another. Nothing is journaled, and the
// copy has no triggers of the journal afterwards.
func (k Kind) Raise(ctx context.Context, tx *storage.Tx) (raised bool, err error) {
	was, err := k.Of(ctx, tx)
	if err != nil || len(was.Migrations) == len(k.Migrations) {
		return false, err
	}
	if err := journal.Uninstall(ctx, tx, was.Tables); err != nil {
		return false, err
	}
	return storage.Migrate(ctx, tx, k.Migrations)
}

// Columns gives the columns that a table has in a schema, by the newest step of each product; without a schema in the present one. ErrMissing where there is no such table.
func (k Kind) Columns(ctx context.Context, schema map[string]int, table string) (storage.Columns, error) {
	if len(schema) == 0 {
		schema = storage.Newest(k.Migrations)
	}
	made, err := k.schemaAt(ctx, schema)
	if err != nil {
		return storage.Columns{}, err
	}
	if t, ok := made[table]; ok {
		return t.Columns, nil
	}
	return storage.Columns{}, fmt.Errorf("table %s: %w", table, storage.ErrMissing)
}

// Seeded names the journaled tables into which the migrations themselves put rows. A database that gets the rows of another is emptied of them first, see Unseed.
func (k Kind) Seeded(ctx context.Context) ([]string, error) {
	id := "seeds " + stepsID(k.Migrations)
	if known, ok := schemas.Load(id); ok {
		return known.([]string), nil
	}
	named := map[string]bool{} // for most kinds a look at the texts is enough
	for _, m := range k.Migrations {
		for _, found := range insertion.FindAllStringSubmatch(m.Source(storage.SQLite), -1) {
			named[found[1]] = true
		}
	}
	var names []string
	for _, t := range k.Tables {
		if t.Exempt == "" && named[t.Name] {
			names = append(names, t.Name)
		}
	}
	if len(names) > 0 {
		made, err := k.schemaAt(ctx, storage.Newest(k.Migrations))
		if err != nil {
			return nil, err
		}
		names = slices.DeleteFunc(names, func(name string) bool { return !made[name].seeded })
	}
	schemas.Store(id, names)
	return names, nil
}

var insertion = regexp.MustCompile(`(?i)\binto\s+"?(\w+)`)

// stepsID tells sets of steps apart.
func stepsID(steps []storage.Migration) string {
	var id strings.Builder
	for _, m := range steps {
		fmt.Fprintf(&id, "%s %d\x00%s\x00", m.Product, m.Version, m.Source(storage.SQLite))
	}
	return id.String()
}

// Unseed removes the rows that migrations put into a new database. Foreign keys are off or deferred.
func (k Kind) Unseed(ctx context.Context, tx *storage.Tx) error {
	names, err := k.Seeded(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := tx.ExecText(ctx, "DELETE FROM "+storage.Quote(name)); err != nil {
			return fmt.Errorf("empty %s: %w", name, err)
		}
	}
	return nil
}

// madeTable is a table as the migrations make it.
type madeTable struct {
	storage.Columns
	seeded bool // it has rows
}

// schemas remembers the tables of schemas and what is seeded, by the steps: there are a few for every release.
var schemas sync.Map

// schemaAt makes a schema in a scratch file to see which tables it has. They are the same on both engines.
func (k Kind) schemaAt(ctx context.Context, schema map[string]int) (map[string]madeTable, error) {
	steps := storage.UpTo(k.Migrations, schema)
	id := stepsID(steps)
	if known, ok := schemas.Load(id); ok {
		return known.(map[string]madeTable), nil
	}
	made := map[string]madeTable{}
	_, err := new(sqlite.Engine).Template(context.WithoutCancel(ctx), func(tx *storage.Tx) error {
		if _, err := storage.Migrate(ctx, tx, steps); err != nil {
			return err
		}
		names, err := storage.TableNames(ctx, tx)
		if err != nil {
			return err
		}
		described, err := storage.DescribeTables(ctx, tx, names)
		if err != nil {
			return err
		}
		for _, cols := range described {
			t := madeTable{Columns: cols}
			if err := tx.GetText(ctx, "SELECT EXISTS (SELECT 1 FROM "+storage.Quote(cols.Table)+")", nil, &t.seeded); err != nil {
				return err
			}
			made[cols.Table] = t
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("the schema of %s: %w", k.Name, err)
	}
	schemas.Store(id, made)
	return made, nil
}
