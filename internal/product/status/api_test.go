package status_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/product/status/demo"
)

// TestTheManageAPISaysWhatIsWrong goes through bad requests: each gets the vendor's status and form of error, and changes nothing.
func TestTheManageAPISaysWhatIsWrong(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	c := w.component("API")
	key := "OAuth " + w.key
	p := "/v1/pages/" + w.page
	from := w.clock.Now().Add(time.Hour).Format(time.RFC3339)
	for _, x := range []struct {
		name, method, path, body, auth string
		want                           int
		says                           string
	}{
		{"no key", "GET", "/v1/pages", "", "", 401, "authenticate"},
		{"a wrong key", "GET", "/v1/pages", "", "OAuth nonsense", 401, "Could not authenticate"},
		{"a key of another product", "GET", "/v1/pages", "", strings.Replace(key, "status-", "oncall-", 1), 401, "Could not authenticate"},
		{"a key with a changed secret", "GET", "/v1/pages", "", other(key), 401, "Could not authenticate"},
		{"an unknown page", "GET", "/v1/pages/zzzzzzzzzzzz/components", "", key, 404, "no such page"},
		{"no body", "POST", p + "/incidents", "", key, 400, "JSON body"},
		{"half a body", "POST", p + "/incidents", `{"incident":{`, key, 400, "no JSON"},
		{"a number for a name", "POST", p + "/incidents", `{"incident":{"name":1}}`, key, 400, "cannot be read"},
		{"no name", "POST", p + "/incidents", `{"incident":{"body":"x"}}`, key, 422, "Name can't be blank"},
		{"a name too long", "POST", p + "/incidents", `{"incident":{"name":"` + strings.Repeat("x", 256) + `"}}`, key, 422, "too long"},
		{"a body too long", "POST", p + "/incidents", `{"incident":{"name":"x","body":"` + strings.Repeat("x", 25_001) + `"}}`, key, 422, "too long"},
		{"an unknown status", "POST", p + "/incidents", `{"incident":{"name":"x","status":"fine"}}`, key, 422, "Status must be"},
		{"an unknown impact", "POST", p + "/incidents", `{"incident":{"name":"x","impact_override":"huge"}}`, key, 422, "Impact override"},
		{"maintenance without a time", "POST", p + "/incidents", `{"incident":{"name":"x","status":"scheduled"}}`, key, 422, "Scheduled for"},
		{"maintenance that ends before it starts", "POST", p + "/incidents", `{"incident":{"name":"x","scheduled_for":"` + from + `","scheduled_until":"2020-01-01T00:00:00Z"}}`, key, 422, "must be after"},
		{"no instant", "POST", p + "/incidents", `{"incident":{"name":"x","scheduled_for":"tomorrow"}}`, key, 400, "no instant"},
		{"a component of nowhere", "POST", p + "/incidents", `{"incident":{"name":"x","components":{"zzzzzzzzzzzz":"major_outage"}}}`, key, 422, "no component"},
		{"a component status of nowhere", "POST", p + "/incidents", `{"incident":{"name":"x","components":{"` + c + `":"bad"}}}`, key, 422, "not included"},
		{"an unknown incident", "GET", p + "/incidents/zzzzzzzzzzzz", "", key, 404, "no such incident"},
		{"a component without name", "POST", p + "/components", `{"component":{}}`, key, 422, "Name can't be blank"},
		{"a component of no group", "POST", p + "/components", `{"component":{"name":"x","group_id":"zzzzzzzzzzzz"}}`, key, 422, "no such component group"},
		{"a wrong date", "POST", p + "/components", `{"component":{"name":"x","start_date":"1.1.2026"}}`, key, 422, "no date"},
		{"a group of strangers", "POST", p + "/component-groups", `{"component_group":{"name":"x","components":["zzzzzzzzzzzz"]}}`, key, 422, "no component"},
		{"a subscriber without address", "POST", p + "/subscribers", `{"subscriber":{}}`, key, 422, "must be given"},
		{"a subscriber by SMS", "POST", p + "/subscribers", `{"subscriber":{"phone_number":"123"}}`, key, 501, "SMS"},
		{"a wrong state", "GET", p + "/subscribers?state=odd", "", key, 422, "valid value"},
		{"a template without body", "POST", p + "/incident_templates", `{"template":{"name":"x"}}`, key, 422, "Body can't be blank"},
		{"a provider of others", "POST", p + "/metrics_providers", `{"metrics_provider":{"type":"Datadog"}}`, key, 422, "Self"},
		{"too many points", "POST", p + "/metrics/data", `{"data":{}}`, key, 422, "between 1"},
		{"a page number that is none", "GET", p + "/components?page=x", "", key, 400, "not a number"},
		{"a domain that is none", "PATCH", "/v1/pages/" + w.page, `{"page":{"domain":"not a host"}}`, key, 422, "no host name"},
		{"a time zone of nowhere", "PATCH", "/v1/pages/" + w.page, `{"page":{"time_zone":"Mars/Olympus"}}`, key, 422, "no time zone"},
		{"what is not served", "GET", p + "/page_access_users", "", key, 501, "not available"},
		{"another method", "POST", "/v1/pages", "", key, 405, "not allowed"},
		{"an enormous body", "POST", p + "/incidents", strings.Repeat("x", 2<<20), key, 413, "larger"},
	} {
		var headers []string
		if x.auth != "" {
			headers = []string{"Authorization", x.auth}
		}
		rec := w.request(x.method, x.path, "application/json", x.body, headers...)
		var body struct {
			Error   any
			Message string
		}
		if rec.Code != x.want || json.Unmarshal(rec.Body.Bytes(), &body) != nil || body.Error == nil || !strings.Contains(body.Message, x.says) {
			t.Errorf("%s: %d %s (want %d, %q)", x.name, rec.Code, rec.Body, x.want, x.says)
		}
	}
	var list []any
	w.v1("GET", "/incidents", nil, 200, &list)
	if len(list) != 0 {
		t.Fatalf("a refused request left %d incidents", len(list))
	}
	if rec := w.request("GET", "/v1/pages?api_key="+w.key, "", ""); rec.Code != 200 {
		t.Fatalf("a key in the query: %d", rec.Code)
	}
}

