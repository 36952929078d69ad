package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"holdfast.dev/internal/platform/storage"
)

// SchemaChange is what the commit of a migration says of itself: the newest step of each product before and after. A restore to an instant before it builds
// with the tables of that time.
type SchemaChange struct {
	From map[string]int `json:"from"`
	To   map[string]int `json:"to"`
}

// String is how a commit carries it, in its field Request: the chain proves it with the rest.
func (s SchemaChange) String() string {
	b, err := json.Marshal(s)
	if err != nil { // never: names and numbers have a form in JSON
		panic(err)
	}
	return string(b)
}

// SchemaChange gives what a commit of a migration changed; false for every other commit and for the first of a volume, which found no schema.
func (c Commit) SchemaChange() (s SchemaChange, ok bool) {
	if c.Kind != KindMigration || c.Request == "" {
		return s, false
	}
	err := json.Unmarshal([]byte(c.Request), &s)
	return s, err == nil && len(s.To) > 0
}

var qNextMigration = storage.Register("journal/commit.migration", `SELECT seq, at_us, kind, actor, source, request, reason, summary, first_n, last_n
	FROM journal_commit WHERE kind = 'migration' AND seq > $1 ORDER BY seq LIMIT 1`)

// NextMigration gives the first commit after a number that changed the schema; false where there is none.
func NextMigration(ctx context.Context, tx *storage.Tx, after int64) (Commit, bool, error) {
	cs, err := storage.All(ctx, tx, qNextMigration, scanCommit, after)
	if err != nil || len(cs) == 0 {
		return Commit{}, false, err
	}
	return cs[0], true, nil
}

// Migrating says what a migration finds and leaves.
type Migrating struct {
	Tables     []storage.Table // of the schema that it leads to
	Dropped    []storage.Table // tables that were there once
	Statements []string        // that it runs
}

var word = regexp.MustCompile(`\w+`)

// mentions gives the words of some statements: a table that none of them names has the columns it had.
func mentions(statements []string) map[string]bool {
	words := map[string]bool{}
	for _, s := range statements {
		for _, w := range word.FindAllString(s, -1) {
			words[strings.ToLower(w)] = true
		}
	}
	return words
}

// Migrate runs a migration inside an open commit of a volume that has rows, and journals every row whose image it changes, so that the state after it
// follows from the state before it as after any other commit. Tables that a statement names are compared before and after: their columns may change under
// the triggers. All others keep their triggers, which see what is done to them on the way.
//
// A restore to an instant before the next snapshot runs the migration again: its statements must give the same from the same rows, without clocks and chance.
func Migrate(ctx context.Context, tx *storage.Tx, m Migrating, migrate func() error) error {
	before, err := equippedTables(ctx, tx)
	if err != nil {
		return err
	}
	named := mentions(m.Statements)
	var touched []storage.Table
	for _, name := range before {
		if named[strings.ToLower(name)] {
			touched = append(touched, storage.Table{Name: name})
		}
	}
	if err := Uninstall(ctx, tx, touched); err != nil { // a column that a trigger reads cannot be dropped
		return err
	}
	if err := keepImages(ctx, tx, journaled(touched)); err != nil {
		return err
	}
	if err := migrate(); err != nil {
		return err
	}
	after := journaled(m.Tables)
	for _, t := range touched {
		if slices.Contains(after, t.Name) {
			continue
		}
		if !slices.ContainsFunc(m.Dropped, func(d storage.Table) bool { return d.Name == t.Name }) {
			return fmt.Errorf("a migration dropped table %s, which is not listed as dropped: instants before it could not be restored", t.Name)
		}
		if err := journalGone(ctx, tx, t.Name, ""); err != nil {
			return err
		}
		if tx.Dialect() == storage.Postgres {
			if _, err := tx.ExecText(ctx, "DROP FUNCTION IF EXISTS "+storage.Quote("journal_"+t.Name)+"()"); err != nil {
				return err
			}
		}
	}
	for _, name := range after {
		if slices.Contains(before, name) && !named[strings.ToLower(name)] {
			continue
		}
		if err := journalDifference(ctx, tx, name); err != nil {
			return err
		}
	}
	if _, err := tx.ExecText(ctx, "DROP TABLE journal_was"); err != nil {
		return err
	}
	return Install(ctx, tx, m.Tables)
}

// Seeds journals the rows that the migrations of a new volume put into some tables, inside its first commit.
func Seeds(ctx context.Context, tx *storage.Tx, tables []string) error {
	if len(tables) == 0 {
		return nil
	}
	described, err := storage.DescribeTables(ctx, tx, tables)
	if err != nil {
		return err
	}
	for _, cols := range described {
		text := fmt.Sprintf(journalInto+"'I', NULL, n.image FROM journal_head h CROSS JOIN (SELECT "+Image(cols, "", tx.Dialect())+" AS image FROM "+storage.Quote(cols.Table)+") n", cols.Table)
		if _, err := tx.ExecText(ctx, text); err != nil {
			return fmt.Errorf("journal the first rows of %s: %w", cols.Table, err)
		}
	}
	return nil
}

