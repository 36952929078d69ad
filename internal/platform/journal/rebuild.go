package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
)

// Uninstall drops the journal's triggers, so that rows can be put in place that are history already. Install brings them back.
func Uninstall(ctx context.Context, tx *storage.Tx, tables []storage.Table) error {
	var drops []string
	for _, name := range journaled(tables) {
		drop := []string{"journal_row", "journal_truncate"}
		on := " ON " + storage.Quote(name)
		if tx.Dialect() == storage.SQLite {
			drop, on = []string{"journal_" + name + "_insert", "journal_" + name + "_update", "journal_" + name + "_delete"}, ""
		}
		for _, trigger := range drop {
			drops = append(drops, "DROP TRIGGER IF EXISTS "+storage.Quote(trigger)+on)
		}
	}
	if done, err := tx.Script(ctx, drops); err != nil {
		return fmt.Errorf("%s: %w", drops[min(done, len(drops)-1)], err)
	}
	return nil
}

// Open makes the triggers work for a replay that leaves them where they are; Restamp drops what they write.
func Open(ctx context.Context, tx *storage.Tx) error {
	_, err := tx.Exec(ctx, qOpen, 1)
	return err
}

// Replayer applies changes to a database whose triggers are uninstalled, or whose journal is stamped anew afterwards.
type Replayer struct {
	tx     *storage.Tx
	tables map[string]*replayTable
}

type replayTable struct {
	cols           storage.Columns
	key            []int  // positions of the primary key
	update, remove string // update is empty where there is nothing but the key
}

// NewReplayer prepares the replay into one database.
func NewReplayer(tx *storage.Tx) *Replayer {
	return &Replayer{tx: tx, tables: map[string]*replayTable{}}
}

// Apply makes one change: the row becomes its after image, or goes.
func (r *Replayer) Apply(ctx context.Context, c Change) error {
	t, err := r.table(ctx, c.Table)
	if err != nil {
		return err
	}
	if c.Before != nil { // a changed primary key leaves its old row behind
		before, err := t.decode(*c.Before)
		if err != nil {
			return err
		}
		moved := c.After == nil
		if c.After != nil {
			after, err := t.decode(*c.After)
			if err != nil {
				return err
			}
			for _, k := range t.key {
				moved = moved || before[k] != after[k]
			}
		}
		if moved {
			args := make([]any, len(t.key))
			for i, k := range t.key {
				args[i] = before[k]
			}
			if _, err := r.tx.ExecText(ctx, t.remove, args...); err != nil {
				return fmt.Errorf("replay removal from %s: %w", c.Table, err)
			}
		}
	}
	if c.After == nil {
		return nil
	}
	return r.Put(ctx, c.Table, *c.After)
}

// ApplyCommit makes all changes of a commit. Those of a restore are the net difference between two states, in no order that
// keys and uniqueness would hold in on the way: what changes goes first, what comes is put then.
func (r *Replayer) ApplyCommit(ctx context.Context, c Commit, changes []Change) error {
	if c.Kind == KindRestore {
		for _, ch := range changes {
			if ch.Before == nil {
				continue
			}
			if err := r.Apply(ctx, Change{Table: ch.Table, Op: "D", Before: ch.Before}); err != nil {
				return err
			}
		}
		for _, ch := range changes {
			if ch.After == nil {
				continue
			}
			if err := r.Put(ctx, ch.Table, *ch.After); err != nil {
				return err
			}
		}
		return nil
	}
	for _, ch := range changes {
		if err := r.Apply(ctx, ch); err != nil {
			return err
		}
	}
	return nil
}

// Put makes a row equal to an image.
func (r *Replayer) Put(ctx context.Context, table, image string) error {
	t, err := r.table(ctx, table)
	if err != nil {
		return err
	}
	row, err := t.decode(image)
	if err != nil {
		return err
	}
	// Not one statement with ON CONFLICT: SQLite would apply that to what the product's own triggers do too, and words that were edited away would stay
	// in a full-text index.
	text := storage.Insertion(table, t.cols.Names, 1)
	if t.update == "" {
		text += " ON CONFLICT DO NOTHING"
	} else if n, err := r.tx.ExecText(ctx, t.update, row...); err != nil || n > 0 {
		return t.failed(err)
	}
	_, err = r.tx.ExecText(ctx, text, row...)
	return t.failed(err)
}

func (t *replayTable) failed(err error) error {
	if err != nil {
		return fmt.Errorf("replay into %s: %w", t.cols.Table, err)
	}
	return nil
}

func (r *Replayer) table(ctx context.Context, name string) (*replayTable, error) {
	if t := r.tables[name]; t != nil {
		return t, nil
	}
	cols, err := storage.Describe(ctx, r.tx, name)
	if err != nil {
		return nil, err
	}
	t := &replayTable{cols: cols}
	isKey := map[string]bool{}
	var where []string
	for i, k := range cols.Key {
		isKey[k] = true
		where = append(where, fmt.Sprintf("%s = $%d", storage.Quote(k), i+1))
	}
	for _, k := range cols.Key {
		for i, n := range cols.Names {
			if n == k {
				t.key = append(t.key, i)
			}
		}
	}
	var sets, found []string
	for i, n := range cols.Names {
		part := fmt.Sprintf("%s = $%d", storage.Quote(n), i+1)
		if isKey[n] {
			found = append(found, part)
		} else {
			sets = append(sets, part)
		}
	}
	if len(sets) > 0 {
		t.update = fmt.Sprintf("UPDATE %s SET %s WHERE %s", storage.Quote(name), strings.Join(sets, ", "), strings.Join(found, " AND "))
	}
	t.remove = fmt.Sprintf("DELETE FROM %s WHERE %s", storage.Quote(name), strings.Join(where, " AND "))
	r.tables[name] = t
	return t, nil
}

