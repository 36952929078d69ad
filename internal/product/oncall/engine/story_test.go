package engine_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/channel"
	"holdfast.dev/internal/product/oncall/engine"
	"holdfast.dev/internal/product/oncall/escalation"
	"holdfast.dev/internal/product/oncall/needs"
	"holdfast.dev/internal/product/oncall/notification"
	"holdfast.dev/internal/product/oncall/oncalltest"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/rotation"
	"holdfast.dev/internal/product/oncall/routing"
	"holdfast.dev/internal/product/oncall/schedule"
	"holdfast.dev/internal/product/oncall/setup"
	"holdfast.dev/internal/product/oncall/user"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

// story is a site with Ann, who is on call first, Bob and Cleo.
type story struct {
	*oncalltest.World
	id string // the alert of the story
}

func tell(t *testing.T, fn func(s *story)) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) { fn(begin(t, e)) })
}

func onSQLite(t *testing.T) *story { return begin(t, storagetest.SQLite(t)) }

func begin(t *testing.T, e storage.Engine) *story {
	s := &story{World: oncalltest.New(t, e)}
	s.Write(setup.Site)
	s.Write(func(ctx context.Context, tx *volume.Tx) error {
		return setup.People(ctx, tx, []needs.Person{
			{AccountID: "ann", DisplayName: "Ann", Email: "ann@acme.example", Active: true, Admin: true},
			{AccountID: "bob", DisplayName: "Bob", Email: "bob@acme.example", Active: true},
			{AccountID: "cleo", DisplayName: "Cleo", Email: "cleo@acme.example", Active: true},
		})
	})
	return s
}

func who(id string) alert.Responder { return alert.Responder{Type: "user", ID: id} }

// plan makes an escalation of minutes and people, and gives it as a responder.
func (s *story) plan(repeat *escalation.Repeat, rules ...escalation.Rule) alert.Responder {
	e := &escalation.Escalation{Name: "plan", Body: escalation.Body{Repeat: repeat}}
	for _, r := range rules {
		if r.Condition == "" {
			r.Condition = escalation.IfNotAcked
		}
		if r.NotifyType == "" {
			r.NotifyType = "default"
		}
		e.Rules = append(e.Rules, r)
	}
	s.Write(func(ctx context.Context, tx *volume.Tx) error { return escalation.Save(ctx, tx, e) })
	return alert.Responder{Type: "escalation", ID: e.ID}
}

func (s *story) raise(priority, message string, to ...alert.Responder) string {
	s.Write(func(ctx context.Context, tx *volume.Tx) error {
		n := alert.New{Message: message, Priority: priority, Responders: to}
		if err := n.Check(); err != nil {
			return err
		}
		id, _, _, err := alert.Create(ctx, tx, n)
		if err != nil {
			return err
		}
		s.id = id
		return engine.Raised(ctx, tx, id)
	})
	s.Run()
	return s.id
}

func (s *story) change(what string, by string) {
	s.Write(func(ctx context.Context, tx *volume.Tx) error {
		a, err := alert.Get(ctx, tx, s.id)
		if err != nil {
			return err
		}
		b := alert.By{User: by, Account: by}
		switch what {
		case engine.Acknowledged:
			_, err = alert.Acknowledge(ctx, tx, a, b)
		case engine.Unacknowledged:
			_, err = alert.Unacknowledge(ctx, tx, a, b)
		case engine.Closed:
			_, err = alert.Close(ctx, tx, a, b)
		case engine.Snoozed:
			err = alert.Snooze(ctx, tx, a, tx.Now().Add(10*time.Minute), b)
		case engine.Assigned:
			err = alert.Assign(ctx, tx, a, alert.Responder{Type: "user", ID: by, Name: by}, b)
		}
		if err != nil {
			return err
		}
		return engine.Changed(ctx, tx, s.id, what)
	})
	s.Run()
}

func (s *story) log() string {
	var lines []string
	s.Read(func(ctx context.Context, tx *volume.Tx) error {
		es, err := alert.Logs(ctx, tx, s.id, alert.Page{Limit: 200})
		for _, e := range es {
			lines = append(lines, e.Text)
		}
		return err
	})
	return strings.Join(lines, "\n")
}

func (s *story) logged(part string) {
	s.T.Helper()
	if l := s.log(); !strings.Contains(l, part) {
		s.T.Errorf("the log does not say %q:\n%s", part, l)
	}
}

