package app

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/s3"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/importer"
)

func (c *cli) importCommand() *cobra.Command {
	var slug string
	jira := c.leaf("jira PATH", "Take an export of Jira: REST JSON (.jsonl, .json, .gz, folder, archive) or the server's XML backup", 1, func(ctx context.Context, n *Node, args []string) error {
		if slug == "" {
			return errUsage{fmt.Errorf("--site says which site takes it")}
		}
		s, err := n.FindSite(slug)
		if err != nil {
			return err
		}
		report, err := n.ImportJira(ctx, s, c.path(args[0]), func(read, total int64, issues int) {
			c.env.Progress(Progress{Step: fmt.Sprintf("importing (%d issues)", issues), Done: read >> 10, Total: max(total>>10, 1), Unit: "KiB"})
		})
		if report != nil {
			if perr := c.print(report, "%s\n\n%d issues a second", report, int(report.IssuesPerSecond)); perr != nil {
				return perr
			}
		}
		return err
	})
	jira.Flags().StringVar(&slug, "site", "", "slug or identifier of the site")
	return group("import", "Take what other trackers exported, or the archive of a site", jira, c.importConfluenceCommand(), c.importSiteCommand())
}

func (c *cli) importSiteCommand() *cobra.Command {
	var slug, access string
	var secret bool
	cmd := c.leaf("site FILE", "Take the archive of a site, or the folder or bucket of its takeout: everything in it, under the same identifiers", 1, func(ctx context.Context, n *Node, args []string) error {
		s, err := c.importSite(ctx, n, args[0], slug, access, secret)
		if err != nil {
			return err
		}
		return c.print(s, "%s", s.ID)
	})
	cmd.Flags().StringVar(&slug, "slug", "", "another name in URLs than the one it had")
	bucketFlags(cmd, &access, &secret)
	return cmd
}

func (c *cli) importSite(ctx context.Context, n *Node, from, slug, access string, secret bool) (*fleet.Site, error) {
	if !s3.IsAddress(from) {
		return n.ImportSite(ctx, c.path(from), slug, c.env.Progress)
	}
	keys, err := c.bucketKeys(access, secret)
	if err != nil {
		return nil, err
	}
	return n.ImportBucket(ctx, from, keys, slug, c.env.Progress)
}

func (c *cli) exportCommand() *cobra.Command {
	site := c.leaf("site SLUG FILE", "Write a site with its people and attachments into one file that opens with any SQLite tool", 2, func(ctx context.Context, n *Node, args []string) error {
		s, err := n.FindSite(args[0])
		if err != nil {
			return err
		}
		m, err := n.ExportSite(ctx, s, c.path(args[1]), c.env.Progress)
		if err != nil {
			return err
		}
		return c.print(m, "%s: %d rows, digest %s, %d attachments", args[1], m.Volumes["work"].Rows, m.Volumes["work"].Digest, m.Blobs)
	})
	return group("export", "Take a site out", site)
}

// ImportJira takes an export into a site and gives the loss report, also when it was stopped on the way.
func (n *Node) ImportJira(ctx context.Context, s *fleet.Site, path string, progress func(read, total int64, issues int)) (*importer.Report, error) {
	export, err := importer.Open(path)
	if err != nil {
		return nil, err
	}
	defer export.Close()
	ctx = identity.WithOrigin(ctx, identity.Origin{Source: "import"})
	l := &importer.Loader{Volume: n.Pool.Volume(volume.Ref{Kind: "work", Owner: s.ID.String()}), Directory: people{n.products.access, s.Org}, Clock: clock.System, Progress: progress}
	report, err := l.Load(ctx, "jira", path, export)
	if report != nil {
		report.Site = s.Slug
		if export.Kind != "" {
			report.Kind = export.Kind
		}
	}
	return report, err
}
