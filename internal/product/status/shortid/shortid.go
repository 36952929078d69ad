// Package shortid makes identifiers as Statuspage has them: twelve lower-case letters and digits, 62 bits of chance. They say nothing about
// what they name; a row's table does.
package shortid

import (
	"crypto/rand"
	"encoding/binary"
)

const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"

// Len is the length of every identifier.
const Len = 12

// New makes an identifier.
func New() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails on supported systems
	hi, lo := binary.BigEndian.Uint64(raw[:8]), binary.BigEndian.Uint64(raw[8:])
	b := make([]byte, Len)
	for i := range 6 {
		b[i], b[i+6] = alphabet[hi%36], alphabet[lo%36]
		hi, lo = hi/36, lo/36
	}
	return string(b)
}

// Valid tells whether s has the form of one.
func Valid(s string) bool {
	if len(s) != Len {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}
