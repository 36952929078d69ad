package purge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/lifecycle"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/watch"
)

// Purger is what a purge works on.
type Purger struct {
	Control *volume.Volume
	Engine  storage.Engine
	Vault   vault.Store
	Floor   time.Duration // how long the vault keeps everything
	Blobs   string        // folder of the local copies of file contents
	Ledger  *watch.Ledger
	Clock   clock.Clock
}

// Result is what a purge did.
type Result struct {
	Request   ids.Purge `json:"request"`
	Site      ids.Site  `json:"site"`
	Databases []string  `json:"databases"` // removed
	Expiry    time.Time `json:"expiry"`    // when the vault's objects may go
}

// Refusal lists the conditions that are missing.
type Refusal struct{ Missing []string }

// Error implements error.
func (r *Refusal) Error() string { return "refused: " + strings.Join(r.Missing, " ") }

var (
	qSite     = storage.Register("purge/site.by_id", `SELECT id, org_id, slug, name, state, state_us, state_reason, created_us FROM site WHERE id = $1`)
	qGone     = storage.Register("purge/site.gone", `UPDATE site SET state = 'purged', state_us = $2, state_reason = $3, slug = $4, name = $4 WHERE id = $1 AND state = 'tombstoned'`)
	qNoPlaces = storage.Register("purge/placement.delete", `DELETE FROM placement WHERE owner = $1`)
	qNoWakes  = storage.Register("purge/wake.delete", `DELETE FROM wake WHERE owner = $1`)
	qProducts = storage.Register("purge/site_product.delete", `DELETE FROM site_product WHERE site_id = $1`)
	qContacts = storage.Register("purge/contact.delete", `DELETE FROM contact WHERE site_id = $1`)
	qAddons   = storage.Register("purge/addon.delete", `DELETE FROM addon WHERE site_id = $1`)
)

// Check says what is missing for a request; nothing when it can run.
func (p *Purger) Check(ctx context.Context, id ids.Purge) (missing []string, err error) {
	err = p.Control.Read(ctx, func(tx *volume.Tx) error {
		f, err := p.facts(ctx, tx, id)
		missing = lifecycle.Missing(f)
		return err
	})
	return missing, err
}

func (p *Purger) facts(ctx context.Context, tx *volume.Tx, id ids.Purge) (f lifecycle.Facts, err error) {
	f.Now = p.Clock.Now()
	if f.Request, err = lifecycle.Get(ctx, tx, id); err != nil {
		return f, err
	}
	f.Site, err = storage.One(ctx, tx.Tx, qSite, func(r *storage.Rows) (s fleet.Site, err error) {
		var since, created int64
		err = r.Scan(&s.ID, &s.Org, &s.Slug, &s.Name, &s.State, &since, &s.StateReason, &created)
		s.StateSince, s.Created = clock.FromMicros(since), clock.FromMicros(created)
		return s, err
	}, f.Request.Site)
	if errors.Is(err, storage.ErrNoRows) {
		return f, fault.NotFound("There is no site %s.", f.Request.Site)
	}
	if err != nil {
		return f, err
	}
	f.Notices, err = lifecycle.Notices(ctx, tx, f.Site.ID, f.Site.StateSince)
	return f, err
}

// Run purges the site of one request, which the caller names again, or gives a *Refusal. The conditions are checked in the transaction that takes the site out of every list, so that
// a resume comes before it or not at all. A run that was interrupted goes on when it is called again.
func (p *Purger) Run(ctx context.Context, id ids.Purge, site ids.Site) (res Result, err error) {
	var f lifecycle.Facts
	err = p.Control.Write(ctx, func(tx *volume.Tx) error {
		if f, err = p.facts(ctx, tx, id); err != nil {
			return err
		}
		missing := lifecycle.Missing(f)
		if f.Request.Site != site {
			missing = append(missing, fmt.Sprintf("The request is for the site %s, not for %s.", f.Request.Site, site))
		}
		if len(missing) > 0 {
			return &Refusal{missing}
		}
		if f.Request.State == lifecycle.Running {
			return nil
		}
		return p.begin(ctx, tx, f)
	})
	if err != nil {
		return res, err
	}
	res.Request, res.Site = id, f.Site.ID
	why := fmt.Sprintf("%s: %s (%s)", f.Request.Kind, f.Request.Reason, id)
	if res.Expiry, err = p.expire(ctx, f.Site.ID, why); err != nil {
		return res, err
	}
	if err := p.explain(f.Site.ID, why); err != nil {
		return res, err
	}
	if res.Databases, err = p.destroy(ctx, f.Site.ID); err != nil {
		return res, err
	}
	return res, p.Control.Write(ctx, func(tx *volume.Tx) error {
		return lifecycle.Move(ctx, tx, id, lifecycle.Running, lifecycle.Done)
	})
}

