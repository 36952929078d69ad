package status_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/publish"
)

func TestAnIncidentFromAlarmToPostmortem(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		w := newWorld(t, e)
		api, web, docs := w.component("API"), w.component("Web"), w.component("Docs")
		w.subscribe("everything@example.com")
		w.subscribe("docs@example.com", docs)
		w.subscribe("api@example.com", api)

		var i incidentBody
		w.v1("POST", "/incidents", obj{"incident": obj{"name": "Errors", "status": "investigating", "body": "We look into it.", "components": obj{api: "partial_outage"}}}, 201, &i)
		w.run()
		mails := w.post.take()
		slices.Sort(mails)
		if got := subjects(mails); len(mails) != 2 || strings.Contains(got, "docs@") || !strings.Contains(got, "api@example.com [Acme] Investigating: Errors") {
			t.Fatalf("told: %s", got)
		}
		if m := strings.ReplaceAll(mails[0], "\r\n ", " "); !strings.Contains(m, "List-Unsubscribe: <https://acme.example.com/status/manage/") || !strings.Contains(m, "List-Unsubscribe-Post: List-Unsubscribe=One-Click") {
			t.Fatalf("mail without a way out: %s", m)
		}
		if i.Impact != "minor" || w.statusOf(api) != "partial_outage" {
			t.Fatalf("impact %s, component %s", i.Impact, w.statusOf(api))
		}
		w.clock.Advance(30 * time.Minute)
		w.v1("PATCH", "/incidents/"+i.ID, obj{"incident": obj{"status": "identified", "components": obj{api: "major_outage", web: "major_outage"}}}, 200, &i)
		if i.Impact != "major" || len(i.Updates) != 2 || i.Updates[0].Affected[0].Old != "partial_outage" {
			t.Fatalf("after the second update: %+v", i)
		}
		w.clock.Advance(30 * time.Minute)
		w.v1("PUT", "/incidents/"+i.ID, obj{"incident": obj{"status": "resolved", "deliver_notifications": false, "components": obj{api: "operational", web: "operational"}}}, 200, &i)
		if i.Impact != "major" || i.ResolvedAt == nil || w.statusOf(web) != "operational" {
			t.Fatalf("resolved: %+v", i)
		}
		w.run()
		if got := subjects(w.post.take()); strings.Contains(got, "Resolved") {
			t.Fatalf("told although nobody should be: %s", got)
		}
		// Partial for half an hour counts 30 %, major for half an hour in full.
		var up struct {
			Major   int64   `json:"major_outage"`
			Partial int64   `json:"partial_outage"`
			Percent float64 `json:"uptime_percentage"`
		}
		w.v1("GET", "/components/"+api+"/uptime", nil, 200, &up)
		if up.Major != 1800 || up.Partial != 1800 || up.Percent >= 100 {
			t.Fatalf("uptime %+v", up)
		}
		w.v1("PUT", "/incidents/"+i.ID+"/postmortem", obj{"postmortem": obj{"body_draft": "It was **the cache**."}}, 200, nil)
		if strings.Contains(w.get("/status/incidents/"+i.ID+"/"), "the cache") {
			t.Fatal("a draft is shown")
		}
		w.v1("PUT", "/incidents/"+i.ID+"/postmortem/publish", obj{"postmortem": obj{"notify_subscribers": true}}, 200, nil)
		if !strings.Contains(w.get("/status/incidents/"+i.ID+"/"), "<strong>the cache</strong>") {
			t.Fatal("a published postmortem is not shown")
		}
		w.run()
		if got := subjects(w.post.take()); !strings.Contains(got, "Postmortem: Errors") {
			t.Fatalf("told: %s", got)
		}
	})
}

