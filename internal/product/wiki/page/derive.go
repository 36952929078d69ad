package page

import (
	"context"

	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
)

// Derive tells whether what search and backlinks know of a page or blog post is another than its body says, and writes it anew where put is true.
func Derive(ctx context.Context, tx *volume.Tx, c *content.Content, put bool) (differs bool, err error) {
	_, doc, err := Body(ctx, tx, c)
	if err != nil {
		return false, err
	}
	to, err := links(ctx, tx, c, doc)
	if err != nil {
		return false, err
	}
	words, uses := content.Entry(doc)
	return content.Derive(ctx, tx, c.ID, c.Title, words, append(uses, to...), put)
}
