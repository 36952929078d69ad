package rest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
)

// TestAHeartbeatThatStopsRaisesAnAlert, and one that comes back closes it.
func TestAHeartbeatThatStopsRaisesAnAlert(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		w := newWorld(t, e)
		made := w.ok(201, "POST", "/v2/heartbeats", `{"name":"Nightly backup","description":"d","interval":10,"intervalUnit":"minutes","enabled":true,"alertTags":["backup"],"alertPriority":"P2"}`)
		if made["name"] != "Nightly backup" || made["expired"] != false || made["interval"] != 10.0 {
			t.Fatal(made)
		}
		w.clock.Advance(time.Hour)
		w.run()
		if got := w.ok(200, "GET", "/v2/alerts/count", ""); got["count"] != 0.0 {
			t.Fatal("a heartbeat that never came expired")
		}
		for i, method := range []string{"GET", "POST", "PUT", "PATCH"} {
			if got := w.ok(202, method, "/v2/heartbeats/Nightly%20backup/ping", ""); got["result"] != "PONG - Heartbeat received" {
				t.Fatal(got)
			}
			w.clock.Advance(9 * time.Minute)
			w.run()
			if got := w.ok(200, "GET", "/v2/heartbeats/Nightly%20backup", ""); got["expired"] != false {
				t.Fatal("expired after ping", i)
			}
		}
		w.clock.Advance(time.Minute)
		w.run()
		if got := w.ok(200, "GET", "/v2/heartbeats/Nightly%20backup", ""); got["expired"] != true || got["lastPingTime"] != "2026-03-02T10:27:00.000Z" {
			t.Error(got)
		}
		a := w.ok(200, "GET", "/v2/alerts/heartbeat:Nightly%20backup?identifierType=alias", "")
		if a["message"] != "Nightly backup is expired" || a["priority"] != "P2" || text(a["tags"]) != "[backup]" || a["status"] != "open" {
			t.Error(a)
		}
		w.ok(202, "POST", "/v2/heartbeats/Nightly%20backup/ping", "")
		if a := w.ok(200, "GET", "/v2/alerts/heartbeat:Nightly%20backup?identifierType=alias", ""); a["status"] != "closed" {
			t.Error(a)
		}
		w.ok(200, "POST", "/v2/heartbeats/Nightly%20backup/disable", "")
		w.clock.Advance(24 * time.Hour)
		w.run()
		if got := w.ok(200, "GET", "/v2/heartbeats/Nightly%20backup", ""); got["expired"] != false || got["enabled"] != false {
			t.Error(got)
		}
		if got := w.ok(200, "POST", "/v2/heartbeats/Nightly%20backup/enable", ""); got["enabled"] != true {
			t.Error(got)
		}
		w.ok(200, "PATCH", "/v2/heartbeats/Nightly%20backup", `{"interval":1,"intervalUnit":"days"}`)
		list := w.ok(200, "GET", "/v2/heartbeats", "")
		if h := list["heartbeats"].([]any); len(h) != 1 || h[0].(map[string]any)["intervalUnit"] != "days" {
			t.Error(list)
		}
		w.ok(200, "DELETE", "/v2/heartbeats/Nightly%20backup", "")
		if code, _ := w.call("GET", "/v2/heartbeats/Nightly%20backup", ""); code != 404 {
			t.Error(code)
		}
		w.ok(202, "GET", "/v2/heartbeats/nobody/ping", "")
	})
}

func TestBadHeartbeats(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	w.ok(201, "POST", "/v2/heartbeats", `{"name":"a","interval":1,"intervalUnit":"hours","enabled":false}`)
	for body, want := range map[string]int{
		`{"interval":1,"intervalUnit":"hours"}`: 422, `{"name":"b","interval":0,"intervalUnit":"hours"}`: 422, `{"name":"b","interval":1,"intervalUnit":"weeks"}`: 422, `{"name":"a","interval":1,"intervalUnit":"hours"}`: 409,
		`{"name":"b","interval":99999999,"intervalUnit":"days"}`: 422, `{"name":"b","interval":1,"intervalUnit":"days","alertPriority":"P0"}`: 422, fmt.Sprintf(`{"name":"%s","interval":1,"intervalUnit":"days"}`, strings.Repeat("n", 201)): 422,
		`{"name":"b","interval":"1","intervalUnit":"days"}`: 400, `{"name":"b","interval":1,"intervalUnit":"days","ownerTeam":{"name":"no such"}}`: 422,
	} {
		if code, out := w.call("POST", "/v2/heartbeats", body); code != want {
			t.Errorf("%.60s: %d %v", body, code, out)
		}
	}
}
