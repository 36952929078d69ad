package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/incidentnotice"
	"holdfast.dev/internal/platform/volume"
)

// incidentCommand writes to customers whose sites are lost.
func (c *cli) incidentCommand() *cobra.Command {
	var text, org string
	var all bool
	update := c.leaf("update", "Write to exactly the affected customers: one of them, or all that have an open incident", 0, func(ctx context.Context, n *Node, _ []string) error {
		if all == (org != "") {
			return errUsage{errors.New("say to whom: --org ORG, or --all for every affected customer")}
		}
		var to ids.Org
		if org != "" {
			o, err := n.FindOrg(ctx, org)
			if err != nil {
				return err
			}
			to = o.ID
		}
		told, err := n.UpdateIncidents(ctx, to, text)
		if err != nil {
			return err
		}
		return c.print(map[string]int{"customers": told}, "%d customers are told", told)
	})
	update.Flags().StringVar(&text, "text", "", "what to say")
	update.Flags().StringVar(&org, "org", "", "this customer only")
	update.Flags().BoolVar(&all, "all", false, "every affected customer")
	_ = update.MarkFlagRequired("text")
	list := c.leaf("list", "List incidents, newest first, with the link that needs no login", 0, func(ctx context.Context, n *Node, _ []string) error {
		var found []incidentnotice.Incident
		err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
			found, err = incidentnotice.Newest(ctx, tx, 1000)
			return err
		})
		if err != nil {
			return err
		}
		var lines []string
		for _, i := range found {
			state, customer := "open", i.Org.String()
			if i.Closed != nil {
				state = "over"
			}
			if o, err := n.Fleet.Org(i.Org); err == nil {
				customer = o.Name
			}
			lines = append(lines, fmt.Sprintf("%s  %s  %-25s %d sites  %s", i.Opened.Format("2006-01-02 15:04"), state, customer, len(i.Sites), n.incidentLink(i)))
		}
		return c.print(found, "%s", strings.Join(lines, "\n"))
	})
	return group("incident", "What customers are told when a site is lost", update, list)
}
