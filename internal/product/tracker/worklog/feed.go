package worklog

import (
	"context"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/issue"
)

// Change says when an entry was last changed, or deleted.
type Change struct {
	ID int64
	At time.Time
}

// feedPage is how many changes a page has at least, unless it is the last one.
const feedPage = 1000

const idListSQLite, idListPostgres = `IN (SELECT value FROM json_each($1))`, `IN (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS json)))`

var (
	qUpdated      = storage.Register("tracker/issue_worklog.updated", `SELECT id, updated_us FROM issue_worklog WHERE updated_us >= $1 ORDER BY updated_us, id LIMIT $2`)
	qUpdatedUntil = storage.Register("tracker/issue_worklog.updated_within", `SELECT id, updated_us FROM issue_worklog WHERE updated_us >= $1 AND updated_us < $2 ORDER BY updated_us, id`)
	qDeleted      = storage.Register("tracker/worklog_deleted.since", `SELECT id, deleted_us FROM worklog_deleted WHERE deleted_us >= $1 ORDER BY deleted_us, id LIMIT $2`)
	qDeletedUntil = storage.Register("tracker/worklog_deleted.within", `SELECT id, deleted_us FROM worklog_deleted WHERE deleted_us >= $1 AND deleted_us < $2 ORDER BY deleted_us, id`)
	qNoteDeleted  = storage.Register("tracker/worklog_deleted.insert", `INSERT INTO worklog_deleted (id, issue_id, deleted_us) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)
	qDropProps    = storage.Register("tracker/worklog_property.delete", `DELETE FROM worklog_property WHERE worklog_id = $1`)
	qByIDs        = storage.Register("tracker/issue_worklog.by_ids", `SELECT `+columns+` FROM issue_worklog WHERE id `+idListSQLite+` ORDER BY id`,
		storage.On(storage.Postgres, `SELECT `+columns+` FROM issue_worklog WHERE id `+idListPostgres+` ORDER BY id`))
)

// Updated gives a page of the entries that were made or changed since an instant, oldest change first; all that share the page's last millisecond are on
// it, so that the next page can begin after it.
func Updated(ctx context.Context, tx *volume.Tx, since time.Time) (page []Change, last bool, err error) {
	return feed(ctx, tx, qUpdated, qUpdatedUntil, since)
}

// Deleted is Updated for what was deleted.
func Deleted(ctx context.Context, tx *volume.Tx, since time.Time) (page []Change, last bool, err error) {
	return feed(ctx, tx, qDeleted, qDeletedUntil, since)
}

func feed(ctx context.Context, tx *volume.Tx, first, within *storage.Query, since time.Time) ([]Change, bool, error) {
	page, err := storage.All(ctx, tx.Tx, first, scanChange, clock.Micros(since), feedPage)
	if err != nil || len(page) < feedPage {
		return page, true, err
	}
	until := page[len(page)-1].At.Truncate(time.Millisecond)
	rest, err := storage.All(ctx, tx.Tx, within, scanChange, clock.Micros(until), clock.Micros(until.Add(time.Millisecond)))
	if err != nil {
		return nil, false, err
	}
	for len(page) > 0 && !page[len(page)-1].At.Before(until) {
		page = page[:len(page)-1]
	}
	return append(page, rest...), false, nil
}

func scanChange(r *storage.Rows) (c Change, err error) {
	var at int64
	err = r.Scan(&c.ID, &at)
	c.At = clock.FromMicros(at)
	return c, err
}

// ByIDs gives entries by identifier, as a JSON array of them; those that are not there are left out.
func ByIDs(ctx context.Context, tx *volume.Tx, idsJSON string) ([]*Worklog, error) {
	return storage.All(ctx, tx.Tx, qByIDs, scan, idsJSON)
}

var qRestricted = storage.Register("tracker/issue_worklog.restricted", `SELECT count(*) FROM issue_worklog WHERE issue_id = $1 AND visibility_type IS NOT NULL`)

// Page gives a page of an issue's entries that somebody may read, and how many these are. seen leaves out what they may not.
func Page(ctx context.Context, tx *volume.Tx, i *issue.Issue, startAt, limit int, seen func([]*Worklog) ([]*Worklog, error)) ([]*Worklog, int, error) {
	if i.Worklogs == 0 {
		return nil, 0, nil
	}
	if startAt == 0 && int64(limit) >= i.Worklogs { // one page has them all
		all, err := List(ctx, tx, i.ID, 0, limit)
		if err == nil {
			all, err = seen(all)
		}
		return all, len(all), err
	}
	var restricted int64
	if err := tx.Get(ctx, qRestricted, []any{i.ID}, &restricted); err != nil {
		return nil, 0, err
	}
	if restricted == 0 {
		page, err := List(ctx, tx, i.ID, startAt, limit)
		return page, int(i.Worklogs), err
	}
	all, err := List(ctx, tx, i.ID, 0, 1<<30)
	if err != nil {
		return nil, 0, err
	}
	if all, err = seen(all); err != nil {
		return nil, 0, err
	}
	from := min(startAt, len(all))
	return all[from:min(from+limit, len(all))], len(all), nil
}
