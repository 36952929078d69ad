package rest_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/product/oncall/needs"
)

// join makes somebody of the site known to on-call and gives a principal of theirs.
func (w *world) join(name string, admin bool) *identity.Principal {
	w.t.Helper()
	account := ids.New[ids.Account](w.clock.Now())
	email := name + "@example.com"
	people := append([]needs.Person{ann}, w.joined...)
	w.joined = append(w.joined, needs.Person{AccountID: account.String(), DisplayName: name, Email: email, TimeZone: "Europe/Zurich", Active: true, Admin: admin})
	if err := w.product.SyncPeople(w.ctx, w.v, append(people, w.joined[len(w.joined)-1])); err != nil {
		w.t.Fatal(err)
	}
	return &identity.Principal{Kind: identity.Token, Account: account, Name: name, Email: email, Admin: admin}
}

func (w *world) list(path string) []any {
	w.t.Helper()
	code, out := w.call("GET", path, "")
	l, ok := out["data"].([]any)
	if code != 200 || !ok {
		w.t.Fatalf("%s: %d %v", path, code, out)
	}
	return l
}

func at(v any, path string) any {
	for _, p := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[p]
		case []any:
			i, err := strconv.Atoi(p)
			if err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		}
	}
	return v
}

func TestTeamsAsTheAPISays(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		w := newWorld(t, e)
		w.join("bob", false)
		made := w.ok(201, "POST", "/v2/teams", `{"name":"Ops","description":"d","members":[{"user":{"username":"bob@example.com"},"role":"admin"},{"user":{"username":"ann@example.com"}}]}`)
		id := text(made["id"])
		team := w.ok(200, "GET", "/v2/teams/Ops?identifierType=name", "")
		if team["id"] != id || len(team["members"].([]any)) != 2 {
			t.Fatal(team)
		}
		rules := w.list("/v2/teams/" + id + "/routing-rules")
		if len(rules) != 1 || at(rules, "0.isDefault") != true || at(rules, "0.notify.name") != "Ops_escalation" {
			t.Fatal(rules)
		}
		w.ok(201, "POST", "/v2/teams/"+id+"/roles", `{"name":"watcher","rights":[{"right":"manage-members","granted":true}]}`)
		w.ok(201, "POST", "/v2/teams/"+id+"/members", `{"user":{"username":"ann@example.com"},"role":"watcher"}`)
		w.ok(422, "POST", "/v2/teams/"+id+"/members", `{"user":{"username":"ann@example.com"},"role":"king"}`)
		w.ok(200, "PATCH", "/v2/teams/"+id+"/roles/watcher?identifierType=name", `{"name":"looker"}`)
		if m := w.ok(200, "GET", "/v2/teams/"+id, ""); !strings.Contains(fmt.Sprint(m), "looker") {
			t.Fatal(m)
		}
		first := w.ok(201, "POST", "/v2/teams/"+id+"/routing-rules", `{"name":"db","criteria":{"type":"match-all-conditions","conditions":[{"field":"entity","operation":"starts-with","expectedValue":"db"}]},"timezone":"Europe/Zurich",
			"timeRestriction":{"type":"time-of-day","restriction":{"startHour":8,"startMin":7,"endHour":18,"endMin":3}},"notify":{"type":"schedule","name":"Ops_schedule"}}`)
		w.ok(201, "POST", "/v2/teams/"+id+"/routing-rules", `{"name":"none","notify":{"type":"none"},"criteria":{"type":"match-all"}}`)
		w.ok(200, "POST", "/v2/teams/"+id+"/routing-rules/"+text(first["id"])+"/change-order", `{"order":1}`)
		if rules = w.list("/v2/teams/" + id + "/routing-rules"); at(rules, "0.name") != "none" || at(rules, "1.name") != "db" || at(rules, "2.isDefault") != true || at(rules, "1.timeRestriction.restriction.startMin") != 7.0 {
			t.Fatal(rules)
		}
		w.ok(400, "DELETE", "/v2/teams/"+id+"/routing-rules/"+text(at(rules, "2.id")), "")
		w.ok(422, "POST", "/v2/teams/"+id+"/routing-rules", `{"notify":{"type":"escalation","name":"nonsense"}}`)
		w.ok(422, "POST", "/v2/teams/"+id+"/routing-rules", `{"notify":{"type":"none"},"criteria":{"type":"match-all-conditions","conditions":[{"field":"message","operation":"matches","expectedValue":"("}]}}`)
		w.ok(409, "POST", "/v2/teams", `{"name":"Ops"}`)
		w.ok(404, "GET", "/v2/teams/nonsense", "")
		if logs := w.ok(200, "GET", "/v2/teams/"+id+"/logs?limit=2", ""); len(logs["logs"].([]any)) != 2 {
			t.Fatal(logs)
		}
		w.ok(200, "DELETE", "/v2/teams/"+id, "")
		w.ok(404, "GET", "/jsm/ops/integration/v2/schedules/Ops_schedule?identifierType=name", "")
	})
}

