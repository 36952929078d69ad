package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
)

// What destroys: a stray script with the rights of the process, and somebody at a database prompt. Neither asks Holdfast.

// lastShipment notes what is in the vault before something is lost that no open file outlives: what is acknowledged after it may go with the disk.
func (d *drill) lastShipment(ctx context.Context) error {
	at := d.clock.real()
	if err := d.n.Shipper.Flush(ctx); err != nil {
		return err
	}
	d.surely = at
	return nil
}

// lastShipmentUnlessFiles is lastShipment where the databases are no files: a process has the files open that were removed under it, and saves from them what the
// vault lacks, so that nothing at all may be missing.
func (d *drill) lastShipmentUnlessFiles(ctx context.Context) error {
	if _, ok := d.n.Engine.(*sqlite.Engine); ok {
		d.surely = time.Time{}
		return nil
	}
	return d.lastShipment(ctx)
}

// destroy removes the folder of a site.
func (d *drill) destroy(ctx context.Context, s *fleet.Site) error {
	return d.rm(ctx, filepath.Join(d.n.Options.Data, "sites", s.ID.String()))
}

// rm removes a folder in which others still make files, again and again where one of them was faster.
func (d *drill) rm(ctx context.Context, folder string) (err error) {
	d.within(ctx, time.Minute, func() bool {
		err = os.RemoveAll(folder)
		return err == nil || !errors.Is(err, syscall.ENOTEMPTY)
	})
	return err
}

// byFiles removes the folder of every site under the running process; on PostgreSQL, where there is none, every schema of it.
func (d *drill) byFiles(ctx context.Context) error {
	if _, ok := d.n.Engine.(*sqlite.Engine); !ok {
		return d.bySchema(ctx)
	}
	for i, s := range d.sites {
		if err := d.destroy(ctx, s.Site); err != nil {
			return err
		}
		s.gone = d.clock.real()
		d.report(Progress{Step: "rm -rf", Done: int64(i + 1), Total: int64(len(d.sites)), Unit: "sites"})
	}
	return nil
}

// prompt runs fn with a connection of its own, as psql or sqlite3 has one.
func (d *drill) prompt(ctx context.Context, fn func(storage.Engine) error) error {
	e, err := openEngine(ctx, d.options())
	if err != nil {
		return err
	}
	return errors.Join(fn(e), e.Close())
}

// eachVolume calls fn with the name of every database of the drill's sites, for several sites at once: scripts are fast.
func (d *drill) eachVolume(step string, fn func(name string) error) error {
	var g errgroup.Group
	var done atomic.Int64
	g.SetLimit(4)
	for _, s := range d.sites {
		g.Go(func() error {
			for _, ref := range d.n.siteVolumes(s.ID.String()) {
				if err := fn(ref.Name(d.n.Fleet.Generation(ref))); err != nil {
					return err
				}
			}
			s.gone = d.clock.real()
			d.report(Progress{Step: step, Done: done.Add(1), Total: int64(len(d.sites)), Unit: "sites"})
			return nil
		})
	}
	return g.Wait()
}

// bySchema drops the schemas of every site; of files, all that a schema holds.
func (d *drill) bySchema(ctx context.Context) error {
	if _, ok := d.n.Engine.(*sqlite.Engine); ok {
		return d.byTables(ctx)
	}
	return d.prompt(ctx, func(e storage.Engine) error {
		return d.eachVolume("DROP SCHEMA", func(name string) error { return d.insist(ctx, func() error { return e.Remove(ctx, name) }) })
	})
}

// byTables drops every table of every database of every site; the databases stay, with nothing in them.
func (d *drill) byTables(ctx context.Context) error {
	return d.prompt(ctx, func(e storage.Engine) error {
		return d.eachVolume("DROP TABLE", func(name string) error {
			return d.insist(ctx, func() error { return dropTables(ctx, e, name) })
		})
	})
}

// dropTables drops every table of a database. What others refer to goes after them.
func dropTables(ctx context.Context, e storage.Engine, name string) error {
	db, err := e.Open(ctx, name)
	if err != nil {
		return err
	}
	err = db.Write(ctx, func(tx *storage.Tx) error {
		if tx.Dialect() == storage.SQLite { // what refers to a table is dropped before the end; else each refusal would make SQLite read the whole schema again
			if _, err := tx.ExecText(ctx, "PRAGMA defer_foreign_keys = ON"); err != nil {
				return err
			}
		}
		for before := -1; ; {
			names, err := storage.TableNames(ctx, tx)
			if err != nil || len(names) == 0 {
				return err
			}
			if len(names) == before {
				return fmt.Errorf("%d tables of %s cannot be dropped", before, name)
			}
			before = len(names)
			for _, t := range names {
				text := "DROP TABLE IF EXISTS " + storage.Quote(t)
				if tx.Dialect() == storage.Postgres {
					text += " CASCADE"
				}
				err := tx.Savepoint(ctx, func() error { // refused by SQLite while others refer to it: it goes with the next round
					_, err := tx.ExecText(ctx, text)
					return err
				})
				if errors.Is(err, storage.ErrBusy) {
					return err
				}
			}
		}
	})
	return errors.Join(err, db.Close())
}

// insist does something again and again while the database is too busy for it, as somebody at a prompt does who means it.
func (d *drill) insist(ctx context.Context, do func() error) (err error) {
	d.within(ctx, time.Minute, func() bool {
		err = do()
		return err == nil || !errors.Is(err, storage.ErrBusy)
	})
	return err
}
