package app

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
	"holdfast.dev/internal/platform/takeout"
	"holdfast.dev/internal/platform/volume"
)

// An archive is a site as one file that its owner can keep, look into and take elsewhere: a tar of SQLite databases, the contents of attachments,
// and a manifest with the digest of every database. What is imported is compared with it.

// manifest is the first entry of an archive.
type manifest struct {
	Format   string              `json:"format"` // "holdfast-site/1"
	Created  time.Time           `json:"created"`
	Org      fleet.Org           `json:"org"`
	Site     fleet.Site          `json:"site"`
	Volumes  map[string]contents `json:"volumes"` // by kind: access, work, oncall, status
	Products []string            `json:"products"`
	Blobs    int                 `json:"blobs"`
	Software string              `json:"software"`
}

// contents proves a database.
type contents struct {
	Rows   int64  `json:"rows"`
	Digest string `json:"digest"`
}

const archiveFormat = "holdfast-site/1"

// ExportSite writes the archive of a site. The site goes on meanwhile; the archive is of one instant of each volume.
func (n *Node) ExportSite(ctx context.Context, s *fleet.Site, file string, report func(Progress)) (m manifest, err error) {
	dir, err := os.MkdirTemp(filepath.Join(n.Options.Data, "tmp"), "export-")
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(dir)
	m, blobs, err := n.copySite(ctx, s, dir, report)
	if err != nil {
		return m, err
	}
	out, err := os.OpenFile(file+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return m, err
	}
	err = n.writeArchive(ctx, out, m, dir, s, blobs, report)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return m, errors.Join(err, os.Remove(file+".part"))
	}
	return m, os.Rename(file+".part", file)
}

// copySite copies the databases of a site and of its people into a folder, and gives what proves them and the attachments that they name.
func (n *Node) copySite(ctx context.Context, s *fleet.Site, dir string, report func(Progress)) (m manifest, blobs []string, err error) {
	org, err := n.Fleet.Org(s.Org)
	if err != nil {
		return m, nil, err
	}
	m = manifest{Format: archiveFormat, Created: n.Clock.Now().UTC(), Org: *org, Site: *s, Volumes: map[string]contents{}, Products: n.Fleet.Products(s.ID), Software: Version}
	for _, ref := range append(n.Fleet.VolumesOf(s.ID.String()), volume.Ref{Kind: "access", Owner: s.Org.String()}) {
		report(Progress{Step: "copying " + ref.Kind, Total: 1, Unit: "database"})
		path := filepath.Join(dir, ref.Kind+".db")
		if err := n.Pool.Volume(ref).CopyTo(ctx, path); err != nil {
			return m, nil, err
		}
		if err := withoutPast(ctx, path); err != nil {
			return m, nil, err
		}
		if m.Volumes[ref.Kind], err = n.describe(ctx, ref.Kind, path, &blobs); err != nil {
			return m, nil, err
		}
	}
	blobs = unique(blobs)
	m.Blobs = len(blobs)
	return m, blobs, nil
}

