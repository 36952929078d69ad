package notice

import (
	"context"
	"errors"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/page"
)

// PurgeKind is the daily job by which old notices go with their deliveries. It exists while there are notices: an idle site costs nothing.
const PurgeKind = "status.purge-notices"

// When the job runs again, and the bounds of one commit of it.
const (
	purgeEvery      = 24 * time.Hour
	purgeAgain      = time.Second
	purgeNotices    = 100
	purgeDeliveries = 5000
)

var (
	qOld      = storage.Register("status/notice.old", `SELECT id FROM notice WHERE page_id = $1 AND created_us < $2 ORDER BY page_id, created_us, id LIMIT $3`)
	qOldFares = storage.Register("status/delivery.purge", `DELETE FROM delivery WHERE notice_id = $1 AND subscriber_id IN (SELECT subscriber_id FROM delivery WHERE notice_id = $1 ORDER BY notice_id, subscriber_id LIMIT $2)`)
	qDrop     = storage.Register("status/notice.delete", `DELETE FROM notice WHERE id = $1`)
	qOldest   = storage.Register("status/notice.oldest", `SELECT created_us FROM notice WHERE page_id = $1 ORDER BY page_id, created_us, id LIMIT 1`)
)

// planPurge sees to it that the job exists.
func planPurge(ctx context.Context, tx *volume.Tx) error {
	j, err := jobs.Named(ctx, tx, PurgeKind, "all")
	if err == nil && j.State == jobs.StateDue {
		return nil
	}
	if err != nil && !errors.Is(err, storage.ErrNoRows) {
		return err
	}
	return jobs.Put(ctx, tx, jobs.Job{Kind: PurgeKind, Key: "all", Due: tx.Now().Add(purgeEvery)})
}

// Purge is the job of PurgeKind: what is older than its page keeps goes.
func Purge(ctx context.Context, tx *volume.Tx, _ *jobs.Job) error {
	pages, err := page.All(ctx, tx)
	if err != nil {
		return err
	}
	left, again := false, false
	for _, p := range pages {
		full, err := purgePage(ctx, tx, p)
		if err != nil {
			return err
		}
		again = again || full
		oldest, err := storage.All(ctx, tx.Tx, qOldest, func(r *storage.Rows) (us int64, err error) { return us, r.Scan(&us) }, p.ID)
		if err != nil {
			return err
		}
		left = left || len(oldest) > 0
	}
	switch {
	case again:
		return jobs.Put(ctx, tx, jobs.Job{Kind: PurgeKind, Key: "all", Due: tx.Now().Add(purgeAgain)})
	case left:
		return jobs.Put(ctx, tx, jobs.Job{Kind: PurgeKind, Key: "all", Due: tx.Now().Add(purgeEvery)})
	}
	return nil
}

// purgePage removes a page's oldest notices; full tells that there may be more than one commit takes.
func purgePage(ctx context.Context, tx *volume.Tx, p *page.Page) (full bool, err error) {
	before := tx.Now().AddDate(0, 0, -p.Settings.NoticeDays())
	old, err := storage.All(ctx, tx.Tx, qOld, func(r *storage.Rows) (id string, err error) { return id, r.Scan(&id) }, p.ID, clock.Micros(before), purgeNotices)
	if err != nil {
		return false, err
	}
	budget := int64(purgeDeliveries)
	for _, id := range old {
		n, err := tx.Exec(ctx, qOldFares, id, budget)
		if err != nil {
			return false, err
		}
		if budget -= n; budget <= 0 {
			return true, nil
		}
		if _, err := tx.Exec(ctx, qDrop, id); err != nil {
			return false, err
		}
	}
	return len(old) == purgeNotices, nil
}
