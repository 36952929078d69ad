// Package restriction keeps who may read and change single pages. Who may read is inherited down the tree; who may change is not, as with the
// vendor.
//
// Every content carries the nearest page, itself or above, that restricts reading: its guard. Guards are chained, so that whether somebody may
// read a content is decided by its guard alone, which queries compare with the short list of guards that stop the asker. This package keeps
// guards true when restrictions change and pages move.
package restriction

import (
	"context"
	"slices"
	"strings"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
)

// The operations that can be restricted.
const (
	Read   = "read"
	Update = "update"
)

// Subject is who may do it: a user (account) or a group (its name).
type Subject struct{ Type, Name string }

// Rules are all restrictions of a site. The value is shared: nobody may change it.
type Rules struct {
	of    map[int64]map[string][]Subject // by content and operation
	above map[int64]int64                // guard to the next guard
}

const subtree = `WITH RECURSIVE below (id) AS (SELECT CAST($1 AS BIGINT) UNION SELECT c.id FROM wiki_content c JOIN below b ON c.parent_id = b.id WHERE c.kind = 'page')`

var (
	qAll       = storage.Register("wiki/restriction.all", `SELECT content_id, operation, subject_type, subject FROM wiki_restriction`)
	qGuards    = storage.Register("wiki/guard.all", `SELECT content_id, above FROM wiki_guard`)
	qAdd       = storage.Register("wiki/restriction.add", `INSERT INTO wiki_restriction (content_id, operation, subject_type, subject) VALUES ($1, $2, $3, $4) ON CONFLICT (content_id, operation, subject_type, subject) DO NOTHING`)
	qDrop      = storage.Register("wiki/restriction.drop", `DELETE FROM wiki_restriction WHERE content_id = $1 AND operation = $2 AND subject_type = $3 AND subject = $4`)
	qOf        = storage.Register("wiki/restriction.of", `SELECT operation, subject_type, subject FROM wiki_restriction WHERE content_id = $1 ORDER BY content_id, operation, subject_type, subject`)
	qGuard     = storage.Register("wiki/guard.get", `SELECT above FROM wiki_guard WHERE content_id = $1`)
	qSetGuard  = storage.Register("wiki/guard.set", `INSERT INTO wiki_guard (content_id, above) VALUES ($1, $2) ON CONFLICT (content_id) DO UPDATE SET above = excluded.above`)
	qDropGuard = storage.Register("wiki/guard.drop", `DELETE FROM wiki_guard WHERE content_id = $1`)
	qChain     = storage.Register("wiki/guard.rechain", subtree+` UPDATE wiki_guard SET above = $3 WHERE above = $2 AND content_id <> $1 AND content_id IN (SELECT id FROM below)`)
	qCover     = storage.Register("wiki/content.cover", subtree+` UPDATE wiki_content SET guard_id = $3 WHERE guard_id = $2 AND owner_id IN (SELECT id FROM below)`)
	qUncover   = storage.Register("wiki/content.uncover", `UPDATE wiki_content SET guard_id = $2 WHERE guard_id = $1`)
	qUnchain   = storage.Register("wiki/guard.unchain", `UPDATE wiki_guard SET above = $2 WHERE above = $1`)
)

type memoKey struct{}

// Load gives the rules, remembered until one changes.
func Load(ctx context.Context, tx *volume.Tx) (*Rules, error) {
	return volume.Memo(ctx, tx, memoKey{}, []string{"wiki_restriction", "wiki_guard"}, func() (*Rules, error) {
		r := &Rules{of: map[int64]map[string][]Subject{}, above: map[int64]int64{}}
		rows, err := tx.Query(ctx, qAll)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			var op string
			var s Subject
			if err := rows.Scan(&id, &op, &s.Type, &s.Name); err != nil {
				return nil, err
			}
			if r.of[id] == nil {
				r.of[id] = map[string][]Subject{}
			}
			r.of[id][op] = append(r.of[id][op], s)
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
		guards, err := tx.Query(ctx, qGuards)
		if err != nil {
			return nil, err
		}
		defer guards.Close()
		for guards.Next() {
			var id, above int64
			if err := guards.Scan(&id, &above); err != nil {
				return nil, err
			}
			r.above[id] = above
		}
		return r, guards.Err()
	})
}

// Permits tells whether a content's own restriction lets somebody do an operation; one that is not restricted does.
func (r *Rules) Permits(id int64, operation, account string, groups []string) bool {
	subjects := r.of[id][operation]
	return len(subjects) == 0 || slices.ContainsFunc(subjects, func(s Subject) bool {
		return s.Type == "user" && s.Name == account && account != "" || s.Type == "group" && slices.Contains(groups, s.Name)
	})
}