func TestWhatATeamOwnsItsAdministratorsChange(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	bob, cleo := w.join("bob", false), w.join("cleo", false)
	w.ok(201, "POST", "/v2/teams", `{"name":"Ops","members":[{"user":{"username":"bob@example.com"},"role":"admin"}]}`)
	w.person = bob
	w.ok(200, "PATCH", "/v2/schedules/Ops_schedule?identifierType=name", `{"description":"ours"}`)
	w.ok(403, "PATCH", "/v2/schedules/On-call_schedule?identifierType=name", `{"description":"not ours"}`)
	w.ok(403, "POST", "/v2/teams", `{"name":"Mine"}`)
	w.person = cleo
	w.ok(403, "PATCH", "/v2/schedules/Ops_schedule?identifierType=name", `{"description":"theirs"}`)
	w.ok(403, "POST", "/v2/users/bob@example.com/contacts", `{"method":"sms","to":"1-5551234567"}`)
	w.ok(201, "POST", "/v2/users/cleo@example.com/contacts", `{"method":"sms","to":"1-5551234567"}`)
	w.ok(200, "GET", "/v2/users/bob@example.com", "")
}

func TestSchedulesAsTheAPISays(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		w := newWorld(t, e)
		w.join("bob", false)
		made := w.ok(201, "POST", "/v2/schedules", `{"name":"Days","timezone":"America/New_York","ownerTeam":{"name":"On-call"},"rotations":[{"name":"day","type":"daily","length":1,"startDate":"2026-03-02T13:17:00Z",
			"participants":[{"type":"user","username":"ann@example.com"},{"type":"user","username":"bob@example.com"}],"timeRestriction":{"type":"weekday-and-time-of-day","restrictions":[{"startDay":"monday","startHour":8,"startMin":17,"endDay":"friday","endHour":18,"endMin":1}]}}]}`)
		id := text(made["id"])
		s := w.ok(200, "GET", "/v2/schedules/"+id, "")
		if at(s, "rotations.0.participants.1.username") != "bob@example.com" || at(s, "rotations.0.startDate") != "2026-03-02T13:17:00.000Z" || at(s, "ownerTeam.name") != "On-call" {
			t.Fatal(s)
		}
		on := func(date string) string {
			return text(w.ok(200, "GET", "/v2/schedules/"+id+"/on-calls?flat=true&date="+date, "")["onCallRecipients"])
		}
		for date, want := range map[string]string{"2026-03-02T13:16:59Z": "[]", "2026-03-02T13:17:00Z": "[ann@example.com]", "2026-03-03T13:17:00Z": "[bob@example.com]", "2026-03-06T23:00:59Z": "[ann@example.com]", "2026-03-06T23:01:00Z": "[]"} {
			if got := on(date); got != want {
				t.Errorf("on call at %s: %s, want %s", date, got, want)
			}
		}
		w.ok(201, "POST", "/v2/schedules/Days/overrides?scheduleIdentifierType=name", `{"alias":"swap","user":{"type":"user","username":"bob@example.com"},"startDate":"2026-03-02T14:00:00Z","endDate":"2026-03-02T14:30:00Z"}`)
		if got := on("2026-03-02T14:29:59Z"); got != "[bob@example.com]" {
			t.Error(got)
		}
		next := w.ok(200, "GET", "/v2/schedules/"+id+"/next-on-calls?flat=true&date=2026-03-02T13:20:00Z", "")
		if text(next["exactNextOnCallParticipants"]) != "[bob@example.com]" {
			t.Error(next)
		}
		line := w.ok(200, "GET", "/v2/schedules/"+id+"/timeline?interval=1&intervalUnit=days&date=2026-03-02T13:20:00Z&expand=base,override", "")
		if at(line, "finalTimeline.rotations.0.periods.1.type") != "override" || at(line, "finalTimeline.rotations.0.periods.2.startDate") != "2026-03-02T14:30:00.000Z" || at(line, "startDate") != "2026-03-02T05:00:00.000Z" {
			t.Errorf("%v", line)
		}
		w.ok(200, "PUT", "/v2/schedules/"+id+"/overrides/swap", `{"user":{"type":"user","username":"ann@example.com"},"startDate":"2026-03-02T14:00:00Z","endDate":"2026-03-02T14:30:00Z"}`)
		w.ok(422, "POST", "/v2/schedules/"+id+"/overrides", `{"user":{"type":"user","username":"ann@example.com"},"startDate":"2026-03-02T14:00:00Z","endDate":"2026-03-02T13:30:00Z"}`)
		w.ok(200, "DELETE", "/v2/schedules/"+id+"/overrides/swap", "")
		if n := len(w.list("/v2/schedules/" + id + "/overrides")); n != 0 {
			t.Error(n)
		}
		r := w.ok(201, "POST", "/v2/schedules/"+id+"/rotations", `{"type":"hourly","length":6,"startDate":"2026-03-02T00:00:00Z","participants":[{"type":"team","name":"On-call"},{"type":"none"}]}`)
		w.ok(200, "PATCH", "/v2/schedules/"+id+"/rotations/"+text(r["id"]), `{"length":12}`)
		if got := w.ok(200, "GET", "/v2/schedules/"+id+"/rotations/"+text(r["id"]), ""); got["length"] != 12.0 || at(got, "_parent.name") != "Days" {
			t.Error(got)
		}
		w.ok(422, "POST", "/v2/schedules/"+id+"/rotations", `{"type":"yearly","startDate":"2026-03-02T00:00:00Z","participants":[]}`)
		for _, nobody := range []string{"", `,"participants":[]`} {
			w.ok(422, "POST", "/v2/schedules/"+id+"/rotations", `{"type":"daily","startDate":"2026-03-02T00:00:00Z"`+nobody+`}`)
			w.ok(422, "POST", "/v2/schedules", `{"name":"Nobody","rotations":[{"type":"daily","startDate":"2026-03-02T00:00:00Z"`+nobody+`}]}`)
		}
		w.ok(422, "PATCH", "/v2/schedules/"+id+"/rotations/"+text(r["id"]), `{"participants":[]}`)
		w.ok(422, "POST", "/v2/schedules", `{"name":"x","timezone":"Mars/Base"}`)
		for path, want := range map[string]string{"/v2/teams": `["member"]`, "/v2/schedules": `["rotation"]`, "/v2/users/ann@example.com": `["contact"]`, "/v2/schedules/" + id + "/timeline": `["base","forwarding","override"]`} {
			if got := w.raw("GET", path, "", "").Body.String(); !strings.Contains(got, `"expandable":`+want) {
				t.Errorf("%s lacks expandable %s: %s", path, want, got)
			}
		}
		rec := w.raw("GET", "/v2/schedules/Days.ics?identifierType=name", "", "")
		if rec.Code != 200 || !strings.Contains(rec.Body.String(), "SUMMARY:Ann Sieber on call: Days (day)") || !strings.HasPrefix(rec.Header().Get("Content-Type"), "text/calendar") || !strings.Contains(rec.Body.String(), "\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n") {
			t.Error(rec.Code, rec.Body.String())
		}
		if rec := w.raw("GET", "/v2/schedules/on-calls/bob@example.com.ics", "", ""); rec.Code != 200 || !strings.Contains(rec.Body.String(), "BEGIN:VEVENT") {
			t.Error(rec.Code, rec.Body.String())
		}
		if n := len(w.list("/v2/schedules/on-calls?flat=true")); n != 2 {
			t.Error(n)
		}
		w.ok(200, "DELETE", "/v2/schedules/"+id, "")
		w.ok(409, "DELETE", "/v2/schedules/On-call_schedule?identifierType=name", "") // the escalation leads to it
	})
}

