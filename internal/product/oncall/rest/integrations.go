package rest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/incoming"
	"holdfast.dev/internal/product/oncall/integration"
	"holdfast.dev/internal/product/oncall/key"
	"holdfast.dev/internal/product/oncall/roster"
)

func (h *handler) integrationOperations() []operation {
	const path = "/v2/integrations/{id}"
	return []operation{
		{method: "GET", path: "/v2/integrations", right: mayConfigure, run: listIntegrations},
		{method: "POST", path: "/v2/integrations", right: mayConfigure, run: createIntegration},
		{method: "POST", path: "/v2/integrations/authenticate", right: mayRead, run: authenticateIntegration},
		{method: "GET", path: path, right: mayConfigure, run: getIntegration},
		{method: "PUT", path: path, right: mayConfigure, run: updateIntegration},
		{method: "DELETE", path: path, right: mayConfigure, run: deleteIntegration},
		{method: "POST", path: path + "/enable", right: mayConfigure, run: switchIntegration(true)},
		{method: "POST", path: path + "/disable", right: mayConfigure, run: switchIntegration(false)},
		{method: "GET", path: path + "/actions", right: mayConfigure, run: listActions},
		{method: "POST", path: path + "/actions", right: mayConfigure, run: addAction},
		{method: "PUT", path: path + "/actions", right: mayConfigure, run: setActions},
	}
}

type integrationMeta struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
	Type    string `json:"type"`
	TeamID  string `json:"teamId,omitempty"`
}

func metaOf(i *integration.Integration) integrationMeta {
	return integrationMeta{i.ID, i.Name, i.Enabled, i.Type, i.TeamID}
}

type integrationBody struct {
	Type          *string         `json:"type"`
	Name          *string         `json:"name"`
	Enabled       *bool           `json:"enabled"`
	OwnerTeam     *wireResponder  `json:"ownerTeam"`
	Responders    []wireResponder `json:"responders"`
	Recipients    []wireResponder `json:"recipients"`
	Read          *bool           `json:"allowReadAccess"`
	Write         *bool           `json:"allowWriteAccess"`
	Delete        *bool           `json:"allowDeleteAccess"`
	Configure     *bool           `json:"allowConfigurationAccess"`
	EmailUsername *string         `json:"emailUsername"`
	IgnoreOthers  *bool           `json:"ignoreRespondersFromPayload"`
	Suppress      *bool           `json:"suppressNotifications"`
	URL           *string         `json:"url"`
}

// wireIntegration is an integration with everything but its keys, which are shown once, when they are made.
type wireIntegration struct {
	integrationMeta
	IsGlobal      bool            `json:"isGlobal"`
	ReadOnly      []string        `json:"_readOnly"`
	OwnerTeam     *wireResponder  `json:"ownerTeam,omitempty"`
	Responders    []wireResponder `json:"responders"`
	Read          bool            `json:"allowReadAccess"`
	Write         bool            `json:"allowWriteAccess"`
	Delete        bool            `json:"allowDeleteAccess"`
	Configure     bool            `json:"allowConfigurationAccess"`
	EmailUsername string          `json:"emailUsername,omitempty"`
	IgnoreOthers  bool            `json:"ignoreRespondersFromPayload"`
	Suppress      bool            `json:"suppressNotifications"`
}

func (c *call) showIntegration(tx *volume.Tx, i *integration.Integration) (wireIntegration, error) {
	out := wireIntegration{integrationMeta: metaOf(i), IsGlobal: i.TeamID == "", ReadOnly: []string{}, Responders: []wireResponder{}, Read: i.Read, Write: i.Write, Delete: i.Delete, Configure: i.Configure, EmailUsername: i.Mailbox, IgnoreOthers: i.IgnoreResponders, Suppress: i.Suppress}
	people, err := roster.Load(c.r.Context(), tx)
	if err != nil {
		return out, err
	}
	for _, r := range i.Responders {
		out.Responders = append(out.Responders, wire(people.Named(r)))
	}
	if i.TeamID != "" {
		t := wire(people.Named(alert.Responder{Type: "team", ID: i.TeamID}))
		t.Type = ""
		out.OwnerTeam = &t
	}
	return out, nil
}

