package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/recovery"
)

// restoreFlags are what `site restore` was asked for.
type restoreFlags struct {
	at, reason, product, record string
	commit                      int64
	missing, resume, plan       bool
	beside                      bool
	page                        DiffOptions
}

func (c *cli) restoreCommand() *cobra.Command {
	var f restoreFlags
	cmd := c.leaf("restore SLUG", "Bring a site back to an instant, to a commit, or to the newest state in the vault", 1, func(ctx context.Context, n *Node, args []string) error {
		return c.restore(ctx, n, args, f)
	})
	cmd.Use = "restore [SLUG...]"
	cmd.Args = nil
	cmd.Long = "Without --product, --record or --beside, SLUG is brought back as a whole. Several sites are restored as one operation; --all-missing takes every site\nthat lacks a database, and --resume goes on with an operation that a crash interrupted."
	fs := cmd.Flags()
	fs.StringVar(&f.at, "at", "", "instant (RFC 3339)")
	fs.Int64Var(&f.commit, "commit", 0, "commit of the work volume")
	fs.StringVar(&f.reason, "reason", "restored from the command line", "why, for the ledger and the commit")
	fs.BoolVar(&f.missing, "all-missing", false, "every site that lacks a database or its tables, to its newest state or, with --at, to an instant")
	fs.BoolVar(&f.resume, "resume", false, "go on with restores of many sites that a crash interrupted")
	fs.BoolVar(&f.plan, "plan", false, "measure what the restore would change and lose, and how long it would take; change nothing")
	fs.StringVar(&f.product, "product", "", "only this product ("+strings.Join(SiteProducts, ", ")+"), or the permissions of all of them ("+Permissions+"), in the live site")
	fs.StringVar(&f.record, "record", "", "only this thing, in the live site: TYPE:NAME such as issue:APP-7, project:APP, space:DOCS, page:ID, schedule:ID")
	fs.BoolVar(&f.beside, "beside", false, "make a copy of that state beside the live site instead, which sends nothing")
	pageFlags(cmd, &f.page)
	return cmd
}

// target reads where the flags want to go.
func (f restoreFlags) target() (t recovery.Target, err error) {
	if f.commit != 0 && f.at != "" {
		return t, errUsage{errors.New("give --at or --commit, not both")}
	}
	t.Commit = f.commit
	if f.at != "" {
		if t.At, err = instant("--at", f.at); err != nil {
			return t, err
		}
	}
	return t, nil
}

func instant(flag, text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return at, errUsage{fmt.Errorf("%s takes an instant such as 2026-04-05T07:38:00Z: %w", flag, err)}
	}
	return at, nil
}

func (c *cli) restore(ctx context.Context, n *Node, args []string, f restoreFlags) error {
	target, err := f.target()
	if err != nil {
		return err
	}
	part := f.product != "" || f.record != ""
	switch {
	case f.resume || f.missing:
		if len(args) > 0 || part || f.beside || f.plan || f.resume && f.missing || f.commit != 0 || f.resume && f.at != "" {
			return errUsage{errors.New("--all-missing and --resume say which sites: --all-missing takes the newest state, or with --at that of an instant; --resume what was asked before")}
		}
		if f.resume {
			return c.resumeFleet(ctx, n)
		}
		sites, err := n.MissingSites(ctx)
		if err != nil {
			return err
		}
		return c.restoreFleet(ctx, n, sites, target, f.reason)
	case len(args) == 0:
		return errUsage{errors.New("say which site, or --all-missing")}
	case len(args) > 1:
		if part || f.beside || f.plan || f.commit != 0 {
			return errUsage{errors.New("several sites are restored as a whole, to an instant or to the newest state")}
		}
		return c.restoreNamed(ctx, n, args, target, f.reason)
	}
	s, err := n.FindSite(args[0])
	if err != nil {
		return err
	}
	if f.plan {
		return c.plan(ctx, n, s, target, f.page)
	}
	if f.beside {
		if part {
			return errUsage{errors.New("--beside makes a copy of the whole site: take the part from there, or leave --beside out")}
		}
		made, err := n.Beside(ctx, s, target, f.reason, c.steps)
		if err != nil {
			return err
		}
		return c.print(made, "%s is %s beside it, open to the site's administrators at /s/%s; it sends nothing. Remove it with: holdfast site remove-sandbox %s", made.Slug, s.Slug, made.Slug, made.Slug)
	}
	if part && kindOf(f.product) == f.product && f.record == "" { // a volume of its own
		target.Kinds, part = []string{f.product}, false
	}
	if f.product == Permissions && f.record == "" {
		done, err := n.RestorePermissions(ctx, s, target, f.reason)
		if err != nil {
			return err
		}
		return c.printPermissions(s, done)
	}
	if part {
		o, err := n.RestorePart(ctx, s, f.product, f.record, target, f.reason)
		if err != nil {
			return err
		}
		return c.printPart(s, o)
	}
	res, err := n.RestoreSite(ctx, s, target, f.reason, c.steps)
	if err != nil {
		return err
	}
	return c.printRestore(s, res)
}