// equippedTables gives the tables that have the journal's triggers.
func equippedTables(ctx context.Context, tx *storage.Tx) ([]string, error) {
	text := `SELECT tbl_name FROM sqlite_schema WHERE type = 'trigger' AND name = 'journal_' || tbl_name || '_insert' ORDER BY tbl_name`
	if tx.Dialect() == storage.Postgres {
		text = `SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE t.tgname = 'journal_row' AND n.nspname = current_schema() ORDER BY c.relname`
	}
	return storage.AllText(ctx, tx, text, func(r *storage.Rows) (s string, err error) { return s, r.Scan(&s) })
}

// keepImages puts the images of all rows of some tables aside.
func keepImages(ctx context.Context, tx *storage.Tx, tables []string) error {
	create := `CREATE TEMP TABLE journal_was (tbl TEXT NOT NULL, row_key TEXT NOT NULL, image TEXT NOT NULL, PRIMARY KEY (tbl, row_key)) WITHOUT ROWID`
	if tx.Dialect() == storage.Postgres { // joined by hashing; a key may be longer than an index takes
		create = `CREATE TEMP TABLE journal_was (tbl TEXT COLLATE "C" NOT NULL, row_key TEXT COLLATE "C" NOT NULL, image TEXT COLLATE "C" NOT NULL)`
	}
	if _, err := tx.ExecText(ctx, create); err != nil {
		return fmt.Errorf("set aside what a migration may change: %w", err)
	}
	described, err := storage.DescribeTables(ctx, tx, tables)
	if err != nil {
		return err
	}
	for _, cols := range described {
		_, err := tx.ExecText(ctx, fmt.Sprintf("INSERT INTO journal_was (tbl, row_key, image) SELECT '%s', %s, %s FROM %s",
			cols.Table, keyImage(cols, tx.Dialect()), Image(cols, "", tx.Dialect()), storage.Quote(cols.Table)))
		if err != nil {
			return fmt.Errorf("set the rows of %s aside: %w", cols.Table, err)
		}
	}
	return nil
}

// keyImage is Image for the primary key alone.
func keyImage(cols storage.Columns, d storage.Dialect) string {
	return Image(storage.Columns{Names: cols.Key}, "", d)
}

const journalInto = "INSERT INTO journal_change (seq, tbl, op, before, after) SELECT h.open_seq, '%[1]s', "

// journalGone journals the rows set aside of a table whose keys are not among those that a query gives; all of them where there is none.
func journalGone(ctx context.Context, tx *storage.Tx, table, keys string) error {
	text := fmt.Sprintf(journalInto+"'D', w.image, NULL FROM journal_head h CROSS JOIN journal_was w", table)
	where := fmt.Sprintf(" WHERE w.tbl = '%s'", table)
	switch {
	case keys == "":
	case tx.Dialect() == storage.Postgres: // which hashes a NOT IN only as long as it is short
		text += " LEFT JOIN (" + keys + ") n ON n.row_key = w.row_key"
		where += " AND n.row_key IS NULL"
	default:
		where += " AND w.row_key NOT IN (" + keys + ")"
	}
	if _, err := tx.ExecText(ctx, text+where); err != nil {
		return fmt.Errorf("journal what a migration removed from %s: %w", table, err)
	}
	return nil
}

// journalDifference journals what differs between the rows of a table and those set aside of it. Rows that go come first, so that nothing is in the way of those that come.
func journalDifference(ctx context.Context, tx *storage.Tx, table string) error {
	cols, err := storage.Describe(ctx, tx, table)
	if err != nil {
		return err
	}
	if err := journalable(cols); err != nil {
		return err
	}
	key, image, name := keyImage(cols, tx.Dialect()), Image(cols, "", tx.Dialect()), storage.Quote(table)
	if err := journalGone(ctx, tx, table, "SELECT "+key+" AS row_key FROM "+name); err != nil {
		return err
	}
	now := "(SELECT " + key + " AS row_key, " + image + " AS image FROM " + name + ") n"
	for _, text := range []string{
		journalInto + "'U', w.image, n.image FROM journal_head h CROSS JOIN " + now + " JOIN journal_was w ON w.tbl = '%[1]s' AND w.row_key = n.row_key WHERE w.image <> n.image",
		journalInto + "'I', NULL, n.image FROM journal_head h CROSS JOIN " + now + " LEFT JOIN journal_was w ON w.tbl = '%[1]s' AND w.row_key = n.row_key WHERE w.row_key IS NULL",
	} {
		if _, err := tx.ExecText(ctx, fmt.Sprintf(text, table)); err != nil {
			return fmt.Errorf("journal what a migration changed in %s: %w", table, err)
		}
	}
	return nil
}
