// Package comment keeps what people say on issues.
package comment

import (
	"context"
	"fmt"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/sequence"
)

// Comment is one comment. Body is ADF JSON.
type Comment struct {
	ID, IssueID                     int64
	Author, UpdateAuthor            string
	Body, BodyText                  string
	Created, Updated                time.Time
	VisibilityType, VisibilityValue string // "role" or "group", empty for everybody who sees the issue
	Internal                        bool   // for agents only, on service desks
}

const columns = `id, issue_id, coalesce(author, ''), coalesce(update_author, ''), body, body_text, created_us, updated_us, coalesce(visibility_type, ''), coalesce(visibility_value, ''), internal`

var (
	qInsert = storage.Register("tracker/issue_comment.insert", `INSERT INTO issue_comment (id, issue_id, author, update_author, body, body_text, created_us, updated_us, visibility_type, visibility_value, internal)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
	qGet     = storage.Register("tracker/issue_comment.get", `SELECT `+columns+` FROM issue_comment WHERE id = $1`)
	qOld     = storage.Register("tracker/issue_comment.by_issue", `SELECT `+columns+` FROM issue_comment WHERE issue_id = $1 ORDER BY created_us, id LIMIT $2 OFFSET $3`)
	qNew     = storage.Register("tracker/issue_comment.by_issue_newest", `SELECT `+columns+` FROM issue_comment WHERE issue_id = $1 ORDER BY created_us DESC, id DESC LIMIT $2 OFFSET $3`)
	qUpdate  = storage.Register("tracker/issue_comment.update", `UPDATE issue_comment SET update_author = $2, body = $3, body_text = $4, updated_us = $5, visibility_type = $6, visibility_value = $7 WHERE id = $1`)
	qDelete  = storage.Register("tracker/issue_comment.delete", `DELETE FROM issue_comment WHERE id = $1`)
	qProps   = storage.Register("tracker/comment_property.delete", `DELETE FROM comment_property WHERE comment_id = $1`)
	qSetProp = storage.Register("tracker/comment_property.set", `INSERT INTO comment_property (comment_id, key, value) VALUES ($1, $2, $3) ON CONFLICT (comment_id, key) DO UPDATE SET value = excluded.value`)
)

func scan(r *storage.Rows) (*Comment, error) {
	c := &Comment{}
	var created, updated, internal int64
	err := r.Scan(&c.ID, &c.IssueID, &c.Author, &c.UpdateAuthor, &c.Body, &c.BodyText, &created, &updated, &c.VisibilityType, &c.VisibilityValue, &internal)
	c.Created, c.Updated, c.Internal = clock.FromMicros(created), clock.FromMicros(updated), internal == 1
	return c, err
}

// Insert adds a comment as it is; Add and importers call it.
func Insert(ctx context.Context, tx *volume.Tx, c *Comment) error {
	internal := 0
	if c.Internal {
		internal = 1
	}
	err := tx.Insert(ctx, qInsert, c.ID, c.IssueID, orNull(c.Author), orNull(c.UpdateAuthor), c.Body, c.BodyText, clock.Micros(c.Created), clock.Micros(c.Updated),
		orNull(c.VisibilityType), orNull(c.VisibilityValue), internal)
	if err != nil {
		return fmt.Errorf("add comment: %w", err)
	}
	return nil
}

// Add puts a comment on an issue.
func Add(ctx context.Context, tx *volume.Tx, i *issue.Issue, c *Comment) error {
	var err error
	if c.ID, err = sequence.Next(ctx, tx, sequence.ID, 1); err != nil {
		return err
	}
	c.IssueID, c.UpdateAuthor, c.Created, c.Updated = i.ID, c.Author, tx.Now(), tx.Now()
	if err := Insert(ctx, tx, c); err != nil {
		return err
	}
	return issue.Touch(ctx, tx, i, &i.Comments, +1)
}

// Get gives a comment of an issue.
func Get(ctx context.Context, tx *volume.Tx, issueID, id int64) (*Comment, error) {
	cs, err := storage.All(ctx, tx.Tx, qGet, scan, id)
	if err != nil {
		return nil, err
	}
	if len(cs) == 0 || cs[0].IssueID != issueID {
		return nil, fault.NotFound("Can not find a comment for the id: %d.", id)
	}
	return cs[0], nil
}

// List gives a page of an issue's comments, oldest first or newest first.
func List(ctx context.Context, tx *volume.Tx, issueID int64, newest bool, startAt, limit int) ([]*Comment, error) {
	q := qOld
	if newest {
		q = qNew
	}
	return storage.All(ctx, tx.Tx, q, scan, issueID, limit, startAt)
}

// MaxPage is how many comments one page has at most.
const MaxPage = 5000

var (
	qRestricted = storage.Register("tracker/issue_comment.restricted", `SELECT count(*) FROM issue_comment WHERE issue_id = $1 AND visibility_type IS NOT NULL`)
	qByIDs      = byIDs("tracker/issue_comment.by_ids", `SELECT `+columns+` FROM issue_comment WHERE id `, ` ORDER BY id`)
)

func byIDs(name, before, after string) *storage.Query {
	return storage.Register(name, before+`IN (SELECT value FROM json_each($1))`+after,
		storage.On(storage.Postgres, before+`IN (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS json)))`+after))
}

// ByIDs gives comments by identifier, as a JSON array of them; those that are not there are left out.
func ByIDs(ctx context.Context, tx *volume.Tx, idsJSON string) ([]*Comment, error) {
	return storage.All(ctx, tx.Tx, qByIDs, scan, idsJSON)
}

// Page gives a page of an issue's comments that somebody may read, and how many these are. seen leaves out what they may not.
func Page(ctx context.Context, tx *volume.Tx, i *issue.Issue, newest bool, startAt, limit int, seen func([]*Comment) ([]*Comment, error)) ([]*Comment, int, error) {
	var restricted int64
	if i.Comments == 0 {
		return nil, 0, nil
	}
	if startAt == 0 && int64(limit) >= i.Comments { // one page has them all
		all, err := List(ctx, tx, i.ID, newest, 0, limit)
		if err == nil {
			all, err = seen(all)
		}
		return all, len(all), err
	}
	if err := tx.Get(ctx, qRestricted, []any{i.ID}, &restricted); err != nil {
		return nil, 0, err
	}
	if restricted == 0 {
		page, err := List(ctx, tx, i.ID, newest, startAt, limit)
		return page, int(i.Comments), err
	}
	all, err := List(ctx, tx, i.ID, newest, 0, 1<<30)
	if err != nil {
		return nil, 0, err
	}
	if all, err = seen(all); err != nil {
		return nil, 0, err
	}
	from := min(startAt, len(all))
	return all[from:min(from+limit, len(all))], len(all), nil
}

// Update writes a changed comment back.
func Update(ctx context.Context, tx *volume.Tx, i *issue.Issue, c *Comment) error {
	c.Updated = tx.Now()
	if _, err := tx.Exec(ctx, qUpdate, c.ID, orNull(c.UpdateAuthor), c.Body, c.BodyText, clock.Micros(c.Updated), orNull(c.VisibilityType), orNull(c.VisibilityValue)); err != nil {
		return err
	}
	return issue.Touch(ctx, tx, i, &i.Comments, 0)
}

// Delete removes a comment.
func Delete(ctx context.Context, tx *volume.Tx, i *issue.Issue, id int64) error {
	for _, q := range []*storage.Query{qProps, qDelete} {
		if _, err := tx.Exec(ctx, q, id); err != nil {
			return err
		}
	}
	return issue.Touch(ctx, tx, i, &i.Comments, -1)
}

// SetProperty keeps a JSON value with a comment.
func SetProperty(ctx context.Context, tx *volume.Tx, id int64, key, value string) error {
	_, err := tx.Exec(ctx, qSetProp, id, key, value)
	return err
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
