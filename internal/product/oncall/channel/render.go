package channel

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"holdfast.dev/internal/product/oncall/notification"
)

// headline says in one line what a message is about.
func (m Message) headline() string {
	if len(m.Items) == 0 {
		return m.Text
	}
	first := m.Items[0]
	if m.Total > 1 {
		return fmt.Sprintf("[%s] %d alerts: %s and others", m.urgent(), m.Total, first.Alert.Message)
	}
	return fmt.Sprintf("[%s] %s%s", first.Alert.Priority, event(first.Action), first.Alert.Message)
}

// urgent gives the highest priority of a bundle.
func (m Message) urgent() string {
	p := "P5"
	for _, i := range m.Items {
		p = min(p, i.Alert.Priority)
	}
	return p
}

func event(action string) string {
	switch action {
	case notification.AcknowledgedAlert:
		return "Acknowledged: "
	case notification.ClosedAlert:
		return "Closed: "
	case notification.AssignedAlert:
		return "Assigned to you: "
	case notification.AddNote:
		return "New note: "
	}
	return ""
}

// subject is the headline of a mail. It leads with the site where somebody has several.
func (m Message) subject() string { return clip(m.headline(), 200) }

// short is what a text message or a push carries.
func (m Message) short(limit int) string { return clip(m.headline(), limit) }

func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

// longest bounds the description of an alert in a mail.
const longest = 4000

// plain is the text of a mail.
func (m Message) plain() string {
	var b strings.Builder
	if len(m.Items) == 0 {
		b.WriteString(m.Text + "\n")
	}
	for _, i := range m.Items {
		a := i.Alert
		fmt.Fprintf(&b, "[%s] %s%s\n#%d", a.Priority, event(i.Action), a.Message, a.Tiny)
		for _, f := range [][2]string{{"entity", a.Entity}, {"source", a.Source}, {"tags", strings.Join(a.Tags, ", ")}} {
			if f[1] != "" {
				fmt.Fprintf(&b, " · %s: %s", f[0], f[1])
			}
		}
		b.WriteString("\n")
		if len(m.Items) == 1 && a.Description != "" {
			b.WriteString("\n" + clip(a.Description, longest) + "\n")
		}
		if i.AckURL != "" {
			fmt.Fprintf(&b, "\nAcknowledge: %s\nClose: %s\n", i.AckURL, i.CloseURL)
		}
		if i.URL != "" {
			fmt.Fprintf(&b, "Open: %s\n", i.URL)
		}
		if i.Why != "" {
			fmt.Fprintf(&b, "You are told because: %s\n", i.Why)
		}
		b.WriteString("\n")
	}
	if more := m.Total - len(m.Items); more > 0 {
		fmt.Fprintf(&b, "… and %d more alerts: %s/oncall\n\n", more, m.SiteURL)
	}
	fmt.Fprintf(&b, "-- \n%s · %s\n", m.Site, m.SiteURL)
	return b.String()
}

var mailPage = template.Must(template.New("mail").Funcs(template.FuncMap{"event": event, "clip": func(s string) string { return clip(s, longest) }, "join": strings.Join,
	"color": func(p string) string {
		return map[string]string{"P1": "#ae2a19", "P2": "#c25100", "P3": "#946f00", "P4": "#216e4e", "P5": "#44546f"}[p]
	}}).Parse(`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"></head>
<body style="margin:0;padding:16px;font:16px/1.5 system-ui,sans-serif;max-width:640px">
{{if not .Items}}<p>{{.Text}}</p>{{end}}
{{$one := eq (len .Items) 1}}{{range .Items}}
<div style="border-left:6px solid {{color .Alert.Priority}};padding:4px 12px;margin:0 0 20px">
<p style="margin:0;font-size:18px"><strong>{{.Alert.Priority}}</strong> {{event .Action}}{{.Alert.Message}}</p>
<p style="margin:4px 0;color:#5e6c84">#{{.Alert.Tiny}}{{with .Alert.Entity}} · {{.}}{{end}}{{with .Alert.Source}} · {{.}}{{end}}{{with .Alert.Tags}} · {{join . ", "}}{{end}}</p>
{{if $one}}{{with .Alert.Description}}<pre style="white-space:pre-wrap;font:14px/1.5 ui-monospace,monospace">{{clip .}}</pre>{{end}}{{end}}
{{if .AckURL}}<p style="margin:12px 0"><a href="{{.AckURL}}" style="background:#0c66e4;color:#fff;padding:10px 18px;border-radius:4px;text-decoration:none;display:inline-block">Acknowledge</a>
&nbsp; <a href="{{.CloseURL}}">Close</a>{{if .URL}} &nbsp; <a href="{{.URL}}">Open</a>{{end}}</p>{{else if .URL}}<p><a href="{{.URL}}">Open</a></p>{{end}}
{{with .Why}}<p style="margin:4px 0;color:#5e6c84;font-size:13px">You are told because: {{.}}</p>{{end}}
</div>{{end}}
{{if gt .Total (len .Items)}}<p><a href="{{.SiteURL}}/oncall">All {{.Total}} alerts</a></p>{{end}}
<p style="color:#5e6c84;font-size:13px">{{.Site}} · <a href="{{.SiteURL}}">{{.SiteURL}}</a></p>
</body></html>`))

// html is the other form of a mail.
func (m Message) html() (string, error) {
	var b bytes.Buffer
	err := mailPage.Execute(&b, m)
	return b.String(), err
}
