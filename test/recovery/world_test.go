//go:build slow

package recovery

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"holdfast.dev/internal/app"
	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/issue"
	"holdfast.dev/internal/product/tracker/project"
)

// world is a node with sites of all products.
type world struct {
	t    testing.TB
	ctx  context.Context
	dir  string
	node *app.Node
	org  *fleet.Org
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return openWorld(t, t.TempDir(), clock.System)
}

func openWorld(t testing.TB, dir string, c clock.Clock) *world { return openWorldOn(t, dir, "", c) }

// openWorldOn opens a world on PostgreSQL where a database is given.
func openWorldOn(t testing.TB, dir, database string, c clock.Clock) *world {
	t.Helper()
	ctx := identity.AsSystem(context.Background(), "test")
	n, err := app.Open(ctx, app.Options{Data: dir, Vault: filepath.Join(dir, "vault"), Database: database}, c, slog.New(slog.NewTextHandler(io.Discard, nil)))
	must(t, err)
	t.Cleanup(n.Close)
	return &world{t: t, ctx: ctx, dir: dir, node: n}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// site makes a site with a project and some issues of 2 kB.
func (w *world) site(slug string, issues int) *fleet.Site {
	w.t.Helper()
	if w.org == nil {
		org, err := w.node.CreateOrg(w.ctx, "Acme")
		must(w.t, err)
		w.org = org
	}
	s, err := w.node.CreateSite(w.ctx, w.org.ID, slug, slug)
	must(w.t, err)
	must(w.t, w.work(s).Write(w.ctx, func(tx *volume.Tx) error {
		_, err := project.Create(w.ctx, tx, project.New{Key: "APP", Name: "App"})
		return err
	}))
	for done := 0; done < issues; done += 400 {
		w.issues(s, fmt.Sprint("issue ", done), min(400, issues-done))
	}
	must(w.t, w.node.Shipper.Flush(w.ctx))
	return s
}

func (w *world) volume(s *fleet.Site, kind string) *volume.Volume {
	return w.node.Pool.Volume(volume.Ref{Kind: kind, Owner: s.ID.String()})
}

func (w *world) work(s *fleet.Site) *volume.Volume { return w.volume(s, "work") }

// issues writes issues in one commit and gives its number.
func (w *world) issues(s *fleet.Site, text string, count int) int64 {
	w.t.Helper()
	var r volume.Receipt
	must(w.t, w.work(s).Write(volume.WithReceipt(w.ctx, &r), func(tx *volume.Tx) error {
		c, err := catalog.Load(w.ctx, tx)
		if err != nil {
			return err
		}
		p := c.FindProject("APP")
		for i := range count {
			patch := issue.Patch{Summary: issue.Some(fmt.Sprint(text, " ", i)), TypeID: issue.Some(p.Types[0].ID), DescriptionText: strings.Repeat("word ", 100),
				Description: issue.Some(`{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"` + strings.Repeat("word ", 100) + `"}]}]}`)}
			if _, err := issue.Create(w.ctx, tx, c, "system:test", issue.Draft{ProjectID: p.ID, Patch: patch}); err != nil {
				return err
			}
		}
		return nil
	}))
	return r.Commits[0].Seq
}

// digests reads every row of every volume of a site, without jobs: a restore holds those that are overdue.
func (w *world) digests(s *fleet.Site) map[string]string {
	w.t.Helper()
	out := map[string]string{}
	for _, ref := range w.node.Fleet.VolumesOf(s.ID.String()) {
		kind, _ := w.node.Pool.Kind(ref.Kind)
		must(w.t, w.node.Pool.Volume(ref).Read(w.ctx, func(tx *volume.Tx) error {
			d, _, err := journal.Scan(w.ctx, tx.Tx, slices.DeleteFunc(slices.Clone(kind.Tables), func(t storage.Table) bool { return t.Name == jobs.Tables[0].Name }))
			out[ref.Kind] = d.String()
			return err
		}))
	}
	return out
}

// destroy removes a site's folder, as a stray script would.
func (w *world) destroy(s *fleet.Site) {
	w.t.Helper()
	must(w.t, os.RemoveAll(filepath.Join(w.dir, "sites", s.ID.String())))
}

// oncall changes the on-call volume of a site.
func (w *world) oncall(s *fleet.Site, n int) {
	w.t.Helper()
	must(w.t, w.volume(s, "oncall").Write(w.ctx, func(tx *volume.Tx) error {
		_, err := tx.ExecText(w.ctx, `INSERT INTO schedule (id, name, description, zone, enabled, team_id) VALUES ($1, $2, '', 'UTC', 1, '') ON CONFLICT (id) DO UPDATE SET name = excluded.name`,
			fmt.Sprint("s", n%7), fmt.Sprint("schedule ", n%7, " ", n))
		return err
	}))
}
