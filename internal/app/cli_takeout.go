package app

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/takeout"
	"holdfast.dev/internal/platform/volume"
)

// takeoutCommand exports sites continuously to folders that their customers own.
func (c *cli) takeoutCommand() *cobra.Command {
	var to string
	set := c.leaf("set SLUG", "Export a site continuously to a folder of its customer", 1, func(ctx context.Context, n *Node, args []string) error {
		s, err := n.FindSite(args[0])
		if err != nil {
			return err
		}
		dir := c.path(to)
		if st, err := os.Stat(dir); err != nil || !st.IsDir() {
			return fault.Bad("%s is no folder that is there: make it, or mount it, first.", dir)
		}
		if err := n.control().Write(ctx, func(tx *volume.Tx) error { return takeout.Set(ctx, tx, s.ID, dir) }); err != nil {
			return err
		}
		if err := n.WriteTakeouts(ctx); err != nil {
			return err
		}
		return c.print(map[string]string{"site": s.ID.String(), "folder": dir}, "%s is in %s, and stays up to date while the server runs", s.Slug, dir)
	})
	set.Flags().StringVar(&to, "to", "", "folder")
	_ = set.MarkFlagRequired("to")
	off := c.leaf("off SLUG", "End the export of a site; what is in the folder stays", 1, func(ctx context.Context, n *Node, args []string) error {
		s, err := n.FindSite(args[0])
		if err != nil {
			return err
		}
		if err := n.control().Write(ctx, func(tx *volume.Tx) error { return takeout.Off(ctx, tx, s.ID) }); err != nil {
			return err
		}
		return c.print(map[string]string{"site": s.ID.String(), "state": "off"}, "%s is not exported any more", s.Slug)
	})
	list := c.leaf("list", "List the exports and how far they are", 0, func(ctx context.Context, n *Node, _ []string) error {
		var all []takeout.Export
		err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
			all, err = takeout.All(ctx, tx)
			return err
		})
		if err != nil {
			return err
		}
		var lines []string
		for _, e := range all {
			at := "never"
			if e.Written != nil {
				at = e.Written.Format(time.RFC3339)
			}
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s  %s  written %s  %s", e.Site, e.Folder, at, e.Error)))
		}
		return c.print(all, "%s", strings.Join(lines, "\n"))
	})
	return group("takeout", "Continuous export of sites to folders that their customers own", set, off, list)
}
