//go:build slow

package compat

import (
	"context"
	"testing"
	"time"

	"github.com/opsgenie/opsgenie-go-sdk-v2/alert"
	"github.com/opsgenie/opsgenie-go-sdk-v2/integration"
	"github.com/opsgenie/opsgenie-go-sdk-v2/maintenance"
	"github.com/opsgenie/opsgenie-go-sdk-v2/og"
	"github.com/opsgenie/opsgenie-go-sdk-v2/policy"
	"github.com/opsgenie/opsgenie-go-sdk-v2/team"
)

// TestOpsgenieSDKPolicies makes, orders, switches and removes policies of both types by Opsgenie's own client.
func TestOpsgenieSDKPolicies(t *testing.T) {
	ctx := context.Background()
	config := opsgenieConfig(t)
	c, err := policy.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	on := true
	order := 1
	filter := &og.Filter{ConditionMatchType: og.MatchAllConditions, Conditions: []og.Condition{{Field: og.Message, Operation: og.Contains, ExpectedValue: "sdk-policy", Order: &order}}}
	main := policy.MainFields{PolicyType: "alert", Name: "sdk-alert", Enabled: &on, PolicyDescription: "by the SDK", Filter: filter}
	made, err := c.CreateAlertPolicy(ctx, &policy.CreateAlertPolicyRequest{MainFields: main, Message: "[sdk] {{message}}", Tags: []string{"sdk"}, Details: []string{"seen"}, Continue: &on, Priority: alert.P4})
	if err != nil || made.Id == "" || made.Type != "alert" || !made.Enabled {
		t.Fatalf("%+v %v", made, err)
	}
	got, err := c.GetAlertPolicy(ctx, &policy.GetAlertPolicyRequest{Id: made.Id})
	if err != nil || got.Message != "[sdk] {{message}}" || got.Priority != alert.P4 || !got.Continue || len(got.Tags) != 1 || got.Filter == nil || got.Filter.Conditions[0].ExpectedValue != "sdk-policy" || got.PolicyDescription != "by the SDK" {
		t.Errorf("%+v %v", got, err)
	}
	main.Name = "sdk-second"
	second, err := c.CreateAlertPolicy(ctx, &policy.CreateAlertPolicyRequest{MainFields: main, Message: "{{message}}"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.ChangeOrder(ctx, &policy.ChangeOrderRequest{Id: second.Id, Type: policy.AlertPolicy, TargetIndex: 0}); err != nil {
		t.Error(err)
	}
	list, err := c.ListAlertPolicies(ctx, &policy.ListAlertPoliciesRequest{})
	if err != nil || len(list.Policies) < 2 || list.Policies[0].Id != second.Id {
		t.Errorf("%+v %v", list, err)
	}
	if r, err := c.DisablePolicy(ctx, &policy.DisablePolicyRequest{Id: second.Id, Type: policy.AlertPolicy}); err != nil || r.Result != "Disabled" {
		t.Errorf("%+v %v", r, err)
	}
	if r, err := c.EnablePolicy(ctx, &policy.EnablePolicyRequest{Id: second.Id, Type: policy.AlertPolicy}); err != nil || r.Result != "Enabled" {
		t.Errorf("%+v %v", r, err)
	}
	for _, id := range []string{made.Id, second.Id} {
		if r, err := c.DeletePolicy(ctx, &policy.DeletePolicyRequest{Id: id, Type: policy.AlertPolicy}); err != nil || r.Result != "Deleted" {
			t.Errorf("%+v %v", r, err)
		}
	}
	teams, err := team.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	ops, err := teams.Create(ctx, &team.CreateTeamRequest{Name: "sdk-policies"})
	if err != nil {
		t.Fatal(err)
	}
	hour, minute := 8, 30
	nightly, err := c.CreateNotificationPolicy(ctx, &policy.CreateNotificationPolicyRequest{MainFields: policy.MainFields{PolicyType: "notification", Name: "sdk-night", Enabled: &on, TeamId: ops.Id},
		DelayAction: &policy.DelayAction{DelayOption: policy.NextWeekday, UntilHour: &hour, UntilMinute: &minute}, AutoCloseAction: &policy.AutoCloseAction{Duration: &policy.Duration{TimeAmount: 2, TimeUnit: og.Days}}})
	if err != nil || nightly.Type != "notification" {
		t.Fatalf("%+v %v", nightly, err)
	}
	night, err := c.GetNotificationPolicy(ctx, &policy.GetNotificationPolicyRequest{Id: nightly.Id, TeamId: ops.Id})
	if err != nil || night.DelayAction == nil || *night.DelayAction.UntilHour != 8 || night.AutoCloseAction.Duration.TimeAmount != 2 || night.Suppress {
		t.Errorf("%+v %v", night, err)
	}
	listed, err := c.ListNotificationPolicies(ctx, &policy.ListNotificationPoliciesRequest{TeamId: ops.Id})
	if err != nil || len(listed.Policies) != 1 {
		t.Errorf("%+v %v", listed, err)
	}
	if _, err := c.DeletePolicy(ctx, &policy.DeletePolicyRequest{Id: nightly.Id, Type: policy.NotificationPolicy, TeamId: ops.Id}); err != nil {
		t.Error(err)
	}
	if _, err := teams.Delete(ctx, &team.DeleteTeamRequest{IdentifierType: team.Id, IdentifierValue: ops.Id}); err != nil {
		t.Error(err)
	}
}

// TestOpsgenieSDKMaintenance plans, moves, cancels and removes a maintenance of an integration by Opsgenie's own client.
func TestOpsgenieSDKMaintenance(t *testing.T) {
	ctx := context.Background()
	config := opsgenieConfig(t)
	integrations, err := integration.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	noisy, err := integrations.CreateApiBased(ctx, &integration.APIBasedIntegrationRequest{Name: "sdk-noisy", Type: "API"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := maintenance.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	start, end := time.Now().Add(time.Hour).UTC().Truncate(time.Second), time.Now().Add(2*time.Hour).UTC().Truncate(time.Second)
	rules := []maintenance.Rule{{State: maintenance.Disabled, Entity: maintenance.Entity{Id: noisy.Id, Type: maintenance.Integration}}}
	made, err := c.Create(ctx, &maintenance.CreateRequest{Description: "move", Time: maintenance.Time{Type: maintenance.Schedule, StartDate: &start, EndDate: &end}, Rules: rules})
	if err != nil || made.Status != "planned" || made.Time.StartDate == nil || !made.Time.StartDate.Equal(start) {
		t.Fatalf("%+v %v", made, err)
	}
	later := end.Add(time.Hour)
	if _, err := c.ChangeEndDate(ctx, &maintenance.ChangeEndDateRequest{Id: made.Id, EndDate: &later}); err != nil {
		t.Error(err)
	}
	got, err := c.Get(ctx, &maintenance.GetRequest{Id: made.Id})
	if err != nil || len(got.Results) != 1 || got.Results[0].Entity.Id != noisy.Id || got.Time.EndDate == nil || !got.Time.EndDate.Equal(later) {
		t.Errorf("%+v %v", got, err)
	}
	if r, err := c.Update(ctx, &maintenance.UpdateRequest{Id: made.Id, Description: "now", Time: maintenance.Time{Type: maintenance.For5Minutes}, Rules: rules}); err != nil || r.Status != "active" {
		t.Errorf("%+v %v", r, err)
	}
	list, err := c.List(ctx, &maintenance.ListRequest{Type: maintenance.NonExpired})
	if err != nil || len(list.Maintenances) != 1 || list.Maintenances[0].Status != "active" {
		t.Errorf("%+v %v", list, err)
	}
	if r, err := c.Cancel(ctx, &maintenance.CancelRequest{Id: made.Id}); err != nil || r.Result != "Cancelled" {
		t.Errorf("%+v %v", r, err)
	}
	if r, err := c.Delete(ctx, &maintenance.DeleteRequest{Id: made.Id}); err != nil || r.Result != "Deleted" {
		t.Errorf("%+v %v", r, err)
	}
	if _, err := integrations.Delete(ctx, &integration.DeleteIntegrationRequest{Id: noisy.Id}); err != nil {
		t.Error(err)
	}
}
