//go:build slow

package compat

import (
	"bytes"
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

// mailbox is an SMTP server that keeps what it is given.
type mailbox struct {
	mu   sync.Mutex
	got  []string
	addr string
}

type mailSession struct{ *mailbox }

func (m mailSession) Reset()                                   {}
func (m mailSession) Logout() error                            { return nil }
func (m mailSession) Mail(string, *smtp.MailOptions) error     { return nil }
func (m mailSession) Rcpt(string, *smtp.RcptOptions) error     { return nil }
func (m *mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return mailSession{m}, nil }

func (m mailSession) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.got = append(m.got, string(b))
	return err
}

// with tells whether a mail holds all of some words.
func (m *mailbox) with(words ...string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
next:
	for _, mail := range m.got {
		plain := strings.ReplaceAll(mail, "=\r\n", "")
		for _, w := range words {
			if !strings.Contains(plain, w) {
				continue next
			}
		}
		return true
	}
	return false
}

func newMailbox(t *testing.T) *mailbox {
	t.Helper()
	m := &mailbox{}
	s := smtp.NewServer(m)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.addr = l.Addr().String()
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { s.Close() })
	return m
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// process starts a program that is killed when the test ends.
func process(t *testing.T, ready string, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	var out bytes.Buffer
	cmd.Stderr, cmd.Stdout = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s: %s", name, out.String())
		}
	})
	eventually(t, name+" is ready", 30*time.Second, func() bool {
		resp, err := http.Get(ready)
		if err == nil {
			resp.Body.Close()
		}
		return err == nil && resp.StatusCode == http.StatusOK
	})
}

func eventually(t *testing.T, what string, within time.Duration, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", within, what)
		}
	}
}

// mailServer is a server of its own on a fresh data folder that sends mail to a mailbox, with a site and an administrator.
func mailServer(t *testing.T, m *mailbox) *server {
	t.Helper()
	bin := filepath.Join(filepath.Dir(running.data), "holdfast")
	s := &server{data: filepath.Join(t.TempDir(), "data")}
	cli := func(stdin string, args ...string) string {
		cmd := exec.Command(bin, append(args, "--data", s.data)...)
		cmd.Stdin = strings.NewReader(stdin)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("holdfast %v: %v", args, err)
		}
		return strings.TrimSpace(string(out))
	}
	s.org = cli("", "org", "create", "Acme")
	cli("", "site", "create", "acme", "--org", s.org)
	s.account = cli(password, "user", "create", email, "--name", "Ann Sieber", "--org", s.org, "--password-stdin", "--admin")
	address := freePort(t)
	s.base = "http://" + address
	if err := os.Symlink(bin, filepath.Join(filepath.Dir(s.data), "holdfast")); err != nil {
		t.Fatal(err)
	}
	process(t, s.base+"/readyz", bin, "serve", "--data", s.data, "--listen", address, "--smtp", "smtp://"+m.addr)
	return s
}

// TestAlertmanagerPagesByMail: Debian's Alertmanager, with its own receiver for Opsgenie pointed here, fires and resolves; the person on call has the mail.
func TestAlertmanagerPagesByMail(t *testing.T) {
	const bin = "/usr/bin/prometheus-alertmanager"
	if _, err := os.Stat(bin); err != nil {
		t.Skip("prometheus-alertmanager is not installed (apt-get install prometheus-alertmanager)")
	}
	for name, path := range map[string]string{"at the root": "/", "as in Jira Service Management": "/jsm/ops/integration/"} {
		t.Run(name, func(t *testing.T) {
			m := newMailbox(t)
			s := mailServer(t, m)
			key := oncallKey(t, s)
			dir := t.TempDir()
			config := fmt.Sprintf("route:\n  receiver: holdfast\n  group_by: [alertname]\n  group_wait: 1s\n  group_interval: 1s\n  repeat_interval: 1h\nreceivers:\n  - name: holdfast\n    opsgenie_configs:\n      - api_key: %s\n        api_url: %s%s\n        priority: P1\n        send_resolved: true\n", key, s.base, path)
			file := filepath.Join(dir, "alertmanager.yml")
			if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
				t.Fatal(err)
			}
			address := freePort(t)
			process(t, "http://"+address+"/-/ready", bin, "--config.file", file, "--storage.path", filepath.Join(dir, "data"), "--web.listen-address", address, "--cluster.listen-address=")

			alerts := func(end time.Time) {
				body, _ := json.Marshal([]map[string]any{{"labels": map[string]string{"alertname": "PumpDown", "severity": "critical", "instance": "pump7"}, "annotations": map[string]string{"summary": "Pump 7 stands still"}, "endsAt": end.Format(time.RFC3339)}})
				resp, err := http.Post("http://"+address+"/api/v2/alerts", "application/json", bytes.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					b, _ := io.ReadAll(resp.Body)
					t.Fatalf("%d %s", resp.StatusCode, b)
				}
			}
			alerts(time.Now().Add(time.Hour))
			var found []map[string]any
			eventually(t, "the alert is raised", 20*time.Second, func() bool {
				found = openAlerts(t, s, key)
				return len(found) == 1
			})
			if a := found[0]; a["priority"] != "P1" || !strings.Contains(a["message"].(string), "[FIRING:1] PumpDown") || len(a["alias"].(string)) != 64 {
				t.Errorf("%v", a)
			}
			eventually(t, "the mail about it arrives", 20*time.Second, func() bool { return m.with("To:", email, "PumpDown") })
			alerts(time.Now())
			eventually(t, "the alert is closed", 20*time.Second, func() bool { return len(openAlerts(t, s, key)) == 0 })
		})
	}
}

func openAlerts(t *testing.T, s *server, key string) []map[string]any {
	t.Helper()
	req, err := http.NewRequest("GET", s.base+"/v2/alerts?query=status%3Aopen", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "GenieKey "+key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var out struct{ Data []map[string]any }
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out.Data
}
