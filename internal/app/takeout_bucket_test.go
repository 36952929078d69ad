package app

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/operator"
	"holdfast.dev/internal/platform/s3"
	"holdfast.dev/internal/platform/s3/s3test"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/takeout"
	"holdfast.dev/internal/platform/volume"
)

// sail makes a project with an issue and an attachment of many megabytes.
func sail(t *testing.T, w *town) (large string) {
	t.Helper()
	ann := w.token["acme"]
	code, me := w.call(http.DefaultClient, "GET", "/s/acme/rest/api/3/myself", "", bearer(ann)...)
	if code != http.StatusOK {
		t.Fatalf("myself: %d %s", code, me)
	}
	id := strings.Split(strings.SplitAfter(me, `"accountId":"`)[1], `"`)[0]
	w.must("POST", "/rest/api/3/project", `{"key":"SEA","name":"Sea","projectTypeKey":"software","leadAccountId":"`+id+`"}`, ann)
	w.must("POST", "/rest/api/2/issue", `{"fields":{"project":{"key":"SEA"},"issuetype":{"name":"Task"},"summary":"Sail"}}`, ann)
	w.attach("SEA-1", "chart.txt", "here be dragons")
	large = strings.Repeat("all the soundings of the sea\n", 600_000) // more than one part
	w.attach("SEA-1", "soundings.txt", large)
	return large
}

// TestR25TheCustomersBucketStartsTheSiteElsewhere keeps a bucket up to date on either engine, through the API, and starts from it on a machine that has nothing.
func TestR25TheCustomersBucketStartsTheSiteElsewhere(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			server := s3test.Start(t)
			o := Options{Data: t.TempDir(), Reachable: s3test.Loopback}
			if engine == "postgres" {
				o.Database = storagetest.PostgresURL(t)
			}
			w := newTownOn(t, o)
			sail(t, w)
			address := server.Bucket(s3test.Plain)
			op := w.operator(t)
			body := func(to, secret string) string {
				b, err := json.Marshal(map[string]string{"to": to, "access_key": s3test.Keys.Access, "secret_key": secret})
				if err != nil {
					t.Fatal(err)
				}
				return string(b)
			}
			path := "/platform/v1/sites/" + w.acme.ID.String() + "/takeout"
			if code, said := w.call(http.DefaultClient, "PUT", path, body(address.String(), "a wrong secret"), op...); code != http.StatusBadRequest || strings.Contains(said, "a wrong secret") {
				t.Fatalf("a wrong secret: %d %s", code, said)
			}
			if code, said := w.call(http.DefaultClient, "PUT", path, body("s3://b/x?endpoint=nonsense", "x"), op...); code != http.StatusBadRequest {
				t.Fatalf("nonsense: %d %s", code, said)
			}
			code, said := w.call(http.DefaultClient, "PUT", path, body(address.String(), s3test.Keys.Secret), op...)
			if code != http.StatusOK || strings.Contains(said, s3test.Keys.Secret) || !strings.Contains(said, `"written"`) {
				t.Fatalf("set: %d %s", code, said)
			}
			for range 3 { // each state has its turn
				w.must("POST", "/rest/api/2/issue", `{"fields":{"project":{"key":"SEA"},"issuetype":{"name":"Task"},"summary":"Sail home"}}`, w.token["acme"])
				w.clock.Advance(time.Second)
				if err := w.node.WriteTakeouts(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if code, said := w.call(http.DefaultClient, "GET", path, "", op...); code != http.StatusOK || strings.Contains(said, s3test.Keys.Secret) || strings.Contains(said, `"error"`) {
				t.Fatalf("get: %d %s", code, said)
			}
			w.sameElsewhere(t, server, address)
			if code, _ := w.call(http.DefaultClient, "DELETE", path, "", op...); code != http.StatusNoContent {
				t.Errorf("end: %d", code)
			}
			if code, _ := w.call(http.DefaultClient, "GET", path, "", op...); code != http.StatusNotFound {
				t.Errorf("get after the end: %d", code)
			}
		})
	}
}

