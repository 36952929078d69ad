// Package attachment keeps the files on issues: their records here, their contents in the blob store.
package attachment

import (
	"context"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/history"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/sequence"
)

// MaxSize is the largest file that is taken, in bytes.
const MaxSize = 100 << 20

// File is a file on an issue.
type File struct {
	ID, IssueID     int64
	MediaID         string
	Author          string
	Filename, MIME  string
	Size            int64
	Blob, Thumbnail string // SHA-256, empty when there is none
	Width, Height   int    // of a picture, 0 for everything else
	Created         time.Time
}

const columns = `id, issue_id, media_id, coalesce(author, ''), filename, mime, size, coalesce(blob, ''), coalesce(thumbnail, ''), coalesce(width, 0), coalesce(height, 0), created_us`

var (
	qOfIssue = storage.Register("tracker/issue_attachment.by_issue", `SELECT `+columns+` FROM issue_attachment WHERE issue_id = $1 ORDER BY created_us, id LIMIT 2000`)
	qGet     = storage.Register("tracker/issue_attachment.get", `SELECT `+columns+` FROM issue_attachment WHERE id = $1`)
	qInsert  = storage.Register("tracker/issue_attachment.insert", `INSERT INTO issue_attachment (id, issue_id, media_id, author, filename, mime, size, blob, thumbnail, width, height, created_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
	qDelete = storage.Register("tracker/issue_attachment.delete", `DELETE FROM issue_attachment WHERE id = $1`)
)

func scan(r *storage.Rows) (*File, error) {
	f := &File{}
	var at int64
	err := r.Scan(&f.ID, &f.IssueID, &f.MediaID, &f.Author, &f.Filename, &f.MIME, &f.Size, &f.Blob, &f.Thumbnail, &f.Width, &f.Height, &at)
	f.Created = clock.FromMicros(at)
	return f, err
}

// Of gives the files of an issue, oldest first, 2,000 at most.
func Of(ctx context.Context, tx *volume.Tx, issueID int64) ([]*File, error) {
	return storage.All(ctx, tx.Tx, qOfIssue, scan, issueID)
}

// Get gives a file by identifier.
func Get(ctx context.Context, tx *volume.Tx, id int64) (*File, error) {
	found, err := storage.All(ctx, tx.Tx, qGet, scan, id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.NotFound("The attachment with id '%d' does not exist", id)
	}
	return found[0], nil
}

// Insert adds a record as it is; Add and importers call it.
func Insert(ctx context.Context, tx *volume.Tx, f *File) error {
	if f.MediaID == "" {
		f.MediaID = ids.New[ids.Media](tx.Now()).String()
	}
	return tx.Insert(ctx, qInsert, f.ID, f.IssueID, f.MediaID, text(f.Author), f.Filename, f.MIME, f.Size, text(f.Blob), text(f.Thumbnail), number(f.Width), number(f.Height), clock.Micros(f.Created))
}

// Add puts a file whose content is stored already onto an issue.
func Add(ctx context.Context, tx *volume.Tx, actor string, i *issue.Issue, f *File) (err error) {
	if f.ID, err = sequence.Next(ctx, tx, sequence.ID, 1); err != nil {
		return err
	}
	f.IssueID, f.Author, f.Created = i.ID, actor, tx.Now()
	if err := Insert(ctx, tx, f); err != nil {
		return err
	}
	if err := issue.Touch(ctx, tx, i, &i.Attachments, +1); err != nil {
		return err
	}
	return history.Record(ctx, tx, i.ID, actor, tx.Now(), []history.Item{history.System("Attachment", "attachment", "", "", decimal(f.ID), f.Filename)})
}

// Delete takes a file off its issue. The content stays in the vault for as long as it is kept there.
func Delete(ctx context.Context, tx *volume.Tx, actor string, i *issue.Issue, f *File) error {
	if _, err := tx.Exec(ctx, qDelete, f.ID); err != nil {
		return err
	}
	if err := issue.Touch(ctx, tx, i, &i.Attachments, -1); err != nil {
		return err
	}
	return history.Record(ctx, tx, i.ID, actor, tx.Now(), []history.Item{history.System("Attachment", "attachment", decimal(f.ID), f.Filename, "", "")})
}
