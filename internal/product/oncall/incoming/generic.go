package incoming

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"holdfast.dev/internal/product/oncall/integration/mapping"
)

// The places where programs put what alerts are made of, the best first. A mapping of the integration's own says it exactly; these make a webhook useful before
// anybody wrote one.
var (
	titlePaths = []string{"message.title", "title", "summary", "subject", "Subject", "event_title", "alert_name", "alertName", "AlarmName", "data.issue.summary", "incident.summary", "payload.title", "payload.summary", "labels.alertname",
		"check_result.result_description", "event.title", "event.title", "alert.name", "name", "check_name", "ruleName", "monitor_name", "message", "text", "description", "long_description", "info", "resourceName", "service", "host", "event"}
	bodyPaths = []string{"description", "long_description", "message", "body", "text", "output", "details", "info", "event.description", "event.body", "NewStateReason", "incident.documentation.content", "data.issue.description",
		"check_result.triggered_condition.description", "payload.message"}
	aliasPaths = []string{"alias", "dedup_key", "fingerprint", "incident_id", "incident.incident_id", "alert_id", "alertId", "event.monitorID", "check_id", "monitor_id", "payload.monitor_id", "AlarmArn", "AlarmName", "data.issue.id",
		"check_result.triggered_condition.id", "incident_key", "key", "id", "ruleId", "uuid"}
	statePaths    = []string{"status", "state", "current_state", "action", "event_type", "alert_status", "NewStateValue", "incident.state", "data.issue.status", "notification_type", "severity", "alert.status", "type", "Type"}
	severityPaths = []string{"priority", "severity", "labels.severity", "criticality", "importance_level", "level", "urgency", "payload.labels.severity", "incident.severity", "payload.priority", "alert.severity"}
	entityPaths   = []string{"entity", "host", "hostname", "resource", "resourceId", "resource_name", "incident.resource_name", "device", "instance", "labels.instance", "service", "address"}
	sourcePaths   = []string{"source", "client", "origin", "monitoring_tool", "site"}
)

var resolvedWords = map[string]bool{"ok": true, "resolved": true, "resolve": true, "closed": true, "close": true, "up": true, "recovery": true, "recovered": true, "cleared": true, "clear": true, "normal": true, "ended": true,
	"success": true, "alert.resolved": true, "inactive": true, "canceled": true, "cancelled": true}

var ignoredWords = map[string]bool{"subscriptionconfirmation": true, "unsubscribeconfirmation": true, "test_connection": true}

// generic makes an event of any JSON.
func generic(payload any) Event {
	m, ok := payload.(map[string]any)
	if !ok {
		return Event{Status: Firing, Message: title(orDefault(mapping.String(payload), "Empty request")), Source: "Webhook", Priority: "P3"}
	}
	if inner := enclosed(m); inner != nil {
		for k, v := range m {
			if _, there := inner[k]; !there {
				inner[k] = v
			}
		}
		m = inner
	}
	f := mapping.Fields(m)
	e := Event{Status: Firing, Message: title(first(f, titlePaths)), Alias: first(f, aliasPaths), Description: first(f, bodyPaths), Entity: first(f, entityPaths), Source: orDefault(first(f, sourcePaths), "Webhook"), Details: map[string]string{}}
	if e.Message == "" {
		e.Message = title(seek(m))
	}
	if e.Message == "" {
		e.Message = "Request without a title"
	}
	for _, p := range statePaths {
		word := strings.ToLower(strings.TrimSpace(plain(mapping.Lookup(p, f))))
		if ignoredWords[word] {
			e.Status = Ignored
		}
		if resolvedWords[word] {
			e.Status = Resolved
		}
	}
	var words []string
	for _, p := range severityPaths {
		words = append(words, plain(mapping.Lookup(p, f)))
	}
	e.Priority = priority(words...)
	flat(e.Details, "", object(m, "labels"))
	flat(e.Details, "", object(m, "details"))
	flat(e.Details, "", object(m, "tags"))
	if l, ok := m["tags"].([]any); ok {
		e.Tags = mapping.Strings(l)
	} else if s, ok := m["tags"].(string); ok {
		e.Tags = mapping.Strings(s)
	}
	return e
}

// enclosed gives the JSON object that some senders, such as Amazon SNS, put as text into their own field, nil when there is none.
func enclosed(m map[string]any) map[string]any {
	s, _ := m["Message"].(string)
	if !strings.HasPrefix(strings.TrimSpace(s), "{") {
		return nil
	}
	var inner map[string]any
	if json.Unmarshal([]byte(s), &inner) != nil || depth(inner, 0) > 60 {
		return nil
	}
	return inner
}

// first gives the first text, number or truth value found at one of some paths.
func first(f mapping.Fields, paths []string) string {
	for _, p := range paths {
		if s := strings.TrimSpace(plain(mapping.Lookup(p, f))); s != "" {
			return s
		}
	}
	return ""
}

// titleWords are names of fields that hold titles wherever they stand, the best first.
var titleWords = []string{"alarmname", "title", "summary", "subject", "alertname", "rulename", "policy_name", "monitorname", "detector", "message", "detail-type", "messagetype", "text", "data", "name", "description", "eventname", "state"}

// seek looks for a title at any depth, the nearest first.
func seek(m map[string]any) string {
	level := []any{m}
	best, rank := "", len(titleWords)
	for range 6 {
		var below []any
		for _, v := range level {
			switch v := v.(type) {
			case map[string]any:
				for _, k := range slices.Sorted(maps.Keys(v)) {
					if s := strings.TrimSpace(plain(v[k])); s != "" {
						if r := slices.Index(titleWords, strings.ToLower(k)); r >= 0 && r < rank {
							best, rank = s, r
						}
					}
					below = append(below, v[k])
				}
			case []any:
				below = append(below, v[:min(len(v), 10)]...)
			}
		}
		if best != "" || len(below) > 2000 {
			return best
		}
		level = below
	}
	return best
}

func plain(v any) string {
	switch v.(type) {
	case map[string]any, []any, nil:
		return ""
	}
	return mapping.String(v)
}
