package incoming_test

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/incoming"
	"holdfast.dev/internal/product/oncall/integration"
)

// sample opens a file of real payloads, which are kept beside the repository; without them the test is skipped.
func sample(t *testing.T, name string) *gzip.Reader {
	t.Helper()
	f, err := os.Open(filepath.Join("../../../../../shared/data/opsgenie", name))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the real payloads are not beside the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func ofType(typ string) *integration.Integration {
	return &integration.Integration{ID: "1", Name: "Monitoring", Type: typ, Actions: incoming.DefaultActions(typ)}
}

func decide(t *testing.T, i *integration.Integration, body []byte) []incoming.Decision {
	t.Helper()
	events, payload, err := incoming.Read(i.Type, body)
	if err != nil {
		t.Fatalf("%v: %.300s", err, body)
	}
	return incoming.Decide(i, events, payload)
}

// TestRealPayloads: every webhook that was recorded becomes something under the default actions, with a title that people can read.
func TestRealPayloads(t *testing.T) {
	want := map[string]string{ // what is known of some: action, priority, alias or title
		"grafana_alert_alerting": "create P3 grafana:7 [Alerting] CPU alert", "grafana_alert_ok": "close grafana:7", "grafana_example": "create P3 grafana:1 My alert",
		"prometheus_v4_alert": "create P3",
		"pingdom_down":        "create P2 803318 Alerta API on OpenShift", "cloudwatch_subscription_confirmation": "ignore", "cloudwatch_notification": "create P3 bucketbytesAlarm",
		"stackdriver_open": "create P3 f2e08c333dc64cb09f75eaab355393bz CPU (agent)", "vmware_vrealize": "create P3", "riemann_alert": "close",
		"graylog_notification": "create P3 5e7a9c8d-9bb1-47b6-b8db-4a3a83a25e0c Stream had 2 messages",
	}
	lines := bufio.NewScanner(sample(t, "alert-payloads.jsonl.gz"))
	lines.Buffer(nil, 4<<20)
	types := map[string]string{"grafana": integration.TypeGrafana, "prometheus": integration.TypePrometheus}
	seen := 0
	for lines.Scan() {
		var r struct {
			Source, Name string
			Body         json.RawMessage
		}
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		if len(r.Body) == 0 || r.Source == "opsgenie-api-response" || strings.HasPrefix(r.Source, "alertmanager->opsgenie") {
			continue
		}
		typ := types[r.Source]
		if typ == "" {
			typ = integration.TypeIncoming
		}
		for _, d := range decide(t, ofType(typ), r.Body) {
			seen++
			got := strings.TrimSpace(d.Type + " " + d.New.Priority + " " + d.Alias + " " + d.New.Message)
			if d.Type != integration.ActCreate {
				got = strings.TrimSpace(d.Type + " " + d.Alias)
			}
			if d.Type == "" || d.Event.Message == "" || utf8.RuneCountInString(d.New.Message) > alert.MaxMessage || d.Type == integration.ActCreate && d.New.Check() != nil {
				t.Errorf("%s %s: %+v", r.Source, r.Name, d)
			}
			for _, part := range strings.SplitN(want[r.Name], " ", 4) {
				if !strings.Contains(got, part) {
					t.Errorf("%s: %s, not %s", r.Name, got, want[r.Name])
				}
			}
			t.Logf("%s %s: %s", r.Source, r.Name, got)
		}
	}
	if seen < 30 {
		t.Errorf("only %d payloads", seen)
	}
}

// TestRealGroups: groups of alerts recorded from running Alertmanagers, put into the form in which webhooks send them.
func TestRealGroups(t *testing.T) {
	tr := tar.NewReader(sample(t, "alertmanager-api-v2.tar.gz"))
	groups := 0
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(h.Name, "alerts-groups.json") {
			continue
		}
		var list []struct {
			Labels map[string]string
			Alerts []struct {
				Labels, Annotations map[string]string
				StartsAt            string
				GeneratorURL        string
			}
		}
		if err := json.NewDecoder(tr).Decode(&list); err != nil {
			t.Fatal(err)
		}
		for _, g := range list {
			groups++
			hook := map[string]any{"version": "4", "status": "firing", "groupKey": h.Name + g.Labels["alertname"], "groupLabels": g.Labels, "commonLabels": g.Labels, "commonAnnotations": map[string]string{}, "alerts": g.Alerts}
			body, _ := json.Marshal(hook)
			fired := decide(t, ofType(integration.TypePrometheus), body)[0]
			hook["status"] = "resolved"
			body, _ = json.Marshal(hook)
			done := decide(t, ofType(integration.TypePrometheus), body)[0]
			if fired.Type != "create" || done.Type != "close" || fired.Alias != done.Alias || len(fired.Alias) != 64 || !strings.HasPrefix(fired.New.Message, "[FIRING:") || fired.New.Check() != nil {
				t.Errorf("%+v %+v", fired, done)
			}
		}
	}
	if groups < 10 {
		t.Errorf("only %d groups", groups)
	}
}