// decode reads an image into arguments: text, integers and NULL.
func (t *replayTable) decode(image string) ([]any, error) {
	row, err := DecodeImage(image)
	if err != nil {
		return nil, fmt.Errorf("image of %s: %w", t.cols.Table, err)
	}
	if len(row) != len(t.cols.Names) {
		return nil, fmt.Errorf("image of %s has %d columns, the table %d: it belongs to another schema", t.cols.Table, len(row), len(t.cols.Names))
	}
	return row, nil
}

func imageOrNil(image *string) any {
	if image == nil {
		return nil
	}
	return *image
}

// DecodeImage reads an image: string, int64 or nil for each column.
func DecodeImage(image string) ([]any, error) {
	if row, ok := plainImage(image); ok {
		return row, nil
	}
	return anyImage(image)
}

// anyImage reads an image with a decoder that takes any JSON.
func anyImage(image string) ([]any, error) {
	dec := json.NewDecoder(bytes.NewReader([]byte(image)))
	dec.UseNumber()
	var row []any
	if err := dec.Decode(&row); err != nil {
		return nil, err
	}
	for i, v := range row {
		if n, ok := v.(json.Number); ok {
			x, err := n.Int64()
			if err != nil {
				return nil, err
			}
			row[i] = x
		}
	}
	return row, nil
}

// plainImage reads an image in which nothing is escaped, as most are: many times faster than a decoder that takes any JSON. ok is false for every other text.
func plainImage(image string) (row []any, ok bool) {
	if len(image) < 2 || image[0] != '[' || image[len(image)-1] != ']' {
		return nil, false
	}
	rest := image[1 : len(image)-1]
	for row = make([]any, 0, 1+strings.Count(rest, ",")); rest != ""; {
		var value any
		switch {
		case rest[0] == '"':
			end := strings.IndexByte(rest[1:], '"') + 1
			if end == 0 || !plainText(rest[1:end]) {
				return nil, false
			}
			value, rest = rest[1:end], rest[end+1:]
		case strings.HasPrefix(rest, "null"):
			rest = rest[len("null"):]
		default:
			end := strings.IndexByte(rest, ',')
			if end < 0 {
				end = len(rest)
			}
			n, err := strconv.ParseInt(rest[:end], 10, 64)
			if err != nil || strconv.FormatInt(n, 10) != rest[:end] {
				return nil, false
			}
			value, rest = n, rest[end:]
		}
		if row = append(row, value); rest == "" {
			break
		}
		if rest[0] != ',' || len(rest) == 1 {
			return nil, false
		}
		rest = rest[1:]
	}
	return row, true
}

// plainText tells whether what stands between two quotes is the text itself.
func plainText(s string) bool {
	for i := range len(s) {
		if s[i] == '\\' || s[i] < ' ' {
			return false
		}
	}
	return utf8.ValidString(s)
}

// KeyOf gives the primary key inside an image, as text that is equal for equal keys of a table.
func KeyOf(cols storage.Columns, image string) (string, error) {
	row, err := DecodeImage(image)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, k := range cols.Key {
		for i, n := range cols.Names {
			if n == k && i < len(row) {
				fmt.Fprintf(&b, "%v\x00", row[i])
			}
		}
	}
	return b.String(), nil
}

// Restamp makes a rebuilt database stand where head says, as if it had made the commits itself: records are added to those that came
// with the snapshot, and pending, when given, is a commit that the vault does not hold yet, with its changes.
func Restamp(ctx context.Context, tx *storage.Tx, head Head, records []Commit, pending *Commit, changes []Change) error {
	for _, s := range []string{`DELETE FROM journal_change`, `UPDATE journal_commit SET first_n = 0, last_n = -1 WHERE last_n >= 0`} {
		if _, err := tx.ExecText(ctx, s); err != nil {
			return err
		}
	}
	commits := make([][]any, len(records))
	for i, c := range records {
		commits[i] = []any{c.Seq, clock.Micros(c.At), c.Kind, c.Actor, c.Source, c.Request, c.Reason, c.Summary.String(), int64(0), int64(-1)}
	}
	columns := []string{"seq", "at_us", "kind", "actor", "source", "request", "reason", "summary", "first_n", "last_n"}
	if _, err := tx.Load(ctx, "journal_commit", columns, storage.Given(commits)); err != nil {
		return fmt.Errorf("records of commits: %w", err)
	}
	head.SealedN, head.LastN = 0, 0
	seq := head.SealedSeq
	if pending != nil {
		rows := make([][]any, len(changes))
		for i, c := range changes {
			rows[i] = []any{pending.Seq, c.Table, c.Op, imageOrNil(c.Before), imageOrNil(c.After)}
		}
		if _, err := tx.Load(ctx, "journal_change", []string{"seq", "tbl", "op", "before", "after"}, storage.Given(rows)); err != nil {
			return fmt.Errorf("changes of commit %d: %w", pending.Seq, err)
		}
	}
	// The engine numbers changes; those of the pending commit are all there are.
	var first, last int64
	if err := tx.GetText(ctx, `SELECT coalesce(min(n), 1), coalesce(max(n), 0) FROM journal_change`, nil, &first, &last); err != nil {
		return err
	}
	head.SealedN, head.LastN = first-1, max(last, first-1)
	if pending != nil {
		c := *pending
		c.FirstN, c.LastN, c.Summary = first, head.LastN, nil
		w := &Writer{tx: tx, seq: seq, last: first - 1}
		if err := w.record(ctx, &c, head.LastN); err != nil {
			return err
		}
		seq = c.Seq
	}
	if _, err := tx.Exec(ctx, qStep, seq, head.LastN); err != nil {
		return err
	}
	return Seal(ctx, tx, head)
}