func TestNobodyReactsSoTheNextOneIsTold(t *testing.T) {
	tell(t, func(s *story) {
		plan := s.plan(nil, escalation.Rule{Recipient: who("ann")}, escalation.Rule{Delay: 5, Recipient: who("bob")}, escalation.Rule{Delay: 10, Recipient: who("cleo")})
		s.raise("P1", "disk full", plan)
		s.Expect("ann@acme.example: [P1] disk full")
		s.Pass(4*time.Minute + 50*time.Second)
		s.Expect()
		s.Pass(10 * time.Second)
		s.Expect("bob@acme.example: [P1] disk full")
		s.change(engine.Acknowledged, "bob")
		s.Pass(time.Hour)
		s.Expect()
		s.logged("Sent email to Ann (ann@acme.example) [create-alert]")
	})
}

func TestAFreshSitePagesItsFirstAdministrator(t *testing.T) {
	tell(t, func(s *story) {
		s.raise("P3", "hello", alert.Responder{Type: "team", Name: setup.DefaultTeam})
		s.Expect("ann@acme.example: [P3] hello")
		s.logged("routes the alert to escalation On-call_escalation by its default rule")
		s.Pass(10 * time.Minute)
		s.Expect("ann@acme.example: [P3] hello") // the whole team: Ann again, since the schedule has nobody next
		s.change(engine.Closed, "ann")
		s.Pass(2 * time.Hour)
		s.Expect()
	})
}

func TestClosingStopsEverythingAndSoDoesDeleting(t *testing.T) {
	tell(t, func(s *story) {
		plan := s.plan(nil, escalation.Rule{Recipient: who("ann")}, escalation.Rule{Delay: 5, Condition: escalation.IfNotClosed, Recipient: who("bob")})
		s.raise("P2", "slow", plan)
		s.change(engine.Acknowledged, "ann")
		s.Expect("ann@acme.example: [P2] slow")
		s.Pass(5 * time.Minute)
		s.Expect("bob@acme.example: [P2] slow") // told until it is closed, acknowledged or not
	})
	tell(t, func(s *story) {
		s.raise("P2", "slow", s.plan(nil, escalation.Rule{Recipient: who("ann")}, escalation.Rule{Delay: 5, Condition: escalation.IfNotClosed, Recipient: who("bob")}))
		s.change(engine.Closed, "ann")
		s.Pass(time.Hour)
		s.Expect("ann@acme.example: [P2] slow")
	})
}

func TestUnacknowledgingBeginsAgain(t *testing.T) {
	tell(t, func(s *story) {
		s.raise("P1", "again", s.plan(nil, escalation.Rule{Recipient: who("ann")}, escalation.Rule{Delay: 5, Recipient: who("bob")}))
		s.change(engine.Acknowledged, "ann")
		s.Pass(20 * time.Minute)
		s.Expect("ann@acme.example: [P1] again")
		s.change(engine.Unacknowledged, "ann")
		s.Expect("ann@acme.example: [P1] again")
		s.Pass(5 * time.Minute)
		s.Expect("bob@acme.example: [P1] again")
		s.Pass(time.Hour)
		s.Expect()
	})
}

func TestASnoozeEndsWithPaging(t *testing.T) {
	tell(t, func(s *story) {
		s.raise("P1", "later", s.plan(nil, escalation.Rule{Recipient: who("ann")}, escalation.Rule{Delay: 5, Recipient: who("bob")}))
		s.Expect("ann@acme.example: [P1] later")
		s.change(engine.Snoozed, "ann")
		s.Pass(9 * time.Minute)
		s.Expect()
		s.Pass(time.Minute)
		s.Expect("ann@acme.example: [P1] later")
		s.Pass(5 * time.Minute)
		s.Expect("bob@acme.example: [P1] later")
	})
}

func TestRepeats(t *testing.T) {
	tell(t, func(s *story) {
		plan := s.plan(&escalation.Repeat{WaitInterval: 10, Count: 2, ResetRecipientStates: true, CloseAlertAfterAll: true}, escalation.Rule{Recipient: who("ann")}, escalation.Rule{Delay: 5, Recipient: who("bob")})
		s.raise("P1", "on and on", plan)
		s.Pass(5 * time.Minute)
		s.Expect("ann@acme.example: [P1] on and on", "bob@acme.example: [P1] on and on")
		s.change(engine.Acknowledged, "bob")
		s.Pass(10 * time.Minute) // minute 15: round two takes the acknowledgement back
		s.Expect("ann@acme.example: [P1] on and on")
		s.Pass(15 * time.Minute)
		s.Expect("bob@acme.example: [P1] on and on", "ann@acme.example: [P1] on and on")
		s.Pass(15 * time.Minute)
		s.Expect("bob@acme.example: [P1] on and on")
		s.logged("Alert closed via Escalation plan")
	})
}

