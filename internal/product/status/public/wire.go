package public

import (
	"encoding/json"
	"time"

	"holdfast.dev/internal/product/status/component"
	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/page"
)

// Stamp is an instant as the vendor writes it: RFC 3339 with milliseconds, in its own zone, Z for UTC; null for none.
type Stamp struct{ time.Time }

// MarshalJSON implements json.Marshaler.
func (s Stamp) MarshalJSON() ([]byte, error) {
	if s.IsZero() {
		return []byte("null"), nil
	}
	return s.AppendFormat(nil, `"2006-01-02T15:04:05.000Z07:00"`), nil
}

// In writes an instant in the zone of a page, as all documents of the page have it.
func In(zone *time.Location, t time.Time) Stamp { return Stamp{t.In(zone)} }

// Text is a text that is null when it is empty.
type Text string

// MarshalJSON implements json.Marshaler.
func (t Text) MarshalJSON() ([]byte, error) {
	if t == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(t))
}

// PageJSON is a page in every document of the v2 JSON.
type PageJSON struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	URL       string `json:"url"`
	TimeZone  string `json:"time_zone"`
	UpdatedAt Stamp  `json:"updated_at"`
}

// ComponentJSON is a component or group.
type ComponentJSON struct {
	ID             string    `json:"id"`
	Name           string    `json:"name"`
	Status         string    `json:"status"`
	CreatedAt      Stamp     `json:"created_at"`
	UpdatedAt      Stamp     `json:"updated_at"`
	Position       int64     `json:"position"`
	Description    Text      `json:"description"`
	Showcase       bool      `json:"showcase"`
	StartDate      Text      `json:"start_date"`
	GroupID        Text      `json:"group_id"`
	PageID         string    `json:"page_id"`
	Group          bool      `json:"group"`
	OnlyIfDegraded bool      `json:"only_show_if_degraded"`
	Components     *[]string `json:"components,omitempty"` // of a group: its members
}

// UpdateJSON is one message of an incident. affected_components is null where none were.
type UpdateJSON struct {
	ID         string              `json:"id"`
	Status     string              `json:"status"`
	Body       string              `json:"body"`
	IncidentID string              `json:"incident_id"`
	CreatedAt  Stamp               `json:"created_at"`
	UpdatedAt  Stamp               `json:"updated_at"`
	DisplayAt  Stamp               `json:"display_at"`
	Affected   []incident.Affected `json:"affected_components"`
	Deliver    bool                `json:"deliver_notifications"`
	Tweet      *string             `json:"custom_tweet"`
	TweetID    *string             `json:"tweet_id"`
}

// IncidentJSON is an incident; the two scheduled fields are there for maintenance only.
type IncidentJSON struct {
	ID             string          `json:"id"`
	Name           string          `json:"name"`
	Status         string          `json:"status"`
	CreatedAt      Stamp           `json:"created_at"`
	UpdatedAt      Stamp           `json:"updated_at"`
	MonitoringAt   Stamp           `json:"monitoring_at"`
	ResolvedAt     Stamp           `json:"resolved_at"`
	Impact         string          `json:"impact"`
	Shortlink      string          `json:"shortlink"`
	StartedAt      Stamp           `json:"started_at"`
	PageID         string          `json:"page_id"`
	Updates        []UpdateJSON    `json:"incident_updates"`
	Components     []ComponentJSON `json:"components"`
	ScheduledFor   *Stamp          `json:"scheduled_for,omitempty"`
	ScheduledUntil *Stamp          `json:"scheduled_until,omitempty"`
}

// StatusJSON is how the page is as a whole.
type StatusJSON struct {
	Indicator   string `json:"indicator"`
	Description string `json:"description"`
}

// Page writes a page.
func Page(p *page.Page) PageJSON {
	url := p.Settings.URL
	if p.Domain != "" || url == "" {
		url = p.PublicURL()
	}
	zone := p.Settings.TimeZone
	if zone == "" {
		zone = "Etc/UTC"
	}
	return PageJSON{p.ID, p.Name, url, zone, In(p.Location(), p.Updated)}
}

// Component writes a component; all are those of its page, whose zone is given.
func Component(zone *time.Location, c *component.Component, all []*component.Component) ComponentJSON {
	j := ComponentJSON{ID: c.ID, Name: c.Name, Status: string(c.Status), CreatedAt: In(zone, c.Created), UpdatedAt: In(zone, c.Updated), Position: c.Position,
		Description: Text(c.Description), Showcase: c.Showcase, StartDate: Text(c.StartDate), GroupID: Text(c.GroupID), PageID: c.PageID, Group: c.Group,
		OnlyIfDegraded: c.OnlyIfDegraded}
	if c.Group {
		members := []string{}
		for _, m := range component.Members(all, c.ID) {
			members = append(members, m.ID)
		}
		j.Components, j.Status = &members, string(component.GroupStatus(all, c.ID))
	}
	return j
}

// Components writes the components of a page in order.
func Components(zone *time.Location, all []*component.Component) []ComponentJSON {
	out := make([]ComponentJSON, len(all))
	for i, c := range all {
		out[i] = Component(zone, c, all)
	}
	return out
}

// Update writes a message.
func Update(zone *time.Location, u *incident.Update) UpdateJSON {
	j := UpdateJSON{ID: u.ID, Status: string(u.Status), Body: u.Body, IncidentID: u.IncidentID, CreatedAt: In(zone, u.Created), UpdatedAt: In(zone, u.Updated),
		DisplayAt: In(zone, u.Display), Deliver: u.Deliver}
	if len(u.Affected) > 0 {
		j.Affected = u.Affected
	}
	return j
}

// Incident writes an incident with its updates; all are the components of its page.
func Incident(p *page.Page, i *incident.Incident, all []*component.Component) IncidentJSON {
	zone := p.Location()
	j := IncidentJSON{ID: i.ID, Name: i.Name, Status: string(i.Status), CreatedAt: In(zone, i.Created), UpdatedAt: In(zone, i.Updated), MonitoringAt: In(zone, i.MonitoringAt),
		ResolvedAt: In(zone, i.ResolvedAt), Impact: string(i.EffectiveImpact()), Shortlink: p.PublicURL() + "/incidents/" + i.ID, StartedAt: In(zone, i.Started), PageID: i.PageID,
		Updates: []UpdateJSON{}, Components: []ComponentJSON{}}
	for _, u := range i.Updates {
		j.Updates = append(j.Updates, Update(zone, u))
	}
	for _, id := range i.Components {
		for _, c := range all {
			if c.ID == id {
				j.Components = append(j.Components, Component(zone, c, all))
			}
		}
	}
	if i.Scheduled {
		from, until := In(zone, i.ScheduledFor), In(zone, i.ScheduledUntil)
		j.ScheduledFor, j.ScheduledUntil = &from, &until
	}
	return j
}
