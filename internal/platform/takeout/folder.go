package takeout

import (
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

// File gives the path of an attachment.
func File(dir, hash string) string { return filepath.Join(dir, "files", hash) }

const statePrefix = "state-"

// Begin gives a new place for a state, which nobody sees before Publish.
func (f Folder) Begin(at time.Time) (string, error) {
	return os.MkdirTemp(f.dir, statePrefix+at.UTC().Format("20060102T150405.000000Z")+"-")
}

// Add stores an attachment whose content is not there yet.
func (f Folder) Add(hash string, r io.Reader) error {
	path := File(f.dir, hash)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	out, err := os.OpenFile(path+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, r)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return errors.Join(err, os.Remove(path+".part"))
	}
	return os.Rename(path+".part", path)
}

// Has tells whether an attachment is there.
func (f Folder) Has(hash string) bool {
	_, err := os.Stat(File(f.dir, hash))
	return err == nil
}

// Publish makes a state the current one in one step, and removes the ones before the previous one.
func (f Folder) Publish(state string) error {
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
