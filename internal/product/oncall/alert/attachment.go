package alert

import (
	"context"
	"errors"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Attachment is a file at an alert. Its contents are kept by their SHA-256 in the site's blobs.
type Attachment struct {
	ID         int64
	AlertID    string
	Name       string
	SHA256     string
	Size       int64
	UploadedBy string
	At         time.Time
}

// MaxAttachments is how many files an alert has at most, MaxAttachment the size of one in bytes.
const (
	MaxAttachments = 20
	MaxAttachment  = 10 << 20
)

const attachmentColumns = `id, alert_id, name, sha256, size, uploaded_by, at_us`

var (
	qAttach      = storage.Register("oncall/alert_attachment.insert", `INSERT INTO alert_attachment (`+attachmentColumns+`) VALUES ((SELECT coalesce(max(id), 0) + 1 FROM alert_attachment), $1, $2, $3, $4, $5, $6)`)
	qAttachments = storage.Register("oncall/alert_attachment.by_alert", `SELECT `+attachmentColumns+` FROM alert_attachment WHERE alert_id = $1 ORDER BY alert_id, id`)
	qAttachment  = storage.Register("oncall/alert_attachment.by_id", `SELECT `+attachmentColumns+` FROM alert_attachment WHERE id = $1 AND alert_id = $2`)
	qDetach      = storage.Register("oncall/alert_attachment.delete", `DELETE FROM alert_attachment WHERE id = $1 AND alert_id = $2`)
)

// Attach enters a file whose contents are kept already, and gives it with its ID.
func Attach(ctx context.Context, tx *volume.Tx, a *Alert, f Attachment, by By) (*Attachment, error) {
	have, err := Attachments(ctx, tx, a.ID)
	if err != nil {
		return nil, err
	}
	if len(have) >= MaxAttachments {
		return nil, fault.Invalid("file", "An alert has at most %d attachments.", MaxAttachments)
	}
	f.Name = fileName(f.Name)
	if _, err := tx.Exec(ctx, qAttach, a.ID, f.Name, f.SHA256, f.Size, by.Name(), clock.Micros(tx.Now())); err != nil {
		return nil, err
	}
	if have, err = Attachments(ctx, tx, a.ID); err != nil {
		return nil, err
	}
	return have[len(have)-1], Log(ctx, tx, a.ID, LogSystem, by.Name(), "Attached file ["+f.Name+"]")
}

// fileName takes the last part of whatever path a client gives, cut to 255 characters.
func fileName(s string) string {
	s = strings.ReplaceAll(s, `\`, "/")
	s = clip(strings.TrimSpace(s[strings.LastIndexByte(s, '/')+1:]), 255)
	if s == "" || s == "." || s == ".." {
		return "attachment"
	}
	return s
}

// Attachments lists the files of an alert, oldest first.
func Attachments(ctx context.Context, tx *volume.Tx, alertID string) ([]*Attachment, error) {
	return storage.All(ctx, tx.Tx, qAttachments, scanAttachment, alertID)
}

// GetAttachment gives one file of an alert.
func GetAttachment(ctx context.Context, tx *volume.Tx, alertID string, id int64) (*Attachment, error) {
	f, err := storage.One(ctx, tx.Tx, qAttachment, scanAttachment, id, alertID)
	if errors.Is(err, storage.ErrNoRows) {
		return nil, fault.NotFound("Attachment does not exist")
	}
	return f, err
}

// Detach removes a file from an alert. Its contents stay in the vault for as long as anything there does.
func Detach(ctx context.Context, tx *volume.Tx, f *Attachment, by By) error {
	if _, err := tx.Exec(ctx, qDetach, f.ID, f.AlertID); err != nil {
		return err
	}
	return Log(ctx, tx, f.AlertID, LogSystem, by.Name(), "Removed attachment ["+f.Name+"]")
}

func scanAttachment(r *storage.Rows) (*Attachment, error) {
	f := &Attachment{}
	var at int64
	err := r.Scan(&f.ID, &f.AlertID, &f.Name, &f.SHA256, &f.Size, &f.UploadedBy, &at)
	f.At = clock.FromMicros(at)
	return f, err
}
