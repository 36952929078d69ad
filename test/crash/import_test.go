//go:build slow

package crash

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestAKilledImportIsContinued kills an import again and again and lets the last one end: everything is there once.
func TestAKilledImportIsContinued(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: no import is killed in short runs")
	}
	const issues, comments = 4000, 2
	dir := t.TempDir()
	w := &world{t: t, bin: filepath.Join(dir, "holdfast"), data: filepath.Join(dir, "data")}
	if out, err := exec.Command("go", "build", "-o", w.bin, "../../cmd/holdfast").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	export := filepath.Join(dir, "export.jsonl")
	f, err := os.Create(export)
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= issues; n++ {
		said := make([]string, comments)
		for c := range said {
			said[c] = fmt.Sprintf(`{"id":"%d","author":{"name":"ann","displayName":"Ann"},"body":"Word %d of *many*","created":"2020-01-02T03:04:05.000+0000"}`, 1_000_000+n*comments+c, c)
		}
		fmt.Fprintf(f, `{"id":"%d","key":"KEEP-%d","fields":{"summary":"Issue %d","issuetype":{"name":"Bug"},"status":{"name":"Open"},"project":{"key":"KEEP","name":"Keep"},"created":"2020-01-01T00:00:00.000+0000","labels":["l%d"],"comment":{"comments":[%s]}},`+
			`"changelog":{"histories":[{"id":"%d","created":"2020-01-03T00:00:00.000+0000","items":[{"field":"status","fieldtype":"jira","from":"1","fromString":"New","to":"2","toString":"Open"}]}]}}`+"\n",
			50_000+n, n, n, n%10, strings.Join(said, ","), 2_000_000+n)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	org := w.cli("", "org", "create", "Acme")
	w.cli("", "site", "create", "acme", "--org", org)
	type line struct {
		Type                                  string
		Source, Taken, AlreadyThere, NotTaken int
	}
	there := 0
	for after := 300 * time.Millisecond; ; after += 600 * time.Millisecond {
		cmd := exec.Command(w.bin, "import", "jira", export, "--site", "acme", "--json", "--data", w.data)
		var out strings.Builder
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		err := cmd.Wait()
		timer.Stop()
		if err != nil {
			if after > 5*time.Minute {
				t.Fatalf("the import does not end: %v", err)
			}
			continue // killed
		}
		var report struct{ Types []line }
		if err := json.Unmarshal([]byte(out.String()), &report); err != nil {
			t.Fatalf("%v: %s", err, out.String())
		}
		for _, l := range report.Types {
			want := map[string]int{"issue": issues, "comment": issues * comments, "history item": issues, "label": issues}[l.Type]
			if l.Type == "issue" {
				there = l.AlreadyThere
			}
			if want > 0 && (l.Taken+l.AlreadyThere != want || l.Source != want) {
				t.Errorf("after kills: %+v, want %d", l, want)
			}
		}
		break
	}
	t.Logf("%d issues were there when the last import began", there)
}
