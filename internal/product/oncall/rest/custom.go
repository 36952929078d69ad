package rest

import (
	"net/http"

	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/custom"
	"holdfast.dev/internal/product/oncall/retention"
)

// customPages is what administrators set for the whole site: what the buttons of alerts call, and how long the delivery log is kept.
//
//	GET    /custom-actions            data: [wireCustom] by name, 200 at most
//	POST   /custom-actions {name, url, secret, enabled}        201 wireCustom, once with its secret
//	PUT    /custom-actions/{id}       the same; an empty secret keeps the one that is there
//	DELETE /custom-actions/{id}
//	GET    /retention · PUT /retention {days}                  data: {days}
func (h *handler) customPages() []operation {
	return []operation{
		{method: "GET", path: "/custom-actions", run: listCustom},
		{method: "POST", path: "/custom-actions", run: createCustom},
		{method: "PUT", path: "/custom-actions/{id}", run: updateCustom},
		{method: "DELETE", path: "/custom-actions/{id}", run: deleteCustom},
		{method: "GET", path: "/retention", run: getRetention},
		{method: "PUT", path: "/retention", run: setRetention},
	}
}

type wireCustom struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	URL     string `json:"url"`
	Secret  string `json:"secret,omitempty"` // when it is made or changed only
	Enabled bool   `json:"enabled"`
	Updated *stamp `json:"updatedAt"`
}

func toCustom(a *custom.Action) wireCustom {
	return wireCustom{ID: a.ID, Name: a.Name, URL: a.URL, Enabled: a.Enabled, Updated: when(a.Updated)}
}

type customBody struct {
	Name    string `json:"name"`
	URL     string `json:"url"`
	Secret  string `json:"secret"`
	Enabled *bool  `json:"enabled"`
}

func listCustom(c *call) error {
	if err := c.permitSite(); err != nil {
		return err
	}
	out := []wireCustom{}
	err := c.read(func(tx *volume.Tx) error {
		all, err := custom.List(c.r.Context(), tx)
		for _, a := range all {
			out = append(out, toCustom(a))
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.data(out)
}

// saveCustom writes an action of a request; id is empty for a new one.
func (c *call) saveCustom(id string) (wireCustom, error) {
	var out wireCustom
	b, err := httpkit.Decode[customBody](c.r)
	if err != nil {
		return out, err
	}
	if err := c.permitSite(); err != nil {
		return out, err
	}
	err = c.write(func(tx *volume.Tx) error {
		a := &custom.Action{Enabled: true}
		if id != "" {
			if a, err = custom.Get(c.r.Context(), tx, id); err != nil {
				return err
			}
		}
		old := a.Secret
		a.Name, a.URL = b.Name, b.URL
		if b.Secret != "" {
			a.Secret = b.Secret
		}
		set(&a.Enabled, b.Enabled)
		if err := custom.Save(c.r.Context(), tx, a); err != nil {
			return err
		}
		if out = toCustom(a); a.Secret != old {
			out.Secret = a.Secret
		}
		return nil
	})
	return out, err
}

func createCustom(c *call) error {
	out, err := c.saveCustom("")
	if err != nil {
		return err
	}
	return c.created(out)
}

func updateCustom(c *call) error {
	out, err := c.saveCustom(c.r.PathValue("id"))
	if err != nil {
		return err
	}
	return c.done("Updated", out)
}

func deleteCustom(c *call) error {
	if err := c.permitSite(); err != nil {
		return err
	}
	err := c.write(func(tx *volume.Tx) error {
		if _, err := custom.Get(c.r.Context(), tx, c.r.PathValue("id")); err != nil {
			return err
		}
		return custom.Delete(c.r.Context(), tx, c.r.PathValue("id"))
	})
	if err != nil {
		return err
	}
	return c.done("Deleted", nil)
}

type retentionBody struct {
	Days int `json:"days"`
}

func getRetention(c *call) error {
	if err := c.permitSite(); err != nil {
		return err
	}
	var out retentionBody
	err := c.read(func(tx *volume.Tx) (err error) {
		out.Days, err = retention.Get(c.r.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	return c.data(out)
}

func setRetention(c *call) error {
	b, err := httpkit.Decode[retentionBody](c.r)
	if err != nil {
		return err
	}
	if err := c.permitSite(); err != nil {
		return err
	}
	if err := c.write(func(tx *volume.Tx) error { return retention.Set(c.r.Context(), tx, b.Days) }); err != nil {
		return err
	}
	return c.send(http.StatusOK, answer{Result: "Updated", Data: b})
}
