// Package s3test gives tests a real S3 server: the Versity gateway, built from the module test/s3server and run as a process of its own, with versions and
// object locks. Only tests import it.
package s3test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"holdfast.dev/internal/platform/s3"
)

// Keys are the credentials of every server.
var Keys = s3.Keys{Access: "holdfast-test", Secret: "not a secret at all"}

// Loopback is where servers are: networks that guarded transports must be allowed to reach.
var Loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// Server is a running server.
type Server struct {
	Endpoint string // http://127.0.0.1:PORT
	Dir      string // its folder: buckets/BUCKET/KEY are the objects as they are stored
	t        testing.TB
	cmd      *exec.Cmd
	input    io.Closer
}

var built struct {
	sync.Once
	program string
	why     string
}

// Start starts a server that ends with the test. It skips where the server cannot be built, saying so.
func Start(t testing.TB) *Server {
	t.Helper()
	built.Do(build)
	if built.why != "" {
		t.Skip("S3 half not run: " + built.why)
	}
	s := &Server{t: t, Dir: t.TempDir()}
	s.Run()
	t.Cleanup(s.Kill)
	return s
}

// build makes the program once for all test binaries of this machine: the go command makes it anew only when its sources changed.
func build() {
	_, here, _, _ := runtime.Caller(0)
	source := filepath.Join(filepath.Dir(here), "..", "..", "..", "..", "test", "s3server")
	dir, err := os.UserCacheDir()
	if err == nil {
		dir = filepath.Join(dir, "holdfast-test")
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		built.why = err.Error()
		return
	}
	built.program = filepath.Join(dir, "s3server")
	cmd := exec.Command("go", "build", "-o", built.program, ".")
	cmd.Dir = source
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=mod", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		built.why = fmt.Sprintf("go build in test/s3server: %v: %s", err, out)
	}
}

// Run starts the server on its folder, again after Kill.
func (s *Server) Run() {
	s.t.Helper()
	for range 5 { // somebody else may take the port meanwhile
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			s.t.Fatal(err)
		}
		address := l.Addr().String()
		if s.Endpoint != "" {
			address = strings.TrimPrefix(s.Endpoint, "http://")
		}
		_ = l.Close()
		s.cmd = exec.Command(built.program, s.Dir, address, Keys.Access, Keys.Secret)
		input, err := s.cmd.StdinPipe()
		if err != nil {
			s.t.Fatal(err)
		}
		var said strings.Builder
		s.cmd.Stderr, s.cmd.Stdout = &said, &said
		if err := s.cmd.Start(); err != nil {
			s.t.Fatal(err)
		}
		s.input = input
		exited := make(chan struct{})
		go func(cmd *exec.Cmd) { _ = cmd.Wait(); close(exited) }(s.cmd)
		if s.ready("http://"+address, exited) {
			s.Endpoint = "http://" + address
			return
		}
		s.t.Logf("s3server did not start: %s", said.String())
	}
	s.t.Fatal("there is no S3 server")
}

func (s *Server) ready(endpoint string, exited chan struct{}) bool {
	for {
		if resp, err := http.Get(endpoint + "/healthz"); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return true
			}
		}
		select {
		case <-exited:
			return false
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Kill ends the server at once; what it has stored stays.
func (s *Server) Kill() {
	if s.input != nil {
		_ = s.cmd.Process.Kill()
		_ = s.input.Close()
		s.input = nil
	}
}

// Protection is what a bucket does for its objects.
type Protection int

// The kinds of buckets.
const (
	Plain     Protection = iota // what is written over or deleted is gone
	Versioned                   // it stays as an earlier version
	Locked                      // and can be locked until an instant
)

// Client gives the client library itself, with all that the server allows: what an attacker has, or the owner of the bucket.
func (s *Server) Client() *minio.Client {
	s.t.Helper()
	c, err := minio.New(strings.TrimPrefix(s.Endpoint, "http://"), &minio.Options{Creds: credentials.NewStaticV4(Keys.Access, Keys.Secret, ""), Region: "us-east-1", MaxRetries: 1})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// Bucket makes a bucket and gives the address of a place in it.
func (s *Server) Bucket(p Protection) s3.Address {
	s.t.Helper()
	random := make([]byte, 6)
	if _, err := rand.Read(random); err != nil {
		s.t.Fatal(err)
	}
	name, c, ctx := "b"+hex.EncodeToString(random), s.Client(), context.Background()
	err := c.MakeBucket(ctx, name, minio.MakeBucketOptions{ObjectLocking: p == Locked})
	if err == nil && p == Versioned {
		err = c.EnableVersioning(ctx, name)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	a, err := s3.ParseAddress("s3://" + name + "/some/place?style=path&endpoint=" + url.QueryEscape(s.Endpoint))
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// Open opens a bucket with small parts and short pages.
func (s *Server) Open(a s3.Address) *s3.Bucket {
	s.t.Helper()
	b, err := s3.Open(context.Background(), s3.Config{Address: a, Keys: Keys, PartSize: 5 << 20, Page: 7})
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

// File gives where the server keeps the newest content of an object, to damage it.
func (s *Server) File(a s3.Address, key string) string {
	return filepath.Join(s.Dir, "buckets", a.Bucket, filepath.FromSlash(a.Prefix+key))
}
