package manage

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"strings"

	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/component"
	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/notice"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/public"
	"holdfast.dev/internal/product/status/shortid"
)

// hookUpdates bounds the updates in a webhook's body: the newest.
const hookUpdates = 50

// tell has subscribers told of an update of the incident.
func (c *change) tell(kind notice.Kind, u *incident.Update) error {
	content, err := c.content(kind, u)
	if err != nil {
		return err
	}
	return notice.Send(c.ctx, c.tx, &notice.Notice{PageID: c.page.ID, IncidentID: c.inc.ID, Kind: kind, Content: content})
}

// content writes what is told.
func (c *change) content(kind notice.Kind, u *incident.Update) (notice.Content, error) {
	open, err := incident.Open(c.ctx, c.tx, c.page.ID)
	if err != nil {
		return notice.Content{}, err
	}
	impact, sentence := public.Overall(c.all, open)
	j := public.Incident(c.page, c.inc, c.all)
	if len(j.Updates) > hookUpdates {
		j.Updates = j.Updates[:hookUpdates]
	}
	hook, err := json.Marshal(map[string]any{"incident": j})
	if err != nil {
		return notice.Content{}, err
	}
	content := notice.Content{Subject: Subject(c.page, c.inc, kind, u), IncidentPath: "incidents/" + c.inc.ID + "/", ComponentIDs: c.inc.Components, Hook: hook,
		Indicator: string(impact), Description: sentence}
	content.Text, content.HTML = c.words(u)
	return content, nil
}

// Subject is the subject of the mail that tells of an update.
func Subject(p *page.Page, i *incident.Incident, kind notice.Kind, u *incident.Update) string {
	what := u.Status.Label()
	switch kind {
	case notice.Reminder:
		what = "Starts in an hour"
	case notice.Postmortem:
		what = "Postmortem"
	case notice.Incident, notice.Component:
	}
	return fmt.Sprintf("[%s] %s: %s", p.Name, what, i.Name)
}

// words writes an update as text and as HTML.
func (c *change) words(u *incident.Update) (text, markup string) {
	var names []string
	for _, o := range c.all {
		for _, id := range c.inc.Components {
			if o.ID == id {
				names = append(names, o.Name)
			}
		}
	}
	var t, h strings.Builder
	fmt.Fprintf(&t, "%s\n%s\n\n%s\n", c.inc.Name, u.Status.Label(), u.Body)
	fmt.Fprintf(&h, "<h2>%s</h2><p><strong>%s</strong></p>%s", html.EscapeString(c.inc.Name), html.EscapeString(u.Status.Label()), public.Rich(u.Body))
	line := func(label, value string) {
		fmt.Fprintf(&t, "\n%s: %s", label, value)
		fmt.Fprintf(&h, "<p>%s: %s</p>", label, html.EscapeString(value))
	}
	if c.inc.Scheduled {
		zone := c.page.Location()
		const form = "2 Jan 2006, 15:04 MST"
		line("Planned", c.inc.ScheduledFor.In(zone).Format(form)+" – "+c.inc.ScheduledUntil.In(zone).Format(form))
	}
	if len(names) > 0 {
		line("Concerns", strings.Join(names, ", "))
	}
	return t.String() + "\n", h.String()
}

// componentChanged has webhooks told that a component changed by itself.
func componentChanged(ctx context.Context, tx *volume.Tx, p *page.Page, all []*component.Component, c *component.Component, old component.Status) error {
	open, err := incident.Open(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	impact, sentence := public.Overall(all, open)
	hook, err := json.Marshal(map[string]any{
		"component_update": map[string]any{"id": shortid.New(), "created_at": public.In(p.Location(), tx.Now()), "old_status": old, "new_status": c.Status, "component_id": c.ID, "component_type": "Component", "state": "sn_created"},
		"component":        public.Component(p.Location(), c, all),
	})
	if err != nil {
		return err
	}
	return notice.Send(ctx, tx, &notice.Notice{PageID: p.ID, Kind: notice.Component, Content: notice.Content{Subject: c.Name + ": " + c.Status.Label(), ComponentIDs: []string{c.ID}, Hook: hook,
		Indicator: string(impact), Description: sentence}})
}

// Preview writes what an update would be and whom it would reach, without keeping any of it.
type Preview struct {
	Incident *incident.Incident
	Subject  string
	Text     string
}

// PreviewIncident plays an input through on a copy: of the incident named, or of a new one.
func PreviewIncident(ctx context.Context, tx *volume.Tx, p *page.Page, id string, in Input) (*Preview, error) {
	i := &incident.Incident{ID: "preview00000", PageID: p.ID, Status: incident.Investigating, Started: tx.Now()}
	if id != "" {
		var err error
		if i, err = incident.Get(ctx, tx, p.ID, id); err != nil {
			return nil, err
		}
	}
	in.apply(i)
	c, err := begin(ctx, tx, p, i)
	if err != nil {
		return nil, err
	}
	u := &incident.Update{ID: "preview00001", IncidentID: i.ID, Status: i.Status, Display: tx.Now()}
	set(&u.Status, in.Status)
	if in.Status == nil && id == "" && !i.ScheduledFor.IsZero() {
		u.Status = incident.Scheduled
	}
	i.Scheduled = u.Status == incident.Scheduled || i.Scheduled || (id == "" && !i.ScheduledFor.IsZero())
	if u.Body = defaultBody(u.Status); in.Body != nil && *in.Body != "" {
		u.Body = *in.Body
	}
	if in.ComponentIDs != nil {
		i.Components = *in.ComponentIDs
	}
	for _, o := range c.all {
		if s, ok := in.Components[o.ID]; ok {
			u.Affected = append(u.Affected, incident.Affected{Code: o.ID, Name: o.Name, Old: o.Status, New: s})
			i.Components = append(i.Components, o.ID)
		}
	}
	c.judge(in.Components)
	i.Updates = append([]*incident.Update{u}, i.Updates...)
	text, _ := c.words(u)
	return &Preview{i, Subject(p, i, notice.Incident, u), text}, nil
}
