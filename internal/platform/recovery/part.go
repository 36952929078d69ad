package recovery

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
)

// Part says which rows of a volume go back: those of some tables, and of these all or only what belongs to one thing.
type Part struct {
	Tables []string
	// Root is the thing whose rows go back; the zero value means all rows of Tables.
	Root Root
	// Parents names, for a column ("issue_id") or for a column of one table ("issue_link.source_id"), the table whose identifier it holds. A row belongs to
	// a thing when following these leads to it. A row whose parent would not be there is left out.
	Parents map[string]string
}

// Root is a row by its table and its column id.
type Root struct {
	Table string
	ID    any // int64 or string, as in the table
}

// PartResult is what the restore of a part did.
type PartResult struct {
	Ref     volume.Ref `json:"volume"`
	Target  int64      `json:"target"`  // the commit whose state the part has
	Before  int64      `json:"before"`  // the newest commit before
	Commit  int64      `json:"commit"`  // the one that was made; 0 when nothing differed
	Rows    int        `json:"rows"`    // that differ
	LeftOut int        `json:"leftOut"` // rows whose other end is not there, such as links to what was deleted since
}

// RestorePart brings a part of a volume back to a commit, in the live volume and as one commit of it: everything else stays as it is and people go on
// working. What would break a reference or a uniqueness of the rest is refused as a whole.
func (r *Recovery) RestorePart(ctx context.Context, ref volume.Ref, target int64, part Part, request, reason string) (res PartResult, err error) {
	res = PartResult{Ref: ref, Target: target}
	if r.shipper != nil {
		r.shipper.Mark(ref)
		if err := r.shipper.Flush(ctx); err != nil {
			return res, err
		}
	}
	if err := r.vault.Refresh(ctx); err != nil {
		return res, err
	}
	frames, err := r.vault.Known(ref.String())
	if err != nil {
		return res, err
	}
	if len(frames) == 0 || target < 1 {
		return res, noCommit(ref, target, lastOf(frames))
	}
	if err := r.reachable(ctx, ref, target); err != nil {
		return res, err
	}
	then, _, err := r.pastOf(ctx, ref, target)
	if err != nil {
		return res, err
	}
	if then != nil {
		defer then.Close() //nolint:errcheck // a folder under tmp that stays behind harms nobody
	}
	origin := identity.Origin{Source: "recovery", Request: request, Reason: reason}
	var receipt volume.Receipt
	err = r.pool.Volume(ref).Write(volume.WithReceipt(identity.WithOrigin(ctx, origin), &receipt), func(tx *volume.Tx) error {
		diff, head, err := r.since(ctx, tx, ref, frames, then, target)
		if err != nil {
			return err
		}
		res.Before = head
		p := partial{Part: part, tx: tx.Tx, cols: map[string]storage.Columns{}, diff: diff, belongs: map[string]bool{}}
		changes, err := p.choose(ctx)
		if err != nil {
			return err
		}
		res.Rows, res.LeftOut = len(changes), p.leftOut
		return p.apply(ctx, changes)
	})
	switch {
	case errors.Is(err, storage.ErrUnique):
		return res, fault.Wrap(err, fault.KindConflict, "What would come back collides with something made since (a name or a key is taken). Restore the whole, or rename what took it.")
	case errors.Is(err, storage.ErrForeignKey):
		return res, fault.Wrap(err, fault.KindConflict, "What would come back refers to something that is not there, or something else refers to what would go. Restore the whole.")
	case err != nil:
		return res, err
	}
	for _, c := range receipt.Commits {
		if c.Ref == ref {
			res.Commit = c.Seq
		}
	}
	return res, nil
}

