package purge

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"holdfast.dev/internal/platform/vault"
)

// defaultSettle is how long a sweep waits after it removed files before it looks at what was written meanwhile: commits are in the vault within a second.
const defaultSettle = time.Minute

// files gives the files of living sites that no row names in any state inside of the retention, and by what that was found out.
func (s *Sweeper) files(ctx context.Context, outside vault.Outside) (keys []string, names *vault.Names, err error) {
	all, err := s.Vault.Files(ctx, outside)
	if err != nil || len(all) == 0 {
		return nil, nil, err
	}
	if names, err = s.Vault.Named(ctx, outside, s.Tmp); err != nil {
		return nil, nil, fmt.Errorf("nothing is removed while it cannot be told which files are named: %w", err)
	}
	for _, key := range all {
		if !names.Has(vault.FileHash(key)) {
			keys = append(keys, key)
		}
	}
	return keys, names, nil
}

// aside keeps the contents of files that are about to be removed. Somebody may give the very same file again at this moment: the server finds it in the vault, and its row names what is
// going. So what was removed is put back when a row names it after all.
type aside struct {
	dir   string
	names *vault.Names
	keys  []string
}

// keep copies a content that is about to go. One that is not what its name says is left where it is.
func (a *aside) keep(ctx context.Context, store vault.Store, key string) (err error) {
	o, err := store.Open(ctx, key)
	if err != nil {
		return err
	}
	defer o.Close()
	f, err := os.OpenFile(a.path(key), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, h), o)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if hex.EncodeToString(h.Sum(nil)) != vault.FileHash(key) {
		return fmt.Errorf("vault object %s: %w", key, vault.ErrDamaged)
	}
	a.keys = append(a.keys, key)
	return nil
}

func (a *aside) path(key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(a.dir, hex.EncodeToString(sum[:]))
}

// back puts back what was named meanwhile, and gives it.
func (s *Sweeper) back(ctx context.Context, a *aside) (put []string, err error) {
	if len(a.keys) == 0 {
		return nil, nil
	}
	settle := s.Settle
	if settle == 0 {
		settle = defaultSettle
	}
	select {
	case <-ctx.Done():
	case <-time.After(settle):
	}
	ctx = context.WithoutCancel(ctx) // what was begun is finished
	if err := s.Vault.Again(ctx, a.names); err != nil {
		err = fmt.Errorf("what was written meanwhile cannot be read, so that all files are put back: %w", err)
		for _, key := range a.keys {
			err = errors.Join(err, s.restore(ctx, a, key))
		}
		return a.keys, err
	}
	for _, key := range a.keys {
		if !a.names.Has(vault.FileHash(key)) {
			continue
		}
		if err := s.restore(ctx, a, key); err != nil {
			return put, err
		}
		put = append(put, key)
	}
	return put, nil
}

func (s *Sweeper) restore(ctx context.Context, a *aside, key string) error {
	b, err := os.ReadFile(a.path(key))
	if err != nil {
		return fmt.Errorf("put back %s: %w", key, err)
	}
	if err := s.Vault.Store().Put(ctx, key, bytes.NewReader(b)); err != nil && !errors.Is(err, vault.ErrExists) {
		return fmt.Errorf("put back %s: %w", key, err)
	}
	return nil
}
