package s3_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"holdfast.dev/internal/platform/s3"
	"holdfast.dev/internal/platform/s3/s3test"
)

func random(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n), byte(n >> 8)})
	_, _ = r.Read(b)
	return b
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func read(t *testing.T, b *s3.Bucket, key string) []byte {
	t.Helper()
	o, err := b.Object(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	got, err := io.ReadAll(o)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAddressesHaveOneFormAndNoSecrets(t *testing.T) {
	a, err := s3.ParseAddress("s3://copies/acme/?endpoint=https://s3.example.com:9000&region=eu-central-1&style=path")
	if err != nil || a.Prefix != "acme/" || a.Bucket != "copies" || a.Endpoint.Host != "s3.example.com:9000" {
		t.Fatalf("%+v %v", a, err)
	}
	again, err := s3.ParseAddress(a.String())
	if err != nil || again.String() != a.String() || again.Prefix != a.Prefix {
		t.Fatalf("%s %v", a, err)
	}
	if a, err = s3.ParseAddress("s3://copies?region=eu-west-1"); err != nil || a.Endpoint.String() != "https://s3.eu-west-1.amazonaws.com" || a.Prefix != "" {
		t.Fatalf("%+v %v", a, err)
	}
	for _, bad := range []string{"", "s3://", "s3:///x", "https://copies/x", "s3://KEY:geheim@copies/x", "s3://copies/x?endpoint=ftp://h", "s3://copies/x?endpoint=https://k:geheim@h", "s3://copies/../x",
		"s3://copies/x?secret=geheim", "s3://c/x", "s3://copies/x?endpoint=https://h/path", "s3://copies/x?style=other", "s3://co_pies/x"} {
		if _, err := s3.ParseAddress(bad); err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	var log bytes.Buffer
	keys := s3.Keys{Access: "A", Secret: "geheim", Session: "geheim"}
	slog.New(slog.NewJSONHandler(&log, nil)).Info("opened", "keys", keys, "in", struct{ K s3.Keys }{keys})
	if text := log.String() + fmt.Sprintf("%v %+v %#v %s", keys, keys, keys, keys); strings.Contains(text, "geheim") {
		t.Errorf("credentials print: %s", text)
	}
}

// TestBuckets does the same on each kind of bucket.
func TestBuckets(t *testing.T) {
	server := s3test.Start(t)
	for name, p := range map[string]s3test.Protection{"plain": s3test.Plain, "versioned": s3test.Versioned, "locked": s3test.Locked} {
		t.Run(name, func(t *testing.T) {
			b := server.Open(server.Bucket(p))
			if b.Versioned() != (p != s3test.Plain) || b.Locks() != (p == s3test.Locked) {
				t.Fatalf("versions %t, locks %t", b.Versioned(), b.Locks())
			}
			t.Run("objects", func(t *testing.T) { objects(t, b) })
			t.Run("once", func(t *testing.T) { once(t, b) })
			t.Run("pages", func(t *testing.T) { pages(t, b) })
		})
	}
}

func objects(t *testing.T, b *s3.Bucket) {
	for _, n := range []int{0, 1, 70_000, 5<<20 - 1, 5 << 20, 11 << 20} {
		key, want := fmt.Sprintf("objects/%d", n), random(n)
		s, err := b.Put(t.Context(), s3.Put{Key: key, Body: io.MultiReader(bytes.NewReader(want)), Once: true, Until: time.Now().Add(time.Hour)})
		if err != nil || s.Size != int64(n) || s.SHA256 != hash(want) {
			t.Fatalf("%d bytes: %+v %v", n, s, err)
		}
		if got := read(t, b, key); !bytes.Equal(got, want) {
			t.Fatalf("%d bytes come back as %d", n, len(got))
		}
		o, err := b.Object(t.Context(), key)
		if err != nil || o.Size() != int64(n) {
			t.Fatalf("%d bytes: size %d, %v", n, o.Size(), err)
		}
		for range 5 {
			if n == 0 {
				break
			}
			from := rand.IntN(n)
			piece := make([]byte, rand.IntN(n-from)+1)
			if _, err := o.ReadAt(piece, int64(from)); err != nil || !bytes.Equal(piece, want[from:from+len(piece)]) {
				t.Fatalf("%d bytes from %d of %d: %v", len(piece), from, n, err)
			}
		}
		if _, err := o.ReadAt(make([]byte, 10), int64(n)); !errors.Is(err, io.EOF) {
			t.Errorf("past the end: %v", err)
		}
	}
	if _, err := b.Object(t.Context(), "objects/none"); !errors.Is(err, s3.ErrMissing) {
		t.Errorf("a missing object: %v", err)
	}
	if _, err := b.Object(t.Context(), "objects"); !errors.Is(err, s3.ErrMissing) {
		t.Errorf("a prefix of objects is opened: %v", err)
	}
}

// once refuses to replace, with objects of one part and of several.
func once(t *testing.T, b *s3.Bucket) {
	for _, n := range []int{10, 6 << 20} {
		key, want := fmt.Sprintf("once/%d", n), random(n)
		put := func(body []byte) error {
			_, err := b.Put(t.Context(), s3.Put{Key: key, Body: bytes.NewReader(body), Once: true})
			return err
		}
		if err := put(want); err != nil {
			t.Fatal(err)
		}
		if err := put(random(n + 1)); !errors.Is(err, s3.ErrExists) {
			t.Errorf("%d bytes are replaced: %v", n, err)
		}
		if !bytes.Equal(read(t, b, key), want) {
			t.Errorf("%d bytes were replaced", n)
		}
	}
}

func pages(t *testing.T, b *s3.Bucket) {
	const n = 100 // many pages
	for i := range n {
		if _, err := b.Put(t.Context(), s3.Put{Key: fmt.Sprintf("pages/%05d", i), Body: strings.NewReader("x"), Once: true}); err != nil {
			t.Fatal(err)
		}
	}
	list := func(prefix, after string) (keys []string) {
		err := b.List(t.Context(), prefix, after, func(e s3.Entry) error { keys = append(keys, e.Key); return nil })
		if err != nil {
			t.Fatal(err)
		}
		return keys
	}
	keys := list("pages/", "")
	if len(keys) != n || keys[0] != "pages/00000" || keys[n-1] != fmt.Sprintf("pages/%05d", n-1) {
		t.Fatalf("%d keys", len(keys))
	}
	if keys := list("pages/", "pages/00089"); len(keys) != 10 || keys[0] != "pages/00090" {
		t.Fatalf("after a key: %v", keys)
	}
	if keys := list("pages/0009", ""); len(keys) != 10 {
		t.Fatalf("a prefix inside of a name: %v", keys)
	}
}

// TestALargeObjectGoesOnWhereItWasCutShort breaks an upload in the middle.
func TestALargeObjectGoesOnWhereItWasCutShort(t *testing.T) {
	server := s3test.Start(t)
	for _, p := range []s3test.Protection{s3test.Plain, s3test.Locked} {
		b := server.Open(server.Bucket(p))
		want := random(22 << 20)
		put := func(body io.Reader, resume bool) (s3.Stored, error) {
			return b.Put(t.Context(), s3.Put{Key: "large", Body: body, Resume: resume})
		}
		broken := errors.New("the cable")
		cut := func() io.Reader {
			return io.MultiReader(bytes.NewReader(want[:16<<20]), readerFunc(func([]byte) (int, error) { return 0, broken }))
		}
		if _, err := put(cut(), true); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		if _, err := b.Object(t.Context(), "large"); !errors.Is(err, s3.ErrMissing) {
			t.Fatalf("half an object is there: %v", err)
		}
		changed := bytes.Clone(want)
		changed[6<<20] ^= 1 // in the second part
		s, err := put(bytes.NewReader(changed), true)
		if err != nil || s.Reused != 2 || s.SHA256 != hash(changed) {
			t.Fatalf("%+v %v", s, err)
		}
		if !bytes.Equal(read(t, b, "large"), changed) {
			t.Fatal("a changed part was not sent")
		}
		// Whoever does not go on later leaves nothing behind.
		if _, err := put(cut(), false); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		for u := range server.Client().ListIncompleteUploads(t.Context(), b.Address().Bucket, "", true) {
			t.Errorf("an upload is left: %+v", u)
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestWhatIsWrittenOverOrDeletedStays reads first versions, whatever came later, and cannot remove what is locked.
func TestWhatIsWrittenOverOrDeletedStays(t *testing.T) {
	server := s3test.Start(t)
	for _, p := range []s3test.Protection{s3test.Versioned, s3test.Locked} {
		b := server.Open(server.Bucket(p))
		c, bucket, prefix := server.Client(), b.Address().Bucket, b.Address().Prefix
		for _, key := range []string{"a/1", "a/2", "a/3"} {
			if _, err := b.Put(t.Context(), s3.Put{Key: key, Body: strings.NewReader("true " + key), Once: true, Until: time.Now().Add(time.Hour)}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.PutObject(t.Context(), bucket, prefix+"a/1", strings.NewReader("false"), 5, minio.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := c.RemoveObject(t.Context(), bucket, prefix+"a/2", minio.RemoveObjectOptions{}); err != nil {
			t.Fatal(err)
		}
		var entries []s3.Entry
		if err := b.List(t.Context(), "a/", "", func(e s3.Entry) error { entries = append(entries, e); return nil }); err != nil {
			t.Fatal(err)
		}
		if len(entries) != 3 || !entries[0].Hidden || !entries[1].Hidden || entries[2].Hidden {
			t.Fatalf("%+v", entries)
		}
		for _, e := range entries {
			if got := string(read(t, b, e.Key)); got != "true "+e.Key {
				t.Errorf("%s is %q", e.Key, got)
			}
		}
		err := c.RemoveObject(t.Context(), bucket, prefix+"a/3", minio.RemoveObjectOptions{VersionID: entries[2].Version})
		if locked := p == s3test.Locked; locked != (err != nil) {
			t.Errorf("removing a version, locked %t: %v", locked, err)
		}
		if p != s3test.Locked {
			continue
		}
		err = c.RemoveObject(t.Context(), bucket, prefix+"a/3", minio.RemoveObjectOptions{VersionID: entries[2].Version, GovernanceBypass: true})
		if err == nil {
			t.Error("the lock has a way around it")
		}
		later := time.Now().Add(3 * time.Hour)
		if err := b.Extend(t.Context(), "a/3", entries[2].Version, later); err != nil {
			t.Fatal(err)
		}
		if until, err := b.LockedUntil(t.Context(), "a/3", entries[2].Version); err != nil || until.Before(later.Add(-time.Minute)) {
			t.Errorf("locked until %s, %v", until, err)
		}
		if err := b.Extend(t.Context(), "a/3", entries[2].Version, time.Now().Add(time.Minute)); err == nil {
			t.Error("the lock was shortened")
		}
	}
}

func TestWrongCredentialsAreSaidAndNotShown(t *testing.T) {
	server := s3test.Start(t)
	a := server.Bucket(s3test.Plain)
	_, err := s3.Open(t.Context(), s3.Config{Address: a, Keys: s3.Keys{Access: s3test.Keys.Access, Secret: "geheim"}})
	if err == nil || strings.Contains(err.Error(), "geheim") || !strings.Contains(err.Error(), a.Bucket) {
		t.Errorf("%v", err)
	}
	a.Bucket = "no-such-bucket"
	if _, err := s3.Open(t.Context(), s3.Config{Address: a, Keys: s3test.Keys}); err == nil {
		t.Error("a bucket that is not there was opened")
	}
}

// TestAConnectionThatBreaksIsTakenUpAgain kills the server in the middle of a reading.
func TestAConnectionThatBreaksIsTakenUpAgain(t *testing.T) {
	server := s3test.Start(t)
	b := server.Open(server.Bucket(s3test.Plain))
	want := random(20 << 20)
	if _, err := b.Put(t.Context(), s3.Put{Key: "large", Body: bytes.NewReader(want)}); err != nil {
		t.Fatal(err)
	}
	o, err := b.Object(t.Context(), "large")
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	start := make([]byte, 1000)
	if _, err := io.ReadFull(o, start); err != nil {
		t.Fatal(err)
	}
	server.Kill()
	server.Run()
	rest, err := io.ReadAll(o)
	if err != nil || !bytes.Equal(append(start, rest...), want) {
		t.Fatalf("%d bytes, %v", len(start)+len(rest), err)
	}
}
