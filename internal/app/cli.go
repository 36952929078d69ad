package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/s3"
)

// Exit codes of every command; docs/cli.md explains them.
const (
	ExitOK       = 0
	ExitFailed   = 1 // something went wrong
	ExitUsage    = 2 // the command line was wrong
	ExitRefused  = 3 // the request was understood and refused: not found, conflict, invalid value
	ExitUnproven = 4 // a verification found something wrong
)

// errUnproven makes a command end with ExitUnproven after it has said what is wrong.
var errUnproven = errors.New("verification failed")

// errUsage makes a command end with ExitUsage.
type errUsage struct{ error }

// Env is what a command runs in: the terminal's, or the server's on behalf of one.
type Env struct {
	Stdin    io.Reader
	Stdout   io.Writer
	Stderr   io.Writer
	Dir      string         // what relative paths start from
	Progress func(Progress) // called as long work goes on
	Node     *Node          // the server's node; nil when the command opens the data folder itself
	Args     []string       // as given, for handing the command to a server
	// OperatorToken proves which operator runs the command; empty for the user of the operating system.
	OperatorToken string
	Alone         bool // nothing comes from the environment; see Options.Alone
}

// Progress is how far a long command is.
type Progress struct {
	Step  string `json:"step"`
	Done  int64  `json:"done"`
	Total int64  `json:"total"` // 0 when not known yet
	Unit  string `json:"unit"`
}

// Run runs one command line and gives the exit code.
func Run(ctx context.Context, env Env) int {
	if env.Progress == nil {
		env.Progress = func(Progress) {}
	}
	if env.OperatorToken == "" && env.Node == nil && !env.Alone {
		env.OperatorToken = os.Getenv("HOLDFAST_OPERATOR_TOKEN")
	}
	c := &cli{env: env, opts: Options{Alone: env.Alone}}
	root := c.command()
	root.SetArgs(env.Args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	err := root.ExecuteContext(ctx)
	var usage errUsage
	var remote remoteExit
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &remote):
		return int(remote)
	case errors.Is(err, errUnproven):
		return ExitUnproven
	}
	fmt.Fprintln(env.Stderr, "holdfast: "+explain(err))
	switch {
	case errors.As(err, &usage) || strings.HasPrefix(err.Error(), "unknown ") || strings.HasPrefix(err.Error(), "required flag"):
		return ExitUsage
	case fault.KindOf(err) != fault.KindInternal:
		return ExitRefused
	}
	return ExitFailed
}

// explain gives the text of an error for people at a terminal.
func explain(err error) string {
	var f *fault.Error
	if errors.As(err, &f) && f.Message == "" {
		var parts []string
		for field, why := range f.Fields {
			parts = append(parts, field+": "+why)
		}
		return strings.Join(parts, "; ")
	}
	return err.Error()
}

// cli holds the flags that every command has.
type cli struct {
	env  Env
	opts Options
	json bool

	begins bool // the command may make an installation
}

func (c *cli) command() *cobra.Command {
	root := &cobra.Command{
		Use:           "holdfast",
		Short:         "A company's collaboration suite that no script can lose",
		Long:          "Holdfast runs a company's tracker, wiki, on-call and status page and keeps everything in it recoverable to any second.\nCommands work on the data folder, or through the running server when one has it.",
		SilenceErrors: true, SilenceUsage: true,
	}
	root.PersistentFlags().StringVar(&c.opts.Data, "data", "", "data folder (default $HOLDFAST_DATA, else ./data)")
	root.PersistentFlags().StringVar(&c.opts.Database, "database", "", "PostgreSQL URL for the volumes (default $HOLDFAST_DATABASE, else SQLite files in the data folder)")
	root.PersistentFlags().StringVar(&c.opts.Vault, "vault", "", "folder of the vault, or s3://BUCKET/PREFIX?endpoint=https://HOST (default $HOLDFAST_VAULT, else vault in the data folder)")
	root.PersistentFlags().BoolVar(&c.opts.VaultSync, "vault-sync", false, "a change is acknowledged when the vault has it, not before (default $HOLDFAST_VAULT_SYNC)")
	root.PersistentFlags().BoolVar(&c.json, "json", false, "print the result as JSON")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return errUsage{err} })
	root.CompletionOptions.HiddenDefaultCmd = true
	root.PersistentPreRun = func(cmd *cobra.Command, _ []string) { c.begins = beginners[cmd.CommandPath()] }
	root.AddCommand(c.serveCommand(), c.orgCommand(), c.siteCommand(), c.userCommand(), c.tokenCommand(), c.operatorCommand(), c.maintenanceCommand(), c.addonCommand(), c.purgeCommand(), c.contactCommand(), c.eraseCommand(), c.takeoutCommand(), c.incidentCommand(), c.rootsCommand(), c.jobsCommand(), c.reportCommand(), c.restoreTestCommand(), c.vaultCommand(), c.rebuildCommand(), c.drillCommand(), c.importCommand(), c.exportCommand(), c.demoCommand(), c.oncallCommand(), c.statusCommand())
	return root
}

