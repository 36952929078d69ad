// Package needs declares what the status page asks of its surroundings: ways to send messages. The composition root wires the platform to it.
package needs

import (
	"context"
	"io"

	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/webhook"
)

// Senders are the ways out of the process. Mail is nil where no mail server is configured.
type Senders struct {
	Mail    *notify.Mailer
	Webhook *webhook.Client
}

// Blobs keeps file contents by their SHA-256; a content is safe in the vault before Put returns.
type Blobs interface {
	Put(ctx context.Context, r io.Reader, limit int64) (sha256 string, size int64, err error)
	Open(ctx context.Context, sha256 string) (io.ReadSeekCloser, error)
}
