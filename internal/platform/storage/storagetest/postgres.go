// Package storagetest holds what tests of everything above storage need: real SQLite folders, a real throw-away PostgreSQL
// server, and the conformance suite that both engines pass. Only tests import it.
package storagetest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/postgres"
	"holdfast.dev/internal/platform/storage/sqlite"
)

// server is the one PostgreSQL of a test binary, started at first use and stopped by Main.
var server struct {
	once sync.Once
	url  string
	why  string // why there is none
	stop func()
}

// Main runs a test binary and stops the PostgreSQL server that its tests may have started.
func Main(m *testing.M) {
	code := m.Run()
	if server.stop != nil {
		server.stop()
	}
	os.Exit(code)
}

// Engines runs f once on each engine. On a machine without PostgreSQL's server programs that half is skipped, saying so.
func Engines(t *testing.T, f func(t *testing.T, e storage.Engine)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
}

// SQLite gives an engine over a fresh folder.
func SQLite(t testing.TB) *sqlite.Engine {
	t.Helper()
	e, err := sqlite.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Postgres gives an engine over a fresh database of the shared throw-away server.
func Postgres(t testing.TB) *postgres.Engine {
	t.Helper()
	url := PostgresURL(t)
	e, err := postgres.New(context.Background(), url, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// PostgresURL gives the URL of a fresh database of the shared throw-away server; it skips where there can be none.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server.once.Do(startServer)
	if server.why != "" {
		t.Skip("PostgreSQL half not run: " + server.why)
	}
	name := fmt.Sprintf("t%d_%d", os.Getpid(), counter())
	out, err := exec.Command(binary("psql"), server.url+"postgres", "-qc",
		"CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'").CombinedOutput()
	if err != nil {
		t.Fatalf("create database: %v\n%s", err, out)
	}
	t.Cleanup(func() {
		exec.Command(binary("psql"), server.url+"postgres", "-qc", "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)").Run() //nolint:errcheck // the server goes away with the binary
	})
	return server.url + name
}

var counted struct {
	sync.Mutex
	n int
}

func counter() int {
	counted.Lock()
	defer counted.Unlock()
	counted.n++
	return counted.n
}

// binary finds a program of PostgreSQL: on PATH, else in Debian's versioned folders, newest first.
func binary(name string) string {
	if p, err := exec.LookPath(name); err == nil {
		return p
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	slices.Sort(found)
	if len(found) == 0 {
		return ""
	}
	return found[len(found)-1]
}

// startServer makes a cluster with initdb in a temporary folder and starts it on loopback, never as root.
func startServer() {
	initdb, pg := binary("initdb"), binary("postgres")
	if initdb == "" || pg == "" || binary("psql") == "" {
		server.why = "initdb, postgres and psql are not installed"
		return
	}
	dir, err := clusterFolder()
	if err != nil {
		server.why = err.Error()
		return
	}
	cred, err := unprivileged(dir)
	if err != nil {
		server.why = err.Error()
		return
	}
	data := filepath.Join(dir, "data")
	run := exec.Command(initdb, "-D", data, "-U", "holdfast", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	run.SysProcAttr, run.Dir = &syscall.SysProcAttr{Credential: cred}, dir
	if out, err := run.CombinedOutput(); err != nil {
		server.why = fmt.Sprintf("initdb: %v: %s", err, lastLine(out))
		return
	}
	port, err := freePort()
	if err != nil {
		server.why = err.Error()
		return
	}
	// fsync off: the tests of durability kill processes, not machines. Little log: the cluster may live in memory.
	srv := exec.Command(pg, "-D", data, "-p", strconv.Itoa(port), "-k", dir, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
		"-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "max_wal_size=128MB", "-c", "min_wal_size=32MB", "-c", "max_locks_per_transaction=1024")
	srv.SysProcAttr, srv.Dir = &syscall.SysProcAttr{Credential: cred, Pdeathsig: syscall.SIGINT}, dir
	if err := srv.Start(); err != nil {
		server.why = err.Error()
		return
	}
	server.stop = func() {
		srv.Process.Signal(syscall.SIGINT) //nolint:errcheck // it may be gone already
		srv.Wait()                         //nolint:errcheck // its exit code says nothing here
		os.RemoveAll(dir)
	}
	server.url = fmt.Sprintf("postgres://holdfast@127.0.0.1:%d/", port)
	for range 200 {
		if exec.Command(binary("psql"), server.url+"postgres", "-qc", "SELECT 1").Run() == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	server.stop()
	server.why = "the server did not start within 10 s"
}

// memory is where Linux keeps files that need no disk.
const memory = "/dev/shm"

// clusterFolder makes the folder of the cluster, in memory where there is plenty: a schema of ours is some hundred files, and file systems on disk are slow to make
// files soon after others were removed, which is all that tests do.
func clusterFolder() (string, error) {
	left, _ := filepath.Glob(filepath.Join(memory, "holdfast-pg-*"))
	for _, dir := range left { // of test binaries that were killed
		var pid int
		if _, err := fmt.Sscanf(filepath.Base(dir), "holdfast-pg-%d-", &pid); err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			os.RemoveAll(dir)
		}
	}
	parent := ""
	var fs syscall.Statfs_t
	if err := syscall.Statfs(memory, &fs); err == nil && fs.Bavail*uint64(fs.Bsize) > 4<<30 {
		parent = memory
	}
	return os.MkdirTemp(parent, fmt.Sprintf("holdfast-pg-%d-", os.Getpid()))
}

// unprivileged picks who runs the server: this user, or when this is root a user that owns nothing else.
func unprivileged(dir string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, fmt.Errorf("no unprivileged user to run PostgreSQL as")
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}
