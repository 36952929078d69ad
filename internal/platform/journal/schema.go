package journal

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"holdfast.dev/internal/platform/storage"
)

// Tables are the journal's own tables, in every volume. They are exempt from journaling: they are the journal.
var Tables = []storage.Table{
	{Name: "journal_commit", Exempt: "the journal itself: shipped to the vault as commit records"},
	{Name: "journal_change", Exempt: "the journal itself: shipped to the vault as row images"},
	{Name: "journal_head", Exempt: "position, digest and chain of the journal: proven against the vault, not replayed"},
	{Name: "schema_version", Exempt: "follows from the migrations; every snapshot and commit names the versions it belongs to"},
}

const ddl = `
CREATE TABLE journal_commit (
  seq BIGINT PRIMARY KEY,
  at_us BIGINT NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  source TEXT NOT NULL,
  request TEXT NOT NULL,
  reason TEXT NOT NULL,
  summary TEXT NOT NULL,
  first_n BIGINT NOT NULL,
  last_n BIGINT NOT NULL
);
CREATE INDEX journal_commit_at ON journal_commit (at_us, seq);
CREATE INDEX journal_commit_kind ON journal_commit (kind, seq);
CREATE INDEX journal_commit_actor ON journal_commit (actor, seq);

CREATE TABLE journal_head (
  one BIGINT PRIMARY KEY,
  open_seq BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  last_n BIGINT NOT NULL,
  sealed_seq BIGINT NOT NULL,
  sealed_n BIGINT NOT NULL,
  chain TEXT NOT NULL,
  digest TEXT NOT NULL,
  sealed_rows BIGINT NOT NULL,
  sealed_key TEXT NOT NULL,
  sealed_bytes BIGINT NOT NULL,
  snapshot_seq BIGINT NOT NULL,
  snapshot_bytes BIGINT NOT NULL
);
`

const ddlChangeSQLite = `CREATE TABLE journal_change (n INTEGER PRIMARY KEY, seq INTEGER NOT NULL, tbl TEXT NOT NULL, op TEXT NOT NULL, before TEXT, after TEXT) STRICT;`

const ddlChangePostgres = `CREATE TABLE journal_change (n BIGINT GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY, seq BIGINT NOT NULL, tbl TEXT COLLATE "C" NOT NULL, op TEXT COLLATE "C" NOT NULL, before TEXT COLLATE "C", after TEXT COLLATE "C");`

// Install creates the journal's tables where they are missing and (re)generates the triggers of every journaled table from
// the columns that the database has. It runs after migrations, in their transaction.
func Install(ctx context.Context, tx *storage.Tx, tables []storage.Table) error {
	have, err := storage.TableNames(ctx, tx)
	if err != nil {
		return err
	}
	if !slices.Contains(have, "journal_head") {
		if err := create(ctx, tx); err != nil {
			return err
		}
	}
	described, err := storage.DescribeTables(ctx, tx, journaled(tables))
	if err != nil {
		return err
	}
	schema, equipped := "", true
	if tx.Dialect() == storage.Postgres {
		if err := tx.GetText(ctx, `SELECT quote_ident(current_schema()), EXISTS (SELECT 1 FROM pg_depend d JOIN pg_proc p ON p.oid = d.objid WHERE d.classid = 'pg_proc'::regclass
			AND d.refclassid = 'pg_namespace'::regclass AND d.refobjid = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND p.proname LIKE 'journal\_%')`,
			nil, &schema, &equipped); err != nil {
			return err
		}
	}
	var texts, of []string
	for _, cols := range described {
		if err := journalable(cols); err != nil {
			return err
		}
		for _, s := range triggers(cols, tx.Dialect(), schema) {
			if !equipped && strings.HasPrefix(s, "DROP ") { // there never was one: hundreds of statements for nothing
				continue
			}
			texts, of = append(texts, s), append(of, cols.Table)
		}
	}
	if done, err := tx.Script(ctx, texts); err != nil {
		return fmt.Errorf("journal triggers of %s: %w", of[min(done, len(of)-1)], err)
	}
	return nil
}

// journaled gives the names of the tables that are.
func journaled(tables []storage.Table) []string {
	var names []string
	for _, t := range tables {
		if t.Exempt == "" {
			names = append(names, t.Name)
		}
	}
	return names
}

func create(ctx context.Context, tx *storage.Tx) error {
	m := storage.Inline("journal", ddl, map[storage.Dialect]string{storage.SQLite: ddlChangeSQLite, storage.Postgres: ddlChangePostgres})
	if _, err := tx.Script(ctx, m.Statements(tx.Dialect())); err != nil {
		return fmt.Errorf("create journal: %w", err)
	}
	_, err := tx.ExecText(ctx, `INSERT INTO journal_head (one, open_seq, seq, last_n, sealed_seq, sealed_n, chain, digest, sealed_rows, sealed_key, sealed_bytes, snapshot_seq, snapshot_bytes)
		VALUES (1, 0, 0, 0, 0, 0, $1, $2, 0, '', 0, 0, 0)`, Hash{}.String(), Digest{}.String())
	return err
}

