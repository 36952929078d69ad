package page

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Secrets of pages are changed, and manage keys end, without anybody being cut off at once: what was valid stays so until an instant that is said
// beforehand.

var (
	qSecret     = storage.Register("status/page.secret", `UPDATE page SET secret = $2, updated_us = $3 WHERE id = $1`)
	qOldPut     = storage.Register("status/page_old_secret.put", `INSERT INTO page_old_secret (page_id, old_secret, until_us) VALUES ($1, $2, $3) ON CONFLICT (page_id) DO UPDATE SET old_secret = excluded.old_secret, until_us = excluded.until_us`)
	qOldDrop    = storage.Register("status/page_old_secret.drop", `DELETE FROM page_old_secret WHERE page_id = $1`)
	qKeyEndAll  = storage.Register("status/manage_key_end.all", `INSERT INTO manage_key_end (key_id, ends_us) SELECT id, CAST($1 AS BIGINT) FROM manage_key WHERE NOT EXISTS (SELECT 1 FROM manage_key_end e WHERE e.key_id = manage_key.id)`)
	qKeyKeep    = storage.Register("status/manage_key_end.keep", `DELETE FROM manage_key_end WHERE ends_us = $1`)
	qKeyEndDrop = storage.Register("status/manage_key_end.drop", `DELETE FROM manage_key_end WHERE key_id = $1`)
	qKeyEnds    = storage.Register("status/manage_key_end.count", `SELECT count(*), count(e.key_id), count(CASE WHEN e.ends_us = $1 THEN 1 END) FROM manage_key k LEFT JOIN manage_key_end e ON e.key_id = k.id`)
)

// forget drops the old secret once it is over.
func (p *Page) forget(now time.Time) {
	if !now.Before(p.OldUntil) {
		p.OldSecret = nil
	}
}

// Rotate gives a page a new secret; the old one counts until an instant. fault.KindConflict while an older one still counts: links that were sent with it
// would die before the time that was promised.
func Rotate(ctx context.Context, tx *volume.Tx, p *Page, until time.Time) error {
	if p.OldSecret != nil {
		return fault.Conflict("The secret before this one still counts, until %s.", p.OldUntil.UTC().Format(time.RFC3339))
	}
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails on supported systems
	return swap(ctx, tx, p, fresh, p.Secret, until)
}

// Unrotate takes back a rotation whose old secret counts until an instant: the old secret signs again, and what was signed with the new one meanwhile
// counts as long as the old one would have. Where there was no such rotation nothing happens; an old secret that is over does not come back:
// fault.KindConflict.
func Unrotate(ctx context.Context, tx *volume.Tx, p *Page, until time.Time) error {
	switch {
	case !p.OldUntil.Equal(until):
		return nil
	case p.OldSecret == nil:
		return fault.Conflict("The old secret ended at %s; it does not come back.", until.UTC().Format(time.RFC3339))
	}
	// One microsecond less tells this state from that of the rotation, so that taking back twice is taking back once.
	return swap(ctx, tx, p, p.OldSecret, p.Secret, until.Add(-time.Microsecond))
}

func swap(ctx context.Context, tx *volume.Tx, p *Page, now, old []byte, until time.Time) error {
	if _, err := tx.Exec(ctx, qSecret, p.ID, hex.EncodeToString(now), clock.Micros(tx.Now())); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qOldDrop, p.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qOldPut, p.ID, hex.EncodeToString(old), clock.Micros(until))
	return err
}

// EndKeys lets every manage key that has no end, end at an instant.
func EndKeys(ctx context.Context, tx *volume.Tx, at time.Time) error {
	_, err := tx.Exec(ctx, qKeyEndAll, clock.Micros(at))
	return err
}

// KeepKeys takes back EndKeys with the same instant.
func KeepKeys(ctx context.Context, tx *volume.Tx, at time.Time) error {
	_, err := tx.Exec(ctx, qKeyKeep, clock.Micros(at))
	return err
}

// KeyEnds counts the manage keys without an end, and those that end at an instant.
func KeyEnds(ctx context.Context, tx *volume.Tx, at time.Time) (open, ending int64, err error) {
	var all, ended int64
	err = tx.Get(ctx, qKeyEnds, []any{clock.Micros(at)}, &all, &ended, &ending)
	return all - ended, ending, err
}
