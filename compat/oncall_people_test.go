//go:build slow

package compat

import (
	"context"
	"testing"
	"time"

	"github.com/opsgenie/opsgenie-go-sdk-v2/contact"
	"github.com/opsgenie/opsgenie-go-sdk-v2/escalation"
	"github.com/opsgenie/opsgenie-go-sdk-v2/forwarding_rule"
	"github.com/opsgenie/opsgenie-go-sdk-v2/notification"
	"github.com/opsgenie/opsgenie-go-sdk-v2/og"
	"github.com/opsgenie/opsgenie-go-sdk-v2/schedule"
	"github.com/opsgenie/opsgenie-go-sdk-v2/team"
	"github.com/opsgenie/opsgenie-go-sdk-v2/user"
)

func pointer[T any](v T) *T { return &v }

// TestOpsgenieSDKTeamsAndSchedules makes a team with everything it needs by Opsgenie's own client, and asks who is on call.
func TestOpsgenieSDKTeamsAndSchedules(t *testing.T) {
	ctx := context.Background()
	config := opsgenieConfig(t)
	teams := must(team.NewClient(config))
	made := must(teams.Create(ctx, &team.CreateTeamRequest{Name: "SDK", Description: "d", Members: []team.Member{{User: team.User{Username: email}, Role: "admin"}}}))
	got := must(teams.Get(ctx, &team.GetTeamRequest{IdentifierType: team.Name, IdentifierValue: "SDK"}))
	if got.Id != made.Id || len(got.Members) != 1 || got.Members[0].User.Username != email {
		t.Errorf("%+v", got)
	}
	if all := must(teams.List(ctx, &team.ListTeamRequest{})); len(all.Teams) < 2 {
		t.Errorf("%+v", all)
	}
	schedules := must(schedule.NewClient(config))
	start := time.Date(2026, 3, 2, 9, 17, 0, 0, time.UTC)
	s := must(schedules.Create(ctx, &schedule.CreateRequest{Name: "SDK days", Timezone: "Europe/London", OwnerTeam: &og.OwnerTeam{Name: "SDK"}, Rotations: []og.Rotation{{Name: "r", StartDate: &start, Type: og.Daily, Length: 1,
		Participants:    []og.Participant{{Type: og.User, Username: email}, {Type: og.None}},
		TimeRestriction: &og.TimeRestriction{Type: og.WeekdayAndTimeOfDay, RestrictionList: []og.Restriction{{StartDay: og.Monday, StartHour: pointer[uint32](8), StartMin: pointer[uint32](13), EndDay: og.Friday, EndHour: pointer[uint32](18), EndMin: pointer[uint32](1)}}}}}}))
	full := must(schedules.Get(ctx, &schedule.GetRequest{IdentifierType: schedule.Name, IdentifierValue: "SDK days"}))
	if full.Schedule.Id != s.Id || len(full.Schedule.Rotations) != 1 || full.Schedule.Rotations[0].TimeRestriction == nil || *full.Schedule.Rotations[0].TimeRestriction.RestrictionList[0].StartMin != 13 || full.Schedule.OwnerTeam.Id != made.Id {
		t.Errorf("%+v", full.Schedule)
	}
	at := start.Add(time.Hour)
	on := must(schedules.GetOnCalls(ctx, &schedule.GetOnCallsRequest{ScheduleIdentifierType: schedule.Id, ScheduleIdentifier: s.Id, Flat: pointer(true), Date: &at}))
	if len(on.OnCallRecipients) != 1 || on.OnCallRecipients[0] != email {
		t.Errorf("%+v", on)
	}
	on = must(schedules.GetOnCalls(ctx, &schedule.GetOnCallsRequest{ScheduleIdentifierType: schedule.Id, ScheduleIdentifier: s.Id, Flat: pointer(false), Date: &at}))
	if len(on.OnCallParticipants) != 1 || on.OnCallParticipants[0].Name != email {
		t.Errorf("%+v", on)
	}
	must(schedules.CreateScheduleOverride(ctx, &schedule.CreateScheduleOverrideRequest{Alias: "swap", User: schedule.Responder{Type: schedule.UserResponderType, Username: email}, StartDate: start.Add(25 * time.Hour),
		EndDate: start.Add(26 * time.Hour), ScheduleIdentifierType: schedule.Id, ScheduleIdentifier: s.Id}))
	for _, flat := range []bool{true, false} {
		next := must(schedules.GetNextOnCall(ctx, &schedule.GetNextOnCallsRequest{ScheduleIdentifierType: schedule.Id, ScheduleIdentifier: s.Id, Flat: &flat, Date: pointer(start.Add(24*time.Hour + time.Minute))}))
		if flat && (len(next.ExactNextOnCallParticipants) != 1 || next.ExactNextOnCallParticipants[0] != email) || !flat && (len(next.ExactNextOnCallRecipients) != 1 || next.ExactNextOnCallRecipients[0].Name != email) {
			t.Errorf("%+v", next)
		}
	}
	line := must(schedules.GetTimeline(ctx, &schedule.GetTimelineRequest{IdentifierType: schedule.Id, IdentifierValue: s.Id, Expands: []schedule.ExpandType{schedule.Base, schedule.Override}, Interval: 2, IntervalUnit: schedule.Days, Date: &start}))
	if p := line.FinalTimeline.Rotations[0].Periods; len(p) != 2 || p[1].Type != "override" || line.OverrideTimeline.Rotations[0].Periods[0].Recipient.Name != email {
		t.Errorf("%+v", line)
	}
	escalations := must(escalation.NewClient(config))
	e := must(escalations.Create(ctx, &escalation.CreateRequest{Name: "SDK plan", OwnerTeam: &og.OwnerTeam{Name: "SDK"}, Rules: []escalation.RuleRequest{{Condition: og.IfNotAcked, NotifyType: og.Next, Recipient: og.Participant{Type: og.Schedule, Name: "SDK days"},
		Delay: escalation.EscalationDelayRequest{TimeAmount: 3}}}, Repeat: &escalation.RepeatRequest{WaitInterval: 10, Count: 2}}))
	plan := must(escalations.Get(ctx, &escalation.GetRequest{IdentifierType: escalation.Id, Identifier: e.Id}))
	if len(plan.Rules) != 1 || plan.Rules[0].Delay.TimeAmount != 3 || plan.Rules[0].Recipient.Name != "SDK days" {
		t.Errorf("%+v", plan)
	}
	rule := must(teams.CreateRoutingRule(ctx, &team.CreateRoutingRuleRequest{TeamIdentifierType: team.Name, TeamIdentifierValue: "SDK", Name: "db", Notify: &team.Notify{Type: team.EscalationNotifyType, Name: "SDK plan"},
		Criteria: &og.Criteria{CriteriaType: og.MatchAllConditions, Conditions: []og.Condition{{Field: og.Message, Operation: og.Contains, ExpectedValue: "db", IsNot: pointer(true)}}}}))
	if r := must(teams.GetRoutingRule(ctx, &team.GetRoutingRuleRequest{TeamIdentifierType: team.Name, TeamIdentifierValue: "SDK", RoutingRuleId: rule.Id})); r.Notify.Name != "SDK plan" || len(r.Criteria.Conditions) != 1 {
		t.Errorf("%+v", r)
	}
	must(teams.Delete(ctx, &team.DeleteTeamRequest{IdentifierType: team.Name, IdentifierValue: "SDK"}))
}

