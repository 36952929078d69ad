package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/s3"
	"holdfast.dev/internal/platform/volume"
)

func (c *cli) steps(p recovery.Progress) {
	c.env.Progress(Progress{Step: p.Step, Done: int64(p.Done), Total: int64(p.Total), Unit: p.Unit})
}

func (c *cli) printRestore(s *fleet.Site, res recovery.Result) error {
	text := fmt.Sprintf("%s restored in %s", s.Slug, res.Finished.Sub(res.Started).Round(time.Millisecond))
	for _, b := range res.Volumes {
		text += fmt.Sprintf("\n  %s: commit %d of %d, %d rows proven (digest %.16s…), %d rows differ from before", b.Ref.Kind, b.Target, b.Head, b.Rows, b.Digest, b.Undoes)
		if lost := lostText(b); lost != "" {
			text += "\n    " + lost
		}
	}
	if res.Unshipped != "" {
		text += "\n  not saved first: " + res.Unshipped
	}
	return c.print(res, "%s", text)
}

// lostText says what damage in the vault took from a volume that was brought back; "" where nothing is known to be lost.
func lostText(b recovery.Built) string {
	if b.Lost == nil {
		return ""
	}
	what := fmt.Sprintf("nothing is known of it from commit %d on", b.Lost.From)
	if b.Lost.To > 0 {
		what = fmt.Sprintf("nothing is known of its commits %d to %d", b.Lost.From, b.Lost.To)
	}
	if len(b.Lost.Damaged) == 0 {
		return what
	}
	return what + ": damaged or missing in the vault is " + strings.Join(b.Lost.Damaged, ", ")
}

func (c *cli) undoCommand() *cobra.Command {
	var part bool
	cmd := c.leaf("undo-restore SLUG", "Bring back the state before the last restore", 1, func(ctx context.Context, n *Node, args []string) error {
		s, err := n.FindSite(args[0])
		if err != nil {
			return err
		}
		if part {
			o, err := n.UndoPart(ctx, s)
			if err != nil {
				return err
			}
			return c.printPart(s, o)
		}
		op, err := n.LastRestore(ctx, s)
		if err != nil {
			return err
		}
		res, err := n.RestoreSite(ctx, s, recovery.Target{Undo: op}, "undo of the restore "+op.String(), c.steps)
		if err != nil {
			return err
		}
		return c.printRestore(s, res)
	})
	cmd.Flags().BoolVar(&part, "part", false, "the last restore of a product or record in the live site")
	return cmd
}

// destroyCommand removes the databases of a site, to practise what comes after. The vault is not touched.
func (c *cli) destroyCommand() *cobra.Command {
	var sure string
	cmd := c.leaf("destroy-for-drill SLUG", "Remove a site's databases to practise a restore; the vault keeps everything", 1, func(ctx context.Context, n *Node, args []string) error {
		s, err := n.FindSite(args[0])
		if err != nil {
			return err
		}
		if sure != s.ID.String() {
			return errUsage{fmt.Errorf("this removes every database of %q (%s): repeat its identifier with --site-id %s", s.Name, s.Slug, s.ID)}
		}
		for _, ref := range n.Fleet.VolumesOf(s.ID.String()) {
			if err := n.Pool.Volume(ref).Adopt(ctx); err == nil {
				n.Shipper.Mark(ref)
			}
		}
		if err := n.Shipper.Flush(ctx); err != nil {
			return err
		}
		for _, ref := range n.Fleet.VolumesOf(s.ID.String()) {
			place, err := n.Fleet.Locate(ctx, ref)
			if err != nil {
				return err
			}
			if err := n.Pool.Evict(ctx, ref); err != nil {
				return err
			}
			if err := n.Engine.Remove(ctx, ref.Name(place.Generation)); err != nil {
				return err
			}
		}
		return c.print(s, "the databases of %s are gone; bring them back with: holdfast site restore %s", s.Slug, s.Slug)
	})
	cmd.Flags().StringVar(&sure, "site-id", "", "the site's identifier, as a check of what is meant")
	return cmd
}

func (c *cli) vaultCommand() *cobra.Command {
	verify := c.leaf("verify", "Read every object of the vault and check signatures, hashes and chains", 0, func(ctx context.Context, n *Node, _ []string) error {
		total := 0
		found, err := n.VerifyVault(ctx, func(done, all int) {
			total = all
			c.env.Progress(Progress{Step: "verifying", Done: int64(done), Total: int64(all), Unit: "objects"})
		})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return c.print(map[string]any{"objects": total, "findings": []string{}}, "%d objects, all as they were stored", total)
		}
		text := fmt.Sprintf("%d objects, %d findings:", total, len(found))
		for _, f := range found {
			text += fmt.Sprintf("\n  %s: %s", f.Object, f.Wrong)
		}
		return errors.Join(c.print(map[string]any{"objects": total, "findings": found}, "%s", text), errUnproven)
	})
	return group("vault", "The vault", verify)
}

// knowsVault refuses a control database that is there and younger than the vault's: of what it does not know nothing would be rebuilt, and nobody would be told.
func (n *Node) knowsVault(ctx context.Context) error {
	if n.forgotten {
		return nil // it is rebuilt first
	}
	frames, err := n.Vault.History(ctx, fleet.ControlRef.String())
	if err != nil || len(frames) == 0 {
		return err
	}
	var head journal.Head
	err = n.control().Read(ctx, func(tx *volume.Tx) (err error) {
		head, err = journal.ReadHead(ctx, tx.Tx)
		return err
	})
	if newest := frames[len(frames)-1].To; err == nil && head.Seq < newest {
		return fault.Conflict("The control database in %s ends at commit %d and the vault knows %d: it is an old one or another installation's. Rebuild into an empty folder, or move %s away first.",
			n.Options.Data, head.Seq, newest, filepath.Join(n.Options.Data, "control"))
	}
	return err
}

func (c *cli) rebuildCommand() *cobra.Command {
	var from string
	cmd := &cobra.Command{Use: "rebuild", Short: "Make everything that is gone anew from the vault alone, the control database included", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.env.Node != nil {
				return errUsage{errors.New("stop the server before rebuilding its data folder")}
			}
			ctx := identity.With(cmd.Context(), identity.Principal{Kind: identity.Operator, Name: "cli"})
			if from != "" {
				c.opts.Vault = from
			}
			o := c.options().defaults()
			if !s3.IsAddress(o.Vault) {
				if _, err := os.Stat(filepath.Join(o.Vault, "vault.json")); errors.Is(err, os.ErrNotExist) {
					return fault.NotFound("There is no vault at %s: nothing was made.", o.Vault) // a vault that is not mounted is no empty one
				}
			}
			n, err := open(ctx, o, clock.System, c.logger(), true)
			if err != nil {
				return err
			}
			defer n.Close()
			if err := n.knowsVault(ctx); err != nil {
				return err
			}
			start := n.Clock.Now()
			built, err := n.Recovery.RebuildAll(ctx, 2, c.steps)
			if err != nil {
				return err
			}
			var rows int64
			for _, b := range built {
				rows += b.Rows
			}
			text := fmt.Sprintf("%d volumes rebuilt and proven, %d rows, in %s", len(built), rows, n.Clock.Now().Sub(start).Round(time.Millisecond))
			for _, b := range built {
				if lost := lostText(b); lost != "" {
					text += fmt.Sprintf("\n  %s, rebuilt at commit %d: %s", b.Ref, b.Target, lost)
				}
			}
			return c.print(built, "%s", text)
		}}
	cmd.Flags().StringVar(&from, "from", "", "folder of the vault, or s3:// address of its bucket")
	return cmd
}
