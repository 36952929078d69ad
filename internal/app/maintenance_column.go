package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// maxRows is how many rows of a site one step may set.
const maxRows = 10_000

// secretColumns are never read or set by steps: their values would stand in plans.
var secretColumns = []string{"secret", "hash", "old_secret", "code_hash"}

// checkColumn refuses what is not a column of a journaled table of a site's own volumes. Those of its organization, and the control database, are above
// the site.
func checkColumn(s maintenance.Step) error {
	i := slices.IndexFunc(siteKinds(), func(k volume.Kind) bool { return k.Name == s.Volume })
	if i < 0 {
		return fmt.Errorf("a site has the volumes work, oncall and status; %q is not one of them", s.Volume)
	}
	j := slices.IndexFunc(siteKinds()[i].Tables, func(t storage.Table) bool { return t.Name == s.Table })
	if j < 0 || siteKinds()[i].Tables[j].Exempt != "" {
		return fmt.Errorf("%s has no journaled table %q: what is not in the journal could not be proven to come back", s.Volume, s.Table)
	}
	for _, column := range append(slices.Collect(maps.Keys(s.Where)), s.Column) {
		if slices.Contains(secretColumns, column) {
			return fmt.Errorf("%s.%s is a secret: rotate it instead", s.Table, column)
		}
	}
	return nil
}

func columnLabels(s maintenance.Step) (from, to string) {
	label := func(v string) string { return fmt.Sprintf("%s.%s %q where %s", s.Table, s.Column, v, s.Condition()) }
	return label(s.From), label(s.To)
}

func rowsText(n int64) string { return strconv.FormatInt(n, 10) + " rows" }

// column is a step on rows, understood against the table as the database has it.
type column struct {
	storage.Columns
	step      maintenance.Step
	condition string // of Where alone, with parameters from $3 on
	values    []any
	from, to  any
}

// columnOf reads a step in a volume. Keys cannot be set: a row would become another.
func columnOf(ctx context.Context, tx *volume.Tx, s maintenance.Step) (c column, err error) {
	c.step = s
	if c.Columns, err = storage.Describe(ctx, tx.Tx, s.Table); err != nil {
		return c, err
	}
	if slices.Contains(c.Key, s.Column) {
		return c, fault.Bad("%s is the key of %s", s.Column, s.Table)
	}
	value := func(column, text string) (any, error) {
		i := slices.Index(c.Names, column)
		if i < 0 {
			return nil, fault.Bad("%s has no column %q; it has %s", s.Table, column, strings.Join(c.Names, ", "))
		}
		if c.Types[i] == "TEXT" {
			return text, nil
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fault.Bad("%s.%s is a whole number, %q is none", s.Table, column, text)
		}
		return n, nil
	}
	if c.from, err = value(s.Column, s.From); err != nil {
		return c, err
	}
	if c.to, err = value(s.Column, s.To); err != nil {
		return c, err
	}
	var parts []string
	for _, column := range slices.Sorted(maps.Keys(s.Where)) {
		v, err := value(column, s.Where[column])
		if err != nil {
			return c, err
		}
		c.values = append(c.values, v)
		parts = append(parts, fmt.Sprintf("%s = $%d", storage.Quote(column), len(c.values)+2))
	}
	c.condition = strings.Join(parts, " AND ")
	return c, nil
}

// args gives the parameters of a statement: the column's two values, then those of the condition.
func (c column) args(a, b any) []any { return append([]any{a, b}, c.values...) }

// count counts the rows that are at each end of the step.
func (c column) count(ctx context.Context, tx *volume.Tx) (from, to int64, err error) {
	q := storage.Quote(c.step.Column)
	text := fmt.Sprintf("SELECT count(CASE WHEN %s = $1 THEN 1 END), count(CASE WHEN %s = $2 THEN 1 END) FROM %s WHERE %s", q, q, storage.Quote(c.Table), c.condition)
	err = tx.GetText(ctx, text, c.args(c.from, c.to), &from, &to)
	return from, to, err
}

