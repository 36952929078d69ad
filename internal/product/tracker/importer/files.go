package importer

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"compress/gzip"
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
	"holdfast.dev/internal/product/tracker/importer/restjson"
	"holdfast.dev/internal/product/tracker/importer/source"
	"holdfast.dev/internal/product/tracker/importer/xmlbackup"
)

// Limits against archives that claim to be small.
const (
	maxExpanded = 64 << 30 // bytes that all files of an export may have together once unpacked
	maxRatio    = 400      // how many times larger than itself a compressed file may become, beyond the first 64 MB
	ratioFrom   = 64 << 20
	maxEntries  = 200_000
)

// Export is an export opened for reading: files of one or several streams.
type Export struct {
	Kind  string // "rest-json", "xml-backup"
	Place string

	files   []opener
	current source.Reader
	closer  io.Closer
	archive io.Closer // a zip, which is open as long as its files are read
	read    atomic.Int64
	total   int64
	kinds   map[string]bool
}

// opener opens one stream of an export.
type opener struct {
	name string
	size int64 // compressed, as it lies on the disk
	open func(count func(int64)) (io.ReadCloser, error)
}

// Open finds the files of an export: a file, a folder, or an archive of either. Nothing is unpacked onto the disk.
func Open(place string) (*Export, error) {
	st, err := os.Stat(place)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.NotFound("There is nothing at %s.", place)
	}
	if err != nil {
		return nil, err
	}
	e := &Export{Place: place, kinds: map[string]bool{}}
	if st.IsDir() {
		err = e.folder(place)
	} else {
		err = e.file(place, st.Size())
	}
	if err != nil {
		return nil, err
	}
	if len(e.files) == 0 {
		return nil, fault.Bad("%s holds no .json, .jsonl or .xml file.", place)
	}
	for _, f := range e.files {
		e.total += f.size
	}
	return e, nil
}

// wanted tells whether a name is of a file that a reader could take.
func wanted(name string) bool {
	base := strings.ToLower(path.Base(name))
	base = strings.TrimSuffix(base, ".gz")
	return !strings.HasPrefix(base, ".") && (strings.HasSuffix(base, ".json") || strings.HasSuffix(base, ".jsonl") || strings.HasSuffix(base, ".ndjson") || strings.HasSuffix(base, ".xml")) && base != "activeobjects.xml"
}

func (e *Export) folder(place string) error {
	return filepath.WalkDir(place, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !d.Type().IsRegular() || !wanted(p) {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if len(e.files) == maxEntries {
			return fault.Bad("%s holds more than %d files.", place, maxEntries)
		}
		e.plain(p, info.Size())
		return nil
	})
}

func (e *Export) file(place string, size int64) error {
	lower := strings.ToLower(place)
	switch {
	case strings.HasSuffix(lower, ".zip"):
		return e.zip(place)
	case strings.HasSuffix(lower, ".tar"), strings.HasSuffix(lower, ".tar.gz"), strings.HasSuffix(lower, ".tgz"):
		return e.tar(place)
	}
	e.plain(place, size)
	return nil
}

func (e *Export) plain(place string, size int64) {
	e.files = append(e.files, opener{place, size, func(count func(int64)) (io.ReadCloser, error) {
		f, err := os.Open(place)
		if err != nil {
			return nil, err
		}
		return unpack(place, f, &counter{f, count, 0})
	}})
}

// unpack takes gzip off a stream, within limits.
func unpack(name string, c io.Closer, r *counter) (io.ReadCloser, error) {
	if !strings.HasSuffix(strings.ToLower(name), ".gz") {
		return stream{r, c}, nil
	}
	z, err := gzip.NewReader(bufio.NewReaderSize(r, 1<<16))
	if err != nil {
		return nil, errors.Join(fault.Bad("%s is no gzip file: %v", name, err), c.Close())
	}
	return stream{&bounded{r: z, packed: r}, c}, nil
}

type stream struct {
	io.Reader
	io.Closer
}

// counter counts what is read of the file on the disk.
type counter struct {
	r     io.Reader
	count func(int64)
	n     int64
}

// Read implements io.Reader.
func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	c.count(int64(n))
	return n, err
}

// bounded refuses streams that grow beyond measure while they are unpacked.
type bounded struct {
	r      io.Reader
	packed *counter
	n      int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n += int64(n)
	if b.n > maxExpanded || b.n > ratioFrom && b.n > maxRatio*max(b.packed.n, 1) {
		return n, fault.Bad("The file grows to more than %d times its size when it is unpacked; that is no export.", maxRatio)
	}
	return n, err
}

