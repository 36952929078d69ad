package status

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/public"
	"holdfast.dev/internal/product/status/publish"
)

// folder gives the folder of the static copies of the context's site.
func (p *Product) folder(ctx context.Context) string {
	slug := "_"
	if s := httpkit.SiteFrom(ctx); s != nil {
		slug = s.Slug
	}
	return filepath.Join(p.deps.Folder, slug)
}

// publish is the job of page.PublishKind: it brings the static copy of a page up to date and plans when it must be again.
func (p *Product) publish(ctx context.Context, v *volume.Volume, j *jobs.Job) error {
	var all []*page.Page
	err := v.Read(ctx, func(tx *volume.Tx) (err error) {
		all, err = page.All(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	dir := p.folder(ctx)
	if err := publish.WriteIndex(dir, all); err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(p *page.Page) bool { return p.ID == j.Key && p.Settings.Private }) {
		return os.RemoveAll(filepath.Join(dir, j.Key)) // a copy knows nobody
	}
	r, err := publish.Page(ctx, v, filepath.Join(dir, j.Key), j.Key, p.images(ctx))
	if fault.Is(err, fault.KindNotFound) {
		return nil // the page was deleted meanwhile
	}
	if err != nil {
		return err
	}
	return planRefresh(ctx, v, r)
}

// refreshKind is the kind of the job that publishes a page again because time passed: its bars and its list of days move on.
const refreshKind = "status.refresh"

// planRefresh has a page published again in some minutes while something is wrong, so that the numbers follow, else after its midnight. A page with nothing
// on it is left alone: an idle site costs nothing.
func planRefresh(ctx context.Context, v *volume.Volume, r publish.Result) error {
	if r.Empty {
		return nil
	}
	one, now := r.Page, r.At
	y, m, d := now.In(one.Location()).Date()
	due := time.Date(y, m, d+1, 0, 0, 30+int(one.ID[0])%90, 0, one.Location()) // not all sites in the same second
	if r.Changing {
		due = public.Slot(now).Add(public.Quantum + time.Second)
	}
	planned := false
	err := v.Read(ctx, func(tx *volume.Tx) error {
		j, err := jobs.Named(ctx, tx, refreshKind, one.ID)
		if errors.Is(err, storage.ErrNoRows) {
			return nil
		}
		planned = err == nil && j.State == jobs.StateDue && j.Due.After(now) && !j.Due.After(due)
		return err
	})
	if err != nil || planned {
		return err
	}
	return v.Write(ctx, func(tx *volume.Tx) error {
		return jobs.Put(ctx, tx, jobs.Job{Kind: refreshKind, Key: one.ID, Due: due})
	})
}

// refresh is the job of refreshKind.
func refresh(ctx context.Context, tx *volume.Tx, j *jobs.Job) error {
	if _, err := page.Get(ctx, tx, j.Key); err != nil {
		if fault.Is(err, fault.KindNotFound) {
			return nil
		}
		return err
	}
	return page.Republish(ctx, tx, j.Key)
}
