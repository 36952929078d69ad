package engine_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/alert/action"
	"holdfast.dev/internal/product/oncall/custom"
	"holdfast.dev/internal/product/oncall/engine"
	"holdfast.dev/internal/product/oncall/maintenance"
	"holdfast.dev/internal/product/oncall/notification"
	"holdfast.dev/internal/product/oncall/policy"
	"holdfast.dev/internal/product/oncall/routing"
)

// governs puts a policy of the site.
func (s *story) governs(p *policy.Policy) {
	s.T.Helper()
	if p.Name == "" {
		p.Name = "rule"
	}
	p.Enabled = true
	s.Write(func(ctx context.Context, tx *volume.Tx) error {
		all, err := policy.Fresh(ctx, tx)
		if err != nil {
			return err
		}
		return policy.Place(ctx, tx, all, p, -1)
	})
}

// comes raises an alert as programs do, through everything that stands before it.
func (s *story) comes(n alert.New) {
	s.T.Helper()
	s.Write(func(ctx context.Context, tx *volume.Tx) error {
		id, _, _, err := action.Raise(ctx, tx, n)
		s.id = id
		return err
	})
	s.Run()
}

func telling(t *policy.Telling) *policy.Policy {
	return &policy.Policy{Type: policy.TypeNotification, Body: policy.Body{Telling: t}}
}

func minutes(n int64) policy.Duration { return policy.Duration{Amount: n} }

func TestPoliciesHoldTheTelling(t *testing.T) {
	hour, day := 6, 0
	for name, c := range map[string]struct {
		telling *policy.Telling
		play    func(s *story)
	}{
		"suppressed": {&policy.Telling{Suppress: true}, func(s *story) {
			s.Pass(time.Hour)
			s.Expect()
			s.logged(`policy "rule" suppresses it`)
		}},
		"delayed": {&policy.Telling{Delay: &policy.Delay{Option: "for-duration", Duration: &policy.Duration{Amount: 7}}}, func(s *story) {
			s.Pass(6 * time.Minute)
			s.Expect()
			s.Pass(2 * time.Minute)
			s.Expect("ann@acme.example: [P3] disk")
		}},
		"delayed and acknowledged": {&policy.Telling{Delay: &policy.Delay{Option: "for-duration", Duration: &policy.Duration{Amount: 7}}}, func(s *story) {
			s.change(engine.Acknowledged, "bob")
			s.Pass(time.Hour)
			s.Expect()
		}},
		"until the hour": {&policy.Telling{Delay: &policy.Delay{Option: "next-time", Hour: &hour, Minute: &day}}, func(s *story) {
			s.Clock.Advance(20*time.Hour + 59*time.Minute) // from Monday 09:00 to Tuesday 05:59
			s.Run()
			s.Expect()
			s.Pass(2 * time.Minute)
			s.Expect("ann@acme.example: [P3] disk")
		}},
		"by count": {&policy.Telling{Deduplication: &policy.Deduplication{Type: policy.ValueBased, Count: 3}}, func(s *story) {
			s.comes(alert.New{Message: "disk", Alias: "d", Responders: []alert.Responder{who("ann")}})
			s.Pass(time.Hour)
			s.Expect()
			s.comes(alert.New{Message: "disk", Alias: "d"})
			s.Expect("ann@acme.example: [P3] disk")
			s.comes(alert.New{Message: "disk", Alias: "d"})
			s.Expect()
		}},
		"by frequency": {&policy.Telling{Deduplication: &policy.Deduplication{Type: policy.FrequencyBased, Count: 3, Duration: &policy.Duration{Amount: 10}}}, func(s *story) {
			for range 4 { // too slow
				s.Pass(6 * time.Minute)
				s.comes(alert.New{Message: "disk", Alias: "d"})
			}
			s.Expect()
			s.Pass(time.Minute)
			s.comes(alert.New{Message: "disk", Alias: "d"})
			s.Expect("ann@acme.example: [P3] disk")
		}},
		"again": {&policy.Telling{AutoRestart: &policy.AutoRestart{Duration: minutes(10), Most: 2}}, func(s *story) {
			s.Expect("ann@acme.example: [P3] disk")
			s.Pass(10 * time.Minute)
			s.Expect("ann@acme.example: [P3] disk")
			s.Pass(10 * time.Minute)
			s.Expect("ann@acme.example: [P3] disk")
			s.Pass(time.Hour)
			s.Expect()
		}},
		"closed": {&policy.Telling{AutoClose: &policy.AutoClose{Duration: minutes(30)}}, func(s *story) {
			s.Expect("ann@acme.example: [P3] disk")
			s.Pass(31 * time.Minute)
			s.logged("Alert closed via policy rule")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := onSQLite(t) // the statements are the same on the other engine: the other tests run them there
			s.governs(telling(c.telling))
			s.comes(alert.New{Message: "disk", Alias: "d", Responders: []alert.Responder{who("ann")}})
			c.play(s)
		})
	}
}

