package app

import (
	"context"
	"path/filepath"

	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access"
	"holdfast.dev/internal/product/status"
	statusneeds "holdfast.dev/internal/product/status/needs"
)

func newStatus(n *Node, a *access.Product) *status.Product {
	return status.New(status.Deps{
		Clock:    n.Clock,
		Volume:   func(ctx context.Context) (*volume.Volume, error) { return n.siteVolume(ctx, "status") },
		Blobs:    func(ctx context.Context) statusneeds.Blobs { return n.Blobs(httpkit.SiteFrom(ctx).ID.String()) },
		Accounts: a,
		Senders:  statusneeds.Senders{Mail: n.Mailer, Webhook: n.Webhooks},
		Folder:   filepath.Join(n.Options.Data, "status-pages"),
	})
}
