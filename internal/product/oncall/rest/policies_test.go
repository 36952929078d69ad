package rest_test

import (
	"slices"
	"testing"
	"time"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
)

func TestPoliciesAsTheAPISays(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		w := newWorld(t, e)
		first := w.ok(201, "POST", "/v2/policies", `{"type":"alert","name":"tag","enabled":true,"policyDescription":"d","message":"{{message}}","description":"x","tags":["a"],"details":["k"],"responders":[{"type":"user","username":"ann@example.com"}],
			"filter":{"type":"match-all-conditions","conditions":[{"field":"message","operation":"contains","expectedValue":"disk"}]},
			"timeRestrictions":{"type":"time-of-day","restriction":{"startHour":0,"startMin":0,"endHour":23,"endMin":59}}}`)
		id := text(first["id"])
		if first["order"] != 0.0 || first["type"] != "alert" || first["enabled"] != true {
			t.Error(first)
		}
		got := w.ok(200, "GET", "/v2/policies/"+id, "")
		if at(got, "filter.conditions.0.expectedValue") != "disk" || at(got, "responders.0.name") != "ann@example.com" || at(got, "policyDescription") != "d" || at(got, "details.k") != "" || at(got, "timeRestrictions.type") != "time-of-day" {
			t.Error(got)
		}
		second := w.ok(201, "POST", "/v2/policies", `{"type":"alert","name":"second","message":"m","details":{"a":"b"}}`)
		w.ok(200, "POST", "/v2/policies/"+text(second["id"])+"/change-order", `{}`)
		if all := w.list("/v2/policies/alert"); at(all, "0.name") != "second" || at(all, "1.name") != "tag" || at(all, "1.order") != 1.0 {
			t.Error(all)
		}
		w.ok(200, "POST", "/v2/policies/"+text(second["id"])+"/disable", "")
		w.ok(200, "PUT", "/v2/policies/"+id, `{"type":"alert","name":"tagged","enabled":true,"message":"[disk] {{message}}"}`)
		w.async("POST", "/v2/alerts", `{"message":"is full"}`)
		if found := w.alerts("message: full"); len(found) != 1 || found[0]["message"] != "[disk] is full" {
			t.Error(found)
		}
		notification := w.ok(201, "POST", "/v2/policies", `{"type":"notification","name":"wait","delayAction":{"delayOption":"next-weekday","untilHour":8,"untilMinute":30},"autoCloseAction":{"duration":{"timeAmount":2,"timeUnit":"hours"}}}`)
		if got := w.ok(200, "GET", "/jsm/ops/integration/v2/policies/"+text(notification["id"]), ""); at(got, "delayAction.untilHour") != 8.0 || at(got, "autoCloseAction.duration.timeUnit") != "hours" || got["message"] != nil {
			t.Error(got)
		}
		if all := w.list("/v2/policies/notification"); len(all) != 1 {
			t.Error(all)
		}
		for body, want := range map[string]int{
			`{"type":"alert","name":"x"}`:                       422, // no message
			`{"type":"alert","name":"","message":"m"}`:          422,
			`{"type":"other","name":"x"}`:                       422,
			`{"type":"alert","name":"x","message":"{{ 1 + }}"}`: 422,
			`{"type":"alert","name":"x","message":"m","responders":[{"type":"user","username":"nobody"}]}`:                 422,
			`{"type":"alert","name":"x","message":"m","filter":{"type":"match-any-condition"}}`:                            422,
			`{"type":"notification","name":"x"}`:                                                                           422,
			`{"type":"notification","name":"x","delayAction":{"delayOption":"some-day","untilHour":1}}`:                    422,
			`{"type":"notification","name":"x","deduplicationAction":{"deduplicationActionType":"value-based","count":1}}`: 422,
			`{"type":"notification","name":"x","suppress":true,"teamId":"nobody"}`:                                         422,
			`[`: 400,
		} {
			if code, out := w.call("POST", "/v2/policies", body); code != want || out["message"] == "" {
				t.Errorf("%s: %d %v", body, code, out)
			}
		}
		w.ok(200, "DELETE", "/v2/policies/"+id, "")
		w.ok(404, "GET", "/v2/policies/"+id, "")
		w.ok(501, "GET", "/v1/policies", "")
	})
}

