package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"
)

// Entry is an object in a list.
type Entry struct {
	Key      string // relative to the bucket's prefix
	Size     int64
	Stored   time.Time // by the server's clock
	Version  string    // "" where the bucket keeps none
	Versions int       // how many there are
	Hidden   bool      // a later version, or the mark of a deletion, lies over it
}

// List visits the objects under a prefix whose keys come after one, in ascending order. Where the bucket keeps versions, an object is its first one: what was written
// over it or deleted later changes nothing.
func (b *Bucket) List(ctx context.Context, prefix, after string, visit func(Entry) error) error {
	o := minio.ListObjectsOptions{Prefix: b.key(prefix), Recursive: true, WithVersions: b.versioned, MaxKeys: b.page}
	if after != "" {
		o.StartAfter = b.key(after)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var cur Entry                // the first version of the present key, as far as seen: newer ones come first
	deleted := map[string]bool{} // keys under the mark of a deletion; some servers list all marks of a page before all versions
	flush := func() error {
		if cur.Versions == 0 || cur.Key <= after { // some servers begin with the key after which they shall begin
			return nil
		}
		cur.Hidden = cur.Versions > 1 || deleted[cur.Key]
		return visit(cur)
	}
	for info := range b.core.ListObjectsIter(ctx, b.addr.Bucket, o) {
		if info.Err != nil {
			return b.wrap("list", prefix, info.Err)
		}
		key := info.Key[len(b.addr.Prefix):]
		if info.IsDeleteMarker {
			deleted[key] = true
			continue
		}
		if key != cur.Key {
			if err := flush(); err != nil {
				return err
			}
			cur = Entry{Key: key}
		}
		cur.Versions++
		cur.Size, cur.Stored, cur.Version = info.Size, info.LastModified, info.VersionID
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return flush()
}

// Object opens an object for reading: its first version where the bucket keeps versions.
func (b *Bucket) Object(ctx context.Context, key string) (*Object, error) {
	o := &Object{b: b, ctx: ctx, key: key}
	if !b.versioned {
		info, err := b.core.StatObject(ctx, b.addr.Bucket, b.key(key), minio.StatObjectOptions{})
		if err != nil {
			return nil, b.wrap("open", key, err)
		}
		o.size, o.etag, o.stored = info.Size, info.ETag, info.LastModified
		return o, nil
	}
	found := errors.New("found")
	err := b.List(ctx, key, "", func(e Entry) error {
		if e.Key == key {
			o.size, o.version, o.stored = e.Size, e.Version, e.Stored
			return found
		}
		return ErrMissing // a longer key: the one asked for comes before it
	})
	switch {
	case errors.Is(err, found):
		return o, nil
	case err == nil, errors.Is(err, ErrMissing):
		return nil, fmt.Errorf("open %s/%s: %w", b.addr.Bucket, b.key(key), ErrMissing)
	}
	return nil, err
}

// window is how much is read around a place that is asked for: what lists the content of an object stands at its end, in two pieces.
const window = 64 << 10

// Object is an object being read. Read goes through it once, and goes on where a connection broke; ReadAt reads pieces.
type Object struct {
	b       *Bucket
	ctx     context.Context //nolint:containedctx // io.Reader takes none
	key     string
	version string
	etag    string
	size    int64
	stored  time.Time

	body  io.ReadCloser // of Read
	at    int64
	tries int

	mu   sync.Mutex // of what follows
	near []byte     // bytes around the last place that ReadAt was asked for
	from int64
}

// Size gives the object's bytes.
func (o *Object) Size() int64 { return o.size }

// Version names the version that is read; "" where the bucket keeps none.
func (o *Object) Version() string { return o.version }

// Stored gives when the server took it, by its clock.
func (o *Object) Stored() time.Time { return o.stored }

// ranged asks for the bytes from one place up to another, exclusive.
func (o *Object) ranged(from, to int64) (io.ReadCloser, error) {
	opts := minio.GetObjectOptions{VersionID: o.version}
	if o.etag != "" {
		if err := opts.SetMatchETag(o.etag); err != nil { // not half of another object
			return nil, err
		}
	}
	if err := opts.SetRange(from, to-1); err != nil {
		return nil, err
	}
	body, _, _, err := o.b.core.GetObject(o.ctx, o.b.addr.Bucket, o.b.key(o.key), opts)
	if err != nil {
		return nil, o.b.wrap("read", o.key, err)
	}
	return body, nil
}

// maxTries is how often a reading goes on after its connection broke, in a row.
const maxTries = 3

// Read implements io.Reader.
func (o *Object) Read(p []byte) (int, error) {
	for {
		if o.at >= o.size {
			return 0, io.EOF
		}
		var err error
		if o.body == nil {
			o.body, err = o.ranged(o.at, o.size)
		}
		n := 0
		if err == nil {
			n, err = o.body.Read(p)
			o.at += int64(n)
		}
		if n > 0 {
			o.tries = 0
			return n, nil
		}
		if err == nil {
			continue
		}
		if o.body != nil {
			_ = o.body.Close() // it broke
			o.body = nil
		}
		o.tries++
		if o.ctx.Err() != nil || errors.Is(err, ErrMissing) || o.tries > maxTries {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return 0, o.b.wrap("read", o.key, err)
		}
	}
}

// ReadAt implements io.ReaderAt.
func (o *Object) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= o.size {
		return 0, io.EOF
	}
	want := min(off+int64(len(p)), o.size)
	o.mu.Lock()
	defer o.mu.Unlock()
	if off < o.from || want > o.from+int64(len(o.near)) {
		if err := o.fetch(off, want); err != nil {
			return 0, err
		}
	}
	n := copy(p, o.near[off-o.from:want-o.from])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// fetch reads a piece, and what is before it up to a window.
func (o *Object) fetch(off, want int64) (err error) {
	from := max(0, min(off, want-window))
	for try := 0; try <= maxTries; try++ {
		var body io.ReadCloser
		if body, err = o.ranged(from, want); err != nil {
			return err
		}
		near := make([]byte, want-from)
		_, err = io.ReadFull(body, near)
		_ = body.Close()
		if err == nil {
			o.near, o.from = near, from
			return nil
		}
		if o.ctx.Err() != nil {
			break
		}
	}
	return o.b.wrap("read", o.key, err)
}

// Close ends the reading.
func (o *Object) Close() error {
	if o.body == nil {
		return nil
	}
	return o.body.Close()
}
