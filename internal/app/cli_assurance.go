package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/platform/assurance"
	"holdfast.dev/internal/platform/volume"
)

// restoreTestCommand proves backups and tells which are proven.
func (c *cli) restoreTestCommand() *cobra.Command {
	return group("restore-test", "Backups restored into scratch and proven, weekly by themselves", c.restoreTestRunCommand(), c.restoreTestListCommand(), c.restoreTestSetCommand())
}

func (c *cli) restoreTestRunCommand() *cobra.Command {
	var site string
	cmd := c.leaf("run", "Restore the backup of a site, or of everything, into scratch now, prove every row, and remove it again", 0, func(ctx context.Context, n *Node, _ []string) error {
		owners, err := n.restoreTargets(ctx, site)
		if err != nil {
			return err
		}
		tests, err := n.TestRestores(ctx, owners, c.env.Progress)
		if err != nil {
			return err
		}
		var lines []string
		failed := 0
		for _, t := range tests {
			lines = append(lines, n.testLine(ctx, t))
			if !t.Proven {
				failed++
			}
		}
		lines = append(lines, fmt.Sprintf("%d of %d backups are proven", len(tests)-failed, len(tests)))
		if err := c.print(tests, "%s", strings.Join(lines, "\n")); err != nil || failed == 0 {
			return err
		}
		return errUnproven
	})
	cmd.Flags().StringVar(&site, "site", "", "only this site (default: every site, the people of every organization, and the control database)")
	return cmd
}

func (n *Node) testLine(ctx context.Context, t assurance.Test) string {
	row := ProofRow{Proof: assurance.Proof{Target: assurance.Target{Owner: t.Owner, Kind: kindOfOwner(t.Owner)}}}
	n.nameProof(&row)
	if !t.Proven {
		return fmt.Sprintf("FAILED  %s: %s", row.Name, t.Error)
	}
	var commits []string
	for _, v := range t.Volumes {
		commits = append(commits, fmt.Sprintf("%s at commit %d", v.Kind, v.Commit))
	}
	return fmt.Sprintf("proven  %s: %d rows, %d bytes, %d attachments, %.2f s (%s)", row.Name, t.Rows, t.Bytes, t.Attachments, t.Seconds, strings.Join(commits, ", "))
}

// kindOfOwner says what an owner is.
func kindOfOwner(owner string) string {
	switch {
	case strings.HasPrefix(owner, "site_"):
		return assurance.OfSite
	case strings.HasPrefix(owner, "org_"):
		return assurance.OfOrg
	}
	return assurance.OfControl
}

func (c *cli) restoreTestListCommand() *cobra.Command {
	var bad bool
	cmd := c.leaf("list", "List how every backup stands, what is worst first", 0, func(ctx context.Context, n *Node, _ []string) error {
		if err := n.tester.Enrol(ctx); err != nil {
			return err
		}
		rows, settings, _, err := n.Proofs(ctx)
		if err != nil {
			return err
		}
		shown := []ProofRow{}
		for _, row := range rows {
			if !bad || badness[row.State] <= 1 {
				shown = append(shown, row)
			}
		}
		sortProofs(shown)
		lines := []string{fmt.Sprintf("%-8s  %-16s  %-16s  %12s  %9s  %s", "STATE", "PROVEN", "NEXT", "ROWS", "SECONDS", "WHAT")}
		for _, row := range shown {
			line := fmt.Sprintf("%-8s  %-16s  %-16s  %12d  %9.2f  %s", row.State, clockText(row.Proven), clockText(&row.Due), row.Rows, row.Seconds, row.Name)
			if row.Error != "" {
				line += ": " + row.Error
			}
			lines = append(lines, line)
		}
		if len(shown) == 0 {
			lines = []string{fmt.Sprintf("every backup was proven in the last %d days", settings.OverdueDays)}
		}
		return c.print(shown, "%s", strings.Join(lines, "\n"))
	})
	cmd.Flags().BoolVar(&bad, "bad", false, "only those that failed or are overdue")
	return cmd
}

func (c *cli) restoreTestSetCommand() *cobra.Command {
	var in assurance.Settings
	cmd := c.leaf("set", "Say when alarms about backups are raised and where they go; what is not named stays", 0, func(context.Context, *Node, []string) error { return nil })
	fs := cmd.Flags()
	fs.IntVar(&in.OverdueDays, "overdue-days", 0, "days without a proven restore after which an alarm is raised (8 at first)")
	fs.StringVar(&in.HeartbeatURL, "heartbeat", "", "address that is called while all is well, so that whoever watches it notices silence; empty for none")
	fs.StringVar(&in.HeartbeatAuthorization, "heartbeat-authorization", "", "sent with it as Authorization, such as \"GenieKey …\"")
	fs.StringVar(&in.AlarmURL, "alarm", "", "address that is called with every alarm, beside the mails to the owners; empty for none")
	fs.IntVar(&in.RootsDays, "roots-days", 0, "days between two mails with roots to the contacts of a site (7 at first); 0 for only when asked")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return errUsage{errors.New("restore-test set takes flags only")}
		}
		return c.withNode(cmd.Context(), func(ctx context.Context, n *Node) error {
			var s assurance.Settings
			err := n.control().Write(ctx, func(tx *volume.Tx) (err error) {
				if s, err = assurance.ReadSettings(ctx, tx); err != nil {
					return err
				}
				for flag, put := range map[string]func(){
					"overdue-days": func() { s.OverdueDays = in.OverdueDays }, "heartbeat": func() { s.HeartbeatURL = in.HeartbeatURL },
					"heartbeat-authorization": func() { s.HeartbeatAuthorization = in.HeartbeatAuthorization }, "alarm": func() { s.AlarmURL = in.AlarmURL },
					"roots-days": func() { s.RootsDays = in.RootsDays },
				} {
					if fs.Changed(flag) {
						put()
					}
				}
				return assurance.SetSettings(ctx, tx, s)
			})
			if err != nil {
				return err
			}
			s.HeartbeatAuthorization = ""
			return c.print(s, "an alarm after %d days; heartbeat %s; alarms to %s and the owners; roots every %d days", s.OverdueDays, or(s.HeartbeatURL, "nowhere"), or(s.AlarmURL, "nowhere else"), s.RootsDays)
		})
	}
	return cmd
}