func (s *story) rule(person string, r notification.Rule) {
	s.Write(func(ctx context.Context, tx *volume.Tx) error {
		r.PersonID, r.Enabled = person, true
		if r.Name == "" {
			r.Name = "mine"
		}
		if r.ActionType == "" {
			r.ActionType = notification.CreateAlert
		}
		return notification.Save(ctx, tx, nil, &r, -1)
	})
}

func mailTo(person string, after time.Duration) notification.Step {
	return notification.Step{Method: "email", To: person + "@acme.example", SendAfter: int(after / time.Second), Enabled: true}
}

func TestPersonalRulesWalkTheirSteps(t *testing.T) {
	tell(t, func(s *story) {
		s.rule("ann", notification.Rule{Body: notification.Body{Steps: []notification.Step{mailTo("ann", 0), mailTo("ann", 2*time.Minute)}, Repeat: &notification.Repeat{LoopAfter: 10, Enabled: true},
			Criteria: &routing.Filter{Type: routing.MatchAllConditions, Conditions: []routing.Condition{{Field: "priority", Operation: "equals", ExpectedValue: "P1"}}}}})
		s.raise("P1", "urgent", who("ann"))
		s.Expect("ann@acme.example: [P1] urgent")
		s.Pass(2 * time.Minute)
		s.Expect("ann@acme.example: [P1] urgent")
		s.Pass(8 * time.Minute)
		s.Expect("ann@acme.example: [P1] urgent")
		s.change(engine.Acknowledged, "ann")
		s.Pass(time.Hour)
		s.Expect()
		s.raise("P4", "no rule fits, so mail", who("ann"))
		s.Expect("ann@acme.example: [P4] no rule fits, so mail")
	})
}

func TestQuietHoursHoldButNotP1(t *testing.T) {
	tell(t, func(s *story) {
		s.Write(func(ctx context.Context, tx *volume.Tx) error {
			r, err := roster.Fresh(ctx, tx)
			if err != nil {
				return err
			}
			p := r.Person("ann@acme.example")
			p.Zone = "Asia/Tokyo" // 18:00 when it is 09:00 UTC
			p.Body.Quiet = &user.Quiet{Enabled: true, Hours: &rotation.Restriction{Type: rotation.TimeOfDay, Restriction: &rotation.Clock{StartHour: 17, EndHour: 8}}}
			return user.Save(ctx, tx, p)
		})
		s.raise("P3", "minor", who("ann"))
		s.Expect()
		s.logged("Held message to Ann: quiet hours")
		s.raise("P1", "major", who("ann"))
		s.Expect("ann@acme.example: [P1] major")
	})
}

func TestForwardingGoesToWhoTookOver(t *testing.T) {
	tell(t, func(s *story) {
		s.Write(func(ctx context.Context, tx *volume.Tx) error {
			return user.SaveForwarding(ctx, tx, &user.Forwarding{From: "ann", To: "bob", Start: tx.Now(), End: tx.Now().Add(time.Hour)})
		})
		s.raise("P1", "forwarded", alert.Responder{Type: "schedule", Name: setup.DefaultTeam + "_schedule"})
		s.Expect("bob@acme.example: [P1] forwarded")
		s.Pass(time.Hour)
		s.raise("P1", "back", alert.Responder{Type: "schedule", Name: setup.DefaultTeam + "_schedule"})
		s.Expect("ann@acme.example: [P1] back")
	})
}

func TestAStormIsBundled(t *testing.T) {
	tell(t, func(s *story) {
		for range 50 {
			s.raise("P3", "storm", who("ann"))
		}
		if n := len(s.Inbox.Take()); n != 4 {
			t.Fatalf("%d mails at once, want 4 and the rest bundled", n)
		}
		s.Pass(time.Minute)
		mails := s.Expect("ann@acme.example: [P3] 46 alerts: storm and others")
		if len(mails) == 1 && !strings.Contains(mails[0].Text(), "and 21 more alerts") {
			t.Errorf("a bundle names 25 alerts and counts the others:\n%s", mails[0].Text())
		}
		s.Pass(time.Hour)
		s.Expect()
	})
}

