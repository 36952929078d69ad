// Package filter keeps saved queries, with whom they are shared and who likes them.
package filter

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/sequence"
)

// Filter is a saved query.
type Filter struct {
	ID                int64
	Name, Description string
	Owner             string
	JQL               string
	Shares            []Share
	Favourite         bool // of the asker
	Favourites        int64
}

// Share lets others see a filter. Type is global, authenticated, project, group or user; Target its project, group or account.
type Share struct {
	ID     int64
	Type   string
	Target string
}

// Asker is who looks at filters.
type Asker struct {
	Account string
	Groups  []string
	// Everything lets administrators see all filters.
	Everything bool
}

var (
	qInsert    = storage.Register("tracker/filter.insert", `INSERT INTO filter (id, name, name_key, description, owner, jql, created_us, updated_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`)
	qUpdate    = storage.Register("tracker/filter.update", `UPDATE filter SET name = $2, name_key = $3, description = $4, owner = $5, jql = $6, updated_us = $7 WHERE id = $1`)
	qDelete    = storage.Register("tracker/filter.delete", `DELETE FROM filter WHERE id = $1`)
	qShares    = storage.Register("tracker/filter_share.by_filter", `SELECT id, type, coalesce(target, '') FROM filter_share WHERE filter_id = $1 ORDER BY id`)
	qShare     = storage.Register("tracker/filter_share.insert", `INSERT INTO filter_share (id, filter_id, type, target) VALUES ($1, $2, $3, $4)`)
	qUnshare   = storage.Register("tracker/filter_share.delete_all", `DELETE FROM filter_share WHERE filter_id = $1`)
	qLike      = storage.Register("tracker/filter_favourite.insert", `INSERT INTO filter_favourite (account, filter_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`)
	qUnlike    = storage.Register("tracker/filter_favourite.delete", `DELETE FROM filter_favourite WHERE account = $1 AND filter_id = $2`)
	qUnlikeAll = storage.Register("tracker/filter_favourite.delete_all", `DELETE FROM filter_favourite WHERE filter_id = $1`)
)

// columns of a filter as asker $1 sees it.
const columns = `f.id, f.name, f.description, f.owner, f.jql, (SELECT count(*) FROM filter_favourite v WHERE v.filter_id = f.id AND v.account = $1), (SELECT count(*) FROM filter_favourite v WHERE v.filter_id = f.id)`

// visible is the condition that asker $1, whose groups are the JSON list $2, may see a filter.
const visibleSQLite = `(f.owner = $1 OR EXISTS (SELECT 1 FROM filter_share s WHERE s.filter_id = f.id AND (s.type IN ('global', 'authenticated', 'project') OR s.type = 'user' AND s.target = $1
	OR s.type = 'group' AND s.target IN (SELECT value FROM json_each($2)))))`

const visiblePostgres = `(f.owner = $1 OR EXISTS (SELECT 1 FROM filter_share s WHERE s.filter_id = f.id AND (s.type IN ('global', 'authenticated', 'project') OR s.type = 'user' AND s.target = $1
	OR s.type = 'group' AND s.target IN (SELECT value FROM json_array_elements_text(CAST($2 AS json))))))`

func seen(name, before, after string) *storage.Query {
	return storage.Register(name, before+visibleSQLite+after, storage.On(storage.Postgres, before+visiblePostgres+after))
}

var (
	qGet = seen("tracker/filter.get", `SELECT `+columns+` FROM filter f WHERE f.id = $3 AND (`, ` OR $4 = 1)`)
	qAll = seen("tracker/filter.list", `SELECT `+columns+` FROM filter f WHERE (`, ` OR $3 = 1) ORDER BY f.name_key, f.id LIMIT 5000`)
)

func scan(r *storage.Rows) (*Filter, error) {
	f := &Filter{}
	var mine int64
	err := r.Scan(&f.ID, &f.Name, &f.Description, &f.Owner, &f.JQL, &mine, &f.Favourites)
	f.Favourite = mine > 0
	return f, err
}

func (a Asker) args() (account, groups string, all int) {
	quoted := make([]string, len(a.Groups))
	for i, g := range a.Groups {
		quoted[i] = strconv.Quote(g)
	}
	if a.Everything {
		all = 1
	}
	return a.Account, "[" + strings.Join(quoted, ",") + "]", all
}

// ErrUnavailable is what the API says of filters that are not there and of those that the asker may not see.
func ErrUnavailable() error {
	return fault.Bad("The selected filter is not available to you, perhaps it has been deleted or had its permissions changed.")
}

