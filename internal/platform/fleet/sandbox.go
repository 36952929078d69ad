package fleet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Sandbox says that a site is a copy of another one as it was at an instant.
type Sandbox struct {
	Site    ids.Site  `json:"site"`
	Of      ids.Site  `json:"of"`
	At      time.Time `json:"at"`
	Created time.Time `json:"created"`
}

var (
	qSandboxes  = storage.Register("fleet/sandbox.all", `SELECT site_id, of_site, at_us, created_us FROM sandbox`)
	qAddSandbox = storage.Register("fleet/sandbox.insert", `INSERT INTO sandbox (site_id, of_site, at_us, created_us) VALUES ($1, $2, $3, $4)`)
	// What is removed here is removed of sandboxes alone: each statement asks for the mark.
	qEndSandbox = storage.Register("fleet/sandbox.end", `UPDATE site SET state = 'purged', state_us = $2, state_reason = 'sandbox removed'
		WHERE id = $1 AND EXISTS (SELECT 1 FROM sandbox WHERE sandbox.site_id = site.id)`)
	qEndPlace = storage.Register("fleet/sandbox.unplace", `DELETE FROM placement WHERE owner = $1 AND kind = $2 AND EXISTS (SELECT 1 FROM sandbox WHERE sandbox.site_id = placement.owner)`)
)

// loadSandboxes reads which sites are copies.
func loadSandboxes(ctx context.Context, tx *volume.Tx) (map[ids.Site]Sandbox, error) {
	found, err := storage.All(ctx, tx.Tx, qSandboxes, func(r *storage.Rows) (s Sandbox, err error) {
		var at, created int64
		err = r.Scan(&s.Site, &s.Of, &at, &created)
		s.At, s.Created = clock.FromMicros(at), clock.FromMicros(created)
		return s, err
	})
	out := map[ids.Site]Sandbox{}
	for _, s := range found {
		out[s.Site] = s
	}
	return out, err
}

// SandboxOf tells whether a site is a copy, and of what.
func (f *Fleet) SandboxOf(id ids.Site) (Sandbox, bool) {
	s, ok := f.current.Load().sandboxes[id]
	return s, ok
}

// CreateSandbox adds a site that is marked as a copy of another one, with the ledger's entry of the other, in one commit. Its volumes are made by the
// caller.
func (f *Fleet) CreateSandbox(ctx context.Context, of ids.Site, slug, name string, at time.Time, reason string) (*Site, error) {
	if err := CheckSlug(slug); err != nil {
		return nil, err
	}
	original, err := f.Site(of)
	if err != nil {
		return nil, err
	}
	s := &Site{ID: ids.New[ids.Site](f.clock.Now()), Org: original.Org, Slug: slug, Name: name, State: Active}
	err = f.write(ctx, func(tx *volume.Tx) error {
		now := clock.Micros(tx.Now())
		if _, err := tx.Exec(ctx, qAddSite, s.ID, s.Org, s.Slug, s.Name, string(s.State), now); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qAddSandbox, s.ID, of, clock.Micros(at), now); err != nil {
			return err
		}
		_, err := begin(ctx, tx, "sandbox made", of.String(), reason, "done", s.ID.String()+" as of "+at.UTC().Format(time.RFC3339Nano))
		return err
	})
	if errors.Is(err, storage.ErrUnique) {
		return nil, fault.Wrap(err, fault.KindConflict, "The site %q exists.", slug)
	}
	if err != nil {
		return nil, fmt.Errorf("create sandbox: %w", err)
	}
	return f.Site(s.ID)
}

// EndSandbox takes a sandbox out of the fleet and gives what databases it had, for the caller to remove. Any other site is refused, by the
// database too.
func (f *Fleet) EndSandbox(ctx context.Context, id ids.Site, reason string) (map[volume.Ref]int64, error) {
	s, ok := f.SandboxOf(id)
	if !ok {
		return nil, fault.Conflict("This site is no sandbox: sites are suspended and tombstoned, not removed.")
	}
	had := map[volume.Ref]int64{}
	for _, ref := range f.VolumesOf(id.String()) {
		had[ref] = f.Generation(ref)
	}
	return had, f.write(ctx, func(tx *volume.Tx) error {
		n, err := tx.Exec(ctx, qEndSandbox, id, clock.Micros(tx.Now()))
		if err != nil {
			return err
		}
		if n != 1 {
			return fault.Conflict("This site is no sandbox.")
		}
		for ref := range had {
			if _, err := tx.Exec(ctx, qEndPlace, ref.Owner, ref.Kind); err != nil {
				return err
			}
		}
		_, err = begin(ctx, tx, "sandbox removed", s.Of.String(), reason, "done", id.String())
		return err
	})
}
