// Package attachment keeps the files on pages and blog posts: a content row for each, a record for every version, the contents in the blob store.
// A file keeps its media identifier through all its versions, so that documents that show it show the newest.
package attachment

import (
	"context"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/upload"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
)

// MaxSize is the largest file that is taken, in bytes.
const MaxSize = 100 << 20

// File is one version of a file.
type File struct {
	ContentID, Version int64
	MediaID            string
	MIME               string
	Size               int64
	Blob, Thumbnail    string // SHA-256, empty when there is none
	Width, Height      int    // of a picture, 0 for everything else
	Comment            string
	Author             string
	Created            time.Time
	Minor              bool
}

// Attachment is a file with its newest version.
type Attachment struct {
	*content.Content
	File
}

const fileColumns = `f.content_id, f.version, f.media_id, f.mime, f.size, coalesce(f.blob, ''), coalesce(f.thumbnail, ''), coalesce(f.width, 0), coalesce(f.height, 0), f.comment, coalesce(f.author, ''), f.created_us, f.minor`

var (
	qFile    = storage.Register("wiki/file.get", `SELECT `+fileColumns+` FROM wiki_file f WHERE f.content_id = $1 AND f.version = $2`)
	qFiles   = storage.Register("wiki/file.of", `SELECT `+fileColumns+` FROM wiki_file f WHERE f.content_id = $1 ORDER BY f.content_id DESC, f.version DESC LIMIT 1000`)
	qByMedia = storage.Register("wiki/file.by_media", `SELECT f.content_id FROM wiki_file f WHERE f.media_id = $1 LIMIT 1`)
	qNamed   = storage.Register("wiki/content.named_file", `SELECT `+content.Columns+` FROM wiki_content c WHERE c.owner_id = $1 AND c.kind = 'attachment' AND c.status IN ('current', 'draft') AND c.title = $2`)
	qInsert  = storage.Register("wiki/file.insert", `INSERT INTO wiki_file (content_id, version, media_id, mime, size, blob, thumbnail, width, height, comment, author, created_us, minor)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)
	qComment = storage.Register("wiki/file.comment", `UPDATE wiki_file SET comment = $3, mime = $4 WHERE content_id = $1 AND version = $2`)
)

func scan(r *storage.Rows) (*File, error) {
	f := &File{}
	var at, minor int64
	err := r.Scan(&f.ContentID, &f.Version, &f.MediaID, &f.MIME, &f.Size, &f.Blob, &f.Thumbnail, &f.Width, &f.Height, &f.Comment, &f.Author, &at, &minor)
	f.Created, f.Minor = clock.FromMicros(at), minor == 1
	return f, err
}

// InsertFile adds a record of a version as it is; importers call it too.
func InsertFile(ctx context.Context, tx *volume.Tx, f *File) error {
	if f.MediaID == "" {
		f.MediaID = ids.New[ids.Media](tx.Now()).String()
	}
	minor := 0
	if f.Minor {
		minor = 1
	}
	_, err := tx.Exec(ctx, qInsert, f.ContentID, f.Version, f.MediaID, f.MIME, f.Size, content.OrNull(f.Blob), content.OrNull(f.Thumbnail), number(f.Width), number(f.Height), f.Comment, content.OrNull(f.Author), clock.Micros(f.Created), minor)
	return err
}

// Named gives the file of a name on a page, nil when there is none.
func Named(ctx context.Context, tx *volume.Tx, owner int64, name string) (*Attachment, error) {
	found, err := storage.All(ctx, tx.Tx, qNamed, content.Scan, owner, name)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return With(ctx, tx, found[0])
}

// With completes a content row of an attachment.
func With(ctx context.Context, tx *volume.Tx, c *content.Content) (*Attachment, error) {
	f, err := VersionOf(ctx, tx, c.ID, c.Version)
	if err != nil {
		return nil, err
	}
	return &Attachment{Content: c, File: *f}, nil
}

// All completes content rows, keeping their order.
func All(ctx context.Context, tx *volume.Tx, rows []*content.Content) ([]*Attachment, error) {
	out := make([]*Attachment, 0, len(rows))
	for _, c := range rows {
		a, err := With(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// VersionOf gives the record of a version.
func VersionOf(ctx context.Context, tx *volume.Tx, id, version int64) (*File, error) {
	found, err := storage.All(ctx, tx.Tx, qFile, scan, id, version)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.NotFound("There is no version %d of the attachment %d.", version, id)
	}
	return found[0], nil
}

// Versions gives the records of all versions of a file, newest first, 1,000 at most.
func Versions(ctx context.Context, tx *volume.Tx, id int64) ([]*File, error) {
	return storage.All(ctx, tx.Tx, qFiles, scan, id)
}

// ByMedia gives the identifier of the attachment that documents name by a media identifier, 0 when there is none.
func ByMedia(ctx context.Context, tx *volume.Tx, media string) (int64, error) {
	found, err := storage.All(ctx, tx.Tx, qByMedia, func(r *storage.Rows) (id int64, err error) { return id, r.Scan(&id) }, media)
	if err != nil || len(found) == 0 {
		return 0, err
	}
	return found[0], nil
}

// Add puts a file whose content is stored already onto a page or post; a file of the same name there becomes a new version of that one.
func Add(ctx context.Context, tx *volume.Tx, actor string, owner *content.Content, name string, f *File) (*Attachment, error) {
	same, err := Named(ctx, tx, owner.ID, name)
	if err != nil {
		return nil, err
	}
	if same != nil {
		return same, NewVersion(ctx, tx, actor, same, f)
	}
	id, err := content.NextID(ctx, tx, 1)
	if err != nil {
		return nil, err
	}
	c := &content.Content{ID: id, Kind: content.Attachment, SpaceID: owner.SpaceID, OwnerID: owner.ID, GuardID: owner.GuardID, Title: name, Status: content.Current, Version: 1, Author: actor, Editor: actor, Created: tx.Now(), Updated: tx.Now()}
	if owner.Status == content.Draft {
		c.Status = content.Draft
	}
	if err := content.Insert(ctx, tx, c); err != nil {
		return nil, err
	}
	f.ContentID, f.Version, f.Author, f.Created = id, 1, actor, tx.Now()
	if err := InsertFile(ctx, tx, f); err != nil {
		return nil, err
	}
	return &Attachment{Content: c, File: *f}, content.IndexText(ctx, tx, id, name, f.Comment, nil)
}

// NewVersion gives a file a new content.
func NewVersion(ctx context.Context, tx *volume.Tx, actor string, a *Attachment, f *File) error {
	f.ContentID, f.Version, f.MediaID, f.Author, f.Created = a.ID, a.Content.Version+1, a.MediaID, actor, tx.Now()
	if err := InsertFile(ctx, tx, f); err != nil {
		return err
	}
	a.Content.Version, a.Editor, a.Updated, a.File = f.Version, actor, tx.Now(), *f
	if err := content.Save(ctx, tx, a.Content); err != nil {
		return err
	}
	return content.IndexText(ctx, tx, a.ID, a.Title, f.Comment, nil)
}

// Describe changes the name, type and comment of a file.
func Describe(ctx context.Context, tx *volume.Tx, a *Attachment, name, mime, comment string) error {
	if name != "" {
		name = upload.CleanName(name)
		if other, err := Named(ctx, tx, a.OwnerID, name); err != nil {
			return err
		} else if other != nil && other.ID != a.ID {
			return fault.Bad("An attachment with the name %s is on the page already.", name)
		}
		a.Title = name
	}
	if mime != "" {
		a.MIME = mime
	}
	a.File.Comment = comment
	a.Updated = tx.Now()
	if err := content.Save(ctx, tx, a.Content); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qComment, a.ID, a.Content.Version, comment, a.MIME); err != nil {
		return err
	}
	return content.IndexText(ctx, tx, a.ID, a.Title, comment, nil)
}

// Inline tells whether a browser may show a file inside a page of ours: real pictures of pixels only, nothing that can hold a script.
func (f *File) Inline() bool {
	switch f.MIME {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return f.Width > 0
	}
	return false
}

func number(n int) any {
	if n == 0 {
		return nil
	}
	return n
}
