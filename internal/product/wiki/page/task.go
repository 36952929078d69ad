package page

import (
	"context"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/task"
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