func TestMaintenanceRunsByItself(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		w := newWorld(t, e)
		db := w.component("Database")
		w.subscribe("ada@example.com")
		from := w.clock.Now().Add(3 * time.Hour)
		var i incidentBody
		w.v1("POST", "/incidents", obj{"incident": obj{"name": "Upgrade", "scheduled_for": from, "scheduled_until": from.Add(2 * time.Hour), "scheduled_remind_prior": true, "scheduled_auto_in_progress": true,
			"scheduled_auto_completed": true, "auto_transition_to_maintenance_state": true, "auto_transition_to_operational_state": true,
			"auto_transition_deliver_notifications_at_start": true, "auto_transition_deliver_notifications_at_end": false, "component_ids": []string{db}, "body": "Short break."}}, 201, &i)
		w.run()
		told := func(want string) {
			t.Helper()
			if got := subjects(w.post.take()); got != want {
				t.Fatalf("at %s told %s, not %s", w.clock.Now(), got, want)
			}
		}
		told("[ada@example.com [Acme] Scheduled: Upgrade]")
		w.pass(119 * time.Minute)
		told("[]")
		w.pass(2 * time.Minute)
		told("[ada@example.com [Acme] Starts in an hour: Upgrade]")
		w.pass(60 * time.Minute)
		told("[ada@example.com [Acme] In progress: Upgrade]")
		if got := w.incident(i.ID); got.Status != "in_progress" || w.statusOf(db) != "under_maintenance" {
			t.Fatalf("at the start: %+v, %s", got, w.statusOf(db))
		}
		var active struct {
			Scheduled []struct{ ID string } `json:"scheduled_maintenances"`
		}
		if err := json.Unmarshal([]byte(w.get("/status/api/v2/scheduled-maintenances/active.json")), &active); err != nil || len(active.Scheduled) != 1 {
			t.Fatalf("active %+v %v", active, err)
		}
		w.pass(120 * time.Minute)
		told("[]")
		if got := w.incident(i.ID); got.Status != "completed" || w.statusOf(db) != "operational" || got.ResolvedAt == nil {
			t.Fatalf("at the end: %+v, %s", got, w.statusOf(db))
		}
		w.v1("PATCH", "/incidents/"+i.ID, obj{"incident": obj{"status": "in_progress"}}, 422, nil)
	})
}

func TestATimerThatWasMovedFiresOnceAtItsNewTime(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	from := w.clock.Now().Add(time.Hour)
	var i incidentBody
	w.v1("POST", "/incidents", obj{"incident": obj{"name": "Upgrade", "scheduled_for": from, "scheduled_until": from.Add(time.Hour), "scheduled_auto_in_progress": true}}, 201, &i)
	w.v1("PATCH", "/incidents/"+i.ID, obj{"incident": obj{"scheduled_for": from.Add(time.Hour), "scheduled_until": from.Add(2 * time.Hour)}}, 200, nil)
	w.pass(90 * time.Minute)
	if got := w.incident(i.ID); got.Status != "scheduled" {
		t.Fatalf("started at its old time: %+v", got)
	}
	w.pass(time.Hour)
	if got := w.incident(i.ID); got.Status != "in_progress" || len(got.Updates) != 2 {
		t.Fatalf("after its new time: %+v", got)
	}
}

func TestNobodyIsMailedMoreThanOneQuestion(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	limited := false
	for range 100 {
		rec := w.form("/status/subscribe/", url.Values{"email": {"victim@example.com"}})
		limited = limited || rec.Code == 429
		w.clock.Advance(10 * time.Minute)
		w.run()
	}
	if n := len(w.post.take()); n != 1 {
		t.Fatalf("the victim got %d mails", n)
	}
	// Variants of the address and many victims from one place run into limits.
	for k := range 100 {
		rec := w.form("/status/subscribe/", url.Values{"email": {"victim+" + strings.Repeat("x", k) + "@example.com"}})
		limited = limited || rec.Code == 429
	}
	w.run()
	if n := len(w.post.take()); n > 12 || !limited {
		t.Fatalf("%d mails went out, limited %v", n, limited)
	}
	// And nothing of the page reaches them before they say yes.
	w.v1("POST", "/incidents", obj{"incident": obj{"name": "Errors", "body": "x"}}, 201, nil)
	w.run()
	if got := w.post.take(); len(got) != 0 {
		t.Fatalf("unconfirmed people were told: %s", subjects(got))
	}
	w.pass(time.Minute)
	w.clock.Advance(8 * 24 * time.Hour)
	w.run()
	var count map[string]int
	w.v1("GET", "/subscribers/count?state=unconfirmed", nil, 200, &count)
	if count["email"] != 0 {
		t.Fatalf("%v unconfirmed are kept after a week", count)
	}
}

