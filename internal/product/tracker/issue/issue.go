// Package issue is the heart of the tracker: what an issue is, how it is made, changed, moved through its workflow and removed. Every
// change writes its history in the same commit and moves the time of update.
package issue

import (
	"strconv"
	"time"
)

// Issue is the row of an issue. Zero identifiers and empty texts mean that there is none.
type Issue struct {
	ID, ProjectID, Number              int64
	TypeID, StatusID                   int64
	PriorityID, ResolutionID, ParentID int64
	Summary                            string
	Reporter, Creator, Assignee        string
	Created, Updated, StatusSince      time.Time
	Resolved                           *time.Time
	DueDay                             string // YYYY-MM-DD
	Rank                               string
	Labels                             []string
	Components, FixVersions, Affects   []int64
	OriginalEstimate                   *int64 // seconds
	RemainingEstimate, TimeSpent       *int64
	// Counters: how many rows of other tables belong to the issue.
	Votes, Watches, Comments, Worklogs, Attachments, Links, RemoteLinks, Subtasks, FieldValues int64
}

// Texts are the long texts of an issue. Description and Environment are ADF JSON, empty when there is none.
type Texts struct {
	Description     string
	DescriptionText string
	Environment     string
	EnvironmentText string
}

// Opt is a value that may not be given.
type Opt[T any] struct {
	Given bool
	Value T
}

// Some gives a value.
func Some[T any](v T) Opt[T] { return Opt[T]{true, v} }

// List is a change of a list: set it, or add to it and remove from it.
type List[T comparable] struct {
	Set    Opt[[]T]
	Add    []T
	Remove []T
}

// Changes tells whether there is anything to do.
func (l List[T]) Changes() bool { return l.Set.Given || len(l.Add) > 0 || len(l.Remove) > 0 }

// Apply gives the list after the change, without repetitions, in order of first mention.
func (l List[T]) Apply(now []T) []T {
	if l.Set.Given {
		now = l.Set.Value
	}
	gone := map[T]bool{}
	for _, v := range l.Remove {
		gone[v] = true
	}
	seen := map[T]bool{}
	var out []T
	for _, v := range append(append([]T{}, now...), l.Add...) {
		if !gone[v] && !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// Patch is a set of changes to an issue. What is not given stays.
type Patch struct {
	Summary           Opt[string]
	TypeID            Opt[int64]
	PriorityID        Opt[int64]
	ResolutionID      Opt[int64]
	Description       Opt[string] // ADF JSON, empty for none
	DescriptionText   string
	Environment       Opt[string]
	EnvironmentText   string
	Assignee          Opt[string]
	Reporter          Opt[string]
	ParentID          Opt[int64]
	DueDay            Opt[string]
	Labels            List[string]
	Components        List[int64]
	FixVersions       List[int64]
	Affects           List[int64]
	OriginalEstimate  Opt[*int64]
	RemainingEstimate Opt[*int64]
	Values            map[int64]List[string] // custom fields by number; values in their stored form
}

// Draft is an issue to create.
type Draft struct {
	ProjectID int64
	Patch
}

// Key gives the key that people use.
func Key(projectKey string, number int64) string {
	return projectKey + "-" + strconv.FormatInt(number, 10)
}
