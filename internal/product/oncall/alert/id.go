package alert

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"sync/atomic"
	"time"
)

// newest is the time and counter of the last identifier, as its first 60 bits without the version have them.
var newest atomic.Uint64

// NewID makes a UUID of version 7: clients of this API expect UUIDs, and these sort by time, so that new rows go to the end of their index. Those made in the same
// millisecond sort in the order in which they were made.
func NewID(at time.Time) string {
	ms := uint64(at.UnixMilli()) << 12
	for {
		last := newest.Load()
		next := ms
		if last&^0xfff == ms && last&0xfff != 0xfff {
			next = last + 1
		}
		if newest.CompareAndSwap(last, next) {
			return uuid(next, true)
		}
	}
}

// firstID is the smallest identifier of an instant.
func firstID(at time.Time) string { return uuid(uint64(at.UnixMilli())<<12, false) }

func uuid(first uint64, random bool) string {
	var raw [16]byte
	if random {
		_, _ = rand.Read(raw[8:]) // does not fail on supported systems
	}
	binary.BigEndian.PutUint64(raw[:8], first<<4&^0xffff|0x7000|first&0xfff)
	raw[8] = 0x80 | raw[8]&0x3f
	var out [36]byte
	hex.Encode(out[0:8], raw[0:4])
	hex.Encode(out[9:13], raw[4:6])
	hex.Encode(out[14:18], raw[6:8])
	hex.Encode(out[19:23], raw[8:10])
	hex.Encode(out[24:36], raw[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}
