package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
)

// Digest is the digest of a set of rows: the sum modulo 2^256 of the SHA-256 of each row's table and image. The order in which rows
// are added or taken away does not matter, so it can be kept while rows change and be recomputed by a scan.
type Digest [4]uint64

// Add puts a row in.
func (d *Digest) Add(table, image string) { d.add(rowHash(table, image)) }

func (d *Digest) add(h [4]uint64) {
	var c uint64
	for i := range d {
		d[i], c = bits.Add64(d[i], h[i], c)
	}
}

// addHash puts the row in that a hash is of.
func (d *Digest) addHash(sum [sha256.Size]byte) { d.add(words(sum)) }

// Remove takes a row out.
func (d *Digest) Remove(table, image string) {
	h := rowHash(table, image)
	var b uint64
	for i := range d {
		d[i], b = bits.Sub64(d[i], h[i], b)
	}
}

// Merge adds the rows of another digest.
func (d *Digest) Merge(o Digest) { d.add(o) }

// Apply follows one change.
func (d *Digest) Apply(c Change) {
	if c.Before != nil {
		d.Remove(c.Table, *c.Before)
	}
	if c.After != nil {
		d.Add(c.Table, *c.After)
	}
}

// String gives 64 hexadecimal digits.
func (d Digest) String() string {
	var b [32]byte
	for i, v := range d {
		binary.LittleEndian.PutUint64(b[i*8:], v)
	}
	return hex.EncodeToString(b[:])
}

// ParseDigest reads what String wrote.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 32 {
		return d, fmt.Errorf("%q is no digest", s)
	}
	for i := range d {
		d[i] = binary.LittleEndian.Uint64(b[i*8:])
	}
	return d, nil
}

func rowHash(table, image string) [4]uint64 {
	buf := make([]byte, 0, 512)
	buf = append(buf, table...)
	buf = append(buf, 0)
	buf = append(buf, image...)
	return words(sha256.Sum256(buf))
}

func words(sum [sha256.Size]byte) (h [4]uint64) {
	for i := range h {
		h[i] = binary.LittleEndian.Uint64(sum[i*8:])
	}
	return h
}

// Hash is a link of the chain over commits.
type Hash [32]byte

// String gives 64 hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// ParseHash reads what String wrote.
func ParseHash(s string) (Hash, error) {
	var h Hash
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) {
		return h, fmt.Errorf("%q is no hash", s)
	}
	copy(h[:], b)
	return h, nil
}
