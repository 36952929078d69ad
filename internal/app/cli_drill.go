package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/platform/assurance"
	"holdfast.dev/internal/platform/volume"
)

func (c *cli) drillCommand() *cobra.Command {
	o := DrillOptions{}
	megabytes, keep, report := 0.0, false, ""
	cmd := &cobra.Command{Use: "drill", Short: "Practise a disaster on a fleet of its own, and prove that everything comes back",
		Long: "A drill works in a folder of its own, or in an empty PostgreSQL database that --database names, and never touches the data folder. `holdfast drill list` tells what there is.",
		Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
			if c.env.Node != nil {
				return errUsage{errors.New("a drill runs in a process of its own")}
			}
			if cmd.Flags().Changed("sites") && o.Sites == 0 { // absence means the scenario's own number; none does not
				o.Sites = -1
			}
			o.Size = int64(megabytes * 1e6)
			return c.drill(cmd.Context(), o, keep, report)
		}}
	f := cmd.Flags()
	f.StringVar(&o.Scenario, "scenario", "wipe", "what happens; see drill list")
	f.IntVar(&o.Sites, "sites", 0, "number of sites (default: the scenario's own)")
	f.Float64Var(&megabytes, "megabytes", 0, "median size of a site before clients write (default: the scenario's own)")
	f.IntVar(&o.Clients, "clients", 0, "clients that write all the while (default: the scenario's own)")
	f.DurationVar(&o.Writing, "writing", 0, "how long clients write before it happens (default 3s)")
	f.IntVar(&o.Neighbours, "neighbours", 0, "other sites that the installation knows")
	f.IntVar(&o.Loaded, "loaded", 0, "how many of the neighbours have clients of their own, whose waiting is measured")
	f.DurationVar(&o.Calm, "calm", 0, "how long the neighbours are measured before it happens (default 5s)")
	f.DurationVar(&o.Watch, "watch", 0, "between two looks of the watcher (default 10s, as a server has it)")
	f.Uint64Var(&o.Seed, "seed", 1, "seed of what is written")
	f.BoolVar(&o.HoldAims, "hold-aims", false, "fail also when a figure misses its aim")
	f.BoolVar(&keep, "keep", false, "keep the folder of the drill, and show the log of its nodes")
	f.StringVar(&report, "report", "", "file for the report: a page where it ends in .html, else JSON (default: both in the folder drills of the data folder, or of the system's temporary one)")
	cmd.AddCommand(&cobra.Command{Use: "list", Short: "What can be practised, what it is taken from, and what has to hold", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return c.print(DrillScenarios(), "%s", drillList()) }},
		c.leaf("record FILE", "Enter the JSON report of a drill into this installation's history", 1, func(ctx context.Context, n *Node, args []string) error {
			b, err := os.ReadFile(c.path(args[0]))
			if err != nil {
				return err
			}
			var run assurance.DrillRun
			err = n.control().Write(ctx, func(tx *volume.Tx) (err error) {
				run, err = assurance.RecordDrill(ctx, tx, b)
				return err
			})
			if err != nil {
				return err
			}
			return c.print(run, "%s on %s, %d sites: recorded", run.Scenario, run.Engine, run.Sites)
		}))
	return cmd
}

// drillList is the list for people.
func drillList() string {
	var b strings.Builder
	for _, s := range DrillScenarios() {
		fmt.Fprintf(&b, "%s (%d sites)\n  %s\n  The drill %s.\n  Must hold: %s.\n  On PostgreSQL: %s.\n", s.Name, s.Sites, s.Happened, s.Does, s.Holds, s.Postgres)
	}
	return strings.TrimRight(b.String(), "\n")
}

