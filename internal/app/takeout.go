package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/takeout"
	"holdfast.dev/internal/platform/volume"
)

// takeoutEvery is how often the exports are looked at; what was committed is in the customer's folder within a minute.
const takeoutEvery = 20 * time.Second

// exportTakeouts keeps the folders of customers up to date until ctx ends.
func (n *Node) exportTakeouts(ctx context.Context) {
	tick := time.NewTicker(takeoutEvery)
	defer tick.Stop()
	for {
		if err := n.WriteTakeouts(ctx); err != nil && ctx.Err() == nil {
			n.Log.Error("exports to customers' folders", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// WriteTakeouts writes every export whose site has commits that the folder has not. One that fails is noted, and does not hold up the others.
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
		s, err := n.Fleet.Site(e.Site)
		if err != nil || s.State == fleet.Restoring {
			continue
		}
		state, err := n.headsOf(ctx, s)
		if err == nil && state == e.State && e.Error == "" {
			continue
		}
		at := n.Clock.Now()
		if err == nil {
			err = n.writeTakeout(ctx, s, e.Folder)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s to %s: %w", s.Slug, e.Folder, err))
		}
		errs = append(errs, n.control().Write(ctx, func(tx *volume.Tx) error { return takeout.Wrote(ctx, tx, e.Site, at, state, err) }))
	}
	return errors.Join(errs...)
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

func (n *Node) writeTakeout(ctx context.Context, s *fleet.Site, dir string) error {
	folder, err := takeout.OpenFolder(dir)
	if err != nil {
		return err
	}
	state, err := folder.Begin(n.Clock.Now())
	if err != nil {
		return err
	}
	published := false
	defer func() {
		if !published {
			_ = os.RemoveAll(state) // half a state; the current one stays
		}
	}()
	m, blobs, err := n.copySite(ctx, s, state, func(Progress) {})
	if err != nil {
		return err
	}
	store := n.Blobs(s.ID.String())
	for _, hash := range blobs {
		if folder.Has(hash) {
			continue
		}
		b, err := store.Open(ctx, hash)
		if err == nil {
			err = errors.Join(folder.Add(hash, b), b.Close())
		}
		if err != nil {
			return fmt.Errorf("attachment %s: %w", hash, err)
		}
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(state, "manifest.json"), text, 0o600)
	}
	if err == nil {
		err = folder.Publish(state)
	}
	published = err == nil
	return err
}

// isFolder tells whether what is to be imported is a folder of a takeout and not an archive.
func isFolder(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.IsDir()
}

// unpackFolder takes a state from the folder of a takeout: the databases into dir, the attachments that they name into the blob store.
func (n *Node) unpackFolder(ctx context.Context, from, dir string, report func(Progress)) (m manifest, err error) {
	current := takeout.Current(from)
	text, err := os.ReadFile(filepath.Join(current, "manifest.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return m, fault.NotFound("%s is no folder of a takeout: it has no current/manifest.json.", from)
	}
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil || m.Format != archiveFormat {
		return m, fault.Bad("%s has no manifest of the form %s.", current, archiveFormat)
	}
	var blobs []string
	for kind := range m.Volumes {
		if strings.ContainsAny(kind, `/\.`) {
			return m, fault.Bad("The manifest names a database %q, which no site has.", kind)
		}
		if err := copyFile(filepath.Join(dir, kind+".db"), filepath.Join(current, kind+".db")); err != nil {
			return m, fault.Wrap(err, fault.KindInvalid, "The database %s.db cannot be read: %s", kind, err)
		}
		if _, ok := n.Pool.Kind(kind); !ok {
			return m, fault.Bad("The manifest names a database %q, which no site has.", kind)
		}
		if _, err := n.describe(ctx, kind, filepath.Join(dir, kind+".db"), &blobs); err != nil {
			return m, fault.Wrap(err, fault.KindInvalid, "The database %s.db cannot be read: %s", kind, err)
		}
	}
	for i, hash := range unique(blobs) {
		if err := n.takeFile(ctx, m, takeout.File(from, hash), hash); err != nil {
			return m, err
		}
		report(Progress{Step: "taking attachments", Done: int64(i + 1), Total: int64(m.Blobs), Unit: "files"})
	}
	return m, nil
}

func (n *Node) takeFile(ctx context.Context, m manifest, path, hash string) error {
	f, err := os.Open(path)
	if err != nil {
		return fault.Wrap(err, fault.KindInvalid, "The attachment %s is missing: the copy is not whole.", hash)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	got, _, err := n.Blobs(m.Site.ID.String()).Put(ctx, f, st.Size())
	if err == nil && got != hash {
		err = fault.Bad("The attachment %s has another content: it was changed.", hash)
	}
	return err
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	return writeFile(to, in)
}