// since gives what changed in a volume after a commit, up to now: from the vault, and the newest commits from the journal itself. Where a migration lies between, then is the
// volume at that commit, and the two states are compared.
func (r *Recovery) since(ctx context.Context, tx *volume.Tx, ref volume.Ref, frames []vault.Frame, then *Past, target int64) ([]RowDiff, int64, error) {
	head, err := journal.ReadHead(ctx, tx.Tx)
	if err != nil {
		return nil, 0, err
	}
	if target > head.Seq {
		return nil, 0, noCommit(ref, target, lastOf(frames))
	}
	if then != nil {
		rows, err := r.compareWith(ctx, ref, then, tx.Tx)
		return rows, head.Seq, err
	}
	n := newNet()
	last := frames[len(frames)-1].To
	err = r.entries(ctx, frames, target, head.Seq, func(e vault.Entry) error { return n.add(ctx, tx.Tx, e.Changes) })
	if err != nil {
		return nil, 0, err
	}
	commits, err := journal.Commits(ctx, tx.Tx, max(last, target), int(head.Seq-last)+1)
	if err != nil {
		return nil, 0, err
	}
	for _, c := range commits {
		changes, err := journal.Changes(ctx, tx.Tx, c.FirstN, c.LastN)
		if err != nil {
			return nil, 0, err
		}
		if err := n.add(ctx, tx.Tx, changes); err != nil {
			return nil, 0, err
		}
	}
	return n.diffs(), head.Seq, nil
}

func lastOf(frames []vault.Frame) int64 {
	if len(frames) == 0 {
		return 0
	}
	return frames[len(frames)-1].To
}

// partial chooses and applies the rows of a part.
type partial struct {
	Part
	tx      *storage.Tx
	cols    map[string]storage.Columns
	diff    []RowDiff
	then    map[string]map[string]any // rows of the diff at the target, by table and id
	now     map[string]map[string]any
	belongs map[string]bool
	leftOut int
}

func rowKey(table string, id any) string { return fmt.Sprintf("%s\x00%v", table, id) }

// choose gives the changes that bring the part back.
func (p *partial) choose(ctx context.Context) ([]journal.Change, error) {
	p.then, p.now = map[string]map[string]any{}, map[string]map[string]any{}
	rows := make([][2]map[string]any, len(p.diff))
	for i, d := range p.diff {
		for side, image := range []*string{d.Then, d.Now} {
			row, err := p.decode(ctx, d.Table, image)
			if err != nil {
				return nil, err
			}
			rows[i][side] = row
			if id, ok := row["id"]; ok {
				[]map[string]map[string]any{p.then, p.now}[side][rowKey(d.Table, id)] = row
			}
		}
	}
	var chosen []RowDiff
	for i, d := range p.diff {
		if !slices.Contains(p.Tables, d.Table) {
			continue
		}
		in := p.Root.Table == ""
		for _, row := range rows[i] {
			if !in && row != nil {
				var err error
				if in, err = p.owned(ctx, d.Table, row, 0); err != nil {
					return nil, err
				}
			}
		}
		if !in {
			continue
		}
		if whole, err := p.whole(ctx, d.Table, rows[i][0]); err != nil {
			return nil, err
		} else if !whole {
			p.leftOut++
			continue
		}
		chosen = append(chosen, d)
	}
	return (&net{rows: chosen}).inverse(), nil
}

func (p *partial) decode(ctx context.Context, table string, image *string) (map[string]any, error) {
	if image == nil {
		return nil, nil
	}
	cols, ok := p.cols[table]
	if !ok {
		var err error
		if cols, err = storage.Describe(ctx, p.tx, table); err != nil {
			return nil, err
		}
		p.cols[table] = cols
	}
	values, err := journal.DecodeImage(*image)
	if err != nil {
		return nil, err
	}
	if len(values) != len(cols.Names) {
		return nil, fault.Conflict("The schema of %s changed since: only the whole can go back to that time.", table)
	}
	row := make(map[string]any, len(values))
	for i, v := range values {
		row[cols.Names[i]] = v
	}
	return row, nil
}

// parent gives the table that a column of a row points into, "" for none. A thing of its own kind above it (a page's parent) is no owner.
func (p *partial) parent(table, column string) string {
	to, ok := p.Parents[table+"."+column]
	if !ok {
		to = p.Parents[column]
	}
	if to == table {
		return ""
	}
	return to
}

// maxDepth bounds how far owners are followed; real chains have four links.
const maxDepth = 12