// beginners are the commands that make an installation where there is none, beside serve and demo. The others refuse: a data folder that is written wrong would
// become an empty installation with a vault of its own.
var beginners = map[string]bool{"holdfast org create": true, "holdfast operator create": true, "holdfast import site": true}

// leaf makes a command that works on a node with exactly n arguments.
func (c *cli) leaf(use, short string, n int, run func(ctx context.Context, node *Node, args []string) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != n {
				return errUsage{fmt.Errorf("usage: %s", cmd.UseLine())}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withNode(cmd.Context(), func(ctx context.Context, node *Node) error { return run(ctx, node, args) })
		},
	}
}

// group makes a command that only holds others.
func group(use, short string, children ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{Use: use, Short: short, RunE: func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return errUsage{fmt.Errorf("there is no command %q; see holdfast %s --help", args[0], use)}
		}
		return cmd.Help()
	}}
	g.AddCommand(children...)
	return g
}

// lockTries is how many times a command tries again, a tenth of a second apart, while another process has the data folder and takes no commands.
const lockTries = 30

// withNode runs fn on the server's node when this is a server, on the data folder when nobody has it, and otherwise hands the whole
// command to the server that has it.
func (c *cli) withNode(ctx context.Context, fn func(context.Context, *Node) error) error {
	ctx = identity.WithOrigin(ctx, identity.Origin{Source: "cli"})
	if c.env.Node != nil {
		ctx, err := c.env.Node.asOperator(ctx, c.env.OperatorToken)
		if err != nil {
			return err
		}
		return fn(ctx, c.env.Node)
	}
	opts := c.options()
	if _, err := os.Stat(opts.Data); errors.Is(err, fs.ErrNotExist) && opts.Database == "" && !c.begins {
		return fault.New(fault.KindNotFound, "There is no data folder %s. An installation begins with holdfast serve or holdfast org create.", opts.Data)
	}
	node, err := Open(ctx, opts, clock.System, c.logger())
	for wait := 0; errors.Is(err, errLocked); wait++ {
		handed, rerr := handOverAny(ctx, opts.defaults().Data, c.env)
		if handed {
			return rerr
		}
		if wait == lockTries { // whoever has the folder takes no commands
			return errors.Join(err, rerr)
		}
		select { // a server that starts has the folder before it takes commands, and another command is soon done
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		node, err = Open(ctx, opts, clock.System, c.logger())
	}
	if err != nil {
		return err
	}
	defer node.Close()
	if ctx, err = node.asOperator(ctx, c.env.OperatorToken); err != nil {
		return err
	}
	return fn(ctx, node)
}

// options gives the flags with paths made absolute.
func (c *cli) options() Options {
	o := c.opts.defaults()
	o.Data, o.Vault = c.path(o.Data), c.path(o.Vault)
	return o
}

// path makes a path absolute as the caller sees it, who may be another process.
func (c *cli) path(p string) string {
	if p == "" || filepath.IsAbs(p) || s3.IsAddress(p) {
		return p
	}
	return filepath.Join(c.env.Dir, p)
}

func (c *cli) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(c.env.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// print gives the result: as JSON when asked, else as the text.
func (c *cli) print(v any, format string, args ...any) error {
	if c.json {
		b, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(c.env.Stdout, string(b))
		return err
	}
	_, err := fmt.Fprintf(c.env.Stdout, format+"\n", args...)
	return err
}