// must gives a result, or ends the test with the client's error and where it came from.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestOpsgenieSDKPeople goes through contacts, rules and forwarding by Opsgenie's own client.
func TestOpsgenieSDKPeople(t *testing.T) {
	ctx := context.Background()
	config := opsgenieConfig(t)
	users := must(user.NewClient(config))
	temp := must(users.Create(ctx, &user.CreateRequest{Username: "sdk@acme.example", FullName: "S D K", Role: &user.UserRoleRequest{RoleName: "User"}, TimeZone: "Europe/London"}))
	one := must(users.Get(ctx, &user.GetRequest{Identifier: "sdk@acme.example", Expand: "contact"}))
	if one.Id != temp.Id || one.FullName != "S D K" || one.Role.RoleName != "User" || len(one.UserContacts) != 1 {
		t.Errorf("%+v", one)
	}
	if all := must(users.List(ctx, &user.ListRequest{Limit: 1})); len(all.Users) != 1 || all.TotalCount < 2 || all.Paging.Next == "" {
		t.Errorf("%+v", all)
	}
	contacts := must(contact.NewClient(config))
	sms := must(contacts.Create(ctx, &contact.CreateRequest{UserIdentifier: "sdk@acme.example", To: "44-7700900123", MethodOfContact: contact.Sms}))
	if c := must(contacts.Get(ctx, &contact.GetRequest{UserIdentifier: "sdk@acme.example", ContactIdentifier: sms.Id})); c.MethodOfContact != "sms" || c.Status.Enabled {
		t.Errorf("%+v", c)
	}
	rules := must(notification.NewClient(config))
	rule := must(rules.CreateRule(ctx, &notification.CreateRuleRequest{UserIdentifier: "sdk@acme.example", Name: "new", ActionType: notification.CreateAlert, Enabled: pointer(true),
		Steps: []*og.Step{{Contact: og.Contact{To: "sdk@acme.example", MethodOfContact: og.Email}, SendAfter: &og.SendAfter{TimeAmount: 1, TimeUnit: "minutes"}, Enabled: pointer(true)}}}))
	if r := must(rules.GetRule(ctx, &notification.GetRuleRequest{UserIdentifier: "sdk@acme.example", RuleId: rule.SimpleNotificationRule.Id})); r.Name != "new" || len(r.Steps) != 1 || r.Steps[0].SendAfter.TimeAmount != 1 {
		t.Errorf("%+v", r)
	}
	forwardings := must(forwarding_rule.NewClient(config))
	must(forwardings.Create(ctx, &forwarding_rule.CreateRequest{FromUser: forwarding_rule.User{Username: "sdk@acme.example"}, ToUser: forwarding_rule.User{Username: email}, StartDate: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
		EndDate: time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC), Alias: "sdk-leave"}))
	if f := must(forwardings.Get(ctx, &forwarding_rule.GetRequest{IdentifierType: forwarding_rule.Alias, IdentifierValue: "sdk-leave"})); f.ForwardingRule.ToUser.Username != email {
		t.Errorf("%+v", f)
	}
	must(users.Delete(ctx, &user.DeleteRequest{Identifier: "sdk@acme.example"}))
}
