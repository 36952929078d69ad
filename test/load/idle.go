package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/app"
	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/identity"
)

// idle makes a fleet, starts the binary on it, touches every site once, and measures what it costs when nobody comes any more.
func idle(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("idle", flag.ExitOnError)
	sites := f.Int("sites", 1000, "sites that are known")
	binary := f.String("binary", "bin/holdfast", "the binary to measure")
	settle := f.Duration("settle", 2*time.Minute, "how long nobody comes before it is measured")
	watch := f.Duration("watch", 30*time.Second, "how long reads and writes are counted")
	if err := f.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "holdfast-load-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	slugs, err := makeSites(ctx, dir, *sites)
	if err != nil {
		return err
	}
	token, err := makePerson(ctx, *binary, dir)
	if err != nil {
		return err
	}
	s, err := startServer(ctx, *binary, dir)
	if err != nil {
		return err
	}
	defer s.stop()
	figure("resident memory after start", s.rss(), "MB")
	opened := clock.System.Now()
	for i, slug := range slugs {
		if err := s.get("/s/"+slug+"/rest/api/3/project/search", token); err != nil {
			return err
		}
		progress("touching", i+1, len(slugs))
	}
	figure("every site touched once, each", clock.System.Now().Sub(opened).Seconds()*1000/float64(len(slugs)), "ms")
	figure("resident memory after every site was touched", s.rss(), "MB")
	fmt.Fprintf(os.Stderr, "waiting %s until the volumes are closed\n", *settle)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(*settle):
	}
	before := s.io()
	time.Sleep(*watch)
	after := s.io()
	figure(fmt.Sprintf("%d idle sites: resident memory", *sites), s.rss(), "MB")
	figure("idle: bytes written to storage", float64(after["write_bytes"]-before["write_bytes"]), "B in "+watch.String())
	figure("idle: bytes read from storage", float64(after["read_bytes"]-before["read_bytes"]), "B in "+watch.String())
	figure("idle: write calls", float64(after["syscw"]-before["syscw"]), "in "+watch.String())
	return nil
}

// makeSites fills a data folder with one organization and its sites.
func makeSites(ctx context.Context, dir string, count int) (slugs []string, err error) {
	ctx = identity.AsSystem(ctx, "load")
	n, err := app.Open(ctx, app.Options{Data: dir}, clock.System, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	defer n.Close()
	org, err := n.CreateOrg(ctx, "Load")
	if err != nil {
		return nil, err
	}
	for i := range count {
		slug := fmt.Sprintf("idle-%05d", i+1)
		if _, err := n.CreateSite(ctx, org.ID, slug, slug); err != nil {
			return nil, err
		}
		slugs = append(slugs, slug)
		progress("making sites", i+1, count)
	}
	return slugs, nil
}

// makePerson makes an administrator of all sites and gives a token.
func makePerson(ctx context.Context, binary, dir string) (token string, err error) {
	create := exec.CommandContext(ctx, binary, "user", "create", "ann@load.example", "--name", "Ann", "--org", "Load", "--password-stdin", "--admin", "--data", dir)
	create.Stdin = strings.NewReader("a password for the load\n")
	if out, err := create.CombinedOutput(); err != nil {
		return "", fmt.Errorf("user create: %w: %s", err, out)
	}
	out, err := exec.CommandContext(ctx, binary, "token", "create", "--email", "ann@load.example", "--data", dir).Output()
	return strings.TrimSpace(string(out)), err
}

func progress(what string, done, total int) {
	if done%50 == 0 || done == total {
		fmt.Fprintf(os.Stderr, "\r%s %d of %d ", what, done, total)
	}
	if done == total {
		fmt.Fprintln(os.Stderr)
	}
}

// server is the binary, running.
type server struct {
	cmd *exec.Cmd
	url string
}

func startServer(ctx context.Context, binary, dir string, flags ...string) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	path, err := filepath.Abs(binary)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, path, append([]string{"serve", "--data", dir, "--listen", address}, flags...)...)
	log, err := os.Create(filepath.Join(dir, "server.log"))
	if err != nil {
		return nil, err
	}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{cmd, "http://" + address}
	for range 600 {
		if s.get("/readyz", "") == nil {
			return s, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.stop()
	return nil, errors.New("the server did not become ready")
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait()
}

// get asks for a path, with a token where one is given.
func (s *server) get(path, token string) error {
	req, err := http.NewRequest(http.MethodGet, s.url+path, nil)
	if err != nil {
		return err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", path, resp.Status)
	}
	return nil
}

// rss gives the resident memory in megabytes.
func (s *server) rss() float64 {
	return float64(s.proc("status")["VmRSS"]) * 1024 / 1e6
}

// io gives the counters of reads and writes.
func (s *server) io() map[string]int64 { return s.proc("io") }

// proc reads the numbers of a file of /proc, which Linux has.
func (s *server) proc(file string) map[string]int64 {
	out := map[string]int64{}
	f, err := os.Open(fmt.Sprintf("/proc/%d/%s", s.cmd.Process.Pid, file))
	if err != nil {
		return out
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		name, rest, _ := strings.Cut(lines.Text(), ":")
		if fields := strings.Fields(rest); len(fields) > 0 {
			if n, err := strconv.ParseInt(fields[0], 10, 64); err == nil {
				out[name] = n
			}
		}
	}
	return out
}
