package s3

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

var (
	// ErrMissing is returned for an object that is not there.
	ErrMissing = errors.New("the object is missing")
	// ErrExists is returned by a Put that must not replace anything, when the key is taken.
	ErrExists = errors.New("the object exists")
)

// Keys are credentials. They print as nothing, so that no log shows them.
type Keys struct{ Access, Secret, Session string }

// String implements fmt.Stringer.
func (Keys) String() string { return "(credentials)" }

// GoString implements fmt.GoStringer.
func (Keys) GoString() string { return "(credentials)" }

// MarshalText implements encoding.TextMarshaler.
func (Keys) MarshalText() ([]byte, error) { return []byte("(credentials)"), nil }

// LogValue implements slog.LogValuer.
func (Keys) LogValue() slog.Value { return slog.StringValue("(credentials)") }

// partSize is how much of an object is sent at once; what is no larger goes in one request. An object has 10,000 parts at most.
const partSize = 16 << 20

// Config is what a bucket needs.
type Config struct {
	Address   Address
	Keys      Keys
	Transport http.RoundTripper // how the endpoint is reached; nil for directly. Endpoints that customers typed in need a guarded one.
	PartSize  int64             // bytes; 0 for the default. Servers refuse less than 5 MiB.
	Page      int               // how many objects are listed at once; 0 for what the server likes
	// Newest makes an object what was written last, where the bucket keeps versions; else it is what was written first.
	Newest bool
}

// Bucket is a place in a bucket: all keys are relative to the prefix of its address.
type Bucket struct {
	core minio.Core
	addr Address
	part int64
	page int

	versioned bool // the bucket keeps every version of an object, and the first one counts
	locks     bool // it can lock versions until an instant
}

// Open gives a bucket after asking what it does to protect objects, which is also how wrong credentials and names are found out.
func Open(ctx context.Context, c Config) (*Bucket, error) {
	lookup := map[string]minio.BucketLookupType{"": minio.BucketLookupAuto, "path": minio.BucketLookupPath, "virtual": minio.BucketLookupDNS}[c.Address.Style]
	transport := c.Transport
	if transport == nil {
		direct, err := minio.DefaultTransport(c.Address.Endpoint.Scheme == "https")
		if err != nil {
			return nil, err
		}
		direct.Proxy = nil
		transport = direct
	}
	core, err := minio.NewCore(c.Address.Endpoint.Host, &minio.Options{Creds: credentials.NewStaticV4(c.Keys.Access, c.Keys.Secret, c.Keys.Session),
		Secure: c.Address.Endpoint.Scheme == "https", Transport: transport, Region: c.Address.Region, BucketLookup: lookup, MaxRetries: 3})
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", c.Address.Bucket, err)
	}
	b := &Bucket{core: *core, addr: c.Address, part: c.PartSize, page: c.Page}
	if b.part == 0 {
		b.part = partSize
	}
	return b, b.look(ctx, c.Newest)
}

// look asks for versions and locks. Buckets of servers that know neither have neither.
func (b *Bucket) look(ctx context.Context, newest bool) error {
	if !newest {
		v, err := b.core.GetBucketVersioning(ctx, b.addr.Bucket)
		if err != nil && !unknown(err) {
			return b.wrap("open", "", err)
		}
		b.versioned = err == nil && v.Enabled()
	}
	if !b.versioned {
		_, err := b.core.ListObjectsV2(b.addr.Bucket, b.addr.Prefix, "", "", "", 1) // servers that do not know versions may not look at the bucket for them
		return b.wrap("open", "", err)
	}
	state, _, _, _, err := b.core.GetObjectLockConfig(ctx, b.addr.Bucket)
	if err != nil && !unknown(err) {
		return b.wrap("open", "", err)
	}
	b.locks = err == nil && state == "Enabled"
	return nil
}

// unknown tells whether an answer means that the bucket has no such thing, as against that it could not be asked.
func unknown(err error) bool {
	r := minio.ToErrorResponse(err)
	switch r.Code {
	case "ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration", "VersioningNotConfigured", "NotImplemented", "MethodNotAllowed", "AccessDenied":
		return true
	}
	return r.StatusCode == http.StatusNotImplemented
}

// Address tells where the bucket is.
func (b *Bucket) Address() Address { return b.addr }

// Versioned tells whether what is written over or deleted stays as an earlier version.
func (b *Bucket) Versioned() bool { return b.versioned }

// Locks tells whether the bucket can lock a version until an instant, so that nobody can remove it before.
func (b *Bucket) Locks() bool { return b.locks }

func (b *Bucket) key(key string) string { return b.addr.Prefix + key }

// wrap says what was done to which object, and makes the two errors that callers ask for.
func (b *Bucket) wrap(what, key string, err error) error {
	if err == nil {
		return nil
	}
	name := b.addr.Bucket + "/" + b.key(key)
	r := minio.ToErrorResponse(err)
	switch r.Code {
	case "NoSuchKey", "NoSuchVersion", "NotFound":
		return fmt.Errorf("%s %s: %w", what, name, ErrMissing)
	case "PreconditionFailed", "ConditionalRequestConflict":
		return fmt.Errorf("%s %s: %w", what, name, ErrExists)
	case "":
		return fmt.Errorf("%s %s: %w", what, name, err)
	}
	return fmt.Errorf("%s %s: the store answers %s: %s", what, name, r.Code, r.Message)
}
