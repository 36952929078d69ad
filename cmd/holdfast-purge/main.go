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
	"time"

	"holdfast.dev/internal/app"
	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/postgres"
	"holdfast.dev/internal/platform/storage/sqlite"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/watch"
	"holdfast.dev/internal/purge"
)

const usage = `usage: holdfast-purge [flags] enroll | check REQUEST | run REQUEST --site-id SITE

  enroll   make the credential of the purge and print it, once
  check    say which conditions a request lacks
  run      purge the site of a request; the site is named again
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

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("holdfast-purge", flag.ContinueOnError)
	data := flags.String("data", "data", "data folder")
	database := flags.String("database", "", "PostgreSQL URL, where the volumes are there")
	folder := flags.String("vault", "", "folder of the vault (default: vault in the data folder)")
	credential := flags.String("credential", "", "file with the purge's credential, - for standard input")
	site := flags.String("site-id", "", "the site that the request names")
	var words []string
	for rest := args; ; { // flags may stand before and after words
		if err := flags.Parse(rest); err != nil {
			return err
		}
		if flags.NArg() == 0 {
			break
		}
		words, rest = append(words, flags.Arg(0)), flags.Args()[1:]
	}
	if len(words) == 1 && words[0] == "enroll" {
		token, err := purge.Enroll(*data)
		if err == nil {
			fmt.Println(token)
		}
		return err
	}
	if len(words) != 2 || words[0] != "check" && words[0] != "run" {
		return errors.New(usage)
	}
	id, err := ids.Parse[ids.Purge](words[1])
	if err != nil {
		return err
	}
	token, err := readToken(*credential)
	if err != nil {
		return err
	}
	if err := purge.Prove(*data, token); err != nil {
		return err
	}
	if *folder == "" {
		*folder = filepath.Join(*data, "vault")
	}
	p, done, err := open(ctx, *data, *database, *folder)
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
	if words[0] == "check" {
		fmt.Println("every condition is met")
		return nil
	}
	named, err := ids.Parse[ids.Site](*site)
	if err != nil {
		return fmt.Errorf("--site-id: %w", err)
	}
	res, err := p.Run(identity.AsSystem(ctx, "purge"), id, named)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	return out.Encode(res)
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
func open(ctx context.Context, data, database, folder string) (*purge.Purger, func(), error) {
	engine, err := openEngine(ctx, data, database)
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
	store, err := vault.OpenFolder(folder)
	if err != nil {
		return nil, done, err
	}
	marker, err := vault.New(store).Init(ctx, vault.Marker{Created: clock.System.Now(), RetentionDays: 30})
	if err != nil {
		return nil, done, err
	}
	ledger, err := watch.OpenLedger(filepath.Join(data, "watch", "ledger.jsonl"), clock.System)
	if err != nil {
		return nil, done, err
	}
	return &purge.Purger{Control: pool.Volume(fleet.ControlRef), Engine: engine, Vault: store, Floor: time.Duration(max(marker.RetentionDays, 30)) * 24 * time.Hour,
		Blobs: filepath.Join(data, "blobs"), Ledger: ledger, Clock: clock.System}, done, nil
}

func openEngine(ctx context.Context, data, database string) (storage.Engine, error) {
	if database != "" {
		return postgres.New(ctx, database, 4)
	}
	return sqlite.New(data)
}
