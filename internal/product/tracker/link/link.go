// Package link relates issues to each other and to pages elsewhere.
package link

import (
	"context"
	"errors"
	"fmt"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/history"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/sequence"
)

// Link says that the source "outward" the target.
type Link struct {
	ID, TypeID, Source, Target int64
	Created                    time.Time
}

var (
	qInsert = storage.Register("tracker/issue_link.insert", `INSERT INTO issue_link (id, type_id, source_id, target_id, created_us) VALUES ($1, $2, $3, $4, $5)`)
	qNew    = storage.Register("tracker/issue_link.insert_new", `INSERT INTO issue_link (id, type_id, source_id, target_id, created_us) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (source_id, target_id, type_id) DO NOTHING`)
	qGet    = storage.Register("tracker/issue_link.get", `SELECT id, type_id, source_id, target_id, created_us FROM issue_link WHERE id = $1`)
	qOf     = storage.Register("tracker/issue_link.by_issue", `SELECT id, type_id, source_id, target_id, created_us FROM issue_link WHERE source_id = $1
		UNION ALL SELECT id, type_id, source_id, target_id, created_us FROM issue_link WHERE target_id = $1 AND source_id <> $1`)
	qDelete = storage.Register("tracker/issue_link.delete", `DELETE FROM issue_link WHERE id = $1`)
)

func scan(r *storage.Rows) (*Link, error) {
	l := &Link{}
	var at int64
	err := r.Scan(&l.ID, &l.TypeID, &l.Source, &l.Target, &at)
	l.Created = clock.FromMicros(at)
	return l, err
}

// Insert adds a link as it is.
func Insert(ctx context.Context, tx *volume.Tx, l *Link) error {
	_, err := tx.Exec(ctx, qInsert, l.ID, l.TypeID, l.Source, l.Target, clock.Micros(l.Created))
	return err
}

// InsertNew adds a link as it is; false when the two are related in this way already.
func InsertNew(ctx context.Context, tx *volume.Tx, l *Link) (bool, error) {
	n, err := tx.Exec(ctx, qNew, l.ID, l.TypeID, l.Source, l.Target, clock.Micros(l.Created))
	return n > 0, err
}

// Add relates two issues and records it in the history of both. Relating them again changes nothing.
func Add(ctx context.Context, tx *volume.Tx, t *catalog.LinkType, actor string, source, target *issue.Issue, key func(*issue.Issue) string) (*Link, error) {
	if source.ID == target.ID {
		return nil, fault.Bad("You cannot link an issue to itself.")
	}
	id, err := sequence.Next(ctx, tx, sequence.ID, 1)
	if err != nil {
		return nil, err
	}
	l := &Link{ID: id, TypeID: t.ID, Source: source.ID, Target: target.ID, Created: tx.Now()}
	err = tx.Savepoint(ctx, func() error { return Insert(ctx, tx, l) })
	if errors.Is(err, storage.ErrUnique) {
		return l, nil
	}
	if err != nil {
		return nil, fmt.Errorf("link issues: %w", err)
	}
	return l, both(ctx, tx, actor, source, target, +1,
		history.System("Link", "issuelinks", "", "", key(target), "This issue "+t.Outward+" "+key(target)),
		history.System("Link", "issuelinks", "", "", key(source), "This issue "+t.Inward+" "+key(source)))
}

// Remove takes a relation away.
func Remove(ctx context.Context, tx *volume.Tx, l *Link, t *catalog.LinkType, actor string, source, target *issue.Issue, key func(*issue.Issue) string) error {
	if _, err := tx.Exec(ctx, qDelete, l.ID); err != nil {
		return err
	}
	return both(ctx, tx, actor, source, target, -1,
		history.System("Link", "issuelinks", key(target), "This issue "+t.Outward+" "+key(target), "", ""),
		history.System("Link", "issuelinks", key(source), "This issue "+t.Inward+" "+key(source), "", ""))
}

func both(ctx context.Context, tx *volume.Tx, actor string, source, target *issue.Issue, by int64, onSource, onTarget history.Item) error {
	if err := issue.Touch(ctx, tx, source, &source.Links, by); err != nil {
		return err
	}
	if err := issue.Touch(ctx, tx, target, &target.Links, by); err != nil {
		return err
	}
	if err := history.Record(ctx, tx, source.ID, actor, tx.Now(), []history.Item{onSource}); err != nil {
		return err
	}
	return history.Record(ctx, tx, target.ID, actor, tx.Now(), []history.Item{onTarget})
}

// Get gives a link.
func Get(ctx context.Context, tx *volume.Tx, id int64) (*Link, error) {
	ls, err := storage.All(ctx, tx.Tx, qGet, scan, id)
	if err != nil {
		return nil, err
	}
	if len(ls) == 0 {
		return nil, fault.NotFound("No issue link with id '%d' exists.", id)
	}
	return ls[0], nil
}

// Of gives the links of an issue, both ways.
func Of(ctx context.Context, tx *volume.Tx, issueID int64) ([]*Link, error) {
	return storage.All(ctx, tx.Tx, qOf, scan, issueID)
}
