// Package archivefile reads files out of what people hand in for an import: a folder, a .zip, a .tar, a .tar.gz, or archives within those. Nothing is
// unpacked onto the disk, except that an archive within another is copied to a temporary file, since a zip is read from its end.
//
// It promises that an archive made to harm (one that grows without end, names that lead out of it, too many files) ends in a fault.KindInvalid error
// that says what is wrong, and that links in archives are never followed.
package archivefile

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"holdfast.dev/internal/base/fault"
)

// Limits against archives that claim to be small.
const (
	MaxExpanded = 64 << 30 // bytes of one file once unpacked
	MaxRatio    = 400      // how many times larger than itself a compressed file may become, beyond RatioFrom
	RatioFrom   = 64 << 20
	MaxFiles    = 1_000_000
	MaxNesting  = 2 // archives within archives
)

// Archive is a set of files opened for reading.
type Archive struct {
	Place string
	Files []*File // by name

	dir     bool // the place is a folder
	closers []io.Closer
	places  []*tarPlace // of the tar archives in it, to read each once
	read    *atomic.Int64
}

// File is one file of an archive.
type File struct {
	Name string // with slashes, relative, clean; files of an archive within have that one's name before them
	Size int64  // as it lies on the disk

	open  func() (io.ReadCloser, error)
	place *tarPlace
	index int // among the entries of its tar
}

// tarPlace is a tar archive on the disk; it has no index and is read from its start.
type tarPlace struct {
	path, name string
	count      func(int64)
}

// Open finds the files at a place. A file that is no archive is the only one.
func Open(place string) (*Archive, error) {
	st, err := os.Stat(place)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.NotFound("There is nothing at %s.", place)
	}
	if err != nil {
		return nil, err
	}
	a := &Archive{Place: place, read: &atomic.Int64{}}
	if a.dir = st.IsDir(); a.dir {
		err = a.folder(place)
	} else {
		err = a.add(place, filepath.Base(place), "", st.Size(), 0)
	}
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	slices.SortStableFunc(a.Files, func(x, y *File) int { return strings.Compare(x.Name, y.Name) })
	return a, nil
}

// Close lets go of the files.
func (a *Archive) Close() error {
	var errs []error
	for _, c := range slices.Backward(a.closers) {
		errs = append(errs, c.Close())
	}
	a.closers = nil
	return errors.Join(errs...)
}

// Read gives how many bytes of the files on the disk have been read.
func (a *Archive) Read() int64 { return a.read.Load() }

func (a *Archive) count(n int64) { a.read.Add(n) }

// Open reads a file. Its reader fails with fault.KindInvalid when the file grows beyond measure.
func (f *File) Open() (io.ReadCloser, error) { return f.open() }

// Each reads the files that want chooses, one after the other in the order that is cheapest. The reader ends with the call.
func (a *Archive) Each(want func(*File) bool, fn func(*File, io.Reader) error) error {
	inTar := map[*tarPlace]map[int]*File{}
	for _, f := range a.Files {
		if !want(f) {
			continue
		}
		if f.place != nil {
			if inTar[f.place] == nil {
				inTar[f.place] = map[int]*File{}
			}
			inTar[f.place][f.index] = f
			continue
		}
		if err := one(f, fn); err != nil {
			return err
		}
	}
	for _, p := range a.places {
		if err := p.each(inTar[p], fn); err != nil {
			return err
		}
	}
	return nil
}

func one(f *File, fn func(*File, io.Reader) error) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	return errors.Join(fn(f, r), r.Close())
}

func (a *Archive) folder(place string) error {
	return filepath.WalkDir(place, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(place, p)
		if err != nil {
			return err
		}
		return a.add(p, filepath.ToSlash(name), "", info.Size(), 0)
	})
}

