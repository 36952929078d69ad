// Package comment keeps what people say about pages: footer comments and inline comments, in threads, each with its versions. An inline comment
// belongs to a mark in the body (an annotation with its marker) and remembers the text it is about, so that it is not lost with the text.
package comment

import (
	"context"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/notice"
	"holdfast.dev/internal/product/wiki/watch"
	"holdfast.dev/internal/richtext/adf"
)

// Where a comment stands, and what became of an inline one.
const (
	Footer = "footer"
	Inline = "inline"

	Open     = "open"
	Resolved = "resolved"
	Reopened = "reopened"
	Dangling = "dangling" // the text it is about is gone
)

// Part is what a comment has beside its content row.
type Part struct {
	ContentID              int64
	Location               string
	Marker, Anchor         string
	MatchCount, MatchIndex int64
	Resolution             string // of the first of an inline thread; empty for others
	ResolvedBy             string
	Resolved               *time.Time
}

// Comment is a comment with its newest body, ADF JSON.
type Comment struct {
	*content.Content
	Part
	Body string
}

const columns = content.Columns + `, p.location, p.marker, p.anchor_text, p.match_count, p.match_index, p.resolution, coalesce(p.resolved_by, ''), p.resolved_us, v.body`

// Joined names the tables that columns need.
const joined = ` FROM wiki_content c JOIN wiki_comment p ON p.content_id = c.id JOIN wiki_version v ON v.content_id = c.id AND v.number = c.version`

