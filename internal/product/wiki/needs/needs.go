// Package needs declares what the wiki asks of its surroundings: the people of the organization and a place for file contents. The
// composition root wires other products and the platform to these small interfaces.
package needs

import (
	"context"
	"io"

	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/volume"
)

// Person is somebody as the wiki shows them.
type Person struct {
	AccountID   string
	DisplayName string
	Email       string
	Active      bool
	TimeZone    string
	Locale      string
}

// ForeignPerson is somebody named in an export of another system.
type ForeignPerson struct {
	Key    string // how the export refers to them
	Name   string
	Email  string
	Active bool
}

// Directory knows the people of the site's organization. The access product provides it.
type Directory interface {
	// Everybody gives all people by account. The map is shared: nobody may change it.
	Everybody(ctx context.Context) (map[string]Person, error)
	// Search finds people by the start of a word of their name or of their email; everybody for an empty query.
	Search(ctx context.Context, query string, startAt, limit int) (people []Person, total int, err error)
	// Groups names the groups of an account.
	Groups(ctx context.Context, account string) ([]string, error)
	// Members gives the accounts of a group.
	Members(ctx context.Context, group string) ([]string, error)
	// Ensure gives an account for each foreign person by Key, making placeholders where nobody fits. It is idempotent.
	Ensure(ctx context.Context, people []ForeignPerson) (map[string]string, error)
}

// Blobs keeps file contents by their SHA-256; a content is safe in the vault before Put returns.
type Blobs interface {
	Put(ctx context.Context, r io.Reader, limit int64) (sha256 string, size int64, err error)
	Open(ctx context.Context, sha256 string) (io.ReadSeekCloser, error)
}

// Senders are the ways out of the process. Mail is nil where no mail server is configured.
type Senders struct {
	Mail *notify.Mailer
}

// Issue is an issue of the tracker, as a page shows it.
type Issue struct {
	Key      string `json:"key"`
	Summary  string `json:"summary"`
	Status   string `json:"status"`
	Category string `json:"statusCategory"` // new, indeterminate, done
	Type     string `json:"type"`
	Assignee string `json:"assignee,omitempty"` // account
	URL      string `json:"url"`                // path below the site
}

// Issues finds issues for pages that show some. It works in the transaction of the page, since both products live in one volume. It is nil where
// the tracker is off or served by another process.
type Issues interface {
	// Find gives issues by key when keys are given, else by a JQL query, limit at most, with how many there are.
	Find(ctx context.Context, tx *volume.Tx, keys []string, jql string, limit int) (issues []Issue, total int, err error)
}
