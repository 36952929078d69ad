package s3

import (
	"context"
	"time"

	"github.com/minio/minio-go/v7"
)

// Extend locks the first version of an object until an instant. In compliance mode a lock can be made longer and never shorter. A bucket without locks does nothing.
func (b *Bucket) Extend(ctx context.Context, key, version string, until time.Time) error {
	if !b.locks {
		return nil
	}
	mode := minio.Compliance
	return b.wrap("lock", key, b.core.PutObjectRetention(ctx, b.addr.Bucket, b.key(key), minio.PutObjectRetentionOptions{Mode: &mode, RetainUntilDate: &until, VersionID: version}))
}

// LockedUntil tells until when a version is locked; the zero time when it is not.
func (b *Bucket) LockedUntil(ctx context.Context, key, version string) (time.Time, error) {
	info, err := b.core.StatObject(ctx, b.addr.Bucket, b.key(key), minio.StatObjectOptions{VersionID: version})
	if err != nil {
		return time.Time{}, b.wrap("ask for the lock of", key, err)
	}
	text := info.Metadata.Get("X-Amz-Object-Lock-Retain-Until-Date")
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339Nano, text)
}
