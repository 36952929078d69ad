package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/s3"
	"holdfast.dev/internal/platform/seal"
	"holdfast.dev/internal/platform/takeout"
	"holdfast.dev/internal/platform/volume"
)

// takeoutEvery is how often the exports are looked at; what was committed is in the customer's copy within a minute, where the copying itself takes no longer.
const takeoutEvery = 20 * time.Second

// exportTakeouts keeps the copies of customers up to date until ctx ends.
func (n *Node) exportTakeouts(ctx context.Context) {
	tick := time.NewTicker(takeoutEvery)
	defer tick.Stop()
	for {
		if err := n.WriteTakeouts(ctx); err != nil && ctx.Err() == nil {
			n.Log.Error("exports to customers", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// WriteTakeouts writes every export whose site has commits that the copy has not. One that fails is noted, and does not hold up the others.
func (n *Node) WriteTakeouts(ctx context.Context) error {
	var all []takeout.Export
	err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
		all, err = takeout.All(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range all {
		errs = append(errs, n.writeIfBehind(ctx, e))
	}
	return errors.Join(errs...)
}

// writeIfBehind writes one export when its site has commits that the copy has not, or the newest attempt failed, and notes the outcome.
func (n *Node) writeIfBehind(ctx context.Context, e takeout.Export) error {
	s, err := n.Fleet.Site(e.Site)
	if err != nil || s.State == fleet.Restoring {
		return nil //nolint:nilerr // there is nothing to copy now
	}
	state, err := n.headsOf(ctx, s)
	if err == nil && state == e.State && e.Error == "" {
		return nil
	}
	at := n.Clock.Now()
	if err == nil {
		err = n.writeTakeout(ctx, s, e)
	}
	noted := n.control().Write(ctx, func(tx *volume.Tx) error { return takeout.Wrote(ctx, tx, e.Site, at, state, err) })
	if err != nil {
		err = fmt.Errorf("%s to %s: %w", s.Slug, e.To, err)
	}
	return errors.Join(err, noted)
}

// headsOf names the newest commits of what a takeout of a site has.
func (n *Node) headsOf(ctx context.Context, s *fleet.Site) (string, error) {
	var b strings.Builder
	for _, ref := range append(n.Fleet.VolumesOf(s.ID.String()), volume.Ref{Kind: "access", Owner: s.Org.String()}) {
		err := n.Pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
			head, err := journal.ReadHead(ctx, tx.Tx)
			fmt.Fprintf(&b, "%s g%d %d; ", ref.Kind, n.Fleet.Generation(ref), head.Seq)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

func (n *Node) writeTakeout(ctx context.Context, s *fleet.Site, to takeout.Export) error {
	place, err := n.takeoutPlace(ctx, to)
	if err != nil {
		return err
	}
	dir, err := place.Begin(n.Clock.Now())
	if err != nil {
		return err
	}
	published := false
	defer func() {
		if !published {
			_ = place.Discard(dir) // half a state; the current one stays
		}
	}()
	m, blobs, err := n.copySite(ctx, s, dir, func(Progress) {})
	if err != nil {
		return err
	}
	if err := n.addFiles(ctx, place, s, blobs); err != nil {
		return err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "manifest.json"), text, 0o600)
	}
	if err == nil {
		err = place.Publish(ctx, dir)
	}
	published = err == nil
	return err
}

// addFiles puts the attachments into a place that are not there yet.
func (n *Node) addFiles(ctx context.Context, place takeout.Place, s *fleet.Site, blobs []string) error {
	has, err := place.Files(ctx)
	if err != nil {
		return err
	}
	store := n.Blobs(s.ID.String())
	for _, hash := range blobs {
		if has(hash) {
			continue
		}
		b, err := store.Open(ctx, hash)
		if err == nil {
			err = errors.Join(place.Add(ctx, hash, b), b.Close())
		}
		if err != nil {
			return fmt.Errorf("attachment %s: %w", hash, err)
		}
	}
	return nil
}

// takeoutPlace opens where a site is exported to. What a customer typed in is reached as their webhooks are: nothing inside of the operator's network.
func (n *Node) takeoutPlace(ctx context.Context, e takeout.Export) (takeout.Place, error) {
	if !s3.IsAddress(e.To) {
		return takeout.OpenFolder(e.To)
	}
	keys, err := n.takeoutKeys(e)
	if err != nil {
		return nil, err
	}
	addr, err := s3.ParseAddress(e.To)
	if err != nil {
		return nil, err
	}
	b, err := s3.Open(ctx, s3.Config{Address: addr, Keys: keys, Transport: n.Webhooks.Transport(), Newest: true})
	if err != nil {
		return nil, err
	}
	return takeout.OpenBucket(b, filepath.Join(n.Options.Data, "tmp")), nil
}

// secretPlace binds sealed credentials to one site and one address: copied to another row they open nothing.
func secretPlace(site ids.Site, to string) string { return "takeout " + site.String() + " " + to }

func (n *Node) takeoutKeys(e takeout.Export) (keys s3.Keys, err error) {
	box, err := n.secretBox()
	if err != nil {
		return keys, err
	}
	text, err := box.Open(e.Secret, secretPlace(e.Site, e.To))
	if err != nil {
		return keys, fmt.Errorf("credentials of the bucket: %w", err)
	}
	var kept keptKeys
	err = json.Unmarshal(text, &kept)
	return s3.Keys(kept), err
}

// keptKeys are credentials in the form in which they are sealed.
type keptKeys struct{ Access, Secret, Session string }

func (n *Node) secretBox() (*seal.Box, error) {
	return seal.LoadBox(filepath.Join(n.Options.Data, "keys", "secrets.key"))
}

// SetTakeout begins the continuous export of a site to a folder or a bucket, and writes the first copy before it says that it did.
func (n *Node) SetTakeout(ctx context.Context, s *fleet.Site, to string, keys s3.Keys) (e takeout.Export, err error) {
	e = takeout.Export{Site: s.ID, To: to}
	if s3.IsAddress(to) {
		addr, err := s3.ParseAddress(to)
		if err != nil {
			return e, fault.Invalid("to", "%s", err)
		}
		if keys.Access == "" || keys.Secret == "" {
			return e, fault.Invalid("access_key", "A bucket needs an access key and its secret.")
		}
		e.To = addr.String()
		box, err := n.secretBox()
		if err != nil {
			return e, err
		}
		text, err := json.Marshal(keptKeys(keys))
		if err != nil {
			return e, err
		}
		e.Secret = box.Seal(text, secretPlace(s.ID, e.To))
	} else if st, err := os.Stat(to); err != nil || !st.IsDir() || !filepath.IsAbs(to) {
		return e, fault.Invalid("to", "%s is no folder that is there: make it, or mount it, first.", to)
	}
	if err := n.freePlace(ctx, e); err != nil {
		return e, err
	}
	if _, err := n.takeoutPlace(ctx, e); err != nil {
		return e, fault.Wrap(err, fault.KindInvalid, "The copy cannot be written there: %s", err)
	}
	if err := n.control().Write(ctx, func(tx *volume.Tx) error { return takeout.Set(ctx, tx, s.ID, e.To, e.Secret) }); err != nil {
		return e, err
	}
	if err := n.writeIfBehind(ctx, e); err != nil {
		return e, fault.Wrap(err, fault.KindUnavailable, "The export is set, and its first copy failed; it is tried again: %s", err)
	}
	return n.Takeout(ctx, s.ID)
}

// freePlace refuses a place that is not the customer's alone: one that another site is exported to, whose newest state the copy would replace, one that holds the
// copy of another site, and the installation's own folders.
func (n *Node) freePlace(ctx context.Context, e takeout.Export) error {
	var others []takeout.Export
	err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
		others, err = takeout.All(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	to := realPath(e.To)
	for _, o := range others {
		if o.Site != e.Site && realPath(o.To) == to {
			return fault.Conflict("Another site is exported there already: each needs a place of its own.")
		}
	}
	if s3.IsAddress(e.To) {
		return nil
	}
	for _, own := range []string{n.Options.Data, n.Options.Vault} {
		if own == "" || s3.IsAddress(own) {
			continue
		}
		if rel, err := filepath.Rel(realPath(own), to); err == nil && filepath.IsLocal(rel) {
			return fault.Invalid("to", "%s belongs to this installation: a copy has to stand where its loss does not reach.", e.To)
		}
	}
	var there manifest
	if text, err := takeout.ReadFolder(e.To).Manifest(ctx); err == nil && json.Unmarshal(text, &there) == nil && there.Site.ID != e.Site {
		return fault.Conflict("The folder holds the copy of another site, %s: each needs a place of its own.", there.Site.Slug)
	}
	return nil
}

// realPath gives a folder without links in its name; an address of a bucket stays what it is.
func realPath(path string) string {
	if s3.IsAddress(path) {
		return path
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// Takeout gives the export of a site.
func (n *Node) Takeout(ctx context.Context, site ids.Site) (e takeout.Export, err error) {
	err = n.control().Read(ctx, func(tx *volume.Tx) error {
		e, err = takeout.Get(ctx, tx, site)
		return err
	})
	return e, err
}

// EndTakeout ends the export of a site; what is there is the customer's and stays.
func (n *Node) EndTakeout(ctx context.Context, site ids.Site) error {
	return n.control().Write(ctx, func(tx *volume.Tx) error { return takeout.Off(ctx, tx, site) })
}

// isFolder tells whether what is to be imported is a folder of a takeout and not an archive.
func isFolder(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.IsDir()
}

// ImportBucket takes a site from the bucket of a takeout, as ImportSite does from a file. Whoever starts it names the address: it is reached directly.
func (n *Node) ImportBucket(ctx context.Context, address string, keys s3.Keys, slug string, report func(Progress)) (*fleet.Site, error) {
	addr, err := s3.ParseAddress(address)
	if err != nil {
		return nil, fault.Bad("%s", err)
	}
	b, err := s3.Open(ctx, s3.Config{Address: addr, Keys: keys, Newest: true})
	if err != nil {
		return nil, fault.Wrap(err, fault.KindInvalid, "The bucket cannot be read: %s", err)
	}
	return n.importUnpacked(ctx, slug, report, func(dir string) (manifest, error) {
		return n.unpackTakeout(ctx, takeout.ReadBucket(b), addr.String(), dir, report)
	})
}

// unpackTakeout takes a state of a takeout: the databases into dir, the attachments that they name into the blob store.
func (n *Node) unpackTakeout(ctx context.Context, from takeout.Source, name, dir string, report func(Progress)) (m manifest, err error) {
	text, err := from.Manifest(ctx)
	if errors.Is(err, takeout.ErrNone) {
		return m, fault.NotFound("%s holds no copy of a site: %s", name, err)
	}
	if errors.Is(err, takeout.ErrChanged) {
		return m, fault.Bad("The manifest cannot be used: %s", err)
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil || m.Format != archiveFormat {
		return m, fault.Bad("%s has no manifest of the form %s.", name, archiveFormat)
	}
	var blobs []string
	for kind := range m.Volumes {
		if _, ok := n.Pool.Kind(kind); !ok || strings.ContainsAny(kind, `/\.`) {
			return m, fault.Bad("The manifest names a database %q, which no site has.", kind)
		}
		report(Progress{Step: "taking " + kind, Total: 1, Unit: "database"})
		path := filepath.Join(dir, kind+".db")
		if err := from.Database(ctx, kind+".db", path); err != nil {
			return m, fault.Wrap(err, fault.KindInvalid, "The database %s.db cannot be read: %s", kind, err)
		}
		if _, err := n.describe(ctx, kind, path, &blobs); err != nil {
			return m, fault.Wrap(err, fault.KindInvalid, "The database %s.db cannot be read: %s", kind, err)
		}
	}
	for i, hash := range unique(blobs) {
		if err := n.takeFile(ctx, m, from, hash); err != nil {
			return m, err
		}
		report(Progress{Step: "taking attachments", Done: int64(i + 1), Total: int64(m.Blobs), Unit: "files"})
	}
	return m, nil
}

func (n *Node) takeFile(ctx context.Context, m manifest, from takeout.Source, hash string) error {
	f, size, err := from.File(ctx, hash)
	if errors.Is(err, takeout.ErrMissing) {
		return fault.Wrap(err, fault.KindInvalid, "The attachment %s is missing: the copy is not whole.", hash)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	got, _, err := n.Blobs(m.Site.ID.String()).Put(ctx, f, size)
	if err == nil && got != hash {
		err = fault.Bad("The attachment %s has another content: it was changed.", hash)
	}
	return err
}
