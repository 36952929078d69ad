package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/volume"
)

func (c *cli) maintenanceCommand() *cobra.Command {
	return group("maintenance", "Work over many sites: planned, approved by a second operator, applied in waves, undone by the same machinery",
		c.leaf("plan FILE", "Resolve a plan to its targets and store it; nothing is touched (- for standard input)", 1, func(ctx context.Context, n *Node, args []string) error {
			source, err := c.readPlan(args[0])
			if err != nil {
				return err
			}
			p, err := n.Maintenance.Plan(ctx, source)
			if err != nil {
				return err
			}
			return c.print(p, "%s", planText(p))
		}),
		c.onPlan("approve PLAN", "Approve a plan that somebody else wrote, as it stands", func(ctx context.Context, n *Node, id ids.Plan) (*maintenance.Plan, error) {
			return n.Maintenance.Approve(ctx, id)
		}),
		c.applyCommand(),
		c.onPlan("status PLAN", "Show a plan: what it does to whom, and where it stands", func(ctx context.Context, n *Node, id ids.Plan) (*maintenance.Plan, error) {
			return n.Maintenance.Get(ctx, id)
		}),
		c.onPlan("undo PLAN", "Take back what a plan did", func(ctx context.Context, n *Node, id ids.Plan) (*maintenance.Plan, error) {
			return n.Maintenance.Undo(ctx, id, c.planProgress("taking back"))
		}),
		c.onPlan("pause PLAN", "Stop a run before its next target; apply goes on with it", func(ctx context.Context, n *Node, id ids.Plan) (*maintenance.Plan, error) {
			if err := n.Maintenance.Pause(ctx, id); err != nil {
				return nil, err
			}
			return n.Maintenance.Get(ctx, id)
		}),
		c.abortCommand(), c.breakglassCommand(), c.planListCommand(), c.freezeCommand(), c.capsCommand(),
		c.leaf("thaw", "Let runs go on after a freeze", 0, func(ctx context.Context, n *Node, _ []string) error {
			if err := n.Maintenance.Thaw(ctx); err != nil {
				return err
			}
			return c.print(map[string]any{"frozen": false}, "maintenance can go on")
		}))
}

// readPlan reads a plan from a file as the caller sees it, or from standard input.
func (c *cli) readPlan(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(io.LimitReader(c.env.Stdin, 2<<20))
	}
	return os.ReadFile(c.path(path))
}

// onPlan makes a command that does something with one plan and shows it.
func (c *cli) onPlan(use, short string, do func(context.Context, *Node, ids.Plan) (*maintenance.Plan, error)) *cobra.Command {
	return c.leaf(use, short, 1, func(ctx context.Context, n *Node, args []string) error {
		id, err := ids.Parse[ids.Plan](args[0])
		if err != nil {
			return errUsage{err}
		}
		p, err := do(ctx, n, id)
		if err != nil {
			return err
		}
		return c.print(p, "%s", planText(p))
	})
}

func (c *cli) planProgress(step string) maintenance.Report {
	return func(done, total int, _ string) {
		c.env.Progress(Progress{Step: step, Done: int64(done), Total: int64(total), Unit: "targets"})
	}
}

func (c *cli) applyCommand() *cobra.Command {
	var hash string
	cmd := c.onPlan("apply PLAN", "Apply an approved plan, wave after wave; what goes wrong is taken back", func(ctx context.Context, n *Node, id ids.Plan) (*maintenance.Plan, error) {
		p, err := n.Maintenance.Apply(ctx, id, hash, c.planProgress("applying"))
		if err != nil && p != nil {
			fmt.Fprintln(c.env.Stderr, planText(p))
		}
		return p, err
	})
	cmd.Flags().StringVar(&hash, "hash", "", "hash of the plan that you mean")
	_ = cmd.MarkFlagRequired("hash")
	return cmd
}