func TestMaintenancesAsTheAPISays(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		w := newWorld(t, e)
		made := w.ok(201, "POST", "/v2/integrations", `{"type":"API","name":"noisy"}`)
		id, key := text(made["id"]), w.key
		rule := `"rules":[{"state":"disabled","entity":{"id":"` + id + `","type":"integration"}}]`
		m := w.ok(201, "POST", "/v1/maintenance", `{"description":"move","time":{"type":"for-30-minutes"},`+rule+`}`)
		if m["status"] != "active" || at(m, "time.endDate") != "2026-03-02T09:30:00.000Z" {
			t.Error(m)
		}
		w.key = text(made["apiKey"])
		if code, out := w.call("POST", "/v2/alerts", `{"message":"quiet"}`); code != 401 {
			t.Error(code, out)
		}
		w.clock.Advance(31 * time.Minute)
		w.ok(202, "POST", "/v2/alerts", `{"message":"loud"}`)
		w.key = key
		if got := w.ok(200, "GET", "/v1/maintenance/"+text(m["id"]), ""); got["status"] != "past" || at(got, "rules.0.entity.id") != id {
			t.Error(got)
		}
		w.ok(400, "POST", "/v1/maintenance/"+text(m["id"])+"/cancel", "")
		later := w.ok(201, "POST", "/v1/maintenance", `{"time":{"type":"schedule","startDate":"2026-03-03T10:00:00Z","endDate":"2026-03-03T12:00:00Z"},`+rule+`}`)
		if later["status"] != "planned" {
			t.Error(later)
		}
		w.ok(200, "PUT", "/v1/maintenance/"+text(later["id"]), `{"description":"sooner","time":{"type":"schedule","startDate":"2026-03-02T10:00:00Z","endDate":"2026-03-03T12:00:00Z"},`+rule+`}`)
		w.clock.Advance(time.Hour)
		if all := w.list("/v1/maintenance?type=non-expired"); at(all, "0.status") != "active" || len(all) != 1 {
			t.Error(all)
		}
		w.ok(200, "POST", "/v1/maintenance/"+text(later["id"])+"/change-end-date", `{"endDate":"2026-03-04T12:00:00Z"}`)
		w.ok(422, "POST", "/v1/maintenance/"+text(later["id"])+"/change-end-date", `{"endDate":"2026-03-02T09:00:00Z"}`)
		if got := w.ok(200, "GET", "/v1/maintenance/"+text(later["id"]), ""); at(got, "time.endDate") != "2026-03-04T12:00:00.000Z" {
			t.Error(got)
		}
		w.ok(200, "POST", "/v1/maintenance/"+text(later["id"])+"/cancel", "")
		if all := w.list("/v1/maintenance?type=past"); len(all) != 2 || at(all, "1.status") != "cancelled" {
			t.Error(all)
		}
		for body, want := range map[string]int{
			`{"time":{"type":"for-5-minutes"},"rules":[]}`:                                                                      422,
			`{"time":{"type":"tomorrow"},` + rule + `}`:                                                                         422,
			`{"time":{"type":"schedule","startDate":"2026-03-05T10:00:00Z"},` + rule + `}`:                                      400,
			`{"time":{"type":"schedule","startDate":"2026-03-05T10:00:00Z","endDate":"2026-03-04T10:00:00Z"},` + rule + `}`:     422,
			`{"time":{"type":"for-5-minutes"},"rules":[{"state":"disabled","entity":{"id":"nothing","type":"integration"}}]}`:   422,
			`{"time":{"type":"for-5-minutes"},"rules":[{"state":"enabled","entity":{"id":"` + id + `","type":"integration"}}]}`: 422,
		} {
			if code, out := w.call("POST", "/v1/maintenance", body); code/100 != 4 || code != want && code != 422 {
				t.Errorf("%s: %d %v", body, code, out)
			}
		}
		w.ok(200, "DELETE", "/v1/maintenance/"+text(later["id"]), "")
		w.ok(404, "GET", "/v1/maintenance/"+text(later["id"]), "")
		w.signIn(false)
		w.ok(403, "POST", "/v1/maintenance", `{"time":{"type":"for-5-minutes"},`+rule+`}`)
	})
}

