package rest

import (
	"encoding/json"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/integration"
)

func invalid(field, format string, args ...any) error { return fault.Invalid(field, format, args...) }

func unquoteJSON(b []byte, l *loose) error { return json.Unmarshal(b, (*string)(l)) }

// base is the address of the site.
func (c *call) base() string { return httpkit.BaseURL(c.r.Context()) }

// integration gives the integration whose key the request brought, nil for people.
func (c *call) integration(tx *volume.Tx) (*integration.Integration, error) {
	id := c.integrationID()
	if id == "" {
		return nil, nil
	}
	return integration.Get(c.r.Context(), tx, id)
}

// wireAlert is an alert as lists give it; those below it are of the single alert only.
type wireAlert struct {
	Seen           bool                `json:"seen"`
	ID             string              `json:"id"`
	TinyID         string              `json:"tinyId"`
	Alias          string              `json:"alias"`
	Message        string              `json:"message"`
	Status         string              `json:"status"`
	Acknowledged   bool                `json:"acknowledged"`
	IsSeen         bool                `json:"isSeen"`
	Tags           []string            `json:"tags"`
	Snoozed        bool                `json:"snoozed"`
	SnoozedUntil   *stamp              `json:"snoozedUntil,omitempty"`
	Count          int                 `json:"count"`
	LastOccurredAt stamp               `json:"lastOccurredAt"`
	CreatedAt      stamp               `json:"createdAt"`
	UpdatedAt      stamp               `json:"updatedAt"`
	Source         string              `json:"source"`
	Owner          string              `json:"owner"`
	Priority       string              `json:"priority"`
	Teams          []wireID            `json:"teams"`
	Responders     []wireRef           `json:"responders"`
	Integration    *wireIntegrationRef `json:"integration,omitempty"`
	Report         *wireReport         `json:"report,omitempty"`
	OwnerTeamID    string              `json:"ownerTeamId"`

	Actions     *[]string          `json:"actions,omitempty"`
	Entity      *string            `json:"entity,omitempty"`
	Description *string            `json:"description,omitempty"`
	Details     *map[string]string `json:"details,omitempty"`
}

type wireID struct {
	ID string `json:"id"`
}

type wireRef struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

type wireIntegrationRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
}

// wireReport has times in milliseconds from the alert's beginning.
type wireReport struct {
	AckTime        int64  `json:"ackTime,omitempty"`
	CloseTime      int64  `json:"closeTime,omitempty"`
	AcknowledgedBy string `json:"acknowledgedBy,omitempty"`
	ClosedBy       string `json:"closedBy,omitempty"`
}

func (c *call) brief(a *alert.Alert) wireAlert {
	out := wireAlert{Seen: a.Seen, ID: a.ID, TinyID: a.TinyID(), Alias: a.Alias, Message: a.Message, Status: a.Status(), Acknowledged: a.Acknowledged, IsSeen: a.Seen, Tags: orEmpty(a.Tags),
		Snoozed: a.Snoozed(c.from), Count: a.Count, LastOccurredAt: stamp(a.LastOccurred), CreatedAt: stamp(a.Created), UpdatedAt: stamp(a.Updated), Source: a.Source, Owner: a.Owner, Priority: a.Priority,
		Teams: []wireID{}, Responders: []wireRef{}}
	if out.Snoozed {
		out.SnoozedUntil = when(a.SnoozedUntil)
	}
	for _, r := range a.Responders {
		out.Responders = append(out.Responders, wireRef{r.Type, r.ID})
		if r.Type == "team" {
			out.Teams = append(out.Teams, wireID{r.ID})
			if out.OwnerTeamID == "" {
				out.OwnerTeamID = r.ID
			}
		}
	}
	if a.Integration.ID != "" {
		out.Integration = &wireIntegrationRef{a.Integration.ID, a.Integration.Name, a.Integration.Type}
	}
	if !a.AckedAt.IsZero() || !a.ClosedAt.IsZero() {
		out.Report = &wireReport{AcknowledgedBy: a.AcknowledgedBy, ClosedBy: a.Closer}
		if !a.AckedAt.IsZero() {
			out.Report.AckTime = a.AckedAt.Sub(a.Created).Milliseconds()
		}
		if !a.ClosedAt.IsZero() {
			out.Report.CloseTime = a.ClosedAt.Sub(a.Created).Milliseconds()
		}
	}
	return out
}

func (c *call) whole(a *alert.Alert) wireAlert {
	out := c.brief(a)
	actions, details := orEmpty(a.Actions), a.Details
	if details == nil {
		details = map[string]string{}
	}
	out.Actions, out.Entity, out.Description, out.Details = &actions, &a.Entity, &a.Description, &details
	return out
}

func orEmpty[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
