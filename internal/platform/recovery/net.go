package recovery

import (
	"context"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
)

// RowDiff is a row that differs between two instants. Images are JSON arrays of the row's columns; nil where the row does not exist.
type RowDiff struct {
	Table string
	Then  *string // at the earlier instant
	Now   *string // at the later one
}

// net collects what a run of commits changes in the end: the first before image and the last after image of every row.
type net struct {
	cols  map[string]storage.Columns
	index map[string]int
	rows  []RowDiff
}

func newNet() *net { return &net{cols: map[string]storage.Columns{}, index: map[string]int{}} }

// add follows the changes of one commit. A change of the primary key counts as one row going and another coming.
func (n *net) add(ctx context.Context, tx *storage.Tx, changes []journal.Change) error {
	for _, c := range changes {
		cols, ok := n.cols[c.Table]
		if !ok {
			var err error
			if cols, err = storage.Describe(ctx, tx, c.Table); err != nil {
				return err
			}
			n.cols[c.Table] = cols
		}
		before, err := n.slot(cols, c.Before, c.Before)
		if err != nil {
			return err
		}
		after, err := n.slot(cols, c.After, nil)
		if err != nil {
			return err
		}
		if before >= 0 && before != after {
			n.rows[before].Now = nil
		}
		if after >= 0 {
			n.rows[after].Now = c.After
		}
	}
	return nil
}

// slot gives the place of an image's row; one seen for the first time is entered with what it was before this change.
func (n *net) slot(cols storage.Columns, image, then *string) (int, error) {
	if image == nil {
		return -1, nil
	}
	key, err := journal.KeyOf(cols, *image)
	if err != nil {
		return -1, err
	}
	key = cols.Table + "\x00" + key
	i, ok := n.index[key]
	if !ok {
		i = len(n.rows)
		n.index[key] = i
		n.rows = append(n.rows, RowDiff{Table: cols.Table, Then: then})
	}
	return i, nil
}

// diffs gives the rows that differ in the end.
func (n *net) diffs() []RowDiff {
	var out []RowDiff
	for _, r := range n.rows {
		if r.Then == nil && r.Now == nil || r.Then != nil && r.Now != nil && *r.Then == *r.Now {
			continue
		}
		out = append(out, r)
	}
	return out
}

// inverse gives the changes that lead from the later state back to the earlier one.
func (n *net) inverse() []journal.Change {
	var out []journal.Change
	for _, r := range n.diffs() {
		c := journal.Change{Table: r.Table, Op: "U", Before: r.Now, After: r.Then}
		if c.Before == nil {
			c.Op = "I"
		} else if c.After == nil {
			c.Op = "D"
		}
		out = append(out, c)
	}
	return out
}
