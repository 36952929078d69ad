// Package history keeps what changed in an issue: one entry an edit, one item a field, with identifiers and the words that people saw.
package history

import (
	"context"
	"fmt"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/sequence"
)

// Item is a field that changed. Empty texts and values mean that there was nothing.
type Item struct {
	Field     string // "status", "Fix Version", the name of a custom field
	FieldID   string // "status", "fixVersions", "customfield_10010"
	FieldType string // "jira", "custom"
	From      string
	FromText  string
	To        string
	ToText    string
}

// System makes an item of a system field.
func System(field, id, from, fromText, to, toText string) Item {
	return Item{Field: field, FieldID: id, FieldType: "jira", From: from, FromText: fromText, To: to, ToText: toText}
}

// Entry is one edit.
type Entry struct {
	ID      int64
	Issue   int64
	Author  string
	Created time.Time
	Items   []Item
}

var (
	qInsert = storage.Register("tracker/issue_change.insert", `INSERT INTO issue_change (history_id, position, issue_id, author, created_us, field, field_id, field_type, from_value, from_text, to_value, to_text)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
	qList = storage.Register("tracker/issue_change.by_issue", `SELECT history_id, issue_id, coalesce(author, ''), created_us, field, field_id, field_type, coalesce(from_value, ''), coalesce(from_text, ''), coalesce(to_value, ''), coalesce(to_text, '')
		FROM issue_change WHERE issue_id = $1 ORDER BY created_us, history_id, position`)
	qDelete = storage.Register("tracker/issue_change.delete_by_issue", `DELETE FROM issue_change WHERE issue_id = $1`)
)

// Record adds an entry with the items; nothing when there are none.
func Record(ctx context.Context, tx *volume.Tx, issue int64, author string, at time.Time, items []Item) error {
	if len(items) == 0 {
		return nil
	}
	id, err := sequence.Next(ctx, tx, sequence.ID, 1)
	if err != nil {
		return err
	}
	return Insert(ctx, tx, Entry{ID: id, Issue: issue, Author: author, Created: at, Items: items})
}

// Insert adds an entry as it is, for importers.
func Insert(ctx context.Context, tx *volume.Tx, e Entry) error {
	for i, it := range e.Items {
		err := tx.Insert(ctx, qInsert, e.ID, i, e.Issue, orNull(e.Author), clock.Micros(e.Created), it.Field, it.FieldID, it.FieldType,
			orNull(it.From), orNull(it.FromText), orNull(it.To), orNull(it.ToText))
		if err != nil {
			return fmt.Errorf("record history of issue %d: %w", e.Issue, err)
		}
	}
	return nil
}

// List gives all entries of an issue, oldest first. An issue has at most some thousands.
func List(ctx context.Context, tx *volume.Tx, issue int64) ([]Entry, error) {
	rows, err := tx.Query(ctx, qList, issue)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		var e Entry
		var it Item
		var at int64
		if err := rows.Scan(&e.ID, &e.Issue, &e.Author, &at, &it.Field, &it.FieldID, &it.FieldType, &it.From, &it.FromText, &it.To, &it.ToText); err != nil {
			return nil, err
		}
		if n := len(out); n == 0 || out[n-1].ID != e.ID {
			e.Created = clock.FromMicros(at)
			out = append(out, e)
		}
		last := &out[len(out)-1]
		last.Items = append(last.Items, it)
	}
	return out, rows.Err()
}

// Delete removes the entries of an issue that is deleted.
func Delete(ctx context.Context, tx *volume.Tx, issue int64) error {
	_, err := tx.Exec(ctx, qDelete, issue)
	return err
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