// journalable refuses what an image could not carry equally on both engines, and what replay could not address.
func journalable(c storage.Columns) error {
	if len(c.Key) == 0 {
		return fmt.Errorf("table %s has no primary key: its rows cannot be addressed by replay", c.Table)
	}
	for i, typ := range c.Types {
		if typ != "TEXT" && typ != "BIGINT" {
			return fmt.Errorf("column %s.%s is %s: journaled tables hold TEXT and BIGINT only", c.Table, c.Names[i], typ)
		}
	}
	return nil
}

// Image gives the SQL expression for a row's image: a JSON array of its columns in order, byte for byte the same on both engines.
// row is "NEW", "OLD", a table alias, or "" for bare columns.
func Image(c storage.Columns, row string, d storage.Dialect) string {
	if row != "" {
		row += "."
	}
	parts := make([]string, len(c.Names))
	for i, name := range c.Names {
		ref := row + storage.Quote(name)
		if d == storage.Postgres {
			ref = "coalesce(to_json(" + ref + ")::text, 'null')"
		}
		parts[i] = ref
	}
	if d == storage.Postgres {
		return "'[' || " + strings.Join(parts, " || ',' || ") + " || ']'"
	}
	return "json_array(" + strings.Join(parts, ", ") + ")"
}

// triggers gives the statements that (re)create a table's triggers; schema is the quoted name of the one that the table is in, on PostgreSQL alone.
func triggers(c storage.Columns, d storage.Dialect, schema string) []string {
	if d == storage.Postgres {
		return postgresTriggers(c, schema)
	}
	name := func(op string) string { return storage.Quote("journal_" + c.Table + "_" + op) }
	const into = "INSERT INTO journal_change (seq, tbl, op, before, after) VALUES ((SELECT open_seq FROM journal_head), "
	trigger := func(op, event, letter, before, after string) []string {
		return []string{
			"DROP TRIGGER IF EXISTS " + name(op),
			fmt.Sprintf("CREATE TRIGGER %s AFTER %s ON %s BEGIN %s'%s', '%s', %s, %s); END",
				name(op), event, storage.Quote(c.Table), into, c.Table, letter, before, after),
		}
	}
	oldRow, newRow := Image(c, "OLD", d), Image(c, "NEW", d)
	var out []string
	out = append(out, trigger("insert", "INSERT", "I", "NULL", newRow)...)
	out = append(out, trigger("update", "UPDATE", "U", oldRow, newRow)...)
	return append(out, trigger("delete", "DELETE", "D", oldRow, "NULL")...)
}

// postgresTriggers makes one function a table, with the schema's name inside: whoever fires it, from whatever search_path,
// writes into the journal of the same schema. TRUNCATE is caught by a statement trigger that records every row as removed.
// A session that is not a Write of ours takes the writer's lock first, so that its changes cannot fall between ours.
func postgresTriggers(c storage.Columns, schema string) []string {
	fn := storage.Quote("journal_" + c.Table)
	tbl := storage.Quote(c.Table)
	into := "INSERT INTO " + schema + ".journal_change (seq, tbl, op, before, after) "
	open := "(SELECT open_seq FROM " + schema + ".journal_head)"
	row := func(op, before, after string) string {
		return into + "VALUES (" + open + ", '" + c.Table + "', '" + op + "', " + before + ", " + after + ");\n"
	}
	image := func(row string) string { return Image(c, row, storage.Postgres) }
	body := "CREATE OR REPLACE FUNCTION " + schema + "." + fn + "() RETURNS trigger LANGUAGE plpgsql AS $fn$ BEGIN\n" +
		"IF " + open + " = 0 THEN PERFORM pg_advisory_xact_lock(hashtextextended(TG_TABLE_SCHEMA, 0)); END IF;\n" +
		"IF TG_OP = 'INSERT' THEN " + row("I", "NULL", image("NEW")) +
		"ELSIF TG_OP = 'UPDATE' THEN " + row("U", image("OLD"), image("NEW")) +
		"ELSIF TG_OP = 'DELETE' THEN " + row("D", image("OLD"), "NULL") +
		"ELSE " + into + "SELECT " + open + ", '" + c.Table + "', 'D', " + image("t") + ", NULL FROM " + schema + "." + tbl + " t;\n" +
		"END IF; RETURN NULL; END $fn$"
	return []string{
		body,
		"DROP TRIGGER IF EXISTS journal_row ON " + tbl,
		"CREATE TRIGGER journal_row AFTER INSERT OR UPDATE OR DELETE ON " + tbl + " FOR EACH ROW EXECUTE FUNCTION " + fn + "()",
		"DROP TRIGGER IF EXISTS journal_truncate ON " + tbl,
		"CREATE TRIGGER journal_truncate BEFORE TRUNCATE ON " + tbl + " FOR EACH STATEMENT EXECUTE FUNCTION " + fn + "()",
	}
}
