package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/platform/erasure"
	"holdfast.dev/internal/platform/volume"
)

// eraseCommand takes people out of an organization for good, as the law may ask.
func (c *cli) eraseCommand() *cobra.Command {
	var org, reason string
	person := c.leaf("person EMAIL", "Erase a person from all volumes of an organization; no restore brings them back", 1, func(ctx context.Context, n *Node, args []string) error {
		o, err := n.FindOrg(ctx, org)
		if err != nil {
			return err
		}
		e, err := n.ErasePerson(ctx, o, args[0], reason)
		if err != nil {
			return err
		}
		return c.print(e, "%s is erased (%s)\n%s", e.Account, e.ID, places(e.Changed))
	})
	person.Flags().StringVar(&org, "org", "", "organization (identifier or name)")
	person.Flags().StringVar(&reason, "reason", "", "why, for the ledger; do not name the person")
	_ = person.MarkFlagRequired("org")
	_ = person.MarkFlagRequired("reason")
	var of string
	replay := c.leaf("replay", "Erase everybody in an organization's ledger again, for what was interrupted", 0, func(ctx context.Context, n *Node, _ []string) error {
		o, err := n.FindOrg(ctx, of)
		if err != nil {
			return err
		}
		changed, err := n.ReplayErasures(ctx, o.ID)
		if err != nil {
			return err
		}
		return c.print(changed, "%s", places(changed))
	})
	replay.Flags().StringVar(&of, "org", "", "organization (identifier or name)")
	_ = replay.MarkFlagRequired("org")
	var whose string
	list := c.leaf("list", "List whom an organization had erased, by account", 0, func(ctx context.Context, n *Node, _ []string) error {
		o, err := n.FindOrg(ctx, whose)
		if err != nil {
			return err
		}
		var all []erasure.Record
		err = n.control().Read(ctx, func(tx *volume.Tx) error {
			all, err = erasure.Of(ctx, tx, o.ID)
			return err
		})
		if err != nil {
			return err
		}
		var lines []string
		for _, r := range all {
			lines = append(lines, fmt.Sprintf("%s  %s  %s  %s", r.ID, r.At.Format("2006-01-02"), r.Account, r.Reason))
		}
		return c.print(all, "%s", strings.Join(lines, "\n"))
	})
	list.Flags().StringVar(&whose, "org", "", "organization (identifier or name)")
	_ = list.MarkFlagRequired("org")
	return group("erase", "Erasure of people, which restores do not undo", person, replay, list)
}

func places(changed map[string]int64) string {
	var lines []string
	for _, place := range slices.Sorted(maps.Keys(changed)) {
		lines = append(lines, fmt.Sprintf("%6d  %s", changed[place], place))
	}
	if len(lines) == 0 {
		return "nothing was left to erase"
	}
	return strings.Join(lines, "\n")
}
