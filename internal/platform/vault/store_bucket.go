package vault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/s3"
)

// Bucket is a Store in a bucket. Where the bucket keeps versions, an object is its first version, whatever was written over it or deleted later; where it has
// locks, every object is locked for the retention and a margin, in the mode that no credential takes off.
type Bucket struct {
	b     *s3.Bucket
	clock clock.Clock
	keep  time.Duration
}

// lockMargin is for how long objects are locked beyond the retention. What is still needed when a lock nears its end gets a longer one, see Vault.Renew: this is the time
// that such a renewal has.
const lockMargin = 14 * 24 * time.Hour

// OpenBucket makes a store over a bucket, which must give first versions.
func OpenBucket(b *s3.Bucket, retentionDays int, c clock.Clock) *Bucket {
	s := &Bucket{b: b, clock: c}
	s.Keep(retentionDays)
	return s
}

// Unprotected says what the bucket does not do that R6 asks of it; empty when it does everything.
func (s *Bucket) Unprotected() string {
	switch {
	case !s.b.Versioned():
		return "it keeps no versions: whoever has its credentials can write over objects and delete them"
	case !s.b.Locks():
		return "it has no object lock: whoever may delete versions can delete them inside of the retention"
	}
	return ""
}

func storeError(key string, err error) error {
	switch {
	case errors.Is(err, s3.ErrMissing):
		return fmt.Errorf("vault object %s: %w", key, errors.Join(ErrMissing, err))
	case errors.Is(err, s3.ErrExists):
		return fmt.Errorf("vault put %s: %w", key, errors.Join(ErrExists, err))
	case err != nil:
		return fmt.Errorf("vault object %s: %w", key, err)
	}
	return nil
}

// Put implements Store.
func (s *Bucket) Put(ctx context.Context, key string, r io.Reader) error {
	if err := checkKey(key); err != nil {
		return err
	}
	_, err := s.b.Put(ctx, s3.Put{Key: key, Body: r, Once: true, Until: s.clock.Now().Add(s.keep)})
	return storeError(key, err)
}

// Open implements Store.
func (s *Bucket) Open(ctx context.Context, key string) (Object, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	o, err := s.b.Object(ctx, key)
	if err != nil {
		return nil, storeError(key, err)
	}
	return o, nil
}

// List implements Store.
func (s *Bucket) List(ctx context.Context, prefix string) ([]string, error) {
	return s.ListAfter(ctx, prefix, "")
}

// ListAfter is List for the keys that come after one. A bucket is asked for those alone.
func (s *Bucket) ListAfter(ctx context.Context, prefix, after string) (keys []string, err error) {
	err = s.b.List(ctx, prefix, after, func(e s3.Entry) error {
		keys = append(keys, e.Key)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list vault %s: %w", prefix, err)
	}
	return keys, nil
}

// Keep changes for how many days objects are kept that are stored from now on.
func (s *Bucket) Keep(days int) { s.keep = time.Duration(days)*24*time.Hour + lockMargin }
