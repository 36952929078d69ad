// Package worklog keeps the time that people spent on issues.
package worklog

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/sequence"
)

// Worklog is one entry. Comment is ADF JSON, empty for none.
type Worklog struct {
	ID, IssueID          int64
	Author, UpdateAuthor string
	Comment, CommentText string
	Started              time.Time
	Seconds              int64
	Created, Updated     time.Time
	// "role" or "group" with its name or identifier, empty for everybody who sees the issue.
	VisibilityType, VisibilityValue string
}

const columns = `id, issue_id, coalesce(author, ''), coalesce(update_author, ''), coalesce(comment, ''), comment_text, started_us, seconds, created_us, updated_us, coalesce(visibility_type, ''), coalesce(visibility_value, '')`

var (
	qInsert = storage.Register("tracker/issue_worklog.insert", `INSERT INTO issue_worklog (id, issue_id, author, update_author, comment, comment_text, started_us, seconds, created_us, updated_us, visibility_type, visibility_value) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
	qGet    = storage.Register("tracker/issue_worklog.get", `SELECT `+columns+` FROM issue_worklog WHERE id = $1`)
	qList   = storage.Register("tracker/issue_worklog.by_issue", `SELECT `+columns+` FROM issue_worklog WHERE issue_id = $1 ORDER BY started_us, id LIMIT $2 OFFSET $3`)
	qUpdate = storage.Register("tracker/issue_worklog.update", `UPDATE issue_worklog SET update_author = $2, comment = $3, comment_text = $4, started_us = $5, seconds = $6, updated_us = $7, visibility_type = $8, visibility_value = $9 WHERE id = $1`)
	qDelete = storage.Register("tracker/issue_worklog.delete", `DELETE FROM issue_worklog WHERE id = $1`)
)

func scan(r *storage.Rows) (*Worklog, error) {
	w := &Worklog{}
	var started, created, updated int64
	err := r.Scan(&w.ID, &w.IssueID, &w.Author, &w.UpdateAuthor, &w.Comment, &w.CommentText, &started, &w.Seconds, &created, &updated, &w.VisibilityType, &w.VisibilityValue)
	w.Started, w.Created, w.Updated = clock.FromMicros(started), clock.FromMicros(created), clock.FromMicros(updated)
	return w, err
}

// Insert adds an entry as it is.
func Insert(ctx context.Context, tx *volume.Tx, w *Worklog) error {
	err := tx.Insert(ctx, qInsert, w.ID, w.IssueID, orNull(w.Author), orNull(w.UpdateAuthor), orNull(w.Comment), w.CommentText, clock.Micros(w.Started), w.Seconds, clock.Micros(w.Created), clock.Micros(w.Updated),
		orNull(w.VisibilityType), orNull(w.VisibilityValue))
	if err != nil {
		return fmt.Errorf("add worklog: %w", err)
	}
	return nil
}

// Adjust says what logging time does to the remaining estimate: "auto" takes the time off, "leave" leaves it, "new" sets it to By,
// "manual" takes By off (or adds it back on deletion).
type Adjust struct {
	Mode string
	By   int64 // seconds
}

// Add logs time on an issue and gives the patch of its estimate.
func Add(ctx context.Context, tx *volume.Tx, i *issue.Issue, w *Worklog, a Adjust) error {
	var err error
	if w.ID, err = sequence.Next(ctx, tx, sequence.ID, 1); err != nil {
		return err
	}
	w.IssueID, w.UpdateAuthor, w.Created, w.Updated = i.ID, w.Author, tx.Now(), tx.Now()
	if err := Insert(ctx, tx, w); err != nil {
		return err
	}
	spend(i, w.Seconds)
	estimate(i, a, w.Seconds)
	return issue.Touch(ctx, tx, i, &i.Worklogs, +1)
}

// Update writes a changed entry back; before is the time it had.
func Update(ctx context.Context, tx *volume.Tx, i *issue.Issue, w *Worklog, before int64, a Adjust) error {
	w.Updated = tx.Now()
	if _, err := tx.Exec(ctx, qUpdate, w.ID, orNull(w.UpdateAuthor), orNull(w.Comment), w.CommentText, clock.Micros(w.Started), w.Seconds, clock.Micros(w.Updated), orNull(w.VisibilityType), orNull(w.VisibilityValue)); err != nil {
		return err
	}
	spend(i, w.Seconds-before)
	estimate(i, a, w.Seconds-before)
	return issue.Touch(ctx, tx, i, &i.Worklogs, 0)
}

// Delete removes an entry.
func Delete(ctx context.Context, tx *volume.Tx, i *issue.Issue, w *Worklog, a Adjust) error {
	for _, q := range []*storage.Query{qDropProps, qDelete} {
		if _, err := tx.Exec(ctx, q, w.ID); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, qNoteDeleted, w.ID, w.IssueID, clock.Micros(tx.Now())); err != nil {
		return err
	}
	spend(i, -w.Seconds)
	estimate(i, a, -w.Seconds)
	return issue.Touch(ctx, tx, i, &i.Worklogs, -1)
}

func spend(i *issue.Issue, seconds int64) {
	total := seconds
	if i.TimeSpent != nil {
		total += *i.TimeSpent
	}
	total = max(0, total)
	i.TimeSpent = &total
}

func estimate(i *issue.Issue, a Adjust, seconds int64) {
	if a.Mode == "leave" || i.RemainingEstimate == nil && a.Mode != "new" {
		return
	}
	var left int64
	switch a.Mode {
	case "new":
		left = a.By
	case "manual":
		left = *i.RemainingEstimate - a.By
	default:
		left = *i.RemainingEstimate - seconds
	}
	left = max(0, left)
	i.RemainingEstimate = &left
}

// Get gives an entry of an issue.
func Get(ctx context.Context, tx *volume.Tx, issueID, id int64) (*Worklog, error) {
	ws, err := storage.All(ctx, tx.Tx, qGet, scan, id)
	if err != nil {
		return nil, err
	}
	if len(ws) == 0 || ws[0].IssueID != issueID {
		return nil, fault.NotFound("Cannot find worklog with id: '%d'.", id)
	}
	return ws[0], nil
}

// List gives a page of an issue's entries by start.
func List(ctx context.Context, tx *volume.Tx, issueID int64, startAt, limit int) ([]*Worklog, error) {
	return storage.All(ctx, tx.Tx, qList, scan, issueID, limit, startAt)
}

// A working day has 8 hours and a working week 5 days, Jira's defaults.
const (
	minute = 60
	hour   = 60 * minute
	day    = 8 * hour
	week   = 5 * day
)

// ParseDuration reads "1w 2d 3h 30m"; a bare number is minutes.
func ParseDuration(s string) (seconds int64, err error) {
	units := map[byte]float64{'w': week, 'd': day, 'h': hour, 'm': minute}
	bad := fault.Bad("Invalid time duration entered: '%.40s'.", s)
	parts := strings.Fields(strings.ToLower(s))
	if len(parts) == 0 {
		return 0, bad
	}
	var total float64
	for _, p := range parts {
		unit, ok := units[p[len(p)-1]]
		if ok {
			p = p[:len(p)-1]
		} else {
			unit = minute
		}
		n, err := strconv.ParseFloat(p, 64)
		if err != nil || n < 0 || n > 1e6 {
			return 0, bad
		}
		total += n * unit
	}
	return int64(total), nil
}

// FormatDuration writes seconds as "1w 2d 3h 30m".
func FormatDuration(seconds int64) string {
	if seconds < minute {
		return "0m"
	}
	var parts []string
	for _, u := range []struct {
		name string
		size int64
	}{{"w", week}, {"d", day}, {"h", hour}, {"m", minute}} {
		if n := seconds / u.size; n > 0 {
			parts = append(parts, strconv.FormatInt(n, 10)+u.name)
			seconds -= n * u.size
		}
	}
	return strings.Join(parts, " ")
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
