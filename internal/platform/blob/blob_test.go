package blob_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/blob"
	"holdfast.dev/internal/platform/vault"
)

func TestABlobOutlivesItsLocalCopy(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	v, err := vault.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := blob.Open(dir, "site_a", v)
	hash, size, err := s.Put(ctx, strings.NewReader("content"), 100)
	if err != nil || size != 7 {
		t.Fatal(size, err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	f, err := s.Open(ctx, hash)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if b, _ := io.ReadAll(f); string(b) != "content" {
		t.Fatalf("%q", b)
	}
	if _, err := blob.Open(dir, "site_b", v).Open(ctx, hash); !fault.Is(err, fault.KindNotFound) {
		t.Fatalf("another owner reads it: %v", err)
	}
	for _, bad := range []string{"", "../../etc/passwd", strings.Repeat("g", 64), hash[:63]} {
		if _, err := s.Open(ctx, bad); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestTooLargeLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	v, err := vault.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = blob.Open(dir, "site_a", v).Put(context.Background(), strings.NewReader("0123456789"), 9)
	if !fault.Is(err, fault.KindTooLarge) {
		t.Fatal(err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "site_a", "*"))
	if len(left) != 0 {
		t.Fatalf("left behind: %v", left)
	}
}
