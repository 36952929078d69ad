package app

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/importer"
)

func (c *cli) importConfluenceCommand() *cobra.Command {
	var slug string
	cmd := c.leaf("confluence PATH", "Take a space or site export of Confluence, XML or the cloud's CSV: a zip, a folder, or an archive of several", 1, func(ctx context.Context, n *Node, args []string) error {
		if slug == "" {
			return errUsage{fmt.Errorf("--site says which site takes it")}
		}
		s, err := n.FindSite(slug)
		if err != nil {
			return err
		}
		report, err := n.ImportConfluence(ctx, s, c.path(args[0]), func(step string, done, total int64, unit string) {
			c.env.Progress(Progress{Step: step, Done: done, Total: total, Unit: unit})
		})
		if report != nil {
			if perr := c.print(report, "%s\n\n%d pages a second", report, int(report.PagesPerSecond)); perr != nil {
				return perr
			}
		}
		return err
	})
	cmd.Flags().StringVar(&slug, "site", "", "slug or identifier of the site")
	return cmd
}

// ImportConfluence takes an export into a site and gives the loss report, also when it was stopped on the way.
func (n *Node) ImportConfluence(ctx context.Context, s *fleet.Site, path string, progress func(step string, done, total int64, unit string)) (*importer.Report, error) {
	if !n.Fleet.HasProduct(s.ID, "wiki") {
		return nil, fault.Bad("The wiki is not switched on for the site %s.", s.Slug)
	}
	ctx = identity.WithOrigin(ctx, identity.Origin{Source: "import"})
	l := &importer.Loader{Volume: n.Pool.Volume(volume.Ref{Kind: "work", Owner: s.ID.String()}), Directory: readers{n.products.access, s.Org}, Blobs: n.Blobs(s.ID.String()), Clock: n.Clock, Progress: progress}
	report, err := l.Load(ctx, path)
	if report != nil {
		report.Site = s.Slug
	}
	return report, err
}