func TestAMailServerThatIsDownIsTriedAgain(t *testing.T) {
	tell(t, func(s *story) {
		s.Inbox.SetRefuse(&smtp.SMTPError{Code: 451, Message: "not now"})
		s.raise("P1", "patience", who("ann"))
		s.Pass(30 * time.Second)
		s.Inbox.SetRefuse(nil)
		s.Pass(time.Minute)
		s.Expect("ann@acme.example: [P1] patience")
	})
	tell(t, func(s *story) {
		s.Inbox.SetRefuse(&smtp.SMTPError{Code: 550, Message: "no such user"})
		s.raise("P1", "in vain", who("ann"))
		s.logged("Failed to send email to Ann")
		s.Read(func(ctx context.Context, tx *volume.Tx) error {
			ms, err := notification.OfAlert(ctx, tx, s.id)
			if len(ms) != 1 || ms[0].State != notification.Failed || ms[0].Tries != 1 {
				t.Errorf("delivery log: %+v", ms)
			}
			return err
		})
	})
}

func TestWhatWasAcknowledgedMeanwhileIsNotSent(t *testing.T) {
	tell(t, func(s *story) {
		s.Inbox.SetRefuse(&smtp.SMTPError{Code: 451, Message: "not now"})
		s.raise("P1", "solved", who("ann"))
		s.change(engine.Acknowledged, "bob")
		s.Inbox.SetRefuse(nil)
		s.Pass(10 * time.Minute)
		s.Expect()
		s.logged("Skipped email to Ann")
	})
}

func TestNobodyThereIsWrittenDown(t *testing.T) {
	tell(t, func(s *story) {
		s.raise("P1", "alone") // the default team answers
		s.Expect("ann@acme.example: [P1] alone")
		s.raise("P1", "gone", alert.Responder{Type: "escalation", ID: "nonsense"})
		s.logged("there is no escalation nonsense")
		s.Write(func(ctx context.Context, tx *volume.Tx) error {
			return setup.People(ctx, tx, []needs.Person{{AccountID: "bob", DisplayName: "Bob", Email: "bob@acme.example", Active: true}})
		})
		s.raise("P1", "left", who("ann"))
		s.logged("Held message to Ann: Ann has left")
		s.Expect()
	})
}

func TestAssignedAndClosedAreToldToWhoAsks(t *testing.T) {
	tell(t, func(s *story) {
		s.rule("ann", notification.Rule{ActionType: notification.ClosedAlert, Body: notification.Body{Steps: []notification.Step{mailTo("ann", 0)}}})
		s.raise("P2", "job", who("ann"))
		s.Expect("ann@acme.example: [P2] job")
		s.change(engine.Assigned, "bob")
		s.Expect("bob@acme.example: [P2] Assigned to you: job")
		s.change(engine.Closed, "bob")
		s.Expect("ann@acme.example: [P2] Closed: job")
	})
}

var link = regexp.MustCompile(`https://acme\.example/api/oncall/link/([\w-]+)`)

func TestMailsCarrySignedLinks(t *testing.T) {
	tell(t, func(s *story) {
		s.raise("P1", "links", who("ann"))
		mails := s.Expect("ann@acme.example: [P1] links")
		if n := len(link.FindAllString(mails[0].Text(), -1)); n < 2 {
			t.Fatalf("%d links in:\n%s", n, mails[0].Text())
		}
	})
}

func TestWebhooksAreSigned(t *testing.T) {
	tell(t, func(s *story) {
		s.Write(func(ctx context.Context, tx *volume.Tx) error {
			return user.SaveContact(ctx, tx, &user.Contact{PersonID: "ann", Method: user.Webhook, Address: s.Hooks.URL, Enabled: true, Verified: true, Secret: "s3cret"})
		})
		s.rule("ann", notification.Rule{Body: notification.Body{Steps: []notification.Step{{Method: user.Webhook, To: s.Hooks.URL, Enabled: true}}}})
		s.raise("P1", "hook", who("ann"))
		got := s.Hooks.Take()
		if len(got) != 1 || !strings.HasPrefix(got[0].Header.Get("webhook-signature"), "v1,") || !strings.Contains(got[0].Body, `"message":"hook"`) {
			t.Fatalf("%+v", got)
		}
	})
}

