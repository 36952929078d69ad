package takeout

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/platform/s3"
)

// Bucket is a customer's bucket: current.json names the newest whole state and proves its files, files/ holds attachments by their hash. There are two places
// for states, taken in turn, so that nothing needs to be removed: a new state is written over the one before the previous.
type Bucket struct {
	b   *s3.Bucket
	tmp string

	read state // of a Source, once the manifest was read
}

// OpenBucket gives a bucket to write to; states are put together under the folder tmp. b must be opened for newest versions.
func OpenBucket(b *s3.Bucket, tmp string) *Bucket { return &Bucket{b: b, tmp: tmp} }

// ReadBucket gives the current state of a bucket.
func ReadBucket(b *s3.Bucket) Source { return &Bucket{b: b} }

const (
	currentKey   = "current.json"
	bucketFormat = "holdfast-takeout/1"
)

// state is what current.json says.
type state struct {
	Format string           `json:"format"`
	State  string           `json:"state"` // prefix of its objects
	Files  map[string]proof `json:"files"`
}

// proof is of one file of a state.
type proof struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Begin implements Place.
func (p *Bucket) Begin(at time.Time) (string, error) {
	return os.MkdirTemp(p.tmp, "takeout-"+at.UTC().Format("20060102T150405")+"-")
}

// Discard implements Place. Parts that were sent stay in the bucket for the next try, which goes on with them.
func (p *Bucket) Discard(dir string) error { return os.RemoveAll(dir) }

// Files implements Place.
func (p *Bucket) Files(ctx context.Context) (func(string) bool, error) {
	there := map[string]bool{}
	err := p.b.List(ctx, "files/", "", func(e s3.Entry) error {
		there[strings.TrimPrefix(e.Key, "files/")] = true
		return nil
	})
	return func(hash string) bool { return there[hash] }, err
}

// Add implements Place. The content is proven before it is sent: what has a wrong name in a bucket stays there.
func (p *Bucket) Add(ctx context.Context, hash string, body io.ReadSeeker) error {
	sum := sha256.New()
	if _, err := io.Copy(sum, body); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != hash {
		return ErrChanged
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := p.b.Put(ctx, s3.Put{Key: "files/" + hash, Body: body, Resume: true})
	return err
}

// Publish implements Place: the files of the state, then, in one request, what says that they are the current one.
func (p *Bucket) Publish(ctx context.Context, dir string) error {
	now, err := p.current(ctx)
	if err != nil && !errors.Is(err, ErrNone) {
		return err
	}
	next := state{Format: bucketFormat, State: "state-0", Files: map[string]proof{}}
	if now.State == next.State {
		next.State = "state-1"
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if next.Files[e.Name()], err = p.send(ctx, filepath.Join(dir, e.Name()), next.State+"/"+e.Name()); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(next, "", "  ")
	if err != nil {
		return err
	}
	if _, err := p.b.Put(ctx, s3.Put{Key: currentKey, Body: bytes.NewReader(text)}); err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

func (p *Bucket) send(ctx context.Context, path, key string) (proof, error) {
	f, err := os.Open(path)
	if err != nil {
		return proof{}, err
	}
	defer f.Close()
	s, err := p.b.Put(ctx, s3.Put{Key: key, Body: f, Resume: true})
	return proof{s.Size, s.SHA256}, err
}

// maxText bounds what is read of current.json and of a manifest, in bytes.
const maxText = 1 << 20

func (p *Bucket) text(ctx context.Context, key string) ([]byte, error) {
	o, err := p.b.Object(ctx, key)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	if o.Size() > maxText {
		return nil, fmt.Errorf("%s has %d bytes, more than any that was written here", key, o.Size())
	}
	return io.ReadAll(o)
}

// states are the places that states have.
var states = []string{"state-0", "state-1"}

func (p *Bucket) current(ctx context.Context) (s state, err error) {
	text, err := p.text(ctx, currentKey)
	if errors.Is(err, s3.ErrMissing) {
		return s, ErrNone
	}
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil || s.Format != bucketFormat || !slices.Contains(states, s.State) {
		return state{}, fmt.Errorf("%s is not of the form %s: %w", currentKey, bucketFormat, ErrNone)
	}
	return s, nil
}

// Manifest implements Source.
func (p *Bucket) Manifest(ctx context.Context) (text []byte, err error) {
	if p.read, err = p.current(ctx); err != nil {
		return nil, err
	}
	text, err = p.text(ctx, p.read.State+"/manifest.json")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	return text, p.prove("manifest.json", int64(len(text)), sum[:])
}

func (p *Bucket) prove(name string, bytes int64, sum []byte) error {
	want, ok := p.read.Files[name]
	if !ok || want.Bytes != bytes || want.SHA256 != hex.EncodeToString(sum) {
		return fmt.Errorf("%s/%s: %w", p.read.State, name, ErrChanged)
	}
	return nil
}

// Database implements Source.
func (p *Bucket) Database(ctx context.Context, name, path string) error {
	o, err := p.b.Object(ctx, p.read.State+"/"+name)
	if err != nil {
		return err
	}
	defer o.Close()
	sum := sha256.New()
	if err := writeNew(path, io.TeeReader(o, sum)); err != nil {
		return err
	}
	return p.prove(name, o.Size(), sum.Sum(nil))
}

// File implements Source.
func (p *Bucket) File(ctx context.Context, hash string) (io.ReadCloser, int64, error) {
	o, err := p.b.Object(ctx, "files/"+hash)
	if errors.Is(err, s3.ErrMissing) {
		return nil, 0, ErrMissing
	}
	if err != nil {
		return nil, 0, err
	}
	return o, o.Size(), nil
}
