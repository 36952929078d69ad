package rest_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
)

// TestLifeOfAnAlert goes through every verb as a client of Opsgenie does.
func TestLifeOfAnAlert(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		w := newWorld(t, e)
		made := w.async("POST", "/v2/alerts", `{"message":"Disk is full","alias":"disk/1","description":"98 %","tags":["a","b","a"," "],"actions":["Restart"],"details":{"host":"db1","n":5},"entity":"db1","source":"prom","priority":"P1","note":"look","user":"Bob","unknown":1}`)
		if made["success"] != true || made["isSuccess"] != true || made["action"] != "Create" || made["status"] != "Created alert" || made["alias"] != "disk/1" || made["integrationId"] == "" || made["alertId"] == "" {
			t.Fatal(made)
		}
		id := made["alertId"].(string)
		a := w.ok(200, "GET", "/v2/alerts/"+id, "")
		if text(a["tags"]) != "[a b]" || a["count"] != 1.0 || a["tinyId"] != "1" || a["status"] != "open" || a["acknowledged"] != false || text(a["details"]) != "map[host:db1 n:5]" || a["priority"] != "P1" || a["entity"] != "db1" ||
			a["createdAt"] != "2026-03-02T09:00:00.000Z" || text(a["actions"]) != "[Restart]" || a["source"] != "prom" || a["integration"].(map[string]any)["type"] != "API" {
			t.Errorf("%v", a)
		}
		again := w.async("POST", "/v2/alerts", `{"message":"Disk is fuller","alias":"disk/1"}`)
		if again["alertId"] != id {
			t.Fatal(again)
		}
		byAlias := "/v2/alerts/disk%2F1"
		check := func(path, want string) {
			t.Helper()
			a := w.ok(200, "GET", "/v2/alerts/1?identifierType=tiny", "")
			if text(a[path]) != want {
				t.Errorf("%s is %v, not %s", path, a[path], want)
			}
		}
		check("count", "2")
		check("message", "Disk is full")
		do := func(status, method, path, body string) {
			t.Helper()
			if got := w.async(method, byAlias+path, body); got["status"] != status || got["isSuccess"] != true {
				t.Errorf("%s: %v", path, got)
			}
		}
		do("Acknowledged alert", "POST", "/acknowledge?identifierType=alias", `{"user":"Bob","note":"mine"}`)
		check("acknowledged", "true")
		check("owner", "Bob")
		do("Unacknowledged alert", "POST", "/unacknowledge?identifierType=alias", "")
		check("acknowledged", "false")
		do("Snoozed alert until 2026-03-02T12:00:00Z", "POST", "/snooze?identifierType=alias", `{"endTime":"2026-03-02T12:00:00Z"}`)
		check("snoozed", "true")
		check("snoozedUntil", "2026-03-02T12:00:00.000Z")
		do("Added note to alert", "POST", "/notes?identifierType=alias", `{"note":"half"}`)
		do("Added tags to alert", "POST", "/tags?identifierType=alias", `{"tags":["c"]}`)
		do("Removed tags from alert", "DELETE", "/tags?identifierType=alias&tags=a,zzz", "")
		check("tags", "[b c]")
		do("Added details to alert", "POST", "/details?identifierType=alias", `{"details":{"k":"v"}}`)
		do("Removed details from alert", "DELETE", "/details?identifierType=alias&keys=host", "")
		check("details", "map[k:v n:5]")
		do("Updated message of alert", "PUT", "/message?identifierType=alias", `{"message":"Disk is very full"}`)
		check("message", "Disk is very full")
		do("Updated description of alert", "PUT", "/description?identifierType=alias", `{"description":"99 %"}`)
		check("description", "99 %")
		do("Updated priority of alert", "PUT", "/priority?identifierType=alias", `{"priority":"P4"}`)
		check("priority", "P4")
		do("Executed custom action", "POST", "/actions/Restart?identifierType=alias", `{}`)
		do("Assigned alert", "POST", "/assign?identifierType=alias", `{"owner":{"username":"ann@example.com"}}`)
		check("owner", "ann@example.com")
		do("Added responder to alert", "POST", "/responders?identifierType=alias", `{"responder":{"type":"user","username":"ann@example.com"}}`)
		do("Closed alert", "POST", "/close?identifierType=alias", `{"source":"prom"}`)
		check("status", "closed")

		fresh := w.async("POST", "/v2/alerts", `{"message":"Disk is full","alias":"disk/1"}`)
		if fresh["alertId"] == id || fresh["status"] != "Created alert" {
			t.Errorf("a closed alert was raised again: %v", fresh)
		}
		if got := w.ok(200, "GET", byAlias+"?identifierType=alias", ""); got["id"] != fresh["alertId"] {
			t.Errorf("the alias names %v", got["id"])
		}
		notes := w.page("/v2/alerts/" + id + "/notes?order=asc")
		if fmt.Sprint(notes) != "[look mine half]" {
			t.Errorf("notes %v", notes)
		}
		if got := w.async("DELETE", "/v2/alerts/"+id, ""); got["isSuccess"] != true {
			t.Error(got)
		}
		if code, out := w.call("GET", "/v2/alerts/"+id, ""); code != 404 || out["message"] != "Alert does not exist" {
			t.Error(code, out)
		}
	})
}