func TestATeamsPolicyIsForTheTeam(t *testing.T) {
	tell(t, func(s *story) {
		var teamID string
		s.Read(func(ctx context.Context, tx *volume.Tx) error {
			return tx.GetText(ctx, "SELECT id FROM team", nil, &teamID)
		})
		p := telling(&policy.Telling{Suppress: true})
		p.TeamID = teamID
		p.Filter = &routing.Filter{Type: routing.MatchAnyCondition, Conditions: []routing.Condition{{Field: "message", Operation: "contains", ExpectedValue: "test"}}}
		s.governs(p)
		s.comes(alert.New{Message: "a test", Responders: []alert.Responder{{Type: "team", ID: teamID}, who("bob")}})
		s.Expect("bob@acme.example: [P3] a test")
		s.comes(alert.New{Message: "for real"})
		s.Expect("ann@acme.example: [P3] for real")
		// A maintenance switches the policy off, and its end on again.
		s.Write(func(ctx context.Context, tx *volume.Tx) error {
			m := &maintenance.Maintenance{Type: "for-5-minutes", Rules: []maintenance.Rule{{State: "disabled", Entity: maintenance.Entity{ID: p.ID, Type: "policy"}}}}
			return maintenance.Save(ctx, tx, m, func(maintenance.Entity) bool { return true })
		})
		s.comes(alert.New{Message: "test under maintenance"})
		s.Expect("ann@acme.example: [P3] test under maintenance")
		s.Pass(6 * time.Minute)
		s.Inbox.Take()
		s.comes(alert.New{Message: "test after it"})
		for _, m := range s.Inbox.Take() {
			if strings.Contains(m.Subject, "after it") {
				t.Error("told of what is suppressed:", m.Subject)
			}
		}
	})
}

func TestPoliciesChangeAlertsWhenTheyCome(t *testing.T) {
	tell(t, func(s *story) {
		s.governs(&policy.Policy{Type: policy.TypeAlert, Name: "tag", Body: policy.Body{
			Filter: &routing.Filter{Type: routing.MatchAnyCondition, Conditions: []routing.Condition{{Field: "source", Operation: "equals", ExpectedValue: "lab"}}},
			Change: &policy.Change{Message: "[{{source}}] {{message}}", Priority: "P5", Tags: []string{"lab"}, Details: map[string]string{"was": "{{priority}}"}, Responders: []alert.Responder{who("bob")}, IgnoreResponders: true, Continue: true}}})
		s.governs(&policy.Policy{Type: policy.TypeAlert, Name: "all", Body: policy.Body{Change: &policy.Change{Message: "{{message}}", Alias: "one-{{entity}}"}}})
		s.governs(&policy.Policy{Type: policy.TypeAlert, Name: "never", Body: policy.Body{Change: &policy.Change{Message: "never"}}})
		s.comes(alert.New{Message: "fan", Source: "lab", Entity: "x", Priority: "P1", Tags: []string{"a"}, Responders: []alert.Responder{who("ann")}})
		s.Expect("bob@acme.example: [P5] [lab] fan")
		s.Read(func(ctx context.Context, tx *volume.Tx) error {
			a, err := alert.Get(ctx, tx, s.id)
			if err == nil && (a.Alias != "one-x" || strings.Join(a.Tags, ",") != "a,lab" || a.Details["was"] != "P1") {
				t.Errorf("%+v", a)
			}
			return err
		})
		s.logged(`Policy "tag" changed the alert`)
		s.comes(alert.New{Message: "other", Entity: "x"}) // the same alias, by policy
		s.Read(func(ctx context.Context, tx *volume.Tx) error {
			a, err := alert.Get(ctx, tx, s.id)
			if err == nil && a.Count != 2 {
				t.Errorf("%+v", a)
			}
			return err
		})
		// What a policy would make of an alert that is none is passed over: the alert comes all the same.
		s.governs(&policy.Policy{Type: policy.TypeAlert, Name: "empty", Body: policy.Body{Change: &policy.Change{Message: "{{entity}}"}}})
		s.Write(func(ctx context.Context, tx *volume.Tx) error {
			_, err := tx.ExecText(ctx, "UPDATE policy SET enabled = 0 WHERE name IN ('tag', 'all', 'never')")
			return err
		})
		s.comes(alert.New{Message: "kept", Responders: []alert.Responder{who("ann")}})
		s.Expect("ann@acme.example: [P3] kept")
		s.logged(`Policy "empty" is passed over`)
	})
}

