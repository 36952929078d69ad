package rest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/status/component"
	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/manage"
	"holdfast.dev/internal/product/status/public"
)

// componentOut is a component as the manage API writes it.
type componentOut struct {
	public.ComponentJSON
	AutomationEmail *string `json:"automation_email"`
}

// groupOut is a component group as the manage API writes it.
type groupOut struct {
	ID          string       `json:"id"`
	PageID      string       `json:"page_id"`
	Name        string       `json:"name"`
	Description public.Text  `json:"description"`
	Components  []string     `json:"components"`
	Position    int64        `json:"position"`
	CreatedAt   public.Stamp `json:"created_at"`
	UpdatedAt   public.Stamp `json:"updated_at"`
}

func groupJSON(zone *time.Location, c *component.Component, all []*component.Component) groupOut {
	members := []string{}
	for _, m := range component.Members(all, c.ID) {
		members = append(members, m.ID)
	}
	return groupOut{c.ID, c.PageID, c.Name, public.Text(c.Description), members, c.Position, public.In(zone, c.Created), public.In(zone, c.Updated)}
}

func (h *handler) listComponents(w http.ResponseWriter, r *http.Request) error {
	limit, offset, err := paging(r, "per_page", 100)
	if err != nil {
		return err
	}
	var out []componentOut
	err = h.read(r, func(c *call) error {
		all, err := component.All(c.ctx, c.tx, c.page.ID)
		for _, j := range public.Components(c.page.Location(), all) {
			out = append(out, componentOut{ComponentJSON: j})
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, cut(out, limit, offset))
}

func (h *handler) getComponent(w http.ResponseWriter, r *http.Request) error {
	return h.oneComponent(w, r, http.StatusOK, h.read, func(c *call) (*component.Component, error) {
		return component.Get(c.ctx, c.tx, c.page.ID, r.PathValue("component"))
	})
}

// oneComponent answers with the component that fn gives.
func (h *handler) oneComponent(w http.ResponseWriter, r *http.Request, status int, run func(*http.Request, func(*call) error) error, fn func(c *call) (*component.Component, error)) error {
	var out componentOut
	err := run(r, func(c *call) error {
		one, err := fn(c)
		if err != nil {
			return err
		}
		all, err := component.All(c.ctx, c.tx, c.page.ID)
		out = componentOut{ComponentJSON: public.Component(c.page.Location(), one, all)}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, status, out)
}

// componentIn is what clients send of a component. A group_id or start_date of null takes it away.
type componentIn struct {
	Name           *string           `json:"name"`
	Description    *string           `json:"description"`
	Status         *component.Status `json:"status"`
	OnlyIfDegraded *bool             `json:"only_show_if_degraded"`
	GroupID        json.RawMessage   `json:"group_id"`
	Showcase       *bool             `json:"showcase"`
	StartDate      json.RawMessage   `json:"start_date"`
}

func (in componentIn) apply(c *component.Component) error {
	set(&c.Name, in.Name)
	set(&c.Description, in.Description)
	if in.Status != nil && *in.Status != "" {
		c.Status = *in.Status
	}
	set(&c.OnlyIfDegraded, in.OnlyIfDegraded)
	set(&c.Showcase, in.Showcase)
	for _, x := range []struct {
		to  *string
		raw json.RawMessage
	}{{&c.GroupID, in.GroupID}, {&c.StartDate, in.StartDate}} {
		if x.raw == nil {
			continue
		}
		*x.to = ""
		if err := json.Unmarshal(x.raw, x.to); err != nil {
			return fault.Wrap(err, fault.KindInvalid, "group_id and start_date are texts or null.")
		}
	}
	return nil
}

func (h *handler) createComponent(w http.ResponseWriter, r *http.Request) error {
	in, err := body[componentIn](r, "component")
	if err != nil {
		return err
	}
	one := &component.Component{Showcase: true}
	if err := in.apply(one); err != nil {
		return err
	}
	return h.oneComponent(w, r, http.StatusCreated, h.write, func(c *call) (*component.Component, error) {
		fresh := *one
		return &fresh, manage.CreateComponent(c.ctx, c.tx, c.page, &fresh, nil)
	})
}

func (h *handler) patchComponent(w http.ResponseWriter, r *http.Request) error {
	in, err := body[componentIn](r, "component")
	if err != nil {
		return err
	}
	return h.oneComponent(w, r, http.StatusOK, h.write, func(c *call) (*component.Component, error) {
		var bad error
		one, err := manage.ChangeComponent(c.ctx, c.tx, c.page, r.PathValue("component"), nil, func(x *component.Component) { bad = in.apply(x) })
		if bad != nil {
			return nil, bad
		}
		return one, err
	})
}

func (h *handler) deleteComponent(w http.ResponseWriter, r *http.Request) error {
	err := h.write(r, func(c *call) error {
		_, err := manage.DeleteComponent(c.ctx, c.tx, c.page, r.PathValue("component"))
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.NoContent(w)
}

func (h *handler) listGroups(w http.ResponseWriter, r *http.Request) error {
	limit, offset, err := paging(r, "per_page", 100)
	if err != nil {
		return err
	}
	var out []groupOut
	err = h.read(r, func(c *call) error {
		all, err := component.All(c.ctx, c.tx, c.page.ID)
		for _, o := range all {
			if o.Group {
				out = append(out, groupJSON(c.page.Location(), o, all))
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, cut(out, limit, offset))
}

// oneGroup answers with the group that fn gives.
func (h *handler) oneGroup(w http.ResponseWriter, r *http.Request, status int, run func(*http.Request, func(*call) error) error, fn func(c *call) (*component.Component, error)) error {
	var out groupOut
	err := run(r, func(c *call) error {
		one, err := fn(c)
		if err != nil {
			return err
		}
		if !one.Group {
			return fault.NotFound("There is no such component group.")
		}
		all, err := component.All(c.ctx, c.tx, c.page.ID)
		out = groupJSON(c.page.Location(), one, all)
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, status, out)
}

func (h *handler) getGroup(w http.ResponseWriter, r *http.Request) error {
	return h.oneGroup(w, r, http.StatusOK, h.read, func(c *call) (*component.Component, error) {
		return component.Get(c.ctx, c.tx, c.page.ID, r.PathValue("component"))
	})
}

// groupIn is what clients send of a group; description may stand beside it or in it.
type groupIn struct {
	Description *string `json:"description"`
	Group       struct {
		Name        *string   `json:"name"`
		Description *string   `json:"description"`
		Components  *[]string `json:"components"`
	} `json:"component_group"`
}

func (in groupIn) apply(c *component.Component) {
	set(&c.Name, in.Group.Name)
	set(&c.Description, in.Description)
	set(&c.Description, in.Group.Description)
}

func (h *handler) createGroup(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[groupIn](r)
	if err != nil {
		return err
	}
	return h.oneGroup(w, r, http.StatusCreated, h.write, func(c *call) (*component.Component, error) {
		g := &component.Component{Group: true}
		in.apply(g)
		var members []string
		set(&members, in.Group.Components)
		return g, manage.CreateComponent(c.ctx, c.tx, c.page, g, members)
	})
}

func (h *handler) patchGroup(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[groupIn](r)
	if err != nil {
		return err
	}
	return h.oneGroup(w, r, http.StatusOK, h.write, func(c *call) (*component.Component, error) {
		return manage.ChangeComponent(c.ctx, c.tx, c.page, r.PathValue("component"), in.Group.Components, in.apply)
	})
}

func (h *handler) deleteGroup(w http.ResponseWriter, r *http.Request) error {
	return h.oneGroup(w, r, http.StatusOK, h.write, func(c *call) (*component.Component, error) {
		g, err := component.Get(c.ctx, c.tx, c.page.ID, r.PathValue("component"))
		if err != nil || !g.Group {
			return g, err
		}
		return manage.DeleteComponent(c.ctx, c.tx, c.page, g.ID)
	})
}

// uptimeOut is the uptime of a component or group over a range.
type uptimeOut struct {
	RangeStart public.Stamp `json:"range_start"`
	RangeEnd   public.Stamp `json:"range_end"`
	Percent    float64      `json:"uptime_percentage"`
	Major      int64        `json:"major_outage"`
	Partial    int64        `json:"partial_outage"`
	Warnings   *string      `json:"warnings"`
	ID         string       `json:"id"`
	Name       string       `json:"name"`
	Related    []related    `json:"related_events,omitempty"`
}

type related struct {
	ID string `json:"id"`
}

func (h *handler) componentUptime(w http.ResponseWriter, r *http.Request) error {
	return h.uptime(w, r, false)
}
func (h *handler) groupUptime(w http.ResponseWriter, r *http.Request) error {
	return h.uptime(w, r, true)
}

func (h *handler) uptime(w http.ResponseWriter, r *http.Request, group bool) error {
	var out uptimeOut
	err := h.read(r, func(c *call) error {
		one, err := component.Get(c.ctx, c.tx, c.page.ID, r.PathValue("component"))
		if err != nil {
			return err
		}
		if one.Group != group {
			return fault.NotFound("There is no such component.")
		}
		from, to, err := span(r, c.tx.Now())
		if err != nil {
			return err
		}
		of := []*component.Component{one}
		if group {
			all, err := component.All(c.ctx, c.tx, c.page.ID)
			if err != nil {
				return err
			}
			of = component.Members(all, one.ID)
		}
		zone := c.page.Location()
		out = uptimeOut{RangeStart: public.In(zone, from), RangeEnd: public.In(zone, to), ID: one.ID, Name: one.Name, Percent: 100}
		var total component.Time
		for _, x := range of {
			states, err := component.States(c.ctx, c.tx, x.ID, from)
			if err != nil {
				return err
			}
			total = total.Plus(component.Between(states, x.ObservedFrom(c.page.Location()), from, to))
			if r.URL.Query().Get("skip_related_events") != "true" {
				if err := out.relate(c, x.ID, from, to); err != nil {
					return err
				}
			}
		}
		out.Major, out.Partial = total.Major, total.Partial
		if up, ok := total.Uptime(c.page.Settings.PartialWeight()); ok {
			out.Percent = float64(up) / 100
		}
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (o *uptimeOut) relate(c *call, componentID string, from, to time.Time) error {
	ids, err := incident.Of(c.ctx, c.tx, componentID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		i, err := incident.Get(c.ctx, c.tx, c.page.ID, id)
		if err != nil {
			return err
		}
		if i.Started.Before(to) && (i.ResolvedAt.IsZero() || i.ResolvedAt.After(from)) {
			o.Related = append(o.Related, related{id})
		}
	}
	return nil
}

// span reads the range that an uptime is asked for: 90 days to now where nothing is said.
func span(r *http.Request, now time.Time) (from, to time.Time, err error) {
	from, to = now.AddDate(0, 0, -90), now
	for name, t := range map[string]*time.Time{"start": &from, "end": &to} {
		v := r.URL.Query().Get(name)
		if v == "" {
			continue
		}
		var s stampIn
		if err := s.UnmarshalJSON([]byte(strconv.Quote(v))); err != nil {
			return from, to, fault.Invalid(name, "%s", err)
		}
		*t = s.Time
	}
	if to.After(now) {
		to = now
	}
	if !to.After(from) || to.Sub(from) > 10*366*24*time.Hour {
		return from, to, fault.Invalid("start", "Start must be before end, by ten years at most")
	}
	return from, to, nil
}
