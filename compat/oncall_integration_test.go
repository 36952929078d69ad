//go:build slow

package compat

import (
	"context"
	"testing"

	"github.com/opsgenie/opsgenie-go-sdk-v2/client"
	"github.com/opsgenie/opsgenie-go-sdk-v2/integration"
	"github.com/opsgenie/opsgenie-go-sdk-v2/og"
)

// TestOpsgenieSDKIntegrations makes integrations and their actions by Opsgenie's own client, and uses the key that it is given.
func TestOpsgenieSDKIntegrations(t *testing.T) {
	ctx := context.Background()
	config := opsgenieConfig(t)
	c, err := integration.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	on, off := true, false
	made, err := c.CreateApiBased(ctx, &integration.APIBasedIntegrationRequest{Name: "sdk-prometheus", Type: "Prometheus", AllowWriteAccess: &on, AllowConfigurationAccess: &off, IgnoreRespondersFromPayload: &off, SuppressNotifications: &on})
	if err != nil || made.Id == "" || made.ApiKey == "" || !made.Enabled {
		t.Fatalf("%+v %v", made, err)
	}
	list, err := c.List(ctx)
	if err != nil || len(list.Integrations) < 2 {
		t.Errorf("%+v %v", list, err)
	}
	got, err := c.Get(ctx, &integration.GetRequest{Id: made.Id})
	if err != nil || got.Data["suppressNotifications"] != true || got.Data["type"] != "Prometheus" {
		t.Errorf("%+v %v", got, err)
	}
	if off, err := c.Disable(ctx, &integration.DisableIntegrationRequest{Id: made.Id}); err != nil || off.Enabled {
		t.Errorf("%+v %v", off, err)
	}
	if on, err := c.Enable(ctx, &integration.EnableIntegrationRequest{Id: made.Id}); err != nil || !on.Enabled {
		t.Errorf("%+v %v", on, err)
	}
	them, err := integration.NewClient(&client.Config{ApiKey: made.ApiKey, OpsGenieAPIURL: config.OpsGenieAPIURL, Logger: config.Logger})
	if err != nil {
		t.Fatal(err)
	}
	if said, err := them.Authenticate(ctx, &integration.AuthenticateIntegrationRequest{Type: "Prometheus"}); err != nil || said.Result != "Authenticated" {
		t.Errorf("%+v %v", said, err)
	}
	actions, err := c.GetActions(ctx, &integration.GetIntegrationActionsRequest{Id: made.Id})
	if err != nil || len(actions.Create) != 1 || len(actions.Close) != 1 || actions.Parent.Id != made.Id {
		t.Errorf("%+v %v", actions, err)
	}
	order := 1
	actions, err = c.CreateActions(ctx, &integration.CreateIntegrationActionsRequest{Id: made.Id, Type: integration.Create, Name: "Pumps", Alias: "{{ id }}", Order: 1, Message: "{{ title }}",
		Filter: &integration.Filter{ConditionMatchType: og.MatchAllConditions, Conditions: []og.Condition{{Field: og.Message, Operation: og.Contains, ExpectedValue: "pump", Order: &order}}}})
	if err != nil || len(actions.Create) != 2 {
		t.Errorf("%+v %v", actions, err)
	}
	mail, err := c.CreateEmailBased(ctx, &integration.EmailBasedIntegrationRequest{Name: "sdk-mail", Type: "Email", EmailUsername: "sdk"})
	if err != nil || mail.EmailAddress == "" {
		t.Errorf("%+v %v", mail, err)
	}
	for _, id := range []string{made.Id, mail.Id} {
		if gone, err := c.Delete(ctx, &integration.DeleteIntegrationRequest{Id: id}); err != nil || gone.Result != "Deleted" {
			t.Errorf("%+v %v", gone, err)
		}
	}
}
