// Command holdfast-purge destroys sites for good, one request of the queue at a time, when every condition is met. It is a program of its own with a
// credential of its own: what serves and operates sites does not contain it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"holdfast.dev/internal/app"
	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/postgres"
	"holdfast.dev/internal/platform/storage/sqlite"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/watch"
	"holdfast.dev/internal/purge"
)

const usage = `usage: holdfast-purge [flags] enroll | check REQUEST | run REQUEST --site-id SITE | sweep [--dry-run]

  enroll   make the credential of the purge and print it, once
  check    say which conditions a request lacks
  run      purge the site of a request; the site is named again
  sweep    remove from the vault what lies outside of its retention, or say what that is

A vault in a bucket takes HOLDFAST_PURGE_VAULT_ACCESS_KEY_ID and HOLDFAST_PURGE_VAULT_SECRET_ACCESS_KEY, which may delete versions and are not the server's.
`

func main() {
	err := run(context.Background(), os.Args[1:])
	var refused *purge.Refusal
	switch {
	case err == nil:
	case errors.As(err, &refused):
		for _, why := range refused.Missing {
			fmt.Fprintln(os.Stderr, "holdfast-purge: refused:", why)
		}
		os.Exit(3)
	default:
		fmt.Fprintln(os.Stderr, "holdfast-purge:", err)
		os.Exit(1)
	}
}

// command is a command line that was read.
type command struct {
	data, database, vault, credential, site string
	dry                                     bool
	words                                   []string
}

func parse(args []string) (c command, err error) {
	flags := flag.NewFlagSet("holdfast-purge", flag.ContinueOnError)
	flags.StringVar(&c.data, "data", "data", "data folder")
	flags.StringVar(&c.database, "database", "", "PostgreSQL URL, where the volumes are there")
	flags.StringVar(&c.vault, "vault", "", "folder of the vault, or s3:// address of its bucket (default: vault in the data folder)")
	flags.StringVar(&c.credential, "credential", "", "file with the purge's credential, - for standard input")
	flags.StringVar(&c.site, "site-id", "", "the site that the request names")
	flags.BoolVar(&c.dry, "dry-run", false, "of a sweep, say what would be removed and remove nothing")
	for rest := args; ; { // flags may stand before and after words
		if err := flags.Parse(rest); err != nil {
			return c, err
		}
		if flags.NArg() == 0 {
			break
		}
		c.words, rest = append(c.words, flags.Arg(0)), flags.Args()[1:]
	}
	if c.vault == "" {
		c.vault = filepath.Join(c.data, "vault")
	}
	return c, nil
}

func run(ctx context.Context, args []string) error {
	c, err := parse(args)
	if err != nil {
		return err
	}
	what := strings.Join(c.words[:min(1, len(c.words))], "")
	if what == "enroll" && len(c.words) == 1 {
		token, err := purge.Enroll(c.data)
		if err == nil {
			fmt.Println(token)
		}
		return err
	}
	if (what != "sweep" || len(c.words) != 1) && (what != "check" && what != "run" || len(c.words) != 2) {
		return errors.New(strings.TrimSpace(usage))
	}
	token, err := readToken(c.credential)
	if err != nil {
		return err
	}
	if err := purge.Prove(c.data, token); err != nil {
		return err
	}
	if what == "sweep" {
		return sweep(ctx, c)
	}
	return purgeSite(ctx, c)
}

func purgeSite(ctx context.Context, c command) error {
	id, err := ids.Parse[ids.Purge](c.words[1])
	if err != nil {
		return err
	}
	p, done, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer done()
	missing, err := p.Check(ctx, id)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return &purge.Refusal{Missing: missing}
	}
	if c.words[0] == "check" {
		fmt.Println("every condition is met")
		return nil
	}
	named, err := ids.Parse[ids.Site](c.site)
	if err != nil {
		return fmt.Errorf("--site-id: %w", err)
	}
	res, err := p.Run(identity.AsSystem(ctx, "purge"), id, named)
	if err != nil {
		return err
	}
	return show(res)
}

func show(v any) error {
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

func readToken(file string) (string, error) {
	switch file {
	case "":
		return "", errors.New("--credential FILE says where the purge's credential is; operators' tokens are none")
	case "-":
		b, err := io.ReadAll(io.LimitReader(os.Stdin, 1000))
		return strings.TrimSpace(string(b)), err
	}
	b, err := os.ReadFile(file)
	return strings.TrimSpace(string(b)), err
}

// open opens the control database and nothing else.
func open(ctx context.Context, c command) (*purge.Purger, func(), error) {
	engine, err := openEngine(ctx, c.data, c.database)
	if err != nil {
		return nil, nil, err
	}
	pool := volume.NewPool(volume.Config{Kinds: app.Kinds(), Clock: clock.System, Locate: func(_ context.Context, ref volume.Ref) (volume.Place, error) {
		if ref != fleet.ControlRef {
			return volume.Place{}, fmt.Errorf("the purge opens no volume of a tenant (%s)", ref)
		}
		return volume.Place{Engine: engine, Generation: 1}, nil
	}})
	done := func() { pool.Close(); engine.Close() }
	v, err := openVault(ctx, c.vault)
	if err != nil {
		return nil, done, err
	}
	ledger, err := watch.OpenLedger(filepath.Join(c.data, "watch", "ledger.jsonl"), clock.System)
	if err != nil {
		return nil, done, err
	}
	return &purge.Purger{Control: pool.Volume(fleet.ControlRef), Engine: engine, Vault: v.store, Floor: v.floor, Blobs: filepath.Join(c.data, "blobs"), Ledger: ledger, Clock: clock.System}, done, nil
}

func openEngine(ctx context.Context, data, database string) (storage.Engine, error) {
	if database != "" {
		return postgres.New(ctx, database, 4)
	}
	return sqlite.New(data)
}
