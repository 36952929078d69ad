package incoming

import (
	"strings"

	"holdfast.dev/internal/product/oncall/integration/mapping"
)

// isGrafanaLegacy tells Grafana's old webhook by what only it has.
func isGrafanaLegacy(m map[string]any) bool {
	return m["ruleId"] != nil && m["ruleName"] != nil && m["state"] != nil
}

// grafana makes an event of the webhook of Grafana's dashboard alerts. The rule is what makes alerts one.
func grafana(m map[string]any) Event {
	e := Event{Status: Firing, Source: "Grafana", Details: map[string]string{}, Entity: text(m, "ruleName")}
	switch strings.ToLower(text(m, "state")) {
	case "ok", "resolved", "normal":
		e.Status = Resolved
	case "paused", "pending":
		e.Status = Ignored
	}
	e.Alias = "grafana:" + orDefault(text(m, "ruleId"), text(m, "ruleName"))
	e.Message = title(orDefault(text(m, "title"), text(m, "ruleName")))
	var b strings.Builder
	if s := text(m, "message"); s != "" {
		b.WriteString(s + "\n\n")
	}
	matches, _ := m["evalMatches"].([]any)
	for _, one := range matches {
		mm, _ := one.(map[string]any)
		line(&b, text(mm, "metric"), mapping.String(mm["value"]))
		flat(e.Details, "", object(mm, "tags"))
	}
	line(&b, "Rule", text(m, "ruleUrl"))
	line(&b, "Image", text(m, "imageUrl"))
	e.Description = strings.TrimSpace(b.String())
	tags := object(m, "tags")
	flat(e.Details, "", tags)
	e.Priority = priority(text(tags, "priority"), text(tags, "severity"), text(tags, "og_priority"))
	return e
}
