package rest

import (
	"context"
	"strconv"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// attachmentRow is a file on an issue.
type attachmentRow struct {
	ID, IssueID     int64
	MediaID         string
	Author          string
	Filename, MIME  string
	Size            int64
	Blob, Thumbnail string // SHA-256, empty when there is none
	Created         time.Time
}

const attachmentColumns = `id, issue_id, media_id, coalesce(author, ''), filename, mime, size, coalesce(blob, ''), coalesce(thumbnail, ''), created_us`

var (
	qAttachments = storage.Register("tracker/issue_attachment.by_issue", `SELECT `+attachmentColumns+` FROM issue_attachment WHERE issue_id = $1 ORDER BY created_us, id LIMIT 2000`)
	qAttachment  = storage.Register("tracker/issue_attachment.get", `SELECT `+attachmentColumns+` FROM issue_attachment WHERE id = $1`)
)

func scanAttachment(r *storage.Rows) (*attachmentRow, error) {
	a := &attachmentRow{}
	var at int64
	err := r.Scan(&a.ID, &a.IssueID, &a.MediaID, &a.Author, &a.Filename, &a.MIME, &a.Size, &a.Blob, &a.Thumbnail, &at)
	a.Created = clock.FromMicros(at)
	return a, err
}

func attachmentsOf(ctx context.Context, tx *volume.Tx, issueID int64) ([]*attachmentRow, error) {
	return storage.All(ctx, tx.Tx, qAttachments, scanAttachment, issueID)
}

type wireAttachment struct {
	Self      string       `json:"self"`
	ID        string       `json:"id"`
	Filename  string       `json:"filename"`
	Author    *wireUser    `json:"author,omitempty"`
	Created   httpkit.Time `json:"created"`
	Size      int64        `json:"size"`
	MimeType  string       `json:"mimeType"`
	Content   string       `json:"content"`
	Thumbnail string       `json:"thumbnail,omitempty"`
}

func (r *renderer) attachment(a *attachmentRow) wireAttachment {
	id := strconv.FormatInt(a.ID, 10)
	w := wireAttachment{Self: r.api("attachment/" + id), ID: id, Filename: a.Filename, Author: r.user(a.Author), Created: r.at(a.Created), Size: a.Size, MimeType: a.MIME, Content: r.api("attachment/content/" + id)}
	if a.Thumbnail != "" {
		w.Thumbnail = r.api("attachment/thumbnail/" + id)
	}
	return w
}
