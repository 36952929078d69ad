package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/product/tracker/changes"
)

func (c *cli) diffCommand() *cobra.Command {
	var from, to string
	o := DiffOptions{}
	cmd := c.leaf("diff SLUG", "Compare two instants of a site: what was added, changed and removed", 1, func(ctx context.Context, n *Node, args []string) error {
		s, err := n.FindSite(args[0])
		if err != nil {
			return err
		}
		first, err := instant("--from", from)
		if err != nil {
			return err
		}
		last := n.Clock.Now()
		if to != "" {
			if last, err = instant("--to", to); err != nil {
				return err
			}
		}
		d, err := n.DiffSite(ctx, s, first, last, o)
		if err != nil {
			return err
		}
		return c.print(d, "%s", d.text())
	})
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "the earlier instant (RFC 3339)")
	f.StringVar(&to, "to", "", "the later instant (default: now)")
	pageFlags(cmd, &o)
	_ = cmd.MarkFlagRequired("from")
	return cmd
}

func pageFlags(cmd *cobra.Command, o *DiffOptions) {
	cmd.Flags().StringVar(&o.Type, "type", "", "only items of this type")
	cmd.Flags().IntVar(&o.Limit, "limit", 100, fmt.Sprintf("items to list, at most %d; counts are always complete", maxDiffItems))
	cmd.Flags().IntVar(&o.Offset, "offset", 0, "items to leave out first")
}

// text is the difference for people.
func (d SiteDiff) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d added, %d changed, %d removed", d.Added, d.Changed, d.Removed)
	for _, v := range d.Volumes {
		fmt.Fprintf(&b, "\n  %s: commit %d to %d, %d rows differ", v.Kind, v.From, v.To, v.Rows)
	}
	for _, t := range d.ByType {
		fmt.Fprintf(&b, "\n  %s: %d added, %d changed, %d removed", t.Type, t.Added, t.Changed, t.Removed)
	}
	for _, i := range d.Items {
		name := i.Key
		if name == "" {
			name = i.ID
		}
		fmt.Fprintf(&b, "\n%-7s %s %s  %s", i.Op, i.Type, name, i.Title)
		for _, f := range i.Fields {
			fmt.Fprintf(&b, "\n          %s", fieldText(f))
		}
	}
	if d.More {
		fmt.Fprintf(&b, "\n… %d items in all; --offset and --limit show the others", d.Total)
	}
	return b.String()
}

func fieldText(f changes.Field) string {
	show := func(v any) string {
		if v == nil || v == "" {
			return "nothing"
		}
		return fmt.Sprintf("%q", fmt.Sprint(v))
	}
	return fmt.Sprintf("%s: %s → %s", f.Field, show(f.From), show(f.To))
}

// plan prints what a restore would do.
func (c *cli) plan(ctx context.Context, n *Node, s *fleet.Site, target recovery.Target, o DiffOptions) error {
	if target.At.IsZero() && target.Commit == 0 {
		return errUsage{errors.New("--plan needs --at or --commit: the newest state loses nothing")}
	}
	p, err := n.PlanRestore(ctx, s, target, o)
	if err != nil {
		return err
	}
	return c.print(p, "%d commits would be undone (an undo brings them back), about %.1f s. Back come %d, back go %d, away go %d:\n%s",
		p.LostCommits, p.Seconds, p.Added, p.Changed, p.Removed, p.text())
}
