// Command s3server is a real S3 server for tests: the Versity gateway over a folder, with versions and object locks. It is a module of its own, so that
// nothing of it is in the module that is shipped.
//
// It takes the folder and the address, reads no other settings, and serves until its standard input ends: a test that dies takes it along.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: s3server FOLDER HOST:PORT ACCESS-KEY SECRET-KEY")
		os.Exit(2)
	}
	if err := serve(os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, "s3server:", err)
		os.Exit(1)
	}
}

func serve(dir, address, access, secret string) error {
	buckets, versions, sidecar := filepath.Join(dir, "buckets"), filepath.Join(dir, "versions"), filepath.Join(dir, "sidecar")
	for _, d := range []string{buckets, versions, sidecar} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return err
		}
	}
	store, err := meta.NewSideCar(sidecar) // file systems of tests may have no extended attributes
	if err != nil {
		return err
	}
	be, err := posix.New(buckets, store, posix.PosixOpts{VersioningDir: versions, SideCarDir: sidecar, ValidateBucketNames: true})
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	return embedgw.RunVersityGW(ctx, be, &embedgw.Config{RootUserAccess: access, RootUserSecret: secret, Ports: []string{address}, MaxConnections: 1000, MaxRequests: 1000,
		MultipartMaxParts: 10000, Quiet: true, KeepAlive: true, HealthPath: "/healthz"})
}
