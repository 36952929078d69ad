// Package notice tells watchers by mail what happened to the pages they follow. What is to be told is a job in the commit that causes it; who is
// told is decided when it is sent, so that nobody hears of what they may no longer see.
package notice

import (
	"context"
	"encoding/json"
	"strconv"

	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
)

// JobKind names the jobs of this package.
const JobKind = "wiki.notice"

// Kind says what happened.
type Kind string

// What can have happened.
const (
	Nothing   Kind = ""
	Created   Kind = "created"
	Edited    Kind = "edited"
	Commented Kind = "commented"
)

// News is the payload of a job.
type News struct {
	Content int64  `json:"content"` // what was written
	Owner   int64  `json:"owner"`   // the page or post
	Space   int64  `json:"space"`
	Version int64  `json:"version"`
	Actor   string `json:"actor"`
	Kind    Kind   `json:"kind"`
}

var qAnybody = storage.Register("wiki/watch.anybody", `SELECT 1 FROM wiki_watch WHERE (kind = 'content' AND target = $1 OR kind = 'space' AND target = $2 OR kind = 'label') AND account <> $3 LIMIT 1`)

// Put enters the job that tells the watchers, when there are any besides the actor.
func Put(ctx context.Context, tx *volume.Tx, c *content.Content, actor string, what Kind) error {
	if what == Nothing || c.Status != content.Current {
		return nil
	}
	found, err := storage.All(ctx, tx.Tx, qAnybody, func(r *storage.Rows) (n int64, err error) { return n, r.Scan(&n) }, strconv.FormatInt(c.OwnerID, 10), strconv.FormatInt(c.SpaceID, 10), actor)
	if err != nil || len(found) == 0 {
		return err
	}
	payload, err := json.Marshal(News{Content: c.ID, Owner: c.OwnerID, Space: c.SpaceID, Version: c.Version, Actor: actor, Kind: what})
	if err != nil {
		return err
	}
	return jobs.Put(ctx, tx, jobs.Job{Kind: JobKind, Payload: payload})
}