// owned tells whether a row belongs to the root.
func (p *partial) owned(ctx context.Context, table string, row map[string]any, depth int) (bool, error) {
	if row == nil || depth > maxDepth {
		return false, nil
	}
	if table == p.Root.Table && fmt.Sprint(row["id"]) == fmt.Sprint(p.Root.ID) {
		return true, nil
	}
	key := ""
	if id, ok := row["id"]; ok {
		key = rowKey(table, id)
		if known, ok := p.belongs[key]; ok {
			return known, nil
		}
		p.belongs[key] = false // on the way; a circle leads nowhere
	}
	for _, column := range slices.Sorted(maps.Keys(row)) {
		to := p.parent(table, column)
		if to == "" || row[column] == nil {
			continue
		}
		if to == p.Root.Table && fmt.Sprint(row[column]) == fmt.Sprint(p.Root.ID) {
			if key != "" {
				p.belongs[key] = true
			}
			return true, nil
		}
		up, err := p.find(ctx, to, row[column])
		if err != nil {
			return false, err
		}
		in, err := p.owned(ctx, to, up, depth+1)
		if err != nil {
			return false, err
		}
		if in {
			if key != "" {
				p.belongs[key] = true
			}
			return true, nil
		}
	}
	return false, nil
}

// find gives a row as it was or is, by its column id; nil when there is none.
func (p *partial) find(ctx context.Context, table string, id any) (map[string]any, error) {
	if row := p.then[rowKey(table, id)]; row != nil {
		return row, nil
	}
	if row := p.now[rowKey(table, id)]; row != nil {
		return row, nil
	}
	return p.live(ctx, table, id)
}

func (p *partial) live(ctx context.Context, table string, id any) (map[string]any, error) {
	cols, ok := p.cols[table]
	if !ok {
		var err error
		if cols, err = storage.Describe(ctx, p.tx, table); err != nil {
			return nil, err
		}
		p.cols[table] = cols
	}
	var image string
	err := p.tx.GetText(ctx, "SELECT "+journal.Image(cols, "", p.tx.Dialect())+" FROM "+storage.Quote(table)+" WHERE id = $1", []any{id}, &image)
	if errors.Is(err, storage.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return p.decode(ctx, table, &image)
}

// whole tells whether everything that a row of the past points to will be there once the part is back.
func (p *partial) whole(ctx context.Context, table string, then map[string]any) (bool, error) {
	for column, value := range then {
		to := p.parent(table, column)
		if to == "" || value == nil || value == int64(0) || value == "" {
			continue
		}
		if p.then[rowKey(to, value)] != nil { // it comes back too, when it is of the part
			if p.Root.Table == "" || !slices.Contains(p.Tables, to) {
				continue
			}
			if in, err := p.owned(ctx, to, p.then[rowKey(to, value)], 0); err != nil || in {
				if err != nil {
					return false, err
				}
				continue
			}
		}
		row, err := p.live(ctx, to, value)
		if err != nil {
			return false, err
		}
		if row == nil {
			return false, nil
		}
	}
	return true, nil
}

// apply makes the changes as the present transaction's. Rows are put one by one first, which browsers see as changes of what they show; where that
// collides on the way (two things that swapped their names), what changes is taken away before it comes back.
func (p *partial) apply(ctx context.Context, changes []journal.Change) error {
	return storage.WithoutForeignKeys(ctx, p.tx, func() error {
		replay := journal.NewReplayer(p.tx)
		err := p.tx.Savepoint(ctx, func() error {
			for _, gone := range []bool{true, false} {
				for _, c := range changes {
					if (c.After == nil) != gone {
						continue
					}
					if err := replay.Apply(ctx, c); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if errors.Is(err, storage.ErrUnique) {
			err = p.tx.Savepoint(ctx, func() error { return replay.ApplyCommit(ctx, journal.Commit{Kind: journal.KindRestore}, changes) })
		}
		if err != nil {
			return err
		}
		return storage.CheckForeignKeys(ctx, p.tx)
	})
}
