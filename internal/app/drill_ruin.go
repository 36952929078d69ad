package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"holdfast.dev/internal/platform/storage"
)

func rmScenario() *scenario {
	return &scenario{
		name:     "rm-rf",
		happened: "31 January 2017, GitLab: the data folder of the running database was removed on the wrong machine; five kinds of backup existed and none had ever been restored.",
		does: "removes the data folder of a running server while clients write, the control database, the people, the keys and all; of PostgreSQL every schema; and rebuilds everything with " +
			"nothing but the vault as it was at that instant",
		holds:    "everything is back with its identifiers, addresses and tokens; of what was acknowledged at most the last second before is gone",
		postgres: "every schema is dropped with the data folder; its server stays",
		sites:    6,
		run: func(ctx context.Context, d *drill) error {
			return inTurn(ctx, d.create, d.fill, func(ctx context.Context) error {
				end := d.writing(ctx)
				defer end()
				d.writeFor(d.o.Writing)
				if err := d.lastShipment(ctx); err != nil {
					return err
				}
				d.writeFor(d.o.Writing / 3)
				return d.loseTheMachine(ctx, end)
			}, d.rebuild, d.proveAll, func(ctx context.Context) error {
				n, why := d.answering()
				d.must(n == len(d.sites), "Every site answers, with the same addresses and tokens", "%d of %d %s", n, len(d.sites), why)
				d.aim("age in seconds of the oldest write that went with the disk", d.res.RPOSeconds, 1)
				return nil
			})
		},
	}
}

// loseTheMachine takes everything but the vault, which is kept as it is at that instant: what the dying process may still send comes too late.
func (d *drill) loseTheMachine(ctx context.Context, endClients func()) error {
	d.mu.Lock()
	d.dead, d.destroyed = true, d.clock.real()
	d.mu.Unlock()
	for _, s := range d.sites {
		s.gone = d.destroyed
	}
	at := filepath.Join(d.o.Folder, "vault-at-the-loss")
	if err := linkAll(d.vault(), at); err != nil {
		return err
	}
	if d.o.Database != "" {
		err := d.prompt(ctx, func(e storage.Engine) error {
			names, err := e.List(ctx)
			for _, name := range names {
				err = errors.Join(err, d.insist(ctx, func() error { return e.Remove(ctx, name) }))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := d.rm(ctx, d.folder()); err != nil {
		return err
	}
	endClients()
	d.down()
	left, err := os.ReadDir(d.folder())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	d.must(len(left) == 0, "Nothing is left of the data folder", "%d entries", len(left))
	return errors.Join(os.RemoveAll(d.folder()), os.Rename(d.vault(), d.vault()+"-of-the-dead"), os.Rename(at, d.vault()))
}

// linkAll makes a copy of a folder of files that are never changed.
func linkAll(from, to string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) { // what was on its way into the folder is in it under another name
				return nil
			}
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		if err := os.Link(path, filepath.Join(to, rel)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}

// rebuild makes everything anew from the vault, as the command does on a fresh machine, and starts a server on it.
func (d *drill) rebuild(ctx context.Context) error {
	start := d.clock.real()
	code, _, said := d.command(ctx, "", "rebuild", "--from", d.vault())
	d.res.RestoreSeconds = d.clock.real().Sub(start).Seconds()
	d.must(code == ExitOK, "One command rebuilds everything from the vault alone", "exit %d in %.2f s %s", code, d.res.RestoreSeconds, said)
	if code != ExitOK {
		return errors.New("nothing to go on with")
	}
	return d.start(ctx)
}

func dropSchemaScenario() *scenario {
	return &scenario{
		name:     "drop-schema",
		happened: "Somebody at a database prompt is on production and believes to be on the test system.",
		does:     "drops every schema of the sites with a connection of its own while clients write; of SQLite, where there is none, every table in every file",
		holds:    "it is noticed, freezes maintenance, and every site comes back; of what was acknowledged at most the last second before is gone",
		postgres: "schemas are dropped whole, and tables on SQLite",
		sites:    6,
		run:      dropSchema,
	}
}

func dropSchema(ctx context.Context, d *drill) error {
	var objects map[string][32]byte
	return inTurn(ctx, d.create, d.fill, d.serve, func(ctx context.Context) (err error) {
		end := d.writing(ctx)
		defer end()
		d.writeFor(d.o.Writing)
		if err = d.lastShipment(ctx); err != nil {
			return err
		}
		if objects, err = d.vaultObjects(); err != nil {
			return err
		}
		return d.gone(ctx, "DROP SCHEMA", d.bySchema)
	}, d.comeBack, func(ctx context.Context) error { return d.vaultWhole(ctx, objects) })
}

// vaultObjects reads every object of the vault.
func (d *drill) vaultObjects() (map[string][32]byte, error) {
	out := map[string][32]byte{}
	err := filepath.WalkDir(d.vault(), func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && (e.IsDir() || strings.Contains(path, "/incoming/")) {
			return nil
		}
		if err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		out[path] = sha256.Sum256(b)
		return err
	})
	return out, err
}

// vaultWhole shows that nothing that the vault had has changed, and that a verification finds it whole.
func (d *drill) vaultWhole(ctx context.Context, before map[string][32]byte) error {
	after, err := d.vaultObjects()
	if err != nil {
		return err
	}
	changed := 0
	for path, sum := range before {
		if after[path] != sum {
			changed++
		}
	}
	code, _, said := d.command(ctx, drillAuthor, "vault", "verify")
	d.must(changed == 0 && code == ExitOK, "The vault is untouched", "%d objects before, %d of them changed; verification: exit %d %s", len(before), changed, code, said)
	return nil
}
