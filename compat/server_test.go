//go:build slow

package compat

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	email    = "ann@example.com"
	password = "a long enough password 1"
)

// server is the real binary at work on a fresh data folder.
type server struct {
	base, token, account, org string
	data                      string
}

var running *server

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "holdfast-compat-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	bin := filepath.Join(dir, "holdfast")
	build := exec.Command("go", "build", "-o", bin, "../cmd/holdfast")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return 0, fmt.Errorf("build: %w", err)
	}
	s := &server{data: filepath.Join(dir, "data")}
	cli := func(stdin string, args ...string) (string, error) {
		cmd := exec.Command(bin, append(args, "--data", s.data)...)
		cmd.Stdin = strings.NewReader(stdin)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			return "", fmt.Errorf("holdfast %s: %w: %s", strings.Join(args, " "), err, stderr.String())
		}
		return strings.TrimSpace(string(out)), nil
	}
	org, err := cli("", "org", "create", "Acme")
	if err != nil {
		return 0, err
	}
	s.org = org
	if _, err := cli("", "site", "create", "acme", "--org", org); err != nil {
		return 0, err
	}
	if s.account, err = cli(password, "user", "create", email, "--name", "Ann Sieber", "--org", org, "--password-stdin", "--admin"); err != nil {
		return 0, err
	}
	if s.token, err = cli("", "token", "create", "--email", email); err != nil {
		return 0, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return 0, err
	}
	ctx, stop := context.WithCancel(context.Background())
	serve := exec.CommandContext(ctx, bin, "serve", "--data", s.data, "--listen", address)
	serve.Stderr = io.Discard
	if err := serve.Start(); err != nil {
		stop()
		return 0, err
	}
	defer serve.Wait() //nolint:errcheck // it is killed
	defer stop()
	s.base = "http://" + address
	for range 200 {
		if resp, err := http.Get(s.base + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				running = s
				return m.Run(), nil
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	return 0, fmt.Errorf("the server at %s does not become ready", s.base)
}

// call sends a raw request and gives status, content type and body.
func call(t *testing.T, method, path, body string, header ...string) (int, string, string) {
	t.Helper()
	req, err := http.NewRequest(method, running.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(email, running.token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i+1] == "" {
			req.Header.Del(header[i])
		} else {
			req.Header.Set(header[i], header[i+1])
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(b)
}
