//go:build slow

package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const email, password = "ann@example.com", "a long enough password 1"

// trials is how often the server is killed: 8 in every run of the tests, and as often as HOLDFAST_KILLS says, for example
//
//	HOLDFAST_KILLS=1000 go test -tags slow -run Killed -timeout 3h -v ./test/crash
func trials(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("HOLDFAST_KILLS")); err == nil {
		return n
	}
	if testing.Short() {
		t.Skip("skipped: the server is not killed in short runs")
	}
	return 8
}

// wholeEvery is after how many kills everything ever acknowledged is compared; after the others, what was acknowledged since the last comparison.
const wholeEvery = 50

type world struct {
	t          *testing.T
	bin, data  string
	token      string
	base, addr string
	client     *http.Client
}

func (w *world) cli(stdin string, args ...string) string {
	w.t.Helper()
	cmd := exec.Command(w.bin, append(args, "--data", w.data)...)
	cmd.Stdin = strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		w.t.Fatalf("holdfast %s: %v: %s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// start serves until the returned process is killed.
func (w *world) start() *exec.Cmd {
	w.t.Helper()
	cmd := exec.Command(w.bin, "serve", "--data", w.data, "--listen", w.addr)
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	for range 400 {
		if resp, err := http.Get(w.base + "/readyz"); err == nil {
			resp.Body.Close()
			return cmd
		}
		time.Sleep(10 * time.Millisecond)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	w.t.Fatalf("the server does not come back: %s", log.String())
	return nil
}

func (w *world) call(method, path, body string) (int, string, error) {
	req, err := http.NewRequest(method, w.base+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	req.SetBasicAuth(email, w.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := w.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}

// TestKilledAtAnyMomentLosesNothingAcknowledged: after each kill, every issue whose creation or edit was answered is there as it was answered, in the
// server and, at the end, in a site restored from the vault alone.
func TestKilledAtAnyMomentLosesNothingAcknowledged(t *testing.T) {
	count := trials(t)
	dir := t.TempDir()
	w := &world{t: t, bin: filepath.Join(dir, "holdfast"), data: filepath.Join(dir, "data"), client: &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}}
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
	if code, body, err := w.call("POST", "/rest/api/3/project", `{"key":"APP","name":"App","projectTypeKey":"software"}`); code != http.StatusCreated {
		t.Fatalf("%d %s %v", code, body, err)
	}
	all := receipts{}
	rng := rand.New(rand.NewPCG(7, 7))
	for trial := range count {
		told := w.writeUntilKilled(server, trial, time.Duration(20+rng.IntN(400))*time.Millisecond)
		maps.Copy(all, told)
		server = w.start()
		if trial%wholeEvery == wholeEvery-1 {
			told = all
			t.Logf("%d kills, %d acknowledged writes", trial+1, all.writes())
		}
		w.compare(told)
	}
	w.compare(all)
	if err := server.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(w.data, "sites")); err != nil { // and now the disk is gone too
		t.Fatal(err)
	}
	w.cli("", "site", "restore", "acme")
	server = w.start()
	w.compare(all)
	_ = server.Process.Kill()
	_ = server.Wait()
	t.Logf("%d kills, %d acknowledged writes of %d issues, all there", count, all.writes(), len(all))
}

// receipt is what a client knows about an issue.
type receipt struct {
	summary   string // as the last answered write left it
	attempted string // as a write without an answer may have left it, "" for none
	writes    int    // answered
}

type receipts map[string]receipt // by key

func (r receipts) writes() (n int) {
	for _, one := range r {
		n += one.writes
	}
	return n
}

// writeUntilKilled lets clients create and edit issues and kills the server under them.
func (w *world) writeUntilKilled(server *exec.Cmd, trial int, after time.Duration) receipts {
	ctx, stop := context.WithCancel(context.Background())
	told := receipts{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	note := func(key string, change func(*receipt)) {
		mu.Lock()
		defer mu.Unlock()
		r := told[key]
		change(&r)
		told[key] = r
	}
	for c := range 6 {
		wg.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				summary := fmt.Sprintf("trial %d client %d write %d", trial, c, n)
				code, body, err := w.call("POST", "/rest/api/3/issue", `{"fields":{"project":{"key":"APP"},"issuetype":{"name":"Bug"},"summary":"`+summary+`"}}`)
				var made struct{ Key string }
				if err != nil || code != http.StatusCreated || json.Unmarshal([]byte(body), &made) != nil {
					continue // nothing was promised
				}
				edited := summary + ", edited"
				note(made.Key, func(r *receipt) { *r = receipt{summary, edited, 1} })
				if code, _, err := w.call("PUT", "/rest/api/3/issue/"+made.Key, `{"fields":{"summary":"`+edited+`"}}`); err == nil && code == http.StatusNoContent {
					note(made.Key, func(r *receipt) { *r = receipt{edited, "", 2} })
				}
			}
		})
	}
	time.Sleep(after)
	_ = server.Process.Kill() // SIGKILL
	_ = server.Wait()
	stop()
	wg.Wait()
	return told
}

// compare holds what the server has against what it said. The newest issues come first, so that few receipts need few pages.
func (w *world) compare(told receipts) {
	w.t.Helper()
	missing := maps.Clone(told)
	wrong, token := 0, ""
	for len(missing) > 0 {
		body, err := json.Marshal(map[string]any{"jql": "project = APP ORDER BY key DESC", "fields": []string{"summary"}, "maxResults": 1000, "nextPageToken": token})
		if err != nil {
			w.t.Fatal(err)
		}
		code, answer, err := w.call("POST", "/rest/api/3/search/jql", string(body))
		if err != nil || code != http.StatusOK {
			w.t.Fatalf("%d %s %v", code, answer, err)
		}
		var page struct {
			Issues []struct {
				Key    string
				Fields struct{ Summary string }
			}
			NextPageToken string
			IsLast        bool
		}
		if err := json.Unmarshal([]byte(answer), &page); err != nil {
			w.t.Fatal(err)
		}
		for _, i := range page.Issues {
			r, ok := missing[i.Key]
			if !ok {
				continue
			}
			delete(missing, i.Key)
			if s := i.Fields.Summary; s != r.summary && (r.attempted == "" || s != r.attempted) {
				wrong++
				w.t.Errorf("%s was acknowledged as %q and is %q", i.Key, r.summary, s)
			}
		}
		if page.IsLast {
			break
		}
		token = page.NextPageToken
	}
	for key, r := range missing {
		w.t.Errorf("%s was acknowledged as %q and is gone", key, r.summary)
	}
	if n := wrong + len(missing); n > 0 {
		w.t.Fatalf("%d of %d acknowledged issues are lost or not as acknowledged", n, len(told))
	}
}
