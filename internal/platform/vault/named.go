package vault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
)

// A file of a site is named by rows, by its hash. Which columns hold such names only products know, so that everything counts that looks like one, in whatever row of whatever volume, in any
// state that can still be brought back. That keeps more than is needed and never less.

// hashLike finds what can be the name of a file. Letters and digits around it do not matter: a hash inside of something longer counts too.
var hashLike = regexp.MustCompile(`[0-9a-f]{64,}`)

// Names are the hashes that rows name.
type Names struct {
	hashes map[string]bool
	upTo   map[string]int64 // by volume: the commit up to which was looked
	gone   []string         // purged sites, which are not looked at
}

// Has tells whether a hash is named.
func (n *Names) Has(hash string) bool { return n.hashes[hash] }

func (n *Names) take(text string) {
	for _, found := range hashLike.FindAllString(text, -1) {
		for i := 0; i+64 <= len(found); i++ {
			n.hashes[found[i:i+64]] = true
		}
	}
}

// Named collects what rows name in the states that remain when the vault is swept: of each volume that of its snapshot at the sweep's beginning, that of its newest one, and all that
// commits changed since, before and after. tmp is a folder for snapshots being read. A volume that cannot be read whole is an error: what is not understood names everything.
func (v *Vault) Named(ctx context.Context, out Outside, tmp string) (*Names, error) {
	n := &Names{hashes: map[string]bool{}, upTo: map[string]int64{}, gone: out.Gone}
	refs, err := v.Volumes(ctx)
	if err != nil {
		return nil, err
	}
	for _, ref := range refs {
		if slices.Contains(out.Gone, owner(ref)) {
			continue
		}
		_, r, err := v.known(ref)
		if err != nil {
			return nil, err
		}
		base := int64(0)
		if r.why != "" {
			base = r.first
		}
		for _, from := range out.From {
			if from.Ref == ref {
				base = max(base, from.Seq)
			}
		}
		seqs, err := v.Snapshots(ctx, ref)
		if err != nil {
			return nil, err
		}
		if base > 0 && !slices.Contains(seqs, base) {
			return nil, fmt.Errorf("the snapshot with which %s begins is missing: %w", ref, ErrMissing)
		}
		if len(seqs) > 0 && seqs[len(seqs)-1] != base { // tables without a journal are in snapshots alone
			seqs = []int64{base, seqs[len(seqs)-1]}
		} else {
			seqs = []int64{base}
		}
		for _, seq := range seqs {
			if seq == 0 {
				continue
			}
			if err := v.namedIn(ctx, n, ref, seq, tmp); err != nil {
				return nil, err
			}
		}
		n.upTo[ref] = base
		if err := v.follow(ctx, n, ref); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// Again looks at what came since.
func (v *Vault) Again(ctx context.Context, n *Names) error {
	refs, err := v.Volumes(ctx)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if slices.Contains(n.gone, owner(ref)) {
			continue
		}
		if err := v.follow(ctx, n, ref); err != nil {
			return err
		}
	}
	return nil
}

// follow takes what commits name that were not looked at.
func (v *Vault) follow(ctx context.Context, n *Names, ref string) error {
	k, err := v.Kept(ctx, ref)
	if err != nil {
		return err
	}
	var frames []Frame
	for _, s := range k.Stretches { // also what a restore left aside
		if s.Lost != nil && s.Lost.To > 0 {
			return s.Lost
		}
		frames = append(frames, s.Frames...)
	}
	for _, f := range frames {
		if f.To <= n.upTo[ref] {
			continue
		}
		entries, err := v.proven(ctx, f)
		if err != nil {
			return err
		}
		for _, e := range entries {
			for _, c := range e.Changes {
				for _, image := range []*string{c.Before, c.After} {
					if image != nil {
						n.take(*image)
					}
				}
			}
		}
		n.upTo[ref] = f.To
	}
	return nil
}

// namedIn takes what the rows of a snapshot name, row by row: in the file itself a long value lies in pieces.
func (v *Vault) namedIn(ctx context.Context, n *Names, ref string, seq int64, tmp string) error {
	m, err := v.Describe(ctx, ref, seq)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(tmp, "named-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "volume.db")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(v.Unpack(ctx, m, f), f.Close()); err != nil {
		return err
	}
	db, err := sqlite.OpenImmutable(path)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Read(ctx, func(tx *storage.Tx) error {
		tables, err := storage.TableNames(ctx, tx)
		if err != nil {
			return err
		}
		for _, t := range tables {
			if err := journal.Images(ctx, tx, t, func(image string) error { n.take(image); return nil }); err != nil {
				return err
			}
		}
		return nil
	})
}

// Files lists the files of sites that live, by their keys.
func (v *Vault) Files(ctx context.Context, out Outside) (keys []string, err error) {
	all, err := v.store.List(ctx, "blobs/site_")
	for _, key := range all {
		parts := strings.Split(key, "/")
		if len(parts) == 4 && len(parts[3]) == 64 && !slices.Contains(out.Gone, parts[1]) {
			keys = append(keys, key)
		}
	}
	return keys, err
}

// FileHash gives the hash of a file's content by its key.
func FileHash(key string) string { return key[strings.LastIndexByte(key, '/')+1:] }
