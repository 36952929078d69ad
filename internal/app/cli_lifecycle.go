package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/lifecycle"
	"holdfast.dev/internal/platform/volume"
)

// tombstoneCommand starts the countdown of a site; `site resume` ends it.
func (c *cli) tombstoneCommand() *cobra.Command {
	var reason string
	cmd := c.leaf("tombstone SLUG", "Start the countdown of 30 days of a suspended site; resume takes it back until the purge", 1, func(ctx context.Context, n *Node, args []string) error {
		s, err := n.FindSite(args[0])
		if err != nil {
			return err
		}
		if err := n.Tombstone(ctx, s, reason); err != nil {
			return err
		}
		if s, err = n.Fleet.Site(s.ID); err != nil {
			return err
		}
		return c.print(s, "%s is %s; it cannot be purged before %s, and its contacts are told", s.Slug, s.State, s.StateSince.Add(lifecycle.Countdown).Format(time.RFC3339))
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why; the customer reads it")
	_ = cmd.MarkFlagRequired("reason")
	return cmd
}

// purgeCommand works on the queue alone: what purges is the program holdfast-purge.
func (c *cli) purgeCommand() *cobra.Command {
	return group("purge", "The queue of the purge; nothing here can destroy (see holdfast-purge)", c.purgeRequestCommand(), c.purgeApproveCommand(), c.purgeStatusCommand(), c.purgeListCommand(),
		c.leaf("withdraw REQUEST", "Take a request back", 1, func(ctx context.Context, n *Node, args []string) error {
			id, err := ids.Parse[ids.Purge](args[0])
			if err != nil {
				return errUsage{err}
			}
			if err := n.control().Write(ctx, func(tx *volume.Tx) error { return lifecycle.Withdraw(ctx, tx, id) }); err != nil {
				return err
			}
			return c.print(map[string]string{"request": id.String(), "state": lifecycle.Withdrawn}, "%s is withdrawn", id)
		}))
}

func (c *cli) purgeRequestCommand() *cobra.Command {
	var kind, reason string
	cmd := c.leaf("request SLUG", "Ask for the purge of one tombstoned site", 1, func(ctx context.Context, n *Node, args []string) error {
		s, err := n.FindSite(args[0])
		if err != nil {
			return err
		}
		id, err := n.AskPurge(ctx, s, kind, reason)
		if err != nil {
			return err
		}
		return c.print(map[string]string{"request": id.String(), "site": s.ID.String()}, "%s", id)
	})
	cmd.Flags().StringVar(&kind, "kind", lifecycle.EndOfContract, `"end of contract" or "legal erasure"`)
	cmd.Flags().StringVar(&reason, "reason", "", "why, in a sentence")
	_ = cmd.MarkFlagRequired("reason")
	return cmd
}

func (c *cli) purgeApproveCommand() *cobra.Command {
	var site string
	cmd := c.leaf("approve REQUEST", "Approve the purge of exactly one site", 1, func(ctx context.Context, n *Node, args []string) error {
		id, err := ids.Parse[ids.Purge](args[0])
		if err != nil {
			return errUsage{err}
		}
		named, err := ids.Parse[ids.Site](site)
		if err != nil {
			return errUsage{err}
		}
		if err := n.control().Write(ctx, func(tx *volume.Tx) error { return lifecycle.Approve(ctx, tx, id, named) }); err != nil {
			return err
		}
		return c.printRequest(ctx, n, id)
	})
	cmd.Flags().StringVar(&site, "site-id", "", "identifier of the site, typed again")
	_ = cmd.MarkFlagRequired("site-id")
	return cmd
}

func (c *cli) purgeStatusCommand() *cobra.Command {
	return c.leaf("status REQUEST", "Show a request and what it still lacks", 1, func(ctx context.Context, n *Node, args []string) error {
		id, err := ids.Parse[ids.Purge](args[0])
		if err != nil {
			return errUsage{err}
		}
		return c.printRequest(ctx, n, id)
	})
}

func (c *cli) printRequest(ctx context.Context, n *Node, id ids.Purge) error {
	f, missing, err := n.PurgeRequest(ctx, id)
	if err != nil {
		return err
	}
	lacks := "nothing: holdfast-purge can run it"
	if len(missing) > 0 {
		lacks = "\n  " + strings.Join(missing, "\n  ")
	}
	return c.print(map[string]any{"request": f.Request, "missing": missing, "notices": f.Notices}, "%s of %s (%s), %s\nlacks %s", f.Request.Kind, f.Site.Slug, f.Site.ID, f.Request.State, lacks)
}

func (c *cli) purgeListCommand() *cobra.Command {
	var limit int
	cmd := c.leaf("list", "List requests, newest first", 0, func(ctx context.Context, n *Node, _ []string) error {
		var all []lifecycle.Request
		err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
			all, err = lifecycle.List(ctx, tx, time.Time{}, ids.Purge{}, max(1, min(limit, 1000)))
			return err
		})
		if err != nil {
			return err
		}
		var lines []string
		for _, r := range all {
			lines = append(lines, fmt.Sprintf("%s  %-9s  %s  %s", r.ID, r.State, r.Site, r.Kind))
		}
		return c.print(all, "%s", strings.Join(lines, "\n"))
	})
	cmd.Flags().IntVar(&limit, "limit", 100, "how many, 1000 at most")
	return cmd
}

