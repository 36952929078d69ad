package s3_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"holdfast.dev/internal/platform/s3"
	"holdfast.dev/internal/platform/s3/s3test"
)

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// An object of any size is sent with its length and the hash of all of it, so that servers that read no streams keep the connection in step.
func TestBodiesHaveALengthAndAHash(t *testing.T) {
	server := s3test.Start(t)
	puts := 0
	wire := tripper(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPut {
			puts++
			if hash := r.Header.Get("X-Amz-Content-Sha256"); len(hash) != 64 || len(r.TransferEncoding) > 0 || r.ContentLength < 0 || r.Header.Get("Content-Encoding") != "" {
				t.Errorf("%s is sent with hash %q, encoding %v, length %d", r.URL, hash, r.TransferEncoding, r.ContentLength)
			}
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	b, err := s3.Open(context.Background(), s3.Config{Address: server.Bucket(s3test.Locked), Keys: s3test.Keys, PartSize: 5 << 20, Transport: wire})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, 5 << 20, 7 << 20} {
		if _, err := b.Put(t.Context(), s3.Put{Key: hash(random(n)), Body: strings.NewReader(string(random(n)))}); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	if puts < 5 {
		t.Errorf("%d requests were looked at", puts)
	}
}