// operator gives the headers of an operator.
func (w *town) operator(t *testing.T) []string {
	t.Helper()
	var token string
	err := w.node.control().Write(t.Context(), func(tx *volume.Tx) (err error) {
		token, err = operator.Create(t.Context(), tx, "olga", "", true)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return bearer(token)
}

// sameElsewhere imports acme from a bucket with one command and compares what people have, permissions and attachments included.
func (w *town) sameElsewhere(t *testing.T, server *s3test.Server, address s3.Address) {
	t.Helper()
	refs := append(w.node.Fleet.VolumesOf(w.acme.ID.String()), volume.Ref{Kind: "access", Owner: w.acme.Org.String()})
	want := digests(t, w.node, refs)
	other := session{t, t.TempDir()}
	if got := other.ok(s3test.Keys.Secret+"\n", "import", "site", address.String(), "--access-key", s3test.Keys.Access, "--secret-stdin"); got != w.acme.ID.String() {
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
	ask := func(path, token string) *httptest.ResponseRecorder {
		req := httptest.NewRequest("GET", path, nil)
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		answer := httptest.NewRecorder()
		srv.ServeHTTP(answer, req)
		return answer
	}
	if answer := ask("/rest/api/3/issue/SEA-4", w.token["acme"]); answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), "Sail home") {
		t.Fatalf("the issue there: %d %s", answer.Code, answer.Body.String())
	}
	if answer := ask("/rest/api/3/issue/SEA-4", w.token["other"]); answer.Code == http.StatusOK {
		t.Error("somebody of another organization reads the issue there")
	}
	files, err := filepath.Glob(filepath.Join(other.data, "blobs", w.acme.ID.String(), "*", "*"))
	if err != nil || len(files) != 2 {
		t.Errorf("%d attachments: %v", len(files), err)
	}
}

// TestACustomersBucketCannotBeInsideOfTheNetwork gives an endpoint on this machine where that is not allowed.
func TestACustomersBucketCannotBeInsideOfTheNetwork(t *testing.T) {
	w := newTown(t)
	asked := false
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer inside.Close()
	for _, endpoint := range []string{inside.URL, "http://169.254.169.254", "http://[::1]:9000"} {
		_, err := w.node.SetTakeout(t.Context(), w.acme, "s3://copies/x?style=path&endpoint="+endpoint, s3.Keys{Access: "a", Secret: "geheim"})
		if err == nil || !strings.Contains(err.Error(), "inside of the operator's network") || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
	if asked {
		t.Error("the inside was asked")
	}
}

// TestR25ACopyInABucketIsWholeOrRefused breaks an upload, then damages what is in the bucket.
func TestR25ACopyInABucketIsWholeOrRefused(t *testing.T) {
	server := s3test.Start(t)
	var log bytes.Buffer
	w := newTownOn(t, Options{Data: t.TempDir(), Reachable: s3test.Loopback})
	w.node.Log = slog.New(slog.NewTextHandler(&log, nil))
	sail(t, w)
	address := server.Bucket(s3test.Versioned) // the customer's earlier versions are their matter: the newest counts
	if _, err := w.node.SetTakeout(t.Context(), w.acme, address.String(), s3test.Keys); err != nil {
		t.Fatal(err)
	}
	w.must("POST", "/rest/api/2/issue", `{"fields":{"project":{"key":"SEA"},"issuetype":{"name":"Task"},"summary":"Sail on"}}`, w.token["acme"])
	w.clock.Advance(time.Second)
	server.Kill()
	if err := w.node.WriteTakeouts(t.Context()); err == nil {
		t.Fatal("the bucket is away, and nobody says so")
	}
	if e, err := w.node.Takeout(t.Context(), w.acme.ID); err != nil || e.Error == "" || strings.Contains(e.Error, s3test.Keys.Secret) {
		t.Errorf("%+v %v", e, err)
	}
	server.Run()
	if err := w.node.WriteTakeouts(t.Context()); err != nil {
		t.Fatal(err)
	}
	if e, err := w.node.Takeout(t.Context(), w.acme.ID); err != nil || e.Error != "" {
		t.Errorf("%+v %v", e, err)
	}
	if strings.Contains(log.String(), s3test.Keys.Secret) {
		t.Error("the secret is in the log")
	}
	if copies, err := filepath.Glob(filepath.Join(w.node.Options.Data, "tmp", "takeout-*")); err != nil || len(copies) != 0 {
		t.Errorf("copies are left: %v %v", copies, err)
	}
	w.secretIsSealed(t)

	var current struct {
		State string `json:"state"`
	}
	text, err := os.ReadFile(server.File(address, "current.json"))
	if err == nil {
		err = json.Unmarshal(text, &current)
	}
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(server.File(address, "files/*"))
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	refused := func(what, why string) {
		t.Helper()
		at := session{t, t.TempDir()}
		code, _, said := at.run(s3test.Keys.Secret, "import", "site", address.String(), "--access-key", s3test.Keys.Access, "--secret-stdin")
		if code != ExitRefused || !strings.Contains(said, why) {
			t.Errorf("%s: exit %d, %s", what, code, said)
		}
	}
	for what, file := range map[string]string{"a database": server.File(address, current.State+"/work.db"), "the manifest": server.File(address, current.State+"/manifest.json"), "an attachment": files[0]} {
		damage(t, file, func() { refused(what, "changed") })
	}
	if err := os.Rename(files[1], files[1]+".away"); err != nil {
		t.Fatal(err)
	}
	refused("a missing attachment", "missing")
}

// damage flips a bit in the middle of a file, for a while.
func damage(t *testing.T, file string, while func()) {
	t.Helper()
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	broken := bytes.Clone(whole)
	broken[len(broken)/2] ^= 4
	if err := os.WriteFile(file, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	while()
	if err := os.WriteFile(file, whole, 0o600); err != nil {
		t.Fatal(err)
	}
}

// secretIsSealed looks for the secret in every row and file that leaves the process, and moves the sealed one to where it does not belong.
func (w *town) secretIsSealed(t *testing.T) {
	t.Helper()
	if err := w.node.Shipper.Snapshot(t.Context(), fleet.ControlRef); err != nil {
		t.Fatal(err)
	}
	err := w.node.control().Read(t.Context(), func(tx *volume.Tx) error {
		commits, err := journal.Commits(t.Context(), tx.Tx, 0, 10_000)
		for _, c := range commits {
			changes, err := journal.Changes(t.Context(), tx.Tx, c.FirstN, c.LastN)
			if err != nil {
				return err
			}
			for _, ch := range changes {
				if ch.After != nil && strings.Contains(*ch.After, s3test.Keys.Secret) {
					t.Errorf("commit %d has the secret", c.Seq)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "control.db")
	if err := w.node.control().CopyTo(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || bytes.Contains(b, []byte(s3test.Keys.Secret)) {
		t.Errorf("the control database has the secret: %v", err)
	}
	e, err := w.node.Takeout(t.Context(), w.acme.ID)
	if err != nil {
		t.Fatal(err)
	}
	moved := e
	moved.To = strings.Replace(e.To, "/some/place", "/other/place", 1)
	for what, m := range map[string]takeout.Export{"another address": moved, "another site": {Site: w.other.ID, To: e.To, Secret: e.Secret}} {
		if _, err := w.node.takeoutPlace(t.Context(), m); err == nil || !strings.Contains(err.Error(), "give it again") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