func TestEscalationsAsTheAPISays(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	made := w.ok(201, "POST", "/v2/escalations", `{"name":"Esc","rules":[{"condition":"if-not-acked","notifyType":"default","delay":{"timeAmount":1,"timeUnit":"hours"},"recipient":{"type":"schedule","name":"On-call_schedule"}},
		{"condition":"if-not-acked","notifyType":"random","delay":{"timeAmount":5},"recipient":{"type":"team","name":"On-call"}}],"repeat":{"waitInterval":10,"count":2,"resetRecipientStates":true,"closeAlertAfterAll":false}}`)
	e := w.ok(200, "GET", "/v2/escalations/Esc?identifierType=name", "")
	if at(e, "rules.0.delay.timeAmount") != 5.0 || at(e, "rules.1.delay.timeAmount") != 60.0 || at(e, "rules.0.recipient.name") != "On-call" || at(e, "repeat.count") != 2.0 {
		t.Fatal(e)
	}
	w.ok(200, "PATCH", "/v2/escalations/"+text(made["id"]), `{"description":"d"}`)
	for _, bad := range []string{`{"name":"Esc","rules":[{"condition":"if-not-acked","notifyType":"default","delay":{"timeAmount":1},"recipient":{"type":"user","username":"ann@example.com"}}]}`} {
		w.ok(409, "POST", "/v2/escalations", bad)
	}
	for _, bad := range []string{`{"name":"x","rules":[]}`, `{"name":"x"}`, `{"name":"x","rules":[{"condition":"maybe","notifyType":"default","delay":{"timeAmount":1},"recipient":{"type":"user","username":"ann@example.com"}}]}`,
		`{"name":"x","rules":[{"condition":"if-not-acked","notifyType":"default","delay":{"timeAmount":1},"recipient":{"type":"user","username":"nobody@example.com"}}]}`,
		`{"name":"x","rules":[{"condition":"if-not-acked","notifyType":"default","delay":{"timeAmount":-1},"recipient":{"type":"user","username":"ann@example.com"}}]}`} {
		w.ok(422, "POST", "/v2/escalations", bad)
	}
	w.ok(400, "POST", "/v2/escalations", `{"name":`)
	w.ok(200, "DELETE", "/v2/escalations/"+text(made["id"]), "")
}