func TestThePagesOfPoliciesAndMaintenancesShowAllAtOnce(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		w := newWorld(t, e)
		ben := w.join("ben", false)
		team := text(w.ok(201, "POST", "/v2/teams", `{"name":"Ops","members":[{"user":{"username":"ben@example.com"},"role":"admin"}]}`)["id"])
		for _, body := range []string{
			`{"type":"alert","name":"first","message":"{{message}}","tags":["a"],"responders":[{"type":"user","username":"ann@example.com"}]}`,
			`{"type":"alert","name":"second","message":"m","enabled":false}`,
			`{"type":"notification","name":"wait","suppress":true,"teamId":"` + team + `"}`,
		} {
			w.ok(201, "POST", "/v2/policies", body)
		}
		second := text(w.list("/v2/policies/alert")[1].(map[string]any)["id"])
		rule := `"rules":[{"state":"enabled","entity":{"id":"` + second + `","type":"policy"}}]`
		w.ok(201, "POST", "/v1/maintenance", `{"description":"now","time":{"type":"for-1-hour"},`+rule+`}`)
		w.ok(201, "POST", "/v1/maintenance", `{"description":"later","time":{"type":"schedule","startDate":"2026-03-03T10:00:00Z","endDate":"2026-03-03T12:00:00Z"},`+rule+`}`)
		w.signIn(true)
		got := w.ok(200, "GET", "/api/oncall/policies", "")
		if at(got, "policies.0.name") != "first" || at(got, "policies.0.responders.0.type") != "user" || at(got, "policies.1.enabled") != false || at(got, "policies.2.teamId") != team || at(got, "policies.2.suppress") != true {
			t.Error(got)
		}
		if may := got["mayEdit"].([]any); !slices.Contains(may, any("")) || !slices.Contains(may, any(team)) {
			t.Error(may)
		}
		if all := w.list("/api/oncall/maintenances"); at(all, "0.description") != "later" || at(all, "1.status") != "active" || at(all, "1.rules.0.entity.id") != second {
			t.Error(all)
		}
		w.person = ben
		if may := w.ok(200, "GET", "/api/oncall/policies", "")["mayEdit"].([]any); len(may) != 1 || may[0] != team {
			t.Error("an administrator of a team may change its own policies only:", may)
		}
		w.person = nil
		if code, _ := w.call("GET", "/api/oncall/policies", ""); code != 401 && code != 403 {
			t.Error("a key reads a page of the interface:", code)
		}
	})
}