func TestAKilledProcessGoesOnWhereItWas(t *testing.T) {
	tell(t, func(s *story) {
		plan := s.plan(nil, escalation.Rule{Recipient: who("ann")}, escalation.Rule{Delay: 5, Recipient: who("bob")}, escalation.Rule{Delay: 10, Recipient: who("cleo")})
		s.raise("P1", "killed", plan)
		s.Expect("ann@acme.example: [P1] killed")
		s.Restart()
		s.Pass(5 * time.Minute)
		s.Expect("bob@acme.example: [P1] killed")
		s.Clock.Advance(20 * time.Minute) // it was down when the next step was due
		s.Restart()
		s.Run()
		s.Expect("cleo@acme.example: [P1] killed")
	})
}

func TestNothingOfRestoredTimeIsSent(t *testing.T) {
	tell(t, func(s *story) {
		s.raise("P1", "old", s.plan(nil, escalation.Rule{Recipient: who("ann")}, escalation.Rule{Delay: 5, Recipient: who("bob")}))
		s.Expect("ann@acme.example: [P1] old")
		s.Clock.Advance(time.Hour)
		s.Write(func(ctx context.Context, tx *volume.Tx) error { return jobs.HoldPast(ctx, tx, 0) }) // as a restore does
		s.Pass(time.Hour)
		s.Expect()
		s.raise("P1", "new", who("ann"))
		s.Expect("ann@acme.example: [P1] new")
	})
}

func (s *story) contact(c user.Contact) *user.Contact {
	c.Enabled, c.Verified = true, true
	s.Write(func(ctx context.Context, tx *volume.Tx) error { return user.SaveContact(ctx, tx, &c) })
	return &c
}

func TestTextMessagesLeaveByTheProvider(t *testing.T) {
	tell(t, func(s *story) {
		s.Write(func(ctx context.Context, tx *volume.Tx) error {
			return channel.SetProvider(ctx, tx, channel.Provider{SMS: channel.Gateway{URL: s.Hooks.URL + "?to={to}", Headers: map[string]string{"X-Account": "7"}}, Secret: "shared"})
		})
		s.contact(user.Contact{PersonID: "ann", Method: user.SMS, Address: "41-791234567"})
		s.contact(user.Contact{PersonID: "ann", Method: user.Voice, Address: "41-791234567"})
		s.rule("ann", notification.Rule{Body: notification.Body{Steps: []notification.Step{{Method: user.SMS, To: "41-791234567", Enabled: true}, {Method: user.Voice, To: "41-791234567", Enabled: true, SendAfter: 60}}}})
		s.raise("P1", "ring", who("ann"))
		got := s.Hooks.Take()
		if len(got) != 1 || got[0].Header.Get("X-Account") != "7" || !strings.Contains(got[0].Body, `"replies":{"ACK":"acknowledge","CLOSE":"close"}`) || !strings.Contains(got[0].Body, "/api/oncall/callback/") || got[0].Header.Get("webhook-signature") == "" {
			t.Fatalf("%+v", got)
		}
		s.Pass(time.Minute)
		s.logged("Failed to send voice to Ann (41-791234567) [create-alert]: no provider for voice is configured")
	})
}

func TestAPushSubscriptionThatIsGoneIsDisabled(t *testing.T) {
	tell(t, func(s *story) {
		key, err := ecdh.P256().GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		keys := fmt.Sprintf(`{"auth":%q,"p256dh":%q}`, base64.RawURLEncoding.EncodeToString([]byte("0123456789abcdef")), base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()))
		c := s.contact(user.Contact{PersonID: "ann", Method: user.Mobile, Address: s.Hooks.URL, Secret: keys})
		s.rule("ann", notification.Rule{Body: notification.Body{Steps: []notification.Step{{Method: user.Mobile, To: s.Hooks.URL, Enabled: true}}}})
		s.raise("P1", "push", who("ann"))
		got := s.Hooks.Take()
		if len(got) != 1 || got[0].Header.Get("Content-Encoding") != "aes128gcm" || !strings.HasPrefix(got[0].Header.Get("Authorization"), "vapid t=") || got[0].Header.Get("Urgency") != "high" || strings.Contains(got[0].Body, "push") {
			t.Fatalf("%+v", got)
		}
		s.logged("Sent push to Ann")
		s.Hooks.Answer(410)
		s.raise("P1", "gone", who("ann"))
		s.logged("Failed to send push to Ann")
		s.Read(func(ctx context.Context, tx *volume.Tx) error {
			now, err := user.GetContact(ctx, tx, c.ID)
			if err == nil && now.Enabled {
				t.Error("the contact is still enabled")
			}
			return err
		})
	})
}