// add takes a file on the disk: an archive's files, or the file itself.
func (a *Archive) add(place, name, prefix string, size int64, level int) error {
	k := kindOf(name)
	if k != plain && (a.dir || level > 0) && !isArchive(place, k) {
		k = plain // somebody called a file so
	}
	switch k {
	case zipped:
		return a.zip(place, name, prefix, level)
	case tarred:
		return a.tar(place, name, prefix, level)
	}
	return a.file(&File{Name: prefix + name, Size: size, open: func() (io.ReadCloser, error) {
		f, err := os.Open(place)
		if err != nil {
			return nil, err
		}
		return unpack(name, f, &counter{r: f, count: a.count})
	}})
}

func (a *Archive) file(f *File) error {
	if len(a.Files) == MaxFiles {
		return fault.Bad("%s holds more than %d files.", a.Place, MaxFiles)
	}
	a.Files = append(a.Files, f)
	return nil
}

type kind int

const (
	plain kind = iota
	zipped
	tarred
)

func kindOf(name string) kind {
	name = strings.ToLower(name)
	switch {
	case strings.HasSuffix(name, ".zip"):
		return zipped
	case strings.HasSuffix(name, ".tar"), strings.HasSuffix(name, ".tar.gz"), strings.HasSuffix(name, ".tgz"):
		return tarred
	}
	return plain
}

// isArchive looks at the first bytes of a file.
func isArchive(place string, k kind) bool {
	f, err := os.Open(place)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 264)
	n, _ := io.ReadFull(f, head)
	head = head[:n]
	if k == zipped {
		return bytes.HasPrefix(head, []byte("PK"))
	}
	return bytes.HasPrefix(head, []byte{0x1f, 0x8b}) || n >= 262 && string(head[257:262]) == "ustar"
}