// page reads a log or notes to the end, following the pages' addresses.
func (w *world) page(path string) (texts []string) {
	w.t.Helper()
	for range 50 {
		code, out := w.call("GET", path, "")
		if code != 200 {
			w.t.Fatal(code, out)
		}
		for _, e := range out["data"].([]any) {
			m := e.(map[string]any)
			if s, ok := m["log"].(string); ok {
				texts = append(texts, s)
			} else {
				texts = append(texts, m["note"].(string))
			}
		}
		next, _ := out["paging"].(map[string]any)["next"].(string)
		if next == "" {
			return texts
		}
		path = strings.TrimPrefix(next, "http://acme.test")
	}
	w.t.Fatal("the pages do not end")
	return nil
}

// TestUnknownAlertsAreAcceptedAndReported: a request is answered before its alert is looked for.
func TestUnknownAlertsAreAcceptedAndReported(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	for _, path := range []string{"nothing/close?identifierType=alias", "nothing/acknowledge", "7/snooze?identifierType=tiny"} {
		body := `{"source":"x"}`
		if strings.Contains(path, "snooze") {
			body = `{"endTime":"2026-03-03T09:00:00Z"}`
		}
		got := w.async("POST", "/v2/alerts/"+path, body)
		if got["isSuccess"] != false || got["success"] != false || got["status"] != "Alert does not exist" || got["alertId"] != "" || got["alias"] != "" {
			t.Errorf("%s: %v", path, got)
		}
	}
	rec := w.raw("GET", "/v2/alerts/requests/018f0000-0000-7000-8000-000000000000", "", "")
	if rec.Code != 404 || rec.Header().Get("X-Opsgenie-Errortype") != "RequestNotProcessed" {
		t.Errorf("%d %v", rec.Code, rec.Header())
	}
	w.async("POST", "/v2/alerts", `{"message":"m","alias":"a"}`)
	w.async("POST", "/v2/alerts/a/close?identifierType=alias", "")
	if got := w.async("POST", "/v2/alerts/a/acknowledge?identifierType=alias", ""); got["isSuccess"] != false || got["status"] != "Alert is already closed" {
		t.Error(got)
	}
	if got := w.async("POST", "/v2/alerts/a/close?identifierType=alias", ""); got["isSuccess"] != true {
		t.Error("closing a closed alert failed:", got)
	}
	if got := w.async("POST", "/v2/alerts/a/assign?identifierType=alias", `{"owner":{"username":"nobody@example.com"}}`); got["isSuccess"] != false {
		t.Error(got)
	}
}

