package page

import (
	"context"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/task"
	"holdfast.dev/internal/richtext/adf"
)

// SetTask ticks a task of a page off, or opens it again: a minor version of the page.
func SetTask(ctx context.Context, tx *volume.Tx, actor string, c *content.Content, localID string, done bool) error {
	_, doc, err := Body(ctx, tx, c)
	if err != nil {
		return err
	}
	if !task.Mark(doc, localID, done) {
		return fault.NotFound("The page has no task %.60s.", localID)
	}
	return Update(ctx, tx, actor, c, Edit{Body: doc, Minor: true})
}

// markMessage is what history says of a version that differs by the marker of an inline comment alone.
const markMessage = "Marker of an inline comment"

// Mark puts a body with the marker of a new inline comment into a minor version. The text is nobody's but its author's: the version stays in the
// name of the newest one, and neither who edited the page last nor when is changed, so that whoever may comment needs not be able to edit.
func Mark(ctx context.Context, tx *volume.Tx, actor string, c *content.Content, doc *adf.Node) error {
	if c.Status == content.Draft {
		return Update(ctx, tx, actor, c, Edit{Body: doc, Minor: true})
	}
	c.Version++
	v := &content.Version{ContentID: c.ID, Number: c.Version, Title: c.Title, Body: string(doc.JSON()), Author: c.Editor, Created: tx.Now(), Message: markMessage, Minor: true}
	if err := content.InsertVersion(ctx, tx, v); err != nil {
		return err
	}
	return content.Save(ctx, tx, c)
}
