package task

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/viewer"
	"holdfast.dev/internal/richtext/adf"
)

// Filter says which tasks to find. Empty lists do not narrow; instants are bounds of the due, creation and completion times, nil for none.
type Filter struct {
	Statuses, Assignees, Creators, CompletedBy []string
	Spaces, Contents, IDs                      []int64
	DueFrom, DueTo                             *time.Time
	CreatedFrom, CreatedTo                     *time.Time
	CompletedFrom, CompletedTo                 *time.Time
	After                                      int64 // the identifier of the last one seen
	Limit                                      int
}

// Find gives a page of tasks by identifier that the viewer may see, and the identifier to go on after, 0 at the end.
func Find(ctx context.Context, tx *volume.Tx, v *viewer.Viewer, f Filter) ([]*Task, int64, error) {
	parts := []string{"c.status = 'current'", v.Where("c")}
	var args []any
	texts := func(column string, values []string) {
		if len(values) == 0 {
			return
		}
		marks := make([]string, len(values))
		for i, s := range values {
			args = append(args, s)
			marks[i] = fmt.Sprintf("$%d", len(args))
		}
		parts = append(parts, column+" IN ("+strings.Join(marks, ", ")+")")
	}
	texts("t.status", f.Statuses)
	texts("t.assignee", f.Assignees)
	texts("t.creator", f.Creators)
	texts("t.completed_by", f.CompletedBy)
	for column, ids := range map[string][]int64{"c.space_id": f.Spaces, "t.content_id": f.Contents, "t.id": f.IDs} {
		if len(ids) > 0 {
			parts = append(parts, column+" IN ("+viewer.Numbers(ids)+")")
		}
	}
	bound := func(column, op string, t *time.Time) {
		if t != nil {
			args = append(args, clock.Micros(*t))
			parts = append(parts, fmt.Sprintf("%s %s $%d", column, op, len(args)))
		}
	}
	bound("t.due_us", ">=", f.DueFrom)
	bound("t.due_us", "<=", f.DueTo)
	bound("t.created_us", ">=", f.CreatedFrom)
	bound("t.created_us", "<=", f.CreatedTo)
	bound("t.completed_us", ">=", f.CompletedFrom)
	bound("t.completed_us", "<=", f.CompletedTo)
	args = append(args, f.After)
	parts = append(parts, fmt.Sprintf("t.id > $%d", len(args)))
	text := "SELECT " + Columns + " FROM wiki_task t JOIN wiki_content c ON c.id = t.content_id WHERE " + strings.Join(parts, " AND ") + fmt.Sprintf(" ORDER BY t.id LIMIT %d", f.Limit+1)
	found, err := storage.AllText(ctx, tx.Tx, text, Scan, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list tasks: %w", err)
	}
	if len(found) > f.Limit {
		found = found[:f.Limit]
		return found, found[f.Limit-1].ID, nil
	}
	return found, 0, nil
}

// Text gives the words of a task.
func (t *Task) Text() string {
	var doc adf.Node
	if err := json.Unmarshal([]byte(t.Body), &doc); err != nil {
		return ""
	}
	return strings.TrimSpace(doc.PlainText())
}
