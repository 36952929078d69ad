package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/lossreport"
	"holdfast.dev/internal/platform/volume"
)

// rootsHandCommand hands roots over now; the server that runs does so every week by itself.
func (c *cli) rootsHandCommand() *cobra.Command {
	var site string
	cmd := c.leaf("hand", "Hand the roots of a site to its contacts and its customer's address now", 0, func(ctx context.Context, n *Node, _ []string) error {
		s, err := n.FindSite(site)
		if err != nil {
			return err
		}
		h, err := n.HandRoots(ctx, s, "asked")
		if err != nil {
			return err
		}
		if err := n.deliverRoots(ctx); err != nil {
			return err
		}
		return c.print(h, "roots of %s (%s) are on their way to %d receivers; the customer's page: %s/roots/%s", s.Slug, h.Commits, len(h.Delivered), n.Options.BaseURL, n.rootsToken(s.ID))
	})
	cmd.Flags().StringVar(&site, "site", "", "the site")
	_ = cmd.MarkFlagRequired("site")
	return cmd
}

func (c *cli) rootsListCommand() *cobra.Command {
	var site string
	cmd := c.leaf("list", "List the roots that a customer was handed, newest first, and the link that gives them without a login", 0, func(ctx context.Context, n *Node, _ []string) error {
		s, err := n.FindSite(site)
		if err != nil {
			return err
		}
		var all []lossreport.Handed
		err = n.control().Read(ctx, func(tx *volume.Tx) (err error) {
			all, err = lossreport.HandedTo(ctx, tx, s.ID, 1000)
			return err
		})
		if err != nil {
			return err
		}
		lines := []string{n.Options.BaseURL + "/roots/" + n.rootsToken(s.ID)}
		for _, h := range all {
			sent := 0
			for _, d := range h.Delivered {
				if d.Sent != nil {
					sent++
				}
			}
			lines = append(lines, fmt.Sprintf("%s  %-8s  %d of %d handed over  %s", h.At.Format("2006-01-02 15:04"), h.Via, sent, len(h.Delivered), h.Commits))
		}
		return c.print(all, "%s", strings.Join(lines, "\n"))
	})
	cmd.Flags().StringVar(&site, "site", "", "the site")
	_ = cmd.MarkFlagRequired("site")
	return cmd
}

func (c *cli) rootsAddressCommand() *cobra.Command {
	var site, url, secret string
	cmd := c.leaf("address", "Say which address of the customer's is called with roots, signed with a secret; an empty one for none", 0, func(ctx context.Context, n *Node, _ []string) error {
		s, err := n.FindSite(site)
		if err != nil {
			return err
		}
		if err := n.SetRootsURL(ctx, s, url, secret); err != nil {
			return err
		}
		return c.print(map[string]string{"site": s.ID.String(), "url": url}, "roots of %s are handed to %s", s.Slug, or(url, "its contacts alone"))
	})
	cmd.Flags().StringVar(&site, "site", "", "the site")
	cmd.Flags().StringVar(&url, "url", "", "the address")
	cmd.Flags().StringVar(&secret, "secret", "", "signs the calls as the Standard Webhooks specification says")
	_ = cmd.MarkFlagRequired("site")
	return cmd
}

func (c *cli) reportListCommand() *cobra.Command {
	var site string
	cmd := c.leaf("list", "List the loss reports that were made, newest first", 0, func(ctx context.Context, n *Node, _ []string) error {
		var of ids.Site
		if site != "" {
			s, err := n.FindSite(site)
			if err != nil {
				return err
			}
			of = s.ID
		}
		all := []lossreport.Kept{}
		err := n.control().Read(ctx, func(tx *volume.Tx) error {
			found, err := lossreport.List(ctx, tx, of, time.Time{}, ids.Report{}, 1000)
			all = append([]lossreport.Kept{}, found...)
			return err
		})
		if err != nil {
			return err
		}
		var lines []string
		for _, k := range all {
			verdict := "true"
			if k.Wrong != "" {
				verdict = "NOT TRUE: " + k.Wrong
			}
			name := k.Site.String()
			if s, err := n.Fleet.Site(k.Site); err == nil {
				name = s.Slug
			}
			lines = append(lines, fmt.Sprintf("%s  %s  %-20s  by %s  %d commits gone  %s", k.ID, k.Created.Format("2006-01-02 15:04"), name, k.By, k.Totals.CommitsGone, verdict))
		}
		return c.print(all, "%s", strings.Join(lines, "\n"))
	})
	cmd.Flags().StringVar(&site, "site", "", "only of this site")
	return cmd
}
