package rest

import (
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/notification"
	"holdfast.dev/internal/product/oncall/roster"
)

// wireRecipient is somebody who was told of an alert, or was to be, with the last state by each method.
type wireRecipient struct {
	User struct {
		ID       string `json:"id"`
		Username string `json:"username"`
	} `json:"user"`
	State     string `json:"state"`
	Method    string `json:"method"`
	CreatedAt stamp  `json:"createdAt"`
	UpdatedAt stamp  `json:"updatedAt"`
}

func listRecipients(c *call) error {
	var out []wireRecipient
	err := c.read(func(tx *volume.Tx) error {
		a, err := c.find(tx, "identifierType")
		if err != nil {
			return err
		}
		out, err = c.recipients(tx, a)
		return err
	})
	if err != nil {
		return err
	}
	return c.data(orEmpty(out))
}

// recipients gives the last state of each person and method, in the order in which they were first told.
func (c *call) recipients(tx *volume.Tx, a *alert.Alert) ([]wireRecipient, error) {
	r, err := roster.Load(c.r.Context(), tx)
	if err != nil {
		return nil, err
	}
	messages, err := notification.OfAlert(c.r.Context(), tx, a.ID)
	if err != nil {
		return nil, err
	}
	var out []wireRecipient
	at := map[string]int{}
	for _, m := range messages {
		w := wireRecipient{State: recipientState(r, a, m), Method: m.Method, CreatedAt: stamp(m.Created), UpdatedAt: stamp(m.Created)}
		w.User.ID = m.PersonID
		if p := r.People[m.PersonID]; p != nil {
			w.User.Username = p.Username
		}
		if !m.Done.IsZero() {
			w.UpdatedAt = stamp(m.Done)
		}
		key := m.PersonID + " " + m.Method
		if i, told := at[key]; told {
			w.CreatedAt = out[i].CreatedAt
			out[i] = w
			continue
		}
		at[key] = len(out)
		out = append(out, w)
	}
	return out, nil
}

// recipientState is what somebody did with an alert, or else what became of the message to them.
func recipientState(r *roster.Roster, a *alert.Alert, m *notification.Message) string {
	if p := r.People[m.PersonID]; p != nil && a.Acknowledged && (a.OwnerID == p.ID || p.AccountID != "" && a.OwnerID == p.AccountID) {
		return "action"
	}
	switch m.State {
	case notification.Sent:
		return "notified"
	case notification.Queued:
		return "notifying"
	case notification.Held:
		return "suppressed"
	}
	return m.State
}
