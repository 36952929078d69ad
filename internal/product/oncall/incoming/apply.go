package incoming

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/alert/action"
	"holdfast.dev/internal/product/oncall/integration"
)

// Outcome is what came of one event.
type Outcome struct {
	Text    string // a sentence
	OK      bool
	AlertID string // empty where no alert was touched
	Alias   string
}

// Apply carries decisions out in one transaction. What cannot be carried out, such as the close of an alert that is not open, is an outcome and no error.
func Apply(ctx context.Context, tx *volume.Tx, i *integration.Integration, decisions []Decision, payload string) ([]Outcome, error) {
	out := make([]Outcome, 0, len(decisions))
	for _, d := range decisions {
		o, err := apply(ctx, tx, i, d, payload)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

func apply(ctx context.Context, tx *volume.Tx, i *integration.Integration, d Decision, payload string) (Outcome, error) {
	switch d.Type {
	case "", integration.ActIgnore:
		return Outcome{Text: d.String(), OK: true}, nil
	case integration.ActCreate:
		n := d.New
		n.Payload = payload
		if err := n.Check(); err != nil {
			return refused(err)
		}
		if err := action.Route(ctx, tx, &n, i); err != nil {
			return Outcome{}, err
		}
		id, alias, fresh, err := action.Raise(ctx, tx, n)
		if err != nil {
			return Outcome{}, err
		}
		said := "Created alert"
		if !fresh {
			said = "Increased count of alert"
		}
		return Outcome{Text: fmt.Sprintf("%s by action %q", said, d.Action), OK: true, AlertID: id, Alias: alias}, nil
	}
	a, err := alert.Open(ctx, tx, d.Alias)
	if err != nil {
		return Outcome{}, err
	}
	if a == nil {
		return Outcome{Text: fmt.Sprintf("There is no open alert for action %q", d.Action), Alias: d.Alias}, nil
	}
	by := alert.By{User: d.User, Source: i.Name, Note: d.Note}
	said := ""
	switch d.Type {
	case integration.ActClose:
		said, err = "Closed alert", action.Close(ctx, tx, a, by)
	case integration.ActAcknowledge:
		said, err = "Acknowledged alert", action.Acknowledge(ctx, tx, a, by)
	case integration.ActAddNote:
		if strings.TrimSpace(by.Note) == "" {
			by.Note = d.Event.Message
		}
		said, err = "Added note to alert", action.AddNote(ctx, tx, a, by)
	}
	if err != nil {
		return refused(err)
	}
	return Outcome{Text: fmt.Sprintf("%s by action %q", said, d.Action), OK: true, AlertID: a.ID, Alias: a.Alias}, nil
}

// refused makes an outcome of an error that says what is wrong with what arrived; others stay errors.
func refused(err error) (Outcome, error) {
	var f *fault.Error
	if errors.As(err, &f) && f.Kind != fault.KindInternal {
		if f.Message == "" {
			return Outcome{Text: f.Error()}, nil
		}
		return Outcome{Text: f.Message}, nil
	}
	return Outcome{}, err
}

// maxPayload is how much of what was received an alert keeps, in bytes.
const maxPayload = 64 << 10

// Receive reads, decides, carries out and records one request of an integration. channel is how it came: "webhook" or "mail".
func Receive(ctx context.Context, tx *volume.Tx, i *integration.Integration, channel, requestID string, body []byte) ([]Outcome, error) {
	events, payload, err := Read(i.Type, body)
	if err != nil {
		return nil, err
	}
	return receive(ctx, tx, i, channel, requestID, body, events, payload)
}

func receive(ctx context.Context, tx *volume.Tx, i *integration.Integration, channel, requestID string, body []byte, events []Event, payload any) ([]Outcome, error) {
	keep := strings.ToValidUTF8(string(body[:min(len(body), maxPayload)]), "\uFFFD")
	keep = strings.ReplaceAll(keep, "\x00", "\uFFFD")
	outcomes, err := Apply(ctx, tx, i, Decide(i, events, payload), keep)
	if err != nil {
		return nil, err
	}
	r := alert.Request{ID: requestID, Action: channel, IntegrationID: i.ID, Success: true, Body: keep}
	var said []string
	for _, o := range outcomes {
		r.Success = r.Success && o.OK
		if r.AlertID == "" {
			r.AlertID, r.Alias = o.AlertID, o.Alias
		}
		if len(said) < 5 {
			said = append(said, o.Text)
		}
	}
	r.Status = strings.Join(said, "; ")
	return outcomes, alert.Record(ctx, tx, r)
}
