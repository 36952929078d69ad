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

// spaceExport writes an export of one space: pages with an older version and a comment each.
func spaceExport(t *testing.T, place string, pages int) {
	t.Helper()
	var b strings.Builder
	row := func(class string, id int, properties ...string) {
		fmt.Fprintf(&b, `<object class=%q package="p"><id name="id">%d</id>%s</object>`+"\n", class, id, strings.Join(properties, ""))
	}
	text := func(name, value string) string {
		return fmt.Sprintf(`<property name=%q><![CDATA[%s]]></property>`, name, value)
	}
	to := func(name, class string, id int) string {
		return fmt.Sprintf(`<property name=%q class=%q package="p"><id name="id">%d</id></property>`, name, class, id)
	}
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><hibernate-generic datetime="2026-01-01 00:00:00">` + "\n")
	row("Space", 1, text("name", "Keep"), text("key", "KEEP"))
	for n := 1; n <= pages; n++ {
		id := 10_000 + n
		row("Page", id, text("title", fmt.Sprintf("Page %d", n)), text("version", "2"), to("space", "Space", 1))
		row("Page", 100_000+n, text("title", "as it was"), text("version", "1"), to("originalVersion", "Page", id))
		row("Comment", 200_000+n, to("containerContent", "Page", id))
		for k, of := range []int{id, 100_000 + n, 200_000 + n} {
			class := "Page"
			if k == 2 {
				class = "Comment"
			}
			row("BodyContent", 300_000+3*n+k, text("body", fmt.Sprintf("<p>Words %d of %d</p>", k, n)), text("bodyType", "2"), to("content", class, of))
		}
	}
	b.WriteString(`</hibernate-generic>`)
	if err := os.WriteFile(place, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAKilledImportOfPagesIsContinued kills an import of a space again and again and lets the last one end: everything is there once.
func TestAKilledImportOfPagesIsContinued(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: no import is killed in short runs")
	}
	const pages = 6000
	dir := t.TempDir()
	w := &world{t: t, bin: filepath.Join(dir, "holdfast"), data: filepath.Join(dir, "data")}
	if out, err := exec.Command("go", "build", "-o", w.bin, "../../cmd/holdfast").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	export := filepath.Join(dir, "entities.xml")
	spaceExport(t, export, pages)
	org := w.cli("", "org", "create", "Acme")
	w.cli("", "site", "create", "acme", "--org", org)
	killed := 0
	for after := 500 * time.Millisecond; ; after += 400 * time.Millisecond {
		cmd := exec.Command(w.bin, "import", "confluence", export, "--site", "acme", "--json", "--data", w.data)
		var out strings.Builder
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		err := cmd.Wait()
		timer.Stop()
		if err != nil {
			if killed++; after > 5*time.Minute {
				t.Fatalf("the import does not end: %v", err)
			}
			continue
		}
		var report struct {
			Types []struct {
				Type                                  string
				Source, Taken, AlreadyThere, NotTaken int
			}
		}
		if err := json.Unmarshal([]byte(out.String()), &report); err != nil {
			t.Fatalf("%v: %s", err, out.String())
		}
		for _, l := range report.Types {
			want := map[string]int{"page": pages, "page version": pages, "comment": pages, "body": 3 * pages}[l.Type]
			if want > 0 && (l.Taken+l.AlreadyThere != want || l.Source != want) {
				t.Errorf("after kills: %+v, want %d", l, want)
			}
			if l.Type == "page" {
				t.Logf("%d pages were there when the last import began, after %d kills", l.AlreadyThere, killed)
			}
		}
		break
	}
}