func (c *cli) restoreNamed(ctx context.Context, n *Node, names []string, target recovery.Target, reason string) error {
	var sites []ids.Site
	for _, name := range names {
		s, err := n.FindSite(name)
		if err != nil {
			return err
		}
		sites = append(sites, s.ID)
	}
	return c.restoreFleet(ctx, n, sites, target, reason)
}

func (c *cli) restoreFleet(ctx context.Context, n *Node, sites []ids.Site, target recovery.Target, reason string) error {
	res, err := n.RestoreFleet(ctx, sites, target, reason, c.fleetSteps)
	if err != nil {
		return err
	}
	return c.printFleet(n, res)
}

func (c *cli) resumeFleet(ctx context.Context, n *Node) error {
	left, err := n.Recovery.Unfinished(ctx)
	if err != nil {
		return err
	}
	if len(left) == 0 {
		ledger, err := n.Fleet.Ledger(ctx, recovery.FleetTarget, time.Time{}, ids.Operation{}, 100)
		if err != nil {
			return err
		}
		for _, op := range ledger {
			if op.Kind == recovery.FleetKind && op.State == "running" {
				return c.print([]fleet.Operation{op}, "%s goes on already: a server takes up what was interrupted when it starts. The console and site list show how far it is", op.ID)
			}
		}
		return c.print([]fleet.Operation{}, "no restore of many sites was interrupted")
	}
	var errs []error
	for _, op := range left {
		res, err := n.ContinueFleet(ctx, op, c.fleetSteps)
		if err == nil {
			err = c.printFleet(n, res)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (c *cli) fleetSteps(p recovery.FleetProgress) {
	c.env.Progress(Progress{Step: "restoring", Done: int64(p.Done + p.Failed), Total: int64(p.Total), Unit: "sites"})
}

func (c *cli) printFleet(n *Node, res recovery.FleetResult) error {
	text := fmt.Sprintf("%d sites restored in %s, %d rows proven, %.1f MB", res.Restored, res.Finished.Sub(res.Started).Round(time.Millisecond), res.Rows, float64(res.Bytes)/1e6)
	for _, o := range res.Sites {
		name := o.Site.String()
		if s, err := n.Fleet.Site(o.Site); err == nil {
			name = s.Slug
		}
		for _, b := range o.Result.Volumes {
			if lost := lostText(b); lost != "" {
				text += fmt.Sprintf("\n  %s, %s: %s", name, b.Ref.Kind, lost)
			}
		}
		if o.Error == "" {
			continue
		}
		text += fmt.Sprintf("\n  %s failed and is as it was before: %s", name, o.Error)
	}
	if err := c.print(res, "%s", text); err != nil {
		return err
	}
	if res.Failed > 0 {
		return errUnproven
	}
	return nil
}

func (c *cli) printPart(s *fleet.Site, o PartOrder) error {
	what := o.Product
	if o.Record != "" {
		what = o.Record
	}
	if o.Result.Commit == 0 {
		return c.print(o, "%s: %s is as it was then; nothing was changed", s.Slug, what)
	}
	return c.print(o, "%s: %s %s, %d rows, as commit %d; %d rows left out since what they point to is gone. Take it back with: holdfast site undo-restore %s --part",
		s.Slug, what, o.Asked, o.Result.Rows, o.Result.Commit, o.Result.LeftOut, s.Slug)
}

func (c *cli) removeSandboxCommand() *cobra.Command {
	return c.leaf("remove-sandbox SLUG", "Remove a copy that restore --beside made; any other site is refused", 1, func(ctx context.Context, n *Node, args []string) error {
		s, err := n.FindSite(args[0])
		if err != nil {
			return err
		}
		if err := n.RemoveSandbox(ctx, s, "removed from the command line"); err != nil {
			return err
		}
		return c.print(s, "%s is gone; the site that it was a copy of was not touched", s.Slug)
	})
}

func (c *cli) printPermissions(s *fleet.Site, done []PartOrder) error {
	text := "the permissions of " + s.Slug + " are as they were"
	for _, o := range done {
		text += fmt.Sprintf("\n  %s: %d rows differed", o.Result.Ref.Kind, o.Result.Rows)
		if o.Result.LeftOut > 0 {
			text += fmt.Sprintf(", %d left out whose account, group or page is gone", o.Result.LeftOut)
		}
	}
	return c.print(done, "%s", text)
}
