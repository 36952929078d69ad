package issue

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
)

const columns = `i.id, i.project_id, i.number, i.type_id, i.status_id, coalesce(i.priority_id, 0), coalesce(i.resolution_id, 0), coalesce(i.parent_id, 0), i.summary,
	coalesce(i.reporter, ''), coalesce(i.creator, ''), coalesce(i.assignee, ''), i.created_us, i.updated_us, i.status_us, i.resolved_us, coalesce(i.due_day, ''), i.rank,
	i.labels, i.component_ids, i.fix_version_ids, i.affects_version_ids, i.original_estimate, i.remaining_estimate, i.time_spent,
	i.votes, i.watches, i.comments, i.worklogs, i.attachments, i.links, i.remote_links, i.subtasks, i.field_values`

// idList is the condition "is one of a comma-separated list of identifiers" on each engine.
const (
	idListSQLite   = `IN (SELECT value FROM json_each('[' || $1 || ']'))`
	idListPostgres = `= ANY (string_to_array($1, ',')::bigint[])`
)

func byIDs(name, before, after string) *storage.Query {
	return storage.Register(name, before+" "+idListSQLite+" "+after, storage.On(storage.Postgres, before+" "+idListPostgres+" "+after))
}

var (
	qGet      = storage.Register("tracker/issue.get", `SELECT `+columns+` FROM issue i WHERE i.id = $1`)
	qNumber   = storage.Register("tracker/issue.by_number", `SELECT `+columns+` FROM issue i WHERE i.project_id = $1 AND i.number = $2`)
	qOldKey   = storage.Register("tracker/issue.by_old_key", `SELECT `+columns+` FROM issue_key k JOIN issue i ON i.id = k.issue_id WHERE k.key = $1`)
	qMany     = byIDs("tracker/issue.by_ids", `SELECT `+columns+` FROM issue i WHERE i.id`, ``)
	qTexts    = storage.Register("tracker/issue_text.get", `SELECT coalesce(description, ''), description_text, coalesce(environment, ''), environment_text FROM issue_text WHERE issue_id = $1`)
	qTextsOf  = byIDs("tracker/issue_text.by_ids", `SELECT issue_id, coalesce(description, ''), description_text, coalesce(environment, ''), environment_text FROM issue_text WHERE issue_id`, ``)
	qChildren = storage.Register("tracker/issue.by_parent", `SELECT `+columns+` FROM issue i WHERE i.parent_id = $1 ORDER BY i.rank, i.id LIMIT 1000`)

	qInsert = storage.Register("tracker/issue.insert", `INSERT INTO issue (id, project_id, number, type_id, status_id, priority_id, resolution_id, parent_id, summary, reporter, creator, assignee,
		created_us, updated_us, status_us, resolved_us, due_day, rank, labels, component_ids, fix_version_ids, affects_version_ids, original_estimate, remaining_estimate, time_spent,
		votes, watches, comments, worklogs, attachments, links, remote_links, subtasks, field_values)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34)`)
	qUpdate = storage.Register("tracker/issue.update", `UPDATE issue SET type_id = $2, status_id = $3, priority_id = $4, resolution_id = $5, parent_id = $6, summary = $7, reporter = $8, assignee = $9,
		updated_us = $10, status_us = $11, resolved_us = $12, due_day = $13, rank = $14, labels = $15, component_ids = $16, fix_version_ids = $17, affects_version_ids = $18,
		original_estimate = $19, remaining_estimate = $20, time_spent = $21, votes = $22, watches = $23, comments = $24, worklogs = $25, attachments = $26, links = $27, remote_links = $28,
		subtasks = $29, field_values = $30 WHERE id = $1`)
	qInsertText = storage.Register("tracker/issue_text.insert", `INSERT INTO issue_text (issue_id, summary, description, description_text, environment, environment_text, fields_text) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qUpdateText = storage.Register("tracker/issue_text.update", `UPDATE issue_text SET summary = $2, description = $3, description_text = $4, environment = $5, environment_text = $6 WHERE issue_id = $1`)
	qFieldsText = storage.Register("tracker/issue_text.fields", `UPDATE issue_text SET fields_text = $2 WHERE issue_id = $1`)
)

func scan(r *storage.Rows) (*Issue, error) {
	i := &Issue{}
	var created, updated, since int64
	var resolved *int64
	var labels, components, fix, affects string
	err := r.Scan(&i.ID, &i.ProjectID, &i.Number, &i.TypeID, &i.StatusID, &i.PriorityID, &i.ResolutionID, &i.ParentID, &i.Summary, &i.Reporter, &i.Creator, &i.Assignee,
		&created, &updated, &since, &resolved, &i.DueDay, &i.Rank, &labels, &components, &fix, &affects, &i.OriginalEstimate, &i.RemainingEstimate, &i.TimeSpent,
		&i.Votes, &i.Watches, &i.Comments, &i.Worklogs, &i.Attachments, &i.Links, &i.RemoteLinks, &i.Subtasks, &i.FieldValues)
	if err != nil {
		return nil, err
	}
	i.Created, i.Updated, i.StatusSince = clock.FromMicros(created), clock.FromMicros(updated), clock.FromMicros(since)
	if resolved != nil {
		t := clock.FromMicros(*resolved)
		i.Resolved = &t
	}
	i.Labels, i.Components, i.FixVersions, i.Affects = strings.Fields(labels), numbers(components), numbers(fix), numbers(affects)
	return i, nil
}

func numbers(s string) []int64 {
	var out []int64
	for f := range strings.FieldsSeq(s) {
		if n, err := strconv.ParseInt(f, 10, 64); err == nil {
			out = append(out, n)
		}
	}
	return out
}

func joined(ns []int64) string {
	parts := make([]string, len(ns))
	for i, n := range ns {
		parts[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(parts, " ")
}

// errNoIssue is what the API says about issues that are not there and about those that the asker may not see.
func errNoIssue() error {
	return fault.NotFound("Issue does not exist or you do not have permission to see it.")
}

// Find gives an issue by identifier or key; a key of an earlier project key or place still finds it.
func Find(ctx context.Context, tx *volume.Tx, c *catalog.Catalog, idOrKey string) (*Issue, error) {
	if id, err := strconv.ParseInt(idOrKey, 10, 64); err == nil {
		return visible(c, one(ctx, tx, qGet, id))
	}
	key := strings.ToUpper(idOrKey)
	cut := strings.LastIndexByte(key, '-')
	if cut > 0 {
		number, err := strconv.ParseInt(key[cut+1:], 10, 64)
		if p := c.ProjectByKey(key[:cut]); p != nil && err == nil {
			i, err := visible(c, one(ctx, tx, qNumber, p.ID, number))
			if err == nil || !fault.Is(err, fault.KindNotFound) {
				return i, err
			}
		}
	}
	return visible(c, one(ctx, tx, qOldKey, key))
}

type found struct {
	issue *Issue
	err   error
}

func one(ctx context.Context, tx *volume.Tx, q *storage.Query, args ...any) found {
	rows, err := storage.All(ctx, tx.Tx, q, scan, args...)
	if err != nil {
		return found{err: err}
	}
	if len(rows) == 0 {
		return found{err: errNoIssue()}
	}
	return found{issue: rows[0]}
}

// visible hides issues of projects in the trash.
func visible(c *catalog.Catalog, f found) (*Issue, error) {
	if f.err != nil {
		return nil, f.err
	}
	if p := c.Project(f.issue.ProjectID); p == nil || p.Deleted != nil {
		return nil, errNoIssue()
	}
	return f.issue, nil
}

// Get gives an issue by identifier.
func Get(ctx context.Context, tx *volume.Tx, id int64) (*Issue, error) {
	f := one(ctx, tx, qGet, id)
	return f.issue, f.err
}

// ByIDs gives issues in the order of the identifiers; those that are not there are left out.
func ByIDs(ctx context.Context, tx *volume.Tx, ids []int64) ([]*Issue, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := storage.All(ctx, tx.Tx, qMany, scan, commas(ids))
	if err != nil {
		return nil, err
	}
	by := make(map[int64]*Issue, len(rows))
	for _, i := range rows {
		by[i.ID] = i
	}
	out := make([]*Issue, 0, len(ids))
	for _, id := range ids {
		if i := by[id]; i != nil {
			out = append(out, i)
		}
	}
	return out, nil
}

func commas(ids []int64) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(parts, ",")
}

// Children gives the sub-tasks of an issue or the issues of an epic, by rank, 1,000 at most.
func Children(ctx context.Context, tx *volume.Tx, id int64) ([]*Issue, error) {
	return storage.All(ctx, tx.Tx, qChildren, scan, id)
}

// TextsOf gives the texts of one issue.
func TextsOf(ctx context.Context, tx *volume.Tx, id int64) (Texts, error) {
	var t Texts
	err := tx.Get(ctx, qTexts, []any{id}, &t.Description, &t.DescriptionText, &t.Environment, &t.EnvironmentText)
	if errors.Is(err, storage.ErrNoRows) {
		err = nil
	}
	return t, err
}

// TextsByIDs gives the texts of several issues.
func TextsByIDs(ctx context.Context, tx *volume.Tx, ids []int64) (map[int64]Texts, error) {
	out := make(map[int64]Texts, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := tx.Query(ctx, qTextsOf, commas(ids))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var t Texts
		if err := rows.Scan(&id, &t.Description, &t.DescriptionText, &t.Environment, &t.EnvironmentText); err != nil {
			return nil, err
		}
		out[id] = t
	}
	return out, rows.Err()
}

// Insert adds a row as it is; Create and importers call it.
func Insert(ctx context.Context, tx *volume.Tx, i *Issue, t Texts, fieldsText string) error {
	err := tx.Insert(ctx, qInsert, i.ID, i.ProjectID, i.Number, i.TypeID, i.StatusID, id(i.PriorityID), id(i.ResolutionID), id(i.ParentID), i.Summary, text(i.Reporter), text(i.Creator), text(i.Assignee),
		clock.Micros(i.Created), clock.Micros(i.Updated), clock.Micros(i.StatusSince), instant(i.Resolved), text(i.DueDay), i.Rank, strings.Join(i.Labels, " "),
		joined(i.Components), joined(i.FixVersions), joined(i.Affects), i.OriginalEstimate, i.RemainingEstimate, i.TimeSpent,
		i.Votes, i.Watches, i.Comments, i.Worklogs, i.Attachments, i.Links, i.RemoteLinks, i.Subtasks, i.FieldValues)
	if err != nil {
		return fmt.Errorf("insert issue: %w", err)
	}
	if err := tx.Insert(ctx, qInsertText, i.ID, i.Summary, text(t.Description), t.DescriptionText, text(t.Environment), t.EnvironmentText, fieldsText); err != nil {
		return fmt.Errorf("insert issue's texts: %w", err)
	}
	return nil
}

// Save writes the row back.
func Save(ctx context.Context, tx *volume.Tx, i *Issue) error {
	_, err := tx.Exec(ctx, qUpdate, i.ID, i.TypeID, i.StatusID, id(i.PriorityID), id(i.ResolutionID), id(i.ParentID), i.Summary, text(i.Reporter), text(i.Assignee),
		clock.Micros(i.Updated), clock.Micros(i.StatusSince), instant(i.Resolved), text(i.DueDay), i.Rank, strings.Join(i.Labels, " "), joined(i.Components), joined(i.FixVersions), joined(i.Affects),
		i.OriginalEstimate, i.RemainingEstimate, i.TimeSpent, i.Votes, i.Watches, i.Comments, i.Worklogs, i.Attachments, i.Links, i.RemoteLinks, i.Subtasks, i.FieldValues)
	if err != nil {
		return fmt.Errorf("save issue: %w", err)
	}
	return nil
}

// Touch counts a related row in or out and moves the time of update.
func Touch(ctx context.Context, tx *volume.Tx, i *Issue, count *int64, by int64) error {
	*count += by
	i.Updated = tx.Now()
	return Save(ctx, tx, i)
}

func id(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func instant(t *time.Time) any {
	if t == nil {
		return nil
	}
	return clock.Micros(*t)
}
