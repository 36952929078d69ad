package vault

import (
	"context"
	"errors"
	"fmt"
	"holdfast.dev/internal/base/durable"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrExists is returned by Put when the object is there already: objects are written once.
var ErrExists = errors.New("the vault object exists")

// ErrMissing is returned for an object that is not there.
var ErrMissing = errors.New("the vault object is missing")

// ErrDamaged is returned for an object that is not what was stored.
var ErrDamaged = errors.New("the vault object is damaged")

// Store keeps objects by key. Keys are slash-separated; objects never change. There is no deletion: objects leave a store only
// by its own retention rule (an S3 lifecycle rule, a sweep run with the store's credentials), never through Holdfast.
type Store interface {
	// Put stores an object durably and whole or not at all. ErrExists when the key is taken.
	Put(ctx context.Context, key string, r io.Reader) error
	Open(ctx context.Context, key string) (Object, error)
	// List gives the keys under a prefix in ascending order.
	List(ctx context.Context, prefix string) ([]string, error)
}

// after gives the keys under a prefix that come after one, asking a store that can for those alone.
func after(ctx context.Context, s Store, prefix, key string) ([]string, error) {
	if b, ok := s.(interface {
		ListAfter(ctx context.Context, prefix, after string) ([]string, error)
	}); ok {
		return b.ListAfter(ctx, prefix, key)
	}
	keys, err := s.List(ctx, prefix)
	i, found := slices.BinarySearch(keys, key)
	if found {
		i++
	}
	return keys[i:], err
}

// Object is a stored object being read.
type Object interface {
	io.Reader
	io.ReaderAt
	io.Closer
	Size() int64
}

// Folder is a Store in a local folder. Files are written beside, synced, made read-only and then linked into place, so that a crash
// leaves either the whole object or none and a second writer never replaces the first one's.
type Folder struct {
	dir string
}

// OpenFolder makes a store over a folder, created when missing.
func OpenFolder(dir string) (*Folder, error) {
	for _, d := range []string{dir, filepath.Join(dir, "incoming")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("open vault: %w", err)
		}
	}
	return &Folder{dir: dir}, nil
}

// Path gives the file of a key; for messages.
func (f *Folder) Path(key string) string { return filepath.Join(f.dir, filepath.FromSlash(key)) }

func checkKey(key string) error {
	if key == "" || strings.HasPrefix(key, "/") || slices.Contains(strings.Split(key, "/"), "..") || strings.ContainsAny(key, "\\\x00") {
		return fmt.Errorf("%q is no vault key", key)
	}
	return nil
}

// Put implements Store.
func (f *Folder) Put(ctx context.Context, key string, r io.Reader) (err error) {
	if err := checkKey(key); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Join(f.dir, "incoming"), "put-*")
	if err != nil {
		return fmt.Errorf("vault put %s: %w", key, err)
	}
	defer func() { err = errors.Join(err, removeIfThere(tmp.Name())) }()
	_, err = io.Copy(tmp, r)
	if err == nil {
		err = tmp.Chmod(0o400)
	}
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return fmt.Errorf("vault put %s: %w", key, err)
	}
	path := f.Path(key)
	if err := durable.MakeDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("vault put %s: %w", key, err)
	}
	if err := os.Link(tmp.Name(), path); errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("vault put %s: %w", key, ErrExists)
	} else if err != nil {
		return fmt.Errorf("vault put %s: %w", key, err)
	}
	return durable.Sync(filepath.Dir(path))
}

// Open implements Store.
func (f *Folder) Open(ctx context.Context, key string) (Object, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	file, err := os.Open(f.Path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("vault object %s: %w", key, ErrMissing)
	}
	if err != nil {
		return nil, fmt.Errorf("vault object %s: %w", key, err)
	}
	st, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return fileObject{file, st.Size()}, nil
}

// List implements Store.
func (f *Folder) List(ctx context.Context, prefix string) ([]string, error) {
	root := f.Path(prefix[:strings.LastIndexByte(prefix, '/')+1])
	var keys []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			if err == nil && path == filepath.Join(f.dir, "incoming") {
				return fs.SkipDir // no objects yet
			}
			return err
		}
		rel, err := filepath.Rel(f.dir, path)
		if err != nil {
			return err
		}
		if key := filepath.ToSlash(rel); strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list vault %s: %w", prefix, err)
	}
	slices.Sort(keys)
	return keys, nil
}

type fileObject struct {
	*os.File
	size int64
}

// Size implements Object.
func (o fileObject) Size() int64 { return o.size }

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// readAll reads a whole object of at most limit bytes.
func readAll(ctx context.Context, s Store, key string, limit int64) ([]byte, error) {
	o, err := s.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	if o.Size() > limit {
		return nil, fmt.Errorf("vault object %s is larger than %d bytes", key, limit)
	}
	b, err := io.ReadAll(o)
	if err != nil {
		return nil, fmt.Errorf("vault object %s: %w", key, err)
	}
	return b, nil
}
