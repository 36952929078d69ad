package app

import (
	"context"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
)

func (c *cli) oncallCommand() *cobra.Command {
	var site, name string
	create := c.leaf("create", "Make an API key for alerts and print it; it is shown this once", 0, func(ctx context.Context, n *Node, _ []string) error {
		s, err := n.FindSite(site)
		if err != nil {
			return err
		}
		if !n.Fleet.HasProduct(s.ID, "oncall") {
			return fault.NotFound("The site %s has not switched on the product oncall.", s.Slug)
		}
		key, err := n.products.oncall.CreateKey(n.siteContext(ctx, s), n.Pool.Volume(volume.Ref{Kind: "oncall", Owner: s.ID.String()}), s.ID, name)
		if err != nil {
			return err
		}
		return c.print(map[string]string{"apiKey": key}, "%s", key)
	})
	create.Flags().StringVar(&site, "site", "", "site (slug or identifier)")
	create.Flags().StringVar(&name, "name", "command line", "what the key is for")
	_ = create.MarkFlagRequired("site")
	return group("oncall", "On-call", group("key", "API keys", create))
}