func (c *cli) abortCommand() *cobra.Command {
	var reason string
	cmd := c.onPlan("abort PLAN", "Stop a run before its next target and take back what it did", func(ctx context.Context, n *Node, id ids.Plan) (*maintenance.Plan, error) {
		if err := n.Maintenance.Abort(ctx, id, reason); err != nil {
			return nil, err
		}
		return n.Maintenance.Get(ctx, id)
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	return cmd
}

func (c *cli) breakglassCommand() *cobra.Command {
	var reason string
	cmd := c.onPlan("breakglass PLAN", "Lift the caps and the second approval for one plan; signed, and the owners are told at once", func(ctx context.Context, n *Node, id ids.Plan) (*maintenance.Plan, error) {
		return n.Maintenance.Breakglass(ctx, id, reason)
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why it cannot wait")
	return cmd
}

func (c *cli) planListCommand() *cobra.Command {
	return c.leaf("list", "List the newest plans", 0, func(ctx context.Context, n *Node, _ []string) error {
		plans, err := n.Maintenance.List(ctx, time.Time{}, ids.Plan{}, 100)
		if err != nil {
			return err
		}
		var lines []string
		for _, p := range plans {
			lines = append(lines, fmt.Sprintf("%s  %-9s %5d targets  %s", p.ID, p.State, len(p.Body.Targets), p.Body.Name))
		}
		return c.print(plans, "%s", strings.Join(lines, "\n"))
	})
}

func (c *cli) freezeCommand() *cobra.Command {
	var reason string
	cmd := c.leaf("freeze", "Stop every run before its next target, at once", 0, func(ctx context.Context, n *Node, _ []string) error {
		if err := n.Maintenance.Freeze(ctx, reason); err != nil {
			return err
		}
		return c.print(map[string]any{"frozen": true, "reason": reason}, "all maintenance is frozen")
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	return cmd
}

func (c *cli) capsCommand() *cobra.Command {
	var run, hour, cell, operator int64
	cmd := c.leaf("caps", "Show how many targets may be touched at most, or change it", 0, func(ctx context.Context, n *Node, _ []string) error {
		var caps maintenance.Caps
		err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
			caps, err = maintenance.ReadCaps(ctx, tx)
			return err
		})
		if err != nil {
			return err
		}
		changed := false
		for _, v := range []struct{ given, to *int64 }{{&run, &caps.Run}, {&hour, &caps.Hour}, {&cell, &caps.Cell}, {&operator, &caps.Operator}} {
			if *v.given > 0 {
				*v.to, changed = *v.given, true
			}
		}
		if changed {
			if err := n.setCaps(ctx, caps); err != nil {
				return err
			}
		}
		return c.print(caps, "%d targets a run, %d an hour, %d an hour and cell, %d an hour and operator", caps.Run, caps.Hour, caps.Cell, caps.Operator)
	})
	for name, to := range map[string]*int64{"run": &run, "hour": &hour, "cell": &cell, "operator": &operator} {
		cmd.Flags().Int64Var(to, name, 0, "new cap")
	}
	return cmd
}

// planText shows a plan so that it can be judged by meaning: what happens, to whom, how many people, and what is expected afterwards.
func planText(p *maintenance.Plan) string {
	var b strings.Builder
	r := p.Body.Radius
	fmt.Fprintf(&b, "%s  %s\n  name      %s\n  reason    %s\n  author    %s\n  does      %s\n  requires  %s\n  checked   %s\n  inverse   %s\n  reaches   %d targets on %d sites of %d customers with %d active people; %d objects hang on them\n  waves     %v, then the last repeats\n  hash      %s",
		p.ID, p.State, p.Body.Name, p.Body.Reason, p.Body.Author, p.Body.Does, p.Body.Requires, p.Body.Checked, p.Body.Inverse, r.Targets, r.Sites, r.Customers, r.ActiveUsers, r.Objects, p.Body.Waves, p.Hash)
	if p.Note != "" {
		fmt.Fprintf(&b, "\n  note      %s", p.Note)
	}
	for _, a := range p.Approvals {
		fmt.Fprintf(&b, "\n  approved  by %s until %s", a.Approver, a.Expires.UTC().Format(time.RFC3339))
	}
	const shown = 30
	for i, t := range p.Body.Targets {
		if i == shown {
			fmt.Fprintf(&b, "\n  … and %d more (--json shows all)", len(p.Body.Targets)-shown)
			break
		}
		state := ""
		if i < len(p.Targets) {
			state = p.Targets[i].State
		}
		fmt.Fprintf(&b, "\n  %-9s %s, customer %s, %d people%s: %s", state, t.Name, t.Customer, t.ActiveUsers, countsText(t.Before.Counts), diffText(t.Before.State, t.After.State))
	}
	return b.String()
}

// diffText tells what changes from one state to another, and nothing of what stays.
func diffText(before, after map[string]string) string {
	var parts []string
	for name, was := range before {
		if is := after[name]; is != was {
			parts = append(parts, fmt.Sprintf("%s %s → %s", name, or(was, "none"), or(is, "none")))
		}
	}
	if len(parts) == 0 {
		return "nothing changes: it is so already"
	}
	slices.Sort(parts)
	return strings.Join(parts, "; ")
}

func countsText(counts map[string]int64) string {
	var parts []string
	for name, n := range counts {
		if name != "people" {
			parts = append(parts, fmt.Sprintf("%d %s", n, name))
		}
	}
	slices.Sort(parts)
	if len(parts) == 0 {
		return ""
	}
	return ", " + strings.Join(parts, ", ")
}
