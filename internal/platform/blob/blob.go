// Package blob keeps file contents by their SHA-256, apart for each owner, so that one tenant never learns that another has the same
// file. A content is in the vault before Put returns: the row that will name it cannot commit earlier. The local copy is
// a cache that fills itself from the vault.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/vault"
)

// Store keeps the blobs of one owner.
type Store struct {
	dir   string
	owner string
	vault vault.Store
}

// Open gives the store of an owner (a site_… or org_… identifier) with local copies under dir.
func Open(dir, owner string, v vault.Store) *Store { return &Store{dir: dir, owner: owner, vault: v} }

var validHash = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (s *Store) path(hash string) string { return filepath.Join(s.dir, s.owner, hash[:2], hash) }
func (s *Store) key(hash string) string  { return "blobs/" + s.owner + "/" + hash[:2] + "/" + hash }

// Put stores at most limit bytes and gives their hash. More than that is fault.KindTooLarge, and nothing stays.
func (s *Store) Put(ctx context.Context, r io.Reader, limit int64) (hash string, size int64, err error) {
	root := filepath.Join(s.dir, s.owner)
	if err := os.MkdirAll(root, 0o700); err != nil {
		return "", 0, fmt.Errorf("store blob: %w", err)
	}
	tmp, err := os.CreateTemp(root, "incoming-*")
	if err != nil {
		return "", 0, fmt.Errorf("store blob: %w", err)
	}
	defer func() { err = errors.Join(err, tmp.Close(), removeIfThere(tmp.Name())) }()
	h := sha256.New()
	size, err = io.Copy(io.MultiWriter(tmp, h), io.LimitReader(r, limit+1))
	if err != nil {
		return "", 0, fmt.Errorf("store blob: %w", err)
	}
	if size > limit {
		return "", 0, fault.New(fault.KindTooLarge, "The file is larger than %d bytes.", limit)
	}
	hash = hex.EncodeToString(h.Sum(nil))
	if err := tmp.Sync(); err != nil { // else a loss of power could leave a file of this name with something else in it
		return "", 0, fmt.Errorf("store blob: %w", err)
	}
	if _, err := tmp.Seek(0, io.SeekStart); err != nil {
		return "", 0, err
	}
	if err := s.vault.Put(ctx, s.key(hash), tmp); err != nil && !errors.Is(err, vault.ErrExists) {
		return "", 0, fmt.Errorf("store blob: %w", err)
	}
	path := s.path(hash)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", 0, fmt.Errorf("store blob: %w", err)
	}
	return hash, size, os.Rename(tmp.Name(), path)
}

// Open gives a content, from the vault when the local copy is gone.
func (s *Store) Open(ctx context.Context, hash string) (io.ReadSeekCloser, error) {
	if !validHash.MatchString(hash) {
		return nil, fault.NotFound("There is no such file.")
	}
	f, err := os.Open(s.path(hash))
	if err == nil {
		return f, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open blob: %w", err)
	}
	if err := s.fetch(ctx, hash); err != nil {
		return nil, err
	}
	return os.Open(s.path(hash))
}

// Kept tells, by an error that says what is wrong, that the vault has not got a content.
func (s *Store) Kept(ctx context.Context, hash string) error {
	o, err := s.vault.Open(ctx, s.key(hash))
	if errors.Is(err, vault.ErrMissing) {
		return fmt.Errorf("vault object %s is missing", s.key(hash))
	}
	if err != nil {
		return err
	}
	return o.Close()
}

// fetch copies a blob from the vault, proving its hash on the way.
func (s *Store) fetch(ctx context.Context, hash string) (err error) {
	o, err := s.vault.Open(ctx, s.key(hash))
	if errors.Is(err, vault.ErrMissing) {
		return fault.Wrap(err, fault.KindNotFound, "There is no such file.")
	}
	if err != nil {
		return err
	}
	defer o.Close()
	path := s.path(hash)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), "fetch-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, removeIfThere(tmp.Name())) }()
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(tmp, h), o)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	if hex.EncodeToString(h.Sum(nil)) != hash {
		return fmt.Errorf("vault object %s is damaged", s.key(hash))
	}
	return os.Rename(tmp.Name(), path)
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
