package app

import (
	"context"

	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access"
	"holdfast.dev/internal/product/oncall"
	oncallneeds "holdfast.dev/internal/product/oncall/needs"
)

func newOncall(n *Node, a *access.Product) *oncall.Product {
	return oncall.New(oncall.Deps{
		Clock:    n.Clock,
		Volume:   func(ctx context.Context) (*volume.Volume, error) { return n.siteVolume(ctx, "oncall") },
		Accounts: a,
		Senders:  oncallneeds.Senders{Mail: n.Mailer, Webhook: n.Webhooks},
		Issues:   func(context.Context) oncallneeds.Issues { return nil },
		Status:   func(context.Context) oncallneeds.StatusIncidents { return nil },
		Blobs:    func(ctx context.Context) oncallneeds.Blobs { return n.Blobs(httpkit.SiteFrom(ctx).ID.String()) },
	})
}
