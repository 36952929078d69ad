package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/zstd"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/volume"
)

const segmentMagic = "HFSEG1\n"

// Frame is a run of commits of one volume inside a segment.
type Frame struct {
	Ref     string         `json:"volume"`
	From    int64          `json:"from"` // first commit
	To      int64          `json:"to"`   // last commit
	FromAt  time.Time      `json:"from_at"`
	ToAt    time.Time      `json:"to_at"`
	Prev    string         `json:"prev,omitempty"` // segment with the volume's commits before From
	Before  string         `json:"chain_before"`
	Chain   string         `json:"chain"`  // after To
	Digest  string         `json:"digest"` // of the state after To
	Rows    int64          `json:"rows"`   // of the state after To
	Schema  map[string]int `json:"schema"` // of the state after each of its commits: a migration begins a frame
	Offset  int64          `json:"offset"` // of the compressed body in the segment
	Length  int64          `json:"length"`
	Segment string         `json:"-"` // key of the segment it was read from
}

// footer ends a segment and lists its frames.
type footer struct {
	Node   string    `json:"node"`
	At     time.Time `json:"at"`
	Prev   string    `json:"prev,omitempty"` // the node's segment before this one
	Key    string    `json:"key"`            // fingerprint of the signing key
	Frames []Frame   `json:"frames"`
}

// Entry is a commit with its changes.
type Entry struct {
	Commit  journal.Commit
	Changes []journal.Change
}

// maxBody bounds a frame unpacked. It is far above maxFrame for the sake of a migration: one commit with two images of every row of the tables it changes.
const maxBody = 8 << 30

var (
	encoder, _ = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	decoder, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(maxBody))
)

// encodeEntries gives the body of a frame, compressed.
func encodeEntries(entries []Entry) []byte {
	var b []byte
	text := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	image := func(s *string) {
		if s == nil {
			b = append(b, 0)
			return
		}
		b = append(b, 1)
		text(*s)
	}
	for _, e := range entries {
		c := e.Commit
		b = binary.AppendVarint(b, c.Seq)
		b = binary.AppendVarint(b, clock.Micros(c.At))
		for _, s := range []string{c.Kind, c.Actor, c.Source, c.Request, c.Reason, c.Summary.String()} {
			text(s)
		}
		b = binary.AppendUvarint(b, uint64(len(e.Changes)))
		for _, ch := range e.Changes {
			text(ch.Table)
			text(ch.Op)
			image(ch.Before)
			image(ch.After)
		}
	}
	return encoder.EncodeAll(b, nil)
}

var errTruncated = errors.New("the body ends early")

// decodeEntries reads the body of a frame.
func decodeEntries(body []byte) (entries []Entry, err error) {
	raw, err := decoder.DecodeAll(body, nil)
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	r := &cursor{b: raw}
	for len(r.b) > 0 && r.err == nil {
		var e Entry
		e.Commit.Seq = r.varint()
		e.Commit.At = clock.FromMicros(r.varint())
		var summary string
		for _, dst := range []*string{&e.Commit.Kind, &e.Commit.Actor, &e.Commit.Source, &e.Commit.Request, &e.Commit.Reason, &summary} {
			*dst = r.text()
		}
		e.Commit.Summary = journal.ParseSummary(summary)
		n := r.uvarint()
		for i := uint64(0); i < n && r.err == nil; i++ {
			e.Changes = append(e.Changes, journal.Change{Table: r.text(), Op: r.text(), Before: r.image(), After: r.image()})
		}
		entries = append(entries, e)
	}
	return entries, r.err
}

type cursor struct {
	b   []byte
	err error
}

func (r *cursor) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *cursor) varint() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *cursor) text() string {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.fail()
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *cursor) image() *string {
	if len(r.b) == 0 {
		r.fail()
		return nil
	}
	there := r.b[0] == 1
	r.b = r.b[1:]
	if !there {
		return nil
	}
	s := r.text()
	return &s
}

func (r *cursor) fail() { r.b, r.err = nil, errTruncated }

// segment is being put together.
type segment struct {
	buf  bytes.Buffer
	foot footer
}

func newSegment(node, prev string, at time.Time, signer *Signer) *segment {
	s := &segment{foot: footer{Node: node, Prev: prev, At: at, Key: Fingerprint(signer.Public())}}
	s.buf.WriteString(segmentMagic)
	return s
}

func (s *segment) add(f Frame, body []byte) {
	f.Offset, f.Length = int64(s.buf.Len()), int64(len(body))
	s.buf.Write(body)
	s.foot.Frames = append(s.foot.Frames, f)
}

