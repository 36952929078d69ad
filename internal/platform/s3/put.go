package s3

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // what S3 names the content of an object by; the proof beside it is SHA-256
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"
)

// Put is an object to be stored.
type Put struct {
	Key    string
	Body   io.Reader
	Once   bool      // ErrExists when the key is taken
	Until  time.Time // locked until then, so that nobody removes it earlier; the zero time, or a bucket without locks: not locked
	Resume bool      // an upload of this key that was cut short goes on where its parts are the same
}

// Stored is what an object became.
type Stored struct {
	Size   int64
	SHA256 string // hexadecimal
	Reused int    // parts that were there from an upload that was cut short
}

// signedWhole makes the library sign the SHA-256 that it is given of a whole body, over plain HTTP too. It would sign there piece by piece instead, and send an
// empty body as a stream without a length, of which servers leave the end unread: the next request on the connection then fails.
const signedWhole = true

// buffers hold one part each, of the default size.
var buffers = sync.Pool{New: func() any { b := make([]byte, partSize); return &b }}

// Put stores an object: in one request when it fits into one part, else in parts. It returns once the server has said what it stored, and that is what was sent.
func (b *Bucket) Put(ctx context.Context, p Put) (s Stored, err error) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	part := *buf
	if int64(len(part)) != b.part {
		part = make([]byte, b.part)
	}
	n, err := io.ReadFull(p.Body, part)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return b.putWhole(ctx, p, part[:n])
	case err != nil:
		return s, fmt.Errorf("store %s: %w", p.Key, err)
	}
	return b.putParts(ctx, p, part)
}

// options are those of a new object. The lock is in compliance mode: no credential takes it off.
func (b *Bucket) options(p Put) minio.PutObjectOptions {
	o := minio.PutObjectOptions{DisableContentSha256: signedWhole}
	if p.Once {
		o.SetMatchETagExcept("*")
	}
	if b.locks && !p.Until.IsZero() {
		o.Mode, o.RetainUntilDate = minio.Compliance, p.Until
	}
	return o
}

// sum is what proves a part: MD5 for what servers answer with, SHA-256 for what is signed and told to the caller.
type sum struct {
	md5    [md5.Size]byte
	sha256 [sha256.Size]byte
}

func sumOf(part []byte) sum { return sum{md5.Sum(part), sha256.Sum256(part)} } //nolint:gosec // see above

func (s sum) md5Base64() string { return base64.StdEncoding.EncodeToString(s.md5[:]) }
func (s sum) etag() string      { return hex.EncodeToString(s.md5[:]) }
func (s sum) hex() string       { return hex.EncodeToString(s.sha256[:]) }

func (b *Bucket) putWhole(ctx context.Context, p Put, body []byte) (Stored, error) {
	h := sumOf(body)
	info, err := b.core.PutObject(ctx, b.addr.Bucket, b.key(p.Key), bytes.NewReader(body), int64(len(body)), h.md5Base64(), h.hex(), b.options(p))
	if err != nil {
		return Stored{}, b.wrap("store", p.Key, err)
	}
	s := Stored{Size: int64(len(body)), SHA256: h.hex()}
	if info.ETag == h.etag() {
		return s, nil
	}
	return s, b.readBack(ctx, p.Key, info.VersionID, s) // its names of contents are not MD5, so ask for the content itself
}

// readBack compares an object with what was sent, by reading it.
func (b *Bucket) readBack(ctx context.Context, key, version string, want Stored) error {
	body, _, _, err := b.core.GetObject(ctx, b.addr.Bucket, b.key(key), minio.GetObjectOptions{VersionID: version})
	if err != nil {
		return b.wrap("read back", key, err)
	}
	defer body.Close()
	hash := sha256.New()
	n, err := io.Copy(hash, body)
	if err != nil {
		return b.wrap("read back", key, err)
	}
	if got := hex.EncodeToString(hash.Sum(nil)); n != want.Size || got != want.SHA256 {
		return fmt.Errorf("store %s/%s: the store has %d bytes with SHA-256 %s, sent were %d with %s", b.addr.Bucket, b.key(key), n, got, want.Size, want.SHA256)
	}
	return nil
}