func TestPeopleAndTheirRules(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		w := newWorld(t, e)
		bob := w.join("bob", false)
		w.ok(201, "POST", "/v2/users", `{"username":"temp@example.com","fullName":"Temp","role":{"name":"User"},"timeZone":"Asia/Tokyo"}`)
		users := w.list("/v2/users?limit=2&sortField=username")
		if len(users) != 2 || at(users, "0.username") != "ann@example.com" {
			t.Fatal(users)
		}
		_, all := w.call("GET", "/v2/users?limit=2&offset=2", "")
		if all["totalCount"] != 3.0 || at(all, "data.0.username") != "temp@example.com" || !strings.Contains(text(at(all, "paging.prev")), "offset=0") {
			t.Fatal(all)
		}
		w.ok(409, "POST", "/v2/users", `{"username":"ANN@example.com","fullName":"Again","role":{"name":"User"}}`)
		w.person = bob
		contact := w.ok(201, "POST", "/v2/users/bob@example.com/contacts", `{"method":"sms","to":"41-791234567"}`)
		one := w.ok(200, "GET", "/v2/users/bob@example.com/contacts/"+text(contact["id"]), "")
		if at(one, "status.enabled") != false || at(one, "status.disabledReason") != "the contact is not verified" {
			t.Fatal(one)
		}
		w.ok(400, "POST", "/v2/users/bob@example.com/contacts/"+text(contact["id"])+"/enable", "")
		w.ok(422, "POST", "/v2/users/bob@example.com/contacts", `{"method":"sms","to":"call me"}`)
		w.ok(422, "POST", "/v2/users/bob@example.com/contacts", `{"method":"email","to":"a@b.example\r\nBcc: x@y.example"}`)
		rule := w.ok(201, "POST", "/v2/users/bob@example.com/notification-rules", `{"name":"New","actionType":"create-alert","enabled":true,"steps":[{"contact":{"method":"email","to":"bob@example.com"},"sendAfter":{"timeAmount":0},"enabled":true},
			{"contact":{"method":"sms","to":"41-791234567"},"sendAfter":{"timeAmount":2,"timeUnit":"minutes"},"enabled":true}],"repeat":{"loopAfter":10,"enabled":true}}`)
		path := "/v2/users/bob@example.com/notification-rules/" + text(rule["id"])
		steps := w.list(path + "/steps")
		if len(steps) != 2 || at(steps, "1.sendAfter.timeAmount") != 2.0 || at(steps, "1.contact.method") != "sms" {
			t.Fatal(steps)
		}
		w.ok(200, "PATCH", path+"/steps/"+text(at(steps, "1.id")), `{"sendAfter":{"timeAmount":90,"timeUnit":"seconds"}}`)
		w.ok(200, "POST", path+"/steps/"+text(at(steps, "0.id"))+"/disable", "")
		w.ok(201, "POST", path+"/steps", `{"contact":{"method":"email","to":"bob@example.com"},"sendAfter":{"timeAmount":5},"enabled":true}`)
		w.ok(422, "POST", path+"/steps", `{"contact":{"method":"email","to":"else@example.com"},"sendAfter":{"timeAmount":5},"enabled":true}`)
		if r := w.ok(200, "GET", path, ""); at(r, "steps.1.sendAfter.timeAmount") != 90.0 || at(r, "steps.0.enabled") != false || len(r["steps"].([]any)) != 3 {
			t.Fatal(r)
		}
		second := w.ok(201, "POST", "/v2/users/bob@example.com/notification-rules", `{"name":"First","actionType":"create-alert","enabled":true,"order":0,"steps":[]}`)
		w.ok(200, "POST", path+"/change-order", `{"order":0}`)
		if rules := w.list("/v2/users/bob@example.com/notification-rules"); at(rules, "0.id") != rule["id"] || at(rules, "1.id") != second["id"] {
			t.Fatal(rules)
		}
		w.ok(200, "DELETE", path, "")
		w.ok(404, "GET", path, "")
		f := w.ok(201, "POST", "/v2/forwarding-rules", `{"fromUser":{"username":"bob@example.com"},"toUser":{"username":"ann@example.com"},"startDate":"2026-03-02T09:00:00Z","endDate":"2026-03-03T09:00:00Z","alias":"leave"}`)
		w.ok(403, "POST", "/v2/forwarding-rules", `{"fromUser":{"username":"ann@example.com"},"toUser":{"username":"bob@example.com"},"startDate":"2026-03-02T09:00:00Z","endDate":"2026-03-03T09:00:00Z"}`)
		if got := w.ok(200, "GET", "/v2/forwarding-rules/leave?identifierType=alias", ""); got["id"] != f["id"] || at(got, "toUser.username") != "ann@example.com" {
			t.Fatal(got)
		}
		if n := len(w.list("/v2/users/bob@example.com/forwarding-rules")); n != 1 {
			t.Fatal(n)
		}
		w.ok(200, "DELETE", "/v2/forwarding-rules/"+text(f["id"]), "")
		w.ok(400, "PATCH", "/v2/users/bob@example.com", `{"fullName":"Robert"}`)
		w.ok(200, "PATCH", "/v2/users/bob@example.com", `{"timeZone":"America/New_York"}`)
	})
}