// Get gives a filter that the asker may see.
func Get(ctx context.Context, tx *volume.Tx, a Asker, id int64) (*Filter, error) {
	account, groups, all := a.args()
	found, err := storage.All(ctx, tx.Tx, qGet, scan, account, groups, id, all)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, ErrUnavailable()
	}
	return found[0], loadShares(ctx, tx, found[0])
}

// List gives the filters that the asker may see, by name, 5,000 at most.
func List(ctx context.Context, tx *volume.Tx, a Asker) ([]*Filter, error) {
	account, groups, all := a.args()
	return storage.All(ctx, tx.Tx, qAll, scan, account, groups, all)
}

// LoadShares reads with whom a filter of a list is shared.
func LoadShares(ctx context.Context, tx *volume.Tx, f *Filter) error { return loadShares(ctx, tx, f) }

func loadShares(ctx context.Context, tx *volume.Tx, f *Filter) (err error) {
	f.Shares, err = storage.All(ctx, tx.Tx, qShares, func(r *storage.Rows) (s Share, err error) { return s, r.Scan(&s.ID, &s.Type, &s.Target) }, f.ID)
	return err
}

func check(f *Filter) error {
	f.Name = strings.TrimSpace(f.Name)
	switch {
	case f.Name == "":
		return fault.Invalid("filterName", "The filter name is not specified.")
	case len(f.Name) > 255:
		return fault.Invalid("filterName", "The entered filter name is too long, it must be less than 255 chars.")
	}
	return nil
}

func sameName(err error) error {
	if errors.Is(err, storage.ErrUnique) {
		return fault.Invalid("filterName", "Filter with same name already exists.")
	}
	return err
}

// Create adds a filter with its shares.
func Create(ctx context.Context, tx *volume.Tx, f *Filter) (err error) {
	if err := check(f); err != nil {
		return err
	}
	if f.ID, err = sequence.Next(ctx, tx, sequence.ID, 1); err != nil {
		return err
	}
	err = tx.Savepoint(ctx, func() error {
		_, err := tx.Exec(ctx, qInsert, f.ID, f.Name, strings.ToLower(f.Name), f.Description, f.Owner, f.JQL, clock.Micros(tx.Now()))
		return err
	})
	if err != nil {
		return sameName(err)
	}
	return SetShares(ctx, tx, f, f.Shares)
}

// Update writes a filter back; its shares are SetShares' matter.
func Update(ctx context.Context, tx *volume.Tx, f *Filter) error {
	if err := check(f); err != nil {
		return err
	}
	return sameName(tx.Savepoint(ctx, func() error {
		_, err := tx.Exec(ctx, qUpdate, f.ID, f.Name, strings.ToLower(f.Name), f.Description, f.Owner, f.JQL, clock.Micros(tx.Now()))
		return err
	}))
}

// SetShares replaces with whom a filter is shared.
func SetShares(ctx context.Context, tx *volume.Tx, f *Filter, shares []Share) error {
	if _, err := tx.Exec(ctx, qUnshare, f.ID); err != nil {
		return err
	}
	f.Shares = nil
	for _, s := range shares {
		if err := AddShare(ctx, tx, f, s); err != nil {
			return err
		}
	}
	return nil
}

// AddShare shares a filter with more people.
func AddShare(ctx context.Context, tx *volume.Tx, f *Filter, s Share) (err error) {
	if s.ID == 0 {
		if s.ID, err = sequence.Next(ctx, tx, sequence.ID, 1); err != nil {
			return err
		}
	}
	var target any
	if s.Target != "" {
		target = s.Target
	}
	if _, err := tx.Exec(ctx, qShare, s.ID, f.ID, s.Type, target); err != nil {
		return fmt.Errorf("share filter: %w", err)
	}
	f.Shares = append(f.Shares, s)
	return nil
}

// Delete removes a filter.
func Delete(ctx context.Context, tx *volume.Tx, id int64) error {
	for _, q := range []*storage.Query{qUnshare, qUnlikeAll, qDelete} {
		if _, err := tx.Exec(ctx, q, id); err != nil {
			return err
		}
	}
	return nil
}

// SetFavourite marks a filter as somebody's favourite, or no longer.
func SetFavourite(ctx context.Context, tx *volume.Tx, account string, f *Filter, on bool) error {
	q := qUnlike
	if on {
		q = qLike
	}
	n, err := tx.Exec(ctx, q, account, f.ID)
	if f.Favourite != on && n > 0 {
		f.Favourite = on
		if on {
			f.Favourites++
		} else {
			f.Favourites--
		}
	}
	return err
}