// contactCommand keeps the people to call, outside of every tenant.
func (c *cli) contactCommand() *cobra.Command {
	var org, site, name, email, role string
	add := c.leaf("add", "Add somebody to call when an organization or one of its sites is in trouble", 0, func(ctx context.Context, n *Node, _ []string) error {
		k, err := n.AddContact(ctx, org, site, fleet.Contact{Name: name, Email: email, Role: role})
		if err != nil {
			return err
		}
		return c.print(k, "%s <%s> is told of trouble with %s", k.Name, k.Email, or(site, "every site of "+org))
	})
	add.Flags().StringVar(&org, "org", "", "organization (identifier or name)")
	add.Flags().StringVar(&site, "site", "", "only this site (default: all of the organization's)")
	add.Flags().StringVar(&name, "name", "", "name")
	add.Flags().StringVar(&email, "email", "", "mail address, which should not depend on the suite")
	add.Flags().StringVar(&role, "role", "administrator", "what they are there")
	for _, f := range []string{"org", "name", "email"} {
		_ = add.MarkFlagRequired(f)
	}
	var of string
	list := c.leaf("list", "List the contacts of an organization", 0, func(ctx context.Context, n *Node, _ []string) error {
		o, err := n.FindOrg(ctx, of)
		if err != nil {
			return err
		}
		all, err := n.Fleet.Contacts(ctx, o.ID)
		if err != nil {
			return err
		}
		var lines []string
		for _, k := range all {
			lines = append(lines, fmt.Sprintf("%s  %-25s %-30s %s", k.ID, k.Name, k.Email, k.Role))
		}
		return c.print(all, "%s", strings.Join(lines, "\n"))
	})
	list.Flags().StringVar(&of, "org", "", "organization (identifier or name)")
	_ = list.MarkFlagRequired("org")
	return group("contact", "Whom to call; kept outside of every tenant", add, list)
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// resumeCommand brings sites back, however many, in one commit. Taking out many at once is a plan's business (see maintenance); bringing back is nobody's harm.
func (c *cli) resumeCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{Use: "resume SLUG...", Short: "Bring suspended, tombstoned or read-only sites back, all named ones or none", Args: func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return errUsage{fmt.Errorf("usage: %s", cmd.UseLine())}
		}
		return nil
	}, RunE: func(cmd *cobra.Command, args []string) error {
		return c.withNode(cmd.Context(), func(ctx context.Context, n *Node) error {
			var all []ids.Site
			for _, name := range args {
				s, err := n.FindSite(name)
				if err != nil {
					return err
				}
				all = append(all, s.ID)
			}
			if err := n.Fleet.SetStates(ctx, all, fleet.Active, reason); err != nil {
				return err
			}
			if len(all) > 1 {
				return c.print(map[string]int{"resumed": len(all)}, "%d sites are %s", len(all), fleet.Active)
			}
			s, err := n.Fleet.Site(all[0])
			if err != nil {
				return err
			}
			return c.print(s, "%s is %s", s.Slug, s.State)
		})
	}}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the ledger")
	return cmd
}
