// Package content keeps what every kind of content has in common: its row, its versions, and what search knows of it. Pages, blog posts, comments
// and attachments have one identifier space, so that an identifier never names two things.
//
// It promises that version numbers of a content have no gaps and that no version is ever changed. It decides nothing about who may do what:
// see viewer.
package content

import (
	"context"
	"fmt"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// The kinds of content.
const (
	Page       = "page"
	BlogPost   = "blogpost"
	Comment    = "comment"
	Attachment = "attachment"
)

// The states of a content.
const (
	Current  = "current"
	Draft    = "draft"
	Trashed  = "trashed"
	Archived = "archived"
)

// Content is the row of a content.
type Content struct {
	ID      int64
	Kind    string
	SpaceID int64
	// OwnerID is the page or blog post that a comment or attachment belongs to; a page's or post's own identifier.
	OwnerID int64
	// ParentID is the page above, the comment that is answered, or 0.
	ParentID int64
	Position int64 // among the children of the parent
	// GuardID is the nearest page, itself or above, that restricts who may read; 0 for none. Package restriction keeps it.
	GuardID   int64
	Title     string // file name of an attachment, empty for a comment
	Status    string
	Version   int64 // newest
	Author    string
	Editor    string // author of the newest version
	Created   time.Time
	Updated   time.Time
	Trashed   *time.Time
	TrashedBy string
}

// Version is one published version. Body is ADF JSON.
type Version struct {
	ContentID, Number int64
	Title, Body       string
	Author            string
	Created           time.Time
	Message           string
	Minor             bool
}

// Columns of a content for the scan of Scan, with the table's alias "c".
const Columns = `c.id, c.kind, c.space_id, c.owner_id, c.parent_id, c.position, c.guard_id, c.title, c.status, c.version, coalesce(c.author, ''), coalesce(c.editor, ''), c.created_us, c.updated_us, c.trashed_us, coalesce(c.trashed_by, '')`

var (
	qNext = storage.Register("wiki/sequence.next", `INSERT INTO wiki_sequence (name, next) VALUES ($1, CAST($2 AS BIGINT) + CAST($3 AS BIGINT))
		ON CONFLICT (name) DO UPDATE SET next = wiki_sequence.next + CAST($3 AS BIGINT) RETURNING next - CAST($3 AS BIGINT)`)
	qGet    = storage.Register("wiki/content.get", `SELECT `+Columns+` FROM wiki_content c WHERE c.id = $1`)
	qInsert = storage.Register("wiki/content.insert", `INSERT INTO wiki_content (id, kind, space_id, owner_id, parent_id, position, guard_id, title, title_fold, status, version, author, editor, created_us, updated_us, trashed_us, trashed_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`)
	qSave = storage.Register("wiki/content.save", `UPDATE wiki_content SET space_id = $2, owner_id = $3, parent_id = $4, position = $5, guard_id = $6, title = $7, title_fold = $8, status = $9, version = $10, editor = $11, created_us = $12, updated_us = $13, trashed_us = $14, trashed_by = $15 WHERE id = $1`)
)

// firstID is where identifiers start.
const firstID = 65536

// NextID takes n consecutive identifiers and gives the first.
func NextID(ctx context.Context, tx *volume.Tx, n int64) (first int64, err error) {
	err = tx.Get(ctx, qNext, []any{"id", firstID, n}, &first)
	return first, err
}

// Scan reads Columns.
func Scan(r *storage.Rows) (*Content, error) {
	c := &Content{}
	var created, updated int64
	var trashed *int64
	err := r.Scan(&c.ID, &c.Kind, &c.SpaceID, &c.OwnerID, &c.ParentID, &c.Position, &c.GuardID, &c.Title, &c.Status, &c.Version, &c.Author, &c.Editor, &created, &updated, &trashed, &c.TrashedBy)
	c.Created, c.Updated = clock.FromMicros(created), clock.FromMicros(updated)
	if trashed != nil {
		t := clock.FromMicros(*trashed)
		c.Trashed = &t
	}
	return c, err
}

// Get gives a content by identifier, whatever its kind and state; fault.KindNotFound when there is none.
func Get(ctx context.Context, tx *volume.Tx, id int64) (*Content, error) {
	found, err := storage.All(ctx, tx.Tx, qGet, Scan, id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, NotFound(id)
	}
	return found[0], nil
}

// NotFound is the error for a content that is not there or that the asker may not see.
func NotFound(id int64) error {
	return fault.NotFound("No content found with id: %d", id)
}

// Insert adds a row as it is. Importers call it too; everything else goes through packages page, comment and attachment.
func Insert(ctx context.Context, tx *volume.Tx, c *Content) error {
	if c.OwnerID == 0 {
		c.OwnerID = c.ID
	}
	_, err := tx.Exec(ctx, qInsert, c.ID, c.Kind, c.SpaceID, c.OwnerID, c.ParentID, c.Position, c.GuardID, c.Title, Fold(c.Title), c.Status, c.Version, OrNull(c.Author), OrNull(c.Editor),
		clock.Micros(c.Created), clock.Micros(c.Updated), instant(c.Trashed), OrNull(c.TrashedBy))
	if err != nil {
		return fmt.Errorf("add %s %d: %w", c.Kind, c.ID, err)
	}
	return nil
}

// Save writes a changed row back.
func Save(ctx context.Context, tx *volume.Tx, c *Content) error {
	_, err := tx.Exec(ctx, qSave, c.ID, c.SpaceID, c.OwnerID, c.ParentID, c.Position, c.GuardID, c.Title, Fold(c.Title), c.Status, c.Version, OrNull(c.Editor), clock.Micros(c.Created), clock.Micros(c.Updated),
		instant(c.Trashed), OrNull(c.TrashedBy))
	return err
}

// OrNull gives NULL for the empty text.
func OrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func instant(t *time.Time) any {
	if t == nil {
		return nil
	}
	return clock.Micros(*t)
}
