package sqlitefile

import (
	"encoding/binary"
	"fmt"
)

// Kinds of pages of a tree.
const (
	indexInterior = 0x02
	tableInterior = 0x05
	indexLeaf     = 0x0a
	tableLeaf     = 0x0d
)

// maxDepth bounds a tree; the largest file of the smallest pages needs fewer levels.
const maxDepth = 40

// Rows goes through the tree at a root page: a table's, or that of a table WITHOUT ROWID, whose rows have no number (0). The record is valid during
// the visit.
func (db *File) Rows(root uint32, visit func(rowid int64, r *Record) error) error {
	w := &walk{db: db, visit: visit}
	return w.page(root, 0)
}

// walk goes through one tree.
type walk struct {
	db      *File
	visit   func(int64, *Record) error
	levels  [maxDepth][]byte // a page of each level on the way down
	seen    uint32           // pages: more than the file has make a circle
	record  Record
	payload []byte // of a cell that does not fit into its page
	chunk   []byte // a page that a cell overflows to
}

func (w *walk) page(n uint32, depth int) error {
	if w.seen++; depth == maxDepth || w.seen > w.db.pages {
		return fmt.Errorf("%w: the tree of page %d has no end", ErrCorrupt, n)
	}
	if w.levels[depth] == nil {
		w.levels[depth] = make([]byte, w.db.page)
	}
	p := w.levels[depth]
	if err := w.db.read(n, p); err != nil {
		return err
	}
	at := 0
	if n == 1 {
		at = headerSize
	}
	kind, cells := p[at], int(binary.BigEndian.Uint16(p[at+3:]))
	pointers := at + 8
	if kind == indexInterior || kind == tableInterior {
		pointers += 4
	}
	if pointers+2*cells > len(p) {
		return fmt.Errorf("%w: page %d has %d cells", ErrCorrupt, n, cells)
	}
	for i := range cells {
		cell := int(binary.BigEndian.Uint16(p[pointers+2*i:]))
		if cell < pointers || cell >= w.db.usable {
			return fmt.Errorf("%w: cell %d of page %d", ErrCorrupt, i, n)
		}
		if err := w.cell(kind, p[cell:w.db.usable], depth); err != nil {
			return err
		}
	}
	switch kind {
	case indexInterior, tableInterior:
		return w.page(binary.BigEndian.Uint32(p[at+8:]), depth+1)
	case indexLeaf, tableLeaf:
		return nil
	}
	return fmt.Errorf("%w: page %d is of kind %d", ErrCorrupt, n, kind)
}

// cell goes on with one cell: what lies below it, and its own record.
func (w *walk) cell(kind byte, c []byte, depth int) error {
	if kind == indexInterior || kind == tableInterior {
		if len(c) < 4 {
			return ErrCorrupt
		}
		if err := w.page(binary.BigEndian.Uint32(c), depth+1); err != nil || kind == tableInterior {
			return err
		}
		c = c[4:]
	}
	size, n := varint(c)
	c = c[n:]
	var rowid int64
	if kind == tableLeaf {
		var id uint64
		id, n = varint(c)
		rowid, c = int64(id), c[n:]
	}
	body, err := w.body(kind, c, size)
	if err != nil {
		return err
	}
	if err := w.record.parse(body); err != nil {
		return err
	}
	return w.visit(rowid, &w.record)
}

// body gives the payload of a cell, put together from its overflow pages where there are any.
func (w *walk) body(kind byte, c []byte, size uint64) ([]byte, error) {
	u := w.db.usable
	most := (u-12)*64/255 - 23
	if kind == tableLeaf {
		most = u - 35
	}
	if size <= uint64(most) {
		if uint64(len(c)) < size {
			return nil, ErrCorrupt
		}
		return c[:size], nil
	}
	if size > uint64(w.db.pages)*uint64(u) {
		return nil, fmt.Errorf("%w: a record of %d bytes", ErrCorrupt, size)
	}
	least := (u-12)*32/255 - 23
	local := least + int((size-uint64(least))%uint64(u-4))
	if local > most {
		local = least
	}
	if len(c) < local+4 {
		return nil, ErrCorrupt
	}
	w.payload = append(w.payload[:0], c[:local]...)
	next := binary.BigEndian.Uint32(c[local:])
	if w.chunk == nil {
		w.chunk = make([]byte, w.db.page)
	}
	for uint64(len(w.payload)) < size {
		if err := w.db.read(next, w.chunk); err != nil {
			return nil, err
		}
		next = binary.BigEndian.Uint32(w.chunk)
		w.payload = append(w.payload, w.chunk[4:4+min(uint64(u-4), size-uint64(len(w.payload)))]...)
	}
	return w.payload, nil
}

// varint reads a number of one to nine bytes, the first of the bytes that are there where it is cut off.
func varint(b []byte) (v uint64, n int) {
	for n < len(b) && n < 8 {
		v = v<<7 | uint64(b[n]&0x7f)
		n++
		if b[n-1] < 0x80 {
			return v, n
		}
	}
	if n < len(b) {
		return v<<8 | uint64(b[n]), n + 1
	}
	return v, n
}
