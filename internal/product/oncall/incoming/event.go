package incoming

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/integration"
	"holdfast.dev/internal/product/oncall/integration/mapping"
)

// The states of an event that default actions look at.
const (
	Firing   = "firing"
	Resolved = "resolved"
	Ignored  = "ignored" // nothing that people should see: a subscription's handshake, an automatic reply
)

// Event is what one thing that arrived says, in the terms of alerts. Mappings reach it as _event.message and so on, beside the fields as they were received.
type Event struct {
	Status      string            `json:"status"`
	Message     string            `json:"message"`
	Alias       string            `json:"alias"`
	Description string            `json:"description"`
	Entity      string            `json:"entity"`
	Source      string            `json:"source"`
	Priority    string            `json:"priority"`
	Tags        []string          `json:"tags"`
	Details     map[string]string `json:"details"`
}

// fields makes what mappings see: the payload and the event.
func (e Event) fields(payload any) mapping.Fields {
	f := mapping.Fields{}
	if m, ok := payload.(map[string]any); ok {
		for k, v := range m {
			f[k] = v
		}
	} else {
		f["payload"] = payload
	}
	details := map[string]any{}
	for k, v := range e.Details {
		details[k] = v
	}
	tags := make([]any, len(e.Tags))
	for i, t := range e.Tags {
		tags[i] = t
	}
	f["_event"] = map[string]any{"status": e.Status, "message": e.Message, "alias": e.Alias, "description": e.Description, "entity": e.Entity, "source": e.Source, "priority": e.Priority, "tags": tags, "details": details}
	return f
}

// maxEvents bounds what one request may raise.
const maxEvents = 100

// Read makes events of a JSON body by the type of its integration.
func Read(integrationType string, body []byte) ([]Event, any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	var payload any
	if err := d.Decode(&payload); err != nil {
		return nil, nil, fault.Wrap(err, fault.KindInvalid, "The body is no JSON: %s", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, fault.Bad("There is something after the end of the JSON body.")
	}
	if depth(payload, 0) > 60 {
		return nil, nil, fault.Bad("The body is nested too deeply.")
	}
	m, _ := payload.(map[string]any)
	var events []Event
	switch {
	case isAlertmanager(m):
		events = []Event{alertmanager(m)}
	case integrationType == integration.TypeGrafana && m != nil && (m["ruleName"] != nil || m["state"] != nil):
		events = []Event{grafana(m)}
	case isGrafanaLegacy(m):
		events = []Event{grafana(m)}
	default:
		if l, ok := payload.([]any); ok {
			if len(l) == 0 || len(l) > maxEvents {
				return nil, nil, fault.Bad("A list of 1 to %d things can be sent at once.", maxEvents)
			}
			for _, one := range l {
				events = append(events, generic(one))
			}
		} else {
			events = []Event{generic(payload)}
		}
	}
	return events, payload, nil
}

func depth(v any, at int) int {
	if at > 60 {
		return at
	}
	deepest := at
	switch v := v.(type) {
	case map[string]any:
		for _, e := range v {
			deepest = max(deepest, depth(e, at+1))
		}
	case []any:
		for _, e := range v {
			deepest = max(deepest, depth(e, at+1))
		}
	}
	return deepest
}

// title cuts a message to what an alert holds and makes one line of it.
func title(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > alert.MaxMessage {
		return string(r[:alert.MaxMessage-1]) + "…"
	}
	return s
}

// priority reads the priority or severity that monitoring gives, P3 when it says nothing known.
func priority(words ...string) string {
	for _, w := range words {
		switch strings.TrimPrefix(strings.ToLower(strings.TrimSpace(w)), "alert_criticality_level_") {
		case "p1", "critical", "crit", "fatal", "emergency", "emerg", "disaster", "page", "1", "blocker", "immediate":
			return "P1"
		case "p2", "high", "error", "major", "severe", "2", "alert":
			return "P2"
		case "p3", "warning", "warn", "medium", "moderate", "average", "3":
			return "P3"
		case "p4", "low", "minor", "notice", "4":
			return "P4"
		case "p5", "info", "information", "informational", "debug", "none", "5":
			return "P5"
		}
	}
	return "P3"
}

func text(m map[string]any, key string) string {
	switch v := m[key].(type) {
	case map[string]any, []any:
		_ = v
		return ""
	default:
		return mapping.String(v)
	}
}

func object(m map[string]any, key string) map[string]any {
	o, _ := m[key].(map[string]any)
	return o
}

// flat copies the plain values of a map into details.
func flat(into map[string]string, prefix string, m map[string]any) {
	for k, v := range m {
		switch v.(type) {
		case map[string]any, []any, nil:
		default:
			into[prefix+k] = mapping.String(v)
		}
	}
}

// line writes "key: value" with an end of line.
func line(b *strings.Builder, key, value string) {
	if value != "" {
		fmt.Fprintf(b, "%s: %s\n", key, value)
	}
}
