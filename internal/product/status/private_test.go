package status_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
)

// TestAPrivatePageIsForMembersAlone: nobody else learns what is on it, from the page, its data, its forms or a copy of it, not even what is not there.
func TestAPrivatePageIsForMembersAlone(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		w := newWorld(t, e)
		w.component("Secret engine")
		w.v1("POST", "/incidents", obj{"incident": obj{"name": "Secret trouble", "body": "x"}}, 201, nil)
		w.run()
		copied := filepath.Join(w.folder, "acme", w.page)
		if _, err := os.Stat(copied); err != nil {
			t.Fatal(err)
		}
		w.get("/status/") // held in memory from before
		var got struct {
			Private bool `json:"viewers_must_be_team_members"`
		}
		w.v1("PATCH", "", obj{"page": obj{"viewers_must_be_team_members": true}}, 200, &got)
		if !got.Private {
			t.Error("the page does not say that it is private")
		}
		w.run()
		if _, err := os.Stat(copied); !os.IsNotExist(err) {
			t.Error("the copy of a private page is still there:", err)
		}
		paths := []string{"/status/", "/status/history/", "/status/p/" + w.page + "/", "/status/api/v2/summary.json", "/status/history.atom", "/status/badge.svg", "/status/incidents/aaaaaaaaaaaa/", "/status/api/v2/incidents.json"}
		for _, path := range paths {
			for _, headers := range [][]string{nil, {"Authorization", "OAuth wrong"}} {
				rec := w.request("GET", path, "", "", headers...)
				if rec.Code != 401 || strings.Contains(rec.Body.String(), "Secret") || rec.Header().Get("Etag") != "" {
					t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
				}
			}
			rec := w.request("GET", path, "", "", "Authorization", "OAuth "+w.key)
			want := 200
			if strings.Contains(path, "aaaa") {
				want = 404
			}
			if rec.Code != want || want == 200 && (rec.Header().Get("Cache-Control") != "private, no-store" || rec.Header().Get("Access-Control-Allow-Origin") != "") {
				t.Errorf("with a key, %s: %d %v", path, rec.Code, rec.Header())
			}
		}
		if rec := w.form("/status/subscribe/", url.Values{"email": {"eve@example.com"}}); rec.Code != 401 {
			t.Errorf("a stranger subscribes: %d", rec.Code)
		}
		w.v1("PATCH", "", obj{"page": obj{"viewers_must_be_team_members": false}}, 200, nil)
		w.run()
		if !strings.Contains(w.get("/status/"), "Secret trouble") {
			t.Error("the page is not public again")
		}
		if _, err := os.Stat(filepath.Join(copied, "index.html")); err != nil {
			t.Error(err)
		}
	})
}
