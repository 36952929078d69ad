package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/maintenance"
)

// command runs a command line as an operator of the drill does: in the server that has the folder, or by itself where none runs.
func (d *drill) command(ctx context.Context, operator string, args ...string) (code int, out, said string) {
	var stdout, stderr bytes.Buffer
	env := Env{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Dir: d.o.Folder, Node: d.n, OperatorToken: d.tokens[operator], Args: append(args, "--json")}
	if d.n == nil {
		o := d.options()
		env.Args = append(env.Args, "--data", o.Data, "--vault", o.Vault, "--database", o.Database)
		env.Alone = true
	}
	code = Run(ctx, env)
	return code, stdout.String(), strings.TrimSpace(stderr.String())
}

// planFile writes a plan beside the drill's folder and gives its path.
func (d *drill) planFile(name, source string) (string, error) {
	path := filepath.Join(d.o.Folder, name+".yaml")
	return path, os.WriteFile(path, []byte(source), 0o600)
}

// plan has the author make a plan of a file; nil when it was refused, with what was said.
func (d *drill) plan(ctx context.Context, name, source string) (p *maintenance.Plan, said string, err error) {
	path, err := d.planFile(name, source)
	if err != nil {
		return nil, "", err
	}
	code, out, said := d.command(ctx, drillAuthor, "maintenance", "plan", path)
	if code != ExitOK {
		if code != ExitRefused && !strings.Contains(said, "nothing is planned") {
			err = fmt.Errorf("maintenance plan: exit %d: %s", code, said)
		}
		return nil, said, err
	}
	p = new(maintenance.Plan)
	return p, "", json.Unmarshal([]byte(out), p)
}

// plansStored counts the plans that there are.
func (d *drill) plansStored(ctx context.Context) (int, error) {
	code, out, said := d.command(ctx, drillAuthor, "maintenance", "list")
	if code != ExitOK {
		return 0, fmt.Errorf("maintenance list: exit %d: %s", code, said)
	}
	var plans []json.RawMessage
	if strings.TrimSpace(out) == "null" {
		return 0, nil
	}
	return len(plans), json.Unmarshal([]byte(out), &plans)
}

// states counts the drill's sites by state.
func (d *drill) states() map[fleet.State]int {
	out := map[fleet.State]int{}
	for _, s := range d.sites {
		if now, err := d.n.Fleet.Site(s.ID); err == nil {
			out[now.State]++
		}
	}
	return out
}

// answering counts the sites that answer their administrator, and tells the first that does not.
func (d *drill) answering() (n int, why string) {
	var answered, asked atomic.Int64
	var first sync.Once
	var g errgroup.Group
	g.SetLimit(4)
	for _, s := range d.sites {
		g.Go(func() error {
			if err := s.suite.wiki.call("GET", "/rest/api/3/myself", nil, nil); err == nil {
				answered.Add(1)
			} else {
				first.Do(func() { why = s.Slug + ": " + err.Error() })
			}
			d.report(Progress{Step: "asking every site", Done: asked.Add(1), Total: int64(len(d.sites)), Unit: "sites"})
			return nil
		})
	}
	_ = g.Wait() // the calls report for themselves
	return int(answered.Load()), why
}

// siteList gives the identifiers of the drill's sites as a plan lists them.
func (d *drill) siteList() string {
	list := make([]string, len(d.sites))
	for i, s := range d.sites {
		list[i] = s.ID.String()
	}
	return "[" + strings.Join(list, ", ") + "]"
}
