package rest_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/smtp"
	"strings"
	"testing"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/incoming"
)

func (w *world) integration(typ, name, more string) (id, key string) {
	w.t.Helper()
	made := w.ok(201, "POST", "/v2/integrations", fmt.Sprintf(`{"type":%q,"name":%q%s}`, typ, name, more))
	return made["id"].(string), made["apiKey"].(string)
}

// as runs fn with another key.
func (w *world) as(key string, fn func()) {
	old := w.key
	w.key = key
	fn()
	w.key = old
}

const firing = `{"version":"4","groupKey":"{}:{alertname=\"Down\"}","status":"firing","groupLabels":{"alertname":"Down"},"commonLabels":{"alertname":"Down","severity":"critical"},"commonAnnotations":{"summary":"It is down"},"externalURL":"http://am","alerts":[{"status":"firing","labels":{"alertname":"Down","severity":"critical"},"annotations":{"summary":"It is down"},"startsAt":"2026-03-02T09:00:00Z"}]}`

func TestAlertmanagersWebhook(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		w := newWorld(t, e)
		id, key := w.integration("Prometheus", "Cluster", "")
		w.as(key, func() {
			w.ok(202, "POST", "/v1/json/alertmanager?apiKey="+key, firing)
			w.ok(202, "POST", "/jsm/ops/integration/v1/json/prometheus", firing)
		})
		found := w.alerts("status: open")
		if len(found) != 1 || found[0]["message"] != "[FIRING:1] Down (critical)" || found[0]["count"] != 2.0 || found[0]["priority"] != "P1" || text(found[0]["tags"]) != "[critical]" {
			t.Fatal(found)
		}
		w.as(key, func() {
			w.ok(202, "POST", "/v1/json/alertmanager", strings.ReplaceAll(firing, `"firing"`, `"resolved"`))
			if code, _ := w.call("POST", "/v1/json/alertmanager", "no json"); code != 400 {
				t.Error(code)
			}
		})
		if found := w.alerts("status: open"); len(found) != 0 {
			t.Error(found)
		}
		w.signIn(true)
		page := w.ok(200, "GET", "/api/oncall/integrations/"+id, "")
		requests := page["requests"].([]any)
		if len(requests) != 4 || !strings.Contains(text(requests[0]), "The body is no JSON") || !strings.Contains(text(requests[1]), "Closed alert by action") || !strings.Contains(text(requests[3]), "Created alert by action") || !strings.Contains(text(page["configuration"]), "api_url: http://acme.test/") {
			t.Errorf("%v", page)
		}
		detail := w.ok(200, "GET", "/api/oncall/alerts/1", "")
		if !strings.Contains(text(detail["payload"]), "groupKey") || len(detail["log"].([]any)) < 3 {
			t.Errorf("%v", detail)
		}
	})
}

func (w *world) alerts(query string) (out []map[string]any) {
	w.t.Helper()
	_, all := w.call("GET", "/v2/alerts?query="+strings.ReplaceAll(query, " ", "%20"), "")
	for _, a := range all["data"].([]any) {
		out = append(out, a.(map[string]any))
	}
	return out
}

func TestActionsOfAnIntegration(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	id, key := w.integration("Webhook", "Own", "")
	got := w.ok(200, "GET", "/v2/integrations/"+id+"/actions", "")
	if len(got["create"].([]any)) != 1 || len(got["close"].([]any)) != 1 || got["_parent"].(map[string]any)["id"] != id {
		t.Fatal(got)
	}
	w.ok(200, "PUT", "/v2/integrations/"+id+"/actions", `{"ignore":[],"create":[{"type":"create","name":"new","filter":{"conditionMatchType":"match-all-conditions","conditions":[{"field":"kind","operation":"equals","expectedValue":"bad"}]},"message":"{{ what }}","alias":"{{ id }}"}],"close":[{"type":"close","name":"gone","order":5,"alias":"{{ id }}","filter":{"conditionMatchType":"match-all","expression":"kind == \"good\""}}]}`)
	w.ok(201, "POST", "/v2/integrations/"+id+"/actions", `{"type":"acknowledge","name":"taken","order":3,"alias":"{{ id }}","user":"{{ who }}","filter":{"conditionMatchType":"match-all-conditions","conditions":[{"field":"kind","operation":"equals","expectedValue":"taken"}]}}`)
	if code, out := w.call("PUT", "/v2/integrations/"+id+"/actions", `{"create":[{"name":"x","message":"{{ 1 + }}"}]}`); code != 422 {
		t.Error(code, out)
	}
	w.as(key, func() {
		w.ok(202, "POST", "/v1/json/webhook", `{"kind":"bad","what":"Pump","id":1}`)
		w.ok(202, "POST", "/v1/json/webhook", `{"kind":"other","what":"Pump","id":2}`)
		w.ok(202, "POST", "/v1/json/webhook", `{"kind":"taken","id":1,"who":"Bob"}`)
	})
	found := w.alerts("status: open")
	if len(found) != 1 || found[0]["acknowledged"] != true || found[0]["owner"] != "Bob" || found[0]["alias"] != "1" {
		t.Fatal(found)
	}
	w.signIn(false)
	tried := w.ok(200, "POST", "/api/oncall/integrations/"+id+"/try", `{"sample":{"kind":"good","id":1}}`)
	if !strings.Contains(text(tried["results"]), `Close alert "1" by action "gone"`) || len(w.alerts("status: open")) != 1 {
		t.Error(tried)
	}
	if code, _ := w.call("POST", "/api/oncall/integrations/"+id+"/keys", `{"name":"k"}`); code != 403 {
		t.Error("a member made a key:", code)
	}
	if code, _ := w.call("POST", "/v2/integrations/"+id+"/disable", ""); code != 403 {
		t.Error("a member switched an integration off:", code)
	}
	w.signIn(true)
	if made := w.ok(201, "POST", "/api/oncall/integrations/"+id+"/keys", `{"name":"k"}`); !strings.HasPrefix(text(made["apiKey"]), "oncall-") {
		t.Error(made)
	}
}

