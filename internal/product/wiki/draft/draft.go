// Package draft keeps what people have not published yet. It promises that a draft that was acknowledged survives a crash, that it is its author's
// alone, and that it knows which version it started from, so that publishing over somebody else's version is noticed.
package draft

import (
	"context"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Draft is one person's unpublished text of a page or blog post. Body is ADF JSON.
type Draft struct {
	ContentID        int64
	Account          string
	Base             int64 // version it started from; 0 for a page never published
	Title, Body      string
	Created, Updated time.Time
}

const columns = `d.content_id, d.account, d.base, d.title, d.body, d.created_us, d.updated_us`

var (
	qGet = storage.Register("wiki/draft.get", `SELECT `+columns+` FROM wiki_draft d WHERE d.content_id = $1 AND d.account = $2`)
	qBy  = storage.Register("wiki/draft.by", `SELECT d.content_id, d.account, d.base, d.title, '', d.created_us, d.updated_us FROM wiki_draft d WHERE d.account = $1 ORDER BY d.account DESC, d.updated_us DESC, d.content_id DESC LIMIT $2`)
	qPut = storage.Register("wiki/draft.put", `INSERT INTO wiki_draft (content_id, account, base, title, body, created_us, updated_us) VALUES ($1, $2, $3, $4, $5, $6, $6)
		ON CONFLICT (content_id, account) DO UPDATE SET base = excluded.base, title = excluded.title, body = excluded.body, updated_us = excluded.updated_us`)
	qDrop = storage.Register("wiki/draft.drop", `DELETE FROM wiki_draft WHERE content_id = $1 AND account = $2`)
)

func scan(r *storage.Rows) (*Draft, error) {
	d := &Draft{}
	var created, updated int64
	err := r.Scan(&d.ContentID, &d.Account, &d.Base, &d.Title, &d.Body, &created, &updated)
	d.Created, d.Updated = clock.FromMicros(created), clock.FromMicros(updated)
	return d, err
}

// Get gives somebody's draft of a page, nil when there is none.
func Get(ctx context.Context, tx *volume.Tx, id int64, account string) (*Draft, error) {
	found, err := storage.All(ctx, tx.Tx, qGet, scan, id, account)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// By gives somebody's drafts without bodies, the newest first.
func By(ctx context.Context, tx *volume.Tx, account string, limit int) ([]*Draft, error) {
	return storage.All(ctx, tx.Tx, qBy, scan, account, limit)
}

// Put saves a draft over the one that was there.
func Put(ctx context.Context, tx *volume.Tx, d *Draft) error {
	d.Updated = tx.Now()
	_, err := tx.Exec(ctx, qPut, d.ContentID, d.Account, d.Base, d.Title, d.Body, clock.Micros(d.Updated))
	return err
}

// Drop forgets a draft. None is no error.
func Drop(ctx context.Context, tx *volume.Tx, id int64, account string) error {
	_, err := tx.Exec(ctx, qDrop, id, account)
	return err
}
