package app

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"holdfast.dev/internal/platform/identity"
)

// TestAnIssueAndAnIncidentFromAnAlert: products meet in the composition root: what is made of an alert is there, and the alert's notes say so.
func TestAnIssueAndAnIncidentFromAnAlert(t *testing.T) {
	s := serve(t)
	key := oncallKey(t, s.node)
	req, err := http.NewRequest("POST", s.url+"/v2/alerts", strings.NewReader(`{"message":"Disk of db1 is full","description":"98 %\nsince noon","alias":"disk"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "GenieKey "+key)
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		b, _ := io.ReadAll(resp.Body)
		t.Fatalf("%d %s", resp.StatusCode, b)
	}
	code, body := s.call(t, "POST", "/api/oncall/alerts/1/issue", `{"project":"APP","issueType":"Bug","summary":"Make room on db1"}`)
	var made struct{ Key, URL string }
	if err := json.Unmarshal([]byte(body), &made); err != nil || code != http.StatusCreated || made.Key != "APP-1" {
		t.Fatalf("%d %s", code, body)
	}
	if code, body := s.call(t, "GET", "/rest/api/2/issue/APP-1", ""); code != http.StatusOK || !strings.Contains(body, "Make room on db1") || !strings.Contains(body, "since noon") || !strings.Contains(body, `"name":"Bug"`) {
		t.Errorf("%d %s", code, body)
	}
	if code, body := s.call(t, "POST", "/api/oncall/alerts/1/issue", `{"project":"NONE","issueType":"Bug"}`); code != http.StatusBadRequest || !strings.Contains(body, "project") {
		t.Errorf("%d %s", code, body)
	}
	code, body = s.call(t, "POST", "/api/oncall/alerts/1/status-incident", `{"name":"Slow pages","impact":"minor","message":"We are looking at it."}`)
	if code != http.StatusCreated {
		t.Fatalf("%d %s", code, body)
	}
	if code, body := s.call(t, "GET", "/status/api/v2/summary.json", ""); code != http.StatusOK || !strings.Contains(body, "Slow pages") {
		t.Errorf("%d %.500s", code, body)
	}
	if code, body := s.call(t, "GET", "/v2/alerts/disk/notes?identifierType=alias", ""); code != http.StatusOK || !strings.Contains(body, "Created issue APP-1") || !strings.Contains(body, "Opened status incident") {
		t.Errorf("%d %s", code, body)
	}
}

// TestAKeyOpensItsOwnSiteOnly: not another site, not a site without on-call, nor one where it was switched off.
func TestAKeyOpensItsOwnSiteOnly(t *testing.T) {
	s := serve(t)
	key := oncallKey(t, s.node)
	ctx := identity.AsSystem(t.Context(), "test")
	acme, err := s.node.FindSite("acme")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.node.CreateSite(ctx, acme.Org, "bare", "Bare", "tracker"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.node.CreateSite(ctx, acme.Org, "other", "Other"); err != nil {
		t.Fatal(err)
	}
	ask := func(path string) (int, string) {
		req, err := http.NewRequest("GET", s.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "GenieKey "+key)
		resp, err := s.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(b)
	}
	for path, want := range map[string]int{"/v2/alerts": 200, "/s/acme/v2/alerts": 200, "/s/other/v2/alerts": 401, "/s/bare/v2/alerts": 404} {
		if code, body := ask(path); code != want || !strings.Contains(body, `"requestId"`) || strings.Contains(body, "volume") {
			t.Errorf("%s: %d, not %d: %s", path, code, want, body)
		}
	}
	if err := s.node.SwitchOff(ctx, acme, "oncall"); err != nil {
		t.Fatal(err)
	}
	if code, body := ask("/v2/alerts"); code != 404 {
		t.Errorf("switched off: %d %s", code, body)
	}
}
