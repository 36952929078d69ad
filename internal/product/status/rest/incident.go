package rest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/status/component"
	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/manage"
	"holdfast.dev/internal/product/status/public"
)

// incidentOut is an incident as the manage API writes it.
type incidentOut struct {
	public.IncidentJSON
	ImpactOverride  public.Text     `json:"impact_override"`
	Metadata        json.RawMessage `json:"metadata"`
	PostBody        public.Text     `json:"postmortem_body"`
	PostUpdated     public.Stamp    `json:"postmortem_body_last_updated_at"`
	PostIgnored     bool            `json:"postmortem_ignored"`
	PostNotified    bool            `json:"postmortem_notified_subscribers"`
	PostTweeted     bool            `json:"postmortem_notified_twitter"`
	PostPublished   public.Stamp    `json:"postmortem_published_at"`
	AutoCompleted   bool            `json:"scheduled_auto_completed"`
	AutoInProgress  bool            `json:"scheduled_auto_in_progress"`
	ScheduledFor    public.Stamp    `json:"scheduled_for"`
	ScheduledUntil  public.Stamp    `json:"scheduled_until"`
	NotifyEnd       bool            `json:"auto_transition_deliver_notifications_at_end"`
	NotifyStart     bool            `json:"auto_transition_deliver_notifications_at_start"`
	ToMaintenance   bool            `json:"auto_transition_to_maintenance_state"`
	ToOperational   bool            `json:"auto_transition_to_operational_state"`
	RemindPrior     bool            `json:"scheduled_remind_prior"`
	RemindedAt      public.Stamp    `json:"scheduled_reminded_at"`
	Reminders       *string         `json:"reminder_intervals"`
	IncidentImpacts []struct{}      `json:"incident_impacts"`
	Backfilled      bool            `json:"backfilled"`
}

func incidentJSON(c *call, i *incident.Incident, all []*component.Component) incidentOut {
	f, zone := i.Flags, c.page.Location()
	out := incidentOut{IncidentJSON: public.Incident(c.page, i, all), ImpactOverride: public.Text(i.ImpactOverride), Metadata: i.Metadata, PostUpdated: public.In(zone, i.Post.BodyUpdated),
		PostNotified: i.Post.NotifiedPeople, PostPublished: public.In(zone, i.Post.Published), AutoCompleted: f.AutoComplete, AutoInProgress: f.AutoStart,
		ScheduledFor: public.In(zone, i.ScheduledFor), ScheduledUntil: public.In(zone, i.ScheduledUntil), NotifyEnd: f.NotifyEnd, NotifyStart: f.NotifyStart,
		ToMaintenance: f.ToMaintenance, ToOperational: f.ToOperational, RemindPrior: f.RemindPrior, RemindedAt: public.In(zone, i.Reminded), IncidentImpacts: []struct{}{}, Backfilled: i.Backfilled}
	if !i.Post.Published.IsZero() {
		out.PostBody = public.Text(i.Post.Body)
	}
	return out
}