// TestBadRequests: each is refused at once, in the API's form.
func TestBadRequests(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	w.async("POST", "/v2/alerts", `{"message":"m","alias":"a"}`)
	long := strings.Repeat("é", 131)
	for _, c := range []struct {
		method, path, body string
		status             int
		field              string
	}{
		{"POST", "/v2/alerts", ``, 400, ""},
		{"POST", "/v2/alerts", `{`, 400, ""},
		{"POST", "/v2/alerts", `[]`, 400, ""},
		{"POST", "/v2/alerts", `{"message":"x"} {}`, 400, ""},
		{"POST", "/v2/alerts", `{"alias":"x"}`, 422, "message"},
		{"POST", "/v2/alerts", `{"message":"` + long + `"}`, 422, "message"},
		{"POST", "/v2/alerts", `{"message":"x","alias":"` + strings.Repeat("a", 513) + `"}`, 422, "alias"},
		{"POST", "/v2/alerts", `{"message":"x","priority":"P9"}`, 422, "priority"},
		{"POST", "/v2/alerts", `{"message":"x","responders":[{"type":"ghost","id":"1"}]}`, 422, "responders[0].type"},
		{"POST", "/v2/alerts", `{"message":"x","tags":"a"}`, 400, ""},
		{"POST", "/v2/alerts", `{"message":"a\u0000b"}`, 400, ""},
		{"POST", "/v2/alerts", `{"message":"` + strings.Repeat("x", 10<<20) + `"}`, 413, ""},
		{"GET", "/v2/alerts/a?identifierType=name", ``, 422, "identifierType"},
		{"POST", "/v2/alerts/a/close?identifierType=name", ``, 422, "identifierType"},
		{"POST", "/v2/alerts/a/snooze?identifierType=alias", `{"endTime":"soon"}`, 422, "endTime"},
		{"POST", "/v2/alerts/a/snooze?identifierType=alias", `{"endTime":"2020-01-01T00:00:00Z"}`, 422, "endTime"},
		{"POST", "/v2/alerts/a/notes?identifierType=alias", `{}`, 422, "note"},
		{"PUT", "/v2/alerts/a/message?identifierType=alias", `{"message":""}`, 422, "message"},
		{"PUT", "/v2/alerts/a/priority?identifierType=alias", `{"priority":"high"}`, 422, "priority"},
		{"DELETE", "/v2/alerts/a/tags?identifierType=alias", ``, 422, "tags"},
		{"POST", "/v2/alerts/a/responders?identifierType=alias", `{"responder":{"type":"user"}}`, 422, "responder"},
		{"GET", "/v2/alerts?limit=101", ``, 422, "limit"},
		{"GET", "/v2/alerts?limit=0", ``, 422, "limit"},
		{"GET", "/v2/alerts?offset=19990&limit=20", ``, 422, "offset"},
		{"GET", "/v2/alerts?sort=secret", ``, 422, "sort"},
		{"GET", "/v2/alerts?order=up", ``, 422, "order"},
		{"GET", "/v2/alerts?query=status%3A", ``, 400, ""},
		{"GET", "/v2/alerts/saved-searches/none", ``, 404, ""},
		{"PUT", "/v2/alerts", ``, 405, ""},
		{"GET", "/v1/incidents/1", ``, 501, ""},
		{"GET", "/v2/alerts/a/logs?identifierType=alias&offset=x", ``, 422, "offset"},
	} {
		rec := w.raw(c.method, c.path, "application/json", c.body)
		body := rec.Body.String()
		if rec.Code != c.status || !strings.Contains(body, `"requestId":"`) || !strings.Contains(body, `"message":"`) || c.field != "" && !strings.Contains(body, `"`+c.field+`":`) {
			t.Errorf("%s %s %.80s: %d %s", c.method, c.path, c.body, rec.Code, body)
		}
	}
}

// TestFieldsOfNobodyArePassedOver: what a client sends that the API does not know costs nobody an alert.
func TestFieldsOfNobodyArePassedOver(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	made := w.async("POST", "/v2/alerts", `{"message":"m","teams":[{"name":"old"}],"nonsense":{"deep":[1,2,{"x":null}]},"__proto__":{"admin":true},"details":{"n":1,"b":true,"z":null}}`)
	a := w.ok(200, "GET", "/v2/alerts/"+made["alertId"].(string), "")
	if d := a["details"].(map[string]any); made["isSuccess"] != true || d["n"] != "1" || d["b"] != "true" || a["nonsense"] != nil {
		t.Error(made, a)
	}
}

// TestTooMuchIsCut: whoever sends too much is heard all the same.
func TestTooMuchIsCut(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	var tags, details []string
	for i := range 40 {
		tags = append(tags, fmt.Sprintf(`"tag%02d%s"`, i, strings.Repeat("x", 60)))
		details = append(details, fmt.Sprintf(`"key%02d":"%s"`, i, strings.Repeat("v", 500)))
	}
	made := w.async("POST", "/v2/alerts", fmt.Sprintf(`{"message":"m","description":"%s","tags":[%s],"details":{%s},"source":"%s"}`, strings.Repeat("d", 20_000), strings.Join(tags, ","), strings.Join(details, ","), strings.Repeat("s", 300)))
	a := w.ok(200, "GET", "/v2/alerts/"+made["alertId"].(string), "")
	size := 0
	for k, v := range a["details"].(map[string]any) {
		size += len(k) + len(v.(string))
	}
	if len(a["description"].(string)) != 15_000 || len(a["tags"].([]any)) != 20 || len(a["tags"].([]any)[0].(string)) != 50 || size > 8000 || size < 7900 || len(a["source"].(string)) != 100 {
		t.Errorf("description %d, tags %d, details %d", len(a["description"].(string)), len(a["tags"].([]any)), size)
	}
}