// move sets the rows that have one value to another.
func (c column) move(ctx context.Context, tx *volume.Tx, from, to any) (int64, error) {
	q := storage.Quote(c.step.Column)
	return tx.ExecText(ctx, fmt.Sprintf("UPDATE %s SET %s = $2 WHERE %s = $1 AND %s", storage.Quote(c.Table), q, q, c.condition), c.args(from, to)...)
}

// image gives every row that the condition takes in, whole and in the order of the key.
func (c column) image(ctx context.Context, tx *volume.Tx) ([]string, error) {
	quoted := func(names []string) string {
		out := make([]string, len(names))
		for i, n := range names {
			out[i] = storage.Quote(n)
		}
		return strings.Join(out, ", ")
	}
	// $1 and $2 stand in the text so that the parameters are those of the other statements.
	text := fmt.Sprintf("SELECT %s FROM %s WHERE (%s = $1 OR %s = $2) AND %s ORDER BY %s", quoted(c.Names), storage.Quote(c.Table), storage.Quote(c.step.Column), storage.Quote(c.step.Column), c.condition, quoted(c.Key))
	rows, err := tx.QueryText(ctx, text, c.args(c.from, c.to)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		values, dest := make([]any, len(c.Names)), make([]any, len(c.Names))
		for i := range values {
			dest[i] = &values[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		out = append(out, fmt.Sprintf("%q", values))
	}
	return out, rows.Err()
}

// errProven ends a transaction that only proved something.
var errProven = errors.New("proven")

// prove does the step and its inverse in a transaction that is then rolled back, and compares every row.
func (c column) prove(ctx context.Context, v *volume.Volume) error {
	err := v.Write(ctx, func(tx *volume.Tx) error {
		before, err := c.image(ctx, tx)
		if err != nil {
			return err
		}
		there, err := c.move(ctx, tx, c.from, c.to)
		if err != nil {
			return err
		}
		back, err := c.move(ctx, tx, c.to, c.from)
		if err != nil {
			return err
		}
		after, err := c.image(ctx, tx)
		if err != nil {
			return err
		}
		if there != back || !slices.Equal(before, after) {
			return fault.Conflict("the inverse does not lead back: %d rows go, %d come back", there, back)
		}
		return errProven
	})
	if errors.Is(err, errProven) {
		return nil
	}
	return err
}

// readColumn counts the rows at each end of a step. Rows at both ends are refused, since the inverse could not tell them apart; and so are rows at
// neither: a step for nothing is a mistake.
func (a customSteps) readColumn(ctx context.Context, s *fleet.Site, step maintenance.Step) (map[string]string, error) {
	v := a.n.Pool.Volume(volume.Ref{Kind: step.Volume, Owner: s.ID.String()})
	var c column
	var from, to int64
	err := v.Read(ctx, func(tx *volume.Tx) (err error) {
		if c, err = columnOf(ctx, tx, step); err != nil {
			return err
		}
		from, to, err = c.count(ctx, tx)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case from > 0 && to > 0:
		return nil, fault.Conflict("%d rows are %q and %d are %q already: the inverse could not tell them apart", from, step.From, to, step.To)
	case from == 0 && to == 0:
		return nil, fault.Conflict("no row is %q", step.From)
	case from+to > maxRows:
		return nil, fault.Conflict("%d rows are more than the %d of a step", from+to, maxRows)
	}
	if from > 0 {
		if err := c.prove(ctx, v); err != nil {
			return nil, err
		}
	}
	atFrom, atTo := columnLabels(step)
	return map[string]string{atFrom: rowsText(from), atTo: rowsText(to)}, nil
}

func (a customSteps) setColumn(ctx context.Context, s *fleet.Site, step maintenance.Step) error {
	ctx = a.n.siteContext(ctx, s)
	return a.n.Pool.Volume(volume.Ref{Kind: step.Volume, Owner: s.ID.String()}).Write(ctx, func(tx *volume.Tx) error {
		c, err := columnOf(ctx, tx, step)
		if err != nil {
			return err
		}
		_, err = c.move(ctx, tx, c.from, c.to)
		return err
	})
}
