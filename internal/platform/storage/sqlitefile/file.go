// Package sqlitefile reads the rows of a SQLite database straight from its file, as sqlite.org/fileformat2.html describes it. What a restore has built is
// proven with it: nothing that wrote the file, neither its memory of pages nor its idea of the schema, stands between the proof and the bytes. It
// reads files that nobody writes and that have no log beside them.
package sqlitefile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrCorrupt is returned for a file that is not a well-formed database.
var ErrCorrupt = errors.New("not a well-formed database file")

// File is an open database file.
type File struct {
	f      *os.File
	page   int // bytes of a page
	usable int // of them, without what is reserved at its end
	pages  uint32
}

// Open opens a database file for reading.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	db := &File{f: f}
	if err := db.header(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return db, nil
}

// Close closes the file.
func (db *File) Close() error { return db.f.Close() }

const headerSize = 100

func (db *File) header() error {
	var h [headerSize]byte
	if _, err := io.ReadFull(io.NewSectionReader(db.f, 0, headerSize), h[:]); err != nil || string(h[:16]) != "SQLite format 3\x00" {
		return ErrCorrupt
	}
	db.page = int(binary.BigEndian.Uint16(h[16:]))
	if db.page == 1 {
		db.page = 65536
	}
	db.usable = db.page - int(h[20])
	if db.page < 512 || db.page&(db.page-1) != 0 || db.usable < 480 || binary.BigEndian.Uint32(h[56:]) != 1 { // 1 is UTF-8
		return ErrCorrupt
	}
	st, err := db.f.Stat()
	if err != nil {
		return err
	}
	db.pages = uint32(min(st.Size()/int64(db.page), 1<<32-1))
	return nil
}

// read fills buf, which has the size of a page, with page number n, counted from 1.
func (db *File) read(n uint32, buf []byte) error {
	if n == 0 || n > db.pages {
		return fmt.Errorf("%w: page %d of %d", ErrCorrupt, n, db.pages)
	}
	_, err := db.f.ReadAt(buf, int64(n-1)*int64(db.page))
	return err
}

// Object is an entry of the schema.
type Object struct {
	Type, Name, Table, SQL string
	Root                   uint32
}

// Schema gives the entries of the schema in the order in which they are kept.
func (db *File) Schema() ([]Object, error) {
	var out []Object
	err := db.Rows(1, func(_ int64, r *Record) error {
		if r.Len() < 5 {
			return ErrCorrupt
		}
		root := r.Value(3)
		out = append(out, Object{Type: string(r.Value(0).Text), Name: string(r.Value(1).Text), Table: string(r.Value(2).Text), SQL: string(r.Value(4).Text), Root: uint32(root.Int)})
		return nil
	})
	return out, err
}