func TestMailBecomesAnAlert(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	id, _ := w.integration("Email", "Mail", `,"emailUsername":"ops"`)
	server := incoming.MailServer(func(ctx context.Context, site ids.Site) (context.Context, *volume.Volume, error) {
		if !site.IsZero() && site != w.site.ID {
			return nil, nil, fmt.Errorf("no site %s", site)
		}
		return httpkit.WithSite(ctx, w.site), w.v, nil
	}, slog.New(slog.DiscardHandler))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { server.Close() })
	send := func(to, message string) error {
		return smtp.SendMail(l.Addr().String(), nil, "nagios@example.com", []string{to}, []byte(strings.ReplaceAll(message, "\n", "\r\n")))
	}
	if err := send("nobody@example.com", "Subject: x\n\nx\n"); err == nil || !strings.Contains(err.Error(), "550") {
		t.Error(err)
	}
	address := incoming.Address("ops", w.site.ID) + "@example.com"
	multi := "From: Nagios <nagios@example.com>\nSubject: =?utf-8?q?[PROBLEM]_Gr=C3=B6=C3=9Fe_von_db1?=\nContent-Type: multipart/alternative; boundary=b\nX-Priority: 1\n\n--b\nContent-Type: text/html\n\n<p>no</p>\n--b\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nDie Platte ist voll: gr=F6=DFer\n--b--\n"
	if err := send(address, multi); err != nil {
		t.Fatal(err)
	}
	found := w.alerts("status: open")
	if len(found) != 1 || found[0]["message"] != "[PROBLEM] Größe von db1" || found[0]["source"] != "nagios@example.com" || found[0]["priority"] != "P1" {
		t.Fatal(found)
	}
	if a := w.ok(200, "GET", "/v2/alerts/1?identifierType=tiny", ""); a["description"] != "Die Platte ist voll: größer" {
		t.Error(a["description"])
	}
	if err := send("ops@example.com", "From: a@example.com\nAuto-Submitted: auto-replied\nSubject: I am away\n\nx\n"); err != nil {
		t.Fatal(err)
	}
	if err := send("ops@example.com", "From: a@example.com\nSubject: [RESOLVED] =?utf-8?q?Gr=C3=B6=C3=9Fe_von_db1?=\n\nx\n"); err != nil {
		t.Fatal(err)
	}
	if found := w.alerts("status: open"); len(found) != 0 {
		t.Error(found)
	}
	w.signIn(true)
	page := w.ok(200, "GET", "/api/oncall/integrations/"+id, "")
	if page["mailAddress"] != incoming.Address("ops", w.site.ID)+"@acme.test" || len(page["requests"].([]any)) != 3 {
		t.Error(page)
	}
}

// TestWhatAnIntegrationSaysAboutResponders: its own responders instead of those that requests name, and nobody told where it says so.
func TestWhatAnIntegrationSaysAboutResponders(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	_, quiet := w.integration("API", "Quiet", `,"suppressNotifications":true`)
	_, own := w.integration("API", "Own", `,"ignoreRespondersFromPayload":true,"responders":[{"type":"user","username":"ann@example.com"}]`)
	w.as(quiet, func() { w.async("POST", "/v2/alerts", `{"message":"quiet","alias":"quiet"}`) })
	w.as(own, func() {
		w.async("POST", "/v2/alerts", `{"message":"own","alias":"own","responders":[{"type":"team","name":"On-call"},{"type":"user","username":"ghost@example.com"}]}`)
	})
	log := strings.Join(w.page("/v2/alerts/quiet/logs?identifierType=alias"), "\n")
	_, told := w.call("GET", "/v2/alerts/quiet/recipients?identifierType=alias", "")
	if !strings.Contains(log, "Nobody is told: the integration suppresses notifications") || len(told["data"].([]any)) != 0 {
		t.Error(log, told)
	}
	a := w.ok(200, "GET", "/v2/alerts/own?identifierType=alias", "")
	if rs := a["responders"].([]any); len(rs) != 1 || rs[0].(map[string]any)["type"] != "user" {
		t.Error(a["responders"])
	}
	w.async("POST", "/v2/alerts", `{"message":"ghost","alias":"ghost","responders":[{"type":"user","username":"ghost@example.com"}]}`)
	if log := strings.Join(w.page("/v2/alerts/ghost/logs?identifierType=alias"), "\n"); !strings.Contains(log, `There is no user "ghost@example.com"`) {
		t.Error(log)
	}
	if a := w.ok(200, "GET", "/v2/alerts/ghost?identifierType=alias", ""); len(a["teams"].([]any)) != 1 {
		t.Error("an alert for nobody did not go to the default team:", a)
	}
	if code, out := w.call("POST", "/v2/integrations", `{"type":"Webhook","name":"Out","url":"http://x"}`); code != 422 {
		t.Error(code, out)
	}
}
