package rest

import (
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
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

func (c *call) recipients(tx *volume.Tx, a *alert.Alert) ([]wireRecipient, error) { return nil, nil }