// clean refuses names that lead out of the archive.
func (a *Archive) clean(name string) (string, error) {
	slashed := strings.ReplaceAll(name, `\`, "/")
	c := path.Clean(slashed)
	if strings.HasPrefix(slashed, "/") || c == ".." || strings.HasPrefix(c, "../") || strings.ContainsRune(c, 0) || len(c) > 1 && c[1] == ':' {
		return "", fault.Bad("%s has a file whose name leads out of it: %.200q.", a.Place, name)
	}
	return c, nil
}

func (a *Archive) zip(place, name, prefix string, level int) error {
	z, err := zip.OpenReader(place)
	if err != nil {
		return fault.Wrap(err, fault.KindInvalid, "%s is no zip file: %s", prefix+name, err)
	}
	a.closers = append(a.closers, z)
	below := a.nested(name, prefix, level)
	for _, f := range z.File {
		if !f.Mode().IsRegular() {
			continue
		}
		inside, err := a.clean(f.Name)
		if err != nil {
			return err
		}
		if f.UncompressedSize64 > MaxExpanded || f.UncompressedSize64 > RatioFrom && f.UncompressedSize64 > MaxRatio*max(f.CompressedSize64, 1) {
			return fault.Bad("%s in %s grows to %d bytes from %d when it is unpacked; that is no export.", f.Name, place, f.UncompressedSize64, f.CompressedSize64)
		}
		open := func() (io.ReadCloser, error) {
			r, err := f.Open()
			if err != nil {
				return nil, fault.Wrap(err, fault.KindInvalid, "%s in %s cannot be read: %s", f.Name, place, err)
			}
			s := stream{&bounded{r: r, packed: func() int64 { return max(int64(f.CompressedSize64), 1) }}, r}
			a.count(int64(f.CompressedSize64))
			return unpack(inside, s, &counter{r: s, count: func(int64) {}})
		}
		if err := a.entry(&File{Name: below + inside, Size: int64(f.CompressedSize64), open: open}, inside, below, level); err != nil {
			return err
		}
	}
	return nil
}

// nested gives what stands before the names of files of an archive: nothing for the one that was handed in.
func (a *Archive) nested(name, prefix string, level int) string {
	if level == 0 && !a.dir {
		return ""
	}
	return prefix + name + "/"
}

// entry takes an entry of an archive, or the files of it when it is an archive itself.
func (a *Archive) entry(f *File, inside, below string, level int) error {
	if kindOf(inside) == plain {
		return a.file(f)
	}
	if level+1 > MaxNesting {
		return fault.Bad("%s holds archives within archives, more than %d deep.", a.Place, MaxNesting)
	}
	r, err := f.Open()
	if err != nil {
		return err
	}
	copied, err := a.copy(r)
	if err = errors.Join(err, r.Close()); err != nil {
		return err
	}
	return a.add(copied, inside, below, f.Size, level+1)
}

// copy keeps an archive within another in a temporary file.
func (a *Archive) copy(r io.Reader) (place string, err error) {
	t, err := os.CreateTemp("", "holdfast-import-*")
	if err != nil {
		return "", err
	}
	a.closers = append(a.closers, remover(t.Name()))
	_, err = io.Copy(t, r)
	return t.Name(), errors.Join(err, t.Close())
}

type remover string

// Close implements io.Closer.
func (r remover) Close() error { return os.Remove(string(r)) }

// tar lists the entries of an archive.
func (a *Archive) tar(place, name, prefix string, level int) error {
	p := &tarPlace{path: place, name: name, count: func(int64) {}}
	a.places = append(a.places, p)
	below := a.nested(name, prefix, level)
	return p.walk(func(n int, h *tar.Header, r io.Reader) (bool, error) {
		if n == MaxFiles {
			return false, fault.Bad("%s holds more than %d files.", a.Place, MaxFiles)
		}
		if h.Typeflag != tar.TypeReg {
			return true, nil
		}
		inside, err := a.clean(h.Name)
		if err != nil {
			return false, err
		}
		f := &File{Name: below + inside, Size: h.Size, place: p, index: n, open: func() (io.ReadCloser, error) { return p.open(n, inside, a.count) }}
		if kindOf(inside) != plain { // it is at hand now
			f.open = func() (io.ReadCloser, error) { return io.NopCloser(r), nil }
		}
		return true, a.entry(f, inside, below, level)
	})
}

// walk goes over the entries from the start until fn says that it has enough.
func (p *tarPlace) walk(fn func(n int, h *tar.Header, r io.Reader) (more bool, err error)) error {
	t, c, err := p.start()
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return c.Close()
		}
		if err != nil {
			return errors.Join(fault.Wrap(err, fault.KindInvalid, "%s cannot be read as tar: %s", p.path, err), c.Close())
		}
		if more, err := fn(n, h, t); err != nil || !more {
			return errors.Join(err, c.Close())
		}
	}
}

func (p *tarPlace) start() (*tar.Reader, io.Closer, error) {
	f, err := os.Open(p.path)
	if err != nil {
		return nil, nil, err
	}
	name := strings.ToLower(p.name)
	if strings.HasSuffix(name, ".tgz") {
		name = strings.TrimSuffix(name, "tgz") + "gz"
	}
	s, err := unpack(name, f, &counter{r: f, count: p.count})
	if err != nil {
		return nil, nil, err
	}
	return tar.NewReader(s), s, nil
}

func (p *tarPlace) open(index int, name string, count func(int64)) (io.ReadCloser, error) {
	t, c, err := p.start()
	if err != nil {
		return nil, err
	}
	for range index + 1 {
		if _, err := t.Next(); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	return unpack(name, c, &counter{r: t, count: count})
}

// each reads some entries in one go.
func (p *tarPlace) each(wanted map[int]*File, fn func(*File, io.Reader) error) error {
	if len(wanted) == 0 {
		return nil
	}
	left := len(wanted)
	return p.walk(func(n int, _ *tar.Header, r io.Reader) (bool, error) {
		f := wanted[n]
		if f == nil {
			return true, nil
		}
		u, err := unpack(f.Name, io.NopCloser(nil), &counter{r: r, count: func(int64) {}})
		if err != nil {
			return false, err
		}
		left--
		if err := fn(f, u); err != nil {
			return false, fmt.Errorf("%s: %w", f.Name, err)
		}
		return left > 0, nil
	})
}