func (c *cli) drill(ctx context.Context, o DrillOptions, keep bool, report string) error {
	if _, err := findScenario(o.Scenario); err != nil {
		return err
	}
	parent := ""
	if c.opts.Data != "" {
		parent = c.path(c.opts.Data)
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
	o.Folder, o.Database, o.Log = dir, c.opts.Database, c.logger()
	if !keep {
		o.Log = nil // what breaks is what the drill is about; its result tells it
	}
	res, err := Drill(ctx, o, c.env.Progress)
	if res.Scenario == "" {
		return err
	}
	where, werr := c.writeReport(&res, parent, report)
	if err := errors.Join(err, werr, c.print(res, "%s", res.table())); err != nil {
		return err
	}
	fmt.Fprintf(c.env.Stderr, "report: %s\n", where)
	if !res.Holds {
		return errUnproven
	}
	return nil
}

// writeReport writes the report to the file that was asked for, or a page and the JSON to a folder that stays.
func (c *cli) writeReport(res *DrillResult, data, file string) (string, error) {
	files := []string{c.path(file)}
	if file == "" {
		dir := filepath.Join(data, "drills")
		if data == "" {
			dir = filepath.Join(os.TempDir(), "holdfast-drills")
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", err
		}
		name := filepath.Join(dir, res.Scenario+"-"+res.Started.UTC().Format("20060102T150405Z"))
		files = []string{name + ".html", name + ".json"}
	}
	res.Report = files[0]
	for _, path := range files {
		var b []byte
		var err error
		if strings.HasSuffix(path, ".html") {
			b, err = res.page()
		} else {
			b, err = json.MarshalIndent(res, "", "  ")
		}
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			return "", err
		}
	}
	return files[0], nil
}

// figure is a line of a drill's table.
type figure struct{ Name, Value string }

// figures are what a drill measured, those that it did.
func (r DrillResult) figures() (out []figure) {
	add := func(measured bool, name, format string, args ...any) {
		if measured {
			out = append(out, figure{name, fmt.Sprintf(format, args...)})
		}
	}
	add(true, "scenario", "%s on %s", r.Scenario, r.Engine)
	add(r.Customers > 0, "sites", "%d of %d customers", r.Sites, r.Customers)
	add(r.CreateSeconds > 0, "made and filled in", "%.1f s and %.1f s", r.CreateSeconds, r.FillSeconds)
	add(r.Refused > 0, "refused", "%d attempts", r.Refused)
	add(r.StoppedAfter > 0, "a wrong run stopped after", "%d target; at most %d site suspended", r.StoppedAfter, r.Suspended)
	add(r.UndoneSeconds > 0, "undone in", "%.2f s", r.UndoneSeconds)
	add(r.DetectedSeconds > 0, "noticed and frozen after", "%.1f s", r.DetectedSeconds)
	add(r.Rows > 0, "restored", "%d sites, %d rows, %.1f MB in %.2f s", r.Restored, r.Rows, float64(r.Bytes)/1e6, r.RestoreSeconds)
	add(r.CopySeconds > 0, "copying the same bytes with fsync", "%.2f s: the restore took %.1f times as long", r.CopySeconds, r.Ratio)
	add(r.Acknowledged > 0, "acknowledged meanwhile", "%d writes, %d lost", r.Acknowledged, r.LostCommits)
	add(r.RPOSeconds > 0, "gone with the disk", "what was acknowledged in the last %.2f s", r.RPOSeconds)
	add(r.Restored > 0, "digest mismatches", "%d", r.DigestMismatches)
	if n := r.Neighbours; n != nil {
		add(true, "neighbours", "%d known, %d under load, %d requests, %d errors", n.Known, n.Loaded, n.Requests, n.Errors)
		add(true, "their p99 before and meanwhile", "%.1f ms and %.1f ms", n.P99Before, n.P99During)
	}
	add(r.PeakMemoryBytes > 0, "most memory resident", "%.0f MB", float64(r.PeakMemoryBytes)/1e6)
	add(true, "whole drill", "%.1f s", r.Seconds)
	return out
}

// table is the result for people.
func (r DrillResult) table() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\n\n", r.Happened)
	for _, s := range r.Steps {
		fmt.Fprintf(w, "%s\t%s\t%s\n", map[bool]string{true: "holds", false: "FAILS"}[s.Pass], s.Name, s.Detail)
	}
	fmt.Fprintln(w)
	for _, f := range r.figures() {
		fmt.Fprintf(w, "%s\t%s\n", f.Name, f.Value)
	}
	for _, a := range r.Aims {
		fmt.Fprintf(w, "aim\t%s: %.2f, at most %g: %s\n", a.Name, a.Value, a.Most, map[bool]string{true: "met", false: "missed"}[a.Met])
	}
	for _, e := range r.Errors {
		fmt.Fprintf(w, "error\t%s\n", e)
	}
	fmt.Fprintf(w, "\n%s", map[bool]string{true: "Everything holds.", false: "It does not hold."}[r.Holds])
	w.Flush() //nolint:errcheck // into memory
	return b.String()
}
