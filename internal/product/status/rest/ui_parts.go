package rest

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/status/component"
	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/manage"
	"holdfast.dev/internal/product/status/metric"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/public"
	"holdfast.dev/internal/product/status/subscriber"
)

func (h *handler) putBlob(r *http.Request, b []byte) (string, error) {
	hash, _, err := h.Blobs(r.Context()).Put(r.Context(), bytes.NewReader(b), public.MaxImage)
	return hash, err
}

func (h *handler) uiComponents(w http.ResponseWriter, r *http.Request) error {
	out := []componentView{}
	formula := ""
	err := h.read(r, func(c *call) error {
		s, err := h.site(c)
		if err != nil {
			return err
		}
		weight := c.page.Settings.PartialWeight()
		formula = fmt.Sprintf("100 %% × (1 − (major outage + %d %% of partial outage) ÷ observed)", weight)
		for _, x := range s.Components {
			v, err := componentUI(s, x, weight)
			if err != nil {
				return err
			}
			if n := len(out); x.GroupID != "" && n > 0 && out[n-1].ID == x.GroupID {
				out[n-1].Members = append(out[n-1].Members, v)
				continue
			}
			out = append(out, v)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, map[string]any{"components": out, "formula": formula})
}

func componentUI(s *public.Site, x *component.Component, weight int64) (componentView, error) {
	v := componentView{ID: x.ID, Name: x.Name, Description: x.Description, Group: x.Group, Status: x.Status, Position: x.Position, Showcase: x.Showcase, OnlyIfDegraded: x.OnlyIfDegraded, StartDate: x.StartDate}
	if x.Group {
		v.Status = component.GroupStatus(s.Components, x.ID)
		return v, nil
	}
	days, err := s.Days(x)
	if err != nil {
		return v, err
	}
	v.Uptime = &uptimeView{Percent: "", Days: make([]dayView, len(days))}
	var total component.Time
	for k, d := range days {
		t := d.Time
		total = total.Plus(t)
		v.Uptime.Days[k] = dayView{d.Date.Format(time.DateOnly), t.Worst(), t.Observed, t.Partial, t.Major, t.Degraded, t.Maintenance}
	}
	if up, ok := total.Uptime(weight); ok {
		v.Uptime.Percent = fmt.Sprintf("%d.%02d", up/100, up%100)
	}
	return v, nil
}

func (h *handler) uiOrder(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[orderBody](r)
	if err != nil {
		return err
	}
	if err := h.write(r, func(c *call) error { return manage.Reorder(c.ctx, c.tx, c.page, in.Order) }); err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

// historyBody is the body of PUT /api/status/pages/{page}/components/{component}/history (204): the record is corrected so that the component had a
// status between two instants of the past.
type historyBody struct {
	From   time.Time        `json:"from"`
	To     time.Time        `json:"to"`
	Status component.Status `json:"status"`
}

func (h *handler) uiHistory(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[historyBody](r)
	if err != nil {
		return err
	}
	err = h.write(r, func(c *call) error {
		x, err := component.Get(c.ctx, c.tx, c.page.ID, r.PathValue("component"))
		switch {
		case err != nil:
			return err
		case x.Group || in.Status.Rank() < 0:
			return fault.Invalid("status", "A component has one of the five statuses; a group has none.")
		case !in.To.After(in.From) || in.To.After(c.tx.Now()) || in.From.Year() < 1990:
			return fault.Invalid("to", "The time must be a span of the past.")
		}
		if err := component.Backfill(c.ctx, c.tx, x.ID, in.From, in.To, in.Status); err != nil {
			return err
		}
		if err := page.Touch(c.ctx, c.tx, c.page); err != nil {
			return err
		}
		return page.Note(c.ctx, c.tx, c.page.ID, "component.history", x.Name)
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

func (h *handler) uiPreview(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[previewBody](r)
	if err != nil {
		return err
	}
	input := manage.Input{Name: &in.Name, ScheduledFor: in.ScheduledFor, ScheduledUntil: in.ScheduledUntil, Body: &in.Body, Components: in.Components}
	if in.ComponentIDs != nil {
		input.ComponentIDs = &in.ComponentIDs
	}
	if in.Status != "" {
		s := incident.Status(in.Status)
		input.Status = &s
	}
	if in.ImpactOverride != "" {
		o := incident.Impact(in.ImpactOverride)
		input.ImpactOverride = &o
	}
	if in.Name == "" {
		input.Name = nil
	}
	var out previewView
	err = h.read(r, func(c *call) error {
		p, err := manage.PreviewIncident(c.ctx, c.tx, c.page, in.IncidentID, input)
		if err != nil {
			return err
		}
		s, err := h.site(c)
		if err != nil {
			return err
		}
		out = previewView{Impact: string(p.Incident.EffectiveImpact()), Subject: p.Subject, Text: p.Text}
		for _, path := range s.StylePaths() {
			out.Styles = append(out.Styles, base(c)+"/status/p/"+c.page.ID+"/"+path)
		}
		if out.HTML, err = s.UpdateHTML(p.Incident); err != nil {
			return err
		}
		n, err := subscriber.Recipients(c.ctx, c.tx, c.page.ID, p.Incident.Components)
		out.Recipients = recipients{n[subscriber.Email], n[subscriber.Webhook], n[subscriber.Email] + n[subscriber.Webhook]}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (h *handler) uiPutTemplate(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.Decode[templateBody](r)
	if err != nil {
		return err
	}
	var out templateOut
	err = h.write(r, func(c *call) error {
		t, err := incident.GetTemplate(c.ctx, c.tx, c.page.ID, r.PathValue("template"))
		if err != nil {
			return err
		}
		t.Name, t.Title, t.Body, t.UpdateStatus, t.Notify, t.ComponentIDs = in.Name, in.Title, in.Body, incident.Status(in.UpdateStatus), in.Notify, in.ComponentIDs
		if err := incident.SaveTemplate(c.ctx, c.tx, t); err != nil {
			return err
		}
		all, err := component.All(c.ctx, c.tx, c.page.ID)
		out = templateJSON(c.page.Location(), t, all)
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (h *handler) uiDeleteTemplate(w http.ResponseWriter, r *http.Request) error {
	err := h.write(r, func(c *call) error { return incident.DeleteTemplate(c.ctx, c.tx, c.page.ID, r.PathValue("template")) })
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

func (h *handler) uiSeries(w http.ResponseWriter, r *http.Request) error {
	name := r.URL.Query().Get("period")
	if name == "" {
		name = "day"
	}
	period, err := metric.FindPeriod(name)
	if err != nil {
		return err
	}
	out := seriesView{Interval: int64(period.Step.Seconds()), Points: []pointOut{}}
	err = h.read(r, func(c *call) error {
		m, err := metric.Get(c.ctx, c.tx, c.page.ID, r.PathValue("metric"))
		if err != nil {
			return err
		}
		s, err := metric.Over(c.ctx, c.tx, m.ID, period)
		if err != nil {
			return err
		}
		for _, p := range s.Points {
			out.Points = append(out.Points, pointOut{p.At.Unix(), p.Value})
		}
		if n := len(s.Points); n > 0 {
			out.Mean, out.Last = &s.Mean, &s.Points[n-1].Value
		}
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}