// oneIncident answers with the incident that fn gives.
func (h *handler) oneIncident(w http.ResponseWriter, r *http.Request, status int, run func(*http.Request, func(*call) error) error, fn func(c *call) (*incident.Incident, error)) error {
	var out incidentOut
	err := run(r, func(c *call) error {
		i, err := fn(c)
		if err != nil {
			return err
		}
		all, err := component.All(c.ctx, c.tx, c.page.ID)
		out = incidentJSON(c, i, all)
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, status, out)
}

// manyIncidents answers with a page of the list that fn gives, which is without updates.
func (h *handler) manyIncidents(w http.ResponseWriter, r *http.Request, fn func(c *call) ([]*incident.Incident, error)) error {
	out := []incidentOut{}
	err := h.read(r, func(c *call) error {
		list, err := fn(c)
		if err != nil {
			return err
		}
		if err := incident.Fill(c.ctx, c.tx, list...); err != nil {
			return err
		}
		all, err := component.All(c.ctx, c.tx, c.page.ID)
		for _, i := range list {
			out = append(out, incidentJSON(c, i, all))
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

// latest is later than every incident.
var latest = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)

// listIncidents lists all, newest first; q looks into names, status and messages.
func (h *handler) listIncidents(w http.ResponseWriter, r *http.Request) error {
	limit, offset, err := paging(r, "limit", 100)
	if err != nil {
		return err
	}
	q := strings.ToLower(r.URL.Query().Get("q"))
	return h.manyIncidents(w, r, func(c *call) ([]*incident.Incident, error) {
		var out []*incident.Incident
		before, id := latest, ""
		for skip := offset; len(out) < limit; {
			list, err := incident.Newest(c.ctx, c.tx, c.page.ID, before, id, 200)
			if err != nil || len(list) == 0 {
				return out, err
			}
			before, id = list[len(list)-1].Started, list[len(list)-1].ID
			for _, i := range list {
				ok, err := found(c, i, q)
				switch {
				case err != nil:
					return nil, err
				case !ok:
				case skip > 0:
					skip--
				case len(out) < limit:
					out = append(out, i)
				}
			}
		}
		return out, nil
	})
}

func found(c *call, i *incident.Incident, q string) (bool, error) {
	if q == "" || strings.Contains(strings.ToLower(i.Name), q) || strings.Contains(string(i.Status), q) {
		return true, nil
	}
	updates, err := incident.Updates(c.ctx, c.tx, i.ID)
	return slices.ContainsFunc(updates, func(u *incident.Update) bool { return strings.Contains(strings.ToLower(u.Body), q) }), err
}

// openOnes lists what is open and fits.
func (h *handler) openOnes(w http.ResponseWriter, r *http.Request, fits func(*incident.Incident) bool) error {
	limit, offset, err := paging(r, "per_page", 100)
	if err != nil {
		return err
	}
	return h.manyIncidents(w, r, func(c *call) ([]*incident.Incident, error) {
		list, err := incident.Open(c.ctx, c.tx, c.page.ID)
		return cut(slices.DeleteFunc(list, func(i *incident.Incident) bool { return !fits(i) }), limit, offset), err
	})
}

func (h *handler) listUnresolved(w http.ResponseWriter, r *http.Request) error {
	return h.openOnes(w, r, func(i *incident.Incident) bool { return !i.Scheduled })
}

func (h *handler) listScheduled(w http.ResponseWriter, r *http.Request) error {
	return h.openOnes(w, r, func(i *incident.Incident) bool { return i.Scheduled })
}

func (h *handler) listUpcoming(w http.ResponseWriter, r *http.Request) error {
	return h.openOnes(w, r, func(i *incident.Incident) bool { return i.Status == incident.Scheduled })
}

func (h *handler) listActive(w http.ResponseWriter, r *http.Request) error {
	return h.openOnes(w, r, func(i *incident.Incident) bool { return i.Scheduled && i.Status != incident.Scheduled })
}

func (h *handler) getIncident(w http.ResponseWriter, r *http.Request) error {
	return h.oneIncident(w, r, http.StatusOK, h.read, func(c *call) (*incident.Incident, error) {
		return incident.Get(c.ctx, c.tx, c.page.ID, r.PathValue("incident"))
	})
}

// incidentIn is what clients send of an incident. Fields of the vendor's that say nothing here (tweets, reminder_intervals) are passed over.
type incidentIn struct {
	Name           *string                     `json:"name"`
	Status         *incident.Status            `json:"status"`
	ImpactOverride *incident.Impact            `json:"impact_override"`
	ScheduledFor   *stampIn                    `json:"scheduled_for"`
	ScheduledUntil *stampIn                    `json:"scheduled_until"`
	RemindPrior    *bool                       `json:"scheduled_remind_prior"`
	ToMaintenance  *bool                       `json:"auto_transition_to_maintenance_state"`
	ToOperational  *bool                       `json:"auto_transition_to_operational_state"`
	AutoInProgress *bool                       `json:"scheduled_auto_in_progress"`
	AutoCompleted  *bool                       `json:"scheduled_auto_completed"`
	AutoTransition *bool                       `json:"scheduled_auto_transition"` // the older name of both
	NotifyStart    *bool                       `json:"auto_transition_deliver_notifications_at_start"`
	NotifyEnd      *bool                       `json:"auto_transition_deliver_notifications_at_end"`
	Metadata       json.RawMessage             `json:"metadata"`
	Deliver        *bool                       `json:"deliver_notifications"`
	BackfillDate   *stampIn                    `json:"backfill_date"`
	Backfilled     bool                        `json:"backfilled"`
	Body           *string                     `json:"body"`
	Components     map[string]component.Status `json:"components"`
	ComponentIDs   *[]string                   `json:"component_ids"`
}

func (in incidentIn) input() (manage.Input, error) {
	if len(in.Metadata) > 0 && in.Metadata[0] != '{' {
		if string(in.Metadata) != "null" {
			return manage.Input{}, fault.Invalid("metadata", "Metadata must be an object")
		}
		in.Metadata = nil
	}
	out := manage.Input{Name: in.Name, Status: in.Status, ImpactOverride: in.ImpactOverride, ScheduledFor: in.ScheduledFor.at(), ScheduledUntil: in.ScheduledUntil.at(), RemindPrior: in.RemindPrior,
		AutoStart: in.AutoInProgress, AutoComplete: in.AutoCompleted, ToMaintenance: in.ToMaintenance, ToOperational: in.ToOperational, NotifyStart: in.NotifyStart, NotifyEnd: in.NotifyEnd,
		Metadata: in.Metadata, Deliver: in.Deliver, Backfilled: in.Backfilled, BackfillDate: in.BackfillDate.at(), Body: in.Body, Components: in.Components, ComponentIDs: in.ComponentIDs}
	if in.AutoTransition != nil {
		if out.AutoStart == nil {
			out.AutoStart = in.AutoTransition
		}
		if out.AutoComplete == nil {
			out.AutoComplete = in.AutoTransition
		}
	}
	return out, nil
}

func (h *handler) createIncident(w http.ResponseWriter, r *http.Request) error {
	in, err := body[incidentIn](r, "incident")
	if err != nil {
		return err
	}
	input, err := in.input()
	if err != nil {
		return err
	}
	return h.oneIncident(w, r, http.StatusCreated, h.write, func(c *call) (*incident.Incident, error) {
		return manage.CreateIncident(c.ctx, c.tx, c.page, input)
	})
}

func (h *handler) patchIncident(w http.ResponseWriter, r *http.Request) error {
	in, err := body[incidentIn](r, "incident")
	if err != nil {
		return err
	}
	input, err := in.input()
	if err != nil {
		return err
	}
	return h.oneIncident(w, r, http.StatusOK, h.write, func(c *call) (*incident.Incident, error) {
		return manage.ChangeIncident(c.ctx, c.tx, c.page, r.PathValue("incident"), input)
	})
}

func (h *handler) deleteIncident(w http.ResponseWriter, r *http.Request) error {
	return h.oneIncident(w, r, http.StatusOK, h.write, func(c *call) (*incident.Incident, error) {
		return manage.DeleteIncident(c.ctx, c.tx, c.page, r.PathValue("incident"))
	})
}

// updateIn is what clients change of an update.
type updateIn struct {
	Body    *string  `json:"body"`
	Display *stampIn `json:"display_at"`
	Deliver *bool    `json:"deliver_notifications"`
}

func (h *handler) patchUpdate(w http.ResponseWriter, r *http.Request) error {
	in, err := body[updateIn](r, "incident_update")
	if err != nil {
		return err
	}
	var out public.UpdateJSON
	err = h.write(r, func(c *call) error {
		u, err := manage.EditUpdate(c.ctx, c.tx, c.page, r.PathValue("incident"), r.PathValue("update"), func(u *incident.Update) {
			set(&u.Body, in.Body)
			set(&u.Display, in.Display.at())
			set(&u.Deliver, in.Deliver)
		})
		if err == nil {
			out = public.Update(c.page.Location(), u)
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}
