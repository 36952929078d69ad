package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/lossreport"
)

func (c *cli) rootsCommand() *cobra.Command {
	var site, out string
	export := c.leaf("export", "Write the roots of a site's history, signed, for its customer to keep", 0, func(ctx context.Context, n *Node, _ []string) error {
		s, err := n.FindSite(site)
		if err != nil {
			return err
		}
		r, err := n.Roots(ctx, s)
		if err != nil {
			return err
		}
		b, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		if out == "" {
			_, err = fmt.Fprintln(c.env.Stdout, string(b))
			return err
		}
		return os.WriteFile(c.path(out), append(b, '\n'), 0o600)
	})
	export.Flags().StringVar(&site, "site", "", "the site")
	export.Flags().StringVar(&out, "out", "", "file (default: standard output)")
	_ = export.MarkFlagRequired("site")
	return group("roots", "What customers hold to check a loss report", export, c.rootsHandCommand(), c.rootsListCommand(), c.rootsAddressCommand())
}

func (c *cli) reportCommand() *cobra.Command {
	return group("report", "What a restore brought back and what it did not", c.reportCreateCommand(), c.reportVerifyCommand(), c.reportListCommand())
}

func (c *cli) reportCreateCommand() *cobra.Command {
	var site, restore, out, roots string
	cmd := c.leaf("create", "Write the loss report of a restore: JSON, or a page for people when the file ends in .html", 0, func(ctx context.Context, n *Node, _ []string) error {
		s, err := n.FindSite(site)
		if err != nil {
			return err
		}
		var op ids.Operation
		if restore != "" {
			if op, err = ids.Parse[ids.Operation](restore); err != nil {
				return errUsage{err}
			}
		}
		handed, err := c.readRoots(roots)
		if err != nil {
			return err
		}
		r, kept, err := n.KeepReport(ctx, s, op, handed)
		if err != nil {
			return err
		}
		b, err := json.MarshalIndent(r, "", "  ")
		if strings.HasSuffix(out, ".html") {
			b, err = lossreport.Page(r)
		}
		if err != nil {
			return err
		}
		if err := os.WriteFile(c.path(out), b, 0o600); err != nil {
			return err
		}
		if kept.Wrong != "" {
			return errors.Join(c.print(kept, "%s is written and NOT TRUE: %s", out, kept.Wrong), errUnproven)
		}
		return c.print(r.Totals, "%s: %d rows back and proven, %d commits with %d changed rows gone%s; kept as %s", out, r.Totals.RowsBack, r.Totals.CommitsGone, r.Totals.RowsGone, unknownText(r), kept.ID)
	})
	cmd.Flags().StringVar(&site, "site", "", "the site")
	cmd.Flags().StringVar(&restore, "restore", "", "number of the restore, op_… (default: the newest)")
	cmd.Flags().StringVar(&out, "out", "", "file to write")
	cmd.Flags().StringVar(&roots, "roots", "", "roots that the customer holds: the report begins there")
	_ = cmd.MarkFlagRequired("site")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}

// reportVerifyCommand needs no data folder and no network: a customer runs it on a machine of theirs.
func (c *cli) reportVerifyCommand() *cobra.Command {
	var roots string
	cmd := &cobra.Command{Use: "verify FILE", Short: "Check a loss report, on any machine and without a network", Args: func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return errUsage{fmt.Errorf("usage: %s", cmd.UseLine())}
		}
		return nil
	}, RunE: func(_ *cobra.Command, args []string) error {
		b, err := os.ReadFile(c.path(args[0]))
		if errors.Is(err, os.ErrNotExist) {
			return fault.NotFound("There is nothing at %s.", args[0])
		}
		if err != nil {
			return err
		}
		handed, err := c.readRoots(roots)
		if err != nil {
			return err
		}
		r, err := lossreport.Parse(b)
		if err == nil {
			err = lossreport.Verify(r, handed)
		}
		if err != nil {
			return errors.Join(c.print(map[string]any{"true": false, "why": err.Error()}, "NOT TRUE: %s", err), errUnproven)
		}
		note := ""
		if handed == nil {
			note = "\nGive the roots that you were handed beforehand with --roots to be sure that the history is the one that you knew."
		}
		return c.print(map[string]any{"true": true, "totals": r.Totals, "against_roots": handed != nil},
			"true: the restore of %s (%s); %d rows back, %d commits gone%s, every link of the chain checked%s", r.Slug, r.Restore.Asked, r.Totals.RowsBack, r.Totals.CommitsGone, unknownText(r), note)
	}}
	cmd.Flags().StringVar(&roots, "roots", "", "roots that you were handed before")
	return cmd
}

// unknownText says of which commits nothing is known, "" where there are none.
func unknownText(r lossreport.Report) (text string) {
	for _, v := range r.Volumes {
		for _, u := range v.Unknown {
			span := fmt.Sprintf("from commit %d on", u.From)
			if u.To > 0 {
				span = fmt.Sprintf("of commits %d to %d", u.From, u.To)
			}
			text += fmt.Sprintf("; NOTHING IS KNOWN %s of %s (%s)", span, v.Kind, strings.Join(u.Objects, ", "))
		}
	}
	return text
}

// readRoots reads roots from a file, nil for none.
func (c *cli) readRoots(path string) (*lossreport.Roots, error) {
	if path == "" {
		return nil, nil
	}
	b, err := os.ReadFile(c.path(path))
	if err != nil {
		return nil, err
	}
	r, err := lossreport.ParseRoots(b)
	if err != nil {
		return nil, fault.Bad("%s: %s", path, err)
	}
	return &r, nil
}
