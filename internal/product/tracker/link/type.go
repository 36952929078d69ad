package link

import (
	"context"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/sequence"
)

var (
	qAddType    = storage.Register("tracker/link_type.add", `INSERT INTO link_type (id, name, name_key, inward, outward) VALUES ($1, $2, $3, $4, $5)`)
	qUpdateType = storage.Register("tracker/link_type.update", `UPDATE link_type SET name = $2, name_key = $3, inward = $4, outward = $5 WHERE id = $1`)
	qDeleteType = storage.Register("tracker/link_type.delete", `DELETE FROM link_type WHERE id = $1`)
	qUsedType   = storage.Register("tracker/issue_link.count_of_type", `SELECT count(*) FROM issue_link WHERE type_id = $1`)
)

// CreateType adds a type of links. An identifier of 0 asks for a new one.
func CreateType(ctx context.Context, tx *volume.Tx, t *catalog.LinkType) (err error) {
	if t.ID == 0 {
		if t.ID, err = sequence.Next(ctx, tx, sequence.ID, 1); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, qAddType, t.ID, t.Name, strings.ToLower(t.Name), t.Inward, t.Outward)
	return err
}

// UpdateType writes a type back.
func UpdateType(ctx context.Context, tx *volume.Tx, t *catalog.LinkType) error {
	_, err := tx.Exec(ctx, qUpdateType, t.ID, t.Name, strings.ToLower(t.Name), t.Inward, t.Outward)
	return err
}

// DeleteType removes a type that no link has: links are not lost by removing a word for them.
func DeleteType(ctx context.Context, tx *volume.Tx, t *catalog.LinkType) error {
	var n int64
	if err := tx.Get(ctx, qUsedType, []any{t.ID}, &n); err != nil {
		return err
	}
	if n > 0 {
		return fault.Conflict("The issue link type '%s' is used by %d links; remove or change them first.", t.Name, n)
	}
	_, err := tx.Exec(ctx, qDeleteType, t.ID)
	return err
}
