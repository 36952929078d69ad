package channel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/webhook"
)

// mail sends by SMTP. The message's identifier is the mail's, so that a mail sent twice is one to a receiver who cares.
func (c Channels) mail(ctx context.Context, m Message) (string, error) {
	html, err := m.html()
	if err != nil {
		return "", errors.Join(err, ErrPermanent)
	}
	x := notify.Mail{FromName: m.Site + " on-call", To: m.Address, Subject: m.subject(), Text: m.plain(), HTML: html, MessageID: m.ID + "@oncall.holdfast",
		Headers: map[string]string{"X-Holdfast-Message": m.ID, "Auto-Submitted": "auto-generated"}}
	if len(m.Items) > 0 {
		switch m.urgent() {
		case "P1", "P2":
			x.Headers["X-Priority"], x.Headers["Importance"] = "1", "high"
		}
		if m.Total == 1 { // all mails about one alert are one conversation
			x.Headers["References"] = "<alert-" + m.Items[0].Alert.ID + "@oncall.holdfast>"
		}
	}
	err = c.Senders.Mail.Send(ctx, x)
	var refused *notify.Error
	switch {
	case err == nil:
		return "handed to the mail server", nil
	case errors.As(err, &refused) && refused.Permanent:
		return "", errors.Join(err, ErrPermanent)
	}
	return "", err
}

// event is the body of a webhook and the data of a push.
type eventBody struct {
	Type   string      `json:"type"`
	ID     string      `json:"id"`
	At     time.Time   `json:"at"`
	Site   string      `json:"site"`
	Person string      `json:"person,omitempty"`
	Text   string      `json:"text"`
	Total  int         `json:"total"`
	Alerts []eventItem `json:"alerts"`
}

type eventItem struct {
	ID       string            `json:"id"`
	TinyID   string            `json:"tinyId"`
	Alias    string            `json:"alias"`
	Message  string            `json:"message"`
	Priority string            `json:"priority"`
	Status   string            `json:"status"`
	Acked    bool              `json:"acknowledged"`
	Action   string            `json:"action"`
	Why      string            `json:"why,omitempty"`
	Source   string            `json:"source,omitempty"`
	Entity   string            `json:"entity,omitempty"`
	Tags     []string          `json:"tags,omitempty"`
	Details  map[string]string `json:"details,omitempty"`
	URL      string            `json:"url,omitempty"`
	AckURL   string            `json:"ackUrl,omitempty"`
	CloseURL string            `json:"closeUrl,omitempty"`
}

func (m Message) event() eventBody {
	e := eventBody{Type: "oncall." + m.Kind, ID: m.ID, At: m.At, Site: m.SiteURL, Person: m.Person, Text: m.headline(), Total: m.Total, Alerts: []eventItem{}}
	for _, i := range m.Items {
		a := i.Alert
		e.Alerts = append(e.Alerts, eventItem{ID: a.ID, TinyID: fmt.Sprint(a.Tiny), Alias: a.Alias, Message: a.Message, Priority: a.Priority, Status: a.Status(), Acked: a.Acknowledged,
			Action: i.Action, Why: i.Why, Source: a.Source, Entity: a.Entity, Tags: a.Tags, Details: a.Details, URL: i.URL, AckURL: i.AckURL, CloseURL: i.CloseURL})
	}
	return e
}

// webhook posts the event, signed with the contact's secret.
func (c Channels) webhook(ctx context.Context, m Message) (string, error) {
	body, err := json.Marshal(m.event())
	if err != nil {
		return "", errors.Join(err, ErrPermanent)
	}
	return c.call(ctx, webhook.Request{URL: m.Address, ID: m.ID, Body: body, Secret: []byte(m.Secret)})
}

// Call sends a request to an address of a customer, as webhooks are sent: the receiver's word, and ErrPermanent where no later try can succeed.
func (c Channels) Call(ctx context.Context, q webhook.Request) (status string, err error) {
	if c.Senders.Webhook == nil {
		return "", errors.Join(errors.New("this process calls no addresses"), ErrPermanent)
	}
	return c.call(ctx, q)
}

