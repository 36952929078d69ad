package rest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/incoming"
	"holdfast.dev/internal/product/oncall/integration"
	"holdfast.dev/internal/product/oncall/key"
)

func (h *handler) integrationPages() []operation {
	const path = "/integrations/{id}"
	return []operation{
		{method: "GET", path: "/integrations", right: mayRead, run: pageOfIntegrations},
		{method: "GET", path: path, right: mayRead, run: pageOfIntegration},
		{method: "POST", path: path + "/keys", right: mayConfigure, run: makeKey},
		{method: "DELETE", path: path + "/keys/{key}", right: mayConfigure, run: revokeKey},
		{method: "POST", path: path + "/try", right: mayRead, run: tryMapping},
	}
}

func pageOfIntegrations(c *call) error {
	type row struct {
		integrationMeta
		LastRequest *stamp `json:"lastRequestAt,omitempty"`
		LastStatus  string `json:"lastStatus,omitempty"`
	}
	out := []row{}
	err := c.read(func(tx *volume.Tx) error {
		all, err := integration.List(c.r.Context(), tx, "", "")
		if err != nil {
			return err
		}
		for _, i := range all {
			r := row{integrationMeta: metaOf(i)}
			last, err := alert.LastRequests(c.r.Context(), tx, i.ID, 1)
			if err != nil {
				return err
			}
			if len(last) > 0 {
				r.LastRequest, r.LastStatus = when(last[0].At), last[0].Status
			}
			out = append(out, r)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(c.w, http.StatusOK, map[string]any{"integrations": out, "types": integration.Types})
}

type pageRequest struct {
	ID      string          `json:"id"`
	Action  string          `json:"action"`
	At      stamp           `json:"at"`
	Success bool            `json:"success"`
	Status  string          `json:"status"`
	AlertID string          `json:"alertId,omitempty"`
	Alias   string          `json:"alias,omitempty"`
	Body    json.RawMessage `json:"body"`
}

type pageKey struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Hint    string `json:"hint"`
	Created stamp  `json:"createdAt"`
}

// lastRequests is how many requests the page of an integration shows.
const lastRequests = 50

// pageOfIntegration gives everything that the page of an integration shows: itself, its keys without their secrets, where to send, a configuration to copy, its actions and its last
// requests with what came of them.
func pageOfIntegration(c *call) error {
	out := struct {
		Integration wireIntegration      `json:"integration"`
		Keys        []pageKey            `json:"keys"`
		URL         string               `json:"url"`
		Mailbox     string               `json:"mailAddress,omitempty"`
		Config      string               `json:"configuration"`
		Actions     []integration.Action `json:"actions"`
		Requests    []pageRequest        `json:"requests"`
	}{Keys: []pageKey{}, Requests: []pageRequest{}}
	err := c.read(func(tx *volume.Tx) error {
		ctx := c.r.Context()
		i, err := integration.Get(ctx, tx, c.r.PathValue("id"))
		if err != nil {
			return err
		}
		if out.Integration, err = c.showIntegration(tx, i); err != nil {
			return err
		}
		out.URL, out.Config, out.Actions = c.setUp(i)
		out.Actions = orEmpty(out.Actions)
		if i.Type == integration.TypeEmail {
			out.Mailbox = c.mailAddress(i)
		}
		keys, err := key.List(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		for _, k := range keys {
			out.Keys = append(out.Keys, pageKey{k.ID, k.Name, k.Hint, stamp(k.Created)})
		}
		last, err := alert.LastRequests(ctx, tx, i.ID, lastRequests)
		for _, r := range last {
			out.Requests = append(out.Requests, pageRequest{r.ID, r.Action, stamp(r.At), r.Success, r.Status, r.AlertID, r.Alias, asJSON(r.Body)})
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(c.w, http.StatusOK, out)
}

// setUp gives where an integration's sender sends to and a configuration to copy, in which API_KEY stands for the key.
func (c *call) setUp(i *integration.Integration) (address, config string, actions []integration.Action) {
	base := c.base()
	switch i.Type {
	case integration.TypePrometheus:
		return base + "/v1/json/alertmanager?apiKey=API_KEY", fmt.Sprintf("# alertmanager.yml\nroute:\n  receiver: holdfast\nreceivers:\n  - name: holdfast\n    opsgenie_configs:\n      - api_key: API_KEY\n        api_url: %s/\n        send_resolved: true\n", base), i.Actions
	case integration.TypeGrafana:
		return base + "/v1/json/grafana?apiKey=API_KEY", fmt.Sprintf("# grafana/provisioning/alerting/holdfast.yaml\napiVersion: 1\ncontactPoints:\n  - orgId: 1\n    name: Holdfast\n    receivers:\n      - uid: holdfast\n        type: webhook\n        settings:\n          url: %s/v1/json/grafana\n          httpMethod: POST\n          authorization_scheme: GenieKey\n          authorization_credentials: API_KEY\n", base), i.Actions
	case integration.TypeIncoming:
		return base + "/v1/json/webhook?apiKey=API_KEY", fmt.Sprintf("curl -X POST '%s/v1/json/webhook' -H 'Authorization: GenieKey API_KEY' -H 'Content-Type: application/json' -d '{\"title\": \"Disk is full\", \"status\": \"firing\", \"severity\": \"critical\"}'\n", base), i.Actions
	case integration.TypeEmail:
		return "", "", i.Actions
	}
	return base + "/v2/alerts", fmt.Sprintf("curl -X POST '%s/v2/alerts' -H 'Authorization: GenieKey API_KEY' -H 'Content-Type: application/json' -d '{\"message\": \"Disk is full\", \"alias\": \"disk\", \"priority\": \"P1\"}'\n", base), i.Actions
}

// makeKey makes a key and shows it, this once.
func makeKey(c *call) error {
	b, err := httpkit.Decode[struct {
		Name string `json:"name"`
	}](c.r)
	if err != nil {
		return err
	}
	var secret string
	_, err = c.withIntegration(func(tx *volume.Tx, i *integration.Integration) (err error) {
		secret, err = key.Create(c.r.Context(), tx, httpkit.SiteFrom(c.r.Context()).ID, i.ID, strings.TrimSpace(b.Name))
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(c.w, http.StatusCreated, map[string]string{"apiKey": secret})
}

func revokeKey(c *call) error {
	_, err := c.withIntegration(func(tx *volume.Tx, i *integration.Integration) error {
		return key.Revoke(c.r.Context(), tx, i.ID, c.r.PathValue("key"))
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(c.w)
}

// tryMapping tells what a sample would come to, under the saved actions or those in the request, and changes nothing.
func tryMapping(c *call) error {
	b, err := httpkit.Decode[struct {
		Sample  json.RawMessage      `json:"sample"`
		Actions []integration.Action `json:"actions"`
	}](c.r)
	if err != nil {
		return err
	}
	if len(b.Sample) == 0 {
		return invalid("sample", "A sample of what is sent is missing.")
	}
	var i *integration.Integration
	if err := c.read(func(tx *volume.Tx) (err error) {
		i, err = integration.Get(c.r.Context(), tx, c.r.PathValue("id"))
		return err
	}); err != nil {
		return err
	}
	if b.Actions != nil {
		if err := integration.CheckActions(b.Actions); err != nil {
			return err
		}
		i.Actions = b.Actions
	}
	events, payload, err := incoming.Read(i.Type, b.Sample)
	if err != nil {
		return err
	}
	type result struct {
		Text   string         `json:"text"`
		Type   string         `json:"type"`
		Action string         `json:"action"`
		Alias  string         `json:"alias"`
		Alert  map[string]any `json:"alert,omitempty"`
		Event  incoming.Event `json:"event"`
	}
	results := []result{}
	for _, d := range incoming.Decide(i, events, payload) {
		r := result{Text: d.String(), Type: d.Type, Action: d.Action, Alias: d.Alias, Event: d.Event}
		if d.Type == integration.ActCreate {
			n := d.New
			if err := n.Check(); err != nil {
				r.Text = err.Error()
			}
			r.Alert = map[string]any{"message": n.Message, "alias": n.Alias, "description": n.Description, "entity": n.Entity, "source": n.Source, "priority": n.Priority, "tags": orEmpty(n.Tags), "details": n.Details, "actions": orEmpty(n.Actions)}
		}
		results = append(results, r)
	}
	return httpkit.JSON(c.w, http.StatusOK, map[string]any{"results": results})
}
