package search_test

import (
	"strings"
	"testing"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage/storagetest"
)

// FuzzQueries: whatever somebody writes is answered with issues or with words about the query; never with an error of the engine.
func FuzzQueries(f *testing.F) {
	for _, s := range []string{"", "project = OPS order by created", `text ~ "disk AND (full OR -x*)"`, `summary ~ "\"exact phrase\""`, "status was in (Done, 'To Do') during (-5w, now())", "assignee changed by currentUser() from EMPTY after -1d",
		"issue in linkedIssues(OPS-1) or labels in (x) and fixVersion > 1.0", "cf[10010] is not empty", `issue.property[a.b].c > 1`, "worklogDate >= startOfWeek(-1w) order by rank desc, key", "resolution changed to Done on 2024-01-01", `created >= "2024/01/01 10:30"`} {
		f.Add(s)
	}
	v := openSite(f, storagetest.SQLite(f))
	fill(f, v)
	f.Fuzz(func(t *testing.T, query string) {
		if len(query) > 2000 {
			return
		}
		_, err := find(t, v, query, 3)
		if err == nil || fault.Is(err, fault.KindInvalid) {
			return
		}
		if strings.Contains(err.Error(), "SQL") || strings.Contains(err.Error(), "tracker/") {
			t.Fatalf("%q ends in the engine: %v", query, err)
		}
	})
}
