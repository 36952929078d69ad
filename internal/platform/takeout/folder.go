package takeout

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
	"slices"
	"strings"
	"time"
)

// Folder is a customer's folder: "current" leads to the newest whole state, "files" holds attachments by their hash, which all states share.
type Folder struct{ dir string }

// OpenFolder makes what is missing of a folder. The folder itself must be there: a disk that is not mounted must not be mistaken for an empty one.
func OpenFolder(dir string) (Folder, error) {
	st, err := os.Stat(dir)
	if err != nil {
		return Folder{}, err
	}
	if !st.IsDir() {
		return Folder{}, fmt.Errorf("%s is no folder", dir)
	}
	return Folder{dir}, os.MkdirAll(filepath.Join(dir, "files"), 0o700)
}

// Current is where the newest whole state is.
func Current(dir string) string { return filepath.Join(dir, "current") }

func (f Folder) file(hash string) string { return filepath.Join(f.dir, "files", hash) }

const statePrefix = "state-"

// Begin implements Place: the state grows where it will stay.
func (f Folder) Begin(at time.Time) (string, error) {
	return os.MkdirTemp(f.dir, statePrefix+at.UTC().Format("20060102T150405.000000Z")+"-")
}

// Discard implements Place.
func (f Folder) Discard(dir string) error { return os.RemoveAll(dir) }

// Files implements Place.
func (f Folder) Files(context.Context) (func(string) bool, error) {
	return func(hash string) bool {
		_, err := os.Stat(f.file(hash))
		return err == nil
	}, nil
}

// Add implements Place.
func (f Folder) Add(_ context.Context, hash string, body io.ReadSeeker) error {
	path := f.file(hash)
	out, err := os.OpenFile(path+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, sum), body)
	if err == nil && hex.EncodeToString(sum.Sum(nil)) != hash {
		err = ErrChanged
	}
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return errors.Join(err, os.Remove(path+".part"))
	}
	return os.Rename(path+".part", path)
}

// Publish implements Place, and removes the states before the previous one.
func (f Folder) Publish(_ context.Context, state string) error {
	if err := syncAll(state); err != nil {
		return err
	}
	link := filepath.Join(f.dir, "current.new")
	if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Symlink(filepath.Base(state), link); err != nil {
		return err
	}
	if err := os.Rename(link, Current(f.dir)); err != nil {
		return err
	}
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	var states []string
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), statePrefix) {
			states = append(states, e.Name())
		}
	}
	slices.Sort(states)
	for _, old := range states[:max(0, len(states)-2)] {
		if err := os.RemoveAll(filepath.Join(f.dir, old)); err != nil {
			return err
		}
	}
	return syncFile(f.dir)
}

// syncAll makes the files of a state durable.
func syncAll(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := syncFile(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return syncFile(dir)
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// ReadFolder gives the current state of a folder.
func ReadFolder(dir string) Source { return Folder{dir} }

// Manifest implements Source.
func (f Folder) Manifest(context.Context) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(Current(f.dir), "manifest.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	return text, err
}

// Database implements Source.
func (f Folder) Database(_ context.Context, name, path string) error {
	in, err := os.Open(filepath.Join(Current(f.dir), name))
	if err != nil {
		return err
	}
	defer in.Close()
	return writeNew(path, in)
}

// File implements Source.
func (f Folder) File(_ context.Context, hash string) (io.ReadCloser, int64, error) {
	file, err := os.Open(f.file(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, ErrMissing
	}
	if err != nil {
		return nil, 0, err
	}
	st, err := file.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, st.Size(), nil
}

func writeNew(path string, r io.Reader) error {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, r)
	return errors.Join(err, out.Close())
}
