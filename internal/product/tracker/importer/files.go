package importer

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/archivefile"
	"holdfast.dev/internal/product/tracker/importer/restjson"
	"holdfast.dev/internal/product/tracker/importer/source"
	"holdfast.dev/internal/product/tracker/importer/xmlbackup"
)

// Export is an export opened for reading: files of one or several streams.
type Export struct {
	Kind  string // "rest-json", "xml-backup"
	Place string

	archive *archivefile.Archive
	files   []*archivefile.File // that are still to be read
	current source.Reader
	closer  io.Closer
	total   int64
}

// Open finds the files of an export: a file, a folder, or an archive of either. Nothing is unpacked onto the disk, and what an archive may do is
// bounded: see archivefile. Projects' descriptions come first, so that their parts keep their order.
func Open(place string) (*Export, error) {
	a, err := archivefile.Open(place)
	if err != nil {
		return nil, err
	}
	e := &Export{Place: place, archive: a}
	for _, f := range a.Files {
		if wanted(f.Name) || len(a.Files) == 1 && f.Name == filepath.Base(place) { // who names a single file means it
			e.files = append(e.files, f)
			e.total += f.Size
		}
	}
	if len(e.files) == 0 {
		return nil, errors.Join(fault.Bad("%s holds no .json, .jsonl or .xml file.", place), a.Close())
	}
	slices.SortStableFunc(e.files, func(a, b *archivefile.File) int {
		return strings.Compare(fileOrder(a.Name)+a.Name, fileOrder(b.Name)+b.Name)
	})
	return e, nil
}

// wanted tells whether a name is of a file that a reader could take.
func wanted(name string) bool {
	base := strings.ToLower(path.Base(name))
	base = strings.TrimSuffix(base, ".gz")
	return !strings.HasPrefix(base, ".") && (strings.HasSuffix(base, ".json") || strings.HasSuffix(base, ".jsonl") || strings.HasSuffix(base, ".ndjson") || strings.HasSuffix(base, ".xml")) && base != "activeobjects.xml"
}

// Next implements source.Reader: the files one after the other.
func (e *Export) Next() (*source.Record, error) {
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
			return nil, fmt.Errorf("%s: %w", f.Name, err)
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
func (e *Export) start(f *archivefile.File) error {
	s, err := f.Open()
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
		e.current = xmlbackup.New(path.Base(f.Name), buffered)
	case '{', '[':
		e.Kind = "rest-json"
		e.current = restjson.New(path.Base(f.Name), buffered)
	default:
		e.current = &refused{path.Base(f.Name), false}
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
	return errors.Join(append(errs, e.archive.Close())...)
}

// Done implements source.Reader.
func (e *Export) Done() (int64, int64) { return min(e.archive.Read(), e.total), e.total }