func TestMetricsAreBoundedAndShown(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	var p, m struct{ ID string }
	w.v1("POST", "/metrics_providers", obj{"metrics_provider": obj{"type": "Self"}}, 201, &p)
	w.v1("POST", "/metrics_providers/"+p.ID+"/metrics", obj{"metric": obj{"name": "Latency", "suffix": "ms", "y_axis_min": 0}}, 201, &m)
	now := w.clock.Now().Unix()
	for k := range 10 { // within one step: one point that is their mean
		w.v1("POST", "/metrics/"+m.ID+"/data", obj{"data": obj{"timestamp": now, "value": 10 * k}}, 201, nil)
	}
	w.v1("POST", "/metrics/data", obj{"data": obj{m.ID: []obj{{"timestamp": now - 3600, "value": 5.5}}}}, 202, nil)
	w.v1("POST", "/metrics/"+m.ID+"/data", obj{"data": obj{"timestamp": now + 3600, "value": 1}}, 422, nil)
	w.v1("POST", "/metrics/"+m.ID+"/data", obj{"data": obj{"timestamp": now - 90*86400, "value": 1}}, 422, nil)
	w.v1("POST", "/metrics/"+m.ID+"/data", obj{"data": obj{"timestamp": now, "value": 1e300}}, 422, nil)
	var display struct {
		Period  struct{ Count, Interval int }
		Metrics []struct {
			Data []struct {
				Timestamp int64
				Value     float64
			}
		}
	}
	if err := json.Unmarshal([]byte(w.get("/status/metrics-display/"+m.ID+"/day.json")), &display); err != nil {
		t.Fatal(err)
	}
	if d := display.Metrics[0].Data; display.Period.Count != 288 || len(d) != 2 || d[0].Value != 5.5 || d[1].Value != 45 {
		t.Fatalf("display %+v", display)
	}
	if html := w.get("/status/"); !strings.Contains(html, "Latency over the last 24 hours: between 6 ms and 45 ms") {
		t.Fatal("the chart has no words")
	}
}