// withoutPast takes the images of former rows out of a copy: they still hold who was erased since, and whoever imports the copy takes its rows alone.
func withoutPast(ctx context.Context, path string) error {
	db, err := sqlite.OpenBuild(path)
	if err != nil {
		return err
	}
	err = db.Write(ctx, func(tx *storage.Tx) error {
		for _, text := range []string{`PRAGMA secure_delete = ON`, `DELETE FROM journal_change`, `UPDATE journal_commit SET first_n = 0, last_n = -1 WHERE last_n >= 0`} {
			if _, err := tx.ExecText(ctx, text); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	return db.FinishBuild()
}

func unique(hashes []string) []string {
	slices.Sort(hashes)
	return slices.Compact(hashes)
}

// describe counts and proves the rows of a copied database, and lists the file contents that they name.
func (n *Node) describe(ctx context.Context, kind, path string, blobs *[]string) (c contents, err error) {
	k, _ := n.Pool.Kind(kind)
	db, err := sqlite.OpenImmutable(path)
	if err != nil {
		return c, err
	}
	defer db.Close()
	err = db.Read(ctx, func(tx *storage.Tx) error {
		k, err := k.Of(ctx, tx) // an older release may have written it
		if err != nil {
			return err
		}
		digest, rows, err := journal.Scan(ctx, tx, k.Tables)
		c = contents{rows, digest.String()}
		if err == nil && blobs != nil && kind != "access" {
			err = namedBlobs(ctx, tx, k.Tables, blobs)
		}
		return err
	})
	return c, err
}

var blobHash = regexp.MustCompile(`\b[0-9a-f]{64}\b`)

// namedBlobs lists the file contents that rows name, by what the tables say of themselves.
func namedBlobs(ctx context.Context, tx *storage.Tx, tables []storage.Table, blobs *[]string) error {
	for _, t := range tables {
		for _, column := range t.Blobs {
			text := fmt.Sprintf(`SELECT DISTINCT %[1]s FROM %[2]s WHERE %[1]s IS NOT NULL AND %[1]s <> ''`, storage.Quote(column), storage.Quote(t.Name))
			found, err := storage.AllText(ctx, tx, text, func(r *storage.Rows) (h string, err error) { return h, r.Scan(&h) })
			if err != nil {
				return err
			}
			for _, value := range found { // a hash, or JSON that holds some
				*blobs = append(*blobs, blobHash.FindAllString(value, -1)...)
			}
		}
	}
	return nil
}

func (n *Node) writeArchive(ctx context.Context, out io.Writer, m manifest, dir string, s *fleet.Site, blobs []string, report func(Progress)) error {
	t := tar.NewWriter(out)
	head, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := addEntry(t, "manifest.json", int64(len(head)), strings.NewReader(string(head)), m.Created); err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(m.Volumes)) {
		f, err := os.Open(filepath.Join(dir, kind+".db"))
		if err != nil {
			return err
		}
		st, err := f.Stat()
		if err == nil {
			err = addEntry(t, kind+".db", st.Size(), f, m.Created)
		}
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	store := n.Blobs(s.ID.String())
	for i, hash := range blobs {
		b, err := store.Open(ctx, hash)
		if err != nil {
			return err
		}
		size, err := b.Seek(0, io.SeekEnd)
		if err == nil {
			_, err = b.Seek(0, io.SeekStart)
		}
		if err == nil {
			err = addEntry(t, "blobs/"+hash, size, b, m.Created)
		}
		if err = errors.Join(err, b.Close()); err != nil {
			return err
		}
		report(Progress{Step: "adding attachments", Done: int64(i + 1), Total: int64(len(blobs)), Unit: "files"})
	}
	return t.Close()
}

func addEntry(t *tar.Writer, name string, size int64, r io.Reader, at time.Time) error {
	if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: at, Typeflag: tar.TypeReg}); err != nil {
		return err
	}
	_, err := io.Copy(t, r)
	return err
}

// ImportSite takes an archive: the site with its identifiers, the people of its organization where they are not here yet, and its files. The
// rows taken are compared with the manifest before anybody can use the site.
func (n *Node) ImportSite(ctx context.Context, file, slug string, report func(Progress)) (*fleet.Site, error) {
	return n.importUnpacked(ctx, slug, report, func(dir string) (manifest, error) {
		if isFolder(file) {
			return n.unpackTakeout(ctx, takeout.ReadFolder(file), file, dir, report)
		}
		return n.unpackArchive(ctx, file, dir, report)
	})
}

// importUnpacked takes what unpack puts into a folder.
func (n *Node) importUnpacked(ctx context.Context, slug string, report func(Progress), unpack func(dir string) (manifest, error)) (*fleet.Site, error) {
	dir, err := os.MkdirTemp(filepath.Join(n.Options.Data, "tmp"), "import-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	m, err := unpack(dir)
	if err != nil {
		return nil, err
	}
	for kind, want := range m.Volumes {
		if kind != "access" && !slices.ContainsFunc(siteKinds(), func(k volume.Kind) bool { return k.Name == kind }) {
			return nil, fault.Bad("The archive holds a database %q, which no site has.", kind)
		}
		got, err := n.describe(ctx, kind, filepath.Join(dir, kind+".db"), nil)
		if err != nil {
			return nil, fault.Wrap(err, fault.KindInvalid, "The database %s.db of the archive cannot be read: %s", kind, err)
		}
		if got != want {
			return nil, fault.Bad("The database %s.db of the archive is not what its manifest says: %d rows with digest %.16s…, expected %d with %.16s….", kind, got.Rows, got.Digest, want.Rows, want.Digest)
		}
	}
	if slug != "" {
		m.Site.Slug = slug
	}
	_, orgMissing := n.Fleet.Org(m.Org.ID)
	if err := n.Fleet.AdoptSite(ctx, m.Org, m.Site); err != nil {
		return nil, err
	}
	if orgMissing != nil {
		if err := n.createVolumes(ctx, m.Org.ID.String(), "access"); err != nil {
			return nil, err
		}
		if err := n.fillVolume(ctx, volume.Ref{Kind: "access", Owner: m.Org.ID.String()}, filepath.Join(dir, "access.db"), m.Volumes["access"]); err != nil {
			return nil, err
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(m.Volumes)) {
		if kind == "access" {
			continue
		}
		ref := volume.Ref{Kind: kind, Owner: m.Site.ID.String()}
		if err := n.createVolumes(ctx, ref.Owner, kind); err != nil {
			return nil, err
		}
		report(Progress{Step: "filling " + kind, Total: m.Volumes[kind].Rows, Unit: "rows"})
		if err := n.fillVolume(ctx, ref, filepath.Join(dir, kind+".db"), m.Volumes[kind]); err != nil {
			return nil, err
		}
		if err := n.eraseAgain(ctx, ref); err != nil {
			return nil, err
		}
		if err := n.holdPast(ctx, n.Pool.Volume(ref), 0); err != nil { // what its time elsewhere would send was sent there
			return nil, err
		}
		report(Progress{Step: "filling " + kind, Done: m.Volumes[kind].Rows, Total: m.Volumes[kind].Rows, Unit: "rows"})
	}
	if len(m.Products) > 0 {
		if err := n.Fleet.SetProducts(ctx, m.Site.ID, m.Products, true); err != nil {
			return nil, err
		}
	}
	return n.Fleet.Site(m.Site.ID)
}

// unpackArchive puts the databases into a folder and the attachments, whose names are their hashes, into the blob store.
func (n *Node) unpackArchive(ctx context.Context, file, dir string, report func(Progress)) (m manifest, err error) {
	in, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return m, fault.NotFound("There is nothing at %s.", file)
	}
	if err != nil {
		return m, err
	}
	defer in.Close()
	t := tar.NewReader(in)
	blobs := 0
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return m, fault.Wrap(err, fault.KindInvalid, "%s is no archive of a site, or is damaged: %s", file, err)
		}
		switch {
		case h.Name == "manifest.json":
			if err := json.NewDecoder(io.LimitReader(t, 1<<20)).Decode(&m); err != nil || m.Format != archiveFormat {
				return m, fault.Bad("%s has no manifest of the form %s.", file, archiveFormat)
			}
		case m.Format == "":
			return m, fault.Bad("%s is no archive of a site: its manifest does not come first.", file)
		case m.Volumes[strings.TrimSuffix(h.Name, ".db")] != contents{} && !strings.ContainsAny(h.Name, `/\\`):
			if err := writeFile(filepath.Join(dir, h.Name), t); err != nil {
				return m, cutShort(err, file, h.Name)
			}
		case strings.HasPrefix(h.Name, "blobs/"):
			hash, _, err := n.Blobs(m.Site.ID.String()).Put(ctx, t, h.Size)
			if err != nil {
				return m, cutShort(err, file, h.Name)
			}
			if "blobs/"+hash != h.Name {
				return m, fault.Bad("The attachment %s of the archive has another content: it was changed.", h.Name)
			}
			blobs++
			report(Progress{Step: "taking attachments", Done: int64(blobs), Total: int64(m.Blobs), Unit: "files"})
		}
	}
	if blobs != m.Blobs || m.Format == "" {
		return m, fault.Bad("%s holds %d attachments, its manifest names %d: it is not complete.", file, blobs, m.Blobs)
	}
	return m, nil
}

