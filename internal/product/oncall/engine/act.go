package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/webhook"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/channel"
	"holdfast.dev/internal/product/oncall/custom"
)

// KindAct is the job that calls what a button of an alert stands for.
const KindAct = "oncall.act"

// actTries bounds how often an action is called: who pressed the button is waiting, and the log tells.
const actTries = 5

// pressed is the payload of the job.
type pressed struct {
	ID     string `json:"id"` // of the call, the same for every try
	Alert  string `json:"alert"`
	Action string `json:"action"` // ID
	By     string `json:"by"`
	Source string `json:"source"`
	Note   string `json:"note,omitempty"`
}

// Act calls what an action of an alert stands for, after the transaction of who pressed it. An action that the site does not know calls nothing, and the
// log says so.
func Act(ctx context.Context, tx *volume.Tx, a *alert.Alert, name string, by alert.By) error {
	known, err := custom.Named(ctx, tx, name)
	switch {
	case err != nil:
		return err
	case known == nil:
		return alert.Log(ctx, tx, a.ID, alert.LogSystem, "System", "Nothing is called: the site has no address for the action ["+name+"]")
	case !known.Enabled:
		return alert.Log(ctx, tx, a.ID, alert.LogSystem, "System", "Nothing is called: the action ["+name+"] is switched off")
	}
	p := pressed{ID: alert.NewID(tx.Now()), Alert: a.ID, Action: known.ID, By: by.Name(), Source: by.Source, Note: by.Note}
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return jobs.Put(ctx, tx, jobs.Job{Kind: KindAct, Key: p.ID, Payload: b, Due: tx.Now()})
}

// callBody is what the address is told, as the vendor's webhooks are.
type callBody struct {
	Action          string     `json:"action"`
	Alert           callAlert  `json:"alert"`
	Source          callSource `json:"source"`
	IntegrationID   string     `json:"integrationId"`
	IntegrationName string     `json:"integrationName"`
	IntegrationType string     `json:"integrationType"`
}

type callSource struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

type callAlert struct {
	ID          string            `json:"alertId"`
	TinyID      string            `json:"tinyId"`
	Alias       string            `json:"alias"`
	Message     string            `json:"message"`
	Description string            `json:"description"`
	Entity      string            `json:"entity"`
	Source      string            `json:"source"`
	Priority    string            `json:"priority"`
	Status      string            `json:"status"`
	Username    string            `json:"username"` // who pressed
	Note        string            `json:"note,omitempty"`
	Tags        []string          `json:"tags"`
	Actions     []string          `json:"actions"`
	Details     map[string]string `json:"details"`
	Responders  []alert.Responder `json:"responders"`
	CreatedAt   int64             `json:"createdAt"` // milliseconds
	UpdatedAt   int64             `json:"updatedAt"`
}

func bodyOf(a *alert.Alert, name string, p pressed) ([]byte, error) {
	return json.Marshal(callBody{Action: name, IntegrationID: a.Integration.ID, IntegrationName: a.Integration.Name, IntegrationType: a.Integration.Type, Source: callSource{p.Source, "web"},
		Alert: callAlert{ID: a.ID, TinyID: a.TinyID(), Alias: a.Alias, Message: a.Message, Description: a.Description, Entity: a.Entity, Source: a.Source, Priority: a.Priority, Status: a.Status(), Username: p.By, Note: p.Note,
			Tags: a.Tags, Actions: a.Actions, Details: a.Details, Responders: a.Responders, CreatedAt: a.Created.UnixMilli(), UpdatedAt: a.Updated.UnixMilli()}})
}

// act makes one call and writes down how it went.
func (s *sender) act(ctx context.Context, v *volume.Volume, j *jobs.Job) error {
	var p pressed
	if err := json.Unmarshal(j.Payload, &p); err != nil {
		return fmt.Errorf("%w: %w", err, jobs.ErrGiveUp)
	}
	var a *alert.Alert
	var known *custom.Action
	err := v.Read(ctx, func(tx *volume.Tx) (err error) {
		if a, err = alert.Get(ctx, tx, p.Alert); err == nil {
			known, err = custom.Get(ctx, tx, p.Action)
		}
		return err
	})
	if fault.Is(err, fault.KindNotFound) {
		return nil // the alert or the action was deleted meanwhile
	}
	if err != nil {
		return err
	}
	body, err := bodyOf(a, known.Name, p)
	if err != nil {
		return fmt.Errorf("%w: %w", err, jobs.ErrGiveUp)
	}
	status, err := s.channels.Call(ctx, webhook.Request{URL: known.URL, ID: p.ID, Body: body, Secret: []byte(known.Secret)})
	final := err == nil || errors.Is(err, channel.ErrPermanent) || j.Attempts >= actTries
	j.Outcome = func(ctx context.Context, tx *volume.Tx) error {
		text := fmt.Sprintf("Custom action [%s] was taken by its address: %s", known.Name, status)
		switch {
		case err != nil && final:
			text = fmt.Sprintf("Custom action [%s] failed: %s", known.Name, clip(err.Error()))
		case err != nil:
			return nil //nolint:nilerr // the job tries again
		}
		if _, gone := alert.Get(ctx, tx, a.ID); gone != nil {
			return nil //nolint:nilerr // deleted meanwhile: there is no log any more
		}
		return alert.Log(ctx, tx, a.ID, alert.LogSystem, "System", text)
	}
	if !final {
		return err
	}
	return nil
}

// actPause is how long to wait before another try.
func actPause(int) time.Duration { return 10 * time.Second }