// TestCountStopsAtAHundred while the alert still takes what comes.
func TestCountStopsAtAHundred(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	for range 130 {
		w.clock.Advance(time.Second)
		w.ok(202, "POST", "/v2/alerts", `{"message":"Flapping","alias":"f"}`)
	}
	a := w.ok(200, "GET", "/v2/alerts/f?identifierType=alias", "")
	if a["count"] != 100.0 || a["lastOccurredAt"] != "2026-03-02T09:02:10.000Z" {
		t.Errorf("count %v, last %v", a["count"], a["lastOccurredAt"])
	}
	log := w.page("/v2/alerts/f/logs?identifierType=alias&order=asc&limit=7")
	lines := 0
	for _, s := range log {
		if strings.Contains(s, "count increased") {
			lines++
		}
	}
	if lines != 99 || log[0] != "Alert created via API[Default API]" {
		t.Errorf("%d lines, first %q", lines, log[0])
	}
	down := w.page("/v2/alerts/f/logs?identifierType=alias&limit=100")
	if len(down) != len(log) || down[0] != log[len(log)-1] {
		t.Errorf("%d up, %d down", len(log), len(down))
	}
}

func TestListsAndSavedSearches(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		w := newWorld(t, e)
		for i := range 25 {
			w.clock.Advance(time.Minute)
			w.async("POST", "/v2/alerts", fmt.Sprintf(`{"message":"Alert %02d","alias":"a%d","priority":"P%d","tags":["t%d"],"details":{"k":"v%d"}}`, i, i, i%5+1, i%3, i))
		}
		w.async("POST", "/v2/alerts/a3/close?identifierType=alias", "")
		var seen []string
		path := "/v2/alerts?order=asc&limit=10&query=" + url.QueryEscape("status: open")
		for path != "" {
			_, out := w.call("GET", path, "")
			for _, a := range out["data"].([]any) {
				seen = append(seen, a.(map[string]any)["alias"].(string))
			}
			pg := out["paging"].(map[string]any)
			if !strings.Contains(pg["last"].(string), "offset=20") {
				t.Errorf("%v", pg)
			}
			path, _ = pg["next"].(string)
			path = strings.TrimPrefix(path, "http://acme.test")
		}
		if len(seen) != 24 || seen[0] != "a0" || seen[3] != "a4" || seen[23] != "a24" {
			t.Errorf("%v", seen)
		}
		w.ok(201, "POST", "/v2/alerts/saved-searches", `{"name":"high","query":"priority: P1 AND status: open","owner":{"username":"ann@example.com"},"description":"d"}`)
		if code, _ := w.call("POST", "/v2/alerts/saved-searches", `{"name":"high","query":"a","owner":{"username":"ann@example.com"}}`); code != 409 {
			t.Error("the name was taken twice:", code)
		}
		if got := w.ok(200, "GET", "/v2/alerts/count?searchIdentifier=high&searchIdentifierType=name", ""); got["count"] != 5.0 {
			t.Error(got)
		}
		w.ok(200, "PATCH", "/v2/alerts/saved-searches/high?identifierType=name", `{"name":"higher","query":"priority >= P2","owner":{"username":"ann@example.com"}}`)
		if got := w.ok(200, "GET", "/v2/alerts/saved-searches/higher?identifierType=name", ""); got["query"] != "priority >= P2" || got["name"] != "higher" {
			t.Error(got)
		}
		w.ok(200, "DELETE", "/v2/alerts/saved-searches/higher?identifierType=name", "")
		for _, sort := range []string{"createdAt", "updatedAt", "tinyId", "alias", "message", "status", "acknowledged", "isSeen", "snoozed", "snoozedUntil", "count", "lastOccurredAt", "source", "owner", "integration.name", "integration.type",
			"report.ackTime", "report.closeTime", "report.acknowledgedBy", "report.closedBy"} {
			w.ok(200, "GET", "/jsm/ops/integration/v2/alerts?limit=3&sort="+sort, "")
		}
	})
}

