package rest

import (
	"io"
	"net/http"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/incoming"
)

// incomingRoutes are where monitoring sends its webhooks: /v1/json/{kind}?apiKey=…, as Opsgenie has it; the key says which integration it is, and kind is for people to read
// (alertmanager, grafana, webhook).
func (h *handler) incomingRoutes() []httpkit.Route {
	var routes []httpkit.Route
	for _, prefix := range prefixes {
		for _, path := range []string{"/v1/json/{kind}", "/v1/json/integrations/webhooks/{kind}"} {
			routes = append(routes, h.route(operation{method: "POST", path: path, right: mayWrite, run: receive}, prefix))
		}
	}
	return routes
}

// saying gives the text of an error that is fit to show.
func saying(err error) string {
	if f, ok := httpkit.AsFault(err); ok && f.Message != "" {
		return f.Message
	}
	return err.Error()
}

// receive takes a webhook. What is no JSON is refused and kept among the last requests, so that people see why nothing came of it.
func receive(c *call) error {
	if c.integrationID() == "" {
		return fault.Unauthenticated("Could not authenticate")
	}
	raw, err := io.ReadAll(c.r.Body)
	if err != nil {
		return err
	}
	var outcomes []incoming.Outcome
	var refused error
	err = c.write(func(tx *volume.Tx) error {
		i, err := c.integration(tx)
		if err != nil {
			return err
		}
		outcomes, err = incoming.Receive(c.r.Context(), tx, i, "webhook", c.id, raw)
		if fault.Is(err, fault.KindInvalid) {
			refused = err
			return c.record(tx, alert.Request{Action: "webhook", Status: saying(err), Body: string(raw)})
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case refused != nil:
		return refused
	}
	type result struct {
		Status  string `json:"status"`
		AlertID string `json:"alertId,omitempty"`
		Alias   string `json:"alias,omitempty"`
	}
	results := make([]result, len(outcomes))
	for n, o := range outcomes {
		results[n] = result{o.Text, o.AlertID, o.Alias}
	}
	return c.send(http.StatusAccepted, answer{Result: "Request will be processed", Data: map[string]any{"results": results}})
}
