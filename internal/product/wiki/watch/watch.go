// Package watch keeps what people follow, like and come back to: watches of contents, spaces and labels, likes, favourites, and what each looked
// at last.
package watch

import (
	"context"
	"strconv"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// What can be watched and be a favourite.
const (
	Content = "content"
	Space   = "space"
	Label   = "label"
)

// ID writes the identifier of a content or space as a target.
func ID(id int64) string { return strconv.FormatInt(id, 10) }

// recent is how many contents somebody looked at last are kept.
const recent = 200

var (
	qOn       = storage.Register("wiki/watch.on", `INSERT INTO wiki_watch (account, kind, target, created_us) VALUES ($1, $2, $3, $4) ON CONFLICT (account, kind, target) DO NOTHING`)
	qOff      = storage.Register("wiki/watch.off", `DELETE FROM wiki_watch WHERE account = $1 AND kind = $2 AND target = $3`)
	qIs       = storage.Register("wiki/watch.is", `SELECT 1 FROM wiki_watch WHERE account = $1 AND kind = $2 AND target = $3`)
	qOf       = storage.Register("wiki/watch.of", `SELECT account FROM wiki_watch WHERE kind = $1 AND target = $2 ORDER BY kind, target, account LIMIT $3 OFFSET $4`)
	qBy       = storage.Register("wiki/watch.by", `SELECT target FROM wiki_watch WHERE account = $1 AND kind = $2`)
	qLike     = storage.Register("wiki/like.on", `INSERT INTO wiki_like (content_id, account, created_us) VALUES ($1, $2, $3) ON CONFLICT (content_id, account) DO NOTHING`)
	qUnlike   = storage.Register("wiki/like.off", `DELETE FROM wiki_like WHERE content_id = $1 AND account = $2`)
	qLikes    = storage.Register("wiki/like.of", `SELECT account FROM wiki_like WHERE content_id = $1 AND account > $2 ORDER BY content_id, account LIMIT $3`)
	qCount    = storage.Register("wiki/like.count", `SELECT count(*) FROM wiki_like WHERE content_id = $1`)
	qLiked    = storage.Register("wiki/like.is", `SELECT 1 FROM wiki_like WHERE content_id = $1 AND account = $2`)
	qFav      = storage.Register("wiki/favourite.on", `INSERT INTO wiki_favourite (account, kind, target_id, created_us) VALUES ($1, $2, $3, $4) ON CONFLICT (account, kind, target_id) DO NOTHING`)
	qUnfav    = storage.Register("wiki/favourite.off", `DELETE FROM wiki_favourite WHERE account = $1 AND kind = $2 AND target_id = $3`)
	qFavs     = storage.Register("wiki/favourite.of", `SELECT target_id FROM wiki_favourite WHERE account = $1 AND kind = $2`)
	qIsFav    = storage.Register("wiki/favourite.is", `SELECT 1 FROM wiki_favourite WHERE account = $1 AND kind = $2 AND target_id = $3`)
	qSeen     = storage.Register("wiki/seen.set", `INSERT INTO wiki_seen (account, content_id, seen_us) VALUES ($1, $2, $3) ON CONFLICT (account, content_id) DO UPDATE SET seen_us = excluded.seen_us`)
	qSeenList = storage.Register("wiki/seen.list", `SELECT content_id FROM wiki_seen WHERE account = $1 ORDER BY account DESC, seen_us DESC, content_id DESC LIMIT $2`)
	qForget   = storage.Register("wiki/seen.forget", `DELETE FROM wiki_seen WHERE account = $1 AND seen_us < (SELECT min(seen_us) FROM (SELECT seen_us FROM wiki_seen WHERE account = $1 ORDER BY account DESC, seen_us DESC, content_id DESC LIMIT $2) s)`)
)

// Set makes somebody watch something, or no longer.
func Set(ctx context.Context, tx *volume.Tx, account, kind, target string, on bool) error {
	if account == "" {
		return nil
	}
	if !on {
		_, err := tx.Exec(ctx, qOff, account, kind, target)
		return err
	}
	_, err := tx.Exec(ctx, qOn, account, kind, target, clock.Micros(tx.Now()))
	return err
}

// Is tells whether somebody watches something.
func Is(ctx context.Context, tx *volume.Tx, account, kind, target string) (bool, error) {
	return exists(ctx, tx, qIs, account, kind, target)
}

// Of gives a page of the accounts that watch something.
func Of(ctx context.Context, tx *volume.Tx, kind, target string, startAt, limit int) ([]string, error) {
	return storage.All(ctx, tx.Tx, qOf, text, kind, target, limit, startAt)
}

// By gives what somebody watches of a kind.
func By(ctx context.Context, tx *volume.Tx, account, kind string) ([]string, error) {
	return storage.All(ctx, tx.Tx, qBy, text, account, kind)
}

// Like makes somebody like a content, or no longer.
func Like(ctx context.Context, tx *volume.Tx, id int64, account string, on bool) error {
	if !on {
		_, err := tx.Exec(ctx, qUnlike, id, account)
		return err
	}
	_, err := tx.Exec(ctx, qLike, id, account, clock.Micros(tx.Now()))
	return err
}

// InsertLike adds a like as it is, for importers.
func InsertLike(ctx context.Context, tx *volume.Tx, id int64, account string, at time.Time) error {
	_, err := tx.Exec(ctx, qLike, id, account, clock.Micros(at))
	return err
}

// Likes gives a page of those who like a content, after an account.
func Likes(ctx context.Context, tx *volume.Tx, id int64, after string, limit int) ([]string, error) {
	return storage.All(ctx, tx.Tx, qLikes, text, id, after, limit)
}

// CountLikes gives how many like a content, and whether somebody does.
func CountLikes(ctx context.Context, tx *volume.Tx, id int64, account string) (n int, mine bool, err error) {
	if err := tx.Get(ctx, qCount, []any{id}, &n); err != nil || n == 0 || account == "" {
		return n, false, err
	}
	mine, err = exists(ctx, tx, qLiked, id, account)
	return n, mine, err
}

// Favour makes a content or space one of somebody's favourites, or no longer.
func Favour(ctx context.Context, tx *volume.Tx, account, kind string, id int64, on bool) error {
	if !on {
		_, err := tx.Exec(ctx, qUnfav, account, kind, id)
		return err
	}
	_, err := tx.Exec(ctx, qFav, account, kind, id, clock.Micros(tx.Now()))
	return err
}

// Favourites gives the identifiers of somebody's favourites of a kind.
func Favourites(ctx context.Context, tx *volume.Tx, account, kind string) ([]int64, error) {
	return storage.All(ctx, tx.Tx, qFavs, number, account, kind)
}

// IsFavourite tells whether something is one of somebody's favourites.
func IsFavourite(ctx context.Context, tx *volume.Tx, account, kind string, id int64) (bool, error) {
	return exists(ctx, tx, qIsFav, account, kind, id)
}

// Seen notes that somebody looked at a content.
func Seen(ctx context.Context, tx *volume.Tx, account string, id int64) error {
	if _, err := tx.Exec(ctx, qSeen, account, id, clock.Micros(tx.Now())); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qForget, account, recent)
	return err
}

// Recent gives the identifiers of what somebody looked at last, newest first.
func Recent(ctx context.Context, tx *volume.Tx, account string, limit int) ([]int64, error) {
	return storage.All(ctx, tx.Tx, qSeenList, number, account, limit)
}

func exists(ctx context.Context, tx *volume.Tx, q *storage.Query, args ...any) (bool, error) {
	found, err := storage.All(ctx, tx.Tx, q, number, args...)
	return len(found) > 0, err
}

func text(r *storage.Rows) (s string, err error)  { return s, r.Scan(&s) }
func number(r *storage.Rows) (n int64, err error) { return n, r.Scan(&n) }
