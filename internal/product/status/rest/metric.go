package rest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/product/status/metric"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/public"
)

// providerOut is a metrics provider as the manage API writes it.
type providerOut struct {
	ID          string       `json:"id"`
	Type        string       `json:"type"`
	Disabled    bool         `json:"disabled"`
	BaseURI     public.Text  `json:"metric_base_uri"`
	Revalidated public.Stamp `json:"last_revalidated_at"`
	CreatedAt   public.Stamp `json:"created_at"`
	UpdatedAt   public.Stamp `json:"updated_at"`
	PageID      string       `json:"page_id"`
}

func providerJSON(zone *time.Location, p *metric.Provider) providerOut {
	return providerOut{ID: p.ID, Type: p.Type, BaseURI: public.Text(p.BaseURI), CreatedAt: public.In(zone, p.Created), UpdatedAt: public.In(zone, p.Updated), PageID: p.PageID}
}

func (h *handler) listProviders(w http.ResponseWriter, r *http.Request) error {
	out := []providerOut{}
	err := h.read(r, func(c *call) error {
		list, err := metric.Providers(c.ctx, c.tx, c.page.ID)
		for _, p := range list {
			out = append(out, providerJSON(c.page.Location(), p))
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, out)
}

func (h *handler) oneProvider(w http.ResponseWriter, r *http.Request, status int, run func(*http.Request, func(*call) error) error, fn func(c *call) (*metric.Provider, error)) error {
	var out providerOut
	err := run(r, func(c *call) error {
		p, err := fn(c)
		if err == nil {
			out = providerJSON(c.page.Location(), p)
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, status, out)
}

func (h *handler) getProvider(w http.ResponseWriter, r *http.Request) error {
	return h.oneProvider(w, r, http.StatusOK, h.read, func(c *call) (*metric.Provider, error) {
		return metric.GetProvider(c.ctx, c.tx, c.page.ID, r.PathValue("provider"))
	})
}

type providerIn struct {
	Type    *string `json:"type"`
	BaseURI *string `json:"metric_base_uri"`
}

func (h *handler) createProvider(w http.ResponseWriter, r *http.Request) error {
	in, err := body[providerIn](r, "metrics_provider")
	if err != nil {
		return err
	}
	return h.oneProvider(w, r, http.StatusCreated, h.write, func(c *call) (*metric.Provider, error) {
		p := &metric.Provider{PageID: c.page.ID, Type: metric.Self}
		set(&p.Type, in.Type)
		set(&p.BaseURI, in.BaseURI)
		if list, err := metric.Providers(c.ctx, c.tx, c.page.ID); err != nil || len(list) >= 50 {
			return nil, fault.Conflict("A page has 50 metrics providers at most.")
		}
		return p, metric.SaveProvider(c.ctx, c.tx, p)
	})
}

func (h *handler) patchProvider(w http.ResponseWriter, r *http.Request) error {
	in, err := body[providerIn](r, "metrics_provider")
	if err != nil {
		return err
	}
	return h.oneProvider(w, r, http.StatusOK, h.write, func(c *call) (*metric.Provider, error) {
		p, err := metric.GetProvider(c.ctx, c.tx, c.page.ID, r.PathValue("provider"))
		if err != nil {
			return nil, err
		}
		set(&p.Type, in.Type)
		set(&p.BaseURI, in.BaseURI)
		return p, metric.SaveProvider(c.ctx, c.tx, p)
	})
}

func (h *handler) deleteProvider(w http.ResponseWriter, r *http.Request) error {
	return h.oneProvider(w, r, http.StatusOK, h.write, func(c *call) (*metric.Provider, error) {
		p, err := metric.GetProvider(c.ctx, c.tx, c.page.ID, r.PathValue("provider"))
		if err != nil {
			return nil, err
		}
		if err := metric.DeleteProvider(c.ctx, c.tx, p); err != nil {
			return nil, err
		}
		return p, page.Touch(c.ctx, c.tx, c.page)
	})
}

// listMetrics lists the metrics of the page, or of the provider of the path.
func (h *handler) listMetrics(w http.ResponseWriter, r *http.Request) error {
	limit, offset, err := paging(r, "per_page", 100)
	if err != nil {
		return err
	}
	out := []public.MetricJSON{}
	err = h.read(r, func(c *call) error {
		provider := r.PathValue("provider")
		if provider != "" {
			if _, err := metric.GetProvider(c.ctx, c.tx, c.page.ID, provider); err != nil {
				return err
			}
		}
		list, err := metric.All(c.ctx, c.tx, c.page.ID)
		for _, m := range list {
			if provider == "" || m.ProviderID == provider {
				out = append(out, public.Metric(c.page.Location(), m))
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusOK, cut(out, limit, offset))
}

func (h *handler) oneMetric(w http.ResponseWriter, r *http.Request, status int, run func(*http.Request, func(*call) error) error, fn func(c *call, m *metric.Metric) error) error {
	var out public.MetricJSON
	err := run(r, func(c *call) error {
		m := &metric.Metric{PageID: c.page.ID, Display: true}
		if id := r.PathValue("metric"); id != "" {
			var err error
			if m, err = metric.Get(c.ctx, c.tx, c.page.ID, id); err != nil {
				return err
			}
		}
		if err := fn(c, m); err != nil {
			return err
		}
		out = public.Metric(c.page.Location(), m)
		return nil
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, status, out)
}

func (h *handler) getMetric(w http.ResponseWriter, r *http.Request) error {
	return h.oneMetric(w, r, http.StatusOK, h.read, func(*call, *metric.Metric) error { return nil })
}

type metricIn struct {
	Name       *string      `json:"name"`
	Identifier *string      `json:"metric_identifier"`
	Suffix     *string      `json:"suffix"`
	YMin       *json.Number `json:"y_axis_min"`
	YMax       *json.Number `json:"y_axis_max"`
	YHidden    *bool        `json:"y_axis_hidden"`
	Display    *bool        `json:"display"`
	Decimals   *int64       `json:"decimal_places"`
	Tooltip    *string      `json:"tooltip_description"`
}

func (in metricIn) apply(m *metric.Metric) {
	for _, x := range []struct{ to, from *string }{{&m.Name, in.Name}, {&m.Identifier, in.Identifier}, {&m.Suffix, in.Suffix}, {&m.Tooltip, in.Tooltip}} {
		set(x.to, x.from)
	}
	if in.YMin != nil {
		m.YMin = in.YMin.String()
	}
	if in.YMax != nil {
		m.YMax = in.YMax.String()
	}
	set(&m.YHidden, in.YHidden)
	set(&m.Display, in.Display)
	set(&m.Decimals, in.Decimals)
}

func (h *handler) createMetric(w http.ResponseWriter, r *http.Request) error {
	in, err := body[metricIn](r, "metric")
	if err != nil {
		return err
	}
	return h.oneMetric(w, r, http.StatusCreated, h.write, func(c *call, m *metric.Metric) error {
		p, err := metric.GetProvider(c.ctx, c.tx, c.page.ID, r.PathValue("provider"))
		if err != nil {
			return err
		}
		m.ProviderID = p.ID
		in.apply(m)
		if err := metric.Save(c.ctx, c.tx, m); err != nil {
			return err
		}
		if err := page.Note(c.ctx, c.tx, c.page.ID, "metric.create", m.Name); err != nil {
			return err
		}
		return page.Touch(c.ctx, c.tx, c.page)
	})
}

func (h *handler) patchMetric(w http.ResponseWriter, r *http.Request) error {
	in, err := body[metricIn](r, "metric")
	if err != nil {
		return err
	}
	return h.oneMetric(w, r, http.StatusOK, h.write, func(c *call, m *metric.Metric) error {
		in.apply(m)
		if err := metric.Save(c.ctx, c.tx, m); err != nil {
			return err
		}
		return page.Touch(c.ctx, c.tx, c.page)
	})
}

func (h *handler) deleteMetric(w http.ResponseWriter, r *http.Request) error {
	return h.oneMetric(w, r, http.StatusOK, h.write, func(c *call, m *metric.Metric) error {
		if err := metric.Delete(c.ctx, c.tx, m.ID); err != nil {
			return err
		}
		return page.Touch(c.ctx, c.tx, c.page)
	})
}

func (h *handler) clearMetric(w http.ResponseWriter, r *http.Request) error {
	return h.oneMetric(w, r, http.StatusOK, h.write, func(c *call, m *metric.Metric) error {
		if err := metric.Clear(c.ctx, c.tx, m.ID); err != nil {
			return err
		}
		return page.Touch(c.ctx, c.tx, c.page)
	})
}

// pointIn is one value; the vendor's clients send timestamps as numbers and as texts.
type pointIn struct {
	Timestamp json.RawMessage `json:"timestamp"`
	Value     *float64        `json:"value"`
}

func (p pointIn) add(c *call, m *metric.Metric) error {
	if p.Value == nil {
		return fault.Invalid("value", "Value can't be blank")
	}
	at := c.tx.Now()
	if len(p.Timestamp) > 0 && string(p.Timestamp) != "null" {
		text := string(p.Timestamp)
		if u, err := strconv.Unquote(text); err == nil {
			text = u
		}
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || f < 0 || f > 1e11 {
			return fault.Invalid("timestamp", "Timestamp must be in seconds since 1970")
		}
		at = time.Unix(int64(f), 0).UTC()
	}
	return metric.Add(c.ctx, c.tx, m, at, *p.Value)
}

func (h *handler) addPoint(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[struct {
		Data pointIn `json:"data"`
	}](r)
	if err != nil {
		return err
	}
	err = h.write(r, func(c *call) error {
		m, err := metric.Get(c.ctx, c.tx, c.page.ID, r.PathValue("metric"))
		if err != nil {
			return err
		}
		if err := in.Data.add(c, m); err != nil {
			return err
		}
		return page.Republish(c.ctx, c.tx, c.page.ID)
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusCreated, in)
}

// maxPoints bounds the points of one call; the vendor takes 3,000.
const maxPoints = 3000

func (h *handler) addManyPoints(w http.ResponseWriter, r *http.Request) error {
	in, err := httpkit.DecodeLoose[struct {
		Data map[string][]pointIn `json:"data"`
	}](r)
	if err != nil {
		return err
	}
	n := 0
	for _, points := range in.Data {
		n += len(points)
	}
	if n == 0 || n > maxPoints {
		return fault.Invalid("data", "Data must have between 1 and %d points", maxPoints)
	}
	err = h.write(r, func(c *call) error {
		for id, points := range in.Data {
			m, err := metric.Get(c.ctx, c.tx, c.page.ID, id)
			if err != nil {
				return err
			}
			for _, p := range points {
				if err := p.add(c, m); err != nil {
					return err
				}
			}
		}
		return page.Republish(c.ctx, c.tx, c.page.ID)
	})
	if err != nil {
		return err
	}
	return httpkit.JSON(w, http.StatusAccepted, in.Data)
}