func TestWhatAdministratorsSetForTheSite(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	w.signIn(true)
	if got := w.ok(200, "GET", "/api/oncall/retention", ""); got["days"] != 90.0 {
		t.Error(got)
	}
	w.ok(200, "PUT", "/api/oncall/retention", `{"days":30}`)
	w.ok(400, "PUT", "/api/oncall/retention", `{"days":1}`)
	made := w.ok(201, "POST", "/api/oncall/custom-actions", `{"name":"restart","url":"https://ops.example/restart"}`)
	if made["secret"] == "" || made["enabled"] != true {
		t.Error(made)
	}
	for body, want := range map[string]int{`{"name":"","url":"https://x.example"}`: 400, `{"name":"x","url":"ftp://x.example"}`: 400, `{"name":"x","url":"https://user:pw@x.example"}`: 400, `{"name":"restart","url":"https://x.example"}`: 409} {
		w.ok(want, "POST", "/api/oncall/custom-actions", body)
	}
	changed := w.ok(200, "PUT", "/api/oncall/custom-actions/"+text(made["id"]), `{"name":"restart","url":"https://ops.example/again","enabled":false}`)
	if changed["secret"] != nil || changed["url"] != "https://ops.example/again" || changed["enabled"] != false {
		t.Error(changed)
	}
	if all := w.list("/api/oncall/custom-actions"); len(all) != 1 || at(all, "0.secret") != nil {
		t.Error(all)
	}
	w.ok(200, "DELETE", "/api/oncall/custom-actions/"+text(made["id"]), "")
	w.signIn(false)
	for _, path := range []string{"/api/oncall/retention", "/api/oncall/custom-actions"} {
		w.ok(403, "GET", path, "")
	}
	w.ok(403, "POST", "/api/oncall/custom-actions", `{"name":"mine","url":"https://x.example"}`)
}

func TestARoleOfATeamAllowsWhatItGrants(t *testing.T) {
	w := newWorld(t, storagetest.SQLite(t))
	bob := w.join("bob", false)
	made := w.ok(201, "POST", "/v2/teams", `{"name":"Ops","members":[{"user":{"username":"bob@example.com"}}]}`)
	id := text(made["id"])
	w.ok(201, "POST", "/v2/teams/"+id+"/roles", `{"name":"planner","rights":[{"right":"edit-schedules","granted":true},{"right":"edit-routing-rules","granted":true},{"right":"edit-escalations","granted":false},{"right":"manage-members","granted":true}]}`)
	schedule := "/v2/schedules/Ops_schedule?identifierType=name"
	w.person = bob
	w.ok(403, "PATCH", schedule, `{"description":"not yet"}`)
	w.person = nil
	w.ok(201, "POST", "/v2/teams/"+id+"/members", `{"user":{"username":"bob@example.com"},"role":"planner"}`)
	w.person = bob
	w.ok(200, "PATCH", schedule, `{"description":"mine to plan"}`)
	rule := w.ok(201, "POST", "/v2/teams/"+id+"/routing-rules", `{"name":"night","notify":{"type":"none"},"criteria":{"type":"match-all"},"timezone":"UTC","timeRestriction":{"type":"time-of-day","restriction":{"startHour":1,"startMin":0,"endHour":2,"endMin":0}}}`)
	one := "/v2/teams/" + id + "/routing-rules/" + text(rule["id"])
	w.ok(200, "PATCH", one, `{"name":"always"}`)
	if got := w.ok(200, "GET", one, ""); got["timeRestriction"] == nil {
		t.Error("what a change leaves out went:", got)
	}
	w.ok(200, "PATCH", one, `{"timeRestriction":null}`)
	if got := w.ok(200, "GET", one, ""); got["timeRestriction"] != nil || got["name"] != "always" {
		t.Error(got)
	}
	w.ok(403, "DELETE", one, "") // may edit, not delete
	w.ok(403, "DELETE", schedule, "")
	w.ok(403, "PATCH", "/v2/escalations/Ops_escalation?identifierType=name", `{"description":"no"}`)
	w.ok(403, "PATCH", "/v2/teams/"+id, `{"description":"no"}`)
	w.ok(403, "POST", "/v2/teams/"+id+"/roles", `{"name":"king","rights":[]}`)
	w.ok(403, "PATCH", "/v2/schedules/On-call_schedule?identifierType=name", `{"description":"not of my team"}`)
	w.ok(403, "POST", "/v2/policies", `{"type":"notification","name":"quiet","suppress":true,"teamId":"`+id+`"}`)
	w.ok(200, "DELETE", "/v2/teams/"+id+"/members/bob@example.com", "")
	w.ok(403, "PATCH", schedule, `{"description":"no more"}`)
}
