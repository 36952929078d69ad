package link

import (
	"context"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/sequence"
)

// Remote is a link from an issue to a page elsewhere. Application and Object are JSON as clients give them; the object has a url and a title.
type Remote struct {
	GlobalID     string // one link of an issue each; empty for none
	Relationship string
	Application  string
	Object       string
	URL          string
}

var qPutRemote = storage.Register("tracker/issue_remote_link.insert", `INSERT INTO issue_remote_link (id, issue_id, global_id, relationship, application, object, url) VALUES ($1, $2, $3, $4, $5, $6, $7)
	ON CONFLICT (issue_id, global_id) DO UPDATE SET relationship = excluded.relationship, application = excluded.application, object = excluded.object, url = excluded.url RETURNING id`)

// PutRemote adds a link, or changes the one with the same global identifier; fresh tells which.
func PutRemote(ctx context.Context, tx *volume.Tx, i *issue.Issue, r Remote) (id int64, fresh bool, err error) {
	next, err := sequence.Next(ctx, tx, sequence.ID, 1)
	if err != nil {
		return 0, false, err
	}
	var global any
	if r.GlobalID != "" {
		global = r.GlobalID
	}
	if err := tx.Get(ctx, qPutRemote, []any{next, i.ID, global, r.Relationship, r.Application, r.Object, r.URL}, &id); err != nil || id != next {
		return id, false, err
	}
	return id, true, issue.Touch(ctx, tx, i, &i.RemoteLinks, +1)
}
