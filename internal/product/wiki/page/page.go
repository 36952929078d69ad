// Package page makes, changes, moves and removes pages and blog posts. Every change leaves a version, what search knows, the tasks of the body and
// word to the watchers in the same commit. It decides nothing about who may do what: its callers ask viewer.
package page

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/comment"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/notice"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/product/wiki/task"
	"holdfast.dev/internal/product/wiki/watch"
	"holdfast.dev/internal/richtext/adf"
)

// MaxTitle is the longest title, in characters.
const MaxTitle = 255

// New is a page or blog post to be made.
type New struct {
	Kind     string // content.Page or content.BlogPost
	Space    *space.Space
	ParentID int64 // of a page; 0 for the root of the space
	Title    string
	Body     *adf.Node
	Draft    bool // seen by its author alone until it is published
	Message  string
	Created  time.Time // zero for now; the posting day of a blog post may be another
}

var qTaken = storage.Register("wiki/content.titled", `SELECT `+content.Columns+` FROM wiki_content c WHERE c.title_fold = $1 AND c.kind = $2 AND c.space_id = $3 AND c.status IN ('current', 'archived')`)

// Titled gives the page of a title in a space, whatever its case; nil when there is none.
func Titled(ctx context.Context, tx *volume.Tx, kind string, spaceID int64, title string) (*content.Content, error) {
	found, err := storage.All(ctx, tx.Tx, qTaken, content.Scan, content.Fold(title), kind, spaceID)
	if err != nil {
		return nil, err
	}
	for _, c := range found {
		if strings.EqualFold(c.Title, title) {
			return c, nil
		}
	}
	return nil, nil
}

// checkTitle refuses titles that are empty, too long, or taken by another page of the space.
func checkTitle(ctx context.Context, tx *volume.Tx, c *content.Content) error {
	if c.Title = strings.TrimSpace(strings.Join(strings.FieldsFunc(c.Title, func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }), " ")); utf8.RuneCountInString(c.Title) > MaxTitle {
		return fault.Invalid("title", "The title is longer than %d characters.", MaxTitle)
	}
	if c.Status == content.Draft {
		return nil
	}
	if c.Title == "" {
		return fault.Invalid("title", "A title is needed.")
	}
	if c.Kind != content.Page {
		return nil
	}
	other, err := Titled(ctx, tx, c.Kind, c.SpaceID, c.Title)
	if err == nil && other != nil && other.ID != c.ID {
		err = fault.Bad("A page with this title already exists: A page already exists with the same TITLE in this space: %s", c.Title)
	}
	return err
}

// Create makes a page or blog post.
func Create(ctx context.Context, tx *volume.Tx, actor string, in New) (*content.Content, error) {
	id, err := content.NextID(ctx, tx, 1)
	if err != nil {
		return nil, err
	}
	c := &content.Content{ID: id, Kind: in.Kind, SpaceID: in.Space.ID, OwnerID: id, ParentID: in.ParentID, Title: in.Title, Status: content.Current, Version: 1, Author: actor, Editor: actor, Created: in.Created, Updated: tx.Now()}
	if in.Draft {
		c.Status = content.Draft
	}
	if c.Created.IsZero() {
		c.Created = tx.Now()
	}
	if err := checkTitle(ctx, tx, c); err != nil {
		return nil, err
	}
	if c.Kind == content.Page {
		parent, err := parentOf(ctx, tx, c.SpaceID, c.ParentID)
		if err != nil {
			return nil, err
		}
		if parent != nil {
			c.GuardID = parent.GuardID
		}
		if c.Position, err = lastPosition(ctx, tx, c.SpaceID, c.ParentID); err != nil {
			return nil, err
		}
	}
	if err := content.Insert(ctx, tx, c); err != nil {
		return nil, err
	}
	if in.Body == nil {
		in.Body = adf.Doc()
	}
	if err := content.InsertVersion(ctx, tx, &content.Version{ContentID: id, Number: 1, Title: c.Title, Body: string(in.Body.JSON()), Author: actor, Created: tx.Now(), Message: in.Message}); err != nil {
		return nil, err
	}
	return c, settle(ctx, tx, actor, c, in.Body, notice.Created)
}

