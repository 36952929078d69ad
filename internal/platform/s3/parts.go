package s3

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // what S3 names the content of an object by
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/minio/minio-go/v7"
)

const maxParts = 10000

// upload is an object being sent in parts.
type upload struct {
	b     *Bucket
	key   string
	id    string
	there map[int]minio.ObjectPart // from an earlier try, by number
	done  []minio.CompletePart
	names []byte // the MD5 of the parts, of which the object's name of content is made
	Stored
}

// putParts sends an object in parts; first is the first one. What it sent stays with the server when it fails and the caller means to go on later.
func (b *Bucket) putParts(ctx context.Context, p Put, first []byte) (s Stored, err error) {
	if p.Once { // find out before sending it all; the server decides at the end
		if _, err := b.Object(ctx, p.Key); err == nil {
			return s, fmt.Errorf("store %s/%s: %w", b.addr.Bucket, b.key(p.Key), ErrExists)
		} else if !errors.Is(err, ErrMissing) {
			return s, err
		}
	}
	u := &upload{b: b, key: b.key(p.Key)}
	if err := u.begin(ctx, p); err != nil {
		return s, b.wrap("store", p.Key, err)
	}
	defer func() {
		if err != nil && !p.Resume {
			err = errors.Join(err, b.wrap("take back parts of", p.Key, b.core.AbortMultipartUpload(context.WithoutCancel(ctx), b.addr.Bucket, u.key, u.id)))
		}
	}()
	whole := sha256.New()
	for part, n := first, len(first); n > 0; {
		whole.Write(part[:n])
		if err := u.send(ctx, part[:n]); err != nil {
			return s, b.wrap("store", p.Key, err)
		}
		n, err = io.ReadFull(p.Body, part)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return s, fmt.Errorf("store %s: %w", p.Key, err)
		}
	}
	u.SHA256 = hex.EncodeToString(whole.Sum(nil))
	return u.Stored, u.finish(ctx, p)
}

// begin finds the newest upload of the key that was cut short, or starts one.
func (u *upload) begin(ctx context.Context, p Put) (err error) {
	if p.Resume {
		if err := u.find(ctx); err != nil || u.id != "" {
			return err
		}
	}
	o := u.b.options(Put{Until: p.Until})
	u.id, err = u.b.core.NewMultipartUpload(ctx, u.b.addr.Bucket, u.key, o)
	return err
}

func (u *upload) find(ctx context.Context) error {
	var newest minio.ObjectMultipartInfo
	for m := range u.b.core.ListIncompleteUploads(ctx, u.b.addr.Bucket, u.key, true) {
		if m.Err != nil {
			return m.Err
		}
		if m.Key == u.key && m.Initiated.After(newest.Initiated) {
			newest = m
		}
	}
	if u.id = newest.UploadID; u.id == "" {
		return nil
	}
	u.there = map[int]minio.ObjectPart{}
	for after := 0; ; {
		page, err := u.b.core.ListObjectParts(ctx, u.b.addr.Bucket, u.key, u.id, after, 1000)
		if err != nil {
			return err
		}
		for _, part := range page.ObjectParts {
			u.there[part.PartNumber] = part
		}
		if !page.IsTruncated || page.NextPartNumberMarker <= after {
			return nil
		}
		after = page.NextPartNumberMarker
	}
}

// send sends the next part, unless the server has the very same.
func (u *upload) send(ctx context.Context, part []byte) error {
	number := len(u.done) + 1
	if number > maxParts {
		return fmt.Errorf("an object has at most %d parts of %d bytes", maxParts, u.b.part)
	}
	h := sumOf(part)
	name := h.etag()
	if old, ok := u.there[number]; ok && old.Size == int64(len(part)) && strings.Trim(old.ETag, `"`) == name {
		u.Reused++
	} else {
		sent, err := u.b.core.PutObjectPart(ctx, u.b.addr.Bucket, u.key, u.id, number, bytes.NewReader(part), int64(len(part)),
			minio.PutObjectPartOptions{Md5Base64: h.md5Base64(), Sha256Hex: h.hex(), DisableContentSha256: signedWhole})
		if err != nil {
			return err
		}
		name = sent.ETag
	}
	u.names = append(u.names, h.md5[:]...)
	u.done = append(u.done, minio.CompletePart{PartNumber: number, ETag: name})
	u.Size += int64(len(part))
	return nil
}

// finish makes the parts one object and compares it with what was sent.
func (u *upload) finish(ctx context.Context, p Put) error {
	var o minio.PutObjectOptions
	if p.Once {
		o.SetMatchETagExcept("*")
	}
	info, err := u.b.core.CompleteMultipartUpload(ctx, u.b.addr.Bucket, u.key, u.id, u.done, o)
	if err != nil {
		return u.b.wrap("store", p.Key, err)
	}
	names := md5.Sum(u.names) //nolint:gosec // see above
	if info.ETag == fmt.Sprintf("%s-%d", hex.EncodeToString(names[:]), len(u.done)) {
		return nil
	}
	return u.b.readBack(ctx, p.Key, info.VersionID, u.Stored)
}
