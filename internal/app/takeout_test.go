package app

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/s3"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/takeout"
	"holdfast.dev/internal/platform/volume"
)

// attach puts a file on an issue of acme.
func (w *town) attach(issue, name, text string) {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = io.WriteString(part, text)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		w.t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, w.http.URL+"/s/acme/rest/api/3/issue/"+issue+"/attachments", &body)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("X-Atlassian-Token", "no-check")
	req.Header.Set("Authorization", "Bearer "+w.token["acme"])
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		w.t.Fatalf("attach: %d", resp.StatusCode)
	}
}

// digests gives what people have in volumes. Jobs that were due are held after an import, so that nothing is sent twice: they are left out. The import itself
// compares every row before.
func digests(t *testing.T, n *Node, refs []volume.Ref) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, ref := range refs {
		k, _ := n.Pool.Kind(ref.Kind)
		tables := slices.DeleteFunc(slices.Clone(k.Tables), func(t storage.Table) bool {
			return slices.ContainsFunc(jobs.Tables, func(j storage.Table) bool { return j.Name == t.Name })
		})
		err := n.Pool.Volume(ref).Read(t.Context(), func(tx *volume.Tx) error {
			d, _, err := journal.Scan(t.Context(), tx.Tx, tables)
			out[ref.Kind] = d.String()
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestR25TheCustomersFolderStartsTheSiteElsewhere keeps a folder up to date, and starts from it on a machine that has nothing.
// Two sites in one folder would take turns in "current", and each customer could read the other's.
func TestATakeoutHasAPlaceOfItsOwn(t *testing.T) {
	w := newTown(t)
	dir := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	if _, err := w.node.SetTakeout(as("ann"), w.acme, dir, s3.Keys{}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.node.SetTakeout(as("ann"), w.acme, dir, s3.Keys{}); err != nil {
		t.Fatalf("its own place again: %v", err)
	}
	for to, want := range map[string]fault.Kind{
		dir: fault.KindConflict, link: fault.KindConflict, dir + "/.": fault.KindConflict,
		w.node.Options.Data: fault.KindInvalid, filepath.Join(w.node.Options.Data, "sites"): fault.KindInvalid,
	} {
		if _, err := w.node.SetTakeout(as("ann"), w.other, to, s3.Keys{}); !fault.Is(err, want) {
			t.Errorf("another site to %s: %v", to, err)
		}
	}
	if err := w.node.EndTakeout(as("ann"), w.acme.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.node.SetTakeout(as("ann"), w.other, dir, s3.Keys{}); !fault.Is(err, fault.KindConflict) {
		t.Errorf("a folder that holds the copy of another site: %v", err)
	}
}

func TestR25TheCustomersFolderStartsTheSiteElsewhere(t *testing.T) {
	w := newTown(t)
	ann := w.token["acme"]
	_, me := w.call(http.DefaultClient, "GET", "/s/acme/rest/api/3/myself", "", bearer(ann)...)
	id := strings.Split(strings.SplitAfter(me, `"accountId":"`)[1], `"`)[0]
	w.must("POST", "/rest/api/3/project", `{"key":"SEA","name":"Sea","projectTypeKey":"software","leadAccountId":"`+id+`"}`, ann)
	w.must("POST", "/rest/api/2/issue", `{"fields":{"project":{"key":"SEA"},"issuetype":{"name":"Task"},"summary":"Sail"}}`, ann)
	w.attach("SEA-1", "chart.txt", "here be dragons")

	dir := t.TempDir()
	write := func() {
		t.Helper()
		w.clock.Advance(time.Second)
		if err := w.node.WriteTakeouts(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	err := w.node.control().Write(t.Context(), func(tx *volume.Tx) error { return takeout.Set(t.Context(), tx, w.acme.ID, dir, "") })
	if err != nil {
		t.Fatal(err)
	}
	write()
	first, err := os.Readlink(takeout.Current(dir))
	if err != nil {
		t.Fatal(err)
	}
	write()
	if now, err := os.Readlink(takeout.Current(dir)); err != nil || now != first {
		t.Fatalf("nothing was committed, and yet the state was written again: %s, %v", now, err)
	}
	for range 3 {
		w.must("POST", "/rest/api/2/issue", `{"fields":{"project":{"key":"SEA"},"issuetype":{"name":"Task"},"summary":"Sail on"}}`, ann)
		write()
	}
	if states, err := filepath.Glob(filepath.Join(dir, "state-*")); err != nil || len(states) != 2 {
		t.Fatalf("%d states are kept: %v", len(states), err)
	}

	// A folder that is away is noted, and the present copy stays whole.
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	w.must("POST", "/rest/api/2/issue", `{"fields":{"project":{"key":"SEA"},"issuetype":{"name":"Task"},"summary":"Sail home"}}`, ann)
	if err := w.node.WriteTakeouts(t.Context()); err == nil {
		t.Fatal("the folder is away, and nobody says so")
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	write()

	refs := append(w.node.Fleet.VolumesOf(w.acme.ID.String()), volume.Ref{Kind: "access", Owner: w.acme.Org.String()})
	want := digests(t, w.node, refs)
	other := session{t, t.TempDir()}
	if got := other.ok("", "import", "site", dir); got != w.acme.ID.String() {
		t.Fatalf("imported %s", got)
	}
	there, err := Open(t.Context(), Options{Data: other.data}, w.clock, w.node.Log)
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close()
	got := digests(t, there, refs)
	for kind, digest := range want {
		if got[kind] != digest {
			t.Errorf("%s has the digest %s there, %s here", kind, got[kind], digest)
		}
	}
	srv, err := NewServer(there)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest("GET", "/rest/api/3/issue/SEA-5", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+ann) // permissions and tokens came along
	answer := httptest.NewRecorder()
	srv.ServeHTTP(answer, req)
	if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), "Sail home") {
		t.Fatalf("the issue there: %d %s", answer.Code, answer.Body.String())
	}
	files, err := filepath.Glob(filepath.Join(other.data, "blobs", w.acme.ID.String(), "*", "*"))
	if err != nil || len(files) != 1 {
		t.Errorf("%d attachments: %v", len(files), err)
	}

	// A copy that was tampered with is refused, and so is one that lacks an attachment.
	kept, err := filepath.Glob(filepath.Join(dir, "files", "*"))
	if err != nil || len(kept) != 1 {
		t.Fatal(kept, err)
	}
	if err := os.WriteFile(kept[0], []byte("here be mice"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, said := (session{t, t.TempDir()}).run("", "import", "site", dir); code != ExitRefused || !strings.Contains(said, "changed") {
		t.Errorf("a changed attachment: exit %d, %s", code, said)
	}
	if err := os.Remove(kept[0]); err != nil {
		t.Fatal(err)
	}
	if code, _, said := (session{t, t.TempDir()}).run("", "import", "site", dir); code != ExitRefused || !strings.Contains(said, "missing") {
		t.Errorf("a missing attachment: exit %d, %s", code, said)
	}
}