// cutShort says of an archive that ends too early where it does.
func cutShort(err error, file, entry string) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.Wrap(err, fault.KindInvalid, "%s ends in the middle of %s: it was not copied whole.", file, entry)
	}
	return err
}

func writeFile(path string, r io.Reader) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}

// fillVolume copies rows into an empty volume and proves them.
func (n *Node) fillVolume(ctx context.Context, ref volume.Ref, path string, want contents) error {
	kind, _ := n.Pool.Kind(ref.Kind)
	from, err := sqlite.OpenFile(path)
	if err != nil {
		return err
	}
	defer from.Close()
	err = from.Write(ctx, func(tx *storage.Tx) error { // what an older release has written was proven with its tables
		raised, err := kind.Raise(ctx, tx)
		if err != nil || !raised {
			return err
		}
		digest, rows, err := journal.Scan(ctx, tx, kind.Tables)
		want = contents{rows, digest.String()}
		return err
	})
	if err != nil {
		return err
	}
	v := n.Pool.Volume(ref)
	err = from.Read(ctx, func(rows *storage.Tx) error {
		return v.Write(identity.WithOrigin(ctx, identity.Origin{Source: "import", Reason: "archive of a site"}), func(tx *volume.Tx) error {
			return volume.CopyRows(ctx, kind, rows, tx)
		})
	})
	if err != nil {
		return fmt.Errorf("fill %s: %w", ref, err)
	}
	return v.Read(ctx, func(tx *volume.Tx) error {
		digest, rows, err := journal.Scan(ctx, tx.Tx, kind.Tables)
		if err == nil && (digest.String() != want.Digest || rows != want.Rows) {
			err = fmt.Errorf("%s has %d rows with digest %s after the copy, the archive %d with %s", ref, rows, digest, want.Rows, want.Digest)
		}
		return err
	})
}