// Denied lists the guards that stop somebody from reading, because of their own restriction or of one above.
func (r *Rules) Denied(account string, groups []string) []int64 {
	verdict := map[int64]bool{}
	var denies func(id int64, depth int) bool
	denies = func(id int64, depth int) bool {
		if id == 0 {
			return false
		}
		if v, ok := verdict[id]; ok {
			return v
		}
		v := depth > 10_000 || !r.Permits(id, Read, account, groups) || denies(r.above[id], depth+1)
		verdict[id] = v
		return v
	}
	var out []int64
	for id := range r.above {
		if denies(id, 0) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// Any tells whether the content has a restriction of its own.
func (r *Rules) Any(id int64) bool { return len(r.of[id][Read])+len(r.of[id][Update]) > 0 }

// Above gives the guard above a guard, 0 for none.
func (r *Rules) Above(guard int64) int64 { return r.above[guard] }

// Of gives a content's own restrictions by operation, as the transaction sees them.
func Of(ctx context.Context, tx *volume.Tx, id int64) (map[string][]Subject, error) {
	out := map[string][]Subject{}
	rows, err := tx.Query(ctx, qOf, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var op string
		var s Subject
		if err := rows.Scan(&op, &s.Type, &s.Name); err != nil {
			return nil, err
		}
		out[op] = append(out[op], s)
	}
	return out, rows.Err()
}

// Set makes subjects the only ones who may do an operation with a page or blog post; none lifts the restriction. c.GuardID follows.
func Set(ctx context.Context, tx *volume.Tx, c *content.Content, operation string, subjects []Subject) error {
	now, err := Of(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, s := range now[operation] {
		if slices.Contains(subjects, s) {
			continue
		}
		if _, err := tx.Exec(ctx, qDrop, c.ID, operation, s.Type, s.Name); err != nil {
			return err
		}
	}
	for _, s := range subjects {
		if _, err := tx.Exec(ctx, qAdd, c.ID, operation, s.Type, s.Name); err != nil {
			return err
		}
	}
	if operation != Read {
		return nil
	}
	return guard(ctx, tx, c, len(subjects) > 0)
}

// guard makes a content a guard, or no longer one.
func guard(ctx context.Context, tx *volume.Tx, c *content.Content, on bool) error {
	above, is, err := guardOf(ctx, tx, c.ID)
	if err != nil || is == on {
		return err
	}
	if on {
		above = c.GuardID
		if _, err := tx.Exec(ctx, qSetGuard, c.ID, above); err != nil {
			return err
		}
		if err := regard(ctx, tx, c.ID, above, c.ID); err != nil {
			return err
		}
		c.GuardID = c.ID
		return nil
	}
	if _, err := tx.Exec(ctx, qDropGuard, c.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qUnchain, c.ID, above); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qUncover, c.ID, above); err != nil {
		return err
	}
	c.GuardID = above
	return nil
}

func guardOf(ctx context.Context, tx *volume.Tx, id int64) (above int64, is bool, err error) {
	found, err := storage.All(ctx, tx.Tx, qGuard, func(r *storage.Rows) (n int64, err error) { return n, r.Scan(&n) }, id)
	if err != nil || len(found) == 0 {
		return 0, false, err
	}
	return found[0], true, nil
}

// regard puts what is at or below a page and was under one guard under another.
func regard(ctx context.Context, tx *volume.Tx, id, from, to int64) error {
	if from == to {
		return nil
	}
	if _, err := tx.Exec(ctx, qCover, id, from, to); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qChain, id, from, to)
	return err
}

// Moved puts a page that has got another parent, and everything below it, under the guard of that parent.
func Moved(ctx context.Context, tx *volume.Tx, c *content.Content, guard int64) error {
	_, is, err := guardOf(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if is {
		_, err := tx.Exec(ctx, qSetGuard, c.ID, guard)
		return err
	}
	if err := regard(ctx, tx, c.ID, c.GuardID, guard); err != nil {
		return err
	}
	c.GuardID = guard
	return nil
}

// Forget removes every restriction of a content that is about to be purged.
func Forget(ctx context.Context, tx *volume.Tx, c *content.Content) error {
	for _, op := range []string{Read, Update} {
		if err := Set(ctx, tx, c, op, nil); err != nil {
			return err
		}
	}
	return nil
}

// key gives a comparable name of an account with groups.
func key(account string, groups []string) string {
	return account + "\x00" + strings.Join(groups, "\x00")
}

type deniedKey struct{ who string }

// DeniedTo is Denied of the rules as they are, remembered for each asker.
func DeniedTo(ctx context.Context, tx *volume.Tx, account string, groups []string) ([]int64, error) {
	return volume.Memo(ctx, tx, deniedKey{key(account, groups)}, []string{"wiki_restriction", "wiki_guard"}, func() ([]int64, error) {
		r, err := Load(ctx, tx)
		if err != nil {
			return nil, err
		}
		return r.Denied(account, groups), nil
	})
}
