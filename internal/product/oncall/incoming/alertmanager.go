package incoming

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// isAlertmanager tells a webhook of Alertmanager (or of Grafana's own alerting, which sends the same form) by what only they have.
func isAlertmanager(m map[string]any) bool {
	_, alerts := m["alerts"].([]any)
	return alerts && (m["groupLabels"] != nil || m["groupKey"] != nil || m["commonLabels"] != nil)
}

// alertmanager makes one event of a group of alerts, as Alertmanager's own receiver for Opsgenie does: the same alias, message and description.
func alertmanager(m map[string]any) Event {
	common, group, notes := object(m, "commonLabels"), object(m, "groupLabels"), object(m, "commonAnnotations")
	alerts, _ := m["alerts"].([]any)
	e := Event{Status: Firing, Source: text(m, "externalURL"), Details: map[string]string{}, Entity: text(common, "instance")}
	if text(m, "status") == "resolved" || text(m, "state") == "ok" {
		e.Status = Resolved
	}
	e.Alias = hashed(text(m, "groupKey"))
	if e.Alias == "" {
		e.Alias = hashed("{}:" + strings.Join(pairs(group), ","))
	}
	e.Message = title(text(m, "title"))
	if e.Message == "" {
		e.Message = title(groupTitle(e.Status, alerts, group, common))
	}
	e.Description = text(m, "message")
	if e.Description == "" {
		e.Description = describe(alerts, notes)
	}
	flat(e.Details, "", common)
	for k, v := range notes {
		if s, ok := v.(string); ok && (strings.HasSuffix(k, "_url") || k == "summary") {
			e.Details[k] = s
		}
	}
	severity := text(common, "severity")
	if severity != "" {
		e.Tags = []string{severity}
	}
	e.Priority = priority(text(common, "priority"), severity)
	if len(common) == 0 && len(alerts) > 0 { // nothing common: the worst of the alerts counts
		for _, a := range alerts {
			am, _ := a.(map[string]any)
			labels := object(am, "labels")
			if p := priority(text(labels, "priority"), text(labels, "severity")); p < e.Priority {
				e.Priority = p
			}
		}
	}
	return e
}

func hashed(s string) string {
	if s == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func pairs(m map[string]any) []string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, k+"="+text(m, k))
	}
	return out
}

func values(m map[string]any, without map[string]any) string {
	var out []string
	for _, k := range sortedLabels(m) {
		if _, skip := without[k]; !skip {
			out = append(out, text(m, k))
		}
	}
	return strings.Join(out, " ")
}

// sortedLabels puts alertname first, as Alertmanager does.
func sortedLabels(m map[string]any) []string {
	keys := slices.Sorted(maps.Keys(m))
	if i := slices.Index(keys, "alertname"); i > 0 {
		keys = slices.Insert(slices.Delete(keys, i, i+1), 0, "alertname")
	}
	return keys
}

// groupTitle is Alertmanager's default title: [FIRING:2] values of the group (other common values).
func groupTitle(status string, alerts []any, group, common map[string]any) string {
	out := "[RESOLVED] "
	if status == Firing {
		firing := 0
		for _, a := range alerts {
			if am, _ := a.(map[string]any); text(am, "status") != "resolved" {
				firing++
			}
		}
		out = fmt.Sprintf("[FIRING:%d] ", firing)
	}
	out += values(group, nil)
	if rest := values(common, group); rest != "" {
		out += " (" + rest + ")"
	}
	return strings.TrimSpace(out)
}

// describe lists the alerts of a group, twenty at most.
func describe(alerts []any, common map[string]any) string {
	var b strings.Builder
	if s := text(common, "description"); s != "" {
		b.WriteString(s + "\n\n")
	}
	for i, a := range alerts {
		if i == 20 {
			fmt.Fprintf(&b, "… and %d more\n", len(alerts)-20)
			break
		}
		am, _ := a.(map[string]any)
		labels, notes := object(am, "labels"), object(am, "annotations")
		b.WriteString(strings.ToUpper(orDefault(text(am, "status"), Firing)) + "\n")
		for _, k := range sortedLabels(labels) {
			line(&b, " - "+k, text(labels, k))
		}
		for _, k := range slices.Sorted(maps.Keys(notes)) {
			line(&b, " - "+k, text(notes, k))
		}
		line(&b, " - started", text(am, "startsAt"))
		line(&b, "Source", text(am, "generatorURL"))
		b.WriteString("\n")
	}
	return strings.TrimSpace(b.String())
}

func orDefault(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