func wire(r alert.Responder) wireResponder {
	if r.Type == "user" {
		return wireResponder{Type: r.Type, ID: r.ID, Username: r.Name}
	}
	return wireResponder{Type: r.Type, ID: r.ID, Name: r.Name}
}

func (c *call) fillIntegration(tx *volume.Tx, i *integration.Integration, b integrationBody) error {
	set(&i.Name, b.Name)
	set(&i.Enabled, b.Enabled)
	set(&i.Read, b.Read)
	set(&i.Write, b.Write)
	set(&i.Delete, b.Delete)
	set(&i.Configure, b.Configure)
	set(&i.Mailbox, b.EmailUsername)
	set(&i.IgnoreResponders, b.IgnoreOthers)
	set(&i.Suppress, b.Suppress)
	if b.URL != nil {
		return invalid("url", "Outgoing webhooks are not available; an integration of type Webhook takes webhooks here.")
	}
	if b.OwnerTeam != nil {
		i.TeamID = ""
		if b.OwnerTeam.ID != "" || b.OwnerTeam.Name != "" {
			t, err := c.someone(tx, alert.Responder{Type: "team", ID: b.OwnerTeam.ID, Name: b.OwnerTeam.Name})
			if err != nil {
				return invalid("ownerTeam", "There is no such team.")
			}
			i.TeamID = t.ID
		}
	}
	if b.Responders == nil && b.Recipients == nil {
		return nil
	}
	i.Responders = []alert.Responder{}
	for _, w := range slices.Concat(b.Responders, b.Recipients) {
		r, err := c.someone(tx, w.responder("team"))
		if err != nil {
			return invalid("responders", "There is no %s %.100q.", w.Type, w.ID+w.Name+w.Username)
		}
		i.Responders = append(i.Responders, r)
	}
	return nil
}

