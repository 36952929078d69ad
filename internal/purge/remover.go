package purge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"holdfast.dev/internal/platform/s3"
	"holdfast.dev/internal/platform/vault"
)

// FolderRemover removes from a vault that is a folder.
type FolderRemover struct{ Dir string }

func (r FolderRemover) path(key string) (string, error) {
	if !filepath.IsLocal(filepath.FromSlash(key)) {
		return "", fmt.Errorf("%q is no vault key", key)
	}
	return filepath.Join(r.Dir, filepath.FromSlash(key)), nil
}

// Stored implements Remover.
func (r FolderRemover) Stored(_ context.Context, key string) (time.Time, error) {
	path, err := r.path(key)
	if err != nil {
		return time.Time{}, err
	}
	st, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, fmt.Errorf("%s: %w", key, vault.ErrMissing)
	}
	if err != nil {
		return time.Time{}, err
	}
	return st.ModTime(), nil
}

// Remove implements Remover, and removes the folders that it leaves empty.
func (r FolderRemover) Remove(_ context.Context, key string) error {
	path, err := r.path(key)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for dir := filepath.Dir(key); dir != "." && strings.Contains(dir, "/"); dir = filepath.Dir(dir) {
		if os.Remove(filepath.Join(r.Dir, dir)) != nil {
			return nil //nolint:nilerr // there is something in it, so that it stays
		}
	}
	return nil
}

// BucketRemover removes from a vault that is a bucket.
type BucketRemover struct {
	client *minio.Client
	addr   s3.Address
}

// OpenBucketRemover takes credentials that may list and delete versions, which those of the server must not.
func OpenBucketRemover(a s3.Address, k s3.Keys) (*BucketRemover, error) {
	lookup := map[string]minio.BucketLookupType{"path": minio.BucketLookupPath, "virtual": minio.BucketLookupDNS}[a.Style]
	c, err := minio.New(a.Endpoint.Host, &minio.Options{Creds: credentials.NewStaticV4(k.Access, k.Secret, k.Session), Secure: a.Endpoint.Scheme == "https", Region: a.Region, BucketLookup: lookup, MaxRetries: 3})
	if err != nil {
		return nil, err
	}
	return &BucketRemover{c, a}, nil
}

// versions lists what there is of one key, the marks of deletions included.
func (r *BucketRemover) versions(ctx context.Context, key string) (all []minio.ObjectInfo, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for o := range r.client.ListObjectsIter(ctx, r.addr.Bucket, minio.ListObjectsOptions{Prefix: r.addr.Prefix + key, Recursive: true, WithVersions: true}) {
		if o.Err != nil {
			return nil, fmt.Errorf("%s: %w", key, o.Err)
		}
		if o.Key == r.addr.Prefix+key {
			all = append(all, o)
		}
	}
	return all, ctx.Err()
}

// Stored implements Remover: when the newest of its versions came.
func (r *BucketRemover) Stored(ctx context.Context, key string) (at time.Time, err error) {
	all, err := r.versions(ctx, key)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%s: %w", key, vault.ErrMissing)
	}
	for _, o := range all {
		if o.LastModified.After(at) {
			at = o.LastModified
		}
	}
	return at, err
}

// Remove implements Remover.
func (r *BucketRemover) Remove(ctx context.Context, key string) error {
	all, err := r.versions(ctx, key)
	if err != nil {
		return err
	}
	for _, o := range all {
		if err := r.client.RemoveObject(ctx, r.addr.Bucket, o.Key, minio.RemoveObjectOptions{VersionID: o.VersionID}); err != nil {
			switch minio.ToErrorResponse(err).Code {
			case "AccessDenied", "ObjectLocked", "InvalidRequest", "MethodNotAllowed":
				return fmt.Errorf("%s: %w: %w", key, ErrLocked, err)
			}
			return err
		}
	}
	return nil
}