var (
	qGet     = storage.Register("wiki/comment.get", `SELECT `+columns+joined+` WHERE c.id = $1`)
	qOf      = storage.Register("wiki/comment.of", `SELECT `+columns+joined+` WHERE c.owner_id = $1 AND c.kind = 'comment' AND c.status IN ('current', 'draft') LIMIT 10000`)
	qCounts  = storage.Register("wiki/comment.counts", `SELECT p.location, p.resolution, count(*) FROM wiki_content c JOIN wiki_comment p ON p.content_id = c.id WHERE c.owner_id = $1 AND c.kind = 'comment' AND c.status = 'current' GROUP BY p.location, p.resolution`)
	qInsert  = storage.Register("wiki/comment.insert", `INSERT INTO wiki_comment (content_id, location, marker, anchor_text, match_count, match_index, resolution, resolved_by, resolved_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	qSave    = storage.Register("wiki/comment.resolve", `UPDATE wiki_comment SET resolution = $2, resolved_by = $3, resolved_us = $4 WHERE content_id = $1`)
	qReplies = storage.Register("wiki/comment.replies", `SELECT c.id FROM wiki_content c WHERE c.parent_id = $1 AND c.kind = 'comment' AND c.status IN ('current', 'draft')`)
)

func scan(r *storage.Rows) (*Comment, error) {
	c := &content.Content{}
	out := &Comment{Content: c}
	var created, updated int64
	var trashed, resolved *int64
	err := r.Scan(&c.ID, &c.Kind, &c.SpaceID, &c.OwnerID, &c.ParentID, &c.Position, &c.GuardID, &c.Title, &c.Status, &c.Version, &c.Author, &c.Editor, &created, &updated, &trashed, &c.TrashedBy,
		&out.Location, &out.Marker, &out.Anchor, &out.MatchCount, &out.MatchIndex, &out.Resolution, &out.ResolvedBy, &resolved, &out.Body)
	c.Created, c.Updated, out.ContentID = clock.FromMicros(created), clock.FromMicros(updated), c.ID
	if trashed != nil {
		t := clock.FromMicros(*trashed)
		c.Trashed = &t
	}
	if resolved != nil {
		t := clock.FromMicros(*resolved)
		out.Resolved = &t
	}
	return out, err
}

// Insert adds a comment's row, part and first version as they are; Add and importers call it.
func Insert(ctx context.Context, tx *volume.Tx, c *content.Content, p Part, v *content.Version, doc *adf.Node) error {
	if err := content.Insert(ctx, tx, c); err != nil {
		return err
	}
	if err := content.InsertVersion(ctx, tx, v); err != nil {
		return err
	}
	var at any
	if p.Resolved != nil {
		at = clock.Micros(*p.Resolved)
	}
	if _, err := tx.Exec(ctx, qInsert, c.ID, p.Location, p.Marker, p.Anchor, p.MatchCount, p.MatchIndex, p.Resolution, content.OrNull(p.ResolvedBy), at); err != nil {
		return err
	}
	return content.Index(ctx, tx, c.ID, "", doc)
}

// Add puts a comment on a page or post, or under another comment of it (parent, may be nil).
func Add(ctx context.Context, tx *volume.Tx, actor string, owner *content.Content, parent *Comment, p Part, doc *adf.Node) (*Comment, error) {
	if doc.Empty() {
		return nil, fault.Invalid("body", "A comment cannot be empty.")
	}
	id, err := content.NextID(ctx, tx, 1)
	if err != nil {
		return nil, err
	}
	c := &content.Content{ID: id, Kind: content.Comment, SpaceID: owner.SpaceID, OwnerID: owner.ID, GuardID: owner.GuardID, Status: content.Current, Version: 1, Author: actor, Editor: actor, Created: tx.Now(), Updated: tx.Now()}
	if owner.Status == content.Draft {
		c.Status = content.Draft
	}
	if parent != nil {
		if parent.OwnerID != owner.ID {
			return nil, fault.Invalid("parentCommentId", "The comment %d is not on the same page.", parent.ID)
		}
		c.ParentID, p = parent.ID, Part{Location: parent.Location}
	}
	p.ContentID = id
	if p.Location == Inline && c.ParentID == 0 && p.Resolution == "" {
		p.Resolution = Open
	}
	v := &content.Version{ContentID: id, Number: 1, Body: string(doc.JSON()), Author: actor, Created: tx.Now()}
	if err := Insert(ctx, tx, c, p, v, doc); err != nil {
		return nil, err
	}
	if err := watch.Set(ctx, tx, actor, watch.Content, watch.ID(owner.ID), true); err != nil {
		return nil, err
	}
	return &Comment{Content: c, Part: p, Body: v.Body}, notice.Put(ctx, tx, c, actor, notice.Commented)
}

// Get gives a comment; fault.KindNotFound when there is none.
func Get(ctx context.Context, tx *volume.Tx, id int64) (*Comment, error) {
	found, err := storage.All(ctx, tx.Tx, qGet, scan, id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, content.NotFound(id)
	}
	return found[0], nil
}

// Of gives all comments of a page or post, in no order, 10,000 at most.
func Of(ctx context.Context, tx *volume.Tx, owner int64) ([]*Comment, error) {
	return storage.All(ctx, tx.Tx, qOf, scan, owner)
}

// With completes content rows of comments, keeping their order.
func With(ctx context.Context, tx *volume.Tx, rows []*content.Content) ([]*Comment, error) {
	out := make([]*Comment, 0, len(rows))
	for _, c := range rows {
		full, err := Get(ctx, tx, c.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, full)
	}
	return out, nil
}

// Counts gives how many comments of each sort a page has; inline ones by thread.
func Counts(ctx context.Context, tx *volume.Tx, owner int64) (footer, open, resolved int, err error) {
	rows, err := tx.Query(ctx, qCounts, owner)
	if err != nil {
		return 0, 0, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var location, resolution string
		var n int
		if err := rows.Scan(&location, &resolution, &n); err != nil {
			return 0, 0, 0, err
		}
		switch {
		case location == Footer:
			footer += n
		case resolution == Resolved:
			resolved += n
		case resolution != "":
			open += n
		}
	}
	return footer, open, resolved, rows.Err()
}

// Edit writes a new version of a comment. version is the number that it will have, 0 for whatever comes next.
func Edit(ctx context.Context, tx *volume.Tx, actor string, c *Comment, version int64, message string, doc *adf.Node) error {
	if doc.Empty() {
		return fault.Invalid("body", "A comment cannot be empty.")
	}
	if version != 0 && version != c.Version+1 {
		return fault.Conflict("Version must be incremented when updating a comment. Current Version: [%d]. Provided version: [%d]", c.Version, version)
	}
	c.Version, c.Editor, c.Updated, c.Body = c.Version+1, actor, tx.Now(), string(doc.JSON())
	if err := content.InsertVersion(ctx, tx, &content.Version{ContentID: c.ID, Number: c.Version, Body: c.Body, Author: actor, Created: tx.Now(), Message: message}); err != nil {
		return err
	}
	if err := content.Save(ctx, tx, c.Content); err != nil {
		return err
	}
	return content.Index(ctx, tx, c.ID, "", doc)
}

// Resolve closes an inline thread, or opens it again.
func Resolve(ctx context.Context, tx *volume.Tx, actor string, c *Comment, resolved bool) error {
	if c.Location != Inline || c.ParentID != 0 {
		return fault.Bad("Only the first comment of an inline thread can be resolved.")
	}
	if (c.Resolution == Resolved) == resolved {
		return nil
	}
	now := tx.Now()
	if c.Resolution, c.ResolvedBy, c.Part.Resolved = Reopened, "", nil; resolved {
		c.Resolution, c.ResolvedBy, c.Part.Resolved = Resolved, actor, &now
	}
	var at any
	if resolved {
		at = clock.Micros(now)
	}
	_, err := tx.Exec(ctx, qSave, c.ID, c.Resolution, content.OrNull(c.ResolvedBy), at)
	return err
}

// Delete puts a comment into the trash with all answers to it.
func Delete(ctx context.Context, tx *volume.Tx, actor string, c *content.Content) error {
	replies, err := storage.All(ctx, tx.Tx, qReplies, func(r *storage.Rows) (id int64, err error) { return id, r.Scan(&id) }, c.ID)
	if err != nil {
		return err
	}
	for _, id := range replies {
		reply, err := content.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := Delete(ctx, tx, actor, reply); err != nil {
			return err
		}
	}
	now := tx.Now()
	c.Status, c.Trashed, c.TrashedBy = content.Trashed, &now, actor
	return content.Save(ctx, tx, c)
}

var qThreads = storage.Register("wiki/comment.threads", `SELECT c.id, p.marker, p.resolution FROM wiki_content c JOIN wiki_comment p ON p.content_id = c.id WHERE c.owner_id = $1 AND c.kind = 'comment' AND c.status IN ('current', 'draft') AND p.location = 'inline' AND c.parent_id = 0`)

// Reanchor tells which threads have lost the text they are about, and which have it again, when a new body is published.
func Reanchor(ctx context.Context, tx *volume.Tx, owner int64, doc *adf.Node) error {
	type thread struct {
		id                 int64
		marker, resolution string
	}
	threads, err := storage.All(ctx, tx.Tx, qThreads, func(r *storage.Rows) (t thread, err error) { return t, r.Scan(&t.id, &t.marker, &t.resolution) }, owner)
	if err != nil {
		return err
	}
	for _, t := range threads {
		now := t.resolution
		switch there := Marked(doc, t.marker); {
		case !there && (now == Open || now == Reopened):
			now = Dangling
		case there && now == Dangling:
			now = Open
		}
		if now == t.resolution {
			continue
		}
		if _, err := tx.Exec(ctx, qSave, t.id, now, nil, nil); err != nil {
			return err
		}
	}
	return nil
}
