//go:build slow && linux

package crash

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// smallDisk mounts a disk of a few megabytes, which only root may.
func smallDisk(t *testing.T, megabytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", megabytes)); err != nil {
		t.Skipf("skipped: a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestAFullDiskIsSaidAndLosesNothingAcknowledged: when the disk is full, writers are told so in their API's form, readers are served on, what was
// acknowledged is there, and with room again writing goes on without a restart.
func TestAFullDiskIsSaidAndLosesNothingAcknowledged(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: no disk is filled in short runs")
	}
	disk := smallDisk(t, 48)
	dir := t.TempDir()
	w := &world{t: t, bin: filepath.Join(dir, "holdfast"), data: filepath.Join(disk, "data"), client: &http.Client{Timeout: 20 * time.Second}}
	if out, err := exec.Command("go", "build", "-o", w.bin, "../../cmd/holdfast").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	org := w.cli("", "org", "create", "Acme")
	w.cli("", "site", "create", "acme", "--org", org)
	w.cli(password, "user", "create", email, "--name", "Ann", "--org", org, "--password-stdin", "--admin")
	w.token = w.cli("", "token", "create", "--email", email)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.addr = l.Addr().String()
	w.base = "http://" + w.addr
	l.Close()
	server := w.start()
	defer func() { _ = server.Process.Kill(); _ = server.Wait() }()
	if code, body, err := w.call("POST", "/rest/api/3/project", `{"key":"APP","name":"App","projectTypeKey":"software"}`); code != http.StatusCreated {
		t.Fatalf("%d %s %v", code, body, err)
	}
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 20<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	told := receipts{}
	write := func(n int) (int, string) {
		summary := fmt.Sprintf("write %d", n)
		text := strings.Repeat(fmt.Sprintf("%d words that take room ", n), 1000)
		code, body, err := w.call("POST", "/rest/api/2/issue", `{"fields":{"project":{"key":"APP"},"issuetype":{"name":"Bug"},"summary":"`+summary+`","description":"`+text+`"}}`)
		if err != nil {
			t.Fatalf("the server answers no more: %v", err)
		}
		var made struct{ Key string }
		if code == http.StatusCreated {
			if err := json.Unmarshal([]byte(body), &made); err != nil {
				t.Fatal(err)
			}
			told[made.Key] = receipt{summary: summary, writes: 1}
		}
		return code, body
	}
	refused := 0
	for n := 0; refused < 20; n++ {
		code, body := write(n)
		if code == http.StatusCreated {
			if n > 5000 {
				t.Fatal("the disk does not fill")
			}
			continue
		}
		refused++
		var said struct{ ErrorMessages []string }
		if code < 500 || json.Unmarshal([]byte(body), &said) != nil || len(said.ErrorMessages) == 0 || !strings.Contains(strings.ToLower(said.ErrorMessages[0]), "full") {
			t.Fatalf("a full disk answers %d %s", code, body)
		}
	}
	t.Logf("full after %d acknowledged issues", len(told))
	w.compare(told)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	before := len(told)
	for n := range 50 {
		if code, body := write(100_000 + n); code != http.StatusCreated && n > 30 {
			t.Fatalf("with room again: %d %s", code, body)
		}
	}
	if len(told) == before {
		t.Error("nothing can be written with room again")
	}
	w.compare(told)
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.Wait()
	server = w.start()
	w.compare(told)
}