// begin takes the site out of the control database, where only its identifier stays.
func (p *Purger) begin(ctx context.Context, tx *volume.Tx, f lifecycle.Facts) error {
	site := f.Site.ID
	n, err := tx.Exec(ctx, qGone, site, clock.Micros(tx.Now()), f.Request.Kind, "purged-"+site.String())
	if err != nil {
		return err
	}
	if n != 1 {
		return fault.Conflict("The site is not tombstoned any more.")
	}
	for _, q := range []*storage.Query{qNoPlaces, qNoWakes, qProducts, qContacts, qAddons} {
		if _, err := tx.Exec(ctx, q, site); err != nil {
			return err
		}
	}
	return lifecycle.Move(ctx, tx, f.Request.ID, lifecycle.Open, lifecycle.Running)
}

// explain tells the watcher that the site is gone for a reason. A second run finds it explained.
func (p *Purger) explain(site ids.Site, why string) error {
	for _, e := range p.Ledger.Expected() {
		if e.Site == site.String() {
			return p.Ledger.Purged(e.Site, why)
		}
	}
	return nil
}

// destroy removes every generation of every database of the site, and the local copies of its files.
func (p *Purger) destroy(ctx context.Context, site ids.Site) (removed []string, err error) {
	names, err := p.Engine.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if !strings.HasPrefix(name, "sites/"+site.String()+"/") {
			continue
		}
		if err := p.Engine.Remove(ctx, name); err != nil {
			return removed, err
		}
		removed = append(removed, name)
	}
	return removed, os.RemoveAll(filepath.Join(p.Blobs, site.String()))
}

// expire puts the mark into the vault that says from when a site's objects may go. Segments hold commits of many tenants: those with commits of this site go as a whole when nobody
// in them needs them any more; see Sweeper.
func (p *Purger) expire(ctx context.Context, site ids.Site, why string) (time.Time, error) {
	now := p.Clock.Now().UTC()
	e := vault.Expiry{Site: site.String(), Marked: now, NotBefore: now.Add(p.Floor), Why: why, Prefixes: []string{"blobs/" + site.String() + "/"}}
	snapshots, err := p.Vault.List(ctx, "snapshots/")
	if err != nil {
		return now, err
	}
	seen := map[string]bool{}
	for _, key := range snapshots {
		ref, _, _ := strings.Cut(strings.TrimPrefix(key, "snapshots/"), "/")
		if strings.HasSuffix(ref, "@"+site.String()) && !seen[ref] {
			seen[ref] = true
			e.Prefixes = append(e.Prefixes, "snapshots/"+ref+"/")
		}
	}
	text, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return now, err
	}
	key := "expiry/" + site.String() + ".json"
	err = p.Vault.Put(ctx, key, strings.NewReader(string(text)))
	if !errors.Is(err, vault.ErrExists) {
		return e.NotBefore, err
	}
	return expiryIn(ctx, p.Vault, key) // of the run that was interrupted
}

func expiryIn(ctx context.Context, s vault.Store, key string) (time.Time, error) {
	o, err := s.Open(ctx, key)
	if err != nil {
		return time.Time{}, err
	}
	defer o.Close()
	var e vault.Expiry
	if err := json.NewDecoder(o).Decode(&e); err != nil {
		return time.Time{}, fmt.Errorf("vault object %s: %w", key, err)
	}
	return e.NotBefore, nil
}
