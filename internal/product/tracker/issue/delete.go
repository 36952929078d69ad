package issue

import (
	"context"
	"fmt"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// belongings are the tables whose rows go with an issue, and how they name it.
var belongings = func() []*storage.Query {
	qs := []*storage.Query{storage.Register("tracker/worklog_property.delete_with_issue", `DELETE FROM worklog_property WHERE worklog_id IN (SELECT id FROM issue_worklog WHERE issue_id = $1)`)}
	for table, column := range map[string]string{"issue_label": "issue_id", "issue_component": "issue_id", "issue_version": "issue_id", "issue_value": "issue_id",
		"issue_worklog": "issue_id", "issue_watcher": "issue_id", "issue_vote": "issue_id", "issue_remote_link": "issue_id", "issue_attachment": "issue_id",
		"issue_change": "issue_id", "issue_property": "issue_id", "issue_key": "issue_id", "issue_text": "issue_id"} {
		qs = append(qs, storage.Register("tracker/"+table+".delete_with_issue", "DELETE FROM "+table+" WHERE "+column+" = $1"))
	}
	return append(qs,
		storage.Register("tracker/comment_property.delete_with_issue", `DELETE FROM comment_property WHERE comment_id IN (SELECT id FROM issue_comment WHERE issue_id = $1)`),
		storage.Register("tracker/issue_comment.delete_with_issue", `DELETE FROM issue_comment WHERE issue_id = $1`))
}()

var (
	qOthers       = storage.Register("tracker/issue_link.others", `SELECT source_id + target_id - $1 FROM issue_link WHERE source_id = $1 UNION ALL SELECT source_id FROM issue_link WHERE target_id = $1`)
	qDropLinks    = storage.Register("tracker/issue_link.delete_with_issue", `DELETE FROM issue_link WHERE source_id = $1 OR target_id = $1`)
	qNoteWorklogs = storage.Register("tracker/worklog_deleted.with_issue", `INSERT INTO worklog_deleted (id, issue_id, deleted_us)
		SELECT id, issue_id, CAST($2 AS BIGINT) FROM issue_worklog WHERE issue_id = $1 ON CONFLICT DO NOTHING`)
	qDropIssue = storage.Register("tracker/issue.delete", `DELETE FROM issue WHERE id = $1`)
	qAllChilds = storage.Register("tracker/issue.children", `SELECT id FROM issue WHERE parent_id = $1 ORDER BY rank, id`)
)

// Delete removes an issue with everything that belongs to it. One that has sub-tasks goes only together with them. Issues of a
// deleted epic stay and lose their parent. The journal keeps it all, so a restore of the record or of the site brings it back.
func Delete(ctx context.Context, tx *volume.Tx, isSubtask func(typeID int64) bool, i *Issue, withSubtasks bool) error {
	var children []int64
	if i.Subtasks > 0 {
		var err error
		children, err = storage.All(ctx, tx.Tx, qAllChilds, scanID, i.ID)
		if err != nil {
			return err
		}
	}
	for _, id := range children {
		child, err := Get(ctx, tx, id)
		if err != nil {
			return err
		}
		if !isSubtask(child.TypeID) {
			child.ParentID, child.Updated = 0, tx.Now()
			if err := Save(ctx, tx, child); err != nil {
				return err
			}
			continue
		}
		if !withSubtasks {
			return fault.Bad("The issue '%d' has subtasks. You must specify the 'deleteSubtasks' parameter to delete this issue and all its subtasks.", i.ID)
		}
		if err := remove(ctx, tx, child); err != nil {
			return err
		}
	}
	if err := countChild(ctx, tx, i.ParentID, -1); err != nil {
		return err
	}
	return remove(ctx, tx, i)
}

func remove(ctx context.Context, tx *volume.Tx, i *Issue) error {
	if i.Links > 0 {
		others, err := storage.All(ctx, tx.Tx, qOthers, scanID, i.ID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qDropLinks, i.ID); err != nil {
			return err
		}
		for _, id := range others {
			o, err := Get(ctx, tx, id)
			if err != nil {
				return err
			}
			if err := Touch(ctx, tx, o, &o.Links, -1); err != nil {
				return err
			}
		}
	}
	if i.Worklogs > 0 {
		if _, err := tx.Exec(ctx, qNoteWorklogs, i.ID, clock.Micros(tx.Now())); err != nil {
			return err
		}
	}
	for _, q := range belongings {
		if _, err := tx.Exec(ctx, q, i.ID); err != nil {
			return fmt.Errorf("delete issue %d: %w", i.ID, err)
		}
	}
	_, err := tx.Exec(ctx, qDropIssue, i.ID)
	return err
}

func scanID(r *storage.Rows) (id int64, err error) {
	err = r.Scan(&id)
	return id, err
}