func TestAButtonOfAnAlertCallsItsAddress(t *testing.T) {
	tell(t, func(s *story) {
		press := func(name string) {
			s.Write(func(ctx context.Context, tx *volume.Tx) error {
				a, err := alert.Get(ctx, tx, s.id)
				if err != nil {
					return err
				}
				return action.Execute(ctx, tx, a, name, alert.By{User: "bob", Note: "please"})
			})
			s.Run()
		}
		put := func(name, url string, enabled bool) {
			s.Write(func(ctx context.Context, tx *volume.Tx) error {
				return custom.Save(ctx, tx, &custom.Action{Name: name, URL: url, Enabled: enabled, Secret: "s3cret"})
			})
		}
		put("restart", s.Hooks.URL, true)
		put("off", s.Hooks.URL, false)
		put("inside", "https://example.com/metadata", true)
		s.Write(func(ctx context.Context, tx *volume.Tx) error { // it was entered while the operator let customers call it
			_, err := tx.ExecText(ctx, "UPDATE custom_action SET url = 'http://10.0.0.1/metadata' WHERE name = 'inside'")
			return err
		})
		s.comes(alert.New{Message: "hangs", Actions: []string{"restart", "off", "unknown", "inside"}, Responders: []alert.Responder{{Type: "none"}}})
		s.Hooks.Answer(503)
		press("restart")
		s.Hooks.Answer(200)
		s.Pass(20 * time.Second)
		got := s.Hooks.Take()
		if len(got) != 2 || got[0].Header.Get("Webhook-Id") == "" || got[0].Header.Get("Webhook-Id") != got[1].Header.Get("Webhook-Id") || !strings.HasPrefix(got[0].Header.Get("Webhook-Signature"), "v1,") {
			t.Fatalf("%+v", got)
		}
		var body struct {
			Action string
			Alert  struct{ AlertID, Message, Username, Note string }
		}
		if err := json.Unmarshal([]byte(got[1].Body), &body); err != nil || body.Action != "restart" || body.Alert.AlertID != s.id || body.Alert.Message != "hangs" || body.Alert.Username != "bob" || body.Alert.Note != "please" {
			t.Error(err, got[1].Body)
		}
		s.logged("Custom action [restart] was taken by its address: HTTP 200")
		press("off")
		s.logged("the action [off] is switched off")
		press("unknown")
		s.logged("no address for the action [unknown]")
		press("inside") // an address inside of the operator's network is refused, once and for all
		s.logged("Custom action [inside] failed")
		s.Pass(time.Minute)
		if n := len(s.Hooks.Take()); n != 0 {
			t.Error(n, "calls more")
		}
	})
}

func TestWhatIsDeletedLeavesNothingBehind(t *testing.T) {
	tell(t, func(s *story) {
		s.comes(alert.New{Message: "one", Responders: []alert.Responder{who("ann")}})
		s.Expect("ann@acme.example: [P3] one")
		s.Write(func(ctx context.Context, tx *volume.Tx) error {
			a, err := alert.Get(ctx, tx, s.id)
			if err != nil {
				return err
			}
			return action.Delete(ctx, tx, a)
		})
		s.Run()
		s.Read(func(ctx context.Context, tx *volume.Tx) error {
			for _, table := range []string{"alert", "alert_log", "paging", "delivery", "alert_hold"} {
				var n int
				if err := tx.GetText(ctx, "SELECT count(*) FROM "+table, nil, &n); err != nil {
					return err
				}
				if n != 0 {
					t.Errorf("%d rows of %s", n, table)
				}
			}
			return nil
		})
		s.comes(alert.New{Message: "two", Responders: []alert.Responder{who("ann")}}) // numbers are not given twice
		s.Expect("ann@acme.example: [P3] two")
		s.Read(func(ctx context.Context, tx *volume.Tx) error {
			a, err := alert.Get(ctx, tx, s.id)
			if err == nil && a.Tiny != 2 {
				t.Error("the number is", a.Tiny)
			}
			return err
		})
	})
}

func TestOldMessagesGo(t *testing.T) {
	tell(t, func(s *story) {
		count := func() (messages, deliveries int) {
			s.Read(func(ctx context.Context, tx *volume.Tx) error {
				if err := tx.GetText(ctx, "SELECT count(*) FROM message", nil, &messages); err != nil {
					return err
				}
				return tx.GetText(ctx, "SELECT count(*) FROM delivery", nil, &deliveries)
			})
			return
		}
		s.comes(alert.New{Message: "old", Responders: []alert.Responder{who("ann")}})
		s.Clock.Advance(100 * 24 * time.Hour)
		s.comes(alert.New{Message: "new", Responders: []alert.Responder{who("bob")}})
		s.Write(func(ctx context.Context, tx *volume.Tx) error {
			n, err := notification.Purge(ctx, tx, tx.Now().AddDate(0, 0, -90), 10)
			if n != 1 {
				t.Error(n, "went")
			}
			return err
		})
		if m, d := count(); m != 1 || d != 1 {
			t.Error(m, d)
		}
	})
}