func listIntegrations(c *call) error {
	out := []integrationMeta{}
	err := c.read(func(tx *volume.Tx) error {
		team := c.query("teamId")
		if name := c.query("teamName"); name != "" && team == "" {
			t, err := c.someone(tx, alert.Responder{Type: "team", Name: name})
			if err != nil {
				return err
			}
			team = t.ID
		}
		all, err := integration.List(c.r.Context(), tx, c.query("type"), team)
		for _, i := range all {
			out = append(out, metaOf(i))
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.data(out)
}

// createIntegration makes an integration of a type with the default actions of the type and a first key, which is in the answer and nowhere else.
func createIntegration(c *call) error {
	b, err := body[integrationBody](c, false)
	if err != nil {
		return err
	}
	i := &integration.Integration{Enabled: true, Read: true, Write: true, Delete: true, Responders: []alert.Responder{}}
	set(&i.Type, b.Type)
	i.Actions = incoming.DefaultActions(i.Type)
	var secret string
	err = c.write(func(tx *volume.Tx) error {
		if err := c.fillIntegration(tx, i, b); err != nil {
			return err
		}
		if err := integration.Create(c.r.Context(), tx, i); err != nil {
			return err
		}
		secret, err = key.Create(c.r.Context(), tx, httpkit.SiteFrom(c.r.Context()).ID, i.ID, i.Name)
		return err
	})
	if err != nil {
		return err
	}
	type made struct {
		integrationMeta
		APIKey  string `json:"apiKey"`
		Address string `json:"emailAddress,omitempty"`
	}
	out := made{integrationMeta: metaOf(i), APIKey: secret}
	if i.Type == integration.TypeEmail {
		out.Address = c.mailAddress(i)
	}
	return c.send(http.StatusCreated, answer{Result: "Created", Data: out})
}

// mailAddress is where an integration takes mail: its mailbox at the host of the site.
func (c *call) mailAddress(i *integration.Integration) string {
	host := "localhost"
	if u, err := url.Parse(c.base()); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return incoming.Address(i.Mailbox, httpkit.SiteFrom(c.r.Context()).ID) + "@" + host
}

// authenticateIntegration tells whether the key that is used is one of an integration of the type.
func authenticateIntegration(c *call) error {
	b, err := body[struct {
		Type string `json:"type"`
	}](c, false)
	if err != nil {
		return err
	}
	err = c.read(func(tx *volume.Tx) error {
		i, err := c.integration(tx)
		if err == nil && (i == nil || i.Type != b.Type) {
			err = fault.Unauthenticated("Could not authenticate")
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.send(http.StatusOK, answer{Result: "Authenticated"})
}

func getIntegration(c *call) error {
	var out wireIntegration
	err := c.read(func(tx *volume.Tx) error {
		i, err := integration.Get(c.r.Context(), tx, c.r.PathValue("id"))
		if err != nil {
			return err
		}
		out, err = c.showIntegration(tx, i)
		return err
	})
	if err != nil {
		return err
	}
	return c.data(out)
}

// withIntegration finds the integration of the path and does something to it in a commit.
func (c *call) withIntegration(do func(tx *volume.Tx, i *integration.Integration) error) (i *integration.Integration, err error) {
	err = c.write(func(tx *volume.Tx) error {
		if i, err = integration.Get(c.r.Context(), tx, c.r.PathValue("id")); err != nil {
			return err
		}
		return do(tx, i)
	})
	return i, err
}

func updateIntegration(c *call) error {
	b, err := body[integrationBody](c, false)
	if err != nil {
		return err
	}
	i, err := c.withIntegration(func(tx *volume.Tx, i *integration.Integration) error {
		if b.Type != nil && *b.Type != i.Type {
			return invalid("type", "The type of an integration does not change.")
		}
		if err := c.fillIntegration(tx, i, b); err != nil {
			return err
		}
		return integration.Save(c.r.Context(), tx, i)
	})
	if err != nil {
		return err
	}
	return c.send(http.StatusOK, answer{Result: "Updated", Data: metaOf(i)})
}

func deleteIntegration(c *call) error {
	i, err := c.withIntegration(func(tx *volume.Tx, i *integration.Integration) error {
		return integration.Delete(c.r.Context(), tx, i.ID)
	})
	if err != nil {
		return err
	}
	return c.send(http.StatusOK, answer{Result: "Deleted", Data: map[string]string{"id": i.ID, "name": i.Name, "result": "Deleted"}})
}

func switchIntegration(on bool) func(*call) error {
	return func(c *call) error {
		i, err := c.withIntegration(func(tx *volume.Tx, i *integration.Integration) error {
			i.Enabled = on
			return integration.Save(c.r.Context(), tx, i)
		})
		if err != nil {
			return err
		}
		return c.send(http.StatusOK, answer{Result: map[bool]string{true: "Enabled", false: "Disabled"}[on], Data: metaOf(i)})
	}
}

func showActions(i *integration.Integration) map[string]any {
	out := map[string]any{"_parent": metaOf(i)}
	for t, list := range integration.Categorized(i.Actions) {
		out[t] = list
	}
	return out
}

func listActions(c *call) error {
	var i *integration.Integration
	err := c.read(func(tx *volume.Tx) (err error) {
		i, err = integration.Get(c.r.Context(), tx, c.r.PathValue("id"))
		return err
	})
	if err != nil {
		return err
	}
	return c.data(showActions(i))
}

func (c *call) saveActions(status int, result string, change func(have []integration.Action) ([]integration.Action, error)) error {
	i, err := c.withIntegration(func(tx *volume.Tx, i *integration.Integration) (err error) {
		if i.Actions, err = change(slices.Clone(i.Actions)); err != nil {
			return err
		}
		return integration.Save(c.r.Context(), tx, i)
	})
	if err != nil {
		return err
	}
	return c.send(status, answer{Result: result, Data: showActions(i)})
}

func addAction(c *call) error {
	a, err := body[integration.Action](c, false)
	if err != nil {
		return err
	}
	return c.saveActions(http.StatusCreated, "Created", func(have []integration.Action) ([]integration.Action, error) {
		return append(have, a), nil
	})
}

// setActions replaces the actions of the types that the request names.
func setActions(c *call) error {
	raw, err := io.ReadAll(c.r.Body)
	if err != nil {
		return err
	}
	fresh, err := integration.FromCategorized(raw)
	if err != nil {
		return err
	}
	var named map[string]json.RawMessage
	if err := json.Unmarshal(raw, &named); err != nil {
		return fault.Bad("The body is no JSON object of lists of actions.")
	}
	return c.saveActions(http.StatusOK, "Updated", func(have []integration.Action) ([]integration.Action, error) {
		have = slices.DeleteFunc(have, func(a integration.Action) bool { _, gone := named[a.Type]; return gone })
		return append(have, fresh...), nil
	})
}