func TestPagesOfTheInterface(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	bob := w.join("bob", true)
	w.person = bob
	who := w.list("/api/oncall/who")
	if at(who, "0.team.name") != "On-call" || at(who, "0.watches.0.now.0.name") != "ann@example.com" {
		t.Fatal(who)
	}
	me := w.ok(200, "GET", "/api/oncall/me", "")
	if at(me, "contacts.0.to") != "bob@example.com" || at(me, "contacts.0.verified") != true || me["pushKey"] == "" || !strings.Contains(text(me["calendarUrl"]), "/api/oncall/calendar/") {
		t.Fatal(me)
	}
	if rec := w.raw("GET", strings.TrimPrefix(text(me["calendarUrl"]), "http://acme.test"), "", ""); rec.Code != 200 || !strings.Contains(rec.Body.String(), "X-WR-CALNAME:bob on call") {
		t.Error(rec.Code, rec.Body.String())
	}
	w.ok(404, "GET", "/api/oncall/calendar/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.ics", "")
	w.ok(200, "PATCH", "/api/oncall/me", `{"quiet":{"enabled":true,"hours":{"type":"time-of-day","restriction":{"startHour":22,"startMin":0,"endHour":7,"endMin":0}},"except":["P1","P2"]}}`)
	w.ok(400, "PATCH", "/api/oncall/me", `{"timeZone":"Mars/Base"}`)
	test := w.ok(200, "POST", "/api/oncall/teams/On-call/test", `{"message":"x","priority":"P1"}`)
	if at(test, "rule.isDefault") != true || len(test["steps"].([]any)) != 3 || text(at(test, "steps.0.people")) != "[Ann Sieber]" {
		t.Fatal(test)
	}
	view := w.ok(200, "GET", "/api/oncall/schedules/On-call_schedule/view?from=2026-03-01T00:00:00Z&to=2026-03-09T00:00:00Z", "")
	if at(view, "mayEdit") != true || at(view, "gaps.0.from") != nil && at(view, "gaps.1.from") != nil {
		t.Fatal(view)
	}
	if v := w.ok(200, "GET", "/api/oncall/teams/On-call/view", ""); at(v, "routingRules.0.isDefault") != true || len(v["warnings"].([]any)) != 0 {
		t.Fatal(v)
	}
	if shifts := w.list("/api/oncall/me/shifts"); len(shifts) != 0 {
		t.Fatal(shifts)
	}
	w.ok(201, "POST", "/api/oncall/schedules/On-call_schedule/overrides?scheduleIdentifierType=name", `{"user":{"type":"user","username":"bob@example.com"},"startDate":"2026-03-02T14:00:00Z","endDate":"2026-03-02T14:31:00Z"}`)
	if shifts := w.list("/api/oncall/me/shifts"); at(shifts, "0.to") != "2026-03-02T14:31:00.000Z" {
		t.Fatal(shifts)
	}
	w.ok(201, "POST", "/api/oncall/push", `{"endpoint":"https://push.example/abc","keys":{"auth":"YQ","p256dh":"Yg"}}`)
	w.ok(400, "POST", "/api/oncall/push", `{"endpoint":"http://push.example/abc","keys":{"auth":"YQ","p256dh":"Yg"}}`)
	w.ok(200, "PUT", "/api/oncall/provider", `{"sms":{"url":"https://sms.example/send?to={to}"},"voice":{"url":""},"secret":"topsecret"}`)
	w.ok(400, "PUT", "/api/oncall/provider", `{"sms":{"url":"file:///etc/passwd"},"voice":{"url":""},"secret":""}`)
	w.ok(401, "POST", "/api/oncall/gateway", `{"from":"+15551234567","reply":"ACK"}`)
	w.clock.Advance(time.Second)
	if d := w.ok(200, "GET", "/api/oncall/deliveries", ""); d["next"] != "" {
		t.Fatal(d)
	}
	w.person = w.join("cleo", false)
	w.ok(403, "GET", "/api/oncall/deliveries", "")
	w.ok(403, "GET", "/api/oncall/provider", "")
}
