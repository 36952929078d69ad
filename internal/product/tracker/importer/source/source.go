// Package source is the neutral form of what an export of another tracker says. Readers of formats produce it, the loader takes it.
package source

import (
	"encoding/json"
	"time"
)

// Reader gives the records of an export, one at a time; io.EOF at the end. A record that cannot be read comes as NotTaken and does not end the reading.
type Reader interface {
	Next() (*Record, error)
	// Done gives how many bytes of the export were read, and how many there are.
	Done() (read, total int64)
}

// Record is one piece of an export. One of its fields is set.
type Record struct {
	Issue   *Issue
	Project *Project
	// These four stand alone in the export; those that issues have come with the issues too.
	Status, Type, Priority, Resolution *Named
	Comment                            *Comment // of an issue that came before or comes later
	History                            *History // likewise
	Worklog                            *Worklog
	Person                             *Person
	NotTaken                           *NotTaken
}

// NotTaken is something of the export that there is no place for.
type NotTaken struct {
	Type    string // "sprint", "workflow scheme"
	Reason  string
	Example string
	Count   int
}

// Person is somebody named in the export.
type Person struct {
	Key       string // how the export refers to them; unique within it
	AccountID string
	Name      string
	Email     string
	Inactive  bool
}

// Named is a status, type, priority or resolution.
type Named struct {
	ID, Name, Description string
	Category              string // of a status: new, indeterminate, done; "" when the export does not say
	Subtask               bool   // of a type
	Level                 int    // of a type: 1 epic, 0 standard, -1 sub-task
	Color                 string // of a priority
	Position              int    // of a priority, when the export has an order
}

// Project is a project with its parts.
type Project struct {
	ID, Key, Name, Description, URL string
	Lead                            *Person
	Type                            string // "software", "business"
	Category                        string
	OldKeys                         []string
	Components                      []Component
	Versions                        []Version
}

// Component is a part of a project.
type Component struct {
	ID, Name, Description string
	Lead                  *Person
}

// Version is a release of a project. Days are YYYY-MM-DD.
type Version struct {
	ID, Name, Description string
	Released, Archived    bool
	StartDay, ReleaseDay  string
	Position              int
}

// Text is a rich text: ADF when JSON is set, else wiki markup, or Markdown.
type Text struct {
	ADF      json.RawMessage
	Markup   string
	Markdown bool
}

// Empty tells whether there is nothing.
func (t Text) Empty() bool { return len(t.ADF) == 0 && t.Markup == "" }

// Issue is an issue with everything that belongs to it.
type Issue struct {
	ID, Key                     string
	OldKeys                     []string
	Project                     Project
	Type, Status                Named
	Priority, Resolution        *Named
	Summary                     string
	Description, Environment    Text
	Reporter, Creator, Assignee *Person
	Created, Updated            time.Time
	Resolved                    *time.Time
	DueDay                      string
	Parent                      string // key of the parent issue or epic
	Labels                      []string
	Components                  []Component
	FixVersions, Affects        []Version
	OriginalEstimate, Remaining *int64 // seconds
	TimeSpent                   *int64
	Values                      []Value
	Comments                    []Comment
	Worklogs                    []Worklog
	Histories                   []History
	Links                       []Link
	RemoteLinks                 []RemoteLink
	Attachments                 []Attachment
	// PeoplePrefix stands before the bare names of people in histories to make them keys.
	PeoplePrefix          string
	Watchers, Voters      []Person
	WatchCount, VoteCount int // when the export has only numbers
	NotTaken              []NotTaken
}

// Value is the value of a custom field. Type is one of the catalog's.
type Value struct {
	Field       string // identifier in the export
	Name        string
	Type        string
	Values      []string // texts, numbers, days, RFC 3339 instants, names of options, labels
	People      []Person
	Description string
}

// Comment is what somebody said. IssueKey or IssueID name its issue when it stands alone.
type Comment struct {
	ID, IssueKey, IssueID string
	Author, UpdateAuthor  *Person
	Body                  Text
	Created, Updated      time.Time
	VisibilityType        string
	VisibilityValue       string
	Internal              bool
}

// Worklog is time spent.
type Worklog struct {
	ID, IssueKey, IssueID     string
	Author, UpdateAuthor      *Person
	Comment                   Text
	Started, Created, Updated time.Time
	Seconds                   int64
}

// History is one edit.
type History struct {
	ID, IssueKey, IssueID string
	Author                *Person
	Created               time.Time
	Items                 []Change
}

// Change is a field that an edit changed.
type Change struct {
	Field, FieldID, FieldType  string
	From, FromText, To, ToText string
}

// Link relates the issue to another one.
type Link struct {
	ID                    string
	Type, Inward, Outward string
	Other                 string // key
	Outwards              bool   // the issue "outward" the other; else the other way round
	Created               time.Time
}

// RemoteLink leads to a page elsewhere.
type RemoteLink struct {
	ID, GlobalID, Relationship, URL, Title string
}

// Attachment is the record of a file; no export that is read has its content.
type Attachment struct {
	ID, Filename, MIME string
	Size               int64
	Author             *Person
	Created            time.Time
}
