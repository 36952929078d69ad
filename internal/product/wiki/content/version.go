package content

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/richtext/adf"
)

const (
	versionHead    = `v.content_id, v.number, v.title, '', coalesce(v.author, ''), v.created_us, v.message, v.minor`
	versionColumns = `v.content_id, v.number, v.title, v.body, coalesce(v.author, ''), v.created_us, v.message, v.minor`
)

var (
	qVersion       = storage.Register("wiki/version.get", `SELECT `+versionColumns+` FROM wiki_version v WHERE v.content_id = $1 AND v.number = $2`)
	qVersionHead   = storage.Register("wiki/version.head", `SELECT `+versionHead+` FROM wiki_version v WHERE v.content_id = $1 AND v.number = $2`)
	qVersionsDown  = storage.Register("wiki/version.newest", `SELECT `+versionHead+` FROM wiki_version v WHERE v.content_id = $1 AND v.number < $2 ORDER BY v.content_id DESC, v.number DESC LIMIT $3`)
	qVersionsUp    = storage.Register("wiki/version.oldest", `SELECT `+versionHead+` FROM wiki_version v WHERE v.content_id = $1 AND v.number > $2 ORDER BY v.content_id, v.number LIMIT $3`)
	qVersionInsert = storage.Register("wiki/version.insert", `INSERT INTO wiki_version (content_id, number, title, body, author, created_us, message, minor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qVersionDraft  = storage.Register("wiki/version.redraft", `UPDATE wiki_version SET title = $2, body = $3, author = $4, created_us = $5, message = $6, minor = $7 WHERE content_id = $1 AND number = 1`)
	qContributors  = storage.Register("wiki/version.contributors", `SELECT DISTINCT coalesce(v.author, '') FROM wiki_version v WHERE v.content_id = $1`)
)

func scanVersion(r *storage.Rows) (*Version, error) {
	v := &Version{}
	var at, minor int64
	err := r.Scan(&v.ContentID, &v.Number, &v.Title, &v.Body, &v.Author, &at, &v.Message, &minor)
	v.Created, v.Minor = clock.FromMicros(at), minor == 1
	return v, err
}

// InsertVersion adds a version as it is; importers call it for the older ones.
func InsertVersion(ctx context.Context, tx *volume.Tx, v *Version) error {
	_, err := tx.Exec(ctx, qVersionInsert, v.ContentID, v.Number, v.Title, v.Body, OrNull(v.Author), clock.Micros(v.Created), v.Message, truth(v.Minor))
	return err
}

// RewriteDraft replaces the only version of a content that was never published.
func RewriteDraft(ctx context.Context, tx *volume.Tx, v *Version) error {
	_, err := tx.Exec(ctx, qVersionDraft, v.ContentID, v.Title, v.Body, OrNull(v.Author), clock.Micros(v.Created), v.Message, truth(v.Minor))
	return err
}

// VersionOf gives a version with its body.
func VersionOf(ctx context.Context, tx *volume.Tx, id, number int64) (*Version, error) {
	return oneVersion(ctx, tx, qVersion, id, number)
}

// VersionHead gives a version without its body.
func VersionHead(ctx context.Context, tx *volume.Tx, id, number int64) (*Version, error) {
	return oneVersion(ctx, tx, qVersionHead, id, number)
}

func oneVersion(ctx context.Context, tx *volume.Tx, q *storage.Query, id, number int64) (*Version, error) {
	found, err := storage.All(ctx, tx.Tx, q, scanVersion, id, number)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.NotFound("There is no version %d of the content %d.", number, id)
	}
	return found[0], nil
}

// Versions gives a page of versions without bodies, newest first below the number before (0 for the newest), or oldest first above it.
func Versions(ctx context.Context, tx *volume.Tx, id, from int64, oldest bool, limit int) ([]*Version, error) {
	if oldest {
		return storage.All(ctx, tx.Tx, qVersionsUp, scanVersion, id, from, limit)
	}
	if from == 0 {
		from = 1 << 62
	}
	return storage.All(ctx, tx.Tx, qVersionsDown, scanVersion, id, from, limit)
}

// Contributors gives the accounts that wrote a version of a content.
func Contributors(ctx context.Context, tx *volume.Tx, id int64) ([]string, error) {
	return storage.All(ctx, tx.Tx, qContributors, func(r *storage.Rows) (s string, err error) { return s, r.Scan(&s) }, id)
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Document reads a body that is stored. It was checked when it was written.
func Document(body string) (*adf.Node, error) {
	var doc adf.Node
	d := json.NewDecoder(bytes.NewReader([]byte(body)))
	d.UseNumber()
	if err := d.Decode(&doc); err != nil {
		return nil, fmt.Errorf("stored body: %w", err)
	}
	return &doc, nil
}
