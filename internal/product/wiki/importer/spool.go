package importer

import (
	"errors"
	"io"
	"os"
)

// spool keeps bodies in a temporary file until the pages that they belong to are known: an export gives them in any order, and holding them in memory
// would bound the size of what can be taken.
type spool struct {
	f    *os.File
	end  int64
	of   map[string][]span // by content
	buf  []byte
	base int64 // where buf starts in the file
}

type span struct {
	at, size int64
	kind     string // bodyType
}

// spoolBuffer is written at once.
const spoolBuffer = 1 << 20

func newSpool() (*spool, error) {
	f, err := os.CreateTemp("", "holdfast-bodies-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil { // it lives as long as it is open
		return nil, errors.Join(err, f.Close())
	}
	return &spool{f: f, of: map[string][]span{}}, nil
}

func (s *spool) add(content, kind, body string) error {
	s.of[content] = append(s.of[content], span{s.end, int64(len(body)), kind})
	s.end += int64(len(body))
	s.buf = append(s.buf, body...)
	if len(s.buf) < spoolBuffer {
		return nil
	}
	return s.flush()
}

func (s *spool) flush() error {
	n, err := s.f.WriteAt(s.buf, s.base)
	s.base += int64(n)
	s.buf = s.buf[:0]
	return err
}

// read gives a body that was added; the spool must be flushed.
func (s *spool) read(p span) (string, error) {
	b := make([]byte, p.size)
	if _, err := io.ReadFull(io.NewSectionReader(s.f, p.at, p.size), b); err != nil {
		return "", err
	}
	return string(b), nil
}

// Close lets go of the file.
func (s *spool) Close() error { return s.f.Close() }
