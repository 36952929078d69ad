package rest_test

import (
	"strings"
	"testing"

	"holdfast.dev/internal/platform/storage/storagetest"
)

// TestPagesOfAlerts: what people see and do in the interface, with their own name in the log.
func TestPagesOfAlerts(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	var ids []string
	for _, body := range []string{`{"message":"One","alias":"1","priority":"P1"}`, `{"message":"Two","alias":"2"}`, `{"message":"Three","alias":"3"}`} {
		ids = append(ids, w.async("POST", "/v2/alerts", body)["alertId"].(string))
	}
	if code, _ := w.call("GET", "/api/oncall/alerts", ""); code != 401 {
		t.Error("a key opened a page:", code)
	}
	w.signIn(false)
	w.ok(201, "POST", "/v2/alerts/saved-searches", `{"name":"mine","query":"status: open"}`)
	got := w.ok(200, "POST", "/api/oncall/alerts/bulk", `{"action":"acknowledge","ids":["`+ids[0]+`","`+ids[1]+`","nothing"],"note":"on it"}`)
	if r := got["results"].([]any); len(r) != 3 || !strings.Contains(text(r[2]), "Alert does not exist") || strings.Contains(text(r[0]), "error") {
		t.Error(got)
	}
	w.ok(200, "POST", "/api/oncall/alerts/bulk", `{"action":"close","ids":["`+ids[1]+`"]}`)
	page := w.ok(200, "GET", "/api/oncall/alerts?query=status:%20open", "")
	counts := page["counts"].(map[string]any)
	if page["total"] != 2.0 || counts["open"] != 2.0 || counts["acknowledged"] != 1.0 || counts["unacknowledged"] != 1.0 || len(page["savedSearches"].([]any)) != 1 {
		t.Error(page)
	}
	detail := w.ok(200, "GET", "/api/oncall/alerts/"+ids[0], "")
	a := detail["alert"].(map[string]any)
	if a["owner"] != "ann@example.com" || !strings.Contains(text(detail["notes"]), "on it") || !strings.Contains(text(detail["log"]), "Alert acknowledged") || len(detail["responders"].([]any)) == 0 {
		t.Error(detail)
	}
	if code, _ := w.call("POST", "/api/oncall/alerts/"+ids[0]+"/seen", ""); code != 204 {
		t.Error(code)
	}
	for body, want := range map[string]int{`{"action":"explode","ids":["x"]}`: 400, `{"action":"close","ids":[]}`: 400, `{"action":"close","ids":["x"],"more":1}`: 400} {
		if code, out := w.call("POST", "/api/oncall/alerts/bulk", body); code != want || out["requestId"] == nil {
			t.Errorf("%s: %d %v", body, code, out)
		}
	}
	if code, _ := w.call("POST", "/api/oncall/alerts/"+ids[0]+"/issue", `{"project":"A","issueType":"Task"}`); code != 501 {
		t.Error(code)
	}
	if made := w.async("POST", "/v2/alerts", `{"message":"From a person","user":"Somebody else"}`); made["isSuccess"] != true || made["integrationId"] != "" {
		t.Error(made)
	}
	if found := w.alerts("message: person"); len(found) != 1 || found[0]["source"] != "ann@example.com" {
		t.Error(found)
	}
}
