//go:build slow

package smoke

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestR22ReadOnlyFaceWhenTheWorkVolumeIsLost removes a site's work volume under a running server, as rm would, and goes on asking.
func TestR22ReadOnlyFaceWhenTheWorkVolumeIsLost(t *testing.T) {
	i := newInstall(t)
	org := i.run("", "org", "create", "Acme")
	site := i.run("", "site", "create", "acme", "--org", org)
	i.run("a long enough password 1\n", "user", "create", "ann@example.com", "--name", "Ann", "--org", org, "--password-stdin", "--admin")
	token := "Bearer " + i.run("", "token", "create", "--email", "ann@example.com")
	url, _ := i.serve()

	if code, body := post(t, url+"/rest/api/3/project", token, `{"key":"SEA","name":"Sea","projectTypeKey":"software","leadAccountId":"`+accountOf(t, url, token)+`"}`); code != http.StatusCreated {
		t.Fatalf("project: %d %s", code, body)
	}
	newIssue := func() (int, string) {
		return post(t, url+"/rest/api/3/issue", token, `{"fields":{"project":{"key":"SEA"},"issuetype":{"name":"Task"},"summary":"Sail"}}`)
	}
	if code, body := newIssue(); code != http.StatusCreated {
		t.Fatalf("issue: %d %s", code, body)
	}
	last := time.Now()
	found, err := filepath.Glob(filepath.Join(i.data, "sites", site, "work.*"))
	if err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	for _, path := range found {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}

	var head http.Header
	within(t, time.Minute, "the read-only face", func() bool {
		code, h := header(t, url+"/rest/api/3/issue/SEA-1", token)
		head = h
		return code == http.StatusOK && h.Get("X-Holdfast-Read-Only") != ""
	})
	shown, err := time.Parse(time.RFC3339Nano, head.Get("X-Holdfast-Read-Only"))
	if err != nil || shown.Before(last.Add(-10*time.Second)) {
		t.Errorf("what is shown is of %s (%v), the last commit was at %s", head.Get("X-Holdfast-Read-Only"), err, last)
	}
	within(t, time.Minute, "the face built from the vault", func() bool {
		found, _ := filepath.Glob(filepath.Join(i.data, "sites", site, "work.*.db"))
		code, _ := getAs(t, url+"/rest/api/3/issue/SEA-1", token)
		return len(found) == 1 && code == http.StatusOK
	})
	code, body := newIssue()
	var refusal struct {
		ErrorMessages []string `json:"errorMessages"`
	}
	if err := json.Unmarshal([]byte(body), &refusal); code != http.StatusServiceUnavailable || err != nil || len(refusal.ErrorMessages) != 1 {
		t.Errorf("a write: %d %s", code, body)
	}
	if _, session := getAs(t, url+"/api/session", token); !strings.Contains(session, `"state":"read-only"`) || !strings.Contains(session, `"shownAt"`) {
		t.Errorf("the session does not say that the site is read-only: %s", session)
	}

	i.run("", "site", "restore", "acme")
	if code, body := newIssue(); code != http.StatusCreated || !strings.Contains(body, "SEA-2") {
		t.Fatalf("after the restore: %d %s", code, body)
	}
	if _, h := header(t, url+"/rest/api/3/issue/SEA-1", token); h.Get("X-Holdfast-Read-Only") != "" {
		t.Error("the restored site is still marked")
	}
	if out := i.run("", "vault", "verify"); strings.Contains(out, "wrong") {
		t.Error(out)
	}
}

func header(t *testing.T, url, auth string) (int, http.Header) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, bytes.NewReader(nil))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", auth)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode, resp.Header
}

func accountOf(t *testing.T, url, token string) string {
	t.Helper()
	_, body := getAs(t, url+"/rest/api/3/myself", token)
	var me struct {
		AccountID string `json:"accountId"`
	}
	if err := json.Unmarshal([]byte(body), &me); err != nil || me.AccountID == "" {
		t.Fatalf("myself: %s", body)
	}
	return me.AccountID
}
