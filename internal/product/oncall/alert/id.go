package alert

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// NewID makes a UUID of version 7: clients of this API expect UUIDs, and these sort by time, so that new rows go to the end of their index.
func NewID(at time.Time) string {
	var raw [16]byte
	_, _ = rand.Read(raw[6:]) // does not fail on supported systems
	binary.BigEndian.PutUint64(raw[:8], uint64(at.UnixMilli())<<16|uint64(raw[6])<<8|uint64(raw[7]))
	raw[6] = 0x70 | raw[6]&0x0f
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