func TestVerificationAndTest(t *testing.T) {
	tell(t, func(s *story) {
		c := &user.Contact{PersonID: "ann", Method: user.Email, Address: "ann@home.example", Enabled: true}
		s.Write(func(ctx context.Context, tx *volume.Tx) error {
			if err := user.SaveContact(ctx, tx, c); err != nil {
				return err
			}
			return engine.Verify(ctx, tx, c)
		})
		s.Run()
		mails := s.Inbox.Take()
		code := regexp.MustCompile(`\b\d{6}\b`).FindString(mails[0].Text())
		if len(mails) != 1 || mails[0].To != "ann@home.example" || code == "" {
			t.Fatalf("%+v", mails)
		}
		verify := func(code string) (ok bool) {
			s.Write(func(ctx context.Context, tx *volume.Tx) (err error) {
				if c, err = user.GetContact(ctx, tx, c.ID); err != nil {
					return err
				}
				ok, err = user.Verify(ctx, tx, c, code)
				return err
			})
			return ok
		}
		wrong := "000000"
		if code == wrong {
			wrong = "000001"
		}
		if verify(wrong) || !verify(code) {
			t.Error("the code that was sent verifies, another does not")
		}
		s.Write(func(ctx context.Context, tx *volume.Tx) error { return engine.Test(ctx, tx, c) })
		s.Run()
		if mails := s.Inbox.Take(); len(mails) != 1 || !strings.Contains(mails[0].Subject, "test message from Acme") {
			t.Errorf("%+v", mails)
		}
	})
}

func TestShiftsAreAnnounced(t *testing.T) {
	tell(t, func(s *story) {
		s.rule("bob", notification.Rule{ActionType: notification.ScheduleStart, Body: notification.Body{Steps: []notification.Step{mailTo("bob", 0)}, Times: []string{"just-before", "1-hour-ago"}}})
		s.rule("bob", notification.Rule{ActionType: notification.ScheduleEnd, Body: notification.Body{Steps: []notification.Step{mailTo("bob", 0)}}})
		s.Write(func(ctx context.Context, tx *volume.Tx) error {
			r, err := roster.Fresh(ctx, tx)
			if err != nil {
				return err
			}
			watch := r.Schedule(setup.DefaultTeam + "_schedule")
			if err := schedule.SaveOverride(ctx, tx, watch, &schedule.Override{PersonID: "bob", From: oncalltest.Start.Add(2 * time.Hour), To: oncalltest.Start.Add(3*time.Hour + 7*time.Minute)}); err != nil {
				return err
			}
			return engine.PlanShifts(ctx, tx)
		})
		s.Pass(time.Hour)
		s.Expect("bob@acme.example: Your on-call shift in On-call_schedule starts at Mon 2 Mar 11:00 UTC")
		s.Pass(59 * time.Minute)
		s.Expect()
		s.Pass(time.Minute)
		s.Expect("bob@acme.example: Your on-call shift in On-call_schedule starts at Mon 2 Mar 11:00 UTC")
		s.Pass(time.Hour + 6*time.Minute)
		s.Expect()
		s.Pass(time.Minute)
		s.Expect("bob@acme.example: Your on-call shift in On-call_schedule ends at Mon 2 Mar 12:07 UTC")
		s.Pass(24 * time.Hour)
		s.Expect()
	})
}

func TestEscalatingWhatIsAcknowledgedTellsTheNextOnes(t *testing.T) {
	tell(t, func(s *story) {
		plan := s.plan(&escalation.Repeat{WaitInterval: 5, Count: 1}, escalation.Rule{Recipient: who("bob")}, escalation.Rule{Delay: 5, Recipient: who("cleo")})
		s.raise("P1", "help", who("ann"))
		s.change(engine.Acknowledged, "ann")
		s.Expect("ann@acme.example: [P1] help")
		s.Pass(time.Minute)
		s.Write(func(ctx context.Context, tx *volume.Tx) error { return engine.Page(ctx, tx, s.id, plan) })
		s.Run()
		s.Expect("bob@acme.example: [P1] help")
		s.change(engine.Unacknowledged, "ann") // begins again with Ann
		s.Expect("ann@acme.example: [P1] help")
		s.change(engine.Acknowledged, "bob")
		s.Pass(time.Hour)
		s.Expect()
	})
}