func TestMappings(t *testing.T) {
	i := ofType(integration.TypeIncoming)
	i.Actions = []integration.Action{
		{Type: "acknowledge", Name: "ack", Order: 1, Alias: "{{ id }}", User: "{{ who }}", Filter: integration.Filter{ConditionMatchType: "match-all-conditions", Conditions: []integration.Condition{{Field: "event", Operation: "equals", ExpectedValue: "ack"}}}},
		{Type: "addNote", Name: "note", Order: 2, Alias: "{{ id }}", Note: "{{ text }}", Filter: integration.Filter{ConditionMatchType: "match-any-condition", Conditions: []integration.Condition{{Field: "event", Operation: "starts-with", ExpectedValue: "note"}, {Field: "note", Operation: "is-empty", Not: true}}}},
		{Type: "close", Name: "done", Order: 3, Alias: "{{ id }}", Filter: integration.Filter{Expression: `event in ["done", "ok"]`}},
		{Type: "create", Name: "new", Order: 4, Alias: "{{ id }}", Message: "{{ upper(text) }} on {{ host.name }}", Tags: []string{"x,{{ host.zone }}"}, CustomPriority: "{{ level }}", ExtraProperties: map[string]string{"host": "{{ host.name }}"}, IgnoreProperties: true},
	}
	if err := integration.CheckActions(i.Actions); err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		`{"event":"ack","id":7,"who":"Bob"}`:   "acknowledge 7 Bob  ",
		`{"event":"noted","id":7,"text":"hm"}`: "addNote 7  hm ",
		`{"event":"done","id":7}`:              "close 7   ",
		`{"event":"up","id":"a","text":"full","host":{"name":"db","zone":"z1"},"level":"critical","labels":{"k":"v"}}`: "create a   FULL on db",
	} {
		d := decide(t, i, []byte(body))[0]
		if got := d.Type + " " + d.Alias + " " + d.User + " " + d.Note + " " + d.New.Message; got != want {
			t.Errorf("%s: %q, not %q", body, got, want)
		}
		if d.Type == "create" && (strings.Join(d.New.Tags, " ") != "x z1" || d.New.Priority != "P1" || len(d.New.Details) != 1 || d.New.Details["host"] != "db") {
			t.Errorf("%+v", d.New)
		}
	}
	for _, a := range []integration.Action{
		{Type: "explode", Name: "x"}, {Type: "create", Name: "x"}, {Type: "close", Name: "x"}, {Type: "create", Message: "m"}, {Type: "create", Name: "x", Message: "{{ 1 + }}"}, {Type: "create", Name: "x", Message: "m", Priority: "P7"},
		{Type: "create", Name: "x", Message: "m", Filter: integration.Filter{ConditionMatchType: "some"}}, {Type: "create", Name: "x", Message: "m", Filter: integration.Filter{Expression: "a =="}},
		{Type: "create", Name: "x", Message: "m", Filter: integration.Filter{Conditions: []integration.Condition{{Field: "f", Operation: "matches", ExpectedValue: "("}}}},
	} {
		if integration.CheckActions([]integration.Action{a}) == nil {
			t.Errorf("%+v passed", a)
		}
	}
}

// FuzzRead: whatever is sent, it is refused or becomes something that an alert can hold.
func FuzzRead(f *testing.F) {
	for _, s := range []string{`{}`, `[]`, `"x"`, `[1,{"a":"b"}]`, `{"alerts":[{}],"groupLabels":{}}`, `{"ruleId":1,"ruleName":"a","state":"ok"}`, `{"Message":"{\"a\":1}"}`, strings.Repeat("[", 100) + strings.Repeat("]", 100)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, typ := range []string{integration.TypeIncoming, integration.TypePrometheus, integration.TypeGrafana} {
			i := ofType(typ)
			events, payload, err := incoming.Read(typ, bytes.Clone(b))
			if err != nil {
				return
			}
			for _, d := range incoming.Decide(i, events, payload) {
				if d.Type == integration.ActCreate {
					if err := d.New.Check(); err != nil {
						t.Fatalf("%s: %v", b, err)
					}
				}
			}
		}
	})
}