// seal ends the segment: footer, its length, signature over the hash of all before it.
func (s *segment) seal(signer *Signer) ([]byte, error) {
	foot, err := json.Marshal(s.foot)
	if err != nil {
		return nil, err
	}
	s.buf.Write(foot)
	s.buf.Write(binary.BigEndian.AppendUint32(nil, uint32(len(foot))))
	sum := sha256.Sum256(s.buf.Bytes())
	s.buf.Write(signer.Sign(sum[:]))
	return s.buf.Bytes(), nil
}

const trailer = 4 + 64 // footer length, signature

// readFooter reads what a segment lists, without checking its signature, which covers the bodies too.
func readFooter(ctx context.Context, store Store, key string) (footer, error) {
	var f footer
	o, err := store.Open(ctx, key)
	if err != nil {
		return f, err
	}
	defer o.Close()
	size := o.Size()
	if size < int64(len(segmentMagic)+trailer) {
		return f, fmt.Errorf("vault object %s is truncated: %w", key, ErrDamaged)
	}
	var tail [trailer]byte
	if _, err := o.ReadAt(tail[:], size-trailer); err != nil {
		return f, fmt.Errorf("vault object %s: %w", key, err)
	}
	n := int64(binary.BigEndian.Uint32(tail[:4]))
	if n > size-int64(len(segmentMagic)+trailer) {
		return f, fmt.Errorf("vault object %s is truncated: %w", key, ErrDamaged)
	}
	b := make([]byte, n)
	if _, err := o.ReadAt(b, size-trailer-n); err != nil {
		return f, fmt.Errorf("vault object %s: %w", key, err)
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return f, fmt.Errorf("vault object %s: its list of frames cannot be read (%w): %w", key, err, ErrDamaged)
	}
	if err := f.check(size - trailer - n); err != nil {
		return f, fmt.Errorf("vault object %s: its list of frames %w: %w", key, err, ErrDamaged)
	}
	for i := range f.Frames {
		f.Frames[i].Segment = key
	}
	return f, nil
}

// check looks for what no list of frames can say; end is where the bodies end. What it finds is cheaper than the signature, which proves the rest.
func (f footer) check(end int64) error {
	at := int64(len(segmentMagic))
	for _, fr := range f.Frames {
		if _, err := volume.ParseRef(fr.Ref); err != nil {
			return fmt.Errorf("names no volume (%w)", err)
		}
		for _, hash := range []string{fr.Before, fr.Chain, fr.Digest} {
			if _, err := journal.ParseHash(hash); err != nil {
				return fmt.Errorf("has no hash where one should be (%w)", err)
			}
		}
		if fr.From < 1 || fr.To < fr.From || fr.ToAt.Before(fr.FromAt) || fr.Offset != at || fr.Length < 1 {
			return fmt.Errorf("contradicts itself about %s", fr.Ref)
		}
		at += fr.Length
	}
	if at != end || f.Node == "" || f.Key == "" || f.At.IsZero() {
		return errors.New("is not whole")
	}
	return nil
}

// readSegment reads a whole segment and checks its signature.
func readSegment(ctx context.Context, store Store, ring *keyring, key string) ([]byte, footer, error) {
	foot, err := readFooter(ctx, store, key)
	if err != nil {
		return nil, foot, err
	}
	o, err := store.Open(ctx, key)
	if err != nil {
		return nil, foot, err
	}
	defer o.Close()
	b, err := io.ReadAll(o)
	if err != nil {
		return nil, foot, fmt.Errorf("vault object %s: %w", key, err)
	}
	sum := sha256.Sum256(b[:len(b)-64])
	if err := ring.verify(ctx, foot.Key, sum[:], b[len(b)-64:]); err != nil {
		return nil, foot, fmt.Errorf("vault object %s: %w", key, err)
	}
	return b, foot, nil
}

// readFrame reads the commits of one frame. Its proof is the chain, which the reader follows from commit to commit.
func readFrame(ctx context.Context, store Store, f Frame) ([]Entry, error) {
	o, err := store.Open(ctx, f.Segment)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	if f.Offset < 0 || f.Length < 0 || f.Offset+f.Length > o.Size() {
		return nil, fmt.Errorf("vault object %s is truncated", f.Segment)
	}
	b := make([]byte, f.Length)
	if _, err := o.ReadAt(b, f.Offset); err != nil {
		return nil, fmt.Errorf("vault object %s: %w", f.Segment, err)
	}
	entries, err := decodeEntries(b)
	if err != nil {
		return nil, fmt.Errorf("vault object %s, commits %d to %d of %s: %w", f.Segment, f.From, f.To, f.Ref, err)
	}
	if _, err := volume.ParseRef(f.Ref); err != nil {
		return nil, fmt.Errorf("vault object %s: %w", f.Segment, err)
	}
	return entries, nil
}