// parentOf gives the page that another is to hang under: a current one of the space; nil for the root.
func parentOf(ctx context.Context, tx *volume.Tx, spaceID, id int64) (*content.Content, error) {
	if id == 0 {
		return nil, nil
	}
	p, err := content.Get(ctx, tx, id)
	if fault.Is(err, fault.KindNotFound) || err == nil && (p.Kind != content.Page || p.SpaceID != spaceID || p.Status != content.Current && p.Status != content.Archived) {
		return nil, fault.Invalid("parentId", "The parent page %d does not exist in this space.", id)
	}
	return p, err
}

// settle brings what depends on a body up to date, and tells the watchers of what is published.
func settle(ctx context.Context, tx *volume.Tx, actor string, c *content.Content, doc *adf.Node, what notice.Kind) error {
	uses, err := links(ctx, tx, c, doc)
	if err != nil {
		return err
	}
	if err := content.Index(ctx, tx, c.ID, c.Title, doc, uses...); err != nil {
		return err
	}
	if c.Status != content.Current {
		return nil
	}
	if err := adopt(ctx, tx, c); err != nil {
		return err
	}
	if err := task.Sync(ctx, tx, actor, c.ID, doc); err != nil {
		return err
	}
	if err := comment.Reanchor(ctx, tx, c.ID, doc); err != nil {
		return err
	}
	if actor != "" {
		if err := watch.Set(ctx, tx, actor, watch.Content, watch.ID(c.ID), true); err != nil {
			return err
		}
	}
	return notice.Put(ctx, tx, c, actor, what)
}

// Edit is a change of a page or blog post. What is not given stays.
type Edit struct {
	Title   *string
	Body    *adf.Node
	Version int64 // the number that the new version will have; 0 for whatever comes next
	Message string
	Minor   bool // nobody is told
	Publish bool // of a draft
}

// Update publishes a new version, or rewrites a draft.
func Update(ctx context.Context, tx *volume.Tx, actor string, c *content.Content, e Edit) error {
	if e.Title != nil {
		c.Title = *e.Title
	}
	draft := c.Status == content.Draft
	next := c.Version + 1
	if draft {
		next = 1
		if e.Publish {
			c.Status = content.Current
		}
	}
	if e.Version != 0 && e.Version != next && !(draft && e.Version == c.Version) {
		return fault.Conflict("Version must be incremented when updating a page. Current Version: [%d]. Provided version: [%d]", c.Version, e.Version)
	}
	if err := checkTitle(ctx, tx, c); err != nil {
		return err
	}
	doc := e.Body
	if doc == nil {
		v, err := content.VersionOf(ctx, tx, c.ID, c.Version)
		if err != nil {
			return err
		}
		if doc, err = content.Document(v.Body); err != nil {
			return err
		}
	}
	v := &content.Version{ContentID: c.ID, Number: next, Title: c.Title, Body: string(doc.JSON()), Author: actor, Created: tx.Now(), Message: e.Message, Minor: e.Minor}
	c.Version, c.Editor, c.Updated = next, actor, tx.Now()
	save := content.InsertVersion
	if draft {
		save = content.RewriteDraft
		c.Created = tx.Now()
	}
	if err := save(ctx, tx, v); err != nil {
		return err
	}
	if err := content.Save(ctx, tx, c); err != nil {
		return err
	}
	if draft && e.Publish {
		if err := publishOwned(ctx, tx, c.ID); err != nil {
			return err
		}
		return settle(ctx, tx, actor, c, doc, notice.Created)
	}
	what := notice.Edited
	if e.Minor {
		what = notice.Nothing
	}
	return settle(ctx, tx, actor, c, doc, what)
}

// RestoreVersion publishes an old version anew.
func RestoreVersion(ctx context.Context, tx *volume.Tx, actor string, c *content.Content, number int64, message string, withTitle bool) error {
	old, err := content.VersionOf(ctx, tx, c.ID, number)
	if err != nil {
		return err
	}
	doc, err := content.Document(old.Body)
	if err != nil {
		return err
	}
	e := Edit{Body: doc, Message: message}
	if withTitle && old.Title != "" {
		e.Title = &old.Title
	}
	return Update(ctx, tx, actor, c, e)
}

// Body gives the document of a content's newest version.
func Body(ctx context.Context, tx *volume.Tx, c *content.Content) (*content.Version, *adf.Node, error) {
	v, err := content.VersionOf(ctx, tx, c.ID, c.Version)
	if err != nil {
		return nil, nil, err
	}
	doc, err := content.Document(v.Body)
	return v, doc, err
}
