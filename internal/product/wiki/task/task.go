// Package task keeps the tasks of pages: each task item of a body is a row, found by who has to do it and by when. The body is the truth; Sync
// brings the rows up to date whenever a body is published.
package task

import (
	"context"
	"strconv"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/richtext/adf"
)

// The states of a task.
const (
	Incomplete = "incomplete"
	Complete   = "complete"
)

// Task is a task of a content. Body is an ADF document of one paragraph.
type Task struct {
	ID, ContentID     int64
	LocalID, Status   string
	Body              string
	Creator, Assignee string
	CompletedBy       string
	Due, Completed    *time.Time
	Created, Updated  time.Time
	Position          int64
}

// Columns of a task, with the table's alias "t".
const Columns = `t.id, t.content_id, t.local_id, t.status, t.body, coalesce(t.creator, ''), coalesce(t.assignee, ''), coalesce(t.completed_by, ''), t.due_us, t.completed_us, t.created_us, t.updated_us, t.position`

var (
	qOf     = storage.Register("wiki/task.of", `SELECT `+Columns+` FROM wiki_task t WHERE t.content_id = $1`)
	qGet    = storage.Register("wiki/task.get", `SELECT `+Columns+` FROM wiki_task t WHERE t.id = $1`)
	qInsert = storage.Register("wiki/task.insert", `INSERT INTO wiki_task (id, content_id, local_id, status, body, creator, assignee, completed_by, due_us, completed_us, created_us, updated_us, position)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)
	qSave = storage.Register("wiki/task.save", `UPDATE wiki_task SET status = $2, body = $3, assignee = $4, completed_by = $5, due_us = $6, completed_us = $7, updated_us = $8, position = $9 WHERE id = $1`)
	qDrop = storage.Register("wiki/task.drop", `DELETE FROM wiki_task WHERE id = $1`)
)

// Scan reads Columns.
func Scan(r *storage.Rows) (*Task, error) {
	t := &Task{}
	var created, updated int64
	var due, done *int64
	err := r.Scan(&t.ID, &t.ContentID, &t.LocalID, &t.Status, &t.Body, &t.Creator, &t.Assignee, &t.CompletedBy, &due, &done, &created, &updated, &t.Position)
	t.Created, t.Updated, t.Due, t.Completed = clock.FromMicros(created), clock.FromMicros(updated), instant(due), instant(done)
	return t, err
}

func instant(us *int64) *time.Time {
	if us == nil {
		return nil
	}
	t := clock.FromMicros(*us)
	return &t
}

func micros(t *time.Time) any {
	if t == nil {
		return nil
	}
	return clock.Micros(*t)
}

// Get gives a task; fault.KindNotFound when there is none.
func Get(ctx context.Context, tx *volume.Tx, id int64) (*Task, error) {
	found, err := storage.All(ctx, tx.Tx, qGet, Scan, id)
	if err == nil && len(found) == 0 {
		return nil, fault.NotFound("There is no task %d.", id)
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// Of gives the tasks of a content, in no order.
func Of(ctx context.Context, tx *volume.Tx, contentID int64) ([]*Task, error) {
	return storage.All(ctx, tx.Tx, qOf, Scan, contentID)
}

// In reads the tasks of a document: state, who has to do it (the first mention), by when (the first date). Tasks without identifier, or with one
// that came before, get one by their place.
func In(doc *adf.Node) []*Task {
	var out []*Task
	seen := map[string]bool{}
	doc.Walk(func(n *adf.Node) bool {
		if n.Type != "taskItem" && n.Type != "blockTaskItem" {
			return true
		}
		t := &Task{LocalID: n.Attr("localId"), Status: Incomplete, Position: int64(len(out))}
		if n.Attr("state") == "DONE" {
			t.Status = Complete
		}
		if t.LocalID == "" || seen[t.LocalID] || len(t.LocalID) > 255 {
			t.LocalID = "#" + strconv.Itoa(len(out))
		}
		seen[t.LocalID] = true
		body := adf.Doc(adf.Paragraph(n.Content...))
		if n.Type == "blockTaskItem" {
			body = adf.Doc(n.Content...)
		}
		t.Body = string(body.JSON())
		body.Walk(func(m *adf.Node) bool {
			switch {
			case m.Type == "mention" && t.Assignee == "":
				t.Assignee = m.Attr("id")
			case m.Type == "date" && t.Due == nil:
				if ms, err := strconv.ParseInt(m.Attr("timestamp"), 10, 64); err == nil {
					at := time.UnixMilli(ms).UTC()
					t.Due = &at
				}
			}
			return true
		})
		out = append(out, t)
		return true
	})
	return out
}

// Sync brings the tasks of a content up to date with its document.
func Sync(ctx context.Context, tx *volume.Tx, actor string, contentID int64, doc *adf.Node) error {
	want := In(doc)
	have, err := Of(ctx, tx, contentID)
	if err != nil || len(want)+len(have) == 0 {
		return err
	}
	old := map[string]*Task{}
	for _, t := range have {
		old[t.LocalID] = t
	}
	for _, t := range want {
		was := old[t.LocalID]
		delete(old, t.LocalID)
		if err := put(ctx, tx, actor, contentID, t, was); err != nil {
			return err
		}
	}
	for _, t := range old {
		if _, err := tx.Exec(ctx, qDrop, t.ID); err != nil {
			return err
		}
	}
	return nil
}

func put(ctx context.Context, tx *volume.Tx, actor string, contentID int64, t, was *Task) error {
	now := tx.Now()
	if was != nil && was.Status == t.Status && was.Body == t.Body && was.Position == t.Position {
		return nil
	}
	if t.Status == Complete {
		t.CompletedBy, t.Completed = actor, &now
		if was != nil && was.Status == Complete {
			t.CompletedBy, t.Completed = was.CompletedBy, was.Completed
		}
	}
	if was != nil {
		_, err := tx.Exec(ctx, qSave, was.ID, t.Status, t.Body, content.OrNull(t.Assignee), content.OrNull(t.CompletedBy), micros(t.Due), micros(t.Completed), clock.Micros(now), t.Position)
		return err
	}
	id, err := content.NextID(ctx, tx, 1)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, qInsert, id, contentID, t.LocalID, t.Status, t.Body, content.OrNull(actor), content.OrNull(t.Assignee), content.OrNull(t.CompletedBy), micros(t.Due), micros(t.Completed), clock.Micros(now), clock.Micros(now), t.Position)
	return err
}

// Mark sets the state of a task in a document; ok is false when there is none of the identifier.
func Mark(doc *adf.Node, localID string, done bool) (ok bool) {
	place := 0
	doc.Walk(func(n *adf.Node) bool {
		if n.Type != "taskItem" && n.Type != "blockTaskItem" {
			return true
		}
		if n.Attr("localId") == localID || "#"+strconv.Itoa(place) == localID {
			n.Attrs["state"] = map[bool]string{true: "DONE", false: "TODO"}[done]
			ok = true
			return false
		}
		place++
		return !ok
	})
	return ok
}
