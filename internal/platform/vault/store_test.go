package vault_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/s3/s3test"
	"holdfast.dev/internal/platform/vault"
)

// stores runs f on every kind of store.
func stores(t *testing.T, f func(t *testing.T, s vault.Store)) {
	t.Helper()
	t.Run("folder", func(t *testing.T) {
		s, err := vault.OpenFolder(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		f(t, s)
	})
	t.Run("bucket", func(t *testing.T) { f(t, bucketStore(t, s3test.Plain)) })
	t.Run("locked bucket", func(t *testing.T) { f(t, bucketStore(t, s3test.Locked)) })
}

func bucketStore(t *testing.T, p s3test.Protection) vault.Store {
	t.Helper()
	server := s3test.Start(t)
	return vault.OpenBucket(server.Open(server.Bucket(p)), 30, clock.System)
}

func content(t *testing.T, s vault.Store, key string) []byte {
	t.Helper()
	o, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	b, err := io.ReadAll(o)
	if err != nil || int64(len(b)) != o.Size() {
		t.Fatalf("%s: %d bytes of %d, %v", key, len(b), o.Size(), err)
	}
	return b
}

func TestStoresKeepObjectsOnceAndWhole(t *testing.T) {
	stores(t, func(t *testing.T, s vault.Store) {
		large := make([]byte, 12<<20)
		_, _ = rand.NewChaCha8([32]byte{1}).Read(large)
		for key, want := range map[string][]byte{"a/empty": {}, "a/small": []byte("x"), "a/large": large} {
			if err := s.Put(t.Context(), key, io.MultiReader(bytes.NewReader(want))); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(content(t, s, key), want) {
				t.Errorf("%s comes back as something else", key)
			}
			if err := s.Put(t.Context(), key, strings.NewReader("other")); !errors.Is(err, vault.ErrExists) {
				t.Errorf("%s twice: %v", key, err)
			}
			if !bytes.Equal(content(t, s, key), want) {
				t.Errorf("%s was replaced", key)
			}
		}
		cable := errors.New("the cable")
		broken := func(n int) io.Reader {
			return io.MultiReader(bytes.NewReader(large[:n]), readerFunc(func([]byte) (int, error) { return 0, cable }))
		}
		for _, n := range []int{10, 11 << 20} {
			key := fmt.Sprintf("broken/%d", n)
			if err := s.Put(t.Context(), key, broken(n)); !errors.Is(err, cable) {
				t.Errorf("%v", err)
			}
			if _, err := s.Open(t.Context(), key); !errors.Is(err, vault.ErrMissing) {
				t.Errorf("half of %s is there: %v", key, err)
			}
		}
		if keys, err := s.List(t.Context(), "broken/"); err != nil || len(keys) != 0 {
			t.Errorf("%v %v", keys, err)
		}
		for _, key := range []string{"", "/a", "a/../b", "a\\b", "a\x00b"} {
			if err := s.Put(t.Context(), key, strings.NewReader("x")); err == nil {
				t.Errorf("%q is a key", key)
			}
		}
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestStoresListInOrder(t *testing.T) {
	stores(t, func(t *testing.T, s vault.Store) {
		var want []string
		for _, i := range rand.Perm(30) {
			key := fmt.Sprintf("list/%d/%02d", i%3, i)
			want = append(want, key)
			if err := s.Put(t.Context(), key, strings.NewReader("x")); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Put(t.Context(), "list0/other", strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
		slices.Sort(want)
		if got, err := s.List(t.Context(), "list/"); err != nil || !slices.Equal(got, want) {
			t.Errorf("%v %v", got, err)
		}
		if got, err := s.List(t.Context(), "list/1/0"); err != nil || len(got) != 3 {
			t.Errorf("%v %v", got, err)
		}
		if got, err := s.List(t.Context(), "none/"); err != nil || len(got) != 0 {
			t.Errorf("%v %v", got, err)
		}
		if got, err := s.List(t.Context(), ""); err != nil || len(got) != 31 {
			t.Errorf("everything: %v %v", got, err)
		}
	})
}

// TestOneOfManyWritersWins lets many store the same key at once.
func TestOneOfManyWritersWins(t *testing.T) {
	stores(t, func(t *testing.T, s vault.Store) {
		var won atomic.Int64
		var winner atomic.Value
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				body := fmt.Sprintf("writer %d", i)
				err := s.Put(context.WithoutCancel(t.Context()), "one", strings.NewReader(body))
				switch {
				case err == nil:
					won.Add(1)
					winner.Store(body)
				case !errors.Is(err, vault.ErrExists):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || string(content(t, s, "one")) != winner.Load() {
			t.Errorf("%d won, the object is %q", won.Load(), content(t, s, "one"))
		}
	})
}