func TestAddressesThatInjectHeadersAreRefused(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	for _, bad := range []string{"a@example.com\r\nBcc: b@example.com", "a@example.com, b@example.com", "A <a@example.com>", "a@example.com\x00", "a@localhost", "@example.com", strings.Repeat("a", 300) + "@example.com"} {
		if rec := w.form("/status/subscribe/", url.Values{"email": {bad}}); rec.Code != 422 {
			t.Errorf("%q: %d", bad, rec.Code)
		}
		w.v1("POST", "/subscribers", obj{"subscriber": obj{"email": bad}}, 422, nil)
	}
	w.v1("POST", "/components", obj{"component": obj{"name": "x\r\nBcc: y@example.com"}}, 422, nil)
	for _, bad := range []string{"http://127.0.0.2:1/x", "http://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/"} {
		w.v1("POST", "/subscribers", obj{"subscriber": obj{"endpoint": bad}}, 422, nil)
		var s struct{ ID string }
		w.v1("POST", "/subscribers", obj{"subscriber": obj{"endpoint": "https://example.com/" + url.QueryEscape(bad), "skip_confirmation_notification": true}}, 201, &s)
		err := w.volume.Write(t.Context(), func(tx *volume.Tx) error { // it was entered while the operator let customers call it
			_, err := tx.ExecText(t.Context(), "UPDATE subscriber SET address = $1 WHERE id = $2", bad, s.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.v1("POST", "/incidents", obj{"incident": obj{"name": "E", "body": "x"}}, 201, nil)
		w.run()
		var got struct{ State string }
		w.v1("GET", "/subscribers/"+s.ID, nil, 200, &got)
		if got.State != "quarantined" {
			t.Errorf("an address inside of the network is %s", got.State)
		}
	}
	for _, bad := range []string{"ftp://example.com/", "https://user:pw@example.com/", "javascript:alert(1)", "https://a.example/\r\nX: y"} {
		w.v1("POST", "/subscribers", obj{"subscriber": obj{"endpoint": bad}}, 422, nil)
	}
}

func TestBouncesAreQuarantinedAndOthersTriedAgain(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	for _, a := range []string{"ada@example.com", "gone@example.com", "busy@example.com"} {
		w.v1("POST", "/subscribers", obj{"subscriber": obj{"email": a, "skip_confirmation_notification": true}}, 201, nil)
	}
	w.v1("POST", "/incidents", obj{"incident": obj{"name": "Errors", "body": "x"}}, 201, nil)
	w.pass(5 * time.Minute)
	if mails := w.post.take(); len(mails) != 1 || to(mails[0]) != "ada@example.com" {
		t.Fatalf("a retry for one told others again: %s", subjects(mails))
	}
	w.pass(3 * time.Hour)
	var h map[string]map[string]int
	w.v1("GET", "/subscribers/histogram_by_state", nil, 200, &h)
	if h["email"]["quarantined"] != 1 || h["email"]["active"] != 2 {
		t.Fatalf("histogram %v", h)
	}
	var notices struct {
		Notices []struct{ Sent, Refused, Failed int }
	}
	w.api("GET", "/api/status/pages/"+w.page+"/notices", nil, 200, &notices)
	if n := notices.Notices[0]; n.Sent != 1 || n.Refused != 1 || n.Failed != 1 {
		t.Fatalf("deliveries %+v", n)
	}
	w.v1("POST", "/subscribers/reactivate", obj{"subscribers": "all"}, 201, nil)
	w.v1("GET", "/subscribers/histogram_by_state", nil, 200, &h)
	if h["email"]["active"] != 3 {
		t.Fatalf("reactivated: %v", h)
	}
}

func TestOldNoticesGo(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	w.v1("POST", "/subscribers", obj{"subscriber": obj{"email": "ada@example.com", "skip_confirmation_notification": true}}, 201, nil)
	w.api("PATCH", "/api/status/pages/"+w.page, obj{"keepNoticesDays": 3}, 400, nil)
	w.api("PATCH", "/api/status/pages/"+w.page, obj{"keepNoticesDays": 30}, 200, nil)
	count := func() (n int) {
		var got struct{ Notices []struct{ Sent int } }
		w.api("GET", "/api/status/pages/"+w.page+"/notices", nil, 200, &got)
		for _, one := range got.Notices {
			if one.Sent != 1 {
				t.Errorf("%+v", one)
			}
		}
		return len(got.Notices)
	}
	w.v1("POST", "/incidents", obj{"incident": obj{"name": "First", "body": "x"}}, 201, nil)
	days := func(n int) {
		for range n {
			w.clock.Advance(24 * time.Hour)
			w.run()
		}
	}
	w.pass(time.Minute)
	days(20)
	w.v1("POST", "/incidents", obj{"incident": obj{"name": "Second", "body": "x"}}, 201, nil)
	w.pass(time.Minute)
	days(9)
	if n := count(); n != 2 {
		t.Error(n, "notices before their time")
	}
	days(3)
	if n := count(); n != 1 {
		t.Error(n, "notices are left, one is to be")
	}
}

func TestWebhooksConfirmAndAreSigned(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	api := w.component("API")
	type hit struct {
		header http.Header
		body   map[string]any
	}
	hits := make(chan hit, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		var v map[string]any
		_ = json.Unmarshal(b, &v)
		hits <- hit{r.Header, v}
	}))
	defer receiver.Close()
	if rec := w.form("/status/subscribe/", url.Values{"endpoint": {receiver.URL + "/hook"}}); rec.Code != 200 {
		t.Fatal(rec.Code)
	}
	w.run()
	first := <-hits
	confirmation, _ := first.body["confirmation"].(map[string]any)
	link, _ := confirmation["url"].(string)
	if !strings.HasPrefix(confirmation["secret"].(string), "whsec_") {
		t.Fatalf("confirmation %v", first.body)
	}
	w.v1("PATCH", "/components/"+api, obj{"component": obj{"status": "degraded_performance"}}, 200, nil)
	w.run()
	if len(hits) != 0 {
		t.Fatal("a webhook that did not confirm was called")
	}
	w.form(strings.TrimPrefix(link, "https://acme.example.com"), url.Values{})
	w.v1("PATCH", "/components/"+api, obj{"component": obj{"name": "Public API"}}, 200, nil) // a new name is no news
	w.v1("PATCH", "/components/"+api, obj{"component": obj{"status": "major_outage"}}, 200, nil)
	w.run()
	got := <-hits
	update, _ := got.body["component_update"].(map[string]any)
	page, _ := got.body["page"].(map[string]any)
	if len(hits) != 0 || update["old_status"] != "degraded_performance" || update["new_status"] != "major_outage" || page["status_indicator"] != "critical" || got.header.Get("Webhook-Signature") == "" {
		t.Fatalf("component update %v", got.body)
	}
	w.v1("POST", "/incidents", obj{"incident": obj{"name": "Errors", "body": "x"}}, 201, nil)
	w.run()
	got = <-hits
	inc, _ := got.body["incident"].(map[string]any)
	meta, _ := got.body["meta"].(map[string]any)
	if inc["name"] != "Errors" || len(inc["incident_updates"].([]any)) != 1 || !strings.Contains(meta["unsubscribe"].(string), "/status/manage/") {
		t.Fatalf("incident %v", got.body)
	}
}

func TestOneClickUnsubscribes(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	w.subscribe("ada@example.com")
	w.v1("POST", "/incidents", obj{"incident": obj{"name": "Errors", "body": "x"}}, 201, nil)
	w.run()
	link := linkForm.FindStringSubmatch(decodeQP(w.post.take()[0]))[1]
	if rec := w.form(link[:len(link)-3]+"zz/", url.Values{}); rec.Code != 404 {
		t.Fatalf("a forged link: %d", rec.Code)
	}
	if rec := w.form(strings.Replace(link, "manage", "confirm", 1), url.Values{}); rec.Code != 404 {
		t.Fatalf("a link for another purpose: %d", rec.Code)
	}
	if rec := w.form(link, url.Values{"List-Unsubscribe": {"One-Click"}}); rec.Code != 200 {
		t.Fatalf("one click: %d", rec.Code)
	}
	w.v1("POST", "/incidents", obj{"incident": obj{"name": "More", "body": "x"}}, 201, nil)
	w.run()
	if got := w.post.take(); len(got) != 0 {
		t.Fatalf("told after leaving: %s", subjects(got))
	}
}

func TestNothingPeopleWroteRunsInAReadersBrowser(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	evil := `<script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:alert(1)">x</a>"'` + "`"
	c := w.component(evil)
	w.v1("PATCH", "/components/"+c, obj{"component": obj{"description": evil}}, 200, nil)
	var i incidentBody
	w.v1("POST", "/incidents", obj{"incident": obj{"name": evil, "status": "investigating", "body": evil + "\n\n[x](javascript:alert(1)) ![x](https://evil.example/x.png)\n<iframe src=//evil></iframe><style>*{}</style><form action=//evil>", "components": obj{c: "major_outage"}}}, 201, &i)
	w.api("PUT", "/api/status/pages/"+w.page+"/design", obj{"description": evil, "headline": evil, "footer": evil}, 200, nil)
	for _, path := range []string{"/status/", "/status/incidents/" + i.ID + "/", "/status/history/", "/status/uptime/", "/status/subscribe/", "/status/p/" + w.page + "/"} {
		got := w.get(path)
		for _, bad := range []string{"<script", "<img src=x", "<iframe", "<style", "onerror=alert(1)>", "evil.example", "action=//evil"} {
			if strings.Contains(strings.ToLower(got), bad) && !strings.Contains(strings.ToLower(got), "&lt;"+strings.TrimPrefix(bad, "<")) {
				t.Errorf("%s contains %s", path, bad)
			}
		}
		if strings.Contains(got, `href="javascript:`) || strings.Contains(got, "<img src=x") || strings.Contains(got, "<script") {
			t.Errorf("%s runs what somebody wrote", path)
		}
	}
	for _, css := range []string{"</style><script>", "@import url(//evil)", "a{background:url(https://evil.example/x)}", `a{b:\65xpression(1)}`, "a{", "a{background:URL( 'https://e' )}"} {
		w.api("PUT", "/api/status/pages/"+w.page+"/design", obj{"css": css}, 400, nil)
	}
	w.api("PUT", "/api/status/pages/"+w.page+"/design", obj{"css": "h1{color:rebeccapurple}", "accent": "#663399"}, 200, nil)
	if !strings.Contains(w.get("/status/"), "assets/design-") {
		t.Error("the page's own style is not linked")
	}
}

func TestTheStaticCopyIsTheLivePage(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	api := w.component("API")
	var i incidentBody
	w.v1("POST", "/incidents", obj{"incident": obj{"name": "Errors", "body": "x", "components": obj{api: "major_outage"}}}, 201, &i)
	w.run()
	static := publish.NewStatic(w.folder, clock.System)
	fetch := func(path string) string {
		rec := httptest.NewRecorder()
		static.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
		if rec.Code != 200 {
			t.Fatalf("GET %s of the copy: %d", path, rec.Code)
		}
		return rec.Body.String()
	}
	paths := []string{"/", "/history/", "/uptime/", "/subscribe/", "/incidents/" + i.ID + "/", "/history.atom", "/history.rss", "/history.ics", "/badge.svg", "/api/v2/summary.json", "/api/v2/status.json",
		"/api/v2/components.json", "/api/v2/incidents.json", "/api/v2/incidents/unresolved.json", "/api/v2/scheduled-maintenances.json", "/api/v2/scheduled-maintenances/upcoming.json"}
	for _, p := range paths {
		live := w.get("/status" + p)
		for _, at := range []string{p, "/status" + p, "/status/p/" + w.page + p, "/s/acme/status" + p} {
			if fetch(at) != live {
				t.Errorf("%s of the copy is not the live page", at)
			}
		}
	}
	// Files that did not change are not touched, and what is gone goes.
	dir := filepath.Join(w.folder, "acme", w.page)
	past := time.Now().Add(-time.Hour)
	for _, name := range []string{"incidents/" + i.ID + "/index.html", "index.html"} {
		if err := os.Chtimes(filepath.Join(dir, name), past, past); err != nil {
			t.Fatal(err)
		}
	}
	w.component("Web")
	w.run()
	if info, err := os.Stat(filepath.Join(dir, "index.html")); err != nil || info.ModTime().Equal(past) {
		t.Fatalf("the page was not published again: %v", err)
	}
	w.v1("DELETE", "/incidents/"+i.ID, nil, 200, nil)
	w.run()
	if _, err := os.Stat(filepath.Join(dir, "incidents", i.ID, "index.html")); err == nil {
		t.Fatal("a deleted incident is still published")
	}
	matches, _ := filepath.Glob(filepath.Join(dir, "*", ".new-*"))
	if len(matches) > 0 {
		t.Fatalf("half files are left: %v", matches)
	}
}

func TestWhatPassedBeforeARestoreIsHeld(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	w.subscribe("ada@example.com")
	w.run()
	w.v1("POST", "/incidents", obj{"incident": obj{"name": "Errors", "body": "x"}}, 201, nil)
	// As recovery does it to a volume that was brought back.
	if err := w.volume.Write(t.Context(), func(tx *volume.Tx) error { return jobs.HoldPast(t.Context(), tx, 0) }); err != nil {
		t.Fatal(err)
	}
	w.pass(10 * time.Minute)
	if got := w.post.take(); len(got) != 0 {
		t.Fatalf("restored time was told again: %s", subjects(got))
	}
	if err := w.product.Republish(t.Context(), w.volume); err != nil {
		t.Fatal(err)
	}
	w.run()
	b, err := os.ReadFile(filepath.Join(w.folder, "acme", w.page, "api/v2/incidents.json"))
	if err != nil || !strings.Contains(string(b), "Errors") {
		t.Fatalf("the copy is not that of the restored page: %v", err)
	}
	if got := w.post.take(); len(got) != 0 {
		t.Fatalf("told: %s", subjects(got))
	}
}

func TestSomebodyFollowsOneIncidentAlone(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	var i, other incidentBody
	w.v1("POST", "/incidents", obj{"incident": obj{"name": "Errors", "body": "x"}}, 201, &i)
	w.v1("POST", "/incidents", obj{"incident": obj{"name": "Another", "body": "x"}}, 201, &other)
	if html := w.get("/status/incidents/" + i.ID + "/"); !strings.Contains(html, `name="incident" value="`+i.ID+`"`) {
		t.Fatal("the incident's page offers no way to follow it")
	}
	if rec := w.form("/status/subscribe/", url.Values{"email": {"ada@example.com"}, "incident": {i.ID}}); rec.Code != 200 {
		t.Fatalf("follow: %d %s", rec.Code, rec.Body)
	}
	w.run()
	w.form(linkForm.FindStringSubmatch(decodeQP(w.post.take()[0]))[1], url.Values{})
	w.v1("PATCH", "/incidents/"+other.ID, obj{"incident": obj{"status": "identified"}}, 200, nil)
	w.v1("PATCH", "/incidents/"+i.ID, obj{"incident": obj{"status": "resolved"}}, 200, nil)
	w.run()
	if got := subjects(w.post.take()); got != "[ada@example.com [Acme] Resolved: Errors]" {
		t.Fatalf("told: %s", got)
	}
	if rec := w.form("/status/subscribe/", url.Values{"email": {"bob@example.com"}, "incident": {i.ID}}); rec.Code != 404 {
		t.Fatalf("what is over is followed: %d", rec.Code)
	}
}

func TestAPagesOwnImages(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	path := "/api/status/pages/" + w.page + "/design/logo"
	put := func(body string) int {
		return w.request("PUT", path, "application/octet-stream", body, "Authorization", "OAuth "+w.key, "X-Test-Admin", "yes").Code
	}
	if code := put(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`); code != 415 {
		t.Fatalf("an image that can run: %d", code)
	}
	png := "\x89PNG\r\n\x1a\n" + strings.Repeat("x", 100)
	if code := put(png); code != 200 {
		t.Fatalf("a PNG: %d", code)
	}
	if code := put("\x89PNG\r\n\x1a\n" + strings.Repeat("x", 1<<20)); code != 413 {
		t.Fatalf("too large: %d", code)
	}
	var d struct {
		LogoURL string
	}
	w.api("GET", "/api/status/pages/"+w.page+"/design", nil, 200, &d)
	if got := w.get(d.LogoURL); got != png || !strings.Contains(w.get("/status/"), "assets/logo-") {
		t.Fatalf("the logo at %s is not the one that was sent", d.LogoURL)
	}
	w.run()
	if matches, _ := filepath.Glob(filepath.Join(w.folder, "acme", w.page, "assets", "logo-*.png")); len(matches) != 1 {
		t.Fatalf("the copy has the logos %v", matches)
	}
}

func TestTheCopyFollowsTheClock(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	api := w.component("API")
	copied := func() string {
		b, err := os.ReadFile(filepath.Join(w.folder, "acme", w.page, "index.html"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	w.v1("PATCH", "/components/"+api, obj{"component": obj{"status": "major_outage"}}, 200, nil)
	for range 4 {
		w.pass(5*time.Minute + 2*time.Second)
		if copied() != w.get("/status/") {
			t.Fatalf("at %s the copy shows another time", w.clock.Now())
		}
	}
	if !strings.Contains(copied(), "20 min major outage") {
		t.Fatal("the outage does not grow in the copy")
	}
	w.v1("PATCH", "/components/"+api, obj{"component": obj{"status": "operational"}}, 200, nil)
	w.pass(16 * time.Hour) // over midnight
	if strings.Contains(copied(), "26 Nov 2026: no data") {
		t.Fatal("today has no state")
	}
	if !strings.Contains(copied(), `<time datetime="2026-11-26">`) || copied() != w.get("/status/") {
		t.Fatal("the copy does not know the new day")
	}
}