func TestAttachments(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	w.async("POST", "/v2/alerts", `{"message":"m","alias":"a"}`)
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, _ := form.CreateFormFile("file", "../../graph.svg")
	fmt.Fprint(part, "<svg onload=alert(1)>")
	_ = form.WriteField("user", "Bob")
	form.Close()
	rec := w.raw("POST", "/v2/alerts/a/attachments?alertIdentifierType=alias", form.FormDataContentType(), b.String())
	if rec.Code != 201 || !strings.Contains(rec.Body.String(), `"id":"1"`) {
		t.Fatal(rec.Code, rec.Body)
	}
	_, list := w.call("GET", "/v2/alerts/a/attachments?alertIdentifierType=alias", "")
	if text(list["data"]) != "[map[id:1 name:graph.svg]]" {
		t.Error(list)
	}
	got := w.ok(200, "GET", "/v2/alerts/a/attachments/1?alertIdentifierType=alias", "")
	content := w.raw("GET", strings.TrimPrefix(got["url"].(string), "http://acme.test"), "", "")
	if content.Body.String() != "<svg onload=alert(1)>" || content.Header().Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(content.Header().Get("Content-Disposition"), "attachment") {
		t.Error(content.Code, content.Header(), content.Body)
	}
	w.ok(200, "DELETE", "/v2/alerts/a/attachments/1?alertIdentifierType=alias", "")
	if code, _ := w.call("GET", "/v2/alerts/a/attachments/1?alertIdentifierType=alias", ""); code != 404 {
		t.Error(code)
	}
}

// TestRightsOfKeys: what the integration may not, its keys may not.
func TestRightsOfKeys(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	w.async("POST", "/v2/alerts", `{"message":"m","alias":"a"}`)
	made := w.ok(201, "POST", "/v2/integrations", `{"type":"API","name":"Reader","allowWriteAccess":false}`)
	owner := w.key
	w.key = made["apiKey"].(string)
	w.ok(200, "GET", "/v2/alerts", "")
	for path, method := range map[string]string{"/v2/alerts": "POST", "/v2/alerts/a/close?identifierType=alias": "POST", "/v2/heartbeats": "GET", "/v2/integrations": "GET", "/v2/alerts/a": "DELETE"} {
		code, out := w.call(method, path, `{"message":"x"}`)
		if code != 403 || out["code"] != 40301.0 {
			t.Errorf("%s: %d %v", path, code, out)
		}
	}
	reader := w.key
	w.key = owner
	w.ok(200, "POST", "/v2/integrations/"+made["id"].(string)+"/disable", "")
	w.key = reader
	if code, out := w.call("GET", "/v2/alerts", ""); code != 401 || out["message"] != "Could not authenticate" {
		t.Error(code, out)
	}
	for _, bad := range []string{"", "nonsense", owner[:len(owner)-1] + "x"} {
		w.key = bad
		if code, out := w.call("POST", "/v2/alerts", `{"message":"of nobody known"}`); code != 401 || out["message"] != "Could not authenticate" {
			t.Error(bad, code, out)
		}
		if code, out := w.call("GET", "/v2/alerts", ""); code != 401 || out["message"] != "Could not authenticate" {
			t.Error(bad, code, out)
		}
	}
}

func TestHeadersAndRate(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	rec := w.raw("GET", "/v2/alerts", "", "")
	h := rec.Header()
	if len(h.Get("X-Request-Id")) != 36 || h.Get("X-Response-Time") != "0.001" || h.Get("X-RateLimit-State") != "OK" || h.Get("X-RateLimit-Period-In-Sec") != "60" || !strings.Contains(rec.Body.String(), h.Get("X-Request-Id")) {
		t.Error(h, rec.Body)
	}
	for range 600 {
		rec = w.raw("GET", "/v2/alerts/count", "", "")
	}
	if h := rec.Header(); rec.Code != 429 || h.Get("X-RateLimit-State") != "THROTTLED" || h.Get("Retry-After") != "1" || !strings.Contains(rec.Body.String(), `"requestId"`) {
		t.Error(rec.Code, rec.Header(), rec.Body)
	}
}
