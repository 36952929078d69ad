// Package needs declares what on-call asks of its surroundings: the people of the site, ways to send messages, and what it may start in other
// products. The composition root wires other products and the platform to these small interfaces.
package needs

import (
	"context"
	"io"

	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/webhook"
)

// Person is somebody of the site who may be reached. On-call keeps a copy, so that it needs nobody when it matters.
type Person struct {
	AccountID   string
	DisplayName string
	Email       string
	TimeZone    string // IANA name, may be empty
	Locale      string
	Active      bool
	Admin       bool // of the site
}

// Senders are the ways out of the process. Mail is nil where no mail server is configured.
type Senders struct {
	Mail    *notify.Mailer
	Webhook *webhook.Client
}

// Issue is a tracker issue made from an alert.
type Issue struct {
	Key string
	URL string
}

// Origin is where an issue comes from, as it links back: an absolute address and a title.
type Origin struct {
	URL, Title string
}

// Issues makes tracker issues. It is nil where the tracker is off or served by another process.
type Issues interface {
	CreateIssue(ctx context.Context, project, issueType, summary, description string, from Origin) (Issue, error)
}

// StatusIncidents opens incidents on the site's status page. It is nil where the status product is off or served by another process.
type StatusIncidents interface {
	OpenIncident(ctx context.Context, name, impact, message string) (id, url string, err error)
}

// Blobs keeps file contents by their SHA-256; a content is safe in the vault before Put returns.
type Blobs interface {
	Put(ctx context.Context, r io.Reader, limit int64) (sha256 string, size int64, err error)
	Open(ctx context.Context, sha256 string) (io.ReadSeekCloser, error)
}
