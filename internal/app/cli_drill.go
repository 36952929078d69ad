package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/clock"
)

func (c *cli) drillCommand() *cobra.Command {
	o := DrillOptions{}
	megabytes := 5.0
	keep := false
	cmd := &cobra.Command{Use: "drill", Short: "Practise a disaster on a fleet of its own, and prove that everything comes back",
		Long: "A drill works in a folder of its own and never touches the data folder.\nScenarios:\n  wipe  " + Scenarios["wipe"],
		Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
			if c.env.Node != nil {
				return errUsage{errors.New("a drill runs in a process of its own")}
			}
			o.Size = int64(megabytes * 1e6)
			return c.drill(drillContext(cmd.Context()), o, keep)
		}}
	f := cmd.Flags()
	f.StringVar(&o.Scenario, "scenario", "wipe", "what happens")
	f.IntVar(&o.Sites, "sites", 20, "number of sites")
	f.Float64Var(&megabytes, "megabytes", megabytes, "size of every site before clients write")
	f.IntVar(&o.Clients, "clients", 8, "clients that write all the while")
	f.DurationVar(&o.Writing, "writing", 3*time.Second, "how long clients write before it happens")
	f.IntVar(&o.Workers, "workers", 4, "sites restored at the same time")
	f.Uint64Var(&o.Seed, "seed", 1, "seed of what is written")
	f.BoolVar(&keep, "keep", false, "keep the folder of the drill")
	return cmd
}

func (c *cli) drill(ctx context.Context, o DrillOptions, keep bool) error {
	parent := ""
	if c.opts.Data != "" {
		parent = c.options().Data
		if err := os.MkdirAll(parent, 0o700); err != nil {
			return err
		}
	}
	dir, err := os.MkdirTemp(parent, "holdfast-drill-")
	if err != nil {
		return err
	}
	if keep {
		fmt.Fprintf(c.env.Stderr, "the drill's folder is %s\n", dir)
	} else {
		defer os.RemoveAll(dir)
	}
	n, err := Open(ctx, Options{Data: dir, Database: c.opts.Database, Vault: dir + "/vault"}, clock.System, c.logger())
	if err != nil {
		return err
	}
	defer n.Close()
	res, err := Drill(ctx, n, o, c.env.Progress)
	if err != nil {
		return err
	}
	if err := c.print(res, "%s", res.table()); err != nil {
		return err
	}
	if !res.Proven() {
		return errUnproven
	}
	return nil
}

// table is the result for people.
func (r DrillResult) table() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%s\t"+format+"\n", append([]any{name}, args...)...)
	}
	row("scenario", "%s on %s", r.Scenario, r.Engine)
	row("sites", "%d restored of %d", r.Restored, r.Sites)
	row("rows", "%d, every one proven", r.Rows)
	row("bytes", "%.1f MB", float64(r.Bytes)/1e6)
	row("acknowledged writes", "%d while it happened", r.Acknowledged)
	row("lost commits", "%d", r.LostCommits)
	row("digest mismatches", "%d", r.DigestMismatches)
	row("restored in", "%.2f s", r.RestoreSeconds)
	row("copying the same bytes with fsync", "%.2f s", r.CopySeconds)
	row("ratio", "%.1f", r.Ratio)
	for _, e := range r.Errors {
		row("error", "%s", e)
	}
	w.Flush() //nolint:errcheck // into memory
	return strings.TrimRight(b.String(), "\n")
}