func TestComponentsAreOrderedAndGrouped(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	a, b, c := w.component("A"), w.component("B"), w.component("C")
	var g struct {
		ID         string
		Components []string
	}
	w.v1("POST", "/component-groups", obj{"description": "both", "component_group": obj{"name": "G", "components": []string{a, b}}}, 201, &g)
	order := "/api/status/pages/" + w.page + "/components/order"
	w.api("POST", order, obj{"order": []obj{{"id": c}, {"id": g.ID, "children": []string{b, a}}}}, 204, nil)
	w.api("POST", order, obj{"order": []obj{{"id": c}}}, 409, nil)
	w.api("POST", order, obj{"order": []obj{{"id": c}, {"id": c}, {"id": g.ID, "children": []string{b, a}}}}, 409, nil)
	w.api("POST", order, obj{"order": []obj{{"id": c, "children": []string{a}}, {"id": g.ID, "children": []string{b}}}}, 400, nil)
	var doc struct {
		Components []struct {
			ID, Name, Status string
			GroupID          *string `json:"group_id"`
			Components       []string
		}
	}
	if err := json.Unmarshal([]byte(w.get("/status/api/v2/components.json")), &doc); err != nil {
		t.Fatal(err)
	}
	names := ""
	for _, x := range doc.Components {
		names += x.Name
	}
	if names != "CGBA" || doc.Components[2].GroupID == nil || len(doc.Components[1].Components) != 2 {
		t.Fatalf("components %s: %+v", names, doc)
	}
	w.v1("PATCH", "/components/"+a, obj{"component": obj{"status": "partial_outage"}}, 200, nil)
	if html := w.get("/status/"); !strings.Contains(html, "<details open>") {
		t.Fatal("a group with something wrong in it is folded")
	}
	w.v1("DELETE", "/component-groups/"+g.ID, nil, 200, nil)
	w.v1("DELETE", "/components/"+b, nil, 204, nil)
	if got := w.get("/status/api/v2/components.json"); strings.Contains(got, `"B"`) || !strings.Contains(got, `"A"`) {
		t.Fatalf("after deleting: %s", got)
	}
}

func TestSubscribersComeAndGoAsCSV(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	csv := "email,components\nada@example.com,\nnonsense,\nbob@example.com,\nada@example.com,\n"
	path := "/api/status/pages/" + w.page + "/subscribers"
	rec := w.request("POST", path+"/import?confirmed=true", "text/csv", csv, "Authorization", "OAuth "+w.key, "X-Test-Admin", "yes")
	if rec.Code != 200 || !strings.Contains(rec.Body.String(), `"added":2,"already":1,"refused":["line 3`) {
		t.Fatalf("import: %d %s", rec.Code, rec.Body)
	}
	w.run()
	if mails := w.post.take(); len(mails) != 0 {
		t.Fatalf("those who confirmed elsewhere were asked: %s", subjects(mails))
	}
	rec = w.request("GET", path+".csv", "", "", "Authorization", "OAuth "+w.key, "X-Test-Admin", "yes")
	if !strings.Contains(rec.Body.String(), "email,ada@example.com,active") || strings.Count(rec.Body.String(), "\n") != 3 {
		t.Fatalf("export: %s", rec.Body)
	}
	var list struct {
		Subscribers []struct{ Address string }
		Next        string
		Counts      map[string]map[string]int
	}
	w.api("GET", path+"?state=all&q=BOB", nil, 200, &list)
	if len(list.Subscribers) != 1 || list.Subscribers[0].Address != "bob@example.com" || list.Counts["email"]["active"] != 2 {
		t.Fatalf("search: %+v", list)
	}
	seen := map[string]bool{}
	for after := ""; ; after = list.Next {
		list.Subscribers, list.Next = nil, ""
		w.api("GET", path+"?state=all&limit=1&after="+after, nil, 200, &list)
		for _, s := range list.Subscribers {
			seen[s.Address] = true
		}
		if list.Next == "" {
			break
		}
	}
	if len(seen) != 2 {
		t.Fatalf("pages of one showed %v", seen)
	}
}

