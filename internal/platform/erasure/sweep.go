package erasure

import (
	"context"
	"fmt"
	"strings"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// rule is what happens to the rows that are a person's own, by account identifier.
type rule struct{ place, text string }

// rules by kind of volume. They come before the sweep, which finds what is left.
var rules = map[string][]rule{
	"access": {
		{"account", `UPDATE account SET name = '` + Name + `', name_key = 'erased person', email = NULL, email_key = NULL, active = 0 WHERE id = $1 AND (email IS NOT NULL OR active <> 0 OR name <> '` + Name + `')`},
		{"account_word", `DELETE FROM account_word WHERE account = $1`},
		{"account_foreign", `DELETE FROM account_foreign WHERE account = $1`},
		{"password", `DELETE FROM password WHERE account = $1`},
		{"session", `DELETE FROM session WHERE account = $1`},
		{"api_token_use", `DELETE FROM api_token_use WHERE token IN (SELECT id FROM api_token WHERE account = $1)`},
		{"api_token", `DELETE FROM api_token WHERE account = $1`},
	},
	"oncall": {
		{"notification_rule", `DELETE FROM notification_rule WHERE person_id IN (SELECT id FROM person WHERE account_id = $1)`},
		{"contact", `DELETE FROM contact WHERE person_id IN (SELECT id FROM person WHERE account_id = $1)`},
		{"person", `UPDATE person SET username = 'erased-' || id, name = '` + Name + `', email = '', active = 0, body = '{}' WHERE account_id = $1 AND (email <> '' OR active <> 0 OR name <> '` + Name + `')`},
	},
}

// after is what goes once the sweep has renamed it: nobody wants mail for somebody who was erased.
var after = map[string][]rule{
	"status": {
		{"subscriber_component", `DELETE FROM subscriber_component WHERE subscriber_id IN (SELECT id FROM subscriber WHERE address LIKE 'erased-%@erased.invalid')`},
		{"subscriber", `DELETE FROM subscriber WHERE address LIKE 'erased-%@erased.invalid'`},
	},
}

// Volume erases the set from one volume, in the transaction given, and says where how many rows were changed. A second run changes nothing.
func Volume(ctx context.Context, tx *volume.Tx, kind volume.Kind, s *Set) (map[string]int64, error) {
	changed := map[string]int64{}
	for _, r := range rules[kind.Name] {
		for _, account := range s.Accounts {
			n, err := tx.ExecText(ctx, r.text, account.String())
			if err != nil {
				return nil, fmt.Errorf("erase from %s: %w", r.place, err)
			}
			if n > 0 {
				changed[r.place] += n
			}
		}
	}
	for _, t := range kind.Tables {
		if t.Exempt != "" {
			continue
		}
		if err := sweep(ctx, tx, t.Name, s, changed); err != nil {
			return nil, fmt.Errorf("erase from %s: %w", t.Name, err)
		}
	}
	for _, r := range after[kind.Name] {
		n, err := tx.ExecText(ctx, r.text)
		if err != nil {
			return nil, fmt.Errorf("erase from %s: %w", r.place, err)
		}
		if n > 0 {
			changed[r.place] += n
		}
	}
	return changed, nil
}

// row is a row to change: its key and the new cells.
type row struct {
	key   []any
	cells map[string]string
}

// sweep reads every text of a table and writes those that hold something erased anew. A key that holds it takes its row away: there is no other way to
// be rid of it.
func sweep(ctx context.Context, tx *volume.Tx, table string, s *Set, changed map[string]int64) error {
	cols, err := storage.Describe(ctx, tx.Tx, table)
	if err != nil {
		return err
	}
	found, err := search(ctx, tx, cols, s)
	if err != nil {
		return err
	}
	for _, r := range found {
		args := append([]any{}, r.key...)
		var where, set []string
		gone := false
		for i, k := range cols.Key {
			where = append(where, fmt.Sprintf("%s = $%d", storage.Quote(k), i+1))
			_, held := r.cells[k]
			gone = gone || held
		}
		text := "DELETE FROM " + storage.Quote(table)
		if !gone {
			for column, cell := range r.cells {
				args = append(args, cell)
				set = append(set, fmt.Sprintf("%s = $%d", storage.Quote(column), len(args)))
				changed[table+"."+column]++
			}
			text = "UPDATE " + storage.Quote(table) + " SET " + strings.Join(set, ", ")
		} else {
			changed[table]++
		}
		if _, err := tx.ExecText(ctx, text+" WHERE "+strings.Join(where, " AND "), args...); err != nil {
			return err
		}
	}
	return nil
}

// search gives the rows of a table that hold something erased.
func search(ctx context.Context, tx *volume.Tx, cols storage.Columns, s *Set) (found []row, err error) {
	var list []string
	for _, n := range cols.Names {
		list = append(list, storage.Quote(n))
	}
	if len(cols.Key) == 0 {
		return nil, fmt.Errorf("it has no primary key")
	}
	rows, err := tx.QueryText(ctx, "SELECT "+strings.Join(list, ", ")+" FROM "+storage.Quote(cols.Table))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	values, dest := make([]any, len(list)), make([]any, len(list))
	for i := range values {
		dest[i] = &values[i]
	}
	texts := make([]string, len(list))
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		for i, v := range values {
			texts[i], _ = v.(string)
		}
		names := s.about(texts)
		var r row
		for i, old := range texts {
			if new := s.Clean(old, names); new != old {
				if r.cells == nil {
					r.cells = map[string]string{}
				}
				r.cells[cols.Names[i]] = new
			}
		}
		if r.cells == nil {
			continue
		}
		for _, k := range cols.Key {
			for i, n := range cols.Names {
				if n == k {
					r.key = append(r.key, values[i])
				}
			}
		}
		found = append(found, r)
	}
	return found, rows.Err()
}