func (e *Export) zip(place string) error {
	z, err := zip.OpenReader(place)
	if err != nil {
		return fault.Wrap(err, fault.KindInvalid, "%s is no zip file: %s", place, err)
	}
	e.archive = z
	if len(z.File) > maxEntries {
		return fault.Bad("%s holds more than %d files.", place, maxEntries)
	}
	for _, f := range z.File {
		if f.FileInfo().IsDir() || !wanted(f.Name) {
			continue
		}
		if f.UncompressedSize64 > maxExpanded || f.UncompressedSize64 > ratioFrom && f.UncompressedSize64 > maxRatio*max(f.CompressedSize64, 1) {
			return fault.Bad("%s in %s grows to %d bytes from %d when it is unpacked; that is no export.", f.Name, place, f.UncompressedSize64, f.CompressedSize64)
		}
		e.files = append(e.files, opener{f.Name, int64(f.CompressedSize64), func(count func(int64)) (io.ReadCloser, error) {
			r, err := f.Open()
			if err != nil {
				return nil, err
			}
			return unpack(f.Name, r, &counter{r, count, 0})
		}})
	}
	return nil
}

// tar lists the entries of an archive; each is found again by reading up to it when its turn comes, since a tar has no index.
func (e *Export) tar(place string) error {
	r, c, err := openTar(place, func(int64) {})
	if err != nil {
		return err
	}
	defer c.Close()
	for n := 0; ; n++ {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fault.Wrap(err, fault.KindInvalid, "%s cannot be read as tar: %s", place, err)
		}
		if n == maxEntries {
			return fault.Bad("%s holds more than %d files.", place, maxEntries)
		}
		if h.Typeflag != tar.TypeReg || !wanted(h.Name) {
			continue
		}
		e.files = append(e.files, opener{h.Name, h.Size, func(count func(int64)) (io.ReadCloser, error) { return openEntry(place, n, count) }})
	}
}

func openTar(place string, count func(int64)) (*tar.Reader, io.Closer, error) {
	f, err := os.Open(place)
	if err != nil {
		return nil, nil, err
	}
	name := strings.TrimSuffix(strings.ToLower(place), "tgz")
	if name != strings.ToLower(place) {
		name += "gz"
	}
	s, err := unpack(name, f, &counter{f, count, 0})
	if err != nil {
		return nil, nil, err
	}
	return tar.NewReader(s), s, nil
}

func openEntry(place string, index int, count func(int64)) (io.ReadCloser, error) {
	r, c, err := openTar(place, func(int64) {})
	if err != nil {
		return nil, err
	}
	var h *tar.Header
	for range index + 1 {
		if h, err = r.Next(); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	return unpack(h.Name, c, &counter{r, count, 0})
}

// Next implements source.Reader: the files one after the other. Projects' descriptions come first, so that their parts keep their order.
func (e *Export) Next() (*source.Record, error) {
	if e.current == nil && e.read.Load() == 0 {
		slices.SortStableFunc(e.files, func(a, b opener) int {
			return strings.Compare(fileOrder(a.name)+a.name, fileOrder(b.name)+b.name)
		})
	}
	for {
		if e.current != nil {
			rec, err := e.current.Next()
			if !errors.Is(err, io.EOF) {
				return rec, err
			}
			if err := e.closer.Close(); err != nil {
				return nil, err
			}
			e.current = nil
		}
		if len(e.files) == 0 {
			return nil, io.EOF
		}
		f := e.files[0]
		e.files = e.files[1:]
		if err := e.start(f); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
}

func fileOrder(name string) string {
	switch {
	case strings.Contains(name, "project"):
		return "0"
	case strings.Contains(name, "comment"):
		return "2"
	}
	return "1"
}

// start opens a file and chooses its reader by its first byte.
func (e *Export) start(f opener) error {
	s, err := f.open(func(n int64) { e.read.Add(n) })
	if err != nil {
		return err
	}
	e.closer = s
	buffered := bufio.NewReaderSize(s, 1<<20)
	first := byte(0)
	for first == 0 {
		b, err := buffered.ReadByte()
		if err != nil { // an empty file
			first = '{'
			break
		}
		if strings.IndexByte(" \t\r\n\xef\xbb\xbf", b) < 0 {
			first = b
			if err := buffered.UnreadByte(); err != nil {
				return err
			}
		}
	}
	switch first {
	case '<':
		e.Kind = "xml-backup"
		e.current = xmlbackup.New(path.Base(f.name), buffered)
	case '{', '[':
		e.Kind = "rest-json"
		e.current = restjson.New(path.Base(f.name), buffered)
	default:
		e.current = &refused{path.Base(f.name), false}
	}
	return nil
}

// refused tells of a file that no reader takes.
type refused struct {
	name string
	told bool
}

// Next implements source.Reader.
func (r *refused) Next() (*source.Record, error) {
	if r.told {
		return nil, io.EOF
	}
	r.told = true
	return &source.Record{NotTaken: &source.NotTaken{Type: "file", Reason: "it is neither JSON nor XML", Example: r.name, Count: 1}}, nil
}

// Done implements source.Reader.
func (r *refused) Done() (int64, int64) { return 0, 0 }

// Close lets go of the files.
func (e *Export) Close() error {
	var errs []error
	if e.current != nil {
		errs = append(errs, e.closer.Close())
	}
	if e.archive != nil {
		errs = append(errs, e.archive.Close())
	}
	return errors.Join(errs...)
}

// Done implements source.Reader.
func (e *Export) Done() (int64, int64) { return min(e.read.Load(), e.total), e.total }