func TestAPreviewKeepsNothing(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	api, docs := w.component("API"), w.component("Docs")
	w.v1("POST", "/subscribers", obj{"subscriber": obj{"email": "a@example.com", "skip_confirmation_notification": true}}, 201, nil)
	w.v1("POST", "/subscribers", obj{"subscriber": obj{"email": "b@example.com", "skip_confirmation_notification": true, "component_ids": []string{docs}}}, 201, nil)
	var p struct {
		HTML, Impact, Subject string
		Recipients            struct{ Email, Total int }
	}
	w.api("POST", "/api/status/pages/"+w.page+"/preview", obj{"name": "Errors", "status": "investigating", "body": "**x**", "components": obj{api: "major_outage"}}, 200, &p)
	if p.Impact != "major" || p.Recipients.Email != 1 || !strings.Contains(p.HTML, "<strong>x</strong>") || p.Subject != "[Acme] Investigating: Errors" {
		t.Fatalf("preview %+v", p)
	}
	w.api("POST", "/api/status/pages/"+w.page+"/preview", obj{"name": "Errors", "componentIds": []string{docs}}, 200, &p)
	if p.Recipients.Total != 2 || w.statusOf(api) != "operational" {
		t.Fatalf("preview %+v, component %s", p, w.statusOf(api))
	}
}

func TestOtherProductsOpenIncidents(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	id, url, err := w.product.OpenIncident(httpkit.WithSite(t.Context(), w.site), "Checkout is down", "critical", "Paged at 09:00.")
	if err != nil || url != "https://acme.example.com/status/incidents/"+id+"/" {
		t.Fatalf("%s %s %v", id, url, err)
	}
	if got := w.get("/status/"); !strings.Contains(got, "Checkout is down") || !strings.Contains(got, "Major Service Outage") {
		t.Fatal("the page does not show it")
	}
	w.v1("PATCH", "", obj{"page": obj{"domain": "status.example.org"}}, 200, nil)
	if site, page, ok := w.product.PageByDomain("Status.Example.org"); !ok || site != "acme" || page != w.page {
		t.Fatalf("%s %s %v", site, page, ok)
	}
}

// TestEveryPublishedOperationIsServedOrListed compares the routes with the published manage API.
func TestEveryPublishedOperationIsServedOrListed(t *testing.T) {
	b, err := os.ReadFile("../../../../shared/specs/statuspage-v1.openapi3.json")
	if err != nil {
		t.Skip("skipped: the published specification is not on this machine")
	}
	var spec struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(b, &spec); err != nil {
		t.Fatal(err)
	}
	wild := regexp.MustCompile(`\{[^}]*\}`)
	have := map[string]bool{}
	w := newWorld(t, storagetest.SQLite(t))
	for _, r := range w.product.Routes() {
		have[r.Method+" "+wild.ReplaceAllString(r.Path, "{}")] = true
	}
	n := 0
	for path, methods := range spec.Paths {
		for method := range methods {
			if method == "parameters" {
				continue
			}
			n++
			if op := strings.ToUpper(method) + " /v1" + wild.ReplaceAllString(path, "{}"); !have[op] {
				t.Errorf("%s is neither served nor listed in unserved.txt", op)
			}
		}
	}
	if n < 100 {
		t.Fatalf("the specification has only %d operations", n)
	}
}

// other changes the last letter of a key.
func other(key string) string {
	if strings.HasSuffix(key, "z") {
		return key[:len(key)-1] + "y"
	}
	return key[:len(key)-1] + "z"
}

func TestTheMadeUpCompanyHasAPage(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	for range 2 { // the second time changes nothing
		if err := demo.Fill(httpkit.WithSite(t.Context(), w.site), w.volume, 1); err != nil {
			t.Fatal(err)
		}
	}
	w.run()
	html := w.get("/status/")
	for _, want := range []string{"All Systems Operational", "Database upgrade in Dublin", "Sign-in was slow", "API response time", "% uptime"} {
		if strings.Count(html, want) == 0 {
			t.Errorf("the page does not show %q", want)
		}
	}
	if mails := w.post.take(); len(mails) != 0 {
		t.Fatalf("it mailed %s", subjects(mails))
	}
}