// call makes an answer of what a receiver says: 2xx is taken, 408, 429 and 5xx are to be tried again, anything else is refused for good.
func (c Channels) call(ctx context.Context, q webhook.Request) (string, error) {
	resp, err := c.Senders.Webhook.Do(ctx, q)
	if err != nil {
		if errors.Is(err, webhook.ErrForbiddenAddress) {
			err = errors.Join(err, ErrPermanent)
		}
		return "", err
	}
	status := fmt.Sprintf("HTTP %d", resp.Status)
	if resp.Delivered() {
		return status, nil
	}
	err = fmt.Errorf("the receiver answered %s: %s", status, clip(strings.TrimSpace(resp.Body), 200))
	if resp.Status < 500 && resp.Status != http.StatusRequestTimeout && resp.Status != http.StatusTooManyRequests {
		err = errors.Join(err, ErrPermanent)
	}
	return status, err
}

// Provider is how text messages and calls leave: one address per method, called with a signed JSON body, so that any provider can be reached by a
// small program or its own HTTP interface.
type Provider struct {
	SMS    Gateway `json:"sms"`
	Voice  Gateway `json:"voice"`
	Secret string  `json:"secret"` // shared: signs what goes out, and what providers report must bring it
}

// Gateway is the address of one method. The placeholders {to}, {text} and {id} in it are replaced, query-escaped.
type Gateway struct {
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers,omitempty"`
}

// Check refuses addresses that can never be called.
func (p Provider) Check() error {
	for field, g := range map[string]Gateway{"sms.url": p.SMS, "voice.url": p.Voice} {
		if g.URL == "" {
			continue
		}
		if err := webhook.CheckURL(strings.NewReplacer("{to}", "1", "{text}", "t", "{id}", "i").Replace(g.URL)); err != nil {
			return fault.Invalid(field, "%s", err)
		}
		for k, v := range g.Headers {
			if strings.ContainsAny(k+v, "\r\n") || k == "" {
				return fault.Invalid(field, "A header has a name, and no line break.")
			}
		}
	}
	if len(p.Secret) > 200 {
		return fault.Invalid("secret", "secret can have at most 200 characters.")
	}
	return nil
}

// gatewayBody is what a provider is told. For a call, Keys says what the digits that are pressed mean; for a text message, Replies what words do.
type gatewayBody struct {
	ID       string            `json:"id"`
	Method   string            `json:"method"`
	To       string            `json:"to"`
	Text     string            `json:"text"`
	Callback string            `json:"callback"`
	Replies  map[string]string `json:"replies,omitempty"`
}

func (c Channels) gateway(ctx context.Context, m Message) (string, error) {
	g := m.Provider.SMS
	replies := map[string]string{"ACK": "acknowledge", "CLOSE": "close"}
	if m.Method == "voice" {
		g, replies = m.Provider.Voice, map[string]string{"4": "acknowledge", "6": "close"}
	}
	if g.URL == "" {
		return "", errors.Join(fmt.Errorf("no provider for %s is configured", m.Method), ErrPermanent)
	}
	if m.Total != 1 || len(m.Items) != 1 || m.Items[0].AckURL == "" {
		if replies = nil; m.Total > 1 {
			replies = map[string]string{"ACK": "acknowledge"}
		}
	}
	text := m.short(300)
	if len(replies) > 0 {
		text += spoken(m.Method)
	}
	body, err := json.Marshal(gatewayBody{m.ID, m.Method, m.Address, text, m.Callback, replies})
	if err != nil {
		return "", errors.Join(err, ErrPermanent)
	}
	headers := http.Header{}
	for k, v := range g.Headers {
		headers.Set(k, v)
	}
	address := strings.NewReplacer("{to}", url.QueryEscape(m.Address), "{text}", url.QueryEscape(text), "{id}", url.QueryEscape(m.ID)).Replace(g.URL)
	return c.call(ctx, webhook.Request{URL: address, ID: m.ID, Body: body, Secret: []byte(m.Provider.Secret), Headers: headers})
}

func spoken(method string) string {
	if method == "voice" {
		return ". Press 4 to acknowledge, 6 to close."
	}
	return " — reply ACK or CLOSE"
}
