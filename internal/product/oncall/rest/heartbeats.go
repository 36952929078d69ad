package rest

import (
	"net/http"

	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/heartbeat"
	"holdfast.dev/internal/product/oncall/roster"
)

func (h *handler) heartbeatOperations() []operation {
	const path = "/v2/heartbeats/{name}"
	ops := []operation{
		{method: "GET", path: "/v2/heartbeats", right: mayConfigure, run: listHeartbeats},
		{method: "POST", path: "/v2/heartbeats", right: mayConfigure, run: createHeartbeat},
		{method: "GET", path: path, right: mayConfigure, run: getHeartbeat},
		{method: "PATCH", path: path, right: mayConfigure, run: updateHeartbeat},
		{method: "DELETE", path: path, right: mayConfigure, run: deleteHeartbeat},
		{method: "POST", path: path + "/enable", right: mayConfigure, run: switchHeartbeat(true)},
		{method: "POST", path: path + "/disable", right: mayConfigure, run: switchHeartbeat(false)},
	}
	for _, method := range []string{"GET", "POST", "PUT", "PATCH"} {
		ops = append(ops, operation{method: method, path: path + "/ping", right: mayWrite, run: ping})
	}
	return ops
}

type heartbeatBody struct {
	Name          *string        `json:"name"`
	Description   *string        `json:"description"`
	Interval      *int           `json:"interval"`
	IntervalUnit  *string        `json:"intervalUnit"`
	Enabled       *bool          `json:"enabled"`
	OwnerTeam     *wireResponder `json:"ownerTeam"`
	AlertMessage  *string        `json:"alertMessage"`
	AlertTags     []string       `json:"alertTags"`
	AlertPriority *string        `json:"alertPriority"`
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// fillHeartbeat puts what a request says into a heartbeat and leaves the rest.
func (c *call) fillHeartbeat(tx *volume.Tx, h *heartbeat.Heartbeat, b heartbeatBody) error {
	set(&h.Description, b.Description)
	set(&h.Interval, b.Interval)
	set(&h.Unit, b.IntervalUnit)
	set(&h.Enabled, b.Enabled)
	set(&h.AlertMessage, b.AlertMessage)
	set(&h.AlertPriority, b.AlertPriority)
	if b.AlertTags != nil {
		h.AlertTags = b.AlertTags
	}
	if b.OwnerTeam != nil && (b.OwnerTeam.ID != "" || b.OwnerTeam.Name != "") {
		t, err := c.someone(tx, b.OwnerTeam.responder("team"))
		if err != nil {
			return invalid("ownerTeam", "There is no such team.")
		}
		h.TeamID = t.ID
	}
	return nil
}

type wireHeartbeat struct {
	Name          string         `json:"name"`
	Description   string         `json:"description"`
	Interval      int            `json:"interval"`
	Enabled       bool           `json:"enabled"`
	IntervalUnit  string         `json:"intervalUnit"`
	Expired       bool           `json:"expired"`
	LastPingTime  *stamp         `json:"lastPingTime,omitempty"`
	OwnerTeam     *wireResponder `json:"ownerTeam,omitempty"`
	AlertMessage  string         `json:"alertMessage,omitempty"`
	AlertTags     []string       `json:"alertTags"`
	AlertPriority string         `json:"alertPriority"`
}

func (c *call) heartbeat(tx *volume.Tx, h *heartbeat.Heartbeat) (wireHeartbeat, error) {
	out := wireHeartbeat{Name: h.Name, Description: h.Description, Interval: h.Interval, Enabled: h.Enabled, IntervalUnit: h.Unit, Expired: h.Expired, LastPingTime: when(h.LastPing), AlertMessage: h.AlertMessage,
		AlertTags: orEmpty(h.AlertTags), AlertPriority: h.AlertPriority}
	if h.TeamID == "" {
		return out, nil
	}
	people, err := roster.Load(c.r.Context(), tx)
	if err != nil {
		return out, err
	}
	t := people.Named(alert.Responder{Type: "team", ID: h.TeamID})
	out.OwnerTeam = &wireResponder{ID: t.ID, Name: t.Name}
	return out, nil
}

func listHeartbeats(c *call) error {
	out := []wireHeartbeat{}
	err := c.read(func(tx *volume.Tx) error {
		all, err := heartbeat.List(c.r.Context(), tx)
		if err != nil {
			return err
		}
		for _, h := range all {
			w, err := c.heartbeat(tx, h)
			if err != nil {
				return err
			}
			out = append(out, w)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.data(map[string]any{"heartbeats": out})
}

func createHeartbeat(c *call) error {
	b, err := body[heartbeatBody](c, false)
	if err != nil {
		return err
	}
	h := &heartbeat.Heartbeat{}
	set(&h.Name, b.Name)
	var out wireHeartbeat
	err = c.write(func(tx *volume.Tx) error {
		if err := c.fillHeartbeat(tx, h, b); err != nil {
			return err
		}
		if err := heartbeat.Create(c.r.Context(), tx, h); err != nil {
			return err
		}
		out, err = c.heartbeat(tx, h)
		return err
	})
	if err != nil {
		return err
	}
	return c.send(http.StatusCreated, answer{Result: "Created", Data: out})
}

// withHeartbeat finds the heartbeat of the path, does something to it in a commit and shows it.
func (c *call) withHeartbeat(do func(tx *volume.Tx, h *heartbeat.Heartbeat) error) (out wireHeartbeat, err error) {
	err = c.write(func(tx *volume.Tx) error {
		h, err := heartbeat.Get(c.r.Context(), tx, c.r.PathValue("name"))
		if err != nil {
			return err
		}
		if err := do(tx, h); err != nil {
			return err
		}
		out, err = c.heartbeat(tx, h)
		return err
	})
	return out, err
}

func getHeartbeat(c *call) error {
	var out wireHeartbeat
	err := c.read(func(tx *volume.Tx) error {
		h, err := heartbeat.Get(c.r.Context(), tx, c.r.PathValue("name"))
		if err != nil {
			return err
		}
		out, err = c.heartbeat(tx, h)
		return err
	})
	if err != nil {
		return err
	}
	return c.data(out)
}

func updateHeartbeat(c *call) error {
	b, err := body[heartbeatBody](c, false)
	if err != nil {
		return err
	}
	out, err := c.withHeartbeat(func(tx *volume.Tx, h *heartbeat.Heartbeat) error {
		on := h.Enabled
		if err := c.fillHeartbeat(tx, h, b); err != nil {
			return err
		}
		if h.Enabled != on {
			want := h.Enabled
			h.Enabled = on
			return heartbeat.SetEnabled(c.r.Context(), tx, h, want)
		}
		return heartbeat.Save(c.r.Context(), tx, h)
	})
	if err != nil {
		return err
	}
	return c.send(http.StatusOK, answer{Result: "Updated", Data: out})
}

func deleteHeartbeat(c *call) error {
	out, err := c.withHeartbeat(func(tx *volume.Tx, h *heartbeat.Heartbeat) error { return heartbeat.Delete(c.r.Context(), tx, h) })
	if err != nil {
		return err
	}
	return c.send(http.StatusOK, answer{Result: "Deleted", Data: heartbeatMeta{out.Name, out.Enabled, out.Expired, "Deleted"}})
}

// heartbeatMeta is what is told of a heartbeat that was switched or deleted. Result is repeated inside, where the Go client looks for it.
type heartbeatMeta struct {
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
	Expired bool   `json:"expired"`
	Result  string `json:"result,omitempty"`
}

func switchHeartbeat(on bool) func(*call) error {
	return func(c *call) error {
		out, err := c.withHeartbeat(func(tx *volume.Tx, h *heartbeat.Heartbeat) error {
			return heartbeat.SetEnabled(c.r.Context(), tx, h, on)
		})
		if err != nil {
			return err
		}
		return c.data(heartbeatMeta{Name: out.Name, Enabled: out.Enabled, Expired: out.Expired})
	}
}

func ping(c *call) error {
	err := c.write(func(tx *volume.Tx) error { return heartbeat.Ping(c.r.Context(), tx, c.r.PathValue("name")) })
	if err != nil {
		return err
	}
	return c.send(http.StatusAccepted, answer{Result: "PONG - Heartbeat received"})
}
