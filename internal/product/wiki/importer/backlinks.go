package importer

import (
	"context"
	"fmt"
	"slices"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/page"
)

// linkedBatch is how many pages one commit notes the links of.
const linkedBatch = 200

// standingPages lists the pages and blog posts of the export that are here, from this run or an earlier one.
func (l *run) standingPages() []int64 {
	var out []int64
	for _, i := range l.m.items {
		if i.original == "" && i.dropped == "" && i.local != 0 && (i.class == "Page" || i.class == "BlogPost") && statusOf(i) == content.Current {
			out = append(out, i.local)
		}
	}
	return out
}

// backlinks lets every page know what leads to it. Links go to pages that are written later, and to other spaces: it comes when everything is here.
func (l *Loader) backlinks(ctx context.Context, pages []int64) error {
	done := 0
	for part := range slices.Chunk(pages, linkedBatch) {
		err := l.Volume.Write(ctx, func(tx *volume.Tx) error {
			for _, id := range part {
				c, err := content.Get(ctx, tx, id)
				if fault.Is(err, fault.KindNotFound) {
					continue // purged since an earlier run
				}
				if err != nil {
					return err
				}
				if c.Kind != content.Page && c.Kind != content.BlogPost {
					continue
				}
				if err := page.Relink(ctx, tx, c); err != nil {
					return fmt.Errorf("links of %d: %w", id, err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if done += len(part); l.Progress != nil {
			l.Progress("noting links", int64(done), int64(len(pages)), "pages")
		}
	}
	return nil
}
