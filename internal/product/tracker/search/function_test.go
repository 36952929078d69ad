package search_test

import (
	"fmt"
	"testing"
	"time"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/comment"
	"holdfast.dev/internal/product/tracker/history"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/project"
	"holdfast.dev/internal/product/tracker/setup"
	"holdfast.dev/internal/product/tracker/worklog"
)

// What the vendor documents of updatedBy: somebody updates an issue by creating it, by editing its fields, by commenting and by the last edit of a comment.
// Reporting is none of these: people report for others. Periods are whole days.
func TestUpdatedBy(t *testing.T) {
	ago := func(d time.Duration) time.Time { return start.Add(-d) }
	const days = 24 * time.Hour
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		v := openSite(t, e)
		must(t, v.Write(ctx, func(tx *volume.Tx) error {
			if _, err := project.Create(ctx, tx, project.New{ID: 10000, Key: "APP", Name: "Application", Lead: ann}); err != nil {
				return err
			}
			for n := int64(1); n <= 7; n++ {
				i := &issue.Issue{ID: 20000 + n, ProjectID: 10000, Number: n, TypeID: setup.TypeTask, StatusID: setup.StatusToDo, Summary: "s", Reporter: bob, Creator: bob, Created: ago(300 * days), Updated: start, StatusSince: start, Rank: fmt.Sprintf("1%di", n)}
				switch n {
				case 1:
					i.Creator = eve
				case 2:
					i.Reporter = eve
				}
				if err := issue.Insert(ctx, tx, i, issue.Texts{}, ""); err != nil {
					return err
				}
			}
			body := `{"type":"doc","version":1,"content":[]}`
			for _, c := range []*comment.Comment{
				{ID: 1, IssueID: 20003, Author: eve, UpdateAuthor: eve, Body: body, Created: ago(200 * days), Updated: ago(200 * days)},
				{ID: 2, IssueID: 20004, Author: bob, UpdateAuthor: eve, Body: body, Created: ago(200 * days), Updated: ago(100 * days)},
			} {
				if err := comment.Insert(ctx, tx, c); err != nil {
					return err
				}
			}
			for _, l := range []*worklog.Worklog{
				{ID: 3, IssueID: 20005, Author: eve, UpdateAuthor: bob, Started: start, Created: ago(200 * days), Updated: ago(100 * days)},
				{ID: 4, IssueID: 20006, Author: bob, UpdateAuthor: eve, Started: start, Created: ago(200 * days), Updated: ago(100 * days)},
			} {
				if err := worklog.Insert(ctx, tx, l); err != nil {
					return err
				}
			}
			return history.Insert(ctx, tx, history.Entry{ID: 5, Issue: 20007, Author: eve, Created: ago(20 * time.Hour), Items: []history.Item{history.System("summary", "summary", "", "a", "", "b")}})
		}))
		for _, c := range []struct{ query, want string }{
			{"issue in updatedBy(user_eve)", "APP-1 APP-3 APP-4 APP-5 APP-6 APP-7"},
			{"issue not in updatedBy(user_eve)", "APP-2"},
			{"issue in updatedBy(user_eve, -310d, -290d)", "APP-1"},
			{"issue in updatedBy(user_eve, -210d, -190d)", "APP-3 APP-5"},
			{"issue in updatedBy(user_eve, -110d, -90d)", "APP-4 APP-6"},
			{`issue in updatedBy(user_eve, "2024-02-29", "2024-02-29")`, "APP-7"},
			{"issue in updatedBy(user_eve, -5h)", "APP-7"},
			{"issue in updatedBy(user_eve, -90d, -5h)", ""},
			{"issue in updatedBy(user_bob, -110d, -90d)", "APP-5"},
		} {
			if got, err := find(t, v, c.query+" ORDER BY key", 100); err != nil || got != c.want {
				t.Errorf("%s: %s, %v, want %s", c.query, got, err, c.want)
			}
		}
	})
}
