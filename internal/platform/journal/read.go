package journal

import (
	"context"
	"fmt"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
)

var (
	qCommits = storage.Register("journal/commit.after", `SELECT seq, at_us, kind, actor, source, request, reason, summary, first_n, last_n
		FROM journal_commit WHERE seq > $1 ORDER BY seq LIMIT $2`)
	qCommit = storage.Register("journal/commit.get", `SELECT seq, at_us, kind, actor, source, request, reason, summary, first_n, last_n
		FROM journal_commit WHERE seq = $1`)
	qCommitAt = storage.Register("journal/commit.at", `SELECT coalesce(max(seq), 0) FROM journal_commit WHERE at_us <= $1`)
	qChanges  = storage.Register("journal/change.between", `SELECT n, tbl, op, before, after FROM journal_change WHERE n >= $1 AND n <= $2 ORDER BY n`)
	qPrune    = storage.Register("journal/change.prune", `DELETE FROM journal_change WHERE n <= $1 AND n < (SELECT sealed_n FROM journal_head)`)
)

// Commits gives up to limit commits after a number, in order.
func Commits(ctx context.Context, tx *storage.Tx, after int64, limit int) ([]Commit, error) {
	return storage.All(ctx, tx, qCommits, scanCommit, after, limit)
}

// Filter narrows a list of commits. Zero values do not narrow.
type Filter struct {
	Before   int64 // commits older than this one
	Actor    string
	From, To time.Time // From inclusive, To exclusive
}

// List gives up to limit commits that pass a filter, newest first.
func List(ctx context.Context, tx *storage.Tx, f Filter, limit int) ([]Commit, error) {
	var b strings.Builder
	b.WriteString(`SELECT seq, at_us, kind, actor, source, request, reason, summary, first_n, last_n FROM journal_commit WHERE 1 = 1`)
	var args []any
	add := func(condition string, arg any) {
		args = append(args, arg)
		fmt.Fprintf(&b, " AND %s $%d", condition, len(args))
	}
	if f.Before > 0 {
		add("seq <", f.Before)
	}
	if f.Actor != "" {
		add("actor =", f.Actor)
	}
	if !f.From.IsZero() {
		add("at_us >=", clock.Micros(f.From))
	}
	if !f.To.IsZero() {
		add("at_us <", clock.Micros(f.To))
	}
	fmt.Fprintf(&b, " ORDER BY seq DESC LIMIT %d", limit)
	return storage.AllText(ctx, tx, b.String(), scanCommit, args...)
}

// Get gives one commit, storage.ErrNoRows when there is none of that number.
func Get(ctx context.Context, tx *storage.Tx, seq int64) (Commit, error) {
	cs, err := storage.All(ctx, tx, qCommit, scanCommit, seq)
	if err != nil {
		return Commit{}, err
	}
	if len(cs) == 0 {
		return Commit{}, fmt.Errorf("commit %d: %w", seq, storage.ErrNoRows)
	}
	return cs[0], nil
}

// At gives the number of the last commit at or before an instant in microseconds, 0 when there is none.
func At(ctx context.Context, tx *storage.Tx, us int64) (int64, error) {
	var seq int64
	err := tx.Get(ctx, qCommitAt, []any{us}, &seq)
	return seq, err
}

// Changes gives the changes of commits c by their range of numbers, as far as they are still here (see Prune).
func Changes(ctx context.Context, tx *storage.Tx, firstN, lastN int64) ([]Change, error) {
	return storage.All(ctx, tx, qChanges, func(r *storage.Rows) (Change, error) {
		var c Change
		err := r.Scan(&c.N, &c.Table, &c.Op, &c.Before, &c.After)
		return c, err
	}, firstN, lastN)
}

// Prune drops images that the vault holds, up to a change's number. The last sealed one stays, so that numbers go on rising.
func Prune(ctx context.Context, tx *storage.Tx, upTo int64) error {
	_, err := tx.Exec(ctx, qPrune, upTo)
	return err
}

func scanCommit(r *storage.Rows) (Commit, error) {
	var c Commit
	var at int64
	var summary string
	err := r.Scan(&c.Seq, &at, &c.Kind, &c.Actor, &c.Source, &c.Request, &c.Reason, &summary, &c.FirstN, &c.LastN)
	c.Summary = ParseSummary(summary)
	c.At = clock.FromMicros(at)
	return c, err
}

// Scan computes the digest of the state by reading every row of the journaled tables.
func Scan(ctx context.Context, tx *storage.Tx, tables []storage.Table) (d Digest, rows int64, err error) {
	names := journaled(tables)
	if tx.Dialect() == storage.Postgres {
		return scanAtOnce(ctx, tx, names)
	}
	for _, name := range names {
		td, n, err := ScanTable(ctx, tx, name)
		if err != nil {
			return d, rows, err
		}
		d.Merge(td)
		rows += n
	}
	return d, rows, nil
}

// scanAtOnce reads every row of all tables with one statement: a volume has a hundred tables, most of them short, and a statement for each would be a journey for
// each.
func scanAtOnce(ctx context.Context, tx *storage.Tx, names []string) (d Digest, n int64, err error) {
	if len(names) == 0 {
		return d, 0, nil
	}
	tables, err := storage.DescribeTables(ctx, tx, names)
	if err != nil {
		return d, 0, err
	}
	parts := make([]string, len(tables))
	for i, cols := range tables {
		parts[i] = fmt.Sprintf("SELECT %d, %s FROM %s", i, Image(cols, "", tx.Dialect()), storage.Quote(cols.Table))
	}
	rows, err := tx.QueryText(ctx, strings.Join(parts, " UNION ALL "))
	if err != nil {
		return d, 0, fmt.Errorf("scan: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var table int
		var image string
		if err := rows.Scan(&table, &image); err != nil {
			return d, n, fmt.Errorf("scan: %w", err)
		}
		d.Add(names[table], image)
		n++
	}
	return d, n, rows.Err()
}

// ScanTable computes the digest of one table.
func ScanTable(ctx context.Context, tx *storage.Tx, table string) (d Digest, n int64, err error) {
	err = Images(ctx, tx, table, func(image string) error {
		d.Add(table, image)
		n++
		return nil
	})
	return d, n, err
}

// Images visits the images of all rows of a table, in no order.
func Images(ctx context.Context, tx *storage.Tx, table string, visit func(image string) error) error {
	cols, err := storage.Describe(ctx, tx, table)
	if err != nil {
		return err
	}
	rows, err := tx.QueryText(ctx, "SELECT "+Image(cols, "", tx.Dialect())+" FROM "+storage.Quote(table))
	if err != nil {
		return fmt.Errorf("scan %s: %w", table, err)
	}
	defer rows.Close()
	for rows.Next() {
		var image string
		if err := rows.Scan(&image); err != nil {
			return fmt.Errorf("scan %s: %w", table, err)
		}
		if err := visit(image); err != nil {
			return err
		}
	}
	return rows.Err()
}
