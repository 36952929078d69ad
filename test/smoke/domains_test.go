//go:build slow

package smoke

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// postbox is the mail server of the outside world.
type postbox struct {
	mu    sync.Mutex
	mails []string
	addr  string
}

type delivery struct{ p *postbox }

func (d delivery) Mail(string, *smtp.MailOptions) error { return nil }
func (d delivery) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (d delivery) Reset()                               {}
func (d delivery) Logout() error                        { return nil }
func (d delivery) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	d.p.mu.Lock()
	defer d.p.mu.Unlock()
	d.p.mails = append(d.p.mails, string(b))
	return err
}

// NewSession implements smtp.Backend.
func (p *postbox) NewSession(*smtp.Conn) (smtp.Session, error) { return delivery{p}, nil }

func newPostbox(t *testing.T) *postbox {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &postbox{addr: l.Addr().String()}
	s := smtp.NewServer(p)
	s.Domain = "localhost"
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return p
}

func (p *postbox) has(text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.mails {
		if strings.Contains(m, text) {
			return true
		}
	}
	return false
}

// install is an installation of the binary in a folder.
type install struct {
	t         *testing.T
	bin, data string
}

func newInstall(t *testing.T) *install {
	t.Helper()
	dir := t.TempDir()
	i := &install{t, filepath.Join(dir, "holdfast"), filepath.Join(dir, "data")}
	build := exec.Command("go", "build", "-o", i.bin, "../../cmd/holdfast")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v: %s", err, out)
	}
	return i
}

func (i *install) run(stdin string, args ...string) string {
	i.t.Helper()
	cmd := exec.Command(i.bin, append(args, "--data", i.data)...)
	cmd.Stdin = strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		i.t.Fatalf("holdfast %s: %v: %s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// serve starts a process and waits until it is ready.
func (i *install) serve(flags ...string) (url string, process *exec.Cmd) {
	i.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		i.t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		i.t.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), i.bin, append([]string{"serve", "--data", i.data, "--listen", address}, flags...)...)
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if i.t.Failed() {
			i.t.Logf("holdfast serve %s:\n%s", strings.Join(flags, " "), log.String())
		}
	})
	url = "http://" + address
	for range 400 {
		if code, _ := get(url + "/readyz"); code == http.StatusOK {
			return url, cmd
		}
		time.Sleep(50 * time.Millisecond)
	}
	i.t.Fatalf("the server %v does not become ready: %s", flags, log.String())
	return "", nil
}

func get(url string) (int, string) {
	resp, err := http.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func post(t *testing.T, url, auth, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if auth != "" {
		req.Header.Set("Authorization", auth)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

// within waits until something holds.
func within(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.After(limit); ; {
		if ok() {
			return
		}
		select {
		case <-end:
			t.Fatalf("%s: not within %s", what, limit)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// TestR21OnCallAndStatusHaveTheirOwnFailureDomain kills the process that serves tracker, wiki and access, takes their volumes away, and asks for what
// customers need most then: that somebody is paged, and that the status page answers and can be published to.
func TestR21OnCallAndStatusHaveTheirOwnFailureDomain(t *testing.T) {
	post0, i := newPostbox(t), newInstall(t)
	org := i.run("", "org", "create", "Acme")
	i.run("", "site", "create", "acme", "--org", org)
	i.run("a long enough password 1\n", "user", "create", "ann@example.com", "--name", "Ann", "--org", org, "--password-stdin", "--admin")
	key := i.run("", "oncall", "key", "create", "--site", "acme")
	manage := i.run("", "status", "key", "create", "--site", "acme")

	work, suite := i.serve("--only", "tracker,wiki,access")
	edge, _ := i.serve("--only", "oncall,status", "--smtp", "smtp://"+post0.addr)
	if code, body := get(work + "/rest/api/3/serverInfo"); code != http.StatusOK {
		t.Fatalf("tracker: %d %s", code, body)
	}
	if code, body := get(edge + "/status/"); code != http.StatusOK || !strings.Contains(body, "acme") {
		t.Fatalf("status page: %d %s", code, body)
	}

	if err := suite.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = suite.Wait()
	gone := t.TempDir()
	for n, pattern := range []string{"orgs", "sites/*/work*"} {
		found, err := filepath.Glob(filepath.Join(i.data, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("nothing to take away at %s: %v", pattern, err)
		}
		for m, path := range found {
			if err := os.Rename(path, filepath.Join(gone, fmt.Sprintf("%d-%d", n, m))); err != nil {
				t.Fatal(err)
			}
		}
	}

	alert := map[string]any{"receiver": "holdfast", "status": "firing", "groupKey": "{}:{alertname=\"DiskFull\"}", "version": "4",
		"groupLabels": map[string]string{"alertname": "DiskFull"}, "commonLabels": map[string]string{"alertname": "DiskFull", "severity": "critical"},
		"commonAnnotations": map[string]string{"summary": "The disk of db1 is full"}, "externalURL": "http://alertmanager:9093",
		"alerts": []any{map[string]any{"status": "firing", "labels": map[string]string{"alertname": "DiskFull"}, "annotations": map[string]string{"summary": "The disk of db1 is full"},
			"startsAt": "2026-04-05T07:38:00Z", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://prometheus:9090", "fingerprint": "abc"}}}
	b, err := json.Marshal(alert)
	if err != nil {
		t.Fatal(err)
	}
	if code, body := post(t, edge+"/v1/json/alertmanager?apiKey="+key, "", string(b)); code/100 != 2 {
		t.Fatalf("alert: %d %s", code, body)
	}
	within(t, time.Minute, "a page", func() bool { return post0.has("ann@example.com") && post0.has("DiskFull") })

	code, pages := getAs(t, edge+"/v1/pages", "OAuth "+manage)
	var list []struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal([]byte(pages), &list); code != http.StatusOK || err != nil || len(list) == 0 {
		t.Fatalf("pages: %d %s", code, pages)
	}
	if code, body := post(t, edge+"/v1/pages/"+list[0].ID+"/incidents", "OAuth "+manage, `{"incident":{"name":"The suite is away","status":"investigating","body":"We are on it."}}`); code != http.StatusCreated {
		t.Fatalf("incident: %d %s", code, body)
	}
	within(t, 5*time.Second, "the incident on the page", func() bool {
		code, body := get(edge + "/status/")
		_, summary := get(edge + "/status/api/v2/summary.json")
		return code == http.StatusOK && strings.Contains(body, "The suite is away") && strings.Contains(summary, "The suite is away")
	})
	within(t, 5*time.Second, "the static copy", func() bool {
		found := false
		_ = filepath.WalkDir(filepath.Join(i.data, "status-pages"), func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.HasSuffix(path, ".html") {
				b, _ := os.ReadFile(path)
				found = found || bytes.Contains(b, []byte("The suite is away"))
			}
			return nil
		})
		return found
	})
}

func getAs(t *testing.T, url, auth string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", auth)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}
